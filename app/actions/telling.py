"""Who is told of a call, step by step until somebody accepts, and what consoles and people say back: three different
times for each person (told, delivered, seen). The calls themselves live in alarms.py, the steps are edited in
escalation.py.
"""

from __future__ import annotations

import datetime as dt
import logging

from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, journal
from app.actions.base import action
from app.extensions import db
from app.permissions import P
from app.policy import SYSTEM, Actor, holders
from app.queries import alarms, duty
from models import Alarm, Channel, Receipt, User

log = logging.getLogger(__name__)

#: A call that no console has shown within this time goes to the next step at once.
UNHEARD = dt.timedelta(seconds=2)
_AGAIN = dt.timedelta(seconds=1)


def rooms(alarm: Alarm) -> list[str]:
    """Whose sockets are poked when something happens to the alarm: all staff, its page, the caller's lists."""
    return ["sos", "desk", alarm.subject, f"user:{alarm.author_id}"]


def record(alarm: Alarm, kind: str, actor: Actor, **data: object) -> None:
    journal.write(
        db.session,
        kind,
        actor,
        alarm.subject,
        rooms(alarm),
        **{"number": alarm.lead_id, "title": alarm.place_name, "drill": alarm.drill} | data,
    )


@action
def escalate_due(limit: int = 10) -> int:
    """The next step of every alarm whose time has come: nobody has accepted, no console has shown it within UNHEARD, or
    who accepted does not move on. Harmless to ask often and from several processes; `limit` of them are held at once.
    How many."""
    now = clock.now()
    last = len(duty.steps(db.session))
    unheard = and_(
        Alarm.sounding, Alarm.delivered_at.is_(None), Alarm.told_at <= now - UNHEARD, Alarm.step < last
    )
    due = db.session.scalars(
        select(Alarm)
        .where(Alarm.closed_at.is_(None), or_(Alarm.step_at <= now, unheard))
        .order_by(Alarm.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Alarm)
        .execution_options(populate_existing=True)
    ).all()
    for alarm in due:
        if not alarm.sounding:
            alarm.step = 0
            record(alarm, "sos.stalled", SYSTEM, status=alarm.status)
        tell(alarm, now)
    return len(due)


def tell(alarm: Alarm, now: dt.datetime) -> None:
    """Take the next step of the escalation; it sounds in any case. A step that reaches nobody with an open screen,
    while others have one, is not waited for. What fails undoes neither the press nor the steps of other alarms: then
    everybody with the right is told, and it is tried again."""
    alarm.sounding, alarm.told_at = True, now
    try:
        with db.session.begin_nested():
            there = alarms.people_there(db.session) - {alarm.author_id}
            while not _step(alarm, now, there):
                pass
    except Exception:
        log.exception("alarm %s could not be told; everybody is, and once more in a second", alarm.id)
        alarm.step_at = now + _AGAIN
        # Without a receipt no console sounds.
        people = sorted(holders(db.session, P.SOS_RESPOND) - {alarm.author_id})
        _receipts(alarm, people, Channel.SCREEN, now)


def _step(alarm: Alarm, now: dt.datetime, there: frozenset[int]) -> bool:
    """A receipt for everybody whom the next step means, and the time of the one after. Whether that is all for now:
    False if the step came to none of those who are `there`, and a further one may."""
    steps = duty.steps(db.session)
    step = steps[min(alarm.step, len(steps) - 1)]
    reached = duty.told(db.session, step.audience, alarm.place_id, now, caller=alarm.author_id)
    people = sorted(reached.people)
    alarm.step = min(alarm.step + 1, len(steps))
    for channel in step.channels:
        _receipts(alarm, people, channel, now)
    following = steps[min(alarm.step, len(steps) - 1)]
    alarm.step_at = now + dt.timedelta(
        seconds=max(following.after, 1 if alarm.step < len(steps) else duty.PAUSE)
    )
    record(
        alarm,
        "sos.told",
        SYSTEM,
        step=alarm.step,
        audience=step.audience,
        channels=list(step.channels),
        people=people,
        instead=reached.instead,
    )
    deaf = bool(there) and there.isdisjoint(people) and set(step.channels) == {Channel.SCREEN}
    return alarm.step == len(steps) or not deaf


def _receipts(alarm: Alarm, people: list[int], channel: str, now: dt.datetime) -> None:
    if not people:
        return
    rows = [
        {"alarm_id": alarm.id, "user_id": user_id, "channel": channel, "step": alarm.step, "told_at": now}
        for user_id in people
    ]
    again = insert(Receipt).values(rows)
    db.session.execute(
        again.on_conflict_do_update(
            index_elements=["alarm_id", "user_id", "channel"], set_={"times": Receipt.times + 1}
        )
    )


# --- what consoles and people say of it ---------------------------------------------------------------------------


@action
def delivered(actor: User, alarm_ids: list[int]) -> int:
    """The actor's console shows these alarms. The first time counts, for the person and for the alarm. How many were
    news."""
    return _acknowledged(actor, alarm_ids, "delivered_at")


@action
def seen(actor: User, alarm_ids: list[int]) -> int:
    """The actor has looked at these alarms: a hand or an eye moved on the page that shows them. How many were news."""
    delivered(actor, alarm_ids)
    return _acknowledged(actor, alarm_ids, "seen_at")


def _acknowledged(actor: User, alarm_ids: list[int], moment: str) -> int:
    mine = and_(
        Receipt.alarm_id.in_(alarm_ids[:100]),
        Receipt.user_id == actor.id,
        Receipt.channel == Channel.SCREEN,
        getattr(Receipt, moment).is_(None),
    )
    fresh = db.session.scalars(select(Receipt.alarm_id).where(mine)).all()
    if not fresh:
        return 0
    # The alarm before its receipts, as whoever tells of it locks them.
    db.session.execute(select(Alarm.id).where(Alarm.id.in_(fresh)).order_by(Alarm.id).with_for_update())
    now = clock.now()
    news = db.session.scalars(
        update(Receipt)
        .where(mine)
        .values({moment: now})
        .returning(Receipt.alarm_id)
        .execution_options(synchronize_session=False)
    ).all()
    rows = db.session.execute(
        update(Alarm)
        .where(Alarm.id.in_(news), getattr(Alarm, moment).is_(None))
        .values({moment: now})
        .returning(Alarm.id, Alarm.author_id)
        .execution_options(synchronize_session=False)
    ).all()
    for row in rows:
        # The caller reads «вызов увидели»; nothing for the history, the receipts keep it.
        where = [f"alarm:{row.id}", f"user:{row.author_id}"]
        journal.signal(db.session, f"alarm.{moment.removesuffix('_at')}", f"alarm:{row.id}", where)
    return len(news)
