"""Packages that the provider offers (I-19): the list, the form, off and on again. What is sold is in sales.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import money
from app.actions import packages as actions
from app.errors import Invalid
from app.extensions import db
from app.policy import Practice
from app.queries import appointments as offered
from app.queries import packages as queries
from models import Package
from views.context import actor, signed_in
from views.keys import form_key
from views.practice.base import enter, page, practice

_FIELDS = ("offer", "name", "sessions", "price", "days")


@practice.get("/<int:provider_id>/packages")
@signed_in
def packages(provider_id: int) -> ResponseReturnValue:
    """What is offered and what was; the owner changes it."""
    here = enter(provider_id)
    given = {"packages": queries.catalogue(db.session, here.provider)}
    return page("practice/packages.html", here, services=bool(here.provider.offers), **given)


@practice.get("/<int:provider_id>/packages/new")
@signed_in
def new_package(provider_id: int) -> ResponseReturnValue:
    here = enter(provider_id, manage=True)
    return _form(here, None, {"offer": request.args.get("offer", ""), "active": "yes"})


@practice.post("/<int:provider_id>/packages/new")
@signed_in
def add_package(provider_id: int) -> ResponseReturnValue:
    return _save(provider_id, None)


@practice.get("/<int:provider_id>/packages/<int:package_id>")
@signed_in
def package(provider_id: int, package_id: int) -> ResponseReturnValue:
    here = enter(provider_id, manage=True)
    shown = actions.package_of(here.provider, package_id)
    return _form(here, shown, _values(shown))


@practice.post("/<int:provider_id>/packages/<int:package_id>")
@signed_in
def edit_package(provider_id: int, package_id: int) -> ResponseReturnValue:
    return _save(provider_id, package_id)


@practice.post("/<int:provider_id>/packages/<int:package_id>/switch")
@signed_in
def switch_package(provider_id: int, package_id: int) -> ResponseReturnValue:
    """On offer or not: what is sold stays."""
    here = enter(provider_id, manage=True)
    shown = actions.package_of(here.provider, package_id)
    sent = _values(shown) | {"active": "yes" if request.form.get("active") == "yes" else ""}
    saved = actions.save(actor(), provider_id, package_id, sent)
    said = _("“%(name)s” is on offer again") if saved.active else _("“%(name)s” is not offered any more")
    flash(said % {"name": saved.name}, "ok")
    return redirect(url_for("practice.packages", provider_id=provider_id), 303)


def _save(provider_id: int, package_id: int | None) -> ResponseReturnValue:
    here = enter(provider_id, manage=True)
    if package_id is not None:
        actions.package_of(here.provider, package_id)
    sent = {name: request.form.get(name, "") for name in _FIELDS}
    sent["active"] = "yes" if request.form.get("active") == "yes" else ""
    try:
        saved = actions.save(actor(), provider_id, package_id, sent, form_key=form_key())
    except Invalid as error:
        here = enter(provider_id, manage=True)
        shown = actions.package_of(here.provider, package_id) if package_id else None
        return _form(here, shown, sent, error.fields), error.status
    flash(_("Saved: %(name)s", name=saved.name), "ok")
    return redirect(url_for("practice.packages", provider_id=provider_id), 303)


def _form(
    here: Practice,
    shown: Package | None,
    typed: Mapping[str, Any],
    problems: Mapping[str, object] | None = None,
) -> str:
    offers = offered.offers(db.session, here.provider)
    return page(
        "practice/package.html",
        here,
        package=shown,
        typed=typed,
        problems=problems or {},
        # One that is switched off stays to be chosen where it is chosen already.
        offers=[one for one in offers if one.active or str(one.id) == typed.get("offer")],
    )


def _values(package: Package) -> dict[str, str]:
    """What the form shows of a package that is there."""
    return {
        "offer": str(package.offer_id),
        "name": package.name,
        "sessions": str(package.sessions),
        "price": money.typed(package.price, package.provider.currency),
        "days": str(package.days) if package.days else "",
        "active": "yes" if package.active else "",
    }
