"""Plays a story out in memory, by the rules that the actions keep. Nothing is stored or drawn by lot here.

The same script pressed through app/actions gives the same rows: a test does both and compares.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.flows import DONE, STATUSES, WORK, By, Move
from app.settings import SETTINGS

from . import people, places
from .scripts import Event
from .shapes import Case, Person, Service

#: How late the timers' jobs are.
JOB_DELAY = dt.timedelta(seconds=7)
#: How much of a message a notice quotes, as in the chat's action.
_QUOTE = 140


class Impossible(Exception):
    """The script presses a button that is not there, for a timer was faster."""


@dataclass(frozen=True)
class Story:
    """An order to be played: `doer` is who does it, though nobody may be the executor yet."""

    case: Case
    service: Service
    author: Person
    doer: Person
    dispatcher: Person
    room: str
    created_at: dt.datetime
    events: tuple[tuple[dt.datetime, Event], ...]
    now: dt.datetime

    def person(self, who: str) -> Person:
        return {"R": self.author, "E": self.doer, "D": self.dispatcher}[who]


class Post(NamedTuple):
    """A message. `author` None: the system's."""

    at: dt.datetime
    author: Person | None
    text: str
    photo: str = ""

    def is_from(self, person: Person) -> bool:
        return self.author == person


class Line(NamedTuple):
    """A line of the journal. `executor` is who did the order at that moment; `thread` is "chat" or "notes" if it
    is of a message, whose number is in the data."""

    at: dt.datetime
    kind: str
    actor: Person | None
    data: dict[str, Any]
    executor: Person | None
    thread: str = ""


@dataclass
class Played:
    """How an order stands at the story's `now`, with all that was written on the way."""

    story: Story
    status: str = WORK.first.name
    executor: Person | None = None
    version: int = 1
    updated_at: dt.datetime = field(init=False)
    completes_at: dt.datetime | None = None
    reminded_at: dt.datetime | None = None
    waiting_since: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    chat: list[Post] = field(default_factory=list)
    notes: list[Post] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        story = self.story
        self.updated_at = story.created_at
        self._done_at = story.created_at
        self.executor = people.BY_KEY.get(story.service.executor)
        if story.service.hello:
            self.chat.append(Post(story.created_at, None, story.service.hello))
        self._write(story.created_at, "order.placed", story.author)
        for at, event in story.events:
            self._timers(at)
            self._do(at, event)
        self._timers(story.now)

    @property
    def opening(self) -> int:
        """How many automatic messages open the chat."""
        return 1 if self.story.service.hello else 0

    def _write(self, at: dt.datetime, kind: str, actor: Person | None, thread: str = "", **data: Any) -> None:
        data = {"title": self.story.service.name, **data}
        self.lines.append(Line(at, kind, actor, data, self.executor, thread))

    def _do(self, at: dt.datetime, event: Event) -> None:
        actor = self.story.person(event.who)
        if event.is_move:
            self._move(at, actor, WORK.moves[event.verb], event.text)
        elif event.verb == "say":
            self._say(at, actor, event)
        elif event.verb == "note":
            self.notes.append(Post(at, actor, event.text))
            self._write(at, "note.posted", actor, "notes", message=len(self.notes), text=event.text[:_QUOTE])
        elif event.verb == "assign":
            self.executor, self.updated_at = self.story.doer, at
            self.version += 1
            self._write(at, "order.assigned", actor, executor=_name(self.executor), team_id=None)
        else:
            self._answered(at)
            self._write(at, "order.settled", actor)

    def _say(self, at: dt.datetime, actor: Person, event: Event) -> None:
        story = self.story
        room = places.BY_KEY[story.room].name
        names = {"me": story.author.first_name, "executor": _name(story.doer), "room": room}
        text = event.text.format(**names)
        self.chat.append(Post(at, actor, text, event.photo))
        kind = "message.answered"
        if actor == story.author:
            kind = "message.posted"
            self.waiting_since = self.waiting_since or at
        else:
            self._answered(at)
        self._write(at, kind, actor, "chat", message=len(self.chat), text=text[:_QUOTE])

    def _move(self, at: dt.datetime, actor: Person | None, step: Move, comment: str) -> None:
        if not step.starts_from(self.status):
            raise Impossible
        if step.by is By.STAFF and step.target.name == "in_progress" and self.executor is None:
            self.executor = actor
        before, self.status = self.status, step.target.name
        self.updated_at = at
        self.version += 1
        self.completes_at = self.reminded_at = None
        if step.target is DONE:
            self._done_at, self.completes_at = at, at + self._period
        if STATUSES[self.status].final:
            self.closed_at, self.waiting_since = at, None
        self._write(at, step.kind, actor, **{"from": before, "to": self.status, "comment": comment})

    def _answered(self, at: dt.datetime) -> None:
        if self.waiting_since and self.completes_at:
            self.completes_at = max(self.completes_at, at + min(_ahead(), self._period))
        self.waiting_since = None

    def _timers(self, until: dt.datetime) -> None:
        """What the jobs would have done up to `until`: the reminder, and the completion (S0-61)."""
        if self.completes_at is None:
            return
        remind = max(self._done_at, self.completes_at - _ahead()) + JOB_DELAY
        if self.reminded_at is None and remind < min(self.completes_at, until):
            self.reminded_at = remind
            self.version += 1
            if self._period > _ahead():
                self._write(remind, "order.reminded", None)
        expire = self.completes_at + JOB_DELAY
        if self.waiting_since is None and expire < until:
            self._move(expire, None, WORK.moves["expire"], "")

    @property
    def _period(self) -> dt.timedelta:
        return dt.timedelta(hours=self.story.service.hours)


def _ahead() -> dt.timedelta:
    return dt.timedelta(hours=SETTINGS["completion_reminder_hours"].default)


def _name(person: Person) -> str:
    return f"{person.first_name} {person.last_name}"
