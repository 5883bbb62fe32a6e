"""«Условия» (S2-48..S2-54) as the client reads and signs them, and as the provider sees where the client stands."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.actions import documents
from app.actions import terms as actions
from app.errors import Invalid, Stale
from app.extensions import db
from app.queries import consents
from app.queries import terms as queries
from models import Client, StoredFile
from views.context import actor, seen, seen_live, signed_in
from views.numbers import numbers
from views.pair.base import chosen, draw, known, pair
from views.portal.base import fragment
from views.public.base import local_path
from views.sealed import sign_in_key


@pair.get("/pairs/<int:client_id>/terms")
@signed_in
def terms(client_id: int) -> ResponseReturnValue:
    """All documents of the provider with their marks; under them the log of this client (I-21)."""
    client, ours = known(client_id)
    if fragment():
        seen_live(client.subject, about="terms.")
    else:
        seen(client.subject, about="terms.")
    return _page(client, ours=ours)


@pair.post("/pairs/<int:client_id>/terms/download")
@signed_in
def download_terms(client_id: int) -> ResponseReturnValue:
    """«Скачать»: links of five minutes for what is ticked (S2-52, S2-53)."""
    client, ours = known(client_id)
    try:
        links = documents.links(actor(), sign_in_key(), _files(client, ours=ours))
    except Invalid as error:
        return _page(client, ours=ours, problem=str(error.text)), 422
    return _page(client, ours=ours, links=links)


def _files(client: Client, *, ours: bool) -> Sequence[StoredFile]:
    """Of what is ticked, what the reader's side may read. Raises Invalid if the provider has taken all of it back."""
    if ours:
        return documents.files_of_versions(client.provider_id, chosen())
    files = documents.files_for(client, chosen())
    if not files and consents.taken_back(db.session, client, chosen()):
        raise Invalid(text=actions.why_gone(client, chosen()))
    return files


@pair.get("/pairs/<int:client_id>/terms/<int:terms_id>")
@signed_in
def terms_document(client_id: int, terms_id: int) -> ResponseReturnValue:
    """One document as the client has known it: which version he signed or withdrew when, each with its file (I-21). The
    provider has pages of his own for that."""
    client, ours = known(client_id)
    if ours:
        return redirect(url_for("pair.terms", client_id=client_id))
    return _document(client, terms_id)


@pair.post("/pairs/<int:client_id>/terms/<int:terms_id>/download")
@signed_in
def download_document(client_id: int, terms_id: int) -> ResponseReturnValue:
    """«Скачать» of a version there: the same link of five minutes (S2-55)."""
    client, ours = known(client_id)
    if ours:
        return redirect(url_for("pair.terms", client_id=client_id), 303)
    try:
        links = documents.links(actor(), sign_in_key(), _files(client, ours=ours))
    except Invalid as error:
        return _document(client, terms_id, problem=str(error.text)), 422
    return _document(client, terms_id, links=links)


def _document(client: Client, terms_id: int, **values: object) -> str:
    found, kept = consents.history(db.session, client, terms_id)
    return draw(
        client,
        "pair/terms_document.html",
        ours=False,
        document=found,
        kept=kept,
        **{"problem": "", "links": ()} | values,
    )


@pair.post("/pairs/<int:client_id>/terms/consent/ask")
@signed_in
def ask_consent(client_id: int) -> ResponseReturnValue:
    """«Изменить согласие»: what will be signed and what will be withdrawn, to be confirmed (S2-54)."""
    client, ours = known(client_id)
    if ours:
        return redirect(url_for("pair.terms", client_id=client_id))
    wanted = set(chosen())
    rows = [row for row in queries.standing(db.session, client) if row.version.id in wanted]
    if missing := wanted - {row.version.id for row in rows}:
        return _page(client, ours=ours, problem=actions.why_gone(client, missing)), Stale.status
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
        # Also what was about to be confirmed: whoever is refused there does not begin anew.
        ticked={
            *chosen(),
            *numbers(request.form.getlist("sign")),
            *numbers(request.form.getlist("withdraw")),
        },
        back=_back(),
        **{"problem": "", "links": ()} | values,
    )
