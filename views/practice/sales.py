"""Packages that clients have (I-19): sell one, its page with money and appointments, cancel the sale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock, money, policy
from app.actions import packages as actions
from app.actions import payments
from app.errors import Invalid, NotFound, Stale
from app.extensions import db
from app.flows import By
from app.policy import Practice
from app.queries import packages as queries
from app.queries.appointments import history
from app.queries.payments import METHODS
from app.queries.practice import appointments as seen
from models import Appointment, ClientPackage, PaymentMethod
from views.context import actor, counters, signed_in, timezone
from views.keys import form_key, fresh_key
from views.numbers import number
from views.practice.base import enter, known, page, practice, typed_day
from views.practice.payments import money_of, removal


@practice.get("/clients/<int:client_id>/packages/new")
@signed_in
def sell(client_id: int) -> ResponseReturnValue:
    """«Продать пакет»"""
    return _sale(client_id)


@practice.post("/clients/<int:client_id>/packages/new")
@signed_in
def do_sell(client_id: int) -> ResponseReturnValue:
    """Sell it: the client is told at once. What is refused comes back with all that was typed."""
    _client, here = known(client_id)
    form, chosen = request.form, number(request.form, "package")
    if chosen is None:
        return _sale(client_id, {"package": _("Please choose a package.")}), 422
    try:
        sold = actions.sell(
            actor(),
            client_id,
            chosen,
            # An empty price is the one that the package is offered for.
            price=form.get("price", "").strip() or None,
            paid=_paid_now(here, chosen),
            method=form.get("method", PaymentMethod.CASH.value),
            form_key=form_key(),
        )
    except NotFound:
        return _sale(client_id, {"package": _("Please choose from the list.")}), 422
    except Invalid as error:
        return _sale(client_id, error.fields), error.status
    except Stale as error:
        return _sale(client_id, {"package": error.text}), error.status
    flash(_("The package is sold. The client has been told."), "ok")
    return redirect(url_for("practice.sold", sold_id=sold.id), 303)


def _paid_now(here: Practice, package_id: int) -> str:
    """What is paid with the sale: nothing, all of the price, or the part that is typed."""
    form = request.form
    if form.get("pays") == "all":
        typed = form.get("price", "").strip()
        price = actions.package_of(here.provider, package_id).price
        whole = typed or money.typed(price, here.provider.currency)
        return "" if money.parsed(whole, here.provider.currency) == 0 else whole
    # An amount that is left out is asked for.
    return form.get("paid", "").strip() or "0" if form.get("pays") == "part" else ""


def _sale(client_id: int, problems: Mapping[str, object] | None = None) -> str:
    client, here = known(client_id)
    offered = queries.on_offer(db.session, here.provider.id)
    chosen = request.values.get("package", "") or (str(offered[0].id) if len(offered) == 1 else "")
    return page(
        "practice/sell.html",
        here,
        client=client,
        packages=offered,
        chosen=chosen,
        typed=request.form,
        pays=request.form.get("pays", "none"),
        method=request.form.get("method", PaymentMethod.CASH.value),
        methods=list(METHODS.items()),
        key=fresh_key(),
        problems=problems or {},
    )


# --- one that is sold ---------------------------------------------------------------------------------------------


def sold_by(sold_id: int) -> tuple[ClientPackage, Practice]:
    """A client's package on the provider's side. Raises NotFound for everybody else, the client among them."""
    found = policy.load_package(db.session, actor(), sold_id)
    if policy.client_side(actor(), found.client) is not By.STAFF:
        raise NotFound
    return found, enter(found.client.provider_id)


@practice.get("/packages/<int:sold_id>")
@signed_in
def sold(sold_id: int) -> ResponseReturnValue:
    """What is left of it, its money, the appointments that it pays for."""
    return _page(sold_id)


@practice.post("/packages/<int:sold_id>/payments")
@signed_in
def record_sold(sold_id: int) -> ResponseReturnValue:
    """The client has paid."""
    sold_by(sold_id)
    form = request.form
    try:
        payments.record(
            actor(),
            sold_id,
            form.get("amount", ""),
            of=ClientPackage,
            method=form.get("method", ""),
            note=form.get("note", ""),
            form_key=form_key(),
        )
    except Invalid as error:
        return _page(sold_id, error.fields), 422
    except Stale as error:
        return _page(sold_id, {"amount": error.text}), 409
    return _done(sold_id, _("The payment is recorded. The client sees it at once."))


@practice.get("/packages/<int:sold_id>/payments/<int:payment_id>/take-back")
@signed_in
def ask_take_back_sold(sold_id: int, payment_id: int) -> ResponseReturnValue:
    """What would be removed, before it is."""
    shown, here = sold_by(sold_id)
    own = {"sold_id": sold_id}
    return removal(
        here,
        shown,
        payment_id,
        place="clients",
        back="practice.sold",
        endpoint="practice.take_back_sold",
        own=own,
    )


@practice.post("/packages/<int:sold_id>/payments/<int:payment_id>/take-back")
@signed_in
def take_back_sold(sold_id: int, payment_id: int) -> ResponseReturnValue:
    """It was a mistake."""
    sold_by(sold_id)
    payments.take_back(actor(), sold_id, payment_id, of=ClientPackage)
    return _done(sold_id, _("The record of the payment is removed."))


@practice.post("/packages/<int:sold_id>/price")
@signed_in
def reprice_sold(sold_id: int) -> ResponseReturnValue:
    """Another price for this package of this client alone."""
    sold_by(sold_id)
    try:
        payments.reprice(actor(), sold_id, request.form.get("price", ""), of=ClientPackage)
    except Invalid as error:
        return _page(sold_id, error.fields), 422
    return _done(sold_id, _("Saved."))


@practice.post("/packages/<int:sold_id>/term")
@signed_in
def extend_sold(sold_id: int) -> ResponseReturnValue:
    """The package holds longer."""
    sold_by(sold_id)
    try:
        actions.extend(actor(), sold_id, typed_day(request.form.get("until", "")))
    except Invalid as error:
        return _page(sold_id, error.fields), 422
    return _done(sold_id, _("Saved."))


@practice.post("/packages/<int:sold_id>/cancel")
@signed_in
def cancel_sold(sold_id: int) -> ResponseReturnValue:
    """The sale was a mistake."""
    sold_by(sold_id)
    try:
        actions.cancel(actor(), sold_id)
    except Invalid as error:
        return _page(sold_id, problem=str(error.text)), error.status
    return _done(sold_id, _("The package is cancelled. The client has been told."))


def _done(sold_id: int, said: str) -> ResponseReturnValue:
    flash(said)
    return redirect(url_for("practice.sold", sold_id=sold_id), 303)


def _page(sold_id: int, problems: Mapping[str, Any] | None = None, problem: str = "") -> str:
    shown, here = sold_by(sold_id)
    counters(shown.subject)
    visible = seen(here).with_only_columns(Appointment.id)
    return page(
        "practice/sold.html",
        here,
        package=shown,
        now_status=queries.status(shown),
        ends=shown.expires_at.astimezone(clock.zone(here.provider.timezone)).date()
        if shown.expires_at
        else None,
        until=request.form.get("until", ""),
        appointments=queries.taken(db.session, shown, among=visible),
        history=history(db.session, shown, timezone()),
        problem=problem,
        **money_of(shown, problems or {}),
    )
