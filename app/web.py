"""How gunicorn serves one web process: `gunicorn --config python:app.web "app.factory:create_app()"`.

What differs between installations comes from the environment (docs/operations.md); what is served is made by
app/factory.py. More processes are more gunicorns behind nginx: sockets and counters live in one process each.
"""

from __future__ import annotations

import gc
import os
import select
import signal
from typing import Any

from app.postgres import end_with_parent

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8080')}"
worker_class = "gevent"
workers = 1
worker_connections = 8000
# Open sockets never end by themselves: do not wait for them longer than people notice.
graceful_timeout = 3
# A picture or an export may keep the loop for a while; half a minute is a hang.
timeout = 30
control_socket_disable = True
# Which proxy headers are believed is said by ATRIUM_PROXIES alone.
secure_scheme_headers: dict[str, str] = {}
loglevel = os.environ.get("ATRIUM_WEB_LOG", "warning")
accesslog = os.environ.get("ATRIUM_ACCESS_LOG") or None

_gate = os.environ.pop("ATRIUM_GATE", "")


def post_fork(server: Any, worker: Any) -> None:
    """The worker ends with its master, and is patched before it imports anything.

    gunicorn would patch a moment later; psycopg decides at its import how to wait, so it must come after.
    """
    end_with_parent(signal.SIGTERM, parent=worker.ppid)()
    from gevent import monkey

    monkey.patch_all()
    _check_configuration()


def _check_configuration() -> None:
    """What only the operator can mend is one line and the end of gunicorn, not a traceback and another try."""
    from gunicorn.errors import AppImportError  # type: ignore[import-untyped]

    from app import production
    from app.config import Config, ConfigError

    try:
        production.check(Config.from_env())
    except ConfigError as error:
        raise AppImportError(f"Atrium cannot start: {error}") from error


def post_worker_init(worker: Any) -> None:
    """The app is made; serve when the other end of the supervisor's pipe is closed.

    It starts us and `flask prepare` at the same moment, for both spend most of their start on imports.
    create_app() asks nothing of the database, so it need not wait.
    """
    # What is loaded stays: to look through it again and again would hold up every socket.
    gc.freeze()
    # A page makes tens of thousands of objects, nearly all of which go with it: to look for circles among them after
    # every 700 takes a twentieth of its time.
    gc.set_threshold(20_000, 10, 10)
    while _gate and not select.select([int(_gate)], [], [], 5)[0]:
        worker.notify()  # or its master would take it for hanging
    # From the start, not from the first socket: an edited role or setting counts at once in every process.
    worker.wsgi.extensions["listen"]()
