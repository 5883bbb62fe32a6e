"""A model-based walk through calls of help with two responders: whatever is pressed by whomever, in any order, at any
hour, the alarm stands where the furthest of those who go does, and is not silent before somebody has accepted."""

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
from app.actions import alarms, telling
from app.errors import Forbidden, IllegalMove, Invalid, NotFound, Stale
from app.extensions import db
from app.flows import SOS, STATUSES
from app.permissions import GUARD
from models import Alarm, Entry, Order, Receipt
from tests import factories as make

STAGES = ("new", "accepted", "on_way", "on_site")
OF = {"accept": 1, "join": 1, "set_off": 2, "arrive": 3}
MOVES = st.sampled_from(sorted(SOS.moves))
PEOPLE = st.sampled_from(["author", "one", "two", "neighbour"])


class Walk(RuleBasedStateMachine):
    """The model: for each responder how far he is (0: does not go), the end, presses, whether it sounds and till when
    it is quiet."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = dt.timedelta()
        self.undo = ExitStack()
        patch = self.undo.enter_context(pytest.MonkeyPatch.context())
        real = clock.now
        patch.setattr(clock, "now", lambda: real() + self.shift)
        self.people = {
            "author": make.resident(),
            "one": make.user("Николай", "Багров", roles=(GUARD,)),
            "two": make.user("Светлана", "Ершова", roles=(GUARD,)),
            "neighbour": make.resident("Сосед", "Соседов"),
        }
        self.begin()

    def begin(self) -> None:
        order = alarms.call(self.people["author"], uuid4())
        assert order.alarm_id
        self.alarm_id = order.alarm_id
        self.stage = {"one": 0, "two": 0}
        self.left: set[str] = set()
        self.end, self.result, self.presses, self.sounds = "", "", 1, True

    def teardown(self) -> None:
        # What is left open would be escalated in the walks to come.
        if not self.end:
            alarms.move(self.people["author"], self.alarm_id, "cancel")
        self.undo.close()

    @property
    def status(self) -> str:
        return self.end or STAGES[max(self.stage.values())]

    # --- what may happen ------------------------------------------------------------------------------------------

    @rule()
    def press(self) -> None:
        late = self.alarm.due_at <= clock.now()
        order = alarms.call(self.people["author"], uuid4())
        if self.end:
            alarms.move(self.people["author"], order.alarm_id, "cancel")
            self.begin()
            return
        assert order.alarm_id == self.alarm_id
        self.presses += 1
        if late or self.status == "on_site":
            self.sounds = True

    @rule(name=MOVES, who=PEOPLE, comment=st.sampled_from(["", "Открыли лифт"]))
    def move(self, name: str, who: str, comment: str) -> None:
        expected = self.expected(name, who, comment)
        if expected:
            with pytest.raises(expected):
                alarms.move(self.people[who], self.alarm_id, name, comment=comment)
            return
        there = self.again(name, who, comment)
        alarms.move(self.people[who], self.alarm_id, name, comment=comment)
        if not there:
            self.follow(name, who, comment)

    def expected(
        self, name: str, who: str, comment: str
    ) -> type[Exception] | tuple[type[Exception], ...] | None:
        step = SOS.moves[name]
        if who == "neighbour":
            return NotFound
        if (who == "author") is not (name in ("close", "cancel")):
            return Forbidden
        if self.again(name, who, comment):
            return None
        if self.end or not self.may(name, who):
            return (Stale, IllegalMove)
        return Invalid if step.needs_comment and not comment else None

    def again(self, name: str, who: str, comment: str) -> bool:
        """Whether this press changes nothing: the person is there already."""
        if SOS.moves[name].target.final:
            return self.end == SOS.moves[name].target.name and self.result == comment
        if self.end:
            return False
        mine = self.stage[who]
        if name == "release":
            return mine == 0 and who in self.left
        if name in ("set_off", "arrive"):
            # Who is there has been on the way only if he said so.
            return mine > 0 and name in self.done[who] and not (name == "arrive" and self.sounds)
        return mine > 0

    def may(self, name: str, who: str) -> bool:
        if not SOS.moves[name].starts_from(self.status):
            return False
        mine = self.stage.get(who, 0)
        if name == "set_off":
            return 0 < mine < 3
        if name == "release":
            return mine > 0
        if name == "arrive":
            return 0 < mine < 3 or (mine == 3 and self.sounds)
        return mine == 0 if name in ("accept", "join") else True

    def follow(self, name: str, who: str, comment: str) -> None:
        if SOS.moves[name].target.final:
            self.end, self.result, self.sounds = SOS.moves[name].target.name, comment, False
            return
        if name == "release":
            self.stage[who] = 0
            self.left.add(who)
        else:
            self.stage[who] = OF[name]
            self.left.discard(who)
        self.sounds = self.status == "new"

    @property
    def done(self) -> dict[str, set[str]]:
        """What each responder has said so far, from the rows: the model keeps only how far he is."""
        rows = {row.user_id: row for row in self.alarm.responders if row.left_at is None}
        found: dict[str, set[str]] = {}
        for who in self.stage:
            row = rows.get(self.people[who].id)
            said = {"set_off"} if row and row.on_way_at else set()
            found[who] = said | ({"arrive"} if row and row.on_site_at else set())
        return found

    @rule(seconds=st.sampled_from([1, 31, 121, 400]))
    def time_passes(self, seconds: int) -> None:
        self.shift += dt.timedelta(seconds=seconds)
        alarm = self.alarm
        due = alarm.step_at is not None and alarm.step_at <= clock.now()
        telling.escalate_due()
        if due and not self.end:
            self.sounds = True

    # --- what always holds ----------------------------------------------------------------------------------------

    @property
    def alarm(self) -> Alarm:
        found = db.session.get(Alarm, self.alarm_id, populate_existing=True)
        assert found is not None
        return found

    @invariant()
    def it_stands_where_the_model_says(self) -> None:
        alarm = self.alarm
        assert alarm.status == self.status
        assert (alarm.closed_at is not None) == bool(self.end) == STATUSES[alarm.status].final
        assert alarm.sounding == self.sounds

    @invariant()
    def it_is_never_forgotten(self) -> None:
        """Until somebody is there it sounds, or a moment is set at which it will."""
        alarm = self.alarm
        if not self.end and (self.sounds or self.status != "on_site"):
            assert alarm.step_at is not None

    @invariant()
    def every_press_is_an_order_that_goes_along(self) -> None:
        rows = db.session.execute(select(Order.status).where(Order.alarm_id == self.alarm_id)).scalars().all()
        assert list(rows) == [self.status] * self.presses
        assert self.alarm.calls == self.presses

    @invariant()
    def it_was_told_before_it_was_accepted(self) -> None:
        told = select(Receipt.user_id).where(Receipt.alarm_id == self.alarm_id)
        assert set(db.session.scalars(told)) >= {self.people["one"].id, self.people["two"].id}
        first = (
            select(Entry.kind).where(Entry.subject == f"alarm:{self.alarm_id}").order_by(Entry.id).limit(2)
        )
        assert db.session.scalars(first).all() == ["sos.called", "sos.told"]

    @invariant()
    def buttons_are_what_the_server_accepts(self) -> None:
        for who, person in self.people.items():
            if who == "neighbour":
                continue
            shown = {step.name for step in policy.alarm_moves(db.session, person, self.alarm)}
            for name in SOS.moves:
                if name in shown:
                    assert self.expected(name, who, "x") is None


def test_walk_of_calls_for_help(app):
    """D-11, D-12, S1-11, S1-12."""
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
