"""linked(): what people type, as safe HTML: everything escaped, addresses and phone numbers made links."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

#: Only these four ways lead out of a message; "javascript:" and the like stay plain text.
_ADDRESS = re.compile(
    r"""
    (?P<web>https?://[^\s<>"«»]+)
    | (?P<bare>(?<![\w@.-])www\.[^\s<>"«»]+)
    | (?P<mail>(?<![\w.+-])(?:mailto:)?[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}(?![\w-]))
    | (?P<phone>(?<![\w+])(?:tel:)?\+\d(?:[ \u00a0()-]{0,2}\d){9,13}(?!\w))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TAIL = ".,;:!?…'"
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def linked(text: str) -> Markup:
    """The text with its links; line breaks are left to the style sheet (white-space: pre-wrap)."""
    parts: list[str] = []
    done = 0
    for match in _ADDRESS.finditer(text):
        shown = _without_tail(match.group())
        parts += [str(escape(text[done : match.start()])), _link(match.lastgroup or "", shown)]
        done = match.start() + len(shown)
    parts.append(str(escape(text[done:])))
    return Markup("".join(parts))  # noqa: S704 - each part was escaped above


def _link(kind: str, shown: str) -> str:
    target = {
        "web": lambda: shown,
        "bare": lambda: f"https://{shown}",
        "mail": lambda: f"mailto:{shown.removeprefix('mailto:')}",
        "phone": lambda: "tel:" + re.sub(r"[^\d+]", "", shown),
    }[kind]()
    new_tab = ' target="_blank" rel="noopener noreferrer nofollow ugc"' if kind in ("web", "bare") else ""
    return f'<a href="{escape(target)}"{new_tab}>{escape(shown)}</a>'


def _without_tail(address: str) -> str:
    """A full stop or a closing bracket after an address belongs to the sentence around it."""
    while address:
        last = address[-1]
        opening = _BRACKETS.get(last)
        if last in _TAIL or (opening and address.count(last) > address.count(opening)):
            address = address[:-1]
        else:
            break
    return address
