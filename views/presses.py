"""What a press for help needs beside its pages (views/portal/sos.py): where it comes from, where it waits."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

#: In the session: the press of somebody whose sign-in had expired, until it is made.
PRESS = "sos_press"


def from_our_page() -> bool:
    """What the browser itself says of where the request was made: no page can forge either header. A browser that says
    neither has to bring the mark that every form carries."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin:
        return urlsplit(origin).netloc == request.host
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True
