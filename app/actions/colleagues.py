"""The account that a specialist of an organization is bound to: taken away again (I-20)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from app import clock
from app.actions import people, providers
from app.actions.base import action
from app.errors import Forbidden, NotFound
from app.extensions import db
from app.policy import Actor, load_specialist
from models import Appointment, Booking, Invitation, Resource, Specialist


@action
def unbind(actor: Actor, specialist_id: int) -> Specialist:
    """The specialist has no account any more: whose it was works here no longer and is told. Hours, services, clients
    and appointments stay the specialist's, and what is booked ahead no longer takes that person's own time. Open
    invitations for this specialist, and by him, end. Without an account nothing happens. Raises NotFound, Forbidden
    (only the owner does this)."""
    specialist, practice = load_specialist(db.session, actor, specialist_id)
    if not practice.owner:
        raise Forbidden
    if not practice.provider.is_organization:
        raise NotFound
    # Resources first, as by whoever gives their time away (actions/appointments.py) and by invitations.accept.
    time = select(Specialist.resource_id).where(Specialist.id == specialist_id).scalar_subquery()
    db.session.execute(select(Resource.id).where(Resource.id == time).with_for_update())
    db.session.refresh(specialist, with_for_update=True)
    user = specialist.user
    if user is None:
        return specialist
    providers.forget(specialist)
    revoke_links(specialist)
    specialist.user, specialist.resource = None, Resource()
    db.session.flush()
    own = select(Appointment.booking_id).where(Appointment.specialist_id == specialist_id)
    ahead = (Booking.id.in_(own), func.upper(Booking.span) > clock.now())
    moved = update(Booking).where(*ahead).values(resource_id=specialist.resource_id)
    db.session.execute(moved.execution_options(synchronize_session=False))
    provider = practice.provider
    data: dict[str, Any] = {"name": specialist.name, "person": user.name, "user": user.id}
    providers.record(provider, "specialist.unbound", actor, **data, provider=provider.name)
    people.listen_anew([user])
    return specialist


def revoke_links(specialist: Specialist) -> None:
    """The links that would bind an account to this specialist stop working."""
    links = (Invitation.specialist_id == specialist.id, Invitation.revoked_at.is_(None))
    unused = (Invitation.most.is_(None)) | (Invitation.uses < Invitation.most)
    db.session.execute(update(Invitation).where(*links, unused).values(revoked_at=clock.now()))
