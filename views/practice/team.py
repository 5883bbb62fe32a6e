"""An organization's specialists (I-20), and the rules of booking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app import money, timezones
from app.actions import colleagues
from app.actions import invitations as invitation_actions
from app.actions import providers as actions
from app.errors import Forbidden, Invalid, NotFound
from app.extensions import db
from app.policy import Practice
from app.queries import appointments as queries
from app.queries import lists
from app.queries import practice as practices
from models import Specialist
from views.context import actor, counters, signed_in
from views.keys import form_key
from views.numbers import number
from views.practice.base import enter, page, practice, staff_of

_RULES = (
    "name",
    "headline",
    "timezone",
    "currency",
    "step",
    "notice",
    "horizon",
    "reminder",
    "place",
    "meeting_url",
    "payment_url",
)


# --- specialists --------------------------------------------------------------------------------------------------


@practice.get("/<int:provider_id>/team")
@signed_in
def team(provider_id: int) -> ResponseReturnValue:
    """The organization's specialists, and the form for one more; with `me` it has the owner's own name."""
    here = _organization(provider_id)
    counters(here.provider.subject)
    return _team(here, {"name": actor().name} if "me" in request.args else {})


@practice.post("/<int:provider_id>/team")
@signed_in
def add_specialist(provider_id: int) -> ResponseReturnValue:
    _organization(provider_id)
    sent = {name: request.form.get(name, "") for name in ("name", "title")}
    try:
        made = actions.add_specialist(actor(), provider_id, **sent, form_key=form_key())
    except Invalid as error:
        return _team(_organization(provider_id), sent, error.fields), error.status
    flash(_("Added: %(name)s. Set the hours next.", name=made.name), "ok")
    return redirect(url_for("practice.specialist", specialist_id=made.id), 303)


def _organization(provider_id: int) -> Practice:
    here = enter(provider_id, manage=True)
    if not here.provider.is_organization:
        raise NotFound
    return here


def _team(here: Practice, typed: Mapping[str, str], problems: Mapping[str, object] | None = None) -> str:
    after = number(request.args, "after")
    found, more = lists.specialists(db.session, here.provider, after)
    bookable = practices.bookable(db.session, [one.id for one in found])
    return page(
        "practice/team.html",
        here,
        found=found,
        after=after,
        more=more,
        bookable=bookable,
        unready=any(one.active and not bookable[one.id].all for one in found),
        # An owner who serves, too, need not type the own name.
        myself="" if any(one.name == actor().name for one in here.provider.specialists) else actor().name,
        typed=typed,
        problems=problems or {},
    )


@practice.get("/specialists/<int:specialist_id>")
@signed_in
def specialist(specialist_id: int) -> ResponseReturnValue:
    """A specialist of the organization: name, services, account, hours."""
    shown, here = _colleague(specialist_id)
    typed = {"name": shown.name, "title": shown.title, "active": shown.active, "sees_all": shown.sees_all}
    return _specialist(here, shown, typed)


@practice.post("/specialists/<int:specialist_id>")
@signed_in
def edit_specialist(specialist_id: int) -> ResponseReturnValue:
    before, _here = _colleague(specialist_id)
    closes = before.active and before.user_id is not None
    typed = {
        "name": request.form.get("name", ""),
        "title": request.form.get("title", ""),
        "active": request.form.get("active") == "yes",
        "sees_all": request.form.get("sees_all") == "yes",
    }
    try:
        saved = actions.edit_specialist(actor(), specialist_id, **typed)
    except Invalid as error:
        shown, here = _colleague(specialist_id)
        return _specialist(here, shown, typed, error.fields), error.status
    if closes and not saved.active:
        said = _(
            "Saved: %(name)s takes no clients, and the account no longer has access here.", name=saved.name
        )
    else:
        said = _("Saved: %(name)s", name=saved.name)
    flash(said, "ok")
    return redirect(url_for("practice.team", provider_id=saved.provider_id), 303)


@practice.post("/specialists/<int:specialist_id>/invite")
@signed_in
def invite_specialist(specialist_id: int) -> ResponseReturnValue:
    """A link by which the specialist gets an account of his own here; if one waits already, that one."""
    shown, here = _colleague(specialist_id)
    try:
        made = invitation_actions.invite(
            actor(),
            here.provider.id,
            str(current_app.config["SECRET_KEY"]),
            label=shown.name,
            days=30,
            specialist_id=shown.id,
            form_key=form_key(),
        )
    except Invalid as error:
        flash(str(next(iter(error.fields.values()), error.text)), "error")
        return redirect(url_for("practice.specialist", specialist_id=specialist_id), 303)
    return redirect(url_for("practice.invitation", invitation_id=made.id), 303)


@practice.get("/specialists/<int:specialist_id>/unbind")
@signed_in
def ask_unbind(specialist_id: int) -> ResponseReturnValue:
    """The question before the account is unbound, as a page, for browsers without a script."""
    shown, here = _colleague(specialist_id)
    if shown.user is None:
        return redirect(url_for("practice.specialist", specialist_id=specialist_id))
    return page("practice/unbind.html", here, specialist=shown)


@practice.post("/specialists/<int:specialist_id>/unbind")
@signed_in
def unbind(specialist_id: int) -> ResponseReturnValue:
    """Who had the account works here no longer; the specialist stays."""
    shown, _here = _colleague(specialist_id)
    person = shown.user.name if shown.user else ""
    colleagues.unbind(actor(), specialist_id)
    if person:
        flash(
            _(
                "Unbound: %(name)s no longer has access. The specialist and the appointments stay.",
                name=person,
            ),
            "ok",
        )
    return redirect(url_for("practice.specialist", specialist_id=specialist_id), 303)


def _colleague(specialist_id: int) -> tuple[Specialist, Practice]:
    """A specialist in the hands of the organization's owner. Raises NotFound, Forbidden."""
    shown, here = staff_of(specialist_id)
    if not here.owner:
        raise Forbidden
    if not here.provider.is_organization:
        raise NotFound
    return shown, here


