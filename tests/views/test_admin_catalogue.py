"""Categories and services in the administration."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role
from PIL import Image
from sqlalchemy import select

from app.extensions import db
from app.permissions import TENANT_ADMIN
from models import Category, Entry, Service, StoredFile
from tests import factories as make


@pytest.fixture
def admin(app: Flask, sign_in: Any) -> FlaskClient:
    return sign_in(make.operator(locale="en"))


def picture(kind: str = "PNG") -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(data, kind)
    data.seek(0)
    return data, f"photo.{kind.lower()}"


def sent(service: Service | None = None, **changes: Any) -> dict[str, Any]:
    """The service's form as the page has it."""
    if service is None:
        return {"name": "Уборка", "kind": "simple", "icon": "sparkles", "active": "yes"} | changes
    values = {
        "name": service.name,
        "category_id": service.category_id,
        "kind": service.kind,
        "extras": [row.extra_id for row in service.extras],
        "roles": [role.id for role in service.roles],
        "executor": service.executor_id or "",
        "team": service.team_id or "",
        "active": "yes" if service.active else "",
    }
    return values | changes


def test_a_service_with_everything(admin: FlaskClient, sign_in: Any) -> None:
    category, hand = make.category("Уборка"), make.executor()
    team, place = make.team(hand), make.place("Технопарк", "territory")
    first, second = make.service("Мойка окон"), make.service("Вывоз мусора")
    tenant = db.session.scalars(select(Role).where(Role.name == TENANT_ADMIN)).one()
    values = sent(
        category_id=category.id,
        summary="Разовая уборка",
        description="Приходим со своим инвентарём.\nВ будни.",
        art="cleaning",
        place=place.id,
        roles=[tenant.id],
        executor=hand.id,
        team=team.id,
        completion_hours="48",
        first_message="Здравствуйте",
        extras_title="Рекомендуем",
        extras=[second.id, first.id],
        position="5",
        picture_id=picture(),
    )
    answer = admin.post("/admin/services/add", data=values)
    assert answer.status_code == 303
    made = db.session.scalars(select(Service).where(Service.name == "Уборка")).one()
    assert answer.location == f"/admin/services/{made.id}/form"
    assert (made.category_id, made.executor_id, made.team_id, made.place_id) == (
        category.id,
        hand.id,
        team.id,
        place.id,
    )
    assert (made.completion_hours, made.position, made.active, made.art) == (48, 5, True, "cleaning")
    assert [row.extra.name for row in made.extras] == ["Вывоз мусора", "Мойка окон"]
    assert [role.name for role in made.roles] == [TENANT_ADMIN]
    file = db.session.get(StoredFile, made.picture_id)
    assert file
    assert file.subject == f"service:{made.id}"
    assert sign_in(make.resident()).get(f"/services/{made.id}").status_code == 404
    tenant_page = sign_in(make.user(roles=("Resident", TENANT_ADMIN))).get(f"/services/{made.id}")
    assert "Приходим со своим инвентарём." in tenant_page.text


def test_the_form_shows_what_is_stored(admin: FlaskClient) -> None:
    other = make.service("Мойка окон")
    service = make.service("Уборка", executor=make.executor(), first_message="Здравствуйте")
    admin.post(f"/admin/services/edit/{service.id}", data=sent(service, extras=[other.id]))
    page = admin.get(f"/admin/services/edit/{service.id}").text
    for text in ("Уборка", "Иван Петров", f'<option value="{other.id}" selected>Мойка окон</option>'):
        assert text in page
    assert re.search(rf'<option selected value="{service.category_id}">', page)


def test_one_name_stands_for_one_service_of_a_category(admin: FlaskClient) -> None:
    service = make.service("Уборка")
    other = make.service("Мойка окон", category=service.category)
    answer = admin.post(f"/admin/services/edit/{other.id}", data=sent(other, name="уборка"))
    assert answer.status_code == 422
    assert "There is a service with this name in the category already." in answer.text
    # A hidden one, kept for its orders, takes nobody's name.
    answer = admin.post(f"/admin/services/edit/{other.id}", data=sent(other, name="Уборка", active=""))
    assert answer.status_code == 303


def test_additional_services_are_put_in_order_and_taken_away(admin: FlaskClient) -> None:
    service = make.service()
    extras = [make.service(name) for name in ("Раз", "Два", "Три")]
    ids = [extra.id for extra in extras]
    for wanted in (ids, ids[::-1], ids[1:2], []):
        answer = admin.post(f"/admin/services/edit/{service.id}", data=sent(service, extras=wanted))
        assert answer.status_code == 303
        db.session.expire_all()
        assert [row.extra_id for row in service.extras] == wanted


