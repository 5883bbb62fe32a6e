"""Reads the scripts of orders: who wrote what and who pressed what when. Nothing is stored here.

A script has a line an event; a line that begins otherwise goes on with the text before it:

    R+25 Здравствуйте          the resident writes, 25 working minutes after the event before
    E+5 [photo leak] Вот       the executor writes and attaches the scene «leak» of `pictures`
    D+10 / N+10                the dispatcher writes in the chat / leaves an internal note
    >start+60                  a move of the flow; a comment may follow where the flow wants one
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from app.flows import WORK, By

_LINE = re.compile(
    r"^(?:(?P<who>[REDN])|>(?P<move>[a-z_]+))\+(?P<gap>\d+)"
    r"(?:\s+\[photo (?P<photo>\w+)\])?\s*(?P<text>.*)$"
)


class Event(NamedTuple):
    """`verb` is "say", "note" or a move of the flow; `after` counts working minutes from the placing."""

    verb: str
    who: str
    after: int
    text: str = ""
    photo: str = ""

    @property
    def is_move(self) -> bool:
        return self.verb in WORK.moves


@cache
def read(script: str) -> tuple[Event, ...]:
    """The events in their order. Raises ValueError for a text before any event, KeyError for no move."""
    events: list[Event] = []
    clock = 0
    for line in filter(None, (raw.strip() for raw in script.splitlines())):
        match = _LINE.match(line)
        if match is None:
            if not events:
                raise ValueError(line)
            events[-1] = events[-1]._replace(text=f"{events[-1].text} {line}")
            continue
        clock += int(match["gap"])
        events.append(_event(match, clock))
    return tuple(events)


def _event(match: re.Match[str], after: int) -> Event:
    if move := match["move"]:
        step = WORK.moves[move]
        who = "R" if step.by is By.AUTHOR else "D" if step.needs_comment else "E"
        return Event(move, who, after, match["text"])
    if match["who"] == "N":
        return Event("note", "D", after, match["text"])
    return Event("say", match["who"], after, match["text"], match["photo"] or "")
