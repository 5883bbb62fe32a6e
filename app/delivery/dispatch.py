"""deliver(): one journal entry → a unique row for each (entry, person, channel): a repeated job harms nobody."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import journal
from app.delivery import audience
from app.notices import JOURNAL, Rule
from models import Channel, Entry, Notice, ReadMark


def deliver(session: Session, entry_id: int) -> int:
    """Tell everybody whom the table names for this entry. Commits. How many rows were new.

    The first rule that reaches a person wins: nobody is told one thing twice over one channel.
    """
    entry = session.get(Entry, entry_id)
    if entry is None:
        return 0
    told: set[tuple[int, Channel]] = set()
    new = 0
    for index, rule in enumerate(JOURNAL[entry.kind].rules):
        people = audience.of(session, entry, rule) - {entry.actor_id}
        for channel in rule.channels:
            fresh = {user_id for user_id in people if user_id and (user_id, channel) not in told}
            told |= {(user_id, channel) for user_id in fresh}
            new += _CHANNELS[channel](session, entry, rule, index, fresh)
    session.commit()
    return new


def _inbox(session: Session, entry: Entry, rule: Rule, index: int, people: set[int]) -> int:
    if not people:
        return 0
    seen = _who_has_seen(session, entry, people)
    rows = [
        {
            "entry_id": entry.id,
            "user_id": user_id,
            "channel": Channel.INBOX,
            "kind": f"{entry.kind}#{index}",
            "subject": entry.subject,
            "urgent": rule.urgent,
            "created_at": entry.at,
            "read_at": entry.at if user_id in seen else None,
        }
        for user_id in sorted(people)
    ]
    added = session.scalars(
        insert(Notice).values(rows).on_conflict_do_nothing().returning(Notice.user_id)
    ).all()
    journal.signal(
        session, "inbox.added", entry.subject, [f"user:{user_id}" for user_id in added], entry=entry.id
    )
    return len(added)


def _who_has_seen(session: Session, entry: Entry, people: set[int]) -> set[int]:
    """Those who had the message before them when it came: it is no news to them. The lock lets a reading that is on
    its way mark the notice as read, or us see it."""
    if "message" not in entry.data:
        return set()
    marks = select(ReadMark.user_id, ReadMark.read).where(
        ReadMark.thread_id == entry.data["thread"], ReadMark.user_id.in_(people)
    )
    rows = session.execute(marks.with_for_update(read=True))
    return {user_id for user_id, read in rows if read >= entry.data["message"]}


_CHANNELS: dict[Channel, Callable[[Session, Entry, Rule, int, set[int]], int]] = {Channel.INBOX: _inbox}
