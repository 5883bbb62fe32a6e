"""Many at once on calls of help, and processes that die: each press is kept, one alarm, accepted once, never silent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text, update

from app.actions import alarms, telling
from app.errors import Stale
from app.extensions import db as database
from app.permissions import GUARD
from models import Alarm, AlarmStep, Entry, Order, Receipt, Responder, User
from tests import factories as make
from tests.race.test_orders import at_once
from tests.stack import Stack
from tests.waiting import wait_for


def guards(count: int) -> list[int]:
    return [make.user(f"Охранник{number}", roles=(GUARD,)).id for number in range(count)]


def by(user_id: int, work: Callable[[User], Any]) -> Callable[[], Any]:
    """The work as somebody who is loaded in the thread that does it."""

    def run() -> Any:
        person = database.session.get(User, user_id)
        assert person is not None
        return work(person)

    return run


def count(db: Any, *where: Any) -> int:
    db.rollback()
    return int(db.scalar(select(func.count()).where(*where)))


# --- at once ------------------------------------------------------------------------------------------------------


def test_twenty_presses_at_once_are_one_alarm(app, db):
    """D-11: every call is kept; they are told once."""
    guards(2)
    person, keys = make.resident().id, [uuid4() for _ in range(15)]
    db.commit()

    def press(key: Any) -> Callable[[], Any]:
        return by(person, lambda user: alarms.call(user, key).id)

    numbers = at_once(app, [press(key) for key in [*keys, *keys[:5]]])
    assert not [result for result in numbers if isinstance(result, Exception)]
    assert len(set(numbers)) == 15
    alarm = db.scalars(select(Alarm)).one()
    assert (alarm.calls, count(db, Order.alarm_id == alarm.id)) == (15, 15)
    assert count(db, Entry.kind == "sos.told") == 1
    assert count(db, Receipt.alarm_id == alarm.id) == 2


@pytest.mark.parametrize("round_", range(3))
def test_ten_accept_at_once_and_one_wins(app, db, round_):
    team = guards(10)
    alarm_id = alarms.call(make.resident(), uuid4()).alarm_id
    db.commit()
    results = at_once(
        app, [by(one, lambda user: alarms.move(user, alarm_id, "accept").status) for one in team]
    )
    assert results.count("accepted") == 1
    assert all(isinstance(result, Stale) for result in results if result != "accepted")
    assert count(db, Responder.alarm_id == alarm_id) == 1
    assert count(db, Entry.kind == "sos.accepted") == 1


def test_presses_moves_acknowledgements_and_steps_do_not_deadlock(app, db):
    """A press locks the alarm before its orders, a receipt after its alarm: nobody waits in a ring."""
    team, author = guards(4), make.resident()
    person, alarm_id = author.id, alarms.call(author, uuid4()).alarm_id
    db.commit()
    works: list[Callable[[], Any]] = [
        by(person, lambda user: alarms.call(user, uuid4()).id) for _ in range(5)
    ]
    works += [by(one, lambda user: telling.seen(user, [alarm_id])) for one in team] * 2
    works += [by(one, lambda user: alarms.move(user, alarm_id, "accept").status) for one in team]
    works += [telling.escalate_due] * 3
    database.session.execute(update(Alarm).values(step_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)))
    database.session.commit()
    results = at_once(app, works)
    assert all(isinstance(result, int | str | Stale) for result in results), results
    db.rollback()
    assert db.get(Alarm, alarm_id, populate_existing=True).calls == 6


def test_two_watchdogs_take_one_step(app, db):
    guards(1)
    alarms.call(make.resident(), uuid4())
    db.execute(update(Alarm).values(step_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)))
    db.commit()
    assert sorted(at_once(app, [telling.escalate_due] * 8)) == [0] * 7 + [1]
    assert count(db, Entry.kind == "sos.told") == 2


# --- processes that die -------------------------------------------------------------------------------------------


@pytest.fixture
def hasty(db) -> None:
    """Steps of a second, the last one each ten."""
    for step in db.scalars(select(AlarmStep)):
        step.after = 10 if step.position == 4 else step.position - 1
    db.commit()


def told(db: Any) -> int:
    return count(db, Entry.kind == "sos.told")


def call(seen: bool = False) -> int:
    """A call of help; `seen`: a console has shown it, so its steps go by their seconds."""
    order = alarms.call(make.resident(), uuid4())
    assert order.alarm_id is not None
    if seen:
        database.session.execute(update(Alarm).values(delivered_at=Alarm.called_at))
        database.session.commit()
    return order.alarm_id


def moments(db: Any) -> list[float]:
    """Seconds from the call to each step."""
    db.rollback()
    start = db.scalar(select(Alarm.called_at))
    at = db.scalars(select(Entry.at).where(Entry.kind == "sos.told").order_by(Entry.id))
    return [(moment - start).total_seconds() for moment in at]


def test_steps_in_real_time(live_server: Stack, db, hasty):
    """Each at most a second late (the clock is the machine's)."""
    guards(1)
    make.dispatcher()
    live_server.start("watchdog")
    call(seen=True)
    wait_for(lambda: told(db) == 3, seconds=30)
    for late, due in zip(moments(db), (0, 1, 3), strict=True):
        assert due <= late <= due + 1.0, moments(db)


def test_the_jobs_process_stands_in_for_a_dead_watchdog(live_server: Stack, db, hasty):
    """There is no watchdog here at all; the steps come a little later, and they come."""
    guards(1)
    call()
    wait_for(lambda: told(db) >= 3, seconds=60)


def test_the_watchdog_needs_no_other_process(live_server: Stack, db, hasty):
    live_server.trouble_expected = True
    guards(1)
    live_server.kill("jobs")
    live_server.kill("web")
    live_server.start("watchdog")
    call()
    wait_for(lambda: told(db) >= 3, seconds=60)


def test_a_watchdog_that_was_killed_goes_on_where_it_was(live_server: Stack, db, hasty):
    """Killed with -9 again and again: no step is left out, none is taken twice at one moment."""
    live_server.trouble_expected = True
    guards(1)
    live_server.kill("jobs")
    alarm_id = call()
    for wanted in (2, 3, 4):
        live_server.start("watchdog")
        wait_for(lambda wanted=wanted: told(db) >= wanted, seconds=60)
        live_server.kill("watchdog")
    steps = db.scalars(
        select(Entry.data["step"].as_integer()).where(Entry.kind == "sos.told").order_by(Entry.id)
    )
    assert list(steps)[:4] == [1, 2, 3, 4]
    db.rollback()
    assert db.get(Alarm, alarm_id, populate_existing=True).sounding


def test_a_lost_connection_to_the_database_is_found_again(live_server: Stack, db, hasty):
    """Every connection is cut by the server, as at its restart: the watchdog connects anew and goes on."""
    live_server.trouble_expected = True
    guards(1)
    live_server.kill("jobs")
    live_server.start("watchdog")
    call()
    wait_for(lambda: told(db) >= 2, seconds=30)
    before = told(db)
    db.rollback()
    others = "pid <> pg_backend_pid() AND datname = current_database()"
    db.execute(text(f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {others}"))
    db.commit()
    wait_for(lambda: told(db) > before, seconds=60)
