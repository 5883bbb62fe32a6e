"""What can be ordered: categories, services, the fields of their forms, additional services."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Json, Model, Name, Words, key, user_fk
from models.people import Team, User
from models.places import Place


class OrderKind(StrEnum):
    """All kinds that the product will know; `app/kinds` says which are on offer today."""

    SIMPLE = "simple"
    REQUEST = "request"
    BOOKING = "booking"
    GOODS = "goods"
    COWORK = "cowork"
    HOTEL = "hotel"
    TICKET = "ticket"
    SOS = "sos"
    SUPPORT = "support"


class FieldKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    TIME = "time"
    PLACE = "place"
    PHONE = "phone"
    FILE = "file"
    BOOLEAN = "boolean"


class Category(Model):
    __tablename__ = "categories"

    id: Mapped[key]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    description: Mapped[Words] = mapped_column(default="")
    #: Name of an icon in the sprite (app/assets.py).
    icon: Mapped[str] = mapped_column(String(40), default="layers", server_default="layers")
    #: File name in static/img/catalogue, or empty.
    art: Mapped[str] = mapped_column(String(80), default="", server_default="")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")

    services: Mapped[list[Service]] = relationship(back_populates="category", order_by="Service.position")

    def __repr__(self) -> str:
        return self.name


service_roles = Table(
    "service_roles",
    Model.metadata,
    Column("service_id", ForeignKey("services.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("ab_role.id", ondelete="CASCADE"), primary_key=True),
)


class Service(Model):
    """A service of the catalogue with everything that an administrator decides about it (I-2)."""

    __tablename__ = "services"

    id: Mapped[key]
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default=OrderKind.SIMPLE, server_default=OrderKind.SIMPLE)
    name: Mapped[Name]
    summary: Mapped[str] = mapped_column(String(300), default="", server_default="")
    description: Mapped[Words] = mapped_column(default="")
    icon: Mapped[str] = mapped_column(String(40), default="", server_default="")
    art: Mapped[str] = mapped_column(String(80), default="", server_default="")
    #: A picture that an administrator uploaded; shown before `art`.
    picture_id: Mapped[UUID | None] = mapped_column(PgUuid(as_uuid=True))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id", ondelete="RESTRICT"))
    executor_id: Mapped[int | None] = user_fk()
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="RESTRICT"))
    #: Hours until an unconfirmed order completes by itself (S0-61, D-9). None: the setting's value.
    completion_hours: Mapped[int | None]
    first_message: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    extras_title: Mapped[str] = mapped_column(String(120), default="", server_default="")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")

    category: Mapped[Category] = relationship(back_populates="services")
    place: Mapped[Place | None] = relationship()
    executor: Mapped[User | None] = relationship()
    team: Mapped[Team | None] = relationship()
    #: Roles that may order; none named means everybody who has signed in.
    roles: Mapped[list[Role]] = relationship(secondary=service_roles)
    fields: Mapped[list[FormField]] = relationship(
        back_populates="service", order_by="FormField.position, FormField.id", cascade="all, delete-orphan"
    )
    extras: Mapped[list[Extra]] = relationship(
        back_populates="service",
        order_by="Extra.position, Extra.id",
        cascade="all, delete-orphan",
        foreign_keys="Extra.service_id",
    )

    def __repr__(self) -> str:
        return self.name


class FormField(Model):
    """One question of a service's form. Orders keep their own copy of label and answer."""

    __tablename__ = "form_fields"

    id: Mapped[key]
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default=FieldKind.TEXT, server_default=FieldKind.TEXT)
    label: Mapped[Name]
    help: Mapped[str] = mapped_column(String(300), default="", server_default="")
    required: Mapped[bool] = mapped_column(default=False, server_default="false")
    #: For choice and choices: the texts, in order.
    choices: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")
    #: min, max (numbers; days from today for a date; "HH:MM" for a time), max_length, max_files, place_kind.
    limits: Mapped[Json] = mapped_column(default=dict)
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")

    service: Mapped[Service] = relationship(back_populates="fields")

    def __repr__(self) -> str:
        return self.label

    @property
    def name(self) -> str:
        """The field's name in an HTML form and in error dictionaries."""
        return f"f{self.id}"

    def limit(self, name: str, default: Any = None) -> Any:
        return self.limits.get(name, default)


class Extra(Model):
    """An additional service shown on the orders of a service (S0-37..S0-42)."""

    __tablename__ = "extras"
    __table_args__ = (UniqueConstraint("service_id", "extra_id"),)

    id: Mapped[key]
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    extra_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0, server_default="0")

    service: Mapped[Service] = relationship(back_populates="extras", foreign_keys=[service_id])
    extra: Mapped[Service] = relationship(foreign_keys=[extra_id])

    def __repr__(self) -> str:
        return self.extra.name
