"""Duty lists with handovers, the steps of the escalation, drills and their reminder."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.actions import alarms, drills, duty, escalation
from app.errors import Forbidden, Invalid, NotFound, Stale
from app.permissions import GUARD
from app.queries import duty as queries
from models import Alarm, AlarmStep, DutySlot, Entry, Handover, Notice
from tests import factories as make

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def guard(db):
    return make.user("Николай", "Багров", roles=(GUARD,))


@pytest.fixture
def manager(db):
    return make.dispatcher()


# --- the week -----------------------------------------------------------------------------------------------------


def test_a_week_of_duty(db, guard, manager):
    house = make.place()
    made = duty.add(manager, guard.id, house.id, weekdays=[0, 1, 1, 4], starts="08:00", ends="20:00")
    assert [(slot.weekday, slot.starts, slot.ends) for slot in made] == [
        (0, 480, 1200),
        (1, 480, 1200),
        (4, 480, 1200),
    ]
    # A day that is there already is not there twice.
    again = duty.add(manager, guard.id, house.id, weekdays=[4, 5], starts="08:00", ends="20:00")
    assert [slot.weekday for slot in again] == [5]
    duty.remove(manager, made[0].id)
    assert db.scalar(select(func.count()).select_from(DutySlot)) == 3


def test_midnight_is_the_end_of_the_day(db, guard, manager):
    (slot,) = duty.add(manager, guard.id, None, weekdays=[6], starts="20:00", ends="00:00")
    zone = clock.zone("Asia/Yekaterinburg")
    sunday = dt.datetime(2026, 11, 22, 23, 59, tzinfo=zone)
    assert queries.covers(slot, sunday, zone)
    assert not queries.covers(slot, sunday + dt.timedelta(minutes=1), zone)


def test_hours_without_anybody(db, guard, manager):
    """Of the whole location: a place's own duty covers nothing else. Nights and the turn of the week count."""
    duty.add(manager, guard.id, None, weekdays=range(7), starts="08:00", ends="20:00")
    duty.add(manager, guard.id, None, weekdays=[*range(5), 6], starts="20:00", ends="08:00")
    duty.add(manager, guard.id, make.place().id, weekdays=range(7), starts="00:00", ends="00:00")
    assert queries.gaps(queries.slots(db)) == [(5, 20 * 60, 24 * 60), (6, 0, 8 * 60)]
    assert queries.gaps([]) == [(day, 0, 24 * 60) for day in range(7)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts": "8"}, "starts"),
        ({"starts": "24:00"}, "starts"),
        ({"ends": "25:00"}, "ends"),
        ({"ends": "08:61"}, "ends"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [9]}, "weekdays"),
    ],
)
def test_wrong_hours_change_nothing(db, guard, manager, wrong, field):
    given = {"weekdays": [0], "starts": "08:00", "ends": "20:00"} | wrong
    with pytest.raises(Invalid) as refused:
        duty.add(manager, guard.id, None, **given)
    assert set(refused.value.fields) == {field}
    assert db.scalar(select(func.count()).select_from(DutySlot)) == 0


def test_only_who_responds_can_be_on_duty_and_only_managers_say_so(db, guard, manager):
    with pytest.raises(Invalid):
        duty.add(manager, make.resident().id, None, weekdays=[0], starts="08:00", ends="20:00")
    with pytest.raises(Invalid):
        duty.add(manager, guard.id, 999_999, weekdays=[0], starts="08:00", ends="20:00")
    with pytest.raises(Forbidden):
        duty.add(guard, guard.id, None, weekdays=[0], starts="08:00", ends="20:00")
    with pytest.raises(NotFound):
        duty.remove(manager, 999_999)


# --- handovers ----------------------------------------------------------------------------------------------------


def test_a_guard_hands_over_and_takes_back(db, guard, manager):
    now = clock.now()
    other = make.user("Светлана", "Ершова", roles=(GUARD,))
    made = duty.hand_over(guard, guard.id, other.id, starts_at=now - HOUR, ends_at=now + HOUR)
    assert queries.handed_over(db, [guard.id], now) == {other.id}
    with pytest.raises(Invalid):
        duty.hand_over(guard, guard.id, manager.id, starts_at=now, ends_at=now + HOUR)
    with pytest.raises(NotFound):
        duty.take_back(make.user(roles=(GUARD,)), made.id)
    duty.take_back(other, made.id)
    assert queries.handed_over(db, [guard.id], clock.now()) == {guard.id}
    assert made.ends_at <= clock.now()  # it was there: the list of the past keeps it


