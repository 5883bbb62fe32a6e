"""Documents between clients and providers: the provider's terms with their versions, who has agreed to which, what is
exchanged, and the links of five minutes by which all of them are read."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, String, Table, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Moment, Name, Now, key, user_fk
from models.files import StoredFile
from models.providers import Client, Provider


class SharedDocument(Model):
    """A file that one half of a pair gave the other (S2-56). `by_provider` marks the provider's (S2-60)."""

    __tablename__ = "shared_documents"
    __table_args__ = (Index("ix_shared_documents_client", "client_id", "id"),)

    id: Mapped[key]
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="RESTRICT"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"), unique=True)
    by_provider: Mapped[bool] = mapped_column(default=False, server_default="false")
    created_at: Mapped[Now]

    client: Mapped[Client] = relationship()
    file: Mapped[StoredFile] = relationship()


class Terms(Model):
    """A document of the provider's terms (S2-48). What it says is in its versions, the newest holds."""

    __tablename__ = "terms"
    __table_args__ = (Index("ix_terms_provider", "provider_id"),)

    id: Mapped[key]
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="RESTRICT"))
    title: Mapped[Name]
    #: Consent is asked for (S2-49); else the document is there to be read (S2-51).
    required: Mapped[bool] = mapped_column(default=True, server_default="true")
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    position: Mapped[int] = mapped_column(default=0, server_default="0")

    provider: Mapped[Provider] = relationship()
    versions: Mapped[list[TermsVersion]] = relationship(
        back_populates="terms", order_by="TermsVersion.number.desc()"
    )

    def __repr__(self) -> str:
        return self.title


class TermsVersion(Model):
    """What a document of terms said from `published_at` on. `digest` is the SHA-256 of its file. Never changed but for
    `told_to`."""

    __tablename__ = "terms_versions"
    __table_args__ = (UniqueConstraint("terms_id", "number"),)

    id: Mapped[key]
    terms_id: Mapped[int] = mapped_column(ForeignKey("terms.id", ondelete="RESTRICT"))
    number: Mapped[int]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="RESTRICT"), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[Now]
    published_by: Mapped[int] = user_fk()
    #: While those who had agreed to the version before are being told of this one: whom of them last, by the client's
    #: number, 0 for nobody yet. None when all have been.
    told_to: Mapped[int | None]

    terms: Mapped[Terms] = relationship(back_populates="versions")
    file: Mapped[StoredFile] = relationship()


class Consent(Model):
    """The log of who agreed to which version, and who withdrew it (I-21, D-16). Only ever added; the last line of a
    client about a version holds."""

    __tablename__ = "consents"
    __table_args__ = (
        Index("ix_consents_client", "client_id", "version_id", "id"),
        # Who has signed a version, walked by client.
        Index("ix_consents_version", "version_id", "client_id", text("id DESC")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="RESTRICT"))
    version_id: Mapped[int] = mapped_column(ForeignKey("terms_versions.id", ondelete="RESTRICT"))
    given: Mapped[bool]
    #: Of the file that was agreed to, as it was then.
    digest: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = user_fk()
    at: Mapped[Now]

    version: Mapped[TermsVersion] = relationship()


#: Which terms must be signed before a service can be asked for.
offer_terms = Table(
    "offer_terms",
    Model.metadata,
    Column("offer_id", ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True),
    Column("terms_id", ForeignKey("terms.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class DownloadLink(Model):
    """A link to one sealed file for one person in one sign-in, for five minutes (S2-55, S2-57, I-16)."""

    __tablename__ = "download_links"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    file_id: Mapped[UUID] = mapped_column(
        PgUuid(as_uuid=True), ForeignKey("files.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = user_fk(ondelete="CASCADE")
    #: The hash of the sign-in's key: after signing out and in again it is another one.
    sign_in_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Now]
    expires_at: Mapped[Moment] = mapped_column(index=True)

    file: Mapped[StoredFile] = relationship()
