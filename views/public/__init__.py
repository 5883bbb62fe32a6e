"""Pages for everybody: sign-in and sign-up, resets, the own profile; and what browsers and watchdogs ask for."""

from __future__ import annotations

from flask import Flask
from flask_babel import get_locale

from app import timezones
from views.public import browsers, gate, invitations, limits, passwords, profile, profiles
from views.public.base import auth, public

__all__ = ["browsers", "gate", "init_app", "invitations", "passwords", "profile", "profiles"]


def init_app(app: Flask) -> None:
    """Register the addresses, the counters of attempts, and what layouts need to ask for the time zone."""
    limits.init_app(app)
    app.register_blueprint(auth)
    app.register_blueprint(public)
    app.jinja_env.globals.update(
        offsets=timezones.OFFSETS, zone_label=lambda name: timezones.label(name, str(get_locale()))
    )
