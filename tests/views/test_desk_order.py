"""An order at the desk: what is shown and to whom, buttons, assigning, two people pressing at once, notes."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.actions import chat, orders
from app.extensions import db
from app.permissions import DISPATCHER, EXECUTOR, GUARD, RESIDENT
from models import Order, User
from tests import factories as make

HTMX = {"HX-Request": "true"}
STATE = HTMX | {"HX-Target": "order-state"}
WINDOW = HTMX | {"HX-Target": "dialog-body"}


def fields(html: str) -> dict[str, str]:
    """Version and last journal line, as the page's forms send them back."""
    return {name: re.findall(rf'name="{name}" value="(\d+)"', html)[0] for name in ("version", "seen")}


def told(answer: TestResponse) -> dict[str, Any]:
    """The events that an answer raises on the page."""
    return json.loads(answer.headers["HX-Trigger"])  # type: ignore[no-any-return]


def press(client: FlaskClient, order: Order, name: str, headers: Any = None, **sent: Any) -> TestResponse:
    return client.post(f"/desk/orders/{order.id}/moves/{name}", data=sent, headers=headers)


def dispatcher() -> User:
    return make.dispatcher(locale="en")


# --- what is shown ------------------------------------------------------------------------------------------------


def test_page_has_all_that_work_needs(sign_in: Any, count_statements: Any) -> None:
    """I-7: who (company, phone, mail), where, answers, executor, history; in the budget of a page."""
    author = make.resident("Лера", "Петрова", phone="+79123456789", email="lera@example.org")
    make.company("ООО «Вектор»", members=(author,))
    place, hand, boss = make.place("Корпус Б"), make.executor(), dispatcher()
    service = make.service(
        "Уборка", place_id=place.id, description="Моем окна", fields=[make.field("Что убрать")]
    )
    order = make.order(author, service, **{"Что убрать": "Две комнаты"})
    orders.assign(boss, order.id, executor_id=hand.id)
    chat.post(author, order.thread_id, "Жду вас", uuid4())
    client = sign_in(boss)
    client.get("/desk/")
    with count_statements(14):
        page = client.get(f"/desk/orders/{order.id}?open=1")
    for text in (
        "Лера Петрова",
        "ООО «Вектор»",
        'href="tel:+79123456789"',
        'href="mailto:lera@example.org"',
        "Корпус Б",
        "Что убрать",
        "Две комнаты",
        "Иван Петров",
        "Моем окна",
        "Жду вас",
        "Order created",
        "Executor: Иван Петров",
        f'id="row-{order.id}"',
    ):
        assert text in page.text, text
    assert len(page.data) < 100_000


def test_pane_is_the_order_alone(sign_in: Any, count_statements: Any) -> None:
    order, client = make.order(), sign_in(dispatcher())
    client.get("/desk/")
    with count_statements(12):
        pane = client.get(f"/desk/orders/{order.id}?status=new", headers=HTMX).text
    assert pane.lstrip().startswith("<article")
    assert "<html" not in pane
    assert f"/desk/orders/{order.id}/moves/start?status=new" in pane
    state = client.get(f"/desk/orders/{order.id}/state", headers=HTMX).text
    assert state.count('id="order-state"') == 1


@pytest.mark.parametrize(
    ("status", "buttons"),
    [
        ("new", ["start", "finish", "reject"]),
        ("in_progress", ["finish", "reject"]),
        ("done", ["resume"]),
        ("completed", []),
        ("cancelled", []),
    ],
)
def test_buttons_are_the_flows(sign_in: Any, status: str, buttons: list[str]) -> None:
    """S0-55: the staff's moves of each status, and no others."""
    order = make.in_status(status)
    page = sign_in(dispatcher()).get(f"/desk/orders/{order.id}/state", headers=HTMX).text
    found = list(dict.fromkeys(re.findall(r"/moves/(\w+)", page)))
    assert found == buttons


def test_countdown_until_automatic_completion(sign_in: Any) -> None:
    """S0-61: shown while it runs, held back while the orderer waits for an answer."""
    order, boss = make.in_status("done"), dispatcher()
    client = sign_in(boss)
    state = f"/desk/orders/{order.id}/state"
    assert "data-until" in client.get(state).text
    chat.post(order.author, order.thread_id, "Не всё сделано", uuid4())
    held = client.get(state).text
    assert "data-until" not in held
    assert "Waits for an answer" in held
    answer = client.post(f"/desk/orders/{order.id}/settle", headers=STATE)
    assert "data-until" in answer.text
    assert "Waits for an answer" not in answer.text
    assert "no answer needed" in answer.text


# --- rights -------------------------------------------------------------------------------------------------------


