"""What every table shares: the declarative base and column types. No table lives here."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, String, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

if TYPE_CHECKING:

    class Model(DeclarativeBase):
        """The type checker's view of Flask-AppBuilder's untyped base."""
else:
    from flask_appbuilder import Model

__all__ = ["Json", "Model", "Moment", "Name", "Now", "Words", "bigkey", "key", "user_fk"]

#: An aware moment; the database keeps UTC.
Moment = Annotated[dt.datetime, mapped_column(DateTime(timezone=True))]
#: The moment of the insert, given by the database's clock unless the action says otherwise.
Now = Annotated[dt.datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
Name = Annotated[str, mapped_column(String(200))]
Words = Annotated[str, mapped_column(Text, server_default="")]
Json = Annotated[dict[str, Any], mapped_column(JSONB, server_default="{}")]
key = Annotated[int, mapped_column(primary_key=True)]
bigkey = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


def user_fk(*, ondelete: str = "RESTRICT", **kwargs: Any) -> Any:
    """A column that names a person. Whoever left a trace is blocked, never deleted: hence RESTRICT."""
    return mapped_column(ForeignKey("ab_user.id", ondelete=ondelete), **kwargs)
