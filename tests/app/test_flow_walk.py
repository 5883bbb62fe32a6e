"""A model-based walk through the flow of SIMPLE and REQUEST: whatever is pressed by whomever, in any order, the order
stands where the table says, and its journal explains how it came there."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app import clock, policy
from app.actions import chat, orders
from app.errors import AtriumError, Forbidden, IllegalMove, Invalid, NotFound
from app.extensions import db
from app.flows import STATUSES, WORK, By
from models import Entry, Message, Order
from tests import factories as make

#: Pressed at random: every move of the table by every kind of person.
MOVES = st.sampled_from(sorted(WORK.moves))
PEOPLE = st.sampled_from(["author", "executor", "dispatcher", "neighbour", "system"])


class Walk(RuleBasedStateMachine):
    """The model: a status, whether the resident waits for an answer, when the order completes by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = dt.timedelta()
        self.undo = ExitStack()
        patch = self.undo.enter_context(pytest.MonkeyPatch.context())
        real = clock.now
        patch.setattr(clock, "now", lambda: real() + self.shift)
        executor = make.executor()
        self.people = {
            "author": make.resident(),
            "executor": executor,
            "dispatcher": make.dispatcher(),
            "neighbour": make.resident("Сосед", "Соседов"),
            "system": policy.SYSTEM,
        }
        self.order = make.order(self.people["author"], make.service(team=make.team(executor)))
        self.status, self.waiting, self.last = "new", False, ("order.placed", self.people["author"].id)
        self.steps = 0

    def teardown(self) -> None:
        self.undo.close()

    @rule(name=MOVES, who=PEOPLE, comment=st.sampled_from(["", "Потому что"]))
    def press(self, name: str, who: str, comment: str) -> None:
        move, actor = WORK.moves[name], self.people[who]
        if who == "system":
            comment = ""  # the timers have nothing to say
        whose = {"author": By.AUTHOR, "executor": By.STAFF, "dispatcher": By.STAFF, "system": By.SYSTEM}.get(
            who
        )
        again = move.target.name == self.status and self.last == (move.kind, actor.id)
        expected: type[AtriumError] | None = None
        if who == "neighbour":
            expected = NotFound
        elif again:
            expected = None
        elif move.by is not whose or (name == "reject" and who == "executor"):
            expected = Forbidden
        elif not move.starts_from(self.status):
            expected = IllegalMove
        elif move.needs_comment and not comment:
            expected = Invalid
        if expected:
            with pytest.raises(expected):
                orders.move(actor, self.order.id, name, comment=comment)
            return
        orders.move(actor, self.order.id, name, comment=comment)
        if again:
            return
        self.steps += 1
        self.status, self.last = move.target.name, (move.kind, actor.id)
        if move.target.final:
            self.waiting = False
        if comment and not move.needs_comment:
            self.waiting = who == "author"

    @rule(who=st.sampled_from(["author", "executor", "dispatcher"]))
    def write(self, who: str) -> None:
        chat.post(self.people[who], self.order.thread_id, f"Сообщение от {who}", uuid4())
        self.waiting = who == "author"

    @rule(hours=st.sampled_from([1, 30, 73]))
    def time_passes(self, hours: int) -> None:
        self.shift += dt.timedelta(hours=hours)
        self.order = db.session.get(Order, self.order.id)
        due = self.order.completes_at is not None and self.order.completes_at <= clock.now()
        orders.expire_due()  # may also close what earlier walks have left behind
        if due and not self.waiting:
            self.steps += 1
            self.status, self.last = "completed", ("order.expired", None)

    @invariant()
    def stands_where_the_model_says(self) -> None:
        order = db.session.get(Order, self.order.id)
        assert order.status == self.status
        assert (order.closed_at is not None) == STATUSES[self.status].final
        assert (order.waiting_since is not None) == self.waiting
        assert (order.completes_at is not None) == (self.status == "done")

    @invariant()
    def the_journal_explains_it(self) -> None:
        changes = db.session.execute(
            select(Entry.data["from"].astext, Entry.data["to"].astext)
            .where(Entry.subject == f"order:{self.order.id}", Entry.data.has_key("to"))
            .order_by(Entry.id)
        ).all()
        assert len(changes) == self.steps
        status = "new"
        for before, after in changes:
            assert before == status
            status = after
        assert status == self.status

    @invariant()
    def messages_are_numbered_without_gaps(self) -> None:
        numbers = db.session.scalars(
            select(Message.number).where(Message.thread_id == self.order.thread_id).order_by(Message.number)
        ).all()
        assert list(numbers) == list(range(1, len(numbers) + 1))

    @invariant()
    def buttons_are_what_the_server_accepts(self) -> None:
        for who, person in self.people.items():
            if who not in ("neighbour", "system"):
                for move in policy.moves(db.session, person, self.order):
                    assert move.starts_from(self.status)


def test_walk_of_the_flow(app):
    """S0-55..S0-61, S0-65..S0-71, D-2, I-23."""
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
