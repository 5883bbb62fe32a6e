"""A service and its order form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.actions import files
from app.actions import orders as actions
from app.answers import MAX_FIELD_FILES
from app.errors import Invalid, TooLarge
from app.extensions import db
from app.kinds import kind_of
from app.policy import load_service
from models import FieldKind, Order, Service
from views.context import actor, signed_in
from views.keys import form_key, fresh_key
from views.numbers import number
from views.portal.base import portal
from views.portal.questions import questions


@portal.get("/services/<int:service_id>")
@signed_in
def service(service_id: int) -> ResponseReturnValue:
    """What the service is, and the form by which it is ordered (S0-38)."""
    return _page(load_service(db.session, actor(), service_id))


@portal.post("/services/<int:service_id>")
@signed_in
def place(service_id: int) -> ResponseReturnValue:
    """Order it. What was typed and attached stays in the form if something is wrong."""
    chosen = load_service(db.session, actor(), service_id)
    sent, problems = _sent(chosen)
    try:
        order: Order = actions.place(actor(), service_id, sent, form_key(), problems)
    except Invalid as error:
        # A failed action has rolled back, and with it went what was loaded.
        return _page(load_service(db.session, actor(), service_id), sent, error.fields, str(error.text)), 422
    flash(_("Order %(number)s is created", number=order.id), "ok")
    return redirect(url_for("portal.order", number=order.id, placed=1), 303)


def _page(
    chosen: Service,
    sent: Mapping[str, Sequence[str]] | None = None,
    problems: Mapping[str, object] | None = None,
    text: str = "",
) -> str:
    return render_template(
        "portal/service.html",
        service=chosen,
        kind=kind_of(chosen.kind),
        questions=questions(actor(), chosen, sent, problems or {}, _at()),
        returned=sent is not None,
        # Whole-form errors (no field named) still have to be said.
        problem=text if sent is not None and not problems else "",
        form_key=fresh_key(),
    )


def _at() -> int | None:
    """The place that the address names: its QR code led here."""
    return number(request.args, "place")


def _sent(chosen: Service) -> tuple[dict[str, list[str]], dict[str, object]]:
    """What the browser sent, with new files kept as drafts at once: they survive a mistake in another field."""
    sent = {name: request.form.getlist(name) for name in request.form}
    problems: dict[str, object] = {}
    for field in chosen.fields:
        if field.kind != FieldKind.FILE:
            continue
        name, most = field.name, int(field.limit("max_files", MAX_FIELD_FILES))
        for upload in request.files.getlist(name)[: most + 1]:
            if not upload.filename:
                continue
            try:
                file = files.upload(
                    actor(), current_app.extensions["storage"], upload.stream, upload.filename
                )
            except (Invalid, TooLarge) as error:
                problems[name] = error.text
            else:
                sent.setdefault(name, []).append(str(file.id))
    return sent, problems
