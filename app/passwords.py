"""The rules and the hashing of passwords: at least 8 characters, none of the common ones, no composition rules."""

from __future__ import annotations

from flask_babel import gettext as _
from werkzeug.security import check_password_hash, generate_password_hash
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.storage import off_thread

MINIMUM = 8
MAXIMUM = 128
_COMMON = frozenset(FREQUENCY_LISTS["passwords"])
#: Checked for unknown addresses, so that they take as long as known ones.
_NOBODY = generate_password_hash("nobody")


def problem(password: str, *personal: str) -> str | None:
    """What is wrong with the password in one sentence, or None. `personal`: name, address: they must not be it."""
    if len(password) < MINIMUM:
        return _("At least %(number)s characters.", number=MINIMUM)
    if len(password) > MAXIMUM:
        return _("At most %(number)s characters.", number=MAXIMUM)
    plain = password.lower()
    if plain in _COMMON or len(set(plain)) < 3:
        return _("This password is one of the first that a stranger would try. Take another one.")
    if any(len(word) > 3 and plain == word.lower() for word in personal):
        return _("The password must not be your name or address.")
    return None


def hashed(password: str) -> str:
    return off_thread(lambda: generate_password_hash(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes the same time when there is no hash to compare with."""
    right = off_thread(lambda: check_password_hash(password_hash or _NOBODY, password[: MAXIMUM * 2]))
    return right and password_hash is not None
