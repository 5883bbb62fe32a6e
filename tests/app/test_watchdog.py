"""The watchdog: one look, its heartbeat, the address that watches it; whether a call would be heard."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from app.actions import alarms, consoles
from app.errors import Forbidden
from app.jobs import watchdog
from app.permissions import GUARD
from app.queries import alarms as queries
from models import Alarm
from tests import factories as make


def test_a_look_takes_what_is_due_and_leaves_a_heartbeat(db, later):
    make.user(roles=(GUARD,))
    order = alarms.call(make.resident(), uuid4())
    assert not queries.watch(db).watched
    later(3)
    assert watchdog.look() == 1
    assert db.get(Alarm, order.alarm_id, populate_existing=True).step == 2
    assert queries.watch(db).watched
    later(3 + 5.5)
    assert not queries.watch(db).watched


def test_a_call_is_heard_while_a_console_sounds(db, later):
    """Twelve seconds after its last word a console is not there any more."""
    guard, tab = make.user(roles=(GUARD,)), uuid4()
    assert not queries.watch(db).heard
    consoles.beat(guard, tab, sound=False, visible=True)
    assert (queries.watch(db).consoles, queries.watch(db).heard) == (1, False)
    consoles.beat(guard, tab, sound=True, visible=False)
    assert (queries.watch(db).consoles, queries.watch(db).heard) == (1, True)
    later(11)
    assert queries.watch(db).heard
    later(13)
    assert not queries.watch(db).heard
    consoles.beat(guard, tab, sound=True, visible=False)
    consoles.leave(guard, tab)
    assert not queries.watch(db).heard


def test_residents_have_no_console(db):
    with pytest.raises(Forbidden):
        consoles.beat(make.resident(), uuid4(), sound=True, visible=True)


def test_silent_consoles_are_cleared(db, later):
    consoles.beat(make.user(roles=(GUARD,)), uuid4(), sound=True, visible=True)
    assert consoles.forget_silent() == 0
    later(3601)
    assert consoles.forget_silent() == 1


@pytest.mark.parametrize("fault", [OperationalError("SELECT 1", {}, Exception("gone")), ZeroDivisionError()])
def test_a_watchdog_that_cannot_look_is_silent_to_its_watch(app, monkeypatch, fault):
    """Its own watch hears of it by hearing nothing; and the next look may go well."""
    asked: list[str] = []
    monkeypatch.setattr(watchdog, "_ask", asked.append)
    pinger = watchdog.Pinger()
    pinger.address = "https://watch.example.org/1"

    def fail() -> int:
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(watchdog, "look", fail)
        assert not watchdog._watched(pinger)
        pinger.tick(1, silent=True)
    assert watchdog._watched(pinger)
    assert asked == []


def test_the_watch_over_the_watchdog_is_asked_each_minute(monkeypatch):
    asked: list[str] = []

    class Now:
        """A thread that has run when it has started."""

        def __init__(self, target, args, daemon):
            self.start = lambda: target(*args)

    monkeypatch.setattr(watchdog.threading, "Thread", Now)
    monkeypatch.setattr(watchdog, "_ask", asked.append)
    pinger = watchdog.Pinger()
    pinger.tick(1)
    assert asked == []  # nobody has said where
    pinger.address = "https://watch.example.org/1"
    for _second in range(121):
        pinger.tick(1)
    assert asked == ["https://watch.example.org/1"] * 3
    pinger.address = "file:///etc/passwd"
    for _second in range(61):
        pinger.tick(1)
    assert len(asked) == 3
