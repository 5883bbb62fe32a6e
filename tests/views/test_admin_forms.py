"""The form builder: questions are added, edited, put in order, switched off, and shown as residents see them."""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.actions import catalogue, orders
from app.actions.catalogue import Draft
from app.errors import Invalid
from app.extensions import db
from models import Entry, FieldKind, Service
from tests import factories as make
from views.admin.form_words import KINDS, LIMITS


@pytest.fixture
def admin(app: Flask, sign_in: Any) -> FlaskClient:
    return sign_in(make.operator(locale="en"))


@pytest.fixture
def service(app: Flask) -> Service:
    return make.service(fields=[make.field("Офис", required=True), make.field("Когда", FieldKind.DATE)])


def form(service: Service, **changes: str) -> dict[str, Any]:
    """What the page sends: every row with its values."""
    sent: dict[str, Any] = {"seen": catalogue.fingerprint(service), "row": []}
    for draft in catalogue.drafts_of(service):
        key = draft.key
        sent["row"].append(key)
        sent |= {f"{key}-label": draft.label, f"{key}-kind": draft.kind, f"{key}-help": draft.help}
        sent |= {f"{key}-choices": "\n".join(draft.choices), f"{key}-active": "yes" if draft.active else ""}
        sent |= {f"{key}-required": "yes" if draft.required else ""}
        sent |= {f"{key}-{name}": value for name, value in draft.limits.items()}
    return sent | changes


def post(client: FlaskClient, service: Service, sent: dict[str, Any]) -> Any:
    return client.post(f"/admin/services/{service.id}/form", data=sent)


def rows(page: str) -> list[str]:
    return re.findall(r'data-key="(\w+)"', page)


def new(kind: str, label: str, **values: Any) -> dict[str, Any]:
    return {"n1-kind": kind, "n1-label": label, "n1-active": "yes"} | {
        f"n1-{name}": v for name, v in values.items()
    }


# --- each button ------------------------------------------------------------------------------------------------------


def test_the_page_shows_questions_and_preview(admin: FlaskClient, service: Service) -> None:
    page = admin.get(f"/admin/services/{service.id}/form").text
    assert rows(page) == [field.name for field in service.fields]
    preview = page[page.index('id="preview"') :]
    assert "Офис" in preview
    assert 'type="date"' in preview


def test_every_kind_can_be_added_saved_and_previewed(admin: FlaskClient) -> None:
    for kind in list(FieldKind):
        service = make.service()
        page = post(admin, service, form(service, do=f"add:{kind}"))
        assert page.status_code == 200
        assert rows(page.text) == ["n1"]
        assert service.fields == []
        for limit in LIMITS.get(kind, ()):
            assert f'name="n1-{limit.name}"' in page.text
        choices = "Раз\nДва" if kind in ("choice", "choices") else ""
        sent = form(service) | new(kind, "Вопрос", choices=choices) | {"row": ["n1"]}
        assert post(admin, service, sent).status_code == 303
        db.session.expire_all()
        assert [(field.kind, field.label) for field in service.fields] == [(kind, "Вопрос")]


def test_every_kind_has_a_word() -> None:
    assert set(KINDS) == set(FieldKind)
    for kind in FieldKind:
        assert {limit.name for limit in LIMITS.get(kind, ())} == set(catalogue.limits_of(kind))


def test_moving_needs_no_script_and_saves_nothing(admin: FlaskClient, service: Service) -> None:
    first, second = (field.name for field in service.fields)
    page = post(admin, service, form(service, do=f"down:{first}"))
    assert rows(page.text) == [second, first]
    assert f'id="{first}-down"' in page.text
    assert post(admin, service, form(service, do=f"up:{first}")).status_code == 200
    assert [field.label for field in service.fields] == ["Офис", "Когда"]
    moved = form(service) | {"row": [second, first]}
    assert post(admin, service, moved).status_code == 303
    db.session.expire_all()
    assert [field.label for field in service.fields] == ["Когда", "Офис"]


def test_deleting_is_marked_first_and_can_be_taken_back(admin: FlaskClient, service: Service) -> None:
    key = service.fields[0].name
    page = post(admin, service, form(service, do=f"drop:{key}")).text
    assert "Will be deleted" in page
    back = post(admin, service, form(service, do=f"drop:{key}") | {f"{key}-gone": "yes"}).text
    assert "Will be deleted" not in back
    assert post(admin, service, form(service) | {f"{key}-gone": "yes"}).status_code == 303
    db.session.expire_all()
    assert [field.label for field in service.fields] == ["Когда"]
    dropped = post(admin, service, form(service) | new("text", "?") | {"row": ["n1"], "do": "drop:n1"})
    assert rows(dropped.text) == []


