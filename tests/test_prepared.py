"""The note that spares a start the preparation: only for the same code on the same database."""

from __future__ import annotations

import psycopg
import pytest

from app import prepared


def test_an_empty_database_was_never_prepared(databases) -> None:  # type: ignore[no-untyped-def]
    assert prepared.recall(databases.url("postgres"), "code") is None


def test_only_the_last_code_counts(database: str) -> None:
    assert prepared.recall(database, "old") is None
    prepared.remember(database, "old", "")
    assert prepared.recall(database, "old") == ""
    prepared.remember(database, "new", "")
    assert prepared.recall(database, "new") == ""
    assert prepared.recall(database, "old") is None


def test_accounts_are_shown_only_while_the_demo_data_are_there(database: str) -> None:
    prepared.remember(database, "code", "somebody\tResident")
    assert prepared.recall(database, "code") is None
    with psycopg.connect(database) as connection:
        connection.execute("INSERT INTO settings (name, value) VALUES ('demo_loaded', 'true')")
    assert prepared.recall(database, "code") == "somebody\tResident"


def test_the_code_is_what_preparing_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    before = prepared.code()
    assert prepared.code() == before
    monkeypatch.setenv("ATRIUM_DEMO", "0")
    assert prepared.code() != before
