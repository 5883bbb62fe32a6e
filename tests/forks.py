"""Web and jobs processes at once: forked from one that has imported Atrium already.

Importing takes two seconds of a core, and many a browser test not much more. How Atrium really starts is for
test_run.py.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from app.postgres import end_with_parent
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parent.parent
FACTORY = "app.factory:create_app()"


def command(kind: str, listener: int) -> list[str]:
    """What is typed to start "web", "jobs" or "watchdog"; web serves on the file descriptor `listener`."""
    if kind == "web":
        return ["gunicorn", "--config", "python:app.web", f"--bind=fd://{listener}", FACTORY]
    return ["flask", "--app", FACTORY, kind]


class Child:
    """A process that a fork server has made, the leader of a group of its own."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def is_alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """kill -9, the process and its children; it is gone when this returns."""
        os.killpg(self.pid, signal.SIGKILL)
        wait_for(lambda: not self.is_alive(), seconds=10)


class ForkServer:
    """A process that waits to be asked for others."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    def fork(self, kind: str, env: dict[str, str], log: Path, listener: socket.socket) -> Child:
        """A new process with `env` on top of its environment; it writes to `log`, web serves on `listener`."""
        with log.open("ab") as file:
            socket.send_fds(
                self._control, [json.dumps([kind, env]).encode()], [file.fileno(), listener.fileno()]
            )
        return Child(int(self._control.recv(64)))


@contextmanager
def fork_server(kind: str) -> Iterator[ForkServer]:
    """Makes processes that end with the block at the latest: "web", or "commands" (jobs and watchdog)."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forks", kind, str(its.fileno())],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        pass_fds=[its.fileno()],
        preexec_fn=end_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it only calls the kernel
    )
    its.close()
    with process, ours:  # it ends when nobody can ask it any more
        yield ForkServer(ours)


def main(kind: str, control: socket.socket) -> None:
    """Import, then fork at each request."""
    if kind == "web":
        from gevent import monkey

        monkey.patch_all()  # before anything else, as app/web.py does it
        from gunicorn.app.wsgiapp import run
        from gunicorn.workers import ggevent  # noqa: F401
    else:
        from flask.cli import main as run

        from app.jobs import tasks  # noqa: F401
    from app import factory  # noqa: F401

    # gevent's own would start its loop here, for all children.
    fork = monkey.get_original("os", "fork") if kind == "web" else os.fork
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: the kernel forgets them
    mother = os.getpid()
    while True:
        message, fds, _flags, _address = socket.recv_fds(control, 65536, 2)
        if not message:
            return
        if pid := fork():
            os.setpgid(pid, pid)  # whoever hears of it may kill its group at once
            control.send(str(pid).encode())
            for fd in fds:
                os.close(fd)
        else:
            end_with_parent(signal.SIGKILL, mother)()
            control.close()
            _live(run, *json.loads(message), *fds)


def _live(run: Callable[[], Any], kind: str, env: dict[str, str], log: int, listener: int) -> NoReturn:
    """What happens between the fork and the end of a child: never back into the fork server."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.update(env)
        importlib.reload(sys.modules["app.clock"])  # the only one that has read it already
        sys.argv = command(kind, listener)
        run()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - told in the log, then the process ends
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
