"""Places in the administration: the form's new values, the drag of the tree, the plan's page, codes and stickers."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.actions import duty, places
from app.extensions import db
from app.permissions import GUARD
from app.queries import places as queries
from models import Entry, Place, RetiredCode, StoredFile, User
from tests import factories as make
from views.admin import stickers

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200"><script>alert(1)</script></svg>'
JSON = {"Accept": "application/json"}


@pytest.fixture
def boss(app: Flask) -> User:
    return make.operator(locale="en")


@pytest.fixture
def admin(boss: User, sign_in: Any) -> FlaskClient:
    return sign_in(boss)


@pytest.fixture
def floor(app: Flask) -> Place:
    return make.place("3 этаж", "floor", make.place("Корпус А", parent=make.place("Технопарк", "territory")))


@pytest.fixture
def room(floor: Place) -> Place:
    return make.place("Офис 312", "room", floor)


def edit(client: FlaskClient, place: Place, **changes: Any) -> Any:
    sent = {"name": place.name, "kind": place.kind, "parent": place.parent_id or "", "shown": "yes"} | changes
    return client.post(f"/admin/places/edit/{place.id}", data=sent)


# --- the form -----------------------------------------------------------------------------------------------------


def test_phone_minutes_and_seats_are_kept(admin: FlaskClient, room: Place) -> None:
    """I-15, S1-18, D-9: the phone is made uniform; what is empty is as around."""
    assert edit(admin, room, staff_phone="8 (342) 000-01-21", sos_minutes="3", seats="12").status_code == 303
    assert (room.staff_phone, room.sos_minutes, room.seats) == ("+73420000121", 3, 12)
    assert "+7 342 000-01-21" in admin.get(f"/admin/places/edit/{room.id}").text
    assert edit(admin, room, staff_phone="", sos_minutes="", seats="").status_code == 303
    assert (room.staff_phone, room.sos_minutes, room.seats) == ("", None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("staff_phone", "звоните"),
        ("staff_phone", "7"),
        ("sos_minutes", "0"),
        ("sos_minutes", "61"),
        ("sos_minutes", "3,5"),
        ("seats", "-1"),
        ("seats", "9999999999999"),
    ],
)
def test_wrong_values_are_refused(admin: FlaskClient, room: Place, field: str, value: str) -> None:
    answer = edit(admin, room, **{field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert (room.staff_phone, room.sos_minutes, room.seats) == ("", None, None)


def test_a_place_that_moves_loses_its_mark(admin: FlaskClient, floor: Place, room: Place) -> None:
    attic = make.place("Чердак", "floor", floor.parent)
    make.place("Склад", "room", attic, position=7)
    room.mark = [0.5, 0.5]
    assert edit(admin, room, number="312").status_code == 303
    assert room.mark == [0.5, 0.5]
    assert edit(admin, room, parent=attic.id).status_code == 303
    assert (room.mark, room.position) == (None, 8)


def test_deleting_a_place_retires_its_code_and_its_plan(
    app: Flask, admin: FlaskClient, boss: User, room: Place
) -> None:
    storage, code = app.extensions["storage"], room.code
    plan = places.set_plan(boss, storage, room.id, io.BytesIO(SVG), "план.svg").plan_id
    page = admin.get(f"/admin/places/delete/{room.id}").text
    assert "told that the place is gone" in page
    assert admin.post(f"/admin/places/delete/{room.id}").status_code == 303
    assert db.session.get(RetiredCode, code).name == "Офис 312"
    assert db.session.get(StoredFile, plan) is None
    assert not storage.path(plan).exists()
    assert admin.get(f"/p/{code}").status_code == 410


def test_a_place_with_duty_is_not_deleted(admin: FlaskClient, boss: User, room: Place) -> None:
    """S1-13: nobody stops being on duty because a place was put in order."""
    guard = make.user("Николай", "Багров", roles=(GUARD,))
    shifts = duty.add(boss, guard.id, room.id, weekdays=(0, 1), starts="08:00", ends="20:00")
    page = admin.get(f"/admin/places/delete/{room.id}").text
    assert "2 shifts of duty are here: take them out of the week first." in page
    assert admin.post(f"/admin/places/delete/{room.id}").status_code == 422
    assert db.session.get(Place, room.id) is not None
    for shift in shifts:
        duty.remove(boss, shift.id)
    assert admin.post(f"/admin/places/delete/{room.id}").status_code == 303


# --- the tree -----------------------------------------------------------------------------------------------------


def test_a_drop_is_answered_in_words(admin: FlaskClient, floor: Place, room: Place) -> None:
    """An illegal drop says why and changes nothing; somebody else's stale tree too."""
    house, url = floor.parent, "/admin/places/move/{}"
    for place, sent, status, said in (
        (house, {"was_in": house.parent_id, "into": floor.id}, 422, "in itself or in what it contains"),
        (floor, {"was_in": house.id, "into": room.id}, 422, "cannot stand in"),
        (room, {"was_in": house.id, "into": floor.id}, 409, "somebody else"),
        (room, {"was_in": floor.id, "into": floor.id, "before": house.id}, 409, "somebody else"),
        (room, {"was_in": floor.id, "into": "x"}, 422, "no such place"),
        (room, {"was_in": floor.id, "into": "9" * 30}, 422, "no such place"),
    ):
        answer = admin.post(url.format(place.id), data=sent, headers=JSON)
        assert (answer.status_code, said in answer.json["text"]) == (status, True), answer.json
    assert (house.parent.kind, floor.parent_id, room.parent_id) == ("territory", house.id, floor.id)
    other = make.place("Офис 1", "room", floor)
    sent = {"was_in": floor.id, "into": floor.id, "before": room.id}
    assert admin.post(url.format(other.id), data=sent, headers=JSON).json == {"text": "Moved."}
    assert other.position < room.position


