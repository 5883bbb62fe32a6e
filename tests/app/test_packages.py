"""Packages of sessions (I-19): what is offered and sold, a session taken and given back, the money of a package."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app import clock, tokens
from app.actions import (
    appointment_timers,
    appointments,
    asking,
    invitations,
    offers,
    packages,
    payments,
    providers,
)
from app.errors import Forbidden, IllegalMove, Invalid, NotFound, Stale
from app.flows import APPOINTMENT_STATUSES
from app.queries import packages as queries
from app.queries.payments import account
from models import Appointment, Channel, ClientPackage, Entry, Notice, Payment
from tests import factories as make

HOLDING = ("requested", "agreed", "held", "missed")


def ask(sold, at=None, **more) -> Appointment:
    """Its client asks for an appointment of it."""
    client = sold.client
    at = at or make.free(client.provider)
    return asking.request(client.user, client.id, sold.offer_id, at, package_id=sold.id, **more)


def book(sold, at=None, **more) -> Appointment:
    provider = sold.client.provider
    at = at or make.free(provider)
    who = provider.specialists[0].id
    return asking.book(provider.owner, sold.client_id, sold.offer_id, who, at, package_id=sold.id, **more)


def used(db, sold) -> int:
    """What the row says, which is what the appointments say."""
    db.expire_all()
    holding = db.scalar(
        select(func.count()).where(
            Appointment.package_id == sold.id,
            Appointment.status.in_(HOLDING),
            Appointment.session_back.is_(False),
        )
    )
    assert db.get(ClientPackage, sold.id).used == holding
    return holding


def told(db, person_id: int) -> list[str]:
    kinds = db.scalars(select(Entry.kind).join(Notice).where(Notice.user_id == person_id)).all()
    return sorted(kind for kind in kinds if kind.startswith("package."))


# --- what is offered ----------------------------------------------------------------------------------------------


def test_an_owner_offers_changes_and_retires(app, db):
    provider = make.specialist()
    made = make.package(provider, days="90")
    assert (made.name, made.sessions, made.price, made.days) == ("Пять консультаций", 5, 900000, 90)
    assert queries.on_offer(db, provider.id) == [made]
    sold = packages.sell(provider.owner, make.client_of(provider).id, made.id)
    sent = {"name": "Шесть", "offer": str(made.offer_id), "sessions": "6", "price": "10000", "active": ""}
    packages.save(provider.owner, provider.id, made.id, sent)
    assert (made.sessions, made.active) == (6, False)
    assert queries.on_offer(db, provider.id) == []
    assert (sold.title, sold.sessions, sold.price) == ("Пять консультаций", 5, 900000)
    with pytest.raises(Invalid):
        packages.sell(provider.owner, sold.client_id, made.id)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "я" * 121),
        ("offer", ""),
        ("offer", "999999"),
        ("offer", "сто"),
        ("sessions", "1"),
        ("sessions", "201"),
        ("sessions", "-2"),
        ("sessions", "два"),
        ("price", ""),
        ("price", "1,500"),
        ("price", "99999999"),
        ("days", "-1"),
        ("days", "99999"),
    ],
)
def test_wrong_packages_are_refused_beside_the_field(app, field, typed):
    provider = make.specialist()
    with pytest.raises(Invalid) as refused:
        make.package(provider, **{field: typed})
    assert list(refused.value.fields) == [field]


def test_of_others_nothing_is_offered_or_changed(app):
    provider, other = make.specialist(), make.specialist(make.user("Пётр", "Другой"))
    made = make.package(provider)
    with pytest.raises(Invalid):
        make.package(provider, offer=str(other.offers[0].id))
    with pytest.raises(NotFound):
        packages.save(other.owner, provider.id, made.id, {})
    with pytest.raises(NotFound):
        packages.save(other.owner, other.id, made.id, {})
    with pytest.raises(NotFound):
        packages.sell(other.owner, make.client_of(other).id, made.id)


def test_in_an_organization_the_owner_offers_and_who_serves_sells(app):
    studio = make.organization()
    person, first = make.user("Игорь", "Мастеров"), studio.specialists[0]
    link = invitations.invite(studio.owner, studio.id, "secret", specialist_id=first.id)
    invitations.accept(person, tokens.derived("secret", "invitation", link.nonce))
    made = make.package(studio)
    with pytest.raises(Forbidden):
        packages.save(person, studio.id, made.id, {})
    client = make.client_of(studio)
    with pytest.raises(NotFound):
        packages.sell(person, client.id, made.id)
    providers.show(studio.owner, client.id, [first.id])
    assert packages.sell(person, client.id, made.id).sold_by == person.id


# --- what is sold -------------------------------------------------------------------------------------------------


def test_sold_once_at_its_price_or_another(app, db, run_jobs):
    provider = make.specialist()
    client, made, key = make.client_of(provider), make.package(provider), uuid4()
    sold = packages.sell(provider.owner, client.id, made.id, price="8500", paid="3000", form_key=key)
    again = packages.sell(provider.owner, client.id, made.id, price="8500", paid="3000", form_key=key)
    assert again.id == sold.id
    found = account(db, sold)
    assert (found.price, found.paid, found.remainder) == (850000, 300000, 550000)
    with pytest.raises(Stale):
        packages.sell(provider.owner, client.id, made.id, price="8000", form_key=key)
    run_jobs()
    assert told(db, client.user_id) == ["package.paid", "package.sold"]
    assert told(db, provider.owner_id) == []


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("price", {"price": ""}),
        ("price", {"price": "сто"}),
        ("paid", {"paid": "0"}),
        ("paid", {"paid": "9000,01"}),
        ("method", {"paid": "100", "method": "goat"}),
    ],
)
def test_a_wrong_sale_sells_nothing(app, db, field, sent):
    provider = make.specialist()
    client, made = make.client_of(provider), make.package(provider)
    with pytest.raises(Invalid) as refused:
        packages.sell(provider.owner, client.id, made.id, **sent)
    assert list(refused.value.fields) == [field]
    assert db.scalar(select(func.count()).select_from(ClientPackage)) == 0
    assert db.scalar(select(func.count()).where(Entry.kind == "package.sold")) == 0


def test_clients_and_strangers_sell_nothing(app):
    sold = make.sold()
    for who in (sold.client.user, make.operator(), make.resident()):
        with pytest.raises(NotFound):
            packages.sell(who, sold.client_id, sold.package_id)
    with pytest.raises(Forbidden):
        packages.cancel(sold.client.user, sold.id)
    with pytest.raises(NotFound):
        packages.cancel(make.operator(), sold.id)


def test_a_sale_is_cancelled_when_nothing_is_used_or_paid(app, db, run_jobs):
    sold = make.sold()
    owner = sold.client.provider.owner
    asked = ask(sold)
    with pytest.raises(Invalid, match="1"):
        packages.cancel(owner, sold.id)
    appointments.move(owner, asked.id, "decline", comment="Нет")
    payment = payments.record(owner, sold.id, "100", of=ClientPackage)
    with pytest.raises(Invalid):
        packages.cancel(owner, sold.id)
    payments.take_back(owner, sold.id, payment.id, of=ClientPackage)
    packages.cancel(owner, sold.id)
    first = sold.cancelled_at
    packages.cancel(owner, sold.id)
    assert sold.cancelled_at == first
    assert account(db, sold).remainder == 0
    with pytest.raises(Invalid):
        ask(sold)
    for refused in (
        lambda: payments.record(owner, sold.id, "100", of=ClientPackage),
        lambda: payments.reprice(owner, sold.id, "100", of=ClientPackage),
    ):
        with pytest.raises(Invalid):
            refused()
    run_jobs()
    assert told(db, sold.client.user_id).count("package.cancelled") == 1


# --- sessions -----------------------------------------------------------------------------------------------------


def test_an_appointment_of_a_package_costs_nothing_more(app, db):
    sold = make.sold()
    asked = ask(sold)
    assert (asked.price, asked.package_id) == (0, sold.id)
    assert used(db, sold) == 1
    owner = sold.client.provider.owner
    for refused in (
        lambda: payments.record(owner, asked.id, "100"),
        lambda: payments.reprice(owner, asked.id, "100"),
    ):
        with pytest.raises(Invalid):
            refused()
    assert db.scalar(select(func.count()).select_from(Payment)) == 0


def test_one_form_takes_one_session(app, db):
    sold, key = make.sold(), uuid4()
    at = make.free(sold.client.provider)
    assert ask(sold, at, form_key=key).id == ask(sold, at, form_key=key).id
    other = uuid4()
    at = make.free(sold.client.provider, 4)
    assert book(sold, at, form_key=other).id == book(sold, at, form_key=other).id
    assert used(db, sold) == 2


def test_after_the_last_session_there_is_none(app, db, run_jobs):
    sold = make.sold(sessions="2")
    first = ask(sold)
    book(sold, make.free(sold.client.provider, 4))
    run_jobs()
    assert "package.used_up" in told(db, sold.client.user_id)
    for taking in (ask, book):
        with pytest.raises(Invalid) as refused:
            taking(sold, make.free(sold.client.provider, 8))
        assert list(refused.value.fields) == ["package"]
        db.rollback()
    assert db.scalar(select(func.count()).select_from(Appointment)) == 2
    assert used(db, sold) == 2
    appointments.move(sold.client.user, first.id, "cancel")
    assert used(db, sold) == 1
    ask(sold, make.free(sold.client.provider, 8))
    assert used(db, sold) == 2


@pytest.mark.parametrize("way", ["decline", "cancel", "accept cancel", "accept call_off"])
def test_what_does_not_take_place_gives_its_session_back(app, db, way):
    sold = make.sold()
    asked = ask(sold)
    people = {"cancel": sold.client.user}
    for name in way.split():
        actor = people.get(name, sold.client.provider.owner)
        appointments.move(actor, asked.id, name, comment="Причина")
        appointments.move(actor, asked.id, name, comment="Причина")
    assert APPOINTMENT_STATUSES[asked.status].final
    assert used(db, sold) == 0
    assert asked.package_id == sold.id


def test_held_and_missed_keep_it(app, db, later):
    sold = make.sold()
    asked = book(sold)
    owner = sold.client.provider.owner
    later((asked.starts_at - clock.now()).total_seconds() + 60)
    for name in ("forfeit", "hold", "forfeit"):
        appointments.move(owner, asked.id, name)
        assert used(db, sold) == 1


def test_a_missed_session_is_given_back_once_and_taken_again(app, db, later, run_jobs):
    """S2-31: what the client missed may go back to the package, at once or later; if the appointment took place after
    all the session is taken again, and where none is left the mark stays."""
    sold = make.sold(sessions="2")
    first, second = book(sold), book(sold, make.free(sold.client.provider, 4))
    owner = sold.client.provider.owner
    later((first.starts_at - clock.now()).total_seconds() + 60)
    with pytest.raises(IllegalMove):
        appointments.move(owner, first.id, "miss")
    appointments.move(owner, first.id, "forfeit")
    assert used(db, sold) == 2
    for _press in range(2):
        appointments.move(owner, first.id, "forgive")
        assert (first.status, used(db, sold)) == ("missed", 1)
    third = book(sold, make.free(sold.client.provider, 8))
    with pytest.raises(IllegalMove):
        appointments.move(owner, first.id, "hold")
    db.rollback()
    assert (first.status, used(db, sold)) == ("missed", 2)
    appointments.move(owner, third.id, "call_off", comment="Болезнь")
    appointments.move(owner, first.id, "hold")
    assert (first.status, first.session_back, used(db, sold)) == ("held", False, 2)
    run_jobs()
    # The client hears both: that it was back, and that it is used after all.
    heard = db.scalars(
        select(Entry.kind)
        .join(Notice)
        .where(
            Notice.user_id == sold.client.user_id,
            Notice.channel == Channel.INBOX,
            Entry.subject == first.subject,
        )
        .order_by(Entry.id)
    ).all()
    assert heard[-3:] == ["appointment.forgiven", "appointment.retaken", "appointment.held"]
    assert second.session_back is False


def test_without_a_package_nothing_is_kept_or_given_back(app, later):
    asked = make.appointment()
    owner = asked.client.provider.owner
    appointments.move(owner, asked.id, "accept")
    later((asked.starts_at - clock.now()).total_seconds() + 60)
    for name in ("forfeit", "forgive"):
        with pytest.raises(IllegalMove):
            appointments.move(owner, asked.id, name)


def test_timers_give_back_and_keep(app, db, later):
    """A request that lapses gives back, what is completed by itself keeps."""
    sold = make.sold()
    asked, agreed = ask(sold), book(sold, make.free(sold.client.provider, 1))
    later((agreed.ends_at - clock.now()).total_seconds() + 30 * 3600)
    assert appointment_timers.lapse_due() == 1
    assert appointment_timers.expire_due() == 1
    db.expire_all()
    assert (asked.status, agreed.status) == ("declined", "held")
    assert used(db, sold) == 1


def test_accepting_the_other_and_days_off_give_back(app, db):
    provider = make.specialist(holds_requests="")
    at = make.free(provider)
    pairs = [make.client_of(provider, make.resident()) for _ in range(3)]
    made = make.package(provider)
    those = [packages.sell(provider.owner, pair.id, made.id) for pair in pairs]
    asked = [ask(sold, at) for sold in those]
    appointments.move(provider.owner, asked[1].id, "accept")
    assert [used(db, sold) for sold in those] == [0, 1, 0]
    appointments.refuse_all(provider.owner, [one.id for one in asked], "Болезнь")
    assert [used(db, sold) for sold in those] == [0, 0, 0]


def test_booking_over_the_own_request_takes_its_session(app, db):
    """The request that is crowded out gives back the very session that the booking takes."""
    provider = make.specialist(holds_requests="")
    sold = make.sold(make.client_of(provider), sessions="2")
    at = make.free(provider)
    ask(sold, make.free(provider, 9))
    ask(sold, at)
    book(sold, at)
    assert used(db, sold) == 2


def test_moving_keeps_the_session(app, db):
    """The provider may move it also to after the end; the client's own request may not be for then (expiry)."""
    sold = make.sold(days="3")
    asked = ask(sold, make.free(sold.client.provider))
    beyond = sold.expires_at + dt.timedelta(days=5)
    appointments.reschedule(sold.client.provider.owner, asked.id, beyond.replace(second=0, microsecond=0))
    assert asked.status == "agreed"
    assert used(db, sold) == 1


