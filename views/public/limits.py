"""How often strangers may try. Counted before the work, so that many at once cannot slip through.

One process keeps its own counters unless RATELIMIT_STORAGE_URI names a place that all share.
"""

from __future__ import annotations

import hashlib
import time
from typing import ClassVar

from flask import Flask, current_app, request
from flask_babel import ngettext
from limits import RateLimitItem, parse_many
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from app.errors import AtriumError

#: What is tried → for one address from one place, for one address from anywhere, for one place. An office is one
#: place with many people, hence the larger numbers.
LIMITS = {
    "sign_in": ("10/minute;50/hour", "100/hour", "60/minute;600/hour"),
    "sign_up": ("10/minute;30/hour", "", "20/minute;100/hour"),
    "reset": ("3/minute;10/hour", "20/hour", "20/minute;100/hour"),
    "reset_use": ("", "", "20/minute;100/hour"),
    "password": ("10/minute;50/hour", "", ""),
    "hint": ("", "", "120/minute;3000/hour"),
    "code": ("", "", "30/minute;300/hour"),
    # The tokens cannot be guessed, and a poster's code may be scanned by a whole hall behind one address.
    "invitation": ("", "", "60/minute;600/hour"),
    "avatar": ("10/minute;60/hour", "", ""),
}
_PARSED = {name: tuple(parse_many(text) if text else [] for text in texts) for name, texts in LIMITS.items()}


class TooMany(AtriumError):
    """`seconds` until the next attempt is possible."""

    status: ClassVar[int] = 429
    code = "too_many"

    def __init__(self, seconds: int) -> None:
        self.seconds = max(1, seconds)
        minutes = -(-self.seconds // 60)
        super().__init__(
            ngettext(
                "Too many attempts. Try again in a minute.",
                "Too many attempts. Try again in %(num)d minutes.",
                minutes,
            )
        )


def init_app(app: Flask) -> None:
    if app.config["RATELIMIT_ENABLED"]:
        app.extensions["attempts"] = FixedWindowRateLimiter(
            storage_from_string(app.config["RATELIMIT_STORAGE_URI"])
        )


def spend(what: str, address: str = "") -> None:
    """Count an attempt at `what` for a typed address. Raises TooMany when there were too many."""
    counters: FixedWindowRateLimiter | None = current_app.extensions.get("attempts")
    if counters is None:
        return
    late = [
        counters.get_window_stats(limit, *key).reset_time
        for limit, key in _keys(what, address)
        if not counters.hit(limit, *key)
    ]
    if late:
        raise TooMany(int(max(late) - time.time()) + 1)


def forgive(what: str, address: str) -> None:
    """The attempt was right: what was counted for this address is forgotten, not what was counted for the place."""
    counters: FixedWindowRateLimiter | None = current_app.extensions.get("attempts")
    if counters is None:
        return
    for limit, key in _keys(what, address):
        if key[1] != "place":
            counters.clear(limit, *key)


def _keys(what: str, address: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
    place = request.remote_addr or ""
    # Hashed: what people type is not kept, and is of one length.
    who = hashlib.sha256(address.strip().lower().encode()).hexdigest()[:32]
    pair, person, spot = _PARSED[what]
    return [
        *((limit, (what, "pair", who, place)) for limit in pair),
        *((limit, (what, "person", who)) for limit in person),
        *((limit, (what, "place", place)) for limit in spot),
    ]
