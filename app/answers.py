"""The form of a service: from what the browser sent to checked answers that an order keeps. No database writes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import phonenumbers
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from app.errors import Invalid
from models import FieldKind, FormField

MAX_TEXT = 300
MAX_LONG_TEXT = 5000
MAX_FIELD_FILES = 5


@dataclass(frozen=True)
class Context:
    """What checking needs to know: today at the place, the places that may be chosen, names of uploaded files."""

    today: dt.date
    places: Mapping[int, str]
    files: Mapping[str, str]


class _Wrong(Exception):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def check(
    fields: Sequence[FormField],
    sent: Mapping[str, Sequence[str]],
    context: Context,
    wrong: Mapping[str, object] | None = None,
) -> list[dict[str, Any]]:
    """The answers in form order, unanswered optional fields left out: [{"label", "kind", "value", "text"}].

    Raises Invalid with one message a field, those of `wrong` among them. `text` is the plain text for search, mails
    and exports.
    """
    answers: list[dict[str, Any]] = []
    errors: dict[str, object] = {}
    for field in fields:
        raw = [value.strip() for value in sent.get(field.name, ()) if value.strip()]
        try:
            if not raw:
                if field.required:
                    raise _Wrong(_("Please answer this."))
                continue
            value, text = _CHECKS[FieldKind(field.kind)](field, raw, context)
            answers.append({"label": field.label, "kind": field.kind, "value": value, "text": text})
        except _Wrong as refused:
            errors[field.name] = refused.text
    errors |= wrong or {}
    if errors:
        raise Invalid(errors)
    return answers


def _text(field: FormField, raw: Sequence[str], context: Context) -> tuple[Any, str]:
    longest = int(field.limit("max_length", MAX_LONG_TEXT if field.kind == FieldKind.LONG_TEXT else MAX_TEXT))
    text = raw[0].replace("\r\n", "\n").replace("\0", "")
    if len(text) > longest:
        raise _Wrong(
            ngettext(
                "At most %(num)s character, now %(length)s.",
                "At most %(num)s characters, now %(length)s.",
                longest,
                length=len(text),
            )
        )
    return text, text


def _number(field: FormField, raw: Sequence[str], context: Context) -> tuple[Any, str]:
    try:
        number = Decimal(raw[0].replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace(",", "."))
    except InvalidOperation:
        raise _Wrong(_("Please enter a number.")) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        raise _Wrong(_("Please enter a number."))
    low, high = field.limit("min"), field.limit("max")
    if low is not None and number < Decimal(str(low)):
        raise _Wrong(_("Not less than %(limit)s.", limit=format_decimal(Decimal(str(low)))))
    if high is not None and number > Decimal(str(high)):
        raise _Wrong(_("Not more than %(limit)s.", limit=format_decimal(Decimal(str(high)))))
    plain = f"{number.normalize():f}"
    return plain, plain


def _choice(field: FormField, raw: Sequence[str], context: Context) -> tuple[Any, str]:
    if raw[0] not in field.choices:
        raise _Wrong(_("Please choose from the list."))
    return raw[0], raw[0]


def _choices(field: FormField, raw: Sequence[str], context: Context) -> tuple[Any, str]:
    if any(value not in field.choices for value in raw):
        raise _Wrong(_("Please choose from the list."))
    chosen = [choice for choice in field.choices if choice in raw]
    most = field.limit("max")
    if most is not None and len(chosen) > int(most):
        raise _Wrong(ngettext("At most %(num)s choice.", "At most %(num)s choices.", int(most)))
    return chosen, ", ".join(chosen)


def _date(field: FormField, raw: Sequence[str], context: Context) -> tuple[Any, str]:
    try:
        day = dt.date.fromisoformat(raw[0])
    except ValueError:
        raise _Wrong(_("Please enter a date.")) from None
    low, high = field.limit("min", 0), field.limit("max", 366)
    if low is not None and (day - context.today).days < int(low):
        if int(low) == 0:
            raise _Wrong(_("This date has passed."))
        raise _Wrong(_("Please choose a later date."))
    if high is not None and (day - context.today).days > int(high):
        raise _Wrong(_("Please choose an earlier date."))
    return day.isoformat(), day.strftime("%d.%m.%Y")


def _time(field: FormField, raw: Sequence[str], context: Context) -> tuple[Any, str]:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", raw[0]):
        raise _Wrong(_("Please enter a time."))
    time = raw[0][:5]
    low, high = field.limit("min"), field.limit("max")
    if (low and time < low) or (high and time > high):
        raise _Wrong(
            _("Please choose a time from %(low)s to %(high)s.", low=low or "00:00", high=high or "23:59")
        )
    return time, time


def _place(field: FormField, raw: Sequence[str], context: Context) -> tuple[Any, str]:
    if not raw[0].isdecimal() or int(raw[0]) not in context.places:
        raise _Wrong(_("Please choose a place."))
    place_id = int(raw[0])
    return place_id, context.places[place_id]


def _phone(field: FormField, raw: Sequence[str], context: Context) -> tuple[Any, str]:
    number = normal_phone(raw[0])
    if number is None:
        raise _Wrong(_("Please enter a phone number, for example +7 912 345-67-89."))
    return number, number


def _boolean(field: FormField, raw: Sequence[str], context: Context) -> tuple[Any, str]:
    value = raw[0] in ("1", "true", "on", "yes")
    return value, _("Yes") if value else _("No")


def _file(field: FormField, raw: Sequence[str], context: Context) -> tuple[Any, str]:
    if any(file_id not in context.files for file_id in raw):
        raise _Wrong(_("Please attach the file again."))
    most = int(field.limit("max_files", MAX_FIELD_FILES))
    if len(raw) > most:
        raise _Wrong(ngettext("At most %(num)s file.", "At most %(num)s files.", most))
    return list(raw), ", ".join(context.files[file_id] for file_id in raw)


_CHECKS: dict[FieldKind, Callable[[FormField, Sequence[str], Context], tuple[Any, str]]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.DATE: _date,
    FieldKind.TIME: _time,
    FieldKind.PLACE: _place,
    FieldKind.PHONE: _phone,
    FieldKind.FILE: _file,
    FieldKind.BOOLEAN: _boolean,
}


def normal_phone(text: str) -> str | None:
    """ "8 (912) 345-67-89" → "+79123456789"; None if it is no phone number."""
    try:
        number = phonenumbers.parse(text, "RU")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


__all__ = ["Context", "check", "normal_phone"]
