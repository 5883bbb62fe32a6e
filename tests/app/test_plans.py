"""What PostgreSQL plans once must serve for all: with a parameter in place of a status a partial index is no help."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text

from app.extensions import db
from app.queries import inbox, practice


def _general_plan(statement: Any) -> str:
    """As for a statement that is prepared, whatever its parameters will be."""
    names: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    sql = re.sub(r"%\((\w+)\)s", numbered, str(statement.compile(db.engine))).replace("%%", "%")
    connection = db.session.connection().connection.driver_connection
    with connection.cursor() as cursor:
        return "\n".join(row[0] for row in cursor.execute(f"EXPLAIN (GENERIC_PLAN) {sql}"))


@pytest.mark.parametrize(
    "statement",
    [
        lambda: practice._counts(sees_all=True),
        lambda: practice._counts(sees_all=False),
        lambda: inbox._counters(serves=False),
    ],
)
@pytest.mark.usefixtures("app")
def test_requests_that_wait_are_found_by_their_index(statement: Any) -> None:
    """Every page counts them: a practice of ten years is not read for it."""
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    assert "ix_appointments_requested" in _general_plan(statement())
