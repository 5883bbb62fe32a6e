"""What a provider arranges: services, hours, days off and what stands in them, invitations, specialists, rules."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from app import clock, tokens
from app.actions import appointments, asking, invitations, payments, schedule
from app.policy import practices
from app.queries import away
from app.queries import week as weeks
from models import Absence, Booking, Hours, Invitation, Offer, Provider
from tests import factories as make
from tests.views.practice import a_day_of, colleague, local_day

# --- services -----------------------------------------------------------------------------------------------------

_OFFER = {"name": "Сеанс", "minutes": "45", "buffer": "15", "price": "1500,50", "active": "yes"}


def test_a_service_is_added_changed_and_switched(sign_in: Any, db: Any) -> None:
    """I-19: the price as people type it; what is switched off is not offered."""
    provider = make.specialist()
    client = sign_in(provider.owner)
    base = f"/practice/{provider.id}/services"
    assert client.post(f"{base}/new", data=_OFFER).status_code == 303
    made = db.scalars(select(Offer).where(Offer.name == "Сеанс")).one()
    assert (made.minutes, made.buffer, made.price, made.active) == (45, 15, 150050, True)
    assert 'value="1500,50"' in client.get(f"{base}/{made.id}").text
    client.post(f"{base}/{made.id}", data=_OFFER | {"price": "", "name": "Беседа"})
    assert (made.price, made.name) == (0, "Беседа")
    assert client.post(f"{base}/{made.id}/switch", data={"active": ""}).status_code == 303
    assert not made.active
    assert [one.id for one in made.specialists] == [provider.specialists[0].id]
    assert client.get(f"{base}/999999").status_code == 404
    assert client.post(f"{base}/999999/switch").status_code == 404


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("name", "Я" * 121),
        ("minutes", "час"),
        ("minutes", "4"),
        ("buffer", "9999"),
        ("price", "сто"),
        ("price", "-5"),
        ("meeting_url", "javascript:alert(1)"),
        ("place", "Я" * 301),
    ],
)
def test_a_service_that_makes_no_sense_comes_back(sign_in: Any, field: str, typed: str) -> None:
    provider = make.specialist()
    sent = _OFFER | {"description": "Бережно", field: typed}
    answer = sign_in(provider.owner).post(f"/practice/{provider.id}/services/new", data=sent)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "Бережно" in answer.text
    assert typed.strip() in answer.text
    assert len(provider.offers) == 1


def test_who_does_a_service(sign_in: Any, db: Any) -> None:
    """I-20: the owner says it in the service or at the specialist; a specialist chooses for himself."""
    provider = make.organization()
    first, second = provider.specialists
    person, *_ = colleague(provider)
    owner, member, offer = sign_in(provider.owner), sign_in(person), provider.offers[0]
    sent = _OFFER | {"specialist": [second.id]}
    owner.post(f"/practice/{provider.id}/services/{offer.id}", data=sent)
    assert offer.specialists == [second]
    assert (
        member.post(f"/practice/specialists/{first.id}/services", data={"offer": [offer.id]}).status_code
        == 303
    )
    assert set(offer.specialists) == {first, second}
    assert owner.post(f"/practice/specialists/{second.id}/services").status_code == 303
    assert offer.specialists == [first]


# --- hours --------------------------------------------------------------------------------------------------------


def test_hours_of_a_week(sign_in: Any) -> None:
    """Several stretches a day; what is empty is not there; midnight is the end of the day."""
    provider = make.specialist(hours=[])
    who = provider.specialists[0]
    client = sign_in(provider.owner)
    fresh = client.get(f"/practice/{provider.id}/hours").text
    assert fresh.count('value="09:00"') == 5  # proposed, not saved
    assert who.hours == []
    sent = {
        "from-0": ["09:00", "14:00", ""],
        "to-0": ["13:00", "18:30", ""],
        "from-6": ["18:00"],
        "to-6": ["00:00"],
    }
    assert client.post(f"/practice/specialists/{who.id}/hours", data=sent).status_code == 303
    assert [(one.weekday, one.start, one.end) for one in who.hours] == [
        (0, 540, 780),
        (0, 840, 1110),
        (6, 1080, 1440),
    ]
    kept = client.get(f"/practice/{provider.id}/hours").text
    assert 'value="18:30"' in kept
    assert kept.count('value="00:00"') == 1


def test_rows_are_added_without_saving(sign_in: Any) -> None:
    """A row more, Monday's hours for the working days: no script is needed, nothing is saved."""
    provider = make.specialist(hours=[])
    who = provider.specialists[0]
    client = sign_in(provider.owner)
    address = f"/practice/specialists/{who.id}/hours"
    sent = {"from-0": ["08:00"], "to-0": ["12:00"]}
    added = client.post(address, data=sent | {"do": "add-0"}).text
    assert added.count('name="from-0"') == 2
    copied = client.post(address, data=sent | {"do": "copy-0"}).text
    assert copied.count('value="08:00"') == 5
    assert who.hours == []


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (["18:00"], ["09:00"]),
        (["09:00"], [""]),
        (["abc"], ["10:00"]),
        (["09:00", "10:00"], ["11:00", "12:00"]),
    ],
)
def test_hours_that_make_no_sense_come_back(sign_in: Any, start: list[str], end: list[str]) -> None:
    provider = make.specialist()
    who = provider.specialists[0]
    answer = sign_in(provider.owner).post(
        f"/practice/specialists/{who.id}/hours", data={"from-2": start, "to-2": end}
    )
    assert answer.status_code == 422
    assert 'id="day-2-error"' in answer.text
    assert f'value="{start[0]}"' in answer.text
    assert len(who.hours) == 5


