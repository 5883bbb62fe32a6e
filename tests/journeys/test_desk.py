"""The desk under quick, late and small hands: what is pressed twice, taken back too late, read on a phone."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from app.actions import chat, orders
from app.extensions import db
from models import Order
from tests import factories as make
from tests.browser import NARROW, WIDE


@pytest.fixture
def order(app: Any) -> Order:
    """Work for an executor, with a form that was filled in."""
    service = make.service(executor=make.executor(), fields=[make.field("Что сделать")])
    return make.order(make.resident(), service, **{"Что сделать": "Помыть окна"})


def open_order(page: Page, order: Order, query: str = "") -> None:
    page.goto(f"/desk/orders/{order.id}{query}")
    expect(page.locator("body[data-connection=online]")).to_be_attached()


def status(page: Page, text: str) -> None:
    expect(page.locator("#order-state .status").first).to_contain_text(text)


def fresh(order: Order) -> str:
    db.session.expire_all()
    return order.status


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_second_click_does_not_press_the_next_button(new_page: Any, order: Order, width: int) -> None:
    """The button that has taken the place of the pressed one waits a moment, for keys too."""
    page = new_page(make.dispatcher(), width=width)
    open_order(page, order)
    button = page.locator("[data-moves] .btn--primary")
    box = button.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    expect(button).to_contain_text("Работа выполнена")
    assert button.get_attribute("aria-disabled") == "true"
    page.mouse.click(x, y)
    page.keyboard.press("1")
    expect(button).to_be_enabled()
    assert fresh(order) == "in_progress"
    button.click()
    status(page, "Ожидает подтверждения")


def test_a_focused_button_gets_its_new_words(new_page: Any, order: Order) -> None:
    page = new_page(make.dispatcher())
    open_order(page, order)
    button = page.locator("[data-moves] .btn--primary")
    button.focus()
    orders.move(make.dispatcher("Анна"), order.id, "start")
    expect(button).to_contain_text("Работа выполнена")
    expect(button).to_be_focused()


def test_the_second_tap_in_the_list(new_page: Any, order: Order) -> None:
    page = new_page(order.executor, width=NARROW)
    page.goto("/desk/?mine=1")
    button = page.locator(f"#row-{order.id} .queue__act .btn")
    button.click()
    expect(button).to_contain_text("Работа выполнена")
    button.dispatch_event("click")
    expect(button).to_be_enabled()
    assert fresh(order) == "in_progress"


def test_folds_stay_as_the_reader_left_them(new_page: Any, order: Order) -> None:
    """S0-17: when a message or a colleague changes what stands around them, too."""
    page = new_page(make.dispatcher())
    open_order(page, order)
    details, history = (page.locator(f'[data-fold="{name}"]') for name in ("details", "history"))
    history.locator("summary").click()
    expect(history).to_have_attribute("open", "")
    chat.post(order.author, order.thread_id, "Когда придёте?", uuid4())
    expect(page.locator(".case__waiting")).to_be_visible()
    expect(details).to_have_attribute("open", "")
    expect(history).to_have_attribute("open", "")
    details.locator("summary").click()
    orders.move(make.dispatcher("Анна"), order.id, "start")
    status(page, "В работе")
    expect(details).not_to_have_attribute("open", "")
    expect(history).to_have_attribute("open", "")


def test_undo_goes_when_the_order_goes_on(new_page: Any, order: Order) -> None:
    orders.move(make.dispatcher("Анна"), order.id, "start")
    page = new_page(make.dispatcher())
    open_order(page, order)
    page.locator("[data-moves] .btn--primary").click()
    undo = page.locator(".toast button")
    expect(undo).to_be_visible()
    orders.move(order.author, order.id, "confirm")
    status(page, "Выполнен")
    expect(undo).to_have_count(0)


def test_undo_too_late_is_told_once(new_page: Any, order: Order) -> None:
    """The word of the conflict is enough, also when the page has not heard of the change."""
    orders.move(make.dispatcher("Анна"), order.id, "start")
    page = new_page(make.dispatcher(), worker=False)
    open_order(page, order)
    page.locator("[data-moves] .btn--primary").click()
    undo = page.locator(".toast button")
    expect(undo).to_be_visible()
    for question in ("state", "changes"):
        page.route(f"**/{question}?*", lambda route: route.fulfill(status=204))
    page.wait_for_load_state("networkidle")  # what was asked before is answered
    orders.move(order.author, order.id, "confirm")
    undo.click()
    expect(page.locator("#order-state [role=alert]")).to_have_count(1)
    expect(page.locator(".toast")).to_have_count(0)


def test_escape_leaves_the_field_then_the_order(new_page: Any, order: Order) -> None:
    page = new_page(make.dispatcher())
    open_order(page, order)
    page.keyboard.press("n")
    field = page.locator("[data-talk=notes] textarea")
    expect(field).to_be_focused()
    page.keyboard.type("Позвонить")
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()
    expect(field).to_have_value("Позвонить")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/desk/\?"))
    expect(page.locator("[data-case]")).to_have_count(0)


def test_bell_of_the_phone_counts_live(new_page: Any, order: Order, axe: Any) -> None:
    page = new_page(order.executor, width=NARROW)
    page.goto("/desk/")
    expect(page.locator("body[data-connection=online]")).to_be_attached()
    bell = page.locator(".desk__bell .badge")
    before = int(bell.get_attribute("data-count"))
    chat.post(order.author, order.thread_id, "Когда придёте?", uuid4())
    expect(bell).to_have_attribute("data-count", str(before + 1))
    expect(bell).to_be_visible()
    page.locator('[popovertarget="desk-me"]').click()
    expect(page.locator("#desk-me [data-notices] .badge")).to_have_attribute("data-count", str(before + 1))
    expect(page.locator("#desk-me [data-keys-help]")).to_be_hidden()
    axe(page)


def test_executor_takes_an_order_from_the_list(new_page: Any, app: Any) -> None:
    """«Взять себе» of a row, then the next step; the second tap does not take it to work."""
    hand = make.executor()
    order = make.order(of=make.service(team_id=make.team(hand).id))
    page = new_page(hand, width=NARROW)
    page.goto("/desk/?status=new")
    button = page.locator(f"#row-{order.id} .queue__act .btn")
    expect(button).to_contain_text("Взять себе")
    button.click()
    expect(button).to_contain_text("Взять в работу")
    assert fresh(order) == "new"
    assert order.executor_id == hand.id


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_new_orders_are_counted_beside_the_search(new_page: Any, order: Order, width: int) -> None:
    """Nothing that is read is covered, and no row moves."""
    page = new_page(make.dispatcher(), width=width)
    page.goto("/desk/")
    expect(page.locator("body[data-connection=online]")).to_be_attached()
    row = page.locator(f"#row-{order.id}")
    before = row.bounding_box()
    make.order(order.author, order.service)
    bar = page.locator("#newbar button")
    expect(bar).to_be_visible()
    assert row.bounding_box() == before
    box = bar.bounding_box()
    assert box["y"] + box["height"] <= before["y"]
    field = page.locator("#desk-q").bounding_box()
    assert field["x"] + field["width"] <= box["x"]


def test_desk_search_as_you_type(new_page: Any, order: Order) -> None:
    """The list, its links and the address follow; the opened order, the field and «back» stay right."""
    other = make.order(order.author, make.service("Электрик"))
    page = new_page(make.dispatcher())
    page.goto("/desk/?open=1")
    page.locator("#desk-q").press_sequentially("электр")
    expect(page.locator(".queue__row")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"open=1.*q=|q=.*open=1"))
    expect(page.locator("#desk-q")).to_be_focused()
    expect(page.locator(".desk__chips")).to_contain_text("«электр»")
    page.locator(f"#row-{other.id} .queue__row").click()
    expect(page).to_have_url(re.compile(rf"/desk/orders/{other.id}\?.*q="))
    page.locator("#desk-q").fill("")
    expect(page.locator(".queue__row")).to_have_count(2)
    expect(page).to_have_url(re.compile(rf"/desk/orders/{other.id}\?open=1$"))
    expect(page.locator(f"[data-case='{other.id}']")).to_be_visible()
    page.locator("[data-back-to-queue]:visible").click()
    expect(page).to_have_url(re.compile(r"/desk/\?open=1$"))
    page.locator("#desk-q").fill("нет такого")
    expect(page.locator("#no-rows h2")).to_be_visible()
    expect(page.locator(".queue__row")).to_have_count(0)
    boxes = page.locator("[data-go]")
    marked = "all => all.map(box => box.getAttribute('aria-current'))"
    live = boxes.evaluate_all(marked)
    page.reload()
    assert boxes.evaluate_all(marked) == live, "the menu marks the box that the words are looked for in"


def test_folds_stay_as_they_were_left_in_the_next_order(new_page: Any, order: Order) -> None:
    other = make.order(order.author, order.service, **{"Что сделать": "Помыть пол"})
    page = new_page(make.dispatcher())
    page.goto(f"/desk/orders/{order.id}")
    fold = page.locator("[data-fold=details]")
    fold.locator("summary").click()
    expect(fold).not_to_have_attribute("open", "")
    page.locator(f"#row-{other.id} .queue__row").click()
    expect(page.locator(f"[data-case='{other.id}']")).to_be_visible()
    expect(fold).not_to_have_attribute("open", "")


def test_toasts_leave_the_phone_its_buttons(new_page: Any, order: Order) -> None:
    page = new_page(order.executor, width=NARROW)
    page.goto("/desk/?mine=1")
    page.locator(f"#row-{order.id} .queue__act .btn").click()
    toast = page.locator(".toast")
    expect(toast).to_be_visible()
    toast.evaluate("toast => Promise.all(toast.getAnimations().map((one) => one.finished))")  # it slides in
    box, menu = toast.bounding_box(), page.locator(".desk__menu").bounding_box()
    assert box["y"] > 500
    assert box["y"] + box["height"] <= menu["y"]


def test_the_companys_list_is_live(new_page: Any, order: Order) -> None:
    """I-22: who runs a company sees at once what a colleague orders and what becomes of it."""
    mate = make.resident("Лера", "Петрова")
    boss = make.tenant_admin(make.company("ООО «Спектр»", members=(mate,)))
    page = new_page(boss, width=NARROW)
    page.goto("/orders?show=company")
    expect(page.locator("body[data-connection=online]")).to_be_attached()
    hers = make.order(mate, order.service, **{"Что сделать": "Помыть окна"})
    row = page.locator(f"#row-{hers.id}")
    expect(row).to_contain_text("Лера Петрова")
    orders.move(order.executor, hers.id, "start")
    expect(row).to_contain_text("В работе")
    row.locator("a").click()
    expect(page.locator("h1")).to_contain_text(str(hers.id))
    page.locator("[data-tab=chat]").click()
    expect(page.locator("chat-panel textarea")).to_have_count(0)
