"""Socket.IO: connect and subscribe only. One LISTEN a process; a poke carries ids, pages fetch what they may see."""

from __future__ import annotations

import json
import logging
from typing import Any

import psycopg
from flask import Flask, current_app
from flask_login import current_user
from flask_socketio import ConnectionRefusedError, join_room, leave_room

from app import journal, policy, settings
from app.config import libpq_url
from app.errors import AtriumError
from app.extensions import db, socketio
from views.context import actor

log = logging.getLogger(__name__)

#: Journal kinds after which a person's sockets must come again, with the rights of now (or not at all).
_PARTING = frozenset({"user.blocked", "user.password_changed", "user.roles_changed"})
_listening = False


def init_app(app: Flask) -> None:
    socketio.on_event("connect", _connect)
    socketio.on_event("subscribe", _subscribe)
    socketio.on_event("unsubscribe", _unsubscribe)
    app.extensions["listen"] = lambda: _ensure_listening(app)


def _connect() -> None:
    """Refuse strangers; everybody else hears the own inbox. Called with the sign-in cookie and a checked Origin."""
    if not current_user.is_authenticated:
        raise ConnectionRefusedError("sign_in")
    join_room(f"user:{current_user.id}")
    current_app.extensions["listen"]()


def _subscribe(subjects: object) -> list[str]:
    """Join the rooms of the subjects that the actor may see; answers which ones. The page then asks once for what it
    may have missed meanwhile."""
    joined = []
    for subject in subjects[:20] if isinstance(subjects, list) else []:
        try:
            rooms = policy.rooms_for(db.session, actor(), str(subject)[:60])
        except AtriumError:
            continue
        for room in rooms:
            join_room(room)
        joined.append(str(subject))
    return joined


def _unsubscribe(subjects: object) -> None:
    for subject in subjects[:20] if isinstance(subjects, list) else []:
        leave_room(str(subject))
        leave_room(f"staff-{subject}")


def _ensure_listening(app: Flask) -> None:
    """Start this process's one listener with its first socket."""
    global _listening
    if not _listening:
        _listening = True
        socketio.start_background_task(_listen, libpq_url(app.config["SQLALCHEMY_DATABASE_URI"]))


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
                for notify in connection.notifies():
                    _forward(json.loads(notify.payload))
        except psycopg.OperationalError as error:
            log.warning("the database does not answer, listening again in a second: %s", error)
        socketio.sleep(1)


def _forward(poke: dict[str, Any]) -> None:
    rooms = poke.pop("rooms")
    if poke["kind"] == "setting.changed":
        settings.forget()
    elif poke["kind"] == "rights.changed":
        policy.forget_rights()
    socketio.emit("poke", poke, to=rooms)
    if poke["kind"] in _PARTING:
        policy.forget_rights()
        for room in rooms:
            for sid, _eio in list(socketio.server.manager.get_participants("/", room)):
                socketio.server.disconnect(sid)


