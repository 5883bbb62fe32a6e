"""Reference data for administrators: Flask-AppBuilder's views on a base of our own (base.py), in our frame."""

from __future__ import annotations

from flask import current_app
from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.models import Role

from app.actions.roles import rights_of
from app.kinds import KINDS
from views.admin.catalogue import ServiceView
from views.admin.categories import CategoryView
from views.admin.choices import ChoicesView
from views.admin.companies import CompanyView, TeamView
from views.admin.forms import FormBuilder
from views.admin.journal import JournalView
from views.admin.memberships import MembershipView
from views.admin.pages import quoted
from views.admin.people import PersonView, role_label
from views.admin.places import PlaceView
from views.admin.plans import PlanPage
from views.admin.roles import RIGHTS, RoleView
from views.admin.settings import SettingsView
from views.admin.stickers import StickerPage

_VIEWS = (
    PersonView,
    CompanyView,
    MembershipView,
    TeamView,
    RoleView,
    PlaceView,
    PlanPage,
    StickerPage,
    CategoryView,
    ServiceView,
    FormBuilder,
    JournalView,
    SettingsView,
    ChoicesView,
)


def init_app(builder: AppBuilder) -> None:
    """Register the views of this package, and what their templates ask for."""
    for view in _VIEWS:
        # The menu is our own (menu.py): Flask-AppBuilder's asks for rights of its own making.
        builder.add_view_no_menu(view)
    current_app.jinja_env.filters.update(
        role_name=role_label,
        kind_name=lambda name: KINDS[name].label if name in KINDS else name,
        rights_of=_rights_of,
        quoted=quoted,
    )


def _rights_of(role: Role) -> list[object]:
    """The role's rights in words, in the order of the editor."""
    held = rights_of(role)
    return [label for _title, group in RIGHTS for right, label, _help in group if right in held]
