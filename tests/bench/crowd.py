"""Many idle sockets as browsers hold them, in a process of their own: `python -m tests.bench.crowd URL COUNT`.

The cookies of the people come on stdin, one a line; "ready" is said when all are connected; they stay until stdin is
closed. Browsers offer compressed frames in the handshake, so do these.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Event, Ping, RejectConnection, Request, TextMessage
from wsproto.extensions import PerMessageDeflate

#: Handshakes at once: more than a crowd that comes back after a break needs, fewer than a listen queue holds.
_AT_ONCE = 50
ROOT = Path(__file__).resolve().parent.parent.parent


class Idle:
    """One connection: handshake, namespace, a subscription, then only the answers to pings."""

    def __init__(self, host: str, port: int, cookie: str) -> None:
        self.host, self.port, self.cookie = host, port, cookie
        self.connection = WSConnection(ConnectionType.CLIENT)
        self.connected = asyncio.Event()

    async def run(self) -> None:
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        self.writer.write(
            self.connection.send(
                Request(
                    host=f"{self.host}:{self.port}",
                    target="/socket.io/?EIO=4&transport=websocket",
                    extensions=[PerMessageDeflate()],
                    extra_headers=[(b"cookie", self.cookie.encode())],
                )
            )
        )
        while data := await self.reader.read(4096):
            self.connection.receive_data(data)
            for event in self.connection.events():
                self.heed(event)

    def heed(self, event: Event) -> None:
        if isinstance(event, RejectConnection):
            sys.exit(f"a socket was refused with status {event.status_code}")
        if isinstance(event, Ping):
            self.writer.write(self.connection.send(event.response()))
        elif isinstance(event, AcceptConnection):
            self.say("40")
        elif isinstance(event, TextMessage) and event.data == "2":
            self.say("3")
        elif isinstance(event, TextMessage) and event.data.startswith("40"):
            self.say("420" + json.dumps(["subscribe", ["desk"]]))
        elif isinstance(event, TextMessage) and event.data.startswith("43"):
            self.connected.set()

    def say(self, text: str) -> None:
        self.writer.write(self.connection.send(TextMessage(data=text)))


async def hold(url: str, count: int, cookies: Sequence[str]) -> None:
    where = urlsplit(url)
    turns = asyncio.Semaphore(_AT_ONCE)
    running: list[asyncio.Task[None]] = []

    async def connect(number: int) -> None:
        async with turns:
            socket = Idle(where.hostname or "", where.port or 80, cookies[number % len(cookies)])
            running.append(asyncio.create_task(socket.run()))
            await asyncio.wait_for(socket.connected.wait(), 60)

    await asyncio.gather(*(connect(number) for number in range(count)))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    lost = sum(task.done() for task in running)
    print(lost, flush=True)


@contextmanager
def crowd(url: str, count: int, cookies: Sequence[str]) -> Iterator[None]:
    """`count` idle sockets while the block runs. Fails if one was lost meanwhile."""
    command = [sys.executable, "-m", "tests.bench.crowd", url, str(count)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("\n".join(cookies) + "\n\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
        yield
        process.stdin.close()
        assert process.stdout.readline() == "0\n", "sockets were lost"


def main() -> None:
    cookies = []
    while line := sys.stdin.readline().strip():
        cookies.append(line)
    asyncio.run(hold(sys.argv[1], int(sys.argv[2]), cookies))


if __name__ == "__main__":
    main()
