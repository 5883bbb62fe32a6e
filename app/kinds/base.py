"""What a kind of order is made of."""

from __future__ import annotations

from dataclasses import dataclass

from app.flows import Flow
from models import OrderKind


@dataclass(frozen=True)
class Kind:
    """`blocks` are names of templates/parts/blocks/<name>.html in the order of the page (S0-11, matrix A4)."""

    name: OrderKind
    label: object
    #: The button that sends the form.
    verb: object
    flow: Flow
    blocks: tuple[str, ...]
    #: The resident confirms the work, and it completes by itself if nobody answers (S0-4, S0-61).
    confirms: bool = False
    #: Ordered by filling in the form of a service of the catalogue.
    by_service: bool = True
