"""Places: the tree of the location, and where a place may stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask import request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app import timezones
from app.errors import Invalid
from app.extensions import db
from app.queries import choices, places
from app.queries.places import Node
from models import Order, Place, PlaceKind, Service
from views.admin import counting
from views.admin.base import AdminView
from views.admin.choices import key
from views.admin.fields import OneOf
from views.admin.lists import Table
from views.context import locale

#: The tree shows so many lines at once; deeper branches open on a page of their own.
_MOST = 200
#: Whoever moves a place holds this lock until the commit: two moves at once could close a circle.
_MOVING = 20_260_102

KINDS = {
    PlaceKind.TERRITORY: _l("Territory"),
    PlaceKind.BUILDING: _l("Building"),
    PlaceKind.FLOOR: _l("Floor"),
    PlaceKind.ROOM: _l("Room"),
    PlaceKind.OBJECT: _l("Object"),
}
_ZONES = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
)
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Line:
    """A line of the tree, `depth` steps in; `inside` counts what stands below it and is not shown."""

    place: Place
    depth: int
    inside: int = 0
    path: str = ""


def zones() -> list[tuple[str, object]]:
    """The zones of the country, for places and for the location."""
    return [(name, timezones.label(name, locale())) for name in _ZONES]


class PlaceView(AdminView):
    key, route_base, right, subject = "places", "/admin/places", "Places", "place"
    datamodel = Table(Place, load=(joinedload(Place.parent),))
    list_title, add_title = _l("Places"), _l("Add a place")
    list_template = "admin/places.html"
    list_columns = ["name"]
    show_columns = ["name", "number", "kind", "parent", "shown", "timezone", "position"]
    add_columns = edit_columns = ["name", "number", "kind", "parent", "shown", "timezone", "position"]
    add_parts = edit_parts = [
        (_l("The place"), {"fields": [("name", "number"), "kind", "parent", "shown"]}),
        (_l("Details"), {"fields": [("timezone", "position")]}),
    ]
    label_columns = {
        "name": _l("Name"),
        "number": _l("Number"),
        "kind": _l("Kind"),
        "parent": _l("Stands in"),
        "shown": _l("Residents may choose it in forms"),
        "timezone": _l("Time zone"),
        "position": _l("Order in lists"),
    }
    description_columns = {
        "number": _l("Of an office or a floor, for example 312."),
        "shown": _l("Without it only the staff see the place and everything in it."),
        "parent": _l("Empty for the territory itself."),
        "position": _l("Smaller numbers come first; equal ones go by name."),
    }
    add_form_extra_fields: ClassVar = {}
    cells = {"kind": "place_kind"}
    prefilled = {"parent": "places"}
    instead = _l("To take it out of forms, forbid residents to choose it.")
    hidden_by = "shown"
    base_order = ("position", "asc")

    def __init__(self, **options: Any) -> None:
        kind = OneOf(self.label_columns["kind"], lambda: list(KINDS.items()), default=PlaceKind.ROOM)
        zone = OneOf(
            self.label_columns["timezone"],
            lambda: [("", _l("As what it stands in")), *zones()],
            needed=False,
            filters=[lambda text: text or None],
        )
        self.add_form_extra_fields = self.edit_form_extra_fields = {"kind": kind, "timezone": zone}
        super().__init__(**options)

    @expose("/list/")  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def list(self) -> ResponseReturnValue:
        """The tree from the top or from the place `at`, or the places that match `q`."""
        nodes = places.tree(db.session)
        at = key(request.args.get("at", "")) or 0
        words = " ".join(request.args.get("q", "").replace("\0", "").split())[:100]
        lines = _found(words) if words else _unfolded(nodes, at)
        return self.render_template(
            self.list_template,
            lines=lines,
            words=words,
            path=_path(nodes, at),
            more=bool(words) and len(lines) == choices.LIMIT,
            total=len(nodes),
            kinds=KINDS,
        )

    def pre_add(self, item: Place) -> None:
        self.pre_update(item)

    def pre_update(self, item: Place) -> None:
        """A place stands in one of a higher kind, and never in itself. Raises Invalid."""
        db.session.execute(select(func.pg_advisory_xact_lock(_MOVING)))
        if item.parent is not None:
            if item.id is not None and item.id in _ancestors(item.parent):
                raise Invalid({"parent": _("A place cannot stand in itself or in what it contains.")})
            if not _fits(item.parent.kind, item.kind):
                raise Invalid({"parent": _wrong(item.parent.kind, item.kind)})
        elif item.kind != PlaceKind.TERRITORY:
            raise Invalid(
                {"parent": _("Only a territory stands by itself. Choose what this place stands in.")}
            )
        if item.id is not None:
            self._children_fit(item)
        if counting.has_namesake(item, Place.parent_id == (item.parent.id if item.parent else None)):
            raise Invalid({"name": _("There is a place with this name beside it already.")})

    @staticmethod
    def _children_fit(item: Place) -> None:
        kinds = db.session.scalars(select(Place.kind).where(Place.parent_id == item.id).distinct())
        for kind in kinds:
            if not _fits(item.kind, kind):
                raise Invalid({"kind": _wrong(item.kind, kind)})

    def obstacles(self, item: Place) -> list[str]:
        return counting.in_use(
            places=Place.parent_id == item.id,
            services=Service.place_id == item.id,
            orders=Order.place_id == item.id,
        )


# --- the tree -----------------------------------------------------------------------------------------------------


def _unfolded(nodes: list[Node], at: int) -> list[Line]:
    """What stands in the place `at` (0: everything), as deep as the page holds."""
    branch = _branch(nodes, at)
    top = branch[0].depth if branch else 0
    deepest = top
    while sum(node.depth <= deepest + 1 for node in branch) <= _MOST and any(
        n.depth > deepest for n in branch
    ):
        deepest += 1
    inside: dict[int, int] = {}
    owner = 0
    for node in branch:
        if node.depth <= deepest:
            owner = node.id
        else:
            inside[owner] = inside.get(owner, 0) + 1
    shown = [node for node in branch if node.depth <= deepest]
    rows = _rows(shown)
    return [Line(rows[node.id], node.depth - top, inside.get(node.id, 0)) for node in shown]


def _branch(nodes: list[Node], at: int) -> list[Node]:
    """The lines below `at`: the tree lists parents before children."""
    start = next((number for number, node in enumerate(nodes) if node.id == at), None)
    if start is None:
        return nodes
    rest = nodes[start + 1 :]
    end = next((number for number, node in enumerate(rest) if node.depth <= nodes[start].depth), len(rest))
    return rest[:end]


def _path(nodes: list[Node], at: int) -> list[Node]:
    """From the top to `at`."""
    path: list[Node] = []
    for node in nodes:
        del path[node.depth :]
        path.append(node)
        if node.id == at:
            return path
    return []


def _found(words: str) -> list[Line]:
    found = choices.matching_places(db.session, words)
    rows = _rows(found)
    return [Line(rows[node.id], 0, path=node.full_name) for node in found]


def _rows(nodes: list[Node]) -> dict[int, Place]:
    rows = db.session.scalars(select(Place).where(Place.id.in_([node.id for node in nodes])))
    return {place.id: place for place in rows}


# --- where a place may stand --------------------------------------------------------------------------------------


def _fits(outer: str, inner: str) -> bool:
    """Objects may stand in objects (a screen in a rack); everything else in something greater."""
    return outer == inner == PlaceKind.OBJECT or _RANK[PlaceKind(outer)] < _RANK[PlaceKind(inner)]


def _wrong(outer: str, inner: str) -> str:
    return _(
        "“%(inner)s” cannot stand in “%(outer)s”.",
        inner=KINDS[PlaceKind(inner)],
        outer=KINDS[PlaceKind(outer)],
    )


def _ancestors(place: Place) -> set[int]:
    """The place and everything that it stands in, as the database has it now. One statement."""
    above = select(Place.id, Place.parent_id).where(Place.id == place.id).cte(recursive=True)
    # UNION, not UNION ALL: even a circle that came from elsewhere ends.
    above = above.union(select(Place.id, Place.parent_id).join(above, Place.id == above.c.parent_id))
    return set(db.session.scalars(select(above.c.id)))
