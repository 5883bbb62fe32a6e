"""Who sees which orders, threads, files; who hears what (I-22)."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest

from app import policy
from app.actions import chat, files, orders
from app.errors import Forbidden, NotFound
from app.permissions import EMPLOYEE, EVENT_MANAGER, GUARD, OPERATOR, RENTAL_MANAGER, P
from app.policy import SYSTEM
from tests import factories as make


@pytest.fixture
def cast(app):
    """An order with everybody who might look at it."""
    executor, other = make.executor(), make.executor("Чужой", "Монтёр")
    author = make.resident()
    company = make.company(members=(author,))
    people = {
        "author": author,
        "neighbour": make.resident("Сосед", "Соседов"),
        "colleague": make.user("Коллега", "Коллегин", roles=(EMPLOYEE,)),
        "tenant_admin": make.tenant_admin(company),
        "foreign_admin": make.tenant_admin(make.company()),
        "executor": executor,
        "other_executor": other,
        "dispatcher": make.dispatcher(),
        "rental": make.user("Рената", "Арендная", roles=(RENTAL_MANAGER,)),
        "events": make.user("Ева", "Событиева", roles=(EVENT_MANAGER,)),
        "guard": make.user("Глеб", "Охранин", roles=(GUARD,)),
        "operator": make.user("Оля", "Системная", roles=(OPERATOR,)),
    }
    people["order"] = make.order(author, make.service(team=make.team(executor)))
    return people


SEES = {"author", "tenant_admin", "executor", "dispatcher", "rental", "operator"}
SERVES = {"executor", "dispatcher", "rental", "operator"}
EVERYBODY = SEES | {"neighbour", "colleague", "foreign_admin", "other_executor", "events", "guard"}


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_who_sees_an_order(db, cast, who):
    person, order = cast[who], cast["order"]
    if who in SEES:
        assert policy.load_order(db, person, order.id).id == order.id
        assert policy.load_talk(db, person, order.thread_id).owner.id == order.id
        assert policy.rooms_for(db, person, order.subject)[0] == order.subject
    else:
        for call in (
            lambda: policy.load_order(db, person, order.id),
            lambda: policy.load_talk(db, person, order.thread_id),
            lambda: policy.rooms_for(db, person, order.subject),
            lambda: chat.post(person, order.thread_id, "Привет", uuid4()),
            lambda: orders.move(person, order.id, "close"),
        ):
            with pytest.raises(NotFound):
                call()


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_internal_notes_are_the_staffs(db, cast, who):
    """A resident can never receive them: no page, no room, not even the author."""
    person, order = cast[who], cast["order"]
    if who in SERVES:
        assert chat.post(person, order.notes_id, "Ключ у охраны", uuid4()).number == 1
        assert f"staff-{order.subject}" in policy.rooms_for(db, person, order.subject)
    else:
        with pytest.raises(NotFound):
            policy.load_talk(db, person, order.notes_id)
        with pytest.raises(NotFound):
            chat.post(person, order.notes_id, "Ключ у охраны", uuid4())
        if who in SEES:
            assert policy.rooms_for(db, person, order.subject) == [order.subject]


def test_an_onlooker_reads_and_does_not_write(db, cast):
    """A tenant administrator sees the company's orders; the talk is between the orderer and the staff."""
    order, person = cast["order"], cast["tenant_admin"]
    with pytest.raises(Forbidden):
        chat.post(person, order.thread_id, "Привет", uuid4())
    with pytest.raises(Forbidden):
        orders.move(person, order.id, "cancel")
    assert policy.moves(db, person, order) == []


def test_files_go_with_what_they_belong_to(app, db, cast):
    order, author = cast["order"], cast["author"]
    file = files.upload(author, app.extensions["storage"], io.BytesIO(b"%PDF-1.4 x"), "план.pdf")
    assert policy.load_file(db, author, file.id) is file
    with pytest.raises(NotFound):  # a draft is its owner's, whatever rights others have
        policy.load_file(db, cast["operator"], file.id)
    chat.post(author, order.thread_id, "", uuid4(), [file.id])
    assert policy.load_file(db, cast["executor"], file.id) is file
    with pytest.raises(NotFound):
        policy.load_file(db, cast["neighbour"], file.id)
    note = files.upload(cast["executor"], app.extensions["storage"], io.BytesIO(b"%PDF-1.4 x"), "смета.pdf")
    chat.post(cast["executor"], order.notes_id, "", uuid4(), [note.id])
    with pytest.raises(NotFound):
        policy.load_file(db, author, note.id)


def test_the_desk_is_for_staff(db, cast):
    for who in ("author", "tenant_admin"):
        with pytest.raises(NotFound):
            policy.rooms_for(db, cast[who], "desk")
    assert policy.rooms_for(db, cast["dispatcher"], "desk") == ["desk"]
    assert policy.rooms_for(db, cast["executor"], "desk") == [f"team:{cast['order'].team_id}"]
    assert policy.rooms_for(db, cast["guard"], "desk") == []


def test_who_runs_a_company_hears_of_its_orders(db, cast):
    """I-22: the list of the company's orders is live."""
    company = cast["order"].company_id
    assert policy.rooms_for(db, cast["tenant_admin"], "company") == [f"company:{company}"]
    assert f"company:{company}" in orders.rooms(cast["order"])
    assert company not in policy.companies_of(db, cast["foreign_admin"])
    for who in ("author", "colleague", "executor", "operator"):
        assert not policy.companies_of(db, cast[who])
        with pytest.raises(NotFound):
            policy.rooms_for(db, cast[who], "company")


@pytest.mark.parametrize(
    "subject", ["", "user:1", "order:", "order:x", "staff-order:1", "order:999999", "settings"]
)
def test_nobody_subscribes_to_anything_else(db, cast, subject):
    with pytest.raises(NotFound):
        policy.rooms_for(db, cast["operator"], subject)


def test_the_own_order_is_never_served_as_staff(db):
    """A dispatcher who orders for himself confirms as a resident."""
    dispatcher = make.dispatcher()
    order = make.order(dispatcher)
    assert {move.by for move in policy.moves(db, dispatcher, order)} == {"author"}


def test_a_blocked_person_has_no_right(db):
    person = make.operator(active=False)
    assert policy.rights(db, person) == frozenset()
    assert policy.rights(db, SYSTEM) == frozenset(P)
