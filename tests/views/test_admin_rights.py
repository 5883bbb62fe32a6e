"""Rights: every role of the table × every page of the administration, reading and writing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from app.actions import roles
from app.permissions import ROLES, P
from tests import factories as make
from views.admin import menu
from views.admin.choices import SOURCES

#: Page → (right to read it, right to change it). {row} is an existing row of the page's table.
PAGES: dict[str, tuple[P, P | None]] = {
    "people": (P.PEOPLE_READ, P.PEOPLE_WRITE),
    "companies": (P.PEOPLE_READ, P.PEOPLE_WRITE),
    "memberships": (P.PEOPLE_READ, P.PEOPLE_WRITE),
    "teams": (P.PEOPLE_READ, P.PEOPLE_WRITE),
    "roles": (P.ROLES_READ, P.ROLES_WRITE),
    "places": (P.PLACES_READ, P.PLACES_WRITE),
    "categories": (P.CATALOGUE_READ, P.CATALOGUE_WRITE),
    "services": (P.CATALOGUE_READ, P.CATALOGUE_WRITE),
}


def rows() -> dict[str, int]:
    """One row of each table."""
    person = make.resident()
    company = make.company(members=(person,))
    service = make.service()
    return {
        "people": person.id,
        "companies": company.id,
        "memberships": company.members[0].id,
        "teams": make.team().id,
        "roles": person.roles[0].id,
        "places": make.place("Технопарк", "territory").id,
        "categories": service.category.id,
        "services": service.id,
    }


def expect(client: FlaskClient, method: str, path: str, allowed: bool, *good: int) -> None:
    status = client.open(path, method=method).status_code
    assert status in good if allowed else status == 403, (method, path, status)


@pytest.mark.parametrize("name", [*ROLES])
def test_each_role_opens_exactly_its_pages(name: str, sign_in: Any) -> None:
    row = rows()
    client, held = sign_in(make.user(roles=(name,))), ROLES[name]
    enters = P.ADMIN in held
    expect(client, "GET", "/admin/", enters, 200)
    for page, (reads, writes) in PAGES.items():
        may_read, may_write = enters and reads in held, enters and writes in held
        expect(client, "GET", f"/admin/{page}/list/", may_read, 200)
        expect(client, "GET", f"/admin/{page}/show/{row[page]}", may_read, 200)
        expect(client, "GET", f"/admin/{page}/add", may_write, 200)
        expect(client, "GET", f"/admin/{page}/edit/{row[page]}", may_write, 200)
        expect(client, "POST", f"/admin/{page}/add", may_write, 422)
        expect(client, "POST", f"/admin/{page}/act/nothing", may_write, 404)
        if page != "people":
            expect(client, "GET", f"/admin/{page}/delete/{row[page]}", may_write, 200)
    reads_catalogue = enters and P.CATALOGUE_READ in held
    expect(client, "GET", f"/admin/services/{row['services']}/form", reads_catalogue, 200)
    writes_catalogue = enters and P.CATALOGUE_WRITE in held
    expect(client, "POST", f"/admin/services/{row['services']}/form", writes_catalogue, 409)
    expect(client, "GET", "/admin/journal/", enters and P.JOURNAL_READ in held, 200)
    expect(client, "GET", "/admin/settings/", enters and P.SETTINGS_READ in held, 200)
    expect(client, "POST", "/admin/settings/", enters and P.SETTINGS_WRITE in held, 422)
    for what, source in SOURCES.items():
        expect(client, "GET", f"/admin/choices/{what}?q=", enters and bool(held & {*source.rights}), 200)


def test_a_page_needs_the_right_to_the_administration_too(sign_in: Any) -> None:
    held = (P.ORDERS_PLACE, P.PEOPLE_READ, P.PEOPLE_WRITE)
    role = roles.save(make.operator(), None, "Кадры без двери", held)
    client = sign_in(make.user(roles=(role.name,)))
    assert client.get("/admin/people/list/").status_code == 403


def test_readers_see_no_buttons_that_write(sign_in: Any) -> None:
    """A dispatcher reads people and the catalogue."""
    row = rows()
    client = sign_in(make.dispatcher(locale="en"))
    for page in ("people", "companies", "categories", "services"):
        text = client.get(f"/admin/{page}/list/").text
        assert "/add" not in text
        assert "/edit/" not in text
        assert f"/admin/{page}/show/{row[page]}" in text
        shown = client.get(f"/admin/{page}/show/{row[page]}").text
        assert "/delete/" not in shown
        assert "/act/" not in shown
    builder = client.get(f"/admin/services/{row['services']}/form").text
    assert "Save the form" not in builder


def test_the_menu_and_the_first_page_show_what_may_be_opened(sign_in: Any) -> None:
    text = sign_in(make.dispatcher(locale="en")).get("/admin/").text
    assert "/admin/people/list/" in text
    assert "/admin/journal/" in text
    assert "/admin/roles/list/" not in text
    assert "/admin/settings/" not in text


def test_a_role_with_the_door_alone(sign_in: Any) -> None:
    role = roles.save(make.operator(), None, "Только дверь", [P.ADMIN])
    text = sign_in(make.user(roles=(role.name,), locale="en")).get("/admin/").text
    assert "Nothing to keep in order" in text


def test_every_page_of_the_menu_exists_and_says_what_it_is_for(app: Flask, sign_in: Any) -> None:
    client = sign_in(make.operator(locale="en"))
    endpoints = {rule.endpoint: str(rule) for rule in app.url_map.iter_rules()}
    for item in menu.ITEMS.values():
        page = client.get(endpoints[item.endpoint])
        assert page.status_code == 200
        with force_locale("en"):
            assert str(item.purpose) in page.text


def test_choices_are_twenty_and_of_the_asked_kind(sign_in: Any) -> None:
    client = sign_in(make.operator())
    for number in range(30):
        make.executor("Иван", f"Петров{number:02}")
    make.resident("Пётр", "Петровский")
    blocked = make.executor("Игорь", "Петровых", active=False)

    def found(what: str, words: str) -> list[dict[str, Any]]:
        return client.get(f"/admin/choices/{what}", query_string={"q": words}).get_json()["items"]

    assert len(found("executors", "петров")) == 20
    assert [item["label"] for item in found("executors", "ПЕТРОВ07")] == ["Иван Петров07"]
    assert found("executors", "петровский") == []
    assert [item["label"] for item in found("people", "петровский")] == ["Пётр Петровский"]
    assert blocked.id not in {item["id"] for item in found("people", "петровых")}
    assert found("people", "%") == []
    assert found("people", "'; drop table ab_user; --") == []
    assert client.get("/admin/choices/passwords").status_code == 404


def test_places_are_found_by_their_path(sign_in: Any) -> None:
    client = sign_in(make.operator())
    top = make.place("Технопарк", "territory")
    house = make.place("Корпус А", "building", top)
    floor = make.place("3 этаж", "floor", house)
    make.place("Офис 312", "room", floor)
    make.place("Офис 312", "room", make.place("3 этаж", "floor", make.place("Корпус Б", "building", top)))
    items = client.get("/admin/choices/places", query_string={"q": "корпус а 312"}).get_json()["items"]
    assert [item["label"] for item in items] == ["Корпус А, 3 этаж, Офис 312"]
