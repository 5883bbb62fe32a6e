"""«Сегодня» of a provider: what it reads of a calendar that goes on for years."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app import clock
from app.actions import appointments, asking
from app.policy import practices
from app.queries import practice as queries
from app.queries import slots
from models import Client
from tests import factories as make


@pytest.fixture
def pair(app: Any) -> Client:
    return make.client_of(make.specialist())


def _book(pair: Client, days: int, hour: int) -> Any:
    """On the day so far from today by the provider's clocks."""
    zone = clock.zone(pair.provider.timezone)
    day = clock.now().astimezone(zone).date() + dt.timedelta(days=days)
    offer, who = pair.provider.offers[0], pair.provider.specialists[0]
    at = slots.moment(day, hour * 60, zone)
    return asking.book(pair.provider.owner, pair.id, offer.id, who.id, at)


def _today(db: Any, pair: Client) -> queries.Today:
    (here,) = practices(db, pair.provider.owner)
    return queries.today(db, here)


def test_of_what_is_ahead_only_the_next_is_read(db: Any, pair: Client, count_statements: Any) -> None:
    """Tomorrow's are counted; the rest of the calendar is not loaded."""
    today, _second = _book(pair, 0, 9), _book(pair, 0, 11)
    tomorrow = [_book(pair, 1, hour) for hour in (10, 12, 14)]
    for days in range(2, 12):
        _book(pair, days, 10)
    db.commit()
    with count_statements(3):
        found = _today(db, pair)
    assert [one.id for one in found.today] == [today.id, _second.id]
    assert (found.tomorrow, found.next.id) == (3, tomorrow[0].id)
    assert not found.unmarked


def test_the_next_one_may_be_far_away(db: Any, pair: Client) -> None:
    """Also when it is the only one; what is called off is none."""
    gone, far = _book(pair, 3, 10), _book(pair, 40, 10)
    appointments.move(pair.provider.owner, gone.id, "call_off", comment="Болезнь")
    found = _today(db, pair)
    assert (found.today, found.tomorrow, found.next.id) == ([], 0, far.id)


def test_without_appointments_there_is_no_next(db: Any, pair: Client) -> None:
    found = _today(db, pair)
    assert (found.requests, found.today, found.tomorrow, found.next) == ([], [], 0, None)
