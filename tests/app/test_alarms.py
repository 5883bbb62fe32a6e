"""Calls of help: presses and repeats, stages with several responders, telling step by step, receipts (D-11, D-12)."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.actions import alarms, consoles, orders, telling
from app.errors import Forbidden, IllegalMove, Invalid, NotFound, Stale
from app.permissions import GUARD, ROLES, P
from app.queries import alarms as queries
from app.queries import duty
from models import Alarm, AlarmStep, Audience, DutySlot, Entry, Handover, Notice, Order, Receipt
from tests import factories as make


@pytest.fixture
def guard(db):
    return make.user("Николай", "Багров", roles=(GUARD,))


@pytest.fixture
def other(db):
    return make.user("Светлана", "Ершова", roles=(GUARD,))


def alarm_of(db, order: Order) -> Alarm:
    found = db.get(Alarm, order.alarm_id)
    db.refresh(found)
    return found


def kinds(db, alarm: Alarm) -> list[str]:
    rows = select(Entry.kind).where(Entry.subject == alarm.subject).order_by(Entry.id)
    return list(db.scalars(rows))


def told(db, alarm: Alarm) -> set[int]:
    return set(db.scalars(select(Receipt.user_id).where(Receipt.alarm_id == alarm.id)))


# --- pressing -----------------------------------------------------------------------------------------------------


def test_a_press_is_an_order_and_an_alarm(db, guard):
    """S1-7, S1-9, S1-10, S1-22: one press carries no place and no text; it is told at once."""
    person = make.resident()
    order = alarms.call(person, uuid4())
    alarm = alarm_of(db, order)
    assert (order.kind, order.status, order.place_id, order.answers) == ("sos", "new", None, [])
    assert (alarm.status, alarm.calls, alarm.sounding, alarm.lead_id) == ("new", 1, True, order.id)
    assert alarm.due_at - alarm.called_at == dt.timedelta(minutes=5)
    assert told(db, alarm) == {guard.id}
    assert kinds(db, alarm) == ["sos.called", "sos.told"]


def test_twenty_presses_are_twenty_orders_and_one_alarm(db, guard):
    """S1-11, D-11: each repeat is an order of its own; the staff see one alarm with a count, told once."""
    person = make.resident()
    calls = [alarms.call(person, uuid4()) for _ in range(20)]
    assert len({order.id for order in calls}) == 20
    assert {order.alarm_id for order in calls} == {calls[0].alarm_id}
    alarm = alarm_of(db, calls[0])
    assert (alarm.calls, alarm.lead_id) == (20, calls[0].id)
    assert kinds(db, alarm).count("sos.told") == 1


def test_the_same_press_again_is_the_same_call(db, guard):
    """A phone that does not know whether its press arrived sends it again."""
    person, key = make.resident(), uuid4()
    assert alarms.call(person, key).id == alarms.call(person, key).id
    assert db.scalar(select(func.count()).select_from(Order)) == 1


def test_a_repeat_starts_the_countdown_anew(db, guard, later):
    """S1-11: a repeat restarts the counter; it keeps the place that an earlier call named."""
    person, room = make.resident(), make.place("Офис 312", "room", sos_minutes=3)
    first = alarms.call(person, uuid4(), place_id=room.id, words="Дым в коридоре")
    due = alarm_of(db, first).due_at
    later(60)
    alarms.call(person, uuid4())
    alarm = alarm_of(db, first)
    assert alarm.due_at - due == pytest.approx(dt.timedelta(seconds=60), abs=dt.timedelta(seconds=5))
    assert (alarm.place_id, alarm.words) == (room.id, "Дым в коридоре")
    assert alarm.due_at - alarm.repeated_at == dt.timedelta(minutes=3)


def test_a_repeat_in_vain_sounds_again(db, guard, later):
    """S1-12: who accepted has not come in time, and help is asked for again."""
    person = make.resident()
    order = alarms.call(person, uuid4())
    alarms.move(guard, order.alarm_id, "accept")
    alarms.move(guard, order.alarm_id, "set_off")
    assert not alarm_of(db, order).sounding
    alarms.call(person, uuid4())
    assert not alarm_of(db, order).sounding  # it is not over yet: a count, no new noise
    later(5 * 60 + 1)
    repeat = alarms.call(person, uuid4())
    assert alarm_of(db, order).sounding
    assert repeat.status == "on_way"


def test_a_press_after_somebody_came_sounds_again(db, guard, other):
    """A call that was not closed, or help that is not enough: a later press is never only a number in a quiet line."""
    person = make.resident()
    order = alarms.call(person, uuid4())
    for name in ("accept", "arrive"):
        alarms.move(guard, order.alarm_id, name)
    alarm = alarm_of(db, order)
    assert (alarm.sounding, alarm.step_at) == (False, None)
    for _ in range(5):
        alarms.call(person, uuid4())
    alarm = alarm_of(db, order)
    assert (alarm.status, alarm.sounding, alarm.calls) == ("on_site", True, 6)
    assert kinds(db, alarm).count("sos.told") == 2  # no flood: it sounds already
    since = alarm.on_site_at
    alarms.move(guard, alarm.id, "arrive")  # «На месте» again: he is there
    alarm = alarm_of(db, order)
    assert (alarm.sounding, alarm.on_site_at) == (False, since)
    alarms.call(person, uuid4())
    alarms.move(other, alarm.id, "join")
    assert not alarm_of(db, order).sounding


def test_a_press_from_elsewhere_sounds_again(db, guard):
    """Whoever goes, goes to where the first call came from."""
    person, near, far = make.resident(), make.place("Корпус А"), make.place("Двор")
    room = make.place("Офис 312", "room", near)
    order = alarms.call(person, uuid4())
    alarms.move(guard, order.alarm_id, "accept")
    for place in (near, room, room):
        alarms.call(person, uuid4(), place_id=place.id)
    assert not alarm_of(db, order).sounding  # more exact than before, no other place
    alarms.call(person, uuid4(), place_id=far.id)
    alarm = alarm_of(db, order)
    assert (alarm.sounding, alarm.status, alarm.place_name) == (True, "accepted", "Двор")


def test_a_name_that_is_too_long_for_the_order_is_cut(db, guard):
    place = None
    for number, kind in enumerate(("building", "floor", "room", "object")):
        place = make.place(f"{number}{'я' * 199}", kind, place)
    order = alarms.call(make.resident(), uuid4(), place_id=place.id)
    assert len(order.place_name) == 300
    assert order.place_id == place.id


def test_a_place_that_is_gone_does_not_stop_a_call(db, guard):
    order = alarms.call(make.resident(), uuid4(), place_id=999_999)
    assert (order.place_id, alarm_of(db, order).status) == (None, "new")


def test_the_form_needs_a_place_on_offer_and_words(db, guard):
    """S1-15, S1-16: both are required; a place that is not offered, a foreign territory's too, is not taken."""
    person, here, elsewhere = make.resident(), make.place("Офис 312"), make.place("Чужой корпус")
    for place, words, wrong in (
        ("", "", {"place", "words"}),
        (str(elsewhere.id), "Дым", {"place"}),
        ("999999999999999999999", "Дым", {"place"}),
        (str(here.id), "  ", {"words"}),
        (str(here.id), "я" * 2001, {"words"}),
    ):
        with pytest.raises(Invalid) as refused:
            alarms.describe(
                person, uuid4(), place=place, words=words, offered={here.id: "312"}, pressed_at=None
            )
        assert set(refused.value.fields) == wrong
    assert db.scalar(select(func.count()).select_from(Alarm)) == 0
    alarms.call(person, uuid4())
    added = alarms.describe(
        person, uuid4(), place=str(here.id), words="", offered={here.id: "312"}, pressed_at=None
    )
    assert (added.place_id, alarm_of(db, added).calls) == (here.id, 2)


