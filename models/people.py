"""People, companies and communities, teams, password-reset links. Roles and rights are Flask-AppBuilder's tables."""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from flask_appbuilder.security.sqla.models import User as FabUser
from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import Column, ForeignKey, Index, SmallInteger, String, Table, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Moment, Now, key, user_fk

if TYPE_CHECKING:
    from flask_appbuilder.security.sqla.models import Role


def new_session_key() -> str:
    return secrets.token_urlsafe(12)


class AtriumUser(FabUser):  # type: ignore[misc]  # Flask-AppBuilder is untyped
    """A person with an account, everywhere called User: the registry of class names already has FAB's "User".

    `session_key` is part of every sign-in cookie: changing it ends all sessions.
    """

    __tablename__ = "ab_user"

    phone: Mapped[str | None] = mapped_column(String(20))
    avatar_id: Mapped[UUID | None] = mapped_column(PgUuid(as_uuid=True))
    locale: Mapped[str | None] = mapped_column(String(5))
    #: IANA name or a fixed offset such as "UTC+05:00" (D-18); None until the person has chosen.
    timezone: Mapped[str | None] = mapped_column(String(64))
    #: Whether notices that matter come by mail, too; hours before an appointment at which to be reminded (0 is never,
    #: None as the provider has it).
    mails: Mapped[bool] = mapped_column(default=True, server_default="true")
    reminder: Mapped[int | None] = mapped_column(SmallInteger)
    session_key: Mapped[str] = mapped_column(String(32), default=new_session_key, server_default="")

    if TYPE_CHECKING:
        id: Mapped[int]
        first_name: Mapped[str]
        last_name: Mapped[str]
        username: Mapped[str]
        email: Mapped[str]
        password: Mapped[str | None]
        active: Mapped[bool | None]
        roles: Mapped[list[Role]]

    memberships: Mapped[list[Membership]] = relationship(back_populates="user", cascade="all, delete-orphan")
    teams: Mapped[list[Team]] = relationship(secondary="team_members", back_populates="members")

    @property
    def name(self) -> str:
        """«Имя Фамилия», as everywhere in the product."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper()

    def get_id(self) -> str:
        return f"{self.id}:{self.session_key}"

    def __repr__(self) -> str:
        return self.name


User = AtriumUser
#: What pages show of somebody who is not the reader: the rest of the row is wide, and left in the database.
FACE = (User.first_name, User.last_name, User.avatar_id)

# An address is one account in whatever case it is written; it is also how sign-in finds the account.
Index("uq_ab_user_email_lower", func.lower(FabUser.email), unique=True)
Index(
    "ix_ab_user_name_trgm",
    func.lower(FabUser.last_name + " " + FabUser.first_name + " " + FabUser.last_name).label("name"),
    postgresql_using="gin",
    postgresql_ops={"name": "gin_trgm_ops"},
)

# Who has a role: asked for every notice to the staff, and whenever an executor is chosen.
Index("ix_ab_user_role_role", assoc_user_role.c.role_id)


class CompanyKind(StrEnum):
    COMPANY = "company"
    COMMUNITY = "community"


class Company(Model):
    """A tenant company or a community of residents («Сообщества и компании»)."""

    __tablename__ = "companies"

    id: Mapped[key]
    kind: Mapped[str] = mapped_column(
        String(20), default=CompanyKind.COMPANY, server_default=CompanyKind.COMPANY
    )
    name: Mapped[str] = mapped_column(String(200), unique=True)
    description: Mapped[str] = mapped_column(server_default="", default="")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")

    members: Mapped[list[Membership]] = relationship(back_populates="company", cascade="all, delete-orphan")

    def __repr__(self) -> str:
        return self.name


class Membership(Model):
    """Who belongs to which company; `admin` is the tenant administrator of this company only."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("company_id", "user_id"),)

    id: Mapped[key]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    user_id: Mapped[int] = user_fk(ondelete="CASCADE", index=True)
    admin: Mapped[bool] = mapped_column(default=False, server_default="false")
    position: Mapped[str] = mapped_column(String(120), default="", server_default="")

    company: Mapped[Company] = relationship(back_populates="members")
    user: Mapped[User] = relationship(back_populates="memberships")

    def __repr__(self) -> str:
        return f"{self.user} · {self.company}"


team_members = Table(
    "team_members",
    Model.metadata,
    Column("team_id", ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Team(Model):
    """Executors who share a queue of orders."""

    __tablename__ = "teams"

    id: Mapped[key]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    members: Mapped[list[User]] = relationship(secondary=team_members, back_populates="teams")

    def __repr__(self) -> str:
        return self.name


class ResetLink(Model):
    """A password-reset link: only the hash of its token is kept, it works once and until `expires_at`."""

    __tablename__ = "reset_links"

    id: Mapped[key]
    user_id: Mapped[int] = user_fk(ondelete="CASCADE", index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Now]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]

    user: Mapped[User] = relationship()


class EndedSession(Model):
    """A sign-in that was signed out: its cookie, wherever a copy of it may be, is good for nothing any more. Kept as
    long as a cookie lives."""

    __tablename__ = "ended_sessions"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    ended_at: Mapped[Now] = mapped_column(index=True)


__all__ = [
    "FACE",
    "Company",
    "CompanyKind",
    "EndedSession",
    "Membership",
    "ResetLink",
    "Team",
    "User",
    "new_session_key",
    "team_members",
]
