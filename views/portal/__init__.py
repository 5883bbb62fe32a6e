"""The resident's pages: services, orders, notices. One blueprint; each module adds its own addresses."""

from __future__ import annotations

from flask import Flask

from views.portal import call, catalogue, notices, ordering, orders, places, registration, sos, support
from views.portal.base import portal

__all__ = [
    "call",
    "catalogue",
    "init_app",
    "notices",
    "ordering",
    "orders",
    "places",
    "registration",
    "sos",
    "support",
]


def init_app(app: Flask) -> None:
    """Register the resident's addresses."""
    app.register_blueprint(portal)
