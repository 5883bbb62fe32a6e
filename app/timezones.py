"""Time zones that a person may choose (D-18): UTC offsets with example cities, and names for named zones. Time itself
is told by app/clock.py."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask_babel import lazy_gettext as _l

from app import clock


@dataclass(frozen=True)
class Offset:
    """`name` is what is stored. The cities keep this offset in winter; where clocks change they are examples only."""

    name: str
    cities: object

    @property
    def label(self) -> str:
        return f"{short(clock.fixed_offset(self.name))} · {self.cities}"


OFFSETS = (
    Offset("UTC-12:00", _l("Baker Island")),
    Offset("UTC-11:00", _l("Pago Pago, Midway")),
    Offset("UTC-10:00", _l("Honolulu, Papeete")),
    Offset("UTC-09:30", _l("Marquesas Islands")),
    Offset("UTC-09:00", _l("Anchorage")),
    Offset("UTC-08:00", _l("Los Angeles, Vancouver")),
    Offset("UTC-07:00", _l("Denver, Phoenix")),
    Offset("UTC-06:00", _l("Mexico City, Chicago")),
    Offset("UTC-05:00", _l("New York, Lima, Bogota")),
    Offset("UTC-04:00", _l("Caracas, La Paz, Halifax")),
    Offset("UTC-03:30", _l("St. John’s")),
    Offset("UTC-03:00", _l("Buenos Aires, São Paulo")),
    Offset("UTC-02:00", _l("South Georgia")),
    Offset("UTC-01:00", _l("Praia, Azores")),
    Offset("UTC+00:00", _l("London, Lisbon, Reykjavik")),
    Offset("UTC+01:00", _l("Berlin, Paris, Belgrade")),
    Offset("UTC+02:00", _l("Kaliningrad, Cairo, Helsinki")),
    Offset("UTC+03:00", _l("Moscow, Minsk, Istanbul")),
    Offset("UTC+03:30", _l("Tehran")),
    Offset("UTC+04:00", _l("Samara, Tbilisi, Dubai")),
    Offset("UTC+04:30", _l("Kabul")),
    Offset("UTC+05:00", _l("Yekaterinburg, Perm, Tashkent")),
    Offset("UTC+05:30", _l("Delhi, Colombo")),
    Offset("UTC+05:45", _l("Kathmandu")),
    Offset("UTC+06:00", _l("Omsk, Bishkek, Dhaka")),
    Offset("UTC+06:30", _l("Yangon")),
    Offset("UTC+07:00", _l("Krasnoyarsk, Novosibirsk, Bangkok")),
    Offset("UTC+08:00", _l("Irkutsk, Beijing, Singapore")),
    Offset("UTC+08:45", _l("Eucla")),
    Offset("UTC+09:00", _l("Yakutsk, Chita, Tokyo")),
    Offset("UTC+09:30", _l("Darwin, Adelaide")),
    Offset("UTC+10:00", _l("Vladivostok, Brisbane, Sydney")),
    Offset("UTC+10:30", _l("Lord Howe Island")),
    Offset("UTC+11:00", _l("Magadan, Yuzhno-Sakhalinsk")),
    Offset("UTC+12:00", _l("Petropavlovsk-Kamchatsky, Auckland")),
    Offset("UTC+12:45", _l("Chatham Islands")),
    Offset("UTC+13:00", _l("Nukuʻalofa, Apia")),
    Offset("UTC+14:00", _l("Kiritimati")),
)
_BY_NAME = {offset.name: offset for offset in OFFSETS}


def may_choose(name: str) -> bool:
    """Whether `name` is an offset of the list or a named zone, as browsers report them."""
    if name.startswith(("UTC+", "UTC-")):
        return name in _BY_NAME
    return bool(name) and len(name) <= 64 and name.isascii() and clock.is_zone(name)


def label(name: str, locale: str) -> str:
    """«Екатеринбург (UTC+5)» for a named zone, «UTC+5 · Екатеринбург, Пермь» for an offset of the list."""
    if name in _BY_NAME:
        return _BY_NAME[name].label
    zone = clock.zone(name)
    if not isinstance(zone, ZoneInfo):
        return short(zone)
    return f"{get_timezone_location(zone, locale=locale, return_city=True)} ({short(zone)})"


def short(zone: dt.tzinfo) -> str:
    """ "UTC+5", "UTC-3:30": the zone's present distance from UTC, with a true minus."""
    return offset(clock.now().astimezone(zone))


def offset(local: dt.datetime) -> str:
    """The same of a moment in its own zone."""
    minutes = int((local.utcoffset() or dt.timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "\N{MINUS SIGN}" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")
