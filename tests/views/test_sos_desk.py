"""The desk's pages of calls of help: duty, steps, watch with drills, reports, the sheet."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.actions import alarms, consoles, drills, duty, telling
from app.extensions import db
from app.permissions import GUARD
from app.queries import duty as queries
from models import Alarm, DutySlot, Handover, User
from tests import factories as make


@pytest.fixture
def guard(app: Any) -> User:
    return make.user("Николай", "Багров", roles=(GUARD,), locale="en")


@pytest.fixture
def manager(app: Any) -> User:
    return make.dispatcher(locale="en")


def finished(guard: User, **call: Any) -> Alarm:
    """An alarm that was helped."""
    order = alarms.call(make.resident("Лера", "Петрова"), uuid4(), **call)
    assert order.alarm_id
    telling.seen(guard, [order.alarm_id])
    for name in ("accept", "set_off", "arrive"):
        alarms.move(guard, order.alarm_id, name)
    return alarms.move(guard, order.alarm_id, "finish", comment="Лифт открыт <b>")


# --- duty ---------------------------------------------------------------------------------------------------------


def test_a_manager_makes_the_week(sign_in: Any, guard: User, manager: User) -> None:
    house = make.place("Корпус Б")
    client = sign_in(manager)
    sent = {"user": guard.id, "place": house.id, "weekdays": ["0", "1"], "starts": "08:00", "ends": "20:00"}
    assert client.post("/desk/sos/duty", data=sent).status_code == 303
    page = client.get("/desk/sos/duty").text
    assert page.count("Николай Багров</span>") >= 2
    assert "08:00–20:00" in page
    slot = db.session.scalars(select(DutySlot)).first()
    assert slot is not None
    assert client.post(f"/desk/sos/duty/{slot.id}/remove").status_code == 303
    page = client.get("/desk/sos/duty").text
    back = re.findall(r'<span class="undo">.*?</span>', page, re.DOTALL)[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', back))
    assert client.post("/desk/sos/duty", data=fields).status_code == 303
    again = db.session.scalars(select(DutySlot).where(DutySlot.weekday == int(fields["weekdays"]))).one()
    assert (again.place_id, again.starts, again.ends) == (house.id, 8 * 60, 20 * 60)
    assert client.post(f"/desk/sos/duty/{again.id}/remove").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(DutySlot)) == 1


def test_what_was_typed_stays_beside_its_error(sign_in: Any, guard: User, manager: User) -> None:
    sent = {"user": guard.id, "weekdays": ["2"], "starts": "08:00", "ends": "99:00"}
    answer = sign_in(manager).post("/desk/sos/duty", data=sent)
    assert answer.status_code == 422
    assert "for example 20:00" in answer.text
    assert 'value="99:00"' in answer.text
    assert re.search(r'value="2"[^>]*checked', answer.text)
    assert db.session.scalar(select(func.count()).select_from(DutySlot)) == 0


def test_a_guard_hands_over_the_own_duty_only(sign_in: Any, guard: User, manager: User) -> None:
    """A guard's form names nobody else as the giver, whatever is sent."""
    client = sign_in(guard)
    page = client.get("/desk/sos/duty").text
    assert "Add to the week" not in page
    assert 'name="from"' not in page
    sent = {
        "from": manager.id,
        "to": manager.id,
        "starts_at": "2030-01-01T08:00",
        "ends_at": "2030-01-01T20:00",
    }
    assert client.post("/desk/sos/handovers", data=sent).status_code == 303
    made = db.session.scalars(select(Handover)).one()
    assert (made.from_id, made.to_id) == (guard.id, manager.id)
    # As typed in the reader's zone.
    assert made.starts_at == dt.datetime(2030, 1, 1, 3, tzinfo=dt.UTC)
    assert client.post(f"/desk/sos/handovers/{made.id}/end").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Handover)) == 0


def test_nobody_on_duty_is_said(sign_in: Any, guard: User) -> None:
    client = sign_in(guard)
    assert "Nobody is on duty" in client.get("/desk/sos/duty").text
    duty.add(make.dispatcher(), guard.id, None, weekdays=range(7), starts="00:00", ends="24:00")
    page = client.get("/desk/sos/duty").text
    assert "Nobody is on duty" not in page
    assert "The whole location" in page


# --- steps --------------------------------------------------------------------------------------------------------


def seen(page: str) -> str:
    return re.findall(r'name="seen" value="([^"]*)"', page)[0]