def test_an_appointment_begins_before_the_end(app, db, later):
    provider = make.specialist()
    sold = make.sold(make.client_of(provider), days="3")
    zone = clock.zone(provider.timezone)
    last = sold.expires_at.astimezone(zone)
    assert last.date() == sold.sold_at.astimezone(zone).date() + dt.timedelta(days=3)
    assert (last.hour, last.minute) == (23, 59)
    offer = provider.offers[0]
    assert queries.usable(db, sold.client, offer, sold.expires_at) == [sold]
    assert queries.usable(db, sold.client, offer, sold.expires_at + dt.timedelta(minutes=1)) == []
    after = next(at for at in (make.free(provider, n) for n in range(200)) if at > sold.expires_at)
    for taking in (ask, book):
        with pytest.raises(Invalid) as refused:
            taking(sold, after)
        assert list(refused.value.fields) == ["package"]
    assert used(db, sold) == 0
    assert queries.status(sold) is queries.OPEN
    later(5 * 86400)
    assert queries.status(sold) is queries.ENDED


def test_the_package_of_another_client_is_not_there(app, db):
    provider = make.specialist()
    sold = make.sold(make.client_of(provider))
    other, elsewhere = (
        make.client_of(provider, make.resident()),
        make.client_of(make.specialist(make.user("А", "Б"))),
    )
    at, who = make.free(provider), provider.specialists[0].id
    for act in (
        lambda: asking.request(other.user, other.id, sold.offer_id, at, package_id=sold.id),
        lambda: asking.book(provider.owner, other.id, sold.offer_id, who, at, package_id=sold.id),
        lambda: asking.request(
            elsewhere.user,
            elsewhere.id,
            elsewhere.provider.offers[0].id,
            make.free(elsewhere.provider),
            package_id=sold.id,
        ),
        lambda: asking.request(sold.client.user, sold.client_id, sold.offer_id, at, package_id=999999),
    ):
        with pytest.raises(NotFound):
            act()
    assert used(db, sold) == 0
    assert db.scalar(select(func.count()).select_from(Appointment)) == 0


