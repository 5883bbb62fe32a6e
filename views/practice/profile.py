"""The editor of the provider's page: what it says, its pictures, its link (I-19)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.actions import profiles as actions
from app.errors import Invalid, TooLarge
from app.extensions import db
from app.queries import profiles as queries
from models import Profile
from views.context import actor, phone, signed_in
from views.practice.base import enter, fragment, page, practice
from views.public.profiles import address

_TEXTS = ("slug", "design", "about", "education", "website", "email", "address")
_SWITCHES = ("published", "open", "show_services", "show_prices")


@practice.get("/<int:provider_id>/profile")
@signed_in
def profile(provider_id: int) -> ResponseReturnValue:
    return _page(provider_id)


@practice.post("/<int:provider_id>/profile")
@signed_in
def save_profile(provider_id: int) -> ResponseReturnValue:
    try:
        saved = actions.save(actor(), provider_id, request.form)
    except Invalid as error:
        return _page(provider_id, error.fields), 422
    flash(_("The page is published.") if saved.published else _("Saved. Clients do not see the page yet."))
    return redirect(url_for("practice.profile", provider_id=provider_id), 303)


@practice.post("/<int:provider_id>/profile/photos")
@signed_in
def add_photos(provider_id: int) -> ResponseReturnValue:
    """The pictures that can be taken are, the others are named with the reason."""
    enter(provider_id, manage=True)
    problems, done = [], 0
    sent = [file for file in request.files.getlist("photos") if file.filename]
    if not sent:
        problems.append(str(_("Please choose a picture.")))
    for file in sent[: actions.MAX_PHOTOS]:
        try:
            storage = current_app.extensions["storage"]
            actions.add_photo(actor(), provider_id, storage, file.stream, file.filename or "")
            done += 1
        except (Invalid, TooLarge) as error:
            fields = error.fields.values() if isinstance(error, Invalid) else ()
            why = " ".join(map(str, fields)) or str(error.text)
            problems.append(_("%(name)s: %(why)s", name=file.filename, why=why))
    if problems:
        if done:
            problems.append(ngettext("%(num)s photo was added.", "%(num)s photos were added.", done))
        return _page(provider_id, {"photos": " ".join(problems)}), 422
    flash(ngettext("The photo is added.", "%(num)d photos are added.", done))
    return redirect(url_for("practice.profile", provider_id=provider_id, _anchor="photos"), 303)


@practice.post("/<int:provider_id>/profile/photos/<uuid:file_id>/remove")
@signed_in
def remove_photo(provider_id: int, file_id: UUID) -> ResponseReturnValue:
    actions.remove_photo(actor(), provider_id, file_id, current_app.extensions["storage"])
    flash(_("The photo is removed."))
    return redirect(url_for("practice.profile", provider_id=provider_id, _anchor="photos"), 303)


@practice.get("/<int:provider_id>/profile/photos/<uuid:file_id>/move")
@signed_in
def ask_move_photo(provider_id: int, file_id: UUID) -> ResponseReturnValue:  # of the address
    """The form's address, opened by itself (a reload after an error): the page that it stands on."""
    enter(provider_id, manage=True)
    return redirect(url_for("practice.profile", provider_id=provider_id, _anchor="photos"))


@practice.post("/<int:provider_id>/profile/photos/<uuid:file_id>/move")
@signed_in
def move_photo(provider_id: int, file_id: UUID) -> ResponseReturnValue:
    """Earlier, later, or the first."""
    place = actions.move_photo(actor(), provider_id, file_id, request.form.get("to", ""))
    if fragment():
        here = enter(provider_id, manage=True)
        return render_template("practice/_photos.html", provider=here.provider, **_photos(provider_id, place))
    return redirect(url_for("practice.profile", provider_id=provider_id, _anchor="photos"), 303)


def _photos(provider_id: int, place: int = 0) -> dict[str, Any]:
    """The gallery; `place` is where the photo that was moved stands now."""
    found = queries.photos(db.session, provider_id)
    said = _("Photo %(number)s of %(count)s", number=place, count=len(found)) if place else ""
    return {
        "photos": found,
        "limit": actions.MAX_PHOTOS,
        "saved": actions.begin(actor(), provider_id),
        "problems": {},
        "said": said,
    }


def _page(provider_id: int, problems: dict[str, Any] | None = None) -> str:
    enter(provider_id, manage=True)
    gallery = _photos(provider_id)
    saved = gallery["saved"]
    here = enter(provider_id, manage=True)
    returned = bool(problems) and "slug" in request.form
    return page(
        "practice/profile.html",
        here,
        typed=_typed() if returned else _values(saved),
        designs=list(queries.DESIGNS.items()),
        address=address(saved.slug),
        **(gallery | {"problems": problems or {}}),
    )


def _values(saved: Profile) -> dict[str, Any]:
    texts = {name: getattr(saved, name) for name in _TEXTS}
    switches = {name: getattr(saved, name) for name in _SWITCHES}
    return texts | switches | {"phone": phone(saved.phone), "networks": "\n".join(saved.networks)}


def _typed() -> dict[str, Any]:
    form = request.form
    texts = {name: form.get(name, "") for name in (*_TEXTS, "phone", "networks")}
    return texts | {name: form.get(name) == "yes" for name in _SWITCHES}
