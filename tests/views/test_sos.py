"""SOS, the resident's side over HTTP: pressing, the form, the page of a call, expired sign-ins, who may."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import clock, passwords, settings
from app.actions import alarms, telling
from app.extensions import db
from app.permissions import GUARD
from app.queries import places
from models import Alarm, Console, Order, PlaceKind, Setting
from models.places import RetiredCode
from tests import factories as make

OURS = {"Origin": "http://localhost"}
JSON = {"Accept": "application/json", **OURS}


@pytest.fixture
def guard(app: Any) -> Any:
    return make.user("Николай", "Багров", roles=(GUARD,))


@pytest.fixture
def phone(app: Any) -> str:
    db.session.add(Setting(name="support_phone", value="+73422580078"))
    db.session.commit()
    return "+7 342 258-00-78"


def calls() -> list[Order]:
    return list(db.session.scalars(select(Order).where(Order.kind == "sos").order_by(Order.id)))


def press(client: Any, headers: Any = OURS, **sent: str) -> Any:
    return client.post("/sos/calls", data={"key": str(uuid4())} | sent, headers=headers)


def called(client: Any, **sent: str) -> Alarm:
    """The alarm that a press has made."""
    assert press(client, **sent).status_code == 303
    return alarm_of(calls()[-1])


def alarm_of(order: Order) -> Alarm:
    found: Alarm | None = db.session.get(Alarm, order.alarm_id)
    assert found
    return found


def main(page: str) -> str:
    return page[page.index("<main") :]


# --- the corner ---------------------------------------------------------------------------------------------------


def test_sos_is_in_the_corner_of_every_page(sign_in: Any, client: Any) -> None:
    """S1-5, D-19: the last thing in the top bar, a plain link; hidden on wide screens. Also on an error page."""
    resident = make.resident()
    order = make.order(resident)
    browser = sign_in(resident)
    pages = ["/", "/orders", f"/orders/{order.id}", "/notices", "/profile", "/sos", "/sos/place"]
    pages += [
        f"/services/{order.service_id}",
        f"/threads/{order.thread_id}/messages",
        f"/orders/{order.id}/close",
    ]
    for address in pages:
        page = browser.get(address).text
        bar = page[page.index('<header class="topbar">') : page.index("</header>")]
        last = re.findall(r"<a [^>]*>", bar)[-1]
        assert 'href="/sos"' in last, address
        assert "only-narrow" in last, address
    assert 'href="/sos"' in browser.get("/nothing-here").text
    assert "Вызвать помощь" in page


# --- the screen ---------------------------------------------------------------------------------------------------


def test_the_screen(sign_in: Any, guard: Any, phone: str, count_statements: Any) -> None:
    """S1-3, S1-6, S1-7, S1-13, S1-18, S1-19: one press without a field, the form, the scanner, the phone."""
    client = sign_in(make.resident())
    client.get("/")
    with count_statements(12):
        page = main(client.get("/sos").text)
    assert "ЭКСТРЕННАЯ ПОМОЩЬ" in page
    assert 'href="/sos/place"' in page
    assert "Указать место и описать ситуацию" in page
    assert 'href="/scan"' in page
    assert phone in page
    assert 'href="tel:+73422580078"' in page
    assert "помочь или проводить" in page
    form = page[page.index('action="/sos/calls"') : page.index("</form>")]
    assert set(re.findall(r'type="(\w+)"', form)) == {"hidden", "submit"}


def test_the_phone_comes_first_when_nobody_would_hear(sign_in: Any, guard: Any, phone: str) -> None:
    """Nobody has a console open: the page says so and puts the phone before the button, which calls all the same."""
    client = sign_in(make.resident())
    page = main(client.get("/sos").text)
    assert page.index("Возможно, сейчас у экранов никого нет") < page.index("sos-phone--loud", 900)
    assert page.rindex(phone) < page.index("ЭКСТРЕННАЯ ПОМОЩЬ")
    db.session.add(Console(id=uuid4(), user_id=guard.id, beat_at=clock.now(), sound=True, visible=True))
    db.session.commit()
    page = main(client.get("/sos").text)
    assert "никого нет" not in page
    assert page.rindex(phone) > page.index("ЭКСТРЕННАЯ ПОМОЩЬ")


def test_without_a_phone_none_is_offered(sign_in: Any) -> None:
    page = main(sign_in(make.resident()).get("/sos").text)
    shown = [part for part in re.findall(r"<section class=\"sos-phone[^>]*>", page) if "hidden" not in part]
    assert not shown


def test_who_has_called_meets_the_own_call(sign_in: Any) -> None:
    """It survives another device: /sos leads there, the first page shows it on top."""
    resident = make.resident()
    alarm = called(sign_in(resident))
    elsewhere = sign_in(resident)
    assert elsewhere.get("/sos").location == f"/sos/alarms/{alarm.id}"
    home = main(elsewhere.get("/").text)
    assert f'href="/sos/alarms/{alarm.id}"' in home
    assert home.index("Ваш вызов помощи") < home.index("Все услуги")


def test_an_open_drill_does_not_stand_in_the_way(sign_in: Any) -> None:
    resident = make.resident()
    drill = alarms.call(resident, uuid4(), drill=True)
    client = sign_in(resident)
    assert "ЭКСТРЕННАЯ ПОМОЩЬ" in client.get("/sos").text
    page = main(client.get(f"/sos/alarms/{drill.alarm_id}").text)
    assert "Учебная тревога" in page
    # A repeat of the drill is a drill, a press on «SOS» is not.
    press(client, drill="yes")
    press(client)
    assert [alarm_of(order).drill for order in calls()] == [True, True, False]
    press(client, drill="yes")
    assert not alarm_of(calls()[-1]).drill


# --- pressing -----------------------------------------------------------------------------------------------------


def test_one_press(sign_in: Any, guard: Any) -> None:
    """S1-7..S1-10, S1-22: a call without place and text, its page, and a line in «Мои заказы»."""
    client = sign_in(make.resident())
    answer = press(client)
    (order,) = calls()
    assert answer.location == f"/sos/alarms/{order.alarm_id}"
    assert (order.place_id, order.answers) == (None, [])
    assert str(order.id) in client.get("/orders").text


def test_a_script_gets_json(sign_in: Any) -> None:
    client = sign_in(make.resident())
    answer = press(client, JSON)
    alarm = alarm_of(calls()[0])
    assert answer.json == {"alarm": alarm.id, "url": f"/sos/alarms/{alarm.id}"}


def test_the_same_press_twice_is_one_call(sign_in: Any) -> None:
    """A key is its presser's own: nobody else's stands in its way, nor that of another form."""
    resident = make.resident()
    key = str(uuid4())
    first = [press(sign_in(resident), key=key).location for _ in range(2)]
    assert first[0] == first[1]
    assert press(sign_in(make.resident("Лера", "Петрова")), key=key).location != first[0]
    service = make.service()
    client = sign_in(resident)
    client.post(f"/services/{service.id}", data={"form_key": (form := str(uuid4()))})
    assert press(client, key=form).status_code == 303
    assert len(calls()) == 3


def test_twenty_presses_know_no_limit(sign_in: Any, guard: Any) -> None:
    """S1-11, D-11: every call is kept, one alarm."""
    client = sign_in(make.resident())
    assert {press(client, JSON).status_code for _ in range(20)} == {200}
    assert len(calls()) == 20
    assert {order.alarm_id for order in calls()} == {calls()[0].alarm_id}


@pytest.mark.parametrize(
    "sent",
    [
        {"key": "not a key"},
        {"key": ""},
        {"pressed_at": "yesterday"},
        {"pressed_at": "2026-01-01T00:00:00"},
        {"pressed_at": "9999-12-31T23:59:59+00:00"},
        {"pressed_at": "0001-01-01T00:00:00+14:00"},
        {"place": "999999999"},
        {"place": "99999999999999999999"},
        {"place": "ZZZZZZZZZZ"},
        {"place": "'; drop table places --"},
        {"place": "\0"},
        {"words": "\0нога\0"},
        {"words": "я" * 100_000},
        {"drill": "yes"},
    ],
)
def test_nothing_that_is_sent_can_refuse_a_call(sign_in: Any, sent: dict[str, str]) -> None:
    answer = press(sign_in(make.resident()), **sent)
    assert answer.status_code == 303
    (order,) = calls()
    assert order.place_id is None
    assert not alarm_of(order).drill
    assert abs(clock.now() - alarm_of(order).pressed_at) < dt.timedelta(seconds=30)


def test_the_place_by_number_or_code(sign_in: Any) -> None:
    """S1-21, S1-22 (route C): however the code was typed, also of a place that forms do not offer."""
    yard = make.place("Двор", PlaceKind.TERRITORY)
    cellar = make.place("Насосная", PlaceKind.ROOM, yard, shown=False)
    client = sign_in(make.resident())
    code = cellar.code
    for text in (str(cellar.id), code, code.lower(), f" {code[:5]}-{code[5:]} "):
        press(client, place=text)
        assert calls()[-1].place_name == "Насосная"
    db.session.add(RetiredCode(code="23456789AB", name="Щитовая"))
    press(client, place="23456789AB")
    assert calls()[-1].place_id is None
    # The alarm stays where it was called from last.
    assert alarm_of(calls()[-1]).place_name == "Насосная"


def test_the_time_of_the_press(sign_in: Any) -> None:
    """A press that waited for the network says when it was made."""
    pressed = clock.now() - dt.timedelta(minutes=20)
    client = sign_in(make.resident())
    alarm = called(client, pressed_at=pressed.isoformat().replace("+00:00", "Z"))
    assert alarm.pressed_at == pressed
    assert "связи не было" in client.get(f"/sos/alarms/{alarm.id}").text


# --- whose press ----------------------------------------------------------------------------------------------------


def own(person: Any) -> str:
    return str(person.id)


def test_a_press_is_made_for_who_made_it(sign_in: Any) -> None:
    """It says whose it is; the same person's goes by itself."""
    resident = make.resident()
    answer = press(sign_in(resident), JSON, user=own(resident))
    assert answer.json["alarm"] == calls()[0].alarm_id


