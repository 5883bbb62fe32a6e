"""«Записи», «Информация о встрече», «Прошедшие записи», «Список специалистов», the menu: a client's pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from app import clock, tokens
from app.actions import appointments, asking, chat, invitations, payments, people, providers
from app.permissions import DISPATCHER, OPERATOR
from app.policy import SYSTEM
from app.queries.appointments import PAGE
from models import Appointment, Client
from tests import factories as make


@pytest.fixture
def pair(app: Any) -> Client:
    return make.client_of(make.specialist(headline="Психолог", place="ул. Ленина, 1"))


@pytest.fixture
def me(sign_in: Any, pair: Client) -> FlaskClient:
    return sign_in(pair.user)


def rows(page: str) -> list[int]:
    return [int(part.split('"')[0]) for part in page.split('data-row="')[1:]]


def led(appointment: Appointment, way: str, later: Any) -> Appointment:
    """The appointment, led to a status by real moves."""
    owner = appointment.client.provider.owner
    for name in way.split():
        if name in ("hold", "miss"):
            later((appointment.starts_at - clock.now()).total_seconds() + 60)
        who = appointment.client.user if name == "cancel" else owner
        appointments.move(
            who, appointment.id, name, comment="Болею" if name in ("decline", "call_off") else ""
        )
    return appointment


# --- «Записи» -----------------------------------------------------------------------------------------------------


def test_what_is_planned(me: Any, pair: Client, count_statements: Any) -> None:
    """S2-25..S2-27: the soonest first, with time, provider and status; nobody else's."""
    later, sooner = make.appointment(pair, make.free(pair.provider, 9)), make.appointment(pair)
    appointments.move(pair.provider.owner, sooner.id, "accept")
    make.appointment(make.client_of(pair.provider, make.resident("Лера", "Петрова")))
    me.get("/")
    with count_statements(12):
        page = me.get("/appointments")
    assert rows(page.text) == [sooner.id, later.id]
    assert page.text.count("Анна Светлова") == 2
    assert 'data-mark="🟢"' in page.text
    assert 'data-mark="🟡"' in page.text
    assert "Pending" in page.text or "Ожидает" in page.text
    assert len(page.data) < 100_000


def test_both_languages(me: Any, pair: Client) -> None:
    make.appointment(pair)
    for language, words in (("en", ("Appointments", "Pending")), ("ru", ("Ожидает",))):
        me.post("/locale", data={"locale": language})
        page = me.get("/appointments").text
        assert all(word in page for word in words)


def test_pages_by_keyset(me: Any, pair: Client, later: Any) -> None:
    """S2-34: also of what is over."""
    owner = pair.provider.owner
    offer, one = pair.provider.offers[0], pair.provider.specialists[0]
    at = make.free(pair.provider).replace(hour=0) + timedelta(days=1)
    made = [
        asking.book(owner, pair.id, offer.id, one.id, at + timedelta(hours=2 * number)).id
        for number in range(PAGE + 2)
    ]
    first = me.get("/appointments").text
    assert rows(first) == made[:PAGE]
    assert f"after={made[PAGE - 1]}" in first
    assert rows(me.get(f"/appointments?after={made[PAGE - 1]}").text) == made[PAGE:]
    later((at - clock.now()).total_seconds() + 3600 * 2 * (PAGE + 4))
    assert rows(me.get("/appointments").text) == []
    past = me.get("/appointments/past").text
    assert rows(past) == made[::-1][:PAGE]
    assert rows(me.get(f"/appointments/past?before={made[2]}").text) == made[1::-1]
    assert me.get("/appointments/past?before=nonsense").status_code == 200
    assert rows(me.get("/appointments?after=999999999").text) == []


@pytest.mark.parametrize("number", ["99999999999", "9" * 20, "-" + "9" * 20, "9" * 5000, "²", "0", "-1"])
def test_a_number_that_no_column_holds_is_no_error(me: Any, pair: Client, sign_in: Any, number: str) -> None:
    """Addresses are typed by anybody: what no row can be called is as if it were not there."""
    make.appointment(pair)
    lists = ("/appointments?after=", "/appointments/past?before=", "/providers?after=", "/ask?after=")
    for address in (*lists, "/ask?client=", "/notices?before=", "/orders?before="):
        assert me.get(address + number).status_code in (200, 302, 404), address
    assert me.post("/notices/read", data={"id": number}).status_code == 303
    host = sign_in(pair.provider.owner)
    base = f"/practice/{pair.provider_id}"
    for address in (f"/practice/clients/{pair.id}?before=", f"{base}/clients?after=", f"{base}/book?client="):
        assert host.get(address + number).status_code in (200, 404), address
    for address in (f"{base}/calendar?who=", f"{base}/hours?who="):
        assert host.get(address + number).status_code in (200, 404), address


