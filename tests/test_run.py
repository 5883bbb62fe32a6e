"""run.py as its user meets it: starts, ends, recovers, and says in one line why it cannot start."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import psycopg
import pytest

from app.postgres import saved_url
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"Atrium is running: (http://\S+)")
PARTS = {"web": "gunicorn", "jobs": "jobs", "PostgreSQL": "postgres"}


class Run:
    """One run.py with its output."""

    def __init__(
        self, command: list[str], env: dict[str, str], log: Path, account: pwd.struct_passwd | None
    ) -> None:
        self.log = log
        user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                **user,  # type: ignore[call-overload]
            )

    def wait_until_running(self) -> str:
        """Its address."""
        found = wait_for(
            lambda: ADDRESS.search(self.log.read_text()) or self.process.poll() is not None, seconds=90
        )
        assert isinstance(found, re.Match), self.log.read_text()
        return found[1]

    def part(self, name: str) -> psutil.Process | None:
        """The process of a part, if it lives."""
        for child in psutil.Process(self.process.pid).children():
            try:
                if any(PARTS[name] in word for word in child.cmdline()):
                    return child
            except psutil.NoSuchProcess:
                continue
        return None

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


class Place:
    """A `var` of its own, as of a fresh checkout, in a closed folder; and what runs on it."""

    def __init__(
        self, folder: Path, account: pwd.struct_passwd | None = None, python: str = sys.executable
    ) -> None:
        self.var, self.account = folder / "home" / "var", account
        self._log = folder / "out.log"
        self._command = [python, str(ROOT / "run.py")]
        self.var.parent.mkdir(mode=0o700)
        self.env = {
            "PATH": os.environ["PATH"],
            "ATRIUM_VAR": str(self.var),
            "ATRIUM_STATE": str(folder / "state"),
            "ATRIUM_DEMO": "0",
            "PORT": "0",
        }
        self.runs: list[Run] = []

    def start(self, **more: str) -> Run:
        run = Run(self._command, self.env | more, self._log, self.account)
        self.runs.append(run)
        return run

    def refused(self, **more: str) -> str:
        """Start it, expect exit code 1 and one line; returns the line."""
        command = subprocess.run(
            self._command,
            cwd=ROOT,
            env=self.env | more,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert command.returncode == 1, command
        assert command.stdout == ""
        assert len(command.stderr.splitlines()) == 1, command.stderr
        return command.stderr

    def orphans(self) -> list[psutil.Process]:
        """Processes that work on this `var`, wherever they come from. PostgreSQL overwrites its environment."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            words, env = process.cmdline(), process.environ()
        except psutil.Error:
            return False
        data = (str(self.var), self.env["ATRIUM_STATE"])
        return env.get("ATRIUM_VAR") == str(self.var) or any(word.startswith(data) for word in words)

    def clear(self) -> None:
        for run in self.runs:
            if run.process.poll() is None:
                run.process.kill()
                run.process.wait()
        wait_for(lambda: not self.orphans())


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that everybody may pass through; pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def shared_place() -> Iterator[Place]:
    """The first start makes the database, the others find it."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        place = Place(Path(name))
        yield place
        place.clear()


@pytest.fixture
def place(shared_place: Place) -> Iterator[Place]:
    yield shared_place
    shared_place.clear()


def health(address: str) -> int:
    with urlopen(f"{address}/healthz", timeout=10) as response:
        return int(response.status)


def ask(place: Place, statement: str) -> object:
    url = saved_url(place.var)
    assert url
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[arg-type]
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def test_starts_says_where_and_ends_with_ctrl_c(place: Place) -> None:
    run = place.start()
    address = run.wait_until_running()
    assert health(address) == 200
    said = run.log.read_text()
    assert str(place.var) in said
    assert "Traceback" not in said
    assert place.var.stat().st_mode & 0o077 == 0
    wait_for(lambda: run.part("jobs"))
    assert run.stop() == 0
    assert not place.orphans()


def test_every_start_on_demo_data_prints_their_accounts(open_folder: Path) -> None:
    place = Place(open_folder)
    try:
        for _ in ("made by the first", "found by the second"):
            run = place.start(ATRIUM_DEMO="1")
            run.wait_until_running()
            assert re.search(
                r"^Светлана Ершова +Dispatcher +dispatcher@\S+ +\S+$", run.log.read_text(), re.MULTILINE
            )
            assert run.stop() == 0
        assert "holds demo data" in place.refused(ATRIUM_ENV="production", SECRET_KEY="of-production")
    finally:
        place.clear()


def test_loses_nothing_when_killed_and_leaves_no_orphan(place: Place) -> None:
    run = place.start()
    run.wait_until_running()
    ask(place, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")
    wait_for(lambda: run.part("jobs"))
    run.stop(signal.SIGKILL)
    again = place.start()  # at once: it waits for what is still ending
    again.wait_until_running()
    assert ask(place, "SELECT answer FROM kept") == 42
    again.stop(signal.SIGKILL)
    wait_for(lambda: not place.orphans())


@pytest.mark.parametrize("name", PARTS)
def test_a_killed_part_comes_back(place: Place, name: str) -> None:
    run = place.start()
    address = run.wait_until_running()
    before = wait_for(lambda: run.part(name))
    before.kill()
    wait_for(lambda: (part := run.part(name)) and part.pid != before.pid)
    wait_for(lambda: _healthy(address))
    assert f"{name} ended (SIGKILL); it is started again at once" in run.log.read_text()
    assert run.stop() == 0
    wait_for(lambda: not place.orphans())


def test_a_killed_web_worker_comes_back(place: Place) -> None:
    run = place.start()
    address = run.wait_until_running()
    web = run.part("web")
    assert web
    (worker,) = web.children()
    worker.kill()
    wait_for(lambda: [child.pid for child in web.children()] not in ([], [worker.pid]))
    wait_for(lambda: _healthy(address))


def test_jobs_end_though_the_database_does_not_answer(place: Place) -> None:
    """After kill -9 of the whole start both end in any order; the next start waits for its parts, not for ever."""
    run = place.start()
    run.wait_until_running()
    jobs = run.part("jobs")
    assert jobs
    wait_for(lambda: ask(place, "SELECT count(*) FROM procrastinate_workers"))
    database = [process for process in place.orphans() if process.name() == "postgres"]
    run.process.send_signal(signal.SIGSTOP)  # nobody helps
    try:
        for process in database:
            process.suspend()
        jobs.terminate()
        wait_for(lambda: jobs.status() == psutil.STATUS_ZOMBIE, seconds=15)
    finally:
        for process in database:
            process.resume()


def test_ends_with_make(place: Place) -> None:
    """Whoever kills make means all of it."""
    script = "import subprocess, sys; subprocess.run(sys.argv[1:])"
    parent = subprocess.Popen(
        [sys.executable, "-c", script, sys.executable, ROOT / "run.py"],
        env=place.env | {"MAKELEVEL": "1"},
        stdout=subprocess.DEVNULL,
    )
    wait_for(lambda: len(place.orphans()) > 3)
    parent.kill()
    parent.wait()
    wait_for(lambda: not place.orphans())


def _healthy(address: str) -> bool:
    try:
        return health(address) == 200
    except OSError:
        return False


# -- refusals


def test_a_second_start_in_the_same_checkout_is_refused(place: Place) -> None:
    run = place.start()
    address = run.wait_until_running()
    assert f"already running here, as process {run.process.pid}" in place.refused()
    assert health(address) == 200


def test_a_port_in_use(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"port {port} of 127.0.0.1 is already in use" in place.refused(PORT=str(port))


@pytest.mark.parametrize("port", ["eighty", "65536", "-1"])
def test_a_port_that_is_none(place: Place, port: str) -> None:
    assert f"PORT must be a number up to 65535, not {port!r}" in place.refused(PORT=port)


def test_a_host_that_is_not_ours(place: Place) -> None:
    assert "cannot be used" in place.refused(HOST="192.0.2.1")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense", "must look like postgresql://"),
        ("mysql://root:topsecret@127.0.0.1/atrium", "must look like postgresql://"),
        ("postgresql://atrium:topsecret@127.0.0.1:1/atrium", "Connection refused"),
        ("postgresql://atrium:topsecret@127.0.0.1:port/atrium", "invalid integer value"),
        ("postgresql://atrium:topsecret@nowhere.invalid/atrium", "nowhere.invalid"),
        ("postgresql://atrium:topsecret@127.0.0.1/atrium?nonsense=1", "must look like postgresql://"),
    ],
)
def test_a_broken_database_url(place: Place, url: str, reason: str) -> None:
    line = place.refused(DATABASE_URL=url)
    assert "DATABASE_URL" in line
    assert reason in line
    assert "topsecret" not in line


def test_a_wrong_password(place: Place, database: str) -> None:
    wrong = re.sub(r":[^:@/]+@", ":topsecret@", database)
    line = place.refused(DATABASE_URL=wrong)
    assert "password authentication failed" in line
    assert "topsecret" not in line


def test_a_database_that_cannot_be_written(place: Place, database: str) -> None:
    line = place.refused(DATABASE_URL=f"{database}?options=-c%20default_transaction_read_only%3Don")
    assert line == "Atrium cannot start: DATABASE_URL does not work: it is read-only\n"


def test_a_database_that_may_not_be_changed(place: Place, database: str) -> None:
    name = f"guest_{os.getpid()}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'guest'")  # type: ignore[arg-type]
        try:
            line = place.refused(DATABASE_URL=re.sub(r"//[^@]+@", f"//{name}:guest@", database))
        finally:
            connection.execute(f"DROP ROLE {name}")  # type: ignore[arg-type]
    assert f"{name} may not create tables" in line


@pytest.mark.parametrize(("name", "value"), [("ATRIUM_PROXIES", "two"), ("ATRIUM_MAIL", "pigeon://loft")])
def test_a_setting_that_is_none(place: Place, name: str, value: str) -> None:
    assert f"Atrium cannot start: {name} must be " in place.refused(**{name: value})


def test_a_database_that_is_gone(open_folder: Path) -> None:
    """A disk that is not mounted, say: an empty house instead would be taken for a loss."""
    place = Place(open_folder)
    place.var.mkdir(mode=0o700)
    memory = {"password": "x", "data": str(open_folder / "gone"), "port": 40000}
    (place.var / "postgres.json").write_text(json.dumps(memory))
    assert f"the database is not in {open_folder / 'gone'}" in place.refused()
    assert not (open_folder / "gone").exists()


def test_somebody_elses_database(place: Place, database: str) -> None:
    run = place.start(DATABASE_URL=database)
    assert health(run.wait_until_running()) == 200
    assert run.part("PostgreSQL") is None
    assert run.stop() == 0


def test_a_place_that_cannot_be_written(place: Place) -> None:
    assert "cannot write to /proc/atrium" in place.refused(ATRIUM_VAR="/proc/atrium")


def test_packages_are_missing(place: Place) -> None:
    command = subprocess.run(
        [sys.executable, "-S", ROOT / "run.py"], env=place.env, check=False, capture_output=True, text=True
    )
    assert command.returncode == 1
    assert command.stderr == (
        "Atrium cannot start: its packages are not installed: `make setup` does that, `make run` does all\n"
    )


# -- make


@pytest.fixture
def bare(tmp_path: Path) -> Callable[[str], str]:
    """`bare("tool")` → what `make setup` says in a bare checkout on a machine that has only these tools."""
    for name in ("Makefile", "requirements", "package.json", "package-lock.json", ".npmrc"):
        source = ROOT / name
        shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("make", "sh", "touch", "awk"):
        (tools / name).symlink_to(shutil.which(name) or "")

    def setup(python: str) -> str:
        if python:
            (tools / "python3").write_text(f"#!{shutil.which('sh')}\n{python}\n")
            (tools / "python3").chmod(0o755)
        make = subprocess.run(
            [tools / "make", "setup"],
            cwd=tmp_path,
            env={"PATH": str(tools)},
            check=False,
            capture_output=True,
            text=True,
        )
        assert make.returncode
        lines = [line for line in make.stderr.splitlines() if not line.startswith("make: ***")]
        assert len(lines) == 1, make.stderr
        return lines[0]

    return setup


def test_no_python(bare: Callable[[str], str]) -> None:
    assert "needs Python 3.11 or newer" in bare("")


def test_an_old_python(bare: Callable[[str], str]) -> None:
    assert "needs Python 3.11 or newer" in bare("exit 1")


def test_no_venv_module(bare: Callable[[str], str]) -> None:
    assert "apt install python3-venv" in bare('case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac')


def test_no_npm(bare: Callable[[str], str], tmp_path: Path) -> None:
    """Neither on the system nor from the wheel: here its download fails."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(shutil.which("false") or "")
    (tmp_path / ".venv" / "run.stamp").touch()
    assert "needs npm for the browser libraries" in bare("")