def test_without_a_script_buttons_move_a_line(admin: FlaskClient, floor: Place, room: Place) -> None:
    other = make.place("Офис 1", "room", floor)
    page = admin.get(f"/admin/places/edit/{room.id}").text
    assert "/admin/places/act/down" in page
    assert admin.post("/admin/places/act/up", data={"row": room.id, "on": "row"}).status_code == 303
    assert room.position < other.position
    assert admin.post("/admin/places/act/down", data={"row": room.id, "on": "row"}).status_code == 303
    assert other.position < room.position


def test_whoever_edits_a_place_that_was_moved_is_told(admin: FlaskClient, boss: User, floor: Place) -> None:
    attic = make.place("Чердак", "floor", floor.parent)
    room = make.place("Офис 1", "room", floor)
    form = admin.get(f"/admin/places/edit/{room.id}").text
    known = re.search(r'name="edited" value="(\d+)"', form)[1]
    places.move(boss, room.id, was_in=floor.id, into=attic.id, before=None)
    answer = edit(admin, room, edited=known, parent=floor.id)
    assert answer.status_code == 422
    assert "Stands in: 3 этаж → Чердак" in answer.text


# --- the plan -----------------------------------------------------------------------------------------------------


def upload(client: FlaskClient, place: Place, data: bytes, name: str) -> Any:
    return client.post(f"/admin/places/plan/{place.id}", data={"plan": (io.BytesIO(data), name)})


def test_a_plan_is_uploaded_drawn_on_and_removed(
    app: Flask, admin: FlaskClient, floor: Place, room: Place
) -> None:
    """I-15, I-27."""
    assert "Upload a plan" in admin.get(f"/admin/places/plan/{floor.id}").text
    assert upload(admin, floor, SVG, "план.svg").status_code == 303
    assert b"script" not in app.extensions["storage"].path(floor.plan_id).read_bytes()
    page = admin.get(f"/admin/places/plan/{floor.id}").text
    assert f"/plans/{floor.plan_id}" in page
    assert f'data-child="{room.id}"' in page
    drawn = {str(room.id): {"mark": [0.25, 0.5], "area": [[0, 0], [1, 0], [1, 1]]}}
    answer = admin.post(f"/admin/places/plan/{floor.id}/draw", data={"drawn": json.dumps(drawn)})
    assert answer.status_code == 303
    assert room.mark == [0.25, 0.5]
    assert "data-mark='[0.25, 0.5]'" in admin.get(f"/admin/places/plan/{floor.id}").text
    said = admin.get(f"/admin/journal/?subject=place:{floor.id}").text
    assert "Plan uploaded" in said
    assert "Офис 312" in said
    assert admin.post(f"/admin/places/plan/{floor.id}/remove").status_code == 303
    assert floor.plan_id is None


@pytest.mark.parametrize(
    ("data", "name", "status", "said"),
    [
        (b"<svg", "план.svg", 422, "is not a drawing"),
        (b"GIF89a", "план.png", 422, "not what its name says"),
        (SVG, "план.html", 422, "A plan is an SVG drawing"),
        (b"", "", 422, "Please choose a file"),
    ],
)
def test_a_wrong_file_is_said_at_its_field(
    admin: FlaskClient, floor: Place, data: bytes, name: str, status: int, said: str
) -> None:
    answer = upload(admin, floor, data, name)
    assert answer.status_code == status
    assert said in answer.text
    assert floor.plan_id is None


