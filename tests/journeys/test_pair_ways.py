"""The whole way of the second product, from the code on a poster to the paid and completed appointment: with a
specialist, and with an organization of two. Both sides are browsers, in both languages and widths."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from app import clock
from app.extensions import db
from models import Appointment, Client, Order, Payment
from tests import factories as make
from tests.browser import NARROW, WIDE, NewPage
from tests.stack import Stack

PASSWORD = "зелёный чайник"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


@dataclass(frozen=True)
class Words:
    pending: str
    accepted: str
    completed: str
    signed: str
    remainder: str


WORDS = {
    "ru": Words("Ожидает", "Принято", "Завершено", "Подписано", "Остаток к доплате"),
    "en": Words("Pending", "Accepted", "Completed", "Signed", "Remainder to pay"),
}
#: Seconds. After a few failed attempts a page waits up to 7.5 s before the next one (app/static/js/live.js).
RECONNECTS = 20
#: What a page complains about while its server is away.
AWAY = ("net::ERR", "Failed to load", "WebSocket connection to")
COMBINATIONS = [(NARROW, "ru"), (WIDE, "en"), (WIDE, "ru"), (NARROW, "en")]

#: What a phone's camera does with the code.
READ_CODE = """async (image) => {
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), {width: 640, height: 640});
  const paper = canvas.getContext("2d");
  paper.fillStyle = "white";
  paper.fillRect(0, 0, 640, 640);
  paper.drawImage(image, 40, 40, 560, 560);
  const { default: decode } = await import("qr/decode.js");
  return decode(paper.getImageData(0, 0, 640, 640));
}"""


def send(place: Page | Locator, address: str = "") -> None:
    """Press the button of the form that goes to an address with this end."""
    form = f"main form[action$='{address}']" if address else "main form"
    place.locator(f"{form} [type=submit]:not(.sr-only)").first.click()


def online(page: Page, seconds: float = 5) -> None:
    expect(page.locator("body[data-connection=online]")).to_be_attached(timeout=seconds * 1000)


def practice_of(page: Page) -> str:
    """The address of the practice whose page this is."""
    found = re.search(r"/practice/\d+", page.url)
    assert found, page.url
    return found[0]


def registered(page: Page, kind: str, name: str) -> str:
    """«Варианты регистрации» (S2-63): the address of the new practice."""
    page.goto("/registration")
    page.locator(f"a[href$='/{kind}']").click()
    page.fill("#name", name)
    send(page)
    page.wait_for_url(re.compile(r"/practice/\d+"))
    return practice_of(page)


def served(page: Page, home: str, name: str, price: str, *specialists: str) -> None:
    page.goto(f"{home}/services/new")
    page.fill("#name", name)
    page.fill("#price", price)
    for chip in page.locator("#specialist .chip").all():
        chip.locator("input").set_checked(chip.inner_text().strip() in specialists, force=True)
    send(page)
    expect(page.locator(".list__title", has_text=name)).to_be_visible()


def code_of(page: Page, home: str) -> str:
    """The link in the QR code of a new invitation for many (S2-1, S2-2)."""
    page.goto(f"{home}/invitations")
    send(page, "/invitations")
    link = page.locator(".qr img").evaluate(READ_CODE)
    assert link == page.locator("#link").input_value()
    return str(link)


def joined(page: Page, link: str, name: str, email: str) -> None:
    """Registration asks for nothing but a name and a way to sign in again (S2-3); the browser's zone is confirmed."""
    page.goto(link)
    page.fill("#name", name)
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    send(page)
    zone = page.locator("[data-zone-prompt]")
    zone.locator("[type=submit]").click()
    expect(zone).to_have_count(0)


def asked(page: Page, provider: str, service: str, words: str, *, who: str = "") -> None:
    """The five steps to «Подтвердить» (S2-18..S2-22): the last day of the month that is offered, its first time."""
    page.goto("/ask?step=provider")  # else a step with one choice only is passed over
    page.locator("main a", has_text=provider).click()
    page.locator("main a", has_text=service).click()
    if who:
        page.locator("nav.chips a", has_text=who).click()
        expect(page.locator("nav.chips [aria-current]")).to_have_text(who)
    page.locator(".month a.date").last.click()
    page.locator(".times a").first.click()
    page.fill("#words", words)
    send(page)
    page.wait_for_url(re.compile(r"/appointments/\d+"))


def says(page: Page, text: str) -> None:
    page.locator(".composer textarea").fill(text)
    page.locator(".composer__send").click()
    expect(page.locator(".message[data-number]", has_text=text)).to_be_visible()


