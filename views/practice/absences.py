"""Holidays, vacations, absences; and what is done with the appointments that stand in one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app import clock
from app.actions import appointments as appointment_actions
from app.actions import schedule as actions
from app.errors import IllegalMove, Invalid, NotFound
from app.extensions import db
from app.policy import Practice
from app.queries import away, lists, payments, wording
from models import Absence, AbsenceKind, Appointment
from views.context import actor, money, signed_in
from views.keys import form_key
from views.numbers import LARGE, number, numbers
from views.practice.base import (
    arranged_specialists,
    enter,
    page,
    practice,
    typed_day,
    typed_minute,
)

KINDS = {
    AbsenceKind.HOLIDAY: _l("Holiday"),
    AbsenceKind.VACATION: _l("Vacation"),
    AbsenceKind.ABSENCE: _l("Absence"),
}
ICONS = {AbsenceKind.HOLIDAY: "star", AbsenceKind.VACATION: "palmtree", AbsenceKind.ABSENCE: "calendar-off"}
_FIELDS = ("who", "kind", "from_day", "from_time", "to_day", "to_time", "reason")


@practice.get("/<int:provider_id>/absences")
@signed_in
def absences(provider_id: int) -> ResponseReturnValue:
    """Those that come, and the form for one more."""
    typed = {
        "kind": AbsenceKind.VACATION,
        "from_day": request.args.get("day", ""),
        "who": request.args.get("who", ""),
    }
    return _page(enter(provider_id), typed)


@practice.post("/<int:provider_id>/absences")
@signed_in
def add_absence(provider_id: int) -> ResponseReturnValue:
    """Enter one. If appointments stand in it, they come next."""
    here = enter(provider_id)
    sent = {name: request.form.get(name, "") for name in _FIELDS}
    try:
        kept = actions.add_absence(actor(), provider_id, **_read(here, sent), form_key=form_key())
    except Invalid as error:
        here = enter(provider_id)
        return _page(here, sent, error.fields), error.status
    if away.affected(db.session, here, kept):
        return redirect(url_for("practice.affected", absence_id=kept.id), 303)
    flash(_("Saved: %(when)s", when=words(kept)), "ok")
    return redirect(url_for("practice.absences", provider_id=provider_id), 303)


@practice.get("/absences/<int:absence_id>/remove")
@signed_in
def ask_remove_absence(absence_id: int) -> ResponseReturnValue:
    """Which days, and what was done because of them: none of that comes back by itself."""
    absence = actions.load_absence(actor(), absence_id)
    here = enter(absence.provider_id)
    return page(
        "practice/absence_removal.html",
        here,
        absence=absence,
        kind=KINDS[AbsenceKind(absence.kind)],
        when_words=words(absence),
        standing=len(away.affected(db.session, here, absence)),
        gone=away.gone(db.session, here, absence),
        is_off=payments.is_off,
    )


@practice.post("/absences/<int:absence_id>/remove")
@signed_in
def remove_absence(absence_id: int) -> ResponseReturnValue:
    """He is there after all."""
    provider_id = actions.load_absence(actor(), absence_id).provider_id
    actions.remove_absence(actor(), absence_id)
    flash(_("Removed. These times are on offer again."), "ok")
    return redirect(url_for("practice.absences", provider_id=provider_id), 303)


def _page(here: Practice, typed: Mapping[str, Any], problems: Mapping[str, object] | None = None) -> str:
    those = arranged_specialists(here)
    # A specialist who works alone needs no choice; everybody's absence is the owner's to enter.
    whose = [(str(one.id), one.name) for one in those] if here.provider.is_organization else []
    if whose and here.owner:
        whose.insert(0, ("", _("Everybody")))
    after = number(request.args, "after")
    found, more = lists.absences(db.session, here, after)
    return page(
        "practice/absences.html",
        here,
        absences=found,
        after=after,
        more=more,
        kinds=[(kind.value, label) for kind, label in KINDS.items()],
        kind_names=KINDS,
        kind_icons=ICONS,
        whose=whose if len(whose) > 1 else [],
        met={one.absence.id: one.number for one in away.met(db.session, here)},
        may_remove=lambda one: here.owner or (here.me is not None and one.specialist_id == here.me.id),
        words=words,
        typed=typed,
        problems=problems or {},
    )


def _read(here: Practice, sent: Mapping[str, str]) -> dict[str, Any]:
    """What the form says: whole days, or moments where times are given. Raises Invalid."""
    errors: dict[str, object] = {}
    first = typed_day(sent["from_day"])
    last = typed_day(sent["to_day"]) if sent["to_day"].strip() else first
    if first is None:
        errors["from_day"] = _("Please enter a day.")
    if last is None and first is not None:
        errors["to_day"] = _("Please enter a day, or leave this empty for one day.")
    since = _minute(sent["from_time"], "from_time", errors)
    until = _minute(sent["to_time"], "to_time", errors)
    if errors or first is None or last is None:
        raise Invalid(errors)
    starts = dt.datetime.combine(first, dt.time()) + dt.timedelta(minutes=since or 0)
    ends = dt.datetime.combine(last, dt.time()) + dt.timedelta(minutes=24 * 60 if until is None else until)
    if starts >= ends:
        raise Invalid({"to_day": _("The end must be later than the beginning.")})
    return {
        "specialist_id": _whose(here, sent["who"]),
        "starts": starts,
        "ends": ends,
        "kind": sent["kind"],
        "reason": sent["reason"],
    }


def _minute(text: str, field: str, errors: dict[str, object]) -> int | None:
    if not text.strip():
        return None
    minute = typed_minute(text)
    if minute is None:
        errors[field] = _("Please enter a time, for example 14:30.")
    return minute


def _whose(here: Practice, sent: str) -> int | None:
    """Everybody's is the owner's; everybody else enters his own."""
    if here.owner and not sent:
        return None
    if here.me and not sent:
        return here.me.id
    found = next((one.id for one in arranged_specialists(here) if str(one.id) == sent), None)
    if found is None:
        raise NotFound
    return found


def words(absence: Absence) -> str:
    """«пн, 23 ноября – ср, 25 ноября», with times where it does not fill its days."""
    midnight = dt.time()
    if absence.starts.time() == midnight and absence.ends.time() == midnight:
        first, last = absence.starts.date(), absence.ends.date() - dt.timedelta(days=1)
        if first == last:
            return wording.day(first)
        return f"{wording.day(first)} \N{EN DASH} {wording.day(last)}"
    start = f"{wording.day(absence.starts)}, {absence.starts:%H:%M}"
    if absence.starts.date() == absence.ends.date():
        return f"{start}\N{EN DASH}{absence.ends:%H:%M}"
    return f"{start} \N{EN DASH} {wording.day(absence.ends)}, {absence.ends:%H:%M}"


# --- appointments that stand in it --------------------------------------------------------------------------------


@practice.get("/absences/<int:absence_id>/affected")
@signed_in
def affected(absence_id: int) -> ResponseReturnValue:
    """The open appointments of an absence, each with free times near: one press moves it and tells the client."""
    absence = actions.load_absence(actor(), absence_id)
    return _affected(enter(absence.provider_id), absence)


@practice.get("/absences/<int:absence_id>/refuse")
@signed_in
def ask_refuse_affected(absence_id: int) -> ResponseReturnValue:
    """The form's address, opened by itself (a reload after an error): the page that it stands on."""
    actions.load_absence(actor(), absence_id)
    return redirect(url_for("practice.affected", absence_id=absence_id))


