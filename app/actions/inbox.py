"""What a person does with the own notices: mark them as read."""

from __future__ import annotations

from sqlalchemy import update

from app import clock, journal
from app.actions.base import action
from app.extensions import db
from app.policy import Actor
from models import Notice


@action
def read(actor: Actor, *, subject: str | None = None, notice_id: int | None = None) -> int:
    """Mark the actor's notices of a subject ("order:42"), one notice, or all as read. How many were unread."""
    query = (
        update(Notice).where(Notice.user_id == actor.id, Notice.read_at.is_(None)).values(read_at=clock.now())
    )
    if subject is not None:
        query = query.where(Notice.subject == subject)
    if notice_id is not None:
        query = query.where(Notice.id == notice_id)
    count = len(db.session.scalars(query.returning(Notice.id)).all())
    if count:
        journal.signal(db.session, "inbox.read", f"user:{actor.id}", [f"user:{actor.id}"])
    return count
