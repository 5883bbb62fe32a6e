"""The journal (audit record, history, source of notices) and the notices written from it."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Json, Model, Moment, Now, bigkey, user_fk
from models.people import User


class Entry(Model):
    """Something happened. Only ever added. `actor_id` None means the system."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_subject", "subject", "id"),
        # The administrator's filters: what happened, who did it, when. Lines come in the order of time, so a BRIN
        # index of a few pages finds a period.
        Index("ix_journal_kind", "kind", text("id DESC")),
        Index("ix_journal_actor", "actor_id", text("id DESC")),
        Index("ix_journal_at", "at", postgresql_using="brin"),
    )

    id: Mapped[bigkey]
    at: Mapped[Now]
    kind: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[int | None] = user_fk()
    subject: Mapped[str] = mapped_column(String(40))
    data: Mapped[Json] = mapped_column(default=dict)

    actor: Mapped[User | None] = relationship()


class Channel(StrEnum):
    INBOX = "inbox"
    #: A page of the staff that is open: how an alarm is told.
    SCREEN = "screen"
    #: To whoever wants letters and has not read the notice meanwhile.
    MAIL = "mail"


class Notice(Model):
    """A journal entry told to one person over one channel: the unique row makes a repeated delivery harmless."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("entry_id", "user_id", "channel"),
        Index("ix_notices_inbox", "user_id", text("id DESC")),
        Index("ix_notices_unread", "user_id", "subject", postgresql_where=text("read_at IS NULL")),
    )

    id: Mapped[bigkey]
    entry_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("journal.id", ondelete="CASCADE"))
    user_id: Mapped[int] = user_fk(ondelete="CASCADE")
    channel: Mapped[str] = mapped_column(String(20), default=Channel.INBOX)
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    urgent: Mapped[bool] = mapped_column(default=False, server_default="false")
    created_at: Mapped[Now]
    read_at: Mapped[Moment | None]

    entry: Mapped[Entry] = relationship()
