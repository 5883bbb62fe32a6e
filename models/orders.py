"""Orders of every kind: what was asked, by whom, where it stands, who does it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from models.alarms import Alarm
from models.base import Model, Moment, Name, Now, user_fk
from models.catalogue import Service
from models.chat import Thread
from models.people import Company, Team, User
from models.places import Place


class Order(Model):
    """`id` is the number that people read and say (S0-29). `version` grows with each change: who acts on an
    older one is told what changed."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(BigInteger, Identity(start=100001), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(30))
    #: None for calls of help and for the support: they are nothing that an administrator could take off the list.
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id", ondelete="RESTRICT"))
    #: The alarm that this call of help belongs to (D-11).
    alarm_id: Mapped[int | None] = mapped_column(ForeignKey("alarms.id", ondelete="RESTRICT"))
    #: The service's name and the place's full name as they were at ordering (S0-14).
    title: Mapped[Name]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id", ondelete="RESTRICT"))
    place_name: Mapped[str] = mapped_column(String(300), default="", server_default="")
    author_id: Mapped[int] = user_fk()
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="RESTRICT"))
    executor_id: Mapped[int | None] = user_fk()
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="RESTRICT"))
    #: [{"label", "kind", "value", "text"}] in form order, labels and answers as at ordering (S0-18).
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"), unique=True)
    notes_id: Mapped[int] = mapped_column(ForeignKey("threads.id"), unique=True)
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    #: When the order completes by itself (S0-61); set only while it awaits confirmation.
    completes_at: Mapped[Moment | None]
    reminded_at: Mapped[Moment | None]
    #: The resident's oldest message that nobody of the staff has answered.
    waiting_since: Mapped[Moment | None]
    #: Set when the order came to a final status.
    closed_at: Mapped[Moment | None]
    #: Given by the form: the same form sent twice is one order.
    form_key: Mapped[UUID | None] = mapped_column(PgUuid(as_uuid=True), unique=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    search: Mapped[str] = deferred(mapped_column(TSVECTOR, server_default=text("''::tsvector")))

    service: Mapped[Service | None] = relationship()
    alarm: Mapped[Alarm | None] = relationship(foreign_keys=[alarm_id], back_populates="orders")
    place: Mapped[Place | None] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    executor: Mapped[User | None] = relationship(foreign_keys=[executor_id])
    team: Mapped[Team | None] = relationship()
    company: Mapped[Company | None] = relationship()
    thread: Mapped[Thread] = relationship(foreign_keys=[thread_id])
    notes: Mapped[Thread] = relationship(foreign_keys=[notes_id])

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        # Keyset paging: each filter of the lists walks its own index from the newest order down.
        Index("ix_orders_author", "author_id", text("id DESC")),
        Index("ix_orders_status", "status", text("id DESC")),
        Index("ix_orders_service", "service_id", text("id DESC")),
        Index("ix_orders_executor", "executor_id", text("id DESC")),
        Index("ix_orders_team", "team_id", text("id DESC")),
        Index("ix_orders_company", "company_id", text("id DESC")),
        Index("ix_orders_kind", "kind", text("id DESC")),
        Index("ix_orders_created", text("created_at DESC"), text("id DESC")),
        Index("ix_orders_open", text("id DESC"), postgresql_where=text("closed_at IS NULL")),
        # What is open is little: somebody's open orders are found without his years of finished ones.
        Index(
            "ix_orders_author_open", "author_id", text("id DESC"), postgresql_where=text("closed_at IS NULL")
        ),
        Index(
            "ix_orders_executor_open",
            "executor_id",
            text("id DESC"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_orders_team_open", "team_id", text("id DESC"), postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_orders_unassigned",
            text("id DESC"),
            postgresql_where=text("closed_at IS NULL AND executor_id IS NULL"),
        ),
        Index("ix_orders_waiting", text("id DESC"), postgresql_where=text("waiting_since IS NOT NULL")),
        # What may be overdue (app/queries/orders.py).
        Index(
            "ix_orders_late",
            text("id DESC"),
            postgresql_where=text("status = 'new' OR waiting_since IS NOT NULL"),
        ),
        Index("ix_orders_completes", "completes_at", postgresql_where=text("completes_at IS NOT NULL")),
        Index("ix_orders_alarm", "alarm_id", text("id"), postgresql_where=text("alarm_id IS NOT NULL")),
        # One conversation with the support a person (S2-69).
        Index("uq_orders_support", "author_id", unique=True, postgresql_where=text("kind = 'support'")),
        CheckConstraint("(service_id IS NULL) = (kind IN ('sos', 'support'))", name="ck_orders_service"),
        CheckConstraint("(alarm_id IS NOT NULL) = (kind = 'sos')", name="ck_orders_alarm"),
        Index("ix_orders_search", "search", postgresql_using="gin"),
    )

    def __repr__(self) -> str:
        return f"{self.id} · {self.title}"

    @property
    def subject(self) -> str:
        return f"order:{self.id}"
