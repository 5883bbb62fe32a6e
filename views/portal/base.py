"""The blueprint that the portal's modules share, and what its frame shows around every page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_login import current_user

from app.extensions import db
from app.flows import STATUSES
from app.queries import chat
from views.context import actor

portal = Blueprint("portal", __name__)


@portal.app_context_processor
def _around() -> dict[str, Any]:
    """Statuses by name; the number beside «Заказы», a callable, so that a fragment without it does not ask for it."""
    return {"statuses": STATUSES, "unread_orders": unread_orders}


def fragment() -> bool:
    """Whether htmx asks for a part of the page. Going back in history it wants the whole one."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def unread_orders() -> int:
    """How many orders have messages that the reader has not read."""
    return chat.unread_orders(db.session, actor()) if current_user.is_authenticated else 0
