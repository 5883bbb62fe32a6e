"""The provider's lists that grow with the years, a page at a time: services, specialists, days off, invitations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app import clock
from app.policy import Actor, Practice
from app.queries.paging import newest, onward
from models import Absence, Invitation, Offer, Provider, Specialist


def offers(session: Session, provider: Provider, after: int | None) -> tuple[Sequence[Offer], int | None]:
    """Services in their order with who does them. Two statements."""
    query = select(Offer).where(Offer.provider_id == provider.id)
    return onward(session, query, (Offer.position, Offer.id), after, selectinload(Offer.specialists))


def specialists(
    session: Session, provider: Provider, after: int | None
) -> tuple[Sequence[Specialist], int | None]:
    """An organization's specialists in their order, also those who do not serve any more. One statement."""
    query = select(Specialist).where(Specialist.provider_id == provider.id)
    return onward(session, query, (Specialist.position, Specialist.id), after)


def absences(session: Session, practice: Practice, after: int | None) -> tuple[Sequence[Absence], int | None]:
    """Those that are not over: everybody's and, of an organization, those of the specialists whom the reader sees. One
    statement."""
    today = clock.now().astimezone(clock.zone(practice.provider.timezone)).replace(tzinfo=None)
    query = select(Absence).where(Absence.provider_id == practice.provider.id, Absence.ends > today)
    if not practice.sees_all:
        mine = practice.me.id if practice.me else 0
        query = query.where(or_(Absence.specialist_id.is_(None), Absence.specialist_id == mine))
    return onward(session, query, (Absence.starts, Absence.id), after, joinedload(Absence.specialist))


def invitations(
    session: Session, actor: Actor, practice: Practice, before: int | None
) -> tuple[Sequence[Invitation], int | None]:
    """What was not taken back, newest first: the owner's eyes see all of them, others their own. One statement."""
    query = select(Invitation).where(
        Invitation.provider_id == practice.provider.id, Invitation.revoked_at.is_(None)
    )
    if not practice.owner:
        query = query.where(Invitation.created_by == actor.id)
    return newest(session, query, Invitation.id, before)


def link_of(session: Session, specialist: Specialist) -> Invitation | None:
    """The link that waits for whoever becomes this specialist. One statement."""
    query = select(Invitation).where(Invitation.specialist_id == specialist.id, *working())
    found: Invitation | None = session.scalar(query.order_by(Invitation.id.desc()).limit(1))
    return found


def working() -> tuple[Any, ...]:
    """The conditions of an invitation that works: neither taken back nor out of date nor used up."""
    return (
        Invitation.revoked_at.is_(None),
        or_(Invitation.expires_at.is_(None), Invitation.expires_at > clock.now()),
        or_(Invitation.most.is_(None), Invitation.uses < Invitation.most),
    )
