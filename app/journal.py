"""write(): one journal row with its live signal and its deferred delivery, all in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock, queue
from app.notices import JOURNAL
from app.policy import Actor
from models import Entry

CHANNEL = "atrium"


def write(
    session: Session, kind: str, actor: Actor, subject: str, rooms: Iterable[str] = (), **data: Any
) -> Entry:
    """Record that `actor` did `kind` to `subject` ("order:42"), poke the sockets in `rooms` and defer the notices.

    Raises KeyError for a kind that the table JOURNAL does not know. `data` must be JSON.
    """
    row = JOURNAL[kind]
    entry = Entry(kind=kind, actor_id=actor.id, subject=subject, data=data, at=clock.now())
    session.add(entry)
    session.flush()
    signal(session, kind, subject, rooms, entry=entry.id)
    if row.rules:
        queue.defer(session, "deliver", entry_id=entry.id)
    return entry


def signal(session: Session, kind: str, subject: str, rooms: Iterable[str], **ids: int | str) -> None:
    """Poke the sockets in `rooms` when this transaction commits, without a record (typing, read marks, inbox).

    A poke carries ids only, never content: pages fetch what they may see.
    """
    if targets := sorted(set(rooms)):
        payload = json.dumps(
            {"kind": kind, "subject": subject, "rooms": targets, **ids}, separators=(",", ":")
        )
        session.execute(select(func.pg_notify(CHANNEL, payload)))
