"""«Поддержка» (S2-69): write to the support team, read what they answer."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.actions import support as actions
from app.errors import Invalid
from app.extensions import db
from app.policy import load_order
from views import chat
from views.context import actor, counters, signed_in
from views.portal.base import portal


@portal.get("/support")
@signed_in
def support() -> ResponseReturnValue:
    """The conversation, or the box for its first message."""
    found = actions.conversation(actor())
    if found is None:
        return render_template("portal/support_ask.html", typed="", problem="", client_id=uuid4())
    counters(found.subject)
    order = load_order(db.session, actor(), found.id)
    return render_template("portal/support.html", **chat.panel(order, order.thread))


@portal.post("/support")
@signed_in
def ask_support() -> ResponseReturnValue:
    """The first message begins the conversation; sent twice it is one."""
    typed = request.form.get("text", "")
    try:
        key = UUID(request.form.get("client_id", ""))
    except ValueError:
        key = uuid4()
    try:
        actions.ask(actor(), typed, key)
    except Invalid as error:
        problem = str(error.fields.get("text") or error.text)
        page = render_template("portal/support_ask.html", typed=typed, problem=problem, client_id=key)
        return page, 422
    return redirect(url_for("portal.support"), 303)
