"""Whether a call of help would be heard now, and drills that prove it."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import settings
from app.actions import drills as actions
from app.errors import Invalid
from app.extensions import db
from app.flows import STATUSES
from app.permissions import P
from app.queries import alarms, places
from views.context import actor, needs
from views.desk.blueprint import blueprint
from views.desk.filters import number
from views.desk.sos import frame


@blueprint.get("/sos/watch")
@needs(P.SOS_MANAGE)
def watch() -> str:
    """The page keeps itself fresh: htmx asks for its part."""
    template = "desk/sos/_watch.html" if request.headers.get("HX-Request") else "desk/sos/watch.html"
    return render_template(
        template,
        state=alarms.watch(db.session),
        consoles=alarms.consoles(db.session),
        drills=alarms.drills(db.session),
        days=actions.DAYS,
        places=[(node.id, node.full_name) for node in places.tree(db.session)],
        key=uuid4(),
        statuses=STATUSES,
        address=bool(settings.get(db.session, "watchdog_url")),
        **frame("watch"),
    )


@blueprint.post("/sos/drills")
@needs(P.SOS_MANAGE)
def hold_drill() -> ResponseReturnValue:
    try:
        key = UUID(request.form.get("key", ""))
    except ValueError:
        key = uuid4()
    try:
        actions.hold(actor(), key, place_id=number(request.form.get("place")))
    except Invalid as error:
        flash(str(error.text), "error")
    else:
        flash(_("The drill has begun."))
    return redirect(url_for("desk.watch"), 303)
