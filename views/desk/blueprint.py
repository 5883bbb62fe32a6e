"""The desk's blueprint and what all its modules ask of a request. No pages here."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


def is_fragment() -> bool:
    """Whether htmx asks: then the answer is a piece of the page."""
    return request.headers.get("HX-Request") == "true"


def target() -> str:
    """The id of the element that the answer is for."""
    return request.headers.get("HX-Target", "")


def trigger(response: Response, **events: Any) -> Response:
    """Let the answer raise events on the page: name → detail."""
    response.headers["HX-Trigger"] = json.dumps(events)
    return response
