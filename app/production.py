"""What a start refuses, production above all. Deployment settings themselves are in app/config.py."""

from __future__ import annotations

import psycopg

from app.config import Config, ConfigError, libpq_url, sqlalchemy_url

#: Why nobody can work with a database that does answer, or nothing.
_UNFIT = """
    SELECT CASE
      WHEN current_setting('server_version_num')::int < 150000
        THEN 'it is of PostgreSQL ' || current_setting('server_version') || ', Atrium needs 15 or newer'
      WHEN current_setting('server_encoding') <> 'UTF8'
        THEN 'its encoding is ' || current_setting('server_encoding') || ', Atrium needs UTF8'
      WHEN current_setting('transaction_read_only') = 'on' THEN 'it is read-only'
      WHEN current_schema() IS NULL OR NOT has_schema_privilege(current_schema(), 'CREATE')
        OR needed.missing > 0 AND NOT has_database_privilege(current_database(), 'CREATE')
        THEN current_user || ' may not create tables and extensions in it: let it be the owner'
      WHEN needed.missing > (SELECT count(*) FROM pg_available_extensions
          WHERE name IN ('pg_trgm', 'btree_gist') AND installed_version IS NULL)
        THEN 'its server lacks pg_trgm and btree_gist: install the contrib package of PostgreSQL'
    END
    FROM (SELECT 2 - count(*) AS missing FROM pg_extension WHERE extname IN ('pg_trgm', 'btree_gist')) AS needed
"""


def check_database(url: str) -> None:
    """Raises ConfigError with one clear line if nobody can work with this DATABASE_URL."""
    try:
        with psycopg.connect(libpq_url(sqlalchemy_url(url)), connect_timeout=5) as connection:
            (reason,) = connection.execute(_UNFIT).fetchone() or ("it says nothing",)
    except psycopg.OperationalError as error:
        lines = str(error).strip().splitlines() or ["?"]
        raise ConfigError(f"DATABASE_URL does not work: {lines[0]}") from error
    except psycopg.Error as error:  # its text would repeat parts of the address, perhaps the password
        raise ConfigError("DATABASE_URL must look like postgresql://user:password@host:5432/name") from error
    if reason:
        text = reason if isinstance(reason, str) else reason.decode()  # SQL_ASCII has no text for psycopg
        raise ConfigError(f"DATABASE_URL does not work: {text}")


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
