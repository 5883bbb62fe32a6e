"""Run-time settings: name, type, default, help. Their changed values are rows of models/settings.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Setting


@dataclass(frozen=True)
class Spec:
    type: type
    default: Any
    help: object
    minimum: int | None = None
    maximum: int | None = None


SETTINGS: dict[str, Spec] = {
    "organization_name": Spec(str, "Atrium", _l("Name of the location, shown on pages and in mails.")),
    "timezone": Spec(str, "Asia/Yekaterinburg", _l("Zone of the location's wall clocks.")),
    "sign_up_open": Spec(bool, default=True, help=_l("Anybody may create an account.")),
    "completion_hours": Spec(
        int, 72, _l("Hours until an order that awaits confirmation completes by itself."), 1, 24 * 60
    ),
    "completion_reminder_hours": Spec(
        int, 24, _l("Hours before that moment at which the resident is reminded."), 1, 24 * 30
    ),
    "reaction_hours": Spec(
        int,
        4,
        _l("Hours after which a new order that nobody has taken up, or an unanswered message, is overdue."),
        1,
        24 * 30,
    ),
    "sos_minutes": Spec(int, 5, _l("Minutes within which staff must come after a call for help."), 1, 60),
    "sos_stalled_seconds": Spec(
        int,
        120,
        _l("Seconds after which an accepted call for help sounds again if nobody has moved on."),
        10,
        60 * 60,
    ),
    "providers_open": Spec(
        bool, default=True, help=_l("People may register as a specialist or an organization.")
    ),
    "appointment_hours": Spec(
        int,
        24,
        _l("Hours after an appointment at which it counts as completed if the specialist says nothing."),
        1,
        24 * 30,
    ),
    "watchdog_url": Spec(
        str, "", _l("Address that the watchdog of calls for help asks for each minute, to be watched itself.")
    ),
    "support_phone": Spec(str, "", _l("Phone of the dispatch desk, shown to residents.")),
}

#: Other processes learn of a change after this many seconds at the latest.
_TTL = 5.0


@dataclass
class _Cache:
    values: dict[str, Any] = field(default_factory=dict)
    read_at: float = 0.0


_cache = _Cache()


def get(session: Session, name: str) -> Any:
    """The present value of a setting. Raises KeyError for a name that SETTINGS does not know."""
    return all_values(session)[name]


def all_values(session: Session) -> dict[str, Any]:
    """Every setting's present value, at most five seconds old."""
    if not _cache.values or monotonic() - _cache.read_at > _TTL:
        stored = {row.name: row.value for row in session.execute(select(Setting.name, Setting.value))}
        _cache.values = {name: stored.get(name, spec.default) for name, spec in SETTINGS.items()}
        _cache.read_at = monotonic()
    return _cache.values


def remembered(name: str) -> Any:
    """The value as this process knew it last, however long ago, without a query: for pages that have to come also when
    the database does not answer."""
    return _cache.values.get(name, SETTINGS[name].default)


def forget() -> None:
    """Drop this process's copy, after a change."""
    _cache.values = {}
