"""Uploads: keep a draft, take it back, clear what was never sent; bytes that follow their rows."""

from __future__ import annotations

import datetime as dt
from typing import IO
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete

from app import clock
from app.actions.base import action, if_undone, many, once_kept
from app.errors import Invalid, NotFound
from app.extensions import db
from app.policy import Actor
from app.storage import Safe, Storage, Stored
from models import StoredFile

#: A person's uploads that are not sent yet, at most.
MAX_DRAFTS = 40
_DRAFT_LIFE = dt.timedelta(days=2)


@action
def upload(actor: Actor, storage: Storage, stream: IO[bytes], filename: str, subject: str = "") -> StoredFile:
    """Keep an upload as the actor's draft (or, with `subject`, at once as its file). Raises Invalid, TooLarge."""
    drafts = (StoredFile.owner_id == actor.id, StoredFile.subject == "")
    if not subject and many(StoredFile, *drafts) >= MAX_DRAFTS:
        raise Invalid(text=_("Too many files are waiting to be sent. Send or remove some of them."))
    return added(actor, kept(storage, storage.save(stream, filename)), subject)


@action
def discard(actor: Actor, storage: Storage, file_id: UUID) -> None:
    """Take back a draft. Raises NotFound for a foreign one or one that was sent."""
    gone = db.session.scalar(
        delete(StoredFile)
        .where(StoredFile.id == file_id, StoredFile.owner_id == actor.id, StoredFile.subject == "")
        .returning(StoredFile.id)
    )
    if gone is None:
        raise NotFound
    drop(storage, gone)


@action
def clear_drafts(storage: Storage) -> int:
    """Remove what was uploaded more than two days ago and never sent. How many."""
    gone = db.session.scalars(
        delete(StoredFile)
        .where(StoredFile.subject == "", StoredFile.created_at < clock.now() - _DRAFT_LIFE)
        .returning(StoredFile.id)
    ).all()
    for file_id in gone:
        drop(storage, file_id)
    return len(gone)


# --- bytes, within an action --------------------------------------------------------------------------------------


def kept(storage: Storage | Safe, stored: Stored) -> Stored:
    """Bytes that were saved for a row of this transaction: if the row is rolled back they go too."""
    if_undone(lambda: storage.remove(stored.id))
    return stored


def added(actor: Actor, stored: Stored, subject: str, *, sealed: bool = False) -> StoredFile:
    """The row of bytes that were saved for it."""
    file = StoredFile(
        id=stored.id,
        owner_id=actor.id,
        subject=subject,
        name=stored.name,
        content_type=stored.content_type,
        size=stored.size,
        sealed=sealed,
        width=stored.width,
        height=stored.height,
        created_at=clock.now(),
    )
    db.session.add(file)
    return file


def drop(storage: Storage | Safe, file_id: UUID) -> None:
    """The row is being deleted; its bytes go when that is committed."""
    once_kept(lambda: storage.remove(file_id))
