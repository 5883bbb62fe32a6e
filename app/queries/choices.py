"""What a picker of the administration offers: at most 20 rows whose name holds the typed words. No rights here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from app.permissions import P
from app.plans import first
from app.queries import places
from app.queries.places import Node
from models import Company, Service, Team, User

LIMIT = 20


def people(session: Session, words: str) -> Sequence[User]:
    """Active accounts by name or address."""
    return session.scalars(_people(words)).all()


def executors(session: Session, words: str) -> Sequence[User]:
    """Active accounts that may carry out orders."""
    return session.scalars(_people(words).where(may_execute())).all()


def may_execute() -> ColumnElement[bool]:
    """The condition that a User has, by a role, the right to carry out orders."""
    right = P.ORDERS_EXECUTE
    return User.roles.any(
        Role.permissions.any(
            PermissionView.permission.has(name=right.permission)
            & PermissionView.view_menu.has(name=right.subject)
        )
    )


def companies(session: Session, words: str) -> Sequence[Company]:
    return session.scalars(_named(select(Company).where(Company.active), Company.name, words)).all()


def teams(session: Session, words: str) -> Sequence[Team]:
    return session.scalars(_named(select(Team), Team.name, words)).all()


def services(session: Session, words: str) -> Sequence[Service]:
    query = select(Service).options(joinedload(Service.category))
    return session.scalars(_named(query, Service.name, words)).all()


def matching_places(session: Session, words: str) -> list[Node]:
    """Places in whose full name each typed word begins a word: «корпус а 31». One statement."""
    wanted = re.findall(r"[\w-]+", words.lower())
    if words.strip() and not wanted:
        return []
    found = (node for node in places.tree(session) if _begin(wanted, f"{node.full_name} {node.name}".lower()))
    return [node for node, _ in zip(found, range(LIMIT), strict=False)]


def _begin(wanted: Sequence[str], name: str) -> bool:
    own = re.split(r"[^\w-]+", name)
    return all(any(word.startswith(begun) for word in own) for begun in wanted)


def _people(words: str) -> Select[User]:
    query = select(User).where(User.active.is_(True))
    text = func.lower(User.last_name + " " + User.first_name + " " + User.last_name)
    for word in words.lower().split()[:5]:
        query = query.where(
            text.contains(word, autoescape=True) | User.email.icontains(word, autoescape=True)
        )
    return query.order_by(User.last_name, User.first_name, User.id).limit(first(LIMIT))


def _named(query: Select, column, words: str) -> Select:  # type: ignore[type-arg,no-untyped-def]
    for word in words.split()[:5]:
        query = query.where(column.icontains(word, autoescape=True))
    return query.order_by(column).limit(first(LIMIT))
