"""The watchdog of calls of help: a small process of its own that has one thing to do, several times a second.

Two of them do no harm (rows are locked and skipped), and while there is none the jobs process does its work less often
(tasks.py). It says that it lives, here and to an address that an administrator may give.
"""

from __future__ import annotations

import logging
import signal
import threading
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app import settings
from app.actions import consoles, telling
from app.extensions import db
from app.queries.alarms import WATCHDOG

log = logging.getLogger(__name__)

#: Seconds between two looks: an escalation is late by no more than this and the time of the work.
PAUSE = 0.5
#: Seconds between two calls of the address that watches us, and how long one may take.
_PING, _PATIENCE = 60.0, 10.0


def run(app: Flask) -> None:
    """Watch until SIGTERM or SIGINT. A database that does not answer is asked again."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    pinger = Pinger()
    while not stop.is_set():
        with app.app_context():
            watched = _watched(pinger)
        # Whoever watches us hears nothing of us while we cannot do our work.
        pinger.tick(PAUSE, silent=not watched)
        stop.wait(PAUSE)


def _watched(pinger: Pinger) -> bool:
    """Look once; whether it went well. Whatever fails, the next look may not."""
    try:
        look()
        pinger.address = str(settings.get(db.session, "watchdog_url"))
    except SQLAlchemyError as error:
        log.warning("the database does not answer: %s", error)
    except Exception:
        log.exception("a look of the watchdog failed")
    else:
        return True
    db.session.rollback()
    return False


def look() -> int:
    """One look: every step that is due is taken, and the heartbeat written. How many steps."""
    taken = 0
    while some := telling.escalate_due():
        taken += some
    consoles.alive(WATCHDOG)
    return taken


class Pinger:
    """Asks an address each minute, in the background: whoever is there raises an alarm of its own if we fall silent."""

    def __init__(self) -> None:
        self.address = ""
        self._due = 0.0

    def tick(self, passed: float, *, silent: bool = False) -> None:
        """`passed` seconds have gone by."""
        self._due -= passed
        if self._due <= 0 and not silent and urlsplit(self.address).scheme in ("http", "https"):
            self._due = _PING
            threading.Thread(target=_ask, args=(self.address,), daemon=True).start()


def _ask(address: str) -> None:
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE):  # noqa: S310  # http(s) only, an operator's setting
            pass
    except (OSError, ValueError) as error:
        log.warning("the watchdog's own watch does not answer: %s", _plain(error))


def _plain(error: Any) -> str:
    # The address may carry a secret: it is not for the log.
    return type(error).__name__
