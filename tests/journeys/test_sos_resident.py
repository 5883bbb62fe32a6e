"""The call for help on the resident's phone: the ways, the countdown, no network, an expired sign-in (S1-5..S1-18)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import passwords
from app.actions import alarms, telling
from app.extensions import db
from app.permissions import GUARD
from models import Alarm, Order, Place, PlaceKind, Setting, User
from tests import factories as make
from tests.browser import NARROW, ROOT, WIDE
from tests.waiting import wait_for

#: What a browser says by itself when it is cut off.
CUT = ("net::ERR_", "WebSocket connection to", "Failed to load resource", "htmx:", "fetching the script")
PHONE = "+73422580078"
CALLED = re.compile(r"/sos/alarms/\d+$")


@pytest.fixture
def resident(app: Any) -> User:
    db.session.add(Setting(name="support_phone", value=PHONE))
    return make.resident()


@pytest.fixture
def guard(app: Any) -> User:
    return make.user("Николай", "Багров", roles=(GUARD,))


@pytest.fixture
def office(app: Any) -> Place:
    yard = make.place("Двор", PlaceKind.TERRITORY)
    building = make.place("Корпус А", parent=yard, staff_phone="+73421112233")
    return make.place("Офис 312", PlaceKind.ROOM, building)


def calls() -> list[Order]:
    db.session.commit()
    return list(db.session.scalars(select(Order).where(Order.kind == "sos").order_by(Order.id)))


def alarm() -> Alarm:
    db.session.commit()
    return db.session.scalars(select(Alarm)).one()


def seconds(page: Page) -> int:
    minutes, rest = page.locator("[data-digits]").inner_text().split(":")
    return int(minutes) * 60 + int(rest)


def kept(page: Page) -> int:
    """Presses that wait in the browser."""
    found = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('sos:press:')).length")
    return int(found)


def press(page: Page) -> None:
    page.locator(".sos-button").click()


def take_back(page: Page) -> None:
    """By two presses, the first of them not at once: what appears under the finger is not what was meant."""
    expect(page.locator("[data-sos-take-back]")).to_be_visible()
    page.get_by_role("button", name="Отменить вызов").click()
    assert kept(page) == 1
    page.get_by_role("button", name="Да, отменить вызов").click()


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(
    ("width", "language", "scheme"), [(NARROW, "ru", "light"), (NARROW, "en", "dark"), (WIDE, "en", "light")]
)
def test_every_page_is_accessible_and_fits(
    new_page: Any, axe: Any, resident: User, office: Place, width: int, language: str, scheme: str
) -> None:
    """WCAG 2.2 AA by axe, no sideways scroll."""
    resident.locale = language
    db.session.commit()
    page = new_page(resident, width=width, language=language)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    def look(address: str) -> None:
        page.goto(address)
        axe(page)
        assert no_sideways_scroll(page), address

    for address in ("/", "/sos", "/sos/place", "/nothing-here"):
        look(address)
    page.goto("/sos/place")
    page.locator(".submitbar button").click()
    expect(page.locator(".field__error")).to_have_count(2)
    axe(page)
    call = alarms.call(resident, uuid4(), words="Слово" * 40)
    for address in ("/", f"/sos/alarms/{call.alarm_id}", f"/sos/alarms/{call.alarm_id}/close"):
        look(address)
    alarms.move(resident, call.alarm_id, "close")
    look(f"/sos/alarms/{call.alarm_id}")
    stranger = new_page(width=width, language=language)
    stranger.goto("/sos")
    axe(stranger)


def test_the_corner(new_page: Any, resident: User) -> None:
    """S1-5, D-19: top right on every page of a phone, large enough for a thumb; not on a wide screen."""
    order = make.order(resident)
    page = new_page(resident, width=NARROW)
    for address in ("/", "/orders", f"/orders/{order.id}", "/notices", "/profile", "/sos/place"):
        page.goto(address)
        corner = page.get_by_role("link", name="Вызвать помощь")
        box = corner.bounding_box()
        assert min(box["width"], box["height"]) >= 44
        assert box["y"] < 20
        assert box["x"] + box["width"] > NARROW - 20, address
    corner.click()
    expect(page).to_have_url(re.compile("/sos$"))
    wide = new_page(resident)
    wide.goto("/")
    expect(wide.locator("[data-sos-corner]")).to_be_hidden()
    wide.goto("/sos")
    expect(wide.locator(".sos-button")).to_be_visible()


def test_route_a_from_press_to_help(new_page: Any, resident: User, guard: User, axe: Any) -> None:
    """S1-7..S1-12, D-12: one press; the countdown survives a reload and another device; every step comes live."""
    page = new_page(resident, width=NARROW)
    page.goto("/")
    page.get_by_role("link", name="Вызвать помощь").click()
    press(page)
    expect(page).to_have_url(CALLED)
    assert 290 < seconds(page) <= 300
    first = seconds(page)
    wait_for(lambda: seconds(page) < first)
    page.reload()
    expect(page.locator("[data-digits]")).to_be_visible()
    assert seconds(page) <= first
    other = new_page(resident, width=NARROW)
    other.goto("/sos")
    expect(other).to_have_url(page.url)
    wait_for(lambda: abs(seconds(other) - seconds(page)) <= 1)
    for one in (page, other):
        ready(one)
    # The phone's clock is nobody's business.
    page.evaluate("Date.now = () => 0")

    call = alarm()
    telling.delivered(guard, [call.id])
    expect(page.locator(".helpcall__now")).to_have_text("Вызов на экранах персонала.")
    telling.seen(guard, [call.id])
    expect(page.locator(".helpstage--done", has_text="Увидел 1 сотрудник")).to_be_visible()
    for name, said in (("accept", "Вызов принят"), ("set_off", "В пути к вам"), ("arrive", "Рядом с вами")):
        alarms.move(guard, call.id, name)
        for one in (page, other):
            expect(one.locator(".helpcall__now")).to_have_text(f"{said}: Николай Багров.")
    expect(page.locator(".helpcall__people")).to_contain_text("Николай Багров")
    axe(page)
    alarms.move(guard, call.id, "finish", comment="Проводили к выходу")
    expect(page.locator(".helpcall__now")).to_contain_text("помощь оказана")
    expect(page.locator(".helpstages")).to_contain_text("Проводили к выходу")
    expect(page.locator(".sos-button")).to_have_count(0)


def ready(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-connection", "online")


def test_repeat(new_page: Any, resident: User) -> None:
    """S1-11: a further call, and the countdown begins anew, without leaving the page."""
    page = new_page(resident, width=NARROW)
    page.goto("/sos")
    press(page)
    expect(page).to_have_url(CALLED)
    ready(page)
    page.evaluate("window.same = true")
    before = alarm().due_at
    wait_for(lambda: seconds(page) < 299)
    press(page)
    expect(page.get_by_text("Вызвано 2 раза")).to_be_visible()
    assert page.evaluate("window.same")
    assert alarm().due_at > before
    assert len(calls()) == 2


def test_at_zero_the_repeat_is_the_only_big_thing(new_page: Any, resident: User) -> None:
    """S1-12: the time ends while the page is open; a repeat begins it anew."""
    page = new_page(resident, width=NARROW)
    page.goto("/sos")
    press(page)
    expect(page).to_have_url(CALLED)
    call = alarm()
    call.due_at -= dt.timedelta(seconds=294)
    db.session.commit()
    page.reload()
    expect(page.locator(".count--over")).to_be_visible(timeout=12_000)
    expect(page.locator("#live-region")).to_contain_text("Время вышло")
    expect(page.locator(".count__text")).to_be_hidden()
    expect(page.locator(".helpstages")).to_be_hidden()
    assert page.locator(".sos-button").bounding_box()["height"] > 120
    press(page)
    expect(page.locator(".count--over")).to_have_count(0)
    assert seconds(page) > 290
    assert len(calls()) == 2


def test_route_b(new_page: Any, resident: User, office: Place) -> None:
    """S1-13..S1-18: both fields are asked for, the phone follows the place, what is typed survives leaving."""
    page = new_page(resident, width=NARROW)
    page.goto("/sos")
    page.get_by_role("link", name="Указать место и описать ситуацию").click()
    dial = page.get_by_role("link", name="Позвонить")
    expect(dial).to_have_attribute("href", f"tel:{PHONE}")
    page.get_by_role("button", name="Оставить заявку").click()
    expect(page.locator(".field__error")).to_have_count(2)
    assert not calls()
    page.get_by_label("Опишите ситуацию").fill("Упал человек")
    page.get_by_label("Ваше месторасположение").select_option(label="Корпус А, Офис 312")
    expect(dial).to_have_attribute("href", "tel:+73421112233")
    expect(page.locator("[data-sos-number]:visible")).to_have_text("+7 342 111-22-33")
    page.goto("/orders")
    page.goto("/sos/place")
    expect(page.get_by_label("Опишите ситуацию")).to_have_value("Упал человек")
    expect(dial).to_have_attribute("href", "tel:+73421112233")
    page.get_by_role("button", name="Оставить заявку").click()
    expect(page).to_have_url(CALLED)
    expect(page.locator(".helpcall__where")).to_contain_text("Корпус А, Офис 312")
    expect(page.locator(".helpcall__where")).to_contain_text("Упал человек")
    (order,) = calls()
    assert order.place_id == office.id
    page.goto("/sos/place")
    expect(page.get_by_label("Опишите ситуацию")).to_have_value("")
    expect(page.get_by_label("Ваше месторасположение")).to_have_value(str(office.id))
    page.get_by_role("button", name="Добавить к вызову").click()  # the place alone
    expect(page).to_have_url(CALLED)
    assert len(calls()) == 2


def test_twenty_presses_in_a_second(new_page: Any, resident: User) -> None:
    """S1-11, D-11: every press is a call, all are one alarm."""
    page = new_page(resident, width=NARROW)
    page.goto("/sos")
    page.evaluate("for (let n = 0; n < 20; n++) document.querySelector('.sos-button').click()")
    expect(page).to_have_url(CALLED)
    wait_for(lambda: len(calls()) == 20)
    wait_for(lambda: kept(page) == 0)
    assert alarm().calls == 20
    page.reload()
    expect(page.get_by_text("Вызвано 20 раз")).to_be_visible()


def test_without_a_network(new_page: Any, resident: User, axe: Any) -> None:
    """The page says so at once, offers the phone first and keeps trying; the call goes once, with its time."""
    page = new_page(resident, width=NARROW, expected=CUT)
    page.goto("/sos")
    page.context.set_offline(True)
    press(page)
    waiting = page.locator("[data-sos-waiting]")
    expect(waiting).to_be_visible(timeout=1000)
    expect(waiting.locator("h2")).to_have_text("Нет связи")
    expect(waiting.get_by_role("link", name="Позвонить")).to_have_attribute("href", f"tel:{PHONE}")
    axe(page)
    assert kept(page) == 1
    entry = "Object.entries(localStorage).find(([key]) => key.startsWith('sos:press:'))"
    pressed = page.evaluate(f"JSON.parse({entry}[1]).pressed_at")
    assert not calls()
    page.context.set_offline(False)
    expect(page).to_have_url(CALLED)
    assert len(calls()) == 1
    assert alarm().pressed_at == dt.datetime.fromisoformat(pressed)
    assert kept(page) == 0


def test_route_c_without_a_network(new_page: Any, resident: User, office: Place, axe: Any) -> None:
    """S1-21, S1-22: the press on an object's page is kept like any other, with its place."""
    page = new_page(resident, width=NARROW, expected=CUT)
    page.goto(f"/p/{office.code}")
    page.context.set_offline(True)
    page.locator("form[data-sos] button").click()
    expect(page.locator("[data-sos-waiting]")).to_be_visible(timeout=1000)
    expect(page.get_by_role("link", name="Позвонить")).to_have_attribute("href", "tel:+73421112233")
    axe(page)
    page.context.set_offline(False)
    expect(page).to_have_url(CALLED)
    (order,) = calls()
    assert order.place_id == office.id


