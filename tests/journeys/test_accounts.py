"""Accounts in a real browser: both languages, both widths, with and without scripts, without a connection."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app import passwords
from models import Setting, User
from tests import factories as make
from tests.browser import NARROW, WIDE
from tests.stack import Stack
from tests.waiting import wait_for

PASSWORD = "зелёный чайник"


@pytest.fixture
def marina(db: Any) -> User:
    return make.user(email="marina@example.org", password=passwords.hashed(PASSWORD))


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.goto("/sign-in")
    page.fill("#email", "marina@example.org")
    page.fill("#password", password)
    page.locator("main form [type=submit]").click()


def no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize(("width", "language"), [(NARROW, "ru"), (WIDE, "en")])
def test_from_sign_up_to_the_first_page(new_page: Any, axe: Any, db: Any, width: int, language: str) -> None:
    page = new_page(width=width, language=language)
    page.goto("/orders?show=all")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    expect(page.locator("html")).to_have_attribute("lang", language)
    axe(page)
    page.locator("a[href^='/sign-up']").click()
    expect(page.locator("#password")).to_be_visible()
    axe(page)

    # Everything wrong: a word at each field, and what was typed is still there.
    page.fill("#first-name", "<script>alert(1)</script>")
    page.fill("#email", "anna@example.org")
    page.fill("#phone", "123")
    page.locator("main form [type=submit]").click()
    expect(page.locator(".field__error")).to_have_count(4)
    expect(page.locator("#email")).to_have_value("anna@example.org")
    expect(page.locator("#first-name")).to_be_focused()
    axe(page)

    # The hint: length at once, a common one after the server was asked; what the server said before is gone.
    rules = page.locator("#password-rules li")
    expect(page.locator("#password-error")).to_be_visible()
    page.locator("#password").press_sequentially("password")
    expect(page.locator("#password-error")).to_be_hidden()
    expect(page.locator("#password")).to_have_attribute("aria-describedby", "password-rules")
    expect(page.locator(".field__error:visible")).to_have_count(3)
    expect(rules.nth(0)).to_have_attribute("data-state", "ok")
    expect(rules.nth(1)).to_have_attribute("data-state", "bad")
    page.fill("#password", PASSWORD)
    expect(rules.nth(1)).to_have_attribute("data-state", "ok")
    page.locator("[data-reveal=password]").click()
    expect(page.locator("#password")).to_have_attribute("type", "text")

    page.fill("#first-name", "Анна")
    page.fill("#last-name", "Баранова")
    page.fill("#phone", "8 912 345-67-89")
    page.locator("main form [type=submit]").click()
    expect(page).to_have_url(re.compile(r"/orders\?show=all$"))
    db.rollback()
    user = db.scalar(select(User))
    assert (user.name, user.phone, user.locale, user.timezone) == (
        "Анна Баранова",
        "+79123456789",
        language,
        None,
    )

    # D-18: the browser's zone is offered, and asked for on every page until it is chosen.
    zone = page.locator("[data-zone-prompt]")
    expect(zone).to_contain_text("(UTC+5)")
    axe(page)
    no_sideways_scroll(page)
    page.goto("/notices")
    zone.locator("[type=submit]").click()
    expect(page).to_have_url(re.compile("/notices$"))
    expect(zone).to_have_count(0)
    db.rollback()
    db.refresh(user)
    assert user.timezone == "Asia/Yekaterinburg"


def test_another_zone_and_another_language(new_page: Any, axe: Any, db: Any) -> None:
    newcomer = make.user(timezone=None)
    page = new_page(newcomer, width=NARROW)
    page.goto("/orders?show=finished")
    page.locator("[data-dialog=zone-dialog]").click()
    expect(page.locator("#zone-dialog")).to_be_visible()
    axe(page)
    page.locator("#zone").select_option("UTC+03:00")
    page.locator("#zone-dialog [type=submit]").click()
    expect(page.locator("[data-zone-prompt]")).to_have_count(0)
    page.goto("/profile?x=1")
    expect(page.locator("#zone")).to_have_value("UTC+03:00")
    page.locator("main [name=locale][value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(re.compile(r"/profile\?x=1$"))
    db.rollback()
    db.refresh(newcomer)
    assert (newcomer.timezone, newcomer.locale) == ("UTC+03:00", "en")


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_wrong_password_then_reset_by_letter(
    new_page: Any, axe: Any, marina: User, var: Path, width: int
) -> None:
    letters = set((var / "mail").glob("*.eml"))
    page = new_page(width=width)
    sign_in(page, "wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#email")).to_have_value("marina@example.org")
    expect(page.locator("#password")).to_be_focused()
    axe(page)
    page.locator("a[href='/reset']").click()
    axe(page)
    page.fill("#email", "marina@example.org")
    page.locator("main form [type=submit]").click()
    expect(page.locator(".note--ok")).to_be_visible()
    axe(page)
    wait_for(lambda: set((var / "mail").glob("*.eml")) - letters, seconds=10)
    (path,) = set((var / "mail").glob("*.eml")) - letters
    letter = message_from_bytes(path.read_bytes(), policy=policy.default)
    link = re.search(r"http://\S+", letter.get_content())
    assert link
    page.goto(link[0])
    axe(page)
    page.fill("#password", "новый чайник")
    page.locator("main form [type=submit]").click()
    expect(page).to_have_url(re.compile("/sign-in$"))
    page.goto(link[0])
    expect(page.get_by_role("alert")).to_be_visible()
    axe(page)
    sign_in(page, "новый чайник")
    expect(page).to_have_url(re.compile("/$"))


def test_profile(new_page: Any, axe: Any, marina: User, tmp_path: Path, db: Any) -> None:
    from tests.app.test_people import picture

    face = tmp_path / "face.png"
    face.write_bytes(picture(size=(800, 300)).read())
    phone, desktop = new_page(marina, width=NARROW), new_page(marina)
    phone.goto("/profile")
    axe(phone)
    no_sideways_scroll(phone)
    phone.set_input_files("#avatar-file", face)
    preview = phone.locator("[data-preview] > img")
    expect(preview).to_be_visible()
    box = preview.bounding_box()
    assert box
    assert abs(box["width"] - box["height"]) < 1, "a square, whatever the picture's shape"
    phone.locator(".me__save").click()
    expect(phone.locator(".me__face .avatar img")).to_be_visible()

    desktop.goto("/profile")
    axe(desktop)
    desktop.locator("#password summary").click()
    desktop.fill("#old-password", "wrong")
    desktop.fill("#new-password", "новый чайник")
    desktop.locator("#password [type=submit]").click()
    expect(desktop.locator("#old-password-error")).to_be_visible()
    axe(desktop)
    desktop.fill("#old-password", PASSWORD)
    desktop.fill("#new-password", "новый чайник")
    desktop.locator("#password [type=submit]").click()
    expect(desktop.locator(".toast")).to_be_visible()

    # The phone's socket is closed with its session: the page goes to the sign-in by itself.
    expect(phone).to_have_url(re.compile("/sign-in"))
    desktop.evaluate("localStorage.setItem('draft:x', '1')")
    desktop.goto("/profile")
    desktop.locator("form[data-forget] button").click()
    expect(desktop).to_have_url(re.compile("/sign-in$"))
    assert desktop.evaluate("localStorage.length") == 0


def test_demo_account_by_one_tap(phone: Page, db: Any, axe: Any) -> None:
    make.user(email="resident@demo.atrium.example", password=passwords.hashed("Kama-Atrium-2026"))
    db.add(Setting(name="demo_loaded", value="now"))
    db.commit()
    phone.goto("/sign-in")
    axe(phone)
    no_sideways_scroll(phone)
    phone.locator("[data-fill-email='resident@demo.atrium.example']").click()
    phone.keyboard.press("Enter")
    expect(phone).to_have_url(re.compile("/$"))


def test_without_scripts(app: Flask, browser: Browser, live_server: Stack, marina: User) -> None:
    """Sign-in, the language, the zone and the sign-out are forms; scripts only help."""
    marina_id = marina.id
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, locale="ru-RU")
    page = context.new_page()
    sign_in(page)
    expect(page).to_have_url(re.compile("/$"))
    page.goto("/profile")
    page.locator("main [name=locale][value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("#zone").select_option("UTC+01:00")
    page.locator("#timezone [type=submit]").click()
    expect(page.locator("#zone")).to_have_value("UTC+01:00")
    page.locator("form[data-forget] button").click()
    expect(page).to_have_url(re.compile("/sign-in$"))
    context.close()
    assert marina_id


def test_without_a_connection(new_page: Any, axe: Any, marina: User) -> None:
    page = new_page(marina, width=NARROW, expected=("WebSocket",))
    page.goto("/profile")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.goto("/orders")
    expect(page.locator(".errorpage h1")).to_be_visible()
    assert "Спиридонова" not in page.content()
    axe(page)
    cached = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(cache => cache.keys()))))"
        ".then(lists => lists.flat().map(request => new URL(request.url).pathname))"
    )
    assert all(path == "/offline" or path.startswith(("/static/", "/vendor/")) for path in cached), cached
    page.context.set_offline(False)  # it opens by itself
    expect(page).to_have_url(re.compile("/orders$"))
    expect(page.locator(".errorpage")).to_have_count(0)


def test_dark(new_page: Any, axe: Any, marina: User) -> None:
    for width in (NARROW, WIDE):
        stranger, reader = new_page(width=width), new_page(marina, width=width)
        for page, address in (
            *((stranger, address) for address in ("/sign-in", "/sign-up", "/reset")),
            (reader, "/profile"),
        ):
            page.emulate_media(color_scheme="dark")
            page.goto(address)
            axe(page)
            no_sideways_scroll(page)
