"""flask bench-data: fills a database with any number of orders, fast, for measuring. The SQL is in bench_sql.

Content comes from the demo: its catalogue, its forms filled in, its sentences. Everything is one transaction: indexes
are dropped, rows are made inside the database, indexes come back; an error leaves nothing behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from app import bench_sql as sql
from app import clock, demo
from app.bench_names import names
from app.demo import forms, people, places, plot, reference, scripts
from app.demo.cases import CASES
from app.demo.load import MARKER
from app.demo.timeline import WorkingTime
from app.permissions import EMPLOYEE, EXECUTOR, RESIDENT, TENANT_ADMIN
from app.queries import places as place_queries
from models import FieldKind, Place, Service, Setting, User

#: Orders that one statement makes.
_CHUNK = 100_000
#: Whose orders are counted first: the demo's people get the most.
_ORDERS_PER_PERSON = 20
_ORDERS_PER_COMPANY = 2_500
_ORDERS_PER_EXECUTOR = 5_000

Echo = Callable[[str], None]


def fill(session: Session, orders: int, echo: Echo = lambda _line: None) -> None:
    """Add `orders` orders with people, threads, messages, journal, notices and read marks, and tell the planner.

    An empty database first gets the demo's places, people and catalogue. Commits once. Raises RuntimeError for a
    database with data of somebody's own.
    """
    started = perf_counter()
    if demo.is_empty(session):
        session.add(Setting(name=MARKER, value=clock.now().isoformat()))
        reference.write(session)
    elif not demo.is_loaded(session):
        raise RuntimeError("bench data is for a database that is empty or has the demo data")
    with force_locale("ru"):
        filler = _Filler(session, orders, echo)
        filler.run()
    session.commit()
    with session.connection().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
        own.execute(text("VACUUM (ANALYZE)"))
    echo(f"{orders:,} orders in {perf_counter() - started:.0f} s")


class _Filler:
    def __init__(self, session: Session, orders: int, echo: Echo) -> None:
        self._session = session
        self._orders = orders
        self._echo = echo
        self._started = perf_counter()
        self._now = clock.now()

    def run(self) -> None:
        self._prepare()
        with _no_indexes(self._session.connection(), self._say):
            self._people()
            self._texts()
            first = self._session.scalar(text(sql.FIRST)) or 0
            for low in range(1, self._orders + 1, _CHUNK):
                self._chunk(low, min(low + _CHUNK - 1, self._orders), first)
            self._do("numbers", sql.SEQUENCES)

    def _prepare(self) -> None:
        """The triggers of foreign keys would take most of the time; who may not switch them off, waits for them."""
        self._do("", sql.SETTINGS)
        if self._session.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
            self._do("", "SET LOCAL session_replication_role = replica")

    def _people(self) -> None:
        executors = max(4, self._orders // _ORDERS_PER_EXECUTOR)
        numbers = {
            "people": max(50, self._orders // _ORDERS_PER_PERSON),
            "companies": max(5, self._orders // _ORDERS_PER_COMPANY),
            "executors": executors,
            "teams": max(2, executors // 10),
            "names": json.dumps(names(), ensure_ascii=False),
            "password": self._session.scalar(
                select(User.password).where(User.password.is_not(None)).limit(1)
            ),
            "resident": RESIDENT,
            "employee": EMPLOYEE,
            "tenant_admin": TENANT_ADMIN,
            "executor": EXECUTOR,
            "domain": people.DOMAIN,
        }
        self._do("people", sql.PEOPLE, **numbers)

    def _texts(self) -> None:
        """Forms that were filled in, and sentences: what full-text search has to chew is chewed here once."""
        self._do("", sql.TEXT_TABLES)
        self._session.execute(text(sql.FORM), list(self._forms()))
        self._session.execute(text(sql.SENTENCE), [{"words": words} for words in _sentences()])
        self._do("texts", sql.CHEW)

    def _forms(self) -> Iterator[dict[str, Any]]:
        """The demo's orders as patterns: what was answered, and where in it a free text may stand."""
        services = {service.name: service for service in self._session.scalars(select(Service)).unique()}
        titles = place_queries.full_names(self._session)
        by_name = dict(self._session.execute(select(Place.name, Place.id)).all())
        ids = {place.key: by_name[place.name] for place in places.PLACES}
        time = WorkingTime(self._now, ZoneInfo(places.ZONE))
        for order in plot.orders(time.now):
            story = order.story
            service = services[story.service.name]
            given = forms.answered(story, time, service.fields, ids, files={}, names=titles)
            place_id = next((a["value"] for a in given if a["kind"] == FieldKind.PLACE), None)
            free = next((i for i, a in enumerate(given) if a["kind"] == FieldKind.LONG_TEXT), None)
            yield {
                "service_id": service.id,
                "kind": service.kind,
                "title": service.name,
                "hello": service.first_message,
                "place_id": place_id,
                "place_name": titles[place_id] if place_id else "",
                "answers": json.dumps(given, ensure_ascii=False),
                "free": free,
            }

    def _chunk(self, low: int, high: int, first: int) -> None:
        span = {"low": low, "high": high, "first": first, "orders": self._orders, "now": self._now}
        for statement in sql.CHUNK:
            self._do("", statement, **span)
        self._say(f"{high:,} orders")

    def _do(self, what: str, statement: str, **values: Any) -> None:
        for part in statement.split(";\n"):
            if part.strip():
                asked = set(re.findall(r"(?<!:):(\w+)", part))
                self._session.execute(text(part), {name: values[name] for name in asked})
        if what:
            self._say(what)

    def _say(self, what: str) -> None:
        self._echo(f"{perf_counter() - self._started:6.1f} s  {what}")


@contextmanager
def _no_indexes(connection: Connection, echo: Echo) -> Iterator[None]:
    """Within it the big tables have only the indexes of their constraints; after it the others are made anew."""
    rows = connection.execute(text(sql.INDEXES), {"tables": list(sql.BIG_TABLES)})
    definitions: dict[str, str] = dict(rows.all())
    for name in definitions:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    yield
    for name, definition in definitions.items():
        connection.exec_driver_sql(definition)
        echo(f"index {name}")


def _sentences() -> list[str]:
    """What the demo's people write, each once."""
    said = (event.text for case in CASES for event in scripts.read(case.script) if event.text)
    return sorted({words for words in said if "{" not in words})
