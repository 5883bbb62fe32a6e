"""Requests that read work without a transaction; what they do, they do in one."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text

from app.actions.base import action
from app.errors import Invalid
from app.extensions import db
from models import Category
from tests import factories as make

STATE = text("SELECT state FROM pg_stat_activity WHERE pid = :pid")


@pytest.fixture
def reading(app: Flask) -> Any:
    session = db.session()
    session.reads = True
    yield session
    session.reads = False


def test_a_page_leaves_nothing_open(reading: Any) -> None:
    pid = reading.scalar(text("SELECT pg_backend_pid()"))
    with db.engine.connect() as other:
        assert other.scalar(STATE, {"pid": pid}) == "idle"


def test_an_action_in_a_page_has_a_transaction(reading: Any) -> None:
    """All of it or nothing, and afterwards the page reads on."""

    @action
    def rename(name: str, fails: bool) -> None:
        assert not reading.reads
        db.session.add(Category(name=name))
        db.session.flush()
        if fails:
            raise Invalid({"name": "no"})

    rename("Уборка", fails=False)
    assert reading.reads
    with pytest.raises(Invalid):
        rename("Ремонт", fails=True)
    assert reading.reads
    assert reading.scalars(select(Category.name)).all() == ["Уборка"]


def test_pages_are_planned_once(sign_in: Any) -> None:
    """What a page asks stays prepared on its connection from one request to the next."""
    client = sign_in(make.resident())
    for _ in range(12):
        assert client.get("/orders").status_code == 200
    kept = db.session.execute(text("SELECT statement, generic_plans FROM pg_prepared_statements")).all()
    assert [row for row in kept if "ab_user" in row.statement and row.generic_plans]
    assert [row for row in kept if "orders" in row.statement and row.generic_plans]


def test_a_connection_that_the_server_has_closed_is_not_handed_out(app: Flask) -> None:
    """After a restart of PostgreSQL the first page works, not the second."""
    gone = [db.engine.connect() for _ in range(3)]
    pids = [connection.scalar(text("SELECT pg_backend_pid()")) for connection in gone]
    for connection in gone:
        connection.close()
    with psycopg.connect(
        db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as other:
        for pid in pids:
            assert other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,)).fetchone() == (True,)
    for _ in pids:
        with db.engine.connect() as connection:
            assert connection.scalar(text("SELECT pg_backend_pid()")) not in pids