def test_who_may_open(sign_in: Any, client: FlaskClient) -> None:
    """404 for what one may not know of; S0-1: residents meet their orders on the portal only."""
    hand, mate = make.executor(), make.executor("Пётр", "Сидоров")
    author = make.resident()
    company = make.company(members=(author,))
    order = make.order(author, make.service(executor_id=hand.id, team_id=make.team(mate).id))
    address = f"/desk/orders/{order.id}"
    assert sign_in(dispatcher()).get(address).status_code == 200
    assert sign_in(hand).get(address).status_code == 200
    assert sign_in(mate).get(address).status_code == 200
    assert sign_in(make.executor("Чужой", "Исполнитель")).get(address).status_code == 404
    assert sign_in(make.user(roles=(RESIDENT, GUARD))).get(address).status_code == 404
    assert sign_in(author).get(address).status_code == 403
    assert sign_in(make.tenant_admin(company)).get(address).status_code == 403
    assert client.get(address, headers={"Accept": "text/html"}).status_code == 302


@pytest.mark.parametrize("number", ["1", "9223372036854775807", "99999999999999999999999"])
@pytest.mark.parametrize(
    "path", ["", "/state", "/assign", "/hands", "/talk/chat", "/talk/notes", "/moves/reject"]
)
def test_no_such_order(sign_in: Any, number: str, path: str) -> None:
    client = sign_in(dispatcher())
    assert client.get(f"/desk/orders/{number}{path}").status_code == 404
    assert client.get(f"/desk/orders/{number}{path}", headers=HTMX).status_code == 404


def test_no_write_reaches_a_foreign_order(sign_in: Any) -> None:
    order = make.order()
    client = sign_in(make.executor("Чужой", "Исполнитель"))
    for path, sent in (
        ("moves/start", {}),
        ("moves/reject", {"comment": "Так"}),
        ("assign", {"to": "me"}),
        ("settle", {}),
    ):
        assert client.post(f"/desk/orders/{order.id}/{path}", data=sent).status_code == 404
    db.session.refresh(order)
    assert (order.status, order.executor_id, order.version) == ("new", None, 1)


def test_own_order_is_met_on_the_portal(sign_in: Any) -> None:
    """Nobody serves the own order: the desk shows where to find it, and neither buttons nor notes."""
    boss = dispatcher()
    order = make.order(boss)
    client = sign_in(boss)
    page = client.get(f"/desk/orders/{order.id}", headers=HTMX).text
    assert f'href="/orders/{order.id}"' in page
    assert "/moves/" not in page
    assert client.get(f"/desk/orders/{order.id}/talk/notes").status_code == 404
    assert press(client, order, "start").status_code == 403


def test_notes_are_a_tab_of_the_staff(sign_in: Any) -> None:
    """Internal notes come by their own fragment, and only to those who may read them."""
    boss, order = dispatcher(), make.order()
    chat.post(boss, order.notes_id, "Осторожно, злая собака", uuid4())
    client = sign_in(boss)
    assert "злая собака" not in client.get(f"/desk/orders/{order.id}").text
    assert "злая собака" in client.get(f"/desk/orders/{order.id}/talk/notes").text
    assert "злая собака" in client.get(f"/desk/orders/{order.id}?tab=notes").text


# --- pressing -----------------------------------------------------------------------------------------------------


def test_press_gives_the_fresh_state_and_a_way_back(sign_in: Any) -> None:
    """S0-55, and undo: «Работа выполнена» can be taken back for a while."""
    order, client = make.in_status("in_progress"), sign_in(dispatcher())
    page = client.get(f"/desk/orders/{order.id}").text
    answer = press(client, order, "finish", STATE, **fields(page))
    assert answer.status_code == 200
    assert 'id="order-state"' in answer.text
    assert "Done. Awaiting confirmation" in answer.text
    undo = told(answer)["toast"]["undo"]
    back = client.post(undo["url"], data={"version": undo["version"]}, headers=STATE)
    assert "In progress" in back.text
    assert told(back)["toast"]["undo"] is None
    db.session.refresh(order)
    assert order.status == "in_progress"


def test_press_without_a_script(sign_in: Any) -> None:
    order, client = make.order(), sign_in(dispatcher())
    page = client.get(f"/desk/orders/{order.id}?status=new").text
    answer = client.post(f"/desk/orders/{order.id}/moves/start?status=new", data=fields(page))
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/desk/orders/{order.id}?status=new"
    assert f"Order {order.id}: In progress" in client.get(answer.headers["Location"]).text


def test_press_in_the_list(sign_in: Any) -> None:
    """On a phone the executor's next step stands in the list; the row redraws itself."""
    hand = make.executor(locale="en")
    order = make.order(of=make.service(executor_id=hand.id))
    client = sign_in(hand)
    assert f"/desk/orders/{order.id}/moves/start" in client.get("/desk/").text
    answer = press(client, order, "start", HTMX, version=1)
    assert (answer.status_code, answer.data) == (204, b"")
    assert told(answer)["changed"] == {"number": order.id}
    late = press(client, order, "finish", HTMX, version=1, seen=1)
    assert late.status_code == 409
    assert "Taken to work" in told(late)["toast"]["text"]
    assert late.headers["HX-Reswap"] == "none"


