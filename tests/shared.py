"""What conftest.py and its fixtures' modules have in common."""

from __future__ import annotations

import pytest
from flask import Flask

from models import User

#: The secret key of the app and of the stack: a cookie made for one is good for the other.
SECRET = "of no worth outside the tests"

#: Whether the body of a test failed, for its fixtures.
FAILED = pytest.StashKey[bool]()


def session_cookie(app: Flask, user: User) -> str:
    """The value of the cookie that a sign-in would set."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(serializer.dumps({"_user_id": user.get_id(), "_fresh": True}))
