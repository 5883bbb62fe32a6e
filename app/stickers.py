"""Stickers with QR codes as PDF: one for itself, or sheets of A4. No rights and no rows live here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

from app.assets import PACKAGES, AssetError
from app.qr import QUIET, squares
from app.storage import off_thread

#: More would be a book; and a wrong choice shall not keep the server busy.
MOST = 500
_FONTS = PACKAGES / "dejavu-fonts-ttf" / "ttf"
_INK, _PALE, _LINE = 30, 95, 205


@dataclass(frozen=True)
class Sticker:
    """`address` is what the QR holds; `code` the same as read aloud, already in groups."""

    name: str
    path: str
    code: str
    address: str


@dataclass(frozen=True)
class Sheet:
    """So many columns and rows of one size, in millimetres; the margin is what printers do not reach."""

    columns: int
    rows: int
    width: float
    height: float
    page: tuple[float, float] = (210, 297)

    @property
    def count(self) -> int:
        return self.columns * self.rows

    @property
    def margins(self) -> tuple[float, float]:
        return (
            (self.page[0] - self.columns * self.width) / 2,
            (self.page[1] - self.rows * self.height) / 2,
        )


#: By the number of stickers on a page.
SHEETS = {sheet.count: sheet for sheet in (Sheet(2, 4, 99, 68), Sheet(2, 7, 99, 38), Sheet(3, 8, 64, 34))}
ONE = Sheet(1, 1, 99, 68, page=(105, 74))


def pdf(stickers: Sequence[Sticker], sheet: Sheet, *, organization: str, call: str) -> bytes:
    """The document; `call` is the line that says what the code is for. Raises AssetError if the font is missing."""
    # To fit the font alone takes a third of a second: no socket waits for that.
    return off_thread(lambda: _drawn(stickers, sheet, organization, call))


def _drawn(stickers: Sequence[Sticker], sheet: Sheet, organization: str, call: str) -> bytes:
    paper = FPDF(unit="mm", format=sheet.page)
    paper.set_auto_page_break(False)
    paper.set_margin(0)
    paper.c_margin = 0
    for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        paper.add_font("sans", style, _font(name))
    left, top = sheet.margins
    for number, sticker in enumerate(stickers):
        place = number % sheet.count
        if place == 0:
            paper.add_page()
        row, column = divmod(place, sheet.columns)
        box = (left + column * sheet.width, top + row * sheet.height, sheet.width, sheet.height)
        _sticker(paper, box, sticker, organization, call)
    return bytes(paper.output())


def _font(name: str) -> Path:
    path = _FONTS / name
    if not path.exists():
        raise AssetError("the npm package dejavu-fonts-ttf is missing: run `make setup`")
    return path


def _sticker(
    paper: FPDF, box: tuple[float, float, float, float], sticker: Sticker, organization: str, call: str
) -> None:
    """The code on the left, the words on the right: what it is, where, what to do, the code to type."""
    x, y, width, height = box
    # The line to cut along.
    paper.set_draw_color(_LINE)
    paper.set_line_width(0.1)
    paper.rect(x, y, width, height)
    gap = height * 0.08
    # Around the code stays the light margin that cameras look for: four squares of some thirty.
    side = min(height * 0.78, width * 0.45)
    margin = side * QUIET / 29
    _code(paper, x + margin, y + (height - side) / 2, side, sticker.address)
    words = x + margin + side + gap
    room = x + width - gap - words
    size = height * 0.19
    top = y + gap
    top = _lines(paper, (words, top), room, organization, size * 0.75, lines=1, colour=_PALE)
    top = _lines(paper, (words, top + gap / 3), room, sticker.name, size * 1.2, lines=3, bold=True)
    _lines(paper, (words, top + gap / 4), room, sticker.path, size * 0.75, lines=2, colour=_PALE)
    foot = y + height - gap
    code = size * 1.1
    foot -= code * 0.45
    _lines(paper, (words, foot), room, sticker.code, code, lines=1, bold=True)
    _lines(paper, (words, foot - size * 0.8 * 0.36 * 1.35 * 2 - gap / 3), room, call, size * 0.8, lines=2)


def _code(paper: FPDF, x: float, y: float, side: float, address: str) -> None:
    """Dark squares in runs: a rectangle each would make the file three times as long."""
    rows = squares(address)
    unit = side / len(rows)
    paper.set_fill_color(0)
    for down, row in enumerate(rows):
        start = None
        for across, dark in enumerate((*row, False)):
            if dark and start is None:
                start = across
            elif not dark and start is not None:
                # A hair wider, so that no printer leaves a light line between two rows.
                paper.rect(x + start * unit, y + down * unit, (across - start) * unit, unit * 1.02, style="F")
                start = None


def _lines(
    paper: FPDF,
    at: tuple[float, float],
    room: float,
    text: str,
    size: float,
    *,
    lines: int,
    bold: bool = False,
    colour: int = _INK,
) -> float:
    """At most so many lines of a text, smaller if it needs more, cut if that does not help; where it ends."""
    for smaller in (1.0, 0.85, 0.7):
        paper.set_font("sans", "B" if bold else "", size * smaller)
        step = size * smaller * 0.36 * 1.2
        found = paper.multi_cell(room, step, text, align="L", dry_run=True, output=MethodReturnValue.LINES)
        parts = cast(list[str], found)
        # No word is broken while a smaller size can hold it.
        if len(parts) <= lines and all(paper.get_string_width(word) <= room for word in text.split()):
            break
    if len(parts) > lines:
        parts = [*parts[: lines - 1], f"{parts[lines - 1].rstrip()[:-1]}…"]
    paper.set_text_color(colour)
    paper.set_xy(*at)
    for part in parts:
        paper.set_x(at[0])
        paper.cell(room, step, part, new_x=XPos.LEFT, new_y=YPos.NEXT)
    return at[1] + step * len(parts)
