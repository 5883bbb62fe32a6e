"""Where the browser for the journeys comes from: the system, else Debian, else npm. Its use: conftest.py.

`python -m tests.chromium` makes sure that there is one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Without the frame of a desktop browser around the page: it needs a third less of a machine that is busy anyway.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium" / "bin"
UNPACKED = ROOT / "node_modules" / ".chromium"

#: No sandbox: as root there is none. The rest keeps it quiet and off the network.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@dataclass(frozen=True)
class Chromium:
    executable: str
    env: dict[str, str] = field(default_factory=dict)


def find() -> Chromium | None:
    """A browser that is there already and starts; CHROMIUM=/path names one."""
    for name in (os.environ.get("CHROMIUM"), *NAMES):
        executable = name and shutil.which(name)
        if executable and _works(Chromium(executable)):
            return Chromium(executable)
    ours = _ours()
    return ours if _works(ours) else None


def ensure() -> Chromium:
    """The same, but got if it is missing: by apt as root, else from npm. Exits with one line if it cannot."""
    if (
        not (os.environ.get("CHROMIUM") or shutil.which(SHELL))
        and os.geteuid() == 0
        and shutil.which("apt-get")
    ):
        _install_debians()
    found = find()
    if not found:
        _unpack_npms()
        found = find()
    if not found:
        sys.exit("The browser tests need Chromium (Debian: apt install chromium; CHROMIUM=… names one)")
    return found


def _works(chromium: Chromium) -> bool:
    """Ubuntu's `chromium-browser` may be a stub that only speaks of snaps."""
    try:
        result = subprocess.run(
            [chromium.executable, "--version", "--no-sandbox"],
            check=False,
            capture_output=True,
            env=os.environ | chromium.env,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def _install_debians() -> None:
    print("Installing Chromium with apt-get, once", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=env, **quiet)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "fonts-dejavu-core"]
    for name in (SHELL, "chromium"):  # older releases have the whole browser only
        if subprocess.run([*install, name], check=False, env=env, **quiet).returncode == 0:
            return


def _ours() -> Chromium:
    libraries = [str(UNPACKED / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
    env = {"LD_LIBRARY_PATH": ":".join(filter(None, libraries)), "FONTCONFIG_PATH": str(UNPACKED)}
    return Chromium(str(UNPACKED / "chromium"), env)


def _unpack_npms() -> None:
    """The package is made for functions in a cloud and unpacks itself only there: from brotli files.

    Its list of fonts names folders of that cloud, so we write our own.
    """
    if not PACKAGE.exists():
        return
    print("Unpacking Chromium from the npm package, once", flush=True)
    UNPACKED.mkdir(exist_ok=True)
    _brotli(PACKAGE / "chromium.br", UNPACKED / "chromium")
    (UNPACKED / "chromium").chmod(0o755)
    for name in ("al2023", "swiftshader", "fonts"):
        archive = UNPACKED / f"{name}.tar"
        _brotli(PACKAGE / f"{name}.tar.br", archive)
        with tarfile.open(archive) as tar:
            tar.extractall(UNPACKED, filter="data")
        archive.unlink()
    fonts = f"<dir>{UNPACKED / 'fonts'}</dir><cachedir>{UNPACKED / 'cache'}</cachedir>"
    system = '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
    (UNPACKED / "fonts.conf").write_text(f"<fontconfig>{system}{fonts}</fontconfig>")


def _brotli(source: Path, target: Path) -> None:
    """Unpacked by Node, which came with npm and knows this format; Python does not."""
    node = shutil.which("node") or str(Path(sys.executable).parent / "node")
    script = (
        "const fs = require('fs'), zlib = require('zlib'), [source, target] = process.argv.slice(1);"
        "fs.writeFileSync(target, zlib.brotliDecompressSync(fs.readFileSync(source)))"
    )
    subprocess.run([node, "-e", script, source, target], check=True)


if __name__ == "__main__":
    ensure()
