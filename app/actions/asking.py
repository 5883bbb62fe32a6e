"""How appointments come to be: a client asks for a time, or the provider books for him.

The time itself is guarded by the database, and locks are taken in one order: see appointments.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from app import clock
from app.actions import fields, offers, packages
from app.actions.appointments import MAX_WORDS, crowd_out, is_taken, lock_time, record, sensible, serving
from app.actions.base import action
from app.actions.invitations import show_to
from app.errors import Invalid, NotFound, Taken
from app.extensions import db
from app.flows import AGREED, REQUESTED, By
from app.policy import client_side, load_client
from app.queries import consents, slots
from models import Appointment, Booking, Client, ClientPackage, Offer, Provider, Specialist, User

#: Unanswered requests of one client to one provider, at most.
MAX_REQUESTS = 10


@action
def request(
    actor: User,
    client_id: int,
    offer_id: int,
    starts_at: dt.datetime,
    *,
    specialist_id: int | None = None,
    words: str = "",
    package_id: int | None = None,
    form_key: UUID | None = None,
) -> Appointment:
    """«Подтвердить» (S2-22): ask for a time that is free by the provider's hours and rules, of one specialist or of
    whoever of them is free; of a package (I-19), if one is named. The same `form_key` again gives the appointment that
    it made before.

    Raises Taken if the time is not free (any more), is the client's own already, or is over, Invalid (`terms`: what the
    service demands is not signed; `package`: nothing is left of it), NotFound if the pair or the package is not the
    actor's or the service is not on offer."""
    client = load_client(db.session, actor, client_id)
    if client.user_id != actor.id:
        raise NotFound
    if form_key and (before := _asked_before(client, form_key)):
        return before
    errors: dict[str, object] = {}
    words = fields.text(words, "words", errors, most=MAX_WORDS)
    if errors:
        raise Invalid(errors)
    offer = offers.one_of(client.provider, offer_id)
    candidates = _candidates(offer, specialist_id)
    _require_signed(client, offer)
    package = packages.held_by(client, package_id) if package_id is not None else None
    lock_time(candidates)
    if own := _own_again(client, candidates, starts_at, form_key):
        return own
    _require_room(client)
    free = slots.free_slots(db.session, offer, candidates, starts_at, starts_at + dt.timedelta(minutes=1))
    given: Any = {"starts_at": starts_at, "actor": actor, "words": words, "form_key": form_key}
    given["package"] = package
    for slot in free:
        if slot.at != starts_at:
            continue
        appointment = _new(client, offer, slot.specialist, status=REQUESTED.name, **given)
        if _kept(appointment, form_key):
            record(appointment, "appointment.requested", actor)
            if package:
                packages.take(actor, appointment)
            return appointment
    # Or this very form, sent twice at once, has it.
    if form_key and (before := _asked_before(client, form_key)):
        return before
    raise Taken(too_late(client.provider, starts_at))


@action
def book(
    actor: User,
    client_id: int,
    offer_id: int,
    specialist_id: int,
    starts_at: dt.datetime,
    *,
    words: str = "",
    package_id: int | None = None,
    form_key: UUID | None = None,
) -> Appointment:
    """The provider books on behalf of a client, also outside the regular hours: it is agreed at once. Of a package of
    the client's, if one is named. Raises Taken, Invalid, NotFound."""
    client = load_client(db.session, actor, client_id)
    practice = _practice(actor, client)
    if form_key and (before := _asked_before(client, form_key)):
        return before
    offer = offers.one_of(practice, offer_id)
    specialist = next((one for one in serving(offer) if one.id == specialist_id), None)
    if specialist is None or not _may_book(actor, practice, specialist):
        raise NotFound
    errors: dict[str, object] = {}
    words = fields.text(words, "words", errors, most=MAX_WORDS)
    sensible(starts_at, errors)
    if errors:
        raise Invalid(errors)
    package = packages.held_by(client, package_id) if package_id is not None else None
    lock_time([specialist])
    given: Any = {"starts_at": starts_at, "actor": actor, "words": words, "form_key": form_key}
    given["package"] = package
    appointment = _new(client, offer, specialist, status=AGREED.name, **given)
    if not _kept(appointment, form_key):
        if form_key and (before := _asked_before(client, form_key)):
            return before
        raise Taken
    record(appointment, "appointment.booked", actor)
    crowd_out(appointment)
    if package:
        packages.take(actor, appointment)
    return appointment