# --- days off -----------------------------------------------------------------------------------------------------


def test_days_off_and_what_stands_in_them(sign_in: Any, db: Any) -> None:
    """I-19: after entering, the appointments come next; one press moves one, one reason refuses the others."""
    provider = make.specialist()
    first = make.appointment(make.client_of(provider))
    second = make.appointment(
        make.client_of(provider, make.resident("Пётр", "Второй")), make.free(provider, 3)
    )
    client = sign_in(provider.owner)
    day, until = (f"{local_day(provider, one.starts_at):%Y-%m-%d}" for one in (first, second))
    sent = {"kind": "vacation", "from_day": day, "to_day": until, "reason": "Море"}
    answer = client.post(f"/practice/{provider.id}/absences", data=sent)
    absence = db.scalars(select(Absence)).one()
    affected = f"/practice/absences/{absence.id}/affected"
    assert (answer.status_code, answer.location) == (303, affected)
    page = client.get(affected).text
    assert first.client.user.name in page
    assert "Пётр Второй" in page
    at = page.split(f'appointments/{first.id}/time"')[1].split('name="at" value="')[1].split('"')[0]
    moved = client.post(f"/practice/appointments/{first.id}/time", data={"at": at, "next": affected})
    assert (moved.status_code, moved.location) == (303, affected)
    assert first.starts_at == dt.datetime.fromisoformat(at)
    refuse = f"/practice/absences/{absence.id}/refuse"
    nothing_said = client.post(refuse, data={"comment": " ", "appointment": [second.id]})
    assert nothing_said.status_code == 422
    foreign = make.appointment(make.client_of(make.specialist(make.user())))
    client.post(refuse, data={"comment": "Отпуск", "appointment": [second.id, first.id, foreign.id]})
    assert (second.status, first.status, foreign.status) == ("declined", "agreed", "requested")
    assert client.get(affected).status_code == 200
    assert client.post(f"/practice/absences/{absence.id}/remove").status_code == 303
    assert db.scalars(select(Absence)).all() == []
    assert client.get(affected).status_code == 404


def test_days_off_are_not_removed_without_a_question(sign_in: Any, db: Any, count_statements: Any) -> None:
    """I-19: it names the days, and whom was moved out of them or refused: none of that comes back by itself."""
    provider = make.specialist()
    people = [make.resident(name, "Клиентов") for name in ("Мария", "Степан", "Олег", "Инна")]
    moved, refused, cancelled, standing = (
        make.appointment(make.client_of(provider, one), make.free(provider, 2 * number))
        for number, one in enumerate(people)
    )
    day = local_day(provider, moved.starts_at)
    absence = schedule.add_absence(
        provider.owner,
        provider.id,
        specialist_id=None,
        starts=day,
        ends=local_day(provider, standing.starts_at) + dt.timedelta(days=1),
        reason="Море",
    )
    appointments.reschedule(provider.owner, moved.id, make.free(provider, 1))
    appointments.move(provider.owner, refused.id, "decline", comment="Отпуск")
    appointments.move(people[2], cancelled.id, "cancel")
    client, address = sign_in(provider.owner), f"/practice/absences/{absence.id}/remove"
    page = client.get(f"/practice/{provider.id}/absences").text
    assert f'href="{address}"' in page
    assert f'action="{address}"' not in page
    with count_statements(12):
        question = client.get(address).text
    assert f"{day.day}" in question
    assert "Море" in question
    assert "приходится 1 запись" in question
    assert "Мария Клиентов" in question
    assert "Перенесено с " in question
    assert "Степан Клиентов" in question
    assert "Олег" not in question
    assert "Инна" not in question
    assert db.scalars(select(Absence)).all() == [absence]
    assert client.post(address).status_code == 303
    assert db.scalars(select(Absence)).all() == []


