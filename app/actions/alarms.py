"""Calls for help: press, repeat, accept, go, arrive, finish. Who is told of them lives in telling.py, who is on duty in
duty.py, consoles speak in consoles.py.

An alarm is locked before its orders, and a person's calls come one after another (advisory lock): of twenty presses
each is kept, and all are one alarm.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from flask_babel import force_locale, get_babel
from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, settings
from app.actions import orders, telling
from app.actions.base import action
from app.errors import Forbidden, IllegalMove, Invalid, Stale
from app.extensions import db
from app.flows import ACCEPTED, NEW, ON_SITE, ON_WAY, SOS, STATUSES, Move
from app.policy import Actor, alarm_moves, alarm_side, load_alarm
from app.queries import alarms as queries
from app.queries import places
from models import (
    Alarm,
    FieldKind,
    Order,
    OrderKind,
    Responder,
    Thread,
    ThreadKind,
    User,
)

#: Whoever calls holds this lock, with the own number, until the commit.
_CALLING = 20_260_104
#: A press that a phone kept without a network counts from when it was made, if that is not longer ago.
_KEPT = dt.timedelta(days=1)
_MOST_WORDS = 2000
#: What the column of a place's whole name holds.
_LONGEST = 300
_STAGES = (NEW, ACCEPTED, ON_WAY, ON_SITE)


# --- calling ------------------------------------------------------------------------------------------------------


@action
def call(
    actor: User,
    key: UUID,
    *,
    place_id: int | None = None,
    words: str = "",
    pressed_at: dt.datetime | None = None,
    drill: bool = False,
) -> Order:
    """A press for help (S1-7, S1-11, S1-17, S1-21): an order of its own, in the caller's one open alarm. The same `key`
    again gives the order that it made before. Never refused: a place that is not there any more is left out.

    `pressed_at` is when it was pressed, by the phone; a moment that cannot be is taken for now.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(_CALLING, actor.id)))
    before = db.session.scalar(select(Order).where(Order.form_key == key, Order.author_id == actor.id))
    if before is not None:
        return before
    place = _where(place_id)
    now = clock.now()
    pressed = pressed_at if pressed_at and now - _KEPT <= pressed_at <= now else now
    alarm = _open_alarm(actor, drill=drill)
    first = alarm is None
    if alarm is None:
        alarm = Alarm(
            status=NEW.name, author_id=actor.id, drill=drill, pressed_at=pressed, called_at=now, calls=0
        )
    again = not first and _calls_again(alarm, place, now)
    alarm.calls += 1
    alarm.repeated_at = now
    if place.id is not None:
        alarm.place_id, alarm.place_name = place.id, place.name
    words = words.strip()[:_MOST_WORDS]
    alarm.words = words or alarm.words or ""
    alarm.due_at = now + dt.timedelta(minutes=places.sos_minutes(db.session, alarm.place_id))
    db.session.add(alarm)
    db.session.flush()
    order = _order(actor, alarm, key, place, words)
    db.session.flush()
    if first:
        alarm.lead_id = order.id
    orders.index(order, actor)
    said = {"order": order.id, "place": place.name, "words": words, "pressed_at": pressed.isoformat()}
    telling.record(alarm, "sos.called" if first else "sos.repeated", actor, **said)
    if first or again:
        alarm.step = 0
        telling.tell(alarm, now)
    return order


def _calls_again(alarm: Alarm, place: _Where, now: dt.datetime) -> bool:
    """Whether a further press sounds as the first one did: nobody has come in time (S1-12), whoever came is not enough
    or was there for an earlier call, or help is asked for elsewhere."""
    elsewhere = place.id is not None and alarm.place_id is not None and alarm.place_id not in place.within
    return not alarm.sounding and (alarm.status == ON_SITE.name or alarm.due_at <= now or elsewhere)


