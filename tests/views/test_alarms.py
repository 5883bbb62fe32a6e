"""Calls of help on the staff's pages over HTTP: the bar everywhere, presses, consoles, receipts, the alarm's page."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.actions import alarms, chat
from app.permissions import GUARD
from models import Alarm, Console, Order, Receipt, User
from tests import factories as make

HTMX = {"HX-Request": "true", "Accept": "text/html"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def guard(db: Any) -> User:
    return make.user("Николай", "Багров", roles=(GUARD,))


@pytest.fixture
def other(db: Any) -> User:
    return make.user("Светлана", "Ершова", roles=(GUARD,))


def called(who: User | None = None, **more: Any) -> Order:
    return alarms.call(who or make.resident(phone="+79123456789"), uuid4(), **more)


def at(target: str) -> dict[str, str]:
    return HTMX | {"HX-Target": target}


def press(client: Any, order: Order, name: str, target: str = "alarms", **data: str) -> Any:
    return client.post(f"/desk/alarms/{order.alarm_id}/moves/{name}", data=data, headers=at(target))


# --- the bar ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/desk/", "/desk/alarms", "/", "/orders", "/profile", "/notices", "/nowhere"]
)
def test_every_page_of_the_staff_has_the_bar(guard: User, sign_in: Any, path: str) -> None:
    """S1-9: who, where, phone, text and the count are drawn with the page, whatever it shows."""
    order = called(words="Дым <b>в коридоре</b>")
    alarms.call(order.author, uuid4())
    page = sign_in(guard).get(path, headers={"Accept": "text/html"}).text
    assert 'id="alarm-frame"' in page
    for said in ("Марина Спиридонова", "место не указано", "tel:+79123456789", "×2", "Принять"):
        assert said in page
    assert "Дым &lt;b&gt;в коридоре&lt;/b&gt;" in page
    assert 'data-sounding="alarm"' in page


def test_the_bar_is_on_pages_of_the_administration(sign_in: Any) -> None:
    order = called()
    page = sign_in(make.operator()).get("/admin/places/list/", headers={"Accept": "text/html"}).text
    assert f'data-alarm="{order.alarm_id}"' in page
    assert "data-user=" in page


def test_residents_have_no_bar(sign_in: Any) -> None:
    called()
    page = sign_in(make.resident("Анна")).get("/").text
    assert "alarm-frame" not in page
    assert "alarm.css" not in page


def test_nobody_responds_to_the_own_call(guard: User, sign_in: Any) -> None:
    order = called(guard)
    client = sign_in(guard)
    assert "data-alarm=" not in client.get("/desk/alarms/bar", headers=HTMX).text
    page = client.get(f"/desk/alarms/{order.alarm_id}").text
    assert "Это ваш собственный вызов" in page
    assert "alarm-state" not in page
    assert press(client, order, "accept").status_code == 403


def test_the_word_about_a_press_says_whose_call_it_is(guard: User, sign_in: Any) -> None:
    """Several may be open at once."""
    order = called()
    told = json.loads(press(sign_in(guard), order, "accept").headers["HX-Trigger"])
    assert told["alarmtold"]["text"] == "Вызов помощи, Марина Спиридонова: Принят"


def test_a_drill_is_marked_and_has_a_softer_voice(guard: User, sign_in: Any) -> None:
    alarms.call(make.dispatcher(), uuid4(), drill=True)
    client = sign_in(guard)
    bar = client.get("/desk/alarms/bar", headers=HTMX).text
    assert "Учебная тревога" in bar
    assert 'data-sounding="drill"' in bar
    called()
    assert 'data-sounding="alarm"' in client.get("/desk/alarms/bar", headers=HTMX).text


def test_the_seconds_run_since_the_press(guard: User, sign_in: Any) -> None:
    """A press that a phone kept for forty minutes is forty minutes old."""
    order = called(pressed_at=clock.now() - dt.timedelta(minutes=40))
    client = sign_in(guard)
    bar = client.get("/desk/alarms/bar", headers=HTMX).text
    assert ">40:0" in bar
    page = client.get(f"/desk/alarms/{order.alarm_id}").text
    assert "нажато" in page
    assert "пришло" in page


def test_markup_in_words_is_text(guard: User, sign_in: Any) -> None:
    order = called(words='<script>alert("1")</script>')
    client = sign_in(guard)
    for path in ("/desk/alarms/bar", f"/desk/alarms/{order.alarm_id}", "/desk/alarms"):
        assert "<script>alert" not in client.get(path, headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(
    "path", ["/desk/?all=1", "/desk/alarms", "/", "/admin/people/list/", "ALARM", "ORDER"]
)
def test_pages_stay_cheap(sign_in: Any, count_statements: Any, path: str) -> None:
    """quality.md: at most twelve statements a page, with two alarms in the bar that somebody goes to."""
    order, second = called(), called(make.resident("Анна"))
    alarms.move(make.dispatcher("Дарья"), order.alarm_id, "accept")
    alarms.move(make.dispatcher("Анна"), second.alarm_id, "accept")
    client = sign_in(make.operator())
    path = {"ALARM": f"/desk/alarms/{order.alarm_id}", "ORDER": f"/desk/orders/{make.order().id}"}.get(
        path, path
    )
    assert client.get(path).status_code == 200  # rights and settings are known from now on
    with count_statements(12):
        assert client.get(path).status_code == 200


# --- pressing -----------------------------------------------------------------------------------------------------


def test_the_way_of_an_alarm_by_buttons(db: Any, guard: User, sign_in: Any) -> None:
    """D-11: «Принять», «В пути», «На месте», «Завершить» with a result."""
    order = called()
    client = sign_in(guard)
    for name, following in (("accept", "set_off"), ("set_off", "arrive"), ("arrive", "finish")):
        answer = press(client, order, name)
        assert answer.status_code == 200
        assert f"moves/{following}" in answer.text
        assert f"moves/{name}" not in answer.text
        assert 'data-sounding=""' in answer.text
    window = client.get(f"/desk/alarms/{order.alarm_id}/moves/finish", headers=at("alarm-dialog-body"))
    assert "Чем закончилось" in window.text
    empty = press(client, order, "finish", "alarm-dialog-body", comment=" ")
    assert empty.status_code == 422
    assert "field__error" in empty.text
    done = press(client, order, "finish", "alarm-dialog-body", comment="Открыли лифт")
    assert done.status_code == 204
    assert "alarmed" in done.headers["HX-Trigger"]
    assert db.get(Alarm, order.alarm_id).result == "Открыли лифт"
    assert "data-alarm=" not in client.get("/desk/alarms/bar", headers=HTMX).text
    page = client.get("/desk/alarms").text
    assert "Открыли лифт" in page
    assert "принят через" in page


def test_the_bar_says_how_many_and_what_the_caller_writes(guard: User, sign_in: Any, db: Any) -> None:
    """More calls than are in view are counted; a message of the caller is never only in the chat."""
    orders = [called(make.resident(f"Имя {number}", "Фамилия")) for number in range(3)]
    client, caller = sign_in(guard), orders[0].author
    press(client, orders[1], "accept")
    bar = client.get("/desk/alarms/bar", headers=HTMX).text
    assert "3 открытых вызова" in bar
    assert "2 не приняты" in bar
    assert "новое сообщение" not in bar
    before = beat(client, uuid4()).json["stamp"]
    for who in (guard, caller):
        chat.post(who, orders[0].thread_id, "Мы на третьем этаже", uuid4())
    bar = client.get("/desk/alarms/bar", headers=HTMX).text
    assert "1 новое сообщение" in bar  # what the staff write is no news of the caller
    assert beat(client, uuid4()).json["stamp"] != before
    chat.seen(guard, orders[0].thread_id, read=2)
    assert "новое сообщение" not in client.get("/desk/alarms/bar", headers=HTMX).text


def test_the_first_one_wins_and_the_other_sees_who_goes(guard: User, other: User, sign_in: Any) -> None:
    order = called()
    press(sign_in(guard), order, "accept")
    late = press(sign_in(other), order, "accept")
    assert late.status_code == 409
    assert "Николай Багров: вызов принят" in late.text
    assert "moves/join" in late.text
    assert "\\u0411\\u0430\\u0433\\u0440\\u043e\\u0432" in late.headers["HX-Trigger"]  # Багров
    joined = press(sign_in(other), order, "join")
    assert "Николай Багров: вызов принят; Светлана Ершова: вызов принят" in joined.text


@pytest.mark.parametrize("name", ["accept", "join", "release", "explode"])
def test_a_closed_alarm_takes_no_more_presses(guard: User, other: User, sign_in: Any, name: str) -> None:
    order = called()
    alarms.move(guard, order.alarm_id, "false_call")
    for target in ("alarms", "alarm-state", "alarm-dialog-body"):
        assert press(sign_in(other), order, name, target).status_code == 409
    assert sign_in(other).post(f"/desk/alarms/{order.alarm_id}/moves/{name}").status_code == 409


def test_without_a_script_buttons_are_forms(db: Any, guard: User, sign_in: Any) -> None:
    order = called()
    client = sign_in(guard)
    address = f"/desk/alarms/{order.alarm_id}"
    answer = client.post(f"{address}/moves/accept")
    assert (answer.status_code, answer.location) == (303, address)
    assert client.get(f"{address}/moves/finish").status_code == 200
    assert client.post(f"{address}/moves/finish", data={"comment": ""}).status_code == 422
    assert client.post(f"{address}/moves/finish", data={"comment": "Помогли"}).status_code == 303


def test_an_order_of_a_call_is_met_on_the_alarms_page(guard: User, sign_in: Any) -> None:
    order = called()
    client = sign_in(guard)
    address = f"/desk/alarms/{order.alarm_id}"
    assert client.get(f"/desk/orders/{order.id}").location == address
    piece = client.get(f"/desk/orders/{order.id}", headers=HTMX)
    assert (piece.status_code, piece.headers["HX-Redirect"]) == (204, address)


def test_the_page_tells_everything(guard: User, sign_in: Any) -> None:
    """Delivered, seen by a human and accepted are three different times, for each person."""
    order = called(words="Человеку плохо")
    alarms.call(order.author, uuid4())
    client = sign_in(guard)
    client.post("/desk/alarms/seen", data={"id": order.alarm_id})
    press(client, order, "accept")
    page = client.get(f"/desk/alarms/{order.alarm_id}").text
    for said in (
        "Человеку плохо",
        "tel:+79123456789",
        "Кому сообщили",
        "Показан на экране",
        "Увидел человек",
        "2 вызова",
        "История",
        'data-thread="',
    ):
        assert said in page


def test_what_is_not_there(guard: User, sign_in: Any) -> None:
    client = sign_in(guard)
    for number in (999, 2**63, 10**30):
        for path in ("", "/state", "/moves/accept"):
            assert client.get(f"/desk/alarms/{number}{path}").status_code == 404
        assert client.post(f"/desk/alarms/{number}/moves/accept").status_code == 404


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "²", ""])
def test_a_strange_page_of_the_list(guard: User, sign_in: Any, before: str) -> None:
    called()
    assert sign_in(guard).get("/desk/alarms", query_string={"before": before}).status_code == 200


def test_the_list_goes_on_by_key(guard: User, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.queries.alarms.PAGE", 2)
    orders = [called(make.resident(name)) for name in ("Анна", "Белла", "Вера")]
    for order in orders:
        alarms.move(guard, order.alarm_id, "false_call")
    client = sign_in(guard)
    first = client.get("/desk/alarms").text
    assert "Вера" in first
    assert "Анна" not in first
    assert f"before={orders[1].alarm_id}" in first
    assert "Анна" in client.get(f"/desk/alarms?before={orders[1].alarm_id}").text


# --- consoles -----------------------------------------------------------------------------------------------------


def beat(client: Any, key: Any, sound: str = "1", visible: str = "1") -> Any:
    return client.post("/desk/beat", data={"id": str(key), "sound": sound, "visible": visible}, headers=JSON)


def test_a_beat_tells_what_the_bar_must_show(
    db: Any, guard: User, sign_in: Any, count_statements: Any
) -> None:
    """The second way beside the socket: a console learns by its own beat that its bar is old."""
    client, key = sign_in(guard), uuid4()
    assert beat(client, key).get_json() == {"stamp": "-", "heard": True, "watched": False}
    order = called()
    with count_statements(8):
        told = beat(client, key, sound="0").get_json()
    assert told["heard"] is False
    stamp = told["stamp"]
    assert f'data-stamp="{stamp}"' in client.get("/desk/alarms/bar", headers=HTMX).text
    press(client, order, "accept")
    assert beat(client, key).get_json()["stamp"] != stamp
    console = db.get(Console, key)
    assert (console.user_id, console.sound, console.visible) == (guard.id, True, True)
    assert client.post("/desk/leave", data={"id": str(key)}).status_code == 204
    assert db.scalar(select(func.count()).select_from(Console)) == 0


def test_a_second_responder_changes_the_stamp(guard: User, other: User, sign_in: Any) -> None:
    order, client, key = called(), sign_in(guard), uuid4()
    stamps = [beat(client, key).get_json()["stamp"]]
    for who, name in ((guard, "accept"), (other, "join"), (other, "set_off"), (guard, "set_off")):
        alarms.move(who, order.alarm_id, name)
        stamps.append(beat(client, key).get_json()["stamp"])
    assert len(set(stamps)) == len(stamps)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"id": "x", "sound": "1", "visible": "1"},
        {"id": str(uuid4())},
        {"id": str(uuid4()), "sound": "да", "visible": "1"},
    ],
)
def test_a_beat_that_is_none(db: Any, guard: User, sign_in: Any, sent: dict[str, str]) -> None:
    assert sign_in(guard).post("/desk/beat", data=sent, headers=JSON).status_code == 422
    assert db.scalar(select(func.count()).select_from(Console)) == 0


def test_delivered_and_seen_are_two_times(db: Any, guard: User, sign_in: Any) -> None:
    order, client = called(), sign_in(guard)
    for _again in range(2):
        assert client.post("/desk/alarms/delivered", data={"id": order.alarm_id}).status_code == 204
    receipt = db.scalar(select(Receipt).where(Receipt.user_id == guard.id))
    assert receipt.delivered_at is not None
    assert receipt.seen_at is None
    client.post("/desk/alarms/seen", data={"id": [order.alarm_id, 2**63, 10**30, 999]})
    db.refresh(receipt)
    assert receipt.seen_at >= receipt.delivered_at


@pytest.mark.parametrize("what", ["delivered", "seen"])
@pytest.mark.parametrize("ids", [[], ["x"], ["-1"], ["²"], ["1.5"], [str(n) for n in range(101)]])
def test_receipts_that_are_none(guard: User, sign_in: Any, what: str, ids: list[str]) -> None:
    answer = sign_in(guard).post(f"/desk/alarms/{what}", data={"id": ids}, headers=JSON)
    assert answer.status_code == 422
    assert answer.get_json()["code"] == "invalid"
