"""The list of calls of help at the desk: what is looked for among those that are over."""

from __future__ import annotations

import datetime as dt
import html
from typing import Any
from uuid import uuid4

import pytest

from app import clock
from app.actions import alarms
from app.extensions import db
from app.permissions import GUARD
from models import Alarm, User
from tests import factories as make


@pytest.fixture
def guard(app: Any) -> User:
    return make.user("Николай", "Багров", roles=(GUARD,), locale="en")


def over(guard: User, name: str, move: str = "false_call", **call: Any) -> Alarm:
    caller = make.resident(name, "Петрова", phone=call.pop("phone", ""))
    order = alarms.call(caller, uuid4(), **call)
    assert order.alarm_id
    if move == "finish":
        for step in ("accept", "set_off", "arrive"):
            alarms.move(guard, order.alarm_id, step)
    return alarms.move(guard, order.alarm_id, move, comment="Ушли")


@pytest.fixture
def three(guard: User) -> dict[str, Alarm]:
    """A false one of last month, a helped one in a lift, a drill."""
    lift = make.place("Лифт 100%", "object", make.place("Корпус Б"))
    old = over(guard, "Анна", phone="+79120001122")
    old.called_at = clock.now() - dt.timedelta(days=40)
    made = {
        "Анна": old,
        "Белла": over(guard, "Белла", "finish", place_id=lift.id, words="Застряли"),
        "Вера": over(guard, "Вера", "finish", drill=True),
    }
    db.session.commit()
    return made


def found(client: Any, **asked: Any) -> set[str]:
    page = client.get("/desk/alarms", query_string=asked).text
    return {name for name in ("Анна", "Белла", "Вера") if name in page}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, {"Анна", "Белла", "Вера"}),
        ({"q": "белла  ПЕТР"}, {"Белла"}),
        ({"q": "корпус лифт"}, {"Белла"}),
        ({"q": "застряли"}, {"Белла"}),
        ({"q": "100%"}, {"Белла"}),
        ({"q": "%"}, {"Белла"}),
        ({"q": "_"}, set()),
        ({"q": "912 000-11"}, {"Анна"}),
        ({"q": "никто"}, set()),
        ({"q": "a\0b"}, set()),
        ({"q": "9" * 50}, set()),
        ({"days": "30"}, {"Белла", "Вера"}),
        ({"days": "30", "q": "анна"}, set()),
        ({"what": "drill"}, {"Вера"}),
        ({"what": "real"}, {"Белла"}),
        ({"what": "false"}, {"Анна"}),
        ({"what": "x", "days": "x", "q": " "}, {"Анна", "Белла", "Вера"}),
    ],
)
def test_calls_are_found(
    guard: User, three: dict[str, Alarm], sign_in: Any, asked: dict[str, str], names: set[str]
) -> None:
    assert found(sign_in(guard), **asked) == names


def test_a_number_finds_its_call(guard: User, sign_in: Any) -> None:
    """That of any of its presses."""
    caller = make.resident("Анна", "Петрова")
    orders = [alarms.call(caller, uuid4()) for _press in range(2)]
    alarm_id = orders[0].alarm_id
    assert alarm_id
    alarms.move(guard, alarm_id, "false_call", comment="Ушли")
    over(guard, "Белла")
    client = sign_in(guard)
    for order in orders:
        assert found(client, q=str(order.id)) == {"Анна"}


def test_who_finds_nothing_is_told_and_led_back(guard: User, three: dict[str, Alarm], sign_in: Any) -> None:
    client = sign_in(guard)
    page = html.unescape(client.get("/desk/alarms?q=никто&days=90").text)
    assert "Nothing found" in page
    assert 'href="/desk/alarms">Show all calls' in page
    assert 'value="никто"' in page
    assert "Nobody is calling for help now" not in page
    plain = client.get("/desk/alarms").text
    assert "Nobody is calling for help now" in plain
    assert "Show all calls" not in plain


def test_pages_keep_what_is_looked_for(guard: User, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the older ones, to the newest, and when the list is drawn anew."""
    monkeypatch.setattr("app.queries.alarms.PAGE", 1)
    made = [over(guard, name) for name in ("Анна", "Белла")]
    over(guard, "Вера", "finish", drill=True)
    client = sign_in(guard)
    page = html.unescape(client.get("/desk/alarms?what=false&q=петрова").text)
    older = f"/desk/alarms?before={made[1].id}&q=%D0%BF%D0%B5%D1%82%D1%80%D0%BE%D0%B2%D0%B0&what=false"
    assert f'href="{older}"' in page
    page = html.unescape(client.get(older).text)
    assert "Анна" in page
    assert f'hx-get="{older}"' in page
    assert f'href="{older.replace(f"before={made[1].id}&", "")}"' in page


def test_looking_costs_no_more_statements(
    guard: User, three: dict[str, Alarm], sign_in: Any, count_statements: Any
) -> None:
    client = sign_in(guard)
    client.get("/desk/alarms")
    with count_statements(12):
        client.get("/desk/alarms?q=петрова&days=90&what=real")
