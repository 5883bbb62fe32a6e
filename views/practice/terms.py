"""«Условия» as the provider keeps them: documents, their versions, who has signed, which services demand it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.actions import documents
from app.actions import terms as actions
from app.errors import Invalid, NotFound, Stale, TooLarge
from app.extensions import db
from app.queries import practice as practices
from app.queries import terms as queries
from app.storage import ACCEPT, MAX_FILE_BYTES
from models import Terms, TermsVersion
from views.context import actor, signed_in
from views.keys import form_key
from views.numbers import SMALL, number, numbers
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
    flash(_("Your clients can see the document now."))
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


@practice.get("/terms/<int:terms_id>/versions")
@signed_in
def new_version(terms_id: int) -> ResponseReturnValue:
    """The file of a new version, and how many signatures end by it: the window of the document's page, as a page for
    browsers without a script."""
    return _new_version(actions.load(actor(), terms_id))


@practice.post("/terms/<int:terms_id>/versions")
@signed_in
def publish_terms(terms_id: int) -> ResponseReturnValue:
    """A new version: whoever had signed is asked again, and the reader was told how many they are."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _new_version(actions.load(actor(), terms_id), _("Choose a file first.")), 422
    known = number(request.form, "signed") or 0
    try:
        actions.publish(
            actor(), terms_id, safe(), sent.stream, sent.filename, known=known, form_key=form_key()
        )
    except Invalid as error:
        problem = error.fields.get("file", error.text)
        return _new_version(actions.load(actor(), terms_id), problem), error.status
    except (TooLarge, Stale) as error:
        return _new_version(actions.load(actor(), terms_id), error.text), error.status
    if known:
        flash(_("The new version is published. Clients are asked to sign it."))
    else:
        flash(_("The new version is published."))
    return redirect(url_for("practice.one_terms", terms_id=terms_id), 303)


def _new_version(found: Terms, problem: object = "") -> str:
    here = enter(found.provider_id, manage=True)
    newest = queries.versions(db.session, found)[0][0]
    return page(
        "practice/terms_new_version.html",
        here,
        terms=found,
        newest=newest,
        signed=queries.signed(db.session, newest.id),
        problem=problem,
        accept=ACCEPT,
    )


@practice.get("/terms/<int:terms_id>/versions/<int:version>")
@signed_in
def terms_version(terms_id: int, version: int) -> ResponseReturnValue:
    """One version, the newest or an old one: its file and fingerprint, who has signed it, who has withdrawn (I-21)."""
    found = actions.load(actor(), terms_id)
    return _version(found, _numbered(found, version))


@practice.post("/terms/<int:terms_id>/versions/<int:version>/download")
@signed_in
def download_version(terms_id: int, version: int) -> ResponseReturnValue:
    """A link of five minutes to the file of a version, for the provider's own eyes (S2-55)."""
    found = actions.load(actor(), terms_id)
    shown = _numbered(found, version)
    return _version(found, shown, links=documents.links(actor(), sign_in_key(), [shown.file]))


def _numbered(found: Terms, version: int) -> TermsVersion:
    shown = queries.version(db.session, found, version) if version <= SMALL else None
    if shown is None:
        raise NotFound
    return shown


def _version(found: Terms, shown: TermsVersion, links: object = ()) -> str:
    here = enter(found.provider_id, manage=True)
    after = number(request.args, "after")
    said, further = queries.said_about(db.session, shown.id, after)
    return page(
        "practice/terms_version.html",
        here,
        terms=found,
        version=shown,
        newest=queries.versions(db.session, found)[0][0],
        signed=queries.signed(db.session, shown.id),
        said=said,
        after=after,
        further=further,
        links=links,
    )


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


def _one(found: Terms, problems: dict[str, Any] | None = None) -> str:
    here = enter(found.provider_id, manage=True)
    returned = bool(problems) and "title" in request.form
    after, before = number(request.args, "after"), number(request.args, "before")
    versions, older = queries.versions(db.session, found, before)
    newest = queries.versions(db.session, found)[0][0] if before else versions[0]
    signatures = queries.signatures(db.session, {newest.id, *(one.id for one in versions)})
    # Who leafs through old versions is not asked about.
    asked = found.required and found.active and before is None
    missing = asked and request.args.get("who") == "waiting"
    clients, further = (
        queries.clients_to_sign(db.session, newest, after)
        if missing
        else queries.signers(db.session, newest.id, after)
    )
    return page(
        "practice/terms_one.html",
        here,
        terms=found,
        missing=missing,
        waiting=queries.number_to_sign(db.session, newest) if asked else None,
        signed=signatures.get(newest.id, 0),
        clients=clients,
        after=after,
        further=further,
        versions=versions,
        newest=newest,
        signatures=signatures,
        before=before,
        older=older,
        demanding=numbers(request.form.getlist("offer"))
        if returned
        else practices.demanding(db.session, found),
        title_typed=request.form["title"] if returned else found.title,
        problems=problems or {},
        accept=ACCEPT,
    )
