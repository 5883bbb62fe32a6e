"""Whom a rule of the notices table means for a given entry."""

from __future__ import annotations

from collections.abc import Callable

from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.notices import Rule, To
from app.permissions import P
from models import Entry, Order, User
from models.people import team_members


def of(session: Session, entry: Entry, rule: Rule) -> set[int]:
    """Ids of the active people whom the rule reaches."""
    kind, _, key = entry.subject.partition(":")
    order = session.get(Order, int(key)) if kind == "order" else None
    if order is None:
        return set()
    found: set[int] = set()
    for to in rule.to:
        found |= _FINDERS[to](session, order)
    active: set[int] = (
        set(session.scalars(select(User.id).where(User.id.in_(found), User.active.is_(True))))
        if found
        else set()
    )
    return active


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
    roles = select(Role.id).where(
        Role.permissions.any(
            PermissionView.permission.has(name=P.ORDERS_ASSIGN.permission)
            & PermissionView.view_menu.has(name=P.ORDERS_ASSIGN.subject)
        )
    )
    return set(session.scalars(select(User.id).where(User.roles.any(Role.id.in_(roles)))))


_FINDERS: dict[To, Callable[[Session, Order], set[int]]] = {
    To.AUTHOR: _author,
    To.EXECUTOR: _executor,
    To.TEAM: _team,
    To.DISPATCHERS: _dispatchers,
}
