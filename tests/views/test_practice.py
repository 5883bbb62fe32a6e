"""The provider's pages: what each shows, whom it lets in, what is refused and how (S2-22..S2-24, I-19, I-20)."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
from sqlalchemy import select

from app import clock, tokens
from app.actions import appointments, chat, invitations, offers, providers, schedule, terms
from app.queries import practice as queries
from models import Appointment, Notice, Provider, Terms
from tests import factories as make
from tests.views.practice import a_day_of, colleague, local_day, moved_past, pages_of


@pytest.mark.parametrize("kind", ["specialist", "organization"])
def test_every_page_answers_within_its_budget(sign_in: Any, count_statements: Any, kind: str) -> None:
    provider = make.specialist() if kind == "specialist" else make.organization()
    things = a_day_of(provider)
    client = sign_in(provider.owner)
    for address in pages_of(provider, *things):
        client.get(address)
        with count_statements(12):
            answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(answer.data) < 100_000, address


def test_twenty_services_cost_no_more_statements_than_one(
    app: Any, sign_in: Any, count_statements: Any
) -> None:
    """Who does a service, and what it demands, is read for all of them at once."""
    provider = make.organization(None, *(f"Мастер {number}" for number in range(5)))
    for number in range(20):
        make.offer(provider, f"Услуга {number}")
    asked = make.appointment(make.client_of(provider))
    contract = _contract(app, provider)
    terms.edit(
        provider.owner,
        contract.id,
        contract.title,
        required=True,
        active=True,
        offer_ids=[one.id for one in provider.offers],
    )
    offer, who = provider.offers[3].id, provider.specialists[1].id
    client, base = sign_in(provider.owner), f"/practice/{provider.id}"
    for address in (
        f"{base}/book?client={asked.client_id}",
        f"{base}/book?client={asked.client_id}&offer={offer}&who={who}",
        f"{base}/services",
        f"{base}/services/{offer}",
        f"{base}/team",
        f"{base}/terms",
        f"{base}/hours",
        f"/practice/specialists/{who}",
        f"/practice/terms/{contract.id}",
    ):
        client.get(address)
        with count_statements(12):
            page = client.get(address)
        assert page.status_code == 200, address
        assert len(page.data) < 100_000, address
    demanding = client.get(f"/practice/terms/{contract.id}").text
    assert demanding.count("checked") >= 21
    with count_statements(12):
        assert client.post(f"{base}/book", data={"client": asked.client_id}).status_code == 422


def test_what_a_colleague_does_costs_no_more_either(sign_in: Any, count_statements: Any) -> None:
    provider = make.organization()
    for number in range(20):
        make.offer(provider, f"Услуга {number}")
    person, *_ = colleague(provider)
    client, address = sign_in(person), f"/practice/{provider.id}/services"
    client.get(address)
    with count_statements(12):
        page = client.get(address).text
    assert page.count(" checked") == 21


def _contract(app: Any, provider: Provider) -> Terms:
    return terms.add(
        provider.owner,
        provider.id,
        "Договор",
        safe=app.extensions["safe"],
        stream=io.BytesIO(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"),
        filename="dogovor.pdf",
        required=True,
    )


def test_nobody_else_comes_in(sign_in: Any) -> None:
    """S2-61: neither the client, nor a stranger, nor the operator, nor another provider."""
    provider = make.specialist()
    asked, absence, invitation = a_day_of(provider)
    others = [asked.client.user, make.resident(), make.operator(), make.specialist(make.user()).owner]
    for person in others:
        client = sign_in(person)
        for address in pages_of(provider, asked, absence, invitation):
            assert client.get(address).status_code == 404, (person, address)
        for address in (
            f"/practice/appointments/{asked.id}/moves/accept",
            f"/practice/clients/{asked.client_id}/specialists",
        ):
            assert client.post(address).status_code == 404
    assert sign_in(make.resident()).get("/practice").status_code == 404


def test_a_colleague_sees_only_his_own(sign_in: Any, db: Any) -> None:
    """I-20: his appointments and clients; the management of the organization is the owner's."""
    provider = make.organization()
    person, mine, theirs = colleague(provider)
    client = sign_in(person)
    assert client.get(f"/practice/{provider.id}").status_code == 200
    assert client.get(f"/practice/appointments/{mine.id}").status_code == 200
    assert client.get(f"/practice/appointments/{theirs.id}").status_code == 404
    assert client.get(f"/practice/clients/{theirs.client_id}").status_code == 404
    listed = client.get(f"/practice/{provider.id}/clients").text
    assert mine.client.user.name in listed
    assert theirs.client.user.name not in listed
    week = client.get(f"/practice/{provider.id}/calendar?day={theirs.starts_at:%Y-%m-%d}").text
    assert f"/practice/appointments/{theirs.id}" not in week
    base, offer, other = f"/practice/{provider.id}", provider.offers[0].id, theirs.specialist_id
    for address in ("settings", "team", "services/new", f"services/{offer}"):
        assert client.get(f"{base}/{address}").status_code == 403, address
    assert client.get(f"{base}/hours?who={other}").status_code == 404
    assert client.get(f"{base}/calendar?who={other}").status_code == 404
    # An open page whose specialist has left goes on with the others, and shows nobody else.
    part = client.get(f"{base}/calendar?who={other}", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert f"who={other}" not in part.text
    assert client.get(f"/practice/specialists/{other}").status_code == 404
    assert client.get(f"/practice/specialists/{mine.specialist_id}").status_code == 403
    assert client.post(f"/practice/specialists/{other}/hours").status_code == 404
    assert client.post(f"/practice/specialists/{other}/services").status_code == 404
    assert client.post(f"{base}/services/{offer}/switch").status_code == 403
    assert client.post(f"/practice/clients/{mine.client_id}/specialists").status_code == 403
    refused = client.post(
        f"{base}/absences", data={"who": str(other), "kind": "vacation", "from_day": "2030-01-01"}
    )
    assert refused.status_code == 404
    assert (
        client.post(f"/practice/specialists/{mine.specialist_id}/services", data={"offer": []}).status_code
        == 303
    )
    db.expire_all()
    assert provider.specialists[0] not in provider.offers[0].specialists


def test_the_first_practice_is_the_own_one(sign_in: Any) -> None:
    organization = make.organization()
    person, *_ = colleague(organization)
    own = make.specialist(person, "Свой кабинет")
    client = sign_in(person)
    assert client.get("/practice").location == f"/practice/{own.id}"
    page = client.get(f"/practice/{own.id}").text
    assert "Студия «Гармония»" in page  # the other place is one press away


# --- today --------------------------------------------------------------------------------------------------------


def test_today_begins_with_the_steps_of_somebody_new(sign_in: Any, db: Any) -> None:
    """A service, hours, an invitation; what is done is ticked, and then the list is gone."""
    owner = make.user()
    provider = providers.register(owner, "specialist", "Новичок")
    client = sign_in(owner)
    address = f"/practice/{provider.id}"
    assert client.get(address).text.count("step--done") == 0
    make.offer(provider)
    assert client.get(address).text.count("step--done") == 1
    schedule.set_hours(owner, provider.specialists[0].id, make.OFFICE_HOURS)
    invitations.invite(owner, provider.id, "secret")
    db.commit()
    assert 'class="first-steps"' not in client.get(address).text


def test_a_new_colleague_is_told_what_is_missing(sign_in: Any, db: Any) -> None:
    """I-20: without hours and services nobody can book; himself on his first page, the owner in the list."""
    provider = make.organization()
    owner = sign_in(provider.owner)
    team = f"/practice/{provider.id}/team"
    assert "нет рабочих часов" not in owner.get(team).text
    one = providers.add_specialist(provider.owner, provider.id, "Лев Тонкий")
    listed = owner.get(team).text
    assert "нет рабочих часов" in listed
    assert "нет услуг" in listed
    person = make.user("Лев", "Тонкий")
    made = invitations.invite(provider.owner, provider.id, "secret", specialist_id=one.id)
    invitations.accept(person, tokens.derived("secret", "invitation", made.nonce))
    client, home = sign_in(person), f"/practice/{provider.id}"
    page = client.get(home).text
    assert "Клиенты пока не могут записаться" in page
    assert f'href="{home}/hours"' in page
    schedule.set_hours(person, one.id, [(0, 540, 1080)])
    assert client.get(home).text.count("step--done") == 1
    offers.serve(person, one.id, [provider.offers[0].id])
    assert "Клиенты пока не могут записаться" not in client.get(home).text
    assert "нет услуг" not in owner.get(team).text


def test_the_owner_who_serves_need_not_type_the_own_name(sign_in: Any) -> None:
    provider = make.organization()
    owner, team = sign_in(provider.owner), f"/practice/{provider.id}/team"
    assert f'href="{team}?me=1#title"' in owner.get(team).text
    assert f'value="{provider.owner.name}"' in owner.get(f"{team}?me=1").text
    owner.post(team, data={"name": provider.owner.name, "title": "Директор"})
    assert "me=1" not in owner.get(team).text


def test_a_request_is_accepted_with_one_press(sign_in: Any, db: Any) -> None:
    """S2-23."""
    asked = make.appointment(words="Первый раз")
    client = sign_in(asked.client.provider.owner)
    page = client.get(f"/practice/{asked.provider_id}").text
    assert "Первый раз" in page
    sent = {"version": asked.version, "part": "today"}
    answer = client.post(
        f"/practice/appointments/{asked.id}/moves/accept", data=sent, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert f'id="request-{asked.id}"' not in answer.text
    assert asked.status == "agreed"


def test_several_ask_for_one_time(sign_in: Any) -> None:
    """Where requests do not hold the time, the card says how many others there are."""
    provider = make.specialist(holds_requests="")
    at = make.free(provider, 2)
    for name in ("Мария", "Пётр"):
        make.appointment(make.client_of(provider, make.resident(name, "Клиентов")), at)
    page = sign_in(provider.owner).get(f"/practice/{provider.id}").text
    assert page.count('#users"') >= 2


def test_declining_asks_why(sign_in: Any) -> None:
    """S2-23, S2-28: without a reason the form comes back, as a part of the page and as a page."""
    asked = make.appointment()
    client = sign_in(asked.client.provider.owner)
    address = f"/practice/appointments/{asked.id}/moves/decline"
    assert client.get(address).status_code == 200
    for headers in ({}, {"HX-Request": "true"}):
        assert client.post(address, data={"comment": " "}, headers=headers).status_code == 422
    long = client.post(address, data={"comment": "Очень " * 400})
    assert long.status_code == 422
    assert "Очень Очень" in long.text
    assert client.post(address, data={"comment": "Заболел"}).status_code == 303
    assert (asked.status, asked.reason) == ("declined", "Заболел")
    assert client.get(address).status_code == 302


def test_marking_what_has_begun(sign_in: Any, later: Any) -> None:
    """S2-29, S2-31: before it there is no button, and a press is refused with the reason."""
    asked = make.appointment()
    appointments.move(asked.client.provider.owner, asked.id, "accept")
    client = sign_in(asked.client.provider.owner)
    hold = f"/practice/appointments/{asked.id}/moves/hold"
    assert hold not in client.get(f"/practice/appointments/{asked.id}").text
    assert client.post(hold).status_code == 409
    moved_past(later, asked)
    assert hold in client.get(f"/practice/{asked.provider_id}").text
    assert client.post(hold).status_code == 303
    assert asked.status == "held"
    miss = client.post(f"/practice/appointments/{asked.id}/moves/miss")
    assert (miss.status_code, asked.status) == (303, "missed")


def test_a_missed_appointment_is_asked_about_first(
    sign_in: Any, later: Any, db: Any, count_statements: Any
) -> None:
    """S2-31: no page marks it with one press: a window, without a script a page, names client and time; of a package
    it asks what becomes of the session, and the client reads the answer."""
    sold = make.sold()
    asked = make.appointment(sold.client, package_id=sold.id)
    owner, client = sign_in(sold.client.provider.owner), sign_in(sold.client.user)
    appointments.move(sold.client.provider.owner, asked.id, "accept")
    base = f"/practice/appointments/{asked.id}/moves"
    assert owner.get(f"{base}/forfeit").status_code == 302
    moved_past(later, asked)
    today = f"/practice/{asked.provider_id}"
    with count_statements(12):
        page = owner.get(today).text
    assert f'href="{base}/forfeit" data-dialog="missed-{asked.id}"' in page
    question = owner.get(f"{base}/forfeit").text
    assert sold.client.user.name in question
    assert f'action="{base}/forfeit"' in question
    assert f'action="{base}/forgive"' in question
    assert f'action="{base}/miss"' not in question
    assert owner.post(f"{base}/miss").status_code == 409
    assert owner.post(f"{base}/forfeit", data={"next": today}).location == today
    assert "встреча" in client.get(f"/appointments/{asked.id}").text
    # An excuse comes later: the session goes back, and both read it.
    assert f'href="{base}/forgive"' in owner.get(f"/practice/appointments/{asked.id}").text
    part = owner.post(f"{base}/forgive", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    db.expire_all()
    assert (asked.status, sold.used) == ("missed", 0)
    for address in (f"/appointments/{asked.id}", f"/packages/{sold.id}"):
        assert "встреча возвращена" in client.get(address).text
    assert "встреча возвращена" in owner.get(f"/practice/packages/{sold.id}").text
    assert f'href="{base}/forgive"' not in owner.get(f"/practice/appointments/{asked.id}").text


def test_an_old_page_is_told(sign_in: Any) -> None:
    asked = make.appointment()
    client = sign_in(asked.client.provider.owner)
    seen = asked.version
    appointments.move(asked.client.user, asked.id, "cancel")
    address = f"/practice/appointments/{asked.id}"
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.post(f"{address}/moves/accept", data={"version": seen}, headers=headers)
        assert answer.status_code == 409
        assert 'role="alert"' in answer.text
    moved = client.post(f"{address}/time", data={"day": "2030-01-01", "time": "10:00"})
    assert moved.status_code == 409
    assert client.get(f"{address}/time").status_code == 302
    assert client.post(f"{address}/moves/cancel").status_code in (403, 409)
    assert client.post(f"{address}/moves/nonsense").status_code == 409


def test_what_nobody_marked_is_asked_for(db: Any, later: Any) -> None:
    asked = make.appointment()
    provider = asked.client.provider
    appointments.move(provider.owner, asked.id, "accept")
    moved_past(later, asked, days=1)
    practice = queries.Practice(provider, provider.specialists[0], owner=True)
    assert queries.today(db, practice).unmarked == [asked]


# --- another time, booking ----------------------------------------------------------------------------------------


def test_moving_to_another_time(sign_in: Any) -> None:
    """A free time, a time that is typed; what is taken, over or no time comes back with what was typed."""
    asked = make.appointment()
    provider = asked.client.provider
    other = make.appointment(
        make.client_of(provider, make.resident("Пётр", "Второй")), make.free(provider, 3)
    )
    client = sign_in(provider.owner)
    address = f"/practice/appointments/{asked.id}/time"
    offered = client.get(address).text
    wanted = make.free(provider, 8)
    assert wanted.isoformat() in offered
    taken = client.post(address, data={"at": other.starts_at.isoformat()})
    assert taken.status_code == 409
    assert "slots__day" in taken.text
    for sent, status in (
        ({}, 422),
        ({"at": "nonsense"}, 422),
        ({"at": "2026-01-01T10:00:00"}, 422),
        ({"at": "9999-01-01T10:00:00+00:00"}, 422),
        ({"day": "2024-05-13", "time": "10:00"}, 422),
        ({"day": "2099-05-13", "time": "10:00"}, 422),
        ({"day": "31.12.2030", "time": "10:77"}, 422),
    ):
        answer = client.post(address, data=sent)
        assert answer.status_code == status, sent
        if "day" in sent:
            assert sent["day"] in answer.text
    stale = client.post(address, data={"at": wanted.isoformat(), "version": asked.version + 5})
    assert stale.status_code == 409
    done = client.post(address, data={"at": wanted.isoformat(), "version": asked.version})
    assert (done.status_code, asked.status, asked.starts_at) == (303, "agreed", wanted)
    day = local_day(provider, wanted) + dt.timedelta(days=1)
    evening = {"day": f"{day:%Y-%m-%d}", "time": "21:15"}
    warned = client.post(address, data=evening)
    assert (warned.status_code, asked.starts_at) == (409, wanted)
    assert "вне рабочих часов" in warned.text
    sure = re.search(r'name="sure" value="([^"]+)"', warned.text)[1]
    assert client.post(address, data=evening | {"time": "21:30", "sure": sure}).status_code == 409
    assert client.post(address, data=evening | {"sure": sure}).status_code == 303
    local = asked.starts_at.astimezone(clock.zone(provider.timezone))
    assert (local.date(), local.hour, local.minute) == (day.date(), 21, 15)


def test_a_request_is_accepted_at_another_time_with_open_eyes(sign_in: Any, db: Any, run_jobs: Any) -> None:
    """S2-23, S2-24: the button says that it accepts; the client's clocks, his night and days off are named before."""
    asked = make.appointment()
    provider, person = asked.client.provider, asked.client.user
    person.timezone = "Pacific/Honolulu"
    db.commit()
    client = sign_in(provider.owner)
    page = client.get(f"/practice/appointments/{asked.id}").text
    assert "Принять на другое время" in page
    assert "Предложить" not in page
    address = f"/practice/appointments/{asked.id}/time"
    page = client.get(address).text
    assert "chip__theirs" in page
    # Fifteen hours before Yekaterinburg: for the client it is the day before.
    assert re.search(r">(пн|вт|ср|чт|пт|сб|вс) \d\d:\d\d</small>", page)
    assert "У клиента: " in page
    assert "сможет отменить" in page
    zone = clock.zone(provider.timezone)
    first = make.free(provider, 20).astimezone(zone)
    day = first.replace(tzinfo=None, hour=0, minute=0)
    schedule.add_absence(
        provider.owner, provider.id, specialist_id=None, starts=day, ends=day + dt.timedelta(days=1)
    )
    # Half past nine in the morning of Yekaterinburg is half past six in the evening of Honolulu.
    for hour, said, unsaid in (("09:30", "ерабочие дни", "ночь"), ("15:00", "ночь", "вне рабочих")):
        answer = client.post(address, data={"day": f"{day:%Y-%m-%d}", "time": hour})
        assert answer.status_code == 409
        text = answer.text.split('role="alert"')[1].split("</div></div>")[0]
        assert said in text
        assert unsaid not in text
    assert asked.status == "requested"
    # One of the times on offer stays chosen while it is warned of, also from a page that does not show it.
    at = next(one for one in (make.free(provider, n) for n in range(60)) if one.astimezone(zone).hour == 15)
    warned = client.post(address, data={"at": at.isoformat()})
    assert warned.status_code == 409
    assert f'value="{at.isoformat()}" checked' in warned.text
    assert client.post(address, data={"at": at.isoformat(), "sure": at.isoformat()}).status_code == 303
    assert (asked.status, asked.starts_at) == ("agreed", at)
    run_jobs()
    assert "принимает ваш запрос на другое время" in sign_in(person).get("/notices").text


def test_the_way_back_is_a_page_of_ours(sign_in: Any) -> None:
    asked = make.appointment()
    client = sign_in(asked.client.provider.owner)
    wanted = make.free(asked.client.provider, 5).isoformat()
    address = f"/practice/appointments/{asked.id}/time"
    answer = client.post(address, data={"at": wanted, "next": "https://example.org/"})
    assert answer.location == f"/practice/appointments/{asked.id}"


def test_booking_for_a_client(sign_in: Any, db: Any) -> None:
    """I-19: agreed at once; the same form twice is one appointment; what is wrong is said, what was typed stays."""
    provider = make.specialist()
    pair = make.client_of(provider)
    client = sign_in(provider.owner)
    address = f"/practice/{provider.id}/book"
    assert pair.user.name in client.get(f"{address}?q={pair.user.first_name[:3].lower()}").text
    assert pair.user.name not in client.get(f"{address}?q=нетакого").text
    at = make.free(provider, 2)
    assert at.isoformat() in client.get(f"{address}?client={pair.id}").text
    pressed = client.get(f"{address}?client={pair.id}&start={at.isoformat().replace('+', '%2B')}").text
    assert f'value="{at.isoformat()}" checked' in pressed
    sent = {"client": pair.id, "words": "Взять справку", "form_key": "3f6d3a57-9f2b-4b5e-9b53-0a3a3f0b5d11"}
    empty = client.post(address, data=sent)
    assert empty.status_code == 422
    assert "Взять справку" in empty.text
    assert client.post(address, data={"words": "x"}).status_code == 422
    first = client.post(address, data=sent | {"at": at.isoformat()})
    again = client.post(address, data=sent | {"at": at.isoformat()})
    assert (first.status_code, first.location) == (303, again.location)
    taken = client.post(address, data=sent | {"at": at.isoformat(), "form_key": ""})
    assert taken.status_code == 409
    assert "Взять справку" in taken.text
    assert db.query(Appointment).count() == 1


def test_the_form_that_has_booked_already_says_for_when(sign_in: Any, db: Any) -> None:
    """I-19: back, another time, pressed again: the first appointment stands, and nobody is told of another one."""
    provider = make.specialist()
    pair = make.client_of(provider)
    client, address = sign_in(provider.owner), f"/practice/{provider.id}/book"
    first, second = make.free(provider, 2), make.free(provider, 6)
    sent = {"client": pair.id, "form_key": "3f6d3a57-9f2b-4b5e-9b53-0a3a3f0b5d11"}
    place = client.post(address, data=sent | {"at": first.isoformat()}).location
    assert 'class="toast' in client.get(place).text
    again = client.post(address, data=sent | {"at": second.isoformat()})
    assert (again.status_code, again.location) == (303, place)
    page = client.get(place).text
    toast = page.partition('class="toast toast--danger"')[2].partition("</div>")[0]
    zone = clock.zone(provider.timezone)
    assert f"{first.astimezone(zone):%H:%M}" in toast
    assert f"{second.astimezone(zone):%H:%M}" not in toast
    assert page.count('class="toast toast') + page.count('class="toast"') == 1
    assert db.query(Appointment).one().starts_at == first


def test_no_booking_for_a_foreign_client(sign_in: Any) -> None:
    provider, other = make.specialist(), make.specialist(make.user())
    foreign = make.client_of(other)
    client = sign_in(provider.owner)
    assert client.get(f"/practice/{provider.id}/book?client={foreign.id}").status_code == 404
    assert client.post(f"/practice/{provider.id}/book", data={"client": foreign.id}).status_code == 404


# --- clients ------------------------------------------------------------------------------------------------------


def test_clients_by_name_with_what_is_unread(sign_in: Any, monkeypatch: Any) -> None:
    provider = make.specialist()
    for name in ("Борис", "Анна", "Вера"):
        pair = make.client_of(provider, make.resident(name, "Клиентова"))
    chat.post(pair.user, pair.thread_id, "Здравствуйте", make.uuid4())
    monkeypatch.setattr(queries, "PAGE", 2)
    client = sign_in(provider.owner)
    address = f"/practice/{provider.id}/clients"
    first = client.get(address).text
    assert first.index("Анна К") < first.index("Борис К")
    assert "Вера К" not in first
    more = first.split("after=")[1].split('"')[0]
    second = client.get(f"{address}?after={more}").text
    assert "Вера К" in second
    assert f"/practice/clients/{pair.id}/chat" in second
    found = client.get(f"{address}?q=клиентова+бор").text
    assert "Борис К" in found
    assert "Анна К" not in found
    assert client.get(f"{address}?q=%25&after=99999999999").status_code == 200


def test_a_foreign_client_is_no_place_in_the_list(sign_in: Any) -> None:
    """S2-61: by a foreign number in the address nobody finds out where in the alphabet that name is."""
    provider, other = make.specialist(), make.specialist(make.user())
    own = make.client_of(provider, make.resident("Вера", "Клиентова"))
    foreign = make.client_of(other, make.resident("Анна", "Чужая"))
    client, address = sign_in(provider.owner), f"/practice/{provider.id}/clients"
    assert own.user.name in client.get(address).text
    assert own.user.name not in client.get(f"{address}?after={foreign.id}").text
    theirs = make.appointment(
        make.client_of(provider, make.resident("Яна", "Другая")), make.free(provider, 9)
    )
    mine = make.appointment(own, make.free(provider, 3))
    shown = client.get(f"/practice/clients/{own.id}?before={theirs.id}").text
    assert shown.count(f"/practice/appointments/{mine.id}") == client.get(
        f"/practice/clients/{own.id}"
    ).text.count(f"/practice/appointments/{mine.id}")


def test_a_client_with_the_chat(sign_in: Any) -> None:
    """S2-46: the page of the client, and the chat that leads back to it."""
    asked = make.appointment()
    provider = asked.client.provider
    client = sign_in(provider.owner)
    page = client.get(f"/practice/clients/{asked.client_id}/chat").text
    assert f'id="thread-{asked.client.thread_id}"' in page
    sent = {"text": "Здравствуйте", "client_id": "3f6d3a57-9f2b-4b5e-9b53-0a3a3f0b5d11"}
    answer = client.post(f"/threads/{asked.client.thread_id}/messages", data=sent)
    assert answer.location.startswith(f"/practice/clients/{asked.client_id}/chat")


def test_the_owner_says_who_sees_a_client(sign_in: Any, db: Any) -> None:
    """I-20."""
    provider = make.organization()
    person, mine, theirs = colleague(provider)
    owner, member = sign_in(provider.owner), sign_in(person)
    address = f"/practice/clients/{theirs.client_id}"
    assert member.get(address).status_code == 404
    assert owner.post(f"{address}/specialists", data={"specialist": [mine.specialist_id]}).status_code == 303
    assert member.get(address).status_code == 200
    assert f"/practice/appointments/{theirs.id}" not in member.get(address).text
    owner.post(f"{address}/specialists", data={"specialist": ["nonsense", 999999]})
    assert member.get(address).status_code == 404
    assert [one.id for one in theirs.client.specialists] == []


def test_who_was_switched_off_reads_why(sign_in: Any, db: Any, run_jobs: Any) -> None:
    """I-20: at every address of the provider's side the same words and nothing of the organization; the rest stays."""
    provider = make.organization()
    person, mine, _theirs = colleague(provider)
    run_jobs()
    client = sign_in(person)
    notice = db.scalars(select(Notice.id).where(Notice.user_id == person.id)).first()
    assert client.get(f"/notices/{notice}").status_code == 302
    appointments.move(provider.owner, mine.id, "decline", comment="Уволен")
    one = provider.specialists[0]
    providers.edit_specialist(provider.owner, one.id, name=one.name, title="", active=False, sees_all=False)
    old = (
        "/practice",
        f"/practice/{provider.id}",
        f"/practice/appointments/{mine.id}",
        "/practice/appointments/999999",
        f"/practice/clients/{mine.client_id}",
        f"/practice/specialists/{one.id}",
        f"/pairs/{mine.client_id}/documents",
        f"/appointments/{mine.id}",
        f"/notices/{notice}",
    )
    said = set()
    for address in old:
        answer = client.get(address)
        assert answer.status_code == 404, address
        main = answer.text.split("<main")[1].split("</main>")[0]
        said.add(main)
        assert "закрыла вам доступ" in main, address
        assert mine.client.user.name not in answer.text
    assert len(said) == 1
    assert 'href="/"' in said.pop()
    part = client.get("/practice", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Retarget"]) == (404, "#toasts")
    # A stranger's organization is no page, and neither is what has nothing to do with serving.
    other = make.organization(make.user())
    for address in (f"/practice/{other.id}", "/orders/999999999"):
        assert "закрыла вам доступ" not in client.get(address).text
    assert client.get("/").status_code == 200


def test_the_page_of_a_request_names_its_rivals(sign_in: Any, db: Any) -> None:
    """S2-23: as on the first page; accepting it closes the others, and then there are none."""
    provider = make.specialist()
    provider.holds_requests = False
    db.commit()
    at = make.free(provider)
    first, second = (
        make.appointment(make.client_of(provider, make.resident(name, "Клиентова")), at)
        for name in ("Мария", "Дарья")
    )
    later = make.appointment(
        make.client_of(provider, make.resident("Ольга", "Клиентова")), make.free(provider, 9)
    )
    client = sign_in(provider.owner)
    said = "Это время просит ещё 1 человек"
    assert said in client.get(f"/practice/{provider.id}").text
    assert said in client.get(f"/practice/appointments/{first.id}").text
    assert said not in client.get(f"/practice/appointments/{later.id}").text
    client.post(f"/practice/appointments/{first.id}/moves/accept")
    db.expire_all()
    assert (first.status, second.status, later.status) == ("agreed", "declined", "requested")
    assert said not in client.get(f"/practice/appointments/{first.id}").text


def test_what_is_asked_for_is_no_visit_yet(sign_in: Any) -> None:
    """S2-23: in the list of clients an unanswered request and an agreed appointment have different words."""
    provider = make.specialist()
    asked = make.appointment(make.client_of(provider))
    client = sign_in(provider.owner)
    address = f"/practice/{provider.id}/clients"
    page = client.get(address).text
    assert "Просит: " in page
    assert "Придёт: " not in page
    appointments.move(provider.owner, asked.id, "accept")
    page = client.get(address).text
    assert "Придёт: " in page
    assert "Просит: " not in page
    make.appointment(asked.client, make.free(provider, 5))
    page = client.get(address).text
    assert page.index("Придёт: ") < page.index("Просит: ")
