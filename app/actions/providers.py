"""Who serves: becoming a specialist or an organization, its rules and its specialists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app import clock, journal, money, settings, timezones
from app.actions import fields, people, presses
from app.actions.base import action, many
from app.errors import Forbidden, Invalid
from app.extensions import db
from app.policy import Actor, Practice, load_client, load_practice, load_specialist
from models import (
    Appointment,
    Client,
    ClientPackage,
    Invitation,
    Notice,
    Package,
    Provider,
    ProviderKind,
    Resource,
    Specialist,
    User,
)

MAX_NAME = 120
#: Specialists who serve in an organization, at most.
MOST_SPECIALISTS = 200
#: Minutes before an appointment by which it must be asked for, at most.
MOST_NOTICE = 30 * 24 * 60
#: Minutes between the starts on offer.
STEPS = (5, 10, 15, 20, 30, 45, 60, 90, 120)


def record(practice: Provider, kind: str, actor: Actor, *, to_clients: bool = False, **data: object) -> None:
    """A journal line about the provider; its people's pages are poked, and those of its clients that ask for it, if the
    line is about what clients see."""
    rooms = {f"user:{practice.owner_id}"} | {
        f"user:{one.user_id}" for one in practice.specialists if one.user_id and one.active
    }
    if to_clients:
        rooms.add(practice.subject)
    journal.write(db.session, kind, actor, practice.subject, rooms, **data)


# --- becoming one -------------------------------------------------------------------------------------------------


@action
def register(
    actor: User, kind: str, name: str, *, headline: str = "", timezone: str | None = None
) -> Provider:
    """Become a specialist or an organization (S2-63); the client side stays as it is (S2-66). The same again gives the
    registration that is there. Raises Invalid: one account is one of the two (S2-65, S2-67); Forbidden if it is
    switched off."""
    if not settings.get(db.session, "providers_open"):
        raise Forbidden(_("New specialists and organizations are registered by the administrator."))
    if kind not in list(ProviderKind):
        raise Invalid({"kind": _("Please choose from the list.")})
    if before := _owned(actor):
        return _same_or_refused(before, kind)
    errors: dict[str, object] = {}
    provider = Provider(
        kind=kind,
        owner_id=actor.id,
        name=fields.line(name, "name", errors, most=MAX_NAME, required=True),
        headline=fields.line(headline, "headline", errors, most=200),
        timezone=_zone(timezone or actor.timezone or settings.get(db.session, "timezone"), errors),
        created_at=clock.now(),
    )
    if errors:
        raise Invalid(errors)
    if kind == ProviderKind.SPECIALIST:
        provider.specialists = [
            Specialist(user_id=actor.id, resource_id=resource_of(actor.id), name=provider.name)
        ]
    db.session.add(provider)
    try:
        db.session.flush()
    except IntegrityError:  # both kinds were asked for at once, and the other request was first
        db.session.rollback()
        if before := _owned(actor):
            return _same_or_refused(before, kind)
        raise
    record(provider, "provider.registered", actor, name=provider.name)
    return provider


def _owned(actor: User) -> Provider | None:
    found: Provider | None = db.session.scalar(select(Provider).where(Provider.owner_id == actor.id))
    return found


def _same_or_refused(before: Provider, kind: str) -> Provider:
    if before.kind == kind:
        return before
    raise Invalid(
        {
            "kind": _(
                "This account is registered as an organization already, and one account is either an organization "
                "or a specialist. If you also serve clients yourself, register as a specialist with a second account."
            )
            if before.is_organization
            else _(
                "This account is registered as a specialist already, and one account is either a specialist or an "
                "organization. Register your organization with a second account."
            )
        },
        code="registered",
    )


def resource_of(user_id: int) -> int:
    """A person's time: one resource wherever he serves."""
    db.session.execute(insert(Resource).values(user_id=user_id).on_conflict_do_nothing())
    return db.session.scalars(select(Resource.id).where(Resource.user_id == user_id)).one()


