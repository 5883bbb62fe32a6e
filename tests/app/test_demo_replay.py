"""The demo is written in bulk, past the actions. Here the same stories are pressed through the actions, minute by
minute, and every row must come out the same: so whoever changes an action and forgets the demo is told."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app import clock
from app.actions import chat, orders
from app.delivery import dispatch
from app.demo import forms, places, plot, reference
from app.demo.play import Played
from app.demo.telling import Telling
from app.demo.timeline import WorkingTime
from app.settings import SETTINGS
from models import Entry, Message, Notice, Order, User

NOW = dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC)
TICK = dt.timedelta(seconds=7)
AHEAD = dt.timedelta(hours=SETTINGS["completion_reminder_hours"].default)


class Replay:
    """One story through the actions, with the clock set to each of its moments."""

    def __init__(self, db, monkeypatch, rows, story):
        self.db, self.rows, self.story = db, rows, story
        self.moment = story.created_at
        monkeypatch.setattr(clock, "now", lambda: self.moment)
        self.told = 0
        self.number = self.place()
        for at, event in story.events:
            self.timers(at)
            self.moment = at
            self.do(event)
            self.deliver()
        self.timers(story.now)
        self.moment = story.now

    @property
    def order(self):
        return self.db.get(Order, self.number)

    def user(self, person):
        return self.db.get(User, self.rows.users[person.key].id)

    def place(self):
        service = self.rows.services[self.story.service.key]
        time = WorkingTime(self.story.now, ZoneInfo(places.ZONE))
        ids = {key: place.id for key, place in self.rows.places.items()}
        values = forms.sent(self.story, time, ids, {})  # files are not sent
        sent = {field.name: value for field, value in zip(service.fields, values, strict=True)}
        number = orders.place(self.user(self.story.author), service.id, sent, uuid4()).id
        self.number = number
        self.deliver()
        return number

    def do(self, event):
        actor = self.user(self.story.person(event.who))
        if event.is_move:
            orders.move(actor, self.number, event.verb, comment=event.text)
        elif event.verb == "assign":
            orders.assign(actor, self.number, executor_id=self.rows.users[self.story.doer.key].id)
        elif event.verb == "settle":
            orders.settle(actor, self.number)
        else:
            names = {"me": self.story.author.first_name, "room": places.BY_KEY[self.story.room].name}
            doer = self.story.doer
            said = event.text.format(**names, executor=f"{doer.first_name} {doer.last_name}")
            thread = self.order.notes_id if event.verb == "note" else self.order.thread_id
            chat.post(actor, thread, said, uuid4())

    def timers(self, until):
        """The jobs look a tick after each moment at which there is something for them."""
        order = self.order
        if order.completes_at is None:
            return
        for due in (max(order.updated_at, order.completes_at - AHEAD), order.completes_at):
            if due + TICK < until:
                self.moment = due + TICK
                orders.remind_due()
                orders.expire_due()
                self.deliver()

    def deliver(self):
        for entry in self.db.scalars(
            select(Entry.id)
            .where(Entry.id > self.told, Entry.subject == f"order:{self.number}")
            .order_by(Entry.id)
        ).all():
            dispatch.deliver(self.db, entry)
            self.told = entry


def _stories() -> list[Played]:
    """A few orders in each status, so many that everything that can happen happens in one of them."""
    found: list[Played] = []
    seen: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for order in reversed(plot.orders(NOW)):
        kinds = {line.kind for line in order.lines}
        if left[order.status] < 5 or any(seen[kind] < 3 for kind in kinds):
            found.append(order)
            seen.update(kinds)
            left[order.status] += 1
    return found


@pytest.fixture
def rows(app, db):
    found = reference.write(db)
    db.commit()
    return found


def test_the_actions_give_the_same_rows(app, db, rows, monkeypatch):
    stories = _stories()
    assert len(stories) >= 20
    kinds = {line.kind for played in stories for line in played.lines}
    assert kinds >= {
        "order.expired",
        "order.reminded",
        "order.sent_back",
        "order.settled",
        "order.rejected",
        "note.posted",
    }
    for played in stories:
        with force_locale("ru"):
            replay = Replay(db, monkeypatch, rows, played.story)
        compare(db, rows, played, replay)


def compare(db, rows, played, replay):
    def key(person):
        return rows.users[person.key].id if person else None

    order = replay.order
    db.refresh(order)
    for name in (
        "status",
        "updated_at",
        "completes_at",
        "reminded_at",
        "waiting_since",
        "closed_at",
        "version",
    ):
        assert getattr(order, name) == getattr(played, name), (name, played.story.case.script)
    assert order.created_at == played.story.created_at
    assert order.executor_id == key(played.executor)
    for thread, posts in ((order.thread_id, played.chat), (order.notes_id, played.notes)):
        messages = db.scalars(
            select(Message).where(Message.thread_id == thread).order_by(Message.number)
        ).all()
        assert [(m.author_id, m.text, m.created_at, m.staff) for m in messages] == [
            (key(post.author), post.text, post.at, post.author != played.story.author) for post in posts
        ]
    assert (order.thread.last_number, order.thread.opening) == (len(played.chat), played.opening)
    entries = db.scalars(select(Entry).where(Entry.subject == order.subject).order_by(Entry.id)).all()
    assert [(entry.kind, entry.at, entry.actor_id) for entry in entries] == [
        (line.kind, line.at, key(line.actor)) for line in played.lines
    ]
    for entry, line in zip(entries, played.lines, strict=True):
        data = {name: value for name, value in entry.data.items() if name not in ("thread", "executor_id")}
        assert data == line.data, entry.kind
        assert ("thread" in entry.data) == bool(line.thread)
    telling = Telling(replay.story.now, played, 0)
    expected = sorted(
        (entry.id, key(told.person), f"{line.kind}#{told.rule}", told.urgent)
        for entry, line in zip(entries, played.lines, strict=True)
        for told in telling.notices(line)
    )
    notices = db.scalars(select(Notice).where(Notice.subject == order.subject)).all()
    assert sorted((n.entry_id, n.user_id, n.kind, n.urgent) for n in notices) == expected
