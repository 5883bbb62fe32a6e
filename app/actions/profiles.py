"""The provider's page: what it says, its pictures, whether it is published (S2-42..S2-44)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import IO
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app import clock
from app.actions import fields, files, people, providers
from app.actions.base import action, many
from app.errors import Invalid, NotFound
from app.extensions import db
from app.policy import Actor, load_practice
from app.queries.profiles import DESIGNS, SLUG, photos
from app.storage import Storage
from models import Profile, ProfileAddress, StoredFile

MAX_PHOTOS = 20
MAX_NETWORKS = 8
#: Of one page, the present one among them: nobody takes names away from others by trying all of them.
MAX_ADDRESSES = 20


@action
def save(actor: Actor, provider_id: int, sent: Mapping[str, str]) -> Profile:
    """What the page says, and who reads it. Raises Invalid per field, Forbidden, NotFound."""
    provider = load_practice(db.session, actor, provider_id, manage=True).provider
    profile = _profile(provider_id)
    errors: dict[str, object] = {}
    values = {
        "slug": _slug(sent.get("slug", ""), profile.slug, errors),
        "published": sent.get("published") == "yes",
        "open": sent.get("open") == "yes",
        "design": sent.get("design", "plain"),
        "about": fields.text(sent.get("about", ""), "about", errors),
        "education": fields.text(sent.get("education", ""), "education", errors),
        "website": fields.address(sent.get("website", ""), "website", errors),
        "email": _email(sent.get("email", ""), errors),
        "phone": people.checked_phone(sent.get("phone", ""), errors) or "",
        "address": fields.line(sent.get("address", ""), "address", errors),
        "networks": _networks(sent.get("networks", ""), errors),
        "show_services": sent.get("show_services") == "yes",
        "show_prices": sent.get("show_prices") == "yes",
    }
    if values["design"] not in DESIGNS:
        errors["design"] = _("Please choose from the list.")
    if errors:
        raise Invalid(errors)
    if values["slug"] != profile.slug:
        _take(provider_id, str(values["slug"]))
    for name, value in values.items():
        setattr(profile, name, value)
    profile.updated_at = clock.now()
    providers.record(provider, "profile.changed", actor, published=profile.published, open=profile.open)
    return profile


def _profile(provider_id: int) -> Profile:
    """The row, made when it is first needed: its first address cannot be guessed."""
    profile = db.session.get(Profile, provider_id)
    if profile is None:
        fresh = {"provider_id": provider_id, "slug": secrets.token_hex(6), "updated_at": clock.now()}
        db.session.execute(insert(Profile).values(fresh).on_conflict_do_nothing())
        profile = db.session.scalars(select(Profile).where(Profile.provider_id == provider_id)).one()
        _keep(provider_id, profile.slug)
    return profile


def _keep(provider_id: int, slug: str) -> None:
    """The address is this provider's from now on, unless somebody has it."""
    values = {"slug": slug, "provider_id": provider_id}
    db.session.execute(insert(ProfileAddress).values(values).on_conflict_do_nothing())


def _take(provider_id: int, slug: str) -> None:
    """A new address, or a former one of the own. Raises Invalid for one that is or was another's, and for too many."""
    mine = set(
        db.session.scalars(select(ProfileAddress.slug).where(ProfileAddress.provider_id == provider_id))
    )
    if slug in mine:
        return
    if len(mine) >= MAX_ADDRESSES:
        raise Invalid(
            {
                "slug": _(
                    "The page has had %(number)s addresses already. Take one of them again: %(names)s.",
                    number=len(mine),
                    names=", ".join(sorted(mine)),
                )
            }
        )
    _keep(provider_id, slug)
    # Two who take it at once meet here: the insert has waited for the other one's transaction.
    if (
        db.session.scalar(select(ProfileAddress.provider_id).where(ProfileAddress.slug == slug))
        != provider_id
    ):
        raise Invalid({"slug": _("This address is taken. Choose another one.")})


