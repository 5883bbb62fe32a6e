"""How rows of the queue look: what is the same for many of them is worked out once a request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import get_template_attribute, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from app import policy
from app.extensions import db
from app.flows import By
from app.kinds import kind_of
from app.permissions import P
from app.queries.orders import Filters
from views.context import actor, day, locale, moment, status_chips, timezone
from views.desk.filters import here

#: Rows that are drawn already, by all that they show: 1.5 kB each.
_KEPT = 4000
_drawn: dict[Hashable, Markup] = {}
_END = Markup("</li>")


@dataclass(frozen=True)
class Press:
    """A button of a row: where it is sent, and whom it makes the executor."""

    url: str
    label: object
    style: str
    icon: str
    to: str = ""


class Look:
    """What templates/desk/rows.html asks. `here` keeps the filters on every link."""

    def __init__(self, filters: Filters) -> None:
        self.here = here(filters)
        self.reader = actor().id
        self._zone = timezone()
        self._query = urlencode(self.here, doseq=True)
        # One address is asked of the routes, the others differ by their number.
        self._base = url_for("desk.order", number=0).removesuffix("0")
        self._days: dict[dt.date, str] = {}
        self._everybody = (locale(), self._zone, self._query)
        self._row = get_template_attribute("desk/rows.html", "row")
        self._act = get_template_attribute("desk/rows.html", "act")
        self.chip = status_chips()

    def address(self, number: int) -> str:
        return f"{self._base}{number}?{self._query}"

    def _press(self, number: int, what: str) -> str:
        return f"{self._base}{number}/{what}?{self._query}"

    def day(self, at: dt.datetime) -> str:
        date = at.astimezone(self._zone).date()
        if date not in self._days:
            self._days[date] = day(date)
        return self._days[date]

    def waits(self, since: dt.datetime) -> str:
        return str(_("Waits for an answer since %(moment)s", moment=moment(since)))

    def next(self, order: Any) -> Press | None:
        """The one button of a row on the phone: the executor's next step, or to take what nobody has taken yet."""
        taken = order.executor_id is not None
        if order.executor_id != self.reader if taken else not self._may_take(order):
            return None
        steps = kind_of(order.kind).flow.moves_from(order.status, By.STAFF)
        step = next((step for step in steps if step.right in self._held and step.style == "primary"), None)
        if step is None:
            return None
        if taken:
            return Press(self._press(order.id, f"moves/{step.name}"), step.label, step.style, step.icon)
        return Press(self._press(order.id, "assign"), _("Take it myself"), "secondary", "user-check", to="me")

    def _may_take(self, order: Any) -> bool:
        # Nobody serves the own order.
        return P.ORDERS_EXECUTE in self._held and order.author_id != self.reader

    @cached_property
    def _held(self) -> frozenset[P]:
        return policy.rights(db.session, actor())

    @staticmethod
    def mark(order: Any) -> str:
        """What a row looks like, in short: it is drawn anew when this differs."""
        waits = int(order.waiting_since.timestamp()) if order.waiting_since else ""
        return f"{order.version}-{order.unread}-{waits}"

    def draw(self, order: Any) -> Markup:
        """A row's HTML. But for the reader's own button it looks the same to everybody with this language, zone and
        these filters, until the order changes: it is drawn once, for a page has forty of them."""
        key = (*order, self._everybody)
        if (row := _drawn.get(key)) is None:
            if len(_drawn) >= _KEPT:
                _drawn.clear()
            row = _drawn[key] = self._row(order, self)
        step = self.next(order)
        return row + (self._act(order, step) if step else "") + _END
