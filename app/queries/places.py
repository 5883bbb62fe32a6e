"""Places: the tree as forms and orders show it, and what a place has from those it stands in (plan, phone, time)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, bindparam, literal, select
from sqlalchemy.orm import Session, aliased

from app import settings
from models import Place, PlaceKind, RetiredCode
from models.places import CODE_LENGTH, middle

KINDS = {
    PlaceKind.TERRITORY: _l("Territory"),
    PlaceKind.BUILDING: _l("Building"),
    PlaceKind.FLOOR: _l("Floor"),
    PlaceKind.ROOM: _l("Room"),
    PlaceKind.OBJECT: _l("Object"),
}

#: A circle of places that came from elsewhere is walked no deeper.
_DEEPEST = 50


@dataclass(frozen=True)
class Node:
    """One line of a place picker: the tree in order, `depth` from 0, `full_name` as an order keeps it."""

    id: int
    name: str
    full_name: str
    kind: str
    depth: int


def tree(session: Session, *, shown_only: bool = False) -> list[Node]:
    """All places, parents before children; with `shown_only` without what residents may not choose, nor what is
    below it. One statement."""
    children: dict[int | None, list[Any]] = {}
    for place in session.execute(_lines()):
        children.setdefault(place.parent_id, []).append(place)
    nodes: list[Node] = []

    def walk(parent_id: int | None, path: tuple[str, ...], depth: int) -> None:
        for place in children.get(parent_id, ()):
            if shown_only and not place.shown:
                continue
            # The territory goes without saying: «Корпус А, 3 этаж, Офис 312».
            names = path if place.kind == PlaceKind.TERRITORY else (*path, place.name)
            nodes.append(Node(place.id, place.name, ", ".join(names) or place.name, place.kind, depth))
            walk(place.id, names, depth + 1)

    walk(None, (), 0)
    return nodes


@cache
def _lines() -> Select[Any]:
    """Only what the tree shows: plans and outlines are wide."""
    columns: Sequence[Any] = (Place.id, Place.parent_id, Place.kind, Place.name, Place.shown)
    return select(*columns).order_by(Place.position, Place.name)


def full_names(session: Session, *, shown_only: bool = False) -> dict[int, str]:
    """Place id → «Корпус А, 3 этаж, Офис 312»."""
    return {node.id: node.full_name for node in tree(session, shown_only=shown_only)}


def branch(nodes: Sequence[Node], at: int) -> list[Node]:
    """The lines below the place `at`: the tree lists parents before children. All of them if it is not there."""
    start = next((number for number, node in enumerate(nodes) if node.id == at), None)
    if start is None:
        return list(nodes)
    rest = nodes[start + 1 :]
    end = next((number for number, node in enumerate(rest) if node.depth <= nodes[start].depth), len(rest))
    return list(rest[:end])


# --- one place and what it stands in ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stop:
    """A place on the way up, in short."""

    id: int
    name: str
    kind: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Where:
    """Where a place is: on the plan of `plan_place` `marked_name` is marked, the place itself or what it stands in."""

    plan_place: Stop
    plan_id: UUID
    width: int
    height: int
    mark: Sequence[float] | None
    area: Sequence[Sequence[float]] | None
    marked_name: str
    marked_id: int

    @property
    def point(self) -> tuple[float, float] | None:
        return middle(self.mark, self.area)


def way_up(session: Session, place_id: int) -> list[Any]:
    """The place and everything that it stands in, from inside out, as rows of its columns. One statement."""
    return list(session.execute(_way_up(), {"place": place_id}))


@cache
def _way_up() -> Select[Any]:
    own = select(Place.id, Place.parent_id, literal(0).label("step")).where(Place.id == bindparam("place"))
    way = own.cte("way", recursive=True)
    outer = aliased(Place)
    way = way.union_all(
        select(outer.id, outer.parent_id, way.c.step + 1)
        .join(way, outer.id == way.c.parent_id)
        .where(way.c.step < _DEEPEST)
    )
    return select(*Place.__table__.c).join(way, Place.id == way.c.id).order_by(way.c.step)


def where(session: Session, place_id: int) -> Where | None:
    """The nearest plan on which the place, or what it stands in, is marked (S1-20). One statement."""
    return where_on(way_up(session, place_id))


def where_on(way: Sequence[Any]) -> Where | None:
    """The same of a way up that is known."""
    for inner, outer in _steps(way):
        if outer.plan_id is not None and (inner.mark or inner.area):
            return Where(
                Stop(outer.id, outer.name, outer.kind),
                outer.plan_id,
                outer.plan_width,
                outer.plan_height,
                inner.mark,
                inner.area,
                inner.name,
                inner.id,
            )
    return None


def _steps(way: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    return pairwise(way)


def staff_phone(session: Session, place_id: int | None = None) -> str:
    """Who is called at a place: its own number, else of what it stands in, else the dispatch desk's; "" for none."""
    return phone_on(session, way_up(session, place_id) if place_id else ())


