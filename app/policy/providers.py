"""Specialists, organizations, their clients and appointments: between the two of them and nobody else (S2-61). No right
of a role opens them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Integer, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.errors import Forbidden, NotFound
from app.flows import APPOINTMENT, By, Move
from app.policy.rights import SYSTEM, Actor
from models import (
    FACE,
    Appointment,
    Client,
    ClientPackage,
    Consent,
    Invitation,
    Notice,
    Provider,
    Specialist,
    Terms,
    TermsVersion,
    User,
)
from models.providers import client_specialists

#: Whoever asks, in statements that are built once: the parameter `reader`.
READER = cast(User, SimpleNamespace(id=bindparam("reader", type_=Integer)))


@dataclass(frozen=True)
class Practice:
    """A provider as somebody who works there meets it. `me` is None for an owner who serves nobody himself."""

    provider: Provider
    me: Specialist | None
    owner: bool

    @property
    def sees_all(self) -> bool:
        """Every client and the whole calendar, not the own ones alone (I-20)."""
        return self.owner or (self.me is not None and self.me.sees_all)


def practices(session: Session, actor: Actor) -> list[Practice]:
    """Where the actor works: the own registration first, then the organizations that he serves in. One statement."""
    rows = session.execute(_practices(), {"reader": actor.id})
    return [Practice(provider, me, provider.owner_id == actor.id) for provider, me in rows]


@cache
def _practices() -> Any:
    return (
        select(Provider, Specialist)
        .outerjoin(
            Specialist,
            (Specialist.provider_id == Provider.id) & (Specialist.user_id == READER.id) & Specialist.active,
        )
        .where(or_(Provider.owner_id == READER.id, Specialist.id.is_not(None)))
        .order_by(Provider.owner_id != READER.id, Provider.id)
    )


def ended_practices(session: Session, actor: Actor) -> dict[int, str]:
    """The organizations that have switched the actor off as their specialist, or taken the account away, by number:
    their names, and nothing more of them. One statement."""
    mine = select(Specialist.provider_id).where(Specialist.user_id == actor.id)
    told = select(Notice.subject).where(
        Notice.user_id == actor.id, Notice.kind.startswith("specialist.unbound#")
    )
    query = (
        select(Provider.id, Provider.name)
        .where(
            Provider.owner_id != actor.id,
            or_(
                Provider.id.in_(mine.where(Specialist.active.is_(False))),
                func.concat("provider:", Provider.id).in_(told),
            ),
            Provider.id.not_in(mine.where(Specialist.active)),
        )
        .order_by(Provider.id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def load_practice(
    session: Session,
    actor: Actor,
    provider_id: int,
    *,
    manage: bool = False,
    among: Sequence[Practice] | None = None,
) -> Practice:
    """The provider that the actor works at. Raises NotFound if he does not; Forbidden if he is to `manage` it and it is
    not his. `among` are the actor's `practices`, for who has them already."""
    those = practices(session, actor) if among is None else among
    found = next((one for one in those if one.provider.id == provider_id), None)
    if found is None:
        raise NotFound
    if manage and not found.owner:
        raise Forbidden
    return found


def load_specialist(session: Session, actor: Actor, specialist_id: int) -> tuple[Specialist, Practice]:
    """Somebody whose hours, absences and services the actor may change: himself, or anybody of the own organization.
    Raises NotFound."""
    specialist = _get(session, Specialist, specialist_id)
    practice = load_practice(session, actor, specialist.provider_id)
    if not practice.owner and practice.me is not specialist:
        raise NotFound
    return specialist, practice


def load_invitation(session: Session, actor: Actor, invitation_id: int) -> tuple[Invitation, Practice]:
    """An invitation that the actor may show and revoke: one's own, or any of the own provider's. Raises NotFound,
    Forbidden."""
    invitation = session.get(Invitation, invitation_id) if invitation_id < 2**31 else None
    if invitation is None:
        raise NotFound
    practice = load_practice(session, actor, invitation.provider_id)
    if not practice.owner and invitation.created_by != actor.id:
        raise Forbidden
    return invitation, practice


def visible_clients(actor: Actor) -> Select[Client]:
    """Pairs that the actor is one half of: as the client, as the owner, as a specialist who sees this client."""
    query = select(Client)
    if actor is SYSTEM:
        return query
    return query.where(or_(Client.user_id == actor.id, _served(actor)))


def served_clients(actor: Actor) -> Select[Client]:
    """The same, on the provider's side alone."""
    return select(Client).where(_served(actor), Client.user_id != actor.id)


def _served(actor: Actor):  # type: ignore[no-untyped-def]  # a condition of SQLAlchemy's
    mine = select(client_specialists.c.client_id).join(Specialist).where(*_works(actor))
    return or_(Client.provider_id.in_(_overseen(actor)), Client.id.in_(mine))


def _works(actor: Actor):  # type: ignore[no-untyped-def]
    return Specialist.user_id == actor.id, Specialist.active


def _overseen(actor: Actor) -> Select[int]:
    """The providers whose every client and appointment the actor sees."""
    return select(Provider.id).where(
        or_(
            Provider.owner_id == actor.id,
            Provider.id.in_(select(Specialist.provider_id).where(*_works(actor), Specialist.sees_all)),
        )
    )