def typed(*steps: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {
        "row": [str(number) for number in range(len(steps))],
        "audience": [audience for audience, _after in steps],
        "after": [after for _audience, after in steps],
        **{f"channels-{number}": "screen" for number in range(len(steps))},
        **more,
    }


def test_steps_are_edited_without_a_script(sign_in: Any, manager: User) -> None:
    """Rows are added, moved and taken out on the page; nothing holds before it is saved."""
    client = sign_in(manager)
    before = queries.steps(db.session)
    mark = seen(client.get("/desk/sos/steps").text)
    two = (("duty", "0"), ("everybody", "45"))
    page = client.post("/desk/sos/steps", data=typed(*two, seen=mark, do="add")).text
    assert page.count('name="row"') == 3
    page = client.post("/desk/sos/steps", data=typed(*two, seen=mark, do="up-1")).text
    assert page.index('value="everybody" selected') < page.index('value="duty" selected')
    page = client.post("/desk/sos/steps", data=typed(*two, seen=mark, do="remove-0")).text
    assert page.count('name="row"') == 1
    assert queries.steps(db.session) == before
    assert client.post("/desk/sos/steps", data=typed(*two, seen=mark, do="save")).status_code == 303
    assert [(step.audience, step.after) for step in queries.steps(db.session)] == [
        ("duty", 0),
        ("everybody", 45),
    ]


def test_of_two_who_save_the_second_is_told(sign_in: Any, manager: User) -> None:
    client = sign_in(manager)
    mark = seen(client.get("/desk/sos/steps").text)
    client.post("/desk/sos/steps", data=typed(("everybody", "30"), seen=mark, do="save"))
    late = client.post("/desk/sos/steps", data=typed(("managers", "77"), seen=mark, do="save"))
    assert late.status_code == 409
    assert 'value="77"' in late.text
    again = client.post("/desk/sos/steps", data=typed(("managers", "77"), seen=seen(late.text), do="save"))
    assert again.status_code == 303


@pytest.mark.parametrize(
    "sent", [{"do": "save"}, {"do": "save", "row": ["x"], "audience": ["?"], "after": ["-1"]}]
)
def test_senseless_steps_change_nothing(sign_in: Any, manager: User, sent: dict[str, Any]) -> None:
    client, before = sign_in(manager), queries.steps(db.session)
    mark = seen(client.get("/desk/sos/steps").text)
    assert client.post("/desk/sos/steps", data=sent | {"seen": mark}).status_code == 422
    assert queries.steps(db.session) == before


# --- watch and drills ---------------------------------------------------------------------------------------------


def test_the_watch_says_what_is_missing(sign_in: Any, guard: User, manager: User) -> None:
    client = sign_in(manager)
    page = client.get("/desk/sos/watch").text
    assert "The watch has a gap" in page
    consoles.beat(guard, uuid4(), sound=True, visible=True)
    consoles.alive("watchdog")
    page = client.get("/desk/sos/watch", headers={"HX-Request": "true"}).text
    assert "would be heard now" in page
    assert "Николай Багров" in page
    assert "<html" not in page


def test_a_drill_from_the_page(sign_in: Any, guard: User, manager: User) -> None:
    client, key = sign_in(manager), str(uuid4())
    for _press in range(2):  # the same form twice is one drill
        assert client.post("/desk/sos/drills", data={"key": key}).status_code == 303
    assert db.session.scalar(select(func.count()).where(Alarm.drill)) == 1
    client.post("/desk/sos/drills", data={"key": str(uuid4())})
    assert "still open" in client.get("/desk/sos/watch").text
    assert db.session.scalar(select(func.count()).where(Alarm.drill)) == 1


# --- reports ------------------------------------------------------------------------------------------------------


def test_a_report_counts_real_calls_apart_from_drills(sign_in: Any, guard: User, manager: User) -> None:
    house = make.place("Корпус Б")
    room = make.place("Лаборатория", "room", house)
    alarm = finished(guard, place_id=room.id)
    drills.hold(manager, uuid4())
    client = sign_in(manager)
    page = client.get("/desk/sos/report").text
    listed = page.partition('id="calls-title"')[2]
    assert re.findall(r"/desk/alarms/(\d+)", listed) == [str(alarm.id)]
    assert "Корпус Б" in page
    assert "1 press" in page
    assert "No calls in this period" in client.get("/desk/sos/report?hour=25&place=999999").text
    assert "No calls in this period" not in client.get(f"/desk/sos/report?place={house.id}").text
    hour = clock.now().astimezone(clock.zone("Asia/Yekaterinburg")).hour
    assert "No calls in this period" in client.get(f"/desk/sos/report?hour={(hour + 5) % 24}").text
    drill = client.get("/desk/sos/report?drill=1").text.partition('id="calls-title"')[2]
    assert len(re.findall(r"/desk/alarms/\d+", drill)) == 1


def test_a_report_has_few_statements(sign_in: Any, guard: User, manager: User, count_statements: Any) -> None:
    for _call in range(5):
        finished(guard)
    client = sign_in(manager)
    client.get("/desk/sos/report")
    with count_statements(12):
        assert client.get("/desk/sos/report").status_code == 200


def test_the_file_holds_what_the_page_shows(sign_in: Any, guard: User, manager: User) -> None:
    alarm = finished(guard)
    lines = sign_in(manager).get("/desk/sos/report.csv?days=7").get_data(as_text=True).splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(f"{alarm.lead_id};")
    assert "Лифт открыт <b>" in lines[1]


def test_the_sheet_has_every_second_and_no_markup_of_others(sign_in: Any, guard: User) -> None:
    alarm = finished(guard, words="<script>alert(1)</script>")
    page = sign_in(guard).get(f"/desk/alarms/{alarm.id}/sheet").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    for said in (
        "Call accepted",
        "On the way",
        "On site",
        "Help was given: Лифт открыт &lt;b&gt;",
        "Лера Петрова",
    ):
        assert said in page
    assert page.count("<h2>") == 5
    assert "Told the staff, step 1" in page
    assert "Shown to the staff" not in page


def test_what_is_over_does_not_happen(sign_in: Any, guard: User) -> None:
    """The heading of the resident's own page."""
    caller = make.resident(locale="en")
    order = alarms.call(caller, uuid4())
    client = sign_in(caller)
    page = client.get(f"/sos/alarms/{order.alarm_id}").text
    assert ("What happens" in page, "How it went" in page) == (True, False)
    alarms.move(guard, order.alarm_id or 0, "false_call", comment="Ушли")
    page = client.get(f"/sos/alarms/{order.alarm_id}").text
    assert ("What happens" in page, "How it went" in page) == (False, True)
