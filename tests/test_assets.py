"""Addresses of what browsers load: versioned, whitelisted, kept for a year."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import assets


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("app", static_folder=str(assets.STATIC))
    assets.init_app(app)
    return app.test_client()


@pytest.mark.parametrize("name", assets.FILES)
def test_whitelisted_files_are_served_and_kept(client: FlaskClient, name: str) -> None:
    response = client.get(assets.vendor(name), buffered=True)
    assert response.status_code == 200
    assert "javascript" in response.content_type
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["x/package.json", "x/..%2F..%2Fpackage.json", "x/htmx.org/package.json", "htmx.js"]
)
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/vendor/{path}", buffered=True).status_code == 404


def test_an_old_version_is_answered_but_not_kept(client: FlaskClient) -> None:
    response = client.get("/vendor/0.0.1/htmx.js", buffered=True)
    assert response.status_code == 200
    assert "immutable" not in response.headers["Cache-Control"]


def test_the_sprite_has_every_icon(client: FlaskClient) -> None:
    response = client.get(assets.icons(), buffered=True)
    assert response.mimetype == "image/svg+xml"
    symbols = ET.fromstring(response.data)  # noqa: S314 - of our own making
    assert [symbol.get("id") for symbol in symbols] == list(assets.ICONS)
    assert all(len(symbol) for symbol in symbols)
    assert list(assets.ICONS) == sorted(set(assets.ICONS)), "ICONS: sorted, each once"


def test_every_icon_that_templates_name_is_in_the_sprite() -> None:
    """Names that templates compute are checked by the pages' own tests."""
    templates = (assets.ROOT / "templates").rglob("*.html")
    named = {
        name
        for path in templates
        for name in re.findall(r"""\bui\.icon\(["']([a-z0-9-]+)["']""", path.read_text())
    }
    assert named <= set(assets.ICONS)


def test_a_missing_icon_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "ICONS", ("no-such-icon",))
    assets._sprite.cache_clear()
    with pytest.raises(assets.AssetError, match="no icon 'no-such-icon'"):
        assets.icons()
    assets._sprite.cache_clear()


def test_own_files_are_kept_only_by_their_present_version(client: FlaskClient) -> None:
    address = assets.asset("css/base.css")
    assert "immutable" in client.get(address, buffered=True).headers["Cache-Control"]
    assert "immutable" not in client.get(address.partition("?")[0], buffered=True).headers["Cache-Control"]
    assert "immutable" not in client.get(address + "0", buffered=True).headers["Cache-Control"]
    with pytest.raises(assets.AssetError, match=r"no app/static/css/none\.css"):
        assets.asset("css/none.css")


def test_the_import_map_versions_every_module(client: FlaskClient) -> None:
    imports = json.loads(assets.import_map())["imports"]
    assert set(assets.MODULES) <= set(imports)
    for name, address in imports.items():
        assert client.get(address, buffered=True).status_code == 200, name
    assert "<" not in assets.import_map()


#: The sheets that every page has, then what its frame adds (templates/*/layout.html).
EVERYWHERE = (
    "tokens", "base", "controls", "choices", "overlays", "parts", "plan", "feedback", "chat", "shell", "alarm",
)  # fmt: skip
PORTAL = ("portal", "meetings", "sos")
FRAMES = {
    "portal": PORTAL,
    "provider": (*PORTAL, "practice"),
    "desk": ("desk", "desk-work", "sos-desk"),
    "administration": ("admin",),
}
#: Laid out anew on purpose by the frame or for one place.
ADAPTED = {
    ".actions", ".card", ".chat--page", ".desk", ".desk__menu", ".desk__queue", ".filters", ".form", ".list",
    ".order", ".pager", ".portal", ".skip", ".submitbar", ".tabs", ".toasts", ".topbar",
}  # fmt: skip


@pytest.mark.parametrize("frame", FRAMES)
def test_a_class_means_one_thing_on_a_page(frame: str) -> None:
    """Two sheets that set one class, each for its own purpose, have once laid a list of steps out in columns."""
    meant: dict[str, set[str]] = {}
    for sheet in (*EVERYWHERE, *FRAMES[frame]):
        text = re.sub(r"/\*.*?\*/", "", (assets.STATIC / f"css/{sheet}.css").read_text(), flags=re.DOTALL)
        for rule in re.findall(r"([^{};]+)\{", text):
            for selector in rule.split(","):
                if re.fullmatch(r"\.[\w-]+", selector.strip()):
                    meant.setdefault(selector.strip(), set()).add(sheet)
    twice = {
        name: sorted(sheets) for name, sheets in meant.items() if len(sheets) > 1 and name not in ADAPTED
    }
    assert not twice


def test_what_waits_for_news_hears_of_it() -> None:
    """A part that lives by what concerns its reader («mine») names kinds in data-refresh: live.js passes them on."""
    script = (assets.STATIC / "js/live.js").read_text()
    passed = re.compile(re.findall(r'token === "mine" && /(.+?)/\.test', script)[0])
    templates = assets.STATIC.parents[1] / "templates"
    waiting = [
        (path.name, kind)
        for path in templates.rglob("*.html")
        for live, kinds in re.findall(r'data-live="([^"{]*)" data-refresh="([^"]+)"', path.read_text())
        if "mine" in live.split()
        for kind in kinds.split()
        if not (kind.startswith("inbox.") and "inbox" in live.split())
    ]
    assert len(waiting) > 30
    assert [one for one in waiting if not passed.match(one[1])] == []
