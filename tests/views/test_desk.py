"""The desk's queue: filters, paging, rights, what is live, the export. The order's page is in test_desk_order.py."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app import clock
from app.actions import chat, orders
from app.extensions import db
from app.permissions import GUARD, RESIDENT
from app.queries.orders import PAGE
from models import Order, User
from tests import factories as make
from views.desk.export import safe


def numbers(html: str) -> list[int]:
    """The orders of a queue, from the top."""
    return [int(found) for found in re.findall(r'id="row-(\d+)"', html)]


def listed(client: FlaskClient, **filters: Any) -> list[int]:
    answer = client.get("/desk/?" + urlencode(filters, doseq=True))
    assert answer.status_code == 200
    return numbers(answer.text)


def say(author: User, order: Order, text: str = "Когда придёте?") -> None:
    from uuid import uuid4

    chat.post(author, order.thread_id, text, uuid4())


# --- filters ------------------------------------------------------------------------------------------------------


def test_each_filter_narrows(sign_in: Any) -> None:
    """I-7: status (several), kind, service, executor, team, person, mine, unassigned,
    unanswered, open, number, words."""
    boss, hand = make.dispatcher(), make.executor()
    lera = make.resident("Лера", "Петрова")
    team = make.team(hand)
    plumber = make.service("Сантехник", team_id=team.id, fields=[make.field("Что случилось")])
    appeal = make.service("Обращение", kind="request")
    leak = make.order(lera, plumber, **{"Что случилось": "Протекают трубы"})
    mine = make.in_status("in_progress", by=boss)
    his = make.order(of=appeal)
    orders.assign(boss, his.id, executor_id=hand.id)
    done = make.in_status("done", by=boss)
    gone = make.in_status("cancelled")
    say(lera, leak)
    client = sign_in(boss)
    everything = [gone.id, done.id, his.id, mine.id, leak.id]
    assert listed(client, all=1) == everything
    assert listed(client) == listed(client, open=1) == everything[1:]
    assert listed(client, status="new") == [his.id, leak.id]
    assert listed(client, status=["done", "cancelled"]) == [gone.id, done.id]
    assert listed(client, kind="request") == [his.id]
    assert listed(client, service=plumber.id) == [leak.id]
    assert listed(client, executor=hand.id) == [his.id]
    assert listed(client, team=team.id) == [leak.id]
    assert listed(client, who=lera.id) == [leak.id]
    assert listed(client, mine=1) == [done.id, mine.id]
    assert listed(client, unassigned=1) == [leak.id]
    assert listed(client, unanswered=1) == [leak.id]
    assert listed(client, q=str(his.id)) == [his.id]
    assert listed(client, q=f"№ {his.id}") == [his.id]
    assert listed(client, q="труба протекает") == [leak.id]
    assert listed(client, q="лера петр") == [leak.id]
    assert listed(client, status="new", service=plumber.id, who=lera.id) == [leak.id]
    assert listed(client, status="done", who=lera.id) == []


def test_period_counts_days_of_the_readers_zone(sign_in: Any) -> None:
    """A day in Yekaterinburg begins at 19:00 UTC of the day before; the last day of the period is within it."""
    boss, order = make.dispatcher(timezone="Asia/Yekaterinburg"), make.order()
    moment = dt.datetime(2026, 3, 9, 19, 30, tzinfo=dt.UTC)
    db.session.execute(update(Order).where(Order.id == order.id).values(created_at=moment))
    client = sign_in(boss)
    assert listed(client, **{"from": "2026-03-10", "to": "2026-03-10"}) == [order.id]
    assert listed(client, to="2026-03-09") == []
    assert listed(client, **{"from": "2026-03-11"}) == []


def test_overdue_is_new_or_unanswered_for_too_long(sign_in: Any) -> None:
    boss, lera = make.dispatcher(), make.resident()
    forgotten, fresh = make.order(lera), make.order(lera)
    waiting = make.in_status("in_progress", lera, by=boss)
    say(lera, waiting)
    long_ago = clock.now() - dt.timedelta(hours=5)
    db.session.execute(update(Order).where(Order.id == forgotten.id).values(created_at=long_ago))
    db.session.execute(update(Order).where(Order.id == waiting.id).values(waiting_since=long_ago))
    client = sign_in(boss)
    assert listed(client, overdue=1) == [waiting.id, forgotten.id]
    assert fresh.id in listed(client, status="new")


@pytest.mark.parametrize(
    "query",
    [
        "status=gone&status=new%00",
        "service=abc&executor=-1&team=99999999999999999999&who=1e9",
        "service=2147483648&who=٣",
        "from=2026-13-45&to=yesterday",
        "from=0001-01-01&to=9999-12-31",
        "before=-5",
        "before=9999999999999999999999",
        "before=abc",
        "q=%00%00",
        "q=" + "a" * 5000,
        "q='%20OR%201=1--",
        'q=%26%7C!():*<->%20"',
        "q=99999999999999999999",
        "q=%F0%9F%92%A9",
        "kind=sos",
        "mine=yes&open=2",
        "executor_name=%00&who_name=%25",
    ],
)
def test_what_cannot_be_a_filter_is_none(sign_in: Any, query: str) -> None:
    """Bad values never fail and never widen what somebody sees."""
    make.order()
    client = sign_in(make.dispatcher())
    for address in ("/desk/", "/desk/filters", "/desk/changes", "/desk/orders.csv"):
        answer = client.get(f"{address}?{query}")
        if answer.status_code == 302:
            answer = client.get(answer.headers["Location"])
        assert answer.status_code == 200, address
        assert "Traceback" not in answer.text


def test_filters_stay_on_links_and_come_off_one_by_one(sign_in: Any) -> None:
    boss, lera = make.dispatcher(locale="en"), make.resident("Лера", "<b>Петрова")
    order = make.order(lera)
    page = sign_in(boss).get(f"/desk/?status=new&status=done&who={lera.id}&q=клининг").text
    assert f'href="/desk/orders/{order.id}?status=new&amp;status=done&amp;who={lera.id}&amp;q=' in page
    chips = re.findall(r'<a class="chip chip--small" href="([^"]+)"', page)
    assert len(chips) == 4
    assert not any("q=" in chip and "who=" in chip and chip.count("status=") == 2 for chip in chips)
    assert "<b>Петрова" not in page


def test_people_of_the_form_by_id_or_by_name(sign_in: Any) -> None:
    """With a script the form sends ids, without one names: the address is clean in both cases."""
    boss, lera = make.dispatcher(), make.resident("Лера", "Петрова")
    make.resident("Анна", "Петрова")
    client = sign_in(boss)
    chosen = client.get(f"/desk/?who={lera.id}&who_name=Лера Петрова&executor=&executor_name=&team=&kind=")
    assert chosen.headers["Location"] == f"/desk/?who={lera.id}"
    typed = client.get("/desk/?who=&who_name=лера&executor_name=")
    assert typed.headers["Location"] == f"/desk/?who={lera.id}"
    several = client.get("/desk/?who_name=Петрова&executor_name=")
    assert several.headers["Location"] == "/desk/?all=1"
    emptied = client.get(f"/desk/?who={lera.id}&who_name=&executor_name=&status=new")
    assert emptied.headers["Location"] == "/desk/?status=new"


def test_twenty_people_to_choose_from(sign_in: Any) -> None:
    boss = make.dispatcher()
    for number in range(25):
        make.resident("Анна", f"Иванова{number:02}")
        make.executor("Пётр", f"Сидоров{number:02}")
    client = sign_in(boss)
    who = client.get("/desk/choices/who?q=анна").text
    assert who.count('role="option"') == 20
    assert client.get("/desk/choices/who?q=иванова07").text.count('role="option"') == 1
    hands = client.get("/desk/choices/executor?q=").text
    assert hands.count('role="option"') == 20
    assert "Иванова" not in hands
    assert client.get("/desk/choices/others").status_code == 404


# --- paging -------------------------------------------------------------------------------------------------------


def test_pages_do_not_jump_when_orders_arrive(sign_in: Any) -> None:
    """Keyset paging: what came meanwhile neither repeats nor hides a row."""
    boss, lera, service = make.dispatcher(), make.resident(), make.service()
    all_ids = [make.order(lera, service).id for _ in range(PAGE + 5)][::-1]
    client = sign_in(boss)
    first = client.get("/desk/?open=1")
    assert numbers(first.text) == all_ids[:PAGE]
    older = re.search(r'hx-get="(/desk/\?before=\d+[^"]*)"', first.text)
    assert older
    make.order(lera, service)
    more = client.get(older[1].replace("&amp;", "&"), headers={"HX-Request": "true"})
    assert numbers(more.text) == all_ids[PAGE:]
    assert "data-older" not in more.text
    plain = client.get(older[1].replace("&amp;", "&"))
    assert numbers(plain.text) == all_ids[PAGE:]
    assert "<!doctype html>" in plain.text


# --- rights -------------------------------------------------------------------------------------------------------


def test_who_sees_what(sign_in: Any) -> None:
    """I-22: dispatchers all orders, executors their own and the team's, guards none."""
    hand, mate = make.executor(), make.executor("Пётр", "Сидоров")
    boss, team = make.dispatcher(), make.team(hand)
    his = make.order(of=make.service(executor_id=hand.id))
    teams = make.order(of=make.service(team_id=team.id))
    foreign = make.order(of=make.service(executor_id=mate.id))
    assert listed(sign_in(boss), all=1) == [foreign.id, teams.id, his.id]
    assert listed(sign_in(hand), all=1) == [teams.id, his.id]
    assert listed(sign_in(hand)) == [his.id]
    assert listed(sign_in(mate), all=1) == [foreign.id]
    assert listed(sign_in(mate), executor=hand.id) == []