def load_client(session: Session, actor: Actor, client_id: int) -> Client:
    """A pair with its two sides. Raises NotFound if the actor is neither."""
    if not 0 < client_id < 2**31:
        raise NotFound
    asked = {"reader": actor.id, "client": client_id}
    client: Client | None = session.scalar(_client(actor is SYSTEM), asked)
    if client is None:
        raise NotFound
    return client


@cache
def _client(everybodys: bool) -> Any:
    return (
        visible_clients(SYSTEM if everybodys else READER)
        .where(Client.id == bindparam("client"))
        .options(
            joinedload(Client.user).load_only(*FACE, User.email, User.phone, User.timezone),
            joinedload(Client.provider).joinedload(Provider.owner).load_only(*FACE),
        )
    )


def client_side(actor: Actor, client: Client) -> By:
    """As whom the actor meets a pair that he may see: the client is its AUTHOR, the provider its STAFF."""
    if actor is SYSTEM:
        return By.SYSTEM
    return By.AUTHOR if client.user_id == actor.id else By.STAFF


def readable_versions(client: Client) -> Select[int]:
    """The versions of the provider's terms that the client may read: the present one of each document that is shown,
    and whatever he has decided about, also when it was replaced or is shown no more (I-21)."""
    newest = select(func.max(TermsVersion.number)).where(TermsVersion.terms_id == Terms.id)
    shown = and_(Terms.active, TermsVersion.number == newest.correlate(Terms).scalar_subquery())
    decided = select(Consent.version_id).where(Consent.client_id == client.id)
    return (
        select(TermsVersion.id)
        .join(Terms, Terms.id == TermsVersion.terms_id)
        .where(Terms.provider_id == client.provider_id, or_(shown, TermsVersion.id.in_(decided)))
    )


def visible_appointments(actor: Actor) -> Select[Appointment]:
    """Appointments that the actor may know of: his as a client, those he serves, all where he sees all."""
    query = select(Appointment)
    if actor is SYSTEM:
        return query
    own = select(Client.id).where(Client.user_id == actor.id)
    served = select(Specialist.id).where(*_works(actor))
    return query.where(
        or_(
            Appointment.client_id.in_(own),
            Appointment.specialist_id.in_(served),
            Appointment.provider_id.in_(_overseen(actor)),
        )
    )


def load_appointment(
    session: Session, actor: Actor, appointment_id: int, *, lock: bool = False
) -> Appointment:
    """An appointment with its two sides. Raises NotFound if the actor may not know of it. With `lock` its row is locked
    until the transaction ends and its present state is read."""
    if not 0 < appointment_id < 2**63:
        raise NotFound
    query = visible_appointments(actor).where(Appointment.id == appointment_id)
    if lock:
        query = query.with_for_update(of=Appointment).execution_options(populate_existing=True)
    else:
        query = query.options(
            joinedload(Appointment.client)
            .joinedload(Client.user)
            .load_only(*FACE, User.email, User.phone, User.timezone),
            joinedload(Appointment.client).joinedload(Client.provider),
            joinedload(Appointment.specialist),
            joinedload(Appointment.offer),
            joinedload(Appointment.package),
        )
    appointment: Appointment | None = session.scalar(query)
    if appointment is None:
        raise NotFound
    return appointment


def visible_packages(actor: Actor) -> Select[ClientPackage]:
    """Packages of the pairs that the actor is one half of (I-19)."""
    query = select(ClientPackage)
    if actor is SYSTEM:
        return query
    return query.where(ClientPackage.client_id.in_(visible_clients(actor).with_only_columns(Client.id)))


def load_package(session: Session, actor: Actor, package_id: int, *, lock: bool = False) -> ClientPackage:
    """A package that a client has, with its two sides. Raises NotFound if the actor may not know of it. With `lock` its
    row is locked until the transaction ends and its present state is read."""
    if not 0 < package_id < 2**31:
        raise NotFound
    query = visible_packages(actor).where(ClientPackage.id == package_id)
    if lock:
        # Appointments that name it may be written meanwhile; who takes a session waits.
        query = query.with_for_update(key_share=True, of=ClientPackage)
        query = query.execution_options(populate_existing=True)
    else:
        query = query.options(
            joinedload(ClientPackage.client)
            .joinedload(Client.user)
            .load_only(*FACE, User.phone, User.timezone),
            joinedload(ClientPackage.client).joinedload(Client.provider),
            joinedload(ClientPackage.offer),
        )
    package: ClientPackage | None = session.scalar(query)
    if package is None:
        raise NotFound
    return package


def appointment_moves(actor: Actor, appointment: Appointment) -> list[Move]:
    """The moves that the actor may make now: the buttons of the page, and what `appointments.move` accepts but for the
    time (nobody comes, or fails to come, before it)."""
    whose = client_side(actor, appointment.client)
    return [step for step in APPOINTMENT.moves_from(appointment.status, whose) if suits(step, appointment)]


def suits(step: Move, appointment: Appointment) -> bool:
    """Whether a move is for one that a package pays for, or for one that none does; a session goes back once."""
    if step.packed is not None and step.packed != (appointment.package_id is not None):
        return False
    return not (step.returns and appointment.session_back)


def _get(session: Session, table: type[Specialist], number: int) -> Specialist:
    found = session.get(table, number) if number < 2**31 else None
    if found is None:
        raise NotFound
    return found
