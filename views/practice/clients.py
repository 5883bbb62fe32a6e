"""The provider's clients: the list, one of them with appointments and chat, which specialists see him (I-20)."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import policy
from app.actions import providers as actions
from app.errors import NotFound
from app.extensions import db
from app.queries import packages
from app.queries import practice as queries
from models import Appointment
from views import chat as chats
from views.context import actor, counters, signed_in
from views.numbers import LARGE, number, numbers
from views.practice.base import enter, fragment, known, page, practice, sent_words


@practice.get("/<int:provider_id>/clients")
@signed_in
def clients(provider_id: int) -> ResponseReturnValue:
    """The clients by their names, with what is unread and when they come."""
    here = enter(provider_id)
    sought, after = sent_words(), number(request.args, "after")
    found, more = queries.clients(db.session, actor(), here, sought, after=after)
    given = {"found": found, "more": more, "sought": sought, "after": after}
    if fragment():
        return render_template("practice/_clients.html", practice=here, provider=here.provider, **given)
    return page("practice/clients.html", here, **given)


@practice.get("/clients/<int:client_id>")
@signed_in
def client(client_id: int) -> ResponseReturnValue:
    """A client: the appointments with him, and on a wide screen the chat beside them."""
    return _page(client_id, "info")


@practice.get("/clients/<int:client_id>/chat")
@signed_in
def chat(client_id: int) -> ResponseReturnValue:
    """The same page with the chat before the reader (S2-46)."""
    return _page(client_id, "chat")


def _page(client_id: int, tab: str) -> str:
    shown, here = known(client_id)
    counters(shown.subject)
    before = _cursor(shown.id)
    found, older = queries.of_client(db.session, here, shown, before=before)
    return page(
        "practice/client.html",
        here,
        client=shown,
        tab=tab,
        appointments=found,
        further=older,
        before=before,
        held=packages.of_client(db.session, shown),
        whose=[(one.id, one.name) for one in here.provider.specialists if one.active]
        if here.provider.is_organization
        else [],
        whose_now=[one.id for one in shown.specialists] if here.provider.is_organization else [],
        **chats.panel(shown, shown.thread),
    )


def _cursor(client_id: int) -> Appointment | None:
    """The appointment before which the page begins."""
    last = number(request.args, "before", LARGE)
    if last is None:
        return None
    try:
        found = policy.load_appointment(db.session, actor(), last)
    except NotFound:
        return None
    return found if found.client_id == client_id else None


@practice.post("/clients/<int:client_id>/specialists")
@signed_in
def show(client_id: int) -> ResponseReturnValue:
    """The owner says which specialists see this client."""
    known(client_id)
    actions.show(actor(), client_id, numbers(request.form.getlist("specialist")))
    flash(_("Saved: who sees this client"), "ok")
    return redirect(url_for("practice.client", client_id=client_id), 303)
