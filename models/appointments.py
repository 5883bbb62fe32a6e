"""Appointments with specialists: what was agreed, when, where it stands. models/bookings.py guards their time."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Moment, Name, Now, Words, user_fk
from models.bookings import Booking
from models.packages import ClientPackage
from models.providers import Client, Offer, Specialist


class Appointment(Model):
    """A client asks a specialist for a time, and they meet (S2-22, S2-25). What was offered is kept as it was agreed.

    Not a row of `orders`: those the desk sees, these are between the client and the provider alone."""

    __tablename__ = "appointments"

    id: Mapped[int] = mapped_column(BigInteger, Identity(start=1001), primary_key=True)
    status: Mapped[str] = mapped_column(String(30))
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="RESTRICT"))
    #: The client's provider, for lists of the provider.
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="RESTRICT"))
    specialist_id: Mapped[int] = mapped_column(ForeignKey("specialists.id", ondelete="RESTRICT"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="RESTRICT"), index=True)
    #: Its span is longer by the time to rest.
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), unique=True)
    #: Of which a session is taken; what has given it back still names it.
    package_id: Mapped[int | None] = mapped_column(ForeignKey("client_packages.id", ondelete="RESTRICT"))
    #: The session has gone back: it was declined or called off, or missed and not held against the client.
    session_back: Mapped[bool] = mapped_column(default=False, server_default="false")
    title: Mapped[Name]
    starts_at: Mapped[Moment]
    #: When it began before the provider moved it, for the last time if several.
    moved_from: Mapped[Moment | None]
    ends_at: Mapped[Moment]
    #: In minor units; 0 of one that a package pays for.
    price: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    place: Mapped[str] = mapped_column(String(300), default="", server_default="")
    meeting_url: Mapped[str] = mapped_column(String(500), default="", server_default="")
    #: What the client wrote with the request.
    words: Mapped[Words] = mapped_column(default="")
    #: Why it was declined or called off.
    reason: Mapped[Words] = mapped_column(default="")
    created_by: Mapped[int] = user_fk()
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    reminded_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]
    form_key: Mapped[UUID | None] = mapped_column(PgUuid(as_uuid=True), unique=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    client: Mapped[Client] = relationship()
    specialist: Mapped[Specialist] = relationship()
    offer: Mapped[Offer] = relationship()
    booking: Mapped[Booking] = relationship()
    package: Mapped[ClientPackage | None] = relationship()

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ck_appointments_order"),
        # A client's and a provider's calendars, walked by time.
        Index("ix_appointments_client", "client_id", "starts_at", "id"),
        Index("ix_appointments_provider", "provider_id", "starts_at", "id"),
        Index("ix_appointments_specialist", "specialist_id", "starts_at", "id"),
        Index(
            "ix_appointments_requested",
            "provider_id",
            "starts_at",
            postgresql_where=text("status = 'requested'"),
        ),
        Index(
            "ix_appointments_package",
            "package_id",
            "starts_at",
            postgresql_where=text("package_id IS NOT NULL"),
        ),
        # What timers look for.
        Index("ix_appointments_open", "ends_at", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_appointments_unreminded",
            "starts_at",
            postgresql_where=text("status = 'agreed' AND reminded_at IS NULL"),
        ),
    )

    def __repr__(self) -> str:
        return f"{self.id} · {self.title}"

    @property
    def subject(self) -> str:
        return f"appointment:{self.id}"