def test_days_off_say_what_was_paid(sign_in: Any, db: Any, count_statements: Any) -> None:
    """I-19, S2-36: money in an appointment, a session of a package: per row, and before all are refused."""
    provider = make.specialist()
    paid = make.appointment(make.client_of(provider))
    sold = make.sold(make.client_of(provider, make.resident("Пётр", "Второй")))
    packed = make.appointment(sold.client, make.free(provider, 3), package_id=sold.id)
    bare = make.appointment(make.client_of(provider, make.resident("Анна", "Третья")), make.free(provider, 5))
    payments.record(provider.owner, paid.id, "500")
    payments.take_back(provider.owner, bare.id, payments.record(provider.owner, bare.id, "300").id)
    day = local_day(provider, paid.starts_at)
    absence = schedule.add_absence(
        provider.owner, provider.id, specialist_id=None, starts=day, ends=day + dt.timedelta(days=20)
    )
    client = sign_in(provider.owner)
    address = f"/practice/absences/{absence.id}"
    with count_statements(12):
        page = client.get(f"{address}/affected").text.replace("\N{NO-BREAK SPACE}", " ")
    rows = re.findall(r'<li class="request".*?</li>', page, re.DOTALL)
    said = {name: row for row in rows for name in ("Марина", "Пётр", "Анна") if name in row}
    assert "Оплачено: 500 ₽" in said["Марина"]
    assert "Пять консультаций" in said["Пётр"]
    assert "Оплачено" not in said["Анна"] + said["Пётр"]
    assert "Всего оплачено: 500 ₽" in page
    assert "1 встреча вернётся в пакет" in page
    those = [paid.id, packed.id, bare.id]
    done = client.post(f"{address}/refuse", data={"comment": "Отпуск", "appointment": those})
    assert done.status_code == 303
    page = client.get(f"{address}/affected").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Клиентам нужно вернуть: 500 ₽" in page
    assert sold.used == 0


def test_a_part_of_a_day_off(sign_in: Any, db: Any) -> None:
    provider = make.specialist()
    day = (clock.now() + dt.timedelta(days=30)).date()
    sent = {"kind": "absence", "from_day": f"{day}", "from_time": "12:00", "to_time": "13:30"}
    answer = sign_in(provider.owner).post(f"/practice/{provider.id}/absences", data=sent)
    assert answer.location == f"/practice/{provider.id}/absences"
    kept = db.scalars(select(Absence)).one()
    noon = dt.datetime.combine(day, dt.time(12))
    assert (kept.starts, kept.ends) == (noon, noon + dt.timedelta(minutes=90))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"from_day": ""}, "from_day"),
        ({"from_day": "завтра"}, "from_day"),
        ({"from_day": "2030-05-13", "to_day": "2030-05-12"}, "to_day"),
        ({"from_day": "2020-05-13"}, "to_day"),
        ({"from_day": "2030-05-13", "to_day": "2032-05-13"}, "to_day"),
        ({"from_day": "2030-05-13", "from_time": "полдень"}, "from_time"),
        ({"from_day": "2030-05-13", "kind": "picnic"}, "kind"),
        ({"from_day": "2030-05-13", "reason": "Я" * 201}, "reason"),
    ],
)
def test_days_off_that_make_no_sense_come_back(sign_in: Any, typed: dict[str, str], field: str) -> None:
    provider = make.specialist()
    sent = {"kind": "vacation", "reason": "Море"} | typed
    answer = sign_in(provider.owner).post(f"/practice/{provider.id}/absences", data=sent)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert sent["reason"] in answer.text


def test_days_off_of_a_colleague(sign_in: Any, db: Any) -> None:
    """I-20: his own are his, everybody's are the owner's; he sees which of his own appointments stand in them."""
    provider = make.organization()
    person, mine, theirs = colleague(provider)
    client = sign_in(person)
    day = local_day(provider, mine.starts_at)
    sent = {"kind": "vacation", "from_day": f"{day:%Y-%m-%d}"}
    answer = client.post(f"/practice/{provider.id}/absences", data=sent)
    own = db.scalars(select(Absence)).one()
    assert own.specialist_id == mine.specialist_id
    page = client.get(answer.location).text
    assert mine.client.user.name in page
    assert theirs.client.user.name not in page
    whole = schedule.add_absence(
        provider.owner, provider.id, specialist_id=None, starts=day, ends=day + dt.timedelta(days=1)
    )
    assert client.get(f"/practice/absences/{whole.id}/affected").status_code == 403
    for address in ("remove", "refuse"):
        assert client.post(f"/practice/absences/{whole.id}/{address}").status_code == 403


# --- the week -----------------------------------------------------------------------------------------------------


def _week(db: Any, provider: Any, monday: dt.date) -> weeks.Week:
    here = practices(db, provider.owner)[0]
    return weeks.week(db, here, provider.specialists, monday)


