"""Free time: what a specialist's hours leave after absences and bookings (I-3). Guards nothing: that does the database
(models/bookings.py); what is free here may be taken a moment later.

A day's hours are wall-clock times of the provider's zone. Between their two moments time is counted as it passes, so a
day on which clocks change has an hour more or less.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import NamedTuple, TypeVar

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app import clock
from models import Absence, Booking, Hours, Offer, Provider, Specialist

#: A stretch of time, [from, to).
Span = tuple[dt.datetime, dt.datetime]
T = TypeVar("T", dt.datetime, int)


class Slot(NamedTuple):
    """A time that can be asked for, and of whom."""

    at: dt.datetime
    specialist: Specialist


def free_slots(
    session: Session,
    offer: Offer,
    specialists: Sequence[Specialist],
    since: dt.datetime,
    until: dt.datetime,
    *,
    ignoring: int | None = None,
) -> list[Slot]:
    """The times that clients may ask for between two moments, in order, for each of the specialists (active ones of one
    provider). Those that are too soon or too far by the provider's rules are left out; the provider's own people book
    by `openings` and `busy`. `ignoring` is a booking that is about to give its time up. Three statements."""
    provider = offer.provider
    since = max(since, clock.now() + dt.timedelta(minutes=provider.notice))
    until = min(until, clock.now() + dt.timedelta(days=provider.horizon))
    if since >= until or not specialists:
        return []
    open_ = openings(session, provider, specialists, since, until)
    long = dt.timedelta(minutes=offer.minutes + offer.buffer)
    taken = busy(session, {one.resource_id for one in specialists}, since, until + long, ignoring=ignoring)
    found = [
        Slot(at, one)
        for one in sorted(specialists, key=lambda one: (one.position, one.id))
        for at in starts(open_[one.id], taken[one.resource_id], offer, provider.step)
        if since <= at < until
    ]
    found.sort(key=itemgetter(0))  # keeps the specialists' order within a time
    return found


def starts(open_: Iterable[Span], taken: Sequence[Span], offer: Offer, step: int) -> Iterator[dt.datetime]:
    """Starts on the grid of each opening. The appointment lies within the hours, its rest afterwards need not. What is
    taken is in order and does not overlap, so the first that ends after a start says whether it is free."""
    long, whole, grid = (dt.timedelta(minutes=n) for n in (offer.minutes, offer.minutes + offer.buffer, step))
    ends = [to for _since, to in taken]
    for start, end in open_:
        at, last, ahead = start, end - long, bisect_right(ends, start)
        while at <= last:
            while ahead < len(ends) and ends[ahead] <= at:
                ahead += 1
            if ahead == len(ends) or taken[ahead][0] >= at + whole:
                yield at
            at += grid


def openings(
    session: Session,
    provider: Provider,
    specialists: Sequence[Specialist],
    since: dt.datetime,
    until: dt.datetime,
) -> dict[int, list[Span]]:
    """By specialist: when he is there between two moments, hours without absences, whole openings at both ends. The
    grid of starts begins anew after an absence. Two statements."""
    zone = clock.zone(provider.timezone)
    # Colleagues have much the same hours: each stretch of a day is reckoned once.
    opening = cache(lambda day, start, end: (moment(day, start, zone), moment(day, end, zone, last=True)))
    week: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    ids = [one.id for one in specialists]
    columns = (Hours.specialist_id, Hours.weekday, Hours.start, Hours.end)
    asked = select(*columns).where(Hours.specialist_id.in_(ids)).order_by(Hours.weekday, Hours.start)
    for specialist_id, weekday, start, end in session.execute(asked):
        week[specialist_id, weekday].append((start, end))
    away = absences(session, provider, since, until)
    days = list(_days(since.astimezone(zone).date(), until.astimezone(zone).date()))
    return {
        one.id: list(
            without(
                [
                    opening(day, start, end)
                    for day in days
                    for start, end in week.get((one.id, day.weekday()), ())
                ],
                [span(row, zone) for row in away if row.specialist_id in (None, one.id)],
            )
        )
        for one in specialists
    }


def absences(
    session: Session, provider: Provider, since: dt.datetime, until: dt.datetime
) -> Sequence[Absence]:
    """The provider's absences that meet a stretch of time, everybody's and each specialist's, by their beginning."""
    zone = clock.zone(provider.timezone)
    day = dt.timedelta(days=1)  # what meets it in wall-clock time may not in fact: the callers look closer
    query = select(Absence).where(
        Absence.provider_id == provider.id,
        Absence.ends > since.astimezone(zone).replace(tzinfo=None) - day,
        Absence.starts < until.astimezone(zone).replace(tzinfo=None) + day,
    )
    return session.scalars(query.order_by(Absence.starts, Absence.id)).all()


def busy(
    session: Session,
    resource_ids: Iterable[int],
    since: dt.datetime,
    until: dt.datetime,
    *,
    ignoring: int | None = None,
) -> dict[int, list[Span]]:
    """By resource: the stretches that active bookings hold, in order. One statement, by the guard's own index."""
    span = Range(since, until)
    rows = session.execute(
        select(Booking.resource_id, func.lower(Booking.span), func.upper(Booking.span))
        .where(Booking.active, Booking.resource_id.in_(list(resource_ids)), Booking.span.overlaps(span))
        .where(Booking.id != (ignoring or 0))
        .order_by(func.lower(Booking.span))
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for resource_id, start, end in rows:
        found[resource_id].append((start, end))
    return found


def nearest(slots: Sequence[Slot], at: dt.datetime, most: int = 3) -> list[Slot]:
    """The free times closest to a moment, in the order of time; one of those at the same time."""
    by_time = {slot.at: slot for slot in reversed(slots)}
    close = sorted(by_time.values(), key=lambda slot: (abs(slot.at - at), slot.at))[:most]
    return sorted(close, key=lambda slot: slot.at)


# --- wall clocks --------------------------------------------------------------------------------------------------


def moment(day: dt.date, minute: int, zone: dt.tzinfo, *, last: bool = False) -> dt.datetime:
    """The minute (0 to 1440) of a day in a zone, as UTC. What clocks show twice is the first of the two, or the `last`;
    what they leave out is an hour later."""
    return _told(dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute), zone, last=last)


def _told(wall: dt.datetime, zone: dt.tzinfo, *, last: bool) -> dt.datetime:
    """A wall-clock time as UTC. `fold` tells apart what clocks show twice; of what they leave out it would make an hour
    too early, so there it is not set."""
    at = wall.replace(tzinfo=zone, fold=int(last)).astimezone(dt.UTC)
    if last and at.astimezone(zone).replace(tzinfo=None, fold=0) != wall:
        return wall.replace(tzinfo=zone).astimezone(dt.UTC)
    return at


def span(absence: Absence, zone: dt.tzinfo) -> Span:
    """An absence as moments: what clocks show twice is left out whole."""
    return _told(absence.starts, zone, last=False), _told(absence.ends, zone, last=True)


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    while first <= last:
        yield first
        first += dt.timedelta(days=1)


def without(spans: Iterable[tuple[T, T]], taken: Sequence[tuple[T, T]]) -> Iterator[tuple[T, T]]:
    """What is left of the spans, of moments or of minutes of a day."""
    for start, end in spans:
        at = start
        for since, to in sorted(taken):
            if to <= at or since >= end:
                continue
            if since > at:
                yield at, since
            at = max(at, to)
        if at < end:
            yield at, end
