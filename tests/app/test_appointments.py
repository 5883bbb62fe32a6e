"""Appointments: from the invitation to the completed meeting, and what is refused on the way."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import clock
from app.actions import appointment_timers, appointments, asking, invitations, providers, schedule
from app.errors import Forbidden, IllegalMove, Invalid, NotFound, Stale, Taken
from app.queries import inbox, wording
from models import Appointment, Channel, Entry, Notice
from tests import factories as make

pytestmark = pytest.mark.usefixtures("app")


def _told(db, person) -> list[str]:
    return list(
        db.scalars(
            select(Entry.kind)
            .join(Notice)
            .where(Notice.user_id == person.id, Notice.channel == Channel.INBOX)
            .order_by(Notice.id)
        )
    )


def test_from_request_to_completed(db, run_jobs, later):
    """S2-22..S2-24, S2-26, S2-27, S2-29: each change of status is told at once, to the other side."""
    client = make.client_of(make.specialist())
    owner = client.provider.owner
    asked = make.appointment(client, words="Первый раз")
    assert (asked.status, asked.price, asked.currency, asked.title) == (
        "requested",
        200000,
        "RUB",
        "Консультация",
    )
    appointments.move(owner, asked.id, "accept", version=asked.version)
    with pytest.raises(IllegalMove):
        appointments.move(owner, asked.id, "hold")
    later((asked.starts_at - clock.now()).total_seconds() + 60)
    appointments.move(owner, asked.id, "hold")
    run_jobs()
    assert asked.status == "held"
    assert _told(db, owner) == ["client.joined", "appointment.requested"]
    assert _told(db, client.user) == ["appointment.accepted", "appointment.held"]


def test_declining_needs_a_reason_and_frees_the_time(db):
    """S2-23, S2-28, S2-38."""
    asked = make.appointment()
    owner, at = asked.client.provider.owner, asked.starts_at
    assert make.free(asked.client.provider) != at
    with pytest.raises(Invalid) as wrong:
        appointments.move(owner, asked.id, "decline", comment="  ")
    assert "comment" in wrong.value.fields
    appointments.move(owner, asked.id, "decline", comment="Заболел")
    assert (asked.status, asked.reason) == ("declined", "Заболел")
    assert make.free(asked.client.provider) == at


@pytest.mark.parametrize(
    ("way", "allowed"),
    [
        ((), True),
        (("accept",), True),
        (("decline",), False),
        (("accept", "hold"), False),
        (("accept", "miss"), False),
    ],
)
def test_only_what_is_open_can_be_cancelled(later, way, allowed):
    """D-17, S2-33: «Ожидает» and «Принято»."""
    asked = make.appointment()
    owner = asked.client.provider.owner
    for name in way:
        if name in ("hold", "miss"):
            later((asked.starts_at - clock.now()).total_seconds() + 60)
        appointments.move(owner, asked.id, name, comment="Потому что")
    if allowed:
        assert appointments.move(asked.client.user, asked.id, "cancel").status == "called_off"
    else:
        with pytest.raises(IllegalMove):
            appointments.move(asked.client.user, asked.id, "cancel")


def test_each_has_his_own_moves():
    """S2-23, S2-33: the client accepts nothing, the provider does not cancel in the client's name."""
    asked = make.appointment()
    with pytest.raises(Forbidden):
        appointments.move(asked.client.user, asked.id, "accept")
    with pytest.raises(Forbidden):
        appointments.move(asked.client.provider.owner, asked.id, "cancel")
    for stranger in (make.operator(), make.dispatcher(), make.resident()):
        with pytest.raises(NotFound):
            appointments.move(stranger, asked.id, "accept")


def test_a_second_press_is_the_first_one_and_an_old_page_is_told(db):
    asked = make.appointment()
    owner, seen = asked.client.provider.owner, asked.version
    appointments.move(owner, asked.id, "accept", version=seen)
    assert appointments.move(owner, asked.id, "accept", version=seen).status == "agreed"
    with pytest.raises(Stale):
        appointments.move(owner, asked.id, "call_off", version=seen, comment="Нет")
    kinds = db.scalars(select(Entry.kind).where(Entry.subject == asked.subject)).all()
    assert kinds.count("appointment.accepted") == 1


def test_a_time_is_held_from_the_request_on():
    """S2-21: what one has asked for the other is not offered, and cannot take."""
    provider = make.specialist()
    first, second = make.client_of(provider), make.client_of(provider, make.resident("Пётр", "Второй"))
    at = make.free(provider)
    make.appointment(first, at)
    with pytest.raises(Taken):
        make.appointment(second, at)


