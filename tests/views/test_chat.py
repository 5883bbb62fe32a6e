"""The chat over HTTP: what a reader gets, what is refused, what a repeated or concurrent send does."""

from __future__ import annotations

import contextvars
import datetime as dt
import io
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.actions import chat
from app.config import Config
from app.extensions import db as database
from app.factory import create_app
from models import Entry, Message, ReadMark, StoredFile, Thread
from tests import factories as make
from tests.shared import SECRET, session_cookie
from views.links import linked

JSON = {"Accept": "application/json"}
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def order(app):
    """An order with its executor, and nobody's words yet."""
    return make.order(make.resident(), make.service(executor=make.executor()))


def url(thread_id: int, what: str = "messages") -> str:
    return f"/threads/{thread_id}/{what}"


def say(who, order, text, *, notes=False) -> Message:
    return chat.post(who, order.notes_id if notes else order.thread_id, text, uuid4())


def post(client, thread_id: int, text: str = "Добрый день", **form):
    data = {"text": text, "client_id": str(uuid4()), **form}
    return client.post(url(thread_id), data=data, headers=JSON)


def numbers(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-number="(\d+)"', html)]


# --- sending ------------------------------------------------------------------------------------------------------


def test_a_message_is_posted_and_fetched(order, sign_in):
    """S0-50, S0-51."""
    client = sign_in(order.author)
    assert post(client, order.thread_id, "Когда придёт мастер?\nПосле 15:00 удобно").json == {"number": 1}
    page = client.get(url(order.thread_id) + "?after=0", headers=FRAGMENT).text
    assert numbers(page) == [1]
    assert "Когда придёт мастер?\nПосле 15:00 удобно" in page
    assert 'data-last="1"' in page


def test_the_same_client_id_makes_one_message(order, sign_in):
    client, client_id = sign_in(order.author), str(uuid4())
    answers = [post(client, order.thread_id, "Раз", client_id=client_id).json for _ in range(3)]
    assert answers == [{"number": 1}] * 3
    assert database.session.scalar(select(func.count()).select_from(Message)) == 1


def test_a_client_id_belongs_to_its_writer_and_thread(order, sign_in):
    """Somebody else's id, guessed or copied, hides nothing and answers nothing of his."""
    client_id = str(uuid4())
    assert post(sign_in(order.author), order.thread_id, "Моё", client_id=client_id).json == {"number": 1}
    assert post(sign_in(make.dispatcher()), order.thread_id, "Другое", client_id=client_id).json == {
        "number": 2
    }


def test_many_at_once_get_gapless_numbers(app, order, sign_in):
    """Twenty browsers, five messages each, the same ids sent twice: a hundred messages, 1 to 100."""
    people = [order.author, *(make.dispatcher() for _ in range(19))]
    clients = [sign_in(person) for person in people]
    database.session.remove()

    def write(number: int) -> list[int]:
        client, answers = clients[number], []
        for _ in range(5):
            client_id = str(uuid4())
            for _again in range(2):
                data = {"text": "Сообщение", "client_id": client_id}
                response = super(type(client), client).open(
                    url(thread), method="POST", data=data, headers=JSON, buffered=True
                )
                assert response.status_code == 200, response.text
                answers.append(response.json["number"])
        return answers

    thread = order.thread_id
    with ThreadPoolExecutor(20) as pool:
        runs = [pool.submit(contextvars.Context().run, write, number) for number in range(20)]
        answers = [run.result() for run in runs]
    stored = database.session.scalars(select(Message.number).order_by(Message.number)).all()
    assert stored == list(range(1, 101))
    assert database.session.get(Thread, thread).last_number == 100
    for own in answers:
        assert own[::2] == own[1::2]
        assert all(earlier < later for earlier, later in pairwise(own[::2]))


def test_both_sides_write_in_every_status(order, sign_in):
    """S0-54: the chat stays open."""
    done = make.in_status("completed")
    assert post(sign_in(done.author), done.thread_id).status_code == 200
    cancelled = make.in_status("cancelled")
    assert post(sign_in(make.dispatcher()), cancelled.thread_id).status_code == 200


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"text": ""}, "Write something or attach a file."),
        ({"text": " \n\t "}, "Write something or attach a file."),
        ({"text": "я" * 5001}, "At most 5000 characters."),
        ({"client_id": ""}, "The message has no mark of its own"),
        ({"client_id": "1; drop table"}, "The message has no mark of its own"),
        ({"files": "not-an-id"}, "Please attach the file again."),
        ({"files": str(uuid4())}, "Please attach the file again."),
        ({"files": [str(uuid4()) for _ in range(11)]}, "At most 10 files in a message."),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(app, order, form, words):
    client = sign_in_english(app, order.author)
    response = post(client, order.thread_id, **form)
    assert response.status_code == 422
    assert words in response.json["text"] + "".join(response.json["fields"].values())
    assert not database.session.scalar(select(func.count()).select_from(Message))
    assert database.session.get(Thread, order.thread_id).last_number == 0


