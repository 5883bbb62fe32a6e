"""Who is on duty: the week, and who stands in for whom. Who is told of a call of help asks app/queries/duty.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, journal
from app.actions.base import action
from app.errors import Invalid, NotFound
from app.extensions import db
from app.permissions import P
from app.policy import Actor, can, holders, require
from models import DutySlot, Handover, Place, User

_LONGEST_HANDOVER = dt.timedelta(days=31)
_DAY = 24 * 60


# --- the week -----------------------------------------------------------------------------------------------------


@action
def add(
    actor: Actor,
    user_id: int | None,
    place_id: int | None,
    *,
    weekdays: Collection[int],
    starts: str,
    ends: str,
) -> list[DutySlot]:
    """Somebody is on duty each of these weekdays (0 is Monday) from `starts` to `ends` («08:00»); an end not after the
    start is on the next day. Without a place: for the whole location. Raises Forbidden, Invalid."""
    require(db.session, actor, P.SOS_MANAGE)
    wrong: dict[str, object] = {}
    begin, end = _minutes(starts), _minutes(ends)
    if user_id is None or user_id not in holders(db.session, P.SOS_RESPOND):
        wrong["user"] = _("Choose somebody who responds to calls for help.")
    if place_id is not None and db.session.get(Place, place_id) is None:
        wrong["place"] = _("There is no such place.")
    days = sorted({day for day in weekdays if 0 <= day <= 6})
    if not days:
        wrong["weekdays"] = _("Choose at least one day.")
    if begin is None or begin == _DAY:
        wrong["starts"] = _("Please enter a time, for example 08:00.")
    if end is None:
        wrong["ends"] = _("Please enter a time, for example 20:00.")
    if wrong or user_id is None or begin is None or end is None:
        raise Invalid(wrong)
    end = _DAY if end == 0 else end  # till midnight
    made = [
        DutySlot(user_id=user_id, place_id=place_id, weekday=day, starts=begin, ends=end)
        for day in days
        if not _is_there(user_id, place_id, day, begin, end)
    ]
    if not made:
        raise Invalid({"starts": _("This person is on duty at that time already.")})
    db.session.add_all(made)
    _record(actor, "added", made[0], days)
    return made


def _minutes(text: str) -> int | None:
    """«08:30» → minutes of the day, «24:00» too; None for what is no time."""
    hours, _colon, minutes = text.strip().partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and len(hours) <= 2 and len(minutes) == 2):
        return None
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= _DAY else None


def _is_there(user_id: int, place_id: int | None, day: int, begin: int, end: int) -> bool:
    same = (
        DutySlot.user_id == user_id,
        DutySlot.weekday == day,
        DutySlot.starts == begin,
        DutySlot.ends == end,
    )
    where = DutySlot.place_id.is_(None) if place_id is None else DutySlot.place_id == place_id
    return db.session.scalar(select(DutySlot.id).where(*same, where).limit(1)) is not None


@action
def remove(actor: Actor, slot_id: int) -> None:
    """Take a slot out of the week. Raises Forbidden, NotFound."""
    require(db.session, actor, P.SOS_MANAGE)
    slot = db.session.get(DutySlot, slot_id)
    if slot is None:
        raise NotFound
    _record(actor, "removed", slot, [slot.weekday])
    db.session.delete(slot)


def _record(actor: Actor, what: str, slot: DutySlot, days: list[int]) -> None:
    person = db.session.get(User, slot.user_id)
    place = db.session.get(Place, slot.place_id) if slot.place_id else None
    journal.write(
        db.session,
        "duty.changed",
        actor,
        "duty:week",
        ["sos"],
        what=what,
        person=person.name if person else "",
        place=place.name if place else "",
        hours=f"{clock_text(slot.starts)}–{clock_text(slot.ends)}",
        days=days,
    )


def clock_text(minutes: int) -> str:
    """510 → «08:30»."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


# --- handovers ----------------------------------------------------------------------------------------------------


@action
def hand_over(
    actor: User,
    from_id: int | None,
    to_id: int | None,
    *,
    starts_at: dt.datetime | None,
    ends_at: dt.datetime | None,
    note: str = "",
) -> Handover:
    """Somebody stands in for another for a time: everybody for himself, managers for all. Raises Forbidden, Invalid."""
    if from_id != actor.id:
        require(db.session, actor, P.SOS_MANAGE)
    made = _checked(from_id, to_id, starts_at, ends_at)
    made.note = note.replace("\0", "").strip()[:300]
    # Whoever hands over twice at once waits here.
    db.session.execute(select(User.id).where(User.id == from_id).with_for_update())
    overlaps = select(Handover.id).where(
        Handover.from_id == from_id, Handover.starts_at < made.ends_at, Handover.ends_at > made.starts_at
    )
    if db.session.scalar(overlaps.limit(1)):
        raise Invalid({"starts_at": _("In this time the duty is handed over already.")})
    db.session.add(made)
    db.session.flush()
    _record_handover(actor, "handed", made)
    return made


def _checked(
    from_id: int | None, to_id: int | None, starts_at: dt.datetime | None, ends_at: dt.datetime | None
) -> Handover:
    able = holders(db.session, P.SOS_RESPOND)
    wrong: dict[str, object] = {}
    if from_id not in able:
        wrong["from"] = _("Choose somebody who responds to calls for help.")
    if to_id not in able:
        wrong["to"] = _("Choose somebody who responds to calls for help.")
    elif to_id == from_id:
        wrong["to"] = _("Choose somebody else.")
    wrong |= _span_problems(starts_at, ends_at)
    if wrong:
        raise Invalid(wrong)
    return Handover(from_id=from_id, to_id=to_id, starts_at=starts_at, ends_at=ends_at)


def _span_problems(starts_at: dt.datetime | None, ends_at: dt.datetime | None) -> dict[str, object]:
    if starts_at is None:
        return {"starts_at": _("Please enter a day and a time.")}
    if ends_at is None:
        return {"ends_at": _("Please enter a day and a time.")}
    if ends_at <= starts_at:
        return {"ends_at": _("The end has to be after the beginning.")}
    if ends_at <= clock.now():
        return {"ends_at": _("This is in the past.")}
    if ends_at - starts_at > _LONGEST_HANDOVER:
        return {"ends_at": _("At most %(number)s days.", number=_LONGEST_HANDOVER.days)}
    return {}


@action
def take_back(actor: User, handover_id: int) -> None:
    """End a handover: one that has begun ends now, one to come is gone. By either of the two, or a manager. Raises
    NotFound."""
    found = db.session.get(Handover, handover_id, with_for_update=True)
    now = clock.now()
    if found is None or found.ends_at <= now:
        raise NotFound
    if actor.id not in (found.from_id, found.to_id) and not can(db.session, actor, P.SOS_MANAGE):
        raise NotFound
    _record_handover(actor, "taken_back", found)
    if found.starts_at < now:
        found.ends_at = now
    else:
        db.session.delete(found)


def _record_handover(actor: Actor, what: str, handover: Handover) -> None:
    people = {
        person.id: person.name
        for person in db.session.scalars(
            select(User).where(User.id.in_((handover.from_id, handover.to_id)))
        ).unique()
    }
    journal.write(
        db.session,
        "duty.changed",
        actor,
        "duty:week",
        ["sos", f"user:{handover.from_id}", f"user:{handover.to_id}"],
        what=what,
        person=people[handover.from_id],
        to=people[handover.to_id],
        starts_at=handover.starts_at.isoformat(timespec="minutes"),
        ends_at=handover.ends_at.isoformat(timespec="minutes"),
    )
