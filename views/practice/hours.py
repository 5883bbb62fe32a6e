"""Regular hours of a specialist. A row more, Monday's hours for the working days: the form comes back with them,
unsaved, so it needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.actions import schedule as actions
from app.actions.schedule import MOST_A_DAY
from app.errors import Invalid, NotFound
from app.policy import Practice
from models import Specialist
from views.context import actor, signed_in
from views.practice.base import arranged_specialists, enter, page, practice, staff_of, typed_minute

#: Beside a weekday: what is typed as from and to, in order.
Week = dict[int, list[tuple[str, str]]]
#: What somebody new finds in the form.
_USUAL = ("09:00", "18:00")


@dataclass(frozen=True)
class Asked:
    """What a button other than «Save» wants of the form."""

    what: str
    day: int


@practice.get("/<int:provider_id>/hours")
@signed_in
def hours(provider_id: int) -> ResponseReturnValue:
    """The hours of the reader, or of the specialist whom the address names."""
    here = enter(provider_id)
    those = arranged_specialists(here)
    wanted = request.args.get("who", type=int)
    shown = next((one for one in those if one.id == wanted), None)
    if shown is None and wanted is not None:
        raise NotFound
    shown = shown or here.me or next(iter(those), None)
    if shown is None:
        return page("practice/hours.html", here, specialist=None, specialists=[], problems={})
    return _page(here, shown, _kept(shown) or _usual(), fresh=not shown.hours)


@practice.get("/specialists/<int:specialist_id>/hours")
@signed_in
def hours_of(specialist_id: int) -> ResponseReturnValue:
    """The form's address, opened by itself (a reload after an error): the hours of that specialist."""
    specialist, here = staff_of(specialist_id)
    who = specialist_id if specialist in arranged_specialists(here) else None
    return redirect(url_for("practice.hours", provider_id=here.provider.id, who=who))


@practice.post("/specialists/<int:specialist_id>/hours")
@signed_in
def set_hours(specialist_id: int) -> ResponseReturnValue:
    """Save the week, or give the form back with a row more or Monday's hours."""
    specialist, here = staff_of(specialist_id)
    week = _sent()
    if asked := _asked():
        return _page(here, specialist, _with(week, asked), fresh=True)
    stretches, problems = _read(week)
    try:
        if problems:
            raise Invalid(problems)
        actions.set_hours(actor(), specialist_id, stretches)
    except Invalid as error:
        specialist, here = staff_of(specialist_id)
        return _page(here, specialist, week, error.fields, fresh=True), error.status
    flash(_("Saved: the hours of %(name)s", name=specialist.name), "ok")
    who = specialist_id if len(arranged_specialists(here)) > 1 else None
    return redirect(url_for("practice.hours", provider_id=here.provider.id, who=who), 303)


def _page(
    here: Practice,
    specialist: Specialist,
    week: Week,
    problems: Mapping[str, object] | None = None,
    *,
    fresh: bool,
) -> str:
    return page(
        "practice/hours.html",
        here,
        specialist=specialist,
        specialists=arranged_specialists(here),
        week=week,
        problems=problems or {},
        fresh=fresh,
        most=MOST_A_DAY,
    )


def _kept(specialist: Specialist) -> Week:
    week: Week = {}
    for one in specialist.hours:
        week.setdefault(one.weekday, []).append((_clock(one.start), _clock(one.end)))
    return week


def _usual() -> Week:
    return {day: [_USUAL] for day in range(5)}


def _clock(minute: int) -> str:
    """Midnight at the end of a day is 00:00 in the field, as clocks show it."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def _sent() -> Week:
    week: Week = {}
    for day in range(7):
        rows = zip(request.form.getlist(f"from-{day}"), request.form.getlist(f"to-{day}"), strict=False)
        week[day] = [(start[:10], end[:10]) for start, end in rows][: MOST_A_DAY + 1]
    return week


def _asked() -> Asked | None:
    what, _sep, day = request.form.get("do", "").partition("-")
    return Asked(what, int(day)) if what in ("add", "copy") and day in tuple("0123456") else None


def _with(week: Week, asked: Asked) -> Week:
    if asked.what == "add":
        rows = [row for row in week[asked.day] if any(row)]
        return week | {asked.day: [*rows, ("", "")] if rows else [_USUAL]}
    return week | {day: list(week[asked.day]) for day in range(5)}


def _read(week: Week) -> tuple[list[actions.Stretch], dict[str, object]]:
    """The stretches of the form; a row that is empty is not there. Midnight as an end is the end of the day."""
    found: list[actions.Stretch] = []
    problems: dict[str, object] = {}
    for day, rows in week.items():
        for start, end in rows:
            if not start.strip() and not end.strip():
                continue
            since, until = typed_minute(start), typed_minute(end)
            if since is None or until is None:
                problems[str(day)] = _("Please enter both times, for example 9:00 and 18:00.")
            else:
                found.append((day, since, until or 24 * 60))
    return found, problems
