"""A model-based walk through the flow of appointments: whatever is pressed by whomever, in any order and at any time,
each of two appointments for one time stands where the table says, one at most holds the time, the journal explains it.
Each is of its client's package: what is used of that is what the appointment holds.
"""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app import clock, policy
from app.actions import appointment_timers, appointments
from app.errors import AtriumError, Forbidden, IllegalMove, Invalid, NotFound, Taken
from app.extensions import db
from app.flows import APPOINTMENT, APPOINTMENT_STATUSES, By
from models import Appointment, ClientPackage, Entry
from tests import factories as make

MOVES = st.sampled_from(sorted(set(APPOINTMENT.moves) - {"crowd_out"}))
PEOPLE = st.sampled_from(["client", "provider", "stranger", "system"])
WHICH = st.sampled_from([0, 1])
HOLDING = {"agreed", "held", "missed"}


class Walk(RuleBasedStateMachine):
    """The model: two requests for one time at a provider whose requests do not hold it."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = dt.timedelta()
        self.undo = ExitStack()
        patch = self.undo.enter_context(pytest.MonkeyPatch.context())
        real = clock.now
        patch.setattr(clock, "now", lambda: real() + self.shift)
        provider = make.specialist(holds_requests="")
        clients = [make.client_of(provider), make.client_of(provider, make.resident("Пётр", "Второй"))]
        at = make.free(provider, 20)
        self.packages = [make.sold(client, sessions="2").id for client in clients]
        made = [
            make.appointment(client, at, package_id=package)
            for client, package in zip(clients, self.packages, strict=True)
        ]
        self.numbers = [one.id for one in made]
        self.starts, self.ends = made[0].starts_at, made[0].ends_at
        self.people = [
            {
                "client": client.user,
                "provider": provider.owner,
                "stranger": make.operator(),
                "system": policy.SYSTEM,
            }
            for client in clients
        ]
        self.status = ["requested", "requested"]
        self.back = [False, False]
        self.last: list[tuple[str, int | None]] = [("", None), ("", None)]
        self.steps = [0, 0]

    def teardown(self) -> None:
        self.undo.close()

    @rule(which=WHICH, name=MOVES, who=PEOPLE, comment=st.sampled_from(["", "Потому что"]))
    def press(self, which: int, name: str, who: str, comment: str) -> None:
        move, actor = APPOINTMENT.moves[name], self.people[which][who]
        if who == "system":
            comment = ""
        again = move.target.name == self.status[which] and self.last[which] == (move.kind, actor.id)
        expected = None if again else self._refusal(which, name, who, comment)
        if who == "stranger":
            expected = NotFound
        if expected:
            with pytest.raises(expected):
                appointments.move(actor, self.numbers[which], name, comment=comment)
            db.session.rollback()
            return
        appointments.move(actor, self.numbers[which], name, comment=comment)
        if not again:
            self._moved(which, move.target.name, (move.kind, actor.id), returns=move.returns)

    def _refusal(self, which: int, name: str, who: str, comment: str) -> type[AtriumError] | None:
        move = APPOINTMENT.moves[name]
        whose = {"client": By.AUTHOR, "provider": By.STAFF, "system": By.SYSTEM}.get(who)
        begun = self.starts <= clock.now()
        other = self.status[1 - which]
        for wrong, error in (
            (move.by is not whose, Forbidden),
            (not move.starts_from(self.status[which]), IllegalMove),
            (move.packed is False, IllegalMove),
            (move.returns and self.back[which], IllegalMove),
            (move.afterwards and not begun, IllegalMove),
            (name in ("accept", "cancel") and begun, IllegalMove),
            (move.needs_comment and not comment, Invalid),
            (name == "accept" and other in HOLDING, Taken),
        ):
            if wrong:
                return error
        return None

    def _moved(self, which: int, status: str, last: tuple[str, int | None], *, returns: bool = False) -> None:
        self.status[which], self.last[which] = status, last
        self.back[which] = returns or status in ("declined", "called_off")
        self.steps[which] += 1
        if status == "agreed" and self.status[1 - which] == "requested":
            self._moved(1 - which, "declined", ("appointment.crowded_out", None))

    @rule(hours=st.sampled_from([1, 30, 200]))
    def time_passes(self, hours: int) -> None:
        self.shift += dt.timedelta(hours=hours)
        now = clock.now()
        appointment_timers.remind_due()
        appointment_timers.lapse_due()
        appointment_timers.expire_due()
        for which in (0, 1):
            if self.status[which] == "requested" and self.starts <= now:
                self._moved(which, "declined", ("appointment.lapsed", None))
            elif self.status[which] == "agreed" and self.ends <= now - dt.timedelta(hours=24):
                self._moved(which, "held", ("appointment.expired", None))

    @invariant()
    def stands_where_the_model_says(self) -> None:
        db.session.expire_all()
        found = [db.session.get(Appointment, number) for number in self.numbers]
        assert [one.status for one in found] == self.status
        assert [one.booking.active for one in found] == [status in HOLDING for status in self.status]
        assert [one.closed_at is not None for one in found] == [
            APPOINTMENT_STATUSES[status].final for status in self.status
        ]
        assert sum(one.booking.active for one in found) <= 1

    @invariant()
    def what_is_used_is_what_they_hold(self) -> None:
        """I-19: requested, agreed, held, missed hold a session; what was declined, called off, or missed and forgiven
        has given it back."""
        used = [db.session.get(ClientPackage, number).used for number in self.packages]
        assert used == [int(not back) for back in self.back]
        assert [db.session.get(Appointment, number).session_back for number in self.numbers] == self.back

    @invariant()
    def the_journal_explains_it(self) -> None:
        for which, number in enumerate(self.numbers):
            changes = db.session.execute(
                select(Entry.data["from"].astext, Entry.data["to"].astext)
                .where(Entry.subject == f"appointment:{number}", Entry.data.has_key("to"))
                .order_by(Entry.id)
            ).all()
            assert len(changes) == self.steps[which]
            status = "requested"
            for before, after in changes:
                assert before == status
                status = after
            assert status == self.status[which]


def test_any_walk_through_the_flow(app):
    """S2-23, S2-26..S2-33, D-17, I-3."""
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
