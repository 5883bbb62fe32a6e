"""The shapes in which demo content is written down. Plain tuples: no database and no behaviour lives here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Place(NamedTuple):
    """A node of the location tree; `parent` is the key of another place, or "" for the territory."""

    key: str
    parent: str
    kind: str  # territory, building, floor, room, object
    name: str
    shown: bool = True


class Company(NamedTuple):
    """A company or a community; `rooms` are keys of the places it rents."""

    key: str
    name: str
    about: str
    rooms: tuple[str, ...] = ()


class Person(NamedTuple):
    """Somebody of the technopark; `weight` says how often this person orders something."""

    key: str
    first_name: str
    last_name: str
    role: str
    company: str = ""
    communities: tuple[str, ...] = ()
    weight: int = 2


class Team(NamedTuple):
    key: str
    name: str
    members: tuple[str, ...]


class Category(NamedTuple):
    """The key is also the name of its drawing."""

    key: str
    name: str
    icon: str
    about: str


class Field(NamedTuple):
    """One question of a service's form; `kind` and `limits` are those of the form builder."""

    key: str
    kind: str
    label: str
    required: bool = True
    help: str = ""
    options: tuple[str, ...] = ()
    limits: Mapping[str, Any] = {}


class Service(NamedTuple):
    """A card of the catalogue. Either `executor` (a person) or `team` gets new orders, or nobody does."""

    key: str
    category: str
    name: str
    icon: str
    summary: str
    description: str
    fields: tuple[Field, ...]
    kind: str = "simple"
    art: str = ""
    executor: str = ""
    team: str = ""
    hours: int = 72
    hello: str = ""
    extras_title: str = ""
    extras: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()  # empty: everybody may order
    weight: int = 3  # how often it is ordered


class Case(NamedTuple):
    """A life of an order: what was answered in the form, then the script (see `scripts`) of what followed.

    In answers a date is a number of working days after the order, a place or a phone may be "mine",
    a file is the name of a scene that `pictures` draws.
    """

    service: str
    answers: Mapping[str, Any]
    script: str
