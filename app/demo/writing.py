"""Writes the played orders in bulk: threads, orders, messages, files, journal, notices, read marks."""

from __future__ import annotations

import datetime as dt
import io
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from app.queries import places as place_queries
from app.storage import Storage, Stored
from models import (
    Channel,
    Entry,
    FieldKind,
    Message,
    Notice,
    Order,
    ReadMark,
    StoredFile,
    Thread,
    ThreadKind,
)

from . import forms, pictures, places, search
from .calling import Calls
from .play import Line, Played, Post
from .reference import Reference
from .shapes import Person
from .telling import Telling, Told
from .timeline import WorkingTime

_SEED = 162
Row = dict[str, Any]


class Writer:
    """Everything that the demo's people did, as rows. Nothing is committed."""

    def __init__(self, session: Session, storage: Storage, rows: Reference, now: dt.datetime) -> None:
        self._session = session
        self._storage = storage
        self._now = now
        self._time = WorkingTime(now, ZoneInfo(places.ZONE))
        self._lot = Random(_SEED)
        self._rows = rows
        self._place_ids = {key: place.id for key, place in self._rows.places.items()}
        self._place_names = place_queries.full_names(session)
        self._files: list[Row] = []

    def write(self, orders: Sequence[Played], calls: Calls, others: Sequence[Row] = ()) -> None:
        """Order by order in time, then every journal line in time: so numbers and ids grow as they would have. `others`
        are lines of what has been written already."""
        threads = self._insert(
            Thread, [row for order in orders for row in self._threads(order)], Thread.__table__.c.id
        )
        chats, notes = threads[::2], threads[1::2]
        rows = [self._order(*each) for each in zip(orders, chats, notes, strict=True)]
        numbers, of_calls = _numbered([row["created_at"] for row in rows], calls.moments)
        self._insert(Order, [row | {"id": number} for row, number in zip(rows, numbers, strict=True)])
        lines = calls.write(of_calls)
        last = func.setval(func.pg_get_serial_sequence("orders", "id"), max(*numbers, *of_calls))
        self._session.execute(select(last))
        for row, number in zip(rows, numbers, strict=True):
            for answer in row["answers"]:
                if answer["kind"] == FieldKind.FILE:
                    self._own_files(answer["value"], f"order:{number}")
        self._messages(orders, chats, notes)
        self._told(orders, numbers, (chats, notes), [*lines, *others])
        self._insert(StoredFile, self._files)
        self._session.execute(search.fill())

    def _insert(self, model: Any, rows: list[Row], returned: Any = None) -> list[Any]:
        """Insert in the order of the rows; the values of `returned` in that order."""
        table: Table = model.__table__
        if not rows:
            return []
        if returned is None:
            self._session.execute(insert(table), rows)
            return []
        statement = insert(table).returning(returned, sort_by_parameter_order=True)
        return list(self._session.execute(statement, rows).scalars())

    # --- orders ---------------------------------------------------------------------------------------------------

    @staticmethod
    def _threads(order: Played) -> tuple[Row, Row]:
        return (
            {"kind": ThreadKind.ORDER, "last_number": len(order.chat), "opening": order.opening},
            {"kind": ThreadKind.NOTES, "last_number": len(order.notes), "opening": 0},
        )

    def _order(self, order: Played, chat: int, notes: int) -> Row:
        story = order.story
        service = self._rows.services[story.service.key]
        author = self._rows.users[story.author.key]
        given = self._answers(order)
        place_id = next((a["value"] for a in given if a["kind"] == FieldKind.PLACE), None)
        return {
            "kind": service.kind,
            "status": order.status,
            "service_id": service.id,
            "title": service.name,
            "place_id": place_id,
            "place_name": self._place_names[place_id] if place_id else "",
            "author_id": author.id,
            "company_id": author.memberships[0].company_id if author.memberships else None,
            "executor_id": self._id(order.executor),
            "team_id": service.team_id,
            "answers": given,
            "thread_id": chat,
            "notes_id": notes,
            "created_at": story.created_at,
            "updated_at": order.updated_at,
            "completes_at": order.completes_at,
            "reminded_at": order.reminded_at,
            "waiting_since": order.waiting_since,
            "closed_at": order.closed_at,
            "form_key": self._uuid(),
            "version": order.version,
        }

    def _answers(self, order: Played) -> list[Row]:
        story = order.story
        asked = [
            picture
            for q in story.service.fields
            if q.kind == "file"
            for picture in story.case.answers.get(q.key, ())
        ]
        stored = {picture: self._store(picture, story.author, story.created_at) for picture in asked}
        fields = self._rows.services[story.service.key].fields
        return forms.answered(
            story, self._time, fields, self._place_ids, files=stored, names=self._place_names
        )

    # --- messages and files ---------------------------------------------------------------------------------------

    def _messages(self, orders: Sequence[Played], chats: Sequence[int], notes: Sequence[int]) -> None:
        rows: list[Row] = []
        shown: list[tuple[Post, int]] = []
        for order, chat, note in zip(orders, chats, notes, strict=True):
            for thread, posts in ((chat, order.chat), (note, order.notes)):
                for number, post in enumerate(posts, 1):
                    rows.append(self._message(order, thread, number, post))
                    shown.append((post, thread))
        ids = self._insert(Message, rows, Message.__table__.c.id)
        for message, (post, thread) in zip(ids, shown, strict=True):
            if post.photo and post.author:
                file = self._store(post.photo, post.author, post.at)
                self._own_files([str(file.id)], f"thread:{thread}", message)

    def _message(self, order: Played, thread: int, number: int, post: Post) -> Row:
        return {
            "thread_id": thread,
            "number": number,
            "author_id": self._id(post.author),
            "staff": post.author != order.story.author,
            "text": post.text,
            "client_id": self._uuid(),
            "created_at": post.at,
        }

    def _store(self, picture: str, owner: Person, at: dt.datetime) -> Stored:
        stored = self._storage.save(io.BytesIO(pictures.draw(picture)), pictures.PICTURES[picture].name)
        self._files.append(
            {
                "id": stored.id,
                "owner_id": self._id(owner),
                "subject": "",
                "message_id": None,
                "name": stored.name,
                "content_type": stored.content_type,
                "size": stored.size,
                "width": stored.width,
                "height": stored.height,
                "created_at": at,
            }
        )
        return stored

    def _own_files(self, ids: Sequence[str], subject: str, message: int | None = None) -> None:
        for row in self._files:
            if str(row["id"]) in ids:
                row["subject"], row["message_id"] = subject, message

    # --- journal, notices, marks ----------------------------------------------------------------------------------

    def _told(
        self,
        orders: Sequence[Played],
        numbers: Sequence[int],
        talks: tuple[Sequence[int], Sequence[int]],
        others: list[Row],
    ) -> None:
        """`others` are lines about something else, written in their places among these."""
        tellings = [Telling(self._now, order, number) for number, order in enumerate(orders)]
        happened = sorted(
            ((line, index) for index, order in enumerate(orders) for line in order.lines),
            key=lambda each: each[0].at,
        )
        threads = {"chat": talks[0], "notes": talks[1]}
        lines = [self._line(line, index, numbers[index], threads) for line, index in happened]
        together = sorted([*lines, *others], key=lambda row: row["at"])
        found = zip(self._insert(Entry, together, Entry.__table__.c.id), together, strict=True)
        ids = {id(row): entry for entry, row in found}
        entries = [ids[id(line)] for line in lines]
        self._insert(
            Notice,
            [
                self._notice(told, line, entry, numbers[index])
                for entry, (line, index) in zip(entries, happened, strict=True)
                for told in tellings[index].notices(line)
            ],
        )
        self._insert(
            ReadMark,
            [
                {
                    "thread_id": threads[mark.thread][index],
                    "user_id": self._id(mark.person),
                    "staff": mark.staff,
                    "delivered": mark.delivered,
                    "read": mark.read,
                }
                for index, telling in enumerate(tellings)
                for mark in telling.marks()
            ],
        )

    def _line(self, line: Line, index: int, number: int, threads: dict[str, Sequence[int]]) -> Row:
        data = dict(line.data)
        if line.thread:
            data["thread"] = threads[line.thread][index]
        if "executor" in data:
            data["executor_id"] = self._id(line.executor)
        return {
            "at": line.at,
            "kind": line.kind,
            "actor_id": self._id(line.actor),
            "subject": f"order:{number}",
            "data": data,
        }

    def _notice(self, told: Told, line: Line, entry: int, number: int) -> Row:
        return {
            "entry_id": entry,
            "user_id": self._id(told.person),
            "channel": Channel.INBOX,
            "kind": f"{line.kind}#{told.rule}",
            "subject": f"order:{number}",
            "urgent": told.urgent,
            "created_at": line.at,
            "read_at": told.read_at,
        }

    def _id(self, person: Person | None) -> int | None:
        return self._rows.users[person.key].id if person else None

    def _uuid(self) -> UUID:
        return UUID(int=self._lot.getrandbits(128), version=4)


#: The number of the first order, as models/orders.py begins.
_FIRST = 100_001


def _numbered(orders: list[dt.datetime], calls: list[dt.datetime]) -> tuple[list[int], list[int]]:
    """The numbers of orders and of calls of help, each list in time: as if all had come one after another."""
    return (
        [_FIRST + place + bisect_left(calls, moment) for place, moment in enumerate(orders)],
        [_FIRST + place + bisect_right(orders, moment) for place, moment in enumerate(calls)],
    )
