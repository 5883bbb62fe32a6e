"""Plans of places: what is cleaned out of an upload, what is refused, what is drawn on them, and who finds what."""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from app import settings, svg
from app.actions import places
from app.errors import Forbidden, Invalid, NotFound, Stale, TooLarge
from app.extensions import db
from app.queries import places as queries
from models import Entry, Place, RetiredCode, StoredFile, User
from models.places import CODE_SIGNS
from tests import factories as make

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 400 200"'
)
HOSTILE = (
    HEAD
    + """ onload="alert(1)"><script>alert(2)</script><script xlink:href="http://evil.example/a.js"/>
<style>@import url(http://evil.example/x.css); .a{fill:url(http://evil.example/p)}
.b{fill:red;background:url(/own)}</style>
<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="http://evil.example"/></body></foreignObject>
<a xlink:href="javascript:alert(3)"><rect class="b" width="10" height="10" onclick="alert(4)"/></a>
<image href="http://evil.example/x.png"/><image href="/orders/1"/>
<image href="data:image/png;base64,iVBORw0KGgo=" width="9" height="9"/>
<image href="data:image/svg+xml;base64,PHN2Zz4="/>
<use href="http://evil.example/x.svg#a"/><use href="#room"/>
<animate attributeName="href" to="javascript:alert(5)"/><set attributeName="onmouseover" to="alert(6)"/>
<rect style="fill:url(http://evil.example/#x)" fill="url(#shade)"/><iframe src="x"/><embed src="y"/>
<g id="room"><text x="1" y="2" font-size="12">Офис 312</text></g></svg>"""
)


