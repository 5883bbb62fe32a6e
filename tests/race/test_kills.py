"""Processes killed with -9: whatever was committed reaches everybody it is for, exactly once (quality.md)."""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import select, text

from app.actions import orders
from app.errors import Invalid
from models import Notice
from tests import factories as make
from tests.stack import Stack
from tests.waiting import wait_for


@pytest.fixture
def told(db) -> Callable[[int], list[str]]:
    """`told(user_id)`: what stands in the inbox now, as committed."""

    def read(user_id: int) -> list[str]:
        db.rollback()
        return list(db.scalars(select(Notice.kind).where(Notice.user_id == user_id).order_by(Notice.id)))

    return read


def test_committed_before_the_kill_is_delivered_after_it(live_server: Stack, db, told):
    """Between commit and delivery: the jobs process is dead when the order is placed."""
    live_server.trouble_expected = True
    dispatcher = make.dispatcher().id
    live_server.kill("jobs")
    order = make.order()
    assert told(dispatcher) == []
    live_server.start("jobs")
    wait_for(lambda: told(dispatcher))
    assert told(dispatcher) == ["order.placed#0"]
    assert order.id


@pytest.mark.timeout(180)
def test_killed_in_the_middle_of_a_delivery(live_server: Stack, database: str, db, told):
    """The worker has begun and is stopped in front of its insert; its job stays «doing» until another takes it up."""
    live_server.trouble_expected = True
    dispatcher = make.dispatcher().id
    with psycopg.connect(database) as guard:
        guard.execute("LOCK TABLE notices IN EXCLUSIVE MODE")
        make.order()
        wait_for(lambda: _jobs(db, "doing"))
        live_server.kill("jobs")
    assert told(dispatcher) == []
    live_server.start("jobs")
    wait_for(lambda: told(dispatcher), seconds=90)
    wait_for(lambda: not _jobs(db, "doing"), seconds=30)
    assert told(dispatcher) == ["order.placed#0"]


def test_the_due_order_completes_after_the_jobs_process_comes_back(live_server: Stack, db):
    """S0-61: the timer is in the database, not in a process."""
    live_server.trouble_expected = True
    order = make.in_status("done")
    live_server.kill("jobs")
    live_server.start("jobs", ATRIUM_CLOCK_SHIFT=str(73 * 3600))

    def status() -> bool:
        db.rollback()
        db.refresh(order)
        return order.status == "completed"

    wait_for(status, seconds=90)  # a sweep that was killed at work holds its lock until it counts as stalled


@pytest.mark.timeout(180)
def test_a_sweep_that_was_killed_holds_up_nobody(live_server: Stack, db, told):
    """Killed at work it keeps its lock while the next one waits: that one goes on, and so does a lost delivery."""
    live_server.trouble_expected = True
    dispatcher = make.dispatcher().id
    live_server.kill("jobs")
    order = make.in_status("done")
    db.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'expire_due'"))  # it may have begun one
    held = "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status) VALUES"
    for status in ("doing", "todo"):
        db.execute(
            text(
                f"{held} ('default', 'expire_due', 'expire_due', 'expire_due', '{{\"timestamp\": 1}}', '{status}')"
            )
        )
    db.execute(text("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = 'deliver'"))
    db.commit()
    live_server.start("jobs", ATRIUM_CLOCK_SHIFT=str(73 * 3600))

    def completed() -> bool:
        db.rollback()
        db.refresh(order)
        return order.status == "completed"

    wait_for(completed, seconds=90)
    wait_for(lambda: told(dispatcher), seconds=60)


def test_a_signal_waits_for_the_commit(database: str, app, db):
    """A screen learns of a change exactly when it is committed, and not at all if it is rolled back."""
    order, dispatcher = make.order(), make.dispatcher()
    with psycopg.connect(database, autocommit=True) as listener:
        listener.execute("LISTEN atrium")
        with pytest.raises(Invalid):
            orders.move(dispatcher, order.id, "reject")
        orders.move(dispatcher, order.id, "start")
        poke = json.loads(next(listener.notifies(timeout=5)).payload)
    assert (poke["kind"], poke["subject"]) == ("order.started", order.subject)
    assert {"desk", order.subject, f"user:{order.author_id}"} <= set(poke["rooms"])
    assert order.title not in json.dumps(poke, ensure_ascii=False)


def _jobs(db, status: str) -> int:
    db.rollback()
    query = text("SELECT count(*) FROM procrastinate_jobs WHERE status = :status AND task_name = 'deliver'")
    return int(db.execute(query, {"status": status}).scalar() or 0)
