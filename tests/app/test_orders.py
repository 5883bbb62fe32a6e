"""Orders: placing, the flow, assigning, the countdown. Real PostgreSQL, real actions."""

from __future__ import annotations

import datetime as dt
from itertools import product
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import clock, settings
from app.actions import chat, files, orders
from app.errors import Forbidden, IllegalMove, Invalid, NotFound, Stale
from app.queries import desk
from app.queries import orders as queries
from models import Entry, FieldKind, Message, Order, Setting
from tests import factories as make

pytestmark = pytest.mark.usefixtures("app")


# --- placing ------------------------------------------------------------------------------------------------------


def test_order_keeps_what_it_was_ordered_as(db):
    """S0-14, S0-18, S0-28, S0-29: name, labels and answers stay as at ordering, in form order."""
    building = make.place("Корпус А")
    office = make.place("Офис 312", "room", building)
    service = make.service(
        fields=[
            make.field("Офис", FieldKind.PLACE, required=True),
            make.field("Описание требуемых работ", FieldKind.LONG_TEXT, required=True),
            make.field("Что взять с собой", FieldKind.CHOICES, choices=["Тряпка", "Ведро", "Пылесос"]),
            make.field("Дата оказания услуги", FieldKind.DATE),
            make.field("Комментарий"),
        ]
    )
    day = (clock.now() + dt.timedelta(days=2)).date()
    order = make.order(
        None,
        service,
        **{
            "Офис": str(office.id),
            "Описание требуемых работ": "Генеральная уборка и вывоз мусора",
            "Что взять с собой": ["Пылесос", "Тряпка"],
            "Дата оказания услуги": day.isoformat(),
        },
    )
    service.name, service.fields[1].label = "Другое имя", "Другой вопрос"
    office.name = "Офис 999"
    db.commit()
    kept = db.get(Order, order.id)
    assert kept.title == "Клининговые услуги"
    assert kept.place_name == "Корпус А, Офис 312"
    assert [(answer["label"], answer["text"]) for answer in kept.answers] == [
        ("Офис", "Корпус А, Офис 312"),
        ("Описание требуемых работ", "Генеральная уборка и вывоз мусора"),
        ("Что взять с собой", "Тряпка, Пылесос"),
        ("Дата оказания услуги", day.strftime("%d.%m.%Y")),
    ]
    assert kept.status == "new"
    assert kept.id > 100_000


def test_first_message_opens_the_chat(db):
    """S0-26: the service's automatic message stands first and is nobody's unread mail."""
    order = make.order(None, make.service(first_message="Пишите, если остались вопросы. Будем рады помочь"))
    message = db.scalars(select(Message).where(Message.thread_id == order.thread_id)).one()
    assert (message.number, message.author_id, message.text[:6]) == (1, None, "Пишите")
    line = queries.my_orders(db, order.author, queries.Filters()).lines[0]
    assert (line.id, line.unread) == (order.id, 0)


def test_the_same_form_twice_is_one_order(db):
    resident, service, key = make.resident(), make.service(), uuid4()
    first = orders.place(resident, service.id, {}, key)
    assert orders.place(resident, service.id, {}, key).id == first.id
    assert db.scalar(select(func.count()).select_from(Order)) == 1


def test_a_foreign_form_key_does_not_show_the_order():
    """Somebody who learns a form's key gets no order of somebody else by it."""
    service, key = make.service(), uuid4()
    orders.place(make.resident(), service.id, {}, key)
    with pytest.raises(Exception, match="form_key"):
        orders.place(make.resident("Анна", "Баранова"), service.id, {}, key)


def test_missing_answers_change_nothing(db):
    service = make.service(
        fields=[make.field("Что сделать", required=True), make.field("Этаж", FieldKind.NUMBER)]
    )
    with pytest.raises(Invalid) as error:
        make.order(None, service, Этаж="три")
    assert set(error.value.fields) == {service.fields[0].name, service.fields[1].name}
    assert db.scalar(select(func.count()).select_from(Order)) == 0


def test_inactive_fields_are_not_asked():
    service = make.service(fields=[make.field("Старый вопрос", required=True, active=False)])
    assert make.order(None, service).answers == []


def test_service_for_other_roles_cannot_be_ordered(db):
    """I-26: local roles limit which services may be ordered."""
    operator = make.operator()
    service = make.service(roles=list(operator.roles))
    with pytest.raises(NotFound):
        make.order(make.resident(), service)
    assert make.order(operator, service)


