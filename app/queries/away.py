"""Absences, and the appointments that stand in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.flows import CALLED_OFF, DECLINED
from app.policy import Practice
from app.queries import slots
from app.queries.practice import LONGEST, OPEN, appointments, with_faces
from models import Absence, Appointment

#: Appointments that are named before an absence is removed.
_MOST_GONE = 20
#: By how much a wall-clock time and a moment of UTC can differ, and a day's beginning be told twice.
_ZONES = dt.timedelta(days=1)


@dataclass(frozen=True)
class Meeting:
    """An absence, and how many open appointments stand in it."""

    absence: Absence
    number: int


def met(session: Session, practice: Practice, most: int = 200) -> Sequence[Meeting]:
    """The absences that meet appointments, of all whom the reader may send away: the owner everybody, the others
    themselves. At most `most` appointments are looked at. One statement."""
    provider = practice.provider
    zone, now = clock.zone(provider.timezone), clock.now()
    query = (
        select(Absence, Appointment.starts_at, Appointment.ends_at)
        .join(Appointment, Appointment.provider_id == Absence.provider_id)
        .where(
            Absence.provider_id == provider.id,
            Absence.ends > now.replace(tzinfo=None) - _ZONES,
            or_(Absence.specialist_id.is_(None), Absence.specialist_id == Appointment.specialist_id),
            Appointment.status.in_(OPEN),
            Appointment.starts_at >= now - LONGEST,
            Appointment.starts_at < func.timezone("UTC", Absence.ends + _ZONES),
            Appointment.ends_at > func.timezone("UTC", Absence.starts - _ZONES),
        )
        .options(joinedload(Absence.specialist))
        .order_by(Absence.starts, Absence.id)
        .limit(most)
    )
    if not practice.owner:
        query = query.where(Absence.specialist_id == (practice.me.id if practice.me else 0))
    numbers: dict[Absence, int] = {}
    for absence, starts_at, ends_at in session.execute(query):
        start, end = slots.span(absence, zone)
        if starts_at < end and ends_at > max(start, now):
            numbers[absence] = numbers.get(absence, 0) + 1
    return [Meeting(absence, number) for absence, number in numbers.items()]


def affected(session: Session, practice: Practice, absence: Absence) -> list[Appointment]:
    """Open appointments that stand in an absence, of whoever is away, as far as the reader sees them. One statement."""
    start, end = slots.span(absence, clock.zone(practice.provider.timezone))
    query = appointments(practice).where(
        Appointment.status.in_(OPEN),
        Appointment.starts_at >= max(start, clock.now()) - LONGEST,
        Appointment.starts_at < end,
        Appointment.ends_at > max(start, clock.now()),
    )
    if absence.specialist_id is not None:
        query = query.where(Appointment.specialist_id == absence.specialist_id)
    query = with_faces(query).options(joinedload(Appointment.offer), joinedload(Appointment.package))
    return list(session.scalars(query.order_by(Appointment.starts_at, Appointment.id).limit(100)))


def gone(session: Session, practice: Practice, absence: Absence) -> list[Appointment]:
    """What was moved out of an absence and lies ahead elsewhere, and what the provider has refused of its time to come:
    what does not come back when the absence goes. As far as the reader sees them. One statement."""
    start, end = slots.span(absence, clock.zone(practice.provider.timezone))
    length = Appointment.ends_at - Appointment.starts_at
    moved = and_(
        Appointment.status.in_(OPEN),
        Appointment.moved_from < end,
        Appointment.moved_from + length > start,
        or_(Appointment.starts_at >= end, Appointment.ends_at <= start),
    )
    # Who calls off says why: without a reason the client has cancelled himself.
    refused = and_(
        Appointment.status.in_((DECLINED.name, CALLED_OFF.name)),
        Appointment.reason != "",
        Appointment.starts_at < end,
        Appointment.ends_at > start,
    )
    query = appointments(practice).where(Appointment.starts_at > clock.now(), or_(moved, refused))
    if absence.specialist_id is not None:
        query = query.where(Appointment.specialist_id == absence.specialist_id)
    query = with_faces(query).order_by(Appointment.starts_at, Appointment.id)
    return list(session.scalars(query.limit(_MOST_GONE)))


#: How far around an absence other times are looked for.
_AROUND = dt.timedelta(days=10)


def instead(
    session: Session, practice: Practice, absence: Absence, those: Sequence[Appointment], most: int = 3
) -> dict[int, list[dt.datetime]]:
    """By appointment: the free times of the same specialist that come after it, the nearest first; where there are too
    few, those before it fill up, but none of today: who comes in four days does not come in four hours. Each of them
    alone: two may be offered the same time, and the first to be moved has it. Three statements for all."""
    if not those:
        return {}
    provider = practice.provider
    who = list({one.specialist_id: one.specialist for one in those}.values())
    since = max(clock.now(), min(one.starts_at for one in those) - _AROUND)
    zone = clock.zone(provider.timezone)
    until = max(*(one.starts_at for one in those), slots.span(absence, zone)[1]) + _AROUND
    open_ = slots.openings(session, provider, who, since, until)
    taken = slots.busy(session, {one.resource_id for one in who}, since, until)
    found = {}
    for one in those:
        spans, held = open_[one.specialist_id], taken[one.specialist.resource_id]
        starts = slots.starts(spans, held, one.offer, provider.step)
        free = [at for at in starts if at > since]
        later = [at for at in free if at > one.starts_at][:most]
        tomorrow = clock.now().astimezone(zone).date() + dt.timedelta(days=1)
        earlier = [at for at in free if at < one.starts_at and at.astimezone(zone).date() >= tomorrow]
        found[one.id] = later + earlier[max(len(earlier) - most + len(later), 0) :]
    return found
