"""Payments of an appointment, recorded by hand (S2-36): what is left, record one, take one back, another price. Those
of a package are in sales.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import money
from app.actions import payments as actions
from app.errors import Invalid, Stale
from app.extensions import db
from app.policy import Practice
from app.queries import payments as queries
from models import PaymentMethod
from views.context import actor, signed_in
from views.keys import form_key, fresh_key
from views.practice.base import page, practice, served


@practice.get("/appointments/<int:appointment_id>/payments")
@signed_in
def payments(appointment_id: int) -> ResponseReturnValue:
    return _page(appointment_id)


@practice.post("/appointments/<int:appointment_id>/payments")
@signed_in
def record_payment(appointment_id: int) -> ResponseReturnValue:
    """The client has paid."""
    served(appointment_id)
    form = request.form
    try:
        actions.record(
            actor(),
            appointment_id,
            form.get("amount", ""),
            method=form.get("method", ""),
            note=form.get("note", ""),
            form_key=form_key(),
        )
    except Invalid as error:
        return _page(appointment_id, error.fields), 422
    except Stale as error:
        return _page(appointment_id, {"amount": error.text}), 409
    return _done(appointment_id, _("The payment is recorded. The client sees it at once."))


@practice.get("/appointments/<int:appointment_id>/payments/<int:payment_id>/take-back")
@signed_in
def ask_take_back(appointment_id: int, payment_id: int) -> ResponseReturnValue:
    """What would be removed, before it is."""
    shown, here = served(appointment_id)
    own = {"appointment_id": appointment_id}
    return removal(
        here,
        shown,
        payment_id,
        place="calendar",
        back="practice.payments",
        endpoint="practice.take_back",
        own=own,
    )


@practice.post("/appointments/<int:appointment_id>/payments/<int:payment_id>/take-back")
@signed_in
def take_back(appointment_id: int, payment_id: int) -> ResponseReturnValue:
    """It was a mistake."""
    served(appointment_id)
    actions.take_back(actor(), appointment_id, payment_id)
    return _done(appointment_id, _("The record of the payment is removed."))


@practice.get("/appointments/<int:appointment_id>/price")
@signed_in
def price(appointment_id: int) -> ResponseReturnValue:
    """The form's address, opened by itself (a reload after an error): the page that it stands on."""
    served(appointment_id)
    return redirect(url_for("practice.payments", appointment_id=appointment_id))


@practice.post("/appointments/<int:appointment_id>/price")
@signed_in
def reprice(appointment_id: int) -> ResponseReturnValue:
    """Another price for this appointment alone."""
    served(appointment_id)
    try:
        actions.reprice(actor(), appointment_id, request.form.get("price", ""))
    except Invalid as error:
        return _page(appointment_id, error.fields), 422
    return _done(appointment_id, _("Saved."))


def _done(appointment_id: int, said: str) -> ResponseReturnValue:
    flash(said)
    return redirect(url_for("practice.payments", appointment_id=appointment_id), 303)


def _page(appointment_id: int, problems: Mapping[str, Any] | None = None) -> str:
    shown, here = served(appointment_id)
    return page("practice/payments.html", here, appointment=shown, **money_of(shown, problems or {}))


def removal(
    here: Practice,
    bill: queries.Bill,
    payment_id: int,
    *,
    place: str,
    back: str,
    endpoint: str,
    own: Mapping[str, int],
) -> ResponseReturnValue:
    """The question before the record of a payment is removed; what has gone already is not asked about."""
    given = money_of(bill, {})
    found = next((one for one in given["account"].standing if one.id == payment_id), None)
    if found is None:
        return redirect(url_for(back, **own))
    return page(
        "practice/payment_removal.html",
        here,
        place=place,
        payment=found,
        back=url_for(back, **own),
        address=url_for(endpoint, payment_id=payment_id, **own),
        **given,
    )


def money_of(bill: queries.Bill, problems: Mapping[str, Any]) -> dict[str, Any]:
    """What the forms of payments show, of an appointment or of a package; what was typed stays."""
    account = queries.account(db.session, bill)
    form = request.form
    return {
        "bill": bill,
        "account": account,
        "methods": list(queries.METHODS.items()),
        "method_words": queries.METHODS,
        "amount": form.get(
            "amount", money.typed(account.remainder, bill.currency) if account.remainder else ""
        ),
        "method": form.get("method", PaymentMethod.CASH.value),
        "note": form.get("note", ""),
        "price": form.get("price", money.typed(bill.price, bill.currency)),
        "key": fresh_key(),
        "problems": problems,
    }
