"""Decides which two hundred orders there are: who ordered what when, and how far it came. One seeded lot."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from random import Random
from zoneinfo import ZoneInfo

from app.flows import CANCELLED, COMPLETED, DONE, IN_PROGRESS, NEW, STATUSES, WORK
from app.permissions import DISPATCHER

from . import people, places
from .cases import CASES
from .catalogue import BY_KEY as SERVICES
from .play import Impossible, Played, Story
from .scripts import Event, read
from .shapes import Case, Person, Service
from .timeline import WorkingTime

_SEED = 1847
#: How many orders stand in each status.
WANTED: dict[str, int] = {
    NEW.name: 18,
    IN_PROGRESS.name: 34,
    DONE.name: 14,
    COMPLETED.name: 110,
    CANCELLED.name: 24,
}
#: What visitors find for sure who sign in as the resident or the executor: author, service, which of its cases,
#: status. The executor who is shown does those of the own team.
_STAGED: tuple[tuple[str, str, int, str], ...] = (
    ("marina", "cleaning", 0, NEW.name),
    ("marina", "plumber", 0, DONE.name),
    ("marina", "windows", 0, DONE.name),
    ("marina", "internet", 1, IN_PROGRESS.name),
    ("marina", "appeal", 0, IN_PROGRESS.name),
    ("marina", "cleaning", 2, COMPLETED.name),
    ("marina", "rent", 0, COMPLETED.name),
    ("anton", "cleaning", 3, IN_PROGRESS.name),
    ("alena", "cleaning", 6, IN_PROGRESS.name),
    ("vera", "waste", 1, IN_PROGRESS.name),
    ("lera", "cleaning", 5, DONE.name),
)
_EXECUTOR = "natalia"
#: How many of them wait for an answer of the staff.
WAITING: dict[str, int] = {NEW.name: 3, IN_PROGRESS.name: 6, DONE.name: 1}
#: How many of the new ones have no executor, at least.
UNASSIGNED = 7
#: Draws until the content must be wrong.
_TRIES = 20_000
#: Working minutes for which nobody leaves a question unanswered.
_PATIENCE = 300
_DAYS = dt.timedelta(days=62)
_DISPATCHERS = tuple(person for person in people.STAFF if person.role == DISPATCHER)


def orders(now: dt.datetime) -> list[Played]:
    """All orders, oldest first. The same moment gives the same orders."""
    plot = _Plot(now)
    found = [plot.staged(*row) for row in _STAGED]
    left = Counter(WANTED) - Counter(order.status for order in found)
    waiting, free = Counter(WAITING), Counter({NEW.name: UNASSIGNED})
    for status in left.elements():
        found.append(plot.order(status, waits=waiting[status] > 0, free=free[status] > 0))
        waiting[status] -= 1
        free[status] -= found[-1].executor is None
    return sorted(found, key=lambda order: order.story.created_at)


class _Plot:
    def __init__(self, now: dt.datetime) -> None:
        self._lot = Random(_SEED)
        self._now = now
        self._time = WorkingTime(now, ZoneInfo(places.ZONE))
        self._used: Counter[str] = Counter()

    def staged(self, author: str, service: str, which: int, status: str) -> Played:
        case = [case for case in CASES if case.service == service][which]
        return self._found(status, lambda: (case, people.BY_KEY[author]), _EXECUTOR)

    def order(self, status: str, *, waits: bool, free: bool) -> Played:
        return self._found(status, self._pick, waits=waits, free=free)

    def _found(
        self,
        status: str,
        pick: Callable[[], tuple[Case, Person]],
        doer: str = "",
        *,
        waits: bool = False,
        free: bool = False,
    ) -> Played:
        """Draw until an order comes out that stands where it is wanted and looks like life. One that `waits` has an
        unanswered message, a `free` one no executor."""
        for _ in range(_TRIES):
            order = self._draw(status, *pick(), doer)
            if order and self._fits(order, status, waits=waits) and not (free and order.executor):
                self._used[order.story.case.script] += 1
                return order
        raise RuntimeError(f"no case comes to {status!r}")

    def _fits(self, order: Played, status: str, *, waits: bool) -> bool:
        if order.status != status or self._now - order.story.created_at > _DAYS:
            return False
        if order.waiting_since is None or not waits:
            return waits == (order.waiting_since is not None)
        return self._time.since(order.waiting_since) < _PATIENCE

    def _pick(self) -> tuple[Case, Person]:
        """A case that was told the least, and somebody who may order its service."""
        counts = Counter(case.service for case in CASES)
        weights = [
            SERVICES[case.service].weight / counts[case.service] / (1 + 6 * self._used[case.script])
            for case in CASES
        ]
        case = self._lot.choices(CASES, weights)[0]
        roles = SERVICES[case.service].roles
        able = [person for person in people.RESIDENTS if not roles or person.role in roles]
        return case, self._lot.choices(able, [person.weight for person in able])[0]

    def _draw(self, status: str, case: Case, author: Person, preferred: str) -> Played | None:
        service = SERVICES[case.service]
        doer, dispatcher = self._doer(service, preferred), self._lot.choice(_DISPATCHERS)
        events = self._assigned(_settled(read(case.script)), service, doer == dispatcher)
        shown = self._cut(events, status)
        if shown is None:
            return None
        room = self._room(author)
        created, timed = self._timed(shown, status)
        try:
            return Played(Story(case, service, author, doer, dispatcher, room, created, timed, self._now))
        except Impossible:
            return None

    def _doer(self, service: Service, preferred: str) -> Person:
        if service.executor:
            return people.BY_KEY[service.executor]
        team = next((team.members for team in people.TEAMS if team.key == service.team), ())
        if preferred in team:
            return people.BY_KEY[preferred]
        return people.BY_KEY[self._lot.choice(team)] if team else self._lot.choice(_DISPATCHERS)

    def _room(self, author: Person) -> str:
        rooms = next((c.rooms for c in people.COMPANIES if c.key == author.company), ("a-coworking",))
        return self._lot.choices(rooms, [3] + [1] * (len(rooms) - 1))[0]

    def _assigned(self, events: tuple[Event, ...], service: Service, same: bool) -> tuple[Event, ...]:
        """Where nobody is the executor by the catalogue, the dispatcher often appoints one before the first deed."""
        first = next((i for i, event in enumerate(events) if event.who == "E"), None)
        if service.executor or same or first is None or self._lot.random() < 0.5:
            return events
        if any(event.is_move and WORK.moves[event.verb].target.final for event in events[:first]):
            return events  # the executor's word comes after the end
        before = events[first - 1].after if first else 0
        after = before + (events[first].after - before) // 2
        return (*events[:first], Event("assign", "D", after), *events[first:])

    def _cut(self, events: tuple[Event, ...], status: str) -> tuple[Event, ...] | None:
        """The part of the script that has happened; None if it never comes to this status."""
        reached = [NEW.name]
        for event in events:
            reached.append(WORK.moves[event.verb].target.name if event.is_move else reached[-1])
        if not STATUSES[status].final:
            ends = [i for i, name in enumerate(reached) if name == status]
            return events[: self._lot.choice(ends)] if ends else None
        if status == COMPLETED.name and reached[-1] == DONE.name:
            return events  # nobody pressed a button: the countdown completes it
        if reached[-1] != status:
            return None
        if events[-1].verb == "confirm" and self._lot.random() < 0.3:
            return events[:-1]
        return events

    def _timed(
        self, events: tuple[Event, ...], status: str
    ) -> tuple[dt.datetime, tuple[tuple[dt.datetime, Event], ...]]:
        """When the order was placed, and when each event was: the last one some working minutes ago."""
        lot = self._lot
        if not events and lot.random() < 0.6 and (evening := self._evening()):
            return evening, ()
        ago = {
            NEW.name: lambda: lot.uniform(4, 200) if lot.random() < 0.75 else lot.uniform(260, 1500),
            IN_PROGRESS.name: lambda: lot.uniform(3, 700) if lot.random() < 0.8 else lot.uniform(700, 2400),
            DONE.name: lambda: lot.uniform(5, 3000),
            COMPLETED.name: lambda: 10 + 28000 * lot.random() ** 2,
            CANCELLED.name: lambda: 10 + 28000 * lot.random() ** 2,
        }[status]()
        pace = lot.uniform(0.8, 1.3)
        total = events[-1].after * pace if events else 0
        moments = [(self._time.moment(ago + total - event.after * pace), event) for event in events]
        return self._time.moment(ago + total), tuple(moments)

    def _evening(self) -> dt.datetime | None:
        """A moment of the last hours, at home too, but never in the night."""
        moment = self._now - dt.timedelta(minutes=self._lot.uniform(4, 9 * 60))
        return moment if 7 <= moment.astimezone(self._time.zone).hour < 23 else None


def _settled(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Where a resident's message needs no answer («thank you», «the key is at the desk»), somebody marks it so."""
    found: list[Event] = []
    for event, following in zip(events, (*events[1:], None), strict=True):
        found.append(event)
        if event.verb == "say" and event.who == "R" and _says_nothing(following):
            pause = (following.after - event.after) // 2 if following else 40
            found.append(Event("settle", "E", event.after + min(pause, 20)))
    return tuple(found)


def _says_nothing(following: Event | None) -> bool:
    return following is None or (following.who != "R" and following.verb != "say")
