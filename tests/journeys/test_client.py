"""A client from the link of an invitation to the cancelled appointment; other combinations are in test_pair_ways.py."""

from __future__ import annotations

import io
import re
from typing import Any
from uuid import uuid4

from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app import tokens
from app.actions import appointments, chat, invitations, offers, profiles, terms
from models import Appointment, Channel, Client, Notice, Provider, Terms
from tests import factories as make
from tests.browser import NARROW, WIDE
from tests.waiting import wait_for

PASSWORD = "зелёный чайник"


def link(provider: Provider) -> str:
    made = invitations.invite(provider.owner, provider.id, "secret")
    return f"/i/{tokens.derived('secret', 'invitation', made.nonce)}"


def settled(page: Page) -> None:
    """What opens has opened: colours half-way are nobody's contrast."""
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => true)")


def no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def above_the_bar(page: Page, selector: str) -> None:
    """No part of it lies under the bar with the button."""
    lies = page.locator(selector).last.bounding_box()
    bar = page.locator(".submitbar").bounding_box()
    assert lies
    assert bar
    assert lies["y"] + lies["height"] <= bar["y"] or lies["y"] >= bar["y"] + bar["height"], selector


def test_from_the_link_to_the_cancelled_appointment(new_page: Any, axe: Any, db: Any) -> None:
    """S2-1..S2-6, S2-17..S2-27, S2-32, S2-33: each change of status is seen without a reload."""
    provider = make.specialist(headline="Психолог")
    make.offer(provider, "Первая встреча", minutes="30", price="0")
    page = new_page(width=NARROW)
    page.goto(link(provider))
    axe(page)
    page.locator("main form [type=submit]").click()
    expect(page.locator(".field__error:visible")).to_have_count(3)
    axe(page)
    page.fill("#name", "Мария Иванова")
    page.fill("#email", "maria@example.org")
    page.fill("#password", PASSWORD)
    page.locator("main form [type=submit]").click()
    expect(page).to_have_url(re.compile(r"/providers/\d+\?joined=1$"))
    zone = page.locator("[data-zone-prompt]")
    zone.locator("[type=submit]").click()
    expect(zone).to_have_count(0)
    axe(page)

    # Five steps; the provider is chosen by where we come from.
    page.locator("main a[href^='/ask']").first.click()
    axe(page)
    page.locator("main a", has_text="Консультация").click()
    axe(page)
    no_sideways_scroll(page)
    page.locator(".month a.date").last.click()
    axe(page)
    page.locator(".times a").first.click()
    expect(page.locator("form [name=at]")).to_have_count(1)
    axe(page)
    no_sideways_scroll(page)
    # The bar of the foot lies over nothing that is written in, or has been scrolled to.
    page.evaluate("scrollTo(0, 0)")
    page.locator("#words").evaluate("(field) => { field.blur(); field.focus(); }")
    page.wait_for_function(
        "() => { const [field, bar] = ['#words', '.submitbar'].map((one) => document.querySelector(one)"
        ".getBoundingClientRect()); return field.bottom <= bar.top; }"
    )
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    for part in ("#words", "main form > p", "main form + p"):
        above_the_bar(page, part)
    # What is typed survives a look at another time.
    page.fill("#words", "Хочу поговорить о работе")
    page.go_back()
    page.locator(".times a").last.click()
    expect(page.locator("#words")).to_have_value("Хочу поговорить о работе")
    page.locator("main form [type=submit]").click()
    expect(page).to_have_url(re.compile(r"/appointments/\d+"))
    status = page.locator("#meeting .status")
    expect(status).to_contain_text("Ожидает")
    axe(page)

    db.rollback()
    asked = db.scalar(select(Appointment))
    assert (asked.words, asked.status) == ("Хочу поговорить о работе", "requested")
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    appointments.move(provider.owner, asked.id, "accept")
    expect(status).to_contain_text("Принято")

    # The window says what happens; nothing happens until it is confirmed.
    window = page.locator("#cancel-appointment")
    page.locator("[data-dialog=cancel-appointment]").click()
    expect(window).to_be_visible()
    settled(page)
    axe(page)
    window.locator("[data-close]").click()
    expect(status).to_contain_text("Принято")
    page.locator("[data-dialog=cancel-appointment]").click()
    window.locator("[type=submit]").click()
    expect(status).to_contain_text("Отменено")
    expect(window).to_be_hidden()
    # The button is gone: whoever uses the keyboard goes on from here.
    assert page.evaluate("document.activeElement.closest('#meeting') !== null")

    # It is among the past ones, in a window of its own.
    page.goto("/appointments/past")
    page.locator("[data-dialog=past-window]").click()
    details = page.locator("#past-details")
    expect(details).to_contain_text("Хочу поговорить о работе")
    settled(page)
    axe(page)
    page.keyboard.press("Escape")
    expect(page.locator("#past-window")).to_be_hidden()
    no_sideways_scroll(page)


