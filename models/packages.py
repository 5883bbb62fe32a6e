"""Packages: sessions of a service sold together, used up one by one (I-19)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Moment, Name, Now, key, user_fk
from models.people import User
from models.providers import Client, Offer, Provider

#: Sessions of one package.
LEAST, MOST = 2, 200


class Package(Model):
    """What a provider offers: so many sessions of a service for one price."""

    __tablename__ = "packages"
    __table_args__ = (
        CheckConstraint(
            f"sessions BETWEEN {LEAST} AND {MOST} AND price >= 0 AND days >= 0", name="ck_packages_amounts"
        ),
        Index("ix_packages_provider", "provider_id"),
        Index("ix_packages_offer", "offer_id"),
    )

    id: Mapped[key]
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="RESTRICT"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="RESTRICT"))
    name: Mapped[Name]
    sessions: Mapped[int] = mapped_column(SmallInteger)
    #: Of all of them, in minor units of the provider's currency.
    price: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Days from the sale within which they are to be used; 0 is for ever.
    days: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    position: Mapped[int] = mapped_column(default=0, server_default="0")

    provider: Mapped[Provider] = relationship()
    offer: Mapped[Offer] = relationship()

    def __repr__(self) -> str:
        return self.name


class ClientPackage(Model):
    """What a client has of a package. What was sold is kept as it was agreed.

    `used` is the number of the appointments that name it and have not given their session back. It is changed by
    app/actions/packages.py alone, in statements that the database decides, so that no session is given twice."""

    __tablename__ = "client_packages"
    __table_args__ = (
        CheckConstraint("used BETWEEN 0 AND sessions", name="ck_client_packages_used"),
        CheckConstraint("sessions > 0 AND price >= 0", name="ck_client_packages_amounts"),
        Index("ix_client_packages_client", "client_id", "offer_id"),
        Index("ix_client_packages_package", "package_id"),
        Index("ix_client_packages_offer", "offer_id"),
    )

    id: Mapped[key]
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="RESTRICT"))
    package_id: Mapped[int] = mapped_column(ForeignKey("packages.id", ondelete="RESTRICT"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="RESTRICT"))
    title: Mapped[Name]
    sessions: Mapped[int] = mapped_column(SmallInteger)
    used: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: In minor units.
    price: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    sold_at: Mapped[Now]
    sold_by: Mapped[int] = user_fk()
    #: The last minute at which an appointment of it may begin.
    expires_at: Mapped[Moment | None]
    cancelled_at: Mapped[Moment | None]
    form_key: Mapped[UUID | None] = mapped_column(PgUuid(as_uuid=True), unique=True)

    client: Mapped[Client] = relationship()
    package: Mapped[Package] = relationship()
    offer: Mapped[Offer] = relationship()
    seller: Mapped[User] = relationship()

    def __repr__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        return f"package:{self.id}"

    @property
    def left(self) -> int:
        return self.sessions - self.used