def hours_set(page: Page, home: str, who: str = "") -> None:
    """What is proposed: Monday to Friday."""
    page.goto(f"{home}/hours")
    if who:
        page.locator("nav.chips a", has_text=who).click()
        expect(page.locator("nav.chips [aria-current]")).to_have_text(who)
    send(page, "/hours")
    expect(page.locator("#hours .note--attention")).to_have_count(0)


def colleague(page: Page, home: str, name: str) -> str:
    """A specialist of the organization: the address of his page."""
    page.goto(f"{home}/team")
    page.fill("#name", name)
    send(page, "/team")
    page.goto(f"{home}/team")
    return page.locator(".list__row", has_text=name).get_attribute("href") or ""


def the_only(model: type[Any]) -> Any:
    db.session.rollback()
    return db.session.query(model).one()


@pytest.fixture
def pass_time(live_server: Stack, later: Callable[[float], None]) -> Callable[[float], None]:
    """`pass_time(seconds)`: everywhere it is so much later from now on, and every page finds its server again."""

    def shift(seconds: float) -> None:
        live_server.trouble_expected = True
        later(seconds)
        for name in ("web", "jobs"):
            live_server.kill(name)
            live_server.start(name, ATRIUM_CLOCK_SHIFT=str(seconds))
        live_server.wait_for_web()

    return shift


def completed_and_paid(page: Page, asked_for: Appointment, amount: str) -> None:
    """«Встреча состоялась», then the payment by hand, on the provider's side (S2-29, S2-36)."""
    page.goto(f"/practice/appointments/{asked_for.id}")
    send(page, "/moves/hold")
    expect(page.locator("form[action$='/moves/hold']")).to_have_count(0)
    page.goto(f"/practice/appointments/{asked_for.id}/payments")
    page.fill("#amount", amount)
    page.locator("#method .chip").first.click()
    send(page, "/payments")
    expect(page.locator(".list__title", has_text=re.compile(r"\d"))).to_have_count(1)


@pytest.mark.parametrize(("width", "language"), COMBINATIONS[:2])
def test_with_a_specialist(new_page: NewPage, axe: Any, pass_time: Any, width: int, language: str) -> None:
    """S2-1..S2-6, S2-17..S2-27, S2-29, S2-36, S2-46, S2-49..S2-54, S2-63: each change is seen without a reload."""
    say = WORDS[language]
    owner = make.user("Анна", "Светлова", locale=language)
    theirs = new_page(owner, width=width, language=language, expected=AWAY)
    home = registered(theirs, "specialist", "Анна Светлова")
    served(theirs, home, "Консультация", "2500")
    served(theirs, home, "Первая встреча", "")
    hours_set(theirs, home)
    theirs.goto(f"{home}/terms")
    theirs.fill("#title", "Договор")
    theirs.set_input_files("#file", {"name": "Договор.pdf", "mimeType": "application/pdf", "buffer": PDF})
    send(theirs)
    expect(theirs.locator(".list__title", has_text="Договор")).to_be_visible()
    link = code_of(theirs, home)

    mine = new_page(width=width, language=language, expected=AWAY)
    joined(mine, link, "Мария Иванова", "maria@example.org")
    # What has to be signed: read, chosen, confirmed.
    mine.locator("main a[href$='/terms']").first.click()
    mine.locator("[name=chosen]").check(force=True)
    mine.locator("[formaction$='/ask']").click()
    send(mine, "/consent")
    expect(mine.locator(".paper")).to_contain_text(say.signed)
    axe(mine)

    theirs.goto(home)
    online(theirs)
    asked(mine, "Анна Светлова", "Консультация", "Хочу поговорить о работе")
    status = mine.locator("#meeting .status")
    expect(status).to_contain_text(say.pending)
    online(mine)
    one: Appointment = the_only(Appointment)
    card = theirs.locator(f"#request-{one.id}")
    expect(card).to_contain_text("Хочу поговорить о работе")
    send(card.page, "/moves/accept")
    expect(card).to_have_count(0)
    expect(status).to_contain_text(say.accepted)

    # A word both ways, each on the open page of the other.
    pair: Client = the_only(Client)
    mine.goto(f"/providers/{pair.id}/chat")
    theirs.goto(f"/practice/clients/{pair.id}/chat")
    for page in (mine, theirs):
        online(page)
    says(mine, "Где вас найти?")
    expect(theirs.locator(".message", has_text="Где вас найти?")).to_be_visible()
    says(theirs, "Башня «Кама», 305")
    expect(mine.locator(".message", has_text="Башня «Кама», 305")).to_be_visible()

    mine.goto(f"/appointments/{one.id}")
    pass_time((one.ends_at - clock.now()).total_seconds() + 600)
    online(mine, RECONNECTS)
    completed_and_paid(theirs, one, "1500")
    expect(status).to_contain_text(say.completed)
    money = mine.locator("#meeting")
    expect(money).to_contain_text(say.remainder)
    expect(money).to_contain_text(re.compile(r"1.?000"))
    axe(mine)
    # Past ones, in a window (S2-34, S2-35).
    mine.goto("/appointments/past")
    mine.locator("[data-dialog=past-window]").click()
    expect(mine.locator("#past-details")).to_contain_text("Хочу поговорить о работе")
    assert the_only(Payment).amount == 150000
    assert db.session.query(Order).count() == 0


