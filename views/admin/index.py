"""The administrator's first page."""

from __future__ import annotations

from flask_appbuilder import IndexView


class AdminIndex(IndexView):  # type: ignore[misc]
    route_base = "/admin"
