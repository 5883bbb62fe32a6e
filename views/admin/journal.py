"""The journal: who did what and when, for reading only. The query is in app/queries/journal.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import policy
from app.extensions import db
from app.permissions import P
from app.queries import journal
from models import Entry, User
from views.admin import choices
from views.admin.journal_words import GROUPS, details, kind_label
from views.admin.pages import READ, Page, quoted
from views.context import actor, timezone

#: Subject → page that shows it: (endpoint, name of its number, right to open it).
_PAGES: Mapping[str, tuple[str, str, P]] = {
    "order": ("desk.order", "number", P.DESK),
    "user": ("PersonView.show", "pk", P.PEOPLE_READ),
    "company": ("CompanyView.show", "pk", P.PEOPLE_READ),
    "team": ("TeamView.show", "pk", P.PEOPLE_READ),
    "role": ("RoleView.show", "pk", P.ROLES_READ),
    "place": ("PlaceView.show", "pk", P.PLACES_READ),
    "category": ("CategoryView.show", "pk", P.CATALOGUE_READ),
    "service": ("ServiceView.show", "pk", P.CATALOGUE_READ),
}


@dataclass(frozen=True)
class Line:
    entry: Entry
    what: str
    details: list[str]
    subject: str
    address: str


class JournalView(Page, BaseView):  # type: ignore[misc]
    key, route_base, default_view = "journal", "/admin/journal", "entries"
    class_permission_name = "Journal"
    method_permission_name: ClassVar = {"entries": READ}

    @expose("/")  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def entries(self) -> ResponseReturnValue:
        typed = {name: request.args.get(name, "").replace("\0", "").strip()[:60] for name in _FILTERS}
        found = journal.page(
            db.session,
            _filters(typed),
            before=_number(request.args.get("before", "")),
            after=_number(request.args.get("after", "")),
        )
        person = choices.load("people", typed["person"])
        return self.render_template(
            "admin/journal.html",
            lines=(lines := _lines(found.entries)),
            # All lines of such a list are about one thing.
            about=lines[0].subject if lines else typed["subject"],
            typed=typed,
            groups=GROUPS,
            kind_label=kind_label,
            person=[(person.id, person.name)] if person else [],
            newer=_turned(typed, after=found.newer) if found.newer else "",
            older=_turned(typed, before=found.older) if found.older else "",
            first=_turned(typed),
        )


_FILTERS = ("kind", "person", "subject", "since", "until")


def _filters(typed: Mapping[str, str]) -> journal.Filters:
    """What is not understood is as if it were not there."""
    since, until = _day(typed["since"]), _day(typed["until"])
    kinds = next((kinds for name, _label, kinds in GROUPS if name == typed["kind"]), ())
    return journal.Filters(
        kinds=kinds or ((typed["kind"],) if "." in typed["kind"] else ()),
        actor=0 if typed["person"] == "system" else choices.key(typed["person"]),
        subject=_subject(typed["subject"]),
        since=since,
        until=until + dt.timedelta(days=1) if until else None,
    )


def _subject(text: str) -> str:
    """An order's number stands for its order."""
    return f"order:{text.lstrip('№# ')}" if text.lstrip("№# ").isdecimal() else text


def _day(text: str) -> dt.datetime | None:
    """The first moment of a day in the reader's zone."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    # The very first and last days have no moment in some zone.
    return dt.datetime(day.year, day.month, day.day, tzinfo=timezone()) if 1970 < day.year < 2200 else None


def _number(text: str) -> int | None:
    """The number of a line, within what the column holds."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _turned(typed: Mapping[str, str], **more: int) -> str:
    pairs = {name: value for name, value in (typed | more).items() if value}
    return f"{url_for('JournalView.entries')}?{urlencode(pairs)}"


def _lines(entries: Sequence[Entry]) -> list[Line]:
    people = {int(e.subject[5:]) for e in entries if e.subject[:5] == "user:" and e.subject[5:].isdecimal()}
    rows = db.session.scalars(select(User).where(User.id.in_(people))) if people else ()
    names = {f"user:{user.id}": user.name for user in rows}
    return [_line(entry, names.get(entry.subject, "")) for entry in entries]


def _line(entry: Entry, name: str) -> Line:
    kind, _sep, number = entry.subject.partition(":")
    endpoint, key, right = _PAGES.get(kind, ("", "", P.ADMIN))
    opens = endpoint and number.isdecimal() and policy.can(db.session, actor(), right)
    return Line(
        entry,
        kind_label(entry.kind),
        details(entry),
        name or _subject_label(kind, number, entry.data),
        url_for(endpoint, **{key: number}) if opens and not entry.kind.endswith(".removed") else "",
    )


_SUBJECTS = {
    "user": _l("Person"),
    "company": _l("Company"),
    "team": _l("Team"),
    "role": _l("Role"),
    "place": _l("Place"),
    "category": _l("Category"),
    "service": _l("Service"),
    "membership": _l("Member"),
    "setting": _l("Setting"),
    "provider": _l("Specialist or organization"),
}


def _subject_label(kind: str, number: str, data: Mapping[str, Any]) -> str:
    label = str(_SUBJECTS.get(kind, kind))
    if kind == "order":
        return _("Order %(number)s", number=number)
    if name := data.get("name"):
        return _("%(kind)s “%(name)s”", kind=label, name=quoted(name))
    return f"{label} {number}".strip()
