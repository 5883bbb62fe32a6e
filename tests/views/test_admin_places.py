"""Places in the administration: the tree, and where a place may stand."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from models import Place, User
from tests import factories as make
from tests.shared import session_cookie
from views.admin import places


@pytest.fixture
def boss(app: Flask) -> User:
    return make.operator(locale="en")


@pytest.fixture
def admin(boss: User, sign_in: Any) -> FlaskClient:
    return sign_in(boss)


@pytest.fixture
def tree(app: Flask) -> dict[str, Place]:
    top = make.place("Технопарк", "territory")
    house = make.place("Корпус А", "building", top)
    floor = make.place("3 этаж", "floor", house, number="3")
    room = make.place("Офис 312", "room", floor, number="312", shown=False)
    return {"top": top, "house": house, "floor": floor, "room": room}


def edit(client: FlaskClient, place: Place, **changes: Any) -> Any:
    sent = {"name": place.name, "kind": place.kind, "parent": place.parent_id or "", "shown": "yes"} | changes
    return client.post(f"/admin/places/edit/{place.id}", data=sent)


def test_the_tree_is_indented(admin: FlaskClient, tree: dict[str, Place]) -> None:
    page = admin.get("/admin/places/list/").text
    depths = re.findall(r'tree__line--(\d)".*?class="tree__name"[^>]*>([^<]+)<', page, re.DOTALL)
    assert depths == [("0", "Технопарк"), ("1", "Корпус А"), ("2", "3 этаж"), ("3", "Офис 312")]
    assert page.count("Staff only") == 1


def test_a_great_tree_opens_branch_by_branch(
    admin: FlaskClient, tree: dict[str, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_MOST", 3)
    page = admin.get("/admin/places/list/").text
    assert "Офис 312" not in page
    assert "1 inside" in page
    branch = admin.get(f"/admin/places/list/?at={tree['floor'].id}").text
    assert "Офис 312" in branch
    assert re.search(r'aria-current="page">3 этаж<', branch)
    for odd in ("at=abc", "at=999999", "at=-1", "at=99999999999999999999"):
        assert admin.get(f"/admin/places/list/?{odd}").status_code == 200


def test_search_finds_by_the_whole_path(admin: FlaskClient, tree: dict[str, Place]) -> None:
    page = admin.get("/admin/places/list/", query_string={"q": "корпус а 312"}).text
    assert "Корпус А, 3 этаж, Офис 312" in page
    assert "Nothing found" in admin.get("/admin/places/list/?q=%25").text


def test_an_empty_tree_says_where_to_begin(admin: FlaskClient) -> None:
    assert "Begin with the territory" in admin.get("/admin/places/list/").text


def test_a_place_is_added_into_another(admin: FlaskClient, tree: dict[str, Place]) -> None:
    form = admin.get(f"/admin/places/add?parent={tree['floor'].id}").text
    assert f'<option value="{tree["floor"].id}" selected>Корпус А, 3 этаж</option>' in form
    sent = {"name": "Офис 314", "number": "314", "kind": "room", "parent": tree["floor"].id, "shown": "yes"}
    assert admin.post("/admin/places/add", data=sent).status_code == 303
    made = db.session.query(Place).filter_by(number="314").one()
    assert (made.parent_id, made.shown, made.position, made.timezone) == (tree["floor"].id, True, 1, None)


def test_no_circles(admin: FlaskClient, tree: dict[str, Place]) -> None:
    for into in ["house", "floor", "room"]:
        answer = edit(admin, tree["house"], parent=tree[into].id)
        assert answer.status_code == 422
        assert "cannot stand in itself or in what it contains" in answer.text
        assert tree["house"].parent_id == tree["top"].id


def test_a_place_stands_in_something_greater(admin: FlaskClient, tree: dict[str, Place]) -> None:
    other = make.place("Офис 1", "room", tree["floor"])
    for changes, said in (
        ({"parent": other.id}, "“Room” cannot stand in “Room”."),
        ({"parent": ""}, "Only a territory stands by itself."),
        ({"kind": "building"}, "“Building” cannot stand in “Floor”."),
    ):
        answer = edit(admin, tree["room"], **changes)
        assert answer.status_code == 422
        assert said in answer.text
    answer = edit(admin, tree["house"], kind="room")
    assert "“Floor” cannot stand in “Room”." in answer.text
    thing = make.place("Стойка", "object", other)
    assert edit(admin, make.place("Сервер", "object", other), parent=thing.id).status_code == 303


def test_two_places_of_one_name_do_not_stand_beside_each_other(
    admin: FlaskClient, tree: dict[str, Place]
) -> None:
    """In another place the name is free; the own name is no other's."""
    room = tree["room"]
    other = make.place("Офис 1", "room", tree["floor"])
    answer = edit(admin, other, name=room.name.upper())
    assert answer.status_code == 422
    assert "There is a place with this name beside it already." in answer.text
    assert edit(admin, room, number="7").status_code == 303
    attic = make.place("Чердак", "floor", tree["house"])
    assert edit(admin, other, name=room.name, parent=attic.id).status_code == 303


def test_two_moves_at_once_close_no_circle(app: Flask, boss: User, tree: dict[str, Place]) -> None:
    """A into B and B into A, each of which would be right alone."""
    rack = make.place("Шкаф", "object", tree["room"])
    shelf = make.place("Полка", "object", tree["room"])
    pairs = [(rack.id, rack.name, shelf.id), (shelf.id, shelf.name, rack.id)]
    db.session.commit()
    barrier = threading.Barrier(2, timeout=20)
    answers: list[int] = []

    def move(number: int, name: str, into: int) -> None:
        client = FlaskClient(app, app.response_class)
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], session_cookie(app, boss))
        barrier.wait()
        sent = {"name": name, "kind": "object", "parent": into, "shown": "yes"}
        answers.append(client.post(f"/admin/places/edit/{number}", data=sent).status_code)

    threads = [threading.Thread(target=move, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422]


def test_the_zone_is_one_of_the_list(admin: FlaskClient, tree: dict[str, Place]) -> None:
    assert edit(admin, tree["top"], timezone="Mars/Olympus").status_code == 422
    assert edit(admin, tree["top"], timezone="Asia/Omsk").status_code == 303
    assert tree["top"].timezone == "Asia/Omsk"
    tree["top"].timezone = "America/Lima"
    assert 'selected value="America/Lima"' in admin.get(f"/admin/places/edit/{tree['top'].id}").text
    assert edit(admin, tree["top"], timezone="America/Lima").status_code == 303
