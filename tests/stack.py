"""The real thing for browser journeys: web and jobs as processes of their own, on the test's database."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask

from tests.forks import Child, ForkServer, fork_server
from tests.shared import SECRET
from tests.waiting import wait_for


class Stack:
    """Web, jobs and watchdog processes, which a test may kill and start again, also with another environment."""

    def __init__(self, fork_servers: dict[str, ForkServer], database: str, var: Path, log: Path) -> None:
        self._fork_servers = fork_servers
        self.log = log
        #: A test that kills things says so, else a traceback in the log is a failure.
        self.trouble_expected = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            "DATABASE_URL": database,
            "SECRET_KEY": SECRET,
            "ATRIUM_VAR": str(var),
            "ATRIUM_BASE_URL": self.url,
            "ATRIUM_RATE_LIMITS": "0",
            "ATRIUM_POOL_SIZE": "5",
        }
        self._processes: dict[str, Child] = {}

    def start(self, name: str, **more: str) -> None:
        """Start "web", "jobs" or "watchdog". Web keeps its address: a request that comes meanwhile waits."""
        self._processes[name] = self._fork_servers["web" if name == "web" else "commands"].fork(
            name, self.env | more, self.log, self._listener
        )

    def kill(self, name: str) -> None:
        """kill -9, the process and its children."""
        self._processes.pop(name).kill()

    def wait_for_web(self) -> None:
        wait_for(self._answers, seconds=30)

    def stop(self) -> None:
        for name in list(self._processes):
            # Where the database was cut off, a process may have ended: run.py would have started it again.
            with suppress(*[ProcessLookupError] if self.trouble_expected else []):
                self.kill(name)
        self._listener.close()

    def _answers(self) -> bool:
        assert self._processes["web"].is_alive(), f"web ended:\n{self.log.read_text()}"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            answer.read()  # or its socket stays open until somebody collects it
            return answer.status < 500
        except OSError:
            return False
        finally:
            connection.close()


@pytest.fixture(scope="session")
def fork_servers() -> Iterator[dict[str, ForkServer]]:
    with fork_server("web") as web, fork_server("commands") as commands:
        yield {"web": web, "commands": commands}


@pytest.fixture
def live_server(
    app: Flask, database: str, var: Path, tmp_path: Path, fork_servers: dict[str, ForkServer]
) -> Iterator[Stack]:
    """The running stack. The test's `app` and `db` work on the same database: commit what pages shall see."""
    stack = Stack(fork_servers, database, var, tmp_path / "stack.log")
    try:
        stack.start("web")
        stack.start("jobs")
        stack.wait_for_web()
        yield stack
    finally:
        stack.stop()
    log = stack.log.read_text()
    assert stack.trouble_expected or "Traceback" not in log, f"the stack had trouble:\n{log}"
