"""«Условия»: the provider's documents with versions, and the log of consents (S2-48..S2-54, I-21, D-16)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import IO
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, func, select

from app import clock, journal, queue
from app.actions import documents, fields, offers, presses, providers
from app.actions.base import action, many
from app.errors import Forbidden, Invalid, NotFound, Stale, TooLarge
from app.extensions import db
from app.policy import Actor, load_client, load_practice
from app.queries import consents
from app.queries import terms as queries
from app.storage import Safe
from models import Client, Consent, Offer, Terms, TermsVersion, User

#: Documents of terms of one provider, at most.
MOST = 100


# --- the provider's side ------------------------------------------------------------------------------------------


@action
def add(
    actor: User,
    provider_id: int,
    title: str,
    *,
    safe: Safe,
    stream: IO[bytes] | None,
    filename: str,
    required: bool,
    form_key: UUID | None = None,
) -> Terms:
    """A new document of terms with its first version. A form that is sent again gives the one that it added before.
    Raises Invalid with all that is wrong, the file too (`stream` None: none was chosen), Forbidden, NotFound."""
    provider = load_practice(db.session, actor, provider_id, manage=True).provider
    press = presses.press(
        actor,
        form_key,
        Terms,
        provider_id,
        title,
        required,
        filename,
        presses.content(stream) if stream else "",
    )
    if before := press.made_before():
        return before
    errors: dict[str, object] = {}
    title = fields.line(title, "title", errors, most=200, required=True)
    count = many(Terms, Terms.provider_id == provider_id)
    if count >= MOST:
        errors["title"] = _(
            "There are %(number)s documents already. Publish a new version of one of them instead.",
            number=MOST,
        )
    try:
        if stream is None:
            errors["file"] = _("Choose a file first.")
        else:
            safe.check(stream, filename)
    except (Invalid, TooLarge) as error:
        errors["file"] = error.text
    if errors or stream is None:
        raise Invalid(errors)
    terms = Terms(provider_id=provider_id, title=title, required=required, position=count)
    db.session.add(terms)
    db.session.flush()
    version = _publish(actor, terms, safe, stream, filename)
    providers.record(provider, "terms.published", actor, to_clients=True, name=title, version=1)
    _ask_clients(terms, version)
    return press.made(terms)


@action
def publish(
    actor: User,
    terms_id: int,
    safe: Safe,
    stream: IO[bytes],
    filename: str,
    *,
    known: int | None = None,
    form_key: UUID | None = None,
) -> TermsVersion:
    """A new version: consents to the one before hold no longer, and a job tells whoever had agreed (I-21). A form that
    is sent again gives the version that it made before. `known` is the number of signatures that the actor was told
    will end by it. Raises Stale if there are more, Invalid, TooLarge, Forbidden, NotFound."""
    terms = load(actor, terms_id, lock=True)
    digest = presses.content(stream)
    press = presses.press(actor, form_key, TermsVersion, terms_id, filename, digest)
    if before := press.made_before():
        return before
    newest_id, newest = db.session.execute(_newest(terms_id)).one()
    if digest == newest:
        raise Invalid(
            {
                "file": _(
                    "This is the file of the present version. Nothing was changed, and nobody is asked again."
                )
            }
        )
    if known is not None and queries.signed(db.session, newest_id) > known:
        raise Stale(
            _("Clients have signed this document in the meantime. See how many, and choose the file again.")
        )
    version = _publish(actor, terms, safe, stream, filename)
    said = {"name": terms.title, "version": version.number}
    providers.record(terms.provider, "terms.published", actor, to_clients=True, **said)
    _ask_clients(terms, version)
    return press.made(version)


def _ask_clients(terms: Terms, version: TermsVersion) -> None:
    if terms.required and terms.active:
        version.told_to = 0
        queue.defer(db.session, "tell_of_version", version_id=version.id)


@action
def tell_of_version(version_id: int, limit: int = 100) -> int:
    """Tell the next clients who had agreed to the version before, of a new document all who have not signed: each of
    them once, for how far it has come is written down with what it wrote. How many; 0 when there is nobody left, or
    nothing to be signed any more."""
    version: TermsVersion | None = db.session.scalar(
        select(TermsVersion)
        .where(TermsVersion.id == version_id)
        # Nobody who signs has to wait for it.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if version is None or version.told_to is None:
        return 0
    terms, publisher = version.terms, db.session.get_one(User, version.published_by)
    asked: Sequence[Client] = ()
    if terms.required and terms.active:
        whom = queries.agreed_before if version.number > 1 else queries.not_agreed
        asked = whom(db.session, version, after=version.told_to, limit=limit)
    for client in asked:
        journal.write(
            db.session,
            "terms.renewed" if version.number > 1 else "terms.asked",
            publisher,
            client.subject,
            [f"user:{client.user_id}"],
            name=terms.title,
            provider=terms.provider.name,
        )
    version.told_to = asked[-1].id if asked else None
    return len(asked)


def _newest(terms_id: int) -> Select[int, str]:
    """The present version's number in the table, and the fingerprint of its file."""
    query = select(TermsVersion.id, TermsVersion.digest).where(TermsVersion.terms_id == terms_id)
    return query.order_by(TermsVersion.number.desc()).limit(1)