@action
def describe(
    actor: User, key: UUID, *, place: str, words: str, offered: dict[int, str], pressed_at: dt.datetime | None
) -> Order:
    """The form «Нужна помощь?» (S1-15..S1-17): both are required, and the place is one of those `offered`. Whoever has
    an open call may add the place alone. Raises Invalid with a message per field."""
    wrong: dict[str, object] = {}
    place_id = int(place) if place.isdecimal() and len(place) < 10 else 0
    if place_id not in offered:
        wrong["place"] = _("Choose where you are.")
    if not words.strip() and not _is_calling(actor):
        wrong["words"] = _("Describe what happened and what help is needed.")
    elif len(words.strip()) > _MOST_WORDS:
        wrong["words"] = _("At most %(number)s characters.", number=_MOST_WORDS)
    if wrong:
        raise Invalid(wrong)
    return call(actor, key, place_id=place_id, words=words, pressed_at=pressed_at)


def _is_calling(actor: User) -> bool:
    real = select(Alarm.id).where(
        Alarm.author_id == actor.id, Alarm.closed_at.is_(None), Alarm.drill.is_(False)
    )
    return db.session.scalar(real.limit(1)) is not None


@dataclass(frozen=True)
class _Where:
    """The place that a call names, as it is called now, and the ids of what it stands in, its own too; nothing if it
    names none, or one that is gone."""

    id: int | None = None
    name: str = ""
    within: frozenset[int] = frozenset()


def _where(place_id: int | None) -> _Where:
    way = places.way_up(db.session, place_id) if place_id is not None else []
    if not way:
        return _Where()
    return _Where(way[0].id, places.full_name(way)[:_LONGEST], frozenset(row.id for row in way))


