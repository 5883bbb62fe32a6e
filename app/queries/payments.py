"""What has been paid for an appointment or a package, and what is left (S2-36)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from app.flows import CALLED_OFF, DECLINED
from models import FACE, Appointment, ClientPackage, Payment, PaymentMethod

#: What payments are for: both have a price, a currency, a title and a client.
Bill = Appointment | ClientPackage

METHODS: dict[str, object] = {
    PaymentMethod.CASH: _l("in cash"),
    PaymentMethod.CARD: _l("by card"),
    PaymentMethod.TRANSFER: _l("by transfer"),
    PaymentMethod.OTHER: _l("otherwise"),
}


@dataclass(frozen=True)
class Account:
    """Three numbers in minor units, and the rows that they come from, oldest first."""

    price: int
    paid: int
    payments: Sequence[Payment] = ()
    #: It was declined, called off or cancelled: nothing is left to pay.
    off: bool = False

    @property
    def remainder(self) -> int:
        """«Остаток к доплате»."""
        return 0 if self.off else max(self.price - self.paid, 0)

    @property
    def returns(self) -> int:
        """What is to be given back: it was paid for something that does not take place."""
        return self.paid if self.off else 0

    @property
    def standing(self) -> list[Payment]:
        """Payments that were not taken back."""
        gone = {one.reverses_id for one in self.payments}
        return [one for one in self.payments if one.reverses_id is None and one.id not in gone]


def account(session: Session, bill: Bill) -> Account:
    """The money of one appointment, or of one package. One statement."""
    rows = session.scalars(
        select(Payment)
        .where(_of(bill))
        .options(joinedload(Payment.recorder).load_only(*FACE))
        .order_by(Payment.id)
    ).all()
    return Account(bill.price, sum(row.amount for row in rows), rows, is_off(bill))


def paid(session: Session, appointments: Sequence[Appointment]) -> dict[int, int]:
    """By appointment what has been paid for it, where anything has. One statement."""
    ids = [one.id for one in appointments]
    total = func.sum(Payment.amount)
    query = select(Payment.appointment_id, total).where(Payment.appointment_id.in_(ids))
    rows = session.execute(query.group_by(Payment.appointment_id).having(total > 0))
    return {number: int(amount) for number, amount in rows if number is not None}


def together(appointments: Sequence[Appointment], amounts: Mapping[int, int]) -> dict[str, int]:
    """The same by currency: an appointment keeps the one that it was agreed in."""
    found: dict[str, int] = {}
    for one in appointments:
        if amount := amounts.get(one.id):
            found[one.currency] = found.get(one.currency, 0) + amount
    return found


def _of(bill: Bill) -> ColumnElement[bool]:
    column = Payment.package_id if isinstance(bill, ClientPackage) else Payment.appointment_id
    return column == bill.id


def is_off(bill: Bill) -> bool:
    """Whether nothing is to be paid for it, because it does not take place."""
    if isinstance(bill, ClientPackage):
        return bill.cancelled_at is not None
    return bill.status in (DECLINED.name, CALLED_OFF.name)
