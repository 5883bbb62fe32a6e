"""The real thing for browser journeys: web and jobs as processes of their own, on the test's database."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask

from app.postgres import end_with_parent
from tests.shared import SECRET
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parent.parent
WEB = [sys.executable, "-m", "gunicorn", "--config", "python:app.web", "app.factory:create_app()"]
JOBS = [sys.executable, "-m", "flask", "--app", "app.factory:create_app()", "jobs"]


class Stack:
    """A web and a jobs process, which a test may kill and start again, also with another environment."""

    def __init__(self, database: str, var: Path, log: Path) -> None:
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
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, **more: str) -> None:
        """Start "web" or "jobs". Web has the same address each time; a request that comes meanwhile waits."""
        bind = [f"--bind=fd://{self._listener.fileno()}"] if name == "web" else []
        with self.log.open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [*(WEB if name == "web" else JOBS), *bind],
                cwd=ROOT,
                env=os.environ | self.env | more,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[self._listener.fileno()],
                preexec_fn=end_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it only calls the kernel
                process_group=0,
            )

    def kill(self, name: str) -> None:
        """kill -9, the process and its children."""
        process = self._processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def wait_for_web(self) -> None:
        wait_for(self._answers, seconds=30)

    def stop(self) -> None:
        for name in list(self._processes):
            self.kill(name)
        self._listener.close()

    def _answers(self) -> bool:
        assert self._processes["web"].poll() is None, f"web ended:\n{self.log.read_text()}"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()


@pytest.fixture
def live_server(app: Flask, database: str, var: Path, tmp_path: Path) -> Iterator[Stack]:
    """The running stack. The test's `app` and `db` work on the same database: commit what pages shall see."""
    stack = Stack(database, var, tmp_path / "stack.log")
    try:
        stack.start("web")
        stack.start("jobs")
        stack.wait_for_web()
        yield stack
    finally:
        stack.stop()
    log = stack.log.read_text()
    assert stack.trouble_expected or "Traceback" not in log, f"the stack had trouble:\n{log}"
