"""The tree of places as forms and orders show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, literal, select
from sqlalchemy.orm import Session

from app import settings
from models import Place, PlaceKind
from models.places import CODE_LENGTH

#: A circle of places that came from elsewhere is walked no deeper.
_DEEPEST = 20


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
    children: dict[int | None, list[Place]] = {}
    for place in session.scalars(select(Place).order_by(Place.position, Place.name)):
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


def full_names(session: Session, *, shown_only: bool = False) -> dict[int, str]:
    """Place id → «Корпус А, 3 этаж, Офис 312»."""
    return {node.id: node.full_name for node in tree(session, shown_only=shown_only)}


def sos_minutes(session: Session, place_id: int | None) -> int:
    """Within how many minutes help must be at the place: as the nearest place above says, else the setting (D-9)."""
    own = next((row.sos_minutes for row in _upwards(session, place_id) if row.sos_minutes), None)
    return int(own or settings.get(session, "sos_minutes"))


def staff_phone(session: Session, place_id: int | None) -> str:
    """Whom to call at the place: as the nearest place above says, else the dispatch desk (S1-18). "" if nobody."""
    own = next((row.staff_phone for row in _upwards(session, place_id) if row.staff_phone), "")
    return str(own or settings.get(session, "support_phone"))


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


def find(session: Session, text: str) -> int | None:
    """The place that is meant by its number, or by the code of its sticker however it was typed. None if there is none
    (any more). At most one statement."""
    sign = "".join(one for one in text.upper() if one.isalnum())
    if sign.isdecimal() and len(sign) < CODE_LENGTH:
        named = Place.id == int(sign)
    elif len(sign) == CODE_LENGTH:
        named = Place.code == sign
    else:
        return None
    return session.scalar(select(Place.id).where(named))


def upwards(session: Session, place_id: int) -> list[int]:
    """Ids of the place and of what it stands in, the nearest first. One statement."""
    return [row.id for row in _upwards(session, place_id)]


def timezone(session: Session, place_id: int | None) -> str | None:
    """The zone of the place's wall clock, its own or inherited; None if nothing above has one."""
    return next((row.timezone for row in _upwards(session, place_id) if row.timezone), None)


def _upwards(session: Session, place_id: int | None) -> Sequence[Any]:
    """The place and what it stands in, the nearest first. No statement without a place, else one."""
    if place_id is None:
        return ()
    return session.execute(_chain(), {"place": place_id}).all()


@cache
def _chain() -> Any:
    first = select(Place.id, Place.parent_id, literal(0).label("depth")).where(Place.id == bindparam("place"))
    chain = first.cte(recursive=True)
    above = select(Place.id, Place.parent_id, chain.c.depth + 1).join(chain, Place.id == chain.c.parent_id)
    chain = chain.union_all(above.where(chain.c.depth < _DEEPEST))
    columns = (Place.id, Place.timezone, Place.sos_minutes, Place.staff_phone)
    return select(*columns).join(chain, chain.c.id == Place.id).order_by(chain.c.depth)
