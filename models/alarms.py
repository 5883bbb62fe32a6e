"""Calls of help: an alarm, who goes, who was told and has seen it; who is on duty; which consoles would hear it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Json, Model, Moment, Now, bigkey, key, user_fk
from models.people import User
from models.places import Place

if TYPE_CHECKING:
    from models.orders import Order


class Alarm(Model):
    """All calls of one person until they are answered: the staff see one alarm with a count (D-11).

    While `sounding`, the consoles of those who were told sound. `step` counts the steps of the escalation that have
    been taken in this round, the last one at `told_at`; `step_at` is when the watchdog acts next, None when nothing
    is left to wait for.
    """

    __tablename__ = "alarms"

    id: Mapped[bigkey]
    status: Mapped[str] = mapped_column(String(30))
    author_id: Mapped[int] = user_fk()
    #: The first call: its chat is the alarm's.
    lead_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("orders.id", use_alter=True, name="fk_alarms_lead_id_orders")
    )
    #: Where help is needed, as the latest call that named a place says.
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id", ondelete="RESTRICT"))
    place_name: Mapped[str] = mapped_column(String(300), default="", server_default="")
    #: What the latest call that had words says.
    words: Mapped[str] = mapped_column(Text, default="", server_default="")
    drill: Mapped[bool] = mapped_column(default=False, server_default="false")
    calls: Mapped[int] = mapped_column(default=1, server_default="1")
    #: By the phone's clock, never after `called_at`: the first press. It came to us at `called_at`.
    pressed_at: Mapped[Moment]
    called_at: Mapped[Moment]
    repeated_at: Mapped[Moment]
    #: When somebody of the staff must be there (S1-8); each repeat begins it anew (S1-11).
    due_at: Mapped[Moment]
    sounding: Mapped[bool] = mapped_column(default=True, server_default="true")
    step: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    told_at: Mapped[Moment | None]
    step_at: Mapped[Moment | None]
    #: The first console that showed it, the first human that saw it, and the stages.
    delivered_at: Mapped[Moment | None]
    seen_at: Mapped[Moment | None]
    accepted_at: Mapped[Moment | None]
    on_way_at: Mapped[Moment | None]
    on_site_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]
    result: Mapped[str] = mapped_column(Text, default="", server_default="")

    author: Mapped[User] = relationship()
    place: Mapped[Place | None] = relationship()
    orders: Mapped[list[Order]] = relationship(
        foreign_keys="Order.alarm_id", back_populates="alarm", order_by="Order.id"
    )
    lead: Mapped[Order | None] = relationship(foreign_keys=[lead_id], post_update=True)
    responders: Mapped[list[Responder]] = relationship(
        back_populates="alarm", order_by="Responder.accepted_at"
    )

    __table_args__ = (
        # One open alarm a person, whatever is pressed how often; a drill does not stand in the way of a real one.
        Index(
            "uq_alarms_open", "author_id", "drill", unique=True, postgresql_where=text("closed_at IS NULL")
        ),
        Index("ix_alarms_open", "id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_alarms_called", "called_at"),
        Index("ix_alarms_place", "place_id"),
    )

    @property
    def subject(self) -> str:
        return f"alarm:{self.id}"


class Responder(Model):
    """Somebody of the staff who goes. `left_at`: who accepted and could not come after all."""

    __tablename__ = "alarm_responders"

    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarms.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = user_fk(primary_key=True)
    accepted_at: Mapped[Moment]
    on_way_at: Mapped[Moment | None]
    on_site_at: Mapped[Moment | None]
    left_at: Mapped[Moment | None]

    alarm: Mapped[Alarm] = relationship(back_populates="responders")
    user: Mapped[User] = relationship()


class Receipt(Model):
    """Somebody was told of an alarm over a channel. Shown by a console, seen by a human, accepted (Responder): three
    different moments."""

    __tablename__ = "alarm_receipts"

    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarms.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = user_fk(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: The step by which the person was first told, counted from 1 over all rounds, and how often since.
    step: Mapped[int] = mapped_column(SmallInteger)
    times: Mapped[int] = mapped_column(default=1, server_default="1")
    told_at: Mapped[Moment]
    delivered_at: Mapped[Moment | None]
    seen_at: Mapped[Moment | None]

    user: Mapped[User] = relationship()


class Audience(StrEnum):
    #: On duty for the place at that moment; if nobody is, everybody with the right.
    DUTY = "duty"
    EVERYBODY = "everybody"
    MANAGERS = "managers"


class AlarmStep(Model):
    """A step of the escalation: whom to tell, `after` so many seconds since the one before. The last one repeats for
    ever, each time after its own seconds."""

    __tablename__ = "alarm_steps"

    id: Mapped[key]
    position: Mapped[int] = mapped_column(SmallInteger)
    audience: Mapped[str] = mapped_column(String(20))
    channels: Mapped[list[str]] = mapped_column(JSONB)
    after: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (CheckConstraint("after >= 0", name="ck_alarm_steps_after"),)


class DutySlot(Model):
    """Somebody is on duty each week from `starts` to `ends` (minutes of the day at the place; `ends` not after `starts`
    means the next day). Without a place: for the whole location."""

    __tablename__ = "duty_slots"

    id: Mapped[key]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = user_fk(ondelete="CASCADE", index=True)
    #: 0 is Monday.
    weekday: Mapped[int] = mapped_column(SmallInteger)
    starts: Mapped[int] = mapped_column(SmallInteger)
    ends: Mapped[int] = mapped_column(SmallInteger)

    user: Mapped[User] = relationship()
    place: Mapped[Place | None] = relationship()

    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_duty_slots_weekday"),
        CheckConstraint("starts BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1440", name="ck_duty_slots_hours"),
    )


class Handover(Model):
    """From `starts_at` to `ends_at` somebody stands in for another: wherever that one would be on duty, this one is."""

    __tablename__ = "duty_handovers"

    id: Mapped[key]
    from_id: Mapped[int] = user_fk(ondelete="CASCADE", index=True)
    to_id: Mapped[int] = user_fk(ondelete="CASCADE")
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), index=True)
    note: Mapped[str] = mapped_column(String(300), default="", server_default="")
    created_at: Mapped[Now]

    from_user: Mapped[User] = relationship(foreign_keys=[from_id])
    to_user: Mapped[User] = relationship(foreign_keys=[to_id])

    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ck_duty_handovers_span"),)


class Console(Model):
    """A page of the staff that says every few seconds that it is there, and whether an alarm would be heard on it."""

    __tablename__ = "consoles"

    id: Mapped[UUID] = mapped_column(PgUuid(as_uuid=True), primary_key=True)
    user_id: Mapped[int] = user_fk(ondelete="CASCADE", index=True)
    beat_at: Mapped[Moment] = mapped_column(DateTime(timezone=True), index=True)
    #: The browser lets it sound, and somebody has heard it at the start of the shift.
    sound: Mapped[bool]
    visible: Mapped[bool]

    user: Mapped[User] = relationship()


class Heartbeat(Model):
    """A part of Atrium that has to be alive says so here: the watchdog, each second."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[Moment]
    data: Mapped[Json] = mapped_column(default=dict)


__all__ = [
    "Alarm",
    "AlarmStep",
    "Audience",
    "Console",
    "DutySlot",
    "Handover",
    "Heartbeat",
    "Receipt",
    "Responder",
]
