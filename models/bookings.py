"""What can be had by one at a time, and when it is taken: rooms, desks, hotel rooms, the time of specialists."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, String
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, key, user_fk


class ResourceKind(StrEnum):
    #: Somebody's time.
    PERSON = "person"


class Resource(Model):
    """One unit that can be taken by one at a time. What has room for N is N of them.

    `user_id`: somebody's time is one resource, at however many providers he works."""

    __tablename__ = "resources"

    id: Mapped[key]
    kind: Mapped[str] = mapped_column(String(20), default=ResourceKind.PERSON)
    user_id: Mapped[int | None] = user_fk(unique=True)


class Booking(Model):
    """A resource is taken for `span`, `[from, to)`. While `active` no other active one of the resource meets it: the
    database refuses. What is declined or cancelled stays, and holds nothing."""

    __tablename__ = "bookings"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resources.id", ondelete="RESTRICT"))
    span: Mapped[Range[dt.datetime]] = mapped_column(TSTZRANGE)
    active: Mapped[bool] = mapped_column(default=True, server_default="true")

    __table_args__ = (
        # The guard, and the index by which free time is found.
        ExcludeConstraint(
            (Column("resource_id"), "="),
            (Column("span"), "&&"),
            name="ex_bookings_span",
            using="gist",
            where="active",
        ),
        CheckConstraint(
            "NOT isempty(span) AND NOT lower_inf(span) AND NOT upper_inf(span)", name="ck_bookings_span"
        ),
    )
