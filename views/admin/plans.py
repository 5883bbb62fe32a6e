"""The plan of a place: upload, and what is drawn on it by hand."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from sqlalchemy import select

from app.actions import places as actions
from app.errors import Invalid, NotFound, TooLarge
from app.extensions import db
from app.permissions import P
from app.queries import places
from app.queries.places import KINDS
from app.storage import PLANS
from models import Place
from views.admin.choices import key
from views.admin.pages import READ, WRITE, Page
from views.context import actor, can


class PlanPage(Page, BaseView):  # type: ignore[misc]  # Flask-AppBuilder is untyped
    key, route_base, default_view = "places", "/admin/places", "page"
    class_permission_name = "Places"
    method_permission_name: ClassVar = {"page": READ, "upload": WRITE, "remove": WRITE, "draw": WRITE}

    @expose("/plan/<pk>")  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def page(self, pk: str) -> ResponseReturnValue:
        return self._page(load_place(pk))

    @expose("/plan/<pk>", methods=["POST"])  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def upload(self, pk: str) -> ResponseReturnValue:
        """Take a file as the plan, in place of an earlier one."""
        place, sent = load_place(pk), request.files.get("plan")
        if sent is None or not sent.filename:
            return self._page(place, _("Please choose a file.")), 422
        try:
            actions.set_plan(actor(), current_app.extensions["storage"], place.id, sent.stream, sent.filename)
        except (Invalid, TooLarge) as error:
            return self._page(load_place(pk), str(error.text)), error.status
        flash(_("The plan is saved."), "ok")
        return redirect(url_for("PlanPage.page", pk=place.id), 303)

    @expose("/plan/<pk>/remove", methods=["POST"])  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def remove(self, pk: str) -> ResponseReturnValue:
        place = load_place(pk)
        actions.remove_plan(actor(), current_app.extensions["storage"], place.id)
        flash(_("The plan is removed."), "ok")
        return redirect(url_for("PlanPage.page", pk=place.id), 303)

    @expose("/plan/<pk>/draw", methods=["POST"])  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def draw(self, pk: str) -> ResponseReturnValue:
        """Save marks and outlines: `drawn` is JSON, as app/actions/places.py reads it."""
        place = load_place(pk)
        actions.draw(actor(), place.id, _drawn(request.form.get("drawn", "")))
        flash(_("Saved."), "ok")
        return redirect(url_for("PlanPage.page", pk=place.id), 303)

    def _page(self, place: Place, problem: str = "") -> str:
        children = db.session.scalars(
            select(Place).where(Place.parent_id == place.id).order_by(Place.position, Place.name)
        ).all()
        return self.render_template(
            "admin/plan.html",
            title=_("Plan: %(name)s", name=place.name),
            place=place,
            children=children,
            full_name=places.full_name(places.way_up(db.session, place.id)),
            problem=problem,
            kinds=KINDS,
            accepted=",".join(f".{extension}" for extension in PLANS),
            writes=can(P.PLACES_WRITE),
        )


def load_place(pk: str) -> Place:
    place = db.session.get(Place, key(pk)) if key(pk) else None
    if place is None:
        raise NotFound
    return place


def _drawn(text: str) -> dict[str, Any]:
    """What the page's script sends. NaN and Infinity, which JSON does not know, are refused too."""
    try:
        drawn = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError):
        drawn = None
    if not isinstance(drawn, dict):
        raise Invalid(text=_("The drawing did not arrive whole. Reload the page and draw it again."))
    return drawn


def _refused(constant: str) -> None:
    raise ValueError(constant)
