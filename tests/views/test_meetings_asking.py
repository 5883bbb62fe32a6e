"""«Запросить запись»: the five steps, what is passed over, what is wrong on the way, a time that is gone."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from babel.dates import format_date
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.actions import appointments, asking, offers, providers, schedule
from models import Appointment, Client
from tests import factories as make


def written(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%MZ}"


@pytest.fixture
def pair(app: Any) -> Client:
    return make.client_of(make.specialist())


@pytest.fixture
def me(sign_in: Any, pair: Client) -> FlaskClient:
    return sign_in(pair.user)


def form(pair: Client, at: dt.datetime, **more: Any) -> dict[str, Any]:
    offer = pair.provider.offers[0].id
    return {"client": pair.id, "offer": offer, "at": written(at), "form_key": uuid4()} | more


def test_one_choice_is_passed_over(me: Any, pair: Client) -> None:
    """S2-17..S2-19: forward, not when the reader has gone back to the step."""
    offer = pair.provider.offers[0].id
    assert me.get("/ask").location == f"/ask?client={pair.id}"
    assert me.get(f"/ask?client={pair.id}").location == f"/ask?client={pair.id}&offer={offer}"
    assert "Анна Светлова" in me.get("/ask?step=provider").text
    assert "Консультация" in me.get(f"/ask?client={pair.id}&step=offer").text


def test_a_long_title_takes_two_lines(me: Any) -> None:
    """In the bar of a phone, where nothing is cut for it; a short one keeps its size."""
    assert 'class="topbar__title"' in me.get("/ask?step=provider").text
    me.post("/locale", data={"locale": "en"})
    page = me.get("/ask?step=provider").text
    assert 'class="topbar__title topbar__title--long">Request an appointment<' in page


def test_step_by_step(me: Any, pair: Client, db: Any, count_statements: Any) -> None:
    """S2-17..S2-22: each step leads to the next one by its links, and the last press sends a request."""
    make.client_of(make.organization(), pair.user)
    make.offer(pair.provider, "Вторая услуга", price="0")
    me.get("/")

    def step(address: str, link: str) -> str:
        with count_statements(12):
            page = me.get(address)
        assert page.status_code == 200, address
        assert len(page.data) < 100_000
        found = re.findall(rf'href="({link})"', page.text)
        assert found, page.text
        # The last one: of the first day, today, perhaps one time is left, and its step is passed over.
        return found[-1].replace("&amp;", "&")

    service = step("/ask", rf"/ask\?client={pair.id}")
    day = step(service, rf"/ask\?client={pair.id}&amp;offer={pair.provider.offers[0].id}")
    time = step(day, r"/ask\?[^\"]*day=[-\d]+")
    confirm = step(time, r"/ask\?[^\"]*at=[^\"]+")
    page = me.get(confirm).text
    assert "2\N{NO-BREAK SPACE}000" in page or "2,000" in page
    sent = dict(re.findall(r'type="hidden" name="(client|offer|at|form_key)" value="([^"]+)"', page))
    answer = me.post("/ask", data=sent | {"words": "Первый раз"})
    asked = db.scalar(select(Appointment))
    assert answer.location.startswith(f"/appointments/{asked.id}")
    assert (asked.status, asked.words, asked.client_id) == ("requested", "Первый раз", pair.id)
    # The same form again is the same request.
    assert me.post("/ask", data=sent).location == answer.location
    assert db.scalar(select(func.count()).select_from(Appointment)) == 1


def test_only_days_with_free_times_can_be_chosen(me: Any, pair: Client) -> None:
    """S2-20: the others are there, cannot be pressed, and say so."""
    at = make.free(pair.provider)
    page = me.get(f"/ask?client={pair.id}&offer={pair.provider.offers[0].id}").text
    days = set(re.findall(r"day=([-\d]+)", page))
    assert days
    assert all(dt.date.fromisoformat(day).weekday() < 5 for day in days)
    assert 'class="date date--off"' in page
    # Three shortcuts, the first one is the soonest time.
    assert re.findall(r"at=([^\"]+)", page)[0].replace("%3A", ":") == written(at)
    assert len(re.findall(r"at=([^\"]+)", page)) == 3


def test_a_day_without_hours(me: Any, pair: Client) -> None:
    """S2-20: by an old link, or typed: the way to another day."""
    base = f"/ask?client={pair.id}&offer={pair.provider.offers[0].id}"
    saturday = clock.now().date() + dt.timedelta(days=(5 - clock.now().weekday()) % 7 + 7)
    for day in (saturday, clock.now().date() - dt.timedelta(days=3), saturday + dt.timedelta(days=365)):
        page = me.get(f"{base}&day={day}")
        assert page.status_code == 200
        assert times_of(me, f"{base}&day={day}") == []
        assert "step=day" in page.text


def test_months_end_at_the_horizon(me: Any, pair: Client) -> None:
    base = f"/ask?client={pair.id}&offer={pair.provider.offers[0].id}"
    now = clock.now().astimezone(clock.zone(pair.user.timezone, pair.provider.timezone))
    months = [now.date().replace(day=1)]
    while (after := (months[-1] + dt.timedelta(days=31)).replace(day=1)) <= (
        now + dt.timedelta(days=pair.provider.horizon)
    ).date():
        months.append(after)
    page = me.get(f"{base}&month={months[-1]:%Y-%m}").text
    assert f"month={months[-2]:%Y-%m}" in page
    beyond = (months[-1] + dt.timedelta(days=31)).replace(day=1)
    assert f"month={beyond:%Y-%m}" not in page
    # A month beyond, and nonsense, are the first one.
    for month in (f"{beyond:%Y-%m}", "1999-01", "nonsense", "2026-13"):
        assert "at=" in me.get(f"{base}&month={month}").text


def test_days_and_times_are_the_readers(sign_in: Any, db: Any) -> None:
    """S2-16: a provider's evening is the client's next day; both clocks are shown, and which is which."""
    provider = make.specialist(hours=[(day, 22 * 60, 23 * 60) for day in range(7)], timezone="UTC+00:00")
    pair = make.client_of(provider, make.resident(timezone="UTC+05:00"))
    at = make.free(provider)
    assert at.hour == 22
    here = sign_in(pair.user)
    base = f"/ask?client={pair.id}&offer={provider.offers[0].id}"
    tomorrow = (at + dt.timedelta(hours=5)).date()
    assert tomorrow == at.date() + dt.timedelta(days=1)
    assert written(at) not in times_of(here, f"{base}&day={at.date()}&step=time")
    page = here.get(f"{base}&day={tomorrow}&step=time").text
    assert ">03:00<" in page
    assert "UTC+5" in page
    # Beneath is the provider's clock, and that it is the day before by it.
    before = format_date(at, "EEE", locale="ru")
    assert f"{before} 22:00" in page
    confirm = here.get(f"{base}&at={written(at)}").text
    assert "22:00\N{EN DASH}23:00, UTC+0" in confirm


def test_another_time_zone_leads_back_to_the_step(me: Any, pair: Client) -> None:
    """S2-16: with all that is chosen so far, also from what a form was answered with. Never to another host."""
    at = make.free(pair.provider, 3)
    base = f"/ask?client={pair.id}&offer={pair.provider.offers[0].id}"
    confirm = f"{base}&at={written(at)}"
    refused = me.post("/ask", data=form(pair, at, words="я" * 2001))
    assert refused.status_code == 422
    for address, page in (
        (f"{base}&day={at:%Y-%m-%d}&step=time", me.get(f"{base}&day={at:%Y-%m-%d}&step=time").text),
        (confirm, me.get(confirm).text),
        (confirm, refused.text),
    ):
        link = re.search(r'href="(/profile\?next=[^"]+)#timezone"', page)
        assert link
        fields = me.get(html.unescape(link[1])).text.partition('id="timezone"')[2]
        back = re.search(r'name="next" value="([^"]+)"', fields)
        assert back
        answer = me.post("/timezone", data={"timezone": "UTC+03:00", "next": html.unescape(back[1])})
        assert unquote(answer.location) == address
        assert me.get(answer.location).status_code == 200
    wrong = me.post("/timezone", data={"timezone": "Mars", "next": confirm})
    assert (wrong.status_code, html.escape(confirm) in wrong.text) == (422, True)
    assert '="//example.org' not in me.get("/profile?next=//example.org/x").text


def times_of(client: Any, address: str) -> list[str]:
    page = client.get(address).text
    return [found.replace("%3A", ":") for found in re.findall(r"at=([^\"]+)", page)]


def test_the_day_clocks_change(sign_in: Any, later: Any) -> None:
    """A day of the reader has 25 hours when summer ends: nothing of its last hour is lost, and what the clocks show
    twice says which one it is."""
    change = dt.datetime(2027, 10, 31, tzinfo=dt.UTC)
    later((change - clock.now()).total_seconds() - 5 * 24 * 3600)
    provider = make.specialist(hours=[(day, 0, 1440) for day in range(7)], timezone="UTC+00:00", step="60")
    pair = make.client_of(provider, make.resident(timezone="Europe/Berlin"))
    address = f"/ask?client={pair.id}&offer={provider.offers[0].id}&day=2027-10-31&step=time"
    client = sign_in(pair.user)
    assert len(times_of(client, address)) == 25
    page = client.get(address).text
    assert "02:00 UTC+2" in page
    assert "02:00 UTC+1" in page


def test_an_organizations_specialists(sign_in: Any) -> None:
    """S2-18: whoever is free, or one by name; who does not serve is nobody's choice."""
    org = make.organization()
    pair = make.client_of(org)
    first, second = org.specialists
    at = make.free(org)
    rival = make.client_of(org, make.resident("Лера", "Быстрова"))
    asking.book(org.owner, rival.id, org.offers[0].id, first.id, at)
    client = sign_in(pair.user)
    base = f"/ask?client={pair.id}&offer={org.offers[0].id}"
    assert written(at) in times_of(client, base)
    assert written(at) not in times_of(client, f"{base}&who={first.id}")
    assert written(at) in times_of(client, f"{base}&who={second.id}")
    assert 'aria-current="true">' in client.get(f"{base}&who=999999").text
    sent = form(pair, at, who=first.id)
    assert client.post("/ask", data=sent).status_code == 409
    assert client.post("/ask", data=sent | {"who": ""}).status_code == 303


