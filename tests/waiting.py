"""Waiting for a condition instead of sleeping. Nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(condition: Callable[[], T], *, seconds: float = 60.0) -> T:
    """The first true value of the condition. Raises AssertionError when the time is up."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{condition} did not become true within {seconds} s"
        time.sleep(0.02)
    return value
