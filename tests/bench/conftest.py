"""Benchmarks work on a disk, as installations do."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def scratch() -> None:
    """The usual folder for temporary files (tests/conftest.py)."""
