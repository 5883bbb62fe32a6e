"""What the pages of the staff say of themselves, and the heartbeats of processes."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app import clock
from app.actions.base import action
from app.extensions import db
from app.permissions import P
from app.policy import require
from models import Console, Heartbeat, User

_LIFE = dt.timedelta(hours=1)


@action
def beat(actor: User, console_id: UUID, *, sound: bool, visible: bool) -> None:
    """The actor's page is there. `sound`: an alarm would be heard on it. Raises Forbidden for who hears no alarms."""
    require(db.session, actor, P.SOS_RESPOND)
    said = {"user_id": actor.id, "beat_at": clock.now(), "sound": sound, "visible": visible}
    db.session.execute(
        insert(Console).values(id=console_id, **said).on_conflict_do_update(index_elements=["id"], set_=said)
    )


@action
def leave(actor: User, console_id: UUID) -> None:
    """The page is closed: it hears nothing from now on."""
    db.session.execute(delete(Console).where(Console.id == console_id, Console.user_id == actor.id))


@action
def forget_silent() -> int:
    """Clear consoles that have been silent for an hour. How many."""
    gone = db.session.scalars(
        delete(Console).where(Console.beat_at < clock.now() - _LIFE).returning(Console.id)
    ).all()
    return len(gone)


@action
def alive(name: str, **data: object) -> None:
    """The process called `name` is alive and at work."""
    now = clock.now()
    db.session.execute(
        insert(Heartbeat)
        .values(name=name, at=now, data=data)
        .on_conflict_do_update(index_elements=["name"], set_={"at": now, "data": data})
    )