@pytest.mark.parametrize(
    "drawn", ["", "x", "[]", "1", '{"1": {"mark": [NaN, 0]}}', "[" * 100_000, '{"99": {"mark": [0, 0]}}']
)
def test_a_broken_drawing_changes_nothing(admin: FlaskClient, floor: Place, room: Place, drawn: str) -> None:
    upload(admin, floor, SVG, "план.svg")
    answer = admin.post(f"/admin/places/plan/{floor.id}/draw", data={"drawn": drawn})
    assert answer.status_code == 422
    assert room.mark is None


# --- codes --------------------------------------------------------------------------------------------------------


def test_a_code_is_seen_kept_and_printed(app: Flask, admin: FlaskClient, room: Place) -> None:
    """S1-23, I-15."""
    page = admin.get(f"/admin/places/edit/{room.id}").text
    assert f"{room.code[:5]} {room.code[5:]}" in page
    picture = admin.get(f"/admin/places/code/{room.id}.svg?save=1")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Content-Disposition"].startswith("attachment")
    document = admin.get(f"/admin/places/code/{room.id}.pdf")
    assert document.mimetype == "application/pdf"
    assert document.data.startswith(b"%PDF")
    assert stickers.address(room.code) == f"{app.config['ATRIUM'].base_url}/p/{room.code}"


def test_a_new_code_is_asked_about_first(admin: FlaskClient, room: Place) -> None:
    old = room.code
    page = admin.post("/admin/places/act/new_code", data={"row": room.id, "on": "row"})
    assert "stops working" in page.text
    assert room.code == old
    admin.post("/admin/places/act/new_code", data={"row": room.id, "on": "row", "sure": "yes"})
    assert room.code != old
    assert admin.get(f"/p/{old}").status_code == 410


def test_a_sheet_holds_a_branch(admin: FlaskClient, floor: Place, room: Place, monkeypatch: Any) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(
        stickers.stickers, "pdf", lambda rows, *_a, **_k: seen.append([r.name for r in rows]) or b"%PDF"
    )
    make.place("Принтер", "object", room)
    make.place("Корпус Б", parent=floor.parent.parent)
    for query in (f"at={floor.id}&kind=floor&kind=object&per=8", "kind=building&per=24"):
        assert admin.get(f"/admin/places/stickers.pdf?{query}").status_code == 200
    assert seen == [["3 этаж", "Принтер"], ["Корпус А", "Корпус Б"]]
    monkeypatch.setattr(stickers, "MOST", 1)
    for query, said in (
        ("kind=building&per=24", "at most 1 are printed"),
        ("per=24", "no place of these kinds"),
        ("kind=building&per=7", "how many stickers"),
        ("kind=building&per=x", "how many stickers"),
    ):
        answer = admin.get(f"/admin/places/stickers.pdf?{query}")
        assert answer.status_code == 422
        assert said in answer.text
    assert len(seen) == 2


def test_a_great_tree_is_chosen_from_quickly(
    admin: FlaskClient, floor: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each place is looked at a few times, not once for each other place."""
    db.session.add_all(Place(name=f"Офис {n}", kind="room", parent_id=floor.id) for n in range(600))
    db.session.commit()
    compared = 0

    def compare(self: queries.Node, other: object) -> bool:
        nonlocal compared
        compared += 1
        return isinstance(other, queries.Node) and self.id == other.id

    monkeypatch.setattr(queries.Node, "__eq__", compare)
    answer = admin.get(f"/admin/places/stickers.pdf?at={floor.id}&kind=room&per=24")
    assert answer.status_code == 422
    assert "These are 600 stickers" in answer.text
    assert compared < 600


def test_every_act_is_in_the_journal(admin: FlaskClient, floor: Place, room: Place) -> None:
    admin.post("/admin/places/act/new_code", data={"row": room.id, "sure": "yes"})
    make.place("Офис 1", "room", floor)
    admin.post("/admin/places/act/up", data={"row": room.id})
    upload(admin, floor, SVG, "план.svg")
    kinds = db.session.scalars(select(Entry.kind).order_by(Entry.id)).all()
    assert kinds == ["place.recoded", "place.moved", "plan.set"]
    assert admin.get("/admin/journal/?kind=reference").text.count("<tr") >= 3
