"""Payments that a provider records by hand, so that price, paid and remainder are right (S2-36). Paying through Atrium
is not here. What is paid for is a `Bill`: an appointment, or a package; an appointment of a package has nothing to pay.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, journal, money
from app.actions import fields
from app.actions.base import action
from app.errors import Forbidden, Invalid, NotFound, Stale
from app.extensions import db
from app.flows import By
from app.policy import Actor, client_side, load_appointment, load_package
from app.queries.payments import METHODS, Bill, account, is_off
from models import Appointment, ClientPackage, Payment, PaymentMethod


@action
def record(
    actor: Actor,
    bill_id: int,
    typed: str,
    *,
    of: type[Bill] = Appointment,
    method: str = PaymentMethod.CASH,
    note: str = "",
    form_key: UUID | None = None,
) -> Payment:
    """The client has paid so much. The same `form_key` again gives the payment that it made before. Raises Invalid (no
    amount, more than is left, nothing to pay), Stale (the form was sent with another amount), Forbidden, NotFound."""
    bill = _locked(actor, of, bill_id)
    errors: dict[str, object] = {}
    amount = money.parsed(typed, bill.currency)
    if form_key and (before := _recorded_before(form_key)):
        if (before.appointment_id, before.package_id, before.amount) != (*_ids(bill), amount):
            raise Stale
        return before
    if is_off(bill):
        raise Invalid({"amount": _("It does not take place: nothing is to be paid.")})
    if isinstance(bill, Appointment) and bill.package_id:
        raise Invalid({"amount": _of_package()})
    left = account(db.session, bill).remainder
    if not amount:
        errors["amount"] = fields.no_amount(typed, bill.currency)
    elif amount > left:
        errors["amount"] = _("This is more than is left to pay.")
    if method not in METHODS:
        errors["method"] = _("Please choose from the list.")
    note = fields.line(note, "note", errors, most=200)
    if errors or not amount:
        raise Invalid(errors)
    payment = _added(actor, bill, amount, method, note)
    payment.form_key = form_key
    db.session.flush()
    _tell(actor, bill, "recorded", payment.amount)
    return payment


@action
def take_back(actor: Actor, bill_id: int, payment_id: int, *, of: type[Bill] = Appointment) -> Payment:
    """A payment was recorded by mistake: a row takes it back, both stay. Once is enough. Raises NotFound, Forbidden."""
    bill = _locked(actor, of, bill_id)
    found = account(db.session, bill)
    payment = next((one for one in found.payments if one.id == payment_id), None)
    if payment is None or payment.reverses_id is not None:
        raise NotFound
    if before := next((one for one in found.payments if one.reverses_id == payment_id), None):
        return before
    taken = _added(actor, bill, -payment.amount, payment.method, "")
    taken.reverses_id = payment.id
    db.session.flush()
    _tell(actor, bill, "taken_back", payment.amount)
    return taken


@action
def reprice(actor: Actor, bill_id: int, typed: str, *, of: type[Bill] = Appointment) -> Bill:
    """Another price is agreed for this one alone, not below what has been paid. Raises Invalid (also for an appointment
    that a package pays for), Forbidden, NotFound."""
    bill = _locked(actor, of, bill_id)
    price = money.parsed(typed, bill.currency)
    if isinstance(bill, Appointment) and bill.package_id:
        raise Invalid({"price": _of_package()})
    if isinstance(bill, ClientPackage) and is_off(bill):
        raise Invalid({"price": _("The package is cancelled.")})
    if price is None or not typed.strip():
        raise Invalid({"price": fields.no_amount(typed, bill.currency)})
    if price < account(db.session, bill).paid:
        raise Invalid({"price": _("More has been paid already: remove the record of a payment first.")})
    if price != bill.price:
        bill.price = price
        _tell(actor, bill, "repriced", price)
    return bill


def _of_package() -> str:
    return _("This appointment is paid by a package: prices and payments are on the package's page.")


def _locked(actor: Actor, of: type[Bill], bill_id: int) -> Bill:
    """Two who record at once wait for each other: the remainder is what it is."""
    load: Any = load_package if of is ClientPackage else load_appointment
    bill: Bill = load(db.session, actor, bill_id, lock=True)
    if client_side(actor, bill.client) is not By.STAFF:
        raise Forbidden
    return bill


def _recorded_before(form_key: UUID) -> Payment | None:
    found: Payment | None = db.session.scalar(select(Payment).where(Payment.form_key == form_key))
    return found


def _ids(bill: Bill) -> tuple[int | None, int | None]:
    """The appointment's number and the package's: a payment has one of the two."""
    return (None, bill.id) if isinstance(bill, ClientPackage) else (bill.id, None)


def _added(actor: Actor, bill: Bill, amount: int, method: str, note: str) -> Payment:
    appointment_id, package_id = _ids(bill)
    payment = Payment(
        appointment_id=appointment_id,
        package_id=package_id,
        amount=amount,
        currency=bill.currency,
        method=method,
        note=note,
        recorded_by=actor.id,
        created_at=clock.now(),
    )
    db.session.add(payment)
    return payment


#: What happened → how the journal calls it, of an appointment and of a package.
_KINDS = {
    "recorded": ("payment.recorded", "package.paid"),
    "taken_back": ("payment.taken_back", "package.payment_taken_back"),
    "repriced": ("payment.repriced", "package.repriced"),
}


def _tell(actor: Actor, bill: Bill, what: str, amount: int) -> None:
    of_package = isinstance(bill, ClientPackage)
    when = {} if isinstance(bill, ClientPackage) else {"when": bill.starts_at.isoformat()}
    journal.write(
        db.session,
        _KINDS[what][of_package],
        actor,
        bill.subject,
        _rooms(bill),
        title=bill.title,
        provider=bill.client.provider.name,
        amount=amount,
        currency=bill.currency,
        **when,
    )


def _rooms(bill: Bill) -> list[str]:
    return [f"user:{bill.client.user_id}", f"user:{bill.client.provider.owner_id}"]
