"""Deployment settings from the environment. What an administrator changes in the browser is in app/settings.py."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"ru": {"flag": "ru", "name": "Русский"}, "en": {"flag": "gb", "name": "English"}}


class ConfigError(Exception):
    """The environment is not usable; the text is one line for the operator."""


@dataclass(frozen=True)
class Config:
    """Everything that differs between installations."""

    database_url: str
    secret_key: str
    #: Opens the documents of clients; kept apart from the database and from its backups. Lost, they are lost.
    documents_key: bytes = field(repr=False, default_factory=lambda: secrets.token_bytes(32))
    production: bool = False
    var: Path = ROOT / "var"
    #: Public address, for links in mails.
    base_url: str = "http://127.0.0.1:8080"
    #: smtp://user:password@host:587?tls=1 · "file" writes into var/mail · "console" prints.
    mail: str = "file"
    mail_from: str = "Atrium <no-reply@localhost>"
    #: Connections that each process may hold.
    pool_size: int = 20
    #: Proxies in front whose X-Forwarded-* headers are believed.
    proxies: int = 0
    rate_limits: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Config:
        """The configuration that the environment describes. Raises ConfigError with one clear line."""
        env = os.environ if env is None else env
        production = env.get("ATRIUM_ENV", "") == "production"
        var = Path(env.get("ATRIUM_VAR", str(ROOT / "var")))
        url = env.get("DATABASE_URL", "")
        if not url:
            raise ConfigError("DATABASE_URL is not set; `make run` starts a database of its own")
        return cls(
            database_url=sqlalchemy_url(url),
            secret_key=env.get("SECRET_KEY") or _kept_secret(var / "secret-key", "SECRET_KEY", production),
            documents_key=_documents_key(
                env.get("ATRIUM_DOCUMENTS_KEY")
                or _kept_secret(var / "documents-key", "ATRIUM_DOCUMENTS_KEY", production)
            ),
            production=production,
            var=var,
            base_url=env.get("ATRIUM_BASE_URL", "http://127.0.0.1:8080").rstrip("/"),
            mail=_mail(env.get("ATRIUM_MAIL") or "file"),
            mail_from=env.get("ATRIUM_MAIL_FROM", "Atrium <no-reply@localhost>"),
            pool_size=_whole(env, "ATRIUM_POOL_SIZE", 20),
            proxies=_whole(env, "ATRIUM_PROXIES", 0),
            rate_limits=env.get("ATRIUM_RATE_LIMITS", "1") != "0",
        )

    @property
    def uploads(self) -> Path:
        return self.var / "uploads"

    def flask(self) -> dict[str, Any]:
        """The settings under the names that Flask and its extensions know."""
        return {
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": {
                "pool_size": self.pool_size,
                "max_overflow": 10,
                "pool_timeout": 10,
            },
            "ATRIUM": self,
            "APP_NAME": "Atrium",
            "LANGUAGES": LANGUAGES,
            "BABEL_DEFAULT_LOCALE": "ru",
            "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
            "AUTH_ROLE_ADMIN": "System operator",
            "AUTH_ROLE_PUBLIC": "Public",
            "FAB_CREATE_DB": False,
            "FAB_UPDATE_PERMS": False,
            "FAB_ADD_SECURITY_API": False,
            "FAB_API_SWAGGER_UI": False,
            "FAB_API_MAX_PAGE_SIZE": 100,
            "FAB_INDEX_VIEW": "views.admin.index.AdminIndex",
            "FAB_BASE_TEMPLATE": "appbuilder/atrium.html",
            "RATELIMIT_ENABLED": self.rate_limits,
            "RATELIMIT_STORAGE_URI": "memory://",
            # The prefix binds the cookie to this host and to https; browsers refuse it over plain http.
            "SESSION_COOKIE_NAME": "__Host-atrium" if self.production else "atrium",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.production,
            # No Set-Cookie on every answer: those of static files are for shared caches too.
            "SESSION_REFRESH_EACH_REQUEST": False,
            "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
            "WTF_CSRF_TIME_LIMIT": None,
            # The form's text fields; files have limits of their own in app/storage.py.
            "MAX_FORM_MEMORY_SIZE": 1_000_000,
            "MAX_CONTENT_LENGTH": 120 * 1024 * 1024,
            **self.extra,
        }


def sqlalchemy_url(url: str) -> str:
    """A postgres URL of any common spelling, for SQLAlchemy with psycopg 3. Raises ConfigError."""
    scheme, sep, rest = url.partition("://")
    if not sep or scheme not in {"postgres", "postgresql", "postgresql+psycopg"} or not rest:
        raise ConfigError("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    return f"postgresql+psycopg://{rest}"


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    """A whole number from the environment. Raises ConfigError."""
    try:
        return int(env.get(name, default))
    except ValueError:
        raise ConfigError(f"{name} must be a whole number, not {env[name]!r}") from None


def _mail(value: str) -> str:
    """A way to send mails that app/delivery/mail.py knows. Raises ConfigError, without the password."""
    with suppress(ValueError):  # of a port that is none
        url = urlsplit(value)
        if value in {"file", "console"} or (
            url.scheme in {"smtp", "smtps"} and url.hostname and url.port != 0
        ):
            return value
    raise ConfigError("ATRIUM_MAIL must be smtp://user:password@host:587?tls=1, smtps://…, file or console")


def libpq_url(url: str) -> str:
    """The same address as libpq, psycopg and pg_dump read it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _documents_key(text: str) -> bytes:
    """32 bytes of what was given, whatever its length. Raises ConfigError for what could be guessed."""
    if len(text) < 32:
        raise ConfigError("ATRIUM_DOCUMENTS_KEY must have at least 32 signs, made by chance")
    return hashlib.sha256(text.encode()).digest()


def _kept_secret(path: Path, name: str, production: bool) -> str:
    """The secret in a file of `var`, made on the first start. Several processes may start at once: first one wins."""
    try:
        if not path.exists():
            if production:
                raise ConfigError(f"{name} is not set and {path} does not exist")
            _make_secret(path)
        return path.read_text().strip()
    except OSError as error:
        raise ConfigError(f"cannot keep {path.name} in {path.parent}: {error.strerror}") from error


def _make_secret(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(48))
    with suppress(FileExistsError):
        os.link(fresh, path)  # whole or not at all: nobody reads half a key
    fresh.unlink()
