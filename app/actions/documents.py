"""Documents that a client and a provider give each other (S2-56..S2-62), and the links of five minutes to them and to
the provider's terms. Nobody is told of an upload: the chat is for that (S2-62)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, select

from app import clock, journal, tokens
from app.actions import files, presses
from app.actions.base import action, many
from app.errors import Forbidden, Invalid, NotFound
from app.extensions import db
from app.flows import By
from app.policy import Actor, client_side, load_client, readable_versions, visible_clients
from app.storage import Safe
from models import Client, Consent, DownloadLink, SharedDocument, StoredFile, Terms, TermsVersion, User
from models.providers import Provider

#: How long a link works (S2-55).
LIFE = dt.timedelta(minutes=5)
#: Documents of one pair, and links at once, at most.
MOST = 1000
MOST_LINKS = 50


@dataclass(frozen=True)
class Link:
    """A link as it is shown once: what it opens and its token."""

    file: StoredFile
    token: str
    expires_at: dt.datetime
    #: What the file is a version of, where it is one of terms: files of two documents may have one name.
    title: str = ""


class Expired(Invalid):
    """The link is older than five minutes, or the sign-in it was made in has ended. `file` is what it opened."""

    status = 410

    def __init__(self, file: StoredFile) -> None:
        text = _(
            "A link works for five minutes, and only until you sign out where you made it. Press “Download” "
            "again for a new one."
        )
        super().__init__(text=text, code="link")
        self.file = file


def keep_sealed(
    actor: Actor, safe: Safe, stream: IO[bytes], filename: str, subject: str
) -> tuple[StoredFile, str]:
    """Within an action: an upload as a sealed file, and the SHA-256 of what it says. Raises Invalid, TooLarge."""
    stored, digest = safe.save(stream, filename)
    return files.added(actor, files.kept(safe, stored), subject, sealed=True), digest


# --- what is exchanged ---------------------------------------------------------------------------------------------


@action
def upload(
    actor: Actor,
    client_id: int,
    safe: Safe,
    stream: IO[bytes],
    filename: str,
    *,
    form_key: UUID | None = None,
) -> SharedDocument:
    """«Загрузить» (S2-58). A form that is sent again gives what it brought before. Raises NotFound, Invalid (empty,
    forbidden or lying type, too many), TooLarge."""
    client = load_client(db.session, actor, client_id)
    press = presses.press(actor, form_key, SharedDocument, client_id, filename, presses.content(stream))
    if before := press.made_before():
        return before
    if many(SharedDocument, SharedDocument.client_id == client.id) >= MOST:
        raise Invalid(
            text=_(
                "There are %(number)s documents already. Delete some that you have uploaded first.",
                number=MOST,
            )
        )
    file, _digest = keep_sealed(actor, safe, stream, filename, client.subject)
    document = SharedDocument(
        client=client,
        file=file,
        by_provider=client_side(actor, client) is By.STAFF,
        created_at=clock.now(),
    )
    db.session.add(document)
    db.session.flush()
    _record(actor, client, "document.added")
    return press.made(document)


@action
def remove(actor: Actor, client_id: int, document_ids: Sequence[int], safe: Safe) -> int:
    """«Удалить»: own documents only (S2-59); what is gone already is no error. How many. Raises Forbidden if one of
    them is the other side's: then none is deleted."""
    client = load_client(db.session, actor, client_id)
    found = db.session.scalars(
        select(SharedDocument)
        .where(SharedDocument.client_id == client.id, SharedDocument.id.in_(list(document_ids)))
        .with_for_update()
    ).all()
    provider = client_side(actor, client) is By.STAFF
    if any(document.by_provider is not provider for document in found):
        raise Forbidden(_("You can delete only documents that you have uploaded yourself."))
    for document in found:
        file_id = document.file_id
        db.session.delete(document)
        db.session.flush()
        db.session.execute(delete(StoredFile).where(StoredFile.id == file_id))
        files.drop(safe, file_id)
    if found:
        _record(actor, client, "document.removed")
    return len(found)


def _record(actor: Actor, client: Client, kind: str) -> None:
    """The other side's open page shows it; a notice is not sent."""
    journal.write(db.session, kind, actor, client.subject, [client.subject])


# --- links of five minutes ------------------------------------------------------------------------------------------


@action
def links(actor: User, sign_in: str, found: Sequence[StoredFile]) -> list[Link]:
    """«Скачать» (S2-53, S2-57): a link to each of the files for the actor alone, in this sign-in.
    The caller has seen that he may read them. Raises Invalid for none or too many."""
    if not found:
        raise Invalid(text=_("Choose at least one document."))
    if len(found) > MOST_LINKS:
        raise Invalid(text=_("At most %(number)s documents at once.", number=MOST_LINKS))
    now = clock.now()
    titles = _titles(found)
    made = [Link(file, tokens.new(), now + LIFE, titles.get(file.id, "")) for file in found]
    db.session.add_all(
        DownloadLink(
            token_hash=tokens.hashed(link.token),
            file_id=link.file.id,
            user_id=actor.id,
            sign_in_hash=tokens.hashed(sign_in),
            created_at=now,
            expires_at=link.expires_at,
        )
        for link in made
    )
    return made


