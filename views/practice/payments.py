"""Payments of an appointment, recorded by hand (S2-36): what is left, record one, take one back, another price."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import money
from app.actions import payments as actions
from app.errors import Invalid, Stale
from app.extensions import db
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


@practice.post("/appointments/<int:appointment_id>/payments/<int:payment_id>/take-back")
@signed_in
def take_back(appointment_id: int, payment_id: int) -> ResponseReturnValue:
    """It was a mistake."""
    served(appointment_id)
    actions.take_back(actor(), appointment_id, payment_id)
    return _done(appointment_id, _("The payment is taken back."))


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


def _page(appointment_id: int, problems: dict[str, Any] | None = None) -> str:
    shown, here = served(appointment_id)
    account = queries.account(db.session, shown)
    form = request.form
    return page(
        "practice/payments.html",
        here,
        appointment=shown,
        account=account,
        methods=list(queries.METHODS.items()),
        method_words=queries.METHODS,
        amount=form.get(
            "amount", money.typed(account.remainder, shown.currency) if account.remainder else ""
        ),
        method=form.get("method", PaymentMethod.CASH.value),
        note=form.get("note", ""),
        price=form.get("price", money.typed(shown.price, shown.currency)),
        key=fresh_key(),
        problems=problems or {},
    )
