"""Statements that every page asks are built once (functools.cache on the function that builds them, bindparam for what
differs), for to build one costs more than to run it; and PostgreSQL shall plan them once, not at every call."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import ColumnClause, literal_column

Statement = TypeVar("Statement")
_built: dict[Hashable, Any] = {}


def first(rows: int) -> ColumnClause[int]:
    """For `limit()`: the number as a part of the text. With a parameter there a prepared statement's general plan
    reckons with a tenth of the table, so that a join of forty rows is planned anew each time, which takes longer than
    to run it."""
    return literal_column(str(int(rows)))


def word(text: str) -> ColumnClause[str]:
    """For a column that a partial index names (`WHERE status = 'requested'`): the word as a part of the text. With a
    parameter there a prepared statement's general plan cannot know that the index serves, and reads the whole table."""
    return literal_column("'" + text.replace("'", "''") + "'")


def built(key: Hashable, build: Callable[[], Statement]) -> Statement:
    """The statement that `build` makes, kept for the next one who asks with this key. The key names everything that
    the statement depends on: who asks and with which rights."""
    found: Statement | None = _built.get(key)
    if found is None:
        if len(_built) >= 1000:
            _built.clear()
        found = _built[key] = build()
    return found