# -- as a user


def test_a_user_runs_it_from_a_closed_home(open_folder: Path) -> None:
    """Tests that run as root do it as `nobody`; others have shown it with all of the above."""
    if os.geteuid():
        return
    nobody = pwd.getpwnam("nobody")
    python = _reachable_python(nobody)
    if not python:
        pytest.skip("neither this Python nor the system's can be started by another user from here")
    place = Place(open_folder, nobody, python)
    place.env["PYTHONPATH"] = _site_packages()
    # It may not write beside our modules, and without compiled ones every process takes seconds longer to start.
    place.env["PYTHONPYCACHEPREFIX"] = str(place.var.parent / "compiled")
    os.chown(place.var.parent, nobody.pw_uid, nobody.pw_gid)
    try:
        for _ in ("first", "second"):
            run = place.start()
            assert health(run.wait_until_running()) == 200
            assert (place.var / "postgres").stat().st_uid == nobody.pw_uid
            assert not (open_folder / "state").exists()
            assert run.stop() == 0
            assert not place.orphans()
    finally:
        place.clear()


def _site_packages() -> str:
    return str(Path(psycopg.__file__).parent.parent)


def _reachable_python(account: pwd.struct_passwd) -> str | None:
    version = f"python3.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        try:
            subprocess.run(
                [python, "-c", "import flask_appbuilder, gevent, psycopg"],
                cwd=ROOT,
                check=True,
                capture_output=True,
                user=account.pw_uid,
                group=account.pw_gid,
                extra_groups=[],
                env={"PYTHONPATH": _site_packages(), "PYTHONDONTWRITEBYTECODE": "1"},
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    return None