@pytest.mark.parametrize("user", ["", "999999", "кто-то", "1" * 5000])
@pytest.mark.parametrize("address", ["/sos/calls", "/sos/place"])
def test_a_press_of_somebody_else_is_asked_about(sign_in: Any, user: str, address: str) -> None:
    """Nobody's and another one's: never under the reader's name by itself, never lost either, a button asks."""
    building = make.place()
    resident = make.resident()
    client = sign_in(resident)
    sent = {"key": str(uuid4()), "place": str(building.id), "words": "Упал человек", "user": user}
    assert client.post(address, data=sent, headers=OURS).location == "/sos/resume"
    answer = client.post("/sos/calls", data=sent, headers=JSON)
    assert answer.json == {"alarm": None, "url": "/sos/resume"}
    assert not calls()
    page = main(client.get("/sos/resume").text)
    assert "Возможно, это были не вы" in page
    assert "data-sos-at-once" not in page
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert (form["words"], form["user"]) == ("Упал человек", own(resident))
    press(client, **form)
    (order,) = calls()
    assert (order.author_id, order.place_name) == (resident.id, "Корпус А")
    assert client.get("/sos/resume").location == "/sos"


def test_a_press_of_the_day_before_is_asked_about(sign_in: Any) -> None:
    """The phone says that it is old: it is shown with its day, a button makes it."""
    resident = make.resident()
    client = sign_in(resident)
    at = clock.now() - dt.timedelta(days=2)
    sent = {"key": str(uuid4()), "pressed_at": at.isoformat(), "user": own(resident)}
    assert press(client, JSON, **sent, ask="yes").json == {"alarm": None, "url": "/sos/resume"}
    page = main(client.get("/sos/resume").text)
    assert at.astimezone(dt.timezone(dt.timedelta(hours=5))).strftime("%d.%m.%Y") in page
    assert "data-sos-at-once" not in page
    assert 'name="sure" value="yes"' in page
    press(client, **sent, sure="yes")
    assert len(calls()) == 1
    # What it has become is said, and nothing asked.
    assert press(client, JSON, **sent, ask="yes").json["alarm"] == calls()[0].alarm_id


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59+00:00", "yesterday"])
def test_a_mad_clock_breaks_no_question(sign_in: Any, at: str) -> None:
    client = sign_in(make.resident())
    press(client, pressed_at=at, ask="yes")
    assert client.get("/sos/resume").status_code == 200


