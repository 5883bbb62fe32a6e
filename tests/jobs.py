"""Doing the queue's jobs within a test, instead of in the jobs process."""

from __future__ import annotations

import asyncio

from flask import Flask
from sqlalchemy import text

from app.extensions import db
from app.jobs.tasks import build

#: Fields of a cron line that has seconds.
_WITH_SECONDS = 6
_FAILED = (
    "SELECT task_name, status, args FROM procrastinate_jobs WHERE attempts > 0 AND status <> 'succeeded'"
)


def run_until_empty(app: Flask) -> None:
    """Every job that is due, and those which they make. Raises AssertionError if one failed.

    What comes at an hour of the day is left out: a worker makes up for what was due in the last ten minutes, so a test
    would find more at 06:40 than at noon. What comes each few seconds is due always."""
    queue = build(app)
    periodic = queue.periodic_registry.periodic_tasks
    for key in [key for key, one in periodic.items() if len(one.cron.split()) < _WITH_SECONDS]:
        del periodic[key]

    async def work() -> None:
        async with queue.open_async():
            await queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    asyncio.run(work())
    with app.app_context():
        failed = db.session.execute(text(_FAILED)).all()
        db.session.remove()
    assert not failed, f"jobs failed: {failed}"
