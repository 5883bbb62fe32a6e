"""What the database refuses, in words: which field of a form, and what to do."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError

_UNIQUE, _EMPTY = "23505", "23502"
#: A row that is referred to is deleted: PostgreSQL 18 has a state of its own for RESTRICT.
_IN_USE = ("23503", "23001")


def explain(error: DBAPIError, table: Table) -> tuple[str | None, str]:
    """(name of the column, or None; the text) for an error of a write to `table`."""
    state = getattr(error.orig, "sqlstate", None)
    diagnostics = getattr(error.orig, "diag", None)
    if state == _UNIQUE:
        constraint = str(getattr(diagnostics, "constraint_name", ""))
        column = next((c.name for c in table.columns if constraint == f"{table.name}_{c.name}_key"), None)
        return column, _("There is one like this already.")
    if state in _IN_USE:
        return None, _("This is still in use, or what it refers to is gone. Reload the page and look again.")
    if state == _EMPTY:
        return getattr(diagnostics, "column_name", None), _("Please fill this in.")
    return None, _("The database cannot keep this value. Check the form.")