def test_a_press_can_be_taken_back(new_page: Any, resident: User) -> None:
    page = new_page(resident, width=NARROW, expected=CUT)
    page.goto("/sos")
    page.context.set_offline(True)
    press(page)
    expect(page.locator("[data-sos-take-back]")).to_be_disabled()
    take_back(page)
    expect(page.locator("[data-sos-waiting]")).to_be_hidden()
    assert kept(page) == 0
    page.context.set_offline(False)
    page.goto("/orders")
    ready(page)
    assert not calls()


@pytest.mark.parametrize("arrives", [True, False])
def test_taken_back_on_its_way(new_page: Any, resident: User, arrives: bool) -> None:
    """The answer was lost, so nobody here knows: the server is asked. If the call is made its page opens."""
    page = new_page(resident, width=NARROW, worker=False, expected=CUT)

    def lose(route: Any) -> None:
        if "taken=yes" in route.request.post_data:
            return route.continue_()
        if arrives:
            route.fetch()
        return route.abort()

    page.route("**/sos/calls", lose)
    page.clock.install()
    page.goto("/sos")
    press(page)
    page.clock.run_for(1500)
    with page.expect_response("**/sos/calls"):
        take_back(page)
        page.clock.run_for(2000)
    if arrives:
        expect(page).to_have_url(CALLED)
        assert len(calls()) == 1
    else:
        expect(page.locator("[data-sos-status]")).to_have_text(re.compile("Проверяем, не успел ли он дойти"))
        page.clock.fast_forward(25_000)
        expect(page.locator("[data-sos-status]")).to_have_text("Вызов отменён.")
        assert not calls()
    assert kept(page) == 0


