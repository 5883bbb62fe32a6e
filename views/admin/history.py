"""What an edit changed, as the journal keeps it: column → [before, after] in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import RelationshipProperty

_LONGEST = 200


def changes_of(item: Any) -> dict[str, list[Any]]:
    """Every changed column and relation of a row that is not yet flushed. A relation speaks for its key column."""
    state = inspect(item)
    relations = [p for p in state.mapper.relationships if not p.viewonly]
    keys = {column.key for p in relations if p.direction.name == "MANYTOONE" for column in p.local_columns}
    changes = {}
    for name, attribute in state.attrs.items():
        if name in keys or not attribute.history.has_changes():
            continue
        before, after = _sides(attribute, state.mapper.attrs[name])
        if before != after:
            changes[name] = [before, after]
    return changes


def _sides(attribute: Any, kind: Any) -> tuple[Any, Any]:
    added, unchanged, deleted = attribute.history
    if isinstance(kind, RelationshipProperty) and kind.uselist:
        return _words([*(unchanged or ()), *(deleted or ())]), _words([*(unchanged or ()), *(added or ())])
    return _word(deleted[0] if deleted else None), _word(added[0] if added else None)


def _words(rows: Iterable[Any]) -> list[str]:
    return sorted(str(row)[:_LONGEST] for row in rows)


def _word(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value)[:_LONGEST]
