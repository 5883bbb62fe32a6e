"""Who there is to choose from: executors, teams, the orderers that the desk filters by."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, load_only

from app.permissions import P
from app.plans import first
from app.policy import holders
from models import FACE, Company, Membership, Team, User


def named(session: Session, words: str, limit: int = 20) -> Sequence[User]:
    """People whose first name, surname or both hold the words, in any order and case (partial match)."""
    query = select(User).where(User.active.is_(True))
    name = func.lower(User.last_name + " " + User.first_name + " " + User.last_name)
    if words.strip():
        query = query.where(name.like(f"%{_escaped(words.strip().lower()[:80])}%"))
    return session.scalars(query.order_by(User.last_name, User.first_name).limit(first(limit))).all()


def executors(session: Session) -> Sequence[User]:
    """Everybody who may carry out orders, by surname. One statement."""
    roles = (
        select(Role.id)
        .join(Role.permissions)
        .where(
            PermissionView.permission.has(name=P.ORDERS_EXECUTE.permission),
            PermissionView.view_menu.has(name=P.ORDERS_EXECUTE.subject),
        )
    )
    return (
        session.scalars(
            select(User)
            .where(User.active.is_(True), User.roles.any(Role.id.in_(roles)))
            .order_by(User.last_name, User.first_name)
            .limit(first(500))
        )
        .unique()
        .all()
    )


def able(session: Session, right: P) -> Sequence[User]:
    """Everybody active who has the right, by surname. Two statements."""
    return by_id(session, holders(session, right))


def by_id(session: Session, ids: Collection[int]) -> Sequence[User]:
    """These people by surname, with what is shown of them and their phones. One statement."""
    query = select(User).where(User.id.in_(ids)).options(load_only(*FACE, User.phone))
    return session.scalars(query.order_by(User.last_name, User.first_name)).unique().all()


def teams(session: Session) -> Sequence[Team]:
    return session.scalars(select(Team).order_by(Team.name)).all()


def memberships(session: Session, user: User) -> Sequence[Membership]:
    """The companies and communities that the person belongs to, companies first. One statement."""
    query = select(Membership).join(Membership.company).options(contains_eager(Membership.company))
    return session.scalars(
        query.where(Membership.user_id == user.id, Company.active).order_by(Company.kind.desc(), Company.name)
    ).all()


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
