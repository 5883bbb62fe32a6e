"""Calls of help at the desk: the bar's fragment, the list, an alarm's page and its moves; what consoles say of
themselves and of what they show."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from flask import Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app import clock, policy
from app.actions import alarms as actions
from app.actions import consoles, telling
from app.errors import AtriumError, IllegalMove, Invalid, NotFound, Stale
from app.extensions import db
from app.flows import SOS, STATUSES, By, Move
from app.permissions import P
from app.queries import alarms as queries
from app.queries import places
from models import Alarm
from views import chat
from views.context import actor, can, needs, status_chips
from views.desk.blueprint import blueprint, is_fragment, target, trigger
from views.desk.case import TABS
from views.desk.filters import boxes
from views.desk.queue import menu_of, single
from views.desk.reports import PERIODS
from views.desk.sos import frame

_LARGEST = 2**63 - 1
_WHATS = {
    queries.What.REAL: _l("Real calls"),
    queries.What.FALSE: _l("False calls"),
    queries.What.DRILL: _l("Drills"),
}


# --- the bar ------------------------------------------------------------------------------------------------------


@blueprint.get("/alarms/bar")
@needs(P.SOS_RESPOND)
def bar() -> str:
    """The open alarms as they are now: what a console asks for after a poke, or when its own stamp is old."""
    return render_template("parts/alarms.html")


# --- consoles -----------------------------------------------------------------------------------------------------


@blueprint.post("/beat")
@needs(P.SOS_RESPOND)
def beat() -> Response:
    """A page is there. It hears by the answer what it may have missed: the second way beside the socket."""
    consoles.beat(actor(), _console(), sound=_flag("sound"), visible=_flag("visible"))
    watch = queries.watch(db.session)
    stamp = queries.stamp(queries.ringing(db.session, actor()))
    return jsonify(stamp=stamp, heard=watch.heard, watched=watch.watched)


@blueprint.post("/leave")
@needs(P.SOS_RESPOND)
def leave() -> ResponseReturnValue:
    consoles.leave(actor(), _console())
    return "", 204


@blueprint.post("/alarms/delivered")
@needs(P.SOS_RESPOND)
def delivered() -> ResponseReturnValue:
    """These alarms are on the reader's screen."""
    telling.delivered(actor(), _ids())
    return "", 204


@blueprint.post("/alarms/seen", endpoint="seen_alarms")
@needs(P.SOS_RESPOND)
def seen_by_human() -> ResponseReturnValue:
    """A hand has moved on the page that shows these alarms."""
    telling.seen(actor(), _ids())
    return "", 204


def _console() -> UUID:
    try:
        return UUID(request.form.get("id", ""))
    except ValueError:
        raise Invalid({"id": _("The request cannot be understood.")}) from None


def _flag(name: str) -> bool:
    if (said := request.form.get(name)) not in ("0", "1"):
        raise Invalid({name: _("The request cannot be understood.")})
    return said == "1"


def _ids() -> list[int]:
    """At most a hundred numbers of alarms."""
    sent = request.form.getlist("id")
    if not 0 < len(sent) <= 100 or not all(one.isascii() and one.isdecimal() for one in sent):
        raise Invalid({"id": _("The request cannot be understood.")})
    return [number for one in sent if (number := int(one)) <= _LARGEST]


# --- the list and the page ----------------------------------------------------------------------------------------


@blueprint.get("/alarms")
@needs(P.SOS_RESPOND)
def alarms() -> str:
    """Every call of help: those that are open, then the closed ones, newest first; or, of the closed ones, what is
    looked for."""
    before = request.args.get("before", "")
    position = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    asked, kept = _asked()
    found, older = queries.closed(db.session, actor(), asked, before=position)
    shown = {"closed": found, "older": older, "before": position, "kept": kept, "chip": status_chips()}
    if is_fragment():
        return render_template("desk/_alarms.html", **shown)
    whats = [(what.value, _WHATS[what]) for what in queries.What]
    return render_template(
        "desk/alarms.html", **shown, periods=PERIODS.items(), whats=whats, **frame("alarms")
    )


def _asked() -> tuple[queries.Past, dict[str, Any]]:
    """What is looked for, and the parameters of the address that say so; what is not understood is left out."""
    words = " ".join(request.args.get("q", "").replace("\0", " ").split())[:100]
    days = request.args.get("days", type=int)
    days = days if days in PERIODS else None
    what = next((what for what in queries.What if what == request.args.get("what")), None)
    since = clock.now() - dt.timedelta(days=days) if days else None
    kept = {"q": words, "days": days, "what": what.value if what else None}
    return queries.Past(words, since, what), {name: value for name, value in kept.items() if value}


@blueprint.get("/alarms/<int:number>")
@needs(P.SOS_RESPOND)
def alarm(number: int) -> str:
    return _page(policy.load_alarm(db.session, actor(), number))


