"""What an idle socket costs the web process."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests import factories as make
from tests.bench.crowd import crowd
from tests.shared import session_cookie
from tests.stack import Stack

BUDGET_KB = 70
FIRST, MORE = 200, 2000


@pytest.fixture
def cookies(app: Flask) -> list[str]:
    """The sign-in cookies of a hundred people."""
    name = app.config["SESSION_COOKIE_NAME"]
    return [f"{name}={session_cookie(app, make.resident())}" for _ in range(100)]


def test_memory_of_an_idle_socket(live_server: Stack, cookies: list[str]) -> None:
    """The first ones load what is loaded once; what the next 2,000 add is divided by 2,000."""
    worker = web_worker(live_server)
    with crowd(live_server.url, FIRST, cookies):
        before = resident_kb(worker)
        with crowd(live_server.url, MORE, cookies):
            each = (resident_kb(worker) - before) / MORE
    print(f"\none idle socket: {each:.1f} kB (budget {BUDGET_KB} kB, {MORE} sockets)")
    assert each <= BUDGET_KB


def web_worker(stack: Stack) -> int:
    """The process that serves: gunicorn's only child."""
    master = stack._processes["web"].pid
    return int(Path(f"/proc/{master}/task/{master}/children").read_text().split()[0])


def resident_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1])
    raise AssertionError("the kernel does not say")
