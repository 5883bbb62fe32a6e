"""Benchmarks work on a disk and serve as installations do."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.postgres import end_with_parent
from tests.forks import ROOT, Child, command


@pytest.fixture(scope="session")
def scratch() -> None:
    """The usual folder for temporary files (tests/conftest.py)."""


class Started(Child):
    """A process that was started as an operator starts it: a forked one copies each page of memory that it touches."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(process.pid)
        self._process = process

    def is_alive(self) -> bool:
        return self._process.poll() is None


class Starter:
    """Stands in for a fork server."""

    def fork(self, kind: str, env: dict[str, str], log: Path, listener: socket.socket) -> Child:
        with log.open("ab") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", *command(kind, listener.fileno())],
                cwd=ROOT,
                env=os.environ | env,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                pass_fds=[listener.fileno()],
                preexec_fn=end_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it only calls the kernel
                process_group=0,
            )
        return Started(process)


@pytest.fixture(scope="session")
def fork_servers() -> dict[str, Starter]:
    return {"web": Starter(), "commands": Starter()}


@pytest.fixture(autouse=True)
def _as_served(_app: Flask) -> Iterator[None]:
    """As app/web.py serves: templates are compiled and kept, and the collector does not walk through what was loaded
    at the start (here that is a test run, too: a fifth of a second in the middle of a request)."""
    _app.jinja_env.auto_reload = False
    gc.collect()
    gc.freeze()
    usual = gc.get_threshold()
    gc.set_threshold(20_000, 10, 10)
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()
