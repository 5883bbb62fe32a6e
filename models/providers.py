"""Specialists and organizations: who serves, what they offer and when, their clients, their invitations."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Moment, Name, Now, Words, key, user_fk
from models.bookings import Resource
from models.chat import Thread
from models.people import User

if TYPE_CHECKING:
    from models.documents import Terms


class ProviderKind(StrEnum):
    SPECIALIST = "specialist"
    ORGANIZATION = "organization"


class Provider(Model):
    """A specialist or an organization (S2-63). `owner_id` is unique: an account is one of the two (S2-65)."""

    __tablename__ = "providers"

    id: Mapped[key]
    kind: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[int] = user_fk(unique=True)
    name: Mapped[Name]
    #: What it is, in a line: «Психолог», «Студия массажа».
    headline: Mapped[str] = mapped_column(String(200), default="", server_default="")
    #: Hours and absences are wall-clock times of this zone.
    timezone: Mapped[str] = mapped_column(String(64))
    currency: Mapped[str] = mapped_column(String(3), default="RUB", server_default="RUB")
    #: A request holds the time until it is answered; else several may ask for one time.
    holds_requests: Mapped[bool] = mapped_column(default=True, server_default="true")
    #: Minutes between the starts that are offered.
    step: Mapped[int] = mapped_column(SmallInteger, default=30, server_default="30")
    #: Minutes before which nobody can ask for a time, and days after which nobody can.
    notice: Mapped[int] = mapped_column(default=120, server_default="120")
    horizon: Mapped[int] = mapped_column(SmallInteger, default=60, server_default="60")
    #: Hours before an appointment at which the client is reminded; 0 is never.
    reminder: Mapped[int] = mapped_column(SmallInteger, default=24, server_default="24")
    #: Where the appointments are held, if a service says nothing else: a place in words, an address of a call.
    place: Mapped[str] = mapped_column(String(300), default="", server_default="")
    meeting_url: Mapped[str] = mapped_column(String(500), default="", server_default="")
    #: Where clients pay, if they pay online (S2-10).
    payment_url: Mapped[str] = mapped_column(String(500), default="", server_default="")
    created_at: Mapped[Now]

    owner: Mapped[User] = relationship()
    specialists: Mapped[list[Specialist]] = relationship(
        back_populates="provider", order_by="(Specialist.position, Specialist.id)"
    )
    offers: Mapped[list[Offer]] = relationship(
        back_populates="provider", order_by="(Offer.position, Offer.id)"
    )

    def __repr__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return f"provider:{self.id}"

    @property
    def is_organization(self) -> bool:
        return self.kind == ProviderKind.ORGANIZATION


class Specialist(Model):
    """Somebody who serves: the specialist himself, or one of an organization's. Of the latter some have no account."""

    __tablename__ = "specialists"
    __table_args__ = (UniqueConstraint("provider_id", "user_id"),)

    id: Mapped[key]
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="RESTRICT"))
    user_id: Mapped[int | None] = user_fk(index=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id", ondelete="RESTRICT"), index=True)
    name: Mapped[Name]
    title: Mapped[str] = mapped_column(String(200), default="", server_default="")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    #: Sees every client of the organization and the whole calendar, not the own ones alone (I-20).
    sees_all: Mapped[bool] = mapped_column(default=False, server_default="false")
    position: Mapped[int] = mapped_column(default=0, server_default="0")

    provider: Mapped[Provider] = relationship(back_populates="specialists")
    user: Mapped[User | None] = relationship()
    resource: Mapped[Resource] = relationship()
    hours: Mapped[list[Hours]] = relationship(
        order_by="(Hours.weekday, Hours.start)", cascade="all, delete-orphan"
    )

    def __repr__(self) -> str:
        return self.name


offer_specialists = Table(
    "offer_specialists",
    Model.metadata,
    Column("offer_id", ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True),
    Column("specialist_id", ForeignKey("specialists.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Offer(Model):
    """A provider's service (S2-19): how long it takes, how long to rest after it, what it costs."""

    __tablename__ = "offers"
    __table_args__ = (
        CheckConstraint("minutes > 0 AND buffer >= 0 AND price >= 0", name="ck_offers_amounts"),
        Index("ix_offers_provider", "provider_id"),
    )

    id: Mapped[key]
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="RESTRICT"))
    name: Mapped[Name]
    description: Mapped[Words]
    minutes: Mapped[int] = mapped_column(SmallInteger)
    #: Minutes after the appointment that stay free of others.
    buffer: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: In minor units of the provider's currency.
    price: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Where it is held, if not where the provider usually does.
    place: Mapped[str] = mapped_column(String(300), default="", server_default="")
    meeting_url: Mapped[str] = mapped_column(String(500), default="", server_default="")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    position: Mapped[int] = mapped_column(default=0, server_default="0")

    provider: Mapped[Provider] = relationship(back_populates="offers")
    specialists: Mapped[list[Specialist]] = relationship(
        secondary=offer_specialists, order_by="(Specialist.position, Specialist.id)"
    )
    #: What clients have to sign before they can ask for it.
    terms: Mapped[list[Terms]] = relationship(secondary="offer_terms", order_by="(Terms.position, Terms.id)")

    def __repr__(self) -> str:
        return self.name


class Hours(Model):
    """Regular hours of a weekday (0 is Monday), minutes of the provider's day from 0 to 1440."""

    __tablename__ = "working_hours"
    __table_args__ = (
        CheckConstraint(
            'weekday BETWEEN 0 AND 6 AND start >= 0 AND start < "end" AND "end" <= 1440', name="ck_hours"
        ),
        Index("ix_working_hours_specialist", "specialist_id"),
    )

    id: Mapped[key]
    specialist_id: Mapped[int] = mapped_column(ForeignKey("specialists.id", ondelete="CASCADE"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    start: Mapped[int] = mapped_column(SmallInteger)
    end: Mapped[int] = mapped_column(SmallInteger)


class AbsenceKind(StrEnum):
    HOLIDAY = "holiday"
    VACATION = "vacation"
    ABSENCE = "absence"


class Absence(Model):
    """When a specialist, or the whole provider, is not there: wall-clock times of the provider's zone, so that a
    holiday stays a day whatever happens to clocks."""

    __tablename__ = "absences"
    __table_args__ = (
        CheckConstraint("starts < ends", name="ck_absences_order"),
        Index("ix_absences_provider", "provider_id", "ends"),
    )

    id: Mapped[key]
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="CASCADE"))
    #: None: everybody.
    specialist_id: Mapped[int | None] = mapped_column(ForeignKey("specialists.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20), default=AbsenceKind.ABSENCE)
    starts: Mapped[dt.datetime] = mapped_column(DateTime(timezone=False))
    ends: Mapped[dt.datetime] = mapped_column(DateTime(timezone=False))
    reason: Mapped[str] = mapped_column(String(200), default="", server_default="")

    specialist: Mapped[Specialist | None] = relationship()


client_specialists = Table(
    "client_specialists",
    Model.metadata,
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True),
    Column("specialist_id", ForeignKey("specialists.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Client(Model):
    """A person and a provider who know each other by an invitation (S2-4, S2-5): their chat (S2-46), their
    appointments. `specialists` are those of an organization who see this client (I-20)."""

    __tablename__ = "clients"
    __table_args__ = (
        UniqueConstraint("provider_id", "user_id"),
        Index("ix_clients_user", "user_id", "created_at"),
    )

    id: Mapped[key]
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="RESTRICT"))
    user_id: Mapped[int] = user_fk()
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"), unique=True)
    created_at: Mapped[Now]

    provider: Mapped[Provider] = relationship()
    user: Mapped[User] = relationship()
    thread: Mapped[Thread] = relationship()
    specialists: Mapped[list[Specialist]] = relationship(secondary=client_specialists)

    @property
    def subject(self) -> str:
        return f"client:{self.id}"


class Invitation(Model):
    """A link, and its QR code, by which somebody becomes a client, or a specialist of the organization (S2-1, S2-2).

    The link's token is made from `nonce` and the installation's secret, so that it can be shown again; what is kept
    of it is its hash. `most` None: as many as come."""

    __tablename__ = "invitations"

    id: Mapped[key]
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="CASCADE"), index=True)
    #: Whom it makes a specialist of the organization; None for clients.
    specialist_id: Mapped[int | None] = mapped_column(ForeignKey("specialists.id", ondelete="CASCADE"))
    nonce: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: For whom or for what, in the provider's words.
    label: Mapped[str] = mapped_column(String(120), default="", server_default="")
    most: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[Now]
    created_by: Mapped[int] = user_fk()
    expires_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]

    provider: Mapped[Provider] = relationship()
    specialist: Mapped[Specialist | None] = relationship()


__all__ = [
    "Absence",
    "AbsenceKind",
    "Client",
    "Hours",
    "Invitation",
    "Offer",
    "Provider",
    "ProviderKind",
    "Specialist",
    "client_specialists",
    "offer_specialists",
]
