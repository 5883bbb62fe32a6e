"""The tree of the location: territory → building → floor → room → object (I-27), with plans and QR codes."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Name, Now, key

#: The signs of a code: none is taken for another when it is read off a sticker (no 0/O, 1/I/L, U/V).
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTWXYZ"
CODE_LENGTH = 10


def new_code() -> str:
    """What a place's QR leads to, and what is typed by hand: 29^10, so nobody finds a place by guessing."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


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
    code: Mapped[str] = mapped_column(String(16), unique=True, default=new_code)
    seats: Mapped[int | None]
    #: Who is called here by phone, and how soon help must come (S1-8, S1-18); children inherit both.
    staff_phone: Mapped[str] = mapped_column(String(20), default="", server_default="")
    sos_minutes: Mapped[int | None]
    #: A picture on which the children stand, a file of the subject "place:<id>", and its size in its own units.
    plan_id: Mapped[UUID | None] = mapped_column(PgUuid(as_uuid=True))
    plan_width: Mapped[int | None]
    plan_height: Mapped[int | None]
    #: Where the place is on the plan of what it stands in: a point [x, y], and the corners of its outline. Both in
    #: parts of the plan's width and height, 0 to 1, so that a plan drawn anew in another size needs no new marks.
    mark: Mapped[list[float] | None] = mapped_column(JSONB(none_as_null=True))
    area: Mapped[list[list[float]] | None] = mapped_column(JSONB(none_as_null=True))

    parent: Mapped[Place | None] = relationship(remote_side="Place.id", back_populates="children")
    children: Mapped[list[Place]] = relationship(back_populates="parent", order_by="Place.position")

    @property
    def point(self) -> tuple[float, float] | None:
        return middle(self.mark, self.area)

    def __repr__(self) -> str:
        return self.name


def middle(
    mark: Sequence[float] | None, area: Sequence[Sequence[float]] | None
) -> tuple[float, float] | None:
    """Where the sign of a place stands on a plan: at its mark, else in the middle of its outline."""
    if mark:
        return mark[0], mark[1]
    if not area:
        return None
    across, down = [x for x, _ in area], [y for _, y in area]
    return (min(across) + max(across)) / 2, (min(down) + max(down)) / 2


class RetiredCode(Model):
    """The code of a place that is gone: whoever scans its sticker is told so, and can call for help all the same."""

    __tablename__ = "retired_codes"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[Name]
    retired_at: Mapped[Now]
