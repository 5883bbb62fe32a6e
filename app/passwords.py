"""The rules and the hashing of passwords: at least 8 characters, none of the common ones, no composition rules."""

from __future__ import annotations

import unicodedata
from functools import cache

from flask_babel import gettext as _
from werkzeug.security import check_password_hash, generate_password_hash
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.storage import off_thread

MINIMUM = 8
MAXIMUM = 128
_COMMON = frozenset(FREQUENCY_LISTS["passwords"])
#: Cyrillic letter → what the same key gives in Latin: «йцукенгш» is "qwertyui", and as well known.
_KEYS = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`")


def problem(password: str, *personal: str) -> str | None:
    """What is wrong with the password in one sentence, or None. `personal`: name, address: they must not be it."""
    if len(password) < MINIMUM:
        return _("At least %(number)s characters.", number=MINIMUM)
    if len(password) > MAXIMUM:
        return _("At most %(number)s characters.", number=MAXIMUM)
    plain = password.lower().strip()
    if plain in _COMMON or plain.translate(_KEYS) in _COMMON or len(set(plain)) < 3:
        return _("This password is one of the first that a stranger would try. Take another one.")
    words = {word.strip().lower() for text in personal for word in (text, text.partition("@")[0])}
    if plain in words or plain in {f"{first}{second}" for first in words for second in words}:
        return _("The password must not be your name or address.")
    return None


@cache
def _nobodys() -> str:
    """Checked for unknown addresses, so that they take as long as known ones. Made once, not at every start."""
    return generate_password_hash("nobody")


def hashed(password: str) -> str:
    return off_thread(lambda: generate_password_hash(_normal(password)))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes the same time when there is no hash to compare with."""
    right = off_thread(lambda: check_password_hash(password_hash or _nobodys(), _normal(password)))
    return right and password_hash is not None


def _normal(password: str) -> str:
    """One spelling for what different keyboards send for the same letters, and no more than hashing needs."""
    return unicodedata.normalize("NFKC", password[: MAXIMUM * 2])
