"""Payments, as rows that are only added: a mistake is taken back by a row of its own."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.appointments import Appointment
from models.base import Model, Now, user_fk
from models.packages import ClientPackage
from models.people import User


class PaymentMethod(StrEnum):
    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    OTHER = "other"


class Payment(Model):
    """Money that the provider has had for an appointment or a package, recorded by hand (S2-36). What takes another one
    back names it in `reverses_id` and has its amount with a minus."""

    __tablename__ = "payments"
    __table_args__ = (
        Index("ix_payments_appointment", "appointment_id"),
        Index("ix_payments_package", "package_id"),
        CheckConstraint("num_nonnulls(appointment_id, package_id) = 1", name="ck_payments_bill"),
        CheckConstraint("(amount > 0) = (reverses_id IS NULL) AND amount <> 0", name="ck_payments_amount"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: One of the two.
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id", ondelete="RESTRICT"))
    package_id: Mapped[int | None] = mapped_column(ForeignKey("client_packages.id", ondelete="RESTRICT"))
    #: In minor units.
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    method: Mapped[str] = mapped_column(String(20), default=PaymentMethod.CASH)
    note: Mapped[str] = mapped_column(String(200), default="", server_default="")
    recorded_by: Mapped[int] = user_fk()
    created_at: Mapped[Now]
    reverses_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("payments.id", ondelete="RESTRICT"), unique=True
    )
    form_key: Mapped[UUID | None] = mapped_column(PgUuid(as_uuid=True), unique=True)

    appointment: Mapped[Appointment | None] = relationship()
    package: Mapped[ClientPackage | None] = relationship()
    recorder: Mapped[User] = relationship()
