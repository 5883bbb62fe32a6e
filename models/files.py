"""Uploaded files: what they are and whom they belong to. The bytes are kept by app/storage.py."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, Now, user_fk


class StoredFile(Model):
    """`subject` says whose rights decide who may read it: "thread:9", "order:42", "user:7", "service:3", "place:5";
    empty while the form that it was uploaded with has not been sent (then only the owner may)."""

    __tablename__ = "files"

    id: Mapped[UUID] = mapped_column(PgUuid(as_uuid=True), primary_key=True, default=uuid4)
    owner_id: Mapped[int | None] = user_fk()
    subject: Mapped[str] = mapped_column(String(40), default="", server_default="", index=True)
    message_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    #: Kept sealed (app/vault.py) and given out by links of five minutes only.
    sealed: Mapped[bool] = mapped_column(default=False, server_default="false")
    #: Pixels, for pictures with a preview only: pages reserve the room, so nothing jumps. A plan has its own.
    width: Mapped[int | None]
    height: Mapped[int | None]
    created_at: Mapped[Now]

    @property
    def is_image(self) -> bool:
        return self.width is not None
