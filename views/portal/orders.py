"""«Мои заказы» and the page of an order."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.actions import orders as actions
from app.errors import IllegalMove, Invalid, Stale
from app.extensions import db
from app.flows import STATUSES, By
from app.kinds import kind_of
from app.permissions import P
from app.policy import can, companies_of, load_order, moves, side
from app.queries import catalogue
from app.queries import orders as queries
from app.queries.orders import Filters
from models import Order, OrderKind
from views import chat
from views.context import actor, counters, signed_in, status_chips
from views.details import details
from views.numbers import LARGE, whole
from views.portal.base import fragment, portal

#: The three boxes of «Мои заказы», by their word in the URL.
BOXES = {
    "active": Filters(open=True),
    "finished": Filters(status=tuple(name for name, status in STATUSES.items() if status.final)),
    "all": Filters(),
    #: Everybody's orders in the companies that the reader runs, for who has the right.
    "company": Filters(),
}


@portal.get("/orders")
@signed_in
def orders() -> ResponseReturnValue:
    """The reader's own orders, newest first (S0-1), or those of the companies that the reader runs (I-22). Box, words
    and place in the list are in the URL."""
    box = request.args.get("show", "active")
    companies = companies_of(db.session, actor())
    if box not in BOXES or (box == "company" and not companies):
        box = "active"
    words = request.args.get("q", "").replace("\0", "").strip()[:100]
    before = whole(request.args.get("before"), LARGE)
    filters = Filters(status=BOXES[box].status, open=BOXES[box].open, words=words)
    if box == "company":
        page = queries.company_orders(db.session, actor(), companies, filters, before=before)
    else:
        page = queries.my_orders(db.session, actor(), filters, before=before)
    template = "portal/_orders.html" if fragment() else "portal/orders.html"
    return render_template(
        template,
        page=page,
        box=box,
        companies=companies,
        words=words,
        before=before,
        chip=status_chips(),
    )


@portal.get("/orders/<int:number>")
@signed_in
def order(number: int) -> ResponseReturnValue:
    """The order's page in both layouts (S0-11..S0-18, S0-26..S0-32). The desk has a page of its own for its staff."""
    shown = load_order(db.session, actor(), number)
    if side(db.session, actor(), shown) is By.STAFF and can(db.session, actor(), P.DESK):
        return redirect(url_for("desk.order", number=number))
    if shown.alarm_id is not None and shown.author_id == actor().id:
        # A call of help has a page of its own, with the countdown; the chat is a part of it.
        part = "chat" if request.args.get("tab") == "chat" else None
        return redirect(url_for("portal.sos_alarm", alarm_id=shown.alarm_id, _anchor=part))
    if shown.kind == OrderKind.SUPPORT and shown.author_id == actor().id:
        return redirect(url_for("portal.support"))
    counters(shown.subject)
    tab = "chat" if request.args.get("tab") == "chat" else "info"
    return render_template(
        "portal/order.html",
        tab=tab,
        back=_list(),
        placed="placed" in request.args,
        blocks=kind_of(shown.kind).blocks,
        extras=catalogue.extras(db.session, actor(), shown.service_id),
        details=details(shown),
        **chat.panel(shown, shown.thread) | _state(shown),
    )


def _list() -> str:
    """«Мои заказы» as the reader has just left them (S0-12). js/back.js knows more; a quick hand may be before it."""
    address = url_for("portal.orders")
    start, _mark, query = (request.referrer or "").partition("?")
    return f"{address}?{query}" if query and start == request.host_url.rstrip("/") + address else address


@portal.get("/orders/<int:number>/status")
@signed_in
def status(number: int) -> ResponseReturnValue:
    """The part of the page that changes while it is open: status, buttons, menu, history."""
    shown = load_order(db.session, actor(), number)
    return render_template("portal/_status.html", live=True, **_state(shown))


@portal.post("/orders/<int:number>/moves/<name>")
@signed_in
def move(number: int, name: str) -> ResponseReturnValue:
    """Press a button of the status line. The answer is the status part, or, without a script, the page again."""
    return _press(number, name)


@portal.get("/orders/<int:number>/close")
@signed_in
def close(number: int) -> ResponseReturnValue:
    """The window «Закрыть заказ?» (S0-67) as a page of its own, for browsers without a script."""
    shown = load_order(db.session, actor(), number)
    if not _closing(shown):
        return redirect(url_for("portal.order", number=number))
    return render_template("portal/close.html", order=shown, closing=_closing(shown))


@portal.post("/orders/<int:number>/close")
@signed_in
def close_as(number: int) -> ResponseReturnValue:
    """«Да» in the window: the chosen way is a move of the flow (S0-68, S0-70, D-2)."""
    shown = load_order(db.session, actor(), number)
    step = kind_of(shown.kind).flow.moves.get(request.form.get("as", ""))
    if step is None or not step.in_dialog:
        problem = _("Choose one of the two.")
        return render_template(
            "portal/close.html", order=shown, closing=_closing(shown), problem=problem
        ), 422
    return _press(number, step.name)


def _press(number: int, name: str) -> ResponseReturnValue:
    problem = said = ""
    try:
        actions.move(
            actor(),
            number,
            name,
            version=request.form.get("version", type=int),
            comment=request.form.get("comment", ""),
        )
    except (IllegalMove, Stale, Invalid) as error:
        problem = str(error.text)
    else:
        # S0-60: a comment is welcome, not forced.
        if name == "send_back":
            said = _("The order is in progress again. What is left to do you may write in the chat.")
    if fragment():
        shown = load_order(db.session, actor(), number)
        page = render_template("portal/_status.html", live=True, problem=problem, said=said, **_state(shown))
        return page, 409 if problem else 200
    if problem or said:
        flash(problem or said, "error" if problem else "ok")
    return redirect(url_for("portal.order", number=number), 303)


def _state(shown: Order) -> dict[str, Any]:
    """What the changing part of the page shows."""
    buttons = moves(db.session, actor(), shown)
    return {
        "order": shown,
        "buttons": [step for step in buttons if not step.in_dialog],
        "closing": [step for step in buttons if step.in_dialog],
        "now_status": STATUSES[shown.status],
        "history": queries.history(db.session, shown, staff=False),
    }


def _closing(shown: Order) -> list[Any]:
    return [step for step in moves(db.session, actor(), shown) if step.in_dialog and step.by is By.AUTHOR]
