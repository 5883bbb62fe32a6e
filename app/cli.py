"""Commands: flask prepare · sync · jobs · watchdog · create-admin · bench-data."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click
from flask import Flask, current_app
from flask_babel import force_locale
from flask_migrate import upgrade
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import OperationalError

from app import production, security
from app.config import Config, ConfigError
from app.extensions import db
from app.permissions import OPERATOR

#: One process at a time prepares the database; the others wait for it.
_LOCK = 20_260_101
#: Seconds after which a jobs process that shall end is ended by the kernel: a little less than run.py gives it.
_LAST_WORDS = 7


def init_app(app: Flask) -> None:
    for command in (prepare, sync, jobs, watchdog, create_admin, bench_data):
        app.cli.add_command(command)


@click.command()
@click.option("--demo/--no-demo", default=None, help="Load the demo data if the database is empty.")
def prepare(demo: bool | None) -> None:
    """Migrate, sync the roles and, on a first start, load the demo data. Prints the demo accounts."""
    config: Config = current_app.config["ATRIUM"]
    wanted = (os.environ.get("ATRIUM_DEMO", "1") != "0") if demo is None else demo
    try:
        production.check_database(config.database_url)
        with _alone():
            upgrade()
            security.sync(db.session)
            _demo(wanted and not config.production)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'the system'}: {error.strerror}") from error
    except OperationalError as error:  # the server went away, its disk is full
        raise click.ClickException(str(error.orig).partition("\n")[0]) from error


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time changes what all of them rely on; the others wait."""
    with db.engine.connect() as guard:
        guard.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        try:
            yield
        finally:
            guard.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})


def _demo(wanted: bool) -> None:
    from app import demo  # loads the whole story: only here

    if wanted and not demo.is_loaded(db.session) and demo.is_empty(db.session):
        with force_locale("ru"):
            demo.load(db.session, current_app.extensions["storage"], current_app.extensions["safe"])
    if demo.is_loaded(db.session):
        for row in demo.accounts():
            click.echo("\t".join(row))


@click.command("sync")
def sync() -> None:
    """Add new rights and roles; keep what administrators changed."""
    with _alone():
        security.sync(db.session)


@click.command("jobs")
def jobs() -> None:
    """Run the jobs process: notices, mails, timers."""
    from app.jobs.tasks import build

    queue = build(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001  # the documented way to the app itself

    async def work() -> None:
        async with queue.open_async():
            worker = asyncio.ensure_future(
                queue.run_worker_async(
                    concurrency=4,
                    fetch_job_polling_interval=0.5,
                    shutdown_graceful_timeout=5,
                    update_heartbeat_interval=5,
                    install_signal_handlers=False,
                )
            )
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, _end, worker)
            with suppress(asyncio.CancelledError):
                await worker

    asyncio.run(work())


def _end(worker: asyncio.Future[None]) -> None:
    """Finish what has begun and take nothing more; but a database that is ending too may never answer again."""
    signal.alarm(_LAST_WORDS)
    worker.cancel()


@click.command("watchdog")
def watchdog() -> None:
    """Run the watchdog of calls of help: escalates what nobody accepts."""
    from app.jobs.watchdog import run

    run(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001  # the documented way to the app itself


@click.command("create-admin")
@click.argument("email")
@click.option("--first-name", prompt=True)
@click.option("--last-name", prompt=True)
@click.password_option()
def create_admin(email: str, first_name: str, last_name: str, password: str) -> None:
    """Open the first account with every right."""
    from flask_appbuilder.security.sqla.models import Role

    from app.actions import people
    from app.errors import Invalid

    if not inspect(db.engine).has_table("ab_user"):
        raise click.ClickException("the database has no tables yet: `prepare` makes them")
    try:
        user = people.register(first_name, last_name, email, password, invited=True)
    except Invalid as error:
        sys.exit("; ".join(str(text) for text in (error.fields or {"": error.text}).values()))
    user.roles.append(db.session.scalars(select(Role).where(Role.name == OPERATOR)).one())
    db.session.commit()
    click.echo(f"{user.email}: {OPERATOR}")


@click.command("bench-data")
@click.option("--orders", type=click.IntRange(1, 10_000_000), required=True)
def bench_data(orders: int) -> None:
    """Fill an empty database with many orders, for the benchmarks."""
    from app import bench_data as filler

    try:
        filler.fill(db.session, orders, echo=click.echo)
    except RuntimeError as error:
        sys.exit(str(error))
