"""Who belongs to which company. Edited from the company's page and from the person's, where the rows are listed."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.actions import people
from app.extensions import db
from models import Company, Membership, User
from views.admin.base import AdminView
from views.admin.lists import Picked, Table
from views.admin.pages import quoted

#: A company's page lists so many members; the whole list has pages and filters.
_SHOWN = 50


class MembershipView(AdminView):
    key, route_base, right, subject = "companies", "/admin/memberships", "People", "membership"
    datamodel = Table(Membership, load=(joinedload(Membership.company), joinedload(Membership.user)))
    list_title, add_title = _l("Members"), _l("Add a member")
    list_columns = ["user", "company", "position", "admin"]
    show_columns = ["user", "company", "position", "admin"]
    order_columns: ClassVar = ["position"]
    base_order = ("id", "asc")
    label_columns = {
        "user": _l("Person"),
        "company": _l("Company"),
        "position": _l("Position"),
        "admin": _l("Administrator of the company"),
    }
    description_columns = {
        "admin": _l("Sees the orders of everybody in this company, if the role gives the right.")
    }
    searches = (
        Picked("company", _l("Company"), "companies", lambda number: Membership.company_id == number),
        Picked("user", _l("Person"), "people", lambda number: Membership.user_id == number),
    )
    cells = {"user": "member"}
    add_columns = ["company", "user", "position", "admin"]
    edit_columns = ["position", "admin"]
    prefilled = {"company": "companies", "user": "people"}

    def get_redirect(self) -> str:
        """Back to the page whose list was being edited."""
        side, _sep, number = request.values.get("from", "").partition("=")
        view = {"company": "CompanyView", "user": "PersonView"}.get(side)
        if view and number.isdecimal():
            return url_for(f"{view}.edit", pk=number)
        return super().get_redirect()

    def pre_add(self, item: Membership) -> None:
        people.listen_anew([item.user])

    pre_update = pre_delete = pre_add

    def consequences(self, item: Membership) -> list[str]:
        said = [
            _(
                "%(person)s no longer belongs to “%(company)s”.",
                person=item.user,
                company=quoted(item.company),
            )
        ]
        if item.admin:
            said.append(_("The orders of this company can no longer be seen by this person."))
        return said

    @classmethod
    def block_of(
        cls, *, company: Company | None = None, user: User | None = None
    ) -> tuple[str, dict[str, Any]]:
        """The list on a company's or a person's page, and the context of its template."""
        side, row = ("company", company) if company else ("user", user)
        query = select(Membership).options(joinedload(Membership.company), joinedload(Membership.user))
        query = query.where(Membership.company_id == row.id if company else Membership.user_id == row.id)
        query = query.order_by(Membership.admin.desc(), Membership.id).limit(_SHOWN + 1)
        rows = db.session.scalars(query).all()
        return "admin/memberships.html", {
            "side": side,
            "row": row,
            "members": rows[:_SHOWN],
            "more": len(rows) > _SHOWN,
        }
