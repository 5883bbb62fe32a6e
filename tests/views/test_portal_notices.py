"""«Уведомления» and the bell."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select, update

from app.actions import appointments, orders, support
from app.extensions import db
from app.queries.inbox import PAGE
from models import Channel, Entry, Notice, User
from tests import factories as make


def unread(user: User) -> int:
    return (
        db.session.scalar(select(func.count()).where(Notice.user_id == user.id, Notice.read_at.is_(None)))
        or 0
    )


def test_list_of_own_notices(sign_in: Any, run_jobs: Any, count_statements: Any) -> None:
    """I-10: what happened, when, and the way to the order."""
    resident, other = make.resident(), make.resident("Лера", "Петрова")
    order = make.in_status("done", resident)
    foreign = make.in_status("done", other)
    run_jobs()
    client = sign_in(resident)
    client.get("/")
    with count_statements(12):
        answer = client.get("/notices")
    assert f'href="/orders/{order.id}"' in answer.text
    assert f'href="/orders/{foreign.id}"' not in answer.text
    assert answer.text.count('class="dot"') == 2
    assert len(answer.data) < 100_000


def test_mark_all_as_read(sign_in: Any, run_jobs: Any) -> None:
    resident, other = make.resident(), make.resident("Лера", "Петрова")
    make.in_status("done", resident)
    make.in_status("done", other)
    run_jobs()
    client = sign_in(resident)
    assert client.post("/notices/read").status_code == 303
    assert unread(resident) == 0
    assert unread(other) == 2
    page = client.get("/notices").text
    assert 'class="dot"' not in page
    assert "/notices/read" not in page


def test_mark_one_of_somebody_else(sign_in: Any, run_jobs: Any) -> None:
    resident, other = make.resident(), make.resident("Лера", "Петрова")
    make.in_status("done", other)
    run_jobs()
    foreign = db.session.scalar(select(Notice.id).where(Notice.user_id == other.id))
    sign_in(resident).post("/notices/read", data={"id": foreign})
    assert unread(other) == 2


def test_empty_list_leads_to_the_services(sign_in: Any) -> None:
    page = sign_in(make.resident()).get("/notices").text
    assert 'href="/"' in page[page.index('class="empty"') :]


def test_pages_by_keyset(sign_in: Any) -> None:
    resident = make.resident()
    order = make.in_status("in_progress", resident)
    entry = db.session.scalar(select(Entry).where(Entry.kind == "order.started"))
    for _ in range(PAGE + 2):
        copy = Entry(kind=entry.kind, subject=order.subject, data=entry.data, actor_id=None)
        db.session.add(copy)
        db.session.flush()
        db.session.add(
            Notice(entry_id=copy.id, user_id=resident.id, kind="order.started#0", subject=order.subject)
        )
    db.session.commit()
    client = sign_in(resident)
    first = client.get("/notices").text
    assert first.count('class="list__row') == PAGE
    address = first[first.index("before=") :].split('"')[0]
    assert client.get(f"/notices?{address}").text.count('class="list__row') == 2


def test_counters_go_to_their_places(sign_in: Any, run_jobs: Any, count_statements: Any) -> None:
    resident = make.resident()
    make.in_status("done", resident)
    run_jobs()
    client = sign_in(resident)
    client.get("/")
    with count_statements(6):
        part = client.get("/notices/bell?bars=1").text
    for place in ("top-notices", "side-notices", "side-orders", "foot-orders"):
        assert f'id="count-{place}" hx-swap-oob="true"' in part
    assert 'data-counter="notices">2' in part
    # A page without the bottom bar has no place for its counters.
    assert "foot-" not in client.get("/notices/bell").text
    db.session.execute(update(Notice).values(read_at=func.now()))
    assert 'data-counter="notices"><' in client.get("/notices/bell").text


def test_who_came_for_a_specialist_has_his_places_first(sign_in: Any, count_statements: Any) -> None:
    """S2-70, D-19: until he has an order or a company. Services and orders stay within reach."""

    def tabs(page: str) -> list[str]:
        bar = page.partition('<nav class="bottombar"')[2].partition("</nav>")[0]
        return re.findall(r'<a href="([^"]+)"', bar)

    usual = ["/", "/orders", "/scan", "/profile"]
    person = make.resident()
    client = sign_in(person)
    assert tabs(client.get("/").text) == usual
    make.client_of(make.specialist(), person)
    with count_statements(12):
        page = client.get("/").text
    own = ["/", "/appointments", "/providers", "/notices", "/profile"]
    assert tabs(page) == own
    menu = page.partition('class="sidenav"')[2].partition("</ul>")[0]
    places = ["/", "/ask", "/appointments", "/providers", "/notices", "/profile", "/registration"]
    assert re.findall(r'<a href="([^"]+)"', menu)[:7] == places
    behind = client.get("/profile").text.partition('class="only-narrow stack"')[2].partition("</nav>")[0]
    for address in ("/#all-title", "/orders", "/scan", "/registration", "/support"):
        assert f'href="{address}"' in behind
    assert 'id="all-title"' in page
    # The numbers of the frame find their places, and no other.
    part = client.get("/notices/bell?bars=1&client=1&guest=1").text
    for place in re.findall(r'id="(count-[^"]+)"', page):
        assert f'id="{place}"' in part
    assert set(re.findall(r'id="(count-[^"]+)"', part)) == set(re.findall(r'id="(count-[^"]+)"', page))
    assert "guest=1" in page
    # A question to the support is anybody's.
    support.ask(person, "Вопрос", uuid4())
    assert tabs(client.get("/").text) == own
    make.order(person)
    assert tabs(client.get("/").text) == usual


def test_whoever_belongs_to_the_house_has_the_usual_places(sign_in: Any) -> None:
    member, guard = make.resident(), make.dispatcher()
    make.company(members=(member,))
    for person in (member, guard):
        make.client_of(make.specialist(), person)
        page = sign_in(person).get("/").text
        assert 'id="count-foot-orders"' in page
        assert 'id="count-foot-appointments"' not in page


def test_opening_an_order_reads_its_notices(sign_in: Any, run_jobs: Any) -> None:
    """On the portal and at the desk; those of other orders stay."""
    resident, boss = make.resident(), make.dispatcher()
    order, other = make.order(resident), make.order(resident)
    orders.move(boss, order.id, "start")
    orders.move(boss, other.id, "start")
    run_jobs()

    def waiting(user: User) -> set[str]:
        rows = select(Notice.subject).where(Notice.user_id == user.id, Notice.read_at.is_(None))
        return set(db.session.scalars(rows))

    both = {order.subject, other.subject}
    assert waiting(resident) == waiting(boss) == both
    sign_in(resident).get(f"/orders/{order.id}")
    assert (waiting(resident), waiting(boss)) == ({other.subject}, both)
    sign_in(boss).get(f"/desk/orders/{order.id}")
    assert waiting(boss) == {other.subject}


def test_looking_at_an_appointment_reads_its_notices(sign_in: Any, run_jobs: Any) -> None:
    """Its page on both sides, the window of what is over, and what comes while the page is before the reader's eyes;
    not while it is hidden."""
    asked = make.appointment()
    me, host = asked.client.user, asked.client.provider.owner

    def waiting(user: User) -> int:
        own = (Notice.user_id == user.id, Notice.subject == asked.subject, Notice.channel == Channel.INBOX)
        return db.session.scalar(select(func.count()).where(*own, Notice.read_at.is_(None))) or 0

    run_jobs()
    assert waiting(host) == 1
    sign_in(host).get(f"/practice/appointments/{asked.id}/status")
    assert waiting(host) == 1
    sign_in(host).get(f"/practice/appointments/{asked.id}/status", headers={"X-Seen": "yes"})
    assert waiting(host) == 0

    for name, address, headers in (
        ("accept", f"/appointments/{asked.id}/state", {"HX-Request": "true", "X-Seen": "yes"}),
        ("call_off", f"/appointments/{asked.id}", {"HX-Request": "true"}),
    ):
        appointments.move(host, asked.id, name, comment="Болею")
        run_jobs()
        assert waiting(me) == 1
        sign_in(me).get(f"/appointments/{asked.id}/state", headers={"HX-Request": "true"})
        assert waiting(me) == 1
        sign_in(me).get(address, headers=headers)
        assert waiting(me) == 0


def test_a_letter_leads_to_what_it_is_about(sign_in: Any, run_jobs: Any) -> None:
    """Nobody else's notice answers."""
    asked = make.appointment()
    run_jobs()
    letter = db.session.scalar(select(Notice).where(Notice.channel == Channel.MAIL))
    client = sign_in(asked.client.provider.owner)
    assert client.get(f"/notices/{letter.id}").location == f"/appointments/{asked.id}"
    client = sign_in(asked.client.user)
    assert client.get(f"/notices/{letter.id}").status_code == 404
    assert client.get(f"/notices/{9**99}").status_code == 404
