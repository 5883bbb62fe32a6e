"""Places: the tree of the location, which is edited by drag, and the form of a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.actions import action as offered
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload
from wtforms.validators import Optional

from app import settings, timezones
from app.actions import places as actions
from app.answers import normal_phone
from app.errors import Invalid
from app.extensions import db
from app.queries import choices, places
from app.queries.places import KINDS, Node
from models import DutySlot, Order, Place, PlaceKind, Service
from views.admin import counting
from views.admin.base import AdminView
from views.admin.choices import key
from views.admin.fields import OneOf, Phone, Whole, within
from views.admin.lists import Table
from views.admin.pages import WRITE
from views.context import actor, locale

#: The tree shows so many lines at once; deeper branches open on a page of their own.
_MOST = 200

#: Beyond it a number is a slip of the hand.
_MOST_SEATS = 100_000
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
    #: Where a place stands is a part of its form.
    edits = ("reference.changed", "place.moved")
    method_permission_name: ClassVar = AdminView.method_permission_name | {"move": WRITE}
    list_title, add_title = _l("Places"), _l("Add a place")
    list_template = "admin/places.html"
    list_columns = ["name"]
    show_columns = [
        "name",
        "number",
        "kind",
        "parent",
        "seats",
        "shown",
        "staff_phone",
        "sos_minutes",
        "timezone",
    ]
    add_columns = edit_columns = show_columns
    add_parts = edit_parts = [
        (_l("The place"), {"fields": [("name", "number"), ("kind", "seats"), "parent", "shown"]}),
        (
            _l("Call for help"),
            {
                "fields": [("staff_phone", "sos_minutes")],
                "help": _l(
                    "Whoever needs help here calls this number. What is empty is as in what the place stands in."
                ),
            },
        ),
        (_l("Details"), {"fields": ["timezone"]}),
    ]
    label_columns = {
        "name": _l("Name"),
        "number": _l("Number"),
        "kind": _l("Kind"),
        "parent": _l("Stands in"),
        "seats": _l("Seats"),
        "shown": _l("Residents may choose it in forms"),
        "staff_phone": _l("Phone of the staff"),
        "sos_minutes": _l("Help comes within, minutes"),
        "timezone": _l("Time zone"),
    }
    description_columns = {
        "number": _l("Of an office or a floor, for example 312."),
        "seats": _l("How many people have room here."),
        "shown": _l("Without it only the staff see the place and everything in it."),
        "parent": _l("Empty for the territory itself."),
    }
    add_form_extra_fields: ClassVar = {}
    cells = {"kind": "place_kind", "staff_phone": "phone"}
    prefilled = {"parent": "places"}
    instead = _l("To take it out of forms, forbid residents to choose it.")
    hidden_by = "shown"
    base_order = ("position", "asc")

    def __init__(self, **options: Any) -> None:
        labels, helps = self.label_columns, self.description_columns
        kind = OneOf(labels["kind"], lambda: list(KINDS.items()), default=PlaceKind.ROOM)
        zone = OneOf(
            labels["timezone"],
            lambda: [("", _l("As what it stands in")), *zones()],
            needed=False,
            filters=[lambda text: text or None],
        )
        minutes = settings.SETTINGS["sos_minutes"]
        self.add_form_extra_fields = self.edit_form_extra_fields = {
            "kind": kind,
            "timezone": zone,
            "seats": Whole(
                labels["seats"], description=helps["seats"], validators=[Optional(), within(0, _MOST_SEATS)]
            ),
            "staff_phone": Phone(labels["staff_phone"], render_kw={"type": "tel", "autocomplete": "off"}),
            "sos_minutes": Whole(
                labels["sos_minutes"],
                validators=[Optional(), within(minutes.minimum or 1, minutes.maximum or 60)],
            ),
        }
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

    @expose("/move/<pk>", methods=["POST"])  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def move(self, pk: str) -> ResponseReturnValue:
        """A line of the tree was dropped `into` a place `before` another one, or goes one `step` up or down."""
        item, form = self.load(pk), request.form
        if step := form.get("step"):
            actions.step(actor(), item.id, up=step == "up")
        else:
            sides = {name: key(form.get(name, "")) for name in ("was_in", "into", "before")}
            if any(form.get(name) and sides[name] is None for name in sides):
                raise Invalid(text=_("There is no such place any more. Reload the page."))
            actions.move(actor(), item.id, **sides)
        if request.accept_mimetypes.best == "application/json":
            return jsonify(text=_("Moved."))
        flash(_("Moved."), "ok")
        return redirect(self.get_redirect(), 303)

    def pre_add(self, item: Place) -> None:
        self.pre_update(item)

    def pre_update(self, item: Place) -> None:
        """Raises Invalid if the place may not stand there, or its phone is none."""
        actions.lock_tree()
        actions.check_stand(item)
        if item.staff_phone and (number := normal_phone(item.staff_phone)) is None:
            raise Invalid({"staff_phone": _("Please enter a phone number, for example +7 912 345-67-89.")})
        item.staff_phone = number if item.staff_phone else ""
        if inspect(item).attrs.parent.history.has_changes():
            item.position = actions.last_position(item.parent.id if item.parent else None)
            actions.forget_drawn(item)

    def pre_delete(self, item: Place) -> None:
        """Its sticker may still hang there: whoever scans it is told."""
        actions.retire_code(item)
        actions.drop_plan(current_app.extensions["storage"], item)

    def obstacles(self, item: Place) -> list[str]:
        return counting.in_use(
            places=Place.parent_id == item.id,
            services=Service.place_id == item.id,
            duties=DutySlot.place_id == item.id,
            orders=Order.place_id == item.id,
        )

    def consequences(self, item: Place) -> list[str]:
        said = [_("Whoever scans its QR code is told that the place is gone.")]
        return [*said, _("Its plan is deleted too.")] if item.plan_id else said

    def links(self, item: Place) -> list[tuple[object, str, str]]:
        inside = url_for("PlaceView.list", at=item.id)
        return [
            (_("Plan"), url_for("PlanPage.page", pk=item.id), "map"),
            (_("What is inside"), inside, "layers"),
        ]

    def related(self, item: Place) -> Sequence[tuple[str, dict[str, Any]]]:
        return [("admin/place_code.html", {"code": places.spaced_code(item.code)})]

    @offered("up", _l("Higher in the list"), icon="arrow-up")
    def up(self, item: Place) -> None:
        actions.step(actor(), item.id, up=True)

    @offered("down", _l("Lower in the list"), icon="arrow-down")
    def down(self, item: Place) -> None:
        actions.step(actor(), item.id, up=False)

    @offered(
        "new_code",
        _l("New code"),
        _l("The present QR code stops working: whoever scans its sticker is told so. Print a new one."),
        icon="qr-code",
    )
    def new_code(self, item: Place) -> None:
        actions.renew_code(actor(), item.id)


# --- the tree -----------------------------------------------------------------------------------------------------


def _unfolded(nodes: list[Node], at: int) -> list[Line]:
    """What stands in the place `at` (0: everything), as deep as the page holds."""
    branch = places.branch(nodes, at)
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
