"""What journal texts may name: the entry's data as words, moments in the reader's zone and language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from babel.dates import format_skeleton, get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _

from app import clock, money, timezones

#: Data that hold a moment, or a list of moments, as ISO 8601.
_MOMENTS = ("when", "before", "near")


class Words(dict[str, Any]):
    """What a text may name; a word that the entry does not have is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def words(data: Mapping[str, Any], zone: dt.tzinfo, reader: dt.tzinfo | None = None) -> Words:
    """The data for a text, with its moments and money as people read them. If the clocks of the `reader` show another
    time than those of `zone`, the moments name their offset."""
    found = Words(data)

    def told(written: str) -> str:
        at = dt.datetime.fromisoformat(written)
        if reader is None or at.astimezone(zone).utcoffset() == at.astimezone(reader).utcoffset():
            return moment(at, zone)
        return f"{moment(at, zone)} ({timezones.offset(at.astimezone(zone))})"

    for name in _MOMENTS:
        value = data.get(name)
        if isinstance(value, str):
            found[name] = told(value)
        elif isinstance(value, list):
            found[name] = "; ".join(map(told, value)) or _("no time")
    if "until" in data:
        found["until"] = day(dt.date.fromisoformat(data["until"]))
    if "amount" in data:
        found["sum"] = money.shown(data["amount"], data["currency"], str(get_locale()))
    return found


def moment(at: dt.datetime, zone: dt.tzinfo) -> str:
    """«пн, 23 ноября, 16:00», with the year if it is another one than the present."""
    local = at.astimezone(zone)
    return f"{day(local)}, {local:%H:%M}"


def day(local: dt.date) -> str:
    """«пн, 23 ноября» of a date, or of a moment in its own zone; in another year «пн, 23 ноября 2027 г.»."""
    zone = local.tzinfo if isinstance(local, dt.datetime) else None
    another = local.year != clock.now().astimezone(zone or dt.UTC).year
    # A date: Babel would look for the zone of a moment by its name, and an offset has none.
    return _day(dt.date(local.year, local.month, local.day), str(get_locale()), another)


def clock_of(there: dt.datetime, here: dt.datetime) -> str:
    """The time by another zone's clocks, «01:00», beside the same by the reader's own; «вт 01:00» where it is another
    day there. Short: it stands under times to choose from."""
    if there.date() == here.date():
        return f"{there:%H:%M}"
    return f"{_weekday(there.weekday(), str(get_locale()))} {there:%H:%M}"


@lru_cache(maxsize=100)
def _weekday(number: int, locale: str) -> str:
    return get_day_names("abbreviated", context="format", locale=locale)[number]


@lru_cache(maxsize=4000)
def _day(date: dt.date, locale: str, with_year: bool) -> str:
    """A list has the same days again and again, and Babel takes a third of a millisecond for each."""
    return format_skeleton("yMMMMEd" if with_year else "MMMMEd", date, locale=locale)
