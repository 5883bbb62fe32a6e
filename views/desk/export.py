"""The export: every order of the filtered queue as CSV, streamed, by the rights of the queue."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from flask import Response, stream_with_context
from flask_babel import gettext as _

from app import clock
from app.extensions import db, socketio
from app.flows import STATUSES
from app.kinds import KINDS
from app.permissions import P
from app.queries import desk
from views.context import actor, local, needs
from views.desk.blueprint import blueprint
from views.desk.filters import asked

#: A cell that begins like this is a formula to spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PORTION = 200


@blueprint.get("/orders.csv")
@needs(P.DESK)
def export() -> Response:
    """Exactly what the queue shows with these filters, all pages of it."""
    db.session().reads = False  # the server's cursor lives in a transaction
    rows = desk.export(db.session, actor(), asked())
    name = f"orders-{local(clock.now()):%Y-%m-%d-%H%M}.csv"
    return Response(
        stream_with_context(_lines(rows)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _lines(rows: Iterator[Any]) -> Iterator[str]:
    # The mark tells Excel that the file is UTF-8.
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + csv_of([_heads()])
    portion: list[list[str]] = []
    for row in rows:
        portion.append(_cells(row))
        if len(portion) == _PORTION:
            yield csv_of(portion)
            portion = []
            # A long export lets the sockets of this process have their turn.
            socketio.sleep(0)
    yield csv_of(portion)


def _heads() -> list[str]:
    return [
        _("Number"),
        _("Created"),
        _("Service"),
        _("Kind"),
        _("Status"),
        _("Orderer"),
        _("Company"),
        _("Phone"),
        _("E-mail"),
        _("Place"),
        _("Executor"),
        _("Team"),
        _("Order details"),
        _("Waits for an answer since"),
        _("Closed at"),
    ]


def _cells(row: Any) -> list[str]:
    return [
        str(row.id),
        _moment(row.created_at),
        row.title,
        str(KINDS[row.kind].label) if row.kind in KINDS else row.kind,
        str(STATUSES[row.status].label),
        row.author.strip(),
        row.company or "",
        row.phone or "",
        row.email,
        row.place_name,
        (row.executor or "").strip(),
        row.team or "",
        "; ".join(f"{answer['label']}: {answer['text']}" for answer in row.answers),
        _moment(row.waiting_since),
        _moment(row.closed_at),
    ]


def _moment(moment: Any) -> str:
    """2026-05-13 14:42 in the reader's zone: a form that every spreadsheet reads and sorts."""
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""


def csv_of(rows: list[list[str]]) -> str:
    """The rows as spreadsheets read them, with nothing in them that is taken for a formula."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([[safe(cell) for cell in row] for row in rows])
    return out.getvalue()


def safe(cell: str) -> str:
    """The text as a spreadsheet may show it: never as a formula (an apostrophe before it says «text»)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
