"""Who there is to choose from: executors, teams, the orderers that the desk filters by."""

from __future__ import annotations

from collections.abc import Sequence

from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from app.permissions import P
from app.plans import first
from models import Company, Membership, Team, User


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
