"""The links of five minutes (S2-53, S2-55, S2-57)."""

from __future__ import annotations

import io

from flask import Response, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from app.actions import documents as actions
from app.actions import terms
from app.errors import Forbidden, NotFound
from app.vault import Broken
from models import StoredFile
from views.context import actor, signed_in
from views.pair.base import pair
from views.sealed import safe, sign_in_key

#: What a browser shows by itself without running anything of it.
_SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp", "image/gif", "text/plain"})


@pair.get("/downloads/<token>")
@signed_in
def fetch(token: str) -> ResponseReturnValue:
    """The document, to be looked at or kept; nothing on the way may keep it."""
    try:
        file = actions.opened(actor(), sign_in_key(), token)
    except actions.Expired as error:
        return render_template("pair/expired.html", text=error.text, back=_source(error.file)), error.status
    try:
        data = safe().read(file.id)
    except (FileNotFoundError, Broken):
        raise NotFound from None
    response: Response = send_file(
        io.BytesIO(data),
        mimetype=file.content_type,
        as_attachment=file.content_type not in _SHOWN,
        download_name=file.name,
    )
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Without "sandbox": browsers refuse to show a PDF in it.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
    )
    return response


def _source(file: StoredFile) -> str:
    """The page where new links to it are made."""
    kind, _sep, key = file.subject.partition(":")
    client_id = actions.pair_of(actor(), file)
    if client_id is None:
        try:
            return url_for("practice.one_terms", terms_id=terms.load(actor(), int(key)).id)
        except (
            Forbidden,
            NotFound,
        ):  # a specialist of the organization has it from a client's page, whichever it was
            return url_for("practice.index")
    return url_for("pair.terms" if kind == "terms" else "pair.documents", client_id=client_id)
