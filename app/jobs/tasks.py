"""The table of tasks. A task may run more than once: what it calls makes that harmless."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

import procrastinate
import procrastinate.builtin_tasks
from flask import Flask
from procrastinate.jobs import Status

from app.actions import (
    appointment_timers,
    consoles,
    documents,
    drills,
    files,
    orders,
    people,
    presses,
    telling,
    terms,
)
from app.config import Config, libpq_url
from app.delivery import dispatch, letters, mail
from app.extensions import db
from app.storage import Storage
from models import User

log = logging.getLogger(__name__)

#: Seconds after which a job whose worker fell silent is given to another.
STALLED = 15


def build(app: Flask) -> procrastinate.App:
    """The queue's application with every task, bound to the Flask app."""
    config: Config = app.config["ATRIUM"]
    connector = procrastinate.PsycopgConnector(
        conninfo=libpq_url(app.config["SQLALCHEMY_DATABASE_URI"]), min_size=1, max_size=4
    )
    jobs = procrastinate.App(connector=connector)
    retry = procrastinate.RetryStrategy(max_attempts=10, exponential_wait=2)
    storage = Storage(config.uploads)

    def task(name: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
        return _task(app, jobs, name, retry=retry, **options)

    def every(cron: str, name: str, work: Callable[[], Any]) -> None:
        """A periodic task (a sixth field of `cron` are seconds). Two of a kind never run at once, and one that is
        late does not pile up."""

        def run(timestamp: int) -> None:
            with app.app_context():
                work()

        jobs.periodic(cron=cron)(jobs.task(name=name, queueing_lock=name, lock=name)(run))

    @task("deliver")
    def deliver(entry_id: int) -> None:
        dispatch.deliver(db.session, entry_id)

    @task("tell_of_version")
    def tell_of_version(version_id: int) -> None:
        _until_none(lambda: terms.tell_of_version(version_id))

    _mails(task, config)
    every("* * * * * */10", "expire_due", lambda: _until_none(orders.expire_due))
    every("* * * * * */10", "lapse_appointments", lambda: _until_none(appointment_timers.lapse_due))
    every("* * * * * */30", "expire_appointments", lambda: _until_none(appointment_timers.expire_due))
    every("* * * * * */30", "remind_of_appointments", lambda: _until_none(appointment_timers.remind_due))
    # The watchdog does this several times a second; while it is dead, calls of help go on from here.
    every("* * * * * */5", "escalate_due", lambda: _until_none(telling.escalate_due))
    every("13 * * * *", "forget_silent", consoles.forget_silent)
    every("37 6 * * *", "remind_of_drill", drills.remind)
    every("* * * * * */30", "remind_due", lambda: _until_none(orders.remind_due))
    every("29 * * * *", "forget_download_links", documents.forget_links)
    every("11 3 * * *", "forget_old_presses", presses.forget_old)
    every("23 3 * * *", "forget_ended_sessions", people.forget_ended_sessions)
    every("17 3 * * *", "clear_drafts", lambda: files.clear_drafts(storage))
    _retry_stalled(jobs)
    return jobs


def _mails(task: Callable[[str], Callable[..., Any]], config: Config) -> None:
    """The tasks that send a mail."""

    @task("mail_reset_link")
    def mail_reset_link(email: str, locale: str) -> None:
        user = people.find(email)
        if user is not None and user.active:
            link = f"{config.base_url}/reset/{people.make_reset_link(user)}"
            mail.send(user.email, "reset_link", user.locale or locale, user=user, link=link, hours=2)

    @task("mail_password_changed")
    def mail_password_changed(user_id: int) -> None:
        user = db.session.get(User, user_id)
        if user is not None and user.active:
            link = f"{config.base_url}/reset"
            mail.send(user.email, "password_changed", user.locale or "ru", user=user, link=link)

    @task("mail_notice")
    def mail_notice(notice_id: int) -> None:
        letters.send(db.session, notice_id, config.base_url)


def _task(
    app: Flask, jobs: procrastinate.App, name: str, **options: Any
) -> Callable[[Callable[..., Any]], Any]:
    def register(work: Callable[..., Any]) -> Any:
        @wraps(work)
        def run(**args: Any) -> None:
            with app.app_context():
                work(**args)

        return jobs.task(name=name, **options)(run)  # type: ignore[no-untyped-call]

    return register


def _until_none(step: Callable[[], int]) -> None:
    while step():
        pass


def _retry_stalled(jobs: procrastinate.App) -> None:
    """A job whose worker was killed stays «doing» until somebody looks: this task does."""

    async def retry_stalled(timestamp: int) -> None:
        for job in await jobs.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            if job.queueing_lock:
                # A periodic one holds up the next, which may already wait; two cannot wait (queueing_lock).
                await jobs.job_manager.finish_job(job, Status.ABORTED, delete_job=False)
                continue
            log.warning("job %s (%s) lost its worker, again", job.id, job.task_name)
            await jobs.job_manager.retry_job(job)

    jobs.periodic(cron="* * * * * */15")(
        jobs.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=False)(retry_stalled)
    )

    @jobs.periodic(cron="41 * * * *")
    @jobs.task(name="remove_old_jobs", queueing_lock="remove_old_jobs", pass_context=True)
    async def remove_old_jobs(context: procrastinate.JobContext, timestamp: int) -> None:
        await procrastinate.builtin_tasks.remove_old_jobs(
            context, max_hours=72, remove_failed=False, remove_cancelled=True
        )
