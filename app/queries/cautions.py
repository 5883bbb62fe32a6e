"""What somebody who gives an appointment a time should know before: he may do it all the same. What is forbidden the
actions say; that the time is taken, the database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import clock
from app.queries import slots
from models import Absence, Appointment

#: The hours in which nobody is met by choice: from the first on, until before the second.
NIGHT = (22, 7)


@dataclass(frozen=True)
class Cautions:
    """`absence` is what the time meets; `outside`: beyond the hours of the day, where no absence says why; `far`:
    further ahead than clients may ask; `package_ends`: the end of the package that pays for it, if it is before;
    `theirs`: its beginning by the client's clocks, if they show another time than the provider's and it is night."""

    absence: Absence | None = None
    outside: bool = False
    far: bool = False
    package_ends: dt.datetime | None = None
    theirs: dt.datetime | None = None


def of(session: Session, appointment: Appointment, start: dt.datetime) -> Cautions:
    """Of another time for an appointment. Three statements."""
    specialist, end = appointment.specialist, start + (appointment.ends_at - appointment.starts_at)
    provider, ends = specialist.provider, appointment.package.expires_at if appointment.package else None
    zone = clock.zone(provider.timezone)
    away = next(
        (
            one
            for one in slots.absences(session, provider, start, end)
            if one.specialist_id in (None, specialist.id) and _meets(slots.span(one, zone), start, end)
        ),
        None,
    )
    open_ = slots.openings(session, provider, [specialist], start, end)[specialist.id]
    inside = any(since <= start and end <= until for since, until in open_)
    there = abroad(start, appointment.client.user.timezone, zone)
    return Cautions(
        absence=away,
        outside=not inside and away is None,
        far=start - clock.now() > dt.timedelta(days=provider.horizon),
        package_ends=ends if ends is not None and start > ends else None,
        theirs=there if there is not None and is_night(there) else None,
    )


def abroad(at: dt.datetime, client_zone: str | None, zone: dt.tzinfo) -> dt.datetime | None:
    """A moment by the client's clocks; None if they show the same as those of `zone`, or are not known."""
    if not client_zone:
        return None
    there = at.astimezone(clock.zone(client_zone))
    return None if there.utcoffset() == at.astimezone(zone).utcoffset() else there


def is_night(local: dt.datetime) -> bool:
    """Whether it is night by a clock that shows this."""
    return local.hour >= NIGHT[0] or local.hour < NIGHT[1]


def _meets(span: slots.Span, start: dt.datetime, end: dt.datetime) -> bool:
    return span[0] < end and start < span[1]