# --- rules --------------------------------------------------------------------------------------------------------


@action
def edit(actor: Actor, provider_id: int, sent: Mapping[str, str]) -> Provider:
    """The provider's name and rules of booking; a field that is not sent stays. Raises Invalid per field, Forbidden,
    NotFound."""
    provider = load_practice(db.session, actor, provider_id, manage=True).provider
    errors: dict[str, object] = {}
    values = {
        "name": fields.line(sent.get("name", provider.name), "name", errors, most=MAX_NAME, required=True),
        "headline": fields.line(sent.get("headline", provider.headline), "headline", errors, most=200),
        "timezone": _zone(sent.get("timezone", provider.timezone), errors),
        "currency": _currency(provider, sent.get("currency", provider.currency), errors),
        "holds_requests": sent.get("holds_requests", "yes" if provider.holds_requests else "") == "yes",
        "step": fields.number(sent.get("step", str(provider.step)), "step", errors, among=STEPS),
        "notice": fields.number(sent.get("notice", str(provider.notice)), "notice", errors, 0, MOST_NOTICE),
        "horizon": fields.number(sent.get("horizon", str(provider.horizon)), "horizon", errors, 1, 366),
        "reminder": fields.number(
            sent.get("reminder", str(provider.reminder)), "reminder", errors, 0, 24 * 14
        ),
        "place": fields.line(sent.get("place", provider.place), "place", errors),
        "meeting_url": fields.address(sent.get("meeting_url", provider.meeting_url), "meeting_url", errors),
        "payment_url": fields.address(sent.get("payment_url", provider.payment_url), "payment_url", errors),
    }
    if errors:
        raise Invalid(errors)
    changed = sorted(name for name, value in values.items() if getattr(provider, name) != value)
    for name in changed:
        setattr(provider, name, values[name])
    if changed:
        if not provider.is_organization:
            provider.specialists[0].name = provider.name
        record(provider, "provider.changed", actor, fields=changed)
    return provider


# --- specialists of an organization (I-20) -------------------------------------------------------------------------


@action
def add_specialist(
    actor: Actor, provider_id: int, name: str, title: str = "", *, form_key: UUID | None = None
) -> Specialist:
    """Somebody who serves in the organization, at first without an account. A form that is sent again gives whom it
    added before. Raises Invalid, Forbidden, NotFound."""
    provider = load_practice(db.session, actor, provider_id, manage=True).provider
    if not provider.is_organization:
        raise Invalid(text=_("A specialist serves alone. Colleagues serve in an organization."))
    press = presses.press(actor, form_key, Specialist, provider_id, name, title)
    if before := press.made_before():
        return before
    errors: dict[str, object] = {}
    values = {
        "name": fields.line(name, "name", errors, most=MAX_NAME, required=True),
        "title": fields.line(title, "title", errors, most=200),
    }
    _room_for_one_more(provider, "name", errors)
    if errors:
        raise Invalid(errors)
    specialist = Specialist(
        provider_id=provider.id, resource=Resource(), position=len(provider.specialists), **values
    )
    provider.specialists.append(specialist)
    db.session.flush()
    record(provider, "specialist.added", actor, name=specialist.name)
    return press.made(specialist)


@action
def edit_specialist(
    actor: Actor, specialist_id: int, *, name: str, title: str, active: bool, sees_all: bool
) -> Specialist:
    """How a specialist is called, whether clients can choose him, whether he sees every client. Raises Invalid,
    Forbidden (only the owner does this), NotFound."""
    specialist, practice = load_specialist(db.session, actor, specialist_id)
    _manages(practice)
    errors: dict[str, object] = {}
    specialist.name = fields.line(name, "name", errors, most=MAX_NAME, required=True)
    specialist.title = fields.line(title, "title", errors, most=200)
    if errors:
        raise Invalid(errors)
    stays = active or not practice.provider.is_organization
    if stays and not specialist.active:
        _room_for_one_more(practice.provider, "active", errors)
    if errors:
        raise Invalid(errors)
    if specialist.active and not stays:
        _leave(specialist)
    if specialist.user and ((specialist.active and not stays) or (specialist.sees_all and not sees_all)):
        people.listen_anew([specialist.user])
    specialist.active, specialist.sees_all = stays, sees_all
    record(practice.provider, "specialist.changed", actor, name=specialist.name)
    return specialist


