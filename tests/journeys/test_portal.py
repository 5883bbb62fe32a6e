"""What only a browser shows of the portal: both layouts, drafts, the way back, windows, live parts, accessibility."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from app.actions import chat, orders
from app.extensions import db
from models import FieldKind, Order, Place, Service
from models.catalogue import Extra
from tests import factories as make
from tests.browser import NARROW, WIDE
from tests.waiting import wait_for


def cleaning() -> Service:
    """A service with several kinds of questions and seven additional services."""
    make.place("Корпус А")
    made: Service = make.service(
        description="Уборка помещений",
        first_message="Пишите, если остались вопросы. Будем рады помочь",
        extras_title="Рекомендуемые услуги",
        category=make.category("Уборка и чистота"),
        fields=[
            make.field("Описание требуемых работ", FieldKind.LONG_TEXT, required=True),
            make.field("Что взять с собой", FieldKind.CHOICES, choices=["Тряпка", "Ведро", "Пылесос"]),
            make.field("Дата", FieldKind.DATE),
            make.field("Место", FieldKind.PLACE, required=True),
            make.field("Телефон", FieldKind.PHONE),
            make.field("Фото", FieldKind.FILE),
            make.field("Срочно", FieldKind.BOOLEAN),
        ],
    )
    offers = [make.service(f"Услуга {n}", category=made.category) for n in range(7)]
    db.session.add_all(
        Extra(service_id=made.id, extra_id=offer.id, position=n) for n, offer in enumerate(offers)
    )
    db.session.commit()
    return made


def ordered(resident: Any, of: Service, status: str = "new") -> Order:
    place = db.session.scalar(select(Place.id))
    sent = {
        of.fields[0].name: ["Генеральная уборка"],
        of.fields[1].name: ["Тряпка", "Ведро"],
        of.fields[3].name: [str(place)],
    }
    order = orders.place(resident, of.id, sent, uuid4())
    by = make.dispatcher()
    for name in {"new": [], "done": ["start", "finish"]}[status]:
        orders.move(by, order.id, name)
    return order


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(("width", "scheme"), [(NARROW, "light"), (WIDE, "dark")])
def test_every_page_is_accessible_and_fits(new_page: Any, axe: Any, width: int, scheme: str) -> None:
    """WCAG 2.2 AA by axe, no sideways scroll, in both widths, schemes and languages, with data and empty."""
    resident, newcomer = make.resident(), make.resident("Лера", "Петрова")
    service = cleaning()
    order = ordered(resident, service, "done")
    finished = make.in_status("cancelled", resident, of=make.service("Электрик"))
    pages = ["/", "/?q=уборка", "/?q=ничего", f"/categories/{service.category_id}", f"/services/{service.id}"]
    pages += ["/orders", "/orders?show=all", f"/orders/{order.id}", f"/orders/{order.id}?tab=chat"]
    pages += [f"/orders/{order.id}/close", f"/orders/{finished.id}", "/notices"]
    for user, addresses in ((resident, pages), (newcomer, ["/", "/orders", "/notices", "/orders/999999"])):
        page = new_page(user, width=width, language="en" if width == WIDE else "ru")
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for address in addresses:
            page.goto(address)
            axe(page)
            assert no_sideways_scroll(page), address


def test_wrong_input_is_accessible(new_page: Any, axe: Any) -> None:
    service = cleaning()
    page = new_page(make.resident(), width=NARROW)
    page.goto(f"/services/{service.id}")
    expect(page.locator(".drop__hint")).to_be_hidden()
    page.get_by_label("Телефон").fill("звоните")
    page.locator(".submitbar button").click()
    expect(page.locator(".field__error")).to_have_count(3)
    expect(page.get_by_label("Телефон")).to_have_value("звоните")
    expect(page.locator("[data-focus]")).to_be_focused()
    axe(page)
    # The list leads into its field, label and all, and the error goes as soon as the field is changed.
    page.locator("[data-focus] a").last.click()
    phone, error = page.get_by_label("Телефон"), page.locator(".field:has(input[type=tel]) .field__error")
    expect(phone).to_be_focused()
    bar = page.locator(".topbar").bounding_box()
    assert page.locator(".field:has(input[type=tel])").bounding_box()["y"] > bar["y"] + bar["height"]
    expect(error).to_be_visible()
    phone.press_sequentially("1")
    expect(error).to_be_hidden()
    expect(phone).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".field__error:visible")).to_have_count(2)


def test_a_long_name_is_whole_on_the_phone(new_page: Any) -> None:
    name = "Отправка и получение корреспонденции и посылок"
    service = make.service(name)
    page = new_page(make.resident(), width=NARROW)
    page.goto(f"/services/{service.id}")
    expect(page.locator(".hero h2")).to_have_text(name)


def test_order_page_on_the_phone(new_page: Any) -> None:
    """S0-12, S0-27, S0-42: tabs, three additional services, status above the title, answers under the thumb."""
    resident = make.resident()
    order = ordered(resident, cleaning(), "done")
    page = new_page(resident, width=NARROW)
    page.goto(f"/orders/{order.id}")
    expect(page.locator(".extra:visible")).to_have_count(3)
    expect(page.locator(".order__chat")).to_be_hidden()
    status, title = page.locator(".status").bounding_box(), page.locator(".order__head h2").bounding_box()
    assert status["y"] < title["y"]
    buttons = page.locator(".order__line .btn")
    expect(buttons).to_have_count(2)
    for button in buttons.all():
        box = button.bounding_box()
        assert box["height"] >= 44
        assert box["y"] > 844 / 2
    page.locator('[data-tab="chat"].tab').click()
    expect(page.locator(".order__chat")).to_be_visible()
    expect(page.locator(".order__info")).to_be_hidden()
    assert page.url.endswith("?tab=chat")
    page.reload()
    expect(page.locator(".order__chat")).to_be_visible()


def test_order_page_on_a_wide_screen(new_page: Any) -> None:
    """S0-12, S0-16, S0-27, S0-42: one page, six additional services, the buttons on the line of the status."""
    resident = make.resident()
    order = ordered(resident, cleaning(), "done")
    page = new_page(resident)
    page.goto(f"/orders/{order.id}")
    expect(page.locator(".extra:visible")).to_have_count(6)
    expect(page.locator(".order__chat")).to_be_visible()
    expect(page.locator(".order__info")).to_be_visible()
    expect(page.locator(".order .tabs")).to_be_hidden()
    status = page.locator(".order__line .status").bounding_box()
    for button in page.locator(".order__line .btn").all():
        box = button.bounding_box()
        assert box["y"] < status["y"] + status["height"] / 2 < box["y"] + box["height"]


def test_blocks_fold(new_page: Any) -> None:
    """S0-17: details are open, the description is closed, and both keep what the reader chose."""
    resident = make.resident()
    order = ordered(resident, cleaning())
    page = new_page(resident)
    page.goto(f"/orders/{order.id}")
    details, description = page.locator('[data-fold="details"]'), page.locator('[data-fold="description"]')
    expect(details).to_have_attribute("open", "")
    expect(description).not_to_have_attribute("open", "")
    details.locator("summary").click()
    description.locator("summary").click()
    expect(page.get_by_text("Уборка помещений", exact=True)).to_be_visible()
    page.reload()
    expect(details).not_to_have_attribute("open", "")
    expect(description).to_have_attribute("open", "")


def test_draft_survives_leaving_and_goes_with_the_order(new_page: Any) -> None:
    service = cleaning()
    page = new_page(make.resident(), width=NARROW)
    page.goto(f"/services/{service.id}")
    page.locator("textarea").fill("Генеральная уборка")
    page.get_by_label("Ведро").check()
    page.goto("/orders")  # at once: the last tick is kept too
    page.goto(f"/services/{service.id}")
    expect(page.locator("textarea")).to_have_value("Генеральная уборка")
    expect(page.get_by_label("Ведро")).to_be_checked()
    page.locator("select").select_option(index=1)
    page.locator(".submitbar button").click()
    expect(page.locator(".order__number")).to_be_visible()
    page.goto(f"/services/{service.id}")
    expect(page.locator("textarea")).to_have_value("")


def test_the_way_back_over_a_refused_form(new_page: Any) -> None:
    """Not to «Нет связи»: the network is there. The form opens anew, by the address at which it stood."""
    service = cleaning()
    page = new_page(make.resident(), width=NARROW)
    page.goto("/orders")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto(f"/services/{service.id}")
    page.get_by_label("Телефон").fill("звоните")
    page.locator(".submitbar button").click()
    expect(page.locator(".field__error")).to_have_count(3)
    page.locator("textarea").fill("Генеральная уборка")
    page.locator("select").select_option(index=1)
    page.get_by_label("Телефон").fill("")
    page.locator(".submitbar button").click()
    expect(page.locator(".order__number")).to_be_visible()
    page.go_back()
    expect(page.locator(".submitbar button")).to_be_visible()
    expect(page.locator(".field__error")).to_have_count(0)
    page.go_back()
    expect(page.locator(".submitbar button")).to_be_visible()


def test_back_leads_to_the_list_as_it_was(new_page: Any) -> None:
    """S0-12: same filters, same place."""
    resident, service = make.resident(), make.service("Сантехник")
    for _ in range(25):
        make.order(resident, service)
    page = new_page(resident, width=NARROW)
    page.goto("/orders?show=all&q=сантехник")
    page.locator(".list__row").nth(20).scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    page.locator(".list__row").nth(20).click()
    expect(page.locator(".order__number")).to_be_visible()
    page.wait_for_load_state()  # the place in the list is known to the script alone
    page.locator("[data-back]").click()
    expect(page.locator("#orders-q")).to_have_value("сантехник")
    assert "show=all" in page.url
    wait_for(lambda: abs(page.evaluate("scrollY") - before) < 60)
    # Not straight from the list: the arrow still knows how the list was.
    page.locator(".list__row").first.click()
    page.reload()
    page.goto(page.url)
    page.wait_for_load_state()
    page.locator("[data-back]").click()
    expect(page.locator("#orders-q")).to_have_value("сантехник")


def test_search_as_you_type(new_page: Any) -> None:
    resident = make.resident()
    make.order(resident, make.service("Сантехник"))
    make.order(resident, make.service("Электрик"))
    page = new_page(resident)
    page.goto("/orders")
    page.locator("#orders-q").press_sequentially("сантех")
    expect(page.locator(".list__row")).to_have_count(1)
    expect(page).to_have_url(re.compile("q="))
    expect(page.locator("#orders-q")).to_be_focused()
    page.goto("/")
    page.locator("#services-q").press_sequentially("электр")
    expect(page.locator("#found .list__title")).to_have_text(["Электрик"])
    page.locator("#services-q").fill("")
    expect(page.locator("#found .tile")).to_have_count(2)


def test_window_closes_an_order(new_page: Any) -> None:
    """S0-67..S0-70: «Отмена» changes nothing, «Да» does; then the menu is gone, all without a reload."""
    resident = make.resident()
    order = ordered(resident, cleaning())
    page = new_page(resident, width=NARROW)
    page.goto(f"/orders/{order.id}")
    page.evaluate("window.same = true")
    before = page.locator(".order__line .status").inner_text()

    def choose() -> None:
        page.locator('[popovertarget="order-actions"]').click()
        page.locator("[data-dialog]").click()
        page.locator('dialog input[value="cancel"]').check()

    choose()
    # A press done twice is one: what lies below the button is not hit. Help always is, and so is what a key presses.
    page.evaluate("window.hits = []; addEventListener('click', ({ target }) => window.hits.push(target))")
    place = page.locator("dialog [data-close]").bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.dblclick(x, y)
    hits = page.evaluate(
        """([clientX, clientY]) => {
          const count = window.hits.length;
          const dialog = document.querySelector("#close-order");
          dialog.showModal();
          const down = new PointerEvent("pointerdown", { bubbles: true, clientX, clientY });
          dialog.querySelector("[data-close]").dispatchEvent(down);
          dialog.close();
          const press = (target, detail) => {
            const how = { bubbles: true, cancelable: true, detail, clientX, clientY };
            target.dispatchEvent(new MouseEvent("click", how));
          };
          addEventListener("click", (event) => event.preventDefault());
          press(document.querySelector(".main"), 1);
          press(document.querySelector(".main"), 0);
          press(document.querySelector(".sos-corner"), 1);
          return [count, ...window.hits.slice(count).map((hit) => hit.className.split(" ")[0])];
        }""",
        [x, y],
    )
    assert hits == [1, "main", "sos-corner"]
    page.reload()
    page.evaluate("window.same = true")
    choose()
    page.locator("dialog [data-close]").click()
    expect(page.locator("#close-order")).to_be_hidden()
    expect(page.locator(".order__line .status")).to_have_text(before)
    # Without an answer the window stays and says what it waits for.
    page.locator('[popovertarget="order-actions"]').click()
    page.locator("[data-dialog]").click()
    page.locator("dialog button.btn--primary").click()
    expect(page.locator("dialog [data-unanswered]")).to_be_visible()
    expect(page.locator("#close-order")).to_be_visible()
    page.locator("dialog input[type=radio]").first.check()
    expect(page.locator("dialog [data-unanswered]")).to_be_hidden()
    page.locator("dialog [data-close]").click()
    choose()
    page.locator("dialog button.btn--primary").click()
    expect(page.locator(".order__line .status")).not_to_have_text(before)
    expect(page.locator('[popovertarget="order-actions"]')).to_have_count(0)
    assert page.evaluate("window.same")
    db.session.expire_all()
    assert order.status == "cancelled"


def test_the_live_status_comes_before_the_answer(new_page: Any) -> None:
    """The pressed button is gone by then: the answer still takes the status's place and not a place inside it."""
    resident = make.resident()
    order = ordered(resident, cleaning())
    orders.move(make.dispatcher(), order.id, "start")
    orders.move(make.dispatcher(), order.id, "finish")
    page = new_page(resident, worker=False)
    page.goto(f"/orders/{order.id}")
    expect(page.locator("body[data-connection=online]")).to_be_attached()
    held: list[Route] = []
    page.route("**/moves/confirm", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    page.locator(".order__line .btn--primary").click()
    route = wait_for(lambda: page.evaluate("1") and held)[0]
    answer = route.fetch()
    expect(page.locator(".order__line .btn")).to_have_count(0)
    page.evaluate("addEventListener('htmx:afterSettle', () => { window.settled = true; })")
    route.fulfill(response=answer)
    wait_for(lambda: page.evaluate("window.settled"))
    expect(page.locator("#order-status")).to_have_count(1)


def test_status_comes_live_and_what_is_typed_stays(new_page: Any) -> None:
    """The status, its buttons, the menu, the history and the list follow the desk without a reload."""
    resident, dispatcher = make.resident(), make.dispatcher()
    order = ordered(resident, cleaning())
    page, rows = new_page(resident), new_page(resident, width=NARROW)
    page.goto(f"/orders/{order.id}")
    rows.goto("/orders")
    for window in (page, rows):
        expect(window.locator("body[data-connection=online]")).to_be_attached()
    page.locator("chat-panel textarea, .chat textarea").first.fill("Ещё не отправлено")
    before = rows.locator(".list__row .status").inner_text()
    page.locator('[data-fold="history"] summary').click()
    expect(page.locator(".history li")).to_have_count(1)
    orders.move(dispatcher, order.id, "start")
    orders.move(dispatcher, order.id, "finish")
    expect(page.locator(".order__line .btn")).to_have_count(2)
    expect(rows.locator(".list__row .status")).not_to_have_text(before)
    expect(page.locator("chat-panel textarea, .chat textarea").first).to_have_value("Ещё не отправлено")
    expect(page.locator(".history li")).to_have_count(3)
    expect(page.locator(".history li").last).to_be_visible()


def test_bell_counts_live(new_page: Any, live_server: Any) -> None:
    resident, dispatcher = make.resident(), make.dispatcher()
    order = ordered(resident, cleaning())
    page = new_page(resident, width=NARROW)
    page.goto("/")
    expect(page.locator("body[data-connection=online]")).to_be_attached()
    chat.post(dispatcher, order.thread_id, "Когда вам удобно?", uuid4())
    expect(page.locator("#count-top-notices .badge")).to_have_text(re.compile("^1"))
    expect(page.locator("#count-foot-orders .badge")).to_have_text(re.compile("^1"))
    expect(page.locator(".waiting__card")).to_be_visible()


def test_theme_is_remembered(new_page: Any) -> None:
    page = new_page(make.resident())
    page.goto("/")
    page.locator('[data-theme-set="dark"]').click()
    page.goto("/orders")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.locator('[data-theme-set="auto"]').click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") is None


def test_without_a_script(new_page: Any, browser: Any, live_server: Any, tmp_path: Path) -> None:
    """Order, confirm and close by plain forms."""
    resident, service = make.resident(), cleaning()
    done = ordered(resident, service, "done")
    cookies = new_page(resident).context.cookies()
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"/services/{service.id}")
    page.locator("textarea").fill("Уборка")
    page.locator("select").select_option(index=1)
    photo = tmp_path / "список.txt"
    photo.write_text("Список гостей")
    page.locator("input[type=file]").set_input_files(photo)
    page.locator(".submitbar button").click()
    expect(page.locator(".file__name")).to_have_text("список.txt")
    page.locator('[popovertarget="order-actions"]').click()
    page.locator("[data-dialog]").click()
    page.locator('input[value="close"]').check()
    page.locator("main button.btn--primary").click()
    expect(page.locator(".status--ok")).to_be_visible()
    page.goto(f"/orders/{done.id}")
    page.locator(".order__line .btn--primary").click()
    expect(page.locator(".status--ok")).to_be_visible()
    context.close()
