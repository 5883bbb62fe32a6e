"""Databases with many orders for the benchmarks (made by bench-data, once a run), and the stopwatch."""

from __future__ import annotations

import contextvars
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app import bench_data, policy, settings
from app.config import sqlalchemy_url
from app.extensions import db
from models import User
from tests.conftest import TEMPLATE, Databases
from tests.shared import session_cookie

SMALL = 10_000
#: A quick try: ATRIUM_BENCH_ORDERS=50000 make bench
LARGE = int(os.environ.get("ATRIUM_BENCH_ORDERS", "1000000"))
#: A machine has neighbours: each address is asked in several passes over all of them, and the quietest one counts.
#: The first rounds of each are not counted: PostgreSQL settles on the plan of a statement at its tenth execution.
PASSES, ROUNDS, WARMING = 4, 30, 12

Filled = Callable[[int], AbstractContextManager[Flask]]


@pytest.fixture(scope="session")
def filled(databases: Databases, _app: Flask) -> Filled:
    """`with filled(LARGE):` works on a database with so many orders."""

    @contextmanager
    def use(orders: int) -> Iterator[Flask]:
        name, before = f"bench_{orders}", databases.current
        missing = not _has(databases, name)
        if missing:
            databases.copy(TEMPLATE, name)
        _turn_to(_app, databases, name)
        with _app.app_context():
            if missing:
                bench_data.fill(db.session, orders, print)
            yield _app
            db.session.remove()
        _turn_to(_app, databases, before)

    return use


def _has(databases: Databases, name: str) -> bool:
    import psycopg

    with psycopg.connect(databases.url("postgres")) as connection:
        return (
            connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None
        )


def _turn_to(app: Flask, databases: Databases, name: str) -> None:
    databases.current = name
    app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(databases.url(name))
    with app.app_context():
        db.engine.dispose()
    settings.forget()
    policy.forget_rights()


def person(email: str) -> User:
    """One of the demo's people, by the name before the @."""
    return db.session.scalars(select(User).where(User.email.startswith(f"{email}@"))).one()


def browser_of(app: Flask, user: User) -> FlaskClient:
    # Not the tests' client: what it does around a request would be measured with it.
    client = FlaskClient(app, app.response_class)
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], session_cookie(app, user))
    return client


@dataclass(frozen=True)
class Figure:
    """Milliseconds of server time, statements and bytes of one address."""

    median: float
    p95: float
    statements: int
    size: int


def measure_all(found: dict[str, Figure], addresses: Mapping[str, tuple[FlaskClient, str]]) -> None:
    """One pass over all addresses: `found` keeps the figures of each one's quietest pass."""
    for name, (client, address) in addresses.items():
        figure = measure(client, address)
        found[name] = min(found.get(name, figure), figure, key=lambda one: one.median)


def measure(client: FlaskClient, address: str) -> Figure:
    """Ask ROUNDS times, after those that warm the caches."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    times: list[float] = []
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for number in range(WARMING + ROUNDS):
            seen.clear()
            started = perf_counter()
            answer = contextvars.Context().run(client.get, address)
            if number >= WARMING:
                times.append((perf_counter() - started) * 1000)
            assert answer.status_code == 200, f"{address}: {answer.status_code}"
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return Figure(median(times), quantiles(times, n=20)[-1], len(seen), len(answer.data))
