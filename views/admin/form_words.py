"""Kinds of form fields and their limits in words, for the form builder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from models import FieldKind
from views.admin.places import KINDS as PLACE_KINDS


@dataclass(frozen=True)
class Kind:
    label: object
    icon: str
    #: When to take it.
    help: object


KINDS: dict[str, Kind] = {
    FieldKind.TEXT: Kind(_l("Short text"), "type", _l("One line: a name, a room, a number plate.")),
    FieldKind.LONG_TEXT: Kind(_l("Long text"), "align-left", _l("A description in several lines.")),
    FieldKind.NUMBER: Kind(_l("A number"), "hash", _l("How many, how much.")),
    FieldKind.CHOICE: Kind(_l("One of several"), "circle-dot", _l("The resident chooses one line.")),
    FieldKind.CHOICES: Kind(_l("Several of several"), "list-checks", _l("The resident ticks any lines.")),
    FieldKind.DATE: Kind(_l("Date"), "calendar", _l("A day, within limits counted from today.")),
    FieldKind.TIME: Kind(_l("Time"), "clock", _l("Hours and minutes.")),
    FieldKind.PLACE: Kind(_l("Place"), "map-pin", _l("A place of the location's tree.")),
    FieldKind.PHONE: Kind(_l("Phone"), "phone", _l("Checked and written the same way everywhere.")),
    FieldKind.FILE: Kind(_l("Files"), "paperclip", _l("Photos and documents.")),
    FieldKind.BOOLEAN: Kind(_l("Yes or no"), "toggle-right", _l("A question with two answers.")),
}


#: The inputs that every question has, as the list of errors calls them; the question itself needs no second name.
PARTS: dict[str, object] = {
    "label": "",
    "kind": _l("Kind of answer"),
    "choices": _l("Choices, one a line"),
    "help": _l("Hint"),
}


@dataclass(frozen=True)
class Limit:
    """One input of a field's limits; `options` makes it a select."""

    name: str
    label: object
    attributes: dict[str, Any]
    help: object = ""
    options: tuple[tuple[str, object], ...] = ()


_DIGITS = {"inputmode": "numeric", "maxlength": 6}
_NUMBER = {"inputmode": "decimal", "maxlength": 20}

LIMITS: dict[str, tuple[Limit, ...]] = {
    FieldKind.TEXT: (Limit("max_length", _l("Longest, characters"), _DIGITS),),
    FieldKind.LONG_TEXT: (Limit("max_length", _l("Longest, characters"), _DIGITS),),
    FieldKind.NUMBER: (Limit("min", _l("At least"), _NUMBER), Limit("max", _l("At most"), _NUMBER)),
    FieldKind.CHOICES: (Limit("max", _l("At most, choices"), _DIGITS, _l("Empty: any number of them.")),),
    FieldKind.DATE: (
        Limit("min", _l("Not earlier than, days from today"), _DIGITS, _l("Empty: today.")),
        Limit("max", _l("Not later than, days from today"), _DIGITS, _l("Empty: a year ahead.")),
    ),
    FieldKind.TIME: (
        Limit("min", _l("Not before"), {"type": "time"}),
        Limit("max", _l("Not after"), {"type": "time"}),
    ),
    FieldKind.PLACE: (
        Limit(
            "place_kind",
            _l("Only places of the kind"),
            {},
            options=(("", _l("Of any kind")), *((str(kind), label) for kind, label in PLACE_KINDS.items())),
        ),
    ),
    FieldKind.FILE: (Limit("max_files", _l("At most, files"), _DIGITS),),
}
