"""Numbers that addresses and forms hold, within what a column can: the database refuses larger ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: What the columns of most tables hold, and those of orders, appointments, notices and the journal.
SMALL, LARGE = 2**31 - 1, 2**63 - 1


def whole(text: str | None, most: int = SMALL) -> int | None:
    """A row's number, None for what cannot be one."""
    if text and len(text) < 20 and text.isascii() and text.isdecimal() and int(text) <= most:
        return int(text)
    return None


def number(sent: Mapping[str, str], name: str, most: int = SMALL) -> int | None:
    """The row's number in a field of an address or a form, None if there is none."""
    return whole(sent.get(name), most)


def numbers(texts: Iterable[str], most: int = SMALL) -> list[int]:
    """Rows' numbers, in their order; what cannot be one is left out."""
    return [one for one in (whole(text, most) for text in texts) if one is not None]