def sign_in_english(app, user):
    user.locale = "en"
    database.session.commit()
    client = app.test_client()
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], session_cookie(app, user))
    return client


def test_a_long_message_fits_exactly(order, sign_in):
    assert post(sign_in(order.author), order.thread_id, "я" * 5000).status_code == 200


def test_signed_out_scripts_get_401_and_browsers_the_sign_in(order, client):
    assert post(client, order.thread_id).status_code == 401
    assert client.get(url(order.thread_id), headers=FRAGMENT).status_code == 401
    page = client.get(url(order.thread_id), headers={"Accept": "text/html"})
    assert page.status_code == 302
    assert "/sign-in" in page.location


def test_too_many_messages_are_held_back(order, database, var):
    """Sixty a minute: the script waits and sends again, nothing is lost."""
    config = Config(
        database_url=f"postgresql+psycopg{database.removeprefix('postgresql')}", secret_key=SECRET, var=var
    )
    app = create_app(config, TESTING=True, WTF_CSRF_ENABLED=False)
    client = app.test_client()
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], session_cookie(app, order.author))

    def burst() -> list[int]:
        return [post(client, order.thread_id).status_code for _ in range(61)]

    codes = contextvars.Context().run(burst)
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()  # an app of its own has connections of its own
    assert codes == [200] * 60 + [429]


# --- who may ------------------------------------------------------------------------------------------------------


def requests_on(client, thread_id: int):
    """Every way to a thread over HTTP."""
    return [
        client.get(url(thread_id), headers=JSON),
        client.get(url(thread_id) + "?after=0", headers=FRAGMENT | JSON),
        post(client, thread_id),
        client.post(url(thread_id), data={"text": "Без сценария", "client_id": str(uuid4())}),
        client.post(url(thread_id, "seen"), data={"read": 1}, headers=JSON),
        client.post(url(thread_id, "typing"), headers=JSON),
    ]


def test_other_peoples_threads_do_not_exist(order, sign_in):
    say(order.author, order, "Секрет")
    stranger = make.resident("Сосед", "Соседов")
    foreign_executor = make.executor("Чужой", "Исполнитель")
    for person in (stranger, foreign_executor):
        for response in requests_on(sign_in(person), order.thread_id):
            assert response.status_code == 404
            assert "Секрет" not in response.text
    assert requests_on(sign_in(stranger), 999_999)[0].status_code == 404


def test_notes_never_reach_a_resident(order, sign_in):
    """Neither the orderer nor the tenant administrator, by no URL, also not in the order's own pages."""
    dispatcher = make.dispatcher()
    company = make.company(members=(order.author,))
    order.company_id = company.id
    say(dispatcher, order, "Только для своих", notes=True)
    say(dispatcher, order, "Для жильца")
    for person in (order.author, make.tenant_admin(company)):
        client = sign_in(person)
        for response in requests_on(client, order.notes_id):
            assert response.status_code == 404
            assert "Только для своих" not in response.text
        for path in (f"/orders/{order.id}", f"/orders/{order.id}/status", url(order.thread_id) + "?after=0"):
            page = client.get(path, headers=FRAGMENT if "after" in path else {})
            assert page.status_code == 200
            assert "Только для своих" not in page.text
            assert f"/threads/{order.notes_id}/" not in page.text


def test_staff_write_notes(order, sign_in):
    for person in (make.dispatcher(), order.executor):
        client = sign_in(person)
        assert post(client, order.notes_id, "Заметка").status_code == 200
        assert "Заметка" in client.get(url(order.notes_id) + "?after=0", headers=FRAGMENT).text


