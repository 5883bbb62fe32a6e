"""What is typed into the fields of a form, as it is kept; what cannot be is named in `errors`, by the field."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask_babel import get_locale
from flask_babel import gettext as _

from app import money

MAX_LINE = 300
MAX_TEXT = 5000


def line(
    typed: str, field: str, errors: dict[str, object], *, most: int = MAX_LINE, required: bool = False
) -> str:
    """One line of text, without what cannot be printed."""
    found = " ".join("".join(c for c in typed if c.isprintable() or c.isspace()).split())
    if required and not found:
        errors[field] = _("Please fill this in.")
    elif len(found) > most:
        errors[field] = _("At most %(number)s characters.", number=most)
    return found


def text(typed: str, field: str, errors: dict[str, object], *, most: int = MAX_TEXT) -> str:
    found = typed.replace("\r\n", "\n").replace("\0", "").strip()
    if len(found) > most:
        errors[field] = _("At most %(number)s characters.", number=most)
    return found


def number(
    typed: str,
    field: str,
    errors: dict[str, object],
    least: int = 0,
    most: int = 0,
    *,
    among: Sequence[int] = (),
) -> int:
    """A whole number within its limits, or one of a few."""
    plain = typed.strip()
    found = int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 9 else None
    if among:
        if found not in among:
            errors[field] = _("Please choose from the list.")
    elif found is None or not least <= found <= most:
        errors[field] = _("Please enter a number from %(least)s to %(most)s.", least=least, most=most)
    return found or 0


def address(typed: str, field: str, errors: dict[str, object], *, most: int = 500) -> str:
    """An address of the web, http or https; without a scheme it is https."""
    found = typed.strip()
    if not found:
        return ""
    if "://" not in found:
        found = f"https://{found}"
    try:
        parts = urlsplit(found)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and "." in (parts.hostname or "")
    except ValueError:
        right = False
    if not right or len(found) > most or any(c.isspace() or not c.isprintable() for c in found):
        errors[field] = _("Please enter an address such as https://example.org.")
    return found


def no_amount(typed: str, currency: str) -> str:
    """What is said of a price that cannot be read: that it is too much, or how it is written."""
    if money.too_much(typed, currency):
        return _("At most %(sum)s.", sum=money.shown(money.most(currency), currency, str(get_locale())))
    return _("Please enter an amount, for example 1500 or 1500,50.")