def test_one_notice_that_cannot_be_is_not_all_of_them(me: Any, pair: Client, run_jobs: Any) -> None:
    appointments.move(pair.provider.owner, make.appointment(pair).id, "accept")
    run_jobs()
    me.post("/notices/read", data={"id": "9" * 20})
    assert 'data-count="1" data-counter="notices"' in me.get("/notices").text
    me.post("/notices/read")
    assert 'data-count="0" data-counter="notices"' in me.get("/notices").text


def test_nobody_elses_appointment_is_a_place_in_the_list(me: Any, pair: Client, later: Any) -> None:
    """S2-61: by a foreign number in the address nobody finds out when that appointment is."""
    own = make.appointment(pair, make.free(pair.provider, 3))
    foreign = make.client_of(pair.provider, make.resident("Лера", "Петрова"))
    early = make.appointment(foreign, make.free(pair.provider, 0))
    late = make.appointment(foreign, make.free(pair.provider, 20))
    assert rows(me.get("/appointments").text) == [own.id]
    assert rows(me.get(f"/appointments?after={early.id}").text) == []
    led(own, "cancel", later)
    assert rows(me.get("/appointments/past").text) == [own.id]
    assert rows(me.get(f"/appointments/past?before={late.id}").text) == []


def test_what_is_over_with_several_providers_is_one_list(me: Any, pair: Client, later: Any) -> None:
    """S2-34: the latest first, whoever it was with; the next page goes on where this one has ended."""
    other = make.client_of(make.specialist(make.user(), "Пётр Лампов"), pair.user)
    stranger = make.client_of(pair.provider, make.resident("Лера", "Петрова"))
    make.appointment(stranger, make.free(pair.provider, 30))
    made = [
        led(make.appointment(one, make.free(one.provider, number)), "cancel", later)
        for number, one in ((1, pair), (3, other), (6, pair), (9, other))
    ]
    assert rows(me.get("/appointments/past").text) == [one.id for one in reversed(made)]
    assert rows(me.get(f"/appointments/past?before={made[2].id}").text) == [made[1].id, made[0].id]


def test_a_refusal_is_seen_with_the_next_step(me: Any, pair: Client, later: Any) -> None:
    """S2-28, S2-38, S2-39: why, another time, the chat; for a week, and not what the client has cancelled."""
    declined = led(make.appointment(pair, make.free(pair.provider, 1)), "decline", later)
    called_off = led(make.appointment(pair, make.free(pair.provider, 100)), "accept call_off", later)
    own = led(make.appointment(pair, make.free(pair.provider, 5)), "cancel", later)
    page = me.get("/appointments").text
    for one in (declined, called_off):
        assert f'id="refused-{one.id}"' in page
    assert f"/appointments/{own.id}" not in page
    assert page.count("Болею") == 2
    assert f"/ask?client={pair.id}&amp;offer={declined.offer_id}" in page
    assert f"/providers/{pair.id}/chat" in page
    later(8 * 24 * 3600)
    assert "refused-" not in me.get("/appointments").text


# --- «Информация о встрече» ---------------------------------------------------------------------------------------


def test_details(me: Any, pair: Client, count_statements: Any) -> None:
    """S2-32: status with what comes next, when, who, what, where, for how much, what was written, what happened."""
    asked = make.appointment(pair, words="Первый раз <b>")
    address = f"/appointments/{asked.id}"
    me.get("/")
    with count_statements(12):
        page = me.get(address).text
    for words in ("Анна Светлова", "Консультация", "ул. Ленина, 1", "Первый раз &lt;b&gt;", str(asked.id)):
        assert words in page
    assert "2\N{NO-BREAK SPACE}000" in page or "2,000" in page
    assert f'href="{address}/cancel"' in page
    assert 'data-live="inbox mine"' in page


