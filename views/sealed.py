"""What pages of sealed documents need: the safe that keeps them, and what tells this sign-in from others."""

from __future__ import annotations

from flask import current_app, session

from app.storage import Safe


def safe() -> Safe:
    found: Safe = current_app.extensions["safe"]
    return found


def sign_in_key() -> str:
    """What tells this sign-in from every other of the same person: links of five minutes end with it."""
    return str(session.get("sign_in", ""))
