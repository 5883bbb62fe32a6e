"""«Условия» (S2-48..S2-54) as the client reads and signs them, and as the provider sees where the client stands."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.actions import documents
from app.actions import terms as actions
from app.errors import Invalid, Stale
from app.extensions import db
from app.queries import terms as queries
from models import Client
from views.context import actor, signed_in
from views.numbers import numbers
from views.pair.base import chosen, draw, known, pair
from views.public.base import local_path
from views.sealed import sign_in_key


@pair.get("/pairs/<int:client_id>/terms")
@signed_in
def terms(client_id: int) -> ResponseReturnValue:
    """All documents of the provider with their marks; under them the log of this client (I-21)."""
    client, ours = known(client_id)
    return _page(client, ours=ours)


@pair.post("/pairs/<int:client_id>/terms/download")
@signed_in
def download_terms(client_id: int) -> ResponseReturnValue:
    """«Скачать»: links of five minutes for what is ticked (S2-52, S2-53)."""
    client, ours = known(client_id)
    try:
        files = documents.files_of_versions(client.provider_id, chosen(), shown_only=not ours)
        links = documents.links(actor(), sign_in_key(), files)
    except Invalid as error:
        return _page(client, ours=ours, problem=str(error.text)), 422
    return _page(client, ours=ours, links=links)


@pair.post("/pairs/<int:client_id>/terms/consent/ask")
@signed_in
def ask_consent(client_id: int) -> ResponseReturnValue:
    """«Изменить согласие»: what will be signed and what will be withdrawn, to be confirmed (S2-54)."""
    client, ours = known(client_id)
    if ours:
        return redirect(url_for("pair.terms", client_id=client_id))
    rows = [row for row in queries.standing(db.session, client) if row.version.id in chosen()]
    if not rows:
        return _page(client, ours=ours, problem=str(_("Choose at least one document."))), 422
    return draw(client, "pair/consent.html", ours=ours, rows=rows, back=_back())


@pair.post("/pairs/<int:client_id>/terms/consent")
@signed_in
def change_consent(client_id: int) -> ResponseReturnValue:
    """Confirmed. A version that was replaced meanwhile is not signed, nor is anything beside it."""
    form = request.form
    wanted = dict.fromkeys(numbers(form.getlist("sign")), True)
    wanted |= dict.fromkeys(numbers(form.getlist("withdraw")), False)
    try:
        done = actions.change_consent(actor(), client_id, wanted)
    except (Invalid, Stale) as error:
        client, ours = known(client_id)
        return _page(client, ours=ours, problem=str(error.text)), error.status
    signed = sum(one.given for one in done)
    if signed:
        flash(ngettext("The document is signed.", "%(num)d documents are signed.", signed))
    if len(done) > signed:
        flash(_("The consent is withdrawn. The log keeps when it was given."))
    return redirect(_back() or url_for("pair.terms", client_id=client_id), 303)


def _back() -> str:
    """Where the reader came from to sign: the request of a service that demands it."""
    return local_path(request.values.get("next"))


def _page(client: Client, *, ours: bool, **values: object) -> str:
    return draw(
        client,
        "pair/terms.html",
        ours=ours,
        rows=queries.standing(db.session, client),
        log=queries.log(db.session, client),
        ticked=set(chosen()),
        back=_back(),
        **{"problem": "", "links": ()} | values,
    )