def test_the_link_of_the_call_is_there_when_it_is_agreed(me: Any, sign_in: Any, later: Any) -> None:
    pair = make.client_of(make.specialist(meeting_url="https://meet.example.org/x"))
    client = sign_in(pair.user)
    asked = make.appointment(pair)
    assert "meet.example.org" not in client.get(f"/appointments/{asked.id}").text
    appointments.move(pair.provider.owner, asked.id, "accept")
    page = client.get(f"/appointments/{asked.id}").text
    assert 'href="https://meet.example.org/x" target="_blank" rel="noopener noreferrer"' in page
    led(asked, "hold", later)
    assert "meet.example.org" not in client.get(f"/appointments/{asked.id}").text


@pytest.mark.parametrize(
    ("way", "cancel", "again", "repeat"),
    [
        ("", True, False, False),
        ("accept", True, False, False),
        ("decline", False, True, False),
        ("accept call_off", False, True, False),
        ("cancel", False, False, True),
        ("accept hold", False, False, True),
        ("accept miss", False, False, True),
    ],
)
def test_buttons_of_each_status(
    me: Any,
    pair: Client,
    later: Any,
    count_statements: Any,
    way: str,
    cancel: bool,
    again: bool,
    repeat: bool,
) -> None:
    """S2-33, S2-38, S2-39, D-17."""
    asked = led(make.appointment(pair), way, later)
    with count_statements(12):
        page = me.get(f"/appointments/{asked.id}").text
    asking = f"/ask?client={pair.id}&amp;offer={asked.offer_id}"
    assert (f'href="/appointments/{asked.id}/cancel"' in page) is cancel
    assert (f'href="{asking}"' in page) is again
    assert (f'href="{asking}&amp;who={asked.specialist_id}"' in page) is repeat
    assert f'href="/providers/{pair.id}/chat"' in page
    # In a window the same, without the frame.
    window = me.get(f"/appointments/{asked.id}", headers={"HX-Request": "true"})
    assert "<html" not in window.text
    assert "Анна Светлова" in window.text


def test_why_a_request_was_declined(me: Any, pair: Client, later: Any) -> None:
    """S2-38: also where nobody has written a reason: the time was given away, or nobody answered. In words for the
    client, who is told nothing of others."""
    me.post("/locale", data={"locale": "en"})
    provider = pair.provider
    providers.edit(provider.owner, provider.id, {"holds_requests": ""})
    rival = make.client_of(provider, make.resident("Лера", "Петрова"))
    asked, other = make.appointment(pair), make.appointment(rival)
    appointments.move(provider.owner, other.id, "accept")
    for address in (f"/appointments/{asked.id}", "/appointments"):
        page = me.get(address).text
        assert "We are sorry, this time is taken already" in page
        assert "somebody else" not in page
    silent = make.appointment(pair, make.free(provider, 30))
    appointments.move(SYSTEM, silent.id, "lapse")
    for address in (f"/appointments/{silent.id}", "/appointments"):
        assert "We are sorry, your request was not answered in time" in me.get(address).text


@pytest.mark.parametrize(
    ("way", "told", "strange"),
    [
        ("accept miss", "Marked: you did not come", "The client"),
        ("cancel", "You have cancelled the appointment", "by the client"),
    ],
)
def test_a_client_reads_of_himself(
    me: Any, sign_in: Any, pair: Client, later: Any, way: str, told: str, strange: str
) -> None:
    """How it ended, in words for the reader and with the date as the page writes it; what was paid afterwards is not
    how it ended. The provider reads of the client."""
    me.post("/locale", data={"locale": "en"})
    asked = led(make.appointment(pair), way, later)
    if asked.status == "missed":
        payments.record(pair.provider.owner, asked.id, "100")
    page = me.get(f"/appointments/{asked.id}").text
    head = page[page.index('class="meeting__head"') :].partition("</header>")[0]
    assert f"{told} · " in head
    assert not re.search(r"\d\d:\d\d:\d\d|\d, 20\d\d", head.partition(told)[2])
    assert strange not in page
    assert f"/ask?client={pair.id}&amp;offer={asked.offer_id}" in page
    host = sign_in(pair.provider.owner)
    host.post("/locale", data={"locale": "en"})
    assert strange in host.get(f"/practice/appointments/{asked.id}").text


