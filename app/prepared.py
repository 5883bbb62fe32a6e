"""Whether a database was already prepared by this very code, so that a start need not do it again (`make run`).

The note is a row of the database itself: a restored backup brings its own, which names the code of then. What
preparing is: app/cli.py.
"""

from __future__ import annotations

import hashlib
import json
import os

import psycopg

from app.config import ROOT, libpq_url

_CODE = ("app/**/*.py", "models/**/*.py", "requirements/run.txt")
_NAME = "prepared"
_RECALL = """
    SELECT value ->> 'accounts' FROM settings WHERE name = %s AND value ->> 'code' = %s
    AND (value ->> 'accounts' = '' OR EXISTS (SELECT FROM settings WHERE name = 'demo_loaded'))
"""
_REMEMBER = """
    INSERT INTO settings (name, value) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""


def code() -> str:
    """What `flask prepare` depends on, as one short text."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in _CODE for path in ROOT.glob(pattern)):
        digest.update(path.read_bytes())
    for name in ("ATRIUM_DEMO", "ATRIUM_ENV"):
        digest.update(f"{name}={os.environ.get(name, '')}".encode())
    return digest.hexdigest()


def recall(url: str, code: str) -> str | None:
    """What the preparation by this code printed, or None if it is not the last that was done."""
    try:
        with psycopg.connect(libpq_url(url)) as connection:
            row = connection.execute(_RECALL, (_NAME, code)).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return str(row[0]) if row else None


def remember(url: str, code: str, accounts: str) -> None:
    """To be called when `flask prepare` has ended well."""
    with psycopg.connect(libpq_url(url)) as connection:
        connection.execute(_REMEMBER, (_NAME, json.dumps({"code": code, "accounts": accounts})))
