"""Many clients at once on one time: one winner, by the database. A control run without the guard shows the race."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from app import tokens
from app.actions import appointments, asking, invitations, providers
from app.errors import AtriumError, IllegalMove, Invalid, Taken
from app.extensions import db
from models import Appointment, Booking, Client, Invitation, Provider, User
from tests import factories as make
from tests.race.test_orders import at_once


def _clients(provider: Provider, count: int) -> list[tuple[int, int]]:
    """(user, pair) of so many clients, ready for threads of their own."""
    made = [make.client_of(provider, make.resident("Клиент", f"Ц{chr(1040 + n % 32)}")) for n in range(count)]
    return [(one.user_id, one.id) for one in made]


def _asking(provider: Provider, pairs: list[tuple[int, int]], at: Any, **more: Any) -> list[Any]:
    offer_id = provider.offers[0].id

    def ask(user_id: int, pair_id: int) -> int:
        return asking.request(db.session.get(User, user_id), pair_id, offer_id, at, **more).id

    return [lambda pair=pair: ask(*pair) for pair in pairs]


def _overlaps() -> int:
    other = select(Booking).subquery()
    query = select(func.count()).where(
        Booking.active,
        other.c.active,
        Booking.id < other.c.id,
        Booking.resource_id == other.c.resource_id,
        Booking.span.overlaps(other.c.span),
    )
    return db.session.scalar(query) or 0


def test_fifty_clients_ask_for_one_time(app, db):
    """S2-21, I-3: exactly one has it, the others are told that it is taken."""
    provider = make.specialist()
    pairs, at = _clients(provider, 50), make.free(provider)
    works = _asking(provider, pairs, at)
    db.commit()
    results = at_once(app, works)
    assert Counter(type(result).__name__ for result in results) == {"int": 1, "Taken": 49}
    assert _overlaps() == 0
    assert db.scalar(select(func.count()).select_from(Appointment)) == 1


def test_one_form_at_once(app, db):
    """A double press is one request, and both presses are answered with it."""
    provider = make.specialist()
    [pair] = _clients(provider, 1)
    form_key, at = uuid4(), make.free(provider)
    [ask] = _asking(provider, [pair], at, form_key=form_key)
    db.commit()
    results = at_once(app, [ask] * 8)
    assert len(set(results)) == 1, results
    assert isinstance(results[0], int)
    assert db.scalar(select(func.count()).select_from(Appointment)) == 1


def test_without_the_guard_they_would_overlap(app, db, monkeypatch):
    """The control: the same fifty without the constraint, and without the lock of who waits for whom."""
    monkeypatch.setattr(asking, "lock_time", lambda _people: None)
    provider = make.specialist()
    pairs, at = _clients(provider, 50), make.free(provider)
    works = _asking(provider, pairs, at)
    db.execute(text("ALTER TABLE bookings DROP CONSTRAINT ex_bookings_span"))
    db.commit()
    at_once(app, works)
    assert _overlaps() > 0


def test_fifty_book_what_partly_overlaps(app, db):
    """The provider's own people at once, each half an hour later than the other."""
    import datetime as dt

    provider = make.specialist()
    owner_id, offer_id, who = provider.owner_id, provider.offers[0].id, provider.specialists[0].id
    pairs, at = _clients(provider, 1), make.free(provider)

    def book(minutes: int) -> int:
        person = db_session().get(User, owner_id)
        moment = at + dt.timedelta(minutes=minutes)
        return asking.book(person, pairs[0][1], offer_id, who, moment).id

    db.commit()
    results = at_once(app, [lambda n=n: book(30 * (n % 5)) for n in range(25)])
    assert all(isinstance(result, int | Taken) for result in results)
    assert _overlaps() == 0


def db_session() -> Any:
    return db.session


def test_two_accepts_at_once(app, db):
    """Of two requests for one time one is accepted, the other is closed; nobody gets an error of the server."""
    for _ in range(5):
        provider = make.specialist(holds_requests="")
        at = make.free(provider)
        requests = [make.appointment(make.client_of(provider), at).id for _ in range(2)]
        owner_id = provider.owner_id
        db.commit()

        def accept(number: int, owner_id: int = owner_id) -> str:
            return appointments.move(db_session().get(User, owner_id), number, "accept").status

        results = at_once(app, [lambda n=n: accept(n) for n in requests])
        assert results.count("agreed") == 1
        assert all(result == "agreed" or isinstance(result, IllegalMove | Taken) for result in results)
        db.expire_all()
        statuses = sorted(db.get(Appointment, number).status for number in requests)
        assert statuses == ["agreed", "declined"]
        assert _overlaps() == 0


def test_nobody_waits_in_a_ring(app, db):
    """Moving an appointment while others ask for that time; accepting while all are refused: no deadlock, one holds."""
    for _ in range(4):
        provider = make.specialist(make.user("Анна", "Светлова"))
        clients = _clients(provider, 4)
        asked = make.appointment(make.client_of(provider))
        owner_id, number, at = provider.owner_id, asked.id, make.free(provider, 6)
        works = _asking(provider, clients, at)
        db.commit()

        def shift(owner_id: int = owner_id, number: int = number, at: Any = at) -> int:
            return appointments.reschedule(db_session().get(User, owner_id), number, at).id

        results = at_once(app, [shift, *works])
        assert all(isinstance(result, int | Taken) for result in results), results
        assert _overlaps() == 0


