"""Statements that every page asks are built once (functools.cache on the function that builds them, bindparam for what
differs), for to build one costs more than to run it; and PostgreSQL shall plan them once, not at every call."""

from __future__ import annotations

from sqlalchemy import ColumnClause, literal_column


def first(rows: int) -> ColumnClause[int]:
    """For `limit()`: the number as a part of the text. With a parameter there a prepared statement's general plan
    reckons with a tenth of the table, so that a join of forty rows is planned anew each time, which takes longer than
    to run it."""
    return literal_column(str(int(rows)))
