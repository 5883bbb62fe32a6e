"""«Условия» as the provider keeps them: documents, their versions, who has signed, which services demand it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.actions import documents
from app.actions import terms as actions
from app.errors import Invalid, TooLarge
from app.extensions import db
from app.queries import practice as practices
from app.queries import terms as queries
from app.storage import ACCEPT, MAX_FILE_BYTES
from models import Terms
from views.context import actor, signed_in
from views.keys import form_key
from views.numbers import number, numbers
from views.practice.base import enter, page, practice
from views.sealed import safe, sign_in_key


@practice.get("/<int:provider_id>/terms")
@signed_in
def terms(provider_id: int) -> ResponseReturnValue:
    """The documents with how many clients have signed their newest version."""
    return _list(provider_id)


@practice.post("/<int:provider_id>/terms")
@signed_in
def add_terms(provider_id: int) -> ResponseReturnValue:
    """A new document with its first version."""
    enter(provider_id, manage=True)
    sent = request.files.get("file")
    chosen = sent is not None and bool(sent.filename)
    try:
        actions.add(
            actor(),
            provider_id,
            request.form.get("title", ""),
            safe=safe(),
            stream=sent.stream if sent is not None and chosen else None,
            filename=(sent.filename or "") if sent is not None else "",
            required=request.form.get("required") == "yes",
            form_key=form_key(),
        )
    except Invalid as error:
        return _list(provider_id, error.fields), 422
    flash(_("The document is there for your clients."))
    return redirect(url_for("practice.terms", provider_id=provider_id), 303)


@practice.get("/terms/<int:terms_id>")
@signed_in
def one_terms(terms_id: int) -> ResponseReturnValue:
    """One document: its title and rules, its versions, who has signed the newest one."""
    return _one(actions.load(actor(), terms_id))


@practice.post("/terms/<int:terms_id>")
@signed_in
def edit_terms(terms_id: int) -> ResponseReturnValue:
    form = request.form
    try:
        actions.edit(
            actor(),
            terms_id,
            form.get("title", ""),
            required=form.get("required") == "yes",
            active=form.get("active") == "yes",
            offer_ids=numbers(request.form.getlist("offer")),
        )
    except Invalid as error:
        return _one(actions.load(actor(), terms_id), error.fields), 422
    flash(_("Saved."))
    return redirect(url_for("practice.one_terms", terms_id=terms_id), 303)


@practice.post("/terms/<int:terms_id>/versions")
@signed_in
def publish_terms(terms_id: int) -> ResponseReturnValue:
    """A new version: whoever had signed is asked again."""
    sent = request.files.get("file")
    problem: object = _("Choose a file first.") if sent is None or not sent.filename else ""
    if sent is not None and not problem:
        try:
            actions.publish(actor(), terms_id, safe(), sent.stream, sent.filename or "", form_key=form_key())
        except (Invalid, TooLarge) as error:
            problem = error.text
    if problem:
        return _one(actions.load(actor(), terms_id), {"file": problem}), 422
    flash(_("The new version is published. Clients are asked to sign it."))
    return redirect(url_for("practice.one_terms", terms_id=terms_id), 303)


@practice.post("/terms/<int:terms_id>/download")
@signed_in
def download_version(terms_id: int) -> ResponseReturnValue:
    """Links of five minutes to the versions that the page shows, for the provider's own eyes."""
    found = actions.load(actor(), terms_id)
    shown, _older = queries.versions(db.session, found, _before())
    files = documents.files_of_versions(found.provider_id, [one.id for one in shown])
    return _one(found, links=documents.links(actor(), sign_in_key(), files))


def _before() -> int | None:
    """The version from below which the page shows them."""
    return number(request.args, "before")


def _list(provider_id: int, problems: dict[str, object] | None = None) -> str:
    here = enter(provider_id, manage=True)
    return page(
        "practice/terms.html",
        here,
        found=queries.of_provider(db.session, provider_id, everything=True),
        signed=queries.counts(db.session, provider_id),
        problems=problems or {},
        typed=request.form,
        accept=ACCEPT,
        limit=MAX_FILE_BYTES,
    )


def _one(found: Terms, problems: dict[str, Any] | None = None, links: object = ()) -> str:
    here = enter(found.provider_id, manage=True)
    returned = bool(problems) and "title" in request.form
    after, before = number(request.args, "after"), _before()
    versions, older = queries.versions(db.session, found, before)
    newest = queries.versions(db.session, found)[0][0] if before else versions[0]
    signers, further = queries.signers(db.session, newest.id, after)
    return page(
        "practice/terms_one.html",
        here,
        terms=found,
        signed=queries.signed(db.session, newest.id),
        signers=signers,
        after=after,
        further=further,
        versions=versions,
        before=before,
        older=older,
        demanding=numbers(request.form.getlist("offer"))
        if returned
        else practices.demanding(db.session, found),
        title_typed=request.form["title"] if returned else found.title,
        problems=problems or {},
        links=links,
        accept=ACCEPT,
    )
