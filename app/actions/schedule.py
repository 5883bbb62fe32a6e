"""When a specialist is there: regular hours, holidays, vacations, absences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise
from uuid import UUID

from flask_babel import gettext as _

from app import clock
from app.actions import fields, presses, providers
from app.actions.base import action, many
from app.errors import Forbidden, Invalid, NotFound
from app.extensions import db
from app.policy import Actor, load_practice, load_specialist
from models import Absence, AbsenceKind, Hours, Specialist

#: Regular stretches of one day, and days of one absence, at most.
MOST_A_DAY = 6
LONGEST = 366
#: Absences of a provider that are not over, at most.
MOST = 500
#: A weekday (0 is Monday), from and to in minutes of the day.
Stretch = tuple[int, int, int]


@action
def set_hours(actor: Actor, specialist_id: int, week: Iterable[Stretch]) -> Specialist:
    """A specialist's regular hours as a whole. Raises Invalid with a field per weekday («0»), NotFound."""
    specialist, practice = load_specialist(db.session, actor, specialist_id)
    found = sorted(set(week))
    errors: dict[str, object] = {}
    for day in range(7):
        own = [(start, end) for weekday, start, end in found if weekday == day]
        if len(own) > MOST_A_DAY:
            errors[str(day)] = _("At most %(number)s times a day.", number=MOST_A_DAY)
        elif any(not 0 <= start < end <= 1440 for start, end in own):
            errors[str(day)] = _("The end must be later than the beginning.")
        elif any(before[1] > after[0] for before, after in pairwise(own)):
            errors[str(day)] = _("These times overlap.")
    if errors or any(not 0 <= day <= 6 for day, _start, _end in found):
        raise Invalid(errors)
    specialist.hours = [Hours(weekday=day, start=start, end=end) for day, start, end in found]
    providers.record(practice.provider, "hours.changed", actor, name=specialist.name)
    return specialist


@action
def add_absence(
    actor: Actor,
    provider_id: int,
    *,
    specialist_id: int | None,
    starts: dt.datetime,
    ends: dt.datetime,
    kind: str = AbsenceKind.ABSENCE,
    reason: str = "",
    form_key: UUID | None = None,
) -> Absence:
    """Somebody is away, or with None everybody, between two wall-clock times of the provider's zone. Appointments in it
    stay until they are moved or refused (`queries.away.affected`). A form that is sent again gives what it made
    before. Raises Invalid, Forbidden (everybody's are the owner's), NotFound."""
    if specialist_id is None:
        practice = load_practice(db.session, actor, provider_id, manage=True)
    else:
        specialist, practice = load_specialist(db.session, actor, specialist_id)
        if specialist.provider_id != provider_id:
            raise NotFound
    press = presses.press(actor, form_key, Absence, provider_id, specialist_id, starts, ends, kind, reason)
    if before := press.made_before():
        return before
    errors: dict[str, object] = {}
    today = clock.now().astimezone(clock.zone(practice.provider.timezone)).replace(tzinfo=None)
    if starts >= ends:
        errors["ends"] = _("The end must be later than the beginning.")
    elif ends <= today:
        errors["ends"] = _("This is over already.")
    elif ends - starts > dt.timedelta(days=LONGEST):
        errors["ends"] = _("At most %(number)s days at once.", number=LONGEST)
    elif many(Absence, Absence.provider_id == provider_id, Absence.ends > today) >= MOST:
        errors["ends"] = _("%(number)s days off are entered already. Remove some of them first.", number=MOST)
    if kind not in list(AbsenceKind):
        errors["kind"] = _("Please choose from the list.")
    reason = fields.line(reason, "reason", errors, most=200)
    if errors:
        raise Invalid(errors)
    absence = Absence(
        provider_id=provider_id,
        specialist_id=specialist_id,
        kind=kind,
        starts=starts,
        ends=ends,
        reason=reason,
    )
    db.session.add(absence)
    db.session.flush()
    providers.record(
        practice.provider, "absence.added", actor, starts=starts.isoformat(), ends=ends.isoformat()
    )
    return press.made(absence)


def load_absence(actor: Actor, absence_id: int) -> Absence:
    """An absence that the actor may change. Raises NotFound, Forbidden."""
    absence = db.session.get(Absence, absence_id) if absence_id < 2**31 else None
    if absence is None:
        raise NotFound
    practice = load_practice(db.session, actor, absence.provider_id)
    if not practice.owner and (practice.me is None or absence.specialist_id != practice.me.id):
        raise Forbidden
    return absence


@action
def remove_absence(actor: Actor, absence_id: int) -> None:
    """He is there after all. Raises NotFound, Forbidden."""
    absence = load_absence(actor, absence_id)
    practice = load_practice(db.session, actor, absence.provider_id)
    db.session.delete(absence)
    providers.record(practice.provider, "absence.removed", actor, starts=absence.starts.isoformat())
