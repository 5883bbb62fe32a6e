"""Tokens of links that carry a right: unguessable, and kept as a hash (I-16)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets


def new() -> str:
    """A token of 32 signs by chance, for a link that is shown once."""
    return secrets.token_urlsafe(24)


def derived(secret: str, purpose: str, nonce: str) -> str:
    """The token of 32 signs that belongs to a nonce: who knows the secret can show the link again, who reads the
    database alone cannot."""
    digest = hmac.new(secret.encode(), f"{purpose}:{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
