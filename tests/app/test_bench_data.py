"""The filler for benchmarks makes what the product would have made, only faster."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from random import Random

import pytest
from flask_babel import force_locale
from sqlalchemy import func, select, text

from app import bench_data, clock, demo
from app.actions import orders as actions
from app.flows import WORK
from models import Entry, Order, Service, User

COUNT = 2_500


@pytest.fixture
def filled(app, db, monkeypatch):
    monkeypatch.setattr(bench_data, "_CHUNK", 1_000)
    said: list[str] = []
    before = _indexes(db)
    db.commit()
    bench_data.fill(db, COUNT, echo=said.append)
    assert _indexes(db) == before, "every index is back, as it was"
    assert said[-1].startswith("2,500 orders in ")
    return db


def test_filled_database_looks_like_the_real_one(filled):
    """One filling, every question."""
    for question in (
        _orders_are_spread,
        _references_hold,
        _threads_are_gapless,
        _journal_leads_to_the_status,
        _search_finds_what_the_action_would_index,
        _life_goes_on,
    ):
        question(filled)


def _orders_are_spread(db):
    statuses = Counter(dict(db.execute(select(Order.status, func.count()).group_by(Order.status)).all()))
    assert sum(statuses.values()) == COUNT
    assert set(statuses) == {status.name for status in WORK.statuses}
    assert statuses["completed"] > COUNT * 0.8
    assert db.scalar(select(func.count(func.distinct(Order.service_id)))) == db.scalar(
        select(func.count(Service.id))
    )
    assert db.scalar(select(func.count(func.distinct(Order.author_id)))) > 50
    oldest, newest = db.execute(select(func.min(Order.created_at), func.max(Order.created_at))).one()
    assert newest < clock.now()
    assert newest - oldest > dt.timedelta(days=1000)
    assert _none(
        db,
        "SELECT 1 FROM (SELECT created_at < lag(created_at) OVER (ORDER BY id) AS back FROM orders) o WHERE back",
    )
    wrong = """SELECT 1 FROM orders WHERE (closed_at IS NOT NULL) <> (status IN ('completed', 'cancelled'))
        OR (completes_at IS NOT NULL) <> (status = 'done') OR completes_at < now() OR updated_at > now()
        OR executor_id IS NULL AND status <> 'new' OR waiting_since IS NOT NULL AND closed_at IS NOT NULL"""
    assert _none(db, wrong)
    assert not _none(db, "SELECT 1 FROM orders WHERE executor_id IS NULL")


def _references_hold(db):
    """The triggers of foreign keys slept: every one of them is asked now."""
    keys = db.execute(
        text(
            """SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, f.attname
            FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = c.confkey[1]
            WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace"""
        )
    ).all()
    assert len(keys) > 30
    for table, column, target, key in keys:
        orphans = f"""SELECT 1 FROM {table} t WHERE t.{column} IS NOT NULL
            AND NOT EXISTS (SELECT FROM {target} o WHERE o.{key} = t.{column})"""
        assert _none(db, orphans), (table, column)


def _threads_are_gapless(db):
    assert _none(
        db,
        """SELECT 1 FROM threads t LEFT JOIN messages m ON m.thread_id = t.id GROUP BY t.id
        HAVING t.last_number <> count(m.id) OR t.last_number <> coalesce(max(m.number), 0)""",
    )
    assert _none(
        db,
        "SELECT 1 FROM messages m JOIN orders o USING (thread_id) WHERE m.staff = (m.author_id = o.author_id)",
    )
    assert _none(
        db, "SELECT 1 FROM read_marks r JOIN threads t ON t.id = r.thread_id WHERE r.read > t.last_number"
    )
    waiting = """SELECT 1 FROM orders o WHERE o.waiting_since IS NOT NULL AND o.waiting_since <> (
        SELECT m.created_at FROM messages m WHERE m.thread_id = o.thread_id ORDER BY m.number DESC LIMIT 1)"""
    assert _none(db, waiting)
    talked = db.scalar(text("SELECT count(*) FROM threads WHERE last_number > 0"))
    assert talked == COUNT // 10
    assert db.scalar(text("SELECT count(*) FROM messages WHERE author_id IS NOT NULL")) == 3 * talked


def _journal_leads_to_the_status(db):
    kinds = {move.kind: move for move in WORK.moves.values()}
    numbers = db.scalars(select(Order.id)).all()
    for number in Random(1).sample(list(numbers), 60):
        order = db.get(Order, number)
        entries = db.scalars(select(Entry).where(Entry.subject == order.subject).order_by(Entry.id)).all()
        assert entries[0].kind == "order.placed"
        assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
        status = "new"
        for entry in entries:
            if entry.kind in kinds:
                assert kinds[entry.kind].starts_from(status)
                assert (entry.data["from"], entry.data["to"]) == (status, kinds[entry.kind].target.name)
                status = entry.data["to"]
        assert status == order.status
        assert order.version == 1 + sum(entry.kind in kinds for entry in entries)


def _search_finds_what_the_action_would_index(db):
    def words(vector):
        return set(re.findall(r"'([^']+)'", vector))

    some = db.scalars(select(Order).order_by(Order.id.desc()).limit(50)).unique().all()
    before = {order.id: words(db.scalar(select(Order.search).where(Order.id == order.id))) for order in some}
    for order in some:
        actions.index(order, order.author)
        assert words(db.scalar(select(Order.search).where(Order.id == order.id))) == before[order.id]
    db.rollback()


def _life_goes_on(db):
    """The sequences go on where the filler stopped: an action can place the next order."""
    highest = db.scalar(select(func.max(Order.id)))
    service = db.scalars(select(Service).where(Service.name == "Отзыв о Технопарке")).unique().one()
    author = db.scalars(select(User).where(User.email == "resident@demo.atrium.example")).unique().one()
    sent = {
        f.name: ["Отлично" if f.kind == "choice" else "Хорошо у вас"] for f in service.fields if f.required
    }
    with force_locale("ru"):
        order = actions.place(author, service.id, sent)
    assert order.id == highest + 1


def test_adds_to_the_demo_and_to_nothing_else(app, db):
    with force_locale("ru"):
        demo.load(db, app.extensions["storage"], app.extensions["safe"])
    bench_data.fill(db, 60)
    assert db.scalar(select(func.count(Order.service_id))) == 260
    db.execute(text("DELETE FROM settings WHERE name = 'demo_loaded'"))
    db.commit()
    with pytest.raises(RuntimeError):
        bench_data.fill(db, 60)
    assert db.scalar(select(func.count(Order.service_id))) == 260


def _none(db, query):
    return db.scalar(text(f"SELECT NOT EXISTS ({query})"))


def _indexes(db):
    return set(db.execute(text("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")).scalars())
