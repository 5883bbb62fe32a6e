"""«Варианты регистрации» (S2-63..S2-68) and «О сервисе» (S2-64)."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app import settings
from app.actions import providers as actions
from app.errors import Invalid, NotFound
from app.extensions import db
from app.policy import practices
from models import Provider, ProviderKind
from views.context import actor, signed_in
from views.portal.base import portal


@portal.get("/registration")
@signed_in
def registration() -> ResponseReturnValue:
    """The two choices, or what the account is registered as and why it cannot be the other (S2-65)."""
    return render_template(
        "portal/registration.html", mine=_mine(), open=settings.get(db.session, "providers_open")
    )


@portal.get("/registration/<kind>")
@signed_in
def registration_form(kind: str) -> ResponseReturnValue:
    """What clients will see of the new specialist or organization."""
    if kind not in list(ProviderKind):
        raise NotFound
    if _mine():
        return redirect(url_for("portal.registration"))
    return _form(kind)


@portal.post("/registration/<kind>")
@signed_in
def register(kind: str) -> ResponseReturnValue:
    """Become one of the two; the client side stays (S2-66)."""
    try:
        provider = actions.register(
            actor(),
            kind,
            request.form.get("name", ""),
            headline=request.form.get("headline", ""),
            timezone=request.form.get("timezone", ""),
        )
    except Invalid as error:
        if "kind" in error.fields:
            flash(str(error.fields["kind"]), "error")
            return redirect(url_for("portal.registration"), 303)
        return _form(kind, error.fields), 422
    flash(_("You are registered. Add a service and your hours, and invite the first client."))
    return redirect(url_for("practice.home", provider_id=provider.id), 303)


@portal.get("/about-service")
def about_service() -> ResponseReturnValue:
    """What specialists, organizations and their clients have of it. Whoever was invited may read it before he joins."""
    if not current_user.is_authenticated:
        return render_template("public/about_service.html")
    return render_template("portal/about_service.html", mine=_mine())


def _mine() -> Provider | None:
    return next((one.provider for one in practices(db.session, actor()) if one.owner), None)


def _form(kind: str, problems: dict[str, object] | None = None) -> str:
    typed = request.form if request.method == "POST" else {}
    own_name = actor().name if kind == ProviderKind.SPECIALIST else ""
    return render_template(
        "portal/registration_form.html",
        kind=kind,
        name=typed.get("name", own_name),
        headline=typed.get("headline", ""),
        zone=typed.get("timezone") or actor().timezone or settings.get(db.session, "timezone"),
        # Who has not said where he is may mean the browser's zone.
        guess=not typed and not actor().timezone,
        problems=problems or {},
    )