def _publish(actor: User, terms: Terms, safe: Safe, stream: IO[bytes], filename: str) -> TermsVersion:
    file, digest = documents.keep_sealed(actor, safe, stream, filename, f"terms:{terms.id}")
    last = select(func.max(TermsVersion.number)).where(TermsVersion.terms_id == terms.id)
    version = TermsVersion(
        terms_id=terms.id,
        number=(db.session.scalar(last) or 0) + 1,
        file=file,
        digest=digest,
        published_at=clock.now(),
        published_by=actor.id,
    )
    db.session.add(version)
    db.session.flush()
    db.session.expire(terms, ["versions"])
    return version


@action
def edit(
    actor: User, terms_id: int, title: str, *, required: bool, active: bool, offer_ids: Sequence[int] = ()
) -> Terms:
    """Another title; whether consent is asked for; whether clients see it; which services can be asked for only when it
    is signed. Raises Invalid, Forbidden, NotFound."""
    terms = load(actor, terms_id, lock=True)
    errors: dict[str, object] = {}
    terms.title = fields.line(title, "title", errors, most=200, required=True)
    if errors:
        raise Invalid(errors)
    terms.required, terms.active = required, active
    for offer in offers.all_with(terms.provider, Offer.terms):
        wanted = offer.id in offer_ids and required and active
        if wanted and terms not in offer.terms:
            offer.terms.append(terms)
        elif not wanted and terms in offer.terms:
            offer.terms.remove(terms)
    providers.record(terms.provider, "terms.changed", actor, to_clients=True, name=terms.title)
    return terms


def load(actor: Actor, terms_id: int, *, lock: bool = False) -> Terms:
    """A document of terms of the actor's own provider. Raises NotFound, Forbidden."""
    query = select(Terms).where(Terms.id == terms_id)
    terms: Terms | None = (
        db.session.scalar(query.with_for_update() if lock else query) if terms_id < 2**31 else None
    )
    if terms is None:
        raise NotFound
    load_practice(db.session, actor, terms.provider_id, manage=True)
    return terms


# --- the client's side --------------------------------------------------------------------------------------------


@action
def change_consent(actor: User, client_id: int, wanted: Mapping[int, bool]) -> list[Consent]:
    """«Изменить согласие», confirmed (S2-54): by version, whether the client agrees. What is so already adds nothing to
    the log. Raises NotFound; Stale if a version was replaced or taken back meanwhile: nothing is signed that was not
    read."""
    client = load_client(db.session, actor, client_id)
    if client.user_id != actor.id:
        raise Forbidden(_("Only the client can give and withdraw consent."))
    # A press that is repeated at once finds what the first one has written.
    db.session.execute(select(Client.id).where(Client.id == client.id).with_for_update())
    # Whoever publishes a new version waits, or we see it.
    rows = {
        row.version.id: row
        for row in queries.standing(db.session, client, lock=True)
        if row.version.id in wanted
    }
    if not wanted:
        raise Invalid(text=_("Choose at least one document."))
    if missing := set(wanted) - set(rows):
        raise Stale(why_gone(client, missing))
    changed = [row for number, row in rows.items() if row.signed is not wanted[number]]
    added = [
        Consent(
            client_id=client.id,
            version_id=row.version.id,
            given=wanted[row.version.id],
            digest=row.version.digest,
            user_id=actor.id,
            at=clock.now(),
        )
        for row in changed
    ]
    db.session.add_all(added)
    for row in changed:
        kind = "terms.signed" if wanted[row.version.id] else "terms.withdrawn"
        rooms = [client.subject, f"user:{client.provider.owner_id}", f"user:{actor.id}"]
        journal.write(
            db.session,
            kind,
            actor,
            client.subject,
            rooms,
            name=row.terms.title,
            version=row.version.number,
            digest=row.version.digest,
        )
    return added


def why_gone(client: Client, version_ids: Collection[int]) -> str:
    """Why these versions are not to be decided about: the provider has taken the document back, or replaced it."""
    titles = consents.taken_back(db.session, client, version_ids)
    if not titles:
        return _("One of the documents has a new version. Read it and decide again: nothing was signed.")
    return ngettext(
        "%(provider)s has taken this document back: “%(names)s”. It needs no signature, and nothing was signed.",
        "%(provider)s has taken these documents back: “%(names)s”. They need no signature, and nothing was signed.",
        len(titles),
        provider=client.provider.name,
        names="”, “".join(titles),
    )
