"""deliver(): one journal entry → a unique row for each (entry, person, channel): a repeated job harms nobody."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import journal
from app.delivery import audience
from app.notices import JOURNAL, Rule
from models import Channel, Entry, Notice


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
    rows = [
        {
            "entry_id": entry.id,
            "user_id": user_id,
            "channel": Channel.INBOX,
            "kind": f"{entry.kind}#{index}",
            "subject": entry.subject,
            "urgent": rule.urgent,
            "created_at": entry.at,
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


_CHANNELS: dict[Channel, Callable[[Session, Entry, Rule, int, set[int]], int]] = {Channel.INBOX: _inbox}
