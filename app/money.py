"""Money: an integer of minor units with a currency. Parsed as people type it, shown as their language writes it."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency, get_currency_name, get_currency_precision, get_currency_symbol

#: What one price may be at most, in major units: what a 32-bit column of kopecks holds.
MOST = 20_000_000
CURRENCIES = ("RUB", "USD", "EUR", "BYN", "KZT")


def parsed(text: str, currency: str) -> int | None:
    """ "1 500,50" → 150050 minor units; None if it is no amount of money from 0 to MOST."""
    plain = "".join(text.split()).replace("\N{NO-BREAK SPACE}", "").replace(",", ".")
    for sign in (get_currency_symbol(currency, "ru"), currency):
        plain = plain.removesuffix(sign).removeprefix(sign)
    digits = get_currency_precision(currency)
    if not plain:
        return 0
    # "1,500" is a thousand and a half to some and one and a half to others: neither is guessed.
    if not re.fullmatch(rf"[0-9]{{1,9}}(\.[0-9]{{1,{digits}}})?" if digits else r"[0-9]{1,9}", plain):
        return None
    minor = int(Decimal(plain) * 10**digits)
    return minor if minor <= MOST * 10**digits else None


def most(currency: str) -> int:
    """The largest price, in minor units."""
    return MOST * 10 ** int(get_currency_precision(currency))


def too_much(text: str, currency: str) -> bool:
    """Whether it is an amount that is refused for its size alone."""
    whole, dot, rest = "".join(text.split()).replace(",", ".").partition(".")
    if len(whole) <= 7:  # below MOST in any case
        return False
    return parsed(f"1{dot}{rest}", currency) is not None and whole.isascii() and whole.isdecimal()


@lru_cache(maxsize=4000)
def shown(amount: int, currency: str, locale: str) -> str:
    """«2 000 ₽»; kopecks only where there are any."""
    digits = get_currency_precision(currency)
    value = Decimal(amount).scaleb(-digits)
    whole = value == value.to_integral_value()
    pattern = _WHOLE.get(locale.partition("_")[0], "¤#,##0") if whole else None
    text = format_currency(value, currency, locale=locale, format=pattern, currency_digits=not whole)
    return re.sub(r"^([A-Z]{3})(?=\d)", "\\1\N{NO-BREAK SPACE}", text)


def sign(currency: str, locale: str) -> str:
    """«₽», as amounts have it in this language: what stands beside a field."""
    return get_currency_symbol(currency, locale)


def named(currency: str, locale: str) -> str:
    """«Российский рубль, ₽»"""
    name, mark = get_currency_name(currency, locale=locale), sign(currency, locale)
    return f"{name[:1].upper()}{name[1:]}, {mark}"


def typed(amount: int, currency: str) -> str:
    """The amount for a form's field: "1500" or "1500,50"."""
    digits = get_currency_precision(currency)
    value = Decimal(amount).scaleb(-digits)
    text = f"{value:.0f}" if value == value.to_integral_value() else f"{value:.{digits}f}"
    return text.replace(".", ",")


_WHOLE = {"ru": "#,##0\N{NO-BREAK SPACE}¤", "en": "¤#,##0"}
