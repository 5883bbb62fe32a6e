"""What a client and a provider do with each other on the same pages: documents, terms, links of five minutes. Each side
has them in the frame of its own."""

from __future__ import annotations

from flask import Flask

from views.pair import documents, links, terms
from views.pair.base import pair

__all__ = ["documents", "init_app", "links", "terms"]


def init_app(app: Flask) -> None:
    """Register the addresses of both sides."""
    app.register_blueprint(pair)
