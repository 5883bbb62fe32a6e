"""defer(): put a job into the queue in the caller's transaction. Jobs are named, not imported (app/jobs has them)."""

from __future__ import annotations

import datetime as dt

import procrastinate
from sqlalchemy.orm import Session

# Never opened: every job is written on the connection of the session that the change is made with.
_app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def defer(session: Session, name: str, *, at: dt.datetime | None = None, **args: object) -> None:
    """The job `name` will run after this transaction commits, not before `at`, at least once; a rollback takes it
    back. Arguments must be JSON: ids, not objects."""
    connection = session.connection().connection.driver_connection
    _app.configure_task(name, allow_unknown=True, schedule_at=at, connection=connection).defer(**args)  # type: ignore[arg-type]
