"""Bytes that are kept sealed: AES-256-GCM with a key that is not in the database (S2-61). Whoever has the disk or a
backup of it without the key has nothing; whoever exchanges two files is found out, for each is bound to its name."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: How sealed bytes begin: another way of sealing would have another mark.
_MARK = b"atrium-1"
_NONCE = 12


class Broken(Exception):
    """The bytes were changed, exchanged, or sealed with another key."""


class Vault:
    """Seals and opens with one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, data: bytes, name: str) -> bytes:
        """The data, readable with the key and under this name only."""
        nonce = secrets.token_bytes(_NONCE)
        return _MARK + nonce + self._cipher.encrypt(nonce, data, name.encode())

    def open(self, sealed: bytes, name: str) -> bytes:
        """What was sealed under this name. Raises Broken."""
        start = len(_MARK)
        if not sealed.startswith(_MARK):
            raise Broken(name)
        try:
            return self._cipher.decrypt(
                sealed[start : start + _NONCE], sealed[start + _NONCE :], name.encode()
            )
        except (InvalidTag, ValueError) as error:
            raise Broken(name) from error
