"""A provider's page as its readers see it, and who may."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFound
from app.policy import Actor, practices
from models import Client, Offer, Profile, ProfileAddress, Provider, StoredFile

#: The end of a direct link.
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,58}[a-z0-9])")
#: Name → what it is called. The colours are in css/profile.css.
DESIGNS: dict[str, object] = {
    "plain": _l("Calm"),
    "sea": _l("Sea"),
    "forest": _l("Forest"),
    "berry": _l("Berry"),
}
#: Host → how a network is called.
_NETWORKS = {
    "t.me": "Telegram",
    "vk.com": "ВКонтакте",
    "ok.ru": "Одноклассники",
    "youtube.com": "YouTube",
    "rutube.ru": "RUTUBE",
    "instagram.com": "Instagram",
    "facebook.com": "Facebook",
    "linkedin.com": "LinkedIn",
    "wa.me": "WhatsApp",
    "dzen.ru": "Дзен",
    "github.com": "GitHub",
}


@dataclass(frozen=True)
class Shown:
    """A page for its reader: `client` is set for the provider's clients, `own` for who works there."""

    profile: Profile
    client: Client | None
    own: bool

    @property
    def provider(self) -> Provider:
        return self.profile.provider


def load(session: Session, actor: Actor | None, slug: str) -> Shown:
    """The page behind a direct link, the present or a former one. Raises NotFound as for one that is not there if it
    is not published, or not for this reader: strangers (None) read open ones, other people those of their providers,
    too."""
    if not SLUG.fullmatch(slug.lower()):
        raise NotFound
    profile = session.scalar(
        select(Profile)
        .join(ProfileAddress, ProfileAddress.provider_id == Profile.provider_id)
        .where(ProfileAddress.slug == slug.lower())
        .options(joinedload(Profile.provider))
    )
    if profile is None:
        raise NotFound
    client, own = None, False
    if actor is not None:
        own = any(one.provider.id == profile.provider_id for one in practices(session, actor))
        client = session.scalar(
            select(Client).where(Client.provider_id == profile.provider_id, Client.user_id == actor.id)
        )
    if own or (profile.published and (profile.open or client is not None)):
        return Shown(profile, client, own)
    raise NotFound


def of_provider(session: Session, provider_id: int) -> Profile | None:
    return session.get(Profile, provider_id)


def photos(session: Session, provider_id: int) -> Sequence[StoredFile]:
    """The gallery in its order."""
    return session.scalars(
        select(StoredFile)
        .where(StoredFile.subject == f"profile:{provider_id}")
        .order_by(StoredFile.position, StoredFile.created_at, StoredFile.id)
    ).all()


def photo(session: Session, shown: Shown, file_id: UUID) -> StoredFile:
    """One picture of a page that the reader may see. Raises NotFound."""
    file = session.get(StoredFile, file_id)
    if file is None or file.subject != shown.profile.subject:
        raise NotFound
    return file


def services(session: Session, provider_id: int) -> Sequence[Offer]:
    """What is on offer, in its order."""
    query = select(Offer).where(Offer.provider_id == provider_id, Offer.active, Offer.specialists.any())
    return session.scalars(query.order_by(Offer.position, Offer.id)).all()


def network(address: str) -> str:
    """How the network of an address is called: «Telegram», else its host."""
    host = (urlsplit(address).hostname or address).removeprefix("www.").removeprefix("m.")
    return _NETWORKS.get(host, host)


def maps(address: str) -> list[tuple[str, str]]:
    """Maps that find an address: name and link (S2-44)."""
    asked = quote(address)
    return [
        (str(_l("Yandex Maps")), f"https://yandex.ru/maps/?text={asked}"),
        (str(_l("2GIS")), f"https://2gis.ru/search/{asked}"),
        (str(_l("Google Maps")), f"https://www.google.com/maps/search/?api=1&query={asked}"),
        (str(_l("OpenStreetMap")), f"https://www.openstreetmap.org/search?query={asked}"),
    ]