def test_accepting_one_of_two_requests_closes_the_other(db, run_jobs):
    """Where requests do not hold the time, the one who was not chosen is told, with free times near."""
    provider = make.specialist(holds_requests="")
    first, second = make.client_of(provider), make.client_of(provider, make.resident("Пётр", "Второй"))
    at = make.free(provider, 4)
    chosen, other = make.appointment(first, at), make.appointment(second, at)
    appointments.move(provider.owner, chosen.id, "accept")
    run_jobs()
    assert (chosen.status, other.status) == ("agreed", "declined")
    near = db.scalars(select(Entry.data["near"]).where(Entry.kind == "appointment.crowded_out")).one()
    assert len(near) == 3
    assert at.isoformat() not in near
    assert _told(db, second.user)[-1] == "appointment.crowded_out"
    with pytest.raises(IllegalMove):
        appointments.move(provider.owner, other.id, "accept")


def test_a_request_must_be_for_free_time(db):
    """S2-20, S2-21: neither outside the hours, nor beside the grid, nor too soon, nor too far."""
    provider = make.specialist()
    client = make.client_of(provider)
    at = make.free(provider)
    zone = clock.zone(provider.timezone)
    night = (at.astimezone(zone) + dt.timedelta(days=1)).replace(hour=3)
    for wrong in (
        night,
        at + dt.timedelta(minutes=7),
        clock.now() + dt.timedelta(minutes=5),
        at + dt.timedelta(days=200),
    ):
        with pytest.raises(Taken):
            make.appointment(client, wrong.astimezone(dt.UTC))
    assert db.scalars(select(Appointment)).all() == []


def test_the_same_form_twice_is_one_request():
    client = make.client_of(make.specialist())
    at, key = make.free(client.provider), uuid4()
    assert make.appointment(client, at, form_key=key).id == make.appointment(client, at, form_key=key).id


def test_the_provider_books_for_a_client(db, run_jobs):
    """I-19: agreed at once, outside the hours too, but never over another appointment."""
    provider = make.specialist()
    client = make.client_of(provider)
    at = make.free(provider).replace(hour=1)
    offer, who = provider.offers[0], provider.specialists[0]
    booked = asking.book(provider.owner, client.id, offer.id, who.id, at)
    run_jobs()
    assert booked.status == "agreed"
    assert _told(db, client.user) == ["appointment.booked"]
    with pytest.raises(Taken):
        asking.book(provider.owner, client.id, offer.id, who.id, at + dt.timedelta(minutes=30))
    with pytest.raises(NotFound):
        asking.book(client.user, client.id, offer.id, who.id, at + dt.timedelta(hours=2))
    with pytest.raises(Invalid):
        asking.book(provider.owner, client.id, offer.id, who.id, at + dt.timedelta(days=4000))


def test_the_rest_after_an_appointment_is_guarded(db):
    provider = make.specialist()
    client = make.client_of(provider)
    make.offer(provider, "Сеанс", minutes="60", buffer="30")
    offer, who = provider.offers[1], provider.specialists[0]
    at = make.free(provider)
    asking.book(provider.owner, client.id, offer.id, who.id, at)
    with pytest.raises(Taken):
        asking.book(provider.owner, client.id, offer.id, who.id, at + dt.timedelta(minutes=60))
    asking.book(provider.owner, client.id, offer.id, who.id, at + dt.timedelta(minutes=90))


def test_moving_to_another_time(db, run_jobs):
    asked = make.appointment()
    provider = asked.client.provider
    before, after = asked.starts_at, make.free(provider, 6)
    appointments.reschedule(provider.owner, asked.id, after)
    run_jobs()
    assert (asked.status, asked.starts_at, asked.ends_at) == ("agreed", after, after + dt.timedelta(hours=1))
    assert _told(db, asked.client.user) == ["appointment.accepted_at"]
    assert make.free(provider) == before
    with pytest.raises(Forbidden):
        appointments.reschedule(asked.client.user, asked.id, before)
    with pytest.raises(Invalid):
        appointments.reschedule(provider.owner, asked.id, clock.now() - dt.timedelta(hours=1))
    other = make.appointment(asked.client, before)
    with pytest.raises(Taken):
        appointments.reschedule(provider.owner, asked.id, other.starts_at)
    assert asked.starts_at == after
    appointments.reschedule(provider.owner, asked.id, make.free(provider, 8))
    run_jobs()
    assert _told(db, asked.client.user) == ["appointment.accepted_at", "appointment.moved"]


