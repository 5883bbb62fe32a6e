"""What a person does with the own notices: mark them as read."""

from __future__ import annotations

from sqlalchemy import Update, select, update

from app import clock, journal
from app.actions.base import action
from app.extensions import db
from app.policy import Actor
from models import Entry, Notice


@action
def read(actor: Actor, *, subject: str | None = None, notice_id: int | None = None, about: str = "") -> int:
    """Mark the actor's notices of a subject ("order:42"), one notice, or all as read; with `about` only those of
    journal kinds that begin so ("terms."). How many were unread."""
    query = _unread(actor)
    if subject is not None:
        query = query.where(Notice.subject == subject)
    if about:
        query = query.where(Notice.kind.startswith(about, autoescape=True))
    if notice_id is not None:
        query = query.where(Notice.id == notice_id)
    return _read(actor, query)


def read_messages(actor: Actor, subject: str, thread_id: int, number: int) -> int:
    """The actor has seen the thread's messages up to `number`: what the notices told of them is read. Within the
    caller's action. How many were unread. Those that are still on their way: app/delivery/dispatch.py."""
    told = select(Entry.id).where(
        Entry.id == Notice.entry_id,
        Entry.data["thread"].as_integer() == thread_id,
        Entry.data["message"].as_integer() <= number,
    )
    return _read(actor, _unread(actor).where(Notice.subject == subject, told.exists()))


def _unread(actor: Actor) -> Update:
    return (
        update(Notice).where(Notice.user_id == actor.id, Notice.read_at.is_(None)).values(read_at=clock.now())
    )


def _read(actor: Actor, query: Update) -> int:
    count = len(db.session.scalars(query.returning(Notice.id)).all())
    if count:
        journal.signal(db.session, "inbox.read", f"user:{actor.id}", [f"user:{actor.id}"])
    return count
