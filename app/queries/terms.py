"""The provider's terms as their readers meet them: what waits for consent, what is signed, by whom, since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload

from app.queries import paging
from models import FACE, Client, Consent, Terms, TermsVersion


@dataclass(frozen=True)
class Standing:
    """A document in its newest version, and how the client stands to it. `at` is when he signed or withdrew."""

    terms: Terms
    version: TermsVersion
    signed: bool
    at: dt.datetime | None

    @property
    def waiting(self) -> bool:
        """«Ожидает согласия» (S2-49)."""
        return self.terms.required and not self.signed


def of_provider(
    session: Session, provider_id: int, *, everything: bool = False
) -> Sequence[tuple[Terms, TermsVersion]]:
    """The provider's documents in their order, each with its newest version; those that are switched off on demand. One
    statement."""
    newest = select(func.max(TermsVersion.number)).where(TermsVersion.terms_id == Terms.id)
    query = (
        select(Terms, TermsVersion)
        .join(TermsVersion, TermsVersion.terms_id == Terms.id)
        .where(
            Terms.provider_id == provider_id,
            TermsVersion.number == newest.correlate(Terms).scalar_subquery(),
        )
        .options(joinedload(TermsVersion.file))
        .order_by(Terms.position, Terms.id)
    )
    if not everything:
        query = query.where(Terms.active)
    return [(terms, version) for terms, version in session.execute(query)]


def versions(
    session: Session, terms: Terms, before: int | None = None
) -> tuple[Sequence[TermsVersion], int | None]:
    """The versions of a document, newest first, from below the number `before`. One statement."""
    query = select(TermsVersion).where(TermsVersion.terms_id == terms.id)
    return paging.newest(session, query.options(joinedload(TermsVersion.file)), TermsVersion.number, before)


def standing(session: Session, client: Client, *, lock: bool = False) -> list[Standing]:
    """«Условия» of one client: all documents with their marks (S2-48..S2-51). With `lock` no new version appears until
    the transaction ends. Two statements."""
    if lock:
        query = select(Terms.id).where(Terms.provider_id == client.provider_id).order_by(Terms.id)
        session.execute(query.with_for_update(read=True))
    documents = of_provider(session, client.provider_id)
    found = _last(session, client, [version.id for _terms, version in documents])
    return [Standing(terms, version, *found.get(version.id, (False, None))) for terms, version in documents]


def _last(
    session: Session, client: Client, version_ids: Sequence[int]
) -> dict[int, tuple[bool, dt.datetime | None]]:
    """By version: the client's last word on it."""
    rows = session.execute(
        select(Consent.version_id, Consent.given, Consent.at)
        .where(Consent.client_id == client.id, Consent.version_id.in_(version_ids))
        .order_by(Consent.version_id, Consent.id.desc())
        .ext(distinct_on(Consent.version_id))
    )
    return {version_id: (given, at) for version_id, given, at in rows}


def signers(
    session: Session, version_id: int, after: int | None = None
) -> tuple[Sequence[Client], int | None]:
    """A page of the clients whose last word on a version is consent, by their numbers, and the one behind whom the next
    page begins. One statement."""
    found = _signers(session, version_id, after or 0, paging.PAGE + 1)
    return found[: paging.PAGE], found[paging.PAGE - 1].id if len(found) > paging.PAGE else None


def signed(session: Session, version_id: int) -> int:
    """How many they are. One statement."""
    last = _last_words(version_id, 0)
    return session.scalar(select(func.count()).select_from(last).where(last.c.given)) or 0


def clients_to_sign(
    session: Session, version: TermsVersion, after: int | None = None
) -> tuple[Sequence[Client], int | None]:
    """A page of the provider's clients who have not signed a version, or have withdrawn, by their numbers, and the one
    behind whom the next page begins. One statement."""
    found = not_agreed(session, version, after=after or 0, limit=paging.PAGE + 1)
    return found[: paging.PAGE], found[paging.PAGE - 1].id if len(found) > paging.PAGE else None


def not_agreed(session: Session, version: TermsVersion, *, after: int, limit: int) -> Sequence[Client]:
    """The first of them behind the one with the number `after`. One statement."""
    query = _to_sign(version).where(Client.id > after).order_by(Client.id).limit(limit)
    return session.scalars(query.options(joinedload(Client.user).load_only(*FACE))).all()


def number_to_sign(session: Session, version: TermsVersion) -> int:
    """How many they are. One statement."""
    return session.scalar(_to_sign(version).with_only_columns(func.count())) or 0


def _to_sign(version: TermsVersion) -> Select[Client]:
    last = _last_words(version.id, 0)
    agreed = select(last.c.client_id).where(last.c.given)
    return select(Client).where(Client.provider_id == version.terms.provider_id, Client.id.not_in(agreed))


