"""Reference data for administrators, by Flask-AppBuilder."""

from __future__ import annotations

from flask_appbuilder import AppBuilder


def init_app(builder: AppBuilder) -> None:
    """Register the views of this package."""
