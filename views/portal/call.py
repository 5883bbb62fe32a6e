"""The page of the own call for help (S1-8, S1-11, S1-12, D-12): the countdown, who comes, the chat, its closing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app import clock
from app.actions import alarms as actions
from app.errors import Forbidden, IllegalMove, Stale
from app.extensions import db
from app.flows import SOS, STATUSES, By
from app.policy import alarm_moves, load_alarm, load_order
from app.queries import alarms as queries
from app.queries import places
from models import Alarm, Responder
from views import chat
from views.context import actor, counters, signed_in
from views.portal.base import portal

#: A call that no screen has shown so long is not waited for: the page offers the phone first.
_UNHEARD = dt.timedelta(seconds=5)
#: Nor is one that nobody accepts for so long.
_SLOW = dt.timedelta(seconds=60)


@portal.get("/sos/alarms/<int:alarm_id>")
@signed_in
def sos_alarm(alarm_id: int) -> ResponseReturnValue:
    """The countdown, who comes, the chat (S1-8, S1-11, S1-12). The staff meet the call at the desk."""
    alarm = load_alarm(db.session, actor(), alarm_id)
    if alarm.author_id != actor().id:
        return redirect(url_for("portal.order", number=alarm.lead_id))
    counters(alarm.subject)
    lead = load_order(db.session, actor(), alarm.lead_id or 0)
    return render_template("portal/sos_alarm.html", **chat.panel(lead, lead.thread) | _state(alarm))


@portal.get("/sos/alarms/<int:alarm_id>/state")
@signed_in
def sos_state(alarm_id: int) -> ResponseReturnValue:
    """The part of the page that changes while it is open."""
    return render_template("portal/_sos_state.html", **_state(_own(alarm_id)))


@portal.get("/sos/alarms/<int:alarm_id>/close")
@signed_in
def sos_close(alarm_id: int) -> ResponseReturnValue:
    """«Закрыть вызов» (D-12) as a page of its own, for browsers without a script."""
    alarm = _own(alarm_id)
    if not (closing := _closing(alarm)):
        return redirect(url_for("portal.sos_alarm", alarm_id=alarm.id), 303)
    return render_template("portal/sos_close.html", alarm=alarm, closing=closing)


@portal.post("/sos/alarms/<int:alarm_id>/close")
@signed_in
def sos_close_as(alarm_id: int) -> ResponseReturnValue:
    """«Да» in the window."""
    alarm = _own(alarm_id)
    step = SOS.moves.get(request.form.get("as", ""))
    if step is None or step.by is not By.AUTHOR:
        problem = _("Choose one of the two.")
        page = render_template("portal/sos_close.html", alarm=alarm, closing=_closing(alarm), problem=problem)
        return page, 422
    try:
        actions.move(actor(), alarm_id, step.name)
    except (IllegalMove, Stale) as error:
        flash(str(error.text), "error")
    return redirect(url_for("portal.sos_alarm", alarm_id=alarm_id), 303)


def _own(alarm_id: int) -> Alarm:
    alarm = load_alarm(db.session, actor(), alarm_id)
    if alarm.author_id != actor().id:
        raise Forbidden
    return alarm


def _closing(alarm: Alarm) -> list[Any]:
    return [step for step in alarm_moves(db.session, actor(), alarm) if step.by is By.AUTHOR]


@dataclass(frozen=True)
class Stage:
    """A line of what has happened, and of what comes. `at` is None while it has not."""

    text: str
    icon: str
    at: dt.datetime | None
    note: str = ""


def _state(alarm: Alarm) -> dict[str, Any]:
    """What the changing part of the page shows."""
    now = clock.now()
    saw = queries.who_saw(db.session, alarm)
    going = queries.going(alarm)
    # Who is there may be there for an earlier call: while it sounds again, it is waited for.
    there = any(one.on_site_at for one in going)
    waits = alarm.closed_at is None and (not there or alarm.sounding)
    return {
        "alarm": alarm,
        "now_status": STATUSES[alarm.status],
        "left": max(0.0, (alarm.due_at - now).total_seconds()),
        "whole": max(1.0, (alarm.due_at - alarm.repeated_at).total_seconds()),
        "waits": waits,
        "unheard": waits and not going and alarm.delivered_at is None and now - alarm.called_at > _UNHEARD,
        "slow": waits and not going and now - alarm.repeated_at > _SLOW,
        "happens": _happens(alarm, going, len(saw)),
        "stages": _stages(alarm, going, len(saw)),
        "going": going,
        "closing": _closing(alarm),
        "phone": places.staff_phone(db.session, alarm.place_id),
        "key": uuid4(),
    }


def _happens(alarm: Alarm, going: list[Responder], saw: int) -> str:
    """What happens now, in a sentence."""
    if alarm.closed_at is not None:
        return _END[alarm.status]()
    there = [one for one in going if one.on_site_at]
    coming = [one for one in going if one.on_way_at]
    for people, text in (
        (there, _("With you: %(names)s.", names=_names(there))),
        (coming, _("On the way to you: %(names)s.", names=_names(coming))),
        (going, _("The call is accepted: %(names)s.", names=_names(going))),
    ):
        if people:
            return text
    if saw:
        return _("The staff have seen the call. It is waiting to be accepted.")
    if alarm.delivered_at is not None:
        return _("The call is on the staff's screens.")
    return _("The call is sent. It has not come to any screen yet.")


_END = {
    "completed": lambda: _("The call is closed: help was given."),
    "cancelled": lambda: _("The call is closed: help is no longer needed."),
    "false_call": lambda: _("The staff have closed the call as a false one."),
}


def _stages(alarm: Alarm, going: list[Responder], saw: int) -> list[Stage]:
    seen = (
        ngettext("Seen by %(num)s employee", "Seen by %(num)s employees", saw)
        if saw
        else _("Seen by the staff")
    )
    coming = [one for one in going if one.on_way_at or one.on_site_at]
    there = [one for one in going if one.on_site_at]
    lines = [
        Stage(_("Call sent"), "send", alarm.called_at),
        Stage(_("On the staff's screens"), "monitor", alarm.delivered_at),
        Stage(seen, "eye", alarm.seen_at),
    ]
    for text, icon, at, people in (
        (_("Accepted"), "user-check", alarm.accepted_at, going),
        (_("On the way"), "footprints", alarm.on_way_at, coming),
        (_("On site"), "map-pin", alarm.on_site_at, there),
    ):
        # While it is open, of those who go now: whoever has given up comes no more.
        lines.append(Stage(text, icon, at if people or alarm.closed_at else None, _names(people)))
    if alarm.closed_at is None:
        return lines
    # What did not come to be is of no interest any more.
    status = STATUSES[alarm.status]
    end = Stage(str(status.label), status.icon, alarm.closed_at, alarm.result)
    return [line for line in lines if line.at is not None] + [end]


def _names(responders: list[Responder]) -> str:
    return ", ".join(one.user.name for one in responders)