def test_the_moment_of_the_press_is_the_phones(db, guard):
    """A press without a network keeps its time; a clock that cannot be right is not believed."""
    now = clock.now()
    for pressed, kept in (
        (now - dt.timedelta(minutes=40), True),
        (now + dt.timedelta(minutes=5), False),
        (now - dt.timedelta(days=3), False),
    ):
        alarm = alarm_of(db, alarms.call(make.resident(), uuid4(), pressed_at=pressed))
        assert (alarm.pressed_at == pressed) is kept
        assert alarm.pressed_at <= alarm.called_at


def test_a_drill_never_swallows_a_real_call(db, guard):
    person = make.dispatcher()
    drill = alarms.call(person, uuid4(), drill=True)
    real = alarms.call(person, uuid4())
    assert drill.alarm_id != real.alarm_id
    assert queries.mine(db, person).id == real.alarm_id
    assert drill.title.startswith("Учебная тревога")


# --- stages -------------------------------------------------------------------------------------------------------


def test_the_way_of_an_alarm(db, guard, run_jobs):
    """D-11: accepted → on the way → on site → completed; every call of it goes along, the caller is told."""
    person = make.resident()
    calls = [alarms.call(person, uuid4()) for _ in range(3)]
    alarm_id = calls[0].alarm_id
    for name, status in (("accept", "accepted"), ("set_off", "on_way"), ("arrive", "on_site")):
        assert alarms.move(guard, alarm_id, name).status == status
        assert set(db.scalars(select(Order.status))) == {status}
    with pytest.raises(Invalid):
        alarms.move(guard, alarm_id, "finish", comment=" ")
    alarm = alarms.move(guard, alarm_id, "finish", comment="Открыли застрявший лифт")
    assert (alarm.status, alarm.sounding, alarm.step_at) == ("completed", False, None)
    assert alarm.accepted_at <= alarm.on_way_at <= alarm.on_site_at <= alarm.closed_at
    assert db.scalar(select(func.count()).where(Order.closed_at.is_(None))) == 0
    run_jobs()
    rows = db.scalars(select(Notice.kind).where(Notice.user_id == person.id).order_by(Notice.id))
    assert list(rows) == ["sos.accepted#0", "sos.set_off#0", "sos.finished#0"]


