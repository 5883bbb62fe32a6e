"""Invitations: the only way to a provider (S2-1). A link and its QR code (S2-2), for one or for many, with an end."""

from __future__ import annotations

import datetime as dt
import secrets
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app import clock, journal, tokens
from app.actions import colleagues, fields, people, presses, providers
from app.actions.base import action, many
from app.errors import Forbidden, Invalid, NotFound
from app.extensions import db
from app.policy import Actor, load_invitation, load_practice
from app.queries import lists
from models import Booking, Client, Invitation, Provider, Resource, Specialist, Thread, ThreadKind, User
from models.providers import client_specialists

#: Days that an invitation may live, and those of a provider that still work, at most.
LONGEST = 366
MOST = 500


@action
def invite(
    actor: User,
    provider_id: int,
    secret: str,
    *,
    label: str = "",
    most: int | None = None,
    days: int | None = None,
    specialist_id: int | None = None,
    form_key: UUID | None = None,
) -> Invitation:
    """A new link for clients: for `most` people (None: for as many as come), for `days` (None: until it is revoked).
    With `specialist_id` it makes whoever opens it that specialist of the organization. `secret` is the installation's.
    A form that is sent again gives the link that it made before, and so does a second press for one specialist, who has
    one link at a time. Raises Invalid per field, Forbidden (colleagues are invited by the owner), NotFound."""
    practice = load_practice(db.session, actor, provider_id)
    press = presses.press(actor, form_key, Invitation, provider_id, label, most, days, specialist_id)
    if before := press.made_before():
        return before
    errors: dict[str, object] = {}
    label = fields.line(label, "label", errors, most=120)
    if most is not None and not 1 <= most <= 10_000:
        errors["most"] = _("Please enter a number from %(least)s to %(most)s.", least=1, most=10_000)
    if days is not None and not 1 <= days <= LONGEST:
        errors["days"] = _("Please enter a number from %(least)s to %(most)s.", least=1, most=LONGEST)
    if many(Invitation, Invitation.provider_id == provider_id, *lists.working()) >= MOST:
        errors["label"] = _(
            "%(number)s invitations wait for somebody already. Revoke some of them first.", number=MOST
        )
    if specialist_id is not None:
        specialist = _free_specialist(practice.provider, specialist_id, owner=practice.owner)
        if before := lists.link_of(db.session, specialist):
            return before
    if errors:
        raise Invalid(errors)
    nonce = secrets.token_urlsafe(18)
    invitation = Invitation(
        provider_id=provider_id,
        specialist_id=specialist_id,
        nonce=nonce,
        token_hash=tokens.hashed(tokens.derived(secret, "invitation", nonce)),
        label=label,
        most=1 if specialist_id is not None else most,
        created_at=clock.now(),
        created_by=actor.id,
        expires_at=clock.now() + dt.timedelta(days=days) if days else None,
    )
    db.session.add(invitation)
    db.session.flush()
    providers.record(practice.provider, "invitation.made", actor, label=label)
    return press.made(invitation)


def _free_specialist(provider: Provider, specialist_id: int, *, owner: bool) -> Specialist:
    """Locked: of two who invite him at once the second finds the first one's link."""
    if not owner:
        raise Forbidden
    specialist = next((one for one in provider.specialists if one.id == specialist_id), None)
    if specialist is None:
        raise NotFound
    db.session.refresh(specialist, ["user_id"], with_for_update=True)
    if specialist.user_id is not None:
        raise Invalid(text=_("This specialist has an account already."))
    return specialist


@action
def revoke(actor: Actor, invitation_id: int) -> Invitation:
    """The link stops working; whoever came by it stays. Raises NotFound, Forbidden (one's own, or the owner's)."""
    invitation, practice = load_invitation(db.session, actor, invitation_id)
    if invitation.revoked_at is None:
        invitation.revoked_at = clock.now()
        providers.record(practice.provider, "invitation.revoked", actor, label=invitation.label)
    return invitation


def invitation(token: str) -> Invitation:
    """The living invitation of a link. Raises NotFound for what is no link of ours, Invalid for one that has ended,
    with the reason."""
    found: Invitation | None = db.session.scalar(
        select(Invitation).where(Invitation.token_hash == tokens.hashed(token))
    )
    if found is None:
        raise NotFound(_("There is no such invitation. Check the link, or ask for a new one."))
    if found.revoked_at is not None:
        raise Invalid(text=_("This invitation was taken back. Ask for a new one."), code="revoked")
    if found.expires_at is not None and found.expires_at <= clock.now():
        raise Invalid(text=_("This invitation has expired. Ask for a new one."), code="expired")
    if found.most is not None and found.uses >= found.most:
        raise Invalid(text=_("This invitation has been used already. Ask for a new one."), code="used_up")
    if found.specialist is not None and found.specialist.user_id is not None:
        raise Invalid(
            text=_(
                "This specialist has an account already: sign in with it. If it is not yours, ask for a new link."
            ),
            code="used_up",
        )
    return found


