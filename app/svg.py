"""Uploaded drawings made harmless: what remains of an SVG is shapes, text and embedded pictures."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree as ET

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from flask_babel import lazy_gettext as _
from py_svg_hush import filter_svg

from app.errors import Invalid

#: Deeper or longer than any plan: browsers and cleaners would choke on it.
_MOST_DEPTH, _MOST_ELEMENTS = 100, 200_000
_SVG = "http://www.w3.org/2000/svg"
_PICTURES = {"image": ["png", "jpeg", "webp", "gif"]}
#: What moves may move an address into a link; a plan stands still.
_MOVING = frozenset({"animate", "animateMotion", "animateTransform", "set", "mpath"})
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_EMBEDDED = re.compile(r"data:image/(png|jpeg|webp|gif);base64,", re.IGNORECASE)
#: In style sheets. The cleaner has undone escapes, and taken away what it cannot read.
_FOREIGN = re.compile(
    r"@import[^;]*;?|url\(\s*(?!['\"]?#)[^)]*\)?|(?:image-set|image|src)\([^)]*\)?", re.IGNORECASE
)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
#: Units of the longer side of a plan, whatever its file says.
_LONGEST = 100_000


def clean(data: bytes, name: str) -> tuple[bytes, int, int]:
    """The drawing without scripts, handlers, foreign content and addresses, with its width and height in its own
    units. Raises Invalid for what is no drawing, or has no size."""
    broken = Invalid(text=_("“%(name)s” is not a drawing that can be read.", name=name), code="svg_broken")
    try:
        _measure(data)
        root = ET.fromstring(filter_svg(data, _PICTURES))  # noqa: S314  # has no entities any more
    except (ValueError, SyntaxError, LookupError, DefusedXmlException, RecursionError) as error:
        raise broken from error
    if root.tag != f"{{{_SVG}}}svg":
        raise broken
    _strip(root)
    width, height = _size(root, broken)
    # With both sides said, every browser knows the proportions of the picture.
    root.set("width", str(width))
    root.set("height", str(height))
    # Each time: prefixes are the process's, and the painter of QR codes sets another one for the same namespace.
    ET.register_namespace("", _SVG)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True), width, height


def _measure(data: bytes) -> None:
    """Before anything grows with the depth: the cleaner indents, the writer recurs."""
    depth = count = 0
    for event, element in iterparse(io.BytesIO(data), events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > _MOST_DEPTH or count > _MOST_ELEMENTS:
            raise ValueError("too deep or too long")
        if event == "end":
            element.clear()


def _strip(root: ET.Element) -> None:
    """What the cleaner leaves: addresses without a host, animations, addresses in style sheets."""
    for parent in list(root.iter()):
        for child in list(parent):
            # A style sheet in pieces is put together by browsers, after each piece looked harmless.
            if _name(child) in _MOVING or (_name(child) == "style" and len(child)):
                parent.remove(child)
    for element in root.iter():
        for key in _HREFS:
            address = element.get(key, "").strip()
            if address and not address.startswith("#") and not _EMBEDDED.match(address):
                del element.attrib[key]
        for key, value in element.attrib.items():
            if key not in _HREFS and _FOREIGN.search(value):
                element.set(key, _FOREIGN.sub("none", value))
        if _name(element) == "style" and element.text:
            element.text = _FOREIGN.sub("none", element.text)


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _size(root: ET.Element, broken: Invalid) -> tuple[int, int]:
    """By the viewBox, else by width and height."""
    box = [float(number) for number in _NUMBER.findall(root.get("viewBox", ""))]
    if len(box) != 4:
        sides = [_NUMBER.match(root.get(side, "").strip()) for side in ("width", "height")]
        box = [0, 0, *(float(side[0]) if side else 0 for side in sides)]
        root.set("viewBox", " ".join(f"{number:g}" for number in box))
    width, height = box[2:]
    if not 0 < min(width, height) <= max(width, height) < min(width, height) * 20:
        raise broken
    # A box of parts of a unit, or of millions, says the proportions as well in usual numbers.
    scale = 1000 / max(width, height) if not 100 <= max(width, height) <= _LONGEST else 1
    return max(1, round(width * scale)), max(1, round(height * scale))