def test_a_member_of_staff_is_no_staff_of_his_own_order(app, sign_in):
    """He ordered it as a resident: its notes are not for him."""
    own = make.order(make.dispatcher())
    for response in requests_on(sign_in(own.author), own.notes_id):
        assert response.status_code == 404


def test_an_onlooker_reads_and_cannot_write(order, sign_in):
    """The tenant administrator (I-22)."""
    company = make.company(members=(order.author,))
    order.company_id = company.id
    say(order.author, order, "Привет")
    client = sign_in(make.tenant_admin(company))
    assert "Привет" in client.get(url(order.thread_id) + "?after=0", headers=FRAGMENT).text
    assert post(client, order.thread_id).status_code == 403
    assert client.post(url(order.thread_id, "seen"), data={"read": 1}).status_code == 204
    assert not database.session.scalars(select(ReadMark).where(ReadMark.staff)).all()
    page = client.get(f"/orders/{order.id}").text
    assert "<textarea" not in page.split("<chat-panel")[1].split("</chat-panel>")[0]


def test_a_blocked_account_writes_nothing(order, sign_in):
    client = sign_in(order.author)
    order.author.active = False
    assert post(client, order.thread_id).status_code == 401


def test_a_page_of_another_site_cannot_post(order, sign_in, app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)  # noqa: FBT003 - its signature
    answer = post(sign_in(order.author), order.thread_id)
    assert (answer.status_code, answer.json["code"]) == (400, "csrf")


# --- reading ------------------------------------------------------------------------------------------------------


def test_pages_of_a_long_thread(order, sign_in):
    """After a number all that was missed, at most fifty at once; before one the older ones."""
    for number in range(120):
        say(order.author, order, f"Сообщение {number + 1}")
    client = sign_in(order.author)

    def fetched(query: str) -> str:
        return client.get(f"{url(order.thread_id)}?{query}", headers=FRAGMENT).text

    assert numbers(fetched("after=118")) == [119, 120]
    assert numbers(fetched("after=0")) == list(range(1, 51))
    assert 'data-last="120"' in fetched("after=0")
    assert numbers(fetched("before=71")) == list(range(21, 71))
    assert "data-older" in fetched("before=71")
    assert numbers(fetched("before=21")) == list(range(1, 21))
    assert "data-older" not in fetched("before=21")
    assert numbers(fetched("after=120")) == []
    assert numbers(fetched("after=-5&before=x")) == list(range(1, 51))
    assert fetched("after=99999999999999999999")


def test_days_runs_and_times_are_the_readers(order, sign_in, monkeypatch):
    """S0-26: «Сегодня», «Вчера», «23 сентября»; times in the reader's zone; one name above a run."""
    real = clock.now
    # 20:30 UTC: in Yekaterinburg it is already the next day, half past one at night.
    evening = real().replace(hour=20, minute=30, second=0, microsecond=0) - dt.timedelta(days=1)
    dispatcher = make.dispatcher()
    for minutes, who, text in (
        (0, order.author, "первое"),
        (2, order.author, "второе"),
        (20, order.author, "третье"),
        (21, dispatcher, "ответ"),
    ):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: evening + dt.timedelta(minutes=minutes))
        say(who, order, text)
    monkeypatch.setattr(clock, "now", lambda: evening + dt.timedelta(hours=4))
    page = sign_in(order.author).get(url(order.thread_id) + "?after=0", headers=FRAGMENT).text
    assert re.findall(r">(\d\d:\d\d)</time>", page) == ["01:30", "01:32", "01:50", "01:51"]
    assert ">Сегодня<" in page
    assert page.count('class="day"') == 1
    assert page.count("message--goes-on") == 1
    order.author.timezone = "UTC"
    page = sign_in(order.author).get(url(order.thread_id) + "?after=0", headers=FRAGMENT).text
    assert re.findall(r">(\d\d:\d\d)</time>", page)[0] == "20:30"
    assert ">Вчера<" in page
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2031, 5, 5, tzinfo=dt.UTC))
    page = sign_in(order.author).get(url(order.thread_id) + "?after=0", headers=FRAGMENT).text
    assert re.search(rf"{evening.day} [а-я]+ {evening.year}\sг\.", page)