def test_guard_gets_a_kind_word(sign_in: Any) -> None:
    make.order()
    guard = make.user("Николай", "Багров", roles=(RESIDENT, GUARD), locale="en")
    page = sign_in(guard).get("/desk/?all=1").text
    assert numbers(page) == []
    assert "There are no orders for you here" in page


@pytest.mark.parametrize(
    "address",
    ["/desk/", "/desk/filters", "/desk/changes", "/desk/orders.csv", "/desk/choices/who", "/desk/bell"],
)
def test_not_for_residents_and_strangers(sign_in: Any, client: FlaskClient, address: str) -> None:
    assert sign_in(make.resident()).get(address).status_code == 403
    assert sign_in(make.tenant_admin(make.company())).get(address).status_code == 403
    answer = client.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_executors_find_only_their_orderers(sign_in: Any) -> None:
    """The directory of people is the dispatchers': an executor finds those whose orders he serves."""
    hand, lera = make.executor(), make.resident("Лера", "Петрова")
    make.resident("Анна", "Петрова")
    make.order(lera, make.service(executor_id=hand.id))
    found = sign_in(hand).get("/desk/choices/who?q=петрова").text
    assert "Лера" in found
    assert "Анна" not in found


# --- live ---------------------------------------------------------------------------------------------------------


