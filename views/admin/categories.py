"""Categories of the catalogue."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload

from models import Category, Service
from views.admin import counting, fields
from views.admin.base import AdminView
from views.admin.companies import yes_no
from views.admin.drawings import ART, ICONS
from views.admin.lists import OneOf, Table, Words

SHOWN = [("yes", _l("Shown")), ("no", _l("Hidden"))]
FIRST = _l("Smaller numbers come first; equal ones go by name.")


class CategoryView(AdminView):
    key, route_base, right, subject = "categories", "/admin/categories", "Catalogue", "category"
    datamodel = Table(
        Category, load=(selectinload(Category.services).load_only(Service.id, Service.category_id),)
    )
    list_title, add_title = _l("Categories"), _l("Add a category")
    list_columns = ["name", "services", "position", "active"]
    show_columns = ["name", "description", "position", "active"]
    order_columns: ClassVar = ["name", "position"]
    base_order = ("position", "asc")
    label_columns = {
        "name": _l("Name"),
        "description": _l("Description"),
        "icon": _l("Icon"),
        "art": _l("Drawing"),
        "services": _l("Services"),
        "position": _l("Order in lists"),
        "active": _l("Shown to residents"),
    }
    description_columns = {
        "description": _l("One sentence under the name."),
        "position": FIRST,
        "active": _l("A hidden category hides its services too."),
        "art": _l("Shown on the tile; without it the icon is."),
    }
    cells = {"name": "pictured", "services": "services", "active": "shown"}
    searches = (
        Words(_l("Name"), Category.name),
        OneOf("active", _l("Shown to residents"), lambda: SHOWN, yes_no(Category.active)),
    )
    add_columns = edit_columns = ["name", "description", "art", "icon", "position", "active"]
    instead = _l("It can be hidden from residents instead.")
    hidden_by = "active"
    empty_text = _l("Residents see categories first: “Cleaning”, “Repairs”.")

    def __init__(self, **options: Any) -> None:
        self.add_form_extra_fields = self.edit_form_extra_fields = {
            "icon": fields.Drawing(_l("Icon"), ICONS, default="layers"),
            "art": fields.Drawing(_l("Drawing"), ART, art=True, description=self.description_columns["art"]),
        }
        super().__init__(**options)

    def links(self, item: Category) -> list[tuple[object, str, str]]:
        return [(_("Its services"), url_for("ServiceView.list", category=item.id), "layers")]

    def obstacles(self, item: Category) -> list[str]:
        return counting.in_use(services=Service.category_id == item.id)