def test_no_free_time_offers_the_chat(me: Any, pair: Client) -> None:
    schedule.set_hours(pair.provider.owner, pair.provider.specialists[0].id, [])
    page = me.get(f"/ask?client={pair.id}&offer={pair.provider.offers[0].id}")
    assert page.status_code == 200
    assert f'href="/providers/{pair.id}/chat"' in page.text
    assert 'class="date"' not in page.text


def test_the_first_free_day_is_far(me: Any, pair: Client) -> None:
    """The calendar opens where there is something to choose."""
    providers.edit(pair.provider.owner, pair.provider.id, {"horizon": "200"})
    now = clock.now().replace(tzinfo=None)
    specialist = pair.provider.specialists[0].id
    schedule.add_absence(
        pair.provider.owner,
        pair.provider.id,
        specialist_id=specialist,
        starts=now - dt.timedelta(days=1),
        ends=now + dt.timedelta(days=120),
    )
    page = me.get(f"/ask?client={pair.id}&offer={pair.provider.offers[0].id}").text
    assert 'class="date"' in page
    assert min(re.findall(r"day=([-\d]+)", page)) >= f"{now + dt.timedelta(days=119):%Y-%m-%d}"


def test_a_time_that_has_just_been_taken(me: Any, pair: Client, db: Any) -> None:
    """409, a clear word, the three nearest free times as buttons that bring along what was written."""
    at = make.free(pair.provider, 3)
    rival = make.client_of(pair.provider, make.resident("Лера", "Быстрова"))
    make.appointment(rival, at)
    answer = me.post("/ask", data=form(pair, at, words="Это важно"))
    assert answer.status_code == 409
    near = re.findall(r'<button class="chip" type="submit" name="at" value="([^"]+)"', answer.text)
    assert len(near) == 3
    assert written(at) not in near
    assert 'name="words" value="Это важно"' in answer.text
    key = re.search(r'name="form_key" value="([^"]+)"', answer.text)
    assert key
    sent = form(pair, at, words="Это важно", form_key=key[1]) | {"at": near[0]}
    assert me.post("/ask", data=sent).status_code == 303
    assert db.scalar(select(Appointment.words).where(Appointment.client_id == pair.id)) == "Это важно"


