"""The blueprints that this package's modules share, and where people are sent after a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from app import policy
from app.extensions import db
from app.permissions import P
from models import User

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

auth = Blueprint("auth", __name__)
public = Blueprint("public", __name__)


def local_path(address: str | None) -> str:
    """`address` if it is a page of ours, else "". Browsers take "//host", "/\\host", "/<tab>/host" for other hosts."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return ""
    return "" if "\\" in address or any(ord(sign) <= 32 for sign in address) else address


def first_page(user: User) -> str:
    """Where somebody begins: staff at the desk, specialists at their day, everybody else at the services."""
    if policy.can(db.session, user, P.DESK):
        return url_for("desk.queue")
    return url_for("practice.index" if policy.practices(db.session, user) else "portal.home")


def back() -> Response:
    """To the page that the form was on."""
    return redirect(local_path(request.form.get("next")) or "/", 303)
