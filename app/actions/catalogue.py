"""The form and the picture of a service. The rest of it is reference data, edited by views/admin."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from flask_babel import gettext as _

from app import journal
from app.actions import files
from app.actions.base import action
from app.answers import MAX_FIELD_FILES, MAX_LONG_TEXT, MAX_TEXT
from app.errors import Invalid, Stale
from app.extensions import db
from app.permissions import P
from app.policy import Actor, require
from app.storage import Storage
from models import FieldKind, FormField, PlaceKind, Service, StoredFile

MAX_FIELDS = 40
MAX_CHOICES = 60
_MAX_CHOICE = 120
_MAX_DAYS = 3660
_WITH_CHOICES = (FieldKind.CHOICE, FieldKind.CHOICES)


@dataclass
class Draft:
    """A field as it was typed. `key` names it in errors; `field_id` None is a new one; `limits` are texts."""

    key: str
    field_id: int | None = None
    kind: str = FieldKind.TEXT
    label: str = ""
    help: str = ""
    required: bool = False
    active: bool = True
    gone: bool = False
    choices: list[str] = field(default_factory=list)
    limits: dict[str, str] = field(default_factory=dict)


def limits_of(kind: str) -> tuple[str, ...]:
    """Names of the limits that a kind of field knows."""
    return tuple(_LIMITS.get(kind, {}))


def drafts_of(service: Service) -> list[Draft]:
    """The form as it is."""
    return [
        Draft(
            key=f"f{f.id}",
            field_id=f.id,
            kind=f.kind,
            label=f.label,
            help=f.help,
            required=f.required,
            active=f.active,
            choices=list(f.choices),
            limits={name: str(value) for name, value in f.limits.items()},
        )
        for f in service.fields
    ]


def fingerprint(service: Service) -> str:
    """Changes whenever somebody changes the form."""
    state = [
        [f.id, f.kind, f.label, f.help, f.required, f.choices, f.limits, f.position, f.active]
        for f in service.fields
    ]
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]


@action
def save_form(actor: Actor, service: Service, drafts: Sequence[Draft], seen: str) -> None:
    """Make the service's form what `drafts` say, in their order. Orders keep the answers that they have.

    Raises Forbidden, Stale if the form is no longer the one that `seen` is the fingerprint of, and Invalid with
    the errors of all fields at once: "f12.label" → text.
    """
    require(db.session, actor, P.CATALOGUE_WRITE)
    # Two administrators who save at once meet here, and the second is told.
    db.session.refresh(service, with_for_update=True)
    db.session.expire(service, ["fields"])
    if fingerprint(service) != seen:
        raise Stale
    kept = [draft for draft in drafts if not draft.gone]
    checked = check(kept)
    before = {f.id: f for f in service.fields}
    added = removed = 0
    for draft in drafts:
        if draft.gone and draft.field_id in before:
            service.fields.remove(before[draft.field_id])
            removed += 1
    for position, (draft, values) in enumerate(zip(kept, checked, strict=True)):
        row = before.get(draft.field_id or 0) or FormField()
        for name, value in (values | {"position": position}).items():
            setattr(row, name, value)
        if row.id is None:
            service.fields.append(row)
            added += 1
    db.session.flush()
    labels = [draft.label for draft in kept if draft.active]
    journal.write(
        db.session,
        "form.changed",
        actor,
        f"service:{service.id}",
        name=service.name,
        added=added,
        removed=removed,
        fields=labels,
    )


@action
def set_picture(actor: Actor, storage: Storage, service: Service, stream: IO[bytes], filename: str) -> None:
    """Make an upload the service's picture, in place of an earlier one. Raises Forbidden, Invalid if it is no picture,
    TooLarge."""
    require(db.session, actor, P.CATALOGUE_WRITE)
    file = files.upload(actor, storage, stream, filename, subject=f"service:{service.id}")
    if not file.is_image:
        raise Invalid({"picture_id": _("Please choose a picture.")})
    remove_picture(actor, storage, service)
    service.picture_id = file.id


@action
def remove_picture(actor: Actor, storage: Storage, service: Service) -> None:
    """Forget the picture, row and bytes. Raises Forbidden."""
    require(db.session, actor, P.CATALOGUE_WRITE)
    if service.picture_id is not None:
        old = db.session.get(StoredFile, service.picture_id)
        if old is not None and old.subject == f"service:{service.id}":
            db.session.delete(old)
            files.drop(storage, old.id)
        service.picture_id = None


def check(drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """The columns of each draft. Raises Invalid with the errors of all of them."""
    errors: dict[str, object] = {}
    if len(drafts) > MAX_FIELDS:
        raise Invalid(text=_("A form has at most %(number)s fields.", number=MAX_FIELDS))
    seen: set[str] = set()
    values = [_checked(draft, seen, errors) for draft in drafts]
    if errors:
        raise Invalid(errors)
    return values


def _checked(draft: Draft, seen: set[str], errors: dict[str, object]) -> dict[str, Any]:
    label, kind = _clean(draft.label), draft.kind
    if not label:
        errors[f"{draft.key}.label"] = _("Please write the question.")
    elif len(label) > 200:
        errors[f"{draft.key}.label"] = _("At most %(number)s characters.", number=200)
    elif draft.active and label.lower() in seen:
        errors[f"{draft.key}.label"] = _("Another field asks the same already.")
    if draft.active:
        seen.add(label.lower())
    if kind not in set(FieldKind):
        errors[f"{draft.key}.kind"] = _("Please choose from the list.")
    if len(_clean(draft.help)) > 300:
        errors[f"{draft.key}.help"] = _("At most %(number)s characters.", number=300)
    choices = _choices(draft, errors) if kind in _WITH_CHOICES else []
    return {
        "kind": kind,
        "label": label,
        "help": _clean(draft.help),
        "required": draft.required,
        "active": draft.active,
        "choices": choices,
        "limits": _limits(draft, errors, len(choices)),
    }


def _clean(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


def _choices(draft: Draft, errors: dict[str, object]) -> list[str]:
    choices = [clean for line in draft.choices if (clean := _clean(line))]
    lowered = [choice.lower() for choice in choices]
    twice = next((c for c in choices if lowered.count(c.lower()) > 1), None)
    if len(choices) < 2:
        errors[f"{draft.key}.choices"] = _("Please give at least two choices, one a line.")
    elif len(choices) > MAX_CHOICES:
        errors[f"{draft.key}.choices"] = _("At most %(number)s choices.", number=MAX_CHOICES)
    elif twice:
        errors[f"{draft.key}.choices"] = _("“%(choice)s” is there twice.", choice=twice)
    elif any(len(choice) > _MAX_CHOICE for choice in choices):
        errors[f"{draft.key}.choices"] = _("A choice has at most %(number)s characters.", number=_MAX_CHOICE)
    return choices


# --- limits -------------------------------------------------------------------------------------------------------


class _WrongError(Exception):
    """The text is for the reader."""


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"-?\d{1,9}", text) or not low <= int(text) <= high:
            raise _WrongError(_("A whole number from %(low)s to %(high)s.", low=low, high=high))
        return int(text)

    return parse


def _decimal(text: str) -> int | float:
    try:
        number = Decimal(text.replace(",", ".").replace(" ", ""))
    except InvalidOperation:
        raise _WrongError(_("Please enter a number.")) from None
    if not number.is_finite() or abs(number) >= 10**9:
        raise _WrongError(_("Please enter a number."))
    return int(number) if number == number.to_integral_value() else float(number)


def _time(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:\d\d)?", text):
        raise _WrongError(_("Please enter a time."))
    return text[:5]


def _place_kind(text: str) -> str:
    if text not in set(PlaceKind):
        raise _WrongError(_("Please choose from the list."))
    return text


#: Kind → limit → how what was typed is read. The names are those that app/answers.py asks for.
_LIMITS: Mapping[str, Mapping[str, Callable[[str], Any]]] = {
    FieldKind.TEXT: {"max_length": _whole(1, MAX_TEXT)},
    FieldKind.LONG_TEXT: {"max_length": _whole(1, MAX_LONG_TEXT)},
    FieldKind.NUMBER: {"min": _decimal, "max": _decimal},
    FieldKind.CHOICES: {"max": _whole(1, MAX_CHOICES)},
    FieldKind.DATE: {"min": _whole(-_MAX_DAYS, _MAX_DAYS), "max": _whole(-_MAX_DAYS, _MAX_DAYS)},
    FieldKind.TIME: {"min": _time, "max": _time},
    FieldKind.PLACE: {"place_kind": _place_kind},
    FieldKind.FILE: {"max_files": _whole(1, MAX_FIELD_FILES)},
}


def _limits(draft: Draft, errors: dict[str, object], choices: int) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for name, parse in _LIMITS.get(draft.kind, {}).items():
        if text := draft.limits.get(name, "").replace("\0", "").strip():
            try:
                limits[name] = parse(text)
            except _WrongError as wrong:
                errors[f"{draft.key}.{name}"] = str(wrong)
    low, high = limits.get("min"), limits.get("max")
    if draft.kind == FieldKind.DATE:
        # Ends that are not set mean what app/answers.py takes them for: from today, for a year.
        low, high = (0 if low is None else low), (366 if high is None else high)
    if draft.kind == FieldKind.CHOICES and high is not None and high > choices > 1:
        errors[f"{draft.key}.max"] = _(
            "There are only %(number)s choices: enter at most that many, or leave this empty.", number=choices
        )
    elif low is not None and high is not None and low > high:
        errors[f"{draft.key}.max"] = _("The upper limit is below the lower one.")
    return limits