def _specialist(
    here: Practice,
    shown: Specialist,
    typed: Mapping[str, object],
    problems: Mapping[str, object] | None = None,
) -> str:
    offers = queries.offers(db.session, here.provider)
    return page(
        "practice/specialist.html",
        here,
        specialist=shown,
        link=None if shown.user_id else lists.link_of(db.session, shown),
        offers=offers,
        specialist_offers=[one.id for one in offers if shown in one.specialists],
        typed=typed,
        problems=problems or {},
    )


# --- rules of booking ---------------------------------------------------------------------------------------------


@practice.get("/<int:provider_id>/settings")
@signed_in
def settings(provider_id: int) -> ResponseReturnValue:
    """Name, zone, and by which rules clients may ask for a time."""
    here = enter(provider_id, manage=True)
    typed: dict[str, Any] = {name: str(getattr(here.provider, name)) for name in _RULES}
    typed["notice"], typed["notice_unit"] = _notice(here.provider.notice)
    typed["holds_requests"] = "yes" if here.provider.holds_requests else ""
    return _rules(here, typed)


@practice.post("/<int:provider_id>/settings")
@signed_in
def edit_settings(provider_id: int) -> ResponseReturnValue:
    enter(provider_id, manage=True)
    typed = {name: request.form.get(name, "") for name in (*_RULES, "notice_unit", "holds_requests")}
    try:
        actions.edit(actor(), provider_id, typed | {"notice": _minutes(typed)})
    except Invalid as error:
        problems = error.fields | ({"notice": _bounds(typed)} if "notice" in error.fields else {})
        return _rules(enter(provider_id, manage=True), typed, problems), error.status
    flash(_("Saved: the booking rules"), "ok")
    return redirect(url_for("practice.settings", provider_id=provider_id), 303)


#: People think of the time before an appointment in one of these.
_UNITS = {"days": 24 * 60, "hours": 60, "minutes": 1}


def _notice(minutes: int) -> tuple[str, str]:
    unit = next(name for name, size in _UNITS.items() if minutes % size == 0) if minutes else "minutes"
    return str(minutes // _UNITS[unit]), unit


def _minutes(typed: Mapping[str, str]) -> str:
    """What is no number stays as it was typed: the action says what is wrong."""
    number = typed["notice"].strip()
    size = _UNITS.get(typed["notice_unit"], 1)
    return str(int(number) * size) if number.isascii() and number.isdecimal() and len(number) < 6 else number


def _bounds(typed: Mapping[str, str]) -> str:
    """What the notice may be, in the unit that was chosen: the action knows minutes alone."""
    most = actions.MOST_NOTICE // _UNITS.get(typed["notice_unit"], 1)
    return {
        "days": _("Please enter whole days, from 0 to %(most)s.", most=most),
        "hours": _("Please enter whole hours, from 0 to %(most)s.", most=most),
    }.get(typed["notice_unit"], _("Please enter whole minutes, from 0 to %(most)s.", most=most))


def _rules(here: Practice, typed: Mapping[str, Any], problems: Mapping[str, object] | None = None) -> str:
    return page(
        "practice/settings.html",
        here,
        typed=typed,
        problems=problems or {},
        steps=[(str(one), _("%(number)s min", number=one)) for one in actions.STEPS],
        currencies=[(one, money.named(one, str(get_locale()))) for one in money.CURRENCIES],
        offsets=timezones.OFFSETS,
        units=[("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days"))],
    )