def test_bad_values_of_a_service(admin: FlaskClient) -> None:
    service = make.service("Уборка")
    for changes, said in [
        ({"name": ""}, "Please fill this in."),
        ({"name": "x" * 201}, "At most 200 characters."),
        ({"category_id": "999"}, "Please choose from the list."),
        ({"category_id": ""}, "Please choose from the list."),
        ({"kind": "booking"}, "Please choose from the list."),
        ({"kind": "'; --"}, "Please choose from the list."),
        ({"completion_hours": "0"}, "From 1 to 1440."),
        ({"completion_hours": "soon"}, "Please enter a whole number."),
        ({"first_message": "x" * 1001}, "At most 1000 characters."),
        ({"executor": "999999"}, "Please choose from the list."),
        ({"icon": "nonsense"}, "Please choose from the list."),
        ({"art": "nonsense"}, "Please choose from the list."),
        ({"roles": "999"}, "Please choose from the list."),
        ({"position": "1e9"}, "Please enter a whole number."),
    ]:
        answer = admin.post(
            f"/admin/services/edit/{service.id}", data=sent(service, summary="Осталось") | changes
        )
        assert answer.status_code == 422, changes
        assert said in answer.text, changes
        assert "Осталось" in answer.text
        assert (service.name, service.summary, service.kind) == ("Уборка", "", "simple")


def test_rules_between_rows(admin: FlaskClient) -> None:
    service = make.service("Уборка")
    idle = make.resident()
    answer = admin.post(f"/admin/services/edit/{service.id}", data=sent(service, executor=idle.id))
    assert "This person may not carry out orders." in answer.text
    answer = admin.post(f"/admin/services/edit/{service.id}", data=sent(service, extras=[service.id]))
    assert "A service cannot be additional to itself." in answer.text
    assert service.executor_id is None
    answer = admin.post("/admin/teams/add", data={"name": "Бригада", "members": idle.id})
    assert "Without the right to carry out orders" in answer.text


def test_only_pictures_are_pictures(admin: FlaskClient) -> None:
    service = make.service("Уборка")
    for content, name, said in (
        (b"%PDF-1.7 a letter", "photo.png", "is not what its name says"),
        (b"\x89PNG\r\n\x1a\n broken", "photo.png", "is not a picture that can be read"),
        (b"just text", "photo.txt", "Please choose a picture."),
        (b"", "photo.png", "is empty"),
        (b"MZ program", "setup.exe", "cannot be sent"),
    ):
        values = sent(service, summary="Осталось", picture_id=(io.BytesIO(content), name))
        answer = admin.post(f"/admin/services/edit/{service.id}", data=values)
        assert answer.status_code == 422, name
        assert said in answer.text
        assert "Осталось" in answer.text
        assert (service.picture_id, service.summary) == (None, "")


def test_a_picture_beside_a_mistake_is_asked_for_again(admin: FlaskClient) -> None:
    service = make.service("Уборка")
    values = sent(service, name="", picture_id=picture())
    answer = admin.post(f"/admin/services/edit/{service.id}", data=values)
    assert answer.status_code == 422
    assert 'id="picture_id-error"' in answer.text
    assert "Please attach the file again." in answer.text


def test_a_picture_is_replaced_and_removed(admin: FlaskClient, app: Flask) -> None:
    service = make.service("Уборка")
    storage = app.extensions["storage"]
    admin.post(f"/admin/services/edit/{service.id}", data=sent(service, picture_id=picture()))
    first = service.picture_id
    assert first
    assert storage.path(first).exists()
    admin.post(f"/admin/services/edit/{service.id}", data=sent(service, picture_id=picture("JPEG")))
    assert service.picture_id not in (None, first)
    assert not storage.path(first).exists()
    admin.post(f"/admin/services/edit/{service.id}", data=sent(service) | {"picture_id-remove": "yes"})
    assert service.picture_id is None
    assert db.session.scalars(select(StoredFile)).all() == []
    changes = [line.data["changes"] for line in db.session.scalars(select(Entry).order_by(Entry.id))]
    assert [change["picture_id"] for change in changes] == [[False, True], [True, True], [True, False]]


def test_hiding_several_at_once(admin: FlaskClient) -> None:
    pair = [make.service("Раз"), make.service("Два")]
    ids = [service.id for service in pair]
    admin.post("/admin/services/act/hide", data={"row": ids, "sure": "yes"})
    assert [service.active for service in pair] == [False, False]
    admin.post("/admin/services/act/show", data={"row": ids[:1]})
    assert [service.active for service in pair] == [True, False]
    assert len(db.session.scalars(select(Entry).where(Entry.kind == "reference.changed")).all()) == 3


def test_a_service_without_orders_can_be_deleted(admin: FlaskClient) -> None:
    service = make.service("Уборка", fields=[make.field("Что?")])
    other = make.service("Окна")
    admin.post(f"/admin/services/edit/{other.id}", data=sent(other, extras=[service.id]))
    number = service.id
    page = admin.get(f"/admin/services/delete/{number}").text
    assert "Its form with 1 field goes too." in page
    assert "1 service offers it as additional" in page
    assert admin.post(f"/admin/services/delete/{number}").status_code == 303
    db.session.expunge_all()
    assert db.session.get(Service, number) is None


def test_categories(admin: FlaskClient) -> None:
    values = {"name": "Уборка", "icon": "sparkles", "art": "cleaning", "position": "-3", "active": "yes"}
    assert admin.post("/admin/categories/add", data=values).status_code == 303
    made = db.session.scalars(select(Category)).one()
    assert (made.icon, made.art, made.position, made.active) == ("sparkles", "cleaning", -3, True)
    page = admin.post("/admin/categories/add", data=values)
    assert page.status_code == 422
    assert "There is one like this already." in page.text
    assert admin.post(f"/admin/categories/delete/{made.id}").status_code == 303
