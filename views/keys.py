"""The key of a form that makes something, drawn with it and sent with it: a second press makes nothing more."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import request


def form_key() -> UUID | None:
    """The key that was sent; None without one, or with what is none."""
    try:
        return UUID(request.form.get("form_key", ""))
    except ValueError:
        return None


def fresh_key() -> UUID:
    """For templates: the key of a form; one that comes back with what is wrong keeps its own, it has made nothing."""
    return form_key() or uuid4()
