"""Free time (I-3, S2-20, S2-21): hours less absences and bookings, in any zone, on days when clocks change."""

from __future__ import annotations

import datetime as dt

import pytest

from app import clock
from app.actions import asking, schedule
from app.queries import slots
from models import Absence
from tests import factories as make

pytestmark = pytest.mark.usefixtures("app")
BERLIN = "Europe/Berlin"
EVERY_DAY = [(day, 0, 6 * 60) for day in range(7)]


def _at(monkeypatch, text: str) -> None:
    """The test happens at this moment."""
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: moment)


def _wall(text: str) -> dt.datetime:
    """A time on the wall, without a zone."""
    return dt.datetime.fromisoformat(text)


def _walls(db, provider, day: dt.date, zone: str, offer=None) -> list[str]:
    """The starts of one day, as clocks of the zone show them."""
    there = clock.zone(zone)
    start = dt.datetime.combine(day, dt.time(), tzinfo=there)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=there)
    offer = offer or provider.offers[0]
    found = slots.free_slots(db.session, offer, provider.specialists, start, end)
    return [f"{slot.at.astimezone(there):%H:%M%z}" for slot in found]


@pytest.fixture
def session(db):
    from app.extensions import db as extension

    return extension


def test_the_night_when_clocks_are_put_forward_is_an_hour_shorter(session, monkeypatch):
    """2027-03-28 in Berlin: 2:00 is followed by 3:00. Six hours on the clock's face are five."""
    _at(monkeypatch, "2027-03-20T12:00")
    provider = make.specialist(timezone=BERLIN, hours=EVERY_DAY, step="60")
    usual = _walls(session, provider, dt.date(2027, 3, 27), BERLIN)
    assert usual == ["00:00+0100", "01:00+0100", "02:00+0100", "03:00+0100", "04:00+0100", "05:00+0100"]
    short = _walls(session, provider, dt.date(2027, 3, 28), BERLIN)
    assert short == ["00:00+0100", "01:00+0100", "03:00+0200", "04:00+0200", "05:00+0200"]


def test_the_night_when_clocks_are_put_back_is_an_hour_longer(session, monkeypatch):
    """2026-10-25 in Berlin: 2:00 to 3:00 comes twice, and both can be had, once each."""
    _at(monkeypatch, "2026-10-20T12:00")
    provider = make.specialist(timezone=BERLIN, hours=EVERY_DAY, step="60")
    long = _walls(session, provider, dt.date(2026, 10, 25), BERLIN)
    assert long == [
        "00:00+0200",
        "01:00+0200",
        "02:00+0200",
        "02:00+0100",
        "03:00+0100",
        "04:00+0100",
        "05:00+0100",
    ]


def test_the_client_sees_his_own_clocks(session, monkeypatch):
    """S2-16: a specialist of Yekaterinburg whose morning is the evening before in New York."""
    _at(monkeypatch, "2026-12-01T12:00")
    provider = make.specialist(step="60")  # 9:00 to 18:00, UTC+5
    assert _walls(session, provider, dt.date(2026, 12, 6), "America/New_York") == ["23:00-0500"]
    monday = _walls(session, provider, dt.date(2026, 12, 7), "America/New_York")
    assert monday == [f"{h:02d}:00-0500" for h in range(8)] + ["23:00-0500"]


def test_an_appointment_must_end_within_the_hours(session, monkeypatch):
    _at(monkeypatch, "2026-12-01T12:00")
    provider = make.specialist(step="30")
    day = dt.date(2026, 12, 7)
    assert _walls(session, provider, day, provider.timezone)[-1] == "17:00+0500"
    long = make.offer(provider, "Группа", minutes="150", buffer="60")
    assert _walls(session, provider, day, provider.timezone, long)[-1] == "15:30+0500"


def test_breaks_absences_and_bookings_are_left_out(session, monkeypatch):
    """I-19: two stretches a day, a single absence of some hours, a booking with its time to rest."""
    _at(monkeypatch, "2026-12-01T12:00")
    provider = make.specialist(hours=[(0, 540, 780), (0, 840, 1080)], step="60")
    rested = make.offer(provider, "Сеанс", minutes="60", buffer="30")
    day = dt.date(2026, 12, 7)
    who, zone = provider.specialists[0], clock.zone(provider.timezone)
    schedule.add_absence(
        provider.owner,
        provider.id,
        specialist_id=who.id,
        starts=_wall("2026-12-07T10:00"),
        ends=_wall("2026-12-07T11:00"),
    )
    client = make.client_of(provider)
    at = dt.datetime(2026, 12, 7, 14, tzinfo=zone).astimezone(dt.UTC)
    asking.book(provider.owner, client.id, rested.id, who.id, at)
    hours = [text[:5] for text in _walls(session, provider, day, provider.timezone)]
    # 9–10, then away till 11; 13–14 is the break; 14–15:30 is booked.
    assert hours == ["09:00", "11:00", "12:00", "16:00", "17:00"]
    # Its own rest must fit before what follows.
    assert "13:00" not in hours


