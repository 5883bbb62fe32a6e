"""«Сегодня»: what waits for the provider now, what the day holds; and «Ещё», the rest of the menu on a phone."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import policy
from app.errors import NotFound
from app.extensions import db
from app.policy import Practice
from app.queries import away
from app.queries import practice as queries
from models import Appointment
from views.context import actor, signed_in
from views.practice import absences
from views.practice.base import enter, fragment, page, practice


@practice.get("")
@signed_in
def index() -> ResponseReturnValue:
    """To the first practice: the own registration, else an organization that the reader serves in."""
    if not (places := policy.practices(db.session, actor())):
        raise NotFound
    return redirect(url_for("practice.home", provider_id=places[0].provider.id))


@practice.get("/<int:provider_id>")
@signed_in
def home(provider_id: int) -> ResponseReturnValue:
    """Requests first, then the day in its order (S2-23, I-19)."""
    here = enter(provider_id)
    if fragment():
        return part(here)
    return page("practice/today.html", here, **state(here))


@practice.get("/<int:provider_id>/counts")
@signed_in
def counts(provider_id: int) -> ResponseReturnValue:
    """The frame's numbers, each for its own place in it."""
    here = enter(provider_id)
    found = queries.counts(db.session, actor(), here)
    return render_template("practice/_counts.html", counts=found)


@practice.get("/<int:provider_id>/more")
@signed_in
def more(provider_id: int) -> ResponseReturnValue:
    """The menu of a phone, whole."""
    return page("practice/more.html", enter(provider_id))


def part(here: Practice, **values: Any) -> str:
    """The page below its head, as an answer to htmx."""
    return render_template(
        "practice/_today.html", practice=here, provider=here.provider, live=True, **state(here), **values
    )


def state(here: Practice) -> dict[str, Any]:
    """What «Сегодня» shows."""
    found = queries.today(db.session, here)
    return {
        "today": found,
        "ready": queries.ready(db.session, here) if here.owner else None,
        "bookable": None
        if here.owner or here.me is None
        else queries.bookable(db.session, [here.me.id])[here.me.id],
        "moves": _moves,
        "rivals": _rivals(found.requests),
        "met": away.met(db.session, here),
        "absence_words": absences.words,
        "several": here.provider.is_organization and here.sees_all,
    }


def _rivals(requests: list[Appointment]) -> dict[int, int]:
    """How many others ask for the same time: where requests do not hold it, accepting one closes them."""
    return {
        one.id: sum(
            one.specialist_id == other.specialist_id
            and one.starts_at < other.ends_at
            and other.starts_at < one.ends_at
            for other in requests
            if other is not one
        )
        for one in requests
    }


def _moves(appointment: Appointment) -> dict[str, Any]:
    return {move.name: move for move in policy.appointment_moves(actor(), appointment)}
