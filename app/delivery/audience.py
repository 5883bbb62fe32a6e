"""Whom a rule of the notices table means for a given entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.notices import Rule, To
from app.permissions import P
from app.policy import holders
from models import Alarm, Appointment, Client, ClientPackage, Entry, Order, Provider, Specialist, User
from models.people import team_members
from models.providers import client_specialists

#: What an entry may be about, as far as people are told of it.
_SUBJECTS: dict[str, type[Order | Alarm | Appointment | Client | ClientPackage | Provider]] = {
    "order": Order,
    "alarm": Alarm,
    "appointment": Appointment,
    "client": Client,
    "package": ClientPackage,
    "provider": Provider,
}


def of(session: Session, entry: Entry, rule: Rule) -> set[int]:
    """Ids of the active people whom the rule reaches."""
    subject = _subject(session, entry)
    found: set[int] = set()
    for to in rule.to:
        if to is To.NAMED:
            found.add(entry.data["user"])
            continue
        kind, find = _FINDERS[to]
        if kind is None or isinstance(subject, kind):
            found |= find(session, subject)
    active: set[int] = (
        set(session.scalars(select(User.id).where(User.id.in_(found), User.active.is_(True))))
        if found
        else set()
    )
    return active


def _subject(session: Session, entry: Entry) -> object | None:
    """What the entry is about; of an alarm its first call, of a package its client."""
    kind, _, key = entry.subject.partition(":")
    if kind not in _SUBJECTS:
        return None
    found = session.get(_SUBJECTS[kind], int(key))
    if isinstance(found, Alarm):
        return session.get(Order, found.lead_id)
    return found.client if isinstance(found, ClientPackage) else found


def _executor(session: Session, order: Order) -> set[int]:
    return {order.executor_id} if order.executor_id else set()


def _team(session: Session, order: Order) -> set[int]:
    """The whole team hears of what nobody of it has taken; once there is an executor, he alone does."""
    if order.team_id is None or order.executor_id is not None:
        return set()
    return set(session.scalars(select(team_members.c.user_id).where(team_members.c.team_id == order.team_id)))


def _client(session: Session, subject: Appointment | Client) -> set[int]:
    return {subject.user_id if isinstance(subject, Client) else subject.client.user_id}


def _provider(session: Session, subject: Appointment | Client) -> set[int]:
    """The owner, and who serves: the appointment's specialist, or those who see this client."""
    serving = select(Specialist.user_id).where(Specialist.active, Specialist.user_id.is_not(None))
    if isinstance(subject, Client):
        serving = serving.join(client_specialists).where(client_specialists.c.client_id == subject.id)
    else:
        serving = serving.where(Specialist.id == subject.specialist_id)
    owner = select(Provider.owner_id).where(Provider.id == subject.provider_id)
    return set(session.scalars(serving.union(owner)))


_PAIR = (Appointment, Client)
#: Whom → which subjects have such people (None: any), and who they are.
_FINDERS: dict[To, tuple[Any, Callable[[Session, Any], set[int]]]] = {
    To.AUTHOR: (Order, lambda _session, order: {order.author_id}),
    To.EXECUTOR: (Order, _executor),
    To.TEAM: (Order, _team),
    To.DISPATCHERS: (Order, lambda session, _order: holders(session, P.ORDERS_ASSIGN)),
    To.SOS_MANAGERS: (None, lambda session, _subject: holders(session, P.SOS_MANAGE)),
    To.CLIENT: (_PAIR, _client),
    To.PROVIDER: (_PAIR, _provider),
    To.OWNER: (Provider, lambda _session, provider: {provider.owner_id}),
}
