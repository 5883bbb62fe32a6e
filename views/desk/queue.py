"""The queue: page, older rows, what has changed since, the window of filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from app.actions import inbox
from app.extensions import db
from app.flows import STATUSES
from app.kinds import KINDS
from app.permissions import P
from app.queries import desk, people
from app.queries.orders import COUNT_CAP, Filters
from views.context import actor, bell, needs
from views.desk.blueprint import blueprint, is_fragment
from views.desk.filters import FLAGS, Box, asked, boxes, chips, here, read, settled, written
from views.desk.rows import Look

#: Rows that a page may ask to be drawn anew at once.
_MOST = 100
_LARGEST = 2**63 - 1


@blueprint.get("/")
@needs(P.DESK)
def queue() -> ResponseReturnValue:
    """The queue with no order opened; htmx asks it for older rows."""
    if (meant := settled(request.args)) is not None:
        return redirect(url_for("desk.queue", **meant))
    filters, before = asked(), _position(request.args.get("before"))
    if is_fragment():
        page = desk.queue(db.session, actor(), filters, before=before)
        return render_template("desk/_more.html", page=page, **_list(filters))
    return render_template("desk/page.html", pane="queue", **frame(filters, before=before))


@blueprint.get("/changes")
@needs(P.DESK)
def changes() -> Response:
    """What a live queue has to draw anew: the rows that it names (those that still match), what
    became of the others, which newer orders match, the counters."""
    filters, top = asked(), _position(request.args.get("top"))
    named = _named(request.args.get("rows", ""))
    found = _rows(filters, list(named))
    # What has left the list is shown as it is now, pale.
    left = _rows(Filters(), list(named.keys() - {row.id for row in found}))
    look = Look(filters)
    menu = _counted(boxes())
    counted = desk.counts(db.session, actor(), menu)
    return jsonify(
        rows={row.id: "" if named[row.id] == look.mark(row) else look.draw(row) for row in found},
        gone={row.id: look.draw(row) for row in left},
        # An empty list has no top: whatever matches is new to it.
        fresh=desk.newer(db.session, actor(), filters, top) if top is not None else [],
        counts={name: {"count": counted[name], "text": counter(counted[name])} for name in menu},
    )


def _rows(filters: Filters, numbers: list[int]) -> Sequence[Any]:
    return desk.queue_rows(db.session, actor(), filters, numbers) if numbers else []


def _named(text: str) -> dict[int, str]:
    """The rows that a page has, each with the mark of how it looks there: «100042~7-0-»."""
    named: dict[int, str] = {}
    for part in text.split(",")[:_MOST]:
        key, _tilde, look = part.partition("~")
        if found := _position(key):
            named[found] = look
    return named


@blueprint.get("/filters")
@needs(P.DESK)
def filters() -> str:
    """The form of all filters, as a window or as a page of its own."""
    wanted = read(request.args)
    body = render_template(
        "desk/_filters.html",
        filters=wanted,
        given=written(wanted),
        names=desk.names(db.session, wanted),
        statuses=[(status.name, status.label) for status in STATUSES.values()],
        kinds=[(kind.name, kind.label) for kind in KINDS.values()],
        services=desk.services(db.session),
        teams=[(team.id, team.name) for team in people.teams(db.session)],
        flags=FLAGS,
    )
    return body if is_fragment() else single(_("Filters"), body)


@blueprint.get("/keys")
@needs(P.DESK)
def keys() -> str:
    """The list of keyboard shortcuts."""
    body = render_template("desk/_keys.html", menu=boxes().values())
    return body if is_fragment() else single(_("Keyboard shortcuts"), body)


@blueprint.get("/bell", endpoint="bell")
@needs(P.DESK)
def counted_notices() -> str:
    """The counter of notices, asked for when one has come."""
    return render_template("desk/_bell.html", count=bell())


# --- what pages of the desk have in common ------------------------------------------------------------------------


def frame(filters: Filters, *, before: int | None = None, subject: str = "") -> dict[str, Any]:
    """The menu and the queue, as desk/page.html wants them; `subject` is what is opened beside them. Two statements,
    one more for each row that a filter names."""
    menu = boxes()
    box = next((box for box in menu.values() if box.filters == filters), None)
    return {
        **menu_of(menu, box, subject),
        "page": desk.queue(db.session, actor(), filters, before=before),
        "heading": box.label if box else _("Found orders"),
        "box": box,
        "before": before,
        "kept": here,
        "chips": [] if box else chips(filters),
        "plural": _plural(),
        **_list(filters),
    }


def menu_of(menu: dict[str, Box], current: Box | None, subject: str = "") -> dict[str, Any]:
    """The menu with its counters. The reader has the `subject` («order:42») before him: its notices are read."""
    counted = desk.counts(db.session, actor(), _counted(menu), subject)
    if counted["here"]:
        inbox.read(actor(), subject=subject)
        counted["notices"] = bell()
    return {"menu": menu.values(), "current": current, "counted": counted, "counter": counter}


def single(title: str, body: str) -> str:
    """A window's content as a page of its own, for browsers without a script."""
    # The body is what another template has drawn.
    return render_template("desk/single.html", title=title, body=Markup(body), **menu_of(boxes(), None))  # noqa: S704


def _list(filters: Filters) -> dict[str, Any]:
    """What rows need: the filters, and the parameters that keep them on every link."""
    return {"filters": filters, "here": here(filters), "look": Look(filters)}


def _counted(menu: dict[str, Box]) -> dict[str, Filters]:
    return {name: box.filters for name, box in menu.items() if box.count}


def counter(count: int) -> str:
    return str(count) if count < COUNT_CAP else f"{COUNT_CAP - 1}+"


def _plural() -> dict[str, str]:
    """«3 новых» in every plural form that the language has, for the script that counts."""
    forms = {"one": 1, "few": 2, "many": 5, "other": 5}
    return {
        form: ngettext("%(num)s new order", "%(num)s new orders", size).replace(str(size), "#")
        for form, size in forms.items()
    }


def _position(text: str | None) -> int | None:
    """An order's number in a query string, or None for what cannot be one."""
    if text and text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= _LARGEST:
        return int(text)
    return None
