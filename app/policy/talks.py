"""Threads, files and live rooms: who may read, who may write, by the rights of what they belong to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFound
from app.flows import By
from app.permissions import P
from app.policy.alarms import load_alarm
from app.policy.orders import companies_of, load_order, may_read_notes, side, teams_of, visible_orders
from app.policy.providers import client_side, load_client, visible_clients
from app.policy.rights import Actor, can
from models import FACE, Client, Order, StoredFile, Thread, ThreadKind


@dataclass(frozen=True)
class Talk:
    """A thread in the hands of its reader: what it belongs to, and as whom he meets it. `side` None is an onlooker."""

    thread: Thread
    owner: Order | Client
    side: By | None

    @property
    def subject(self) -> str:
        return self.owner.subject

    @property
    def room(self) -> str:
        """The sockets that may know of this thread: notes are poked in the staff's own room only."""
        return f"staff-{self.subject}" if self.thread.kind == ThreadKind.NOTES else self.subject

    @property
    def staff(self) -> bool:
        return self.side is By.STAFF

    @property
    def may_write(self) -> bool:
        """The orderer and the staff, the client and the provider talk, in every status (S0-54); onlookers read."""
        return self.side in (By.AUTHOR, By.STAFF)

    @property
    def order(self) -> Order | None:
        return self.owner if isinstance(self.owner, Order) else None


def talk_of(session: Session, actor: Actor, owner: Order | Client, thread: Thread | None = None) -> Talk:
    """The talk of something that the actor has loaded; of an order that is the chat, unless its notes are named."""
    whose = client_side(actor, owner) if isinstance(owner, Client) else side(session, actor, owner)
    return Talk(thread or owner.thread, owner, whose)


def load_talk(session: Session, actor: Actor, thread_id: int) -> Talk:
    """A thread and what it belongs to. Internal notes exist for the order's staff only. Raises NotFound. Two
    statements."""
    thread = session.get(Thread, thread_id)
    if thread is None:
        raise NotFound
    owner: Order | Client | None
    if thread.kind == ThreadKind.CLIENT:
        owner = session.scalar(
            visible_clients(actor)
            .where(Client.thread_id == thread_id)
            .options(joinedload(Client.user).load_only(*FACE), joinedload(Client.provider))
        )
    else:
        owner = session.scalar(
            visible_orders(session, actor)
            .where(or_(Order.thread_id == thread_id, Order.notes_id == thread_id))
            .options(joinedload(Order.author).load_only(*FACE), joinedload(Order.executor).load_only(*FACE))
        )
    if owner is None:
        raise NotFound
    if thread.kind == ThreadKind.NOTES and not (
        isinstance(owner, Order) and may_read_notes(session, actor, owner)
    ):
        raise NotFound
    return talk_of(session, actor, owner, thread)


def load_file(session: Session, actor: Actor, file_id: UUID) -> StoredFile:
    """A file by the rights of what it belongs to; a draft only for its owner. Raises NotFound."""
    file = session.get(StoredFile, file_id)
    if file is None or file.sealed:
        raise NotFound
    kind, _, key = file.subject.partition(":")
    if kind == "thread":
        load_talk(session, actor, int(key))
    elif kind == "order":
        load_order(session, actor, int(key))
    elif kind in ("user", "service", "place"):
        pass  # avatars, pictures of services and plans are for everybody who has signed in
    elif kind or file.owner_id != actor.id or actor.id is None:
        raise NotFound  # what belongs to something else has an address of its own: pictures of a provider's page
    return file


def rooms_for(session: Session, actor: Actor, subject: str) -> list[str]:
    """The rooms that a socket of the actor joins for a subject it asks for. Raises NotFound.

    "order:42" gives the order's room, and the staff's own room of it where internal notes are poked; "client:7" the
    chat of a client and a provider, "provider:3" what a provider shows to all its clients; "desk" needs the right to
    see all orders, executors get their teams' rooms; "company" gives the rooms of those that the actor runs; "sos" is
    where every call of help is poked, "alarm:7" one of them.
    """
    kind, _, key = subject.partition(":")
    if kind in _ROOMS and key.isdecimal() and len(key) < 19:
        return _ROOMS[kind](session, actor, int(key))
    if subject == "sos" and can(session, actor, P.SOS_RESPOND):
        return ["sos"]
    if subject == "desk" and can(session, actor, P.DESK):
        if can(session, actor, P.ORDERS_SEE_ALL):
            return ["desk"]
        return [f"team:{team_id}" for team_id in teams_of(actor)]
    if subject == "company" and (companies := companies_of(session, actor)):
        return [f"company:{company_id}" for company_id in companies]
    raise NotFound


def _order_rooms(session: Session, actor: Actor, number: int) -> list[str]:
    order = load_order(session, actor, number)
    staff = [f"staff-{order.subject}"] if may_read_notes(session, actor, order) else []
    return [order.subject, *staff]


def _provider_rooms(session: Session, actor: Actor, number: int) -> list[str]:
    """For who is on one side of a pair of this provider's."""
    pairs = visible_clients(actor).where(Client.provider_id == number)
    pair = session.scalar(pairs.limit(1)) if number < 2**31 else None
    if pair is None:
        raise NotFound
    return [pair.provider.subject]


_ROOMS: dict[str, Callable[[Session, Actor, int], list[str]]] = {
    "order": _order_rooms,
    "alarm": lambda session, actor, number: [load_alarm(session, actor, number).subject],
    "client": lambda session, actor, number: [load_client(session, actor, number).subject],
    "provider": _provider_rooms,
}
