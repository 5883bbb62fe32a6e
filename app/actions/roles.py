"""Roles as an administrator edits them: names and rights. Who has a role is said in app/actions/accounts.py."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache

from flask_appbuilder.security.sqla.models import PermissionView, Role, assoc_user_role
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import func, select

from app import journal, policy
from app.actions.base import action
from app.config import LANGUAGES
from app.errors import Invalid
from app.extensions import db
from app.permissions import ROLE_LABELS, ROLES, P
from app.policy import Actor, require
from models import User
from models.catalogue import service_roles

MAX_NAME = 64
#: Rights that decide which pokes a socket hears: who gains or loses one connects anew.
_HEARD = frozenset({P.DESK, P.NOTES, P.ORDERS_SEE_ALL, P.ORDERS_EXECUTE, P.ORDERS_SEE_COMPANY})
#: Rooms in one NOTIFY, which is limited to 8,000 bytes.
_ROOMS = 300


def save(actor: Actor, role: Role | None, name: str, wanted: Collection[P]) -> Role:
    """Create a role (None) or give one its name and exactly the rights `wanted`; takes effect at once in every process.

    Raises Forbidden, Invalid per field (also if nobody would be left who may edit roles).
    """
    saved = _save(actor, role, name, frozenset(wanted))
    # After the commit: forgetting before it would let another request remember the old rights again.
    policy.forget_rights()
    return saved


def remove(actor: Actor, role: Role) -> None:
    """Delete a role that nobody has. Raises Forbidden, Invalid."""
    _remove(actor, role)
    policy.forget_rights()


def is_fixed(role: Role) -> bool:
    """Whether the product itself knows the role by its name: it is neither renamed nor deleted."""
    return role.name in ROLES


def obstacles(role: Role) -> list[str]:
    """Why the role cannot be deleted, one sentence each."""
    if is_fixed(role):
        return [_("The product itself relies on this role. Take its rights away instead.")]
    reasons = []
    if people := _count(assoc_user_role.c.role_id == role.id):
        reasons.append(
            ngettext(
                "%(num)s person has this role: take it from them first.",
                "%(num)s people have this role: take it from them first.",
                people,
            )
        )
    # Deleted with its role, the limit would vanish and the service would be open to everybody.
    if services := _count(service_roles.c.role_id == role.id):
        reasons.append(
            ngettext(
                "%(num)s service may be ordered by this role only: change it first.",
                "%(num)s services may be ordered by this role only: change them first.",
                services,
            )
        )
    return reasons


def rights_of(role: Role) -> frozenset[P]:
    """The rights of the table P that the role has."""
    by_pair = {(right.permission, right.subject): right for right in P}
    pairs = ((row.permission.name, row.view_menu.name) for row in role.permissions)
    return frozenset(by_pair[pair] for pair in pairs if pair in by_pair)


@action
def _save(actor: Actor, role: Role | None, name: str, wanted: frozenset[P]) -> Role:
    require(db.session, actor, P.ROLES_WRITE)
    name = _checked_name(role, name)
    before = rights_of(role) if role else frozenset()
    kind = "role.changed" if role else "role.added"
    if role is None:
        role = Role(name=name)
        db.session.add(role)
    renamed = [role.name, name] if role.name != name else None
    role.name = name
    rows = _rows()
    role.permissions = [row for row in role.permissions if row not in rows.values()] + [
        rows[right] for right in wanted
    ]
    db.session.flush()
    if before - wanted:
        require_somebody_rules()
    changes = {
        "given": sorted(right.name for right in wanted - before),
        "taken": sorted(right.name for right in before - wanted),
    }
    journal.write(db.session, kind, actor, f"role:{role.id}", name=name, renamed=renamed, **changes)
    _tell(role, wanted ^ before)
    return role


@action
def _remove(actor: Actor, role: Role) -> None:
    require(db.session, actor, P.ROLES_WRITE)
    if reasons := obstacles(role):
        raise Invalid(text=" ".join(reasons))
    journal.write(db.session, "role.removed", actor, f"role:{role.id}", name=role.name)
    _tell(role, frozenset())
    db.session.delete(role)


def _checked_name(role: Role | None, name: str) -> str:
    name = " ".join(name.replace("\0", "").split())
    if role is not None and is_fixed(role):
        return str(role.name)
    if not name:
        raise Invalid({"name": _("Please fill this in.")})
    if len(name) > MAX_NAME:
        raise Invalid({"name": _("At most %(number)s characters.", number=MAX_NAME)})
    if name.lower() in _labels():
        raise Invalid({"name": _("There is a role with this name already.")})
    others = select(Role.id).where(func.lower(Role.name) == name.lower())
    if db.session.scalar(others.where(Role.id != role.id) if role else others) is not None:
        raise Invalid({"name": _("There is a role with this name already.")})
    return name


@cache
def _labels() -> frozenset[str]:
    """What the product's own roles are called on pages, in every language."""
    names: set[str] = set()
    for language in LANGUAGES:
        with force_locale(language):
            names |= {str(label).lower() for label in ROLE_LABELS.values()}
    return frozenset(names)


def _rows() -> dict[P, PermissionView]:
    """Right → its row; `flask sync` has made one for each."""
    known = {
        (row.permission.name, row.view_menu.name): row
        for row in db.session.scalars(select(PermissionView)).unique()
    }
    return {right: known[right.permission, right.subject] for right in P}


def _count(condition: object) -> int:
    return db.session.scalar(select(func.count()).where(condition)) or 0  # type: ignore[arg-type]


def require_somebody_rules() -> None:
    """Raises Invalid if no active account would be left that may edit roles in the administration."""
    needed: Iterable[P] = (P.ADMIN, P.ROLES_WRITE)
    query = select(User.id).where(User.active.is_(True)).limit(1)
    for right in needed:
        query = query.where(
            User.roles.any(
                Role.permissions.any(
                    PermissionView.permission.has(name=right.permission)
                    & PermissionView.view_menu.has(name=right.subject)
                )
            )
        )
    if db.session.scalar(query) is None:
        raise Invalid(
            text=_("Nobody would be left who may edit roles. Give this right to somebody else first.")
        )


def _tell(role: Role, changed: frozenset[P]) -> None:
    """Every process forgets what it knew of rights; sockets of those who now hear more or less connect anew."""
    journal.signal(db.session, "rights.changed", f"role:{role.id}", ["rights"])
    if not changed & _HEARD:
        return
    people = db.session.scalars(
        select(assoc_user_role.c.user_id).where(assoc_user_role.c.role_id == role.id)
    ).all()
    for start in range(0, len(people), _ROOMS):
        rooms = [f"user:{person}" for person in people[start : start + _ROOMS]]
        journal.signal(db.session, "user.roles_changed", f"role:{role.id}", rooms)