def test_the_week_of_a_change_of_clocks(db: Any, later: Any) -> None:
    """Blocks stand where the wall clock of the provider's zone puts them, as long as they last."""
    owner = make.user(timezone="Europe/Berlin")
    provider = make.specialist(owner, hours=[(6, 0, 1440)])
    pair = make.client_of(provider)
    later((dt.datetime(2027, 10, 1, tzinfo=dt.UTC) - clock.now()).total_seconds())
    offer, who = provider.offers[0], provider.specialists[0]
    # The 31st of October: at 3:00 summer time it is 2:00 again.
    for hour in (0, 1, 2):
        at = dt.datetime(2027, 10, 31, hour, tzinfo=dt.UTC)
        asking.book(owner, pair.id, offer.id, who.id, at)
    sunday = _week(db, provider, dt.date(2027, 10, 25)).days[6]
    assert [(one.start, one.end) for one in sunday.blocks] == [(120, 180), (120, 180), (180, 240)]
    assert [(one.lane, one.lanes) for one in sunday.blocks] == [(0, 2), (1, 2), (0, 1)]
    assert sunday.hours == [(0, 1440)]


def test_what_meets_stands_side_by_side(db: Any) -> None:
    """Two specialists at one time; midnight divides; absences are cut into days."""
    provider = make.organization()
    pair = make.client_of(provider)
    long = make.offer(provider, "Ночь", minutes="240")
    one, two = provider.specialists
    monday = (clock.now() + dt.timedelta(days=14)).date()
    monday -= dt.timedelta(days=monday.weekday())
    zone = clock.zone(provider.timezone)
    evening = dt.datetime.combine(monday, dt.time(22), tzinfo=zone)
    for who in (one, two):
        asking.book(provider.owner, pair.id, long.id, who.id, evening)
    start = dt.datetime.combine(monday, dt.time(12))
    schedule.add_absence(
        provider.owner, provider.id, specialist_id=one.id, starts=start, ends=start + dt.timedelta(days=1)
    )
    shown = _week(db, provider, monday)
    first, second = shown.days[:2]
    assert [(b.start, b.end, b.lane, b.lanes) for b in first.blocks] == [
        (1320, 1440, 0, 2),
        (1320, 1440, 1, 2),
    ]
    assert [(b.start, b.end) for b in second.blocks] == [(0, 120), (0, 120)]
    assert [(d.absences[0].start, d.absences[0].end) for d in (first, second)] == [(720, 1440), (0, 720)]
    assert (shown.first, shown.last) == (0, 24)


def test_the_calendar_answers_to_nonsense(sign_in: Any) -> None:
    provider = make.specialist()
    client = sign_in(provider.owner)
    for query in (
        "day=abc",
        "week=2026-02-30",
        "day=9999-12-31",
        "day=0001-01-01",
        "who=abc",
        "day=2100-12-31",
    ):
        assert client.get(f"/practice/{provider.id}/calendar?{query}").status_code == 200, query
    assert client.get(f"/practice/{provider.id}/calendar?who=999").status_code == 404


def test_a_full_week_is_a_small_page(sign_in: Any, count_statements: Any) -> None:
    """Fourteen appointments a day: the same statements, and less than 100 kB."""
    provider = make.specialist()
    monday = _full_week(provider, 98)
    client = sign_in(provider.owner)
    address = f"/practice/{provider.id}/calendar?day={monday}"
    client.get(address)
    with count_statements(12):
        page = client.get(address)
    assert page.text.count('class="meet ') == 98
    assert len(page.data) < 100_000


def test_more_than_a_picture_can_show(sign_in: Any) -> None:
    """The fullest week of all specialists is less than 100 kB; what is beyond it is shown one after the other."""
    provider = make.organization()
    first, second = provider.specialists
    monday = _full_week(provider, 98)
    _full_week(provider, 12, number=1)
    client = sign_in(provider.owner)
    address = f"/practice/{provider.id}/calendar?day={monday}"
    page = client.get(address)
    assert page.text.count('class="meet ') == 110
    assert len(page.data) < 100_000
    asking.book(
        provider.owner, *_pair_and_offer(provider), second.id, _first(provider, monday + dt.timedelta(days=6))
    )
    page = client.get(address)
    assert page.text.count('class="meet ') == 98
    assert f"Записей на этой неделе слишком много для одной картины: показан {first.name}" in page.text


def _first(provider: Provider, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), tzinfo=clock.zone(provider.timezone))


def _pair_and_offer(provider: Provider) -> tuple[int, int]:
    pair = make.client_of(provider, make.resident("Александра", "Константинопольская"))
    return pair.id, make.offer(provider, "Контрольная консультация", minutes="30").id


