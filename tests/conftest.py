"""What every test may ask for: a database of its own, the app on it, a client, the stack, a browser.

One PostgreSQL a run; a template database is migrated and synced once, each test gets a copy (some 20 ms).
How the stack is started is in stack.py, how the browser is watched in browser.py.
"""

from __future__ import annotations

import contextvars
import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import scoped_session
from werkzeug.test import TestResponse

from app import clock, policy, settings
from app.config import Config, sqlalchemy_url
from app.extensions import db as database_extension
from app.factory import create_app
from app.postgres import Server
from app.security import sync
from models import User
from tests.jobs import run_until_empty
from tests.shared import FAILED, SECRET, session_cookie

TEMPLATE = "atrium_template"
#: Bytes that all tests need together, and as much again.
ROOM = 2 << 30

pytest_plugins = ["tests.stack", "tests.browser"]


#: Whoever asks for one of these starts processes or measures: beside another test it would be slow, or wrong.
HEAVY = {"live_server", "fork_servers", "start"}
ALONE = {"race", "test_run.py", "test_postgres.py"}


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Heavy tests are marked «alone», the others may run beside each other. So may journeys: what a browser shows is
    waited for (tests/browser.py), however busy the machine is. They come last: Playwright occupies the thread's event
    loop, and quick failures come first."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        heavy = HEAVY.intersection(fixtures) and "browser" not in fixtures
        if heavy or ALONE.intersection(item.path.parts):
            item.add_marker("alone")
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Let fixtures know how the test went, for a picture of the failure."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


# -- databases


@dataclass
class Databases:
    """The run's server, and which of its databases the app presently works on."""

    server: Server
    current: str = "postgres"

    def url(self, name: str) -> str:
        return f"{self.server.url.rpartition('/')[0]}/{name}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def copy(self, template: str, name: str) -> None:
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')

    def drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def scratch() -> Path | None:
    """Where the databases lie: in memory, if there is room. A database has hundreds of files, and a disk needs twenty
    times as long to copy them. None is the usual folder for temporary files."""
    memory = Path("/dev/shm")  # a folder with a name of its own is made in it
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return memory if roomy else None


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, scratch: Path | None) -> Iterator[Databases]:
    """A server that may forget: fsync is off. Its data lie in an open folder, which root's server needs."""
    with tempfile.TemporaryDirectory(prefix="atrium-test-", dir=scratch) as folder:
        Path(folder).chmod(0o755)
        state = tmp_path_factory.mktemp("postgres")
        with Server(state, data=Path(folder) / "data", durable=False) as server:
            yield Databases(server)


@pytest.fixture(scope="session")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="session")
def _app(databases: Databases, var: Path) -> Flask:
    """The run's one app. Its engine connects to whichever database the present test has."""
    databases.execute(f"CREATE DATABASE {TEMPLATE}")
    databases.current = TEMPLATE
    config = Config(
        database_url=sqlalchemy_url(databases.url(TEMPLATE)), secret_key=SECRET, var=var, rate_limits=False
    )
    app = create_app(config, TESTING=True, WTF_CSRF_ENABLED=False, SERVER_NAME=None)
    app.test_client_class = Client
    with app.app_context():

        @event.listens_for(database_extension.engine, "do_connect")
        def _follow(dialect: Any, record: Any, arguments: Any, parameters: dict[str, Any]) -> None:
            parameters["dbname"] = databases.current

        _migrate()
        sync(database_extension.session)
        database_extension.session.remove()
        database_extension.engine.dispose()
    return app


def _migrate() -> None:
    from flask_migrate import upgrade

    upgrade()


@pytest.fixture
def database(databases: Databases, _app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of this test's own database: migrated, with roles, else empty."""
    name = f"test_{os.getpid()}"
    databases.drop(name)
    databases.copy(TEMPLATE, name)
    databases.current = name
    _app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(databases.url(name))
    settings.forget()
    policy.forget_rights()
    yield databases.url(name)
    with _app.app_context():
        database_extension.engine.dispose()
    databases.drop(name)


# -- the app


@pytest.fixture
def app(_app: Flask, database: str) -> Iterator[Flask]:
    """The app on this test's database, with its context pushed: actions and queries can be called."""
    with _app.app_context():
        yield _app
        database_extension.session.remove()


@pytest.fixture
def db(app: Flask) -> scoped_session[Any]:
    """The session that actions use."""
    session: scoped_session[Any] = database_extension.session
    return session


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Move this process's clock: later(seconds) from now on."""
    real = clock.now

    def shift(seconds: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(seconds=seconds))

    return shift


class Client(FlaskClient):
    """A browser without a page. Each request runs in a context of its own, as on a server.

    What the test has not committed is committed first, and what it holds is read anew afterwards, so that the
    test and the request see each other's work.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        database_extension.session.commit()
        kwargs.setdefault("buffered", True)  # closes the files that are sent
        response = contextvars.Context().run(super().open, *args, **kwargs)
        database_extension.session.expire_all()
        return response


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[[User], FlaskClient]:
    """`sign_in(user)` → a client of his own, as after a sign-in."""

    def make(user: User) -> FlaskClient:
        database_extension.session.commit()
        client = app.test_client()
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], session_cookie(app, user))
        return client

    return make


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], None]:
    """`run_jobs()` does every job that is due, now; a job that fails fails the test."""

    def run() -> None:
        database_extension.session.commit()
        contextvars.Context().run(run_until_empty, app)
        database_extension.session.expire_all()

    return run


@pytest.fixture
def count_statements(app: Flask) -> Callable[[int], AbstractContextManager[list[str]]]:
    """`with count_statements(12):` fails if more SQL statements were sent; they are listed."""

    @contextmanager
    def counted(most: int) -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        engine: Engine = database_extension.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)
        listed = "\n\n".join(f"{number}. {statement}" for number, statement in enumerate(seen, 1))
        assert len(seen) <= most, f"{len(seen)} SQL statements, at most {most} wanted:\n\n{listed}"

    return counted
