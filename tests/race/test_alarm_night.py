"""A night of two hundred calls for help at random, through HTTP, while processes are killed with -9 and connections are
cut. In the morning the account adds up: every press is kept once, every alarm was accepted once and came to its end."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.extensions import db as extension
from app.permissions import GUARD
from models import Alarm, Entry, Order, Responder, User
from tests import factories as make
from tests.sockets import cookie_of
from tests.stack import Stack
from tests.waiting import wait_for

CALLERS, ROUNDS, GUARDS = 20, 10, 4
#: A fault after each so many alarms that ended.
EVERY = 18


@dataclass
class Browser:
    """Somebody's browser, which sends a thing again until it is answered: as js/sos-press.js and people do."""

    port: int
    headers: dict[str, str]
    stopped: threading.Event

    def post(self, path: str, **form: str) -> tuple[int, Any]:
        while not self.stopped.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.request("POST", path, urlencode(form), self.headers)
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                continue  # it was killed in the middle: nobody knows whether it was done
            finally:
                connection.close()
            if answer.status < 500:
                return answer.status, body
        raise AssertionError("the night was broken off")


def browser(app: Flask, user: User, stack: Stack, stopped: threading.Event) -> Browser:
    """Signed in, with the mark against forgery."""
    headers = {"Cookie": cookie_of(app, user)}
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
    connection.request("GET", "/profile", headers=headers)
    page = connection.getresponse()
    token = page.read().decode().split('name="csrf-token" content="')[1].split('"')[0]
    headers["Cookie"] = page.getheader("Set-Cookie", "").split(";")[0]
    connection.close()
    headers |= {
        "X-CSRFToken": token,
        "Accept": "application/json",
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return Browser(stack.port, headers, stopped)


@dataclass
class Night:
    """What was sent, and how many alarms have ended."""

    stopped: threading.Event = field(default_factory=threading.Event)
    keys: set[UUID] = field(default_factory=set)
    ended: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    progress: threading.Condition = field(default_factory=threading.Condition)

    def call(self, who: Browser, guards: list[Browser], lot: Random) -> None:
        """One alarm: a few presses, some of them sent twice; two guards race for it; one of them ends it."""
        alarm = 0
        for _press in range(lot.randint(1, 3)):
            key = uuid4()
            with self.lock:
                self.keys.add(key)
            for _again in range(lot.randint(1, 2)):
                status, said = who.post("/sos/calls", key=str(key))
                assert status == 200, said
                alarm = json.loads(said)["alarm"]
        first, second = lot.sample(guards, 2)
        moves = f"/desk/alarms/{alarm}/moves"
        with ThreadPoolExecutor(2) as pool:
            answers = [one[0] for one in pool.map(lambda one: one.post(f"{moves}/accept"), (first, second))]
        assert sorted(answers) == [303, 409]
        winner = first if answers[0] == 303 else second
        for name in ("arrive", "finish"):
            status, said = winner.post(f"{moves}/{name}", comment="Помогли")
            assert status == 303, said
        with self.progress:
            self.ended += 1
            self.progress.notify_all()

    def wait_for(self, ended: int) -> None:
        with self.progress:
            assert self.progress.wait_for(lambda: self.ended >= ended or self.stopped.is_set(), timeout=120)


def cut_connections(url: str) -> Callable[[], None]:
    def cut() -> None:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")

    return cut


@pytest.mark.timeout(300)
def test_a_night(app: Flask, db: Any, database: str, live_server: Stack) -> None:
    live_server.trouble_expected = True
    night = Night()
    guards = [
        browser(app, make.user(f"Охранник{number}", roles=(GUARD,)), live_server, night.stopped)
        for number in range(GUARDS)
    ]
    callers = [browser(app, make.resident(), live_server, night.stopped) for _ in range(CALLERS)]
    live_server.start("watchdog")

    def caller(number: int) -> None:
        mine = Random(number)
        for _round in range(ROUNDS):
            night.call(callers[number], guards, mine)

    def restart(name: str) -> Callable[[], None]:
        def kill() -> None:
            with suppress(
                ProcessLookupError
            ):  # one that lost its connection may have ended: run.py starts it again
                live_server.kill(name)
            live_server.start(name)

        return kill

    faults = [restart("web"), restart("watchdog"), restart("jobs"), cut_connections(database)]
    with ThreadPoolExecutor(6) as pool:
        futures = [pool.submit(caller, number) for number in range(CALLERS)]
        try:
            for number in range(1, CALLERS * ROUNDS // EVERY):
                night.wait_for(number * EVERY)
                faults[number % len(faults)]()
            for future in futures:
                future.result()
        finally:
            night.stopped.set()
    _account(db, night)


@pytest.mark.timeout(180)
def test_the_database_is_restarted_at_every_stage(
    app: Flask, db: Any, databases: Any, database: str, live_server: Stack
) -> None:
    """PostgreSQL stops and starts between each two presses: none is lost, none is done twice, the steps go on."""
    live_server.trouble_expected = True
    never = threading.Event()
    guard = browser(app, make.user(roles=(GUARD,)), live_server, never)
    person = browser(app, make.resident(), live_server, never)
    live_server.start("watchdog")
    key = str(uuid4())
    moves = ""
    for name in ("call", "repeat", "accept", "set_off", "arrive", "finish"):
        db.remove()
        extension.engine.dispose()
        databases.server.stop()
        databases.server.start()
        if name in ("call", "repeat"):
            status, said = person.post("/sos/calls", key=key if name == "call" else str(uuid4()))
            assert status == 200, said
            moves = f"/desk/alarms/{json.loads(said)['alarm']}/moves"
            told = count_of(db, Entry.kind == "sos.told")
            wait_for(lambda told=told: count_of(db, Entry.kind == "sos.told") > told)
        else:
            status, said = guard.post(f"{moves}/{name}", comment="Помогли")
            assert status == 303, said
    alarm = db.scalars(select(Alarm)).one()
    assert (alarm.status, alarm.calls) == ("completed", 2)
    kinds = db.scalars(select(Entry.kind).where(Entry.subject == alarm.subject).order_by(Entry.id)).all()
    assert [kind for kind in kinds if kind != "sos.told"] == [
        "sos.called",
        "sos.repeated",
        "sos.accepted",
        "sos.set_off",
        "sos.arrived",
        "sos.finished",
    ]


def count_of(db: Any, *where: Any) -> int:
    db.rollback()
    return int(db.scalar(select(func.count()).where(*where)))


def _account(db: Any, night: Night) -> None:
    db.remove()

    def count(*where: Any) -> int:
        return int(db.scalar(select(func.count()).where(*where)))

    assert count(Order.id.is_not(None)) == len(night.keys)
    assert count(Alarm.id.is_not(None)) == CALLERS * ROUNDS == night.ended
    assert count(Alarm.status == "completed") == CALLERS * ROUNDS
    assert db.scalar(select(func.sum(Alarm.calls))) == len(night.keys)
    for kind in ("sos.called", "sos.accepted", "sos.finished"):
        assert count(Entry.kind == kind) == CALLERS * ROUNDS, kind
    assert count(Entry.kind == "sos.repeated") == len(night.keys) - CALLERS * ROUNDS
    per_alarm = select(func.count()).select_from(Responder).group_by(Responder.alarm_id)
    assert set(db.scalars(per_alarm)) == {1}
    assert db.scalar(text("SELECT count(*) FROM orders WHERE closed_at IS NULL")) == 0