def test_the_timers(db, run_jobs, later):
    """I-18: an unanswered request lapses, what nobody marked is completed, the client is reminded once."""
    provider = make.specialist()
    client = make.client_of(provider)
    agreed = make.appointment(client, make.free(provider, 40))
    appointments.move(provider.owner, agreed.id, "accept")
    asked = make.appointment(client, make.free(provider, 0))
    ahead = (agreed.starts_at - clock.now()).total_seconds()
    later(ahead - 3600)
    assert appointment_timers.lapse_due() == 1
    assert (appointment_timers.remind_due(), appointment_timers.remind_due()) == (1, 0)
    assert appointment_timers.expire_due() == 0
    later(ahead + 26 * 3600)
    assert appointment_timers.expire_due() == 1
    run_jobs()
    db.expire_all()
    assert (asked.status, agreed.status) == ("declined", "held")
    assert _told(db, client.user)[1:] == ["appointment.lapsed", "appointment.reminded", "appointment.expired"]


def test_who_agreed_a_moment_ago_is_not_reminded(later):
    asked = make.appointment()
    later((asked.starts_at - clock.now()).total_seconds() - 7200)
    appointments.move(asked.client.provider.owner, asked.id, "accept")
    assert appointment_timers.remind_due() == 0


def test_an_absence_takes_its_time_away(db):
    """I-19: hours, holidays, vacations and single absences; what stands in them is refused with one press."""
    asked = make.appointment()
    provider = asked.client.provider
    day = asked.starts_at.astimezone(clock.zone(provider.timezone)).replace(tzinfo=None, hour=0, minute=0)
    schedule.add_absence(
        provider.owner, provider.id, specialist_id=None, starts=day, ends=day + dt.timedelta(days=1)
    )
    assert make.free(provider).date() != asked.starts_at.date()
    assert appointments.refuse_all(provider.owner, [asked.id], "Выходной") == 1
    assert asked.status == "declined"
    with pytest.raises(Invalid):
        schedule.add_absence(provider.owner, provider.id, specialist_id=None, starts=day, ends=day)


def test_hours_must_make_sense():
    provider = make.specialist()
    who = provider.specialists[0]
    with pytest.raises(Invalid) as wrong:
        schedule.set_hours(provider.owner, who.id, [(0, 540, 720), (0, 700, 800), (1, 600, 600)])
    assert set(wrong.value.fields) == {"0", "1"}
    with pytest.raises(NotFound):
        schedule.set_hours(make.operator(), who.id, [])


def test_one_account_is_one_of_the_two(db):
    """S2-63, S2-65..S2-67: the second is refused with the reason; the client side stays."""
    person = make.resident()
    pair = make.client_of(make.specialist(), person)
    assert (
        providers.register(person, "specialist", "Я").id == providers.register(person, "specialist", "Я").id
    )
    with pytest.raises(Invalid) as refused:
        providers.register(person, "organization", "Мы")
    assert "second account" in str(refused.value.fields["kind"]) or "втор" in str(
        refused.value.fields["kind"]
    )
    assert make.appointment(pair).client.user_id == person.id


def test_invitations_end(later):
    """S2-1, S2-2: used up, out of date, taken back, unknown, of oneself."""
    provider = make.specialist()
    owner = provider.owner

    def link(**kw):
        from app import tokens

        made = invitations.invite(owner, provider.id, "secret", **kw)
        return made, tokens.derived("secret", "invitation", made.nonce)

    _, own = link()
    with pytest.raises(Invalid) as refused:
        invitations.accept(owner, own)
    assert refused.value.code == "own"
    _, personal = link(most=1)
    first = make.resident()
    pair = invitations.accept(first, personal)
    assert invitations.accept(first, personal).id == pair.id
    with pytest.raises(Invalid) as refused:
        invitations.accept(make.resident(), personal)
    assert refused.value.code == "used_up"
    made, gone = link()
    invitations.revoke(owner, made.id)
    with pytest.raises(Invalid) as refused:
        invitations.accept(make.resident(), gone)
    assert refused.value.code == "revoked"
    with pytest.raises(NotFound):
        invitations.accept(make.resident(), "guessed")
    _, short = link(days=1)
    later(2 * 86400)
    with pytest.raises(Invalid) as refused:
        invitations.accept(make.resident(), short)
    assert refused.value.code == "expired"


