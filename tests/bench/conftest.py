"""Benchmarks work on a disk and serve as installations do."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture(scope="session")
def scratch() -> None:
    """The usual folder for temporary files (tests/conftest.py)."""


@pytest.fixture(autouse=True)
def _as_served(_app: Flask) -> Iterator[None]:
    """As app/web.py serves: templates are compiled and kept, and the collector does not walk through what was loaded
    at the start (here that is a test run, too: a fifth of a second in the middle of a request)."""
    _app.jinja_env.auto_reload = False
    gc.collect()
    gc.freeze()
    usual = gc.get_threshold()
    gc.set_threshold(20_000, 10, 10)
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()
