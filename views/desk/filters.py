"""The queue's filters in the URL: read (what people type there never fails), written, shown as chips."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import flash, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app import clock, policy, settings
from app.extensions import db
from app.flows import NEW, STATUSES
from app.kinds import KINDS
from app.permissions import P
from app.queries import desk
from app.queries.orders import Filters
from views.context import actor, day, timezone

#: Filters that are there or not, under their names in the URL.
FLAGS = {
    "mine": _l("My orders"),
    "unassigned": _l("Unassigned"),
    "unanswered": _l("Unanswered"),
    "overdue": _l("Overdue"),
    "open": _l("Still open"),
}
#: Filters by a row of a table: name in the URL → field of Filters.
THINGS = {"service": "service", "executor": "executor", "team": "team", "who": "author"}
#: Those whose rows are people; the form has a field «who_name» beside «who».
PEOPLE = {"executor": "executor", "who": "author"}
NAMES = ("status", "kind", *THINGS, *FLAGS, "from", "to", "q")

_LARGEST = 2**31 - 1


def late() -> dt.datetime:
    """The moment before which what still waits is overdue; one for the whole request."""
    if "late" not in g:
        g.late = clock.now() - dt.timedelta(hours=settings.get(db.session, "reaction_hours"))
    return g.late  # type: ignore[no-any-return]


def read(args: MultiDict[str, str]) -> Filters:
    """The filters of a query string; whatever is not understood is as if it were not there."""
    return Filters(
        status=tuple(name for name in STATUSES if name in args.getlist("status")),
        kind=kind if (kind := args.get("kind", "")) in KINDS else "",
        **{field: number(args.get(name)) for name, field in THINGS.items()},
        **{name: args.get(name) == "1" for name in FLAGS if name != "overdue"},
        late=late() if args.get("overdue") == "1" else None,
        since=_midnight(args.get("from")),
        until=_midnight(args.get("to"), following=1),
        words=args.get("q", "").replace("\0", "").strip()[:100],
    )


def settled(args: MultiDict[str, str]) -> dict[str, Any] | None:
    """What the form of filters means, as parameters of the queue; None if the query string is not the form's. People
    are chosen by id where a script helps, else by the name that was typed: that of one person only."""
    typed = {field: args[f"{name}_name"].strip() for name, field in PEOPLE.items() if f"{name}_name" in args}
    if not typed:
        return None
    wanted = read(args)
    named = desk.names(db.session, wanted)
    for field, name in typed.items():
        if not name:
            wanted = replace(wanted, **{field: None})
        elif name != named.get(field):
            wanted = _found(wanted, field, name)
    return here(wanted)


def _found(wanted: Filters, field: str, name: str) -> Filters:
    if field == "executor":
        people = [hand.user for hand in desk.executors(db.session, name, 2)]
    else:
        people = [one.user for one in desk.orderers(db.session, actor(), name, 2)]
    if len(people) == 1:
        return replace(wanted, **{field: people[0].id})
    flash(
        _("“%(name)s”: several people are called so, or nobody. Write the whole name.", name=name[:80]),
        "warning",
    )
    return replace(wanted, **{field: None})


def number(text: str | None) -> int | None:
    """A row's id, or None for what cannot be one."""
    if text and text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= _LARGEST:
        return int(text)
    return None


def _midnight(text: str | None, following: int = 0) -> dt.datetime | None:
    try:
        date = dt.date.fromisoformat(text or "")
    except ValueError:
        return None
    if not 2000 <= date.year <= 2100:
        return None
    return dt.datetime.combine(date + dt.timedelta(days=following), dt.time(), timezone())


def written(filters: Filters) -> dict[str, Any]:
    """The filters as parameters of url_for; reading them again gives the same."""
    found: dict[str, Any] = {
        "status": list(filters.status),
        "kind": filters.kind,
        **{name: getattr(filters, field) for name, field in THINGS.items()},
        **{name: "1" for name in FLAGS if name != "overdue" and getattr(filters, name)},
        "overdue": "1" if filters.late else "",
        "from": filters.since.astimezone(timezone()).date().isoformat() if filters.since else "",
        "to": _last_day(filters.until).isoformat() if filters.until else "",
        "q": filters.words,
    }
    return {name: value for name, value in found.items() if value}


