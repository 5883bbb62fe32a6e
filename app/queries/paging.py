"""Long lists by keyset: a page, and the number of the row that the next page is asked for with, None at the end.

No OFFSET, so that a page costs as much wherever it stands, and none jumps when rows arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

PAGE = 40


def newest(
    session: Session, query: Select[Any], number: Any, before: int | None
) -> tuple[Sequence[Any], int | None]:
    """From the highest number on, or from below `before`. One statement."""
    if before is not None:
        query = query.where(number < before)
    rows = session.scalars(query.order_by(number.desc()).limit(PAGE + 1)).all()
    return _cut(rows, number.key)


def onward(
    session: Session, query: Select[Any], key: Sequence[Any], after: int | None, *options: ORMOption
) -> tuple[Sequence[Any], int | None]:
    """In the order of `key`, whose last part is the row's number, from behind the row `after`. Behind one that is not
    in the list nothing comes: it would tell where a foreign row stands. One statement, and those of `options`."""
    if after is not None:
        place = query.with_only_columns(*key).where(key[-1] == after).subquery()
        query = query.join(place, tuple_(*key) > tuple_(*place.c))
    rows = session.scalars(query.options(*options).order_by(*key).limit(PAGE + 1)).all()
    return _cut(rows, key[-1].key)


def _cut(rows: Sequence[Any], number: str) -> tuple[Sequence[Any], int | None]:
    return rows[:PAGE], getattr(rows[PAGE - 1], number) if len(rows) > PAGE else None
