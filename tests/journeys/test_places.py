"""Places in real browsers: the tree by drag, marks and outlines by hand, the object's page, the scanner."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, Route, expect

from app import qr
from app.actions import places
from app.extensions import db
from models import FieldKind, Place, User
from tests import factories as make
from tests.browser import NARROW, WIDE
from tests.waiting import wait_for

SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 500"><style>rect{fill:#f4f0e6;stroke:#333}</style>
<rect x="20" y="20" width="960" height="460" stroke-width="8"/></svg>"""


@pytest.fixture
def boss(app: Flask) -> User:
    return make.operator()


@pytest.fixture
def floor(app: Flask, boss: User) -> Place:
    """A floor with a plan, on which nothing is drawn."""
    top = make.place("Технопарк", "territory")
    made = make.place("3 этаж", "floor", make.place("Корпус А", parent=top, staff_phone="+73420000121"))
    make.place("Офис 312", "room", made, position=1)
    make.place("Офис 314", "room", made, position=2)
    places.set_plan(boss, app.extensions["storage"], made.id, io.BytesIO(SVG), "этаж.svg")
    db.session.commit()
    return made


def named(name: str) -> Place:
    db.session.rollback()
    return db.session.query(Place).filter_by(name=name).one()


def click_at(sheet: Locator, x: float, y: float) -> None:
    box = sheet.bounding_box()
    assert box
    sheet.click(position={"x": x * box["width"], "y": y * box["height"]})


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_marks_and_outlines_are_drawn_by_hand(
    new_page: Any, axe: Any, boss: User, floor: Place, width: int
) -> None:
    """I-27: by mouse or finger, by keys; unsaved work is asked about."""
    page: Page = new_page(boss, width=width)
    page.goto(f"/admin/places/plan/{floor.id}")
    axe(page)
    sheet, view = page.locator(".plan__sheet"), page.locator(".plan__view")
    office = page.locator("[data-child]", has_text="Офис 312")
    office.click()
    click_at(sheet, 0.25, 0.5)
    expect(office).to_have_attribute("data-marked", "")
    view.focus()
    page.keyboard.press("ArrowRight")
    # The other one gets an outline, enlarged so that a finger is exact enough.
    other = page.locator("[data-child]", has_text="Офис 314")
    other.click()
    page.locator('[data-tool="area"]').click()
    page.locator('[data-plan-zoom="in"]').click()
    view.evaluate("view => view.scrollTo(0, 0)")
    for x, y in ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4)):
        click_at(sheet, x, y)
    expect(other).not_to_have_attribute("data-outlined", "")
    click_at(sheet, 0.1, 0.1)
    expect(other).to_have_attribute("data-outlined", "")
    # A corner is dragged.
    corner = page.locator('[data-corner="2"]').bounding_box()
    assert corner
    page.mouse.move(corner["x"] + 5, corner["y"] + 5)
    page.mouse.down()
    page.mouse.move(corner["x"] - 20, corner["y"] - 10, steps=4)
    page.mouse.up()
    expect(page.locator(".plan__corner")).to_have_count(3)
    # What was erased comes back.
    page.locator("[data-erase]").click()
    expect(other).not_to_have_attribute("data-outlined", "")
    page.keyboard.press("Control+z")
    expect(other).to_have_attribute("data-outlined", "")
    # Leaving now would lose it.
    page.on("dialog", lambda dialog: dialog.dismiss())
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    page.evaluate("location.assign('/admin/places/list/')")
    wait_for(lambda: page.evaluate("1") and asked == ["beforeunload"])
    page.locator(".submitbar button").click()
    expect(page.locator(".toast")).to_be_visible()
    mark, area = named("Офис 312").mark, named("Офис 314").area
    assert mark == [pytest.approx(0.26, abs=0.01), pytest.approx(0.5, abs=0.01)]
    assert area[:2] == [pytest.approx([0.1, 0.1], abs=0.01), pytest.approx([0.4, 0.1], abs=0.01)]
    assert area[2][0] < 0.4


