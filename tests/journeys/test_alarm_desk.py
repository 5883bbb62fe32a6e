"""A call for help at the staff's consoles: shown and heard on every page, first one wins, true after every break."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.actions import alarms
from app.extensions import db
from app.permissions import GUARD
from models import Alarm, Console, Order, Receipt, User
from tests import factories as make
from tests.browser import NARROW, WIDE
from tests.waiting import wait_for


@pytest.fixture
def guard(app: Any) -> User:
    return make.user("Николай", "Багров", roles=(GUARD,))


@pytest.fixture
def dispatcher(app: Any) -> User:
    return make.dispatcher()


def console(page: Page, path: str) -> Page:
    """A page of the staff that may sound: a hand has touched it."""
    page.goto(path)
    expect(page.locator("body[data-connection=online]")).to_be_attached()
    page.keyboard.press("Shift")
    expect(page.locator("[data-strip=untested]")).to_be_visible()
    return page


def called(**more: Any) -> Order:
    order = alarms.call(make.resident(phone="+79123456789"), uuid4(), **more)
    db.session.commit()
    return order


def siren(page: Page, state: str, seconds: float = 10) -> None:
    expect(page.locator(f"#alarm-frame[data-siren={state}]")).to_be_attached(timeout=seconds * 1000)


def bar(page: Page, order: Order) -> Any:
    return page.locator(f"#alarm-{order.alarm_id}")


def press(page: Page, order: Order, name: str) -> None:
    page.locator(f"#alarm-{order.alarm_id}-{name}").click()


def fresh(order: Order) -> Alarm:
    db.session.expire_all()
    return db.session.get(Alarm, order.alarm_id)


def test_two_consoles_from_the_press_to_the_result(
    new_page: Any, dispatcher: User, guard: User, axe: Any
) -> None:
    """S1-9, D-11: a call appears on whatever page is open and sounds; one accepts, the other sees who goes and falls
    silent, joins, and the result closes it for both."""
    desk = console(new_page(dispatcher, width=WIDE), f"/desk/orders/{make.order().id}")
    phone = console(new_page(guard, width=NARROW), "/desk/")
    order = called(words="Человеку плохо")
    for page in (desk, phone):
        expect(bar(page, order)).to_contain_text("Марина Спиридонова")
        expect(bar(page, order)).to_contain_text("Человеку плохо")
        expect(bar(page, order)).to_contain_text("место не указано")
        siren(page, "sounding")
        expect(page).to_have_title(re.compile("^⚠ SOS · "))
        expect(page).not_to_have_title(re.compile("⚠"))
        expect(bar(page, order).locator(".alarm__clock")).to_have_text(re.compile(r"^0:0[2-9]$"))
    axe(desk)
    axe(phone)
    alarms.call(order.author, uuid4())
    db.session.commit()
    expect(bar(desk, order)).to_contain_text("×2")
    expect(desk.locator("#alarm-said")).to_have_text("SOS: Марина Спиридонова, место не указано, 2 вызова")

    press(phone, order, "accept")
    for page in (desk, phone):
        siren(page, "silent")
        expect(bar(page, order)).to_contain_text("Николай Багров: вызов принят")
        expect(page).not_to_have_title(re.compile("⚠"))
    press(phone, order, "set_off")
    expect(bar(desk, order)).to_contain_text("Николай Багров: в пути")
    press(desk, order, "join")
    expect(bar(phone, order)).to_contain_text("Ольга Кузнецова")
    press(phone, order, "arrive")
    expect(bar(phone, order)).to_contain_text("Николай Багров: на месте")
    press(phone, order, "finish")
    window = phone.locator("#alarm-dialog")
    expect(window.locator("textarea")).to_be_visible()
    axe(phone)
    window.locator("textarea").fill("Вызвали врача")
    window.get_by_role("button", name="Завершить").click()
    for page in (desk, phone):
        expect(page.locator("[data-alarm]")).to_have_count(0)
    expect(window).to_be_hidden()
    assert (fresh(order).status, fresh(order).result) == ("completed", "Вызвали врача")


def test_delivered_seen_and_accepted_are_three_times(new_page: Any, guard: User) -> None:
    """The page's own acknowledgements: on the screen at once, seen when a hand moves. A page that is neither looked at
    nor may sound has shown it to nobody."""
    page = new_page(guard)
    page.goto("/desk/")
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})")
    order = called()
    siren(page, "blocked")
    with page.expect_response("**/desk/beat"):
        page.evaluate("dispatchEvent(new Event('online'))")
    assert db.session.scalar(select(Receipt.delivered_at).where(Receipt.alarm_id == order.alarm_id)) is None
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    # For a page without a connection: whose presses it makes (D-19, S1-4).
    assert page.evaluate("localStorage.getItem('sos:person')") == str(guard.id)

    def receipt() -> Receipt:
        db.session.expire_all()
        return db.session.scalar(select(Receipt).where(Receipt.alarm_id == order.alarm_id))

    wait_for(lambda: receipt().delivered_at)
    assert receipt().seen_at is None
    page.mouse.move(300, 400)
    page.mouse.move(320, 420)
    wait_for(lambda: receipt().seen_at)
    assert fresh(order).accepted_at is None


def test_the_second_press_hears_who_was_faster(new_page: Any, dispatcher: User, guard: User) -> None:
    """The bar is old because the network is slow: the press is refused with a name and the way to join."""
    page = console(new_page(dispatcher, worker=False, expected=("net::ERR_FAILED",)), "/desk/")
    order = called()
    expect(bar(page, order)).to_be_visible()
    page.route("**/desk/alarms/bar", lambda route: route.abort())
    alarms.move(guard, order.alarm_id, "accept")
    db.session.commit()
    press(page, order, "accept")
    expect(page.locator(".toast")).to_contain_text("Николай Багров")
    expect(bar(page, order)).to_contain_text("Присоединиться")
    siren(page, "silent")


def test_a_second_tap_falls_on_nobody_elses_call(new_page: Any, guard: User) -> None:
    """«Принять» of the first call gives its place to that of the next one, under the same finger."""
    page = console(new_page(guard, width=WIDE), "/desk/")
    first, second = called(), called()
    expect(page.locator("[data-alarm]")).to_have_count(2)
    spot = bar(page, first).get_by_role("button", name="Принять").bounding_box()
    page.mouse.click(spot["x"] + 20, spot["y"] + 10)
    expect(bar(page, first)).to_contain_text("Николай Багров: вызов принят")
    assert bar(page, second).get_by_role("button", name="Принять").bounding_box() == spot
    page.mouse.click(spot["x"] + 20, spot["y"] + 10)
    press(page, first, "set_off")
    expect(bar(page, first)).to_contain_text("Николай Багров: в пути")
    assert (fresh(first).status, fresh(second).status) == ("on_way", "new")
    press(page, second, "accept")  # a moment later it is meant
    expect(bar(page, second)).to_contain_text("Николай Багров: вызов принят")


def test_one_tab_of_a_browser_sounds(new_page: Any, guard: User) -> None:
    """Many tabs are no flood; when the one that sounds is closed, the next one goes on."""
    first = new_page(guard)
    first.context.add_init_script(TONES)
    console(first, "/desk/")
    second = console(first.context.new_page(), "/desk/alarms")
    order = called()
    for page in (first, second):
        expect(bar(page, order)).to_be_visible()
    states = wait_for(
        lambda: sorted(heard(first, second)) == ["elsewhere", "sounding"] and heard(first, second)
    )
    loud, quiet = (first, second) if states[0] == "sounding" else (second, first)
    for _ in range(20):
        alarms.call(order.author, uuid4())
    db.session.commit()
    expect(bar(quiet, order)).to_contain_text("×21")
    expect(bar(loud, order)).to_contain_text("×21")
    assert sorted(heard(first, second)) == ["elsewhere", "sounding"]
    loud.close()
    siren(quiet, "sounding")
    press(quiet, order, "accept")
    siren(quiet, "silent")
    # Somebody goes: one more press is a glow and a chime in one of the tabs.
    third = console(quiet.context.new_page(), "/desk/alarms")
    alarms.call(order.author, uuid4())
    db.session.commit()
    for page in (quiet, third):
        expect(page.locator(f"#alarm-{order.alarm_id}.alarm--again")).to_contain_text("×22")
        expect(page.locator("#alarm-said")).to_contain_text("22 вызова")
    for page in (quiet, third):
        page.evaluate("navigator.locks.query()")  # behind what the page has asked for
    assert sorted((quiet.evaluate("tones"), third.evaluate("tones"))) == [0, 2]


#: Counts the tones of the chime; the siren's voice is another one. What a tab writes down has not reached the others:
#: their processes hear of it some time later.
TONES = """window.tones = 0;
  const read = Storage.prototype.getItem;
  Storage.prototype.getItem = function (key) {
    return key === "atrium-chime" ? null : read.call(this, key);
  };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    if (this.type === "sine") window.tones += 1;
    return start.apply(this, when);
  };"""


def test_a_tab_that_loses_its_turn_or_its_right_falls_silent(new_page: Any, guard: User) -> None:
    """Without Web Locks: another tab took this one for gone. And who may not hear calls any more is told so."""
    page = new_page(guard)
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})")
    console(page, "/desk/")
    order = called()
    siren(page, "sounding")
    page.evaluate(
        "localStorage.setItem('atrium-siren', JSON.stringify({owner: 'other', until: Date.now() + 60_000}))"
    )
    siren(page, "elsewhere")
    page.evaluate("localStorage.removeItem('atrium-siren')")
    siren(page, "sounding")
    alarms.move(guard, order.alarm_id, "accept")
    siren(page, "silent")
    alarms.move(guard, order.alarm_id, "release")
    db.session.commit()
    siren(page, "sounding")
    expect(page.locator("#alarm-said")).to_contain_text("снова звучит тревога")
    page.context.route("**/desk/beat", lambda route: route.fulfill(status=403, json={"text": "Not allowed"}))
    expect(page.locator("[data-strip=over]")).to_contain_text("вызовы здесь не слышны")
    expect(page.locator("#alarm-strip")).to_have_attribute("data-tone", "danger")
    siren(page, "silent")


def heard(*pages: Page) -> list[str]:
    return [str(page.locator("#alarm-frame").get_attribute("data-siren")) for page in pages]


def test_sound_that_the_browser_blocks_is_shown(new_page: Any, guard: User, axe: Any) -> None:
    page = new_page(guard)
    page.goto("/desk/")
    order = called()
    expect(bar(page, order)).to_be_visible()
    siren(page, "blocked")
    expect(page.locator("[data-siren-wake]")).to_have_text("Звук выключен браузером — включить")
    axe(page)
    page.locator("[data-siren-wake]").click()
    siren(page, "sounding")
    expect(page.locator("[data-siren-wake]")).to_be_hidden()


#: The system's notices, noted instead of shown: a browser without a screen has none.
NOTED = """window.noted = [];
window.Notification = class extends EventTarget {
  static permission = "granted";
  constructor(title, options) {
    super();
    this.note = {title, ...options, open: true};
    noted.push(this.note);
  }
  close() { this.note.open = false; }
};"""


def test_the_system_shows_a_call_while_it_sounds(new_page: Any, guard: User) -> None:
    """For whoever looks at another window: who, where, until somebody goes; anew if it sounds again."""
    page = new_page(guard)
    page.add_init_script(NOTED)
    console(page, "/desk/")
    order = called()
    wait_for(lambda: page.evaluate("noted.length === 1"))
    assert page.evaluate("noted[0]") == {
        "title": "SOS: Марина Спиридонова",
        "body": "место не указано",
        "tag": f"sos-{order.alarm_id}",
        "requireInteraction": True,
        "open": True,
    }
    press(page, order, "accept")
    wait_for(lambda: page.evaluate("!noted[0].open"))
    press(page, order, "release")
    wait_for(lambda: page.evaluate("noted.length === 2 && noted[1].open"))


def test_sound_is_checked_at_the_start_of_a_shift(new_page: Any, dispatcher: User, axe: Any) -> None:
    """A console counts as heard when its sound was checked; else managers are told that nobody would hear."""
    page = console(new_page(dispatcher), "/desk/")
    deaf = page.locator("[data-watch=heard]")
    expect(deaf).to_contain_text("нет открытых рабочих мест со звуком", timeout=15_000)
    page.locator("[data-strip=untested] [data-siren-check]").click()
    window = page.locator("#siren-dialog")
    axe(page)
    window.locator("[data-siren-test]").click()
    expect(window).to_contain_text("Слышно?")
    window.locator("[data-siren-unheard]").click()
    expect(window).to_contain_text("Прибавьте громкость")
    window.locator("[data-siren-test]").click()
    window.locator("[data-siren-heard]").click()
    expect(window).to_be_hidden()
    expect(page.locator("[data-strip=well]")).to_be_visible()
    expect(deaf).to_be_hidden()
    wait_for(lambda: sounds(dispatcher))
    page.reload()
    expect(page.locator("[data-strip=blocked]")).to_be_visible()
    page.keyboard.press("Shift")
    expect(page.locator("[data-strip=well]")).to_be_visible()
    page.context.set_offline(True)
    expect(page.locator("[data-strip=offline]")).to_contain_text("Нет связи: тревоги не слышны")
    page.context.set_offline(False)
    expect(page.locator("[data-strip=well]")).to_be_visible()
    # The next one at this machine has not heard it.
    page.evaluate("document.body.dataset.user = '0'")
    page.keyboard.press("Shift")
    page.evaluate("dispatchEvent(new Event('storage'))")
    expect(page.locator("[data-strip=untested]")).to_be_visible()


def sounds(user: User) -> bool:
    db.session.expire_all()
    return bool(db.session.scalar(select(Console.sound).where(Console.user_id == user.id)))


def test_a_dead_watchdog_is_shown_to_managers(
    new_page: Any, live_server: Any, dispatcher: User, guard: User
) -> None:
    live_server.start("watchdog")
    page = console(new_page(dispatcher), "/desk/")
    other = console(new_page(guard), "/desk/")
    live_server.kill("watchdog")
    expect(page.locator("[data-watch=watched]")).to_have_text("Сторож вызовов не работает", timeout=40_000)
    expect(other.locator("[data-watch=watched]")).to_be_hidden()
    live_server.start("watchdog")
    expect(page.locator("[data-watch=watched]")).to_be_hidden(timeout=20_000)


def test_a_call_arrives_without_a_socket(new_page: Any, guard: User) -> None:
    """The beat is a way of its own: it brings the call when the socket is dead."""
    page = new_page(guard, expected=("WebSocket",))
    page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    page.goto("/desk/")
    expect(page.locator("#alarm-frame")).to_have_attribute("data-siren", "silent")
    order = called()
    expect(bar(page, order)).to_be_visible(timeout=12_000)


def test_the_truth_after_a_break(new_page: Any, live_server: Any, dispatcher: User, guard: User) -> None:
    """The web process is killed while an alarm sounds: the page says so, and shows later what happened meanwhile."""
    live_server.trouble_expected = True
    noise = ("WebSocket", "Failed to load resource", "net::ERR")
    page = console(new_page(dispatcher, expected=noise), "/desk/")
    first = called()
    siren(page, "sounding")
    live_server.kill("web")
    alarms.move(guard, first.alarm_id, "accept")
    second = alarms.call(make.resident("Анна", "Белова"), uuid4())
    db.session.commit()
    expect(page.locator("[data-strip=offline]")).to_be_visible(timeout=30_000)
    live_server.start("web")
    live_server.wait_for_web()
    expect(bar(page, first)).to_contain_text("Николай Багров: вызов принят", timeout=30_000)
    expect(bar(page, second)).to_contain_text("Анна Белова")
    expect(page.locator("[data-strip=offline]")).to_be_hidden()
    siren(page, "sounding")
    alarms.move(guard, second.alarm_id, "accept")
    db.session.commit()
    siren(page, "silent")


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_page_of_an_alarm_lives(
    new_page: Any, dispatcher: User, guard: User, axe: Any, width: int
) -> None:
    """What colleagues do shows by itself; digits press the buttons; the talk is with the caller."""
    order = called(words="Человеку плохо")
    page = console(new_page(dispatcher, width=width), f"/desk/alarms/{order.alarm_id}")
    state = page.locator("#alarm-state")
    expect(state).to_contain_text("Новый")
    axe(page)
    alarms.move(guard, order.alarm_id, "accept")
    db.session.commit()
    expect(state).to_contain_text("Николай Багров: вызов принят")
    expect(state.locator("[data-key]").first).to_contain_text("Присоединиться")
    expect(state.locator("[data-key]").first).to_be_enabled()
    page.keyboard.press("1")
    expect(state).to_contain_text("Ольга Кузнецова: вызов принят")
    alarms.move(guard, order.alarm_id, "finish", comment="Помогли")
    db.session.commit()
    expect(state).to_contain_text("Помогли")
    expect(state.locator("[data-moves]")).to_have_count(0)
    expect(page.locator("[data-alarm-count]").first).to_have_text("")
    axe(page)


def test_a_call_in_the_queue_leads_to_its_alarm(new_page: Any, dispatcher: User) -> None:
    page = console(new_page(dispatcher), "/desk/?all=1")
    order = called()
    page.locator("[data-show-new]").click()
    page.locator(f"#row-{order.id} .queue__row").click()
    expect(page).to_have_url(re.compile(rf"/desk/alarms/{order.alarm_id}$"))
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile(r"/desk/alarms$"))
    expect(page.locator("#alarm-list")).to_contain_text("Марина Спиридонова")