@pytest.mark.parametrize("holds", ["yes", ""])
def test_the_same_time_in_two_tabs(me: Any, pair: Client, db: Any, holds: str) -> None:
    """The time is the reader's own: he is led to his request, and nothing sends another one. Also where requests hold
    no time, so that it is still free."""
    provider = pair.provider
    providers.edit(provider.owner, provider.id, {"holds_requests": holds})
    me.post("/locale", data={"locale": "en"})
    at = make.free(provider, 3)
    assert me.post("/ask", data=form(pair, at)).status_code == 303
    own = db.scalar(select(Appointment.id))
    link = f"/ask?client={pair.id}&offer={provider.offers[0].id}&at={written(at)}"
    second = me.post("/ask", data=form(pair, at))
    assert second.status_code == 409
    for page in (second.text, me.get(link).text):
        assert "You have already requested this time." in page
        assert f'href="/appointments/{own}"' in page
        assert 'name="form_key"' not in page
    assert db.scalar(select(func.count()).select_from(Appointment)) == 1
    appointments.move(provider.owner, own, "accept")
    assert "You already have an appointment at this time." in me.get(link).text
    # What is cancelled may be asked for again.
    appointments.move(pair.user, own, "cancel")
    assert me.post("/ask", data=form(pair, at)).status_code == 303


