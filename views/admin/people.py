"""People: accounts with their roles. What may be done to whom is said in app/actions/accounts.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_appbuilder.actions import ActionItem
from flask_appbuilder.actions import action as offered
from flask_appbuilder.security.sqla.models import Role
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from wtforms import PasswordField
from wtforms.validators import DataRequired

from app.actions import accounts
from app.actions.people import MAX_NAME
from app.extensions import db
from app.passwords import MINIMUM
from app.permissions import ROLE_LABELS
from models import Membership, User
from views.admin.base import AdminView
from views.admin.fields import AdminForm, Phone, Text, Ticks, at_most, required
from views.admin.lists import Contact, OneOf, Picked, Table
from views.admin.memberships import MembershipView
from views.context import actor


def role_label(role: Role) -> str:
    """The role's name in the reader's language, as far as the product knows it."""
    return role_name_label(role.name)


def role_name_label(name: str) -> str:
    return str(ROLE_LABELS.get(name, name))


def _given() -> list[tuple[Role, str]]:
    """The roles that the reader may give, with their names."""
    return [(role, role_label(role)) for role in accounts.assignable(actor())]


def _roles() -> list[tuple[str, str]]:
    return [(str(role.id), role_label(role)) for role in db.session.scalars(select(Role).order_by(Role.id))]


class _EditForm(AdminForm):
    first_name = Text(_l("First name"), validators=[required(), at_most(MAX_NAME)])
    last_name = Text(_l("Last name"), validators=[required(), at_most(MAX_NAME)])
    email = Text(
        _l("E-mail"),
        validators=[required(), at_most(320)],
        description=_l("The person signs in with this address and gets letters at it."),
        render_kw={"type": "email", "autocomplete": "off"},
    )
    phone = Phone(_l("Phone"), validators=[at_most(30)], render_kw={"type": "tel", "autocomplete": "off"})
    roles = Ticks(_l("Roles"), _given, description=_l("What the person may see and do: all roles together."))


class _AddForm(_EditForm):
    password = PasswordField(
        _l("Initial password"),
        validators=[DataRequired(_l("Please fill this in."))],
        description=_l(
            "At least %(number)s characters. The person can change it in the profile.", number=MINIMUM
        ),
        render_kw={"autocomplete": "new-password"},
    )


class PersonView(AdminView):
    key, route_base, right, subject = "people", "/admin/people", "People", "user"
    datamodel = Table(
        User, load=(selectinload(User.roles), selectinload(User.memberships).joinedload(Membership.company))
    )
    edits = ("user.changed", "user.roles_changed")
    list_title, add_title = _l("People"), _l("Add a person")
    add_purpose = _l("Residents open accounts themselves; here you add colleagues and whoever asks you to.")
    list_columns = ["last_name", "phone", "roles", "memberships", "active"]
    show_columns = ["last_name", "email", "phone", "roles", "memberships", "active"]
    order_columns: ClassVar = ["last_name"]
    base_order = ("last_name", "asc")
    label_columns = {
        "last_name": _l("Person"),
        "email": _l("E-mail"),
        "phone": _l("Phone"),
        "roles": _l("Roles"),
        "memberships": _l("Companies"),
        "active": _l("Access"),
    }
    cells = {
        "last_name": "person",
        "phone": "phone",
        "roles": "roles",
        "memberships": "companies",
        "active": "access",
    }
    searches = (
        Contact(
            _l("Name, e-mail or phone"),
            func.lower(User.last_name + " " + User.first_name + " " + User.last_name),
            User.email,
            User.phone,
        ),
        OneOf("role", _l("Role"), _roles, lambda value: User.roles.any(Role.id == int(value))),
        OneOf(
            "access",
            _l("Access"),
            lambda: [("yes", _l("Can sign in")), ("no", _l("Blocked"))],
            lambda value: User.active.is_(value == "yes"),
        ),
        Picked(
            "company",
            _l("Company"),
            "companies",
            lambda number: User.memberships.any(Membership.company_id == number),
        ),
    )
    add_form, edit_form = _AddForm, _EditForm
    add_columns = ["first_name", "last_name", "email", "phone", "password", "roles"]
    edit_columns = ["first_name", "last_name", "email", "phone", "roles"]
    add_parts = [
        (_l("Who it is"), {"fields": [("first_name", "last_name"), ("email", "phone"), "password"]}),
        (_l("Rights"), {"fields": ["roles"]}),
    ]
    edit_parts = [
        (_l("Who it is"), {"fields": [("first_name", "last_name"), ("email", "phone")]}),
        (_l("Rights"), {"fields": ["roles"]}),
    ]
    #: Whoever left a trace is blocked, never deleted.
    exclude_route_methods: ClassVar = AdminView.exclude_route_methods | {"delete"}

    def store(self, form: AdminForm, item: User, *, is_new: bool) -> User:
        values = {name: form[name].data for name in ("first_name", "last_name", "email", "phone")}
        given = form.roles.data
        if is_new:
            return accounts.create(actor(), password=form.password.data, given=given, **values)
        return accounts.edit(actor(), item, given=given, **values)

    def after_add(self, item: User) -> str:
        return self.address(item)

    def state_of(self, item: User) -> str:
        return "" if item.active else str(_("The account is blocked: this person cannot sign in."))

    def related(self, item: User) -> Sequence[tuple[str, dict[str, Any]]]:
        return [MembershipView.block_of(user=item)]

    def acts(self, item: User | None = None) -> list[ActionItem]:
        """For one person only what can be done now."""
        if item is None:
            return super().acts()
        names = ("reset_link", "block") if item.active else ("unblock",)
        return [act for act in super().acts() if act.name in names]

    @offered(
        "block",
        _l("Block"),
        _l(
            "The account is closed at once: open pages are signed out, nobody can sign in. Orders and messages stay."
        ),
        icon="lock",
    )
    def block(self, item: User) -> None:
        accounts.block(actor(), item, blocked=True)

    @offered("unblock", _l("Unblock"), _l("The person can sign in again."), icon="key-round")
    def unblock(self, item: User) -> None:
        accounts.block(actor(), item, blocked=False)

    @offered(
        "reset_link",
        _l("Send a link for a new password"),
        _l(
            "A letter goes to the address of the account. The present password works until a new one is chosen."
        ),
        icon="mail",
    )
    def reset_link(self, item: User) -> None:
        accounts.send_reset_link(actor(), item)
