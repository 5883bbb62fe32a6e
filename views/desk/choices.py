"""People to choose from in the filters: twenty at a time, by what is typed."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import ngettext

from app.extensions import db
from app.permissions import P
from app.queries import desk
from views.context import actor, needs
from views.desk.blueprint import blueprint

__all__ = ["blueprint"]


@blueprint.get("/choices/<any(who, executor):what>")
@needs(P.DESK)
def choices(what: str) -> str:
    """Options of a list box: those who may carry out orders, or those who ordered."""
    words = request.args.get("q", "").replace("\0", "")[:80]
    if what == "executor":
        hands = desk.executors(db.session, words)
        found = [(hand.user, _burden(hand.busy)) for hand in hands]
    else:
        found = [(one.user, one.companies) for one in desk.orderers(db.session, actor(), words)]
    return render_template("desk/_options.html", what=what, found=found)


def _burden(busy: int) -> str:
    return ngettext("%(num)s open order", "%(num)s open orders", busy)
