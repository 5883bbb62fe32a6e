"""How a form says of which package an appointment is, for the client who asks and the provider who books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models import ClientPackage
from views.numbers import number


def chosen(sent: Mapping[str, str]) -> int | None:
    """The package that is chosen, None for the separate price; 0, which nobody has, for what is no number."""
    return number(sent, "package") or 0 if sent.get("package") else None


def preselected(sent: Mapping[str, str], usable: Sequence[ClientPackage]) -> str:
    """What the form shows as chosen: what was, as long as it can be; else the package that ends first."""
    before = sent.get("package")
    if before is not None and before in ("", *(str(one.id) for one in usable)):
        return before
    return str(usable[0].id) if usable else ""
