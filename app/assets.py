"""What browsers load: whitelisted files of npm packages, a sprite of icons, our static files with versions.

Every address names the content (a package's version or a hash), so browsers keep what they have for a year
and never see a stale file. Which page uses what is for the templates to say.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import cache, lru_cache, wraps
from pathlib import Path
from time import monotonic
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, Flask, Response, abort, make_response, request, send_file
from markupsafe import Markup

Params = ParamSpec("Params")
Result = TypeVar("Result")

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
STATIC = Path(__file__).resolve().parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"

#: Name under /vendor/ → file of a package. Nothing else of node_modules is ever served.
FILES = {
    "htmx.js": "htmx.org/dist/htmx.esm.js",
    "idiomorph.js": "idiomorph/dist/idiomorph.esm.js",
    # Reads QR codes where the browser cannot; its two files know each other by these names.
    "decode.js": "qr/decode.js",
    "index.js": "qr/index.js",
    "socket.io.js": "socket.io-client/dist/socket.io.esm.min.js",
}
#: What our modules import by name → name under /vendor/.
MODULES = {
    "htmx.org": "htmx.js",
    "idiomorph": "idiomorph.js",
    "qr/decode.js": "decode.js",
    "socket.io-client": "socket.io.js",
}

#: Icons of the sprite, named as on lucide.dev.
ICONS = (
    "air-vent",
    "align-left",
    "arrow-down",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "bell",
    "bell-ring",
    "box",
    "briefcase-business",
    "building-2",
    "calculator",
    "calendar",
    "calendar-check",
    "calendar-clock",
    "calendar-days",
    "calendar-off",
    "calendar-plus",
    "calendar-range",
    "camera",
    "car",
    "check",
    "check-check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "chevron-up",
    "circle",
    "circle-alert",
    "circle-check",
    "circle-dot",
    "circle-user",
    "circle-x",
    "clipboard-list",
    "clock",
    "copy",
    "door-open",
    "download",
    "droplets",
    "ellipsis-vertical",
    "external-link",
    "eye",
    "eye-off",
    "file",
    "file-text",
    "flag",
    "flashlight",
    "footprints",
    "grip-vertical",
    "hammer",
    "hash",
    "headset",
    "history",
    "hourglass",
    "house",
    "image",
    "inbox",
    "info",
    "key-round",
    "keyboard",
    "layers",
    "layout-grid",
    "life-buoy",
    "link",
    "list",
    "list-checks",
    "loader",
    "lock",
    "log-out",
    "mail",
    "map",
    "map-pin",
    "megaphone",
    "menu",
    "message-circle",
    "message-square",
    "mic-vocal",
    "monitor",
    "moon",
    "palmtree",
    "panels-top-left",
    "paperclip",
    "pencil",
    "pentagon",
    "phone",
    "play",
    "plus",
    "printer",
    "qr-code",
    "repeat",
    "rotate-ccw",
    "scan-line",
    "scan-qr-code",
    "school",
    "search",
    "send",
    "settings",
    "share-2",
    "shield-check",
    "signature",
    "siren",
    "sliders-horizontal",
    "sparkles",
    "star",
    "sun",
    "sun-moon",
    "toggle-right",
    "trash",
    "trash-2",
    "triangle-alert",
    "truck",
    "type",
    "upload",
    "user",
    "user-check",
    "user-minus",
    "user-plus",
    "users",
    "video",
    "volume-2",
    "volume-x",
    "wallet",
    "wifi",
    "wifi-off",
    "wrench",
    "x",
    "zap",
    "zoom-in",
    "zoom-out",
)

blueprint = Blueprint("vendor", __name__, url_prefix="/vendor")


def init_app(app: Flask) -> None:
    """Register the addresses and the helpers that templates use."""
    app.register_blueprint(blueprint)
    app.after_request(_keep_static)
    app.add_template_global(vendor)
    app.add_template_global(drawn_icon)
    app.add_template_global(asset)
    app.add_template_global(import_map)


class AssetError(Exception):
    """A file that pages need is not there; the text says what to do."""


def lately(function: Callable[Params, Result]) -> Callable[Params, Result]:
    """Remember each answer for a second: a page asks dozens of times, and a developer does not notice."""
    known: dict[tuple[Any, ...], tuple[float, Result]] = {}

    @wraps(function)
    def run(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        if (kept := known.get(args)) and monotonic() - kept[0] < 1:
            return kept[1]
        answer = function(*args, **kwargs)
        known[args] = (monotonic(), answer)
        return answer

    return run


def vendor(name: str) -> str:
    """The address of a whitelisted file, for instance `vendor("htmx.js")`."""
    if name not in FILES:
        raise AssetError(f"{name!r} is not in FILES of app/assets.py")
    return f"/vendor/{_version(FILES[name])}/{name}"


def icons() -> str:
    """The address of the sprite."""
    return f"/vendor/{_digest(_sprite())}/icons.svg"


def drawn_icon(name: str, label: object = "", **attributes: str) -> Markup:
    """An icon of the sprite, for templates under the name `ui.icon`: pages have a hundred. `label` tells screen
    readers what it means, without one they pass it by; the only attribute is `class`."""
    return _icon(name, str(label), attributes.get("class", ""))


@cache
def _icon(name: str, label: str, classes: str) -> Markup:
    means = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon{}" {}><use href="{}#{}"></use></svg>').format(
        classes and f" {classes}", means, icons(), name
    )


@lately
def asset(path: str) -> str:
    """The address of a file below app/static, for instance `asset("css/portal.css")`."""
    return f"/static/{path}?v={_file_digest(path, _modified(path))}"


@lately
def import_map() -> Markup:
    """The content of `<script type="importmap">`: plain names of modules → versioned addresses."""
    imports = {name: vendor(file) for name, file in MODULES.items()}
    for path in sorted((STATIC / "js").rglob("*.js")):
        name = path.relative_to(STATIC).as_posix()
        imports[f"/static/{name}"] = asset(name)
    text = json.dumps({"imports": imports}, separators=(",", ":")).replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 - JSON without "<" cannot leave its script element


@blueprint.get("/<version>/<name>")
def serve(version: str, name: str) -> Response:
    """A whitelisted file, to be kept for a year if the address names the version that we have."""
    if name == "icons.svg":
        response, current = make_response(_sprite()), _digest(_sprite())
        response.mimetype = "image/svg+xml"
    elif name in FILES:
        response, current = send_file(PACKAGES / FILES[name]), _version(FILES[name])
    else:
        abort(404)
    if version == current:
        response.headers["Cache-Control"] = FOR_EVER
    return response


def _keep_static(response: Response) -> Response:
    """Flask serves our own files; those asked for by their present version are kept as long."""
    if request.endpoint == "static" and response.status_code in {200, 304}:
        path = str((request.view_args or {})["filename"])
        if request.args.get("v") == _file_digest(path, _modified(path)):
            response.headers["Cache-Control"] = FOR_EVER
    return response


@cache
def _version(path: str) -> str:
    """The version of the package that the file is of."""
    try:
        package = json.loads((PACKAGES / _package(path) / "package.json").read_text())
    except FileNotFoundError as error:
        raise AssetError(f"the npm package {_package(path)} is missing: run `make setup`") from error
    return str(package["version"])


def _package(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[: 2 if path.startswith("@") else 1])


@cache
def _sprite() -> str:
    """All icons in one SVG, each a symbol that takes the colour of the text around it."""
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(_symbol(name) for name in ICONS)}</svg>'


def _symbol(name: str) -> str:
    try:
        source = (PACKAGES / "lucide-static" / "icons" / f"{name}.svg").read_text()
    except FileNotFoundError as error:
        if not (PACKAGES / "lucide-static").exists():
            raise AssetError("the npm package lucide-static is missing: run `make setup`") from error
        raise AssetError(f"there is no icon {name!r} on lucide.dev: see ICONS in app/assets.py") from error
    shape = re.sub(
        r"\s+", " ", source[source.index(">", source.index("<svg")) + 1 : source.rindex("</svg>")]
    ).strip()
    look = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="{name}" viewBox="0 0 24 24" {look}>{shape}</symbol>'


def _modified(path: str) -> int:
    """So that a developer sees a change without a restart; it costs a stat."""
    try:
        return (STATIC / path).stat().st_mtime_ns
    except FileNotFoundError as error:
        raise AssetError(f"there is no app/static/{path}") from error


@cache
def _file_digest(path: str, modified: int) -> str:
    return _digest((STATIC / path).read_text("latin-1"))


@lru_cache(maxsize=8)  # each icon of a page asks for the sprite's
def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
