"""Drills of calls of help: held by a manager, remembered when none was held."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid5

from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, journal
from app.actions import alarms
from app.actions.base import action
from app.errors import Invalid
from app.extensions import db
from app.permissions import P
from app.policy import SYSTEM, require
from models import Alarm, Entry, Order, User

#: A drill each so many days, or managers are reminded.
DAYS = 7


@action
def hold(actor: User, key: UUID, *, place_id: int | None = None) -> Order:
    """A call that is marked as a drill and goes the whole way; whoever holds it is its caller. Raises Forbidden, and
    Invalid while one of the actor's is open."""
    require(db.session, actor, P.SOS_MANAGE)
    key = uuid5(key, f"drill:{actor.id}")  # what is in the form of somebody else does not stand in the way
    running = select(Alarm.id).where(Alarm.author_id == actor.id, Alarm.drill, Alarm.closed_at.is_(None))
    same = select(Order.id).where(Order.form_key == key)
    if db.session.scalar(running) and not db.session.scalar(same):
        raise Invalid(text=_("Your last drill is still open: close it first."))
    return alarms.call(actor, key, place_id=place_id, words=_("This is a drill."), drill=True)


@action
def remind() -> bool:
    """Tell managers when no drill was held for a week, once a week. Whether it was told."""
    since = clock.now() - dt.timedelta(days=DAYS)
    held = db.session.scalar(select(Alarm.id).where(Alarm.drill, Alarm.called_at > since).limit(1))
    said = select(Entry.id).where(
        Entry.subject == "sos:drill", Entry.kind == "sos.drill_due", Entry.at > since
    )
    if held or db.session.scalar(said.limit(1)):
        return False
    journal.write(db.session, "sos.drill_due", SYSTEM, "sos:drill", ["sos"], days=DAYS)
    return True