def own_at(client: Client, specialists: Sequence[Specialist], starts_at: dt.datetime) -> Appointment | None:
    """What the client has at this time with one of these people already, requested or agreed."""
    found: Appointment | None = db.session.scalar(
        select(Appointment)
        .where(
            Appointment.client_id == client.id,
            Appointment.starts_at == starts_at,
            Appointment.specialist_id.in_([one.id for one in specialists]),
            Appointment.closed_at.is_(None),
        )
        .order_by(Appointment.id)
        .limit(1)
    )
    return found


def _own_again(
    client: Client, specialists: Sequence[Specialist], starts_at: dt.datetime, form_key: UUID | None
) -> Appointment | None:
    """What this very form has made a moment ago. Raises Taken if it was another one that has this time for the client:
    a page that was open twice."""
    own = own_at(client, specialists, starts_at)
    if own and (form_key is None or own.form_key != form_key):
        raise Taken(asked_already(own))
    return own


def asked_already(own: Appointment) -> str:
    """Why the client cannot ask for a time that is his own."""
    if own.status == REQUESTED.name:
        return _("You have already requested this time.")
    return _("You already have an appointment at this time.")


def too_late(provider: Provider, starts_at: dt.datetime) -> str:
    """Why nobody can ask for this time any more, whether it is free or not: it is over, or too soon; "" if one can."""
    now = clock.now()
    if starts_at <= now:
        return _("This time has passed already. Choose another one.")
    if starts_at < now + dt.timedelta(minutes=provider.notice):
        return _("It is too late to request this time. Choose another one.")
    return ""


def _candidates(offer: Offer, specialist_id: int | None) -> list[Specialist]:
    found = [one for one in serving(offer) if specialist_id in (None, one.id)]
    if not found:
        raise NotFound
    return found


def _require_signed(client: Client, offer: Offer) -> None:
    if demanded := consents.demanded(db.session, client, [offer]):
        names = ", ".join(_("“%(name)s”", name=terms.title) for terms in demanded[offer.id])
        raise Invalid({"terms": _("Please read and sign first: %(names)s.", names=names)}, code="terms")


def _require_room(client: Client) -> None:
    """One client does not hold a provider's whole calendar."""
    waiting = select(func.count()).where(
        Appointment.client_id == client.id, Appointment.status == REQUESTED.name
    )
    if (db.session.scalar(waiting) or 0) >= MAX_REQUESTS:
        raise Invalid(
            text=_(
                "You have %(number)s requests that wait for an answer. Cancel one first.", number=MAX_REQUESTS
            ),
            code="too_many",
        )


def _practice(actor: User, client: Client) -> Provider:
    if client_side(actor, client) is not By.STAFF:
        raise NotFound
    return client.provider


def _may_book(actor: User, provider: Provider, specialist: Specialist) -> bool:
    """The owner and who sees all book for everybody, others for themselves."""
    me = next((one for one in provider.specialists if one.user_id == actor.id and one.active), None)
    return provider.owner_id == actor.id or (me is not None and (me.sees_all or me.id == specialist.id))


def _asked_before(client: Client, form_key: UUID) -> Appointment | None:
    found: Appointment | None = db.session.scalar(
        select(Appointment).where(Appointment.form_key == form_key, Appointment.client_id == client.id)
    )
    return found


def _new(
    client: Client,
    offer: Offer,
    specialist: Specialist,
    *,
    starts_at: dt.datetime,
    actor: User,
    status: str,
    words: str,
    package: ClientPackage | None,
    form_key: UUID | None,
) -> Appointment:
    """What was offered is written down as it is agreed. Not yet in the session."""
    provider = client.provider
    ends_at = starts_at + dt.timedelta(minutes=offer.minutes)
    held = status != REQUESTED.name or provider.holds_requests
    now = clock.now()
    with db.session.no_autoflush:
        return Appointment(
            status=status,
            client=client,
            provider_id=provider.id,
            specialist=specialist,
            offer=offer,
            booking=Booking(
                resource_id=specialist.resource_id,
                span=Range(starts_at, ends_at + dt.timedelta(minutes=offer.buffer)),
                active=held,
            ),
            title=offer.name,
            starts_at=starts_at,
            ends_at=ends_at,
            price=0 if package else offer.price,
            package=package,
            currency=provider.currency,
            place=offer.place or provider.place,
            meeting_url=offer.meeting_url or provider.meeting_url,
            words=words,
            created_by=actor.id,
            created_at=now,
            updated_at=now,
            form_key=form_key,
        )


def _kept(appointment: Appointment, form_key: UUID | None) -> bool:
    """Whether the database took it: the time was free, and the form is new."""
    try:
        with db.session.begin_nested():
            db.session.add(appointment)
            db.session.flush()
    except IntegrityError as error:
        if not is_taken(error) and form_key is None:
            raise
        return False
    show_to(appointment.client, appointment.specialist)
    return True