def test_a_handover_to_come_can_be_called_off(db, guard, manager):
    now = clock.now()
    made = duty.hand_over(manager, guard.id, manager.id, starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    duty.take_back(manager, made.id)
    assert db.scalar(select(func.count()).select_from(Handover)) == 0


def test_a_note_has_no_sign_that_the_database_refuses(db, guard, manager):
    now = clock.now()
    note = "\0Смена до\0 утра " + "а" * 400
    made = duty.hand_over(guard, guard.id, manager.id, starts_at=now, ends_at=now + HOUR, note=note)
    assert (made.note[:14], len(made.note)) == ("Смена до утра ", 300)


def test_wrong_handovers(db, guard, manager):
    now = clock.now()
    other = make.user(roles=(GUARD,))
    for given, field in (
        ({"to": guard.id}, "to"),
        ({"to": make.resident().id}, "to"),
        ({"starts_at": None}, "starts_at"),
        ({"ends_at": None}, "ends_at"),
        ({"ends_at": now - 2 * HOUR}, "ends_at"),
        ({"starts_at": now - 3 * HOUR, "ends_at": now - 2 * HOUR}, "ends_at"),
        ({"ends_at": now + 40 * 24 * HOUR}, "ends_at"),
    ):
        asked = {"starts_at": now, "ends_at": now + HOUR} | {k: v for k, v in given.items() if k != "to"}
        with pytest.raises(Invalid) as refused:
            duty.hand_over(guard, guard.id, given.get("to", other.id), **asked)
        assert set(refused.value.fields) == {field}
    with pytest.raises(Forbidden):
        duty.hand_over(guard, other.id, guard.id, starts_at=now, ends_at=now + HOUR)


# --- steps --------------------------------------------------------------------------------------------------------


def draft(audience: str = "everybody", after: str = "30", channels: tuple[str, ...] = ("screen",)):
    return escalation.Draft(audience, channels, after)


def test_steps_are_saved_as_a_whole(db, manager):
    seen = escalation.mark(queries.steps(db))
    escalation.set_steps(
        manager, [draft("duty", "77"), draft("managers", "15"), draft(after="20")], seen=seen
    )
    assert [(step.audience, step.after) for step in queries.steps(db)] == [
        ("duty", 0),  # the first one is taken at the press
        ("managers", 15),
        ("everybody", 20),
    ]
    assert db.scalars(select(AlarmStep.position).order_by(AlarmStep.id)).all() == [1, 2, 3]
    with pytest.raises(Stale):
        escalation.set_steps(manager, [draft()], seen=seen)


@pytest.mark.parametrize(
    ("drafts", "fields"),
    [
        ([], set()),
        ([draft()] * 11, set()),
        ([draft(after="5")], {"0.after"}),  # it repeats for ever
        ([draft(), draft(after="x")], {"1.after"}),
        ([draft(), draft(after="99999999")], {"1.after"}),
        ([draft("nobody"), draft()], {"0.audience"}),
        ([draft(), draft(channels=("telegram",))], {"1.channels"}),  # not on offer yet
    ],
)
def test_wrong_steps_change_nothing(db, manager, drafts, fields):
    before = queries.steps(db)
    with pytest.raises(Invalid) as refused:
        escalation.set_steps(manager, drafts, seen=escalation.mark(before))
    assert set(refused.value.fields) == fields
    assert queries.steps(db) == before


def test_guards_do_not_change_the_steps(db, guard):
    with pytest.raises(Forbidden):
        escalation.set_steps(guard, [draft()], seen=escalation.mark(queries.steps(db)))


# --- drills -------------------------------------------------------------------------------------------------------


def test_a_drill_goes_the_whole_way(db, guard, manager):
    order = drills.hold(manager, uuid4())
    alarm = db.get(Alarm, order.alarm_id)
    assert (alarm.drill, alarm.sounding, alarm.author_id) == (True, True, manager.id)
    with pytest.raises(Invalid):
        drills.hold(manager, uuid4())
    for name in ("accept", "set_off", "arrive"):
        alarms.move(guard, alarm.id, name)
    alarms.move(guard, alarm.id, "finish", comment="Учебная")
    assert drills.hold(manager, uuid4()).alarm_id != alarm.id
    with pytest.raises(Forbidden):
        drills.hold(guard, uuid4())


def test_the_key_of_a_drill_is_the_own_one(db, manager):
    """A form of somebody else with the same key is another drill; the own one again is the same."""
    key, other = uuid4(), make.dispatcher()
    mine, theirs = drills.hold(manager, key), drills.hold(other, key)
    assert (mine.author_id, theirs.author_id) == (manager.id, other.id)
    assert drills.hold(manager, key).id == mine.id


def test_managers_are_reminded_once_a_week(db, manager, guard, run_jobs, monkeypatch):
    assert drills.remind()
    assert not drills.remind()
    run_jobs()
    told = db.scalars(select(Notice.user_id).where(Notice.kind == "sos.drill_due#0")).all()
    assert told == [manager.id]
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(days=8))
    drills.hold(manager, uuid4())
    assert not drills.remind()
    monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(days=16))
    assert drills.remind()
    assert db.scalar(select(func.count()).where(Entry.kind == "sos.drill_due")) == 2