def test_the_lists_live(new_page: Any, axe: Any, db: Any) -> None:
    """S2-24, S2-25, S2-38: what the provider does appears in the lists of an open page; so does his message."""
    pair = make.client_of(make.specialist())
    asked = make.appointment(pair)
    page = new_page(pair.user, width=NARROW)
    page.goto("/appointments")
    row = page.locator(f"[data-row='{asked.id}']")
    expect(row).to_contain_text("Ожидает")
    axe(page)
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    appointments.move(pair.provider.owner, asked.id, "decline", comment="Заболела, напишите на той неделе")
    refusal = page.locator(f"#refused-{asked.id}")
    expect(refusal).to_contain_text("Заболела")
    expect(row).to_have_count(0)
    axe(page)
    page.goto("/providers")
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    chat.post(pair.provider.owner, pair.thread_id, "Простите", uuid4())
    expect(page.locator(".list__row .badge")).to_have_text(re.compile("^1"))
    axe(page)


def test_a_tick_stays_with_its_document(new_page: Any, app: Any, db: Any) -> None:
    """S2-48, I-21: a version that is replaced while it is ticked leaves with its tick; the ticks beside it stay."""
    pair = make.client_of(make.specialist())
    owner, safe = pair.provider.owner, app.extensions["safe"]
    pdf = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

    def paper(title: str) -> Terms:
        return terms.add(
            owner, pair.provider_id, title, safe=safe, stream=io.BytesIO(pdf), filename="a.pdf", required=True
        )

    kept, replaced = paper("Памятка"), paper("Договор")
    page = new_page(pair.user, width=NARROW)
    page.goto(f"/pairs/{pair.id}/terms")
    row = page.locator(".paper-line")
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    # Ticked while the page looks anew: the answer does not know of it.
    page.evaluate(
        "htmx.trigger('#terms-list', 'refresh');"
        "for (const box of document.querySelectorAll('.paper-line input')) box.click()"
    )
    terms.publish(owner, replaced.id, safe, io.BytesIO(pdf + b"2"), "b.pdf")
    expect(row.filter(has_text=replaced.title)).to_contain_text("версия 2")
    expect(row.filter(has_text=replaced.title).get_by_role("checkbox")).not_to_be_checked()
    expect(row.filter(has_text=kept.title).get_by_role("checkbox")).to_be_checked()


def test_what_comes_to_an_open_appointment_is_read(new_page: Any, db: Any) -> None:
    """S2-24: it is before the reader's eyes; of a hidden page it waits until it is looked at."""
    pair = make.client_of(make.specialist())
    asked = make.appointment(pair)
    page = new_page(pair.user, width=NARROW)
    page.goto(f"/appointments/{asked.id}")
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    hide = "(on) => { Object.defineProperty(document, 'hidden', { get: () => on, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"

    def told() -> tuple[int, int]:
        """Notices in the inbox, and those of them that are read."""
        own = (Notice.user_id == pair.user_id, Notice.channel == Channel.INBOX)
        db.rollback()
        counted = select(func.count(), func.count(Notice.read_at)).where(
            *own, Notice.subject == asked.subject
        )
        return tuple(db.execute(counted).one())

    appointments.move(pair.provider.owner, asked.id, "accept")
    wait_for(lambda: told() == (1, 1))
    page.evaluate(hide, arg=True)
    appointments.move(pair.provider.owner, asked.id, "call_off", comment="Заболела")
    wait_for(lambda: told()[0] == 2)
    expect(page.locator("#count-top-notices .badge")).to_have_text(re.compile("^1"))
    assert told() == (2, 1)
    page.evaluate(hide, arg=False)
    wait_for(lambda: told() == (2, 2))


