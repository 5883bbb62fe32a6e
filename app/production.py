"""What a start in production refuses. Deployment settings themselves are in app/config.py."""

from __future__ import annotations

import psycopg

from app.config import Config, ConfigError, libpq_url


def check(config: Config) -> None:
    """Raises ConfigError if this is production on a database with demo data: its accounts have a known password.

    A database that is empty or does not answer has none; whoever needs it will say so.
    """
    if not config.production:
        return
    try:
        with psycopg.connect(libpq_url(config.database_url), connect_timeout=5) as connection:
            known = connection.execute("SELECT to_regclass('settings')").fetchone()
            if known == (None,):
                return
            demo = connection.execute("SELECT 1 FROM settings WHERE name = 'demo_loaded'").fetchone()
    except psycopg.OperationalError:
        return
    if demo:
        raise ConfigError(
            "this database holds demo data, whose passwords everybody knows: give production another"
        )
