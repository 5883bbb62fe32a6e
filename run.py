"""Starts all that Atrium needs on one machine and keeps it running. What the parts do is in app/.

The parts: PostgreSQL (unless DATABASE_URL names one), the web process, the watchdog of calls of help, the jobs
process. Each ends with this one, whatever becomes of it; each is started again when it ends by itself.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import util
from pathlib import Path
from typing import NoReturn

from app.config import ROOT, Config, ConfigError
from app.postgres import Server, end_with_parent
from app.wheel import PostgresError

FLASK = [sys.executable, "-m", "flask", "--app", "app.factory"]
WEB = [sys.executable, "-m", "gunicorn", "--config", "python:app.web"]
FIRST_PAGE = 120.0  # seconds that the web process may take until its first answer
LAST_WORDS = 8.0  # seconds that a part may take to end


class Trouble(Exception):
    """We cannot go on; the text is one line for whoever started us."""


class Stop(BaseException):
    """Somebody wants us to end."""


class Part:
    """A part that is started again when it ends: at once, later after pauses that double."""

    def __init__(self, name: str, start: Callable[[], subprocess.Popen[bytes] | Server]) -> None:
        self.name, self._start = name, start
        self.running = start()
        self._since, self._pause, self._due = time.monotonic(), 0.0, 0.0

    def tend(self) -> None:
        """Look after it. Never raises for what may pass."""
        code, now = self.running.poll(), time.monotonic()
        if code is None:
            return
        if not self._due:
            self._pause = 0.0 if now - self._since > 60 else self._pause
            self._due = now + self._pause
            say(f"{self.name} ended ({_how(code)}); it is started again {_when(self._pause)}")
            self._pause = min(30.0, self._pause * 2 or 0.5)
        if now >= self._due:
            self._since, self._due = now, 0.0
            try:
                self.running = self._start()
            except (PostgresError, OSError) as error:  # a full disk, no more processes
                say(str(error))


class House:
    """Everything that runs, and the order in which it starts and ends."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.parts: list[Part] = []
        self.server: Server | None = None

    def start(self) -> None:
        """From nothing to the first page. Raises Trouble, ConfigError, PostgresError or OSError."""
        from app import production  # needs packages, unlike this file

        os.umask(0o077)
        try:
            self.var.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.lock = _only_one(self.var)
        except OSError as error:
            raise Trouble(f"cannot write to {self.var}: {error.strerror}") from error
        self.listener = _listen(os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8080"))
        host, port = self.listener.getsockname()[:2]
        self.address = "127.0.0.1" if host in {"0.0.0.0", "::"} else host, port  # noqa: S104
        os.environ["ATRIUM_VAR"] = str(self.var)
        os.environ.setdefault("ATRIUM_BASE_URL", f"http://{self.address[0]}:{port}")
        if os.environ.get("DATABASE_URL"):
            production.check_database(os.environ["DATABASE_URL"])
        else:
            self.parts.append(Part("PostgreSQL", self._postgres))
        production.check(Config.from_env())  # here, or each part would say it in its own way
        accounts = self._prepare()
        self.parts.append(Part("watchdog", lambda: self._process([*FLASK, "watchdog"])))
        self.parts.append(Part("jobs", lambda: self._process([*FLASK, "jobs"])))
        self._greet(accounts)

    def tend(self) -> NoReturn:
        """Keep everything running until Stop is raised."""
        while True:
            for part in self.parts:
                part.tend()
            time.sleep(0.2)

    def stop(self) -> None:
        """Web and jobs first, PostgreSQL when nobody needs it any more."""
        processes = [part.running for part in self.parts if isinstance(part.running, subprocess.Popen)]
        _end(processes)
        if self.server:
            self.server.stop()

    def _postgres(self) -> Server:
        server = self.server = self.server or Server(self.var)
        before, url = os.environ.get("DATABASE_URL"), server.start()
        os.environ["DATABASE_URL"] = url
        if before not in {None, url}:  # its port was taken meanwhile: all must learn the new one
            _end([part.running for part in self.parts if isinstance(part.running, subprocess.Popen)])
        return server

    def _prepare(self) -> str:
        """Bring the database up to date while the web process imports; returns the demo accounts as text."""
        gate, open_gate = os.pipe()
        self.parts.append(Part("web", lambda: self._web(gate)))
        from app import prepared  # while web is starting

        url, code = os.environ["DATABASE_URL"], prepared.code()
        try:
            accounts = prepared.recall(url, code)
            if accounts is None:
                accounts = self._run_prepare()
                prepared.remember(url, code, accounts)
        finally:
            os.close(open_gate)
        self._wait_for_first_page()
        return _table(accounts)

    def _run_prepare(self) -> str:
        process = self._process([*FLASK, "prepare"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            accounts, errors = (output.decode(errors="replace") for output in process.communicate())
        finally:
            _end([process])
        if process.returncode and errors.startswith("Error: ") and errors.count("\n") == 1:
            raise Trouble(errors.removeprefix("Error: ").strip())
        print(errors, end="", file=sys.stderr)
        if process.returncode:
            raise Trouble("the database could not be prepared, the lines above say why")
        return accounts

    def _web(self, gate: int) -> subprocess.Popen[bytes]:
        bind = ["--bind", f"fd://{self.listener.fileno()}"]
        return self._process(
            [*WEB, *bind, "app.factory:create_app()"],
            fds=(self.listener.fileno(), gate),
            more={"ATRIUM_GATE": str(gate)},
        )

    def _process(
        self,
        command: list[str],
        *,
        fds: tuple[int, ...] = (),
        more: dict[str, str] | None = None,
        stdout: int | None = None,
        stderr: int | None = None,
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env={**os.environ, **(more or {})},
            pass_fds=(self.lock, *fds),
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it only calls the kernel
            process_group=0,  # Ctrl-C is for us; we end the parts in their order
        )

    def _wait_for_first_page(self) -> None:
        web = self.parts[-1].running
        deadline = time.monotonic() + FIRST_PAGE
        answer = "does not answer"
        while time.monotonic() < deadline:
            if web.poll() is not None:
                raise Trouble("the web process ended, the lines above say why")
            connection = http.client.HTTPConnection(*self.address, timeout=1)
            try:
                connection.request("GET", "/healthz")
                status = connection.getresponse().status
                if status == 200:
                    return
                answer = f"answers with status {status}"
                time.sleep(0.1)
            except (OSError, http.client.HTTPException):
                continue
            finally:
                connection.close()
        raise Trouble(f"the web process {answer}")

    def _greet(self, accounts: str) -> None:
        data = f"The database is in {self.server.data}." if self.server else "The database is DATABASE_URL's."
        parts = (
            f"Atrium is running: http://{self.address[0]}:{self.address[1]}",
            accounts,
            f"{data} Files, keys and logs are in {self.var}. Ctrl-C stops all.",
        )
        say("\n" + "\n\n".join(filter(None, parts)))  # in one piece: who waits for the first line finds all


def say(text: str) -> None:
    print(text, flush=True)


def _table(rows: str) -> str:
    """Lines of cells that tabs part, as columns."""
    cells = [line.split("\t") for line in rows.splitlines() if line.strip()]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("   ".join(map(str.ljust, row, widths)).rstrip() for row in cells)


def _only_one(var: Path) -> int:
    """Two locks: ours says that somebody runs here, the parts' that an earlier start is still ending.

    Locks vanish with their holders, however those end. The parts inherit the second one, which is returned.
    """
    ours = os.open(var / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    parts = os.open(var / "parts.lock", os.O_RDWR | os.O_CREAT, 0o600)
    if not _locked(ours):
        raise Trouble(
            f"it is already running here, as process {os.pread(ours, 20, 0).decode().strip() or '?'}"
        )
    os.ftruncate(ours, 0)
    os.pwrite(ours, str(os.getpid()).encode(), 0)
    deadline = time.monotonic() + 2 * LAST_WORDS
    while not _locked(parts):
        if time.monotonic() > deadline:
            raise Trouble(f"processes of an earlier start do not end (fuser {var / 'parts.lock'} names them)")
        time.sleep(0.05)
    return parts


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _listen(host: str, port: str) -> socket.socket:
    """The listening socket is ours: a port in use is seen at once, and a restart of web refuses nobody."""
    if not port.isdecimal() or int(port) > 65535:
        raise Trouble(f"PORT must be a number up to 65535, not {port!r}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=2048)
    except OSError as error:
        reason = (
            "is already in use, PORT=… chooses another"
            if error.errno == 98
            else f"cannot be used: {error.strerror}"
        )
        raise Trouble(f"port {port} of {host} {reason}") from error


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask all at once, then insist, their children included."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + LAST_WORDS
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"code {code}"


def _when(pause: float) -> str:
    return f"in {pause:g} s" if pause else "at once"


def _want_stop(number: int, frame: object) -> NoReturn:
    raise Stop


def main() -> int:
    """The exit code: 0 after Ctrl-C, 1 with one line on stderr if we cannot start."""
    os.chdir(ROOT)
    stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in stops:
        signal.signal(number, _want_stop)
    if os.environ.get("MAKELEVEL"):  # under make: whoever kills make means us
        end_with_parent(signal.SIGTERM, parent=os.getppid())()
    house = House(Path(os.environ.get("ATRIUM_VAR", ROOT / "var")).absolute())
    try:
        if not util.find_spec("flask_appbuilder"):
            raise Trouble("its packages are not installed: `make setup` does that, `make run` does all")
        house.start()
        house.tend()
    except (Trouble, ConfigError, PostgresError) as error:
        print(f"Atrium cannot start: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Atrium cannot start: {error.filename or 'the system'}: {error.strerror}", file=sys.stderr)
        return 1
    except Stop:
        return 0
    finally:
        for number in stops:
            signal.signal(number, signal.SIG_IGN)
        house.stop()


if __name__ == "__main__":
    sys.exit(main())
