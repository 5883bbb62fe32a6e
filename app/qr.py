"""QR codes: as rows of dark and light squares, and as an SVG picture. Both are remembered by content."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

#: The light margin that the standard asks for, in squares.
QUIET = 4


@lru_cache(maxsize=1000)
def squares(text: str) -> tuple[tuple[bool, ...], ...]:
    """True is dark; without the margin. Stickers are scratched: a sixth of the squares may be lost."""
    code = _code(text, border=0)
    return tuple(tuple(map(bool, row)) for row in code.get_matrix())


@lru_cache(maxsize=200)
def svg(text: str) -> bytes:
    """A picture of its own, black on white with the margin."""
    image = _code(text, border=QUIET).make_image(image_factory=_OnWhite)
    return cast(bytes, image.to_string(encoding="utf-8"))


def _code(text: str, border: int) -> qrcode.QRCode:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=border)
    code.add_data(text)
    code.make(fit=True)
    return code


class _OnWhite(SvgPathImage):  # type: ignore[misc]  # qrcode is untyped
    """Readable on a dark page too."""

    background = "white"