@pytest.mark.parametrize(("width", "language"), COMBINATIONS[2:])
def test_with_an_organization_of_two(
    new_page: NewPage, axe: Any, pass_time: Any, width: int, language: str
) -> None:
    """I-19, I-20: one specialist has an account and answers himself, for the other the owner does; each sees the own
    clients, the owner's calendar has both."""
    say = WORDS[language]
    owner = make.user("Вера", "Директорова", locale=language)
    office = new_page(owner, width=WIDE, language=language, expected=AWAY)
    home = registered(office, "organization", "Студия «Тонус»")
    lev, maya = (colleague(office, home, name) for name in ("Лев Орлов", "Майя Ким"))
    served(office, home, "Массаж", "3000", "Лев Орлов", "Майя Ким")
    served(office, home, "Растяжка", "1200", "Майя Ким")
    for name in ("Лев Орлов", "Майя Ким"):
        hours_set(office, home, name)
    office.goto(lev)
    send(office, "/invite")
    lev_link = office.locator("#link").input_value()
    link = code_of(office, home)

    his = new_page(width=NARROW, language=language, expected=AWAY)
    joined(his, lev_link, "Лев Орлов", "lev@example.org")
    his.goto("/practice")
    online(his)
    mine = new_page(width=width, language=language, expected=AWAY)
    joined(mine, link, "Мария Иванова", "maria@example.org")

    # One with each. Of the other's request nothing comes to him.
    asked(mine, "Тонус", "Массаж", "Болит спина", who="Лев Орлов")
    expect(his.locator(".request", has_text="Болит спина")).to_be_visible()
    asked(mine, "Тонус", "Растяжка", "Хочу на шпагат")
    status = mine.locator("#meeting .status")
    expect(status).to_contain_text(say.pending)
    online(mine)
    first, second = the_two()
    assert (first.specialist.name, second.specialist.name) == ("Лев Орлов", "Майя Ким")
    expect(his.locator(".request")).to_have_count(1)
    assert his.goto(f"/practice/appointments/{second.id}").status == 404
    his.goto("/practice")
    send(his, "/moves/accept")
    expect(his.locator(".request")).to_have_count(0)

    office.goto(home)
    send(office, f"/{second.id}/moves/accept")
    expect(status).to_contain_text(say.accepted)
    local = second.starts_at.astimezone(clock.zone(second.client.provider.timezone))
    office.goto(f"{home}/calendar?day={local:%Y-%m-%d}")
    for name in ("Лев Орлов", "Майя Ким"):
        expect(office.locator(".meet", has_text=name)).to_be_visible()
    axe(office)
    mine.goto("/appointments")
    for one in (first, second):
        expect(mine.locator(f"[data-row='{one.id}']")).to_contain_text(say.accepted)
    axe(mine)

    mine.goto(f"/appointments/{second.id}")
    pass_time((max(first.ends_at, second.ends_at) - clock.now()).total_seconds() + 600)
    online(mine, RECONNECTS)
    completed_and_paid(office, second, "1200")
    expect(status).to_contain_text(say.completed)
    expect(mine.locator("#meeting dl > div", has_text=say.remainder)).to_contain_text(
        re.compile(r"(?<!\d)0(?!\d)")
    )
    completed_and_paid(his, first, "3000")
    mine.goto(f"/appointments/{first.id}")
    expect(status).to_contain_text(say.completed)
    assert maya.startswith("/practice/specialists/")


def the_two() -> list[Appointment]:
    db.session.rollback()
    return db.session.query(Appointment).order_by(Appointment.id).all()