@pytest.mark.parametrize("off", ["service", "category"])
def test_inactive_service_cannot_be_ordered(db, off):
    service = make.service()
    (service if off == "service" else service.category).active = False
    db.commit()
    with pytest.raises(NotFound):
        make.order(None, service)


def test_foreign_file_cannot_be_attached_to_a_form(app, tmp_path):
    import io

    service = make.service(fields=[make.field("Фото", FieldKind.FILE, required=True)])
    stranger = make.resident("Чужой", "Человек")
    file = files.upload(stranger, app.extensions["storage"], io.BytesIO(b"%PDF-1.4 x"), "план.pdf")
    with pytest.raises(Invalid):
        make.order(make.resident(), service, Фото=str(file.id))
    mine = make.order(stranger, service, Фото=str(file.id))
    assert file.subject == mine.subject
    with pytest.raises(Invalid):  # used once, it is no draft any more
        make.order(stranger, service, Фото=str(file.id))


# --- the flow -----------------------------------------------------------------------------------------------------


def test_the_way_of_an_order(db):
    """S0-55..S0-58: new → in work → done → returned → done → completed, all in the journal (I-23)."""
    team_member = make.executor()
    order = make.order(None, make.service(team=make.team(team_member)))
    orders.move(team_member, order.id, "start")
    assert (order.status, order.executor_id) == ("in_progress", team_member.id)
    orders.move(team_member, order.id, "finish")
    assert order.status == "done"
    orders.move(order.author, order.id, "send_back", comment="Пыль на окнах")
    assert order.status == "in_progress"
    assert db.scalars(select(Message.text).where(Message.thread_id == order.thread_id)).all() == [
        "Пыль на окнах"
    ]
    orders.move(team_member, order.id, "finish")
    orders.move(order.author, order.id, "confirm")
    assert (order.status, order.completes_at) == ("completed", None)
    assert order.closed_at is not None
    steps = db.execute(
        select(Entry.kind, Entry.data["from"].astext, Entry.data["to"].astext, Entry.actor_id)
        .where(Entry.subject == order.subject, Entry.data.has_key("to"))
        .order_by(Entry.id)
    ).all()
    resident = order.author_id
    assert [tuple(step) for step in steps] == [
        ("order.started", "new", "in_progress", team_member.id),
        ("order.finished", "in_progress", "done", team_member.id),
        ("order.sent_back", "done", "in_progress", resident),
        ("order.finished", "in_progress", "done", team_member.id),
        ("order.confirmed", "done", "completed", resident),
    ]


@pytest.mark.parametrize("status", ["new", "in_progress", "done"])
@pytest.mark.parametrize(("name", "end"), [("close", "completed"), ("cancel", "cancelled")])
def test_resident_closes(status, name, end):
    """S0-65, S0-68, S0-70, D-2: «Выполнен» and «Неактуален» from every open status."""
    order = make.in_status(status)
    assert orders.move(order.author, order.id, name).status == end


@pytest.mark.parametrize("status", ["completed", "cancelled"])
@pytest.mark.parametrize("name", ["close", "cancel", "confirm", "send_back"])
def test_nothing_more_after_the_end(status, name):
    """S0-69, S0-71: a finished order has no menu, and a direct request is refused."""
    order = make.in_status(status)
    if (status, name) in {("completed", "confirm"), ("cancelled", "cancel")}:
        assert orders.move(order.author, order.id, name).status == status  # the very same press again
    else:
        with pytest.raises(IllegalMove):
            orders.move(order.author, order.id, name)


@pytest.mark.parametrize("name", ["confirm", "send_back"])
@pytest.mark.parametrize("status", ["new", "in_progress"])
def test_confirming_is_for_done_orders(name, status):
    """S0-56: buttons only in this status."""
    order = make.in_status(status)
    with pytest.raises(IllegalMove):
        orders.move(order.author, order.id, name)


def test_only_the_orderer_confirms():
    """S0-56: only for the orderer; staff cannot confirm, residents cannot work."""
    dispatcher = make.dispatcher()
    order = make.in_status("done", by=dispatcher)
    with pytest.raises(Forbidden):
        orders.move(dispatcher, order.id, "confirm")
    with pytest.raises(Forbidden):
        orders.move(order.author, order.id, "resume")
    with pytest.raises(NotFound):
        orders.move(make.resident("Чужая", "Соседка"), order.id, "confirm")


