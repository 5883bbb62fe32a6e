"""The form of a service as a page shows it: one Question a field, with what was typed and what was wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import format_date, format_decimal, ngettext
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, settings
from app.answers import MAX_FIELD_FILES, MAX_LONG_TEXT, MAX_TEXT
from app.extensions import db
from app.queries import places
from app.queries.places import KINDS, Node
from app.storage import ACCEPT, MAX_FILE_BYTES
from models import FieldKind, FormField, Service, StoredFile, User
from views.context import phone

#: More choices than this are a list to open, not chips.
_MOST_CHIPS = 7


@dataclass
class Question:
    """A form field with its present values; `attributes` go to the control as they are."""

    field: FormField
    values: Sequence[str]
    problem: str = ""
    #: What may be answered, so that nobody learns it from an error.
    hint: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    #: (value, label) or, for places, (group, [(value, label)]).
    options: Sequence[tuple[str, Any]] = ()
    kept: Sequence[StoredFile] = ()

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def help(self) -> str:
        return "\n".join(filter(None, (self.field.help, self.hint)))

    @property
    def as_chips(self) -> bool:
        return len(self.field.choices) <= _MOST_CHIPS


def questions(
    reader: User,
    service: Service,
    sent: Mapping[str, Sequence[str]] | None,
    problems: Mapping[str, object],
    at: int | None = None,
) -> list[Question]:
    """The questions in form order. `sent` is what came back with `problems`; None for a fresh form, in which what
    we know of the reader is filled in, and the place where the reader is (`at`, by a QR code)."""
    fields = [f for f in service.fields if f.active]
    values = _known(reader, fields) | _here(fields, at) if sent is None else sent
    kept = _drafts(reader, fields, values)
    return [
        Question(
            f,
            list(values.get(f.name, ())),
            str(problems.get(f.name, "")),
            _hint(f),
            _attributes(f),
            _options(f),
            [kept[value] for value in values.get(f.name, ()) if value in kept],
        )
        for f in fields
    ]


def _known(reader: User, fields: Sequence[FormField]) -> dict[str, list[str]]:
    """The reader's phone stands in the first phone field: most orders are for oneself."""
    first = next((f for f in fields if f.kind == FieldKind.PHONE and f.required), None)
    return {first.name: [phone(reader.phone)]} if first and reader.phone else {}


def _here(fields: Sequence[FormField], at: int | None) -> dict[str, list[str]]:
    """In each question for a place the one named, or the nearest around it that may be answered."""
    asking = [f for f in fields if f.kind == FieldKind.PLACE] if at else []
    if not asking or not at:
        return {}
    way = [row.id for row in places.way_up(db.session, at)]
    offered = {node.id: node.kind for node in places.tree(db.session, shown_only=True)}
    found = {}
    for f in asking:
        kind = f.limit("place_kind")
        nearest = next(
            (number for number in way if offered.get(number) in ((kind,) if kind else KINDS)), None
        )
        if nearest is not None:
            found[f.name] = [str(nearest)]
    return found


def _drafts(
    reader: User, fields: Sequence[FormField], values: Mapping[str, Sequence[str]]
) -> dict[str, StoredFile]:
    """Files that an earlier try of the same form has already brought."""
    ids = []
    for f in fields:
        if f.kind == FieldKind.FILE:
            ids += [UUID(value) for value in values.get(f.name, ()) if _is_id(value)]
    if not ids:
        return {}
    found = db.session.scalars(
        select(StoredFile).where(
            StoredFile.id.in_(ids), StoredFile.owner_id == reader.id, StoredFile.subject == ""
        )
    )
    return {str(file.id): file for file in found}


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