def _room_for_one_more(provider: Provider, field: str, errors: dict[str, object]) -> None:
    if many(Specialist, Specialist.provider_id == provider.id, Specialist.active) >= MOST_SPECIALISTS:
        errors[field] = _(
            "%(number)s specialists serve here already. Switch off those who do not serve any more.",
            number=MOST_SPECIALISTS,
        )


@action
def show(actor: Actor, client_id: int, specialist_ids: Sequence[int]) -> Client:
    """Which of the organization's specialists see a client: who is not named does not any more (I-20). Raises
    Forbidden (only the owner does this), NotFound."""
    client = load_client(db.session, actor, client_id)
    provider = load_practice(db.session, actor, client.provider_id, manage=True).provider
    chosen = [one for one in provider.specialists if one.id in specialist_ids]
    before, client.specialists = list(client.specialists), chosen
    people = {one.user_id for one in (*before, *chosen) if one.user_id}
    # Whoever has the chat open asks anew whether he may: `client.subject` is regrouped (views/live.py).
    rooms = [client.subject, f"user:{provider.owner_id}", *(f"user:{number}" for number in people)]
    names = [one.name for one in chosen]
    journal.write(db.session, "client.shown", actor, client.subject, rooms, names=names)
    return client


def _leave(specialist: Specialist) -> None:
    """A specialist goes. Raises Invalid while clients expect him."""
    expected = select(func.count()).where(
        Appointment.specialist_id == specialist.id, Appointment.closed_at.is_(None)
    )
    if number := db.session.scalar(expected):
        text_ = ngettext(
            "%(num)d appointment is still open: move or refuse it first.",
            "%(num)d appointments are still open: move or refuse them first.",
            number,
        )
        raise Invalid({"active": text_})
    forget(specialist)


def forget(specialist: Specialist) -> None:
    """Whoever has the specialist's account works here no longer: his invitations end, and what he was told of clients
    is not his any more."""
    if specialist.user_id is None:
        return
    provider_id = specialist.provider_id
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.provider_id == provider_id,
            Invitation.created_by == specialist.user_id,
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )
    for about in (
        select(func.concat("appointment:", Appointment.id)).where(Appointment.provider_id == provider_id),
        select(func.concat("client:", Client.id)).where(Client.provider_id == provider_id),
        select(func.concat("package:", ClientPackage.id))
        .join(Client, Client.id == ClientPackage.client_id)
        .where(Client.provider_id == provider_id),
    ):
        told = delete(Notice).where(Notice.user_id == specialist.user_id, Notice.subject.in_(about))
        db.session.execute(told.execution_options(synchronize_session=False))


def _manages(practice: Practice) -> None:
    if not practice.owner:
        raise Forbidden


def _zone(name: str, errors: dict[str, object]) -> str:
    if not timezones.may_choose(name):
        errors["timezone"] = _("Please choose from the list.")
    return name


def _currency(provider: Provider, name: str, errors: dict[str, object]) -> str:
    if name not in money.CURRENCIES:
        errors["currency"] = _("Please choose from the list.")
    elif name != provider.currency and (
        any(offer.price for offer in provider.offers) or _has_packages(provider)
    ):
        errors["currency"] = _(
            "Your services have prices in %(currency)s already.", currency=provider.currency
        )
    return name


def _has_packages(provider: Provider) -> bool:
    there = select(Package.id).where(Package.provider_id == provider.id, Package.price > 0).limit(1)
    return db.session.scalar(there) is not None