def test_the_first_one_wins_and_the_second_may_join(db, guard, other):
    """Of two who press «Принять» the second hears who goes."""
    order = alarms.call(make.resident(), uuid4())
    alarms.move(guard, order.alarm_id, "accept")
    with pytest.raises(Stale, match="Николай Багров"):
        alarms.move(other, order.alarm_id, "accept")
    alarms.move(other, order.alarm_id, "join")
    alarms.move(other, order.alarm_id, "arrive")
    alarm = alarm_of(db, order)
    assert alarm.status == "on_site"
    assert [(one.user.first_name, one.on_site_at is not None) for one in alarm.responders] == [
        ("Николай", False),
        ("Светлана", True),
    ]


def test_the_same_press_of_a_responder_changes_nothing(db, guard):
    order = alarms.call(make.resident(), uuid4())
    for name in ("accept", "accept", "set_off", "set_off", "arrive", "arrive"):
        alarms.move(guard, order.alarm_id, name)
    alarm = alarm_of(db, order)
    assert kinds(db, alarm) == ["sos.called", "sos.told", "sos.accepted", "sos.set_off", "sos.arrived"]


def test_a_mistaken_arrival_is_taken_back(db, guard, other):
    """«На месте» by mistake; and beside one who is there, another one may still set off or give up."""
    order = alarms.call(make.resident(), uuid4())
    for name in ("accept", "arrive"):
        alarms.move(guard, order.alarm_id, name)
    for name in ("join", "set_off", "release"):
        assert alarms.move(other, order.alarm_id, name).status == "on_site"
    alarm = alarms.move(guard, order.alarm_id, "release")
    assert (alarm.status, alarm.sounding) == ("new", True)
    assert alarms.move(guard, order.alarm_id, "accept").status == "accepted"


