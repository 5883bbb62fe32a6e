"""Companies and communities, and teams of executors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import selectinload

from app import policy
from app.actions import people
from app.errors import Invalid
from app.extensions import db
from app.permissions import P
from models import Company, CompanyKind, Membership, Order, Service, Team
from models.people import team_members
from views.admin import counting, fields
from views.admin.base import AdminView
from views.admin.lists import OneOf, Table, Words
from views.admin.memberships import MembershipView

KINDS = {CompanyKind.COMPANY: _l("Company"), CompanyKind.COMMUNITY: _l("Community")}


def yes_no(column: Any) -> Any:
    """The condition of a filter «shown / hidden»."""

    def where(value: str) -> ColumnElement[bool]:
        return column.is_(value == "yes")

    return where


class CompanyView(AdminView):
    key, route_base, right, subject = "companies", "/admin/companies", "People", "company"
    datamodel = Table(Company, load=(selectinload(Company.members),))
    list_title, add_title = _l("Companies and communities"), _l("Add a company")
    list_columns = ["name", "kind", "members", "active"]
    show_columns = ["name", "kind", "description", "active"]
    order_columns: ClassVar = ["name", "kind"]
    base_order = ("name", "asc")
    label_columns = {
        "name": _l("Name"),
        "kind": _l("Kind"),
        "description": _l("Description"),
        "members": _l("Members"),
        "active": _l("In use"),
    }
    description_columns = {"active": _l("Without it the company is no longer offered for choice.")}
    cells = {"kind": "company_kind", "members": "headcount"}
    searches = (
        Words(_l("Name"), Company.name),
        OneOf("kind", _l("Kind"), lambda: list(KINDS.items()), lambda value: Company.kind == value),
        OneOf(
            "active",
            _l("In use"),
            lambda: [("yes", _l("In use")), ("no", _l("Not in use"))],
            yes_no(Company.active),
        ),
    )
    add_columns = edit_columns = ["name", "kind", "description", "active"]
    instead = _l("A company that has left can be made inactive.")
    hidden_by, hiding = "active", _l("Make inactive")
    empty_text = _l("Add the tenants of the location, then their people.")

    def __init__(self, **options: Any) -> None:
        kind = fields.OneOf(_l("Kind"), lambda: list(KINDS.items()), default=CompanyKind.COMPANY)
        self.add_form_extra_fields = self.edit_form_extra_fields = {"kind": kind}
        super().__init__(**options)

    def after_add(self, item: Company) -> str:
        return self.address(item)

    def related(self, item: Company) -> Sequence[tuple[str, dict[str, Any]]]:
        return [MembershipView.block_of(company=item)]

    def obstacles(self, item: Company) -> list[str]:
        return counting.in_use(orders=Order.company_id == item.id)

    def consequences(self, item: Company) -> list[str]:
        number = counting.upto(Membership.company_id == item.id)
        if not number:
            return []
        return [
            ngettext(
                "%(num)s person no longer belongs to it.", "%(num)s people no longer belong to it.", number
            )
        ]


class TeamView(AdminView):
    key, route_base, right, subject = "teams", "/admin/teams", "People", "team"
    datamodel = Table(Team, load=(selectinload(Team.members),))
    list_title, add_title = _l("Teams"), _l("Add a team")
    list_columns = ["name", "members"]
    show_columns = ["name", "members"]
    order_columns: ClassVar = ["name"]
    base_order = ("name", "asc")
    label_columns = {"name": _l("Name"), "members": _l("Members")}
    description_columns = {
        "members": _l(
            "Each member sees the team's orders and may take them. Only people with the right to carry out orders."
        )
    }
    searches = (Words(_l("Name"), Team.name),)
    cells = {"members": "faces"}
    add_columns = edit_columns = ["name", "members"]
    empty_text = _l("A team shares a queue: whoever is free takes the next order.")

    def __init__(self, **options: Any) -> None:
        members = fields.PickMany(_l("Members"), "executors", description=self.description_columns["members"])
        self.add_form_extra_fields = self.edit_form_extra_fields = {"members": members}
        super().__init__(**options)

    def pre_add(self, item: Team) -> None:
        self.pre_update(item)

    def pre_update(self, item: Team) -> None:
        """Raises Invalid for a member who could not open the team's orders."""
        idle = [user.name for user in item.members if not policy.can(db.session, user, P.ORDERS_EXECUTE)]
        if idle:
            raise Invalid(
                {"members": _("Without the right to carry out orders: %(names)s.", names=", ".join(idle))}
            )
        changed = inspect(item).attrs.members.history
        people.listen_anew([*(changed.added or ()), *(changed.deleted or ())])

    def pre_delete(self, item: Team) -> None:
        people.listen_anew(item.members)

    def obstacles(self, item: Team) -> list[str]:
        return counting.in_use(services=Service.team_id == item.id, orders=Order.team_id == item.id)

    def consequences(self, item: Team) -> list[str]:
        number = counting.upto(team_members.c.team_id == item.id)
        if not number:
            return []
        return [
            ngettext(
                "%(num)s person no longer belongs to it.", "%(num)s people no longer belong to it.", number
            )
        ]
