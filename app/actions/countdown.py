"""The countdown of a done order to its automatic completion (S0-61), and what holds it back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm.attributes import set_committed_value

from app import clock, settings
from app.extensions import db
from models import Order


def period(order: Order) -> dt.timedelta:
    """How long a done order waits for the resident: the service's hours, else the setting's (D-9)."""
    own = order.service.completion_hours if order.service else None
    return dt.timedelta(hours=own or settings.get(db.session, "completion_hours"))


def start(order: Order) -> None:
    order.completes_at = clock.now() + period(order)


def waiting(order: Order) -> None:
    """The resident has written: until somebody answers, the order does not complete by itself."""
    if order.waiting_since is None:
        _set(order, waiting_since=clock.now())


def answered(order: Order) -> None:
    """Nobody waits for the staff any longer. A countdown that was held back leaves the resident at least the
    reminder's time (or the whole period, if that is shorter) to look at the answer."""
    if order.waiting_since is None:
        return
    _set(order, waiting_since=None)
    if order.completes_at:
        ahead = dt.timedelta(hours=settings.get(db.session, "completion_reminder_hours"))
        _set(order, completes_at=max(order.completes_at, clock.now() + min(ahead, period(order))))


def _set(order: Order, **values: dt.datetime | None) -> None:
    """Talking does not change the order's version: whoever is about to press a button may still press it. The
    caller holds the row's lock."""
    db.session.execute(
        update(Order)
        .where(Order.id == order.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    for name, value in values.items():
        set_committed_value(order, name, value)
