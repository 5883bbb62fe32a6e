"""The page of a SIMPLE or REQUEST order in both layouts, its buttons and its window."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from app.actions import chat, orders
from app.extensions import db
from app.kinds import KINDS
from models import FieldKind, Order, OrderKind, Service
from models.catalogue import Extra
from tests import factories as make

HTMX = {"HX-Request": "true"}


def cleaning(**kw: Any) -> Service:
    """The example of S0-18."""
    made: Service = make.service(
        description="Уборка помещений любой сложности",
        fields=[
            make.field("Здание", FieldKind.CHOICE, choices=["Корпус А", "Корпус Б"]),
            make.field("Описание требуемых работ", FieldKind.LONG_TEXT),
            make.field("Что взять с собой", FieldKind.CHOICES, choices=["Тряпка", "Ведро", "Пылесос"]),
            make.field("Дата оказания услуги", FieldKind.DATE, limits={"min": None, "max": None}),
            make.field("Время оказания услуги", FieldKind.TIME),
        ],
        **kw,
    )
    return made


def placed(resident: Any, **kw: Any) -> Order:
    answers: dict[str, Any] = {
        "Здание": "Корпус А",
        "Описание требуемых работ": "Генеральная уборка и вывоз мусора",
        "Что взять с собой": ["Тряпка", "Ведро"],
        "Дата оказания услуги": "2022-05-16",
        "Время оказания услуги": "11:00",
    }
    return make.order(resident, cleaning(**kw), **answers)


def status_of(order: Order) -> str:
    db.session.refresh(order)
    return order.status


def main(page: str) -> str:
    return page[page.index('<main class="main') :]


def test_head_of_the_page(sign_in: Any, count_statements: Any) -> None:
    """S0-2, S0-12, S0-13, S0-14, S0-16, S0-28, S0-29, S0-30, S0-32."""
    resident = make.resident(timezone="Asia/Yekaterinburg")
    order = placed(resident)
    order.created_at = dt.datetime(2022, 5, 13, 9, 42, tzinfo=dt.UTC)
    client = sign_in(resident)
    client.get("/")
    with count_statements(12):
        answer = client.get(f"/orders/{order.id}")
    page = answer.text
    assert len(answer.data) < 100_000
    assert "Клининговые услуги</h2>" in page
    number = re.search(r'<p class="order__number">(.*?)</p>', page, re.DOTALL)
    assert number
    wide, narrow = re.findall(r">([^<>]*14:42[^<>]*)<", number[1])
    assert f"<b>{order.id}</b>" in number[1]
    assert wide == "13.05.2022, 14:42"
    assert "13.05.2022" in narrow
    assert 'data-back="orders"' in page  # back
    assert 'href="/notices"' in page  # bell
    assert 'href="/profile"' in page  # profile


@pytest.mark.parametrize(
    ("came", "leads"),
    [
        ("http://localhost/orders?show=all&q=кран", "/orders?show=all&amp;q=кран"),
        ("http://localhost/orders", "/orders"),
        ("http://localhost/notices?before=7", "/orders"),
        ("http://elsewhere.example/orders?q=x", "/orders"),
        ("http://[", "/orders"),
        ("", "/orders"),
    ],
)
def test_the_arrow_leads_to_the_list_as_it_was(sign_in: Any, came: str, leads: str) -> None:
    """S0-12, also before and without a script."""
    order = placed(make.resident())
    page = sign_in(order.author).get(f"/orders/{order.id}", headers={"Referer": came}).text
    (arrow,) = re.findall(r"<a[^>]*data-back=[^>]*>", page)
    assert f'href="{leads}"' in arrow


def test_no_service_time_in_the_head(sign_in: Any) -> None:
    """S0-31: it stands in the details of these kinds."""
    resident = make.resident()
    page = main(sign_in(resident).get(f"/orders/{placed(resident).id}").text)
    assert "16.05.2022" not in page[: page.index('data-fold="details"')]


@pytest.mark.parametrize("status", ["new", "in_progress", "done", "completed", "cancelled"])
def test_nothing_of_the_other_kinds(sign_in: Any, status: str) -> None:
    """S0-5, S0-7..S0-11, S0-15, S0-43, S0-45: one layout for both kinds, with no block, button or menu word of
    bookings, goods, coworking, hotels and tickets."""
    resident = make.resident()
    client = sign_in(resident)
    blocks = []
    for kind in ("simple", "request"):
        order = make.in_status(status, resident, of=make.service(kind=kind))
        page = main(client.get(f"/orders/{order.id}").text)
        for word in (
            "Повторить заказ",
            "Поделиться",
            "Доступ в коворкинг",
            "QR-код",
            "Посетители",
            "Оплата",
            "Итого",
        ):
            assert word not in page, word
        assert not re.search(r", с \d\d:\d\d до \d\d:\d\d", page)
        blocks.append(re.findall(r'data-fold="(\w+)"', page))
    assert blocks[0] == blocks[1]


@pytest.mark.parametrize("kind", sorted(set(OrderKind) - set(KINDS)))
def test_a_kind_that_is_not_on_offer(sign_in: Any, kind: str) -> None:
    """S0-6, S0-66: orders of other kinds cannot come to be, so nothing can confirm or close them."""
    service = make.service(kind=kind)
    client = sign_in(make.resident())
    assert client.get(f"/services/{service.id}").status_code == 404
    assert client.post(f"/services/{service.id}", data={"form_key": str(uuid4())}).status_code == 404
    assert not db.session.scalar(select(func.count()).select_from(Order))


def test_details_in_both_layouts(sign_in: Any) -> None:
    """S0-17, S0-18, S0-27, S0-44: all answered fields in form order; several choices and dates by layout."""
    resident = make.resident()
    order = placed(resident)
    page = main(sign_in(resident).get(f"/orders/{order.id}").text)
    details = page[page.index('data-fold="details"') : page.index('data-fold="description"')]
    assert 'data-fold="details" open' in page
    assert re.findall(r"<dt>(.*?)</dt>", details) == [a["label"] for a in order.answers]
    assert '<span class="only-wide">Тряпка, Ведро</span>' in details
    assert '<ul class="only-narrow"><li>Тряпка</li><li>Ведро</li></ul>' in details
    assert '<span class="only-wide">16.05.2022</span>' in details
    assert re.search(r'<span class="only-narrow">16 мая 2022.г\.</span>', details)
    assert "11:00" in details


def test_unanswered_fields_are_not_shown(sign_in: Any) -> None:
    resident = make.resident()
    order = make.order(resident, cleaning(), Здание="Корпус Б")
    page = main(sign_in(resident).get(f"/orders/{order.id}").text)
    assert re.findall(r"<dt>(.*?)</dt>", page) == ["Здание"]


def test_description_is_closed_and_named_by_layout(sign_in: Any) -> None:
    """S0-17, S0-27, S0-49."""
    resident = make.resident()
    client = sign_in(resident)
    page = main(client.get(f"/orders/{placed(resident).id}").text)
    start = page.index('data-fold="description"')
    block = page[start : page.index("</details>", start)]
    assert 'data-fold="description">' in page
    assert "Уборка помещений любой сложности" in block
    assert block.count("only-wide") == block.count("only-narrow") == 1
    bare = make.order(resident, make.service("Без описания"))
    assert 'data-fold="description"' not in client.get(f"/orders/{bare.id}").text


def test_narrow_layout_has_two_tabs(sign_in: Any) -> None:
    """S0-27: «Информация» and «Чат» with a dot for what is unread; S0-3: the chat is on every order."""
    resident = make.resident()
    order = placed(resident)
    client = sign_in(resident)
    page = main(client.get(f"/orders/{order.id}").text)
    assert 'class="order" data-tab="info"' in page
    assert re.search(r'data-tab="chat">.*?<span class="dot"[^>]* hidden>', page, re.DOTALL)
    assert 'class="order" data-tab="chat"' in client.get(f"/orders/{order.id}?tab=chat").text
    chat.post(make.dispatcher(), order.thread_id, "Когда вам удобно?", uuid4())
    page = main(client.get(f"/orders/{order.id}").text)
    assert not re.search(r'data-unread-dot="chat" hidden', page)


# --- additional services ------------------------------------------------------------------------------------------


def test_additional_services(sign_in: Any) -> None:
    """S0-37..S0-42: free title, links to forms, at most six (three in the narrow layout), before the details."""
    resident = make.resident()
    order = placed(resident, extras_title="Попробуй другие услуги")
    offers = [make.service(f"Услуга {n}") for n in range(7)]
    db.session.add_all(
        Extra(service_id=order.service_id, extra_id=offer.id, position=n) for n, offer in enumerate(offers)
    )
    client = sign_in(resident)
    page = main(client.get(f"/orders/{order.id}").text)
    assert "Попробуй другие услуги" in page
    assert re.findall(r'class="extra" href="/services/(\d+)"', page) == [str(o.id) for o in offers[:6]]
    assert page.index("Попробуй другие услуги") < page.index('data-fold="details"')
    assert client.get(f"/services/{offers[0].id}").status_code == 200


def test_no_additional_services_no_block(sign_in: Any) -> None:
    """S0-39."""
    resident = make.resident()
    order = placed(resident, extras_title="Рекомендуемые услуги")
    page = sign_in(resident).get(f"/orders/{order.id}").text
    assert "Рекомендуемые услуги" not in page
    assert 'class="extras"' not in page


# --- confirming -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["new", "in_progress", "completed", "cancelled"])
def test_no_answer_buttons_in_other_statuses(sign_in: Any, status: str) -> None:
    """S0-4, S0-56: buttons only while confirmation is awaited."""
    resident = make.resident()
    order = make.in_status(status, resident)
    page = sign_in(resident).get(f"/orders/{order.id}").text
    assert f"/orders/{order.id}/moves/" not in page


def test_two_buttons_beside_the_status(sign_in: Any) -> None:
    """S0-16, S0-56: on the same line as the status."""
    resident = make.resident()
    order = make.in_status("done", resident)
    page = sign_in(resident).get(f"/orders/{order.id}").text
    line = page[page.index('class="order__line"') : page.index('class="order__next"')]
    assert 'class="status ' in line
    assert f'action="/orders/{order.id}/moves/send_back"' in line
    assert f'action="/orders/{order.id}/moves/confirm"' in line


def test_confirm(sign_in: Any) -> None:
    """S0-57."""
    resident = make.resident()
    order = make.in_status("done", resident)
    answer = sign_in(resident).post(f"/orders/{order.id}/moves/confirm", data={"version": order.version})
    assert answer.status_code == 303
    assert answer.location == f"/orders/{order.id}"
    assert status_of(order) == "completed"


def test_send_back_and_the_comment_is_optional(sign_in: Any) -> None:
    """S0-58, S0-60."""
    resident = make.resident(locale="en")
    order = make.in_status("done", resident)
    answer = sign_in(resident).post(
        f"/orders/{order.id}/moves/send_back", data={"version": order.version}, headers=HTMX
    )
    assert answer.status_code == 200
    assert status_of(order) == "in_progress"
    assert "you may write in the chat" in answer.text
    assert "<html" not in answer.text


def test_countdown_is_told_and_waits_for_an_answer(sign_in: Any) -> None:
    """S0-61: by when the order completes by itself; never over an unanswered message."""
    resident = make.resident(locale="en", timezone="UTC")
    order = make.in_status("done", resident)
    order.completes_at = dt.datetime(2030, 5, 16, 11, 0, tzinfo=dt.UTC)
    client = sign_in(resident)
    page = client.get(f"/orders/{order.id}").text
    assert "completes by itself on May 16, 2030 at 11:00" in page
    assert 'data-until datetime="2030-05-16T11:00:00+00:00"' in page
    chat.post(resident, order.thread_id, "Окно в переговорной забыли", uuid4())
    page = client.get(f"/orders/{order.id}").text
    assert "will not complete by itself until your message is answered" in page


def test_stale_press_is_told_what_changed(sign_in: Any) -> None:
    resident = make.resident()
    order = make.in_status("done", resident)
    seen = order.version
    orders.move(make.dispatcher(), order.id, "resume")
    client = sign_in(resident)
    answer = client.post(f"/orders/{order.id}/moves/confirm", data={"version": seen}, headers=HTMX)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert status_of(order) == "in_progress"
    # Without a script the page itself says it.
    plain = client.post(f"/orders/{order.id}/moves/confirm", data={"version": seen})
    assert plain.status_code == 303
    assert "toast--danger" in client.get(plain.location).text


@pytest.mark.parametrize("name", ["start", "finish", "expire", "reject", "nonsense"])
def test_moves_that_are_not_the_residents(sign_in: Any, name: str) -> None:
    resident = make.resident()
    order = make.in_status("new", resident)
    answer = sign_in(resident).post(f"/orders/{order.id}/moves/{name}", headers=HTMX)
    assert answer.status_code in (403, 409)
    assert status_of(order) == "new"


def test_double_press_changes_nothing(sign_in: Any) -> None:
    resident = make.resident()
    order = make.in_status("done", resident)
    client = sign_in(resident)
    for _ in range(2):
        assert client.post(f"/orders/{order.id}/moves/confirm").status_code == 303
    assert status_of(order) == "completed"
    assert client.get(f"/orders/{order.id}").text.count('class="toast toast--danger"') == 0


# --- closing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["new", "in_progress", "done"])
def test_menu_with_the_window(sign_in: Any, status: str) -> None:
    """S0-6, S0-65, S0-67, D-2: «Закрыть заказ» opens the window with two choices and «Отмена» / «Да»."""
    resident = make.resident(locale="en")
    order = make.in_status(status, resident)
    client = sign_in(resident)
    page = client.get(f"/orders/{order.id}").text
    assert 'data-dialog="close-order"' in page
    start = page.index('<dialog class="dialog" id="close-order"')
    window = page[start : page.index("</dialog>", start)]
    assert "Close the order?" in window
    assert re.findall(r'name="as" value="(\w+)"', window) == ["close", "cancel"]
    assert re.findall(r"</?(?:button|a)\b[^>]*>([^<]+)</button>", window) == ["Cancel", "Yes"]
    alone = client.get(f"/orders/{order.id}/close").text
    assert re.findall(r'name="as" value="(\w+)"', alone) == ["close", "cancel"]


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_no_menu_on_finished_orders(sign_in: Any, status: str) -> None:
    """S0-69, S0-71."""
    resident = make.resident()
    order = make.in_status(status, resident)
    client = sign_in(resident)
    page = client.get(f"/orders/{order.id}").text
    assert "order-actions" not in page
    assert "close-order" not in page
    assert client.get(f"/orders/{order.id}/close").status_code == 302


@pytest.mark.parametrize(("choice", "after"), [("close", "completed"), ("cancel", "cancelled")])
@pytest.mark.parametrize("before", ["new", "in_progress", "done"])
def test_close_as(sign_in: Any, before: str, choice: str, after: str) -> None:
    """S0-68, S0-70, D-2."""
    resident = make.resident()
    order = make.in_status(before, resident)
    answer = sign_in(resident).post(f"/orders/{order.id}/close", data={"as": choice})
    assert answer.status_code == 303
    assert status_of(order) == after


def test_close_without_a_choice(sign_in: Any) -> None:
    resident = make.resident()
    order = make.in_status("new", resident)
    client = sign_in(resident)
    for choice in ({}, {"as": "confirm"}, {"as": "<b>"}):
        answer = client.post(f"/orders/{order.id}/close", data=choice)
        assert answer.status_code == 422
        assert 'class="field__error"' in answer.text
    assert status_of(order) == "new"


def test_close_what_is_finished(sign_in: Any) -> None:
    resident = make.resident()
    order = make.in_status("cancelled", resident)
    answer = sign_in(resident).post(f"/orders/{order.id}/close", data={"as": "close"}, headers=HTMX)
    assert answer.status_code == 409
    assert status_of(order) == "cancelled"


# --- live, history, rights --------------------------------------------------------------------------------------------


def test_status_part_brings_menu_and_history(sign_in: Any, count_statements: Any) -> None:
    resident = make.resident()
    order = make.in_status("done", resident)
    client = sign_in(resident)
    client.get("/")
    with count_statements(8):
        part = client.get(f"/orders/{order.id}/status").text
    assert 'id="order-status"' in part
    assert 'id="order-menu" hx-swap-oob="morph"' in part
    assert 'id="order-history" hx-swap-oob="morph"' in part
    assert "<html" not in part


def test_history_shows_public_lines_only(sign_in: Any) -> None:
    resident, dispatcher = make.resident(), make.dispatcher()
    order = make.in_status("done", resident, dispatcher)
    chat.post(dispatcher, order.notes_id, "Клиент капризный", uuid4())
    page = sign_in(resident).get(f"/orders/{order.id}").text
    history = page[page.index('data-fold="history"') :]
    assert history.count("<li>") == 3
    assert "Клиент капризный" not in page


def test_order_of_somebody_else(sign_in: Any, client: Any) -> None:
    """S0-1: neither by URL nor by POST."""
    order = make.in_status("done", make.resident("Лера", "Петрова"))
    stranger = sign_in(make.resident())
    for path in ("", "/status", "/close"):
        assert stranger.get(f"/orders/{order.id}{path}").status_code == 404
    assert stranger.post(f"/orders/{order.id}/moves/confirm").status_code == 404
    assert stranger.post(f"/orders/{order.id}/close", data={"as": "cancel"}).status_code == 404
    assert status_of(order) == "done"
    assert client.get(f"/orders/{order.id}", headers={"Accept": "text/html"}).status_code == 302
    assert client.get(f"/orders/{order.id}/status", headers=HTMX).status_code == 401


def test_staff_is_led_to_the_desk(sign_in: Any) -> None:
    order = make.order()
    answer = sign_in(make.dispatcher()).get(f"/orders/{order.id}")
    assert answer.status_code == 302
    assert answer.location == f"/desk/orders/{order.id}"


def test_tenant_administrator_only_looks(sign_in: Any) -> None:
    """I-22: the company's orders, without buttons."""
    resident = make.resident()
    company = make.company(members=(resident,))
    order = make.in_status("done", resident)
    db.session.execute(update(Order).values(company_id=company.id))
    looker = sign_in(make.tenant_admin(company))
    page = looker.get(f"/orders/{order.id}").text
    assert f"/orders/{order.id}/moves/" not in page
    assert "order-actions" not in page
    assert looker.post(f"/orders/{order.id}/moves/confirm", headers=HTMX).status_code == 403
    assert status_of(order) == "done"


def test_opening_the_order_reads_its_notices(sign_in: Any, run_jobs: Any) -> None:
    resident = make.resident()
    order = make.in_status("done", resident)
    run_jobs()
    client = sign_in(resident)
    assert 'data-counter="notices">2' in client.get("/").text
    client.get(f"/orders/{order.id}")
    assert 'data-counter="notices">2' not in client.get("/").text