def test_two_results_are_not_taken_for_one(db, guard, other):
    """Who finishes after another is told so, and his words are not swallowed."""
    order = alarms.call(make.resident(), uuid4())
    alarms.move(guard, order.alarm_id, "accept")
    for _ in range(2):
        alarms.move(guard, order.alarm_id, "finish", comment="Открыли лифт\0")
    with pytest.raises(Stale):
        alarms.move(other, order.alarm_id, "finish", comment="Вызвали скорую")
    assert alarm_of(db, order).result == "Открыли лифт"


def test_who_cannot_come_hands_it_back(db, guard, other):
    """The alarm sounds again at once when nobody goes any more; while another goes, it does not."""
    order = alarms.call(make.resident(), uuid4())
    alarms.move(guard, order.alarm_id, "accept")
    alarms.move(other, order.alarm_id, "join")
    alarms.move(guard, order.alarm_id, "release")
    assert (alarm_of(db, order).status, alarm_of(db, order).sounding) == ("accepted", False)
    alarms.move(other, order.alarm_id, "release")
    assert (alarm_of(db, order).status, alarm_of(db, order).sounding) == ("new", True)
    alarms.move(guard, order.alarm_id, "accept")  # he can, after all
    assert alarm_of(db, order).status == "accepted"


@pytest.mark.parametrize(("name", "status"), [("close", "completed"), ("cancel", "cancelled")])
def test_the_caller_may_close_it(db, guard, name, status):
    """D-12. Afterwards a press is a new alarm."""
    person = make.resident()
    order = alarms.call(person, uuid4())
    alarms.move(person, order.alarm_id, name)
    assert alarm_of(db, order).status == status
    assert alarms.call(person, uuid4()).alarm_id != order.alarm_id


def test_a_closed_alarm_is_closed(db, guard, other):
    order = alarms.call(make.resident(), uuid4())
    alarms.move(guard, order.alarm_id, "false_call")
    assert alarm_of(db, order).status == "false_call"
    for name in ("accept", "join", "arrive", "finish"):
        with pytest.raises(Stale):
            alarms.move(other, order.alarm_id, name, comment="…")
    assert alarm_of(db, order).status == "false_call"


def test_nobody_responds_to_the_own_call_and_strangers_see_nothing(db, guard, other):
    order = alarms.call(guard, uuid4())
    assert queries.ringing(db, guard) == []
    with pytest.raises(Forbidden):
        alarms.move(guard, order.alarm_id, "accept")
    with pytest.raises(NotFound):
        alarms.move(make.resident(), order.alarm_id, "cancel")
    with pytest.raises(IllegalMove):
        alarms.move(other, order.alarm_id, "nonsense")
    with pytest.raises(IllegalMove):
        orders.move(guard, order.id, "cancel")


# --- telling ------------------------------------------------------------------------------------------------------


def test_it_climbs_until_somebody_accepts(db, guard, later):
    """Each step after its seconds, the last one for ever; accepting stops it."""
    manager = make.dispatcher()
    order = alarms.call(make.resident(), uuid4())
    alarm = alarm_of(db, order)
    telling.delivered(guard, [alarm.id])
    steps = [0, 30, 60, 120, 180, 240]
    for number, seconds in enumerate(steps[1:], 2):
        later(seconds - 1)
        assert telling.escalate_due() == 0
        later(seconds + 1)
        assert telling.escalate_due() == 1
        assert kinds(db, alarm).count("sos.told") == number
        assert telling.escalate_due() == 0
    assert told(db, alarm) == {guard.id, manager.id}
    alarms.move(guard, alarm.id, "accept")
    later(241)
    assert telling.escalate_due() == 0


def test_what_no_console_shows_climbs_after_two_seconds(db, guard, later):
    order = alarms.call(make.resident(), uuid4())
    later(1)
    assert telling.escalate_due() == 0
    later(2.5)
    assert telling.escalate_due() == 1
    assert kinds(db, alarm_of(db, order)).count("sos.told") == 2
    later(5)
    assert telling.escalate_due() == 1
    telling.delivered(guard, [order.alarm_id])
    later(8)
    assert telling.escalate_due() == 0


