"""Payments of appointments: price, paid, remainder are right for both sides (S2-10, S2-36, S2-37)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from app import clock, money
from app.actions import appointments, payments, providers
from app.errors import Forbidden, Invalid, NotFound, Stale
from app.queries.payments import account
from models import Entry, Notice, Payment
from tests import factories as make


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("1500", 150000),
        ("1 500,50", 150050),
        ("1500.5 ₽", 150050),
        ("", 0),
        ("0,001", None),
        ("-5", None),
        ("1e9", None),
        ("NaN", None),
        ("sNaN", None),
        ("9e999999", None),
        ("1,500", None),
        ("1.500", None),
        ("１５", None),
        ("Infinity", None),
        ("сто", None),
    ],
)
def test_money_as_people_type_it(typed, minor):
    assert money.parsed(typed, "RUB") == minor


def test_money_as_languages_write_it():
    assert money.shown(200000, "RUB", "ru") == "2\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}₽"
    assert money.shown(150050, "RUB", "ru") == "1\N{NO-BREAK SPACE}500,50\N{NO-BREAK SPACE}₽"
    assert money.shown(2500, "EUR", "en") == "€25"
    assert money.shown(200000, "RUB", "en") == "RUB\N{NO-BREAK SPACE}2,000"
    assert (money.typed(150050, "RUB"), money.typed(200000, "RUB")) == ("1500,50", "2000")


def _three(db, appointment) -> tuple[int, int, int]:
    found = account(db, appointment)
    return found.price, found.paid, found.remainder


def test_paid_in_parts_and_taken_back(app, db, run_jobs):
    asked = make.appointment()
    owner = asked.client.provider.owner
    key = uuid4()
    first = payments.record(owner, asked.id, "500", method="cash", form_key=key)
    assert payments.record(owner, asked.id, "500", method="cash", form_key=key).id == first.id
    assert _three(db, asked) == (200000, 50000, 150000)
    with pytest.raises(Invalid):
        payments.record(owner, asked.id, "1500,01")
    payments.record(owner, asked.id, "1500", method="transfer")
    assert _three(db, asked) == (200000, 200000, 0)
    payments.take_back(owner, asked.id, first.id)
    payments.take_back(owner, asked.id, first.id)
    assert _three(db, asked) == (200000, 150000, 50000)
    assert len(db.scalars(select(Payment)).all()) == 3
    with pytest.raises(Invalid):
        payments.reprice(owner, asked.id, "1000")
    payments.reprice(owner, asked.id, "1500")
    assert _three(db, asked) == (150000, 150000, 0)
    run_jobs()
    told = db.scalars(select(Entry.kind).join(Notice).where(Notice.user_id == asked.client.user_id)).all()
    assert sorted(told) == [
        "payment.recorded",
        "payment.recorded",
        "payment.repriced",
        "payment.taken_back",
    ]


def test_only_the_provider_records(app):
    asked = make.appointment()
    with pytest.raises(Forbidden):
        payments.record(asked.client.user, asked.id, "500")
    for stranger in (make.operator(), make.resident()):
        with pytest.raises(NotFound):
            payments.record(stranger, asked.id, "500")
    with pytest.raises(NotFound):
        payments.take_back(asked.client.provider.owner, asked.id, 999)


def test_both_sides_see_three_numbers(sign_in):
    """S2-36, S2-37, S2-10: the link to pay is there only if it is set and something is left."""
    asked = make.appointment()
    owner = asked.client.provider.owner
    client, provider = sign_in(asked.client.user), sign_in(owner)
    page = client.get(f"/appointments/{asked.id}").text
    assert "Остаток к доплате" in page
    assert "Оплатить" not in page
    providers.edit(owner, asked.client.provider_id, {"payment_url": "pay.example.org/me"})
    appointments.move(owner, asked.id, "accept")
    assert 'href="https://pay.example.org/me"' in client.get(f"/appointments/{asked.id}").text
    address = f"/practice/appointments/{asked.id}/payments"
    assert 'value="2000"' in provider.get(address).text
    wrong = provider.post(address, data={"amount": "5000", "method": "cash", "note": "наличными"})
    assert wrong.status_code == 422
    assert 'value="5000"' in wrong.text
    assert 'value="наличными"' in wrong.text
    done = provider.post(address, data={"amount": "2000", "method": "card"})
    assert done.status_code == 303
    page = client.get(f"/appointments/{asked.id}").text
    assert "https://pay.example.org/me" not in page
    assert "0\N{NO-BREAK SPACE}₽" in page
    wrong = provider.post(f"/practice/appointments/{asked.id}/price", data={"price": "1"})
    assert wrong.status_code == 422


def test_what_does_not_take_place_is_not_paid(app, db):
    from app.actions import appointments

    asked = make.appointment()
    owner = asked.client.provider.owner
    appointments.move(owner, asked.id, "decline", comment="Нет")
    assert _three(db, asked) == (200000, 0, 0)
    with pytest.raises(Invalid):
        payments.record(owner, asked.id, "100")


def test_one_form_is_one_payment(app, db):
    asked, key = make.appointment(), uuid4()
    owner = asked.client.provider.owner
    payments.record(owner, asked.id, "100", form_key=key)
    with pytest.raises(Stale):
        payments.record(owner, asked.id, "200", form_key=key)
    assert len(db.scalars(select(Payment)).all()) == 1


def test_what_was_paid_for_nothing_is_to_be_returned(sign_in):
    """Called off with money in it: both sides read what is to be given back, until it is taken back."""
    asked = make.appointment()
    owner, reader = asked.client.provider.owner, asked.client.user
    appointments.move(owner, asked.id, "accept")
    paid = payments.record(owner, asked.id, "500", method="cash")
    client, provider = sign_in(reader), sign_in(owner)
    pages = ((client, f"/appointments/{asked.id}"), (provider, f"/practice/appointments/{asked.id}"))
    assert all("К возврату" not in who.get(address).text for who, address in pages)
    appointments.move(owner, asked.id, "call_off", comment="Болезнь")
    assert all("К возврату" in who.get(address).text for who, address in pages)
    payments.take_back(owner, asked.id, paid.id)
    assert all("К возврату" not in who.get(address).text for who, address in pages)


def test_a_record_goes_after_a_question(sign_in, db):
    """S2-36: sum, way and moment are named before; the page without a script asks the same; once is enough."""
    asked = make.appointment()
    owner = asked.client.provider.owner
    paid = payments.record(owner, asked.id, "500", method="card", note="на стойке")
    provider = sign_in(owner)
    money = f"/practice/appointments/{asked.id}/payments"
    ask = f"{money}/{paid.id}/take-back"
    page = provider.get(money).text
    assert f'href="{ask}"' in page
    assert f'data-dialog="payment-{paid.id}"' in page
    question = provider.get(ask).text
    for said in ("500", "картой", "на стойке", "Удалить запись об оплате", "2\N{NO-BREAK SPACE}000"):
        assert said in question
    assert account(db, asked).paid == 50000
    assert provider.post(ask).status_code == 303
    gone = provider.get(ask)
    assert (gone.status_code, gone.location) == (302, money)


def test_fields_of_money_have_its_sign(sign_in):
    """«Цена, ₽»: as amounts are written, not by the letters of the bank."""
    provider = make.specialist()
    owner = sign_in(provider.owner)
    assert "Цена, ₽" in owner.get(f"/practice/{provider.id}/services/new").text
    assert "Российский рубль, ₽" in owner.get(f"/practice/{provider.id}/settings").text


def test_the_outcome_of_an_appointment_is_not_a_payment(sign_in, later):
    """S2-29, S2-36: what is recorded afterwards stands among the payments, not where it says how it went."""
    asked = make.appointment()
    owner = asked.client.provider.owner
    appointments.move(owner, asked.id, "accept")
    later((asked.ends_at - clock.now()).total_seconds() + 60)
    appointments.move(owner, asked.id, "hold")
    payments.record(owner, asked.id, "500")
    page = sign_in(owner).get(f"/practice/appointments/{asked.id}").text
    said = page.split('class="meeting__when"')[1].split('<p class="muted">')[1].split("</p>")[0]
    assert said.strip() == "Встреча состоялась"
