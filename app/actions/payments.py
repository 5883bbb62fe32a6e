"""Payments that a provider records by hand, so that price, paid and remainder are right (S2-36). Paying through Atrium
is not here."""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, journal, money
from app.actions import providers
from app.actions.base import action
from app.errors import Forbidden, Invalid, NotFound, Stale
from app.extensions import db
from app.flows import APPOINTMENT_STATUSES, CALLED_OFF, DECLINED, By
from app.policy import Actor, client_side, load_appointment
from app.queries.payments import METHODS, account
from models import Appointment, Payment, PaymentMethod


@action
def record(
    actor: Actor,
    appointment_id: int,
    typed: str,
    *,
    method: str = PaymentMethod.CASH,
    note: str = "",
    form_key: UUID | None = None,
) -> Payment:
    """The client has paid so much. The same `form_key` again gives the payment that it made before. Raises Invalid (no
    amount, more than is left, nothing to pay), Stale (the form was sent with another amount), Forbidden, NotFound."""
    appointment = _locked(actor, appointment_id)
    errors: dict[str, object] = {}
    amount = money.parsed(typed, appointment.currency)
    if form_key and (before := _recorded_before(appointment, form_key)):
        if (before.appointment_id, before.amount) != (appointment.id, amount):
            raise Stale
        return before
    if APPOINTMENT_STATUSES[appointment.status] in (DECLINED, CALLED_OFF):
        raise Invalid({"amount": _("It does not take place: nothing is to be paid.")})
    left = account(db.session, appointment).remainder
    if not amount:
        errors["amount"] = _("Please enter an amount, for example 1500 or 1500,50.")
    elif amount > left:
        errors["amount"] = _("This is more than is left to pay.")
    if method not in METHODS:
        errors["method"] = _("Please choose from the list.")
    note = providers.line(note, "note", errors, most=200)
    if errors or not amount:
        raise Invalid(errors)
    payment = _added(actor, appointment, amount, method, note)
    payment.form_key = form_key
    db.session.flush()
    _tell(actor, appointment, "payment.recorded", payment.amount)
    return payment


@action
def take_back(actor: Actor, appointment_id: int, payment_id: int) -> Payment:
    """A payment was recorded by mistake: a row takes it back, both stay. Once is enough. Raises NotFound, Forbidden."""
    appointment = _locked(actor, appointment_id)
    found = account(db.session, appointment)
    payment = next((one for one in found.payments if one.id == payment_id), None)
    if payment is None or payment.reverses_id is not None:
        raise NotFound
    if before := next((one for one in found.payments if one.reverses_id == payment_id), None):
        return before
    taken = _added(actor, appointment, -payment.amount, payment.method, "")
    taken.reverses_id = payment.id
    db.session.flush()
    _tell(actor, appointment, "payment.taken_back", payment.amount)
    return taken


@action
def reprice(actor: Actor, appointment_id: int, typed: str) -> Appointment:
    """Another price is agreed for this appointment alone, not below what has been paid. Raises Invalid, Forbidden,
    NotFound."""
    appointment = _locked(actor, appointment_id)
    price = money.parsed(typed, appointment.currency)
    if price is None or not typed.strip():
        raise Invalid({"price": _("Please enter an amount, for example 1500 or 1500,50.")})
    if price < account(db.session, appointment).paid:
        raise Invalid({"price": _("More has been paid already: take a payment back first.")})
    if price != appointment.price:
        appointment.price = price
        _tell(actor, appointment, "payment.repriced", price)
    return appointment


def _locked(actor: Actor, appointment_id: int) -> Appointment:
    """Two who record at once wait for each other: the remainder is what it is."""
    appointment = load_appointment(db.session, actor, appointment_id, lock=True)
    if client_side(actor, appointment.client) is not By.STAFF:
        raise Forbidden
    return appointment


def _recorded_before(appointment: Appointment, form_key: UUID) -> Payment | None:
    found: Payment | None = db.session.scalar(select(Payment).where(Payment.form_key == form_key))
    return found


def _added(actor: Actor, appointment: Appointment, amount: int, method: str, note: str) -> Payment:
    payment = Payment(
        appointment_id=appointment.id,
        amount=amount,
        currency=appointment.currency,
        method=method,
        note=note,
        recorded_by=actor.id,
        created_at=clock.now(),
    )
    db.session.add(payment)
    return payment


def _tell(actor: Actor, appointment: Appointment, kind: str, amount: int) -> None:
    journal.write(
        db.session,
        kind,
        actor,
        appointment.subject,
        _rooms(appointment),
        title=appointment.title,
        provider=appointment.client.provider.name,
        when=appointment.starts_at.isoformat(),
        amount=amount,
        currency=appointment.currency,
    )


def _rooms(appointment: Appointment) -> list[str]:
    return [f"user:{appointment.client.user_id}", f"user:{appointment.client.provider.owner_id}"]