def test_a_time_that_is_not_free(me: Any, pair: Client) -> None:
    """By an old link: no confirmation of what cannot be, but what can."""
    base = f"/ask?client={pair.id}&offer={pair.provider.offers[0].id}"
    for at in (clock.now() - dt.timedelta(days=1), make.free(pair.provider) + dt.timedelta(minutes=7)):
        page = me.get(f"{base}&at={written(at)}").text
        assert 'role="alert"' in page
        assert 'name="form_key"' not in page


@pytest.mark.parametrize(
    ("minutes", "said"), [(5, "уже прошло"), (-30, "уже поздно")], ids=["it is over", "within the notice"]
)
def test_a_time_that_has_passed_meanwhile(me: Any, pair: Client, later: Any, minutes: int, said: str) -> None:
    """It was free on the page that stayed open: nobody has taken it, it is over, and what comes next is offered."""
    at = make.free(pair.provider)
    sent = form(pair, at)
    later((at - clock.now()).total_seconds() + minutes * 60)
    link = f"/ask?client={pair.id}&offer={pair.provider.offers[0].id}&at={written(at)}"
    refused = me.post("/ask", data=sent)
    assert refused.status_code == 409
    for page in (refused.text, me.get(link).text):
        assert said in page
        assert "занят" not in page
    near = re.findall(r'name="at" value="([^"]+)"', refused.text)
    assert near
    assert min(near) > written(clock.now())


def test_another_year_is_told(me: Any, pair: Client, sign_in: Any, later: Any) -> None:
    """A date without a year is of this one; wherever a moment is told."""
    asked = make.appointment(pair)
    address = f"/appointments/{asked.id}"
    year = asked.starts_at.year
    heading = re.compile(r'<h2 class="meeting__when">.*?</h2>', re.DOTALL)
    told = re.sub(r'datetime="[^"]*"', "", heading.findall(me.get(address).text)[0])
    assert (str(year) in told) is (year != clock.now().year)
    later(400 * 86400)
    with_year = f"{year}\N{NARROW NO-BREAK SPACE}г., "
    assert with_year in heading.findall(me.get(address).text)[0]
    owner = sign_in(pair.provider.owner)
    assert with_year in owner.get(f"/practice/appointments/{asked.id}").text