def test_another_service_is_not_paid_by_it(app, db):
    provider = make.specialist()
    sold = make.sold(make.client_of(provider))
    other = make.offer(provider, "Массаж")
    with pytest.raises(Invalid) as refused:
        asking.request(sold.client.user, sold.client_id, other.id, make.free(provider), package_id=sold.id)
    assert "Консультация" in refused.value.fields["package"]
    assert used(db, sold) == 0
    assert queries.usable(db, sold.client, other) == []


def test_the_package_that_ends_first_is_proposed_first(app, db):
    provider = make.specialist()
    client = make.client_of(provider)
    those = [make.sold(client, days=days) for days in ("0", "90", "30")]
    found = queries.usable(db, client, provider.offers[0])
    assert [one.id for one in found] == [those[2].id, those[1].id, those[0].id]


def test_the_database_guards_the_numbers(app, db):
    sold = make.sold()
    for number in (-1, 6):
        with pytest.raises(IntegrityError):
            db.execute(update(ClientPackage).where(ClientPackage.id == sold.id).values(used=number))
        db.rollback()


# --- money --------------------------------------------------------------------------------------------------------


def test_price_paid_and_remainder_of_a_package(app, db, run_jobs):
    """S2-36 of a package."""
    sold = make.sold()
    owner, key = sold.client.provider.owner, uuid4()
    first = payments.record(owner, sold.id, "4000", of=ClientPackage, form_key=key)
    assert payments.record(owner, sold.id, "4000", of=ClientPackage, form_key=key).id == first.id
    with pytest.raises(Stale):
        payments.record(owner, sold.id, "4001", of=ClientPackage, form_key=key)
    with pytest.raises(Invalid):
        payments.record(owner, sold.id, "5000,01", of=ClientPackage)
    [held] = queries.of_client(db, sold.client)
    assert (held.account.paid, held.account.remainder) == (400000, 500000)
    with pytest.raises(Invalid):
        payments.reprice(owner, sold.id, "3999", of=ClientPackage)
    payments.reprice(owner, sold.id, "8000", of=ClientPackage)
    payments.take_back(owner, sold.id, first.id, of=ClientPackage)
    payments.take_back(owner, sold.id, first.id, of=ClientPackage)
    found = account(db, sold)
    assert (found.price, found.paid, found.remainder) == (800000, 0, 800000)
    run_jobs()
    assert told(db, sold.client.user_id) == [
        "package.paid",
        "package.payment_taken_back",
        "package.repriced",
        "package.sold",
    ]


