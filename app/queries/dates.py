"""Free time by the days of whoever asks for it (S2-16, S2-20): a provider's evening may be the reader's next day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import clock
from app.queries.slots import Slot, free_slots, moment
from models import Offer, Provider, Specialist


@dataclass(frozen=True)
class Month:
    """A month of the reader's calendar. `free` are its days that have free times; `before` and `after` the neighbours
    in which somebody may still ask, None at the ends."""

    first: dt.date
    free: dict[dt.date, list[dt.datetime]]
    before: dt.date | None
    after: dt.date | None


def month(
    session: Session, offer: Offer, specialists: Sequence[Specialist], first: dt.date, zone: dt.tzinfo
) -> Month:
    """The month that begins with `first`. Three statements."""
    found = free_slots(
        session, offer, specialists, moment(first, 0, zone), moment(next_month(first), 0, zone)
    )
    return month_of(found, offer.provider, first, zone)


def coming(
    session: Session, offer: Offer, specialists: Sequence[Specialist], zone: dt.tzinfo
) -> list[dt.datetime]:
    """The free times of this month and the next one; if there are none, of as far as anybody may ask. Three or six
    statements."""
    now = clock.now()
    until = moment(next_month(next_month(_first(now, zone))), 0, zone)
    horizon = now + dt.timedelta(days=offer.provider.horizon)
    found = free_slots(session, offer, specialists, now, until)
    if not found and until < horizon:
        found = free_slots(session, offer, specialists, until, horizon)
    return times(found)


def day(
    session: Session, offer: Offer, specialists: Sequence[Specialist], date: dt.date, zone: dt.tzinfo
) -> list[dt.datetime]:
    """The free times of one of the reader's days, which may have 23 or 25 hours. Three statements."""
    tomorrow = date + dt.timedelta(days=1)
    return times(free_slots(session, offer, specialists, moment(date, 0, zone), moment(tomorrow, 0, zone)))


def times(found: Iterable[Slot]) -> list[dt.datetime]:
    """Each time once, however many are free at it."""
    return list(dict.fromkeys(slot.at for slot in found))


def month_of(
    found: Iterable[Slot | dt.datetime], provider: Provider, first: dt.date, zone: dt.tzinfo
) -> Month:
    """The month, of free times that are known already."""
    free: dict[dt.date, list[dt.datetime]] = defaultdict(list)
    after = next_month(first)
    for one in found:
        at = one.at if isinstance(one, Slot) else one
        date = at.astimezone(zone).date()
        if first <= date < after and at not in free[date][-1:]:
            free[date].append(at)
    now = clock.now()
    last = now + dt.timedelta(days=provider.horizon)
    return Month(
        first,
        {date: ats for date, ats in free.items() if ats},
        first_before(first) if first > _first(now, zone) else None,
        after if moment(after, 0, zone) < last else None,
    )


def within(first: dt.date, provider: Provider, zone: dt.tzinfo) -> bool:
    """Whether anybody may ask for a day of the month."""
    now = clock.now()
    last = now + dt.timedelta(days=provider.horizon)
    return _first(now, zone) <= first <= _first(last, zone)


def _first(at: dt.datetime, zone: dt.tzinfo) -> dt.date:
    return at.astimezone(zone).date().replace(day=1)


def first_before(first: dt.date) -> dt.date:
    return (first - dt.timedelta(days=1)).replace(day=1)


def next_month(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1)
