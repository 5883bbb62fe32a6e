"""What a QR code opens: for residents, strangers, and when the place is gone; the scanner; ordering at the place."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.actions import places
from app.extensions import db
from models import FieldKind, Place, RetiredCode, Service, Setting
from tests import factories as make
from views.public.limits import LIMITS

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200"/>'


@pytest.fixture
def house(app: Any) -> Place:
    db.session.add(Setting(name="support_phone", value="+73420000112"))
    return make.place("Корпус А", staff_phone="+73420000121")


@pytest.fixture
def room(app: Any, house: Place) -> Place:
    """Marked on its floor's plan."""
    floor = make.place("3 этаж", "floor", house)
    made = make.place("Офис 312", "room", floor, number="312-Б", seats=12, mark=[0.25, 0.5])
    places.set_plan(make.operator(), app.extensions["storage"], floor.id, io.BytesIO(SVG), "этаж.svg")
    db.session.commit()
    return made


@pytest.fixture
def service(app: Any) -> Service:
    return make.service(
        "Клининг",
        fields=[
            make.field("Здание", FieldKind.PLACE, limits={"place_kind": "building"}),
            make.field("Офис", FieldKind.PLACE, limits={"place_kind": "room"}),
        ],
    )


def page_of(client: Any, place: Place) -> str:
    answer = client.get(f"/p/{place.code}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def test_the_page_says_what_it_is_and_where(
    room: Place, service: Service, sign_in: Any, count_statements: Any
) -> None:
    """S1-19..S1-21, S1-18: the plan of what it stands in with its mark, help without a field, the phone."""
    make.service("Без места")
    make.service("Парковка", fields=[make.field("Где", FieldKind.PLACE, limits={"place_kind": "territory"})])
    client = sign_in(make.resident(locale="en"))
    client.get("/")
    with count_statements(12):
        page = page_of(client, room)
    assert len(page) < 100_000
    assert "Корпус А, 3 этаж" in page
    assert "Room · 312-Б · 12 seats" in " ".join(page.split())
    assert f'/plans/{room.parent.plan_id}"' in page
    assert 'x="25.0%" y="50.0%"' in page
    form = re.search(r'<form[^>]+action="/sos/calls".*?</form>', page, re.DOTALL)[0]
    assert "data-sos-press" in form
    assert f'name="place" value="{room.code}"' in form
    assert "csrf_token" in form
    assert 'href="tel:+73420000121"' in page
    assert re.findall(r'href="(/services/\d+\?place=\d+)"', page) == [
        f"/services/{service.id}?place={room.id}"
    ]


def test_ordering_there_has_the_place_filled_in(room: Place, service: Service, sign_in: Any) -> None:
    """Each question gets the place, or the nearest around it that it asks for."""
    thing = make.place("Принтер", "object", room)
    client = sign_in(make.resident())
    for at in (room, thing):
        page = client.get(f"/services/{service.id}?place={at.id}").text
        assert re.findall(r'<option value="(\d+)" selected', page) == [
            str(room.parent.parent.id),
            str(room.id),
        ]
        assert f'data-filled="{service.fields[0].name} {service.fields[1].name} "' in page
    for odd in ("", "x", "-1", "999", "9" * 30, "%00"):
        answer = client.get(f"/services/{service.id}?place={odd}")
        assert answer.status_code == 200
        assert "selected" not in answer.text


def test_a_hidden_place_has_a_page_but_no_orders(room: Place, service: Service, sign_in: Any) -> None:
    """S1-23: every object has a code; what is for the staff cannot be ordered to."""
    room.parent.shown = False
    page = page_of(sign_in(make.resident()), room)
    assert "/sos/calls" in page
    assert "/services/" not in page


def test_what_has_no_mark_shows_its_own_plan_or_none(room: Place, house: Place, sign_in: Any) -> None:
    client = sign_in(make.resident())
    assert "/plans/" not in page_of(client, house)
    page = page_of(client, room.parent)
    assert f"/plans/{room.parent.plan_id}" in page
    assert "data-plan-here" not in page


@pytest.mark.parametrize("wrap", [str.lower, lambda c: f"{c[:5]}-{c[5:]}", lambda c: f" {c[:5]}%20{c[5:]}"])
def test_a_code_is_forgiven_its_form(room: Place, sign_in: Any, wrap: Any) -> None:
    client = sign_in(make.resident())
    for address in (f"/p/{wrap(room.code)}", f"/p?code={wrap(room.code)}"):
        answer = client.get(address)
        assert answer.location == f"/p/{room.code}", address
    assert client.get(f"/p?code=https://atrium.example/p/{room.code}").location == f"/p/{room.code}"