def test_an_outline_by_keys_alone(new_page: Any, boss: User, floor: Place) -> None:
    page: Page = new_page(boss)
    page.goto(f"/admin/places/plan/{floor.id}")
    page.locator("[data-child]", has_text="Офис 312").press("Enter")
    page.locator('[data-tool="area"]').press("Enter")
    view = page.locator(".plan__view")
    view.press(" ")
    for key in (
        "ArrowRight",
        "ArrowRight",
        " ",
        "ArrowDown",
        "ArrowDown",
        " ",
        "ArrowLeft",
        " ",
        "Backspace",
    ):
        view.press(key)
    view.press("Enter")
    view.press("ArrowUp")
    view.press(" ")
    view.press("Escape")
    page.locator(".submitbar button").click()
    expect(page.locator(".toast")).to_be_visible()
    assert named("Офис 312").area == [[0.5, 0.5], [0.52, 0.5], [0.52, 0.54]]


def drag(page: Page, line: str, onto: str, part: float) -> None:
    grip = page.locator("[data-place]", has_text=line).locator("[data-grip]")
    target = page.locator("[data-place]", has_text=onto).bounding_box()
    grip.hover()
    page.mouse.down()
    assert target
    page.mouse.move(target["x"] + 60, target["y"] + target["height"] * part, steps=5)
    page.mouse.up()


def test_the_tree_is_edited_by_drag(new_page: Any, axe: Any, boss: User, floor: Place) -> None:
    """I-15, I-27: between two others, into another place; what may not be says why; by keys too."""
    attic = make.place("Чердак", "floor", floor.parent, position=9)
    page: Page = new_page(boss)
    page.goto("/admin/places/list/")
    axe(page)
    names = page.locator(".tree__name")
    drag(page, "Офис 314", "Офис 312", 0.1)
    expect(names).to_have_text(["Технопарк", "Корпус А", "3 этаж", "Офис 314", "Офис 312", "Чердак"])
    drag(page, "Офис 312", "Чердак", 0.5)
    expect(page.locator("[data-place]", has_text="Офис 312")).to_have_attribute("data-in", str(attic.id))
    expect(page.locator("[data-place]", has_text="Офис 312").locator("[data-grip]")).to_be_focused()
    drag(page, "Корпус А", "Чердак", 0.5)
    expect(page.locator(".toast--danger")).to_be_visible()
    assert named("Корпус А").parent.name == "Технопарк"
    page.locator("[data-place]", has_text="3 этаж").locator("[data-grip]").press("ArrowDown")
    expect(names).to_have_text(["Технопарк", "Корпус А", "Чердак", "Офис 312", "3 этаж", "Офис 314"])


