"""Reports of calls of help: times to the screen, to acceptance, to arrival, by place and hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.flows import FALSE_CALL
from app.queries import places
from models import Alarm, PlaceKind, User

#: Calls in one report at most, the newest ones.
MOST = 5000
#: The moments that are measured from the call on.
MEASURES = ("delivered", "accepted", "arrived")


@dataclass(frozen=True)
class Asked:
    """What a report is about. `place` counts with all that stands in it; `hour` is one of the location's day."""

    since: dt.datetime
    until: dt.datetime
    zone: dt.tzinfo
    drill: bool = False
    place: int | None = None
    hour: int | None = None


@dataclass
class Group:
    """Calls that belong together. Times are seconds from the call, of those that came so far."""

    name: str
    key: int | None = None
    calls: int = 0
    presses: int = 0
    false: int = 0
    times: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in MEASURES})

    def add(self, row: Any) -> None:
        self.calls += 1
        self.presses += row.calls
        self.false += row.status == FALSE_CALL.name
        moments = (row.delivered_at, row.accepted_at, row.on_site_at)
        for name, moment in zip(MEASURES, moments, strict=True):
            if moment is not None:
                self.times[name].append((moment - row.called_at).total_seconds())

    def median(self, measure: str) -> float | None:
        return median(self.times[measure]) if self.times[measure] else None

    def worst(self, measure: str) -> float | None:
        return max(self.times[measure], default=None)


@dataclass(frozen=True)
class Report:
    """`rows` are the calls themselves, newest first; `capped`: there were more than MOST."""

    total: Group
    hours: list[Group]
    buildings: list[Group]
    rows: Sequence[Any]
    capped: bool


def report(session: Session, asked: Asked, whole: str, nowhere: str) -> Report:
    """The calls of a period, summed up. `whole` and `nowhere` name all of them, and those without a place. Two
    statements."""
    nodes = places.tree(session)
    rows = _rows(session, asked, _branch(nodes, asked.place))
    capped = len(rows) > MOST
    rows = [row for row in rows[:MOST] if asked.hour is None or _hour(row, asked.zone) == asked.hour]
    total = Group(whole)
    for row in rows:
        total.add(row)
    hours = [Group(f"{hour:02d}", hour) for hour in range(24)]
    _sort(rows, lambda row: hours[_hour(row, asked.zone)])
    return Report(total, hours, _by_building(nodes, rows, nowhere), rows, capped)


def _rows(session: Session, asked: Asked, branch: set[int] | None) -> Sequence[Any]:
    query = (
        select(
            Alarm.id,
            Alarm.status,
            Alarm.calls,
            Alarm.place_id,
            Alarm.place_name,
            Alarm.called_at,
            Alarm.delivered_at,
            Alarm.accepted_at,
            Alarm.on_site_at,
            Alarm.closed_at,
            Alarm.result,
            Alarm.lead_id,
            (User.first_name + " " + User.last_name).label("author"),
        )
        .join(User, User.id == Alarm.author_id)
        .where(Alarm.called_at >= asked.since, Alarm.called_at < asked.until, Alarm.drill.is_(asked.drill))
        .order_by(Alarm.called_at.desc(), Alarm.id.desc())
        .limit(MOST + 1)
    )
    if branch is not None:
        query = query.where(Alarm.place_id.in_(branch))
    return session.execute(query).all()


def _hour(row: Any, zone: dt.tzinfo) -> int:
    return int(row.called_at.astimezone(zone).hour)


def _sort(rows: Sequence[Any], group_of: Callable[[Any], Group]) -> None:
    for row in rows:
        group_of(row).add(row)


def _branch(nodes: Sequence[places.Node], place_id: int | None) -> set[int] | None:
    """The place and all that stands in it; None for everything. One that is gone has no calls."""
    if place_id is None:
        return None
    here = any(node.id == place_id for node in nodes)
    return {place_id, *(node.id for node in places.branch(nodes, place_id))} if here else set()


def _by_building(nodes: Sequence[places.Node], rows: Sequence[Any], nowhere: str) -> list[Group]:
    """By what stands directly on the territory: buildings, the barrier, the parking."""
    tops: dict[int, places.Node] = {}
    top: places.Node | None = None
    for node in nodes:
        if node.kind == PlaceKind.TERRITORY:
            top = None
            tops[node.id] = node
            continue
        if top is None or node.depth <= top.depth:
            top = node
        tops[node.id] = top
    groups: dict[int | None, Group] = {}

    def group_of(row: Any) -> Group:
        found = tops.get(row.place_id)
        key = found.id if found else None
        return groups.setdefault(key, Group(found.name if found else nowhere, key))

    _sort(rows, group_of)
    return sorted(groups.values(), key=lambda group: (-group.calls, group.name))