@action
def accept(actor: User, token: str) -> Client | Specialist:
    """Become a client of who invites (S2-4, S2-5), or the specialist that the link is for. Who is it already stays it,
    and the link is not used up by that. Raises NotFound, Invalid (`own` for the own invitation)."""
    if before := standing(actor, token):
        return before
    found = invitation(token)
    provider = found.provider
    if provider.owner_id == actor.id:
        raise Invalid(text=_("This is your own invitation: send it to your clients."), code="own")
    if found.specialist_id is not None:
        return _join(actor, found)
    return _become_client(actor, found)


@action
def join(
    token: str, name: str, email: str, password: str, *, locale: str | None = None
) -> tuple[User, Client | Specialist]:
    """A stranger accepts: the account and what the invitation makes of it, both or neither (S2-3, S2-4). Raises
    NotFound, Invalid, with fields for what is wrong with the form."""
    invitation(token)
    user = people.join(name, email, password, locale=locale)
    return user, accept(user, token)


def standing(actor: User, token: str) -> Client | Specialist | None:
    """What the actor is by this invitation or by an earlier one, whatever has become of the link."""
    found = db.session.scalar(select(Invitation).where(Invitation.token_hash == tokens.hashed(token)))
    if found is None:
        return None
    if found.specialist_id is not None:
        specialist = db.session.get(Specialist, found.specialist_id)
        return specialist if specialist and specialist.user_id == actor.id and specialist.active else None
    return _pair(found.provider_id, actor.id)


def _pair(provider_id: int, user_id: int) -> Client | None:
    found: Client | None = db.session.scalar(
        select(Client).where(Client.provider_id == provider_id, Client.user_id == user_id)
    )
    return found


def _use(found: Invitation) -> None:
    """Count a use. Of two who take the last one the second is refused by the condition."""
    used = db.session.scalar(
        update(Invitation)
        .where(
            Invitation.id == found.id,
            Invitation.revoked_at.is_(None),
            (Invitation.most.is_(None)) | (Invitation.uses < Invitation.most),
        )
        .values(uses=Invitation.uses + 1)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    if used is None:
        raise Invalid(text=_("This invitation has been used already. Ask for a new one."), code="used_up")


def _become_client(actor: User, found: Invitation) -> Client:
    _use(found)
    provider_id, created_by = found.provider_id, found.created_by
    client = Client(
        provider_id=provider_id,
        user_id=actor.id,
        thread=Thread(kind=ThreadKind.CLIENT),
        created_at=clock.now(),
    )
    db.session.add(client)
    try:
        db.session.flush()
    except IntegrityError:  # opened twice at once: the other one was first, and this use is given back
        db.session.rollback()
        if before := _pair(provider_id, actor.id):
            return before
        raise
    host = db.session.scalar(
        select(Specialist).where(
            Specialist.provider_id == provider_id, Specialist.user_id == created_by, Specialist.active
        )
    )
    if host is not None:
        show_to(client, host)
    rooms = [f"user:{actor.id}", f"user:{client.provider.owner_id}", f"user:{created_by}"]
    journal.write(db.session, "client.joined", actor, client.subject, rooms)
    return client


def show_to(client: Client, specialist: Specialist) -> None:
    """From now on this specialist sees the client (I-20)."""
    statement = insert(client_specialists).values(client_id=client.id, specialist_id=specialist.id)
    db.session.execute(statement.on_conflict_do_nothing())


def _join(actor: User, found: Invitation) -> Specialist:
    """The actor becomes this specialist, and what is booked of the specialist from now on is booked of the actor's own
    time. Resources are locked first, as by whoever gives their time away (actions/appointments.py)."""
    own = providers.resource_of(actor.id)
    theirs = select(Specialist.resource_id).where(Specialist.id == found.specialist_id)
    locking = select(Resource.id).where((Resource.id == own) | Resource.id.in_(theirs))
    db.session.execute(locking.order_by(Resource.id).with_for_update())
    specialist: Specialist | None = db.session.scalar(
        select(Specialist)
        .where(Specialist.id == found.specialist_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert specialist is not None
    other = select(Specialist.id).where(
        Specialist.provider_id == found.provider_id, Specialist.user_id == actor.id
    )
    if specialist.user_id is not None or db.session.scalar(other):
        raise Invalid(text=_("This invitation has been used already. Ask for a new one."), code="used_up")
    _use(found)
    before = specialist.resource_id
    try:
        with db.session.begin_nested():
            specialist.user_id, specialist.resource_id = actor.id, own
            db.session.flush()
            ahead = (Booking.resource_id == before) & (func.upper(Booking.span) > clock.now())
            db.session.execute(update(Booking).where(ahead).values(resource_id=own))
    except IntegrityError:
        raise Invalid(
            text=_(
                "You have appointments of your own at the times that are booked here. Move or cancel them, and open "
                "the invitation again."
            ),
            code="clash",
        ) from None
    colleagues.revoke_links(specialist)
    providers.record(found.provider, "specialist.joined", actor, name=specialist.name)
    return specialist