def test_switching_off_hides_a_question_from_residents(
    admin: FlaskClient, service: Service, sign_in: Any
) -> None:
    key = service.fields[0].name
    assert post(admin, service, form(service) | {f"{key}-active": ""}).status_code == 303
    assert "Switched off" in admin.get(f"/admin/services/{service.id}/form").text
    page = sign_in(make.resident()).get(f"/services/{service.id}").text
    assert "Офис" not in page
    assert "Когда" in page


def test_the_preview_follows_what_is_typed(admin: FlaskClient, service: Service) -> None:
    sent = form(service, do="look") | new("choices", "Что взять?", choices="Ведро\nТряпка")
    sent["row"] = [*sent["row"], "n1"]
    page = post(admin, service, sent).text
    preview = page[page.index('id="preview"') :]
    for text in ("Что взять?", "Ведро", "Тряпка"):
        assert text in preview
    fragment = admin.post(
        f"/admin/services/{service.id}/form", data=sent, headers={"HX-Request": "true"}
    ).text
    assert "<html" not in fragment
    assert 'id="builder"' in fragment


def test_a_preview_of_nonsense_is_drawn_all_the_same(admin: FlaskClient) -> None:
    service = make.service()
    sent = form(service, do="look") | new("date", "", min="soon", max="-99999") | {"row": ["n1"]}
    assert post(admin, service, sent).status_code == 200
    sent = form(service, do="look") | new("time", "<script>", min="25:99") | {"row": ["n1"]}
    page = post(admin, service, sent)
    assert page.status_code == 200
    assert "<script>" not in page.text.replace('<script type="', "")


# --- what is refused --------------------------------------------------------------------------------------------------


def test_bad_values_of_a_question(admin: FlaskClient, service: Service) -> None:
    for kind, values, where, said in [
        ("text", {"label": ""}, "label", "Please write the question."),
        ("text", {"label": "x" * 201}, "label", "At most 200 characters."),
        ("text", {"label": "оФис"}, "label", "Another field asks the same already."),
        ("text", {"help": "x" * 301}, "help", "At most 300 characters."),
        ("text", {"max_length": "0"}, "max_length", "A whole number from 1 to 300."),
        ("text", {"max_length": "many"}, "max_length", "A whole number from 1 to 300."),
        ("long_text", {"max_length": "5001"}, "max_length", "A whole number from 1 to 5000."),
        ("number", {"min": "abc"}, "min", "Please enter a number."),
        ("number", {"min": "1e99"}, "min", "Please enter a number."),
        ("number", {"min": "NaN"}, "min", "Please enter a number."),
        ("number", {"min": "10", "max": "2"}, "max", "The upper limit is below the lower one."),
        ("choice", {"choices": ""}, "choices", "Please give at least two choices"),
        ("choice", {"choices": "Раз"}, "choices", "Please give at least two choices"),
        ("choice", {"choices": "Раз\nДва\nраз"}, "choices", "“Раз” is there twice."),
        ("choice", {"choices": "Раз\n" + "x" * 121}, "choices", "A choice has at most 120 characters."),
        ("choices", {"choices": "\n".join(map(str, range(61)))}, "choices", "At most 60 choices."),
        (
            "choices",
            {"choices": "Раз\nДва", "max": "3"},
            "max",
            "There are only 2 choices: enter at most that many",
        ),
        ("date", {"min": "10", "max": "5"}, "max", "The upper limit is below the lower one."),
        ("date", {"min": "400"}, "max", "The upper limit is below the lower one."),
        ("date", {"max": "-1"}, "max", "The upper limit is below the lower one."),
        ("date", {"min": "1.5"}, "min", "A whole number from -3660 to 3660."),
        ("time", {"min": "25:00"}, "min", "Please enter a time."),
        ("time", {"min": "18:00", "max": "09:00"}, "max", "The upper limit is below the lower one."),
        ("place", {"place_kind": "planet"}, "place_kind", "Please choose from the list."),
        ("file", {"max_files": "6"}, "max_files", "A whole number from 1 to 5."),
    ]:
        sent = (
            form(service)
            | new(kind, "Новый вопрос")
            | {f"n1-{name}": value for name, value in values.items()}
        )
        sent["row"] = [*sent["row"], "n1"]
        answer = post(admin, service, sent)
        assert answer.status_code == 422
        assert f'id="n1-{where}-error"' in answer.text
        assert said in answer.text
        assert rows(answer.text)[-1] == "n1"
        db.session.expire_all()
        assert len(service.fields) == 2


def test_all_errors_are_told_at_once(admin: FlaskClient, service: Service) -> None:
    keys = [field.name for field in service.fields]
    answer = post(admin, service, form(service) | {f"{key}-label": "" for key in keys})
    assert answer.text.count("Please write the question.") >= 2
    assert "2 fields need a correction" in answer.text


