"""What a client's wish for an appointment is, as the addresses and forms of «Запросить запись» carry it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for

from app.actions.appointments import serving
from app.errors import NotFound
from app.extensions import db
from app.queries import appointments as queries
from models import Client, Offer, Specialist
from views.numbers import number
from views.portal.providers import own_client


@dataclass(frozen=True)
class Wish:
    """What is chosen: the pair, the service, who shall do it (None: whoever is free). `there` are the specialists who
    have working hours: of the others no time is ever free."""

    client: Client
    offers: Sequence[Offer]
    offer: Offer | None = None
    who: Specialist | None = None
    there: frozenset[int] = frozenset()

    @property
    def serving(self) -> list[Specialist]:
        return _with_hours(self.offer, self.there) if self.offer else []

    @property
    def wanted(self) -> list[Specialist]:
        return [self.who] if self.who else self.serving

    def address(self, **more: Any) -> str:
        """The step that follows from all this and `more`."""
        given = {
            "client": self.client.id,
            "offer": self.offer.id if self.offer else None,
            "who": self.who.id if self.who else None,
        }
        return url_for("portal.ask", **given | more)


def _with_hours(offer: Offer, there: frozenset[int]) -> list[Specialist]:
    """Whom there is a sense in choosing; if that is nobody, all of them: the step of days says that no time is free."""
    those = serving(offer)
    return [one for one in those if one.id in there] or those


def wish_of(client_id: int, sent: Mapping[str, str]) -> Wish:
    """What is chosen so far. Raises NotFound for what is not the reader's or not this provider's."""
    client = own_client(client_id)
    offers = queries.offers(db.session, client.provider)
    offer_id, who_id = number(sent, "offer"), number(sent, "who")
    offer = next((one for one in offers if one.id == offer_id), None)
    if offer_id is not None and offer is None:
        raise NotFound
    there = queries.with_hours(db.session, {who for one in offers for who in serving(one)})
    wish = Wish(client, [one for one in offers if serving(one)], offer, there=there)
    who = next((one for one in wish.serving if one.id == who_id), None)
    return replace(wish, who=who if len(wish.serving) > 1 else None)


def moment(sent: Mapping[str, str]) -> dt.datetime | None:
    """A time as our own links write it, «2026-11-23T09:00Z»."""
    try:
        found = dt.datetime.fromisoformat(sent.get("at", ""))
    except ValueError:
        return None
    return found.astimezone(dt.UTC) if found.tzinfo and 2000 < found.year < 2200 else None


def date(text: str) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 < found.year < 2200 else None


def written(at: dt.datetime) -> str:
    """The time as addresses and forms of these pages write it; seconds where an absence has ended at such."""
    exact = "auto" if at.second or at.microsecond else "minutes"
    return at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec=exact) + "Z"
