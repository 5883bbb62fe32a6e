"""deliver(): one journal entry → a unique row for each (entry, person, channel): a repeated job harms nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import clock, journal, queue
from app.delivery import audience
from app.notices import JOURNAL, Rule
from models import Channel, Entry, Notice, ReadMark, User

#: So long a notice has time to be read in Atrium, before a letter says it.
MAIL_AFTER = dt.timedelta(minutes=2)


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
    seen = _who_has_seen(session, entry, people)
    added = _add(session, _row(entry, rule, index, Channel.INBOX), people, read=seen)
    journal.signal(
        session, "inbox.added", entry.subject, [f"user:{one.user_id}" for one in added], entry=entry.id
    )
    return len(added)


def _mail(session: Session, entry: Entry, rule: Rule, index: int, people: set[int]) -> int:
    """A letter to whoever wants them, if the notice is unread after a while: the job looks."""
    wanted = select(User.id).where(User.id.in_(people), User.mails)
    people = set(session.scalars(wanted))
    # In the inbox it is read or not; a letter is never counted as unread.
    added = _add(session, _row(entry, rule, index, Channel.MAIL), people, read=people)
    for one in added:
        queue.defer(session, "mail_notice", at=clock.now() + MAIL_AFTER, notice_id=one.id)
    return len(added)


def _row(entry: Entry, rule: Rule, index: int, channel: Channel) -> dict[str, Any]:
    """What the rows of all who are told have in common."""
    return {
        "entry_id": entry.id,
        "channel": channel,
        "kind": f"{entry.kind}#{index}",
        "subject": entry.subject,
        "urgent": rule.urgent,
        "created_at": entry.at,
    }


def _add(session: Session, row: dict[str, Any], people: set[int], read: set[int]) -> Sequence[Any]:
    """The row for each person who has none yet: its ids and theirs."""
    if not people:
        return ()
    rows = [
        row | {"user_id": user_id, "read_at": row["created_at"] if user_id in read else None}
        for user_id in sorted(people)
    ]
    return session.execute(
        insert(Notice).values(rows).on_conflict_do_nothing().returning(Notice.id, Notice.user_id)
    ).all()


def _who_has_seen(session: Session, entry: Entry, people: set[int]) -> set[int]:
    """Those who had the message before them when it came: it is no news to them. The lock lets a reading that is on
    its way mark the notice as read, or us see it."""
    if "message" not in entry.data or not people:
        return set()
    marks = select(ReadMark.user_id, ReadMark.read).where(
        ReadMark.thread_id == entry.data["thread"], ReadMark.user_id.in_(people)
    )
    rows = session.execute(marks.with_for_update(read=True))
    return {user_id for user_id, read in rows if read >= entry.data["message"]}


_CHANNELS: dict[Channel, Callable[[Session, Entry, Rule, int, set[int]], int]] = {
    Channel.INBOX: _inbox,
    Channel.MAIL: _mail,
}