def test_what_became_of_a_press_that_is_taken_back(sign_in: Any) -> None:
    """The server knows whether it has arrived; asking makes no call."""
    client = sign_in(make.resident())
    key = str(uuid4())
    assert press(client, JSON, key=key, taken="yes").json == {"alarm": None, "url": ""}
    assert not calls()
    press(client, key=key)
    alarm_id = calls()[0].alarm_id
    assert press(client, JSON, key=key, taken="yes").json == {
        "alarm": alarm_id,
        "url": f"/sos/alarms/{alarm_id}",
    }
    assert len(calls()) == 1


def test_after_the_sign_in_it_goes_by_itself_only_for_the_same_person(client: Any) -> None:
    """S1-4: a page of somebody else's was open."""
    resident, other = make.resident(), make.resident("Лера", "Петрова")
    press(client, user=own(resident))
    enter(client, resident, "/sos/resume")
    assert "data-sos-at-once" in client.get("/sos/resume").text
    client.post("/sign-out")
    press(client, user=own(resident))
    enter(client, other, "/sos/resume")
    assert "data-sos-at-once" not in client.get("/sos/resume").text


# --- whose page ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
@pytest.mark.parametrize("address", ["/sos/calls", "/sos/place"])
def test_only_pages_of_ours_call(sign_in: Any, headers: dict[str, str], status: int, address: str) -> None:
    """Without a CSRF mark, which ends with the session: the browser says where the press was made."""
    building = make.place()
    client = sign_in(make.resident())
    sent = {"key": str(uuid4()), "place": str(building.id), "words": "Помогите"}
    assert client.post(address, data=sent, headers=headers).status_code == status
    assert len(calls()) == (status == 303)