def test_who_speaks(order, sign_in):
    """Staff by name and role, the automatic message by the location's name, own messages on their side."""
    service = make.service(first_message="Пишите, если остались вопросы. Будем рады помочь")
    service.executor_id = order.executor_id
    placed = make.order(order.author, service)
    say(placed.author, placed, "Вопрос")
    say(placed.executor, placed, "Ответ исполнителя")
    say(make.dispatcher(), placed, "Ответ диспетчера")
    page = sign_in(placed.author).get(f"/orders/{placed.id}").text
    messages = re.findall(r'<li class="message.*?</li>', page, re.DOTALL)[:4]
    assert "Atrium" in messages[0]
    assert "Пишите, если остались вопросы. Будем рады помочь" in messages[0]
    assert "message--mine" in messages[1]
    assert "message--mine" not in messages[2] + messages[3]
    assert re.search(r"Иван Петров</b> <small>Исполнитель", messages[2])
    assert re.search(r"Ольга Кузнецова</b> <small>Диспетчер", messages[3])


def test_what_people_write_is_never_markup(order, sign_in):
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3) https://a.b/\"onclick='x' &amp;"
    say(order.author, order, evil)
    for person in (order.author, make.dispatcher()):
        page = sign_in(person).get(url(order.thread_id) + "?after=0", headers=FRAGMENT).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert 'href="javascript' not in page
        assert 'href="https://a.b/"' in page
        assert "&amp;amp;" in page


def test_ticks(order, sign_in):
    """Sent, delivered, read: the furthest of the other side counts, for own messages only."""
    writer, dispatcher = sign_in(order.author), make.dispatcher()
    for _ in range(3):
        post(writer, order.thread_id)
    reader = sign_in(dispatcher)
    assert reader.post(url(order.thread_id, "seen"), data={"delivered": 2, "read": 1}).status_code == 204

    def states() -> list[str]:
        page = writer.get(url(order.thread_id) + "?after=0", headers=FRAGMENT).text
        return re.findall(r'data-state="(\w+)"', page)

    assert states() == ["read", "delivered", "sent"]
    assert not re.search("data-state", reader.get(url(order.thread_id) + "?after=0", headers=FRAGMENT).text)
    # Never back, never beyond what there is, also not by a liar.
    reader.post(url(order.thread_id, "seen"), data={"delivered": 0, "read": 0})
    reader.post(url(order.thread_id, "seen"), data={"delivered": "x", "read": -5})
    assert states() == ["read", "delivered", "sent"]
    reader.post(url(order.thread_id, "seen"), data={"read": 999_999_999})
    assert states() == ["read"] * 3
    assert database.session.get(ReadMark, (order.thread_id, dispatcher.id)).read == 3


def test_typing_leaves_no_trace(order, sign_in):
    before = database.session.scalar(select(func.count()).select_from(Entry))
    assert sign_in(order.author).post(url(order.thread_id, "typing")).status_code == 204
    assert database.session.scalar(select(func.count()).select_from(Entry)) == before


def test_the_divider_stands_before_the_first_unread(order, sign_in):
    dispatcher = make.dispatcher()
    say(order.author, order, "вопрос")
    for text in ("ответ", "ещё ответ"):
        say(dispatcher, order, text)
    client = sign_in(order.author)
    page = client.get(f"/orders/{order.id}").text.split("data-outbox")[0]
    assert page.index("вопрос") < page.index("data-divider") < page.index("ещё ответ")
    assert page.count("data-divider") == 1
    client.post(url(order.thread_id, "seen"), data={"read": 3})
    assert "data-divider" not in client.get(f"/orders/{order.id}").text.split("data-outbox")[0]


# --- without a script ---------------------------------------------------------------------------------------------


def test_the_form_posts_and_comes_back(order, sign_in):
    client = sign_in(order.author)
    sent = {
        "text": "Без сценария",
        "client_id": str(uuid4()),
        "file": [(io.BytesIO(b"%PDF-1.4 act"), "Акт.pdf"), (io.BytesIO(b"a;b\n1;2"), "table.csv")],
    }
    answer = client.post(url(order.thread_id), data=sent)
    assert answer.status_code == 303
    assert answer.location.startswith(f"/orders/{order.id}?tab=chat")
    page = client.get(answer.location).text
    assert "Без сценария" in page
    assert "Акт.pdf" in page
    assert "table.csv" in page
    again = client.post(url(order.thread_id), data={"text": "Без сценария", "client_id": sent["client_id"]})
    assert again.status_code == 303
    assert database.session.scalar(select(func.count()).select_from(Message)) == 1


