"""Booking on behalf of a client (I-19): the client, the service, who serves, when. What is chosen is in the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock, policy
from app.actions import asking as actions
from app.actions.appointments import serving
from app.errors import Invalid, NotFound, Taken
from app.extensions import db
from app.flows import By
from app.policy import Practice
from app.queries import packages, slots
from app.queries import practice as queries
from app.queries.appointments import offers as offers_of
from models import Appointment, Client, Offer, Specialist
from views.context import actor, local, signed_in, when
from views.keys import form_key, fresh_key
from views.numbers import number
from views.packages import chosen, preselected
from views.practice.appointment import DAYS, by_day
from views.practice.base import (
    chosen_moment,
    enter,
    page,
    practice,
    seen_specialists,
    sent_words,
    typed_day,
    typed_moment,
)

_AHEAD = dt.timedelta(days=21)
Thing = TypeVar("Thing", Offer, Specialist)


@dataclass
class Choice:
    """What is chosen so far. One of one is chosen by itself."""

    client: Client | None
    offers: list[Offer]
    offer: Offer | None
    specialists: list[Specialist]
    specialist: Specialist | None


@practice.get("/<int:provider_id>/book")
@signed_in
def book(provider_id: int) -> ResponseReturnValue:
    """First the client, found by name; then service and specialist; then free times as chips, and any other time."""
    here = enter(provider_id)
    choice = _choice(here, request.args)
    if choice.client is None:
        found = queries.client_names(db.session, actor(), here, sent_words())
        return page("practice/book_client.html", here, clients=found, sought=sent_words())
    return _page(here, choice)


@practice.post("/<int:provider_id>/book")
@signed_in
def do_book(provider_id: int) -> ResponseReturnValue:
    """Book: the client is told at once. What is refused comes back with all that was typed."""
    here = enter(provider_id)
    choice = _choice(here, request.form)
    errors: dict[str, object] = {}
    if choice.client is None:
        errors["client"] = _("Please choose a client.")
    if choice.offer is None:
        errors["offer"] = _("Please choose a service.")
    elif choice.specialist is None:
        errors["who"] = _("Please choose a specialist.")
    at = typed_moment(here, errors)
    if errors or at is None or not (choice.client and choice.offer and choice.specialist):
        return _page(here, choice, errors), 422
    given = (choice.client.id, choice.offer.id, choice.specialist.id, at)
    try:
        made = actions.book(
            actor(),
            *given,
            words=request.form.get("words", ""),
            package_id=chosen(request.form),
            form_key=form_key(),
        )
    except (Invalid, Taken) as error:
        here = enter(provider_id)
        fields = error.fields if isinstance(error, Invalid) else {}
        text = "" if fields else str(error.text)
        return _page(here, _choice(here, request.form), fields, text, at), error.status
    flash(*_told(made, at))
    return redirect(url_for("practice.appointment", appointment_id=made.id), 303)


def _told(made: Appointment, at: dt.datetime) -> tuple[str, str]:
    """What the press has done. A form that is sent again, from a page to which one went back, books nothing more: if it
    names another time by then, that is said, and which time stands."""
    name, stands = made.client.user.name, when(made.starts_at)
    if made.starts_at == at:
        return _("%(name)s is booked for %(when)s and has been told.", name=name, when=stands), "ok"
    text = _(
        "Nothing was changed: this form has already booked %(name)s for %(when)s. Move that appointment to another "
        "time, or book again.",
        name=name,
        when=stands,
    )
    return text, "error"


def _choice(here: Practice, sent: Mapping[str, str]) -> Choice:
    """Raises NotFound for a client who is not the reader's."""
    client = None
    if (client_id := number(sent, "client")) is not None:
        client = policy.load_client(db.session, actor(), client_id)
        side = policy.client_side(actor(), client)
        if side is not By.STAFF or client.provider_id != here.provider.id:
            raise NotFound
    mine = seen_specialists(here)
    every = offers_of(db.session, here.provider)
    offers = [one for one in every if set(serving(one)) & set(mine)]
    offer = _one(offers, sent.get("offer", ""))
    those = [one for one in serving(offer) if one in mine] if offer else []
    return Choice(client, offers, offer, those, _one(those, sent.get("who", "")))


def _one(those: list[Thing], number: str) -> Thing | None:
    return next((one for one in those if str(one.id) == number or len(those) == 1), None)


def _page(
    here: Practice,
    choice: Choice,
    problems: Mapping[str, object] | None = None,
    text: str = "",
    wanted: dt.datetime | None = None,
) -> str:
    free = _free(here, choice)
    days = by_day(free)
    typed = request.form if request.method == "POST" else _proposed(here, free)
    usable = (
        packages.usable(db.session, choice.client, choice.offer) if choice.client and choice.offer else ()
    )
    return page(
        "practice/book.html",
        here,
        choice=choice,
        days=days[:DAYS],
        later=days[DAYS][0] if len(days) > DAYS else None,
        near=_near(free, wanted, choice) if wanted else [],
        problems=problems or {},
        problem=text,
        typed=typed,
        packages=usable,
        chosen=preselected(request.form, usable),
        form_key=fresh_key(),
        start=request.values.get("start", ""),
    )


def _free(here: Practice, choice: Choice) -> list[dt.datetime]:
    if choice.offer is None or choice.specialist is None:
        return []
    since = clock.now()
    # From the day that was pressed in the calendar, or from the one that «further days» leads to.
    first = request.args.get("from", "") or request.values.get("day", "")
    if day := typed_day(first):
        since = max(since, slots.moment(day, 0, clock.zone(here.provider.timezone)))
    found = slots.free_slots(db.session, choice.offer, [choice.specialist], since, since + _AHEAD)
    return [slot.at for slot in found]


def _near(free: list[dt.datetime], wanted: dt.datetime, choice: Choice) -> list[dt.datetime]:
    assert choice.specialist is not None
    those = [slots.Slot(at, choice.specialist) for at in free]
    return [slot.at for slot in slots.nearest(those, wanted)]


def _proposed(here: Practice, free: list[dt.datetime]) -> dict[str, str]:
    """The time that was pressed in the calendar: one of the free ones, or typed for the reader."""
    at = chosen_moment(request.args.get("start", ""), {})
    if at is None:
        return {}
    if at in free:
        return {"at": at.isoformat()}
    return {"day": f"{local(at):%Y-%m-%d}", "time": f"{local(at):%H:%M}"}