@action
def begin(actor: Actor, provider_id: int) -> Profile:
    """The page that is about to be filled in. Raises Forbidden, NotFound."""
    load_practice(db.session, actor, provider_id, manage=True)
    return _profile(provider_id)


@action
def add_photo(
    actor: Actor, provider_id: int, storage: Storage, stream: IO[bytes], filename: str
) -> StoredFile:
    """A picture of the gallery, re-encoded. Raises Invalid (no picture, too many), TooLarge, Forbidden, NotFound."""
    provider = load_practice(db.session, actor, provider_id, manage=True).provider
    profile = _profile(provider_id)
    if many(StoredFile, StoredFile.subject == profile.subject) >= MAX_PHOTOS:
        raise Invalid({"photos": _("At most %(number)s photos.", number=MAX_PHOTOS)})
    file = files.upload(actor, storage, stream, filename, subject=profile.subject)
    if not file.is_image:
        raise Invalid({"photos": _("Please choose a picture.")})
    _lock_photos(provider_id)
    others = [one.position for one in photos(db.session, provider_id) if one.id != file.id]
    file.position = max(others, default=-1) + 1
    providers.record(provider, "profile.changed", actor)
    return file


def _lock_photos(provider_id: int) -> None:
    """Of two changes of a gallery at once the second begins from what the first has made."""
    db.session.execute(select(Profile).where(Profile.provider_id == provider_id).with_for_update()).all()


@action
def move_photo(actor: Actor, provider_id: int, file_id: UUID, to: str) -> int:
    """A picture one place `earlier` or `later`, or to be the `first`, which is the one in the link's preview. Where it
    stands now, from 1; at the ends nothing changes. Raises NotFound, Forbidden, Invalid."""
    provider = load_practice(db.session, actor, provider_id, manage=True).provider
    _lock_photos(provider_id)
    those = list(photos(db.session, provider_id))
    before = next((place for place, one in enumerate(those) if one.id == file_id), None)
    if before is None:
        raise NotFound
    places = {"first": 0, "earlier": max(before - 1, 0), "later": min(before + 1, len(those) - 1)}
    if to not in places:
        raise Invalid(text=_("Please choose from the list."))
    if places[to] != before:
        those.insert(places[to], those.pop(before))
        for place, one in enumerate(those):
            one.position = place
        providers.record(provider, "profile.changed", actor)
    return places[to] + 1


@action
def remove_photo(actor: Actor, provider_id: int, file_id: UUID, storage: Storage) -> None:
    """Raises NotFound for a picture that is not of this page, Forbidden."""
    provider = load_practice(db.session, actor, provider_id, manage=True).provider
    _lock_photos(provider_id)
    file = db.session.get(StoredFile, file_id)
    if file is None or file.subject != f"profile:{provider_id}":
        raise NotFound
    db.session.delete(file)
    files.drop(storage, file_id)
    providers.record(provider, "profile.changed", actor)


def _slug(typed: str, before: str, errors: dict[str, object]) -> str:
    found = typed.strip().lower() or before
    if not SLUG.fullmatch(found):
        errors["slug"] = _("3 to 60 small Latin letters, digits and hyphens, for example anna-svetlova.")
    return found


def _email(typed: str, errors: dict[str, object]) -> str:
    if not typed.strip():
        return ""
    found = people.normal_address(typed)
    if found is None:
        errors["email"] = _("Please enter an e-mail address, for example name@example.org.")
    return found or ""


def _networks(typed: str, errors: dict[str, object]) -> list[str]:
    """One address a line."""
    lines = [line for line in typed.splitlines() if line.strip()]
    if len(lines) > MAX_NETWORKS:
        errors["networks"] = _("At most %(number)s addresses.", number=MAX_NETWORKS)
        return []
    return [fields.address(line, "networks", errors) for line in lines]
