"""A specialist from the first day on; what only a browser shows. Other combinations are in test_pair_ways.py."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app import clock, tokens
from app.actions import appointments, asking, colleagues, invitations, providers
from app.extensions import db
from models import Appointment, Invitation
from tests import factories as make
from tests.browser import NARROW, WIDE
from tests.views.practice import a_day_of, colleague, pages_of

SAY = {
    "add": "Add a service",
    "save": "Save",
    "hours": "Set your working hours",
    "save_hours": "Save the hours",
    "invite": "Invite your first client",
    "make": "Make the invitation",
    "accept": "Accept",
    "move": "Move",
    "held": "It took place",
    "book": "Book",
}


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_from_the_first_service_to_the_meeting(new_page: Any, app: Flask) -> None:
    """I-19, S2-1, S2-22..S2-24: service, hours, invitation; a request arrives by itself; accepted, moved, marked."""
    say, language, width = SAY, "en", WIDE
    owner = make.user("Анна", "Светлова", locale=language)
    provider = providers.register(owner, "specialist", "Анна Светлова")
    page = new_page(owner, width=width, language=language)
    page.goto("/practice")
    page.get_by_role("link", name=say["add"]).click()
    page.locator("#name").fill("Консультация")
    page.locator("#price").fill("сто")
    page.get_by_role("button", name=say["save"]).click()
    expect(page.locator("#price-error")).to_be_visible()
    expect(page.locator("#name")).to_have_value("Консультация")
    page.locator("#price").fill("2000")
    page.get_by_role("button", name=say["save"]).click()
    expect(page.locator(".list__title")).to_have_text("Консультация")

    page.goto("/practice")
    page.get_by_role("link", name=say["hours"]).click()
    # A row more, and gone again; then what was proposed is saved.
    page.locator("#day-5 [name=do]").click()
    expect(page.locator("#day-5 [name=from-5]")).to_have_count(1)
    page.locator("#day-5 [data-drop-row]").click()
    page.get_by_role("button", name=say["save_hours"]).last.click()
    expect(page.locator(".note--attention")).to_have_count(0)

    page.goto("/practice")
    page.get_by_role("link", name=say["invite"]).click()
    page.get_by_role("button", name=say["make"]).click()
    link = page.locator("#link").input_value()
    expect(page.locator(".qr img")).to_be_visible()

    db.session.expire_all()
    token = link.rpartition("/i/")[2]
    made = db.session.query(Invitation).one()
    assert made.token_hash == tokens.hashed(token)
    client = invitations.accept(make.resident("Мария", "Клиентова"), token)
    page.goto("/practice")
    expect(page.locator(".first-steps")).to_have_count(0)
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    asked = make.appointment(client, make.free(provider, 2), words="Первый раз")

    # It arrives without a reload.
    card = page.locator(f"#request-{asked.id}")
    expect(card).to_contain_text("Первый раз")
    number = page.locator("#count-side-requests")
    expect(number).to_contain_text("1")
    card.get_by_role("button", name=say["accept"]).click()
    expect(card).to_have_count(0)
    expect(number).not_to_contain_text("1")
    expect(page.locator(".toast")).to_contain_text("Мария Клиентова")

    # Another time, one of those on offer.
    page.goto(f"/practice/appointments/{asked.id}")
    page.get_by_role("link", name=say["move"], exact=True).click()
    wanted = make.free(provider, 5)
    page.locator(f'input[value="{wanted.isoformat()}"]').check(force=True)
    page.get_by_role("button", name=say["move"]).click()
    expect(page.locator(".meeting__when")).to_contain_text(
        f"{wanted.astimezone(clock.zone(provider.timezone)):%H:%M}"
    )

    # What was this morning is entered afterwards, and marked.
    page.goto(f"/practice/{provider.id}/book?client={client.id}")
    page.locator(".slots__own .chip").click()
    yesterday = clock.now().astimezone(clock.zone(provider.timezone)) - dt.timedelta(days=1)
    page.locator("#day").fill(f"{yesterday:%Y-%m-%d}")
    page.locator("#time").fill("10:00")
    page.get_by_role("button", name=say["book"], exact=True).click()
    expect(page.locator(".meeting__when")).to_contain_text("10:00")
    page.goto("/practice")
    page.get_by_role("button", name=say["held"]).click()
    expect(page.get_by_role("button", name=say["held"])).to_have_count(0)
    db.session.expire_all()
    assert sorted(one.status for one in db.session.query(Appointment)) == ["agreed", "held"]


@pytest.mark.parametrize(("width", "language", "scheme"), [(NARROW, "ru", "light"), (WIDE, "en", "dark")])
def test_every_page_is_accessible_and_fits(
    new_page: Any, axe: Any, width: int, language: str, scheme: str
) -> None:
    """WCAG 2.2 AA by axe, no sideways scroll, with data and without."""
    provider = make.organization(make.user("Вера", "Директорова", locale=language))
    addresses = [
        one for one in pages_of(provider, *a_day_of(provider)) if not re.search("svg|counts|status", one)
    ]
    newcomer = make.user("Новый", "Человек", locale=language)
    fresh = f"/practice/{providers.register(newcomer, 'specialist', 'Новый').id}"
    empty = [
        fresh,
        *(f"{fresh}/{name}" for name in ("calendar", "clients", "services", "hours", "absences", "book")),
    ]
    for user, pages in ((provider.owner, addresses), (newcomer, empty)):
        page = new_page(user, width=width, language=language)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for address in pages:
            page.goto(address)
            axe(page)
            assert fits(page), address


def test_a_window_asks_why(new_page: Any, axe: Any) -> None:
    """S2-23: it keeps what is typed while the page below it changes."""
    provider = make.specialist()
    asked = make.appointment(make.client_of(provider))
    page = new_page(provider.owner, width=NARROW)
    page.goto(f"/practice/{provider.id}")
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    page.locator(f"#request-{asked.id}").get_by_role("link", name="Отклонить").click()
    window = page.locator(f"#decline-{asked.id}")
    expect(window).to_be_visible()
    axe(page)
    window.get_by_role("button", name="Отклонить").click()
    expect(window.locator(".field__error")).to_be_visible()
    window.locator("textarea").fill("Я заболела")
    second = make.appointment(
        make.client_of(provider, make.resident("Пётр", "Второй")), make.free(provider, 3)
    )
    expect(page.locator(f"#request-{second.id}")).to_have_count(1)
    expect(window).to_be_visible()
    expect(window.locator("textarea")).to_have_value("Я заболела")
    window.get_by_role("button", name="Отклонить").click()
    expect(page.locator(f"#request-{asked.id}")).to_have_count(0)
    expect(window).to_have_count(0)
    db.session.expire_all()
    assert (asked.status, asked.reason) == ("declined", "Я заболела")


def test_a_refused_form_keeps_its_reason_while_the_page_lives(new_page: Any) -> None:
    """S2-23: «decline all of them» without a word comes back with the error, and the page that looks anew at once (and
    whenever something happens) does not take it away, until something is typed."""
    provider = make.specialist()
    asked, absence, _invitation = a_day_of(provider)
    page = new_page(provider.owner, width=NARROW, expected=("422",))
    page.goto(f"/practice/absences/{absence.id}/affected")
    page.get_by_role("button", name="Отказать (1 запись)").click()
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    error = page.locator("#comment-error")
    expect(error).to_be_visible()
    pair = make.client_of(provider, make.resident("Пётр", "Второй"))
    later = asked.ends_at + dt.timedelta(hours=1)
    second = asking.book(provider.owner, pair.id, provider.offers[0].id, provider.specialists[0].id, later)
    expect(page.locator(f"#affected-{second.id}")).to_have_count(1)
    expect(error).to_be_visible()
    expect(page.locator("#comment")).to_be_focused()
    page.locator("#comment").fill("Болею")
    expect(error).to_be_hidden()


def test_an_access_that_ends_is_said_once(new_page: Any) -> None:
    """I-20, I-22: several parts of the open page are refused at once; who reads it is told one time, and nothing
    of what it showed stays."""
    provider = make.organization()
    person, _mine, _theirs = colleague(provider)
    page = new_page(person, width=NARROW, expected=("404",))
    page.goto(f"/practice/{provider.id}")
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    page.wait_for_load_state("networkidle")
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status == 404 else None)
    colleagues.unbind(provider.owner, provider.specialists[0].id)
    expect(page.locator("#gone")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert len(refused) > 1
    expect(page.locator("#main > *")).to_have_count(1)
    expect(page.locator("#gone")).to_contain_text("закрыла вам доступ")
    expect(page.locator("#toasts .toast")).to_have_count(0)
    expect(page.locator("#gone h2")).to_be_focused()


def test_the_chosen_place_of_work_is_in_view(new_page: Any) -> None:
    """I-20: on a phone the row of them is longer than the screen is wide; the one that is open is whole."""
    provider = make.organization()
    person, _mine, _theirs = colleague(provider)
    own = providers.register(person, "specialist", "Игорь Константинович Мастеров-Заречный")
    page = new_page(person, width=NARROW)
    for shown in (own, provider):
        page.goto(f"/practice/{shown.id}")
        chosen = page.locator(".whose [aria-current]")
        expect(chosen).to_contain_text(shown.name)
        expect(chosen).to_be_in_viewport(ratio=1)


def test_the_page_of_an_appointment_lives(new_page: Any) -> None:
    """S2-33: the client cancels, and the buttons are gone without a reload. On a phone they stand under the thumb."""
    asked = make.appointment()
    page = new_page(asked.client.provider.owner, width=NARROW)
    page.goto(f"/practice/appointments/{asked.id}")
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    for button in page.locator(".thumbbar .btn").all():
        box = button.bounding_box()
        assert box["height"] >= 44
        assert box["y"] > 844 / 2
    appointments.move(asked.client.user, asked.id, "cancel")
    expect(page.locator(".status--large")).to_contain_text("Отменено")
    expect(page.locator(".thumbbar")).to_have_count(0)


def test_an_empty_hour_of_the_calendar_books(new_page: Any) -> None:
    """A press on an hour leads to the client, the service and that very time."""
    provider = make.specialist()
    pair = make.client_of(provider)
    page = new_page(provider.owner, width=WIDE)
    free = make.free(provider, 6)
    day = free.astimezone(clock.zone(provider.timezone))
    page.goto(f"/practice/{provider.id}/calendar?day={day:%Y-%m-%d}")
    at = free.replace(minute=0)
    page.locator(f'.empty-hour[href*="{at:%Y-%m-%dT%H}"]').click(force=True)
    page.get_by_text(pair.user.name).click()
    page.get_by_role("button", name="Записать", exact=True).click()
    expect(page.locator(".meeting__when")).to_contain_text(f"{at.astimezone(day.tzinfo):%H:%M}")
    # One below the other, not beside each other.
    status, when = (page.locator(name).bounding_box() for name in (".status--large", ".meeting__when"))
    assert status["x"] == when["x"]
