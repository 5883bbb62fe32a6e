"""Services. The form of a service has a page of its own (views/admin/forms.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import current_app, url_for
from flask_appbuilder.actions import ActionItem
from flask_appbuilder.actions import action as offered
from flask_appbuilder.security.sqla.models import Role
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app import journal, policy
from app.actions import catalogue
from app.actions.base import action
from app.errors import Invalid
from app.extensions import db
from app.kinds import OF_SERVICES
from app.permissions import P
from models import Category, Extra, FormField, Order, Service
from views.admin import counting, fields
from views.admin.base import AdminView
from views.admin.categories import FIRST, SHOWN
from views.admin.companies import yes_no
from views.admin.drawings import ART, ICONS
from views.admin.fields import (
    AdminForm,
    LongText,
    Pick,
    PickInOrder,
    Text,
    Tick,
    Ticks,
    Whole,
    at_most,
    required,
)
from views.admin.lists import OneOf, Picked, Table, Words
from views.admin.people import role_label
from views.context import actor


def _categories() -> list[tuple[str, str]]:
    rows = db.session.execute(select(Category.id, Category.name).order_by(Category.position, Category.name))
    return [(str(number), name) for number, name in rows]


def _kinds() -> list[tuple[str, object]]:
    return [(str(kind.name), kind.label) for kind in OF_SERVICES.values()]


def _orderers() -> list[tuple[Role, str]]:
    """The roles that may order at all."""
    roles = db.session.scalars(select(Role).options(selectinload(Role.permissions)).order_by(Role.name))
    return [(role, role_label(role)) for role in roles]


class _Extras(PickInOrder):
    """Additional services: rows of their own, which carry the order."""

    def process_data(self, value: Sequence[Extra] | None) -> None:
        self.data = [row.extra for row in value or ()]

    def populate_obj(self, obj: Service, name: str) -> None:
        present = {row.extra_id: row for row in obj.extras}
        rows = [present.get(service.id) or Extra(extra=service) for service in self.data]
        for position, row in enumerate(rows):
            row.position = position
        obj.extras = rows


class _ServiceForm(AdminForm):
    name = Text(_l("Name"), validators=[required(), at_most(200)])
    category_id = fields.OneOf(_l("Category"), _categories)
    kind = fields.OneOf(
        _l("Kind"), _kinds, description=_l("A request goes the same way as a service, under other words.")
    )
    summary = Text(
        _l("In one sentence"), validators=[at_most(300)], description=_l("Stands under the name in lists.")
    )
    description = LongText(
        _l("Description and features"),
        validators=[at_most(5000)],
        description=_l("When, how long, what it costs, what to prepare."),
    )
    picture_id = fields.Picture(_l("Picture"), description=_l("Shown before the drawing. JPEG, PNG or WebP."))
    art = fields.Drawing(_l("Drawing"), ART, art=True)
    icon = fields.Drawing(_l("Icon"), ("", *ICONS))
    place = Pick(_l("Place"), "places", description=_l("If the service is given at one place only."))
    roles = Ticks(
        _l("Who may order"),
        _orderers,
        description=_l("Nobody chosen: everybody who has signed in and may order."),
    )
    executor = Pick(_l("Executor"), "executors", description=_l("New orders go to this person at once."))
    team = Pick(_l("Team"), "teams", description=_l("New orders stand in the queue of this team."))
    completion_hours = Whole(
        _l("Hours until an order completes by itself"),
        validators=[fields.Optional(), fields.within(1, 24 * 60)],
        description=_l(
            "After the work is done and the resident has not answered. Empty: as in the settings."
        ),
        render_kw={"inputmode": "numeric"},
    )
    first_message = LongText(
        _l("First message of the chat"),
        validators=[at_most(1000)],
        description=_l("Written automatically into the chat of each new order. Empty: none."),
    )
    extras_title = Text(
        _l("Title of the block"),
        validators=[at_most(120)],
        description=_l("For example “Recommended services”."),
    )
    extras = _Extras(
        _l("Additional services"),
        "services",
        description=_l(
            "Shown on the page of an order, in this order: six on a wide screen, three on a phone."
        ),
    )
    position = Whole(
        _l("Order in lists"), empty=0, validators=[fields.within(-10_000, 10_000)], description=FIRST
    )
    active = Tick(_l("Shown to residents"), default=True)


class ServiceView(AdminView):
    key, route_base, right, subject = "services", "/admin/services", "Catalogue", "service"
    datamodel = Table(
        Service,
        load=(
            joinedload(Service.category),
            joinedload(Service.executor),
            joinedload(Service.team),
            selectinload(Service.roles),
            selectinload(Service.fields),
        ),
    )
    list_title, add_title = _l("Services"), _l("Add a service")
    add_purpose = _l("After saving you build the form that residents fill in.")
    list_columns = ["name", "category", "kind", "executor", "fields", "active"]
    show_columns = [
        "name",
        "category",
        "kind",
        "summary",
        "description",
        "place",
        "roles",
        "executor",
        "team",
        "completion_hours",
        "first_message",
        "extras_title",
        "active",
    ]
    order_columns: ClassVar = ["name", "kind", "position"]
    base_order = ("name", "asc")
    label_columns = {
        "name": _l("Name"),
        "category": _l("Category"),
        "kind": _l("Kind"),
        "summary": _l("In one sentence"),
        "description": _l("Description and features"),
        "place": _l("Place"),
        "roles": _l("Who may order"),
        "executor": _l("Executor or team"),
        "team": _l("Team"),
        "fields": _l("Form"),
        "completion_hours": _l("Hours until an order completes by itself"),
        "first_message": _l("First message of the chat"),
        "extras_title": _l("Title of additional services"),
        "extras": _l("Additional services"),
        "art": _l("Drawing"),
        "icon": _l("Icon"),
        "picture_id": _l("Picture"),
        "category_id": _l("Category"),
        "position": _l("Order in lists"),
        "active": _l("Shown to residents"),
    }
    cells = {
        "name": "pictured",
        "kind": "order_kind",
        "executor": "doer",
        "fields": "form_size",
        "roles": "roles",
        "active": "shown",
    }
    searches = (
        Words(_l("Name or summary"), Service.name, Service.summary),
        OneOf("category", _l("Category"), _categories, lambda value: Service.category_id == int(value)),
        Picked("team", _l("Team"), "teams", lambda number: Service.team_id == number),
        OneOf("active", _l("Shown to residents"), lambda: SHOWN, yes_no(Service.active)),
    )
    add_form = edit_form = _ServiceForm
    add_parts = edit_parts = [
        (
            _l("What residents see"),
            {
                "fields": [
                    "name",
                    ("category_id", "kind"),
                    "summary",
                    "description",
                    "picture_id",
                    "art",
                    "icon",
                ]
            },
        ),
        (_l("Who orders, who does it"), {"fields": ["roles", ("executor", "team"), "place"]}),
        (_l("Chat and completion"), {"fields": ["first_message", "completion_hours"]}),
        (_l("Additional services"), {"fields": ["extras_title", "extras"]}),
        (_l("In the catalogue"), {"fields": ["position", "active"]}),
    ]
    instead = _l("It can be hidden from residents instead: orders stay as they are.")
    hidden_by = "active"
    empty_text = _l("Add a category first, then what can be ordered in it.")

    def pre_add(self, item: Service) -> None:
        self.pre_update(item)

    def pre_update(self, item: Service) -> None:
        """Raises Invalid."""
        item.category_id = int(item.category_id)
        shown = Service.active & (Service.category_id == item.category_id)
        if item.active and counting.has_namesake(item, shown):
            raise Invalid({"name": _("There is a service with this name in the category already.")})
        if item.executor is not None and not policy.can(db.session, item.executor, P.ORDERS_EXECUTE):
            raise Invalid({"executor": _("This person may not carry out orders.")})
        if any(row.extra is item for row in item.extras):
            raise Invalid({"extras": _("A service cannot be additional to itself.")})

    def stored(self, form: AdminForm, item: Service) -> dict[str, Any]:
        """The picture belongs to the service's number."""
        sent, storage = form.picture_id.data, current_app.extensions["storage"]
        before = item.picture_id
        if sent and sent.filename:
            catalogue.set_picture(actor(), storage, item, sent.stream, sent.filename)
        elif form.picture_id.removed:
            catalogue.remove_picture(actor(), storage, item)
        return {"picture_id": [bool(before), bool(item.picture_id)]} if item.picture_id != before else {}

    def after_add(self, item: Service) -> str:
        return url_for("FormBuilder.build", service_id=item.id)

    def links(self, item: Service) -> list[tuple[object, str, str]]:
        pages = [(_("Form"), url_for("FormBuilder.build", service_id=item.id), "clipboard-list")]
        if item.active and item.kind in OF_SERVICES:
            pages.append((_("As a resident sees it"), url_for("portal.service", service_id=item.id), "eye"))
        return pages

    def obstacles(self, item: Service) -> list[str]:
        return counting.in_use(orders=Order.service_id == item.id)

    def consequences(self, item: Service) -> list[str]:
        said = []
        if number := counting.upto(FormField.service_id == item.id):
            said.append(
                ngettext(
                    "Its form with %(num)s field goes too.", "Its form with %(num)s fields goes too.", number
                )
            )
        if number := counting.upto(Extra.extra_id == item.id):
            said.append(
                ngettext(
                    "%(num)s service offers it as additional: it disappears there.",
                    "%(num)s services offer it as additional: it disappears there.",
                    number,
                )
            )
        return said

    def pre_delete(self, item: Service) -> None:
        """The rows by which other services offer it go by the database's cascade; its picture goes here."""
        catalogue.remove_picture(actor(), current_app.extensions["storage"], item)

    @offered("show", _l("Show to residents"), icon="eye")
    def show_rows(self, item: Service) -> None:
        _set_active(self, item, active=True)

    @offered(
        "hide",
        _l("Hide from residents"),
        _l("It cannot be ordered any more. Orders stay as they are."),
        icon="eye-off",
    )
    def hide_rows(self, item: Service) -> None:
        _set_active(self, item, active=False)

    def acts(self, item: Service | None = None) -> list[ActionItem]:
        """In the list only: the form has a switch for it."""
        return super().acts() if item is None else []


@action
def _set_active(view: AdminView, item: Service, *, active: bool) -> None:
    if item.active is not active:
        item.active = active
        changes = {"active": [not active, active]}
        journal.write(
            db.session, "reference.changed", actor(), view.subject_of(item), name=str(item), changes=changes
        )