def test_the_list_of_errors_says_which_question_and_which_part(admin: FlaskClient, service: Service) -> None:
    sent = form(service) | new("choices", "Что взять") | {"n1-choices": "Раз\nДва", "n1-max": "9"}
    sent |= {f"{service.fields[1].name}-label": ""}
    sent["row"] = [*sent["row"], "n1"]
    said = html.unescape(post(admin, service, sent).text)
    assert f'<a href="#{service.fields[1].name}-label">Question 2 (Date)</a>' in said
    assert '<a href="#n1-max">Question 3 (Что взять), “At most, choices”</a>' in said


def test_a_form_has_an_end(admin: FlaskClient) -> None:
    service = make.service()
    sent: dict[str, Any] = form(service) | {"row": [f"n{number}" for number in range(1, 42)]}
    for number in range(1, 42):
        sent |= {
            f"n{number}-label": f"Вопрос {number}",
            f"n{number}-kind": "text",
            f"n{number}-active": "yes",
        }
    answer = post(admin, service, sent)
    assert answer.status_code == 422
    assert "A form has at most 40 fields." in answer.text


def test_a_made_up_request_harms_nothing(admin: FlaskClient, service: Service) -> None:
    field = make.service("Другая", fields=[make.field("Не трогать")]).fields[0]
    key = field.name
    for sent in (
        {"row": [key], f"{key}-label": "Чужое", f"{key}-kind": "text", f"{key}-active": "yes"},
        {"row": [key], f"{key}-gone": "yes"},
        {"row": ["x1", "f", "f-1", "n9999999999999", "f1 OR 1=1"]},
        {"do": "explode"},
        {"do": "up:nothing"},
        {"do": "add:bomb"},
    ):
        answer = post(admin, service, form(service) | sent)
        assert answer.status_code in (200, 303, 422), sent
        assert (field.label, field.service.name) == ("Не трогать", "Другая")
    assert admin.get("/admin/services/999999/form").status_code == 404


def test_the_second_of_two_administrators_is_told(admin: FlaskClient, service: Service) -> None:
    mine = form(service) | {f"{service.fields[0].name}-label": "Моё"}
    catalogue.save_form(
        make.operator(), service, [Draft("n1", label="Совсем другое")], catalogue.fingerprint(service)
    )
    answer = post(admin, service, mine)
    assert answer.status_code == 409
    assert "Somebody else saved this form meanwhile" in answer.text
    assert 'value="Моё"' in answer.text
    db.session.expire_all()
    assert "Моё" not in [field.label for field in service.fields]
    # Whoever has been told may go on.
    [seen] = re.findall(r'name="seen" value="([^"]*)"', answer.text)
    assert post(admin, service, mine | {"seen": seen}).status_code == 303
    db.session.expire_all()
    assert "Моё" in [field.label for field in service.fields]


def test_after_deleting_a_question_the_focus_stays_near(admin: FlaskClient, service: Service) -> None:
    key = service.fields[0].name
    marked = post(admin, service, form(service) | {"do": f"drop:{key}"}).text
    assert re.search(rf'id="{key}-drop"[^>]*data-take-focus', marked)
    added = form(service) | {"row": [*(field.name for field in service.fields), "n1", "n2"], "do": "drop:n1"}
    assert re.search(r'id="n2-drop"[^>]*data-take-focus', post(admin, service, added).text)


def test_orders_keep_the_questions_they_were_made_with(service: Service) -> None:
    author = make.resident()
    answers = {service.fields[0].name: ["312"]}
    order = orders.place(author, service.id, answers, uuid4())
    drafts = catalogue.drafts_of(service)
    drafts[0].label, drafts[1].gone = "Кабинет", True
    catalogue.save_form(make.operator(), service, drafts, catalogue.fingerprint(service))
    assert order.answers[0]["label"] == "Офис"
    line = db.session.scalars(select(Entry).where(Entry.kind == "form.changed")).one()
    assert (line.subject, line.data["removed"], line.data["fields"]) == (
        f"service:{service.id}",
        1,
        ["Кабинет"],
    )


def test_limits_are_those_that_answers_are_checked_by(service: Service) -> None:
    """What the builder stores is what the order form enforces."""
    draft = Draft("n1", kind="number", label="Сколько", required=True, limits={"min": "2,5", "max": "10"})
    catalogue.save_form(make.operator(), service, [draft], catalogue.fingerprint(service))
    field = next(field for field in service.fields if field.label == "Сколько")
    assert field.limits == {"min": 2.5, "max": 10}
    with pytest.raises(Invalid):
        orders.place(make.resident(), service.id, {field.name: ["2"]}, uuid4())