def phone_on(session: Session, way: Sequence[Any]) -> str:
    return next((row.staff_phone for row in way if row.staff_phone), settings.get(session, "support_phone"))


def sos_minutes(session: Session, place_id: int | None = None) -> int:
    """Within how many minutes help must come to a place (D-9)."""
    way = way_up(session, place_id) if place_id else ()
    return next((row.sos_minutes for row in way if row.sos_minutes), settings.get(session, "sos_minutes"))


def upwards(session: Session, place_id: int) -> list[int]:
    """Ids of the place and of what it stands in, the nearest first. One statement."""
    return [row.id for row in way_up(session, place_id)]


def timezones(session: Session, place_ids: Iterable[int]) -> dict[int, str]:
    """Place id → the zone of its wall clock, its own or inherited; without those above which nothing has one. One
    statement."""
    way = (
        select(Place.id.label("place"), Place.parent_id, Place.timezone, literal(0).label("step"))
        .where(Place.id.in_(place_ids))
        .cte("way", recursive=True)
    )
    outer = aliased(Place)
    way = way.union_all(
        select(way.c.place, outer.parent_id, outer.timezone, way.c.step + 1)
        .join(outer, outer.id == way.c.parent_id)
        .where(way.c.step < _DEEPEST)
    )
    # The nearest one is written last.
    rows = session.execute(select(way.c.place, way.c.timezone).order_by(way.c.step.desc()))
    return {row.place: row.timezone for row in rows if row.timezone}


def staff_phones(session: Session) -> dict[int, str]:
    """Place id → whom to call there, for the places that have or inherit a phone of their own. One statement."""
    rows = {row.id: row for row in session.execute(select(Place.id, Place.parent_id, Place.staff_phone))}

    def inherited(key: int | None) -> str:
        for _step in range(_DEEPEST):
            row = rows.get(key) if key is not None else None
            if row is None or row.staff_phone:
                return row.staff_phone if row else ""
            key = row.parent_id
        return ""

    return {key: phone for key in rows if (phone := inherited(key))}


def full_name(way: Sequence[Any]) -> str:
    """«Корпус А, 3 этаж, Офис 312» of a way up."""
    names = [row.name for row in reversed(way) if row.kind != PlaceKind.TERRITORY]
    return ", ".join(names) or (way[0].name if way else "")


def is_shown(way: Sequence[Any]) -> bool:
    """Whether residents may choose the place: what stands in a hidden one is hidden too."""
    return all(row.shown for row in way)


# --- codes --------------------------------------------------------------------------------------------------------


#: Letters that a Russian keyboard has in the same shape.
_TWINS = str.maketrans("АВЕКМНРСТХУ", "ABEKMHPCTXY")


def normal_code(text: str) -> str:
    """«k7m2q-9xh4t» as it is stored: people type what they see, with spaces, in small letters, in their layout."""
    typed = text[:100].upper().translate(_TWINS)
    return "".join(sign for sign in typed if sign.isascii() and sign.isalnum())[:20]


def spaced_code(code: str) -> str:
    """«K7M2Q 9XH4T»: in groups of five, as on a sticker."""
    return " ".join(code[start : start + 5] for start in range(0, len(code), 5))


def id_by_code(session: Session, code: str) -> int | None:
    return session.scalar(select(Place.id).where(Place.code == code))


def find(session: Session, text: str) -> int | None:
    """The place that is meant by its number, or by its code however it was typed. None if there is none (any more). At
    most one statement."""
    code = normal_code(text)
    if code.isdecimal() and len(code) < CODE_LENGTH:
        return session.scalar(select(Place.id).where(Place.id == int(code)))
    return id_by_code(session, code) if len(code) == CODE_LENGTH else None


def retired(session: Session, code: str) -> RetiredCode | None:
    """What a code belonged to that leads nowhere any more."""
    return session.get(RetiredCode, code)