def test_a_payment_of_an_appointment_is_none_of_a_package(app, db):
    """One form's key, and numbers of the one kind, do not serve for the other."""
    sold = make.sold()
    asked = make.appointment(sold.client)
    owner, key = sold.client.provider.owner, uuid4()
    payment = payments.record(owner, asked.id, "100", form_key=key)
    with pytest.raises(Stale):
        payments.record(owner, sold.id, "100", of=ClientPackage, form_key=key)
    with pytest.raises(NotFound):
        payments.take_back(owner, sold.id, payment.id, of=ClientPackage)
    with pytest.raises(Forbidden):
        payments.record(sold.client.user, sold.id, "100", of=ClientPackage)
    with pytest.raises(NotFound):
        payments.record(make.operator(), sold.id, "100", of=ClientPackage)
    with pytest.raises(IntegrityError):
        db.execute(update(Payment).values(package_id=sold.id))


def test_the_currency_stays_while_packages_have_prices(app):
    provider = make.specialist()
    offers.save(provider.owner, provider.id, provider.offers[0].id, {"name": "Консультация", "minutes": "60"})
    made = make.package(provider)
    with pytest.raises(Invalid):
        providers.edit(provider.owner, provider.id, {"currency": "EUR"})
    sent = {"name": "Пять", "offer": str(made.offer_id), "sessions": "5", "price": "0"}
    packages.save(provider.owner, provider.id, made.id, sent)
    assert providers.edit(provider.owner, provider.id, {"currency": "EUR"}).currency == "EUR"
