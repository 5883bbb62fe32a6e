"""The page by which a provider shows himself. Its pictures are files with the subject «profile:<provider>»."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Now, Words
from models.providers import Provider


class Profile(Model):
    """What the provider filled in (S2-43, S2-44); empty parts are not shown. `published`: clients see it; `open`:
    everybody who has the link does, without an account."""

    __tablename__ = "profiles"

    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="CASCADE"), primary_key=True)
    #: The end of the direct link (S2-42).
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    published: Mapped[bool] = mapped_column(default=False, server_default="false")
    open: Mapped[bool] = mapped_column(default=False, server_default="false")
    design: Mapped[str] = mapped_column(String(20), default="plain", server_default="plain")
    about: Mapped[Words] = mapped_column(default="")
    education: Mapped[Words] = mapped_column(default="")
    website: Mapped[str] = mapped_column(String(500), default="", server_default="")
    email: Mapped[str] = mapped_column(String(320), default="", server_default="")
    phone: Mapped[str] = mapped_column(String(20), default="", server_default="")
    address: Mapped[str] = mapped_column(String(300), default="", server_default="")
    #: Addresses of pages in social networks.
    networks: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")
    show_services: Mapped[bool] = mapped_column(default=True, server_default="true")
    show_prices: Mapped[bool] = mapped_column(default=True, server_default="true")
    updated_at: Mapped[Now]

    provider: Mapped[Provider] = relationship()

    @property
    def subject(self) -> str:
        return f"profile:{self.provider_id}"


class ProfileAddress(Model):
    """An end of the direct link that is the provider's for good: the present one and those before it. One table of
    both, so that its key settles whose an address is, also between two who take it at once."""

    __tablename__ = "profile_addresses"
    __table_args__ = (Index("ix_profile_addresses_provider", "provider_id"),)

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="CASCADE"))
