"""«Мой кабинет», «Мои заказы»: own orders, filters in the URL, paging by keyset, unread marks."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from app.actions import chat, orders
from app.queries.orders import PAGE
from tests import factories as make


def numbers(page: str) -> list[int]:
    return [int(part.split('"')[0]) for part in page.split('data-row="')[1:]]


def test_lists_own_orders_only_newest_first(sign_in: Any, count_statements: Any) -> None:
    """S0-1: own orders only; opening one leads to its page."""
    resident, other = make.resident(), make.resident("Лера", "Петрова")
    service = make.service()
    first, second = make.order(resident, service), make.order(resident, service)
    make.order(other, service)
    client = sign_in(resident)
    client.get("/")
    with count_statements(12):
        answer = client.get("/orders")
    assert numbers(answer.text) == [second.id, first.id]
    assert f'href="/orders/{first.id}"' in answer.text
    assert len(answer.data) < 100_000


def test_boxes_and_words_are_in_the_url(sign_in: Any) -> None:
    resident = make.resident()
    service, plumber = make.service("Клининговые услуги"), make.service("Сантехник")
    active, done = make.order(resident, service), make.in_status("completed", resident, of=service)
    leak = make.order(resident, plumber)
    client = sign_in(resident)
    assert numbers(client.get("/orders").text) == [leak.id, active.id]
    assert numbers(client.get("/orders?show=finished").text) == [done.id]
    assert numbers(client.get("/orders?show=all").text) == [leak.id, done.id, active.id]
    assert numbers(client.get("/orders?show=all&q=сантехника").text) == [leak.id]
    assert numbers(client.get(f"/orders?show=all&q={done.id}").text) == [done.id]
    # Filters stay when the box changes, and nonsense is the usual list.
    assert "/orders?show=finished&amp;q=%D1%81" in client.get("/orders?q=сантехника").text
    assert client.get("/orders?show=nonsense&before=abc").status_code == 200


def test_pages_by_keyset(sign_in: Any) -> None:
    resident, service = make.resident(), make.service()
    made = [make.order(resident, service).id for _ in range(PAGE + 3)]
    client = sign_in(resident)
    first = client.get("/orders").text
    assert numbers(first) == made[: -PAGE - 1 : -1]
    last = numbers(first)[-1]
    assert f"before={last}" in first
    second = client.get(f"/orders?show=active&before={last}").text
    assert numbers(second) == made[:3][::-1]
    assert 'rel="prev"' in second


def test_a_long_list_costs_no_more_statements(sign_in: Any, count_statements: Any) -> None:
    resident = make.resident()
    for _ in range(5):
        make.order(resident, make.service())
    client = sign_in(resident)
    client.get("/orders")
    with count_statements(12) as few:
        client.get("/orders")
    for _ in range(20):
        make.order(resident, make.service())
    with count_statements(12) as many:
        client.get("/orders")
    assert len(many) == len(few)


def test_unread_messages_are_marked(sign_in: Any) -> None:
    resident, service = make.resident(), make.service(first_message="Будем рады помочь")
    order, quiet = make.order(resident, service), make.order(resident, service)
    chat.post(make.dispatcher(), order.thread_id, "Мастер выехал", uuid4())
    page = sign_in(resident).get("/orders").text
    row = page[page.index(f'data-row="{order.id}"') :]
    assert 'class="badge" data-count="1"' in row
    # The automatic first message is nobody's unread mail.
    silent = page[page.index(f'data-row="{quiet.id}"') : page.index(f'data-row="{order.id}"')]
    assert "badge" not in silent


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [("/orders", 'href="/"'), ("/orders?q=ничего", "show=all"), ("/orders?show=all", 'href="/"')],
)
def test_empty_list_leads_to_the_first_useful_act(sign_in: Any, address: str, leads_to: str) -> None:
    page = sign_in(make.resident()).get(address).text
    empty = page[page.index('class="empty"') :]
    assert leads_to in empty


def test_rows_come_alone_for_a_live_list(sign_in: Any) -> None:
    resident = make.resident()
    order = make.order(resident)
    client = sign_in(resident)
    rows = client.get("/orders", headers={"HX-Request": "true"}).text
    assert numbers(rows) == [order.id]
    assert "<html" not in rows
    orders.move(resident, order.id, "cancel")
    assert numbers(client.get("/orders", headers={"HX-Request": "true"}).text) == []


def test_order_number_of_somebody_else_is_not_found_by_search(sign_in: Any) -> None:
    foreign = make.order(make.resident("Лера", "Петрова"))
    page = sign_in(make.resident()).get(f"/orders?show=all&q={foreign.id}").text
    assert numbers(page) == []


def test_a_tenant_administrator_sees_the_companys_orders(sign_in: Any, count_statements: Any) -> None:
    """I-22: those of the own companies with who ordered them, nobody else's; without the role the box is not there."""
    mate, stranger = make.resident("Лера", "Петрова"), make.resident("Пётр", "Чужой")
    boss = make.tenant_admin(make.company("ООО «Спектр»", members=(mate,)))
    make.company("АО «Другие»", members=(stranger,))
    service, plumber = make.service("Клининговые услуги"), make.service("Сантехник")
    own, hers = make.order(boss, service), make.order(mate, plumber)
    make.order(stranger, service)
    done = make.in_status("completed", mate, of=service)
    chat.post(mate, hers.thread_id, "Когда придёте?", uuid4())
    client = sign_in(boss)
    client.get("/")
    with count_statements(12):
        page = client.get("/orders?show=company").text
    assert numbers(page) == [done.id, hers.id, own.id]
    assert "Лера Петрова" in page
    assert "list__row--unread" not in page, "what she writes is not his mail"
    assert numbers(client.get("/orders?show=company&q=сантехника").text) == [hers.id]
    assert numbers(client.get("/orders").text) == [own.id]
    assert "Лера Петрова" in client.get(f"/orders/{hers.id}").text
    orders.move(make.dispatcher(), hers.id, "finish")
    asked = "Пока на ваше сообщение не ответят, заказ не завершится автоматически."
    assert asked not in client.get(f"/orders/{hers.id}").text
    assert asked in sign_in(mate).get(f"/orders/{hers.id}").text
    other = sign_in(mate)
    assert "show=company" not in other.get("/orders").text
    assert numbers(other.get("/orders?show=company").text) == [hers.id]


def test_the_companys_list_has_pages_and_words_when_empty(sign_in: Any) -> None:
    mate, service = make.resident("Лера", "Петрова"), make.service()
    boss = make.tenant_admin(make.company("ООО «Спектр»", members=(mate,)))
    client = sign_in(boss)
    assert "empty-orders" in client.get("/orders?show=company").text
    made = [make.order(mate, service).id for _ in range(PAGE + 2)]
    first = client.get("/orders?show=company").text
    assert numbers(first) == made[: -PAGE - 1 : -1]
    assert f"show=company&amp;before={numbers(first)[-1]}" in first
    assert numbers(client.get(f"/orders?show=company&before={numbers(first)[-1]}").text) == made[:2][::-1]


def test_a_sign_that_the_database_refuses_is_left_out(sign_in: Any) -> None:
    """NUL, in what is looked for and in why an order comes back."""
    resident = make.resident()
    order = make.in_status("done", resident)
    client = sign_in(resident)
    for path in ("/?q=a%00b", "/orders?q=a%00b"):
        assert client.get(path).status_code == 200, path
    orders.move(resident, order.id, "send_back", comment="\0Течёт\0 снова")
    assert "Течёт снова" in client.get(f"/orders/{order.id}").text