def test_accepting_one_while_all_are_refused(app, db):
    for _ in range(4):
        provider = make.specialist(make.user("Анна", "Светлова"), holds_requests="")
        at = make.free(provider)
        numbers = [make.appointment(make.client_of(provider), at).id for _ in range(5)]
        owner_id = provider.owner_id
        db.commit()

        def accept(owner_id: int = owner_id, last: int = numbers[-1]) -> str:
            return appointments.move(db_session().get(User, owner_id), last, "accept").status

        def refuse(owner_id: int = owner_id, numbers: list[int] = numbers) -> int:
            return appointments.refuse_all(db_session().get(User, owner_id), numbers, "Болезнь")

        results = at_once(app, [accept, refuse])
        assert all(isinstance(result, int | str | AtriumError) for result in results), results
        db.expire_all()
        assert "requested" not in {db.get(Appointment, number).status for number in numbers}


def test_joining_while_clients_ask(app, db):
    """I-20: whoever becomes a specialist takes the bookings along, and no request lands on the time that was left."""
    for _ in range(4):
        studio = make.organization(make.user("Вера", "Директорова"), "Игорь Мастеров")
        row = studio.specialists[0]
        made = invitations.invite(studio.owner, studio.id, "secret", specialist_id=row.id)
        token = tokens.derived("secret", "invitation", made.nonce)
        person, who = make.user("Игорь", "Мастеров").id, row.id
        works = _asking(studio, _clients(studio, 6), make.free(studio))
        db.commit()
        results = at_once(
            app, [lambda p=person, t=token: invitations.accept(db_session().get(User, p), t).id, *works]
        )
        assert all(isinstance(result, int | AtriumError) for result in results), results
        db.expire_all()
        held = db.scalars(
            select(Booking).join(Appointment).where(Appointment.specialist_id == who, Booking.active)
        )
        assert [one.resource_id for one in held] == [row.resource_id]


@pytest.mark.parametrize("round_", range(3))
@pytest.mark.parametrize("pair", [("accept", "cancel"), ("accept", "decline"), ("call_off", "cancel")])
def test_contrary_moves(app, db, pair, round_):
    """S2-23, S2-33: the provider and the client at once end in one legal state; the time is held or it is not."""
    made = make.appointment()
    client_id, owner_id, number = made.client.user_id, made.client.provider.owner_id, made.id
    if pair[0] == "call_off":
        appointments.move(made.client.provider.owner, number, "accept")
    db.commit()

    def press(name: str) -> str:
        who = db_session().get(User, client_id if name == "cancel" else owner_id)
        return appointments.move(who, number, name, comment="Причина").status

    results = at_once(app, [lambda name=name: press(name) for name in pair])
    assert not [r for r in results if not isinstance(r, str | AtriumError)]
    db.expire_all()
    kept = db.get(Appointment, number)
    assert kept.status in ("agreed", "declined", "called_off")
    assert kept.booking.active == (kept.status == "agreed")


def test_the_last_use_of_an_invitation(app, db):
    """S2-1: a personal link that twenty people open at once has one client."""
    provider = make.specialist()
    made = invitations.invite(provider.owner, provider.id, "secret", most=1)
    token = tokens.derived("secret", "invitation", made.nonce)
    people = [make.resident().id for _ in range(20)]
    db.commit()
    results = at_once(
        app, [lambda n=n: invitations.accept(db_session().get(User, n), token).id for n in people]
    )
    assert Counter(type(result).__name__ for result in results) == {"int": 1, "Invalid": 19}
    assert db.scalar(select(Invitation.uses)) == 1


def test_one_person_opens_an_invitation_twenty_times_at_once(app, db):
    provider = make.specialist()
    made = invitations.invite(provider.owner, provider.id, "secret", most=3)
    token, person = tokens.derived("secret", "invitation", made.nonce), make.resident().id
    db.commit()
    results = at_once(
        app, [lambda: invitations.accept(db_session().get(User, person), token).id for _ in range(20)]
    )
    assert len(set(results)) == 1
    assert db.scalar(select(func.count()).select_from(Client)) == 1
    assert db.scalar(select(Invitation.uses)) == 1


def test_becoming_both_kinds_at_once(app, db):
    """S2-65: an account is one of the two, whatever is sent at the same moment."""
    for _ in range(5):
        person = make.resident().id
        db.commit()

        def become(kind: str, person: int = person) -> str:
            return providers.register(db_session().get(User, person), kind, "Имя").kind

        results = at_once(
            app, [lambda kind=kind: become(kind) for kind in ("specialist", "organization") * 3]
        )
        kinds = {result for result in results if isinstance(result, str)}
        assert len(kinds) == 1
        assert all(isinstance(result, str | Invalid) for result in results)
        assert db.scalar(select(func.count()).where(Provider.owner_id == person)) == 1