def test_a_specialist_of_an_organization_joins_with_an_account(db):
    """I-20: his time is one, wherever he serves; he sees the clients whom he serves."""
    from app import policy, tokens

    studio = make.organization()
    person = make.user("Игорь", "Мастеров")
    own = make.specialist(person, "Игорь Мастеров")
    igor, olga = studio.specialists
    made = invitations.invite(studio.owner, studio.id, "secret", specialist_id=igor.id)
    client = make.client_of(studio)
    at = make.free(studio)
    with_olga = make.appointment(client, at, specialist_id=olga.id)
    with_igor = make.appointment(client, at, specialist_id=igor.id)
    elsewhere = make.appointment(make.client_of(own, make.resident("Пётр", "Второй")), make.free(own, 8))
    invitations.accept(person, tokens.derived("secret", "invitation", made.nonce))
    assert igor.resource_id == own.specialists[0].resource_id
    seen = set(db.scalars(policy.visible_appointments(person)))
    assert seen == {with_igor, elsewhere}
    with pytest.raises(NotFound):
        policy.load_appointment(db, person, with_olga.id)
    assert elsewhere.starts_at not in [one.at for one in _free(db, studio, igor)]


def _free(db, provider, who):
    from app.queries import slots

    now = clock.now()
    return slots.free_slots(db, provider.offers[0], [who], now, now + dt.timedelta(days=10))


def test_a_specialist_who_leaves_sees_nothing_any_more(db, run_jobs):
    """I-20, S2-61: not while clients expect him; then his invitations, his notices and his sight end."""
    from app import policy, tokens

    studio = make.organization()
    person, igor = make.user("Игорь", "Мастеров"), studio.specialists[0]
    made = invitations.invite(studio.owner, studio.id, "secret", specialist_id=igor.id)
    invitations.accept(person, tokens.derived("secret", "invitation", made.nonce))
    asked = make.appointment(make.client_of(studio), specialist_id=igor.id)
    own = invitations.invite(person, studio.id, "secret")
    run_jobs()
    assert _told(db, person)
    away = {"name": igor.name, "title": "", "active": False, "sees_all": False}
    with pytest.raises(Invalid) as refused:
        providers.edit_specialist(studio.owner, igor.id, **away)
    assert "active" in refused.value.fields
    appointments.move(studio.owner, asked.id, "decline", comment="Увольняется")
    providers.edit_specialist(studio.owner, igor.id, **away)
    assert _told(db, person) == []
    assert list(db.scalars(policy.visible_clients(person))) == []
    with pytest.raises(NotFound):
        policy.load_practice(db, person, studio.id)
    with pytest.raises(Invalid) as refused:
        invitations.accept(make.resident(), tokens.derived("secret", "invitation", own.nonce))
    assert refused.value.code == "revoked"


def test_one_client_does_not_hold_the_whole_calendar():
    client = make.client_of(make.specialist())
    for number in range(asking.MAX_REQUESTS):
        make.appointment(client, make.free(client.provider, number))
    with pytest.raises(Invalid) as refused:
        make.appointment(client)
    assert refused.value.code == "too_many"


def test_prices_keep_their_currency():
    provider = make.specialist()
    with pytest.raises(Invalid) as refused:
        providers.edit(provider.owner, provider.id, {"currency": "EUR"})
    assert "currency" in refused.value.fields


def test_a_practice_is_told_in_its_own_times(db, run_jobs):
    """S2-23: the notice says the time that the page of the request says; who is elsewhere reads the offset, too. The
    client is told in the own zone (D-18)."""
    provider = make.specialist()
    providers.edit(provider.owner, provider.id, {"timezone": "UTC+05:00"})
    asked = make.appointment(make.client_of(provider))
    appointments.move(provider.owner, asked.id, "accept")
    run_jobs()
    moscow = dt.timezone(dt.timedelta(hours=3))
    here = wording.moment(asked.starts_at, dt.timezone(dt.timedelta(hours=5)))
    there = wording.moment(asked.starts_at, moscow)
    owner = next(iter(inbox.notices(db, provider.owner, moscow)[0]))
    assert f"{here} (UTC+5)" in owner.text
    client = next(iter(inbox.notices(db, asked.client.user, moscow)[0]))
    assert there in client.text
    assert "UTC" not in client.text
