"""One appointment of the provider: its page, its buttons, the windows with a reason, another time (S2-23, I-19)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock, policy, timezones
from app.actions import appointments as actions
from app.errors import AtriumError, IllegalMove, Invalid, NotFound, Stale, Taken
from app.extensions import db
from app.flows import APPOINTMENT, APPOINTMENT_STATUSES, REQUESTED, By, Move
from app.policy import Practice
from app.queries import cautions, payments, slots, wording
from app.queries import practice as queries
from app.queries.appointments import history, outcome
from models import AbsenceKind, Appointment
from views.context import actor, counters, local, seen_live, signed_in, timezone, when
from views.practice import today
from views.practice.absences import KINDS, words
from views.practice.base import fragment, page, practice, served, typed_day, typed_moment
from views.public.base import local_path

#: Days with free times that are offered at once, and how far they are looked for.
DAYS = 3
_AHEAD = dt.timedelta(days=21)


@practice.get("/appointments/<int:appointment_id>")
@signed_in
def appointment(appointment_id: int) -> ResponseReturnValue:
    """Everything about it: who, when, what, where, what was said, what happened."""
    shown, here = served(appointment_id)
    counters(shown.subject)
    return page("practice/appointment.html", here, **state(shown))


@practice.get("/appointments/<int:appointment_id>/status")
@signed_in
def status(appointment_id: int) -> ResponseReturnValue:
    """The part of the page that changes while it is open."""
    shown, here = served(appointment_id)
    seen_live(shown.subject)
    return render_template(
        "practice/_appointment.html", practice=here, provider=here.provider, **state(shown)
    )


@practice.get("/appointments/<int:appointment_id>/moves/<name>")
@signed_in
def reason(appointment_id: int, name: str) -> ResponseReturnValue:
    """The window of a move that needs a reason, or a question first, as a page of its own for browsers without a
    script."""
    shown, here = served(appointment_id)
    step, moves = _step(name), _moves(shown)
    if step not in moves or not step.in_dialog:
        return redirect(url_for("practice.appointment", appointment_id=appointment_id))
    ended = _package_ended(shown)
    return page(
        "practice/reason.html",
        here,
        appointment=shown,
        step=step,
        steps=moves,
        package_ended=ended,
        problem="",
        typed="",
    )


@practice.post("/appointments/<int:appointment_id>/moves/<name>")
@signed_in
def move(appointment_id: int, name: str) -> ResponseReturnValue:
    """Press a button. The answer is the part that the button stood in, or, without a script, the page again."""
    served(appointment_id)
    comment = request.form.get("comment", "")
    try:
        moved = actions.move(
            actor(), appointment_id, name, version=request.form.get("version", type=int), comment=comment
        )
    except (IllegalMove, Stale, Taken, Invalid) as error:
        return _refused(appointment_id, name, error, comment)
    said = _said(moved)
    if fragment():
        return _fragment(appointment_id, said=said)
    flash(said, "ok")
    return redirect(_back(appointment_id), 303)


def _step(name: str) -> Move:
    step = APPOINTMENT.moves.get(name)
    if step is None or step.by is not By.STAFF:
        raise NotFound
    return step


def _said(moved: Appointment) -> str:
    """What the press has done, and who knows of it."""
    name = moved.client.user.name
    return {
        "agreed": _("%(name)s has been told: accepted", name=name),
        "declined": _("%(name)s has been told: declined", name=name),
        "called_off": _("%(name)s has been told: called off", name=name),
        "held": _("Marked: it took place, the session of the package is used")
        if moved.package_id
        else _("Marked: it took place"),
        "missed": _missed(moved),
    }[moved.status]


def _missed(moved: Appointment) -> str:
    if moved.package_id is None:
        return _("Marked: the client did not come")
    if moved.session_back:
        return _("Marked: the client did not come. The session is in the package again.")
    return _("Marked: the client did not come. The session stays used.")


def _refused(appointment_id: int, name: str, error: AtriumError, comment: str) -> ResponseReturnValue:
    """A failed action has rolled back, and with it went what was loaded."""
    said = str(error.text)
    wrong = error.fields.get("comment") if isinstance(error, Invalid) else None
    if fragment():
        return _fragment(appointment_id, problem=str(wrong or said)), error.status
    shown, here = served(appointment_id)
    if wrong:
        given = {"appointment": shown, "step": _step(name), "problem": wrong, "typed": comment}
        return page("practice/reason.html", here, **given), error.status
    return page("practice/appointment.html", here, problem=said, **state(shown)), error.status


def _fragment(appointment_id: int, problem: str = "", said: str = "") -> str:
    shown, here = served(appointment_id)
    if request.form.get("part") == "today":
        return today.part(here, problem=problem, said=said)
    return render_template(
        "practice/_appointment.html",
        practice=here,
        provider=here.provider,
        live=True,
        problem=problem,
        said=said,
        **state(shown),
    )


def _back(appointment_id: int) -> str:
    """Where the form was, else the appointment."""
    return local_path(request.form.get("next")) or url_for(
        "practice.appointment", appointment_id=appointment_id
    )


def _moves(shown: Appointment) -> list[Move]:
    """What can be pressed now: whether somebody came is known when it has begun."""
    begun = shown.starts_at <= clock.now()
    return [step for step in policy.appointment_moves(actor(), shown) if begun or not step.afterwards]


def _package_ended(shown: Appointment) -> bool:
    """A session that goes back is of no use until the package is extended."""
    ends = shown.package.expires_at if shown.package else None
    return ends is not None and ends < clock.now()


def state(shown: Appointment) -> dict[str, Any]:
    """What the page shows of an appointment."""
    begun = shown.starts_at <= clock.now()
    happened = history(db.session, shown, timezone())
    return {
        "appointment": shown,
        "now_status": APPOINTMENT_STATUSES[shown.status],
        "buttons": [step for step in _moves(shown) if not (step.name == "accept" and begun)],
        "may_move": not APPOINTMENT_STATUSES[shown.status].final,
        "begun": begun,
        "account": payments.account(db.session, shown),
        "rivals": queries.rivals(db.session, shown) if shown.status == REQUESTED.name and not begun else 0,
        "over": shown.ends_at <= clock.now(),
        "package_ended": _package_ended(shown),
        "history": happened,
        "outcome": outcome(happened),
    }


# --- another time -------------------------------------------------------------------------------------------------


@practice.get("/appointments/<int:appointment_id>/time")
@signed_in
def time(appointment_id: int) -> ResponseReturnValue:
    """«Перенести», «Предложить другое время»: free times as buttons, and any time that is typed."""
    shown, here = served(appointment_id)
    if APPOINTMENT_STATUSES[shown.status].final:
        return redirect(url_for("practice.appointment", appointment_id=appointment_id))
    return _time_page(here, shown)


@practice.post("/appointments/<int:appointment_id>/time")
@signed_in
def reschedule(appointment_id: int) -> ResponseReturnValue:
    """Move it. What is refused comes back with the reason and with free times near."""
    shown, here = served(appointment_id)
    errors: dict[str, object] = {}
    at = typed_moment(here, errors)
    # Nothing is chosen: the fields of another time were sent as they were suggested.
    if at == shown.starts_at and "at" not in request.form:
        errors["at"] = _("Please choose a time.")
    if errors or at is None:
        return _time_page(here, shown, errors), 422
    asked = shown.status == REQUESTED.name
    # What speaks against the time is said once; whoever sends the same time again wants it so.
    # Of what the action refuses anyway nothing is asked.
    open_ = (
        not APPOINTMENT_STATUSES[shown.status].final and clock.now() < at <= clock.now() + actions.FURTHEST
    )
    if open_ and request.form.get("sure") != at.isoformat() and (said := _cautions(shown, at)):
        return _time_page(here, shown, warnings=said, sure=at), 409
    try:
        moved = actions.reschedule(actor(), appointment_id, at, version=request.form.get("version", type=int))
    except Invalid as error:
        shown, here = served(appointment_id)
        return _time_page(here, shown, error.fields), error.status
    except (Taken, Stale) as error:
        shown, here = served(appointment_id)
        return _time_page(here, shown, text=str(error.text), wanted=at), error.status
    except IllegalMove as error:
        shown, here = served(appointment_id)
        page_ = page("practice/appointment.html", here, problem=str(error.text), **state(shown))
        return page_, error.status
    told = {"when": when(moved.starts_at), "name": moved.client.user.name}
    done = _("Accepted at %(when)s. %(name)s has been told.", **told)
    flash(done if asked else _("Moved to %(when)s. %(name)s has been told.", **told), "ok")
    return redirect(_back(appointment_id), 303)


def _cautions(shown: Appointment, at: dt.datetime) -> list[str]:
    """What the reader should know before he gives it this time; nothing of it forbids that."""
    found, provider = cautions.of(db.session, shown, at), shown.client.provider
    said = []
    if found.absence is not None:
        kind = KINDS[AbsenceKind(found.absence.kind)]
        said.append(_("Days off are entered for this time: %(what)s", what=f"{kind}, {words(found.absence)}"))
    if found.outside:
        said.append(_("It is outside the working hours of %(name)s.", name=shown.specialist.name))
    if found.far:
        said.append(_("It is further ahead than the %(days)s days of your rules.", days=provider.horizon))
    if found.package_ends is not None:
        end_day = wording.day(found.package_ends.astimezone(clock.zone(provider.timezone)))
        said.append(_("The client's package ends on %(day)s.", day=end_day))
    if found.theirs is not None:
        said.append(
            _(
                "It is night for the client: %(when)s (%(zone)s).",
                when=f"{wording.day(found.theirs)}, {found.theirs:%H:%M}",
                zone=timezones.offset(found.theirs),
            )
        )
    return said


def _time_page(
    here: Practice,
    shown: Appointment,
    problems: dict[str, object] | None = None,
    *,
    text: str = "",
    wanted: dt.datetime | None = None,
    warnings: Sequence[str] = (),
    sure: dt.datetime | None = None,
) -> str:
    since = clock.now()
    if first := typed_day(request.args.get("from", "")):
        since = max(since, slots.moment(first, 0, clock.zone(here.provider.timezone)))
    free = slots.free_slots(
        db.session, shown.offer, [shown.specialist], since, since + _AHEAD, ignoring=shown.booking_id
    )
    times = [slot.at for slot in free if slot.at != shown.starts_at]
    days = by_day(times)
    return page(
        "practice/time.html",
        here,
        appointment=shown,
        days=days[:DAYS],
        later=days[DAYS][0] if len(days) > DAYS else None,
        near=[slot.at for slot in slots.nearest(free, wanted)] if wanted else [],
        problems=problems or {},
        problem=text,
        typed=request.form,
        back=local_path(request.values.get("next")),
        suggested=local(shown.starts_at),
        asked=shown.status == REQUESTED.name,
        warnings=warnings,
        sure=sure,
        # The time that is warned of stays chosen, also where it is not among those that are shown.
        kept=sure if "at" in request.form and not any(sure in those for _day, those in days[:DAYS]) else None,
        zone=shown.client.user.timezone,
    )


def by_day(times: list[dt.datetime]) -> list[tuple[dt.date, list[dt.datetime]]]:
    """Moments by their days, as the page's clocks tell them."""
    return [(day, list(those)) for day, those in groupby(times, key=lambda at: local(at).date())]