def test_the_second_is_told_what_changed(sign_in: Any) -> None:
    """Two people pressing at once: who was late learns who did what, and sees the order as it is."""
    first, second = make.dispatcher("Ольга", "Быстрова", locale="en"), dispatcher()
    order, hand = make.order(), make.executor("Игорь", "Ловкий")
    client = sign_in(second)
    page = client.get(f"/desk/orders/{order.id}").text
    orders.assign(first, order.id, executor_id=hand.id)
    orders.move(first, order.id, "start")
    answer = press(client, order, "start", STATE, **fields(page))
    assert answer.status_code == 409
    note = answer.text[answer.text.index('role="alert"') : answer.text.index("case__status")]
    assert "Ольга Быстрова: Executor: Игорь Ловкий" in note
    assert "Ольга Быстрова: Taken to work" in note
    assert "Order created" not in note
    assert "In progress" in answer.text
    plain = press(client, order, "start", **fields(page))
    assert plain.status_code == 409
    assert "Ольга Быстрова: Taken to work" in plain.text
    assert press(client, order, "finish", STATE, **fields(answer.text)).status_code == 200


def test_contrary_presses(sign_in: Any) -> None:
    """S0-57 against S0-55: the orderer confirms while the staff goes on working; the order stays completed."""
    order, client = make.in_status("done"), sign_in(dispatcher())
    page = client.get(f"/desk/orders/{order.id}").text
    orders.move(order.author, order.id, "confirm")
    answer = press(client, order, "resume", STATE, **fields(page))
    assert answer.status_code == 409
    assert f"{order.author.name}: Completion confirmed" in answer.text
    assert "/moves/resume" not in answer.text
    db.session.refresh(order)
    assert order.status == "completed"


def test_reject_needs_a_reason_and_keeps_it(sign_in: Any) -> None:
    """A missing or too long reason is asked for anew beside the field; a late press keeps what was typed."""
    order, boss = make.order(), dispatcher()
    client = sign_in(boss)
    window = client.get(f"/desk/orders/{order.id}/moves/reject", headers=WINDOW).text
    sent = fields(window)
    empty = press(client, order, "reject", WINDOW, comment="  ", **sent)
    assert empty.status_code == 422
    assert "Please say why." in empty.text
    long = press(client, order, "reject", WINDOW, comment="я" * 1001, **sent)
    assert long.status_code == 422
    assert "я" * 1001 in long.text
    orders.assign(boss, order.id, executor_id=boss.id)
    late = press(client, order, "reject", WINDOW, comment="<i>Дубликат</i>", **sent)
    assert late.status_code == 409
    assert "&lt;i&gt;Дубликат&lt;/i&gt;" in late.text
    assert f"Executor: {boss.name}" in late.text
    again = press(client, order, "reject", WINDOW, comment="Дубликат", **fields(late.text))
    assert again.status_code == 200
    assert again.headers["HX-Retarget"] == "#order-state"
    assert "Rejected: Дубликат" in again.text


def test_reject_without_a_script(sign_in: Any) -> None:
    order, client = make.order(), sign_in(dispatcher())
    address = f"/desk/orders/{order.id}/moves/reject"
    page = client.get(address)
    assert "<!doctype html>" in page.text
    refused = client.post(address, data={"comment": "", **fields(page.text)})
    assert refused.status_code == 422
    assert "<!doctype html>" in refused.text
    assert client.post(address, data={"comment": "Дубликат", **fields(page.text)}).status_code == 303


@pytest.mark.parametrize("name", ["confirm", "send_back", "expire", "close", "cancel", "fly", "start%00"])
def test_moves_that_the_staff_has_not(sign_in: Any, name: str) -> None:
    order, client = make.in_status("done"), sign_in(dispatcher())
    for headers in (STATE, WINDOW, HTMX, {}):
        answer = client.post(f"/desk/orders/{order.id}/moves/{name}", headers=headers)
        assert 400 <= answer.status_code < 500
    assert client.get(f"/desk/orders/{order.id}/moves/{name}").status_code == 409
    db.session.refresh(order)
    assert order.status == "done"


def test_pressing_twice_is_pressing_once(sign_in: Any) -> None:
    order, client = make.order(), sign_in(dispatcher())
    sent = fields(client.get(f"/desk/orders/{order.id}").text)
    assert press(client, order, "start", STATE, **sent).status_code == 200
    assert press(client, order, "start", STATE, **sent).status_code == 200
    db.session.refresh(order)
    assert order.version == 2


