"""Threads, messages, how far each person has read. What a thread belongs to is said by its owner: an order, a client
of a provider."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Now, bigkey, user_fk
from models.files import StoredFile
from models.people import User


class ThreadKind(StrEnum):
    ORDER = "order"
    #: Internal notes of the staff: a thread of its own, so that a resident's page and socket cannot meet them.
    NOTES = "notes"
    #: Between a client and a provider (S2-46).
    CLIENT = "client"


class Thread(Model):
    """A conversation. `last_number` is taken under the row's lock, so numbers are gapless and ordered."""

    __tablename__ = "threads"

    id: Mapped[bigkey]
    kind: Mapped[str] = mapped_column(String(20), default=ThreadKind.ORDER)
    last_number: Mapped[int] = mapped_column(default=0, server_default="0")
    #: How many automatic messages open the thread: they are nobody's unread mail.
    opening: Mapped[int] = mapped_column(default=0, server_default="0")


class Message(Model):
    """`author_id` None means the system. `client_id` makes a repeated send harmless."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("thread_id", "number"),
        UniqueConstraint("thread_id", "author_id", "client_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"))
    number: Mapped[int]
    author_id: Mapped[int | None] = user_fk()
    #: The author spoke for the management company.
    staff: Mapped[bool] = mapped_column(default=False, server_default="false")
    text: Mapped[str] = mapped_column(Text, default="", server_default="")
    client_id: Mapped[UUID] = mapped_column(PgUuid(as_uuid=True))
    created_at: Mapped[Now]

    thread: Mapped[Thread] = relationship()
    author: Mapped[User | None] = relationship()
    files: Mapped[list[StoredFile]] = relationship(order_by=StoredFile.position, viewonly=True)


class ReadMark(Model):
    """How far somebody's browser has received (`delivered`) and the person has seen (`read`) a thread."""

    __tablename__ = "read_marks"

    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = user_fk(ondelete="CASCADE", primary_key=True)
    staff: Mapped[bool] = mapped_column(default=False, server_default="false")
    delivered: Mapped[int] = mapped_column(default=0, server_default="0")
    read: Mapped[int] = mapped_column(default=0, server_default="0")