@blueprint.get("/alarms/<int:number>/state")
@needs(P.SOS_RESPOND)
def alarm_state(number: int) -> str:
    """Where the alarm stands now: what its live page asks for."""
    one = policy.load_alarm(db.session, actor(), number)
    if policy.alarm_side(db.session, actor(), one) is not By.STAFF:
        raise NotFound
    return _state(one)


def _menu(subject: str = "") -> dict[str, Any]:
    return {**menu_of(boxes(), None, subject), "in_alarms": True}


def _page(one: Alarm, refusal: object = "") -> str:
    order = policy.load_order(db.session, actor(), one.lead_id or 0)
    own = policy.alarm_side(db.session, actor(), one) is not By.STAFF
    chosen = request.args.get("tab", "")
    shown: dict[str, Any] = {"own": True} if own else _facts(one, refusal)
    if not own:
        panel = chat.panel(order, order.thread)
        shown["talk"] = Markup(render_template("parts/chat.html", **panel))  # noqa: S704  # our template
        shown["may_note"] = can(P.NOTES)
    tab = chosen if chosen in TABS else "info"
    return render_template("desk/alarm.html", order=order, alarm=one, tab=tab, **shown, **_menu(one.subject))


def _state(one: Alarm, refusal: object = "") -> str:
    return render_template("desk/_alarm_state.html", alarm=one, **_facts(one, refusal))


def _facts(one: Alarm, refusal: object = "") -> dict[str, Any]:
    """What desk/_alarm_state.html tells."""
    way = places.way_up(db.session, one.place_id) if one.place_id else []
    return {
        "status": STATUSES[one.status],
        "moves": policy.alarm_moves(db.session, actor(), one),
        "calls": queries.calls(db.session, one),
        "receipts": queries.receipts(db.session, one),
        "history": queries.history(db.session, one, staff=True),
        "staff_phone": places.phone_on(db.session, way),
        "where": places.where_on(way),
        "going": queries.going(one),
        "refusal": refusal,
    }


# --- moving -------------------------------------------------------------------------------------------------------


@blueprint.get("/alarms/<int:number>/moves/<name>")
@needs(P.SOS_RESPOND)
def alarm_window(number: int, name: str) -> str:
    """The window of a move that needs a word or a second thought."""
    one, step = policy.load_alarm(db.session, actor(), number), SOS.moves.get(name)
    if step is None or step not in policy.alarm_moves(db.session, actor(), one):
        raise IllegalMove
    return _window(one, step)


@blueprint.post("/alarms/<int:number>/moves/<name>")
@needs(P.SOS_RESPOND)
def alarm_move(number: int, name: str) -> ResponseReturnValue:
    """Press a button of an alarm, in the bar or on its page."""
    try:
        moved = actions.move(actor(), number, name, comment=request.form.get("comment", ""))
    except Invalid as error:
        one = policy.load_alarm(db.session, actor(), number)
        return _window(one, SOS.moves[name], error.fields.get("comment", error.text)), error.status
    except (Stale, IllegalMove) as error:
        return _too_late(number, name, error)
    return _done(moved)


def _window(one: Alarm, step: Move, problem: object = "", refusal: object = "") -> str:
    body = render_template(
        "desk/_alarm_window.html",
        alarm=one,
        step=step,
        comment=request.form.get("comment", ""),
        problem=problem,
        refusal=refusal,
    )
    return body if is_fragment() else single(str(step.label), body)


def _done(moved: Alarm) -> ResponseReturnValue:
    """Where the press came from is drawn anew; the page's other places hear of it by an event."""
    text = _(
        "Call for help, %(name)s: %(status)s", name=moved.author.name, status=STATUSES[moved.status].label
    )
    if not is_fragment():
        flash(text)
        return redirect(url_for("desk.alarm", number=moved.id), 303)
    return _told(_drawn(moved.id), text)


def _too_late(number: int, name: str, error: AtriumError) -> ResponseReturnValue:
    """Somebody else was faster: who it is, and the present state with the way to join."""
    one, step = policy.load_alarm(db.session, actor(), number), SOS.moves.get(name)
    if not is_fragment():
        return _page(one, error.text), error.status
    if target() == "alarm-dialog-body" and step:
        return _window(one, step, refusal=error.text), error.status
    response = _drawn(number)
    response.status_code = error.status
    return _told(response, str(error.text), "danger")


def _drawn(number: int) -> Response:
    """The piece of the page from which was pressed, as it is now; nothing for a window, which closes."""
    if target() == "alarms":
        return make_response(render_template("parts/alarms.html"))
    if target() == "alarm-state":
        return make_response(_state(policy.load_alarm(db.session, actor(), number)))
    return Response(status=204)


def _told(response: Response, text: str, tone: str = "") -> Response:
    """With a word that outlives the next poke, which draws the page anew."""
    return trigger(response, alarmed={}, alarmtold={"text": text, "tone": tone})