def test_unknown_move_is_refused():
    order = make.order()
    with pytest.raises(IllegalMove):
        orders.move(order.author, order.id, "drop_table")


def test_two_people_press_at_once():
    """Who acts on an older version is told, and nothing changes."""
    first, second = make.dispatcher(), make.dispatcher("Вера", "Вторая")
    order = make.order()
    seen = order.version
    orders.move(first, order.id, "start", version=seen)
    with pytest.raises(Stale):
        orders.move(second, order.id, "reject", version=seen, comment="Не наше")
    assert order.status == "in_progress"


def test_double_press_is_one_press(db):
    order = make.in_status("done")
    seen = order.version
    orders.move(order.author, order.id, "send_back", version=seen, comment="Ещё раз")
    orders.move(order.author, order.id, "send_back", version=seen, comment="Ещё раз")
    count = select(func.count()).where(Entry.subject == order.subject, Entry.kind == "order.sent_back")
    assert db.scalar(count) == 1
    assert db.scalar(select(func.count()).where(Message.thread_id == order.thread_id)) == 1


def test_rejecting_needs_a_reason():
    dispatcher, order = make.dispatcher(), make.order()
    with pytest.raises(Invalid) as error:
        orders.move(dispatcher, order.id, "reject", comment="   ")
    assert "comment" in error.value.fields
    assert order.status == "new"
    assert orders.move(dispatcher, order.id, "reject", comment="Это к соседям").status == "cancelled"


def test_chatting_does_not_make_a_page_stale():
    """A message between the look and the press is no reason to refuse the press."""
    order = make.in_status("done")
    seen = order.version
    chat.post(order.author, order.thread_id, "Спасибо", uuid4())
    assert orders.move(order.author, order.id, "confirm", version=seen).status == "completed"


# --- assigning ----------------------------------------------------------------------------------------------------


def test_assigning():
    dispatcher, executor = make.dispatcher(), make.executor()
    order = make.order()
    orders.assign(dispatcher, order.id, executor_id=executor.id, version=order.version)
    assert order.executor_id == executor.id
    orders.assign(dispatcher, order.id, executor_id=None)
    assert order.executor_id is None


def test_residents_are_no_executors():
    order, dispatcher, neighbour = make.order(), make.dispatcher(), make.resident("Сосед", "Соседов")
    with pytest.raises(Invalid):
        orders.assign(dispatcher, order.id, executor_id=neighbour.id)
    with pytest.raises(Invalid):
        orders.assign(dispatcher, order.id, executor_id=10**6)


def test_executor_takes_from_the_own_team_only():
    mine, other = make.executor(), make.executor("Чужой", "Монтёр")
    order = make.order(None, make.service(team=make.team(mine, make.executor("Третий", "Третьяков"))))
    with pytest.raises(NotFound):
        orders.assign(other, order.id, executor_id=other.id)
    assert orders.assign(mine, order.id, executor_id=mine.id).executor_id == mine.id
    with pytest.raises(Forbidden):  # giving it to somebody else is the dispatcher's
        orders.assign(mine, order.id, executor_id=other.id)


def test_finished_orders_are_not_assigned():
    order = make.in_status("completed")
    with pytest.raises(IllegalMove):
        orders.assign(make.dispatcher(), order.id, executor_id=make.executor().id)


# --- the countdown ------------------------------------------------------------------------------------------------


@pytest.fixture
def later(monkeypatch):
    """Move the clock: later(hours)."""
    real = clock.now

    def move(hours: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(hours=hours))

    return move


def test_done_order_completes_by_itself(later):
    """S0-61, D-9: after the service's hours, 72 by default, not before."""
    order = make.in_status("done")
    assert order.completes_at is not None
    later(71.9)
    assert orders.expire_due() == 0
    later(72.1)
    assert orders.expire_due() == 1
    assert order.status == "completed"
    assert orders.expire_due() == 0


def test_period_is_the_services(later):
    order = make.in_status("done", of=make.service(completion_hours=2))
    later(2.1)
    assert orders.expire_due() == 1
    assert order.status == "completed"


def test_period_is_a_setting(db, later):
    db.add(Setting(name="completion_hours", value=5))
    db.commit()
    settings.forget()
    make.in_status("done")
    later(5.1)
    assert orders.expire_due() == 1