def test_a_browser_that_says_nothing_brings_the_mark(sign_in: Any) -> None:
    client = sign_in(make.resident())
    page = client.get("/sos").text
    mark = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert mark
    assert press(client, {}, csrf_token=mark[1]).status_code == 303
    assert press(client, {}, csrf_token="made up").status_code == 403


def test_no_mark_is_asked_for(sign_in: Any, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page was open all night: its mark is worth nothing, its press is heard."""
    monkeypatch.setitem(app.config, name="WTF_CSRF_ENABLED", value=True)
    client = sign_in(make.resident())
    assert client.post("/notices/read", headers=OURS).status_code == 400
    assert press(client, csrf_token="of last night").status_code == 303


# --- not signed in ------------------------------------------------------------------------------------------------


def test_strangers_get_the_phone(client: Any, phone: str) -> None:
    """S1-4: no anonymous call."""
    page = client.get("/sos").text
    assert phone in page
    assert "data-sos>" not in page
    assert press(client, JSON).status_code == 401
    assert press(client, {"Accept": "application/json", "Origin": "http://evil.example"}).status_code == 403
    assert not calls()


def test_the_blocked_cannot_call(sign_in: Any, phone: str) -> None:
    """S1-4."""
    resident = make.resident()
    client = sign_in(resident)
    resident.active = False
    db.session.commit()
    assert phone in client.get("/sos").text
    assert press(client, JSON).status_code == 401
    assert press(client).location.startswith("/sign-in")
    assert not calls()


def enter(client: Any, person: Any, after: str) -> Any:
    person.password = passwords.hashed(word := "зелёный чайник")
    db.session.commit()
    return client.post("/sign-in", data={"email": person.email, "password": word, "next": after})


@pytest.mark.parametrize("address", ["/sos/calls", "/sos/place"])
def test_the_press_survives_the_sign_in(client: Any, phone: str, address: str) -> None:
    """An expired sign-in: the press waits in the session, the person signs in, and the press is made with its time."""
    resident, building = make.resident(), make.place("Корпус Б")
    sent = {"key": str(uuid4()), "place": str(building.id), "words": "Упал <b>человек</b>"}
    door = client.post(address, data=sent, headers=OURS)
    assert door.location == "/sign-in?next=/sos/resume"
    assert phone in client.get(door.location).text
    assert not calls()
    pressed = clock.now()
    inside = enter(client, resident, "/sos/resume")
    assert inside.location == "/sos/resume"
    page = main(client.get("/sos/resume").text)
    assert not calls()  # an address alone calls nobody
    assert "data-sos-at-once" in page
    assert "Упал &lt;b&gt;человек&lt;/b&gt;" in page
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form["words"] = sent["words"]
    press(client, **form)
    press(client, **form)
    (order,) = calls()
    assert (order.author_id, order.place_name) == (resident.id, "Корпус Б")
    assert abs(alarm_of(order).pressed_at - pressed) < dt.timedelta(seconds=20)
    # Made, it waits no longer.
    assert client.get("/sos/resume").location == "/sos"


def test_an_old_press_is_asked_about(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed in an hour later: a button, nothing by itself."""
    resident = make.resident()
    press(client)
    enter(client, resident, "/sos/resume")
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(hours=1))
    page = main(client.get("/sos/resume").text)
    assert "ОТПРАВИТЬ ВЫЗОВ" in page
    assert "data-sos-at-once" not in page