def test_it_sounds_again_if_nobody_moves_on(db, guard, later):
    """After «Принять» the setting's time, after «В пути» the time that was promised; on site it is over."""
    order = alarms.call(make.resident(), uuid4())
    alarms.move(guard, order.alarm_id, "accept")
    later(121)
    assert telling.escalate_due() == 1
    assert alarm_of(db, order).sounding
    assert "sos.stalled" in kinds(db, alarm_of(db, order))
    alarms.move(guard, order.alarm_id, "set_off")
    assert not alarm_of(db, order).sounding
    later(121 + 119)
    assert telling.escalate_due() == 0
    later(5 * 60 + 1)
    assert telling.escalate_due() == 1
    alarms.move(guard, order.alarm_id, "arrive")
    later(24 * 3600)
    assert telling.escalate_due() == 0


def test_nobody_on_duty_means_everybody_and_says_so(db, guard):
    manager = make.dispatcher()
    alarm = alarm_of(db, alarms.call(make.resident(), uuid4()))
    assert told(db, alarm) == {guard.id, manager.id}
    data = db.scalar(select(Entry.data).where(Entry.subject == alarm.subject, Entry.kind == "sos.told"))
    assert (data["audience"], data["instead"]) == ("duty", True)


def test_the_only_one_on_duty_calls(db, guard, other):
    """He is not told of his own call: it is everybody else's."""
    add(db, *(DutySlot(user_id=guard.id, weekday=day, starts=0, ends=1440) for day in range(7)))
    assert told(db, alarm_of(db, alarms.call(guard, uuid4()))) == {other.id}


def test_what_fails_in_telling_undoes_no_press_and_stops_no_other(db, guard, later, monkeypatch, caplog):
    """An alarm whose step cannot be taken is kept, told to everybody and tried again; the others climb."""
    broken = make.resident()
    real = duty.told

    def fail(session, audience, place_id, at, *, caller):
        if caller == broken.id:
            raise ZeroDivisionError
        return real(session, audience, place_id, at, caller=caller)

    monkeypatch.setattr(duty, "told", fail)
    bad = alarm_of(db, alarms.call(broken, uuid4()))
    good = alarm_of(db, alarms.call(make.resident(), uuid4()))
    assert (bad.status, bad.sounding, told(db, bad), told(db, good)) == ("new", True, {guard.id}, {guard.id})
    assert f"alarm {bad.id} could not be told" in caplog.text
    later(2.5)
    assert telling.escalate_due() == 2
    db.refresh(good)
    assert good.step == 2
    monkeypatch.setattr(duty, "told", real)
    later(5)
    assert telling.escalate_due() == 2
    assert kinds(db, alarm_of(db, db.scalar(select(Order).where(Order.alarm_id == bad.id)))) == [
        "sos.called",
        "sos.told",
    ]


def test_when_a_whole_house_calls_every_console_is_told_how_many(db, guard):
    """More than a bar holds: those that sound come first, and what is not shown is counted."""
    quiet = alarms.call(make.resident(), uuid4())
    alarms.move(guard, quiet.alarm_id, "accept")
    for _ in range(queries.MOST + 1):
        alarms.call(make.resident(), uuid4())
    lines = queries.ringing(db, guard)
    assert len(lines) == queries.MOST
    assert all(line.sounds for line in lines)
    assert queries.ringing_count(db, guard) == queries.MOST + 2
    alarms.move(guard, lines[0].alarm.id, "false_call")
    last = db.scalar(select(func.max(Alarm.id)))
    assert last in {line.alarm.id for line in queries.ringing(db, guard)}


