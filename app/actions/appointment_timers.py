"""What time does to appointments: requests lapse, what nobody marked is completed, clients are reminded (I-18)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from app import clock, settings
from app.actions import appointments, packages
from app.actions.base import action
from app.extensions import db
from app.flows import AGREED, REQUESTED
from app.plans import word
from app.policy import SYSTEM
from models import Appointment, Client, Provider, User


@action
def lapse_due(limit: int = 100) -> int:
    """Close requests that nobody answered before their time came. How many."""
    return _all_due(
        "lapse", limit, Appointment.status == REQUESTED.name, Appointment.starts_at <= clock.now()
    )


@action
def expire_due(limit: int = 100) -> int:
    """Complete appointments that were over some hours ago and that nobody marked. How many."""
    hours = dt.timedelta(hours=settings.get(db.session, "appointment_hours"))
    return _all_due(
        "expire", limit, Appointment.status == AGREED.name, Appointment.ends_at <= clock.now() - hours
    )


def _all_due(name: str, limit: int, *conditions: Any) -> int:
    due = db.session.scalars(
        select(Appointment)
        .where(Appointment.closed_at.is_(None), *conditions)
        .order_by(Appointment.id)
        .limit(limit)
        .with_for_update(of=Appointment, skip_locked=True)
    ).all()
    packages.lock(due)
    for one in due:
        appointments.move(SYSTEM, one.id, name)
    return len(due)


@action
def remind_due(limit: int = 100) -> int:
    """Remind clients of what is before them: so many hours ahead as they wish, or else as the provider has it (I-18).
    How many."""
    hours = func.coalesce(User.reminder, Provider.reminder)
    now, ahead = clock.now(), func.make_interval(0, 0, 0, 0, hours)
    due = db.session.scalars(
        select(Appointment)
        .join(Provider, Provider.id == Appointment.provider_id)
        .join(Client, Client.id == Appointment.client_id)
        .join(User, User.id == Client.user_id)
        .where(
            Appointment.status == word(AGREED.name),
            Appointment.reminded_at.is_(None),
            Appointment.starts_at > now,
            Appointment.starts_at - ahead <= now,
            # Who agreed after that moment has just been told.
            Appointment.updated_at < Appointment.starts_at - ahead,
        )
        .order_by(Appointment.starts_at)
        .limit(limit)
        .with_for_update(of=Appointment, skip_locked=True)
    ).all()
    for appointment in due:
        appointment.reminded_at = now
        appointments.record(appointment, "appointment.reminded", SYSTEM)
    return len(due)
