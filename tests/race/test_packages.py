"""Many at once on the last session of a package: one has it, by the database. A control run without the guard shows the
race. Sessions taken and given back in any order: nobody waits in a ring, and the number stays right."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from app import clock
from app.actions import appointments, asking, packages, payments
from app.errors import AtriumError, Invalid
from app.extensions import db
from models import Appointment, ClientPackage, Payment, Provider, User
from tests import factories as make
from tests.race.test_orders import at_once

HOLDING = ("requested", "agreed", "held", "missed")


def _studio(count: int) -> Provider:
    """So many specialists, each with a time of his own: nobody waits for another's."""
    return make.organization(None, *(f"Мастер {n}" for n in range(count)))


def _booking(sold: ClientPackage, provider: Provider) -> list[Any]:
    """One booking at each specialist, for one time."""
    owner_id, pair_id, offer_id, sold_id = provider.owner_id, sold.client_id, sold.offer_id, sold.id
    at = make.free(provider)

    def book(who: int) -> int:
        owner = db.session.get(User, owner_id)
        return asking.book(owner, pair_id, offer_id, who, at, package_id=sold_id).id

    return [lambda who=one.id: book(who) for one in provider.specialists]


def _holding(sold_id: int) -> int:
    query = select(func.count()).where(Appointment.package_id == sold_id, Appointment.status.in_(HOLDING))
    return db.session.scalar(query) or 0


def _last_session(sold: ClientPackage) -> None:
    sold.used = sold.sessions - 1
    db.session.commit()


def test_thirty_ask_for_the_last_session(app, db):
    """I-19: exactly one has it, the others are told that nothing is left, and have no appointment either."""
    provider = _studio(30)
    sold = make.sold(make.client_of(provider))
    _last_session(sold)
    sold_id, works = sold.id, _booking(sold, provider)
    db.commit()
    results = at_once(app, works)
    assert Counter(type(result).__name__ for result in results) == {"int": 1, "Invalid": 29}
    assert {tuple(one.fields) for one in results if isinstance(one, Invalid)} == {("package",)}
    db.expire_all()
    assert _holding(sold_id) == 1
    assert db.get(ClientPackage, sold_id).left == 0


def test_without_the_guard_several_have_it(app, db, monkeypatch):
    """The control: the same thirty by reading first and writing then, two of them side by side."""
    both = Barrier(2)

    def read_then_write(_actor: Any, appointment: Appointment) -> None:
        sold = appointment.package
        assert sold is not None
        db.refresh(sold)
        if not sold.left:
            raise Invalid({"package": "…"})
        with suppress(BrokenBarrierError):
            both.wait(timeout=5)
        sold.used += 1

    monkeypatch.setattr(packages, "take", read_then_write)
    provider = _studio(30)
    sold = make.sold(make.client_of(provider))
    _last_session(sold)
    sold_id, works = sold.id, _booking(sold, provider)
    db.commit()
    at_once(app, works)
    db.expire_all()
    assert _holding(sold_id) > 1


def test_sessions_come_and_go_without_a_ring(app, db):
    """Accepting, refusing many, cancelling and booking at once, over packages that all of them share."""
    for _ in range(4):
        provider = make.specialist(make.user("Анна", "Светлова"), holds_requests="")
        pairs = [make.client_of(provider, make.resident()) for _ in range(3)]
        made = make.package(provider)
        sold = [packages.sell(provider.owner, pair.id, made.id) for pair in pairs]
        times = [make.free(provider), make.free(provider, 3)]
        asked = [
            asking.request(pair.user, pair.id, one.offer_id, at, package_id=one.id)
            for at in times
            for pair, one in zip(pairs, sold, strict=True)
        ]
        # Each client has two sessions; the numbers of packages and of appointments go in contrary orders here.
        owner_id, offer_id, who = provider.owner_id, made.offer_id, provider.specialists[0].id
        numbers, sold_ids = [one.id for one in asked], [one.id for one in sold]
        people = [pair.user_id for pair in pairs]
        pair_id, at = pairs[0].id, times[0]
        db.commit()

        def press(
            user_id: int,
            number: int,
            name: str,
        ) -> str:
            return appointments.move(_user(user_id), number, name).status

        def refuse(those: list[int], owner_id: int = owner_id) -> int:
            return appointments.refuse_all(_user(owner_id), those, "Болезнь")

        def book(
            owner_id: int = owner_id,
            pair_id: int = pair_id,
            offer_id: int = offer_id,
            who: int = who,
            at: Any = at,
            sold_id: int = sold_ids[0],
        ) -> int:
            return asking.book(_user(owner_id), pair_id, offer_id, who, at, package_id=sold_id).id

        results = at_once(
            app,
            [
                lambda n=numbers: press(owner_id, n[4], "accept"),  # noqa: B023
                lambda n=numbers: refuse(n[::-1]),
                lambda n=numbers: press(people[0], n[0], "cancel"),  # noqa: B023
                lambda n=numbers: press(people[2], n[5], "cancel"),  # noqa: B023
                book,
            ],
        )
        assert all(isinstance(result, int | str | AtriumError) for result in results), results
        db.expire_all()
        for sold_id in sold_ids:
            assert db.get(ClientPackage, sold_id).used == _holding(sold_id)


