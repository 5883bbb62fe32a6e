"""The demo data: its content fits its forms, what is loaded obeys everything that the actions keep, and the same
scripts pressed through the actions give the same rows."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask_babel import force_locale
from PIL import Image
from sqlalchemy import func, select, text

from app import assets, clock, demo, passwords
from app.actions import people as people_actions
from app.demo import catalogue, pictures, places, play, plot, scripts
from app.demo import people as crowd
from app.demo.cases import CASES
from app.demo.load import MARKER
from app.flows import APPOINTMENT_STATUSES, STATUSES, WORK
from app.notices import JOURNAL
from app.permissions import RESIDENT, ROLES
from app.queries.inbox import counters
from models import (
    Alarm,
    Appointment,
    Consent,
    Entry,
    FieldKind,
    Message,
    Order,
    Provider,
    Receipt,
    Service,
    Setting,
    SharedDocument,
    Specialist,
    StoredFile,
    Thread,
    User,
)

NOW = dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC)


# --- content ------------------------------------------------------------------------------------------------------


def test_catalogue_is_whole():
    """Twenty services in all kinds of fields; S0-18 word for word; seven extras so that the limits show (S0-42)."""
    services = catalogue.SERVICES
    assert len(services) == 20
    assert len(catalogue.BY_KEY) == 20
    assert {service.kind for service in services} == {"simple", "request"}
    assert {f.kind for service in services for f in service.fields} == {kind.value for kind in FieldKind}
    assert all(2 <= len(service.fields) <= 8 for service in services)
    assert {service.category for service in services} == {category.key for category in catalogue.CATEGORIES}
    cleaning = catalogue.BY_KEY["cleaning"]
    assert [field.label for field in cleaning.fields] == [
        "Здание",
        "Офис",
        "Описание требуемых работ",
        "Что взять с собой",
        "Дата оказания услуги",
        "Время оказания услуги",
    ]
    assert len(cleaning.extras) == 7
    assert {service.extras_title for service in services} >= {"Рекомендуемые услуги", "Закажите еще", ""}
    for service in services:
        assert set(service.extras) <= set(catalogue.BY_KEY) - {service.key}
        assert bool(service.extras) == bool(service.extras_title)


def test_people_have_every_role():
    """I-26: somebody for every role, one shown account a role, addresses that no mail can reach."""
    assert {person.role for person in crowd.PEOPLE} == set(ROLES)
    assert sorted(crowd.BY_KEY[key].role for key in crowd.SHOWN if key not in crowd.TITLES) == sorted(ROLES)
    assert 30 <= len(crowd.PEOPLE) <= 40
    addresses = [crowd.email(person) for person in crowd.PEOPLE]
    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith("@demo.atrium.example") for address in addresses)
    assert len({crowd.phone(person) for person in crowd.PEOPLE}) == len(crowd.PEOPLE)
    with force_locale_of_tests():
        assert passwords.problem(crowd.PASSWORD) is None


def test_icons_and_drawings_are_known():
    drawings = set(re.findall(r'<symbol id="([^"]+)"', Path(assets.STATIC / "img" / "art.svg").read_text()))
    assert {row.icon for row in (*catalogue.SERVICES, *catalogue.CATEGORIES)} <= set(assets.ICONS)
    assert {category.key for category in catalogue.CATEGORIES} <= drawings
    assert {service.art for service in catalogue.SERVICES if service.art} <= drawings


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.service)
def test_case_fits_form_and_flow(case):
    service = catalogue.BY_KEY[case.service]
    assert set(case.answers) <= {field.key for field in service.fields}
    assert all(case.answers.get(field.key) is not None for field in service.fields if field.required)
    status = WORK.first.name
    for event in scripts.read(case.script):
        assert not event.photo or event.photo in pictures.PICTURES
        assert not re.search(r"(^|\s)([REDN]|>\w+)\+\d", event.text), (
            "a line of the script was read as a text"
        )
        if event.is_move:
            assert WORK.moves[event.verb].starts_from(status), event
            status = WORK.moves[event.verb].target.name
    assert status in {"done", "completed", "cancelled"}


def test_there_is_enough_to_talk_about():
    talks = [case for case in CASES if any(event.verb == "say" for event in scripts.read(case.script))]
    assert len(talks) >= 60
    assert {case.service for case in CASES} == set(catalogue.BY_KEY)
    moves = {event.verb for case in CASES for event in scripts.read(case.script) if event.is_move}
    assert moves == {"start", "finish", "send_back", "confirm", "close", "cancel", "reject"}


def test_a_script_that_is_none_is_refused():
    with pytest.raises(ValueError, match="text first"):
        scripts.read("text first")
    with pytest.raises(KeyError):
        scripts.read(">fly+5")


@pytest.mark.parametrize("key", pictures.PICTURES)
def test_pictures_are_drawn(key, tmp_path):
    data = pictures.draw(key)
    assert data.startswith(b"%PDF" if key == "list" else b"\xff\xd8")
    if key != "list":
        (tmp_path / "picture.jpg").write_bytes(data)
        with Image.open(tmp_path / "picture.jpg") as picture:
            assert picture.size == (800, 600)
            assert len(picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=32).getcolors()) > 8


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        dt.datetime(2026, 11, 22, 21, 0, tzinfo=dt.UTC),  # Sunday, deep in the night at the place
        dt.datetime(2026, 11, 23, 3, 1, tzinfo=dt.UTC),  # Monday, a minute after the work has begun
        dt.datetime(2027, 1, 1, 0, 0, tzinfo=dt.UTC),
    ],
)
def test_plot_is_fresh_at_any_hour(now):
    """Two hundred orders in all statuses at whatever moment the demo is loaded, none of them in the future."""
    orders = plot.orders(now)
    assert Counter(order.status for order in orders) == plot.WANTED
    assert sum(plot.WANTED.values()) == 200
    ages = [now - order.story.created_at for order in orders]
    assert min(ages) > dt.timedelta(0)
    assert max(ages) < dt.timedelta(days=63)
    assert sum(age < dt.timedelta(days=8) for age in ages) > 70, "dense recently"
    for order in orders:
        moments = [line.at for line in order.lines]
        assert moments == sorted(moments)
        assert moments[-1] <= now
        assert order.status != "done" or order.waiting_since or order.completes_at > now
    assert Counter(order.status for order in orders if order.waiting_since) == plot.WAITING
    assert sum(order.executor is None and order.status == "new" for order in orders) >= plot.UNASSIGNED
    assert {line.kind for order in orders for line in order.lines} >= {
        f"order.{did}"
        for did in (
            "assigned",
            "started",
            "finished",
            "sent_back",
            "confirmed",
            "closed",
            "cancelled",
            "rejected",
            "expired",
        )
    }


def test_plot_is_the_same_for_the_same_moment():
    def told(order):
        return (order.story.created_at, order.story.author, order.chat, order.notes, order.lines)

    assert [told(order) for order in plot.orders(NOW)] == [told(order) for order in plot.orders(NOW)]


def test_staff_works_in_working_hours():
    zone = ZoneInfo(places.ZONE)
    for order in plot.orders(NOW):
        for post in order.chat[order.opening :]:
            local = post.at.astimezone(zone)
            assert local.weekday() < 6
            assert 8 <= local.hour < 20 or (local.hour, local.minute) == (20, 0)


# --- what is loaded -----------------------------------------------------------------------------------------------


@pytest.fixture
def loaded(app, db):
    with force_locale("ru"):
        demo.load(db, app.extensions["storage"], app.extensions["safe"])
    return db


def force_locale_of_tests():
    """Password rules speak through translations, which need no request but an app."""
    from flask import Flask
    from flask_babel import Babel

    app = Flask(__name__)
    Babel(app)
    return app.app_context()


def test_loaded_data_keeps_every_invariant(loaded, app):
    """One load, every question: what the actions guarantee holds for every loaded row."""
    for question in (
        _accounts_open,
        _answers_are_whole,
        _threads_are_gapless,
        _marks_stay_within_threads,
        _statuses_agree_with_times,
        _journal_explains_every_order,
        _notices_follow_the_table,
        _numbers_grow_with_time,
        _calls_of_help_are_whole,
        _files_are_kept,
        _appointments_tell_a_story,
        _search_is_as_the_action_makes_it,
        _loads_only_once,
    ):
        question(loaded, app)


def _accounts_open(db, app):
    rows = demo.accounts()
    assert {role for _name, role, _address, _password in rows} == set(ROLES) | set(crowd.TITLES.values())
    for name, role, address, password in rows:
        user = people_actions.sign_in(address, password)
        assert user.name == name
        assert [held.name for held in user.roles] == [RESIDENT if role in crowd.TITLES.values() else role]
    assert db.scalar(select(func.count(User.id)).where(User.timezone.is_(None))) == 1


def _answers_are_whole(db, app):
    for order in db.scalars(select(Order).where(Order.alarm_id.is_(None))).unique():
        labels = [answer["label"] for answer in order.answers]
        asked = [field.label for field in order.service.fields]
        assert labels == [label for label in asked if label in labels], "in form order"
        required = {field.label for field in order.service.fields if field.required}
        assert required <= set(labels)
        assert all(set(answer) == {"label", "kind", "value", "text"} for answer in order.answers)
        assert order.title == order.service.name
    assert db.scalar(select(func.count(Service.id))) == 20


def _threads_are_gapless(db, app):
    rows = db.execute(
        select(Thread.id, Thread.last_number, func.count(Message.id), func.max(Message.number))
        .outerjoin(Message, Message.thread_id == Thread.id)
        .group_by(Thread.id)
    ).all()
    assert all(last == count == (most or 0) for _id, last, count, most in rows)
    disorder = """SELECT count(*) FROM messages a JOIN messages b ON b.thread_id = a.thread_id
        AND b.number = a.number + 1 WHERE b.created_at < a.created_at"""
    assert db.scalar(text(disorder)) == 0
    opened = """SELECT count(*) FROM orders o
        JOIN services s ON s.id = o.service_id JOIN threads t ON t.id = o.thread_id
        LEFT JOIN messages m ON m.thread_id = t.id AND m.number = 1 AND m.author_id IS NULL
        WHERE (s.first_message <> '') <> (m.id IS NOT NULL) OR t.opening <> (m.id IS NOT NULL)::int"""
    assert db.scalar(text(opened)) == 0
    wrong_side = """SELECT count(*) FROM messages m JOIN orders o ON o.thread_id = m.thread_id
        WHERE m.staff = (m.author_id IS NOT DISTINCT FROM o.author_id)"""
    assert db.scalar(text(wrong_side)) == 0


def _marks_stay_within_threads(db, app):
    assert _none(
        db,
        "read_marks r JOIN threads t ON t.id = r.thread_id",
        "r.read > r.delivered OR r.delivered > t.last_number",
    )
    own = """messages m LEFT JOIN read_marks r ON r.thread_id = m.thread_id AND r.user_id = m.author_id"""
    assert _none(db, own, "m.author_id IS NOT NULL AND coalesce(r.read, 0) < m.number"), "who writes has read"
    foreign = "read_marks r JOIN orders o ON o.notes_id = r.thread_id"
    assert _none(db, foreign, "r.user_id = o.author_id"), "notes are no business of the orderer"
    assert not _none(
        db,
        "read_marks r JOIN orders o ON o.thread_id = r.thread_id JOIN threads t ON t.id = r.thread_id",
        "r.user_id = o.author_id AND r.read < t.last_number",
    ), "somebody has unread answers"


def _statuses_agree_with_times(db, app):
    now = clock.now()
    loaded_at = dt.datetime.fromisoformat(db.get(Setting, MARKER).value)
    for order in db.scalars(select(Order).where(Order.alarm_id.is_(None))).unique():
        final = STATUSES[order.status].final
        assert (order.closed_at is not None) == final
        assert (order.completes_at is not None) == (order.status == "done")
        assert order.status == "done" or order.reminded_at is None
        assert order.status != "in_progress" or order.executor_id is not None
        assert order.created_at <= order.updated_at <= now
        waits = _unanswered_since(db, order)
        assert order.waiting_since == waits, order.id
        if order.status == "done":
            # What falls due in the moment of loading is left to the jobs.
            assert order.completes_at + play.JOB_DELAY >= loaded_at or order.waiting_since


def _unanswered_since(db, order):
    """The resident's first message after the staff's last word, the end, or a «no answer needed»."""
    held = None
    entries = db.scalars(select(Entry).where(Entry.subject == order.subject).order_by(Entry.id)).all()
    for entry in entries:
        if entry.kind == "message.posted":
            held = held or entry.at
        ends = entry.kind in ("message.answered", "order.settled") or entry.data.get("to") in (
            "completed",
            "cancelled",
        )
        held = None if ends else held
    return held


def _journal_explains_every_order(db, app):
    """The journal's moves lead, legally and without a gap, from «new» to the present status."""
    kinds = {move.kind: move for move in WORK.moves.values()}
    for order in db.scalars(select(Order).where(Order.alarm_id.is_(None))).unique():
        entries = db.scalars(select(Entry).where(Entry.subject == order.subject).order_by(Entry.id)).all()
        assert entries[0].kind == "order.placed"
        assert entries[0].at == order.created_at
        assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
        status = "new"
        for entry in entries:
            assert entry.kind in JOURNAL
            if entry.kind in kinds:
                assert entry.data["from"] == status
                assert kinds[entry.kind].starts_from(status)
                status = entry.data["to"]
                assert kinds[entry.kind].target.name == status
        assert status == order.status
        moved = [entry for entry in entries if entry.kind in kinds or entry.kind == "order.assigned"]
        assert order.version > len(moved)
        assert order.updated_at == (moved[-1].at if moved else order.created_at)
        written = Counter(entry.kind for entry in entries)
        messages = db.scalar(select(Thread.last_number - Thread.opening).where(Thread.id == order.thread_id))
        assert written["message.posted"] + written["message.answered"] == messages
        assert written["note.posted"] == db.scalar(
            select(Thread.last_number).where(Thread.id == order.notes_id)
        )


