"""Duty of calls of help at the desk: who has it now, the week, handovers. Managers edit, all may hand over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from app import clock
from app.actions import duty as actions
from app.errors import Invalid
from app.extensions import db
from app.permissions import P
from app.queries import duty, people, places
from models import DutySlot, User
from views.context import actor, can, needs, timezone
from views.desk.blueprint import blueprint
from views.desk.filters import number
from views.desk.sos import frame


@dataclass(frozen=True)
class Row:
    """A place's line of the week: its slots by weekday, and who is on duty there at this moment."""

    place_id: int | None
    name: str
    days: list[list[DutySlot]]
    now: list[User]


@blueprint.get("/sos/duty", endpoint="duty")
@needs(P.SOS_RESPOND)
def duty_page() -> str:
    return _page()


@blueprint.post("/sos/duty")
@needs(P.SOS_MANAGE)
def add_duty() -> ResponseReturnValue:
    form = request.form
    try:
        actions.add(
            actor(),
            number(form.get("user")),
            _place(form.get("place")),
            weekdays=[int(day) for day in form.getlist("weekdays") if day.isdecimal() and len(day) == 1],
            starts=form.get("starts", ""),
            ends=form.get("ends", ""),
        )
    except Invalid as error:
        return _page(wrong=error.fields), error.status
    flash(_("Saved."))
    return redirect(url_for("desk.duty"), 303)


def _place(text: str | None) -> int | None:
    """None is the whole location; what cannot be a place is none that exists."""
    return None if not text else number(text) or 0


@blueprint.post("/sos/duty/<int:slot_id>/remove")
@needs(P.SOS_MANAGE)
def remove_duty(slot_id: int) -> ResponseReturnValue:
    slot = db.session.get(DutySlot, slot_id)
    back = slot and {
        "user": slot.user_id,
        "place": slot.place_id or "",
        "weekdays": slot.weekday,
        "starts": actions.clock_text(slot.starts),
        "ends": actions.clock_text(slot.ends),
    }
    actions.remove(actor(), slot_id)
    undo = get_template_attribute("parts/undo.html", "undo")
    flash(undo(_("Taken out of the week."), url_for("desk.add_duty"), back))
    return redirect(url_for("desk.duty"), 303)


@blueprint.post("/sos/handovers")
@needs(P.SOS_RESPOND)
def hand_over() -> ResponseReturnValue:
    form = request.form
    giver = number(form.get("from")) if can(P.SOS_MANAGE) else actor().id
    try:
        actions.hand_over(
            actor(),
            giver,
            number(form.get("to")),
            starts_at=_moment(form.get("starts_at")),
            ends_at=_moment(form.get("ends_at")),
            note=form.get("note", ""),
        )
    except Invalid as error:
        return _page(wrong=error.fields), error.status
    flash(_("The duty is handed over."))
    return redirect(url_for("desk.duty"), 303)


@blueprint.post("/sos/handovers/<int:handover_id>/end")
@needs(P.SOS_RESPOND)
def end_handover(handover_id: int) -> ResponseReturnValue:
    actions.take_back(actor(), handover_id)
    flash(_("The handover has ended."))
    return redirect(url_for("desk.duty"), 303)


def _moment(text: str | None) -> dt.datetime | None:
    """A field of day and time, in the reader's zone."""
    try:
        found = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found.replace(tzinfo=timezone()) if 2000 <= found.year <= 2100 else None


def _page(wrong: dict[str, object] | None = None) -> str:
    now = clock.now()
    week = duty.slots(db.session)
    able = people.able(db.session, P.SOS_RESPOND)
    days = [(str(day), get_locale().days["format"]["abbreviated"][day]) for day in range(7)]
    return render_template(
        "desk/sos/duty.html",
        rows=_rows(week, now),
        able=[(one.id, one.name) for one in able],
        weekdays=days,
        gaps=[
            f"{days[day][1]} {actions.clock_text(starts)}–{actions.clock_text(ends)}"
            for day, starts, ends in duty.gaps(week)
        ],
        places=[(node.id, node.full_name) for node in places.tree(db.session) if node.depth < 4],
        handovers=duty.handovers(db.session, now),
        soon=clock.now().astimezone(timezone()).replace(second=0, microsecond=0, tzinfo=None),
        wrong=wrong or {},
        typed=request.form if wrong else {},
        clock_text=actions.clock_text,
        **frame("duty"),
    )


def _rows(week: Sequence[DutySlot], now: dt.datetime) -> list[Row]:
    """The whole location first, then places by name; only those that have somebody on duty in the week."""
    names = places.full_names(db.session)
    present = duty.present(db.session, week, now)
    found = []
    for key in sorted({slot.place_id for slot in week}, key=lambda key: names.get(key, "") if key else ""):
        mine = [slot for slot in week if slot.place_id == key]
        found.append(
            Row(
                key,
                names.get(key, "") if key else "",
                [[slot for slot in mine if slot.weekday == day] for day in range(7)],
                _faces(present.get(key, set()), now),
            )
        )
    return found


def _faces(ids: set[int], now: dt.datetime) -> Sequence[User]:
    return people.by_id(db.session, duty.handed_over(db.session, ids, now)) if ids else []
