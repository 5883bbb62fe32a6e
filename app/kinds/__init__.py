"""Order kinds: how each is called, which flow it follows, of which blocks its page is made. One file each."""

from __future__ import annotations

from app.kinds import request, simple, sos, support
from app.kinds.base import Kind
from models import OrderKind

#: The kinds on offer. A kind that has no row here cannot be ordered.
KINDS: dict[str, Kind] = {kind.name: kind for kind in (simple.KIND, request.KIND, sos.KIND, support.KIND)}
#: Those that services of the catalogue may have.
OF_SERVICES: dict[str, Kind] = {name: kind for name, kind in KINDS.items() if kind.by_service}


def kind_of(name: str) -> Kind:
    """The kind called `name`. Raises KeyError if it is not on offer."""
    return KINDS[name]


__all__ = ["KINDS", "OF_SERVICES", "Kind", "OrderKind", "kind_of"]