def test_changes_tell_what_to_draw(sign_in: Any) -> None:
    """Rows that look otherwise now, rows that have left the list, newer orders, counters: for a page that was away."""
    boss = make.dispatcher()
    same, moved, left = make.order(), make.order(), make.order()
    client = sign_in(boss)
    page = client.get("/desk/?status=new").text
    marks = dict(re.findall(r'data-number="(\d+)" data-mark="([^"]*)"', page))
    orders.assign(boss, moved.id, executor_id=boss.id)
    orders.move(boss, left.id, "start")
    fresh = make.order()
    rows = ",".join(f"{number}~{mark}" for number, mark in marks.items())
    answer = client.get(f"/desk/changes?status=new&top={left.id}&rows={rows}").json
    assert answer["rows"][str(same.id)] == ""
    assert f'id="row-{moved.id}"' in answer["rows"][str(moved.id)]
    assert str(left.id) not in answer["rows"]
    assert f'id="row-{left.id}"' in answer["gone"][str(left.id)]
    assert answer["fresh"] == [fresh.id]
    assert answer["counts"]["new"] == {"count": 3, "text": "3"}
    assert answer["counts"]["mine"]["count"] == 2


def test_changes_keep_to_the_readers_orders(sign_in: Any) -> None:
    hand, foreign = make.executor(), make.order()
    answer = sign_in(hand).get(f"/desk/changes?all=1&top=1&rows={foreign.id}~").json
    assert (answer["rows"], answer["gone"], answer["fresh"]) == ({}, {}, [])


def test_counters_stop_at_99(sign_in: Any) -> None:
    boss, lera, service = make.dispatcher(), make.resident(), make.service()
    for _ in range(101):
        make.order(lera, service)
    counts = sign_in(boss).get("/desk/changes?all=1").json["counts"]
    assert counts["new"] == {"count": 100, "text": "99+"}


# --- export -------------------------------------------------------------------------------------------------------


def table(answer: Any) -> list[list[str]]:
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def test_export_has_exactly_what_is_shown(sign_in: Any) -> None:
    boss, lera, service = make.dispatcher(), make.resident("Лера", "Петрова"), make.service()
    wanted = [make.order(lera, service).id for _ in range(PAGE + 3)][::-1]
    make.order()
    rows = table(sign_in(boss).get(f"/desk/orders.csv?who={lera.id}"))
    assert [int(row[0]) for row in rows[1:]] == wanted
    assert rows[1][5] == "Лера Петрова"
    assert len({len(row) for row in rows}) == 1


def test_export_is_by_the_readers_rights(sign_in: Any) -> None:
    hand = make.executor()
    make.order()
    his = make.order(of=make.service(executor_id=hand.id))
    rows = table(sign_in(hand).get("/desk/orders.csv?all=1"))
    assert [row[0] for row in rows[1:]] == [str(his.id)]


def test_export_never_holds_a_formula(sign_in: Any) -> None:
    """What a resident types is text to a spreadsheet, whatever it begins with."""
    service = make.service("=1+1", fields=[make.field("Что")])
    author = make.resident("@SUM(1)", "Иванова", phone="+79120000001")
    make.order(author, service, Что='=HYPERLINK("http://evil";"x")\n-2')
    rows = table(sign_in(make.dispatcher()).get("/desk/orders.csv?all=1"))
    assert rows[1][2] == "'=1+1"
    assert rows[1][5] == "'@SUM(1) Иванова"
    assert rows[1][7] == "'+79120000001"
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "＝1"])
def test_formulas_become_texts(cell: str) -> None:
    assert safe(cell) == f"'{cell}"
    assert safe("1=1") == "1=1"


