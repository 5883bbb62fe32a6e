"""«Услуги»: the first page, search, a category."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.errors import NotFound
from app.extensions import db
from app.queries import alarms, appointments, catalogue, orders
from views.context import actor, counters, signed_in
from views.portal.base import fragment, portal


@portal.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """What waits for me, my specialists and the next appointment with them (S2-17, S2-70), what I ordered last, all
    categories; with ?q= the services that match."""
    words = request.args.get("q", "").replace("\0", "").strip()[:100]
    if words:
        found = catalogue.search(db.session, actor(), words)
        page = "portal/_found.html" if fragment() else "portal/home.html"
        requests = [] if found else catalogue.requests(db.session, actor())
        return render_template(page, words=words, found=found, requests=requests)
    mine = counters()
    return render_template(
        "portal/_home.html" if fragment() else "portal/home.html",
        words="",
        calling=alarms.mine(db.session, actor()),
        waiting=orders.awaiting_me(db.session, actor()),
        meets=mine.client,
        chats=mine.chats,
        coming=appointments.soonest(db.session, actor()) if mine.client else None,
        repeats=catalogue.last_ordered(db.session, actor()),
        shelves=catalogue.shelves(db.session, actor()),
    )


@portal.get("/categories/<int:category_id>")
@signed_in
def category(category_id: int) -> ResponseReturnValue:
    """The services of one category that the reader may order."""
    for shelf in catalogue.shelves(db.session, actor()):
        if shelf.category.id == category_id:
            return render_template("portal/category.html", shelf=shelf)
    raise NotFound