def test_who_is_on_duty_is_told_first(db, guard, other):
    """The nearest place above that has anybody on duty; a handover counts."""
    house = make.place("Корпус А", timezone="Asia/Yekaterinburg")
    room = make.place("Офис 312", "room", house)
    add(
        db,
        *(
            DutySlot(user_id=guard.id, place_id=house.id, weekday=day, starts=0, ends=1440)
            for day in range(7)
        ),
    )
    add(db, *(DutySlot(user_id=other.id, weekday=day, starts=0, ends=1440) for day in range(7)))
    assert told(db, alarm_of(db, alarms.call(make.resident(), uuid4(), place_id=room.id))) == {guard.id}
    assert told(db, alarm_of(db, alarms.call(make.resident(), uuid4()))) == {guard.id, other.id}
    stand_in, now = make.dispatcher(), clock.now()
    hour = dt.timedelta(hours=1)
    add(db, Handover(from_id=guard.id, to_id=stand_in.id, starts_at=now - hour, ends_at=now + hour))
    assert told(db, alarm_of(db, alarms.call(make.resident(), uuid4(), place_id=room.id))) == {stand_in.id}


def add(db, *rows) -> None:
    db.add_all(rows)
    db.commit()


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-11-23 07:59", False),
        ("2026-11-23 08:00", True),
        ("2026-11-23 19:59", True),
        ("2026-11-23 20:00", False),
        ("2026-11-24 21:59", False),
        ("2026-11-24 22:00", True),
        ("2026-11-25 05:59", True),
        ("2026-11-25 06:00", False),
    ],
)
def test_hours_of_duty_are_those_of_the_place(moment, there):
    """Monday from eight to eight, and the night from Tuesday to Wednesday."""
    zone = clock.zone("Asia/Yekaterinburg")
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=zone)
    week = (DutySlot(weekday=0, starts=480, ends=1200), DutySlot(weekday=1, starts=1320, ends=360))
    assert any(duty.covers(slot, at, zone) for slot in week) is there


def test_who_has_no_screen_open_is_not_waited_for(db, guard, other):
    """The step goes to whoever is on duty; if he is away and others are at their screens, they hear it at once."""
    manager = make.dispatcher()
    add(db, *(DutySlot(user_id=guard.id, weekday=day, starts=0, ends=1440) for day in range(7)))
    alarm = alarm_of(db, alarms.call(make.resident(), uuid4()))
    assert told(db, alarm) == {guard.id}  # nobody has a screen: step by step
    consoles.beat(other, uuid4(), sound=True, visible=True)
    alarm = alarm_of(db, alarms.call(make.resident(), uuid4()))
    assert told(db, alarm) == {guard.id, other.id, manager.id}
    assert (alarm.step, kinds(db, alarm)) == (2, ["sos.called", "sos.told", "sos.told"])
    consoles.beat(guard, uuid4(), sound=False, visible=True)
    assert told(db, alarm_of(db, alarms.call(make.resident(), uuid4()))) == {guard.id}


def test_an_empty_list_of_steps_still_tells_everybody(db, guard):
    for step in db.scalars(select(AlarmStep)):
        db.delete(step)
    db.commit()
    assert told(db, alarm_of(db, alarms.call(make.resident(), uuid4()))) == {guard.id}
    assert duty.steps(db)[0].audience is Audience.EVERYBODY


# --- receipts -----------------------------------------------------------------------------------------------------


def test_delivered_seen_and_accepted_are_three_moments(db, guard, other, later):
    """Kept for each person; the first of each counts for the alarm."""
    order = alarms.call(make.resident(), uuid4())
    later(1)
    assert telling.delivered(guard, [order.alarm_id, 12345]) == 1
    assert telling.delivered(guard, [order.alarm_id]) == 0
    later(2)
    assert telling.seen(guard, [order.alarm_id]) == 1
    later(3)
    assert telling.seen(other, [order.alarm_id]) == 1
    later(4)
    alarm = alarms.move(guard, order.alarm_id, "accept")
    mine, others = queries.receipts(db, alarm)
    assert alarm.called_at < mine.delivered_at < mine.seen_at < alarm.accepted_at
    assert others.seen_at >= others.delivered_at > mine.seen_at
    alarm = alarm_of(db, order)
    assert (alarm.delivered_at, alarm.seen_at) == (mine.delivered_at, mine.seen_at)


def test_every_member_of_the_staff_hears_calls_of_help():
    """Whoever has the desk hears them: nobody on duty means all of these."""
    assert all((P.DESK in held) == (P.SOS_RESPOND in held) for held in ROLES.values())