def test_a_public_page_keeps_lines_and_its_column(new_page: Any, app: Any, db: Any) -> None:
    """S2-42, S2-44: a description as it was written, here and at the step of the service; photos within the column."""
    provider = make.specialist()
    offers.save(
        provider.owner,
        provider.id,
        provider.offers[0].id,
        {
            "name": "Консультация",
            "minutes": "60",
            "price": "0",
            "description": "Для взрослых:\n— тревога\n— сон",
        },
        [provider.specialists[0].id],
    )
    profiles.save(provider.owner, provider.id, {"slug": "anna", "published": "yes", "show_services": "yes"})
    for number in range(4):
        photo = io.BytesIO()
        Image.new("RGB", (900, 600), (90, 140, 180)).save(photo, "JPEG")
        photo.seek(0)
        storage = app.extensions["storage"]
        profiles.add_photo(provider.owner, provider.id, storage, photo, f"{number}.jpg")
    pair = make.client_of(provider)
    page = new_page(pair.user, width=WIDE)
    page.goto("/s/anna")
    gallery, column = (page.locator(one).bounding_box() for one in (".gallery", ".face__columns"))
    assert gallery
    assert column
    assert (gallery["x"], gallery["width"]) == (column["x"], column["width"])
    lines = ".prices__text", ".offer__text"
    for address, text in zip(("/s/anna", f"/ask?client={pair.id}&step=offer"), lines, strict=True):
        page.goto(address)
        assert page.locator(text).evaluate("(text) => text.innerText.split('\\n').length") == 3


def test_the_chat_on_a_phone(new_page: Any, axe: Any, db: Any) -> None:
    """S2-46: written on one side, there on the other."""
    pair: Client = make.client_of(make.specialist())
    page = new_page(pair.user, width=NARROW)
    page.goto(f"/providers/{pair.id}")
    page.locator(".tool").first.click()
    page.locator(".composer textarea").fill("Добрый день")
    page.locator(".composer__send").click()
    expect(page.locator(".message[data-number]")).to_contain_text("Добрый день")
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    chat.post(pair.provider.owner, pair.thread_id, "Здравствуйте, Марина", uuid4())
    expect(page.locator(".message").last).to_contain_text("Здравствуйте, Марина")
    axe(page)
    no_sideways_scroll(page)


def test_the_words_for_a_package_wait_in_the_box(new_page: Any, axe: Any, db: Any) -> None:
    """I-19: below what was being written, once, and sent by the client alone."""
    pair: Client = make.client_of(make.specialist())
    package = make.package(pair.provider)
    page = new_page(pair.user, width=NARROW)
    page.goto(f"/providers/{pair.id}/chat")
    box = page.locator(".composer textarea")
    box.fill("Добрый день")
    page.goto(f"/providers/{pair.id}")
    axe(page)
    page.locator(f"a[href$='?package={package.id}']").click()
    words = f"Добрый день\nХочу купить пакет «{package.name}»."
    expect(box).to_have_value(words)
    # The address does not bring them again.
    expect(page).to_have_url(re.compile(r"/chat$"))
    page.reload()
    expect(box).to_have_value(words)
    assert page.locator(".message").count() == 0
    page.locator(".composer__send").click()
    expect(page.locator(".message[data-number]")).to_contain_text("Хочу купить пакет")
