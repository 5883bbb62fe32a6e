"""Every address and every socket subject × every role × own and foreign things. The table is in matrix.py."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient
from sqlalchemy.orm import Session

from app import policy, settings
from app.config import sqlalchemy_url
from app.extensions import db as extension
from app.extensions import socketio
from app.storage import Storage
from tests.conftest import TEMPLATE, Databases
from tests.views import world as worlds
from tests.views.matrix import ROWS, SUBJECTS, Row
from tests.views.world import EVERYBODY, PEOPLE, STRANGER, World

WORLD = "atrium_world"


@pytest.fixture(scope="module")
def site(_app: Flask) -> Flask:
    """The app, without a database or context of this test's own."""
    return _app


@pytest.fixture(scope="module")
def world(site: Flask, databases: Databases) -> Iterator[World]:
    """Made once for all rows, in a database of its own."""
    databases.drop(WORLD)
    databases.copy(TEMPLATE, WORLD)
    _use(site, databases, WORLD)

    def build() -> World:
        with site.app_context():
            return worlds.build(site)

    yield contextvars.Context().run(build)
    _use(site, databases, TEMPLATE)
    databases.drop(WORLD)


def _use(app: Flask, databases: Databases, name: str) -> None:
    with app.app_context():
        extension.engine.dispose()
    databases.current = name
    app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(databases.url(name))
    settings.forget()
    policy.forget_rights()


@pytest.fixture
def nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests write but never commit: when one ends, its session is closed and all is as it was."""
    monkeypatch.setattr(Session, "commit", Session.flush)
    monkeypatch.setattr(Storage, "remove", lambda _storage, _file_id: None)


def client_of(app: Flask, world: World, who: str) -> FlaskClient:
    client = FlaskClient(app, app.response_class)
    if who in world.cookies:
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], world.cookies[who])
    return client


def ask(app: Flask, world: World, row: Row, who: str) -> int:
    with app.test_request_context():
        address = url_for(row.endpoint, **row.path(world, who))
    answer = client_of(app, world, who).open(
        address,
        method=row.method,
        data=row.data(world, who),
        headers={"Accept": "text/html"} | row.headers,
        buffered=True,
    )
    return answer.status_code


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row(site: Flask, world: World, nothing_stays: None, row: Row) -> None:
    given = {who: ask(site, world, row, who) for who in EVERYBODY}
    wrong = {
        who: f"{status}, not {row.answers[who]}"
        for who, status in given.items()
        if status != row.answers[who]
    }
    assert not wrong


def test_every_address_has_a_row(site: Flask) -> None:
    """A new address without a rule fails here."""
    known = {(row.endpoint, row.method) for row in ROWS}
    there = {
        (rule.endpoint, method)
        for rule in site.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert there - known == set(), "give these a row in tests/views/matrix.py"
    assert known - there == set(), "these are gone"


# -- sockets


@pytest.fixture
def connect(
    site: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], SocketIOTestClient]:
    """`connect("owner")` → a socket with the cookie of that person, by the app's own handlers."""
    monkeypatch.setitem(site.extensions, "listen", lambda: None)

    def make(who: str) -> SocketIOTestClient:
        return socketio.test_client(site, flask_test_client=client_of(site, world, who))

    return make


def rooms_of(client: SocketIOTestClient) -> set[str]:
    sid = socketio.server.manager.sid_from_eio_sid(client.eio_sid, "/")
    return set(socketio.server.rooms(sid, "/")) - {sid}


def words(world: World, who: str) -> dict[str, int]:
    return {
        "x": world.order["number"],
        "own": world.own_order[who]["number"],
        "owner": world.people["owner"],
        "alarm": world.alarm["alarm"],
        "pair": world.rows["pair"],
        "provider": world.rows["provider"],
        "team": world.rows["team"],
        "other_team": world.rows["other_team"],
    }


@pytest.mark.parametrize("subject", SUBJECTS)
def test_subject(world: World, connect: Callable[[str], SocketIOTestClient], subject: str) -> None:
    wrong = {}
    for who in PEOPLE:
        names = words(world, who)
        asked = subject.format(**names)
        client = connect(who)
        heard = client.emit("subscribe", [asked], callback=True)
        wanted = {room.format(**names) for room in SUBJECTS[subject].get(who, ())}
        if rooms_of(client) != wanted | {f"user:{world.people[who]}"} or heard != ([asked] if wanted else []):
            wrong[who] = (heard, rooms_of(client), wanted)
        client.emit("unsubscribe", [asked])
        assert rooms_of(client) == {f"user:{world.people[who]}"}
        client.disconnect()
    assert not wrong


def test_strangers_have_no_socket(connect: Callable[[str], SocketIOTestClient]) -> None:
    assert not connect(STRANGER).is_connected()


@pytest.mark.parametrize(
    "sent", [None, "order:1", 7, {"order": 1}, [None], [["order:1"]], ["order:1"] * 1000]
)
def test_nonsense_by_socket(connect: Callable[[str], SocketIOTestClient], sent: object) -> None:
    client = connect("other")
    assert client.emit("subscribe", sent, callback=True) == []
    assert len(rooms_of(client)) == 1
    client.disconnect()


def test_every_socket_event_is_known(site: Flask) -> None:
    """Sockets listen only; whoever adds an event adds its tests here."""
    assert {message for message, _handler, _namespace in socketio.handlers} | set(
        socketio.server.handlers.get("/", {})
    ) == {"connect", "subscribe", "unsubscribe"}
