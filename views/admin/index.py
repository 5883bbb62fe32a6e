"""The administrator's first page: what there is to keep in order, by the reader's rights."""

from __future__ import annotations

from typing import ClassVar

from flask_appbuilder import IndexView, expose

from app.extensions import db
from views.admin import menu
from views.admin.pages import Page
from views.context import actor


class AdminIndex(Page, IndexView):  # type: ignore[misc]  # Flask-AppBuilder is untyped
    """The door of `Page` is its only guard: the right to open the administration."""

    route_base = "/admin"
    exclude_route_methods: ClassVar[set[str]] = set()

    @expose("/")  # type: ignore[untyped-decorator]
    def index(self) -> str:
        return self.render_template(
            "admin/index.html", counts=menu.counts(db.session, actor()), most=menu.MOST
        )
