"""Free time: of a provider with ten years of appointments for a month; of 1,000 specialists of an organization for a
week; the pages of the five steps and of the provider's calendar over those ten years."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Callable
from time import perf_counter
from typing import Any

from sqlalchemy import insert, select, text

from app import clock
from app.extensions import db
from app.queries import slots
from models import Hours, Offer, Provider, Resource, Specialist
from models.providers import offer_specialists
from tests import factories as make

MONTH, WEEK = 50, 300
PAGE_MEDIAN, PAGE_P95 = 12, 40
RUNS = 60
YEARS = 10
MANY = 1_000

#: Eight appointments of fifty minutes on each working day of ten years, and of the month to come.
_PAST = """
WITH times AS (
    SELECT day + make_interval(hours => 4 + n) AS at
      FROM generate_series(now()::date - make_interval(years => :years), now()::date + 30, '1 day') AS day,
           generate_series(0, 7) AS n
     WHERE extract(isodow FROM day) < 6
), made AS (
    INSERT INTO bookings (resource_id, span, active)
    SELECT :resource, tstzrange(at, at + interval '1 hour'), true FROM times RETURNING id, lower(span) AS at
)
INSERT INTO appointments (status, client_id, provider_id, specialist_id, offer_id, booking_id, title, starts_at,
                          ends_at, price, currency, created_by, closed_at)
SELECT CASE WHEN at < now() THEN 'held' ELSE 'agreed' END, :client, :provider, :specialist, :offer, id, 'Сеанс', at,
       at + interval '50 minutes', 200000, 'RUB', :user, CASE WHEN at < now() THEN at END
  FROM made
"""
_WEEK_OF_MANY = """
INSERT INTO bookings (resource_id, span, active)
SELECT r.id, tstzrange(day + make_interval(hours => 5 + n), day + make_interval(hours => 6 + n)), true
  FROM unnest(CAST(:resources AS int[])) AS r(id),
       generate_series(now()::date, now()::date + 8, interval '1 day') AS day, generate_series(0, 6, 2) AS n
"""


def _times(work: Callable[[], Any]) -> list[float]:
    """Milliseconds of each run, after a few that nobody counts."""
    found = []
    for run in range(RUNS + 5):
        db.session.rollback()
        start = perf_counter()
        work()
        if run >= 5:
            found.append((perf_counter() - start) * 1000)
    return sorted(found)


def _p95(times: list[float]) -> float:
    return times[int(len(times) * 0.95)]


def _ten_years(provider: Provider) -> int:
    client = make.client_of(provider)
    who = provider.specialists[0]
    db.session.execute(
        text(_PAST),
        {
            "years": YEARS,
            "resource": who.resource_id,
            "client": client.id,
            "provider": provider.id,
            "specialist": who.id,
            "offer": provider.offers[0].id,
            "user": client.user_id,
        },
    )
    db.session.commit()
    db.session.execute(text("ANALYZE bookings, appointments"))
    db.session.commit()
    return client.id


def _many(provider: Provider) -> None:
    """A thousand specialists who all do the one service, half of whose week is taken."""
    offer = provider.offers[0]
    resources = db.session.scalars(insert(Resource).returning(Resource.id), [{} for _ in range(MANY)]).all()
    rows = [
        {"provider_id": provider.id, "resource_id": number, "name": f"Мастер {number}"}
        for number in resources
    ]
    people = db.session.scalars(insert(Specialist).returning(Specialist.id), rows).all()
    db.session.execute(
        insert(offer_specialists), [{"offer_id": offer.id, "specialist_id": one} for one in people]
    )
    hours = [{"weekday": day, "start": 540, "end": 1080} for day in range(7)]
    db.session.execute(insert(Hours), [{"specialist_id": one} | each for one in people for each in hours])
    db.session.execute(text(_WEEK_OF_MANY), {"resources": list(resources)})
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def test_free_time(app, sign_in) -> None:
    alone = make.specialist(step="30", notice="0", horizon="60")
    client_id = _ten_years(alone)
    studio = make.organization()
    _many(studio)
    studio_id, alone_id = studio.id, alone.id

    def month() -> int:
        offer = db.session.scalars(select(Offer).where(Offer.provider_id == alone_id)).one()
        now = clock.now()
        return len(slots.free_slots(db.session, offer, offer.specialists, now, now + dt.timedelta(days=31)))

    def week() -> int:
        offer = db.session.scalars(select(Offer).where(Offer.provider_id == studio_id)).one()
        now = clock.now()
        return len(slots.free_slots(db.session, offer, offer.specialists, now, now + dt.timedelta(days=7)))

    over = []
    print(f"\n\n{'free time':44} {'median':>8} {'p95':>7} {'budget':>7}")
    for name, work, budget in (
        ("one, a month, ten years behind", month, MONTH),
        ("1,000, a week", week, WEEK),
    ):
        times = _times(work)
        print(f"{name:44} {statistics.median(times):8.1f} {_p95(times):7.1f} {budget:7}   ({work()} times)")
        if _p95(times) > budget:
            over.append(name)
    reader, host = sign_in(make_user(client_id)), sign_in(db.session.get(Provider, alone_id).owner)
    offer_id = db.session.scalars(select(Offer.id).where(Offer.provider_id == alone_id)).one()
    for name, browser, address in (
        ("the month of step 3", reader, f"/ask?client={client_id}&offer={offer_id}"),
        ("«Записи»", reader, "/appointments"),
        ("«Прошедшие записи»", reader, "/appointments/past"),
        ("the provider's day", host, f"/practice/{alone_id}"),
        ("the provider's week", host, f"/practice/{alone_id}/calendar"),
        ("the provider's client", host, f"/practice/clients/{client_id}"),
    ):
        assert browser.get(address).status_code == 200, address
        times = _times(lambda browser=browser, address=address: browser.get(address))
        print(f"{name:44} {statistics.median(times):8.1f} {_p95(times):7.1f} {PAGE_P95:7}")
        if _p95(times) > PAGE_P95 or statistics.median(times) > PAGE_MEDIAN:
            over.append(name)
    assert not over, f"over the budget: {', '.join(over)}"


def make_user(client_id: int) -> Any:
    from models import Client

    return db.session.get(Client, client_id).user