def _last_day(until: dt.datetime) -> dt.date:
    return until.astimezone(timezone()).date() - dt.timedelta(days=1)


# --- boxes: the filters that the menu offers ----------------------------------------------------------------------


@dataclass(frozen=True)
class Box:
    """A line of the menu. `count` says whether it has a counter, `loud` whether the counter is a badge."""

    name: str
    label: object
    icon: str
    filters: Filters
    key: str
    count: bool = True
    loud: bool = False
    phone: bool = False

    @property
    def query(self) -> str:
        return urlencode(here(self.filters), doseq=True)


def boxes() -> dict[str, Box]:
    """The menu's lines in order."""
    finished = tuple(status.name for status in STATUSES.values() if status.final)
    rows = (
        Box("new", _l("New orders"), "sparkles", Filters(status=(NEW.name,)), "n", loud=True, phone=True),
        Box("mine", _l("Mine"), "user-check", Filters(mine=True, open=True), "m", phone=True),
        Box("unassigned", _l("Unassigned"), "user-plus", Filters(unassigned=True), "u"),
        Box(
            "unanswered",
            _l("Unanswered"),
            "message-circle",
            Filters(unanswered=True),
            "a",
            loud=True,
            phone=True,
        ),
        Box("overdue", _l("Overdue"), "hourglass", Filters(late=late()), "o", loud=True),
        Box("open", _l("Open orders"), "inbox", Filters(open=True), "e", phone=True),
        Box("finished", _l("Finished"), "check-check", Filters(status=finished), "f", count=False),
        Box("all", _l("All orders"), "layers", Filters(), "l", count=False),
    )
    return {box.name: box for box in rows}


def asked() -> Filters:
    """What this request asks for. A bare address shows all that is open, to executors their own work."""
    if any(name in request.args for name in (*NAMES, "all")):
        return read(request.args)
    whole = policy.can(db.session, actor(), P.ORDERS_SEE_ALL)
    return Filters(open=True) if whole else Filters(mine=True, open=True)


def here(filters: Filters) -> dict[str, Any]:
    """The parameters that keep the list on every link of a page."""
    return written(filters) or {"all": "1"}


# --- chips: the filters that are set, each with a way to take it off ----------------------------------------------


@dataclass(frozen=True)
class Chip:
    text: str
    without: Filters


def chips(filters: Filters) -> list[Chip]:
    return [Chip(text, without) for text, without in _parts(filters, desk.names(db.session, filters))]


def _parts(filters: Filters, names: Mapping[str, str]) -> Iterator[tuple[str, Filters]]:
    if filters.words:
        yield _("“%(words)s”", words=filters.words), replace(filters, words="")
    for status in filters.status:
        rest = tuple(name for name in filters.status if name != status)
        yield str(STATUSES[status].label), replace(filters, status=rest)
    if filters.kind:
        yield str(KINDS[filters.kind].label), replace(filters, kind="")
    for name, field in THINGS.items():
        if getattr(filters, field) is not None:
            yield _THING_TEXTS[name] % {"name": names[field]}, replace(filters, **{field: None})
    for name, label in FLAGS.items():
        field = "late" if name == "overdue" else name
        if getattr(filters, field):
            yield str(label), replace(filters, **{field: Filters.__dataclass_fields__[field].default})
    if filters.since:
        yield _("from %(day)s", day=day(filters.since)), replace(filters, since=None)
    if filters.until:
        yield _("to %(day)s", day=day(_last_day(filters.until))), replace(filters, until=None)


_THING_TEXTS = {
    "service": _l("Service: %(name)s"),
    "executor": _l("Executor: %(name)s"),
    "team": _l("Team: %(name)s"),
    "who": _l("Orderer: %(name)s"),
}
