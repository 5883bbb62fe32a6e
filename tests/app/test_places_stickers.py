"""Stickers as PDF: pages, fonts, what is missing."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from app import qr, stickers
from app.assets import AssetError
from app.stickers import ONE, SHEETS, Sticker

LONG = "Огнетушитель порошковый у лестницы второго подъезда и ещё немного слов, которым нет места"
STICKER = Sticker("Принтер", "Корпус А, 2 этаж", "K7M2Q 9XH4T", "https://atrium.example/p/K7M2Q9XH4T")


def made(count: int, per: int = 24, **values: str) -> bytes:
    row = Sticker(**{**STICKER.__dict__, **values})
    return stickers.pdf([row] * count, SHEETS[per], organization="Технопарк «Кама»", call="Нужна помощь?")


def pages(document: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", document))


@pytest.mark.parametrize("per", SHEETS)
def test_sheets_have_as_many_pages_as_it_takes(per: int) -> None:
    """S1-23."""
    assert pages(made(per, per)) == 1
    assert pages(made(per + 1, per)) == 2
    for sheet in (*SHEETS.values(), ONE):
        assert all(margin > 2 for margin in sheet.margins), "printers do not reach the edge"


def test_words_are_in_a_font_of_ours() -> None:
    """Cyrillic, also very long names and signs that no font has."""
    document = made(1, name=LONG, path=LONG * 3)
    assert b"DejaVuSans" in document
    assert document.startswith(b"%PDF")
    assert made(1, name="Ж" * 200)


def test_a_missing_font_is_one_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stickers, "_FONTS", tmp_path)
    with pytest.raises(AssetError, match="dejavu-fonts-ttf"):
        made(1)


def test_the_code_is_whole_and_remembered() -> None:
    rows = qr.squares(STICKER.address)
    assert len(rows) == len(rows[0])
    assert all(rows[0][:7]), "the corner's eye"
    assert qr.squares(STICKER.address) is rows
    assert qr.svg(STICKER.address).count(b"<path") == 1
    drawn = b"".join(
        zlib.decompress(part) for part in re.findall(rb"stream\n(.*?)\nendstream", made(1), re.DOTALL)[:1]
    )
    runs = sum(len(re.findall("1+", "".join(str(int(dark)) for dark in row))) for row in rows)
    assert drawn.count(b" re f") == runs
