"""An order from the resident's tap to the end, in real browsers: both languages, both widths, live on both sides."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from app.actions import orders
from app.extensions import db
from models import FieldKind, Order, Service, User
from tests import factories as make
from tests.browser import NARROW, WIDE, NewPage
from tests.stack import Stack
from tests.waiting import wait_for

RU = {
    "place": "Заказать",
    "new": "Новый",
    "in_progress": "В работе",
    "done": "Выполнен. Ожидает подтверждения",
    "completed": "Выполнен",
    "cancelled": "Отменен",
    "start": "Взять в работу",
    "finish": "Работа выполнена",
    "send_back": "Вернуть в работу",
    "confirm": "Подтвердить выполнение заказа",
    "close": "Закрыть заказ",
    "close?": "Закрыть заказ?",
    "not needed": "Неактуален",
    "cancel": "Отмена",
    "yes": "Да",
    "chat": "Чат",
    "info": "Информация",
    "send": "Отправить",
    "sign_up": "Создать аккаунт",
}
EN = {
    "place": "Place the order",
    "new": "New",
    "in_progress": "In progress",
    "done": "Done. Awaiting confirmation",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "start": "Start work",
    "finish": "Work is done",
    "send_back": "Return to work",
    "confirm": "Confirm completion",
    "close": "Close the order",
    "close?": "Close the order?",
    "not needed": "No longer needed",
    "cancel": "Cancel",
    "yes": "Yes",
    "chat": "Chat",
    "info": "Information",
    "send": "Send",
    "sign_up": "Create an account",
}
WORDS = {"ru": RU, "en": EN}
CHAT = "chat-panel[data-kind=order]"
BOTH = pytest.mark.parametrize(("language", "width"), [("ru", NARROW), ("en", WIDE)])


@dataclass
class Town:
    """What stands before the story begins."""

    service: Service
    executor: User
    dispatcher: User


@pytest.fixture
def town(db) -> Town:
    building = make.place("Корпус А")
    office = make.place("Офис 312", "room", building)
    executor, dispatcher = make.executor(), make.dispatcher()
    service = make.service(
        first_message="Пишите, если остались вопросы. Будем рады помочь",
        team=make.team(executor, name="Клининг"),
        category=make.category("Уборка"),
        place=office,
        fields=[
            make.field("Описание требуемых работ", FieldKind.LONG_TEXT, required=True),
            make.field("Что взять с собой", FieldKind.CHOICES, choices=["Тряпка", "Ведро", "Пылесос"]),
        ],
    )
    return Town(service, executor, dispatcher)


def speak(people: list[User], language: str) -> None:
    """Everybody reads the pages in this language."""
    for person in people:
        person.locale = language
    db.session.commit()


def status(page: Page, text: str, seconds: int = 5) -> None:
    """The order's status line says exactly this, without a reload."""
    expect(page.locator("#order-status .status").first).to_have_text(
        re.compile(rf"^\s*{re.escape(text)}\s*$"), timeout=seconds * 1000
    )


def tab(page: Page, name: str) -> None:
    """On a phone information and chat are two tabs (S0-27); a wide page has both."""
    if page.viewport_size and page.viewport_size["width"] == NARROW:
        page.locator(".tabs").get_by_text(name, exact=False).first.click()


def say(page: Page, words: dict[str, str], text: str) -> None:
    tab(page, words["chat"])
    box = page.locator(f"{CHAT} textarea").first
    box.fill(text)
    page.locator(CHAT).get_by_role("button", name=words["send"]).first.click()


def hears(page: Page, words: dict[str, str], text: str) -> None:
    tab(page, words["chat"])
    expect(page.locator(CHAT).get_by_text(text).first).to_be_visible()


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "#447788").save(out, "JPEG")
    return out.getvalue()


def last_order() -> Order:
    def find() -> Order | None:
        db.session.rollback()
        found: Order | None = db.session.query(Order).order_by(Order.id.desc()).first()
        return found

    return wait_for(find)