def test_a_holiday_of_all_and_a_vacation_of_one(session, monkeypatch):
    """I-20: of two specialists one is away for a week, both on the holiday."""
    _at(monkeypatch, "2026-12-01T12:00")
    studio = make.organization()
    igor, olga = studio.specialists
    week = {"starts": _wall("2026-12-07T00:00"), "ends": _wall("2026-12-12T00:00")}
    schedule.add_absence(studio.owner, studio.id, specialist_id=igor.id, kind="vacation", **week)
    schedule.add_absence(
        studio.owner,
        studio.id,
        specialist_id=None,
        kind="holiday",
        starts=_wall("2026-12-08T00:00"),
        ends=_wall("2026-12-09T00:00"),
    )
    since = dt.datetime(2026, 12, 7, tzinfo=dt.UTC)
    found = slots.free_slots(
        session.session, studio.offers[0], [igor, olga], since, since + dt.timedelta(days=4)
    )
    assert {slot.specialist for slot in found} == {olga}
    assert {slot.at.astimezone(clock.zone(studio.timezone)).day for slot in found} == {7, 9, 10}


def test_too_soon_and_too_far(session, monkeypatch):
    _at(monkeypatch, "2026-12-07T06:10")  # 11:10 in Yekaterinburg, a Monday
    provider = make.specialist(step="60", notice="120", horizon="7")
    assert _walls(session, provider, dt.date(2026, 12, 7), provider.timezone)[0] == "14:00+0500"
    assert _walls(session, provider, dt.date(2026, 12, 14), provider.timezone) == [
        "09:00+0500",
        "10:00+0500",
        "11:00+0500",
    ]
    assert _walls(session, provider, dt.date(2026, 12, 15), provider.timezone) == []


def test_one_persons_time_is_one_wherever_he_serves(session):
    """A booking at one of two providers is taken at the other."""
    from app import tokens
    from app.actions import invitations

    person = make.user("Игорь", "Мастеров")
    own, studio = make.specialist(person), make.organization(None, "Игорь Мастеров")
    row = studio.specialists[0]
    invitation = invitations.invite(studio.owner, studio.id, "s", specialist_id=row.id)
    invitations.accept(person, tokens.derived("s", "invitation", invitation.nonce))
    at = make.free(own)
    make.appointment(make.client_of(own), at)
    assert make.free(studio) != at


def test_the_nearest_are_on_both_sides(session, monkeypatch):
    _at(monkeypatch, "2026-12-01T12:00")
    provider = make.specialist(step="60")
    at = dt.datetime(2026, 12, 7, 7, tzinfo=dt.UTC)  # noon there
    make.appointment(make.client_of(provider), at)
    found = slots.free_slots(
        session.session,
        provider.offers[0],
        provider.specialists,
        at - dt.timedelta(days=1),
        at + dt.timedelta(days=1),
    )
    assert [slot.at.hour for slot in slots.nearest(found, at)] == [5, 6, 8]


def test_three_statements_whatever_has_been(session, count_statements):
    provider = make.specialist()
    offer = provider.offers[0]
    now = clock.now()
    list(offer.specialists)
    with count_statements(3):
        slots.free_slots(session.session, offer, provider.specialists, now, now + dt.timedelta(days=31))


def test_spans_without_others():
    def t(hour: int) -> dt.datetime:
        return dt.datetime(2026, 1, 1, hour, tzinfo=dt.UTC)

    left = slots.without([(t(9), t(18))], [(t(8), t(10)), (t(12), t(13)), (t(12), t(14)), (t(17), t(20))])
    assert list(left) == [(t(10), t(12)), (t(14), t(17))]
    assert list(slots.without([(t(9), t(10))], [(t(8), t(11))])) == []


def test_what_clocks_leave_out_is_an_hour_later():
    """2026-03-29 in Berlin: 2:00 is followed by 3:00; until 2:30 is until 3:30, and no span turns round."""
    zone = clock.zone(BERLIN)
    day = dt.date(2026, 3, 29)
    for last in (False, True):
        assert slots.moment(day, 150, zone, last=last).astimezone(zone).hour == 3
    row = Absence(starts=_wall("2026-03-29T02:10"), ends=_wall("2026-03-29T02:40"))
    start, end = slots.span(row, zone)
    assert end - start == dt.timedelta(minutes=30)


def test_long_appointments_see_what_is_taken_far_ahead(session):
    """Whoever asks for one minute of the calendar learns of what stands at the end of a long appointment."""
    provider = make.specialist(hours=[(day, 0, 1440) for day in range(7)], step="60", notice="0")
    long = make.offer(provider, "Выезд", minutes="1440", buffer="720")
    client = make.client_of(provider)
    at = make.free(provider, 30)
    asking.book(
        provider.owner,
        client.id,
        provider.offers[0].id,
        provider.specialists[0].id,
        at + dt.timedelta(hours=30),
    )
    window = slots.free_slots(session.session, long, provider.specialists, at, at + dt.timedelta(minutes=1))
    assert window == []


def test_an_absence_over_the_doubled_hour_covers_both(monkeypatch):
    zone = clock.zone(BERLIN)
    row = Absence(starts=_wall("2026-10-25T02:00"), ends=_wall("2026-10-25T03:00"))
    start, end = slots.span(row, zone)
    assert end - start == dt.timedelta(hours=2)
