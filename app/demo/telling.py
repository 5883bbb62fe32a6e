"""Who was told what, and how far everybody has read: read marks and notices of played orders. Writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.notices import JOURNAL, To
from app.permissions import ROLES, P

from . import people, places
from .play import Line, Played, Post
from .shapes import Person
from .timeline import WorkingTime

_SEED = 2411
_SEE_ALL = tuple(person for person in people.PEOPLE if P.ORDERS_SEE_ALL in ROLES[person.role])
_ASSIGNERS = tuple(person for person in people.PEOPLE if P.ORDERS_ASSIGN in ROLES[person.role])
#: After how many minutes, on the average, a resident looks; of the staff the doer, a dispatcher, anybody else.
_RESIDENT, _DOER, _DISPATCHER, _OTHER = 180.0, 15.0, 40.0, 200.0


class Mark(NamedTuple):
    """How far a person has read the order's chat, or its notes."""

    thread: str
    person: Person
    staff: bool
    delivered: int
    read: int


class Told(NamedTuple):
    """A notice of a journal line."""

    person: Person
    rule: int
    urgent: bool
    read_at: dt.datetime | None


class Reading:
    """One person's looks at one order: what is older than the delay has been seen, and all before an act of his own."""

    def __init__(self, time: WorkingTime, lot: Random, order: Played, person: Person) -> None:
        self._time = time
        self._author = person == order.story.author
        self._delay = lot.expovariate(1 / _patience(order, person))
        self._acted = max((line.at for line in order.lines if line.actor == person), default=None)
        until = time.now - dt.timedelta(minutes=self._delay) if self._author else time.moment(self._delay)
        missed = _missed(order, lot, self._author)
        self._until = min(until, missed) if missed else until

    def at(self, moment: dt.datetime) -> dt.datetime | None:
        """When the person saw what happened at the moment; None if not yet."""
        if moment <= self._until:
            return self._later(moment)
        return self._acted if self._acted and moment <= self._acted else None

    def _later(self, moment: dt.datetime) -> dt.datetime:
        if self._author:
            return moment + dt.timedelta(minutes=self._delay)
        return self._time.moment(max(self._time.since(moment) - self._delay, 0))

    def count(self, posts: Sequence[Post]) -> int:
        return sum(self.at(post.at) is not None for post in posts)


def _patience(order: Played, person: Person) -> float:
    if person == order.story.author:
        return _RESIDENT
    if person == order.executor:
        return _DOER
    return _DISPATCHER if person in _ASSIGNERS else _OTHER


def _missed(order: Played, lot: Random, author: bool) -> dt.datetime | None:
    """Before which moment the person stopped looking: some answers are still to be read, some questions too."""
    moment = dt.timedelta(seconds=1)
    if order.waiting_since and not author and lot.random() < 0.6:
        return order.waiting_since - moment
    last = order.chat[-1] if len(order.chat) > order.opening else None
    if (
        author
        and order.closed_at is None
        and last
        and last.author != order.story.author
        and lot.random() < 0.4
    ):
        return last.at - moment
    return None


class Telling:
    """All readings of one order, each drawn once."""

    def __init__(self, now: dt.datetime, order: Played, number: int) -> None:
        lot, time = Random(_SEED + number), WorkingTime(now, ZoneInfo(places.ZONE))
        self._order = order
        self._readings = {p.key: Reading(time, lot, order, p) for p in people.PEOPLE}
        self._delivered = lot.random() < 0.5

    def marks(self) -> Iterator[Mark]:
        order = self._order
        author = order.story.author
        for person in dict.fromkeys((author, *_staff(order))):
            for thread, posts in (("chat", order.chat), ("notes", order.notes)):
                read = self._readings[person.key].count(posts)
                everything = person == author and self._delivered
                if person == author and thread == "notes":
                    continue
                if delivered := len(posts) if everything else read:
                    yield Mark(thread, person, person != author, delivered, read)

    def notices(self, line: Line) -> Iterator[Told]:
        """Whom the notices table names for the line, as app/delivery reads it: the first rule that reaches a person."""
        told = {line.actor}
        for index, rule in enumerate(JOURNAL[line.kind].rules):
            for person in self._reached(rule.to, line):
                if person not in told:
                    told.add(person)
                    yield Told(person, index, rule.urgent, self._readings[person.key].at(line.at))

    def _reached(self, to: Iterable[To], line: Line) -> list[Person]:
        found = {
            To.AUTHOR: (self._order.story.author,),
            To.EXECUTOR: (line.executor,) if line.executor else (),
            To.TEAM: () if line.executor else _team(self._order),
            To.DISPATCHERS: _ASSIGNERS,
        }
        return list(dict.fromkeys(person for part in to for person in found[part]))


def _team(order: Played) -> tuple[Person, ...]:
    team = next((team for team in people.TEAMS if team.key == order.story.service.team), None)
    return tuple(people.BY_KEY[key] for key in team.members) if team else ()


def _staff(order: Played) -> tuple[Person, ...]:
    return (*((order.executor,) if order.executor else ()), *_team(order), *_SEE_ALL)
