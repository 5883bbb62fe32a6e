"""create_app(): the composition root, the one file that knows every part."""

from __future__ import annotations

from typing import Any

import click
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import models  # noqa: F401  # maps every table before anything asks for one
from app import assets, cli, production
from app.config import ROOT, Config, ConfigError
from app.extensions import db, migrate, socketio
from app.security import Builder, Security
from app.storage import Safe, Storage
from app.vault import Vault
from views import frugal, register_views


def create_app(config: Config | None = None, **overrides: Any) -> Flask:
    """The WSGI application. `overrides` are Flask settings. Raises ConfigError if the environment is not usable; a
    command says so in one line."""
    try:
        config = config or Config.from_env()
        production.check(config)
    except ConfigError as error:
        if click.get_current_context(silent=True):
            raise click.ClickException(str(error)) from None
        raise
    app = Flask(
        "app",
        root_path=str(ROOT / "app"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "app" / "static"),
    )
    app.config.update(config.flask() | overrides)
    if config.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies
        )
    app.extensions["storage"] = Storage(config.uploads)
    app.extensions["safe"] = Safe(app.extensions["storage"], Vault(config.documents_key))
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "models" / "migrations"), compare_type=True)
    assets.init_app(app)
    with app.app_context():
        # On the instance, within a context: a second app in the tests gets views and a menu of its own.
        builder = Builder(security_manager_class=Security)
        builder.init_app(app, db.session)
        register_views(app, builder)
    socketio.init_app(app, **_socket_options())
    frugal.init_app(app)
    cli.init_app(app)
    return app


def _socket_options() -> dict[str, Any]:
    """gevent where the server has patched the machine for it, threads in commands and tests."""
    from gevent import monkey

    return {
        "async_mode": "gevent" if monkey.is_module_patched("socket") else "threading",
        "transports": ["websocket"],
        # A dead phone is noticed after 25 s at the latest.
        "ping_interval": 15,
        "ping_timeout": 10,
        "max_http_buffer_size": 4096,
        "cookie": None,
    }
