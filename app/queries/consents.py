"""What a client has decided about the provider's terms: what waits for him, what he had signed, what is no more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import false, func, select
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFound
from app.policy import readable_versions
from models import Client, Consent, Offer, Terms, TermsVersion
from models.documents import offer_terms

#: Versions of one document on its page.
MOST = 100


@dataclass(frozen=True)
class Kept:
    """A version that the client may read, and what he said to it, in its order. `current`: it is the one that holds."""

    version: TermsVersion
    decisions: Sequence[Consent]
    current: bool

    @property
    def signed(self) -> bool:
        return bool(self.decisions) and self.decisions[-1].given


def history(session: Session, client: Client, terms_id: int) -> tuple[Terms, list[Kept]]:
    """One document as the client has known it, newest version first: those that he decided about, and the present one.
    Raises NotFound if there is nothing of it for him. Two statements."""
    if not 0 < terms_id < 2**31:
        raise NotFound
    versions = session.scalars(
        select(TermsVersion)
        .where(TermsVersion.terms_id == terms_id, TermsVersion.id.in_(readable_versions(client)))
        .options(joinedload(TermsVersion.file), joinedload(TermsVersion.terms))
        .order_by(TermsVersion.number.desc())
        .limit(MOST)
    ).all()
    if not versions:
        raise NotFound
    said: dict[int, list[Consent]] = {version.id: [] for version in versions}
    for one in session.scalars(
        select(Consent)
        .where(Consent.client_id == client.id, Consent.version_id.in_(said))
        .order_by(Consent.id)
    ):
        said[one.version_id].append(one)
    terms = versions[0].terms
    # Of a document that is shown the newest version is among what he may read.
    return terms, [
        Kept(version, said[version.id], terms.active and version is versions[0]) for version in versions
    ]


def waiting(client_id: Any, provider_id: Any) -> Any:
    """How many documents of a provider wait for a client's consent (S2-49): a column of a query that knows the two."""
    return (
        select(func.count())
        .select_from(Terms)
        .where(Terms.provider_id == provider_id, Terms.active, Terms.required, _agreed(client_id) == false())
        .correlate(Client)
        .scalar_subquery()
    )


def _agreed(client_id: Any) -> Any:
    """Whether the client's last word about the newest version of a row of Terms is consent."""
    newest = (
        select(TermsVersion.id)
        .where(TermsVersion.terms_id == Terms.id)
        .order_by(TermsVersion.number.desc())
        .limit(1)
        .correlate(Terms)
        .scalar_subquery()
    )
    last = (
        select(Consent.given)
        .where(Consent.client_id == client_id, Consent.version_id == newest)
        .order_by(Consent.id.desc())
        .limit(1)
        .correlate(Terms, Client)
        .scalar_subquery()
    )
    return func.coalesce(last, false())


def demanded(session: Session, client: Client, offers: Iterable[Offer]) -> dict[int, list[Terms]]:
    """By service: what it demands and the client has not signed in its newest version, in the provider's order (S2-8);
    nothing of a service that can be asked for at once. One statement."""
    found: dict[int, list[Terms]] = {}
    query = (
        select(offer_terms.c.offer_id, Terms)
        .join(Terms, Terms.id == offer_terms.c.terms_id)
        .where(
            offer_terms.c.offer_id.in_([one.id for one in offers]),
            Terms.active,
            _agreed(client.id) == false(),
        )
        .order_by(Terms.position, Terms.id)
    )
    for offer_id, terms in session.execute(query):
        found.setdefault(offer_id, []).append(terms)
    return found


def documents_to_sign(session: Session, client: Client) -> int:
    """How many documents wait for the consent of one pair's client. One statement."""
    return session.scalar(select(waiting(client.id, client.provider_id))) or 0


def taken_back(session: Session, client: Client, version_ids: Collection[int]) -> Sequence[str]:
    """The titles of those of the documents that the provider shows no more. One statement."""
    return session.scalars(
        select(Terms.title)
        .where(
            Terms.provider_id == client.provider_id,
            Terms.active.is_(False),
            Terms.versions.any(TermsVersion.id.in_(version_ids)),
        )
        .order_by(Terms.position, Terms.id)
    ).all()
