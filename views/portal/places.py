"""The page that a place's QR code opens, and «Сканер»."""

from __future__ import annotations

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.extensions import db
from app.queries import catalogue, places
from models import Place
from views.context import actor, signed_in
from views.portal.base import portal
from views.public import limits


@portal.get("/scan")
@signed_in
def scan() -> ResponseReturnValue:
    """The camera, and a field for the code. Only addresses of this host are followed."""
    return _scanner()


def _scanner(problem: str = "") -> str:
    return render_template(
        "portal/scan.html", home=f"{current_app.config['ATRIUM'].base_url}/p/", problem=problem
    )


@portal.get("/p")
def find_place() -> ResponseReturnValue:
    """The code was typed, or the whole address pasted."""
    if code := places.normal_code(request.args.get("code", "").rpartition("/p/")[2]):
        return redirect(url_for("portal.place_page", code=code))
    if current_user.is_authenticated:
        return _scanner(_("Type the code from the sticker.")), 422
    return _not_there("", 422)


@portal.get("/p/<code>")
def place_page(code: str) -> ResponseReturnValue:
    """What it is, where it is, what can be ordered there, and the call of help (S1-19, S1-20)."""
    normal = places.normal_code(code)
    place_id = places.id_by_code(db.session, normal)
    if place_id is None:
        return _gone(normal)
    if normal != code:
        return redirect(url_for("portal.place_page", code=normal))
    way = places.way_up(db.session, place_id)
    phone = places.phone_on(db.session, way)
    if not current_user.is_authenticated:
        return render_template("public/place.html", place=way[0], phone=phone)
    return render_template(
        "portal/place.html",
        place=way[0],
        kind=str(places.KINDS[way[0].kind]),
        around=places.full_name(way[1:]),
        where=places.where_on(way),
        own_plan=_own_plan(way[0]),
        services=catalogue.for_place(db.session, actor(), way) if places.is_shown(way) else (),
        phone=phone,
    )


def _own_plan(row: Place) -> Place | None:
    """Of a place that has a plan and no mark on another one, its own is better than none."""
    return db.session.get(Place, row.id) if row.plan_id is not None else None


def _gone(code: str) -> ResponseReturnValue:
    """Whoever stands before the sticker of what is gone can still call for help."""
    if retired := places.retired(db.session, code):
        return _alone("place_gone", 410, name=retired.name)
    if not current_user.is_authenticated:
        # Guesses are counted, not scans: a sticker that is there answers however many scan it.
        limits.spend("code")
    return _not_there(code, 404)


def _not_there(code: str, status: int) -> ResponseReturnValue:
    problem = _("Type the code from the sticker.")
    if code:
        problem = _("There is no place with this code. Check it with the sticker.")
    return _alone("place_unknown", status, typed=code, problem=problem)


def _alone(page: str, status: int, **shown: str) -> ResponseReturnValue:
    """A page about no place: within the portal for whoever is signed in, with its menu and «SOS»."""
    around = "portal" if current_user.is_authenticated else "public"
    phone = places.staff_phone(db.session)
    return make_response(render_template(f"{around}/{page}.html", phone=phone, **shown), status)