def test_two_specialists_call_off_at_once(app, db):
    """Appointments of the same packages, made in contrary orders: without the lock of all of them they make a ring."""
    for _ in range(3):
        provider = make.organization(make.user("Вера", "Директорова"))
        owner_id, package = provider.owner_id, make.package(provider)
        clients = [make.client_of(provider, make.resident()) for _ in range(8)]
        sold = [packages.sell(provider.owner, client.id, package.id) for client in clients]
        days = [[], []]
        for those, specialist, order in zip(days, provider.specialists, (sold, sold[::-1]), strict=True):
            for number, one in enumerate(order):
                at = make.free(provider) + dt.timedelta(hours=2 * number)
                given = (one.client_id, one.offer_id, specialist.id, at)
                those.append(asking.book(provider.owner, *given, package_id=one.id).id)
        sold_ids = [one.id for one in sold]
        db.commit()

        def refuse(those: list[int], owner_id: int = owner_id) -> int:
            return appointments.refuse_all(_user(owner_id), those, "Болезнь")

        results = at_once(app, [lambda those=those: refuse(those) for those in days])
        assert results == [8, 8]
        db.expire_all()
        assert [db.get(ClientPackage, number).used for number in sold_ids] == [0] * 8


def _user(number: int) -> User | None:
    return db.session.get(User, number)


def test_one_form_sells_once(app, db):
    provider = make.specialist()
    owner_id, pair_id = provider.owner_id, make.client_of(provider).id
    package_id, key = make.package(provider).id, uuid4()
    db.commit()

    def sell() -> int:
        return packages.sell(_user(owner_id), pair_id, package_id, paid="1000", form_key=key).id

    results = at_once(app, [sell] * 10)
    assert len(set(results)) == 1
    assert db.scalar(select(func.count()).select_from(ClientPackage)) == 1
    assert db.scalar(select(func.count()).select_from(Payment)) == 1


def test_cancelled_or_used_or_paid(app, db):
    """A sale that is cancelled while a session is taken and a payment recorded ends in one legal state."""
    for _ in range(5):
        sold = make.sold(make.client_of(make.specialist(make.user("Анна", "Светлова"))))
        provider = sold.client.provider
        owner_id, sold_id, works = provider.owner_id, sold.id, _booking(sold, provider)
        db.commit()

        def cancel(owner_id: int = owner_id, sold_id: int = sold_id) -> str:
            return str(packages.cancel(_user(owner_id), sold_id).cancelled_at)

        def pay(owner_id: int = owner_id, sold_id: int = sold_id) -> int:
            return payments.record(_user(owner_id), sold_id, "100", of=ClientPackage).id

        results = at_once(app, [*works, cancel, pay])
        assert all(isinstance(result, int | str | AtriumError) for result in results), results
        db.expire_all()
        kept = db.get(ClientPackage, sold_id)
        paid = db.scalar(select(func.count()).where(Payment.package_id == sold_id))
        assert kept.used == _holding(sold_id)
        assert kept.cancelled_at is None or (kept.used == 0 and paid == 0)
        assert kept.cancelled_at is None or kept.cancelled_at <= clock.now()