@practice.post("/absences/<int:absence_id>/refuse")
@signed_in
def refuse_affected(absence_id: int) -> ResponseReturnValue:
    """«Отказать всем»: one reason for all that the reader saw. What has come since is left for him to see."""
    absence = actions.load_absence(actor(), absence_id)
    here = enter(absence.provider_id)
    saw = set(numbers(request.form.getlist("appointment"), LARGE))
    chosen = [one for one in away.affected(db.session, here, absence) if one.id in saw]
    standing, returned = [one.id for one in chosen], _returned(chosen)
    comment = request.form.get("comment", "")
    try:
        if not comment.strip():
            raise Invalid({"comment": _("Please say why.")})
        done = appointment_actions.refuse_all(actor(), standing, comment)
    except (Invalid, IllegalMove) as error:
        absence = actions.load_absence(actor(), absence_id)
        fields = error.fields if isinstance(error, Invalid) else {"comment": error.text}
        return _affected(enter(absence.provider_id), absence, fields, comment), error.status
    flash(ngettext("%(num)s client has been told", "%(num)s clients have been told", done), "ok")
    if done and returned:
        flash(_("Return to the clients: %(sum)s", sum=returned))
    return redirect(url_for("practice.affected", absence_id=absence_id), 303)


def _returned(those: Sequence[Appointment]) -> str:
    """«2 000 ₽»: what has been paid for them."""
    sums = payments.together(those, payments.paid(db.session, those))
    return ", ".join(money(amount, currency) for currency, amount in sorted(sums.items()))


def _affected(
    here: Practice, absence: Absence, problems: Mapping[str, object] | None = None, comment: str = ""
) -> str:
    standing = away.affected(db.session, here, absence)
    paid = payments.paid(db.session, standing)
    return page(
        "practice/affected.html",
        here,
        absence=absence,
        kind=KINDS[AbsenceKind(absence.kind)],
        when_words=words(absence),
        standing=standing,
        paid=paid,
        paid_together=payments.together(standing, paid),
        sessions=sum(one.package_id is not None for one in standing),
        instead=away.instead(db.session, here, absence, standing),
        comment=comment,
        problems=problems or {},
        over=absence.ends.replace(tzinfo=clock.zone(here.provider.timezone)) < clock.now(),
        several=here.provider.is_organization and here.sees_all,
    )
