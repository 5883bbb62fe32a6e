"""The connection breaks, the server is killed, pages are reloaded: no message is lost, none comes twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from app import journal
from models import Message
from tests import factories as make
from tests.browser import NARROW, WIDE
from tests.journeys.test_chat import open_chat, panel, write
from tests.stack import Stack
from tests.waiting import wait_for

#: What a browser says by itself when it is cut off.
CUT = ("net::ERR_", "WebSocket connection to", "Failed to load resource", "htmx:")


@pytest.fixture
def order(app):
    return make.order(make.resident(), make.service(executor=make.executor()))


def shown(page: Page, thread_id: int) -> list[str]:
    """The texts of the conversation as the page has it, from the first to the last."""
    return panel(page, thread_id).locator(".message .bubble__text").all_inner_texts()


def stored(db, thread_id: int) -> list[str]:
    db.commit()
    rows = db.execute(
        select(Message.number, Message.text).where(Message.thread_id == thread_id).order_by(Message.number)
    ).all()
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    return [row.text for row in rows]


def settled(page: Page, thread_id: int) -> bool:
    """Nothing waits to be sent, and nothing was refused."""
    waiting = panel(page, thread_id).locator("[data-outbox] .message").count()
    return not waiting and not page.evaluate(
        "Object.keys(localStorage).some((key) => key.startsWith('outbox:'))"
    )


def all_is_well(db, pages, thread_id: int, expected: dict[str, list[str]]) -> None:
    """Both pages and the database have every message once, each writer's in the order of writing."""
    everything = sorted(text for texts in expected.values() for text in texts)
    for page in pages:
        wait_for(lambda page=page: settled(page, thread_id), seconds=60)
        wait_for(lambda page=page: len(shown(page, thread_id)) >= len(everything), seconds=60)
    kept = stored(db, thread_id)
    assert sorted(kept) == everything
    for texts in expected.values():
        assert [text for text in kept if text in texts] == texts
    for page in pages:
        assert shown(page, thread_id) == kept


@pytest.mark.parametrize(
    ("width", "language", "banner"), [(NARROW, "ru", "Нет связи"), (WIDE, "en", "No connection")]
)
def test_d_both_write_while_one_is_offline(  # fixtures
    app, db, order, new_page, width, language, banner
):
    """The banner says it, the messages wait with a clock; when the connection comes back all is in order."""
    thread = order.thread_id
    order.author.locale = order.executor.locale = language
    db.commit()
    resident = new_page(order.author, width=width, language=language, expected=CUT)
    staff = new_page(order.executor, width=width, language=language, expected=CUT)
    open_chat(resident, order)
    open_chat(staff, order, desk=True)
    write(resident, thread, "до обрыва")
    expect(panel(staff, thread).locator(".message")).to_have_count(1)

    resident.context.set_offline(True)
    mine = [f"без связи {number}" for number in range(5)]
    theirs = [f"пока вас не было {number}" for number in range(5)]
    for lost, sent in zip(mine, theirs, strict=True):
        write(resident, thread, lost)
        write(staff, thread, sent)
    expect(resident.locator(".offline-bar")).to_contain_text(banner)
    expect(resident.locator(".offline-bar")).to_be_visible()
    waiting = panel(resident, thread).locator('.message[data-state="sending"]')
    expect(waiting).to_have_count(5)
    expect(panel(staff, thread).locator(".message[data-number]")).to_have_count(6)
    assert "без связи 0" not in stored(db, thread)

    resident.context.set_offline(False)
    all_is_well(db, (resident, staff), thread, {"resident": ["до обрыва", *mine], "staff": theirs})
    expect(resident.locator(".offline-bar")).to_be_hidden()


