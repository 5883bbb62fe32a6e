"""The blueprint that the portal's modules share, and what its frame shows around every page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from app.flows import APPOINTMENT_STATUSES, STATUSES

portal = Blueprint("portal", __name__)


@portal.app_context_processor
def _around() -> dict[str, Any]:
    """Statuses of orders and of appointments by name."""
    return {"statuses": STATUSES, "meeting_statuses": APPOINTMENT_STATUSES}


def fragment() -> bool:
    """Whether htmx asks for a part of the page. Going back in history it wants the whole one."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
