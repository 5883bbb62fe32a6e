"""The live signal through the real server: who is let in, who hears what, who is sent away, what heals by itself."""

from __future__ import annotations

import http.client
import io
import json
from contextlib import ExitStack
from uuid import uuid4

import psycopg
import pytest
from flask import request
from PIL import Image

from app import journal
from app.actions import chat, orders, people, terms
from app.extensions import socketio
from app.policy import SYSTEM
from tests import factories as make
from tests.sockets import Refused, Socket, cookie_of
from views import live


@pytest.fixture
def listen(app, db, live_server):
    """`listen(user, *subjects)` → an open socket of his, subscribed."""
    with ExitStack() as opened:

        def connect(user, *subjects) -> Socket:
            db.commit()
            socket = opened.enter_context(Socket(live_server.url, cookie_of(app, user)))
            socket.heard = socket.subscribe(*subjects)
            return socket

        yield connect


@pytest.fixture
def order(app):
    return make.order(make.resident(), make.service(executor=make.executor()))


def say(who, order, *, notes=False):
    return chat.post(who, order.notes_id if notes else order.thread_id, "Добрый день", uuid4())


def test_who_is_let_in(app, db, live_server, order):
    """Nobody without a sign-in, with a stale one, or from a page of another site; only by websocket."""
    blocked = make.resident(active=False)
    stale = cookie_of(app, order.author)
    order.author.session_key = "changed"
    db.commit()
    for cookie in ("", cookie_of(app, blocked), stale, "atrium=forged"):
        with pytest.raises(Refused, match="sign_in"):
            Socket(live_server.url, cookie)
    upgrade = {
        "Cookie": cookie_of(app, order.author),
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert status(live_server, "websocket", upgrade | {"Origin": "https://evil.example"}) == 400
    assert status(live_server, "polling", {"Cookie": cookie_of(app, order.author)}) == 400


def status(live_server, transport: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection(live_server.url.removeprefix("http://"), timeout=20)
    connection.request("GET", f"/socket.io/?EIO=4&transport={transport}", headers=headers)
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def test_who_hears_what(app, db, order, listen):
    """Messages reach the order's people; notes the staff's rooms only; nothing carries what was said."""
    team = make.team(make.executor("Глеб", "Бригадный"))
    order.team_id = team.id
    subject = order.subject
    author = listen(order.author, subject)
    executor = listen(order.executor, subject)
    mate = listen(team.members[0], "desk")
    dispatcher = listen(make.dispatcher(), subject, "desk")
    stranger = listen(
        make.resident("Сосед", "Соседов"), subject, "desk", f"thread:{order.thread_id}", "user:1"
    )
    foreign = listen(make.executor("Чужой", "Исполнитель"), subject, "desk")
    assert author.heard == executor.heard == [subject]
    assert dispatcher.heard == [subject, "desk"]
    assert (mate.heard, stranger.heard, foreign.heard) == (["desk"], [], [])

    say(order.author, order)
    for socket in (author, executor, mate, dispatcher):
        poke = socket.poke("message.posted")
        assert poke["subject"] == subject
        assert set(poke) == {"kind", "subject", "entry"}
    say(order.executor, order, notes=True)
    for socket in (executor, dispatcher):
        assert socket.poke("note.posted")["subject"] == subject
    assert not {"note.posted"} & set(author.kinds() + mate.kinds(0.1))
    chat.seen(order.executor, order.notes_id, delivered=1, read=1)
    chat.typing(order.executor, order.notes_id)
    assert executor.poke("thread.typing")["thread"] == order.notes_id
    assert not [poke for poke in author.kinds() if poke.startswith("thread.")]
    chat.typing(order.executor, order.thread_id)
    assert author.poke("thread.typing")["user"] == order.executor_id
    assert stranger.kinds() == foreign.kinds(0.1) == []


def test_what_a_provider_publishes_is_heard_by_its_clients(app, db, listen):
    """S2-48: a new version, and what is taken back, reach the pages of clients that show «Условия»; nobody else's."""
    pair = make.client_of(make.specialist())
    foreign = make.client_of(make.specialist(name="Другая"), make.resident("Лера", "Петрова"))
    subject = pair.provider.subject
    client, stranger = listen(pair.user, subject), listen(foreign.user, subject)
    assert (client.heard, stranger.heard) == ([subject], [])
    owner = pair.provider.owner
    made = terms.add(
        owner,
        pair.provider_id,
        "Договор",
        safe=app.extensions["safe"],
        stream=io.BytesIO(b"%PDF-1.4\n%%EOF\n"),
        filename="dogovor.pdf",
        required=False,
    )
    terms.edit(owner, made.id, "Договор", required=False, active=False)
    db.commit()
    kinds = ["terms.published", "terms.changed"]
    assert [client.poke(kind)["subject"] for kind in kinds] == [subject, subject]
    assert stranger.kinds() == []


def test_what_a_page_may_say(app, order, listen):
    """It leaves what it left. Nonsense is answered with nothing and harms nobody."""
    dispatcher = listen(make.dispatcher(), order.subject, "desk")
    dispatcher.unsubscribe(order.subject)
    say(order.executor, order)
    say(order.executor, order, notes=True)
    assert "note.posted" not in dispatcher.kinds()
    dispatcher.unsubscribe("desk")
    say(order.author, order)
    assert set(dispatcher.kinds()) <= {"inbox.added"}  # the own room is never left
    socket = listen(order.author)
    for nonsense in (
        "order:0",
        "order:-1",
        "order:²",
        "order:" + "9" * 30,
        "order:1;--",
        "",
        None,
        {"a": 1},
        ["b"],
        7,
    ):
        assert socket.subscribe(nonsense) == []
    assert socket.subscribe(*["order:999"] * 100, order.subject) == []  # only the first twenty are looked at
    for argument in ("order:1", {"order": 1}, None, 5):
        assert socket._call("subscribe", argument) == []
    assert socket.subscribe(order.subject) == [order.subject]
    socket.unsubscribe(f"user:{order.author_id}", "desk")
    say(order.executor, order)
    assert socket.poke("message.answered")


def test_blocking_and_other_rights_end_the_sockets(app, db, order, listen, live_server):
    """Who is blocked is out; whose roles changed comes again, with the rights of now."""
    dispatcher = make.dispatcher()
    desk = listen(dispatcher, "desk")
    dispatcher.roles = []
    people.listen_anew([dispatcher])
    assert desk.sent_away()
    assert listen(dispatcher, "desk", order.subject).heard == []
    socket = listen(order.author, order.subject)
    other = listen(order.executor, order.subject)
    people.block(make.operator(), order.author, blocked=True)
    assert socket.sent_away()
    assert not other.sent_away(0.5)
    with pytest.raises(Refused, match="sign_in"):
        Socket(live_server.url, cookie_of(app, order.author))
    say(order.executor, order)
    assert socket.pokes == [] or "message.answered" not in [poke["kind"] for poke in socket.pokes]


def test_who_leaves_a_team_or_a_company_hears_of_it_no_more(app, db, listen, live_server, sign_in):
    """Edited in the administration; the people's pages come again with the rights of now (I-22)."""
    clerk, hand = sign_in(make.operator()), make.executor()
    team = make.team(hand)
    boss = make.tenant_admin(make.company())
    mate, tenant = listen(hand, "desk"), listen(boss, "company")
    assert (mate.heard, tenant.heard) == (["desk"], ["company"])
    assert clerk.post(f"/admin/teams/edit/{team.id}", data={"name": team.name}).status_code == 303
    assert mate.sent_away()
    [membership] = boss.memberships
    assert clerk.post(f"/admin/memberships/edit/{membership.id}", data={"position": ""}).status_code == 303
    assert tenant.sent_away()
    assert listen(boss, "company").heard == []


def test_who_loses_an_order_hears_of_it_no_more(app, order, listen):
    """All watchers are asked to subscribe anew; the former executor is not let in again."""
    former = listen(order.executor, order.subject)
    author = listen(order.author, order.subject)
    dispatcher, other = make.dispatcher(), make.executor("Новый", "Мастер")
    orders.assign(dispatcher, order.id, executor_id=other.id)
    assert former.is_told("regroup")
    assert author.is_told("regroup")
    assert former.subscribe(order.subject) == []
    assert author.subscribe(order.subject) == [order.subject]
    former.kinds()
    say(dispatcher, order)
    say(dispatcher, order, notes=True)
    assert author.poke("message.answered")
    assert not {"message.answered", "note.posted"} & set(former.kinds())


def test_the_listener_goes_on(app, db, databases, order, listen, live_server):
    """A poke that makes no sense silences nobody. When the database drops the connection, the process listens again a
    second later, and every page is told to ask. A job's change is heard like a person's."""
    live_server.trouble_expected = True
    socket = listen(order.author, order.subject)
    with psycopg.connect(databases.url(databases.current), autocommit=True) as connection:
        for payload in ("not json", "{}", json.dumps({"rooms": 5, "kind": 7})):
            connection.execute("SELECT pg_notify(%s, %s)", [journal.CHANNEL, payload])
        say(order.executor, order)
        assert socket.poke("message.answered")
        gone = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'atrium-live'"
        ).fetchall()
    assert gone == [(True,)]
    assert socket.is_told("resync")
    done = make.in_status("done", author=order.author, by=make.dispatcher())
    assert socket.subscribe(done.subject) == [done.subject]
    orders.move(SYSTEM, done.id, "expire")
    assert socket.poke("order.expired")["subject"] == done.subject


def test_uploads_through_the_real_server(app, db, order, live_server):
    """A picture is read in a thread of its own, and its refusal still speaks the reader's language; a body that is too
    large is answered, not cut off."""
    broken = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
    out = io.BytesIO()
    Image.new("RGB", (900, 700), "teal").save(out, "JPEG")
    for data, name, status in (
        (out.getvalue(), "photo.jpg", 201),
        (broken, "photo.png", 422),
        (b"x" * (21 * 1024 * 1024), "big.txt", 413),
        (b"x" * (130 * 1024 * 1024), "huge.txt", 413),
    ):
        answer = upload(app, order.author, live_server, data, name)
        assert answer[0] == status, answer
        assert status == 201 or answer[1]["text"]


def upload(app, user, live_server, data: bytes, name: str):
    connection = http.client.HTTPConnection(live_server.url.removeprefix("http://"), timeout=60)
    cookie = cookie_of(app, user)
    connection.request("GET", "/profile", headers={"Cookie": cookie})
    page = connection.getresponse()
    token = page.read().decode().split('name="csrf-token" content="')[1].split('"')[0]
    fresh = page.getheader("Set-Cookie", cookie).split(";")[0]
    head = f'--limit\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    headers = {
        "Cookie": fresh,
        "X-CSRFToken": token,
        "Accept": "application/json",
        "Content-Type": "multipart/form-data; boundary=limit",
    }
    connection.request("POST", "/files", head.encode() + data + b"\r\n--limit--\r\n", headers)
    answer = connection.getresponse()
    result = answer.status, json.loads(answer.read())
    connection.close()
    return result


@pytest.mark.parametrize("others", [(), ("other",)])
def test_a_page_that_has_gone_meanwhile_is_no_trouble(app, others):
    """It asked for rooms, and was away before they were looked up: alone, and while others are connected."""
    manager = socketio.server.manager
    for other in others:
        manager.basic_enter_room(other, "/", None, eio_sid=other)
    try:
        with app.test_request_context():
            request.sid, request.namespace = "gone", "/"
            live._join("order:1")
        assert "gone" not in manager.rooms.get("/", {}).get("order:1", {})
    finally:
        for other in others:
            manager.basic_leave_room(other, "/", None)