def _notices_follow_the_table(db, app):
    from app.queries import inbox
    from models import Notice

    notices = db.scalars(select(Notice)).all()
    assert len(notices) > 1000
    for notice in notices:
        kind, _, index = notice.kind.partition("#")
        assert kind == notice.entry.kind
        assert notice.user_id != notice.entry.actor_id
        assert notice.urgent == JOURNAL[kind].rules[int(index)].urgent
        assert notice.created_at == notice.entry.at
        assert notice.read_at is None or notice.created_at <= notice.read_at <= clock.now()
        assert inbox.text(notice.entry, notice.kind, dt.UTC)
    assert any(notice.read_at is None for notice in notices)


def _numbers_grow_with_time(db, app):
    for table, moment in (("orders", "created_at"), ("journal", "at"), ("notices", "created_at")):
        rows = f"SELECT {moment} >= lag({moment}) OVER (ORDER BY id) AS ok FROM {table}"
        assert db.scalar(text(f"SELECT bool_and(ok) FROM ({rows}) AS rows")) is True, table


def _calls_of_help_are_whole(db, app):
    """What the actions keep of a call holds for the told ones: presses, stages in time, who was told before he came."""
    alarms = db.scalars(select(Alarm)).unique().all()
    assert len(alarms) >= 24
    assert sum(alarm.drill for alarm in alarms) >= 4
    assert {alarm.status for alarm in alarms} == {"completed", "cancelled", "false_call"}
    for alarm in alarms:
        assert alarm.lead_id == min(order.id for order in alarm.orders)
        assert {order.status for order in alarm.orders} == {alarm.status}
        assert len(alarm.orders) == alarm.calls
        stages = (alarm.delivered_at, alarm.seen_at, alarm.accepted_at, alarm.on_way_at, alarm.on_site_at)
        moments = [alarm.called_at, *(moment for moment in stages if moment), alarm.closed_at]
        assert moments == sorted(moments)
        assert not alarm.sounding
        assert alarm.step_at is None
        entries = db.scalars(select(Entry).where(Entry.subject == alarm.subject).order_by(Entry.id)).all()
        assert [entry.kind for entry in entries][:2] == ["sos.called", "sos.told"]
        assert sum(entry.kind in ("sos.called", "sos.repeated") for entry in entries) == alarm.calls
        assert all(entry.kind in JOURNAL for entry in entries)
        told = set(db.scalars(select(Receipt.user_id).where(Receipt.alarm_id == alarm.id)))
        first = [one.user_id for one in alarm.responders][:1]
        assert told >= set(first)
        assert alarm.author_id not in told


