"""What every page of the administration has in common: its door, its frame, its redirects."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder.hooks import before_request

from app import policy
from app.extensions import db
from app.permissions import P
from views.admin import menu
from views.context import actor, in_russian, signed_in

#: The pair of Flask-AppBuilder permissions that guard a page: (class_permission_name, "read" or "write").
READ, WRITE = "read", "write"


class Page:
    """Mix into Flask-AppBuilder's views. `key` names the page's row in the menu."""

    key = ""

    @before_request  # type: ignore[untyped-decorator]
    def door(self) -> ResponseReturnValue | None:
        """Strangers go to the sign-in page; the administration itself needs a right of its own."""
        if (answer := signed_in(lambda: None)()) is not None:
            return answer
        policy.require(db.session, actor(), P.ADMIN)
        return None

    # Flask-AppBuilder keeps one history of pages for all tabs of a browser, and goes back to where another tab was.
    def update_redirect(self) -> None:
        """No shared history."""

    def get_redirect(self) -> str:
        """The page's own first view, with the filters that the reader came from."""
        address = url_for(f"{self.endpoint}.{self.default_view}")  # type: ignore[attr-defined]
        return f"{address}?{query}" if (query := came_from()) else address

    def render_template(self, template: str, **context: Any) -> str:
        context.setdefault("page", menu.ITEMS.get(self.key))
        context.setdefault("view", self)
        context.setdefault("sections", lambda: menu.sections(db.session, actor()))
        return super().render_template(template, **context)  # type: ignore[misc,no-any-return]


def quoted(name: object) -> str:
    """A name to stand between quotation marks: the outer ones of Russian become inner ones, «ООО „Спектр“»."""
    return str(name).replace("«", "„").replace("»", "“") if in_russian() else str(name)


def came_from() -> str:
    """The query of the list that led here, taken apart and built anew, so that it can only become a query again."""
    return urlencode(parse_qsl(request.values.get("from", "")[:500]))
