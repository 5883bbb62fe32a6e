"""Who is told of a call of help: on duty by week and place with handovers, steps of the escalation, audiences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock, settings
from app.permissions import P
from app.policy import holders
from app.queries import places
from models import FACE, AlarmStep, Audience, Channel, DutySlot, Handover

#: A step that repeats for ever does not do so more often than this, in seconds.
PAUSE = 10
_DAY = 24 * 60
_WEEK = 7 * _DAY
#: What a handover is handed over again, at most.
_HANDS = 5


@dataclass(frozen=True)
class Step:
    """Whom to tell over which channels, `after` so many seconds since the step before."""

    audience: Audience
    channels: tuple[str, ...]
    after: int


@dataclass(frozen=True)
class Told:
    """The people whom a step reaches. `instead`: nobody whom it means is there, so it is everybody with the right."""

    people: frozenset[int]
    instead: bool = False


def steps(session: Session) -> list[Step]:
    """The escalation in order, never empty. The last step repeats for ever. One statement."""
    rows = session.scalars(select(AlarmStep).order_by(AlarmStep.position, AlarmStep.id)).all()
    found = [Step(Audience(row.audience), tuple(row.channels), row.after) for row in rows]
    # Whoever removed every step did not mean that nobody should be told.
    return found or [Step(Audience.EVERYBODY, (Channel.SCREEN,), 30)]


def told(session: Session, audience: Audience, place_id: int | None, at: dt.datetime, *, caller: int) -> Told:
    """Whom a step reaches for a call from the place at that moment; never the caller, who may be of the staff."""
    everybody = frozenset(holders(session, P.SOS_RESPOND)) - {caller}
    if audience is Audience.EVERYBODY:
        return Told(everybody)
    if audience is Audience.MANAGERS:
        found = frozenset(holders(session, P.SOS_MANAGE)) & everybody
    else:
        found = frozenset(on_duty(session, place_id, at)) & everybody
    return Told(found) if found else Told(everybody, instead=True)


def on_duty(session: Session, place_id: int | None, at: dt.datetime) -> set[int]:
    """Ids of those on duty at the moment: of the nearest place above that has anybody then, else of the whole location.
    For a call that names no place: everybody who is on duty anywhere."""
    there = present(session, session.scalars(select(DutySlot)).all(), at)
    if place_id is None:
        return handed_over(session, set().union(*there.values()), at)
    for near in (*places.upwards(session, place_id), None):
        if near in there:
            return handed_over(session, there[near], at)
    return set()


def present(session: Session, week: Iterable[DutySlot], at: dt.datetime) -> dict[int | None, set[int]]:
    """Place (None: the whole location) → ids of those whose slots hold the moment; handovers are not looked at."""
    slots = list(week)
    elsewhere = {slot.place_id for slot in slots if slot.place_id is not None}
    zones: dict[Any, str] = dict(places.timezones(session, elsewhere)) if elsewhere else {}
    location = settings.get(session, "timezone")
    found: dict[int | None, set[int]] = {}
    for slot in slots:
        # The place's wall clock, else the location's.
        if covers(slot, at, clock.zone(zones.get(slot.place_id), location)):
            found.setdefault(slot.place_id, set()).add(slot.user_id)
    return found


def covers(slot: DutySlot, at: dt.datetime, zone: dt.tzinfo) -> bool:
    """Whether the weekly slot holds the moment. One that ends not after it starts ends on the next day."""
    local = at.astimezone(zone)
    day, minute = local.weekday(), local.hour * 60 + local.minute
    if slot.ends > slot.starts:
        return slot.weekday == day and slot.starts <= minute < slot.ends
    return (slot.weekday == day and minute >= slot.starts) or (
        slot.weekday == (day - 1) % 7 and minute < slot.ends
    )


def gaps(week: Iterable[DutySlot]) -> list[tuple[int, int, int]]:
    """When nobody is on duty for the whole location: weekday, first and last minute of the day, in the week's order."""
    covered = [False] * _WEEK
    for slot in week:
        if slot.place_id is None:
            begin = slot.weekday * _DAY + slot.starts
            length = slot.ends - slot.starts + (0 if slot.ends > slot.starts else _DAY)
            for minute in range(begin, begin + length):
                covered[minute % _WEEK] = True
    found = []
    for (is_covered, day), run in groupby(range(_WEEK), key=lambda minute: (covered[minute], minute // _DAY)):
        minutes = list(run)
        if not is_covered:
            found.append((day, minutes[0] % _DAY, minutes[-1] % _DAY + 1))
    return found


def handed_over(session: Session, people: Iterable[int], at: dt.datetime) -> set[int]:
    """The people, with those in their places to whom they have handed over at that moment."""
    rows = session.execute(
        select(Handover.from_id, Handover.to_id)
        .where(Handover.starts_at <= at, Handover.ends_at > at)
        .order_by(Handover.id)
    )
    hands: dict[int, int] = {row.from_id: row.to_id for row in rows}
    found = set()
    for person in people:
        last = person
        for _hand in range(_HANDS):
            last = hands.get(last, last)
        found.add(last)
    return found


def slots(session: Session) -> Sequence[DutySlot]:
    """The whole week, by place, day and hour, with the people."""
    return session.scalars(
        select(DutySlot)
        .options(joinedload(DutySlot.user).load_only(*FACE))
        .order_by(DutySlot.place_id.nulls_first(), DutySlot.weekday, DutySlot.starts, DutySlot.id)
    ).all()


def handovers(session: Session, at: dt.datetime) -> Sequence[Handover]:
    """Handovers that are not over at the moment, the next to end first, with both people."""
    return session.scalars(
        select(Handover)
        .where(Handover.ends_at > at)
        .options(
            joinedload(Handover.from_user).load_only(*FACE), joinedload(Handover.to_user).load_only(*FACE)
        )
        .order_by(Handover.starts_at, Handover.id)
        .limit(200)
    ).all()
