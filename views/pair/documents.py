"""«Документы» (S2-56..S2-62): what a client and a provider have given each other."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.actions import documents as actions
from app.errors import Forbidden, Invalid, TooLarge
from app.extensions import db
from app.queries import documents as queries
from app.storage import ACCEPT, MAX_FILE_BYTES
from models import Client
from views.context import actor, signed_in
from views.keys import form_key
from views.numbers import number
from views.pair.base import chosen, draw, known, pair
from views.sealed import safe, sign_in_key

#: Files of one sending.
AT_ONCE = 10


@pair.get("/pairs/<int:client_id>/documents")
@signed_in
def documents(client_id: int) -> ResponseReturnValue:
    """The documents of the pair, newest first."""
    client, ours = known(client_id)
    return _page(client, ours=ours)


@pair.post("/pairs/<int:client_id>/documents")
@signed_in
def upload(client_id: int) -> ResponseReturnValue:
    """«Загрузить» (S2-58): the files that can be taken are, the others are named with the reason."""
    client, ours = known(client_id)
    sent = [file for file in request.files.getlist("files") if file.filename]
    problems, done = [], 0
    if not sent:
        problems.append(str(_("Choose a file first.")))
    for file in sent[:AT_ONCE]:
        try:
            actions.upload(actor(), client_id, safe(), file.stream, file.filename or "", form_key=form_key())
            done += 1
        except (Invalid, TooLarge) as error:
            problems.append(str(error.text))
    if left := [str(file.filename) for file in sent[AT_ONCE:]]:
        problems.append(
            _("At most %(most)s files at once. Not uploaded: %(names)s.", most=AT_ONCE, names=", ".join(left))
        )
    if problems:
        if done:
            problems.insert(0, ngettext("The document is uploaded.", "%(num)d documents are uploaded.", done))
        client, ours = known(client_id)
        return _page(client, ours=ours, problem=" ".join(problems)), 422
    flash(ngettext("The document is uploaded.", "%(num)d documents are uploaded.", done))
    return redirect(url_for("pair.documents", client_id=client_id), 303)


@pair.post("/pairs/<int:client_id>/documents/download")
@signed_in
def download_documents(client_id: int) -> ResponseReturnValue:
    """«Скачать»: links of five minutes for what is ticked (S2-57)."""
    client, ours = known(client_id)
    try:
        links = actions.links(actor(), sign_in_key(), actions.files_of(client, chosen()))
    except Invalid as error:
        return _page(client, ours=ours, problem=str(error.text)), 422
    return _page(client, ours=ours, links=links)


@pair.post("/pairs/<int:client_id>/documents/removal")
@signed_in
def removal(client_id: int) -> ResponseReturnValue:
    """What will be deleted, to be confirmed. The other side's documents are not for it (S2-59)."""
    client, ours = known(client_id)
    found = queries.chosen(db.session, client, chosen())
    if not found:
        return _page(client, ours=ours, problem=str(_("Choose at least one document."))), 422
    if any(one.by_provider is not ours for one in found):
        problem = str(_("You can delete only documents that you have uploaded yourself."))
        return _page(client, ours=ours, problem=problem), 403
    before = number(request.args, "before")
    return draw(client, "pair/removal.html", ours=ours, documents=found, before=before)


@pair.post("/pairs/<int:client_id>/documents/remove")
@signed_in
def remove_documents(client_id: int) -> ResponseReturnValue:
    """«Удалить», confirmed: own ones only (S2-59)."""
    try:
        done = actions.remove(actor(), client_id, chosen(), safe())
    except Forbidden as error:
        # A failed action has rolled back, and with it went what was loaded.
        client, ours = known(client_id)
        return _page(client, ours=ours, problem=str(error.text)), 403
    flash(ngettext("The document is deleted.", "%(num)d documents are deleted.", done))
    return redirect(url_for("pair.documents", client_id=client_id), 303)


def _page(client: Client, *, ours: bool, **values: object) -> str:
    before = number(request.args, "before")
    found, older = queries.of_client(db.session, client, before)
    return draw(
        client,
        "pair/documents.html",
        ours=ours,
        documents=found,
        before=before,
        older=older,
        ticked=set(chosen()),
        accept=ACCEPT,
        limit=MAX_FILE_BYTES,
        **{"problem": "", "links": ()} | values,
    )
