"""What an order's page shows to its staff, and what it says when somebody else was faster. No URLs here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from app import policy
from app.errors import NotFound
from app.extensions import db
from app.flows import STATUSES, By, Move, Status
from app.kinds import Kind, kind_of
from app.permissions import P
from app.queries import chat as queries
from app.queries import orders
from app.queries.chat import Marks
from app.queries.orders import Event
from models import Order, Thread
from views import chat
from views.context import actor, can
from views.details import Fact, details

TABS = ("info", "chat", "notes")


@dataclass
class Case:
    """An order as its staff sees it. `own`: the reader is its orderer, and meets it on the portal."""

    order: Order
    kind: Kind
    status: Status
    own: bool
    moves: list[Move] = field(default_factory=list)
    history: list[Event] = field(default_factory=list)
    details: list[Fact] = field(default_factory=list)
    may_take: bool = False
    may_assign: bool = False
    #: What the reader could not know when he pressed: others' steps, or why it is refused.
    missed: list[Event] = field(default_factory=list)
    refusal: object = ""

    @property
    def seen(self) -> int:
        """The last journal line that the page shows: forms send it back, so that the answer can say what came after."""
        return self.history[-1].id if self.history else 0

    @property
    def open(self) -> bool:
        return not self.status.final

    @property
    def notes(self) -> bool:
        return not self.own and can(P.NOTES)


def case_of(number: int) -> Case:
    """Raises NotFound for an order that the reader neither serves nor ordered."""
    session, reader = db.session, actor()
    order = policy.load_order(session, reader, number)
    whose = policy.side(session, reader, order)
    if whose is None:
        raise NotFound
    kind, status = kind_of(order.kind), STATUSES[order.status]
    if whose is By.AUTHOR:
        return Case(order, kind, status, own=True)
    case = Case(order, kind, status, own=False)
    case.moves = _moves(case)
    case.history = orders.history(session, order, staff=True)
    case.details = details(order)
    case.may_assign = case.open and can(P.ORDERS_ASSIGN)
    to_do = any(move.style == "primary" for move in case.moves)
    case.may_take = to_do and can(P.ORDERS_EXECUTE) and order.executor_id is None
    return case


def _moves(case: Case) -> list[Move]:
    """The flow's rows for staff, as policy.moves gives them, without asking once more as whom the reader comes."""
    held = policy.rights(db.session, actor())
    steps = case.kind.flow.moves_from(case.order.status, By.STAFF)
    return [move for move in steps if move.right is None or move.right in held]


def refused(case: Case, refusal: object) -> Case:
    """The same with an explanation: what others did since the reader's page was made, else the refusal's own words."""
    seen = request.form.get("seen", type=int)
    if seen is not None:
        case.missed = [event for event in case.history if event.id > seen]
    case.refusal = refusal
    return case


def tab() -> str:
    chosen = request.args.get("tab", "")
    return chosen if chosen in TABS else "info"


def talk(case: Case, which: str, marks: Mapping[int, Marks] | None = None) -> Markup:
    """The chat's panel, or the notes'. Raises NotFound for notes that are not for the reader."""
    if which == "notes" and not case.notes:
        raise NotFound
    thread = _threads(case.order)[which]
    return Markup(render_template("parts/chat.html", **chat.panel(case.order, thread, marks=marks)))  # noqa: S704 - our template


def _threads(order: Order) -> dict[str, Thread]:
    return {"chat": order.thread, "notes": order.notes}


def context(case: Case) -> dict[str, object]:
    """What desk/_order.html draws. The talk that is not before the reader comes when its tab is opened."""
    if case.own:
        return {"case": case, "order": case.order}
    chosen = tab()
    shown = "notes" if chosen == "notes" and case.notes else "chat"
    order = case.order
    marks = queries.marks(db.session, order, actor(), staff=True)
    return {
        **state_context(case),
        "tab": chosen,
        "shown": shown,
        "talk": talk(case, shown, marks),
        "unread": {name: marks[thread.id].unread(thread) for name, thread in _threads(order).items()},
        "title": _("Order %(number)s", number=order.id),
    }


def state_context(case: Case) -> dict[str, object]:
    return {"case": case, "order": case.order, "history": case.history, "details": case.details}
