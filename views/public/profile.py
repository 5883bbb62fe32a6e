"""The own profile: name, phone, picture, companies; language and time zone, on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from app import timezones
from app.actions import people as accounts
from app.config import LANGUAGES
from app.errors import AtriumError, Invalid, TooLarge
from app.extensions import db
from app.queries import people
from app.storage import Storage
from views import context
from views.context import actor, signed_in
from views.public import limits
from views.public.base import auth, back, local_path
from views.public.gate import answer

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as Answer


#: Hours before an appointment → how it reads.
REMINDERS: dict[int | str, object] = {
    accounts.AS_PROVIDER: _l("As the specialist has it"),
    1: _l("An hour before"),
    3: _l("3 hours before"),
    24: _l("A day before"),
    48: _l("2 days before"),
    0: _l("Do not remind me"),
}


@auth.get("/profile")
@signed_in
def profile() -> Answer:
    return profile_page()


@auth.post("/profile")
@signed_in
def edit_profile() -> Answer:
    form = request.form
    try:
        accounts.edit_profile(
            actor(), form.get("first_name", ""), form.get("last_name", ""), form.get("phone", "")
        )
    except Invalid as error:
        return profile_page("person", error)
    return _saved()


@auth.post("/profile/avatar")
@signed_in
def set_avatar() -> Answer:
    sent = request.files.get("avatar")
    try:
        limits.spend("avatar", str(actor().id))
        if sent is None or not sent.filename:
            raise Invalid({"avatar": _("Please choose a picture.")})
        accounts.set_avatar(actor(), _storage(), sent.stream, sent.filename)
    except (Invalid, TooLarge, limits.TooMany) as error:
        return profile_page("avatar", error)
    return _saved()


@auth.post("/profile/avatar/remove")
@signed_in
def remove_avatar() -> Answer:
    accounts.remove_avatar(actor(), _storage())
    return _saved()


def profile_page(form: str = "", error: AtriumError | None = None) -> Response:
    """The page; `form` is the one that came back with `error`, and shows what was typed."""
    me = actor()
    saved: dict[str, Any] = {
        "first_name": me.first_name,
        "last_name": me.last_name,
        "phone": context.phone(me.phone),
    }
    page = render_template(
        "public/profile.html",
        next=_came_from(),
        error=error,
        returned=form,
        problems=_problems(form, error),
        typed=request.form if form == "person" else saved,
        companies=people.memberships(db.session, me),
        reminders=list(REMINDERS.items()),
        reminder=accounts.AS_PROVIDER if me.reminder is None else me.reminder,
    )
    return answer(page, error)


def _came_from() -> str:
    """The page that has led here for another time zone, "" for the profile itself."""
    address = local_path(request.values.get("next"))
    return "" if address == url_for("auth.profile") else address


@auth.post("/profile/notices")
@signed_in
def set_notices() -> Answer:
    """«Настройки»: letters, and when to be reminded."""
    form = request.form
    try:
        accounts.set_notices(actor(), mails="mails" in form, reminder=form.get("reminder", ""))
    except Invalid as error:
        return profile_page("notices", error)
    return _saved()


def _problems(form: str, error: AtriumError | None) -> dict[str, object]:
    """Messages by field. What concerns a whole form is said at its one field that can be at fault."""
    if error is None:
        return {}
    fields = error.fields if isinstance(error, Invalid) else {}
    return fields or {{"avatar": "avatar", "password": "old"}.get(form, form): error.text}


def _saved() -> Answer:
    flash(_("Saved."))
    return redirect(url_for("auth.profile"), 303)


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage


# --- language and zone --------------------------------------------------------------------------------------------


@auth.post("/locale")
def locale() -> Answer:
    """Remembered with the person; for strangers in the browser's session."""
    chosen = request.form.get("locale", "")
    if chosen not in LANGUAGES:
        raise Invalid({"locale": _("Please choose from the list.")})
    if current_user.is_authenticated:
        accounts.set_locale(actor(), chosen)
    session["locale"] = chosen
    return back()


@auth.get("/timezone")
@signed_in
def zone_name() -> dict[str, str]:
    """How a zone is called in the reader's language, for the one that the browser reports."""
    name = request.args.get("name", "")
    if not timezones.may_choose(name):
        raise Invalid({"timezone": _("Please choose from the list.")})
    return {"name": name, "label": timezones.label(name, context.locale())}


@auth.post("/timezone")
@signed_in
def timezone() -> Answer:
    name = request.form.get("timezone", "")
    try:
        accounts.set_timezone(actor(), name)
    except Invalid as error:
        return profile_page("timezone", error)
    flash(_("Times are now shown for %(zone)s.", zone=timezones.label(name, context.locale())))
    return back()