def test_long_words_do_not_break_the_cookie(client: Any) -> None:
    """Browsers throw away a cookie of more than 4 KB, and the press with it."""
    answer = press(client, words="".join(chr(0x410 + n * 7 % 64) for n in range(2000)))
    assert len(answer.headers["Set-Cookie"]) < 4000


def test_nothing_waits_for_who_has_not_pressed(sign_in: Any) -> None:
    assert sign_in(make.resident()).get("/sos/resume").location == "/sos"
    assert not calls()


# --- the form -----------------------------------------------------------------------------------------------------


def test_the_form(sign_in: Any, phone: str, count_statements: Any) -> None:
    """S1-13..S1-18: «×», the title, both fields, the phone of the chosen place and «Позвонить»."""
    yard = make.place("Двор", PlaceKind.TERRITORY)
    building = make.place("Корпус А", parent=yard, staff_phone="+73421112233")
    room = make.place("Офис 312", PlaceKind.ROOM, building)
    hidden = make.place("Серверная", PlaceKind.ROOM, building, shown=False)
    client = sign_in(make.resident())
    client.get("/")
    with count_statements(12):
        page = main(client.get("/sos/place").text)
    for word in (
        "Нужна помощь?",
        "Ваше месторасположение",
        "Не выбрано",
        "Опишите ситуацию",
        "Оставить заявку",
    ):
        assert word in page, word
    assert "Телефон вызова персонала" in page
    assert phone in page
    assert "Серверная" not in page
    assert 'aria-label="Закрыть"' in client.get("/sos/place").text
    page = main(client.get(f"/sos/place?place={room.code.lower()}").text)
    assert f'<option value="{room.id}" selected>Корпус А, Офис 312' in page
    assert 'href="tel:+73421112233"' in page
    assert places.staff_phones(db.session) == dict.fromkeys((building.id, room.id, hidden.id), "+73421112233")


def test_the_form_calls(sign_in: Any, guard: Any) -> None:
    """S1-17, S1-22 (route B)."""
    building = make.place()
    client = sign_in(make.resident())
    sent = {"key": str(uuid4()), "place": str(building.id), "words": "Упал человек"}
    answers = [client.post("/sos/place", data=sent, headers=OURS) for _ in range(2)]
    (order,) = calls()
    assert {answer.location for answer in answers} == {f"/sos/alarms/{order.alarm_id}"}
    assert (order.place_name, order.answers[0]["text"]) == ("Корпус А", "Упал человек")


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, 2),
        ({"words": "Упал"}, 1),
        ({"place": "{building}"}, 1),
        ({"place": "{hidden}", "words": "Упал"}, 1),
        ({"place": "99999999999", "words": "Упал"}, 1),
        ({"place": "<script>", "words": "<script>alert(1)</script>"}, 1),
        ({"place": "{building}", "words": "  \n "}, 1),
        ({"place": "{building}", "words": "я" * 2001}, 1),
    ],
)
def test_what_is_wrong_stands_beside_its_field(sign_in: Any, sent: dict[str, str], errors: int) -> None:
    """S1-15, S1-16: both are required; what was typed stays, and nothing is called."""
    building = make.place()
    hidden = make.place("Серверная", PlaceKind.ROOM, building, shown=False)
    data = {name: text.format(building=building.id, hidden=hidden.id) for name, text in sent.items()}
    answer = sign_in(make.resident()).post("/sos/place", data=data, headers=OURS)
    page = main(answer.text)
    assert answer.status_code == 422
    assert page.count('class="field__error"') == errors
    assert "<script>" not in page
    assert data.get("words", "").strip()[:1990] in page.replace("&lt;", "<").replace("&gt;", ">")
    assert not calls()