def test_a_held_key_asks_once_at_a_time(new_page: Any, boss: User, floor: Place) -> None:
    """A keyboard repeats thirty times a second; the server gets the next step when the last one is answered."""
    page: Page = new_page(boss)
    page.goto("/admin/places/list/")
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/admin/places/move/*", hold)
    grip = page.locator("[data-place]", has_text="Офис 314").locator("[data-grip]")
    grip.focus()
    with page.expect_request("**/admin/places/move/*"):
        for _repeat in range(5):
            page.keyboard.down("ArrowUp")
    page.keyboard.up("ArrowUp")
    page.evaluate("0")  # whatever was asked is known by now
    assert len(asked) == 1
    asked[0].continue_()
    names = page.locator(".tree__name")
    expect(names).to_have_text(["Технопарк", "Корпус А", "3 этаж", "Офис 314", "Офис 312"])
    page.unroute("**/admin/places/move/*")
    page.keyboard.press("ArrowDown")
    expect(names).to_have_text(["Технопарк", "Корпус А", "3 этаж", "Офис 312", "Офис 314"])


@pytest.mark.parametrize(("width", "scheme"), [(NARROW, "light"), (WIDE, "dark")])
def test_the_page_of_an_object(new_page: Any, axe: Any, floor: Place, width: int, scheme: str) -> None:
    """S1-19..S1-21: the plan with the mark, the call of help in reach of the thumb, an order with the place."""
    room = named("Офис 312")
    room.mark = [0.8, 0.8]
    service = make.service(
        "Клининг", fields=[make.field("Офис", FieldKind.PLACE, limits={"place_kind": "room"})]
    )
    make.place("Принтер", "object", room)
    page: Page = new_page(make.resident(), width=width, language="en" if width == WIDE else "ru")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"/p/{named('Принтер').code.lower()}")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    pin, sheet = page.locator("[data-plan-here] .plan__dot"), page.locator(".plan__sheet")
    box, whole = pin.bounding_box(), sheet.bounding_box()
    assert (box["x"] + box["width"] / 2 - whole["x"]) / whole["width"] == pytest.approx(0.8, abs=0.01)
    assert page.locator("form[data-sos-press] button").bounding_box()["y"] < (844 if width == NARROW else 900)
    page.locator('[data-plan-zoom="in"]').click()
    page.locator('[data-plan-zoom="in"]').click()
    seen, view = pin.bounding_box(), page.locator(".plan__view").bounding_box()
    assert view["x"] < seen["x"] < view["x"] + view["width"], "enlarged, the mark stays in view"
    page.locator(".list__row", has_text="Клининг").click()
    expect(page.locator("select")).to_have_value(str(room.id))
    assert page.url.endswith(f"/services/{service.id}?place={named('Принтер').id}")


def test_the_scanner_by_typing(new_page: Any, axe: Any, floor: Place) -> None:
    """The other way, always there; without a camera the page says what to do."""
    page: Page = new_page(make.resident(), width=NARROW)
    page.goto("/")
    page.locator(".bottombar a[href='/scan']").click()
    expect(page.locator("[data-scan-note]")).to_be_visible()
    expect(page.locator("[data-scan-camera]")).to_be_hidden()
    axe(page)
    page.locator("[data-code-form] button").click()
    expect(page.locator("#code-error")).to_have_text("Введите код с наклейки.")
    axe(page)
    code = floor.code
    page.locator("input[name=code]").fill(f"{code[:5].lower()} {code[5:].lower()}")
    page.locator("[data-code-form] button").click()
    expect(page).to_have_url(f"{page.url.split('/p')[0].rstrip('/')}/p/{code}")
    expect(page.locator("form[data-sos-press]")).to_be_visible()
    # Nothing has this code: it can be mended on the spot.
    page.goto("/p/AAAAAAAAAA")
    page.locator("input[name=code]").fill(code)
    page.locator("[data-code-form] button").click()
    expect(page.locator("form[data-sos-press]")).to_be_visible()


def camera(text: str) -> str:
    """A script that puts a QR code of this text before the camera."""
    picture = base64.b64encode(qr.svg(text)).decode()
    return f"""navigator.mediaDevices.getUserMedia = async () => {{
      const canvas = Object.assign(document.createElement("canvas"), {{ width: 640, height: 480 }});
      const context = canvas.getContext("2d"), image = new Image();
      image.src = "data:image/svg+xml;base64,{picture}";
      await image.decode();
      setInterval(() => {{
        context.fillStyle = "#bbb";
        context.fillRect(0, 0, 640, 480);
        context.drawImage(image, 170, 90, 300, 300);
      }}, 50);
      return canvas.captureStream(20);
    }};"""


def test_the_scanner_by_camera(new_page: Any, floor: Place) -> None:
    """S1-19: a code of ours opens its page, whatever the host prints; a foreign one is said to be none."""
    page: Page = new_page(make.resident(), width=NARROW)
    page.add_init_script(camera("https://evil.example/p/K7M2Q9XH4T"))
    page.goto("/scan")
    expect(page.locator("[data-scan-note]")).to_contain_text("Atrium")
    assert page.url.endswith("/scan")
    page.add_init_script(camera(f"{page.url.removesuffix('/scan')}/p/{floor.code}"))
    page.reload()
    expect(page.locator("form[data-sos-press]")).to_be_visible(timeout=15_000)
    assert page.url.endswith(f"/p/{floor.code}")
