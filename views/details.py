"""The answers of an order as a page shows them, one Fact an answer. Shared by the portal and the desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import select

from app.extensions import db
from models import FieldKind, Order, StoredFile


@dataclass(frozen=True)
class Fact:
    """`text` for most kinds; beside it what some kinds show in another way on each layout (S0-18, S0-27)."""

    label: str
    kind: str
    text: str
    items: Sequence[str] = ()
    day: dt.date | None = None
    files: Sequence[StoredFile] = field(default_factory=tuple)


def details(order: Order) -> list[Fact]:
    """Every answered field, in form order, in the reader's language. Asks only if files were attached."""
    files = _files(order)
    return [
        _fact(answer["label"], answer["kind"], answer["value"], answer["text"], files)
        for answer in order.answers
    ]


def _fact(label: str, kind: str, value: object, text: str, files: dict[str, StoredFile]) -> Fact:
    match kind:
        case FieldKind.CHOICES if isinstance(value, list):
            return Fact(label, kind, ", ".join(value), items=value)
        case FieldKind.DATE:
            return Fact(label, kind, text, day=dt.date.fromisoformat(str(value)))
        case FieldKind.NUMBER:
            return Fact(label, kind, format_decimal(Decimal(str(value))))
        case FieldKind.BOOLEAN:
            return Fact(label, kind, _("Yes") if value else _("No"))
        case FieldKind.FILE if isinstance(value, list):
            return Fact(label, kind, text, files=[files[key] for key in value if key in files])
        case _:
            return Fact(label, kind, text)


def _files(order: Order) -> dict[str, StoredFile]:
    ids = [
        UUID(key) for answer in order.answers if answer["kind"] == FieldKind.FILE for key in answer["value"]
    ]
    if not ids:
        return {}
    found = db.session.scalars(select(StoredFile).where(StoredFile.id.in_(ids)))
    return {str(file.id): file for file in found}