# --- what a page costs --------------------------------------------------------------------------------------------


def test_queue_page_is_cheap(sign_in: Any, count_statements: Any) -> None:
    boss, hand = make.dispatcher(), make.executor()
    make.team(hand)
    for _ in range(5):
        say((order := make.in_status("in_progress", by=boss)).author, order)
    for person in (boss, hand):
        client = sign_in(person)
        client.get("/desk/")
        with count_statements(12):
            answer = client.get("/desk/?open=1&status=in_progress")
        assert len(answer.data) < 100_000
        with count_statements(12):
            client.get("/desk/changes?open=1&top=1&rows=100001~,100002~")


def test_a_full_queue_is_light(sign_in: Any) -> None:
    boss, service = make.dispatcher(), make.service("Организация мероприятий и конференций")
    author = make.resident("Константин", "Константинопольский")
    make.company("ООО «Научно-производственное объединение»", members=(author,))
    for _ in range(PAGE + 1):
        make.order(author, service)
    assert len(sign_in(boss).get("/desk/?all=1").data) < 100_000


def test_rows_offer_one_step(sign_in: Any, count_statements: Any) -> None:
    """An executor takes what nobody of the team has taken; nobody serves the own order or a colleague's."""
    hand, mate = make.executor("Иван", "Петров", locale="en"), make.executor("Пётр", "Иванов")
    service = make.service(team_id=make.team(hand, mate).id)
    free, own, taken = make.order(of=service), make.order(hand, service), make.order(of=service)
    mine = make.order(of=make.service(executor=hand))
    orders.assign(make.dispatcher(), taken.id, executor_id=mate.id)
    client = sign_in(hand)
    client.get("/desk/?status=new")
    with count_statements(12):
        page = client.get("/desk/?status=new").text
    rows = {number: page.split(f'id="row-{number}"')[1].split("</li>")[0] for number in numbers(page)}
    assert rows.keys() == {free.id, own.id, taken.id, mine.id}
    assert f"/desk/orders/{free.id}/assign?" in rows[free.id]
    assert 'name="to" value="me"' in rows[free.id]
    assert f"/desk/orders/{mine.id}/moves/start?" in rows[mine.id]
    assert "<form" not in rows[own.id] + rows[taken.id]


def test_a_row_that_is_kept_is_still_everybodys_own(sign_in: Any) -> None:
    """Rows are drawn once for all who see the same: not for another language, zone, filter, reader or name."""
    hand = make.executor(locale="ru")
    order = make.order(make.resident("Лера", "Петрова"), make.service(executor=hand))
    moment = dt.datetime(2026, 3, 1, 20, 30, tzinfo=dt.UTC)
    db.session.execute(update(Order).values(created_at=moment, executor_id=None, team_id=None))
    db.session.commit()

    def row(client: FlaskClient, query: str = "all=1") -> str:
        found = re.search(
            rf'<li[^>]*id="row-{order.id}".*?</li>', client.get(f"/desk/?{query}").text, re.DOTALL
        )
        assert found
        return found[0]

    boss = sign_in(make.dispatcher(locale="ru", timezone="UTC"))
    first = row(boss)
    assert "нет исполнителя" in first
    assert "01.03.2026" in first
    assert f'/desk/orders/{order.id}?status=new"' in row(boss, "status=new")
    other = sign_in(make.dispatcher(locale="en", timezone="Asia/Yekaterinburg"))
    assert "no executor" in row(other)
    assert "Mar 2, 2026" in row(other)
    orders.assign(make.dispatcher(), order.id, executor_id=hand.id)
    own = sign_in(hand)
    assert f"/desk/orders/{order.id}/moves/start?" in row(own)
    assert "<form" not in row(boss)
    assert hand.name in row(boss)
    order.author.last_name = "Иванова"
    db.session.commit()
    assert "Лера Иванова" in row(boss)


def test_names_are_text_not_markup(sign_in: Any) -> None:
    evil = "<script>alert(1)</script>"
    author = make.resident(evil, "Иванова")
    order = make.order(author, make.service(evil, fields=[make.field(evil)]), **{evil: evil})
    make.company(evil, members=(author,))
    client = sign_in(make.dispatcher())
    for address in (
        "/desk/?all=1",
        f"/desk/orders/{order.id}",
        f"/desk/?q={evil}",
        f"/desk/?who={author.id}",
    ):
        assert evil not in client.get(address).text
    assert evil not in client.get(f"/desk/changes?all=1&rows={order.id}").json["rows"][str(order.id)]
