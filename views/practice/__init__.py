"""The pages of specialists and organizations. One blueprint; each module adds its own addresses."""

from __future__ import annotations

from flask import Flask

from app.errors import NotFound
from views.practice import (
    absences,
    appointment,
    booking,
    calendar,
    clients,
    ended,
    hours,
    invitations,
    offers,
    packages,
    payments,
    profile,
    sales,
    team,
    terms,
    today,
)
from views.practice.base import practice

__all__ = [
    "absences",
    "appointment",
    "booking",
    "calendar",
    "clients",
    "ended",
    "hours",
    "init_app",
    "invitations",
    "offers",
    "packages",
    "payments",
    "profile",
    "sales",
    "team",
    "terms",
    "today",
]


def init_app(app: Flask) -> None:
    """Register the provider's addresses."""
    app.register_blueprint(practice)
    app.register_error_handler(NotFound, ended.not_found)
