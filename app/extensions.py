"""Objects that are not yet bound to an app. app/factory.py binds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
from flask_appbuilder.models.sqla.base import SQLA
from flask_migrate import Migrate
from flask_socketio import SocketIO
from flask_sqlalchemy.session import Session as FlaskSession
from psycopg.pq import ExecStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import Pool

from models import Model


class Session(FlaskSession):
    """One that can read without a transaction: nothing to begin and to roll back. Each statement of READ COMMITTED has
    a snapshot of its own anyway, and psycopg forgets its prepared statements at every rollback: they would be planned
    anew for every page."""

    @property
    def reads(self) -> bool:
        """Whether it presently only reads. Actions (app/actions/base.py) have a transaction all the same."""
        return bool(self.info.get("reads"))

    @reads.setter
    def reads(self, value: bool) -> None:
        self.commit()  # gives back the connection, keeps what is loaded
        self.info["reads"] = value

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        bind = super().get_bind(*args, **kwargs)
        return _reader(bind) if self.reads and isinstance(bind, Engine) else bind


class Cursor(psycopg.Cursor[Any]):
    """Describes a column when somebody looks at it. SQLAlchemy asks after each statement for all of them, and looks
    only when the statement is new to it: to describe sixty columns takes longer than to fetch them."""

    @property
    def description(self) -> Any:
        result = self.pgresult
        return _Columns(self, result.nfields) if result and result.status == ExecStatus.TUPLES_OK else None


@dataclass
class _Columns(Sequence[psycopg.Column]):
    cursor: Cursor
    size: int

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self.size))]
        return psycopg.Column(self.cursor, range(self.size)[index])


@cache  # one for good: a session keeps a connection for each
def _reader(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")


@event.listens_for(Pool, "connect")
def _frugal(connection: psycopg.Connection[Any], *_: Any) -> None:
    connection.cursor_factory = Cursor


@event.listens_for(Pool, "checkout")
def _still_there(connection: psycopg.Connection[Any], *_: Any) -> None:
    """A connection that the server has closed is not handed out. Looks at what has arrived, which takes a thousandth
    of the time of a question to the server (pool_pre_ping): the first look takes in its last words, the second meets
    the end."""
    try:
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()
    except psycopg.OperationalError as error:
        raise InvalidatePoolError from error


# Flask-AppBuilder's SQLA() has a metadata of its own: without ours autogenerate finds no table.
db = SQLA(metadata=Model.metadata, session_options={"class_": Session, "expire_on_commit": False})
migrate = Migrate(directory="models/migrations")
socketio = SocketIO()