def test_a_slow_server_is_given_more_time(new_page: Any, resident: User) -> None:
    """The first attempt is given up after six seconds, the second one is not."""
    page = new_page(resident, width=NARROW, worker=False, expected=CUT)
    held: list[Any] = []
    page.route("**/sos/calls", lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks it
    page.clock.install()
    page.goto("/sos")
    with page.expect_request("**/sos/calls"):
        press(page)
    page.clock.fast_forward(6100)
    wait_for(lambda: page.evaluate("1") and len(held) == 2)
    page.clock.fast_forward(11_000)
    held[-1].continue_()
    expect(page).to_have_url(CALLED)
    assert len(calls()) == 1


@pytest.mark.parametrize("left", [{"age": 2}, {"user": ""}, {"user": "999", "guessed": "yes"}])
def test_a_press_that_needs_a_word(new_page: Any, resident: User, left: dict[str, Any]) -> None:
    """Two days old, or perhaps somebody else's: not sent by itself and not lost, a button asks."""
    page = new_page(resident, width=NARROW)
    page.goto("/scan")
    at = dt.datetime.now(dt.UTC) - dt.timedelta(days=left.pop("age", 0))
    one = {"key": str(uuid4()), "pressed_at": at.isoformat(), "user": str(resident.id)} | left
    page.evaluate("(one) => localStorage.setItem(`sos:press:${one.key}`, JSON.stringify(one))", one)
    page.goto("/orders")
    expect(page).to_have_url(re.compile("/sos/resume$"))
    assert not calls()
    press(page)
    expect(page).to_have_url(CALLED)
    assert len(calls()) == 1
    assert kept(page) == 0


#: The service worker's way of answering a page, with a server, a cache and a clock of the test's making.
WORKER = """async ([source, method, path, says]) => {
  const handlers = {}, waits = [];
  const self = { addEventListener: (name, handler) => (handlers[name] = handler) };
  const caches = { match: async () => "the kept page" };
  const setTimeout = (late, wait) => { waits.push(wait); if (says === "nothing") late(); };
  const fetch = () => {
    if (says === "nothing") return new Promise(() => {});
    return says ? Promise.resolve(new Response("", { status: says })) : Promise.reject(new TypeError("cut"));
  };
  const OFFLINE = { page: "/offline", files: [] };
  new Function("self", "caches", "setTimeout", "fetch", "OFFLINE", source)(self, caches, setTimeout, fetch, OFFLINE);
  let answer;
  handlers.fetch({
    request: { mode: "navigate", method, url: "https://atrium.example" + path },
    preloadResponse: Promise.resolve(),
    respondWith: (given) => (answer = given),
    waitUntil: (work) => work,
  });
  const never = new Promise((done) => globalThis.setTimeout(() => done("still waits"), 50));
  const got = await Promise.race([answer, never]);
  return [got.status ?? got, waits];
}"""


def test_the_worker_does_not_wait_for_a_dead_server(browser: Any) -> None:
    """«SOS» on a network that is connected and dead opens the kept page after three seconds; a proxy's error page is no
    page. Other pages may be slow, and a form that is sent is never given up."""
    page = browser.new_page()
    source = (ROOT / "app" / "static" / "js" / "sw.js").read_text()

    def answers(method: str, path: str, says: object) -> list[Any]:
        found: list[Any] = page.evaluate(WORKER, [source, method, path, says])
        return found

    for path in ("/sos", "/sos/place?place=7", "/sos/resume"):
        assert answers("GET", path, "nothing") == ["the kept page", [3000]]
        assert answers("GET", path, 200) == [200, [3000]]
    assert answers("GET", "/sos/alarms/5", "nothing") == ["the kept page", [10_000]]
    for method, path in (("GET", "/orders"), ("GET", "/sosna"), ("POST", "/sos/calls")):
        assert answers(method, path, "nothing") == ["still waits", []]
    for status in (502, 503, 504):
        assert answers("GET", "/orders", status) == ["the kept page", []]
    for status in (404, 500):
        assert answers("GET", "/sos", status)[0] == status
    assert answers("GET", "/orders", 0)[0] == "the kept page"
    page.close()


def test_a_press_of_a_page_that_was_left(new_page: Any, resident: User) -> None:
    """Closed before there was a network: the next page of Atrium sends it."""
    page = new_page(resident, width=NARROW, expected=CUT)
    page.goto("/sos")
    page.context.set_offline(True)
    press(page)
    expect(page.locator("[data-sos-waiting]")).to_be_visible()
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto("/orders")
    expect(again).to_have_url(CALLED)
    assert len(calls()) == 1


def test_somebody_elses_press_is_not_sent(new_page: Any, resident: User) -> None:
    """It waits for whoever made it."""
    page = new_page(resident, width=NARROW)
    page.goto("/orders")
    left = {"key": str(uuid4()), "pressed_at": dt.datetime.now(dt.UTC).isoformat(), "user": "999"}
    page.evaluate("(one) => localStorage.setItem(`sos:press:${one.key}`, JSON.stringify(one))", left)
    page.goto("/sos")
    ready(page)
    assert kept(page) == 1
    assert not calls()


def test_the_page_without_a_connection(new_page: Any, resident: User, axe: Any) -> None:
    """Any page opened without a network is the worker's: it calls, too."""
    page = new_page(resident, width=NARROW, expected=CUT)
    page.goto("/orders")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.goto("/notices")
    expect(page.locator(".errorpage h1")).to_have_text("Нет связи")
    page.context.set_offline(False)  # what was asked for opens by itself
    expect(page.locator(".bottombar")).to_be_visible()
    page.context.set_offline(True)
    page.goto("/notices")
    expect(page.locator(".errorpage h1")).to_have_text("Нет связи")
    expect(page.get_by_role("link", name="Позвонить")).to_have_attribute("href", f"tel:{PHONE}")
    press(page)
    expect(page.locator("[data-sos-waiting]")).to_be_visible()
    axe(page)
    assert kept(page) == 1
    page.context.set_offline(False)
    expect(page).to_have_url(CALLED)
    (order,) = calls()
    assert order.author_id == resident.id


def test_the_countdown_goes_on_when_the_server_is_gone(
    new_page: Any, resident: User, live_server: Any
) -> None:
    """The web process is killed: the page says so, puts the phone first, counts on; a repeat waits."""
    live_server.trouble_expected = True
    page = new_page(resident, width=NARROW, expected=(*CUT, "status 5"))
    page.goto("/sos")
    press(page)
    expect(page).to_have_url(CALLED)
    ready(page)
    live_server.kill("web")
    cut = page.locator("[data-sos-cut]")
    expect(cut).to_be_visible(timeout=10_000)
    expect(cut.get_by_role("link", name="Позвонить")).to_be_visible()
    before = seconds(page)
    wait_for(lambda: seconds(page) < before)
    press(page)
    expect(page.locator("[data-sos-waiting]")).to_be_visible()
    expect(cut).to_be_hidden()
    live_server.start("web")
    expect(page.get_by_text("Вызвано 2 раза")).to_be_visible(timeout=20_000)
    expect(page.locator("[data-sos-waiting]")).to_be_hidden()
    assert len(calls()) == 2


@pytest.mark.parametrize("script", [True, False])
def test_an_expired_sign_in(
    new_page: Any, browser: Any, live_server: Any, resident: User, script: bool
) -> None:
    """S1-4: the press survives signing in, with a script and without."""
    resident.password = passwords.hashed("зелёный чайник")
    db.session.commit()
    page = new_page(resident, width=NARROW)
    page.goto("/sos")
    ready(page)  # else the socket would be the first to find out, and lead to the sign-in
    if not script:
        context = browser.new_context(base_url=live_server.url, java_script_enabled=False, locale="ru-RU")
        context.add_cookies(page.context.cookies())
        page = context.new_page()
        page.goto("/sos")
    page.context.clear_cookies()
    press(page)
    expect(page).to_have_url(re.compile("/sign-in"))
    expect(page.get_by_role("link", name="Позвонить")).to_be_visible()
    assert not calls()
    page.locator("[name=email]").fill(resident.email)
    page.locator("[name=password]").fill("зелёный чайник")
    page.locator("main form button.btn--primary").click()
    if not script:
        press(page)
    expect(page).to_have_url(CALLED)
    assert len(calls()) == 1
    if not script:
        page.context.close()


def test_without_a_script(
    browser: Any, live_server: Any, new_page: Any, resident: User, office: Place
) -> None:
    """The corner, the press, the form, the repeat and the window are plain links and forms."""
    signed_in = new_page(resident, width=NARROW)
    context = browser.new_context(
        base_url=live_server.url,
        java_script_enabled=False,
        locale="ru-RU",
        viewport={"width": NARROW, "height": 844},
    )
    context.add_cookies(signed_in.context.cookies())
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="Вызвать помощь").click()
    press(page)
    expect(page).to_have_url(CALLED)
    press(page)
    expect(page.get_by_text("Вызвано 2 раза")).to_be_visible()
    page.get_by_role("link", name="Уточнить место").click()
    page.get_by_label("Ваше месторасположение").select_option(label="Корпус А, Офис 312")
    page.get_by_label("Опишите ситуацию").fill("Упал человек")
    page.get_by_role("button", name="Добавить к вызову").click()
    expect(page.locator(".helpcall__where")).to_contain_text("Офис 312")
    assert len(calls()) == 3
    page.get_by_role("link", name="Закрыть вызов").click()
    page.get_by_label("Неактуален").check()
    page.get_by_role("button", name="Да").click()
    expect(page.locator(".helpcall__now")).to_contain_text("больше не нужна")
    context.close()


def test_the_window_closes_the_call(new_page: Any, resident: User) -> None:
    """D-12: «Отмена» changes nothing; the first page shows the call while it is open, and no longer."""
    page, home = new_page(resident, width=NARROW), new_page(resident, width=NARROW)
    page.goto("/sos")
    home.goto("/")
    ready(home)
    expect(home.locator(".calling")).to_have_count(0)
    press(page)
    expect(home.locator(".calling")).to_contain_text("Ваш вызов помощи")
    page.get_by_role("link", name="Закрыть вызов").click()
    page.get_by_role("button", name="Отмена").click()
    assert calls()[0].status == "new"
    page.get_by_role("link", name="Закрыть вызов").click()
    page.get_by_role("button", name="Да").click()
    expect(page.locator("[data-unanswered]")).to_be_visible()
    page.get_by_label("Выполнен").check()
    page.get_by_role("button", name="Да").click()
    expect(page.locator(".helpcall__now")).to_have_text("Вызов закрыт: помощь оказана.")
    expect(home.locator(".calling")).to_have_count(0)
    assert calls()[0].status == "completed"
