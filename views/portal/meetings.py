"""«Записи»: what is planned, what is over, «Информация о встрече», cancelling."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from app import clock
from app.actions import appointments as actions
from app.errors import IllegalMove, Invalid, NotFound, Stale
from app.extensions import db
from app.flows import AGREED, APPOINTMENT_STATUSES, CALLED_OFF, HELD, MISSED, By, Move
from app.notices import JOURNAL
from app.policy import appointment_moves, client_side, load_appointment
from app.queries import appointments as queries
from app.queries import payments, wording
from models import Appointment
from views.context import actor, counters, local, seen, seen_live, signed_in, timezone
from views.numbers import LARGE, number
from views.portal.base import fragment, portal
from views.portal.wishes import written

#: The path of one appointment; a column holds no larger number.
_ONE = "/appointments/<int:appointment_id>"


@portal.app_template_filter("leaf")
def leaf(at: dt.datetime) -> dict[str, str]:
    """A leaf of a calendar: «пн», «23», «нояб.», and the year if it is another one."""
    date = local(at).date()
    return {
        "year": "" if date.year == local(clock.now()).year else str(date.year),
        "weekday": format_date(date, "EEE"),
        "day": format_date(date, "d"),
        "month": format_date(date, "LLL"),
    }


@portal.app_template_filter("day_of_week")
def day_of_week(date: dt.date) -> str:
    """«пн, 23 ноября», of another year than the present one with it"""
    return wording.day(date)


@portal.get("/appointments")
@signed_in
def appointments() -> ResponseReturnValue:
    """What is requested or agreed, the soonest first (S2-25); and what was lately refused, with the next step."""
    after = number(request.args, "after", LARGE)
    return render_template(
        "portal/_appointments.html" if fragment() else "portal/appointments.html",
        page=queries.planned(db.session, actor(), after=after),
        refused=queries.refused(db.session, actor()) if after is None else (),
        silent={kind: JOURNAL[kind].mine for kind in queries.SILENT},
        after=after,
        client=counters().client,
    )


@portal.get("/appointments/past")
@signed_in
def past_appointments() -> ResponseReturnValue:
    """«Прошедшие записи» (S2-34), the latest first; each opens in a window (S2-35)."""
    before = number(request.args, "before", LARGE)
    return render_template(
        "portal/_past.html" if fragment() else "portal/past.html",
        page=queries.past(db.session, actor(), before=before),
        before=before,
    )


@portal.get(_ONE)
@signed_in
def appointment(appointment_id: int) -> ResponseReturnValue:
    """«Информация о встрече» (S2-32); as a part, what a window shows of it (S2-35). The provider's side is led to the
    practice."""
    shown = load_appointment(db.session, actor(), appointment_id)
    if client_side(actor(), shown.client) is not By.AUTHOR:
        return redirect(url_for("practice.appointment", appointment_id=appointment_id))
    if fragment():
        seen(shown.subject)
        return render_template("portal/_appointment_window.html", **_state(shown))
    counters(shown.subject)
    return render_template("portal/appointment.html", **_state(shown))


@portal.get(_ONE + "/state")
@signed_in
def appointment_state(appointment_id: int) -> ResponseReturnValue:
    """The part of the page that changes while it is open."""
    shown = _own(appointment_id)
    seen_live(shown.subject)
    return render_template("portal/_appointment.html", **_state(shown))


@portal.get(_ONE + "/cancel")
@signed_in
def cancel_appointment(appointment_id: int) -> ResponseReturnValue:
    """What cancelling does, as a page of its own, for browsers without a script."""
    shown = _own(appointment_id)
    if _cancelling(shown) is None:
        return redirect(url_for("portal.appointment", appointment_id=appointment_id))
    return render_template("portal/cancel.html", **_state(shown))


@portal.post(_ONE + "/cancel")
@signed_in
def do_cancel_appointment(appointment_id: int) -> ResponseReturnValue:
    """«Отменить» (S2-33, D-17): what is requested or agreed, before it begins."""
    problem = ""
    _own(appointment_id)
    try:
        actions.move(actor(), appointment_id, "cancel")
    except (IllegalMove, Stale, Invalid) as error:
        problem = str(error.text)
    if fragment():
        page = render_template("portal/_appointment.html", problem=problem, **_state(_own(appointment_id)))
        return page, 409 if problem else 200
    flash(problem or _("The appointment is cancelled."), "error" if problem else "ok")
    return redirect(url_for("portal.appointment", appointment_id=appointment_id), 303)


def _own(appointment_id: int) -> Appointment:
    """The appointment, for its client alone. Raises NotFound."""
    shown = load_appointment(db.session, actor(), appointment_id)
    if client_side(actor(), shown.client) is not By.AUTHOR:
        raise NotFound
    return shown


def _cancelling(shown: Appointment) -> Move | None:
    """The button «Отменить», as long as it can be pressed."""
    moves = appointment_moves(actor(), shown) if shown.starts_at > clock.now() else []
    return next((step for step in moves if step.name == "cancel"), None)


def _near(shown: Appointment) -> list[dt.datetime]:
    """Free times near the one that was refused, which itself may be free again and is no better for it."""
    return [at for at in actions.near(shown) if at != shown.starts_at]


def _pay_at(shown: Appointment, account: payments.Account) -> str:
    """Where the rest can be paid: the provider's own link, if he has one (S2-10). Only of what is agreed or has taken
    place: a request may yet be declined, and for what was missed the two settle it in the chat."""
    due = shown.status in (AGREED.name, HELD.name)
    return shown.client.provider.payment_url if account.remainder and due else ""


def _state(shown: Appointment) -> dict[str, Any]:
    """What the page, its changing part and the window show."""
    now = clock.now()
    refused = queries.refused_by_provider(shown)
    return {
        "appointment": shown,
        "client": shown.client,
        "provider": shown.client.provider,
        "now_status": APPOINTMENT_STATUSES[shown.status],
        "cancelling": _cancelling(shown),
        "refused": refused,
        "written": written,
        "near": _near(shown) if refused and shown.starts_at > now else [],
        "joinable": shown.meeting_url if shown.status == AGREED.name and shown.ends_at > now else "",
        # Also after what the client cancelled or missed: what the provider ended has a way of its own.
        "repeatable": shown.status in (HELD.name, MISSED.name, CALLED_OFF.name) and not refused,
        "over": shown.ends_at <= now,
        "account": (account := payments.account(db.session, shown)),
        "pay_at": _pay_at(shown, account),
        "history": (history := queries.history(db.session, shown, timezone(), of_client=True)),
        "outcome": queries.outcome(history),
    }