def test_it_never_closes_over_an_unanswered_message(later):
    """An unanswered message of the resident holds the countdown; the answer leaves the reminder's time."""
    dispatcher = make.dispatcher()
    order = make.in_status("done", by=dispatcher)
    chat.post(order.author, order.thread_id, "А кто вымоет окна?", uuid4())
    later(100)
    assert orders.expire_due() == 0
    chat.post(dispatcher, order.thread_id, "Завтра вымоем", uuid4())
    assert orders.expire_due() == 0
    assert dt.timedelta(hours=23.9) < order.completes_at - clock.now() < dt.timedelta(hours=24.1)
    later(124.1)
    assert orders.expire_due() == 1


def test_settled_message_holds_nothing(later):
    dispatcher = make.dispatcher()
    order = make.in_status("done", by=dispatcher)
    chat.post(order.author, order.thread_id, "Спасибо!", uuid4())
    with pytest.raises(Forbidden):
        orders.settle(order.author, order.id)
    orders.settle(dispatcher, order.id)
    later(72.1)
    assert orders.expire_due() == 1


def test_return_stops_the_countdown(later):
    order = make.in_status("done")
    orders.move(order.author, order.id, "send_back")
    assert order.completes_at is None
    later(200)
    assert orders.expire_due() == 0


def test_reminder_comes_once(db, later):
    order = make.in_status("done")
    later(47)
    assert orders.remind_due() == 0
    later(49)
    assert orders.remind_due() == 1
    assert orders.remind_due() == 0
    assert db.scalar(select(func.count()).where(Entry.kind == "order.reminded")) == 1
    assert order.status == "done"


# --- lists --------------------------------------------------------------------------------------------------------


def test_mine_are_mine(db):
    """S0-1: own orders only."""
    anna, boris = make.resident("Анна", "Баранова"), make.resident("Борис", "Акунин")
    own = [make.order(anna).id, make.order(anna).id]
    make.order(boris)
    assert [line.id for line in queries.my_orders(db, anna, queries.Filters()).lines] == own[::-1]


def test_pages_follow_each_other_while_orders_arrive(db, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 3)
    anna, service = make.resident(), make.service()
    numbers = [make.order(anna, service).id for _ in range(7)]
    first = queries.my_orders(db, anna, queries.Filters())
    make.order(anna, service)
    second = queries.my_orders(db, anna, queries.Filters(), before=first.older)
    third = queries.my_orders(db, anna, queries.Filters(), before=second.older)
    shown = [line.id for page in (first, second, third) for line in page.lines]
    assert shown == numbers[::-1]
    assert third.older is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("уборке", True),  # another word form
        ("убор", True),  # an unfinished word
        ("спиридоновой", True),
        ("генеральн окна", False),
        ("& | ! <-> ( ' \\ :*", False),
        ("''", False),
        ("№", False),
    ],
)
def test_search(db, monkeypatch, words, found):
    service = make.service(fields=[make.field("Что", FieldKind.LONG_TEXT)])
    make.order(make.resident(), service, Что="Генеральная уборка")
    for few in (5000, 0):  # rare words are found by their index, common ones by walking the list
        monkeypatch.setattr(queries, "FEW", few)
        rows = desk.queue(db, make.dispatcher(), queries.Filters(words=words)).rows
        assert bool(rows) is found


def test_search_by_number(db, monkeypatch):
    order = make.order()
    make.order()
    named = (str(order.id), f"№{order.id}", f"# {order.id}")
    for words, few in product(named, (5000, 0)):
        monkeypatch.setattr(queries, "FEW", few)
        rows = desk.queue(db, make.dispatcher(), queries.Filters(words=words)).rows
        assert [row.id for row in rows] == [order.id]


def test_history_is_public_or_for_staff(db):
    """I-23: the resident's history leaves out what is the desk's own business."""
    dispatcher, executor = make.dispatcher(), make.executor()
    order = make.order()
    orders.assign(dispatcher, order.id, executor_id=executor.id)
    orders.assign(dispatcher, order.id, executor_id=None)
    staff = [event.icon for event in queries.history(db, order, staff=True)]
    resident = [event.icon for event in queries.history(db, order, staff=False)]
    assert staff == ["plus", "user-check", "user-minus"]
    assert resident == ["plus", "user-check"]