def test_an_open_call_offers_its_place(sign_in: Any) -> None:
    building = make.place()
    client = sign_in(make.resident())
    press(client, place=str(building.id))
    assert f'<option value="{building.id}" selected>' in client.get("/sos/place").text


# --- the page of a call -------------------------------------------------------------------------------------------


def test_the_page_counts_by_the_servers_clock(
    sign_in: Any, guard: Any, monkeypatch: pytest.MonkeyPatch, count_statements: Any
) -> None:
    """S1-8, I-18: the same on every device and after a reload; a repeat begins anew (S1-11)."""
    resident = make.resident()
    client = sign_in(resident)
    alarm = called(client)
    client.get("/")
    with count_statements(12):
        page = client.get(f"/sos/alarms/{alarm.id}").text
    assert 295 < left(page) <= 300
    assert len(page) < 100_000
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(seconds=100))
    assert 195 < left(sign_in(resident).get(f"/sos/alarms/{alarm.id}").text) <= 200
    with count_statements(12):
        state = client.get(f"/sos/alarms/{alarm.id}/state").text
    assert 195 < left(state) <= 200
    press(client)
    page = client.get(f"/sos/alarms/{alarm.id}").text
    assert 295 < left(page) <= 300
    assert "Вызвано 2 раза" in page


def left(page: str) -> float:
    found = re.search(r'data-left="([\d.]+)"', page)
    assert found
    return float(found[1])


def test_when_the_time_is_over_one_button_is_left(sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """S1-12."""
    client = sign_in(make.resident())
    alarm = called(client)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(minutes=6))
    page = main(client.get(f"/sos/alarms/{alarm.id}").text)
    assert left(page) == 0
    assert "count--over" in page
    assert "ПОВТОРИТЬ ЗАПРОС" in page


def test_what_happens_step_by_step(sign_in: Any, guard: Any) -> None:
    """Sent, on the screens, seen, accepted, on the way, on site, finished: each told in a sentence."""
    client = sign_in(make.resident())
    alarm = called(client, words="<i>Упал</i>")
    address = f"/sos/alarms/{alarm.id}"
    steps = [
        (lambda: None, "на экранах персонала он ещё не появился"),
        (lambda: telling.delivered(guard, [alarm.id]), "Вызов на экранах персонала."),
        (lambda: telling.seen(guard, [alarm.id]), "Увидел 1 сотрудник"),
        (lambda: alarms.move(guard, alarm.id, "accept"), "Вызов принят: Николай Багров."),
        (lambda: alarms.move(guard, alarm.id, "set_off"), "В пути к вам: Николай Багров."),
        (lambda: alarms.move(guard, alarm.id, "arrive"), "Рядом с вами: Николай Багров."),
    ]
    for step, said in steps:
        step()
        page = main(client.get(address).text)
        assert said.lower() in page.lower(), said
        assert "&lt;i&gt;Упал&lt;/i&gt;" in page
        assert "ПОВТОРИТЬ ЗАПРОС" in page
    assert "sos-countdown" not in page  # who is there need not be counted down to
    alarms.move(guard, alarm.id, "finish", comment="Вызвали <u>скорую</u>")
    page = main(client.get(address).text)
    assert "Вызов закрыт: помощь оказана." in page
    assert "Вызвали &lt;u&gt;скорую&lt;/u&gt;" in page
    assert "ПОВТОРИТЬ ЗАПРОС" not in page
    assert 'href="/"' in page
    assert client.get("/sos").status_code == 200


def test_a_call_that_no_screen_shows_offers_the_phone(
    sign_in: Any, phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(make.resident())
    alarm = called(client)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(seconds=6))
    page = main(client.get(f"/sos/alarms/{alarm.id}").text)
    assert page.index('class="sos__unheard"') < page.index("sos-countdown")