@pytest.mark.parametrize(
    ("way", "said"),
    [("", "without an answer"), ("decline", "Choose another time"), ("accept", "will mark how it went")],
)
def test_what_is_said_when_the_time_has_passed(
    me: Any, pair: Client, later: Any, way: str, said: str
) -> None:
    """S2-26, S2-31: nobody marks how went what was declined, or was never answered."""
    me.post("/locale", data={"locale": "en"})
    asked = led(make.appointment(pair), way, later)
    later((asked.ends_at - clock.now()).total_seconds() + 60)
    page = me.get(f"/appointments/{asked.id}").text
    head = page[page.index('class="meeting__head"') :].partition("</header>")[0]
    assert said in head
    assert ("will mark" in head) is (way == "accept")


@pytest.mark.parametrize(
    ("way", "due"),
    [
        ("", False),
        ("accept", True),
        ("accept hold", True),
        ("accept miss", False),
        ("decline", False),
        ("accept call_off", False),
        ("cancel", False),
    ],
)
def test_what_is_to_be_paid_has_the_way_to_pay(
    me: Any, pair: Client, later: Any, way: str, due: bool
) -> None:
    """S2-10: what is agreed or has taken place, as long as something is left to pay."""
    provider = pair.provider
    providers.edit(provider.owner, provider.id, {"payment_url": "https://pay.example.org/anna"})
    asked = led(make.appointment(pair), way, later)
    shown = 'href="https://pay.example.org/anna"'
    assert (shown in me.get(f"/appointments/{asked.id}").text) is due
    if due:
        payments.record(provider.owner, asked.id, "2000")
        assert shown not in me.get(f"/appointments/{asked.id}").text


def test_history_is_told_in_the_readers_zone(sign_in: Any) -> None:
    pair = make.client_of(make.specialist(), make.resident(timezone="UTC+09:00"))
    asked = make.appointment(pair)
    page = sign_in(pair.user).get(f"/appointments/{asked.id}").text
    here = asked.starts_at.astimezone(clock.zone("UTC+09:00"))
    assert f"{here:%H:%M}" in page
    # Beside it the provider's own clocks.
    assert "UTC+5" in page


def test_cancelling(me: Any, pair: Client, db: Any, run_jobs: Any) -> None:
    """S2-33: the window says what happens; as a part of the page, and without a script; twice is once."""
    asked = make.appointment(pair)
    address = f"/appointments/{asked.id}/cancel"
    assert "Анна Светлова" in me.get(address).text
    answer = me.post(address)
    assert (answer.status_code, answer.location) == (303, f"/appointments/{asked.id}")
    db.refresh(asked)
    assert asked.status == "called_off"
    assert me.post(address, headers={"HX-Request": "true"}).status_code == 200
    assert me.get(address).location == f"/appointments/{asked.id}"


