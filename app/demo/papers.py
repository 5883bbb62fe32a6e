"""Small PDF documents of the demo: terms, certificates, plans."""

from __future__ import annotations

import io

from fpdf import FPDF

from app.assets import PACKAGES

_FONTS = PACKAGES / "dejavu-fonts-ttf" / "ttf"


def pdf(title: str, *paragraphs: str) -> io.BytesIO:
    """A sheet with a title and some text."""
    paper = FPDF(format="A4")
    paper.add_font("sans", "", str(_FONTS / "DejaVuSans.ttf"))
    paper.add_font("sans", "B", str(_FONTS / "DejaVuSans-Bold.ttf"))
    paper.set_margins(25, 25)
    paper.add_page()
    paper.set_font("sans", "B", 16)
    paper.multi_cell(0, 9, title, new_x="LMARGIN", new_y="NEXT")
    paper.ln(6)
    paper.set_font("sans", "", 11)
    for paragraph in paragraphs:
        paper.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
        paper.ln(3)
    return io.BytesIO(bytes(paper.output()))
