"""The steps in which a call of help climbs, edited as a whole. They are taken in telling.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from app import journal
from app.actions.base import action
from app.errors import Invalid, Stale
from app.extensions import db
from app.permissions import P
from app.policy import Actor, require
from app.queries import duty
from models import AlarmStep, Audience, Channel

#: The channels that work today. The others come as rows of this table.
OFFERED = (Channel.SCREEN,)
MOST_STEPS = 10
#: Seconds of a step at most; the last one, which repeats, has duty.PAUSE at least.
LONGEST = 3600
#: Whoever saves the steps holds this lock until the commit: of two who save at once the second is told.
_SAVING = 20_260_105


@dataclass(frozen=True)
class Draft:
    """A step as it was typed."""

    audience: str
    channels: tuple[str, ...]
    after: str


@action
def set_steps(actor: Actor, drafts: Sequence[Draft], *, seen: str) -> None:
    """The escalation as a whole. `seen` is `mark()` of what the form was made of. Raises Forbidden, Stale, Invalid with
    fields named «0.after»."""
    require(db.session, actor, P.SOS_MANAGE)
    db.session.execute(select(func.pg_advisory_xact_lock(_SAVING)))
    if seen != mark(duty.steps(db.session)):
        raise Stale
    found = _checked(drafts)
    before = [_worded(step) for step in duty.steps(db.session)]
    db.session.execute(delete(AlarmStep))
    for position, step in enumerate(found, 1):
        db.session.add(
            AlarmStep(
                position=position, audience=step.audience, channels=list(step.channels), after=step.after
            )
        )
    journal.write(
        db.session,
        "duty.changed",
        actor,
        "duty:steps",
        ["sos"],
        what="steps",
        before=before,
        after=[_worded(step) for step in found],
    )


def mark(steps: Sequence[duty.Step]) -> str:
    """Differs when the steps do."""
    return ";".join(_worded(step) for step in steps)


def _worded(step: duty.Step) -> str:
    return f"{step.audience} {','.join(step.channels)} {step.after}"


def _checked(drafts: Sequence[Draft]) -> list[duty.Step]:
    wrong: dict[str, object] = {}
    found: list[duty.Step] = []
    if not drafts:
        raise Invalid(text=_("At least one step is needed: a call for help must reach somebody."))
    if len(drafts) > MOST_STEPS:
        raise Invalid(text=_("At most %(number)s steps.", number=MOST_STEPS))
    for number, draft in enumerate(drafts):
        last = number == len(drafts) - 1
        lowest = duty.PAUSE if last else 0
        after = int(draft.after) if draft.after.isdecimal() and len(draft.after) < 6 else -1
        if number == 0 and not last:
            after = 0  # the first step is taken at the press
        if not lowest <= after <= LONGEST:
            wrong[f"{number}.after"] = _("From %(low)s to %(high)s.", low=lowest, high=LONGEST)
        if draft.audience not in set(Audience):
            wrong[f"{number}.audience"] = _("Choose one of the list.")
        channels = tuple(channel for channel in OFFERED if channel in draft.channels)
        if not channels:
            wrong[f"{number}.channels"] = _("Choose at least one.")
        if not wrong:
            found.append(duty.Step(Audience(draft.audience), tuple(map(str, channels)), after))
    if wrong:
        raise Invalid(wrong)
    return found
