"""The journal as an administrator reads it: newest first, by keyset, narrowed by kind, person, subject and period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.notices import PRIVATE
from app.plans import first
from models import Entry

PAGE = 50


@dataclass(frozen=True)
class Filters:
    """`kinds` empty: all. `actor` 0: the system. `subject` is whole: "order:42"."""

    kinds: Sequence[str] = ()
    actor: int | None = None
    subject: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True)
class Page:
    """`older` and `newer` are what to ask for next (`before=`, `after=`); None at the end."""

    entries: Sequence[Entry]
    older: int | None
    newer: int | None


def page(session: Session, filters: Filters, *, before: int | None = None, after: int | None = None) -> Page:
    """The lines before or after a line, the newest ones without either. One statement."""
    query = _narrowed(filters).options(joinedload(Entry.actor))
    if after is not None:
        found = session.scalars(query.where(Entry.id > after).order_by(Entry.id).limit(first(PAGE + 1))).all()
        entries = list(reversed(found[:PAGE]))
        older, newer = bool(entries), len(found) > PAGE
    else:
        if before is not None:
            query = query.where(Entry.id < before)
        found = session.scalars(query.order_by(Entry.id.desc()).limit(first(PAGE + 1))).all()
        entries = list(found[:PAGE])
        older, newer = len(found) > PAGE, before is not None and bool(entries)
    return Page(
        entries,
        entries[-1].id if older and entries else None,
        entries[0].id if newer and entries else None,
    )


def latest(session: Session, kinds: Sequence[str], subject: str) -> Entry | None:
    """The newest line of these kinds about the subject, with its actor. One statement."""
    query = _narrowed(Filters(kinds, subject=subject)).options(joinedload(Entry.actor))
    return session.scalars(query.order_by(Entry.id.desc()).limit(first(1))).one_or_none()


def _narrowed(filters: Filters) -> Select[Entry]:
    query = select(Entry).where(Entry.kind.not_in(PRIVATE))
    if filters.kinds:
        query = query.where(Entry.kind.in_(filters.kinds))
    if filters.actor is not None:
        query = query.where(Entry.actor_id == filters.actor if filters.actor else Entry.actor_id.is_(None))
    if filters.subject:
        query = query.where(Entry.subject == filters.subject)
    if filters.since:
        query = query.where(Entry.at >= filters.since)
    if filters.until:
        query = query.where(Entry.at < filters.until)
    return query