def test_the_place_has_its_own_phone_and_minutes(sign_in: Any, phone: str) -> None:
    """S1-8, S1-18, D-9: of the place, or of what it stands in."""
    building = make.place(staff_phone="+73421112233", sos_minutes=2)
    room = make.place("Офис 312", PlaceKind.ROOM, building)
    client = sign_in(make.resident())
    alarm = called(client, place=str(room.id))
    page = main(client.get(f"/sos/alarms/{alarm.id}").text)
    assert left(page) <= 120
    assert "tel:+73421112233" in page


@pytest.mark.parametrize(("way", "status"), [("close", "completed"), ("cancel", "cancelled")])
def test_closing(sign_in: Any, way: str, status: str) -> None:
    """D-12: the same two answers as an order has, «Выполнен» and «Неактуален»; all calls together."""
    client = sign_in(make.resident())
    alarm = called(client)
    press(client)
    address = f"/sos/alarms/{alarm.id}/close"
    window = client.get(address).text
    assert "Закрыть вызов?" in window
    assert "Выполнен" in window
    assert "Неактуален" in window
    assert client.post(address).status_code == 422
    assert client.post(address, data={"as": "false_call"}).status_code == 422
    assert {order.status for order in calls()} == {"new"}
    assert client.post(address, data={"as": way}).location == f"/sos/alarms/{alarm.id}"
    assert {order.status for order in calls()} == {status}
    assert client.get(address).location == f"/sos/alarms/{alarm.id}"
    other = "cancel" if way == "close" else "close"
    client.post(address, data={"as": other})
    assert {order.status for order in calls()} == {status}


def test_an_order_of_a_call_leads_to_its_page(sign_in: Any, guard: Any) -> None:
    """S1-10: from «Мои заказы» and from notices; the chat is a part of the page."""
    client = sign_in(make.resident())
    alarm = called(client)
    press(client)
    for order in calls():
        assert client.get(f"/orders/{order.id}").location == f"/sos/alarms/{alarm.id}"
        assert client.get(f"/orders/{order.id}?tab=chat").location == f"/sos/alarms/{alarm.id}#chat"
    page = client.get(f"/sos/alarms/{alarm.id}").text
    assert 'id="chat"' in page
    assert f'data-live="order:{alarm.lead_id}"' in page


def test_notices_of_the_call_are_read_on_its_page(sign_in: Any, guard: Any, run_jobs: Any) -> None:
    client = sign_in(make.resident())
    alarm = called(client)
    alarms.move(guard, alarm.id, "accept")
    run_jobs()
    assert f'href="/orders/{alarm.lead_id}"' in client.get("/notices").text
    assert "list__row--unread" in client.get("/notices").text
    client.get(f"/sos/alarms/{alarm.id}")
    assert "list__row--unread" not in client.get("/notices").text


def test_somebody_elses_call(sign_in: Any, guard: Any) -> None:
    """Residents know nothing of it, the staff meet it at the desk."""
    alarm = called(sign_in(make.resident()))
    stranger, staff = sign_in(make.resident("Лера", "Петрова")), sign_in(guard)
    for part in ("", "/state", "/close"):
        assert stranger.get(f"/sos/alarms/{alarm.id}{part}").status_code == 404
    assert stranger.post(f"/sos/alarms/{alarm.id}/close", data={"as": "close"}).status_code == 404
    assert staff.get(f"/sos/alarms/{alarm.id}").location == f"/orders/{alarm.lead_id}"
    assert staff.post(f"/sos/alarms/{alarm.id}/close", data={"as": "close"}).status_code == 403
    assert stranger.get("/sos/alarms/99999999999999999999").status_code == 404
    assert calls()[0].status == "new"


# --- without a network --------------------------------------------------------------------------------------------


def test_the_page_without_a_connection_calls_too(client: Any, phone: str) -> None:
    """Kept by the service worker: the button, the phone, and all files that they need."""
    page = client.get("/offline").text
    assert 'action="/sos/calls"' in page
    assert phone in page
    worker = client.get("/sw.js").text
    for file in ("js/sos.js", "js/sos-press.js", "js/ids.js", "css/sos.css"):
        assert file in worker
    # Another phone makes another worker, which keeps the page anew.
    db.session.get(Setting, "support_phone").value = "+73420000000"
    db.session.commit()
    settings.forget()
    assert client.get("/sw.js").text != worker