def _titles(found: Sequence[StoredFile]) -> dict[UUID, str]:
    """Of files of terms: which document they are of, by the file."""
    those = [file.id for file in found if file.subject.startswith("terms:")]
    query = select(TermsVersion.file_id, Terms.title).join(Terms, Terms.id == TermsVersion.terms_id)
    rows = db.session.execute(query.where(TermsVersion.file_id.in_(those))) if those else ()
    return {row[0]: row[1] for row in rows}


def opened(actor: User, sign_in: str, token: str) -> StoredFile:
    """The file of a link. Raises NotFound for what is no link of this person's, Expired after five minutes or after the
    sign-in; whoever has lost the right to the file has lost the link."""
    link: DownloadLink | None = db.session.scalar(
        select(DownloadLink).where(
            DownloadLink.token_hash == tokens.hashed(token), DownloadLink.user_id == actor.id
        )
    )
    if link is None or not may_read(actor, link.file):
        raise NotFound
    if link.expires_at < clock.now() or link.sign_in_hash != tokens.hashed(sign_in):
        raise Expired(link.file)
    return link.file


def may_read(actor: Actor, file: StoredFile) -> bool:
    """Whether the actor is one of the two that a sealed file is between: of a pair, or of a provider's terms."""
    kind, _sep, key = file.subject.partition(":")
    if kind == "client":
        query = visible_clients(actor).where(Client.id == int(key))
    elif kind == "terms":
        if _decided(actor, file):
            return True
        provider_id = select(Terms.provider_id).where(Terms.id == int(key)).scalar_subquery()
        owned = select(Provider.id).where(Provider.id == provider_id, Provider.owner_id == actor.id)
        if db.session.scalar(owned) is not None:
            return True
        active = select(Terms.id).where(Terms.id == int(key), Terms.active).exists()
        query = visible_clients(actor).where(Client.provider_id == provider_id, active)
    else:
        return False
    return db.session.scalar(query.with_only_columns(Client.id).limit(1)) is not None


def pair_of(actor: Actor, file: StoredFile) -> int | None:
    """The pair in which the actor has the file as a client, or has exchanged it; None for the provider of terms."""
    kind, _sep, key = file.subject.partition(":")
    if kind == "client":
        return int(key)
    own = select(Client.id).join(Terms, Terms.provider_id == Client.provider_id)
    found: int | None = db.session.scalar(own.where(Terms.id == int(key), Client.user_id == actor.id))
    return found


def _decided(actor: Actor, file: StoredFile) -> bool:
    """What a client has signed stays readable to him, whatever became of the document (I-21)."""
    query = (
        select(Consent.id)
        .join(Client, Client.id == Consent.client_id)
        .join(TermsVersion, TermsVersion.id == Consent.version_id)
        .where(Client.user_id == actor.id, TermsVersion.file_id == file.id)
    )
    return db.session.scalar(query.limit(1)) is not None


def files_of(client: Client, document_ids: Sequence[int]) -> list[StoredFile]:
    """The files of the pair's documents with these numbers, in their order; foreign ones are not among them."""
    return list(
        db.session.scalars(
            select(StoredFile)
            .join(SharedDocument, SharedDocument.file_id == StoredFile.id)
            .where(SharedDocument.client_id == client.id, SharedDocument.id.in_(list(document_ids)))
            .order_by(SharedDocument.id)
        )
    )


def files_of_versions(provider_id: int, version_ids: Sequence[int]) -> list[StoredFile]:
    """The files of the provider's terms in these versions, for the provider's side."""
    return _version_files(Terms.provider_id == provider_id, TermsVersion.id.in_(list(version_ids)))


def files_for(client: Client, version_ids: Sequence[int]) -> list[StoredFile]:
    """Those of them that the client may read."""
    return _version_files(
        TermsVersion.id.in_(list(version_ids)), TermsVersion.id.in_(readable_versions(client))
    )


def _version_files(*which: Any) -> list[StoredFile]:
    return list(
        db.session.scalars(
            select(StoredFile)
            .join(TermsVersion, TermsVersion.file_id == StoredFile.id)
            .join(Terms, Terms.id == TermsVersion.terms_id)
            .where(*which)
            .order_by(Terms.position, Terms.id, TermsVersion.number.desc())
        )
    )


@action
def forget_links() -> int:
    """Links that ended an hour ago are of no use to anybody. How many."""
    gone = db.session.scalars(
        delete(DownloadLink)
        .where(DownloadLink.expires_at < clock.now() - dt.timedelta(hours=1))
        .returning(DownloadLink.id)
    ).all()
    return len(gone)