def test_what_cannot_be_cancelled_says_so(me: Any, pair: Client, later: Any) -> None:
    """D-17; and what has begun."""
    declined = led(make.appointment(pair), "decline", later)
    answer = me.post(f"/appointments/{declined.id}/cancel", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    agreed = led(make.appointment(pair), "accept", later)
    later((agreed.starts_at - clock.now()).total_seconds() + 60)
    assert "/cancel" not in me.get(f"/appointments/{agreed.id}").text
    assert me.post(f"/appointments/{agreed.id}/cancel").status_code == 303
    assert 'class="toast toast--danger"' in me.get(f"/appointments/{agreed.id}").text


def test_nobody_else_sees_it(pair: Client, sign_in: Any) -> None:
    """S2-61: another client of the same provider, staff, the system's operator."""
    asked = make.appointment(pair)
    rival = make.client_of(pair.provider, make.resident("Лера", "Петрова")).user
    for who in (rival, make.user(roles=(DISPATCHER,)), make.user(roles=(OPERATOR,))):
        client = sign_in(who)
        for part in ("", "/state", "/cancel"):
            assert client.get(f"/appointments/{asked.id}{part}").status_code == 404
        assert client.post(f"/appointments/{asked.id}/cancel").status_code == 404
        for part in ("", "/chat"):
            assert client.get(f"/providers/{pair.id}{part}").status_code == 404
        assert client.get(f"/appointments/{2**63}").status_code == 404


def test_the_providers_side_is_led_to_the_practice(app: Any, pair: Client, sign_in: Any) -> None:
    asked = make.appointment(pair)
    host = sign_in(pair.provider.owner)
    for address in (f"/appointments/{asked.id}", f"/providers/{pair.id}", f"/providers/{pair.id}/chat"):
        assert host.get(address).location.startswith("/practice/")
    assert host.get(f"/appointments/{asked.id}/state").status_code == 404
    assert host.post(f"/appointments/{asked.id}/cancel").status_code == 404


# --- «Прошедшие записи», «Список специалистов» ---------------------------------------------------------------------


def test_past_ones_open_in_a_window(me: Any, pair: Client, later: Any, count_statements: Any) -> None:
    """S2-34, S2-35."""
    asked = led(make.appointment(pair), "accept hold", later)
    with count_statements(12):
        page = me.get("/appointments/past").text
    assert rows(page) == [asked.id]
    assert 'data-dialog="past-window"' in page
    assert f'hx-get="/appointments/{asked.id}"' in page
    assert 'id="past-details"' in page


def test_the_list_of_providers(me: Any, pair: Client, count_statements: Any) -> None:
    """S2-40, S2-45: with the next appointment and what was not read."""
    asked = make.appointment(pair)
    chat.post(pair.provider.owner, pair.thread_id, "Здравствуйте", uuid4())
    me.get("/")
    with count_statements(12):
        page = me.get("/providers").text
    assert "Психолог" in page
    assert f'href="/providers/{pair.id}"' in page
    assert re.search(r'class="badge" data-count="1"', page)
    assert f'data-stamp="1-{asked.id}-requested"' in page


def test_a_providers_page(me: Any, pair: Client, later: Any, count_statements: Any) -> None:
    """S2-41: no button that leads nowhere."""
    make.appointment(pair, make.free(pair.provider, 3))
    with count_statements(12):
        page = me.get(f"/providers/{pair.id}").text
    assert f'href="/providers/{pair.id}/chat"' in page
    assert f'href="/ask?client={pair.id}"' in page
    assert 'href="#"' not in page.partition("<main")[2].partition("</main>")[0]


def test_the_chat(me: Any, pair: Client, sign_in: Any, run_jobs: Any, count_statements: Any) -> None:
    """S2-6, S2-46: one thread of the two; opening it reads what its notices told of."""
    chat.post(pair.provider.owner, pair.thread_id, "Здравствуйте", uuid4())
    run_jobs()
    assert 'data-counter="notices">' in me.get("/appointments").text
    with count_statements(14):  # two of them are the reading itself
        page = me.get(f"/providers/{pair.id}/chat").text
    assert "Здравствуйте" in page
    assert f'data-live="client:{pair.id}"' in page
    assert re.search(r'data-count="0" data-counter="notices"', page)
    answer = me.post(
        f"/threads/{pair.thread_id}/messages", data={"text": "Добрый день", "client_id": uuid4()}
    )
    assert answer.location.startswith(f"/providers/{pair.id}/chat")


def test_who_reads_what_is_shared(sign_in: Any, client: Any, app: Any) -> None:
    """S2-61: with a specialist it is the two alone; an organization has more people who see a client, and says who
    (app/policy/providers.py)."""
    alone, several = make.specialist(), make.organization()
    for provider, only_two in ((alone, True), (several, False)):
        invitation = invitations.invite(provider.owner, provider.id, "secret")
        token = tokens.derived("secret", "invitation", invitation.nonce)
        pair = make.client_of(provider, make.resident())
        pages = [client.get(f"/i/{token}", headers={"Accept-Language": "en"}).text]
        for person, chat_page in (
            (pair.user, f"/providers/{pair.id}/chat"),
            (provider.owner, f"/practice/clients/{pair.id}/chat"),
        ):
            reader = sign_in(person)
            reader.post("/locale", data={"locale": "en"})
            pages += [reader.get(chat_page).text, reader.get(f"/pairs/{pair.id}/documents").text]
        for page in pages:
            assert ("the two of you" in page) is only_two
            assert ("the owner of the organization, and those of its specialists" in page) is not only_two


def test_a_notice_leads_to_the_appointment(me: Any, pair: Client, run_jobs: Any) -> None:
    """S2-24: told at once, one tap from the details, and read by being looked at."""
    asked = make.appointment(pair)
    appointments.move(pair.provider.owner, asked.id, "accept")
    run_jobs()
    page = me.get("/notices").text
    assert f'href="/appointments/{asked.id}"' in page
    assert 'data-count="1" data-counter="notices"' in page
    assert 'data-count="0" data-counter="notices"' in me.get(f"/appointments/{asked.id}").text


# --- the menu -----------------------------------------------------------------------------------------------------


def test_the_menu_is_for_whoever_has_a_provider(me: Any, pair: Client, sign_in: Any) -> None:
    """S2-70: no statement more than before; the chats that are not read are counted."""
    links = ('href="/ask"', 'href="/appointments"', 'href="/providers"')
    page = me.get("/orders").text
    assert all(link in page for link in links)
    assert 'id="count-side-appointments"' in page
    other = sign_in(make.resident("Лера", "Петрова")).get("/orders").text
    assert not any(link in other for link in links)
    chat.post(pair.provider.owner, pair.thread_id, "Здравствуйте", uuid4())
    assert 'data-count="1" data-counter="appointments"' in me.get("/orders").text
    assert 'data-count="1" data-counter="appointments"' in me.get("/notices/bell?client=1").text
    # On a phone they are on the page «Я».
    assert me.get("/profile").text.count('href="/appointments"') == 2


def test_the_first_page_leads_to_the_specialists(
    me: Any, pair: Client, sign_in: Any, count_statements: Any
) -> None:
    """S2-17, S2-70: also when nothing is planned, and in the part that a live page fetches; not for others."""
    others = sign_in(make.resident())
    with count_statements(12) as without:
        assert 'id="coming" hidden' in others.get("/").text
    with count_statements(12) as within:
        page = me.get("/").text
    assert len(within) <= len(without) + 1  # the next appointment, which is not asked for others
    for part in (page, me.get("/", headers={"HX-Request": "true"}).text):
        shown = part[part.index('id="coming"') :].partition("</section>")[0]
        assert "hidden" not in shown.partition(">")[0]
        for address in ("/ask", "/appointments", "/providers"):
            assert f'href="{address}"' in shown
        assert "Ничего не запланировано" in shown


def test_the_first_page_shows_the_next_appointment(me: Any, pair: Client, count_statements: Any) -> None:
    asked = make.appointment(pair)
    with count_statements(12):
        page = me.get("/").text
    assert 'id="coming" aria' in page
    assert f'href="/appointments/{asked.id}"' in page


def test_both_read_that_it_was_moved(me: Any, sign_in: Any, pair: Client, later: Any) -> None:
    """S2-24, S2-25: on its page with the former time, by the reader's clocks and by the other side's; in the lists by a
    mark while it lies ahead."""
    asked = make.appointment(pair)
    owner, before = pair.provider.owner, asked.starts_at
    host = sign_in(owner)
    week = asked.starts_at + timedelta(days=7)
    pages = {
        me: ("/appointments", f"/providers/{pair.id}", f"/appointments/{asked.id}"),
        host: (
            f"/practice/{asked.provider_id}/calendar?day={week.date()}",
            f"/practice/clients/{pair.id}",
            f"/practice/appointments/{asked.id}",
        ),
    }
    for who, addresses in pages.items():
        who.post("/locale", data={"locale": "en"})
        for address in addresses:
            assert 'class="moved' not in who.get(address).text
    people.set_timezone(pair.user, "Asia/Vladivostok")
    appointments.reschedule(owner, asked.id, week)
    for who, addresses in pages.items():
        for address in addresses:
            assert 'class="moved' in who.get(address).text, address
        head = who.get(addresses[-1]).text.partition("Moved from ")[2].partition("</p>")[0]
        there = "UTC+5" if who is me else "UTC+10"
        assert there in head
    zone = clock.zone("Asia/Vladivostok")
    assert f"{before.astimezone(zone):%H:%M}" in me.get(f"/appointments/{asked.id}").text
    led(asked, "hold", later)
    for who, addresses in pages.items():
        assert 'class="moved small"' not in who.get(addresses[1]).text
        assert "Moved from" in who.get(addresses[-1]).text