def _files_are_kept(db, app):
    files = db.scalars(select(StoredFile)).all()
    assert sum(file.subject.startswith("thread:") for file in files) >= 15
    assert any(file.subject.startswith("order:") for file in files)
    storage = app.extensions["storage"]
    for file in files:
        assert storage.path(file.id).stat().st_size == file.size + (36 if file.sealed else 0)
        assert file.is_image == (file.content_type == "image/jpeg")
        assert not file.is_image or storage.path(file.id, preview=True).exists()
        assert (file.message_id is not None) == file.subject.startswith("thread:")
    assert _none(
        db,
        "files f JOIN messages m ON m.id = f.message_id",
        "f.subject <> 'thread:' || m.thread_id OR f.owner_id <> m.author_id",
    )


def _search_is_as_the_action_makes_it(db, app):
    from app.actions import orders

    before = dict(db.execute(select(Order.id, Order.search)).all())
    for order in db.scalars(select(Order).limit(40)).unique():
        orders.index(order, order.author)
    after = dict(db.execute(select(Order.id, Order.search)).all())
    assert before == after
    db.rollback()


def _appointments_tell_a_story(db, app):
    """Somebody in every status but one of the past that is still open; what is held is held once; terms are signed and
    wait, documents of both sides lie there."""
    found = set(db.scalars(select(Appointment.status)))
    assert found == set(APPOINTMENT_STATUSES)
    assert {one.kind for one in db.scalars(select(Provider))} == {"specialist", "organization"}
    overdue = select(func.count()).where(
        Appointment.status == "agreed", Appointment.ends_at < clock.now() - dt.timedelta(hours=1)
    )
    assert db.scalar(overdue) == 0
    assert set(db.scalars(select(SharedDocument.by_provider))) == {True, False}
    assert db.scalar(select(func.count()).select_from(Consent)) >= 10
    assert db.scalar(select(func.count()).where(Specialist.user_id.is_(None))) == 1
    # Whoever came for a specialist only lives by another clock, and one of the appointments was put off.
    guest = db.scalars(select(User).where(User.email == crowd.email(crowd.CLIENTS[0]))).one()
    assert counters(db, guest).guest
    assert guest.timezone != places.ZONE
    assert db.scalar(select(func.count()).where(Appointment.moved_from < Appointment.starts_at)) == 1


def _loads_only_once(db, app):
    assert demo.is_loaded(db)
    assert not demo.is_empty(db)
    with pytest.raises(RuntimeError):
        demo.load(db, app.extensions["storage"], app.extensions["safe"])


def _none(db, tables, condition):
    return db.scalar(text(f"SELECT count(*) FROM {tables} WHERE {condition}")) == 0
