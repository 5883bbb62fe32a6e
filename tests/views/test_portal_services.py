"""«Услуги»: the first page, search, categories."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.actions import chat
from app.extensions import db
from app.permissions import EMPLOYEE
from tests import factories as make

PAGE_BYTES = 100_000


def test_first_page_shows_what_waits_what_was_ordered_and_all_categories(
    sign_in: Any, count_statements: Any
) -> None:
    resident = make.resident()
    cleaning = make.service("Клининговые услуги", category=make.category("Уборка и чистота"))
    make.service("Электрик", category=make.category("Ремонт"))
    order = make.in_status("done", resident, of=cleaning)
    client = sign_in(resident)
    client.get("/")
    with count_statements(12):
        answer = client.get("/")
    page = answer.text
    assert answer.status_code == 200
    assert len(answer.data) < PAGE_BYTES
    assert "Уборка и чистота" in page
    assert "Ремонт" in page
    assert f'class="waiting__card" href="/orders/{order.id}"' in page
    assert f'class="repeat" href="/services/{cleaning.id}"' in page


def test_an_answer_that_was_not_read_waits_and_leads_to_the_chat(sign_in: Any) -> None:
    resident = make.resident()
    order = make.order(resident)
    chat.post(make.dispatcher(), order.thread_id, "Когда вам удобно?", uuid4())
    page = sign_in(resident).get("/").text
    assert f'class="waiting__card" href="/orders/{order.id}?tab=chat"' in page


def test_nobody_to_wait_for_shows_no_block(sign_in: Any) -> None:
    page = sign_in(make.resident()).get("/").text
    assert 'id="waiting" hidden' in page
    assert 'class="repeats"' not in page


def test_search_finds_word_forms_and_says_when_nothing_is_found(sign_in: Any, count_statements: Any) -> None:
    make.service("Уборка офиса")
    make.service("Электрик")
    client = sign_in(make.resident())
    with count_statements(12):
        page = client.get("/?q=уборкой").text
    assert "Уборка офиса" in page
    assert "Электрик" not in page
    empty = client.get("/?q=<script>").text
    assert "&lt;script&gt;" in empty
    assert "<script>”" not in empty
    assert 'href="/"' in empty


def test_who_finds_nothing_may_ask_in_own_words(sign_in: Any, count_statements: Any) -> None:
    make.service("Уборка офиса")
    make.service("Обращение в управляющую компанию", kind="request")
    client = sign_in(make.resident())
    with count_statements(12):
        page = client.get("/?q=вертолёт").text
    assert "Обращение в управляющую компанию" in page
    assert "Уборка офиса" not in page
    assert "Обращение в управляющую компанию" not in client.get("/?q=уборка").text


def test_search_as_you_type_brings_the_rows_only(sign_in: Any) -> None:
    make.service("Уборка офиса")
    client = sign_in(make.resident())
    found = client.get("/?q=уборка", headers={"HX-Request": "true"}).text
    assert "Уборка офиса" in found
    assert "<html" not in found
    assert "<html" not in client.get("/?q=", headers={"HX-Request": "true"}).text
    # Going back in history htmx wants the whole page.
    back = client.get("/?q=уборка", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}).text
    assert "<html" in back


def test_category_page(sign_in: Any, count_statements: Any) -> None:
    repairs = make.category("Ремонт")
    plumber = make.service("Сантехник", category=repairs, summary="Течи и засоры")
    make.service("Уборка")
    client = sign_in(make.resident())
    client.get("/")
    with count_statements(12):
        page = client.get(f"/categories/{repairs.id}").text
    assert f'href="/services/{plumber.id}"' in page
    assert "Течи и засоры" in page
    assert "Уборка" not in page
    assert client.get("/categories/999").status_code == 404


def test_a_service_for_certain_roles_is_not_there_for_others(sign_in: Any) -> None:
    """I-26: local roles limit which services may be ordered."""
    employees = db.session.scalar(select(Role).where(Role.name == EMPLOYEE))
    keys = make.service("Ключи и карты", roles=[employees])
    stranger, employee = sign_in(make.resident()), sign_in(make.user(roles=(EMPLOYEE,)))
    assert "Ключи и карты" not in stranger.get("/?q=ключи").text
    assert stranger.get(f"/services/{keys.id}").status_code == 404
    assert stranger.post(f"/services/{keys.id}").status_code == 404
    assert employee.get(f"/services/{keys.id}").status_code == 200


def test_strangers_are_sent_to_sign_in_and_come_back(client: Any) -> None:
    answer = client.get("/?q=уборка", headers={"Accept": "text/html"})
    assert answer.status_code == 302
    assert "next=" in answer.location


def test_a_closed_category_or_service_is_gone(sign_in: Any) -> None:
    closed = make.category("Старое")
    closed.active = False
    service = make.service("Факс", category=closed)
    client = sign_in(make.resident())
    assert "Старое" not in client.get("/").text
    assert client.get(f"/services/{service.id}").status_code == 404
