"""The resident's pages: services, orders, notices, appointments. One blueprint; each module adds its own addresses."""

from __future__ import annotations

from flask import Flask

from views.portal import (
    asking,
    call,
    catalogue,
    meetings,
    notices,
    ordering,
    orders,
    packages,
    places,
    providers,
    registration,
    sos,
    support,
)
from views.portal.base import portal

__all__ = [
    "asking",
    "call",
    "catalogue",
    "init_app",
    "meetings",
    "notices",
    "ordering",
    "orders",
    "packages",
    "places",
    "providers",
    "registration",
    "sos",
    "support",
]


def init_app(app: Flask) -> None:
    """Register the resident's addresses."""
    app.register_blueprint(portal)
