"""Packages of sessions on the pages of both sides (I-19, S2-10, S2-36)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.actions import appointments, payments, providers
from app.queries.payments import account
from models import Appointment, ClientPackage, Message, Notice, Package
from tests import factories as make
from views.portal.wishes import written


def left(page: Any) -> str:
    return page.text.replace("\N{NO-BREAK SPACE}", " ")


# --- what is offered ----------------------------------------------------------------------------------------------


def test_an_owner_adds_changes_and_retires_one(sign_in, db):
    provider = make.specialist()
    owner, base = sign_in(provider.owner), f"/practice/{provider.id}/packages"
    assert "Пакетов пока нет" in owner.get(base).text
    sent = {
        "offer": provider.offers[0].id,
        "name": "Десять",
        "sessions": "10",
        "price": "15000",
        "active": "yes",
    }
    assert owner.post(f"{base}/new", data=sent).status_code == 303
    page = left(owner.get(base))
    assert "10 встреч" in page
    assert "15 000 ₽" in page
    assert "1 500 ₽ за встречу" in page
    number = db.scalar(select(Package.id))
    assert 'value="15000"' in owner.get(f"{base}/{number}").text
    assert owner.post(f"{base}/{number}", data=sent | {"days": "90"}).status_code == 303
    assert "на 90 дней" in owner.get(base).text
    assert owner.post(f"{base}/{number}/switch", data={"active": ""}).status_code == 303
    assert "не предлагается" in owner.get(base).text


@pytest.mark.parametrize(
    "sent", [{}, {"sessions": "много"}, {"sessions": "1"}, {"price": "-1"}, {"days": "x"}]
)
def test_what_is_wrong_is_said_beside_the_field(sign_in, db, sent):
    provider = make.specialist()
    full = {"offer": provider.offers[0].id, "name": "Моё название", "sessions": "5", "price": "100"}
    answer = sign_in(provider.owner).post(
        f"/practice/{provider.id}/packages/new", data=(full | sent) if sent else {"name": "Моё название"}
    )
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "Моё название" in answer.text
    assert db.scalar(select(func.count()).select_from(Package)) == 0


def test_without_a_service_the_page_says_what_to_do(sign_in):
    person = make.user("Пётр", "Новый")
    provider = providers.register(person, "specialist", "Пётр Новый")
    owner = sign_in(person)
    for address in ("packages", "packages/new"):
        page = owner.get(f"/practice/{provider.id}/{address}").text
        assert f"/practice/{provider.id}/services/new" in page
    client = make.client_of(provider)
    assert (
        f"/practice/{provider.id}/packages/new"
        in owner.get(f"/practice/clients/{client.id}/packages/new").text
    )


# --- selling ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "price", "paid"),
    [
        ({}, 900000, 0),
        ({"pays": "all", "method": "card"}, 900000, 900000),
        ({"price": "8000", "pays": "all", "method": "cash"}, 800000, 800000),
        ({"price": "8000", "pays": "part", "paid": "500,50", "method": "cash"}, 800000, 50050),
        ({"price": "0", "pays": "all", "method": "cash"}, 0, 0),
    ],
)
def test_sold_with_what_is_paid_now(sign_in, db, sent, price, paid):
    provider = make.specialist()
    client, package = make.client_of(provider), make.package(provider)
    address = f"/practice/clients/{client.id}/packages/new"
    owner = sign_in(provider.owner)
    assert "Пять консультаций" in owner.get(address).text
    full = sent | {"package": package.id, "form_key": str(uuid4())}
    first, again = (owner.post(address, data=full) for _ in range(2))
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    sold = db.scalars(select(ClientPackage)).one()
    found = account(db, sold)
    assert (found.price, found.paid) == (price, paid)
    assert "осталось 5 из 5" in owner.get(first.location).text


@pytest.mark.parametrize(
    "sent",
    [
        {"package": ""},
        {"package": "999999"},
        {"package": "сто"},
        {"price": "сто"},
        {"pays": "all", "price": "сто"},
        {"pays": "part"},
        {"pays": "part", "paid": "сто"},
        {"pays": "part", "paid": "9999"},
        {"pays": "all", "method": "goat"},
    ],
)
def test_a_wrong_sale_comes_back(sign_in, db, sent):
    provider = make.specialist()
    client, package = make.client_of(provider), make.package(provider)
    data = {"package": package.id, "price": "9000", "method": "cash"} | sent
    answer = sign_in(provider.owner).post(f"/practice/clients/{client.id}/packages/new", data=data)
    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert db.scalar(select(func.count()).select_from(ClientPackage)) == 0


# --- one that is sold ---------------------------------------------------------------------------------------------


def test_the_money_of_a_package_on_both_sides(sign_in, db):
    """S2-36, S2-10: price, paid, remainder; the link to pay as long as something is left."""
    sold = make.sold()
    provider = sold.client.provider
    providers.edit(provider.owner, provider.id, {"payment_url": "pay.example.org/me"})
    owner, client = sign_in(provider.owner), sign_in(sold.client.user)
    address = f"/practice/packages/{sold.id}"
    wrong = owner.post(f"{address}/payments", data={"amount": "9001", "method": "cash", "note": "почти"})
    assert wrong.status_code == 422
    assert 'value="9001"' in wrong.text
    assert 'value="почти"' in wrong.text
    assert owner.post(f"{address}/payments", data={"amount": "4000", "method": "card"}).status_code == 303
    for page in (owner.get(address), client.get(f"/packages/{sold.id}")):
        assert "4 000 ₽" in left(page)
        assert "5 000 ₽" in left(page)
    page = client.get(f"/providers/{sold.client_id}")
    assert "доплатить 5 000 ₽" in left(page)
    assert 'href="https://pay.example.org/me"' in client.get(f"/packages/{sold.id}").text
    assert owner.post(f"{address}/price", data={"price": "3999"}).status_code == 422
    assert owner.post(f"{address}/price", data={"price": "4000"}).status_code == 303
    assert "https://pay.example.org/me" not in client.get(f"/packages/{sold.id}").text
    assert "оплачен полностью" in client.get(f"/providers/{sold.client_id}").text
    [payment] = account(db, sold).standing
    question = owner.get(f"{address}/payments/{payment.id}/take-back").text
    assert "Остаток к доплате станет 4\N{NO-BREAK SPACE}000" in question
    assert owner.post(f"{address}/payments/{payment.id}/take-back").status_code == 303
    assert account(db, sold).paid == 0


def test_a_sale_is_cancelled_or_the_page_says_why_not(sign_in, db):
    sold = make.sold()
    owner = sign_in(sold.client.provider.owner)
    address = f"/practice/packages/{sold.id}"
    asked = make.appointment(sold.client, package_id=sold.id)
    assert "Отменить пакет" not in owner.get(address).text
    refused = owner.post(f"{address}/cancel")
    assert refused.status_code == 422
    assert "сначала отмените запись" in refused.text
    appointments.move(sold.client.user, asked.id, "cancel")
    payment = payments.record(sold.client.provider.owner, sold.id, "100", of=ClientPackage)
    refused = owner.post(f"{address}/cancel")
    assert refused.status_code == 422
    assert "Сначала удалите записи об оплате" in refused.text
    payments.take_back(sold.client.provider.owner, sold.id, payment.id, of=ClientPackage)
    assert owner.post(f"{address}/cancel").status_code == 303
    assert "Отменён" in owner.get(address).text
    assert owner.post(f"{address}/payments", data={"amount": "1"}).status_code == 422


def test_each_side_has_a_page_of_its_own(sign_in, count_statements):
    sold = make.sold()
    make.appointment(sold.client, package_id=sold.id)
    owner, client = sign_in(sold.client.provider.owner), sign_in(sold.client.user)
    assert owner.get(f"/packages/{sold.id}").location.endswith(f"/practice/packages/{sold.id}")
    assert client.get(f"/practice/packages/{sold.id}").status_code == 404
    assert sign_in(make.resident()).get(f"/packages/{sold.id}").status_code == 404
    for who, address in (
        (owner, f"/practice/packages/{sold.id}"),
        (owner, f"/practice/clients/{sold.client_id}"),
        (owner, f"/practice/clients/{sold.client_id}/packages/new"),
        (owner, f"/practice/{sold.client.provider_id}/packages"),
        (owner, f"/practice/{sold.client.provider_id}/packages/{sold.package_id}"),
        (owner, f"/practice/{sold.client.provider_id}/book?client={sold.client_id}"),
        (client, f"/packages/{sold.id}"),
        (client, f"/providers/{sold.client_id}"),
    ):
        who.get(address)
        with count_statements(12):
            answer = who.get(address)
        assert answer.status_code == 200, address
        assert len(answer.data) < 100_000


# --- an appointment of a package ----------------------------------------------------------------------------------


def _step_five_of(sold: Any, at: dt.datetime) -> str:
    return f"/ask?client={sold.client_id}&offer={sold.offer_id}&at={written(at)}"


def _step_five(client: Any, sold: Any, at: dt.datetime) -> Any:
    return client.get(_step_five_of(sold, at))


def _form(sold: Any, at: dt.datetime, **more: object) -> dict[str, object]:
    return {"client": sold.client_id, "offer": sold.offer_id, "at": written(at)} | more


def test_a_client_chooses_the_package_at_the_last_step(sign_in, db, count_statements):
    sold = make.sold()
    at = make.free(sold.client.provider)
    client = sign_in(sold.client.user)
    address = _step_five_of(sold, at)
    client.get(address)
    with count_statements(12):
        page = left(client.get(address))
    assert "Из пакета «Пять консультаций»" in page
    assert "осталось 5 из 5" in page
    assert f'value="{sold.id}" checked' in page
    assert "2 000 ₽" in page
    sent = client.post("/ask", data=_form(sold, at, package=sold.id, form_key=str(uuid4())))
    assert sent.status_code == 303
    page = client.get(sent.location).text
    assert "осталось 4 из 5" in page
    assert f"/packages/{sold.id}" in page
    sent = client.post("/ask", data=_form(sold, make.free(sold.client.provider, 4), package=""))
    assert sent.status_code == 303
    prices = db.scalars(select(Appointment.price).order_by(Appointment.id)).all()
    assert prices == [0, 200000]


def test_without_a_package_nothing_is_asked(sign_in):
    client = make.client_of(make.specialist())
    at = make.free(client.provider)
    page = sign_in(client.user).get(
        f"/ask?client={client.id}&offer={client.provider.offers[0].id}&at={written(at)}"
    )
    assert 'name="package"' not in page.text


def test_what_was_used_up_meanwhile_comes_back_with_a_word(sign_in, db):
    sold = make.sold(sessions="2")
    client, at = sign_in(sold.client.user), make.free(sold.client.provider)
    for number in (4, 8):
        make.appointment(sold.client, make.free(sold.client.provider, number), package_id=sold.id)
    answer = client.post("/ask", data=_form(sold, at, package=sold.id, words="Мои слова"))
    assert answer.status_code == 422
    assert "ничего не осталось" in answer.text
    assert "Мои слова" in answer.text
    assert "2 000 ₽" in left(answer)
    assert db.scalar(select(func.count()).select_from(Appointment)) == 2


@pytest.mark.parametrize("package", ["999999", "сто", "-1", "0", "99999999999999999999"])
def test_a_package_that_is_not_ones_own(sign_in, db, package):
    sold = make.sold()
    at = make.free(sold.client.provider)
    answer = sign_in(sold.client.user).post("/ask", data=_form(sold, at, package=package))
    assert answer.status_code == 404
    other = make.sold(make.client_of(sold.client.provider, make.resident()))
    answer = sign_in(sold.client.user).post("/ask", data=_form(sold, at, package=other.id))
    assert answer.status_code == 404
    assert db.scalar(select(func.count()).select_from(Appointment)) == 0


def test_a_taken_time_keeps_the_choice(sign_in):
    """The nearest times are buttons that send the package along."""
    sold = make.sold()
    at = make.free(sold.client.provider, 3)
    make.appointment(make.client_of(sold.client.provider, make.resident()), at)
    answer = sign_in(sold.client.user).post("/ask", data=_form(sold, at, package=sold.id))
    assert answer.status_code == 409
    assert f'name="package" value="{sold.id}"' in answer.text


def test_a_provider_books_of_a_package_or_separately(sign_in, db):
    sold = make.sold()
    provider = sold.client.provider
    owner, address = sign_in(provider.owner), f"/practice/{provider.id}/book"
    page = owner.get(f"{address}?client={sold.client_id}&offer={sold.offer_id}")
    assert f'value="{sold.id}" checked' in page.text
    who = provider.specialists[0].id
    given = {"client": sold.client_id, "offer": sold.offer_id, "who": who}
    for number, package in ((0, sold.id), (4, "")):
        at = make.free(provider, number).isoformat()
        assert owner.post(address, data=given | {"at": at, "package": package}).status_code == 303
    assert db.scalars(select(Appointment.price).order_by(Appointment.id)).all() == [0, 200000]
    db.refresh(sold)
    sold.expires_at = make.free(provider) - dt.timedelta(days=1)
    db.commit()
    late = given | {"at": make.free(provider, 8).isoformat(), "package": sold.id, "words": "Жду вас"}
    answer = owner.post(address, data=late)
    assert answer.status_code == 422
    assert "срок пакета закончится" in answer.text
    assert "Жду вас" in answer.text


def test_before_it_is_called_off_both_sides_read_that_the_session_returns(sign_in):
    """In the window and on the page without a script; of one that is paid separately nothing is said."""
    sold = make.sold()
    client, owner = sign_in(sold.client.user), sign_in(sold.client.provider.owner)
    taken = make.appointment(sold.client, package_id=sold.id)
    separate = make.appointment(sold.client, make.free(sold.client.provider, 5))

    def said(one: Any) -> list[bool]:
        mine, theirs = f"/appointments/{one.id}", f"/practice/appointments/{one.id}"
        pages = [client.get(mine), client.get(f"{mine}/cancel"), owner.get(f"{theirs}/moves/{way}")]
        return ["вернётся в" in page.text for page in [*pages, owner.get(theirs)]]

    way = "decline"
    assert said(taken) == [True] * 4
    assert said(separate) == [False] * 4
    assert f"вернётся в ваш пакет «{sold.title}»" in client.get(f"/appointments/{taken.id}/cancel").text
    for one in (taken, separate):
        appointments.move(sold.client.provider.owner, one.id, "accept")
    way = "call_off"
    assert said(taken) == [True] * 4
    assert said(separate) == [False] * 4


def test_the_appointment_names_its_package(sign_in, db):
    sold = make.sold()
    asked = make.appointment(sold.client, package_id=sold.id)
    owner = sign_in(sold.client.provider.owner)
    page = owner.get(f"/practice/appointments/{asked.id}").text
    assert f"/practice/packages/{sold.id}" in page
    assert "осталось 4 из 5" in page
    assert "по пакету" in owner.get(f"/practice/clients/{sold.client_id}").text
    address = f"/practice/appointments/{asked.id}"
    assert f"/practice/packages/{sold.id}" in owner.get(f"{address}/payments").text
    for path, sent in (("payments", {"amount": "100", "method": "cash"}), ("price", {"price": "100"})):
        refused = owner.post(f"{address}/{path}", data=sent)
        assert refused.status_code == 422
        assert "оплачивается пакетом" in refused.text
    appointments.move(sold.client.user, asked.id, "cancel")
    assert "встреча возвращена в пакет" in owner.get(address).text


@pytest.mark.parametrize("number", [0, 2**31, 2**40, 2**63, 10**30])
def test_numbers_that_no_row_has(sign_in, number):
    sold = make.sold()
    owner, client = sign_in(sold.client.provider.owner), sign_in(sold.client.user)
    base = f"/practice/{sold.client.provider_id}/packages/{number}"
    for answer in (
        owner.get(base),
        owner.post(f"{base}/switch"),
        owner.get(f"/practice/packages/{number}"),
        owner.post(f"/practice/packages/{sold.id}/payments/{number}/take-back"),
        client.get(f"/packages/{number}"),
    ):
        assert answer.status_code == 404


# --- where clients see what is offered ----------------------------------------------------------------------------


def test_clients_see_what_is_offered_and_how_to_buy(sign_in):
    provider = make.specialist()
    client = make.client_of(provider)
    reader = sign_in(client.user)
    assert "Пакеты встреч" not in reader.get(f"/providers/{client.id}").text
    make.package(provider)
    page = left(reader.get(f"/providers/{client.id}"))
    assert "9 000 ₽" in page
    assert "откроет чат" in page


def test_the_words_that_ask_for_a_package_wait_in_the_chat(sign_in, db, count_statements):
    """Named by the link, sent by nobody but the client; of what is not on offer here nothing is proposed."""
    provider, other = make.specialist(), make.organization()
    client = make.client_of(provider)
    package, foreign = make.package(provider), make.package(other)
    reader, address = sign_in(client.user), f"/providers/{client.id}/chat"
    assert f'href="{address}?package={package.id}"' in reader.get(f"/providers/{client.id}").text
    with count_statements(12):
        page = reader.get(f"{address}?package={package.id}").text
    assert f"data-proposed>Хочу купить пакет «{package.name}».</textarea>" in page
    for number in (foreign.id, 999_999, 2**40, "x", ""):
        assert "data-proposed" not in reader.get(f"{address}?package={number}").text
    assert db.scalars(select(Message)).all() == []


def test_the_notice_of_a_sale_leads_to_the_package(sign_in, run_jobs):
    sold = make.sold()
    run_jobs()
    page = sign_in(sold.client.user).get("/notices").text
    assert f"/packages/{sold.id}" in page
    assert "у вас пакет «Пять консультаций», встреч: 5" in page


def test_a_slip_in_the_date_is_asked_about(sign_in):
    """S2-23, I-19: a time beyond the rules, or after the end of the client's package, is given with a second press."""
    sold = make.sold(days="30")
    asked = make.appointment(sold.client, package_id=sold.id)
    far = asked.starts_at + dt.timedelta(days=364)  # the same hour of the same weekday
    owner, address = sign_in(sold.client.provider.owner), f"/practice/appointments/{asked.id}/time"
    warned = owner.post(address, data={"at": far.isoformat()})
    assert warned.status_code == 409
    assert "дальше, чем разрешают ваши правила" in warned.text
    assert "Пакет клиента заканчивается" in warned.text
    assert owner.post(address, data={"at": far.isoformat(), "sure": far.isoformat()}).status_code == 303
    assert asked.starts_at == far