@BOTH
def test_a_the_whole_way(  # fixtures
    live_server: Stack,
    new_page: NewPage,
    town: Town,
    axe: Callable[[Page], None],
    language: str,
    width: int,
):
    """S0-1..S0-4, S0-26, S0-50..S0-53, S0-55..S0-60: sign-up → order → desk live → assigned → «В работе» → chat both
    ways with an image → «Выполнен. Ожидает подтверждения» → returned → done again → confirmed → «Выполнен»."""
    words = WORDS[language]
    speak([town.executor, town.dispatcher], language)
    resident = new_page(width=width, language=language)
    desk = new_page(town.dispatcher, width=WIDE, language=language)
    desk.goto(f"{live_server.url}/desk/")
    axe(desk)

    # Sign-up
    resident.goto(f"{live_server.url}/sign-up")
    axe(resident)
    resident.locator("[name=first_name]").fill("Марина")
    resident.locator("[name=last_name]").fill("Спиридонова")
    resident.locator("[name=email]").fill(f"marina-{language}{width}@example.org")
    resident.locator("[name=password]").fill("тюльпаны в саду 42")
    resident.get_by_role("button", name=words["sign_up"]).click()
    expect(resident).to_have_url(f"{live_server.url}/")
    axe(resident)

    # Order cleaning
    resident.goto(f"{live_server.url}/services/{town.service.id}")
    axe(resident)
    resident.locator(f"[name={town.service.fields[0].name}]").fill("Генеральная уборка и вывоз мусора")
    resident.get_by_role("checkbox", name="Ведро").check()
    resident.get_by_role("button", name=words["place"]).click()
    resident.wait_for_url(re.compile(r"/orders/\d+"))
    order = last_order()
    status(resident, words["new"])
    axe(resident)

    # The desk sees it live and opens it without leaving the queue
    desk.get_by_text(re.compile("1 новый|1 new order")).first.click()
    row = desk.locator(f"#row-{order.id}")
    expect(row).to_be_visible()
    desk.goto(f"{live_server.url}/desk/orders/{order.id}")
    axe(desk)
    expect(desk.get_by_text("Генеральная уборка и вывоз мусора").first).to_be_visible()

    # Assigned, taken to work: the resident's page follows by itself
    orders.assign(town.dispatcher, order.id, executor_id=town.executor.id)
    executor = new_page(town.executor, width=width, language=language)
    executor.goto(f"{live_server.url}/desk/orders/{order.id}")
    axe(executor)
    executor.get_by_role("button", name=words["start"]).first.click()
    tab(resident, words["info"])
    status(resident, words["in_progress"])

    # Both talk, the executor with a picture
    say(resident, words, "Когда вы придёте?")
    hears(executor, words, "Когда вы придёте?")
    tab(executor, words["chat"])
    executor.locator(f"{CHAT} input[type=file]").first.set_input_files(
        [{"name": "окно.jpg", "mimeType": "image/jpeg", "buffer": picture()}]
    )
    say(executor, words, "Уже здесь, вот окно")
    hears(resident, words, "Уже здесь, вот окно")
    image = resident.locator(f"{CHAT} img[src*='/preview']").first
    expect(image).to_be_visible()
    wait_for(lambda: image.evaluate("i => i.complete && i.naturalWidth > 0"))
    axe(resident)

    # Done, returned with a word, done again, confirmed
    executor.goto(f"{live_server.url}/desk/orders/{order.id}")
    executor.get_by_role("button", name=words["finish"]).first.click()
    tab(resident, words["info"])
    status(resident, words["done"])
    axe(resident)
    resident.get_by_role("button", name=words["send_back"]).click()
    status(resident, words["in_progress"])
    expect(executor.get_by_role("button", name=words["finish"]).first).to_be_visible()
    executor.get_by_role("button", name=words["finish"]).first.click()
    status(resident, words["done"])
    resident.get_by_role("button", name=words["confirm"]).click()
    status(resident, words["completed"])
    expect(resident.get_by_role("button", name=words["confirm"])).to_have_count(0)
    db.session.expire_all()
    assert db.session.get(Order, order.id).status == "completed"


@BOTH
def test_b_no_longer_needed(  # fixtures
    live_server: Stack,
    new_page: NewPage,
    town: Town,
    axe: Callable[[Page], None],
    language: str,
    width: int,
):
    """S0-65, S0-67, S0-69..S0-71: «Закрыть заказ» → «Неактуален» → «Да»; «Отмена» changes nothing; no menu after."""
    words = WORDS[language]
    author = make.resident(locale=language)
    order = make.order(author, town.service, **{"Описание требуемых работ": "Вымыть окна"})
    page = new_page(author, width=width, language=language)
    page.goto(f"{live_server.url}/orders/{order.id}")
    menu = page.locator("#order-menu button, #order-menu summary").first
    menu.click()
    page.get_by_text(words["close"], exact=True).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(words["close?"]).first).to_be_visible()
    axe(page)
    dialog.get_by_role("button", name=words["cancel"]).or_(
        dialog.get_by_role("link", name=words["cancel"])
    ).first.click()
    expect(dialog).to_have_count(0)
    status(page, words["new"])
    menu.click()
    page.get_by_text(words["close"], exact=True).first.click()
    dialog.get_by_text(words["not needed"]).click()
    dialog.get_by_role("button", name=words["yes"]).click()
    status(page, words["cancelled"])
    expect(page.locator("#order-menu button, #order-menu summary")).to_have_count(0)
    axe(page)


@BOTH
def test_c_it_completes_by_itself(
    live_server: Stack, new_page: NewPage, town: Town, language: str, width: int
):
    """S0-61: the resident sees the countdown; when the clock is past it the page says «Выполнен» without a reload."""
    words = WORDS[language]
    author = make.resident(locale=language)
    order = make.order(author, town.service, **{"Описание требуемых работ": "Вымыть окна"})
    orders.move(town.executor, order.id, "start")
    orders.move(town.executor, order.id, "finish")
    page = new_page(author, width=width, language=language)
    page.goto(f"{live_server.url}/orders/{order.id}")
    status(page, words["done"])
    expect(page.locator("time[data-until]").first).to_be_visible()
    live_server.trouble_expected = True
    live_server.kill("jobs")
    live_server.start("jobs", ATRIUM_CLOCK_SHIFT=str(73 * 3600))
    status(page, words["completed"], seconds=40)
