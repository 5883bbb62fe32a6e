"""The provider's services: the list, adding and changing one, and which of them a specialist does (I-19, I-20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import money
from app.actions import offers as actions
from app.errors import Invalid
from app.extensions import db
from app.policy import Practice
from app.queries import appointments as queries
from app.queries import lists
from models import Offer
from views.context import actor, signed_in
from views.keys import form_key
from views.numbers import number, numbers
from views.practice.base import arranged_specialists, enter, page, practice, staff_of

_FIELDS = ("name", "description", "minutes", "buffer", "price", "place", "meeting_url")


@practice.get("/<int:provider_id>/services")
@signed_in
def offers(provider_id: int) -> ResponseReturnValue:
    """The catalogue; a specialist of an organization ticks what he does."""
    here = enter(provider_id)
    mine = here.me if here.provider.is_organization and not here.owner else None
    if mine:  # one form for all of them
        return page("practice/offers.html", here, mine=mine, offers=queries.offers(db.session, here.provider))
    after = number(request.args, "after")
    found, more = lists.offers(db.session, here.provider, after)
    return page("practice/offers.html", here, offers=found, after=after, more=more)


@practice.get("/<int:provider_id>/services/new")
@signed_in
def new_offer(provider_id: int) -> ResponseReturnValue:
    here = enter(provider_id, manage=True)
    return _form(here, None, _fresh(here))


@practice.post("/<int:provider_id>/services/new")
@signed_in
def add_offer(provider_id: int) -> ResponseReturnValue:
    return _save(provider_id, None)


@practice.get("/<int:provider_id>/services/<int:offer_id>")
@signed_in
def offer(provider_id: int, offer_id: int) -> ResponseReturnValue:
    here = enter(provider_id, manage=True)
    shown = actions.one_of(here.provider, offer_id)
    return _form(here, shown, _values(shown))


@practice.post("/<int:provider_id>/services/<int:offer_id>")
@signed_in
def edit_offer(provider_id: int, offer_id: int) -> ResponseReturnValue:
    return _save(provider_id, offer_id)


@practice.post("/<int:provider_id>/services/<int:offer_id>/switch")
@signed_in
def switch_offer(provider_id: int, offer_id: int) -> ResponseReturnValue:
    """On offer or not: what is booked stays booked."""
    here = enter(provider_id, manage=True)
    shown = actions.one_of(here.provider, offer_id)
    sent = _values(shown) | {"active": "yes" if request.form.get("active") == "yes" else ""}
    saved = actions.save(actor(), provider_id, offer_id, sent, [one.id for one in shown.specialists])
    said = _("“%(name)s” is on offer again") if saved.active else _("“%(name)s” is not offered any more")
    flash(said % {"name": saved.name}, "ok")
    return redirect(url_for("practice.offers", provider_id=provider_id), 303)


@practice.post("/specialists/<int:specialist_id>/services")
@signed_in
def serve(specialist_id: int) -> ResponseReturnValue:
    """What a specialist of an organization does: his own choice, or the owner's."""
    specialist, here = staff_of(specialist_id)
    actions.serve(actor(), specialist.id, numbers(request.form.getlist("offer")))
    flash(_("Saved: what %(name)s does", name=specialist.name), "ok")
    if here.owner:
        return redirect(url_for("practice.specialist", specialist_id=specialist_id), 303)
    return redirect(url_for("practice.offers", provider_id=here.provider.id), 303)


def _save(provider_id: int, offer_id: int | None) -> ResponseReturnValue:
    here = enter(provider_id, manage=True)
    if offer_id is not None:
        actions.one_of(here.provider, offer_id)
    sent = {name: request.form.get(name, "") for name in _FIELDS}
    sent["active"] = "yes" if request.form.get("active") == "yes" else ""
    who = numbers(request.form.getlist("specialist"))
    try:
        saved = actions.save(actor(), provider_id, offer_id, sent, who, form_key=form_key())
    except Invalid as error:
        here = enter(provider_id, manage=True)
        shown = actions.one_of(here.provider, offer_id) if offer_id else None
        return _form(here, shown, sent | {"specialists": who}, error.fields), error.status
    flash(_("Saved: %(name)s", name=saved.name), "ok")
    return redirect(url_for("practice.offers", provider_id=provider_id), 303)


def _form(
    here: Practice,
    shown: Offer | None,
    typed: Mapping[str, Any],
    problems: Mapping[str, object] | None = None,
) -> str:
    return page(
        "practice/offer.html",
        here,
        offer=shown,
        typed=typed,
        problems=problems or {},
        specialists=arranged_specialists(here) if here.provider.is_organization else [],
    )


def _values(offer: Offer) -> dict[str, Any]:
    """What the form shows of a service that is there."""
    return {
        "name": offer.name,
        "description": offer.description,
        "minutes": str(offer.minutes),
        "buffer": str(offer.buffer),
        "price": money.typed(offer.price, offer.provider.currency),
        "place": offer.place,
        "meeting_url": offer.meeting_url,
        "active": "yes" if offer.active else "",
        "specialists": [one.id for one in offer.specialists],
    }


def _fresh(here: Practice) -> dict[str, Any]:
    return {
        "minutes": "60",
        "buffer": "0",
        "active": "yes",
        "specialists": [one.id for one in here.provider.specialists],
    }