def test_a_term_is_made_longer(sign_in, db, run_jobs, later):
    """I-19: what came back to a package too late is not lost; the client is told until when it holds now."""
    sold = make.sold(days="1")
    owner, address = sign_in(sold.client.provider.owner), f"/practice/packages/{sold.id}/term"
    zone = clock.zone(sold.client.provider.timezone)
    ended = sold.expires_at
    later(3 * 86400)
    assert "Срок закончился" in owner.get(f"/practice/packages/{sold.id}").text
    today = clock.now().astimezone(zone).date()
    for wrong in ("", "завтра", f"{today - dt.timedelta(days=1)}", f"{today.year + 30}-01-01"):
        assert owner.post(address, data={"until": wrong}).status_code == 422
    assert sold.expires_at == ended
    until = today + dt.timedelta(days=20)
    for _press in range(2):
        assert owner.post(address, data={"until": f"{until}"}).status_code == 303
    assert sold.expires_at.astimezone(zone).date() == until
    shorter = owner.post(address, data={"until": f"{today + dt.timedelta(days=5)}"})
    assert (shorter.status_code, sold.expires_at.astimezone(zone).date()) == (422, until)
    assert make.appointment(sold.client, package_id=sold.id).package_id == sold.id
    assert sign_in(sold.client.user).post(address, data={"until": f"{until}"}).status_code == 404
    run_jobs()
    told = select(func.count()).select_from(Notice).where(Notice.kind.like("package.extended%"))
    assert db.scalar(told.where(Notice.channel == "inbox")) == 1