def png(width: int, height: int) -> bytes:
    """Only a header: nobody has to draw so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def picture(kind: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (60, 40)).save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def boss(app: Any) -> User:
    return make.operator()


@pytest.fixture
def storage(app: Any) -> Any:
    return app.extensions["storage"]


@pytest.fixture
def floor(app: Any) -> Place:
    return make.place("3 этаж", "floor", make.place("Корпус А"))


@pytest.fixture
def planned(boss: User, storage: Any, floor: Place) -> Place:
    return places.set_plan(boss, storage, floor.id, io.BytesIO((HEAD + "/>").encode()), "этаж.svg")


# --- cleaning -----------------------------------------------------------------------------------------------------


def test_nothing_that_acts_is_left_in_a_drawing() -> None:
    """I-27: scripts, handlers, foreign content, addresses and what moves are gone; what is drawn stays."""
    cleaned, width, height = svg.clean(HOSTILE.encode(), "план.svg")
    text = cleaned.decode()
    assert (width, height) == (400, 200)
    for word in ("script", "alert", "javascript", "onload", "onclick", "foreignObject", "iframe", "embed"):
        assert word not in text, word
    assert not re.search(r'url\(\s*[\'"]?(?!#|[\'"]?#)[^)]', text)
    addresses = re.findall(r'href="([^"]*)"', text)
    assert sorted(addresses) == ["#room", "data:image/png;base64,iVBORw0KGgo="]
    assert "animate" not in text
    assert "<set" not in text
    assert "Офис 312" in text
    assert 'fill="url(#shade)"' in text
    assert 'class="b"' in text


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello",
        "<svg",
        "<html/>",
        "<svg/>",
        HEAD.replace('viewBox="0 0 400 200"', "") + "/>",
        HEAD.replace("0 0 400 200", "0 0 0 200") + "/>",
        HEAD.replace("0 0 400 200", "0 0 1e999 200") + "/>",
        HEAD.replace("0 0 400 200", "0 0 4000 1") + "/>",
        HEAD + ">" + "<g>" * 5000 + "</g>" * 5000 + "</svg>",
        '<!DOCTYPE s [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]>' + HEAD + "><text>&b;</text></svg>",
        '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + HEAD + "><text>&x;</text></svg>",
        *(f'<?xml version="1.0" encoding="{name}"?>' + HEAD + "/>" for name in ("nope", "rot13", "hex")),
    ],
)
def test_what_is_no_drawing_is_refused(data: str) -> None:
    with pytest.raises(Invalid) as refused:
        svg.clean(data.encode(), "план.svg")
    assert refused.value.code == "svg_broken"


@pytest.mark.parametrize(
    "css",
    [
        '@IMPORT "//evil.example/a.css";',
        r'@\69mport "//evil.example/a.css";',
        "a{fill:URL( //evil.example/b)}",
        r"a{fill:u\000072 l(//evil.example/b)}",
        'a{background:image-set("//evil.example/c" 1x)}',
        'a{background:-webkit-Image-Set(url(#a) 1x, "//evil.example/d" 2x)}',
        r'a{background:image\-set("//evil.example/e" 1x)}',
        'a{background:image("//evil.example/f"), src("//evil.example/g")}',
    ],
)
def test_styles_load_nothing(css: str) -> None:
    """In a sheet and at an element, however it is written; what is drawn besides stays."""
    inline = css.partition("{")[2].rstrip("}").replace('"', "'")
    drawing = f'{HEAD}><style>.c{{fill:blue}}</style><style>{css}</style><rect style="{inline}"/></svg>'
    text = svg.clean(drawing.encode(), "план.svg")[0].decode()
    assert ".c{fill:blue}" in text
    assert not re.search(r"@import|url\((?!#)|image-set|image\(|src\(|\\\\", text, re.IGNORECASE), text


def test_a_style_sheet_in_pieces_is_dropped() -> None:
    """A browser puts the pieces together again."""
    pieces = '<style>@im<g/>port "//evil.example/a.css"</style><rect class="b" width="9" height="9"/>'
    text = svg.clean((HEAD + f">{pieces}</svg>").encode(), "план.svg")[0].decode()
    assert "evil" not in text
    assert "<rect" in text


def test_a_drawing_without_a_view_box_gets_one() -> None:
    odd = HEAD.replace('viewBox="0 0 400 200"', 'width="90.5px" height="60"') + "/>"
    cleaned, width, height = svg.clean(odd.encode(), "a.svg")
    assert 'viewBox="0 0 90.5 60"' in cleaned.decode()
    assert (width, height) == (1000, 663)


# --- uploads ------------------------------------------------------------------------------------------------------


def test_a_plan_is_kept_replaced_and_removed(boss: User, storage: Any, floor: Place) -> None:
    """The old file goes, row and bytes; what is drawn stays, since it is in parts of the plan."""
    room = make.place("Офис 312", "room", floor, mark=[0.5, 0.5])
    first = places.set_plan(boss, storage, floor.id, io.BytesIO(HOSTILE.encode()), "../план.svg").plan_id
    kept = db.session.get(StoredFile, first)
    assert (kept.subject, kept.content_type, kept.name) == (f"place:{floor.id}", "image/svg+xml", "план.svg")
    assert b"script" not in storage.path(first).read_bytes()
    assert (floor.plan_width, floor.plan_height) == (400, 200)
    second = places.set_plan(
        boss, storage, floor.id, io.BytesIO(picture("WEBP", "RGBA")), "план.webp"
    ).plan_id
    assert db.session.get(StoredFile, first) is None
    assert not storage.path(first).exists()
    assert (floor.plan_width, floor.plan_height) == (60, 40)
    with Image.open(storage.path(second)) as drawn:
        assert drawn.format == "PNG"
        assert drawn.getpixel((1, 1)) == (255, 255, 255), "what is transparent lies on white"
    places.remove_plan(boss, storage, floor.id)
    assert (floor.plan_id, room.mark) == (None, [0.5, 0.5])
    assert not storage.path(second).exists()
    kinds = db.session.scalars(select(Entry.kind).where(Entry.kind.like("plan.%")).order_by(Entry.id)).all()
    assert kinds == ["plan.set", "plan.set", "plan.removed"]


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (png(10_000, 10_000), "план.png", TooLarge),
        (png(100_000, 100_000), "план.png", TooLarge),
        (png(60, 40), "план.png", Invalid),
        (picture(), "план.svg", Invalid),
        (picture(), "план.jpg", Invalid),
        (HOSTILE.encode(), "план.png", Invalid),
        (b"%PDF-1.7", "план.pdf", Invalid),
        (b"", "план.svg", Invalid),
        (picture("GIF"), "план.gif", Invalid),
        (
            picture(save_all=True, append_images=[Image.new("RGB", (60, 40), "red")]),
            "план.png",
            Invalid,
        ),
        (
            picture("WEBP", save_all=True, append_images=[Image.new("RGB", (60, 40), "red")]),
            "план.webp",
            Invalid,
        ),
    ],
    ids=[
        "100 megapixels",
        "bomb",
        "no pixels",
        "png as svg",
        "png as jpg",
        "svg as png",
        "pdf",
        "empty",
        "gif",
        "moving png",
        "moving webp",
    ],
)
def test_bad_plans_change_nothing(
    boss: User, storage: Any, planned: Place, data: bytes, name: str, error: type[Exception]
) -> None:
    before = planned.plan_id
    with pytest.raises(error):
        places.set_plan(boss, storage, planned.id, io.BytesIO(data), name)
    assert planned.plan_id == before
    assert storage.path(before).exists()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_a_large_sheet_is_shrunk(
    boss: User, storage: Any, floor: Place, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """Whatever its colours are kept as: upright, in its proportions, white where nothing is drawn."""
    monkeypatch.setattr("app.storage.PLAN_SIDE", 120)
    drawn = Image.new("RGBA", (90, 300), (0, 0, 0, 0) if mode in ("LA", "RGBA") else "white")
    drawn.paste("black", (0, 0, 90, 150))
    turned = Image.Exif()
    turned[0x0112] = 6  # the phone lay on its side
    data, name = io.BytesIO(), "план.jpg" if mode == "CMYK" else "план.png"
    drawn.convert(mode).save(data, "JPEG" if mode == "CMYK" else "PNG", exif=turned)
    data.seek(0)
    kept = places.set_plan(boss, storage, floor.id, data, name)
    assert (kept.plan_width, kept.plan_height) == (120, 36)
    with Image.open(storage.path(kept.plan_id)) as sheet:
        assert sheet.size == (120, 36)
        assert sheet.mode == "RGB"
        dark, light = sheet.getpixel((110, 18)), sheet.getpixel((10, 18))
    assert max(dark) < 10
    assert min(light) > 245


def test_only_who_writes_places_touches_plans(storage: Any, planned: Place) -> None:
    for act in (
        lambda: places.set_plan(make.resident(), storage, planned.id, io.BytesIO(picture()), "a.png"),
        lambda: places.remove_plan(make.resident(), storage, planned.id),
        lambda: places.draw(make.resident(), planned.id, {}),
        lambda: places.renew_code(make.resident(), planned.id),
        lambda: places.step(make.resident(), planned.id, up=True),
    ):
        with pytest.raises(Forbidden):
            act()


# --- drawing ------------------------------------------------------------------------------------------------------


def test_marks_and_outlines_are_drawn(boss: User, planned: Place) -> None:
    room = make.place("Офис 312", "room", planned)
    thing = make.place("Принтер", "object", planned, mark=[0.1, 0.1])
    corners = [[0, 0], [1, 0], [0.333333333, 1]]
    places.draw(boss, planned.id, {str(room.id): {"mark": None, "area": corners}})
    assert (room.mark, room.area) == (None, [[0, 0], [1, 0], [0.33333, 1]])
    assert thing.mark == [0.1, 0.1], "who is not named stays"
    assert room.point == (0.5, 0.5)
    places.draw(boss, planned.id, {str(room.id): {"mark": [0.2, 0.4], "area": None}})
    assert (room.mark, room.area, room.point) == ([0.2, 0.4], None, (0.2, 0.4))
    places.draw(boss, planned.id, {str(room.id): {"mark": [0.2, 0.4], "area": None}})
    entries = db.session.scalars(select(Entry).where(Entry.kind == "plan.drawn")).all()
    assert [entry.data["drawn"] for entry in entries] == [["Офис 312"], ["Офис 312"]]


@pytest.mark.parametrize(
    "shape",
    [
        {"mark": [1.2, 0.5]},
        {"mark": [-0.001, 0.5]},
        {"mark": [float("nan"), 0.5]},
        {"mark": [float("inf"), 0.5]},
        {"mark": [0.5]},
        {"mark": [0.5, 0.5, 0.5]},
        {"mark": ["0.5", "0.5"]},
        {"mark": [True, False]},
        {"mark": "0.5,0.5"},
        {"area": [[0, 0], [1, 1]]},
        {"area": [[0, 0]] * 201},
        {"area": [[0, 0], [1, 1], [2, 0]]},
        {"area": {}},
        {"area": [0, 0, 0]},
        "x",
        None,
    ],
)
def test_what_cannot_be_drawn_is_refused(boss: User, planned: Place, shape: Any) -> None:
    """A mark outside 0..1, an outline of two corners."""
    room = make.place("Офис 312", "room", planned, mark=[0.5, 0.5])
    with pytest.raises(Invalid):
        places.draw(boss, planned.id, {str(room.id): shape})
    db.session.refresh(room)
    assert (room.mark, room.area) == ([0.5, 0.5], None)


def test_only_what_stands_there_is_drawn(boss: User, planned: Place) -> None:
    room = make.place("Офис 312", "room", planned)
    inner = make.place("Принтер", "object", room)
    for number in (str(inner.id), str(planned.id), "999", "x", ""):
        with pytest.raises(Invalid):
            places.draw(boss, planned.id, {number: {"mark": [0.5, 0.5]}})
    with pytest.raises(Invalid):
        places.draw(boss, room.id, {str(inner.id): {"mark": [0.5, 0.5]}})
    with pytest.raises(NotFound):
        places.draw(boss, 999, {})


# --- what a place has from those it stands in ---------------------------------------------------------------------


def test_where_is_the_nearest_plan_with_a_mark(
    boss: User, storage: Any, planned: Place, count_statements: Any
) -> None:
    """S1-20: the plan of what the object stands in; what is not marked itself is shown by what is around it."""
    top = make.place("Технопарк", "territory")
    planned.parent.parent = top
    planned.parent.area = [[0.1, 0.1], [0.3, 0.1], [0.3, 0.5]]
    room = make.place("Офис 312", "room", planned)
    thing = make.place("Принтер", "object", room)
    places.set_plan(boss, storage, top.id, io.BytesIO(picture()), "площадка.png")
    assert queries.where(db.session, top.id) is None
    found = queries.where(db.session, thing.id)
    assert (str(found.plan_place), found.marked_name) == ("Технопарк", "Корпус А")
    assert found.point == pytest.approx((0.2, 0.3))
    places.draw(boss, planned.id, {str(room.id): {"mark": [0.5, 0.25], "area": None}})
    db.session.commit()
    with count_statements(1):
        found = queries.where(db.session, thing.id)
    assert (found.plan_place.id, found.plan_id, found.marked_name) == (
        planned.id,
        planned.plan_id,
        "Офис 312",
    )
    assert (found.width, found.height, found.mark, found.point) == (400, 200, [0.5, 0.25], (0.5, 0.25))
    assert queries.where(db.session, 999) is None


def test_phone_and_minutes_come_from_the_nearest(app: Any) -> None:
    """S1-18, D-9."""
    house = make.place("Корпус А", staff_phone="+73420000121", sos_minutes=4)
    room = make.place("Офис 312", "room", house)
    lab = make.place("Лаборатория", "room", house, staff_phone="+73420000122", sos_minutes=3)
    yard = make.place("Двор", "building")
    assert [queries.staff_phone(db.session, p.id) for p in (room, lab)] == ["+73420000121", "+73420000122"]
    assert [queries.sos_minutes(db.session, p.id) for p in (room, lab, yard)] == [4, 3, 5]
    assert queries.sos_minutes(db.session) == settings.SETTINGS["sos_minutes"].default
    assert queries.staff_phone(db.session, yard.id) == queries.staff_phone(db.session) == ""


# --- the tree -----------------------------------------------------------------------------------------------------


def order_of(parent: Place) -> list[str]:
    rows = db.session.execute(
        select(Place.name).where(Place.parent_id == parent.id).order_by(Place.position, Place.name)
    )
    return [name for (name,) in rows]


def test_a_place_is_dropped_between_others(boss: User, floor: Place) -> None:
    a, b, c = (make.place(name, "room", floor) for name in "АБВ")
    places.move(boss, c.id, was_in=floor.id, into=floor.id, before=a.id)
    assert order_of(floor) == ["В", "А", "Б"]
    places.move(boss, c.id, was_in=floor.id, into=floor.id, before=None)
    assert order_of(floor) == ["А", "Б", "В"]
    places.step(boss, c.id, up=True)
    places.step(boss, a.id, up=True)
    places.step(boss, b.id, up=False)
    assert order_of(floor) == ["А", "В", "Б"]


def test_a_place_is_dropped_into_another(boss: User, planned: Place) -> None:
    """Where it was on the plan of what it stood in says nothing any more."""
    attic = make.place("Чердак", "floor", planned.parent)
    room = make.place("Офис 312", "room", planned, mark=[0.5, 0.5], area=[[0, 0], [1, 0], [1, 1]])
    places.move(boss, room.id, was_in=planned.id, into=attic.id, before=None)
    assert (room.parent_id, room.mark, room.area) == (attic.id, None, None)
    entry = db.session.scalar(select(Entry).where(Entry.kind == "place.moved"))
    assert entry.data["changes"] == {"parent": ["3 этаж", "Чердак"]}


def test_illegal_drops_say_why(boss: User, floor: Place) -> None:
    """A building into its own floor; a floor into a room; a stale tree."""
    house, room = floor.parent, make.place("Офис 312", "room", floor)
    attic = make.place("Чердак", "floor", house)
    make.place("Офис 312", "room", attic)
    stand = dict.fromkeys((house.id, floor.id, room.id))
    for place in (house, floor, room):
        stand[place.id] = (place.parent_id, place.position)
    for place, into in ((house, floor), (floor, room), (house, None), (room, attic)):
        with pytest.raises(Invalid) as refused:
            places.move(boss, place.id, was_in=place.parent_id, into=into and into.id, before=None)
        assert refused.value.text
    with pytest.raises(Stale):
        places.move(boss, room.id, was_in=house.id, into=attic.id, before=None)
    with pytest.raises(Stale):
        places.move(boss, room.id, was_in=floor.id, into=floor.id, before=attic.id)
    with pytest.raises(NotFound):
        places.move(boss, 999, was_in=None, into=floor.id, before=None)
    with pytest.raises(NotFound):
        places.move(boss, room.id, was_in=floor.id, into=999, before=None)
    for place in (house, floor, room):
        db.session.refresh(place)
        assert stand[place.id] == (place.parent_id, place.position)


# --- codes --------------------------------------------------------------------------------------------------------


def test_a_new_code_retires_the_old_one(boss: User, floor: Place) -> None:
    old = floor.code
    assert len(old) == 10
    assert set(old) <= set(CODE_SIGNS)
    places.renew_code(boss, floor.id)
    assert floor.code != old
    assert db.session.get(RetiredCode, old).name == "3 этаж"
    assert (
        db.session.scalar(select(func.count()).select_from(Entry).where(Entry.kind == "place.recoded")) == 1
    )


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("K7M2Q9XH4T", "K7M2Q9XH4T"),
        (" k7m2q 9xh4t ", "K7M2Q9XH4T"),
        ("k7m2q-9xh4t", "K7M2Q9XH4T"),
        # On a Russian keyboard the same letters look the same.
        ("К7М2Q9ХН4Т", "K7M2Q9XH4T"),
        ("ы\0<>", ""),
        ("A" * 500, "A" * 20),
    ],
)
def test_codes_are_read_as_people_type_them(typed: str, code: str) -> None:
    assert queries.normal_code(typed) == code
    assert queries.spaced_code("K7M2Q9XH4T") == "K7M2Q 9XH4T"
