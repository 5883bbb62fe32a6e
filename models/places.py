"""The tree of the location: territory → building → floor → room → object (I-27)."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Name, key


class PlaceKind(StrEnum):
    TERRITORY = "territory"
    BUILDING = "building"
    FLOOR = "floor"
    ROOM = "room"
    OBJECT = "object"


class Place(Model):
    """One node of the tree. `timezone` is set where the wall clock is known, children inherit it."""

    __tablename__ = "places"

    id: Mapped[key]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("places.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[Name]
    number: Mapped[str] = mapped_column(String(40), default="", server_default="")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    timezone: Mapped[str | None] = mapped_column(String(64))
    #: Residents may choose it in forms; a technical room is seen by staff only.
    shown: Mapped[bool] = mapped_column(default=True, server_default="true")

    parent: Mapped[Place | None] = relationship(remote_side="Place.id", back_populates="children")
    children: Mapped[list[Place]] = relationship(back_populates="parent", order_by="Place.position")

    def __repr__(self) -> str:
        return self.name