def _full_week(provider: Provider, count: int, number: int = 0) -> dt.date:
    """So many appointments of a specialist, fourteen a day: the Monday of that week."""
    given = _pair_and_offer(provider)
    monday = (clock.now() + dt.timedelta(days=14)).date()
    monday -= dt.timedelta(days=monday.weekday())
    for one in range(count):
        at = _first(provider, monday) + dt.timedelta(days=one // 14, minutes=30 * (one % 14))
        asking.book(provider.owner, *given, provider.specialists[number].id, at)
    return monday


def test_nothing_chosen_moves_nothing(sign_in: Any, db: Any) -> None:
    """The suggested fields of another time are no choice."""
    asked = make.appointment()
    before = asked.starts_at
    client = sign_in(asked.client.provider.owner)
    address = f"/practice/appointments/{asked.id}/time"
    suggested = {
        name: re.search(rf'name="{name}" value="([^"]+)"', client.get(address).text)[1]
        for name in ("day", "time")
    }
    answer = client.post(address, data=suggested)
    assert answer.status_code == 422
    assert "Выберите время" in answer.text
    db.refresh(asked)
    assert (asked.starts_at, asked.status) == (before, "requested")


def test_further_days_lead_further(sign_in: Any) -> None:
    asked = make.appointment()
    client = sign_in(asked.client.provider.owner)
    offer = asked.client.provider.offers[0]
    for address in (
        f"/practice/appointments/{asked.id}/time",
        f"/practice/{asked.provider_id}/book?client={asked.client_id}&offer={offer.id}",
    ):
        page = client.get(address).text
        found = re.search(r'href="([^"]*from=\d{4}-\d\d-\d\d[^"]*)"', page)
        assert found, address
        further = client.get(found[1].replace("&amp;", "&")).text
        first = [re.search(r'name="at" value="(\d[^"]+)"', one)[1] for one in (page, further)]
        assert first[0] < first[1], address


# --- invitations --------------------------------------------------------------------------------------------------


def test_an_invitation_is_made_shown_and_revoked(sign_in: Any, db: Any, app: Any) -> None:
    """S2-1, S2-2: the link and its QR code; shown again whenever it is needed; taken back."""
    provider = make.specialist(headline="Психолог")
    client = sign_in(provider.owner)
    sent = {"most": "1", "days": "7", "label": "Для Ольги"}
    answer = client.post(f"/practice/{provider.id}/invitations", data=sent)
    made = db.scalars(select(Invitation)).one()
    assert (made.most, made.label) == (1, "Для Ольги")
    token = tokens.derived(app.config["SECRET_KEY"], "invitation", made.nonce)
    assert tokens.hashed(token) == made.token_hash
    page = client.get(answer.location).text
    assert f'/i/{token}"' in page
    code = client.get(f"/practice/invitations/{made.id}/code.svg?save=1")
    assert code.mimetype == "image/svg+xml"
    assert "attachment" in code.headers["Content-Disposition"]
    poster = client.get(f"/practice/invitations/{made.id}/poster").text
    assert "Психолог" in poster
    assert f"/i/{token}" in poster
    invitations.accept(make.resident(), token)
    assert client.get(f"/practice/{provider.id}/invitations").status_code == 200
    assert client.post(f"/practice/invitations/{made.id}/revoke").status_code == 303
    assert made.revoked_at is not None
    assert "Для Ольги" not in client.get(f"/practice/{provider.id}/invitations").text.split("living-title")[1]
    assert client.get("/practice/invitations/999999").status_code == 404


def test_an_invitation_counts_who_has_come(sign_in: Any, db: Any) -> None:
    """S2-1: in the forms of the language; nobody is a word, not a number."""
    provider = make.specialist()
    client = sign_in(provider.owner)
    made = invitations.invite(provider.owner, provider.id, "secret")
    for address in (f"/practice/{provider.id}/invitations", f"/practice/invitations/{made.id}"):
        assert "икто ещё не пришёл" in client.get(address).text
    made.uses = 1
    db.commit()
    assert "пришёл 1 человек" in client.get(f"/practice/{provider.id}/invitations").text


def test_badges_are_read_in_the_forms_of_the_language(sign_in: Any) -> None:
    asked = make.appointment()
    page = sign_in(asked.client.provider.owner).get(f"/practice/{asked.provider_id}/counts?bars=1").text
    assert '1<span class="sr-only"> запрос</span>' in page


@pytest.mark.parametrize("typed", [{"days": "5"}, {"days": "x"}, {"label": "Я" * 121}])
def test_an_invitation_that_makes_no_sense_comes_back(sign_in: Any, typed: dict[str, str]) -> None:
    provider = make.specialist()
    sent = {"most": "", "days": "7", "label": "Стойка"} | typed
    answer = sign_in(provider.owner).post(f"/practice/{provider.id}/invitations", data=sent)
    assert answer.status_code == 422
    assert sent["label"] in answer.text


def test_a_colleague_has_invitations_of_his_own(sign_in: Any) -> None:
    provider = make.organization()
    person, *_ = colleague(provider)
    theirs = invitations.invite(provider.owner, provider.id, "secret", label="Хозяйка")
    client = sign_in(person)
    client.post(f"/practice/{provider.id}/invitations", data={"days": "", "label": "Моё"})
    listed = client.get(f"/practice/{provider.id}/invitations").text
    assert "Моё" in listed
    assert "Хозяйка" not in listed
    assert client.get(f"/practice/invitations/{theirs.id}").status_code == 403
    assert client.post(f"/practice/invitations/{theirs.id}/revoke").status_code == 403


# --- the organization, the rules ----------------------------------------------------------------------------------


def test_specialists_of_an_organization(sign_in: Any, db: Any) -> None:
    """I-20: added, changed, invited to an account of their own."""
    provider = make.organization()
    client = sign_in(provider.owner)
    base = f"/practice/{provider.id}/team"
    wrong = client.post(base, data={"name": "", "title": "Массажист"})
    assert wrong.status_code == 422
    assert "Массажист" in wrong.text
    answer = client.post(base, data={"name": "Лев Тонкий", "title": "Массажист"})
    made = provider.specialists[2]
    assert answer.location == f"/practice/specialists/{made.id}"
    page = client.get(answer.location)
    assert page.status_code == 200
    assert client.post(answer.location, data={"name": " ", "title": "Остеопат"}).status_code == 422
    client.post(answer.location, data={"name": "Лев Толстый", "title": "", "sees_all": "yes"})
    assert (made.name, made.active, made.sees_all) == ("Лев Толстый", False, True)
    invited = client.post(f"/practice/specialists/{made.id}/invite")
    link = db.scalars(select(Invitation).where(Invitation.specialist_id == made.id)).one()
    assert invited.location == f"/practice/invitations/{link.id}"
    assert client.get(invited.location).status_code == 200
    colleague(provider)
    taken = client.post(f"/practice/specialists/{provider.specialists[0].id}/invite")
    assert taken.location == f"/practice/specialists/{provider.specialists[0].id}"


def test_a_specialist_alone_has_no_team(sign_in: Any) -> None:
    provider = make.specialist()
    client = sign_in(provider.owner)
    who = provider.specialists[0].id
    for address in (f"/practice/{provider.id}/team", f"/practice/specialists/{who}"):
        assert client.get(address).status_code == 404
        assert client.post(address, data={"name": "Второй"}).status_code == 404


_RULES = {
    "name": "Анна",
    "headline": "Психолог",
    "timezone": "Europe/Berlin",
    "currency": "EUR",
    "step": "15",
    "notice": "2",
    "notice_unit": "days",
    "horizon": "30",
    "reminder": "0",
    "place": "Офис 5",
    "meeting_url": "meet.example.org/anna",
}


def test_booking_rules(sign_in: Any) -> None:
    provider = make.specialist()
    provider.offers[0].price = 0  # else it would be another price in another currency
    client = sign_in(provider.owner)
    address = f"/practice/{provider.id}/settings"
    assert client.post(address, data=_RULES).status_code == 303
    assert (provider.step, provider.notice, provider.timezone, provider.currency) == (
        15,
        2880,
        "Europe/Berlin",
        "EUR",
    )
    assert (provider.holds_requests, provider.meeting_url) == (False, "https://meet.example.org/anna")
    page = client.get(address).text
    assert 'value="2"' in page
    assert '<option value="days" selected' in page
    assert "UTC+1" in client.get(f"/practice/{provider.id}/hours").text or "UTC+2" in page


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("timezone", "Moon/Base"),
        ("currency", "XXX"),
        ("step", "7"),
        ("notice", "скоро"),
        ("notice", "99999"),
        ("horizon", "0"),
        ("reminder", "-1"),
        ("meeting_url", "ftp://x"),
    ],
)
def test_rules_that_make_no_sense_come_back(sign_in: Any, field: str, typed: str) -> None:
    provider = make.specialist()
    answer = sign_in(provider.owner).post(f"/practice/{provider.id}/settings", data=_RULES | {field: typed})
    assert answer.status_code == 422
    assert "field__error" in answer.text
    assert "Офис 5" in answer.text
    assert provider.place == ""


