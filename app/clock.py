"""The product's one clock. Nothing else asks the machine for the time."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

#: Seconds by which tests run a whole process in the future; never set in production.
_SHIFT = dt.timedelta(seconds=float(os.environ.get("ATRIUM_CLOCK_SHIFT", "0")))


_as_of: ContextVar[dt.datetime | None] = ContextVar("as_of", default=None)


def now() -> dt.datetime:
    """This moment, aware, in UTC."""
    return _as_of.get() or dt.datetime.now(dt.UTC) + _SHIFT


@contextmanager
def as_of(moment: dt.datetime) -> Iterator[None]:
    """Within it, it is this moment: for stories that are told as if they had happened."""
    token = _as_of.set(moment)
    try:
        yield
    finally:
        _as_of.reset(token)


def zone(name: str | None, default: str = "UTC") -> dt.tzinfo:
    """The zone of an IANA name or of a fixed offset "UTC+05:00" (D-18); an unknown name gives the default."""
    for candidate in (name, default):
        if candidate and candidate.startswith(("UTC+", "UTC-")):
            return fixed_offset(candidate)
        if candidate:
            try:
                return ZoneInfo(candidate)
            except (KeyError, ValueError, OSError):
                continue
    return dt.UTC


def fixed_offset(name: str) -> dt.tzinfo:
    """ "UTC+05:30" → that offset. Raises ValueError if it is not of this form or beyond ±14 hours."""
    hours, _, minutes = name[4:].partition(":")
    delta = dt.timedelta(hours=int(hours), minutes=int(minutes or 0))
    if delta > dt.timedelta(hours=14):
        raise ValueError(name)
    return dt.timezone(-delta if name[3] == "-" else delta, name)


def is_zone(name: str) -> bool:
    """Whether `name` may be stored as somebody's zone."""
    try:
        if name.startswith(("UTC+", "UTC-")):
            fixed_offset(name)
        else:
            ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
