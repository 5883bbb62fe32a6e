"""The tree of places as forms and orders show it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Place, PlaceKind


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