@pytest.mark.parametrize(
    ("unit", "typed", "said"),
    [
        ("days", "31", "целые дни, от 0 до 30."),
        ("hours", "1.5", "целые часы, от 0 до 720."),
        ("minutes", "99999", "целые минуты, от 0 до 43200."),
    ],
)
def test_the_notice_is_refused_in_its_own_unit(sign_in: Any, unit: str, typed: str, said: str) -> None:
    """Nobody who typed days has to reckon in minutes."""
    provider = make.specialist()
    sent = _RULES | {"notice": typed, "notice_unit": unit}
    answer = sign_in(provider.owner).post(f"/practice/{provider.id}/settings", data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'<option value="{unit}" selected' in answer.text


def test_nothing_is_held_by_what_was_refused(db: Any) -> None:
    """The guard's row of a refused appointment is free for the next one."""
    asked = make.appointment()
    appointments.refuse_all(asked.client.provider.owner, [asked.id], "Нет")
    assert db.scalars(select(Booking.active)).all() == [False]


def test_the_first_page_tells_of_appointments_in_days_off(sign_in: Any, db: Any) -> None:
    """I-19: whoever left the list of what an absence meets finds it again; what others have to settle is not shown."""
    provider = make.organization()
    present, away = provider.specialists
    one = make.appointment(make.client_of(provider), specialist_id=away.id)
    begins = one.starts_at.astimezone(clock.zone(provider.timezone)).replace(tzinfo=None)
    start = dt.datetime.combine(begins, dt.time())
    day: Any = {"starts": start, "ends": start + dt.timedelta(days=1)}
    add = partial(schedule.add_absence, provider.owner, provider.id)
    add(specialist_id=present.id, **day)
    add(specialist_id=away.id, starts=start, ends=begins)
    home = f"/practice/{provider.id}"
    client = sign_in(provider.owner)
    assert "/affected" not in client.get(home).text
    absence = add(specialist_id=away.id, **day)
    address = f"/practice/absences/{absence.id}/affected"
    page = client.get(home).text
    assert page.count("/affected") == page.count(address) == 1
    assert "1 запись на нерабочее время" in page
    assert address in client.get(f"{home}/absences").text
    person, _his, _theirs = colleague(provider)
    assert address in client.get(home).text
    assert address not in sign_in(person).get(home).text
    appointments.move(provider.owner, one.id, "decline", comment="Отпуск")
    assert address not in sign_in(provider.owner).get(home).text


def test_who_is_still_expected_is_led_to_what_to_do(sign_in: Any) -> None:
    """I-20: a specialist with open appointments is not switched off; the refusal leads to them and to days off."""
    provider = make.organization()
    one = provider.specialists[0]
    make.appointment(make.client_of(provider), specialist_id=one.id)
    client = sign_in(provider.owner)
    refused = client.post(f"/practice/specialists/{one.id}", data={"name": one.name})
    assert (refused.status_code, one.active) == (422, True)
    assert f"/practice/{provider.id}/calendar?who={one.id}" in refused.text
    address = f"/practice/{provider.id}/absences?who={one.id}"
    assert address in refused.text
    assert re.search(rf'<option value="{one.id}"[^>]* selected', client.get(address).text)


def test_the_address_of_a_form_leads_to_its_page(sign_in: Any) -> None:
    """A reload after an error asks for the address that forms alone are sent to: hours, days off, a price."""
    provider = make.specialist()
    asked, absence, _invitation = a_day_of(provider)
    client = sign_in(provider.owner)
    reload = {"Sec-Fetch-Mode": "navigate"}
    who = provider.specialists[0].id
    for address, page in (
        (f"/practice/specialists/{who}/hours", f"/practice/{provider.id}/hours?who={who}"),
        (f"/practice/absences/{absence.id}/refuse", f"/practice/absences/{absence.id}/affected"),
        (f"/practice/appointments/{asked.id}/price", f"/practice/appointments/{asked.id}/payments"),
    ):
        answer = client.get(address, headers=reload)
        assert (answer.status_code, answer.location) == (302, page)
        assert client.get(page).status_code == 200
    studio = make.organization()
    second = studio.specialists[1].id
    led = sign_in(studio.owner).get(f"/practice/specialists/{second}/hours", headers=reload)
    assert led.location == f"/practice/{studio.id}/hours?who={second}"


def test_a_day_off_offers_nothing(sign_in: Any) -> None:
    """I-19: on a day of vacation the calendar does not say that clients can ask for a time."""
    provider = make.specialist()
    first = local_day(provider, make.free(provider, 9)) + dt.timedelta(days=7)
    client = sign_in(provider.owner)
    address = f"/practice/{provider.id}/calendar?day={first:%Y-%m-%d}"
    assert "Клиенты могут" in client.get(address).text
    day = {"specialist_id": None, "starts": first, "ends": first + dt.timedelta(days=1)}
    absence = schedule.add_absence(provider.owner, provider.id, **day)
    page = client.get(address).text
    assert "Клиенты могут" not in page
    assert "Клиентам в этот день время не предлагается" in page
    schedule.remove_absence(provider.owner, absence.id)
    schedule.add_absence(provider.owner, provider.id, **day | {"ends": first + dt.timedelta(hours=12)})
    assert "Клиенты могут" in client.get(address).text


def test_one_who_is_away_does_not_hide_the_others(db: Any) -> None:
    """I-20: the week is hatched where nobody is there; of the one who is away the label stays."""
    provider = make.organization()
    first, second = provider.specialists[:2]
    monday = dt.date(2030, 1, 7)
    day = dt.datetime.combine(monday + dt.timedelta(days=1), dt.time())

    def leave(who: Any, since: int, until: int) -> None:
        hours = {"starts": day + dt.timedelta(hours=since), "ends": day + dt.timedelta(hours=until)}
        db.add(Absence(provider_id=provider.id, specialist_id=who.id if who else None, **hours))
        db.commit()

    def shown() -> weeks.Day:
        return _week(db, provider, monday).days[1]

    leave(first, 0, 24)
    assert (shown().off, shown().offered, len(shown().absences)) == ([], True, 1)
    leave(second, 0, 12)
    assert (shown().off, shown().offered) == ([(0, 720)], True)
    leave(None, 12, 24)
    assert (shown().off, shown().offered) == ([(0, 1440)], False)
    # Who does not work on this day is not waited for.
    second.hours = [one for one in second.hours if one.weekday != day.weekday()]
    db.query(Absence).delete()
    db.commit()
    leave(first, 0, 24)
    assert (shown().off, shown().offered) == ([(0, 1440)], False)


def test_days_off_offer_what_comes_after(sign_in: Any, db: Any) -> None:
    """I-19: times to move to come after the appointment, the nearest first; those before it only fill up, and none is
    today's. With the client's own time where it differs, and who is away."""
    provider = make.organization()
    pair = make.client_of(provider)
    pair.user.timezone = "Asia/Vladivostok"
    db.commit()
    day = clock.now().date() + dt.timedelta(days=9)
    who = provider.specialists[0]
    at = next(
        make.free(provider, number)
        for number in range(400)
        if local_day(provider, make.free(provider, number)).date() >= day
    )
    one = make.appointment(pair, at, specialist_id=who.id)
    start = local_day(provider, one.starts_at)
    absence = schedule.add_absence(
        provider.owner, provider.id, specialist_id=who.id, starts=start, ends=start + dt.timedelta(days=12)
    )
    (here,) = practices(db, provider.owner)
    (free,) = away.instead(db, here, absence, [one]).values()
    assert free == sorted(free)
    assert free[0] > one.starts_at
    page = sign_in(provider.owner).get(f"/practice/absences/{absence.id}/affected").text
    assert who.name in page.split("note--attention")[1].split("</p>")[0]
    assert page.count('class="chip__theirs"') == len(free) == 3
    # As far as the calendar reaches there is nothing after it.
    who.hours = [Hours(weekday=one.starts_at.weekday(), start=0, end=1440)]
    schedule.add_absence(
        provider.owner,
        provider.id,
        specialist_id=who.id,
        starts=start + dt.timedelta(days=12),
        ends=start + dt.timedelta(days=60),
    )
    (free,) = away.instead(db, here, absence, [one]).values()
    assert free
    assert all(clock.now().date() < at.date() < one.starts_at.date() for at in free)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("99999999999", "Не больше"),
        ("20000000,01", "Не больше"),
        ("9999999999,999", "например"),
        ("сто", "например"),
    ],
)
def test_a_price_that_is_too_much_is_told_the_most(sign_in: Any, typed: str, said: str) -> None:
    """I-19: not what an amount looks like, when it looks like one."""
    provider = make.specialist()
    client = sign_in(provider.owner)
    package = {"name": "Абонемент", "offer": str(provider.offers[0].id), "sessions": "5", "price": typed}
    for answer in (
        client.post(f"/practice/{provider.id}/services/new", data=_OFFER | {"price": typed}),
        client.post(f"/practice/{provider.id}/packages/new", data=package),
    ):
        assert answer.status_code == 422
        error = answer.text.split('id="price-error"')[1].split("</p>")[0]
        assert said in error
        assert ("20\xa0000\xa0000\xa0₽" in error) is (said == "Не больше")


