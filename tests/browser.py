"""Chromium for the journeys, and an eye on it: a page that complains fails its test."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from models import User
from tests import chromium
from tests.shared import FAILED, session_cookie
from tests.stack import Stack

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "var" / "failures"
NARROW, WIDE = 390, 1440

# Whoever promises a time asserts it; otherwise a busy machine is no fault of a page.
expect.set_options(timeout=15_000)


#: What is no complaint: that the line is cut says only the page of a test that has cut it, and htmx repeats what the
#: browser has said of a request that failed.
ECHOES = ("net::ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")


class NewPage(Protocol):
    """`new_page(user, width=390, language="en")`: a browser of somebody's own, signed in if a user is given.

    `expected` names what the page may complain about in this test, by parts of the text. A test that holds or changes
    requests wants `worker=False`: what a page asks through its service worker passes by `page.route()`.
    """

    def __call__(
        self,
        user: User | None = None,
        *,
        width: int = WIDE,
        language: str = "ru",
        expected: tuple[str, ...] = (),
        worker: bool = True,
    ) -> Page: ...


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(_playwright: Playwright) -> Iterator[Browser]:
    found = chromium.find() or chromium.ensure()
    browser = _playwright.chromium.launch(
        executable_path=found.executable, args=list(chromium.FLAGS), env={**os.environ, **found.env}
    )
    yield browser
    browser.close()


@pytest.fixture
def new_page(
    app: Flask, live_server: Stack, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[NewPage]:
    """As many people as the test needs, each with a browser of his own."""
    opened: list[tuple[Page, Watch]] = []

    def make(
        user: User | None = None,
        *,
        width: int = WIDE,
        language: str = "ru",
        expected: tuple[str, ...] = (),
        worker: bool = True,
    ) -> Page:
        context = _context(browser, live_server, width, language, worker)
        if user:
            context.add_cookies([_cookie(app, user, live_server)])
        page = context.new_page()
        _unhurried(page)
        blocked = () if worker else ("Service Worker registration blocked",)
        opened.append((page, Watch(page, live_server.url, (*expected, *blocked))))
        return page

    yield make
    failed = request.node.stash.get(FAILED, True)
    complaints = []
    for number, (page, watch) in enumerate(opened, 1):
        if failed:
            _picture(page, f"{request.node.name}-{number}")
        complaints += watch.complaints
        page.context.close()
    assert not complaints, "the pages complained:\n" + "\n".join(complaints)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A wide window of somebody who is not signed in."""
    return new_page()


@pytest.fixture
def phone(new_page: NewPage) -> Page:
    """The same on a phone."""
    return new_page(width=NARROW)


class Watch:
    """Notes console errors, CSP violations, requests to other hosts and server errors of one page."""

    def __init__(self, page: Page, home: str, expected: tuple[str, ...]) -> None:
        self._seen: list[str] = []
        self._expected, self._host = (*ECHOES, *expected), urlsplit(home).netloc
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._seen.append(f"uncaught: {error}"))
        page.on("request", lambda request: self._request(request.url))
        page.on("response", lambda response: self._response(response.status, response.url))

    @property
    def complaints(self) -> list[str]:
        return [line for line in self._seen if not any(part in line for part in self._expected)]

    def _console(self, message: ConsoleMessage) -> None:
        # A refusal (4xx) is an answer like others; Chromium calls each an error.
        refusal = "Failed to load resource: the server responded with a status of 4" in message.text
        if message.type in {"error", "warning"} and not refusal:
            self._seen.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != self._host:
            self._seen.append(f"foreign host: {url}")

    def _response(self, status: int, url: str) -> None:
        if status >= 500:
            self._seen.append(f"status {status}: {url}")


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails with a list if axe-core finds a violation of WCAG 2.2 AA or of its good practices."""
    source = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()

    def check(page: Page) -> None:
        page.evaluate(source)
        # `preload` would fetch every sheet again, for one experimental rule.
        result: dict[str, Any] = page.evaluate(
            "axe.run(document, {resultTypes: ['violations'], preload: false})"
        )
        found = [
            {
                "rule": violation["id"],
                "help": violation["help"],
                "where": [node["html"] for node in violation["nodes"]],
            }
            for violation in result["violations"]
        ]
        assert not found, f"{page.url}: {json.dumps(found, ensure_ascii=False, indent=2)}"

    return check


def _context(browser: Browser, stack: Stack, width: int, language: str, worker: bool) -> BrowserContext:
    phone = width < 600
    return browser.new_context(
        base_url=stack.url,
        viewport={"width": width, "height": 844 if phone else 900},
        is_mobile=phone,
        has_touch=phone,
        locale={"ru": "ru-RU", "en": "en-GB"}[language],
        timezone_id="Asia/Yekaterinburg",
        service_workers="allow" if worker else "block",
    )


def _unhurried(page: Page) -> None:
    """Nobody acts on a page, nor looks for anything in it, before it is loaded with its scripts.

    A program would be quick enough to press a link that opens a window while that is still a plain link.
    """
    page.add_init_script("addEventListener('load', () => document.documentElement.classList.add('loaded'))")
    page.add_locator_handler(
        page.locator("html:not(.loaded)"), lambda: page.wait_for_load_state("load"), no_wait_after=True
    )


def _cookie(app: Flask, user: User, stack: Stack) -> Any:
    name = app.config["SESSION_COOKIE_NAME"]
    return {
        "name": name,
        "value": session_cookie(app, user),
        "url": stack.url,
        "httpOnly": True,
        "sameSite": "Lax",
    }


def _picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
