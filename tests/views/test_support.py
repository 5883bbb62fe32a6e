"""«Поддержка» (S2-69) and «Варианты регистрации» (S2-63..S2-68)."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import func, select

from app.actions import chat, orders, support
from models import Order, Provider, User
from tests import factories as make


def test_the_first_message_begins_the_one_conversation(db, sign_in, run_jobs):
    """S2-69: the message reaches the support team at the desk, the reply comes back."""
    person, dispatcher = make.resident(), make.dispatcher()
    page = sign_in(person)
    assert "Опишите вопрос" in page.get("/support").text
    key = str(uuid4())
    for _ in range(2):
        sent = page.post("/support", data={"text": "Не вижу свои записи", "client_id": key})
        assert sent.status_code == 303
    order = db.scalars(select(Order)).one()
    assert order.waiting_since is not None
    assert "Не вижу свои записи" in page.get("/support").text
    desk = sign_in(dispatcher)
    assert f"/desk/orders/{order.id}" in desk.get("/desk/").text
    assert "Не вижу свои записи" in desk.get(f"/desk/orders/{order.id}").text
    chat.post(dispatcher, order.thread_id, "Обновите страницу", uuid4())
    run_jobs()
    assert "Обновите страницу" in page.get("/support").text
    assert "Обновите страницу" in page.get("/notices").text
    assert page.get(f"/orders/{order.id}").location == "/support"


def test_a_message_opens_a_settled_question_again(db, sign_in, run_jobs):
    """S2-69: by the chat's own box it stands in the open queue again, the desk is told, the history says so; what the
    team writes into a settled one leaves it settled."""
    person, dispatcher = make.resident(), make.dispatcher()
    support.ask(person, "Первый вопрос", uuid4())
    order = support.conversation(person)
    orders.move(dispatcher, order.id, "start")
    chat.post(dispatcher, order.thread_id, "Готово", uuid4())
    orders.move(dispatcher, order.id, "finish")
    chat.post(dispatcher, order.thread_id, "Пишите ещё", uuid4())
    run_jobs()
    assert order.status == "completed"
    desk, key = sign_in(dispatcher), uuid4()
    assert f"/desk/orders/{order.id}" not in desk.get("/desk/?open=1").text
    for _press in range(2):
        chat.post(person, order.thread_id, "Снова не вижу", key)
    run_jobs()
    db.expire_all()
    assert (order.status, order.closed_at, order.executor_id) == ("in_progress", None, dispatcher.id)
    assert order.waiting_since is not None
    assert f"/desk/orders/{order.id}" in desk.get("/desk/?open=1").text
    page = desk.get(f"/desk/orders/{order.id}").text
    assert page.count("Написали снова") == 1
    assert "Снова не вижу" in desk.get("/notices").text
    orders.move(dispatcher, order.id, "finish")
    assert order.status == "completed"


def test_a_settled_question_may_be_asked_again(db):
    person, dispatcher = make.resident(), make.dispatcher()
    support.ask(person, "Первый вопрос", uuid4())
    order = support.conversation(person)
    orders.move(dispatcher, order.id, "finish")
    assert order.waiting_since is None
    support.ask(person, "И ещё один", uuid4())
    assert order.waiting_since is not None
    # Whoever settled it has it: there is nobody's question among those in work.
    assert (order.status, order.executor_id) == ("in_progress", dispatcher.id)
    assert db.scalar(select(func.count()).select_from(Order)) == 1


def test_an_empty_question_is_refused(db, sign_in):
    answer = sign_in(make.resident()).post("/support", data={"text": "   "})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert db.scalars(select(Order)).all() == []


def test_nobody_else_reads_it(sign_in):
    person = make.resident()
    support.ask(person, "Личное", uuid4())
    number = support.conversation(person).id
    assert sign_in(make.resident()).get(f"/orders/{number}").status_code == 404
    assert sign_in(make.executor()).get(f"/desk/orders/{number}").status_code == 404


# --- becoming a specialist or an organization -----------------------------------------------------------------------


def test_the_page_of_choice(sign_in):
    """S2-63, S2-64, S2-68: two choices, «О сервисе», no way back but the menu."""
    page = sign_in(make.resident()).get("/registration").text
    assert "Специалист" in page
    assert "Организация" in page
    assert 'href="/about-service"' in page
    assert "arrow-left" not in page
    assert "Варианты регистрации" in sign_in(make.resident()).get("/about-service").text


def test_becoming_one_closes_the_other(db, sign_in):
    """S2-65..S2-67: refused with the reason and with what an owner can do."""
    person = make.resident()
    pages = sign_in(person)
    assert 'value="Марина Спиридонова"' in pages.get("/registration/specialist").text
    done = pages.post("/registration/specialist", data={"name": "Марина С.", "headline": "Психолог"})
    provider = db.scalars(select(Provider)).one()
    assert done.location.endswith(f"/practice/{provider.id}")
    assert (provider.kind, provider.name, provider.owner) == ("specialist", "Марина С.", person)
    page = pages.get("/registration").text
    assert "Вы зарегистрированы: Марина С." in page
    assert "второй аккаунт" in page
    assert pages.post("/registration/organization", data={"name": "Студия"}).location == "/registration"
    assert "либо специалистом, либо организацией" in pages.get("/registration").text
    assert pages.get("/registration/organization").status_code == 302
    assert db.scalar(select(func.count()).select_from(Provider)) == 1
    assert db.get(User, person.id).roles


def test_a_practice_has_the_zone_that_was_chosen(db, sign_in):
    """D-18: hours are of a zone that somebody has seen; the browser's is offered to who has not answered yet."""
    person = make.resident()
    person.timezone = None
    db.commit()
    pages = sign_in(person)
    assert 'data-zones="guess"' in pages.get("/registration/specialist").text
    wrong = pages.post("/registration/specialist", data={"name": "Марина", "timezone": "Mars/Olympus"})
    assert wrong.status_code == 422
    assert db.scalars(select(Provider)).all() == []
    pages.post("/registration/specialist", data={"name": "Марина", "timezone": "UTC+03:00"})
    assert db.scalars(select(Provider.timezone)).one() == "UTC+03:00"


def test_wrong_input_comes_back(db, sign_in):
    pages = sign_in(make.resident())
    answer = pages.post("/registration/organization", data={"name": " ", "headline": "Спорт"})
    assert answer.status_code == 422
    assert 'value="Спорт"' in answer.text
    assert pages.get("/registration/both").status_code == 404
    assert db.scalars(select(Provider)).all() == []


def test_the_administrator_may_close_it(db, sign_in):
    from app.actions import settings

    settings.change(make.operator(), "providers_open", "")
    pages = sign_in(make.resident())
    assert "регистрирует администратор" in pages.get("/registration").text
    assert pages.post("/registration/specialist", data={"name": "Я"}).status_code == 403