def test_a_stranger_gets_the_name_the_phone_and_the_way_in(
    room: Place, service: Service, client: Any
) -> None:
    page = page_of(client, room)
    assert "Офис 312" in page
    assert 'href="tel:+73420000121"' in page
    assert f'href="/sign-in?next=/p/{room.code}"' in page
    for secret in ("/plans/", "/services/", "12", "3 этаж"):
        assert secret not in re.sub(
            r"<head>.*?</head>|csrf.*?>|<svg.*?</svg>|code|href=\"[^\"]*\"|\+7[\d -]*|Офис 312|img[^>]*",
            "",
            page,
            flags=re.DOTALL,
        ), secret


@pytest.mark.parametrize("signed", [False, True])
def test_a_place_that_is_gone_still_calls_help(house: Place, client: Any, sign_in: Any, signed: bool) -> None:
    """The QR of a deleted object."""
    db.session.add(RetiredCode(code="K7M2Q9XH4T", name="Кофемат <b>", retired_at=clock.now()))
    reader = sign_in(make.resident(locale="en")) if signed else client
    answer = reader.get("/p/k7m2q9xh4t")
    assert answer.status_code == 410
    assert "Кофемат &lt;b&gt;" in answer.text
    assert 'action="/sos/calls"' in answer.text
    assert 'name="place"' not in answer.text
    assert "tel:+73420000112" in answer.text
    assert ('class="bottombar"' in answer.text) is signed


@pytest.mark.parametrize("path", ["/p/AAAAAAAAAA", "/p/%D1%8B", "/p/%00", "/p/" + "A" * 300])
def test_an_unknown_code_can_be_typed_again(
    app: Flask, house: Place, client: Any, sign_in: Any, path: str
) -> None:
    """S1-5, S1-19: who is signed in stays in the portal, with «SOS», the scanner and help."""
    for reader, inside in ((client, False), (sign_in(make.resident()), True)):
        answer = reader.get(path)
        assert answer.status_code == 404
        assert 'name="code"' in answer.text
        assert "tel:+73420000112" in answer.text
        assert "рядом с QR-кодом" in answer.text
        assert ("data-sos-corner" in answer.text) is inside
        assert ('class="bottombar"' in answer.text) is inside
        assert ("Сканировать ещё раз" in answer.text) is inside
        assert bool(re.search(r'href="/sos"[^>]*>.{0,200}Нужна помощь', answer.text, re.DOTALL)) is inside


@pytest.mark.parametrize("path", ["/p", "/p?code=", "/p?code=%20-"])
def test_an_empty_code_is_asked_for_under_its_field(
    house: Place, client: Any, sign_in: Any, path: str
) -> None:
    """By our words, not by the browser's; who is signed in stays at the scanner."""
    for reader in (client, inside := sign_in(make.resident())):
        answer = reader.get(path)
        assert answer.status_code == 422
        field = answer.text[answer.text.index('id="code"') :]
        assert 'aria-describedby="code-help code-error" aria-invalid="true"' in field
        assert field.index("Введите код с наклейки") < field.index("</form>")
    assert "data-scan-camera" in inside.get(path).text
    for address in ("/scan", path):
        page = inside.get(address).text
        assert re.search(r"<form[^>]+novalidate[^>]+data-code-form", page)
    assert "code-error" not in inside.get("/scan").text


def test_strangers_cannot_guess_for_long(app: Flask, room: Place, client: Any, monkeypatch: Any) -> None:
    """A sticker that is there answers however often it is scanned."""
    from limits.storage import MemoryStorage
    from limits.strategies import FixedWindowRateLimiter

    monkeypatch.setitem(app.extensions, "attempts", FixedWindowRateLimiter(MemoryStorage()))
    most = int(LIMITS["code"][2].partition("/")[0])
    answers = [client.get("/p/AAAAAAAAAA").status_code for _ in range(most + 1)]
    assert answers == [404] * most + [429]
    assert client.get(f"/p/{room.code}").status_code == 200


def test_the_plan_is_harmless_by_itself(room: Place, sign_in: Any, client: Any) -> None:
    """Opened directly, a drawing neither runs nor loads anything; a stranger does not get it."""
    address = f"/plans/{room.parent.plan_id}"
    answer = sign_in(make.resident()).get(address)
    assert answer.mimetype == "image/svg+xml"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(address, headers={"Accept": "text/html"}).status_code == 302


def test_the_scanner_is_in_the_bar_of_the_phone(sign_in: Any) -> None:
    """S1-19, D-19: five at most, notices behind the bell; a wide screen does not offer it."""
    page = sign_in(make.resident()).get("/scan").text
    bar = re.search(r'<nav class="bottombar".*?</nav>', page, re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)"', re.sub(r"<use[^>]*>", "", bar)) == [
        "/",
        "/orders",
        "/scan",
        "/profile",
    ]
    side = re.search(r'<ul class="sidenav".*?</ul>', page, re.DOTALL)[0]
    assert "/scan" not in side
    assert "/notices" in side
    assert 'name="code"' in page
