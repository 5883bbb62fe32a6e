"""Socket.IO: connect and subscribe only. One LISTEN a process; a poke carries ids, pages fetch what they may see."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import psycopg
from flask import Flask, current_app, session
from flask_login import current_user
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import join_room, leave_room

from app import journal, policy, settings
from app.config import libpq_url
from app.errors import AtriumError
from app.extensions import db, socketio
from views.context import actor

log = logging.getLogger(__name__)

#: Journal kinds after which a person's sockets must come again, with the rights of now (or not at all).
_PARTING = frozenset({"user.blocked", "user.password_changed", "user.roles_changed"})
#: Kinds that change who serves an order or sees a client: everybody who watches it asks anew whether he still may.
_REGROUPING = frozenset({"order.assigned", "order.unassigned", "client.shown"})
#: Subjects in one call of a page, and of one socket at once.
_MOST = 20
#: Seconds of silence after which the listener makes sure that the database is still there.
_SILENCE = 20.0


def init_app(app: Flask) -> None:
    socketio.on_event("connect", _connect)
    socketio.on_event("subscribe", _subscribe)
    socketio.on_event("unsubscribe", _unsubscribe)
    app.extensions["listen"] = _once(lambda: _listen(libpq_url(app.config["SQLALCHEMY_DATABASE_URI"])))


# --- what a socket may say ----------------------------------------------------------------------------------------
# Each call loads the person anew from the sign-in cookie of the handshake: a blocked account is nobody.


def _connect(auth: object = None) -> None:
    """Refuse strangers; everybody else hears the own inbox. Called with the sign-in cookie and a checked Origin."""
    if not current_user.is_authenticated:
        raise Refused("sign_in")
    _join(f"user:{current_user.id}")
    current_app.extensions["listen"]()


def _subscribe(subjects: object) -> list[str]:
    """Join the rooms of the subjects that the actor may see; answers which ones. The page then asks once for what it
    may have missed meanwhile."""
    joined: dict[str, list[str]] = session.setdefault("rooms", {})
    heard = []
    for subject in _named(subjects):
        rooms = _rooms(subject) if subject in joined or len(joined) < _MOST else []
        for room in set(joined.get(subject, ())) - set(rooms):
            leave_room(room)
        for room in rooms:
            _join(room)
        if rooms:
            joined[subject] = rooms
            heard.append(subject)
        else:
            joined.pop(subject, None)
    return heard


def _join(room: str) -> None:
    # Socket.IO has no better words for «the page has gone meanwhile»: one while others are here, one when nobody is.
    with suppress(KeyError, ValueError):
        join_room(room)


def _unsubscribe(subjects: object) -> None:
    joined: dict[str, list[str]] = session.setdefault("rooms", {})
    for subject in _named(subjects):
        for room in joined.pop(subject, ()):
            leave_room(room)


def _named(subjects: object) -> list[str]:
    return [str(subject)[:60] for subject in subjects[:_MOST]] if isinstance(subjects, list) else []


def _rooms(subject: str) -> list[str]:
    """The rooms that the actor may be in for a subject; none if he may not."""
    if not current_user.is_authenticated:
        return []
    try:
        return policy.rooms_for(db.session, actor(), subject)
    except AtriumError:
        return []


# --- from the database to the sockets -----------------------------------------------------------------------------


def _once(work: Callable[[], None]) -> Callable[[], None]:
    """Start the work in the background at the first call."""
    started = False

    def start() -> None:
        nonlocal started
        if not started:
            started = True
            socketio.start_background_task(work)

    return start


def _listen(address: str) -> None:
    """From NOTIFY to the sockets, for ever. After a lost connection every page is told to ask what it missed."""
    first = True
    while True:
        try:
            with psycopg.connect(address, autocommit=True, application_name="atrium-live") as connection:
                connection.execute(f"LISTEN {journal.CHANNEL}")
                if not first:
                    socketio.emit("resync")
                first = False
                while True:
                    for notify in connection.notifies(timeout=_SILENCE):
                        _forward(notify.payload)
                    connection.execute("SELECT 1")
        except psycopg.Error as error:
            log.warning("the database does not answer, listening again in a second: %s", error)
        socketio.sleep(1)


def _forward(payload: str) -> None:
    """One poke to the sockets of its rooms. Whatever is wrong with one must not silence the next."""
    try:
        poke: dict[str, Any] = json.loads(payload)
        rooms: list[str] = poke.pop("rooms")
        _heed(poke)
        socketio.emit("poke", poke, to=rooms)
        if poke["kind"] in _PARTING:
            _part(rooms)
        elif poke["kind"] in _REGROUPING:
            _regroup(poke["subject"])
    except Exception:
        log.exception("a poke was lost: %s", payload[:200])


def _heed(poke: dict[str, Any]) -> None:
    """What this process itself has to forget."""
    if poke["kind"] == "setting.changed":
        settings.forget()
    elif poke["kind"] in _PARTING or poke["kind"] == "rights.changed":
        policy.forget_rights()


def _part(rooms: Iterable[str]) -> None:
    """Disconnect everybody in the rooms. Their pages come again, with the rights of now, or go to the sign-in."""
    for room in rooms:
        for sid, _ in list(socketio.server.manager.get_participants("/", room)):
            socketio.server.disconnect(sid)


def _regroup(subject: str) -> None:
    """Empty the rooms of an order, and ask its watchers to subscribe again: who lost it is not let in any more."""
    socketio.emit("regroup", subject, to=subject)
    for room in (subject, f"staff-{subject}"):
        socketio.close_room(room)
