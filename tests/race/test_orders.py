"""Many at once on one order: contrary moves, the same form, the same press. Each in its own thread and session."""

from __future__ import annotations

import contextvars
import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.actions import chat, orders
from app.errors import AtriumError
from app.extensions import db
from models import Entry, Message, Order, User
from tests import factories as make


def at_once(app: Flask, works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all of them at the same moment; an error of the business is its result."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        with app.app_context():
            start.wait()
            try:
                return work()
            except AtriumError as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(contextvars.Context().run, run, work) for work in works]
        return [future.result() for future in futures]


def _moves(order_id: int, presses: Sequence[tuple[int, str]]) -> list[Callable[[], Any]]:
    def press(user_id: int, name: str) -> Any:
        person = db.session.get(User, user_id)
        return orders.move(person, order_id, name, comment="Причина").status

    return [lambda user_id=user_id, name=name: press(user_id, name) for user_id, name in presses]


@pytest.mark.parametrize("round_", range(3))
@pytest.mark.parametrize(
    "pair",
    [
        ("confirm", "send_back"),
        ("confirm", "cancel"),
        ("close", "send_back"),
        ("confirm", "resume"),
        ("cancel", "resume"),
    ],
)
def test_contrary_moves_end_in_one_legal_state(app, db, pair, round_):
    """Every pair of contrary moves: one legal state, a journal that explains it (S0-57, S0-58, S0-65, S0-70)."""
    dispatcher = make.dispatcher()
    order = make.in_status("done", by=dispatcher)
    number, author = order.id, order.author_id
    presses = [(dispatcher.id if name == "resume" else author, name) for name in pair]
    db.commit()
    at_once(app, _moves(number, presses))
    db.expire_all()
    changes = db.execute(
        select(Entry.data["from"].astext, Entry.data["to"].astext)
        .where(Entry.subject == f"order:{number}", Entry.data.has_key("to"))
        .order_by(Entry.id)
    ).all()
    for (_, after), (before, _) in itertools.pairwise(changes):
        assert after == before
    assert changes[-1][1] == db.get(Order, number).status


def test_fifty_presses_are_one(app, db):
    order = make.in_status("done")
    number, author = order.id, order.author_id
    db.commit()
    results = at_once(app, _moves(number, [(author, "confirm")] * 20))
    assert results == ["completed"] * 20
    count = select(func.count()).where(Entry.subject == f"order:{number}", Entry.kind == "order.confirmed")
    assert db.scalar(count) == 1


def test_expiry_against_confirmation(app, db, monkeypatch):
    """S0-61 against S0-58: the timer and the resident at the same moment."""
    for _ in range(5):
        order = make.in_status("done")
        number, author = order.id, order.author_id
        order.completes_at = order.created_at
        db.commit()
        at_once(app, [*_moves(number, [(author, "send_back")]), orders.expire_due])
        db.expire_all()
        assert db.get(Order, number).status in ("in_progress", "completed")
        last = db.scalars(
            select(Entry.kind)
            .where(Entry.subject == f"order:{number}", Entry.data.has_key("to"))
            .order_by(Entry.id.desc())
        ).first()
        assert (last == "order.expired") == (db.get(Order, number).status == "completed")


def test_one_form_sent_twenty_times_is_one_order(app, db):
    resident, service, key = make.resident(), make.service(), uuid4()
    user_id, service_id = resident.id, service.id
    db.commit()

    def send() -> int:
        from app.extensions import db as mine

        return orders.place(mine.session.get(User, user_id), service_id, {}, key).id

    assert len(set(at_once(app, [send] * 20))) == 1
    assert db.scalar(select(func.count()).select_from(Order)) == 1


def test_forty_messages_at_once_are_numbered_without_gaps(app, db):
    """I-10: no message lost, none doubled, one order for everybody."""
    dispatcher = make.dispatcher()
    order = make.order()
    thread, people = order.thread_id, [order.author_id, dispatcher.id]
    same = uuid4()
    db.commit()

    def send(user_id: int, client_id: Any, text: str) -> int:
        from app.extensions import db as mine

        return chat.post(mine.session.get(User, user_id), thread, text, client_id).number

    works = [lambda n=n: send(people[n % 2], uuid4(), f"№{n}") for n in range(30)]
    works += [lambda: send(people[0], same, "Повтор") for _ in range(10)]
    results = at_once(app, works)
    assert not [result for result in results if isinstance(result, Exception)]
    numbers = db.scalars(
        select(Message.number).where(Message.thread_id == thread).order_by(Message.number)
    ).all()
    assert list(numbers) == list(range(1, 32))
    assert len(set(results[30:])) == 1


def test_messages_and_moves_do_not_deadlock(app, db):
    """A move with a comment locks order and thread, a message both too: nobody waits in a ring."""
    dispatcher = make.dispatcher()
    order = make.in_status("done", by=dispatcher)
    number, thread, author, staff = order.id, order.thread_id, order.author_id, dispatcher.id
    db.commit()

    def send(user_id: int) -> int:
        from app.extensions import db as mine

        return chat.post(mine.session.get(User, user_id), thread, "Сообщение", uuid4()).number

    works = [lambda: send(author), lambda: send(staff)] * 8 + _moves(
        number, [(author, "send_back"), (staff, "resume")]
    )
    results = at_once(app, works)
    assert all(isinstance(result, int) for result in results[:16]), results