def test_the_form_keeps_what_was_typed(order, sign_in):
    """A bad file: the words are still there, the good file too, and what was wrong is said."""
    client = sign_in(order.author)
    sent = {
        "text": "Смотрите <b>файл</b>",
        "client_id": str(uuid4()),
        "file": [(io.BytesIO(b"%PDF-1.4 act"), "Акт.pdf"), (io.BytesIO(b"MZ"), "virus.exe")],
    }
    answer = client.post(url(order.thread_id), data=sent)
    assert answer.status_code == 422
    assert "Смотрите &lt;b&gt;файл&lt;/b&gt;</textarea>" in answer.text
    assert "virus.exe" in answer.text
    kept = re.search(r'name="files" value="([\w-]+)"', answer.text)
    assert kept
    sent = {"text": "Смотрите", "client_id": str(uuid4()), "files": kept.group(1)}
    assert client.post(url(order.thread_id), data=sent).status_code == 303
    assert database.session.scalars(
        select(StoredFile.name).where(StoredFile.message_id.is_not(None))
    ).all() == ["Акт.pdf"]


def test_earlier_messages_as_a_page(order, sign_in):
    for number in range(60):
        say(order.author, order, f"Сообщение {number + 1}")
    client = sign_in(order.author)
    assert f"{url(order.thread_id)}?before=11" in client.get(f"/orders/{order.id}").text
    page = client.get(url(order.thread_id) + "?before=11")
    assert numbers(page.text) == list(range(1, 11))
    assert page.text.lstrip().lower().startswith("<!doctype html>")


# --- cost ---------------------------------------------------------------------------------------------------------


def test_statements_of_a_fragment_and_a_post(order, sign_in, count_statements):
    for number in range(30):
        say(order.author if number % 2 else order.executor, order, "Сообщение")
    resident, executor = sign_in(order.author), sign_in(order.executor)
    with count_statements(7):
        resident.get(url(order.thread_id) + "?after=0", headers=FRAGMENT)
    with count_statements(7):
        executor.get(url(order.thread_id) + "?after=28", headers=FRAGMENT)
    with count_statements(16):
        post(resident, order.thread_id)
    with count_statements(7):
        executor.post(url(order.thread_id, "seen"), data={"read": 31})


# --- links --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        (
            "см. https://a.ru/b?c=1&d=2.",
            'см. <a href="https://a.ru/b?c=1&amp;d=2"{new}>https://a.ru/b?c=1&amp;d=2</a>.',
        ),
        ("(https://ru.wiki/Б_(в))", '(<a href="https://ru.wiki/Б_(в)"{new}>https://ru.wiki/Б_(в)</a>)'),
        ("www.site.ru, да", '<a href="https://www.site.ru"{new}>www.site.ru</a>, да'),
        ("пишите i.p@mail.ru!", 'пишите <a href="mailto:i.p@mail.ru">i.p@mail.ru</a>!'),
        ("+7 912 345-67-89 звоните", '<a href="tel:+79123456789">+7 912 345-67-89</a> звоните'),
        ("+7 (351) 200-00-00", '<a href="tel:+73512000000">+7 (351) 200-00-00</a>'),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("data:text/html,x ftp://a.b file:///etc", "data:text/html,x ftp://a.b file:///etc"),
        ("счёт 40702810900000005555", "счёт 40702810900000005555"),
        ("2+2222222222222222222222", "2+2222222222222222222222"),
        ("«https://a.ru»", '«<a href="https://a.ru"{new}>https://a.ru</a>»'),
    ],
)
def test_links(text, html):
    new = ' target="_blank" rel="noopener noreferrer nofollow ugc"'
    assert str(linked(text)) == html.replace("{new}", new)


def test_links_in_a_hostile_text_are_found_quickly():
    """No text makes the search slow."""
    for text in ("a@" * 2500, "+7 " * 1600, "www." * 1250, "https://" * 600, "a." * 2500 + "@", "(" * 5000):
        assert len(linked(text)) >= len(text)