def test_the_own_calendar_has_what_one_has_as_a_client(sign_in: Any, count_statements: Any) -> None:
    """I-19: whoever serves and is somebody else's client sees both, the own quietly and leading to the client's page;
    neither the owner who looks at his week nor a colleague learns of it."""
    studio = make.organization()
    person, his, _theirs = colleague(studio)
    pair = make.client_of(make.specialist(make.user("Анна", "Светлова")), person)
    offer, serving = pair.provider.offers[0], pair.provider.specialists[0]
    hour_before = his.starts_at - dt.timedelta(hours=1)
    own = asking.book(pair.provider.owner, pair.id, offer.id, serving.id, hour_before)
    declined = make.appointment(pair, make.free(pair.provider, 5))
    appointments.move(pair.provider.owner, declined.id, "decline", comment="Болезнь")
    day = local_day(studio, own.starts_at).date()
    address = f"/practice/{studio.id}/calendar?day={day}"
    link = f'href="/appointments/{own.id}"'
    browser = sign_in(person)
    browser.get(address)
    with count_statements(12):
        page = browser.get(address).text
    assert page.count(link) == 2
    assert f"Личное: {own.title}" in page
    assert "Личное видите только вы" in page
    assert f'href="/appointments/{declined.id}"' not in page
    assert f'href="/practice/appointments/{his.id}"' in page
    assert page.rindex(link) < page.rindex(f'href="/practice/appointments/{his.id}"')
    assert browser.get(f"/appointments/{own.id}").status_code == 200
    owner, who = sign_in(studio.owner), studio.specialists[0].id
    for foreign in (address, f"{address}&who={who}"):
        assert "Личное" not in owner.get(foreign).text
        assert link not in owner.get(foreign).text
    # At the practice where he is the client it is what it was: an appointment.
    host = sign_in(pair.provider.owner).get(f"/practice/{pair.provider_id}/calendar?day={day}").text
    assert "Личное" not in host
    assert f'href="/practice/appointments/{own.id}"' in host
