"""Whom a rule of the notices table means for a given entry."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.notices import Rule, To
from app.permissions import P
from app.policy import holders
from models import Alarm, Entry, Order, User
from models.people import team_members


def of(session: Session, entry: Entry, rule: Rule) -> set[int]:
    """Ids of the active people whom the rule reaches."""
    order = session.get(Order, number) if (number := _number(session, entry)) else None
    found: set[int] = set()
    for to in rule.to:
        if order is not None:
            found |= _FINDERS[to](session, order)
        elif to is To.SOS_MANAGERS:
            found |= holders(session, P.SOS_MANAGE)
    active: set[int] = (
        set(session.scalars(select(User.id).where(User.id.in_(found), User.active.is_(True))))
        if found
        else set()
    )
    return active


def _number(session: Session, entry: Entry) -> int | None:
    """The order that the entry is about; of an alarm its first call."""
    kind, _, key = entry.subject.partition(":")
    if kind == "alarm":
        return session.scalar(select(Alarm.lead_id).where(Alarm.id == int(key)))
    return int(key) if kind == "order" else None


def _author(session: Session, order: Order) -> set[int]:
    return {order.author_id}


def _executor(session: Session, order: Order) -> set[int]:
    return {order.executor_id} if order.executor_id else set()


def _team(session: Session, order: Order) -> set[int]:
    """The whole team hears of what nobody of it has taken; once there is an executor, he alone does."""
    if order.team_id is None or order.executor_id is not None:
        return set()
    return set(session.scalars(select(team_members.c.user_id).where(team_members.c.team_id == order.team_id)))


def _dispatchers(session: Session, order: Order) -> set[int]:
    return holders(session, P.ORDERS_ASSIGN)


_FINDERS: dict[To, Callable[[Session, Order], set[int]]] = {
    To.AUTHOR: _author,
    To.EXECUTOR: _executor,
    To.TEAM: _team,
    To.DISPATCHERS: _dispatchers,
    To.SOS_MANAGERS: lambda session, _order: holders(session, P.SOS_MANAGE),
}
