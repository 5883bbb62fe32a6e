"""HTTP, one package an audience: portal (residents), desk (staff), admin (reference data), public (no sign-in)."""

from __future__ import annotations

from flask import Flask
from flask_appbuilder import AppBuilder

from views import (
    admin,
    alarm_bar,
    chat,
    context,
    desk,
    errors,
    files,
    headers,
    live,
    pair,
    portal,
    practice,
    public,
)


def register_views(app: Flask, builder: AppBuilder) -> None:
    """Everything that answers a URL or a socket."""
    headers.init_app(app)
    context.init_app(app)
    alarm_bar.init_app(app)
    errors.init_app(app)
    for part in (public, portal, practice, pair, desk, chat, files):
        part.init_app(app)
    live.init_app(app)
    admin.init_app(builder)
    # Nearly every template speaks with these macros: they are looked up once, not at each {% import %}.
    app.jinja_env.globals["ui"] = app.jinja_env.get_template("parts/ui.html").module
    app.jinja_env.globals["sos"] = app.jinja_env.get_template("parts/sos.html").module
