"""«Уведомления» and the bell."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.actions import inbox as actions
from app.errors import NotFound
from app.extensions import db
from app.queries import inbox
from views.context import actor, day_long, local, signed_in, timezone
from views.numbers import LARGE, number
from views.portal.base import fragment, portal


@portal.get("/notices")
@signed_in
def notices() -> ResponseReturnValue:
    """The reader's notices, newest first."""
    before = number(request.args, "before", LARGE)
    items, older = inbox.notices(db.session, actor(), timezone(), before=before)
    page = "portal/_notices.html" if fragment() else "portal/notices.html"
    return render_template(
        page,
        days=_by_day(items),
        unread=any(item.unread for item in items),
        older=older,
        before=before,
        address=_address,
    )


#: What a notice is about → the page that shows it. Each sends the staff's and the provider's side on to theirs.
_PAGES = {
    "order": ("portal.order", "number"),
    "appointment": ("portal.appointment", "appointment_id"),
    "client": ("portal.provider_chat", "client_id"),
    "terms": ("pair.terms", "client_id"),
    "package": ("portal.package", "sold_id"),
    # Who has lost the access reads there that he has.
    "provider": ("practice.team", "provider_id"),
}


def _address(subject: str) -> str:
    kind, _sep, key = subject.partition(":")
    if kind not in _PAGES:
        return ""
    endpoint, name = _PAGES[kind]
    return url_for(endpoint, **{name: int(key)})


@portal.get("/notices/<int(max=9223372036854775807):notice_id>")
@signed_in
def notice(notice_id: int) -> ResponseReturnValue:
    """From a letter to what it is about."""
    found = inbox.notice(db.session, actor(), notice_id)
    if found is None:
        raise NotFound
    return redirect(_address(found.subject) or url_for("portal.notices"))


@portal.post("/notices/read")
@signed_in
def read_notices() -> ResponseReturnValue:
    """Mark all as read, or the one that `id` names."""
    named = number(request.form, "id", LARGE) or 0 if request.form.get("id") else None
    actions.read(actor(), notice_id=named)
    return redirect(url_for("portal.notices"), 303)


@portal.get("/notices/bell")
@signed_in
def bell() -> ResponseReturnValue:
    """The counters of the frame, each for its own place in it."""
    return render_template("portal/_counters.html")


def _by_day(items: list[inbox.Item]) -> list[tuple[str, list[inbox.Item]]]:
    return [
        (_day(date), list(group)) for date, group in groupby(items, key=lambda item: local(item.at).date())
    ]


def _day(date: dt.date) -> str:
    match (local(clock.now()).date() - date).days:
        case 0:
            return _("Today")
        case 1:
            return _("Yesterday")
        case _:
            return day_long(date)
