"""A package of sessions that the reader has (I-19): what is left, its money, the appointments that it pays for."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.extensions import db
from app.flows import By
from app.policy import client_side, load_package
from app.queries import appointments as queries
from app.queries import packages, payments
from views.context import actor, counters, signed_in, timezone
from views.portal.base import fragment, portal


@portal.get("/packages/<int:sold_id>")
@signed_in
def package(sold_id: int) -> ResponseReturnValue:
    """Price, paid and remainder (S2-36), and how to use it. The provider's side is led to the practice."""
    shown = load_package(db.session, actor(), sold_id)
    if client_side(actor(), shown.client) is not By.AUTHOR:
        return redirect(url_for("practice.sold", sold_id=sold_id))
    counters(shown.subject)
    account = payments.account(db.session, shown)
    provider = shown.client.provider
    return render_template(
        "portal/_package.html" if fragment() else "portal/package.html",
        package=shown,
        bill=shown,
        client=shown.client,
        provider=provider,
        now_status=packages.status(shown),
        usable=packages.status(shown) is packages.OPEN and shown.offer.active,
        account=account,
        # Where the rest can be paid: the provider's own link, if he has one (S2-10).
        pay_at=provider.payment_url if account.remainder else "",
        lines=queries.of_package(db.session, actor(), shown),
        history=queries.history(db.session, shown, timezone(), of_client=True),
    )