#: What the browser may check by itself, and which keyboard it shows.
_ATTRIBUTES: dict[str, Callable[[FormField], dict[str, Any]]] = {
    FieldKind.TEXT: lambda f: {"maxlength": f.limit("max_length", MAX_TEXT)},
    FieldKind.LONG_TEXT: lambda f: {"maxlength": f.limit("max_length", MAX_LONG_TEXT)},
    # Not type=number: browsers drop what they do not understand, and nothing would be left to mend.
    FieldKind.NUMBER: lambda _field: {"inputmode": "decimal", "autocomplete": "off"},
    FieldKind.PHONE: lambda _field: {
        "type": "tel",
        "inputmode": "tel",
        "autocomplete": "tel",
        "maxlength": 30,
    },
    FieldKind.DATE: lambda f: {
        "type": "date",
        "min": _day(f.limit("min", 0)),
        "max": _day(f.limit("max", 366)),
    },
    FieldKind.TIME: lambda f: {"type": "time", "min": f.limit("min"), "max": f.limit("max")},
    FieldKind.FILE: lambda f: {"accept": ACCEPT, "multiple": int(f.limit("max_files", MAX_FIELD_FILES)) > 1},
}


def _attributes(f: FormField) -> dict[str, Any]:
    return _ATTRIBUTES.get(f.kind, lambda _field: {})(f)


def _hint(f: FormField) -> str:
    """The limits in words, unless the administrator's own hint names them."""
    low, high = f.limit("min"), f.limit("max")
    match f.kind:
        case FieldKind.FILE:
            return ngettext(
                "One file up to %(size)s MB: a photo, video, PDF, document or ZIP",
                "Up to %(num)s files of %(size)s MB each: photos, video, PDF, documents, ZIP",
                int(f.limit("max_files", MAX_FIELD_FILES)),
                size=MAX_FILE_BYTES // 1024 // 1024,
            )
        case FieldKind.CHOICES if high is not None:
            return ngettext("At most %(num)s choice.", "At most %(num)s choices.", int(high))
        case FieldKind.NUMBER:
            least, most = (None if n is None else format_decimal(Decimal(str(n))) for n in (low, high))
            words = _("At least %(least)s"), _("At most %(most)s"), _("From %(least)s to %(most)s")
        case FieldKind.TIME:
            least, most = low, high
            words = _("Not before %(least)s"), _("Not after %(most)s"), _("Between %(least)s and %(most)s")
        case FieldKind.DATE:
            # From today on and up to a year ahead is what everybody expects.
            least, most = (format_date(_date(int(days)), "long") if days else None for days in (low, high))
            words = _("Not before %(least)s"), _("Not after %(most)s"), _("%(least)s to %(most)s")
        case _:
            return ""
    if all(said in f.help for said in (least, most) if said):
        return ""
    if least and most:
        return words[2] % {"least": least, "most": most}
    return words[0] % {"least": least} if least else words[1] % {"most": most}


def _day(days: int | None) -> str | None:
    return None if days is None else _date(int(days)).isoformat()


def _date(days: int) -> dt.date:
    """So many days from today, where the organization is."""
    return clock.now().astimezone(clock.zone(settings.get(db.session, "timezone"))).date() + dt.timedelta(
        days=days
    )


def _options(f: FormField) -> Sequence[tuple[str, Any]]:
    match f.kind:
        case FieldKind.CHOICE | FieldKind.CHOICES:
            return [(choice, choice) for choice in f.choices]
        case FieldKind.BOOLEAN:
            return [("yes", _("Yes")), ("no", _("No"))]
        case FieldKind.PLACE:
            return place_groups(places.tree(db.session, shown_only=True), f.limit("place_kind"))
        case _:
            return ()


def place_groups(nodes: Sequence[Node], kind: str | None = None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Places grouped by building. A field that asks for one kind offers only that kind."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for node in nodes:
        if kind is None or node.kind == kind:
            # The whole name in each line: a closed picker shows the line without its group.
            building = node.full_name.partition(", ")[0]
            groups.setdefault(building, []).append((str(node.id), node.full_name))
    return list(groups.items())