def test_the_server_is_killed_right_after_the_commit(app, db, order, new_page, live_server):
    """kill -9 in the moment in which a message was committed and before its writer was answered, again and again,
    while both sides write."""
    live_server.trouble_expected = True
    thread = order.thread_id
    pages = {
        "resident": new_page(order.author, expected=CUT),
        "staff": new_page(order.executor, expected=CUT),
    }
    open_chat(pages["resident"], order)
    open_chat(pages["staff"], order, desk=True)
    written: dict[str, list[str]] = {name: [] for name in pages}
    for round_ in range(3):
        with killed_at_next_message(app, live_server):
            for number in range(6):
                for name, page in pages.items():
                    written[name].append(f"{name} {round_}-{number}")
                    write(page, thread, written[name][-1])
        live_server.start("web")
        live_server.wait_for_web()
    all_is_well(db, pages.values(), thread, written)


#: The first answer to a message begins well and breaks off: the server was killed while it spoke.
BREAK_OFF = """() => {
  const real = window.fetch;
  let broken = false;
  window.fetch = async (url, options) => {
    const response = await real(url, options);
    if (broken || options?.method !== "POST" || !String(url).endsWith("/messages")) return response;
    broken = true;
    const body = new ReadableStream({pull: (rest) => rest.error(new TypeError("Failed to fetch"))});
    return new Response(body, {status: 200, headers: {"Content-Type": "application/json"}});
  };
}"""


def test_an_answer_that_breaks_off_is_asked_for_again(db, order, new_page):
    """The server has the message, its writer cannot know: it is sent again, and so is all that waits behind it."""
    page = new_page(order.author)
    open_chat(page, order)
    page.evaluate(BREAK_OFF)
    written = ["Первое", "Второе"]
    for text in written:
        write(page, order.thread_id, text)
    all_is_well(db, [page], order.thread_id, {"resident": written})


@contextmanager
def killed_at_next_message(app, stack: Stack) -> Iterator[None]:
    """The NOTIFY of a message leaves with its commit: whoever hears it kills the web process at once."""
    address = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    connection = psycopg.connect(address, autocommit=True)
    connection.execute(f"LISTEN {journal.CHANNEL}")

    def kill() -> None:
        for notify in connection.notifies(timeout=60):
            if json.loads(notify.payload)["kind"].startswith("message."):
                stack.kill("web")
                return

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        connection.close()
    assert "web" not in stack._processes, "no message came"


def test_a_reload_and_another_page_send_what_waits(app, db, order, new_page):
    """What was written while the server could not be reached survives the reload, and goes from any page."""
    thread = order.thread_id
    page = new_page(order.author, expected=CUT, worker=False)
    open_chat(page, order)
    page.route(
        "**/threads/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    for number in range(3):
        write(page, thread, f"сообщение {number}")
    expect(panel(page, thread).locator('.message[data-state="sending"]')).to_have_count(3)
    page.reload()
    expect(panel(page, thread).locator('.message[data-state="sending"]')).to_have_count(3)
    assert shown(page, thread) == [f"сообщение {number}" for number in range(3)]
    page.goto("about:blank")
    page.unroute("**/threads/**")
    page.goto("/orders")
    wait_for(lambda: len(stored(db, thread)) == 3, seconds=20)
    open_chat(page, order)
    all_is_well(db, (page,), thread, {"resident": [f"сообщение {number}" for number in range(3)]})


def test_an_answer_that_got_lost(app, db, order, new_page):
    """The server has the message, its answer never came: it is sent again and stays one."""
    thread = order.thread_id
    page = new_page(order.author, expected=(*CUT, "status of 50"), worker=False)
    open_chat(page, order)
    held: list[Route] = []

    def hold(route: Route) -> None:
        """Meanwhile the page cannot learn of its messages in another way either."""
        if route.request.method == "POST":
            held.append(route)
        else:
            route.abort()

    page.route("**/messages*", hold)
    write(page, thread, "одно")
    write(page, thread, "второе")
    for _ in range(3):
        wait_for(lambda: page.evaluate("1") and held)
        route = held.pop()
        assert route.fetch().json() == {"number": 1}
        route.abort()
    page.unroute("**/messages*")
    all_is_well(db, (page,), thread, {"resident": ["одно", "второе"]})