def _last_words(version_id: int, after: int) -> Any:
    """The last word of each client about a version, of those behind `after`."""
    return (
        select(Consent.client_id, Consent.given)
        .where(Consent.version_id == version_id, Consent.client_id > after)
        .order_by(Consent.client_id, Consent.id.desc())
        .ext(distinct_on(Consent.client_id))
        .subquery()
    )


def _signers(session: Session, version_id: int, after: int, limit: int) -> Sequence[Client]:
    last = _last_words(version_id, after)
    query = (
        select(Client)
        .join(last, last.c.client_id == Client.id)
        .where(last.c.given)
        .options(joinedload(Client.user).load_only(*FACE))
        .order_by(last.c.client_id)
        .limit(limit)
    )
    return session.scalars(query).all()


@dataclass(frozen=True)
class Said:
    """What a client has said about a version, oldest first: given, withdrawn, given again."""

    client: Client
    lines: list[Consent]

    @property
    def signed(self) -> bool:
        """His last word holds."""
        return self.lines[-1].given


def said_about(session: Session, version_id: int, after: int | None = None) -> tuple[list[Said], int | None]:
    """A page of the clients who have ever signed a version, by their numbers, each with his lines of the log; and the
    one behind whom the next page begins (I-21). Two statements."""
    spoke = select(Consent.client_id).where(Consent.version_id == version_id).distinct()
    query = select(Client).where(Client.id.in_(spoke)).options(joinedload(Client.user).load_only(*FACE))
    clients, further = paging.onward(session, query, (Client.id,), after)
    lines: dict[int, list[Consent]] = {one.id: [] for one in clients}
    of_page = (Consent.version_id == version_id, Consent.client_id.in_(list(lines)))
    for line in session.scalars(select(Consent).where(*of_page).order_by(Consent.id)):
        lines[line.client_id].append(line)
    return [Said(one, lines[one.id]) for one in clients], further


def signatures(session: Session, version_ids: Collection[int]) -> dict[int, int]:
    """By version how many clients' last word about it is consent. One statement."""
    last = (
        select(Consent.version_id, Consent.given)
        .where(Consent.version_id.in_(list(version_ids)))
        .order_by(Consent.version_id, Consent.client_id, Consent.id.desc())
        .ext(distinct_on(Consent.version_id, Consent.client_id))
        .subquery()
    )
    query = select(last.c.version_id, func.count()).where(last.c.given).group_by(last.c.version_id)
    return {row[0]: row[1] for row in session.execute(query)}


def version(session: Session, terms: Terms, number: int) -> TermsVersion | None:
    """A version of a document by its number. One statement."""
    query = select(TermsVersion).where(TermsVersion.terms_id == terms.id, TermsVersion.number == number)
    found: TermsVersion | None = session.scalar(query.options(joinedload(TermsVersion.file)))
    return found


def agreed_before(session: Session, version: TermsVersion, *, after: int, limit: int) -> Sequence[Client]:
    """Those of them who had agreed to the version before this one: it is not signed any more, so they stay the same."""
    earlier = select(TermsVersion.id).where(
        TermsVersion.terms_id == version.terms_id, TermsVersion.number == version.number - 1
    )
    return _signers(session, session.scalar(earlier) or 0, after, limit)


def log(session: Session, client: Client, limit: int = 200) -> Sequence[Consent]:
    """The log of one client, newest first: version, hash of the file, time (I-21). One statement."""
    return session.scalars(
        select(Consent)
        .where(Consent.client_id == client.id)
        .options(joinedload(Consent.version).joinedload(TermsVersion.terms))
        .order_by(Consent.id.desc())
        .limit(limit)
    ).all()


def counts(session: Session, provider_id: int) -> dict[int, int]:
    """By document: how many clients have signed its newest version. One statement."""
    newest = (
        select(TermsVersion.terms_id, func.max(TermsVersion.id).label("id"))
        .join(Terms, Terms.id == TermsVersion.terms_id)
        .where(Terms.provider_id == provider_id)
        .group_by(TermsVersion.terms_id)
        .subquery()
    )
    last = (
        select(newest.c.terms_id, Consent.given)
        .join(newest, newest.c.id == Consent.version_id)
        .order_by(Consent.version_id, Consent.client_id, Consent.id.desc())
        .ext(distinct_on(Consent.version_id, Consent.client_id))
        .subquery()
    )
    rows = session.execute(
        select(last.c.terms_id, func.count()).where(last.c.given).group_by(last.c.terms_id)
    )
    return {row[0]: row[1] for row in rows}