# --- assigning ----------------------------------------------------------------------------------------------------


def test_assign_a_person_a_team_and_nobody(sign_in: Any) -> None:
    hand, boss, order = make.executor(), dispatcher(), make.order()
    team = make.team(hand, name="Клининг")
    client = sign_in(boss)
    window = client.get(f"/desk/orders/{order.id}/assign", headers=WINDOW).text
    assert f'value="user:{hand.id}"' in window
    assert f'value="team:{team.id}"' in window

    def assign(to: str) -> TestResponse:
        return client.post(f"/desk/orders/{order.id}/assign", data={"to": to}, headers=WINDOW)

    done = assign(f"user:{hand.id}")
    assert told(done)["toast"]["text"] == "Executor: Иван Петров"
    assert done.headers["HX-Retarget"] == "#order-state"
    assert told(assign("nobody"))["toast"]["text"] == f"Order {order.id} is without an executor"
    assert told(assign(f"team:{team.id}"))["toast"]["text"] == "Team: Клининг"
    assign("me")
    db.session.refresh(order)
    assert (order.executor_id, order.team_id) == (boss.id, team.id)


def test_search_for_an_executor(sign_in: Any) -> None:
    boss, busy = dispatcher(), make.executor("Пётр", "Сидоров")
    make.executor("Анна", "Умелова")
    order = make.order(of=make.service(executor_id=busy.id))
    client = sign_in(boss)
    found = client.get(f"/desk/orders/{order.id}/hands?q=сид").text
    assert "Пётр Сидоров" in found
    assert "now the executor · 1 open order" in found
    assert "Умелова" not in found
    assert "Nobody is called so" in client.get(f"/desk/orders/{order.id}/hands?q=%25_%00").text


@pytest.mark.parametrize(
    "to", ["", "user:", "user:abc", "user:99999999999", "team:9999", "user:1 OR 1=1", "god", "me:1"]
)
def test_whom_nobody_can_appoint(sign_in: Any, to: str) -> None:
    order, client = make.order(), sign_in(dispatcher())
    answer = client.post(f"/desk/orders/{order.id}/assign", data={"to": to}, headers=WINDOW)
    assert answer.status_code == 422
    assert 'class="field__error"' in answer.text
    assert client.post(f"/desk/orders/{order.id}/assign", data={"to": to}).status_code == 422
    db.session.refresh(order)
    assert order.executor_id is None


def test_resident_is_no_executor(sign_in: Any) -> None:
    order, lera = make.order(), make.resident("Лера", "Петрова")
    answer = sign_in(dispatcher()).post(
        f"/desk/orders/{order.id}/assign", data={"to": f"user:{lera.id}"}, headers=WINDOW
    )
    assert answer.status_code == 422
    assert "does not carry out orders" in answer.text


def test_executor_takes_an_order_of_the_team(sign_in: Any) -> None:
    """«Взять себе»: one of two who press at once, the other is told by whom it was taken."""
    one, two = make.executor("Один", "Первый", locale="en"), make.executor("Два", "Второй", locale="en")
    order = make.order(of=make.service(team_id=make.team(one, two).id))
    client, late = sign_in(one), sign_in(two)
    page = late.get(f"/desk/orders/{order.id}").text
    assert "Take it myself" in page
    assert "data-assign" not in page
    take = {"to": "me", **fields(page)}
    assert client.post(f"/desk/orders/{order.id}/assign", data=take, headers=STATE).status_code == 200
    answer = late.post(f"/desk/orders/{order.id}/assign", data=take, headers=STATE)
    assert answer.status_code == 409
    assert "Один Первый: Executor: Один Первый" in answer.text
    assert "Take it myself" not in answer.text
    other = late.post(f"/desk/orders/{order.id}/assign", data={"to": f"user:{two.id}"}, headers=STATE)
    assert other.status_code == 403


def test_who_lost_the_order_is_told(sign_in: Any) -> None:
    """An executor whose order went to somebody else gets a word in place of the pane, not a broken one."""
    hand, boss = make.executor(locale="en"), dispatcher()
    order = make.order(of=make.service(executor_id=hand.id))
    client = sign_in(hand)
    page = client.get(f"/desk/orders/{order.id}").text
    orders.assign(boss, order.id, executor_id=boss.id)
    for answer in (
        client.get(f"/desk/orders/{order.id}/state", headers=STATE),
        press(client, order, "start", STATE, **fields(page)),
    ):
        assert answer.status_code == 404
        assert "<html" not in answer.text
        assert "not for you" in answer.text


def test_every_role_of_the_desk_gets_a_page(sign_in: Any) -> None:
    for role in (DISPATCHER, EXECUTOR, GUARD):
        person = make.user(roles=(RESIDENT, role))
        assert sign_in(person).get("/desk/").status_code == 200
