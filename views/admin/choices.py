"""/admin/choices/<what>?q=: what the pickers of forms and filters offer, 20 rows at a time, to those who may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose
from sqlalchemy.orm import Session

from app import policy
from app.errors import Forbidden, NotFound
from app.extensions import db
from app.permissions import P
from app.queries import choices, places
from models import Company, Place, Service, Team, User
from views.admin.pages import Page
from views.context import actor

_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Source:
    """`rights`: any of them opens the source, since a form that only its writers see may need it too."""

    model: type
    rights: tuple[P, ...]
    find: Callable[[Session, str], Iterable[Any]]
    label: Callable[[Any], str] = str
    hint: Callable[[Any], str] = lambda _: ""


_PEOPLE = (P.PEOPLE_READ, P.CATALOGUE_READ, P.JOURNAL_READ)
SOURCES: dict[str, Source] = {
    "people": Source(User, _PEOPLE, choices.people, lambda u: u.name, lambda u: u.email),
    "executors": Source(User, _PEOPLE, choices.executors, lambda u: u.name, lambda u: u.email),
    "companies": Source(Company, (P.PEOPLE_READ,), choices.companies, lambda c: c.name),
    "teams": Source(Team, _PEOPLE, choices.teams, lambda t: t.name),
    "services": Source(
        Service, (P.CATALOGUE_READ,), choices.services, lambda s: s.name, lambda s: s.category.name
    ),
    "places": Source(
        Place,
        (P.PLACES_READ, P.CATALOGUE_READ),
        choices.matching_places,
        lambda place: place.name if isinstance(place, Place) else place.full_name,
    ),
}


class ChoicesView(Page, BaseView):  # type: ignore[misc]
    route_base = "/admin/choices"

    @expose("/<what>")  # type: ignore[untyped-decorator]
    def find(self, what: str) -> ResponseReturnValue:
        source = SOURCES.get(what)
        if source is None:
            raise NotFound
        held = policy.rights(db.session, actor())
        if not held.intersection(source.rights):
            raise Forbidden
        words = request.args.get("q", "").replace("\0", "")[:100]
        rows = [
            {"id": row.id, "label": source.label(row), "hint": source.hint(row)}
            for row in source.find(db.session, words)
        ]
        return jsonify(items=rows)


def key(text: str) -> int | None:
    """A primary key as a browser sends it; None if it can be none."""
    if text.isascii() and text.isdecimal() and len(text) < 11 and 0 < int(text) <= _LARGEST:
        return int(text)
    return None


def load(what: str, text: str) -> Any:
    """The row that was chosen, None if there is none."""
    number = key(text)
    return db.session.get(SOURCES[what].model, number) if number else None


def label(what: str, row: Any) -> str:
    """How a chosen row is called: a place by its whole path."""
    if isinstance(row, Place):
        return places.full_names(db.session).get(row.id, row.name)
    return SOURCES[what].label(row)
