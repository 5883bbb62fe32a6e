"""What makes an open socket cheap: three times less memory for each. What sockets say and hear is in live.py."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from engineio.packet import PING, Packet
from flask import Flask

from app.extensions import socketio


def init_app(app: Flask) -> None:
    """After socketio.init_app()."""
    app.wsgi_app = _plain_frames(app.wsgi_app)  # type: ignore[method-assign]
    engine = socketio.server.eio
    if engine.async_mode == "gevent":
        engine.start_background_task = _light_pings(engine)


def _plain_frames(wsgi: Callable[..., Any]) -> Callable[..., Any]:
    """The application without compressed WebSocket frames: a poke has a hundred bytes, the compressors of a socket
    have a hundred thousand."""

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return wsgi(environ, start_response)

    return application


def _light_pings(engine: Any) -> Callable[..., Any]:
    """Engine.IO keeps a greenlet asleep for every socket until its next ping: 16 kB of stack. One that has not begun
    yet has none, so the wait comes before the start."""
    from gevent import spawn_later

    start = engine.start_background_task

    def start_background_task(target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if target.__name__ == "_send_ping":
            return spawn_later(engine.ping_interval, _ping, target.__self__)  # type: ignore[attr-defined]
        return start(target, *args, **kwargs)

    return start_background_task


def _ping(socket: Any) -> None:
    """The second half of engineio.Socket._send_ping."""
    if not socket.closing and not socket.closed:
        socket.last_ping = time.time()
        socket.send(Packet(PING))
