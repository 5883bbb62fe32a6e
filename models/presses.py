"""Forms that were sent, and what each of them made: the same form again makes nothing more."""

from __future__ import annotations

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, Now


class FormPress(Model):
    """`digest` is of who sent it, the form's key and what it said; `made` the number of the row that it made, of the
    table that the form is for. Written in the transaction of that row."""

    __tablename__ = "form_presses"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    made: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[Now] = mapped_column(index=True)
