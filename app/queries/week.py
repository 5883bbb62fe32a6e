"""A provider's week by the clocks of its zone: hours, absences and appointments of each day, ready to be drawn.

A day is drawn by its wall clock. What lies in the hour that clocks show twice is drawn beside what it seems to meet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.flows import CALLED_OFF, DECLINED
from app.policy import Practice
from app.queries import slots
from app.queries.practice import LONGEST, appointments, with_faces
from models import Absence, Appointment, Hours, Specialist

DAY = 24 * 60
#: More appointments of several people are no picture of a week, and no page of a fair size.
MOST = 110
#: What a week without hours and appointments shows: from eight to eight.
_USUAL = (8 * 60, 20 * 60)


@dataclass
class Block:
    """Something that takes a part of a day, in minutes of its wall clock; `lane` of `lanes` stand side by side."""

    start: int
    end: int
    appointment: Appointment | None = None
    absence: Absence | None = None
    #: What the reader has elsewhere as a client; nobody else's week has it.
    private: Any = None
    lane: int = 0
    lanes: int = 1


@dataclass
class Day:
    """`hours` are the stretches in which somebody of those who are shown works, merged; `off` those in which nobody of
    them is there, whoever else works on the day; `offered` whether hours are left by the absences."""

    date: dt.date
    hours: list[tuple[int, int]] = field(default_factory=list)
    absences: list[Block] = field(default_factory=list)
    off: list[tuple[int, int]] = field(default_factory=list)
    offered: bool = False
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Week:
    days: list[Day]
    #: The hours that the drawing begins and ends with.
    first: int
    last: int
    #: There are more than MOST: some are missing.
    crowded: bool = False


def span_of(monday: dt.date, zone: dt.tzinfo) -> slots.Span:
    """A week by the clocks of a zone."""
    return slots.moment(monday, 0, zone), slots.moment(monday + dt.timedelta(days=7), 0, zone)


def week(
    session: Session,
    practice: Practice,
    who: Sequence[Specialist],
    monday: dt.date,
    private: Sequence[Any] = (),
) -> Week:
    """Seven days from a Monday, of these specialists; of several no more than MOST appointments. What was declined or
    called off is left out. `private` stands among the rest: what the reader has as a client. Three statements."""
    provider = practice.provider
    zone = clock.zone(provider.timezone)
    days = [Day(monday + dt.timedelta(days=n)) for n in range(7)]
    since, until = span_of(monday, zone)
    ids = {one.id for one in who}
    hours = _add_hours(session, days, ids)
    for absence in slots.absences(session, provider, since, until):
        if absence.specialist_id is None or absence.specialist_id in ids:
            _add_absence(days, absence)
    for day in days:
        _add_off(day, who, hours)
    query = appointments(practice).where(
        Appointment.specialist_id.in_(ids),
        Appointment.starts_at >= since - LONGEST,
        Appointment.starts_at < until,
        Appointment.ends_at > since,
        Appointment.status.not_in((DECLINED.name, CALLED_OFF.name)),
    )
    most = MOST if len(who) > 1 else 1000
    found = session.scalars(
        with_faces(query).order_by(Appointment.starts_at, Appointment.id).limit(most + 1)
    ).all()
    for one in found[:most]:
        _add_appointment(days, one, zone, appointment=one)
    # A colleague's client may work here himself: what is drawn already is not drawn twice.
    known = {one.id for one in found[:most]}
    for line in private:
        if line.id not in known:
            _add_appointment(days, line, zone, private=line)
    for day in days:
        day.blocks.sort(key=lambda block: (block.start, block.end))
        _lay_out(day.blocks)
    return Week(days, *_frame(days), crowded=len(found) > most)


def _add_hours(session: Session, days: Sequence[Day], ids: set[int]) -> Sequence[Hours]:
    rows = session.scalars(select(Hours).where(Hours.specialist_id.in_(ids)).order_by(Hours.start)).all()
    for day in days:
        for row in rows:
            if row.weekday != day.date.weekday():
                continue
            if day.hours and row.start <= day.hours[-1][1]:
                day.hours[-1] = (day.hours[-1][0], max(day.hours[-1][1], row.end))
            else:
                day.hours.append((row.start, row.end))
    return rows


def _add_absence(days: Sequence[Day], absence: Absence) -> None:
    for day in days:
        midnight = dt.datetime.combine(day.date, dt.time())
        start = max(_minutes(absence.starts - midnight), 0)
        end = min(_minutes(absence.ends - midnight), DAY)
        if start < end:
            day.absences.append(Block(start, end, absence=absence))


def _add_off(day: Day, who: Sequence[Specialist], hours: Sequence[Hours]) -> None:
    """Who has no hours on the day is not there anyway: his absence hides nobody's, unless nobody has any."""
    works: dict[int, list[tuple[int, int]]] = {}
    for row in hours:
        if row.weekday == day.date.weekday():
            works.setdefault(row.specialist_id, []).append((row.start, row.end))
    off = [(0, DAY)] if day.absences else []
    for one in works or [one.id for one in who]:
        away = [
            (b.start, b.end) for b in day.absences if b.absence and b.absence.specialist_id in (None, one)
        ]
        there = list(slots.without([(0, DAY)], away))
        off = list(slots.without(off, there))
        day.offered = day.offered or bool(list(slots.without(works.get(one, []), away)))
    day.off = off


def _minutes(length: dt.timedelta) -> int:
    return int(length.total_seconds() // 60)


def _add_appointment(days: Sequence[Day], one: Any, zone: dt.tzinfo, **what: Any) -> None:
    """Where it begins by the wall clock, as long as it lasts; what goes on after midnight is in the next day too."""
    start, end = one.starts_at.astimezone(zone), one.ends_at.astimezone(zone)
    length = _minutes(one.ends_at - one.starts_at)
    for day in days:
        if start.date() == day.date:
            at = start.hour * 60 + start.minute
            day.blocks.append(Block(at, min(at + length, DAY), **what))
        elif start.date() < day.date <= end.date() and (end.hour, end.minute) != (0, 0):
            until = end.hour * 60 + end.minute if end.date() == day.date else DAY
            day.blocks.append(Block(0, until, **what))


def _lay_out(blocks: list[Block]) -> None:
    """Those that meet stand side by side, all of a bunch equally narrow. They come by their beginnings."""
    bunch: list[Block] = []
    reach = 0
    for block in blocks:
        if bunch and block.start >= reach:
            _close(bunch)
            bunch, reach = [], 0
        ends = {other.lane: max(o.end for o in bunch if o.lane == other.lane) for other in bunch}
        block.lane = next(lane for lane in range(len(bunch) + 1) if ends.get(lane, 0) <= block.start)
        bunch.append(block)
        reach = max(reach, block.end)
    _close(bunch)


def _close(bunch: Sequence[Block]) -> None:
    lanes = max((one.lane for one in bunch), default=0) + 1
    for one in bunch:
        one.lanes = lanes


def _frame(days: Sequence[Day]) -> tuple[int, int]:
    """Whole hours, an hour of air around what there is."""
    starts = [start for day in days for start, _end in day.hours] + [b.start for d in days for b in d.blocks]
    ends = [end for day in days for _start, end in day.hours] + [b.end for d in days for b in d.blocks]
    first = max(min(starts, default=_USUAL[0] + 60) // 60 - 1, 0)
    last = min(-(-max(ends, default=_USUAL[1] - 60) // 60) + 1, 24)
    return first, last
