"""The staff at work: the queue with its filters, an order, calls of help, the choices of people, the export."""

from __future__ import annotations

from flask import Flask

from views.desk import alarms, choices, duty, export, order, queue, reports, steps, watch
from views.desk.blueprint import blueprint

__all__ = ["blueprint", "init_app"]


def init_app(app: Flask) -> None:
    """Register the blueprint; its pages live in the modules named here."""
    for part in (queue, order, alarms, choices, export, duty, steps, watch, reports):
        assert part.blueprint is blueprint
    app.register_blueprint(blueprint)
