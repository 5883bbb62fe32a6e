"""From the journal to the bell: who is told what, once (I-10)."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from app import journal
from app.actions import chat, inbox, orders
from app.delivery.dispatch import deliver
from app.notices import JOURNAL
from app.queries import inbox as queries
from models import Entry, Notice
from tests import factories as make


def told(db, person) -> list[str]:
    """What stands in the person's inbox, oldest first: the journal kinds."""
    return list(db.scalars(select(Notice.kind).where(Notice.user_id == person.id).order_by(Notice.id)).all())


def test_the_way_of_a_message_to_the_desk(db, run_jobs):
    """S0-52, D-8: the desk is told of the resident's message, naming the order; the resident of the answer."""
    dispatcher, executor = make.dispatcher(), make.executor()
    order = make.order()
    run_jobs()
    orders.assign(dispatcher, order.id, executor_id=executor.id)
    chat.post(order.author, order.thread_id, "Когда придёте?", uuid4())
    chat.post(executor, order.thread_id, "В одиннадцать", uuid4())
    run_jobs()
    assert told(db, executor) == ["order.assigned#0", "message.posted#0"]
    assert told(db, dispatcher) == ["order.placed#0", "message.posted#0"]
    assert told(db, order.author) == ["order.assigned#1", "message.answered#0"]
    texts = [item.text for item in queries.notices(db, dispatcher, dt.UTC)[0]]
    assert texts[0].endswith(f"{order.id}: Когда придёте?")


def test_executor_is_told_of_a_return(db, run_jobs):
    """S0-59: urgently."""
    executor = make.executor()
    order = make.order(None, make.service(team=make.team(executor)))
    for who, name in ((executor, "start"), (executor, "finish"), (order.author, "send_back")):
        orders.move(who, order.id, name)
    run_jobs()
    notice = db.scalars(
        select(Notice).where(Notice.user_id == executor.id, Notice.kind == "order.sent_back#0")
    ).one()
    assert notice.urgent


def test_nobody_is_told_of_the_own_act(db, run_jobs):
    dispatcher = make.dispatcher()
    order = make.order(dispatcher)
    run_jobs()
    assert told(db, dispatcher) == []
    assert order.author_id == dispatcher.id


def test_a_team_hears_until_somebody_takes_the_order(db, run_jobs):
    first, second = make.executor(), make.executor("Пётр", "Второй")
    order = make.order(None, make.service(team=make.team(first, second)))
    run_jobs()
    orders.move(first, order.id, "start")
    chat.post(order.author, order.thread_id, "Здравствуйте", uuid4())
    run_jobs()
    assert told(db, second) == ["order.placed#0"]
    assert "message.posted#0" in told(db, first)


def test_delivery_twice_is_delivery_once(db, run_jobs):
    """A job runs at least once; the unique row makes the second time harmless."""
    dispatcher = make.dispatcher()
    order = make.order()
    run_jobs()
    entry = db.scalars(select(Entry).where(Entry.subject == order.subject)).one()
    assert deliver(db, entry.id) == 0
    assert told(db, dispatcher) == ["order.placed#0"]


def test_blocked_people_are_not_told(db, run_jobs):
    dispatcher = make.dispatcher()
    dispatcher.active = False
    db.commit()
    make.order()
    run_jobs()
    assert told(db, dispatcher) == []


def test_rolled_back_change_tells_nobody(db, app):
    """The job is deferred in the transaction: it goes with it."""
    before = db.scalar(select(func.count()).select_from(Entry))
    author = make.resident()
    journal.write(db, "order.placed", author, "order:1")
    db.rollback()
    assert db.scalar(select(func.count()).select_from(Entry)) == before
    jobs = db.execute(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'deliver'"))
    assert jobs.scalar() == 0


def test_reading_is_per_subject_and_all(db, run_jobs):
    dispatcher = make.dispatcher()
    one, two = make.order(), make.order()
    run_jobs()
    assert queries.unread(db, dispatcher) == 2
    assert inbox.read(dispatcher, subject=one.subject) == 1
    assert inbox.read(one.author, subject=two.subject) == 0
    assert queries.unread(db, dispatcher) == 1
    assert inbox.read(dispatcher) == 1
    assert queries.unread(db, dispatcher) == 0


def test_a_message_that_is_read_in_the_chat_is_no_unread_notice(db, run_jobs):
    """Whichever comes first, the reading or the notice; other notices of the order stay."""
    executor = make.executor()
    order = make.order()
    author, thread = order.author, order.thread_id
    orders.assign(make.dispatcher(), order.id, executor_id=executor.id)
    run_jobs()
    inbox.read(author)
    first = chat.post(executor, thread, "Иду", uuid4())
    run_jobs()
    second = chat.post(executor, thread, "Пришёл", uuid4())
    chat.seen(author, thread, read=first.number, delivered=second.number)
    assert queries.unread(db, author) == 0
    chat.seen(author, thread, read=second.number)
    run_jobs()
    assert told(db, author)[-2:] == ["message.answered#0"] * 2
    assert queries.unread(db, author) == 0
    chat.post(executor, thread, "Откройте, пожалуйста", uuid4())
    orders.move(executor, order.id, "start")
    run_jobs()
    assert queries.unread(db, author) == 2
    chat.seen(author, thread, read=second.number + 1)
    assert queries.unread(db, author) == 1


@pytest.mark.parametrize("kind", sorted(JOURNAL))
def test_every_text_can_be_written(app, kind):
    """A text that names a word which no entry has would break somebody's inbox."""
    entry = Entry(kind=kind, subject="order:7", data={}, actor=None)
    for index, _rule in enumerate(JOURNAL[kind].rules):
        assert "%" not in queries.text(entry, f"{kind}#{index}", dt.UTC)
