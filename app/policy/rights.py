"""Rights of people: what their roles let them do at all. Which rows they concern is said in the files beside this."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Protocol

from flask_appbuilder.security.sqla.models import (
    PermissionView,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_group,
    assoc_user_role,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Forbidden
from app.permissions import P
from models import User

if TYPE_CHECKING:
    from flask_appbuilder.security.sqla.models import Role


class Actor(Protocol):
    """Who acts: a User, or SYSTEM for jobs."""

    @property
    def id(self) -> int | None: ...


class _System:
    id: None = None
    name = "Atrium"


#: The actor of jobs and timers.
SYSTEM: Actor = _System()

#: Other processes learn of an edited role after this many seconds, unless a signal tells them before.
_TTL = 10.0
_rights: dict[frozenset[int], tuple[float, frozenset[P]]] = {}
_BY_PAIR = {(p.permission, p.subject): p for p in P}


def roles_of(user: User) -> list[Role]:
    """The user's roles, own and by group."""
    return [*user.roles, *(role for group in user.groups for role in group.roles)]


def rights(session: Session, actor: Actor) -> frozenset[P]:
    """Every right of the actor. One statement per set of roles, then from memory."""
    if not isinstance(actor, User):
        return frozenset(P) if actor is SYSTEM else frozenset()
    if not actor.active:
        return frozenset()
    role_ids = frozenset(role.id for role in roles_of(actor))
    cached = _rights.get(role_ids)
    if cached and monotonic() - cached[0] < _TTL:
        return cached[1]
    found = frozenset(_role_rights(session, role_ids))
    _rights[role_ids] = (monotonic(), found)
    return found


def holders(session: Session, right: P) -> set[int]:
    """Ids of the active people who have the right, by a role of their own or of a group. One statement."""
    roles = (
        select(assoc_permissionview_role.c.role_id)
        .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .where(
            PermissionView.permission.has(name=right.permission),
            PermissionView.view_menu.has(name=right.subject),
        )
    )
    own = select(assoc_user_role.c.user_id).where(assoc_user_role.c.role_id.in_(roles))
    by_group = (
        select(assoc_user_group.c.user_id)
        .join(assoc_group_role, assoc_group_role.c.group_id == assoc_user_group.c.group_id)
        .where(assoc_group_role.c.role_id.in_(roles))
    )
    return set(
        session.scalars(select(User.id).where(User.active.is_(True), User.id.in_(own.union(by_group))))
    )


def _role_rights(session: Session, role_ids: frozenset[int]) -> set[P]:
    rows = session.scalars(
        select(PermissionView)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
        .where(assoc_permissionview_role.c.role_id.in_(role_ids))
    ).unique()
    pairs = {(row.permission.name, row.view_menu.name) for row in rows}
    return {_BY_PAIR[pair] for pair in pairs if pair in _BY_PAIR}


def forget_rights() -> None:
    """Drop this process's memory of roles, after a role was edited."""
    _rights.clear()


def can(session: Session, actor: Actor, right: P) -> bool:
    return right in rights(session, actor)


def require(session: Session, actor: Actor, right: P) -> None:
    """Raises Forbidden if the actor has not the right."""
    if not can(session, actor, right):
        raise Forbidden
