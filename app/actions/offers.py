"""The services of a provider, and which specialist does which of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import money
from app.actions import fields, presses
from app.actions.base import action
from app.actions.providers import MAX_NAME, record
from app.errors import Invalid, NotFound
from app.extensions import db
from app.policy import Actor, load_practice, load_specialist
from models import Offer, Provider, Specialist

#: Services of a provider, at most.
MOST = 200


@action
def save(
    actor: Actor,
    provider_id: int,
    offer_id: int | None,
    sent: Mapping[str, str],
    serves: Sequence[int] = (),
    *,
    form_key: UUID | None = None,
) -> Offer:
    """Add a service, or change it: appointments keep what was agreed. `serves` are the organization's specialists who
    do it. A form that is sent again gives the service that it added before. Raises Invalid per field, Forbidden,
    NotFound."""
    provider = load_practice(db.session, actor, provider_id, manage=True).provider
    said = (provider_id, offer_id, sorted(sent.items()), sorted(serves))
    press = presses.press(actor, None if offer_id else form_key, Offer, *said)
    if before := press.made_before():
        return before
    errors: dict[str, object] = {}
    price = money.parsed(sent.get("price", ""), provider.currency)
    if price is None:
        errors["price"] = fields.no_amount(sent.get("price", ""), provider.currency)
    values = {
        "name": fields.line(sent.get("name", ""), "name", errors, most=MAX_NAME, required=True),
        "description": fields.text(sent.get("description", ""), "description", errors),
        "minutes": fields.number(sent.get("minutes", ""), "minutes", errors, 5, 24 * 60),
        "buffer": fields.number(sent.get("buffer") or "0", "buffer", errors, 0, 12 * 60),
        "price": price,
        "place": fields.line(sent.get("place", ""), "place", errors),
        "meeting_url": fields.address(sent.get("meeting_url", ""), "meeting_url", errors),
        "active": sent.get("active", "yes") == "yes",
    }
    chosen = [one for one in provider.specialists if one.id in serves or not provider.is_organization]
    if offer_id is None and len(provider.offers) >= MOST:
        errors["name"] = _(
            "You have %(number)s services already. Change one that you do not offer any more.",
            number=MOST,
        )
    if errors:
        raise Invalid(errors)
    if offer_id is None:
        offer = Offer(provider=provider, position=len(provider.offers), **values)
        db.session.add(offer)
    else:
        offer = one_of(provider, offer_id)
        for name, value in values.items():
            setattr(offer, name, value)
    offer.specialists = chosen
    db.session.flush()
    record(provider, "offer.changed" if offer_id else "offer.added", actor, name=offer.name)
    return press.made(offer)


@action
def serve(actor: Actor, specialist_id: int, offer_ids: Sequence[int]) -> Specialist:
    """Which services of the organization's catalogue a specialist does: his own choice, or the owner's. Raises
    NotFound."""
    specialist, practice = load_specialist(db.session, actor, specialist_id)
    for offer in all_with(practice.provider, Offer.specialists):
        wanted = offer.id in offer_ids
        if wanted and specialist not in offer.specialists:
            offer.specialists.append(specialist)
        elif not wanted and specialist in offer.specialists:
            offer.specialists.remove(specialist)
    record(practice.provider, "specialist.changed", actor, name=specialist.name)
    return specialist


def all_with(provider: Provider, what: Any) -> Sequence[Offer]:
    """All services of the provider with one of their lists. Two statements, however many there are."""
    query = select(Offer).where(Offer.provider_id == provider.id).options(selectinload(what))
    return db.session.scalars(query).all()


def one_of(provider: Provider, offer_id: int) -> Offer:
    """One of the provider's services. Raises NotFound."""
    found = next((offer for offer in provider.offers if offer.id == offer_id), None)
    if found is None:
        raise NotFound
    return found