@pytest.mark.parametrize(
    "given",
    [
        "at=nonsense",
        "at=2026-11-23T09:00",
        "day=2026-02-30",
        "day=0001-01-01",
        "at=9999-12-31T23:59Z",
        "day=9999-12-31",
    ],
)
def test_nonsense_is_asked_for_anew(me: Any, pair: Client, given: str) -> None:
    page = me.get(f"/ask?client={pair.id}&offer={pair.provider.offers[0].id}&{given}")
    assert page.status_code == 200
    assert 'class="date"' in page.text


def test_too_many_words(me: Any, pair: Client, db: Any) -> None:
    answer = me.post("/ask", data=form(pair, make.free(pair.provider), words="я" * 1001))
    assert answer.status_code == 422
    assert 'id="words-error"' in answer.text
    assert "я" * 1001 in answer.text
    assert db.scalar(select(Appointment)) is None


def test_what_is_not_mine(me: Any, pair: Client, sign_in: Any, db: Any) -> None:
    """S2-61: somebody else's provider, another provider's service; the provider himself asks nothing here."""
    other = make.client_of(make.specialist(name="Другая"), make.resident("Лера", "Петрова"))
    foreign, own = other.provider.offers[0].id, pair.provider.offers[0].id
    at = make.free(pair.provider)
    for address in (
        f"/ask?client={other.id}&offer={foreign}",
        f"/ask?client={pair.id}&offer={foreign}",
        "/ask?client=999999",
    ):
        assert me.get(address).status_code == 404
    assert me.post("/ask", data=form(pair, at, offer=foreign)).status_code == 404
    assert me.post("/ask", data=form(pair, at, client=other.id)).status_code == 404
    assert me.post("/ask", data={"offer": own}).status_code == 404
    host = sign_in(pair.provider.owner)
    assert host.get(f"/ask?client={pair.id}").status_code == 404
    assert host.post("/ask", data=form(pair, at)).status_code == 404
    assert db.scalar(select(Appointment)) is None


def test_a_service_that_is_switched_off(me: Any, pair: Client) -> None:
    offer = pair.provider.offers[0]
    sent = {"name": offer.name, "minutes": "60", "price": "1", "active": "no"}
    offers.save(pair.provider.owner, pair.provider_id, offer.id, sent)
    answer = me.get(f"/ask?client={pair.id}&offer={offer.id}")
    assert answer.location == f"/ask?client={pair.id}"
    page = me.get(answer.location).text
    assert f'href="/providers/{pair.id}/chat"' in page


def test_whoever_has_no_provider_learns_how_to_get_one(sign_in: Any) -> None:
    client = sign_in(make.resident())
    for address in ("/ask", "/providers", "/appointments"):
        page = client.get(address)
        assert page.status_code == 200
        assert "QR" in page.text


def test_a_month_of_ten_specialists(me: Any, pair: Client, count_statements: Any) -> None:
    """An organization of ten with half-hour starts, every day: one page of a month within its statements."""
    org = make.organization(
        None, *(f"Мастер {number}" for number in range(10)), hours=[(d, 0, 1440) for d in range(7)]
    )
    own = make.client_of(org, pair.user)
    address = f"/ask?client={own.id}&offer={org.offers[0].id}"
    me.get(address)
    with count_statements(12):
        page = me.get(address)
    assert len(page.data) < 100_000


def test_who_has_no_hours_cannot_be_chosen(sign_in: Any, db: Any) -> None:
    """S2-19, S2-20: of such a specialist no time is ever free: the choice is among the others; where there are none,
    that no time is free is said."""
    provider = make.organization()
    first, second = provider.specialists[:2]
    pair, offer = make.client_of(provider), provider.offers[0]
    client = sign_in(pair.user)
    address = f"/ask?client={pair.id}&offer={offer.id}&step=day"
    assert second.name in client.get(address).text
    second.hours = []
    db.commit()
    page = client.get(address).text
    assert second.name not in page
    first.hours = []
    db.commit()
    nobody = client.get(address)
    assert nobody.status_code == 200
    assert f'href="/providers/{pair.id}/chat"' in nobody.text
    assert 'class="date"' not in nobody.text
