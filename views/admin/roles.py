"""Roles: which rights each has. The rules are in app/actions/roles.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from flask_appbuilder.security.sqla.models import Role
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload
from wtforms import Field

from app.actions import roles
from app.permissions import P
from models import Service
from views.admin import counting
from views.admin.base import AdminView
from views.admin.fields import AdminForm, Text, at_most, required
from views.admin.lists import Table, Words
from views.admin.people import role_label
from views.context import actor

#: Every right in words, grouped as the editor shows them.
RIGHTS: tuple[tuple[object, tuple[tuple[P, object, object], ...]], ...] = (
    (
        _l("Orders"),
        (
            (
                P.ORDERS_PLACE,
                _l("Order services"),
                _l("See the catalogue, order, talk in the chats of own orders."),
            ),
            (
                P.ORDERS_SEE_COMPANY,
                _l("See the company's orders"),
                _l("Orders of everybody in the companies where the person is the administrator."),
            ),
            (
                P.ORDERS_EXECUTE,
                _l("Carry out orders"),
                _l("See own and the team's orders, start and finish work."),
            ),
            (P.ORDERS_SEE_ALL, _l("See all orders"), _l("The whole queue, with chats.")),
            (P.ORDERS_ASSIGN, _l("Appoint executors"), _l("Choose who carries out an order.")),
            (P.ORDERS_CANCEL, _l("Reject orders"), _l("Close an order that cannot be done, with a reason.")),
        ),
    ),
    (
        _l("Desk"),
        (
            (P.DESK, _l("Use the desk"), _l("The staff's pages: queue, order, notices.")),
            (P.NOTES, _l("Internal notes"), _l("Read and write notes that residents never see.")),
        ),
    ),
    (
        _l("Calls for help"),
        (
            (P.SOS_RESPOND, _l("Respond to calls"), _l("Hear every call for help, accept it, go.")),
            (
                P.SOS_MANAGE,
                _l("Manage the duty"),
                _l("Duty lists, steps of the escalation, drills, reports."),
            ),
        ),
    ),
    (
        _l("Administration"),
        (
            (P.ADMIN, _l("Open the administration"), _l("Needed for everything below.")),
            (P.PEOPLE_READ, _l("See people"), _l("Accounts, companies, teams.")),
            (
                P.PEOPLE_WRITE,
                _l("Change people"),
                _l("Add and block accounts, give roles within own rights."),
            ),
            (P.ROLES_READ, _l("See roles"), ""),
            (P.ROLES_WRITE, _l("Change roles"), _l("Decides who may do anything: give it to few.")),
            (P.PLACES_READ, _l("See places"), ""),
            (P.PLACES_WRITE, _l("Change places"), ""),
            (P.CATALOGUE_READ, _l("See the catalogue"), _l("Categories, services, forms.")),
            (P.CATALOGUE_WRITE, _l("Change the catalogue"), ""),
            (P.JOURNAL_READ, _l("Read the journal"), _l("Who did what in the whole product.")),
            (P.SETTINGS_READ, _l("See settings"), ""),
            (P.SETTINGS_WRITE, _l("Change settings"), ""),
        ),
    ),
)


class Rights(Field):  # type: ignore[misc]  # WTForms is untyped
    """All rights, a box each."""

    groups = RIGHTS

    def process_data(self, value: Iterable[P] | None) -> None:
        self.data = frozenset(value or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        known = {right.name: right for right in P}
        self.data = frozenset(known[name] for name in valuelist if name in known)
        if any(name not in known for name in valuelist):
            raise ValueError(_("Please choose from the list."))


class _RoleForm(AdminForm):
    name = Text(_l("Name"), validators=[required(), at_most(roles.MAX_NAME)])
    rights = Rights(_l("Rights"))


class RoleView(AdminView):
    key, route_base, right, subject = "roles", "/admin/roles", "Roles", "role"
    datamodel = Table(Role, load=(selectinload(Role.permissions),))
    edits = ("role.changed",)
    list_title, add_title = _l("Roles and rights"), _l("Add a role")
    list_columns = ["name", "permissions"]
    show_columns = ["name", "permissions"]
    order_columns: ClassVar = ["name"]
    base_order = ("id", "asc")
    label_columns = {"name": _l("Role"), "permissions": _l("Rights")}
    cells = {"name": "role", "permissions": "rights"}
    searches = (Words(_l("Name"), Role.name),)
    add_form = edit_form = _RoleForm
    add_columns = edit_columns = ["name", "rights"]
    add_parts = edit_parts = [(None, {"fields": ["name"]}), (None, {"fields": ["rights"]})]

    def form_for(self, item: Role) -> AdminForm:
        form = self.edit_form(data={"name": role_label(item), "rights": roles.rights_of(item)})
        if roles.is_fixed(item):
            form.name.render_kw = {"readonly": True}
            form.name.description = _(
                "The product relies on this role: its name is fixed, its rights are yours."
            )
        return form

    def store(self, form: AdminForm, item: Role, *, is_new: bool) -> Role:
        return roles.save(actor(), None if is_new else item, form.name.data, form.rights.data)

    def remove(self, item: Role) -> None:
        roles.remove(actor(), item)

    def name_of(self, item: Role) -> str:
        return role_label(item)

    def obstacles(self, item: Role) -> list[str]:
        return roles.obstacles(item)

    def related(self, item: Role) -> Sequence[tuple[str, dict[str, Any]]]:
        people = counting.upto(Role.user.property.secondary.c.role_id == item.id)
        limited = counting.upto(Service.roles.property.secondary.c.role_id == item.id)
        return [
            ("admin/role_holders.html", {"first": True, "role": item, "people": people, "services": limited})
        ]