def _open_alarm(actor: User, *, drill: bool) -> Alarm | None:
    alarm: Alarm | None = db.session.scalar(
        select(Alarm)
        .where(Alarm.author_id == actor.id, Alarm.drill.is_(drill), Alarm.closed_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return alarm


def _order(actor: User, alarm: Alarm, key: UUID, place: _Where, words: str) -> Order:
    # What is kept of an order is in the location's language, as names of services are.
    with force_locale(str(get_babel().default_locale)):
        title, label = _("Call for help"), _("What happened")
        if alarm.drill:
            title = _("Drill: call for help")
    answer = {"label": label, "kind": FieldKind.LONG_TEXT, "value": words, "text": words}
    order = Order(
        kind=OrderKind.SOS,
        status=alarm.status,
        title=title,
        alarm_id=alarm.id,
        place_id=place.id,
        place_name=place.name,
        author=actor,
        answers=[answer] if words else [],
        thread=Thread(kind=ThreadKind.ORDER),
        notes=Thread(kind=ThreadKind.NOTES),
        created_at=alarm.repeated_at,
        updated_at=alarm.repeated_at,
        form_key=key,
    )
    db.session.add(order)
    return order


# --- the stages ---------------------------------------------------------------------------------------------------


@action
def move(actor: Actor, alarm_id: int, name: str, *, comment: str = "") -> Alarm:
    """Press a button of an alarm: all its calls go together. Of two who press «Принять» the first one wins, the other
    is told who goes and may join. The same press again changes nothing.

    Raises NotFound, Forbidden, Stale (who was faster), IllegalMove, Invalid (a needed word is missing).
    """
    alarm = load_alarm(db.session, actor, alarm_id, lock=True)
    step = SOS.moves.get(name)
    if step is None:
        raise IllegalMove
    if alarm_side(db.session, actor, alarm) is not step.by:
        raise Forbidden
    mine = next((one for one in alarm.responders if one.user_id == actor.id and one.left_at is None), None)
    comment = comment.replace("\0", "").strip()
    if _done_before(alarm, step, mine, actor, comment):
        return alarm
    if step not in alarm_moves(db.session, actor, alarm):
        raise _too_late(alarm)
    if step.needs_comment and not comment:
        raise Invalid({"comment": _("Please say how it ended.")})
    if len(comment) > 1000:
        raise Invalid({"comment": _("At most %(number)s characters.", number=1000)})
    now = clock.now()
    if step.target.final:
        _close(alarm, step, comment, now)
    else:
        _go(alarm, step, actor, mine, now)
    telling.record(alarm, step.kind, actor, status=alarm.status, comment=comment)
    if step.name == "release" and alarm.status == NEW.name:
        telling.tell(alarm, now)
    return alarm


def _done_before(alarm: Alarm, step: Move, mine: Responder | None, actor: Actor, comment: str) -> bool:
    """Whether the actor is already where the step leads. Who is there says so anew when it sounds again."""
    reached = {
        "accept": mine is not None and alarm.status != NEW.name,
        "join": mine is not None,
        "set_off": mine is not None and mine.on_way_at is not None,
        "arrive": mine is not None and mine.on_site_at is not None and not alarm.sounding,
        "release": mine is None
        and any(one.user_id == actor.id and one.left_at is not None for one in alarm.responders),
    }
    if step.target.final:
        # Other words would be lost: who says them is told that the call is closed.
        return alarm.status == step.target.name and alarm.result == comment
    return reached.get(step.name, False) and not STATUSES[alarm.status].final


def _too_late(alarm: Alarm) -> Stale | IllegalMove:
    """Who was faster, in words."""
    names = ", ".join(one.user.name for one in queries.going(alarm))
    if STATUSES[alarm.status].final:
        return Stale(_("The call is closed: %(status)s.", status=STATUSES[alarm.status].label))
    if names:
        return Stale(_("%(names)s already responds. You may join.", names=names))
    return IllegalMove()


def _close(alarm: Alarm, step: Move, comment: str, now: dt.datetime) -> None:
    alarm.closed_at, alarm.result = now, comment
    alarm.sounding, alarm.step_at = False, None
    _stand(alarm, step.target.name, now, closed=True)


def _go(alarm: Alarm, step: Move, actor: Actor, mine: Responder | None, now: dt.datetime) -> None:
    """A responder's own step; the alarm stands where the furthest of those who go does."""
    if step.name in ("accept", "join"):
        db.session.execute(
            insert(Responder)
            .values(alarm_id=alarm.id, user_id=actor.id, accepted_at=now)
            .on_conflict_do_update(
                index_elements=["alarm_id", "user_id"],
                set_={"accepted_at": now, "left_at": None, "on_way_at": None, "on_site_at": None},
            )
        )
    elif mine is not None:
        if step.name == "release":
            mine.left_at = now
        if step.name == "set_off":
            mine.on_way_at = now
        if step.name == "arrive":
            mine.on_site_at = mine.on_site_at or now
    db.session.flush()
    # Read anew, each one too: whoever comes back after having given up is known to the session as gone.
    for one in alarm.responders:
        db.session.expire(one)
    db.session.expire(alarm, ["responders"])
    _stand(alarm, _furthest(alarm), now)
    alarm.step = 0
    alarm.sounding = alarm.status == NEW.name
    alarm.step_at = _patience(alarm, now)


def _furthest(alarm: Alarm) -> str:
    going = queries.going(alarm)
    if any(one.on_site_at for one in going):
        return ON_SITE.name
    if any(one.on_way_at for one in going):
        return ON_WAY.name
    return ACCEPTED.name if going else NEW.name


def _patience(alarm: Alarm, now: dt.datetime) -> dt.datetime | None:
    """When it sounds again if nobody moves on. Who is on the way has the time that was promised to the caller."""
    pause = dt.timedelta(seconds=settings.get(db.session, "sos_stalled_seconds"))
    if alarm.status == ON_SITE.name:
        return None
    return max(now + pause, alarm.due_at) if alarm.status == ON_WAY.name else now + pause


def _stand(alarm: Alarm, status: str, now: dt.datetime, *, closed: bool = False) -> None:
    """The alarm and all its calls have this status."""
    alarm.status = status
    going = queries.going(alarm)
    alarm.accepted_at = alarm.accepted_at or min((one.accepted_at for one in going), default=None)
    alarm.on_way_at = alarm.on_way_at or next((one.on_way_at for one in going if one.on_way_at), None)
    alarm.on_site_at = alarm.on_site_at or next((one.on_site_at for one in going if one.on_site_at), None)
    values: dict[str, object] = {"status": status, "updated_at": now, "version": Order.version + 1}
    if closed:
        values |= {"closed_at": now, "waiting_since": None}
    if going or not closed:
        values["executor_id"] = going[0].user_id if going else None
    db.session.execute(
        update(Order)
        .where(Order.alarm_id == alarm.id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
