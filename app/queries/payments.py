"""What has been paid for an appointment, and what is left (S2-36)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.flows import CALLED_OFF, DECLINED
from models import FACE, Appointment, Payment, PaymentMethod

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
    #: It was declined or called off: nothing is left to pay.
    off: bool = False

    @property
    def remainder(self) -> int:
        """«Остаток к доплате»."""
        return 0 if self.off else max(self.price - self.paid, 0)

    @property
    def standing(self) -> list[Payment]:
        """Payments that were not taken back."""
        gone = {one.reverses_id for one in self.payments}
        return [one for one in self.payments if one.reverses_id is None and one.id not in gone]


def account(session: Session, appointment: Appointment) -> Account:
    """The money of one appointment. One statement."""
    rows = session.scalars(
        select(Payment)
        .where(Payment.appointment_id == appointment.id)
        .options(joinedload(Payment.recorder).load_only(*FACE))
        .order_by(Payment.id)
    ).all()
    off = appointment.status in (DECLINED.name, CALLED_OFF.name)
    return Account(appointment.price, sum(row.amount for row in rows), rows, off)
