"""Presses that are repeated: the button of a status pressed twice, a form sent twice (a double click, a resend)."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import IO, Generic, TypeVar
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm.util import identity_key

from app import clock
from app.actions.base import action
from app.extensions import db
from app.flows import Move
from app.policy import Actor
from models import Appointment, Entry, FormPress, Model, Order

Row = TypeVar("Row", bound=Model)
#: How long a form that is still open somewhere can be sent again.
LIFE = dt.timedelta(days=7)


def pressed_twice(actor: Actor, thing: Order | Appointment, step: Move) -> bool:
    """Whether the last change of status is this very step by this very actor."""
    if thing.status != step.target.name:
        return False
    last = db.session.execute(
        select(Entry.kind, Entry.actor_id)
        .where(Entry.subject == thing.subject, Entry.data.has_key("to"))
        .order_by(Entry.id.desc())
        .limit(1)
    ).first()
    return last is not None and last.kind == step.kind and last.actor_id == actor.id


# --- forms --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Press(Generic[Row]):
    """One sending of a form that makes a row of `table`. Without a `digest` the form had no key: nothing is kept."""

    table: type[Row]
    digest: str

    def made_before(self) -> Row | None:
        """What this form has made already; None if nothing, or if that is gone. Of two who send it at once the second
        waits here for the end of the first one's transaction."""
        if not self.digest:
            return None
        fresh = insert(FormPress).values(digest=self.digest, at=clock.now()).on_conflict_do_nothing()
        if db.session.scalar(fresh.returning(FormPress.digest)) is not None:
            return None
        made = select(FormPress.made).where(FormPress.digest == self.digest).with_for_update()
        number = db.session.scalar(made)
        return db.session.get(self.table, number) if number else None

    def made(self, row: Row) -> Row:
        """Keep what the form has made, for whoever sends it again."""
        if self.digest:
            number = identity_key(instance=row)[1][0]
            kept = update(FormPress).where(FormPress.digest == self.digest).values(made=number)
            db.session.execute(kept.execution_options(synchronize_session=False))
        return row


def press(actor: Actor, form_key: UUID | None, table: type[Row], *sent: object) -> Press[Row]:
    """Within an action: this form of this actor with this content. The same key with other content is another form: who
    goes back in the browser and enters something else wants a second row."""
    said = repr((table.__tablename__, actor.id, form_key, sent))
    return Press(table, hashlib.sha256(said.encode()).hexdigest() if form_key else "")


def content(stream: IO[bytes]) -> str:
    """The SHA-256 of an upload that is still to be read, as a part of what was sent."""
    found = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]  # it is a file
    stream.seek(0)
    return found


@action
def forget_old() -> int:
    """What was sent a week ago nobody sends again. How many."""
    old = delete(FormPress).where(FormPress.at < clock.now() - LIFE).returning(FormPress.digest)
    return len(db.session.scalars(old).all())
