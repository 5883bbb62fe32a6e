"""A Socket.IO client without a browser: connects with somebody's cookie, subscribes, notes the pokes it hears."""

from __future__ import annotations

import json
import time
from typing import Any, Self

import simple_websocket
from flask import Flask

from models import User
from tests.shared import session_cookie


class Refused(Exception):
    """The server did not let us in."""


class Wire(simple_websocket.Client):
    """The library leaves what comes together with the answer to the handshake unread until something else comes."""

    def handshake(self) -> None:
        super().handshake()
        self._handle_events()


class Socket:
    """`with Socket(url, cookie) as socket:`; a page that only listens."""

    def __init__(self, url: str, cookie: str = "", **headers: str) -> None:
        address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        self.pokes: list[dict[str, Any]] = []
        self.events: list[str] = []
        self._acks = 0
        self._socket = Wire(address, headers=headers | ({"Cookie": cookie} if cookie else {}))
        self._next("0")
        self._socket.send("40")
        answer = self._next("40", "44")
        if answer.startswith("44"):
            self._socket.close()
            raise Refused(json.loads(answer[2:])["message"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._socket.connected:
            self._socket.close()

    def subscribe(self, *subjects: object) -> list[str]:
        """What the server lets us hear of them."""
        return list(self._call("subscribe", list(subjects)))

    def unsubscribe(self, *subjects: str) -> None:
        self._socket.send("42" + json.dumps(["unsubscribe", list(subjects)]))
        self.subscribe()  # its answer comes after the other was done

    def _call(self, name: str, argument: object) -> Any:
        self._acks += 1
        self._socket.send(f"42{self._acks}" + json.dumps([name, argument]))
        return json.loads(self._next(f"43{self._acks}").removeprefix(f"43{self._acks}"))[0]

    def kinds(self, seconds: float = 0.6) -> list[str]:
        """The kinds of all pokes since the last question, after waiting for a while."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and self._take(left):
            pass
        heard, self.pokes = [poke["kind"] for poke in self.pokes], []
        return heard

    def poke(self, kind: str, seconds: float = 10) -> dict[str, Any]:
        """The next poke of this kind."""
        until = time.monotonic() + seconds
        while True:
            for poke in self.pokes:
                if poke["kind"] == kind:
                    self.pokes.remove(poke)
                    return poke
            assert self._take(until - time.monotonic()), f"no {kind} came, only {self.pokes}"

    def is_told(self, event: str, seconds: float = 10) -> bool:
        """Whether the event comes."""
        until = time.monotonic() + seconds
        while event not in self.events and (left := until - time.monotonic()) > 0:
            self._take(left)
        return event in self.events

    def sent_away(self, seconds: float = 10) -> bool:
        """Whether the server ends the connection."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if "disconnect" in self.events:
                return True
            try:
                self._take(left)
            except simple_websocket.ConnectionClosed:
                return True
        return False

    def _next(self, *starts: str) -> str:
        """The next packet that starts so; pokes that come before it are noted."""
        until = time.monotonic() + 15
        while time.monotonic() < until:
            packet = self._receive(until - time.monotonic())
            if packet and packet.startswith(starts):
                return packet
            self._note(packet)
        raise AssertionError(f"no answer {starts}")

    def _take(self, seconds: float) -> bool:
        packet = self._receive(seconds)
        self._note(packet)
        return packet is not None

    def _receive(self, seconds: float) -> str | None:
        packet = self._socket.receive(timeout=max(0.01, seconds))
        return str(packet) if packet is not None else None

    def _note(self, packet: str | None) -> None:
        if packet == "2":
            self._socket.send("3")
        elif packet == "41":
            self.events.append("disconnect")
        elif packet and packet.startswith("42"):
            name, *rest = json.loads(packet[2:])
            self.events.append(name)
            if name == "poke":
                self.pokes.append(rest[0])


def cookie_of(app: Flask, user: User) -> str:
    """The header that signs in."""
    return f"{app.config['SESSION_COOKIE_NAME']}={session_cookie(app, user)}"
