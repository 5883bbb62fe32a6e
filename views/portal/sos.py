"""SOS, the resident's side: help at one press, a place and words, the page that counts down (S1-5..S1-18).

A call is never lost to a formality. The two addresses that make one know no rate limit and no CSRF mark: the mark ends
with the session, and who presses on a page that was open all night must be heard. That it is a page of ours is told by
the headers of the browser (views/presses.py). Whose sign-in has expired signs in, and then the press is made.

By itself a press is made only for the person who made it, and within a day; else a page asks with a button.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4, uuid5

from flask import abort, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app import clock, settings
from app.actions import alarms as actions
from app.errors import Forbidden, IllegalMove, Invalid, Stale
from app.extensions import db
from app.flows import SOS, STATUSES, By
from app.policy import alarm_moves, load_alarm, load_order
from app.queries import alarms as queries
from app.queries import orders, places
from models import Alarm, Order, Responder
from views import chat
from views.context import actor, counters, csrf, signed_in, tel
from views.context import phone as shown
from views.errors import wants_json
from views.portal.base import portal
from views.portal.questions import place_groups
from views.presses import PRESS, from_our_page

#: Longer words would not fit into the cookie. Scripts keep the whole text in the browser.
_WORDS_IN_COOKIE = 600
#: What a phone says of a press of another time is taken for now, as a call is.
_LONG = dt.timedelta(days=366)
#: A press that waited longer for the sign-in is not made by itself: a button asks.
_FRESH = dt.timedelta(minutes=15)
#: A call that no screen has shown so long is not waited for: the page offers the phone first.
_UNHEARD = dt.timedelta(seconds=5)
#: Nor is one that nobody accepts for so long.
_SLOW = dt.timedelta(seconds=60)


# --- a press ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Press:
    """What came with a press. Nothing of it can be wrong: what is not understood is left out."""

    key: UUID
    pressed_at: dt.datetime | None
    place: str = ""
    words: str = ""
    #: On whose page it was made: a number, "" on a page that was nobody's, None if the press does not tell.
    user: str | None = None
    #: It is too old to be made by itself: the phone wants the reader asked.
    old: bool = False

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> Press:
        # PostgreSQL keeps no NUL, and would refuse the call for one.
        words = sent.get("words", "").replace("\0", "")
        return cls(
            _key(sent.get("key", "")),
            _moment(sent.get("pressed_at", "")),
            sent.get("place", ""),
            words,
            sent.get("user"),
            sent.get("ask") == "yes",
        )

    def made(self) -> Order:
        """The call of the reader. The key is made the reader's own: no other form's and nobody else's stands in its
        way."""
        return actions.call(
            actor(),
            self.own_key,
            place_id=places.find(db.session, self.place),
            words=self.words,
            pressed_at=self.pressed_at,
            drill=_in_drill(),
        )

    @property
    def own_key(self) -> UUID:
        return uuid5(self.key, f"sos:{actor().id}")

    @property
    def order(self) -> Order | None:
        """What it has become, if it was made before."""
        return orders.placed(db.session, actor(), self.own_key)

    @property
    def stranger(self) -> bool:
        """Whether it may be somebody else's than the reader's."""
        return self.user is not None and self.user != str(actor().id)

    def kept(self) -> dict[str, Any]:
        """For the session, until it is made."""
        return {
            "key": str(self.key),
            "pressed_at": (self.pressed_at or clock.now()).isoformat(),
            "place": self.place[:40],
            "words": self.words[:_WORDS_IN_COOKIE],
            "user": None if self.user is None else self.user[:20],
            "ask": "yes" if self.old else "",
        }


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _in_drill() -> bool:
    """Whether «ПОВТОРИТЬ ЗАПРОС» was pressed on the page of a drill, and nothing real is open."""
    if request.form.get("drill") != "yes":
        return False
    open_now = queries.mine(db.session, actor())
    return open_now is not None and open_now.drill


def _require_our_page() -> None:
    if not from_our_page():
        raise Forbidden(_("A call for help can only be made on a page of ours. Open “SOS” and press again."))


def _keep_for_the_sign_in() -> ResponseReturnValue:
    """The reader is nobody: S1-4 wants a sign-in, and what was pressed waits for it."""
    if wants_json():
        abort(401)  # the script keeps its presses itself
    session[PRESS] = Press.of(request.form).kept()
    return redirect(url_for("auth.sign_in", next=url_for("portal.sos_resume")), 303)


def _ask(press: Press) -> ResponseReturnValue:
    """It waits for the reader's word."""
    session[PRESS] = press.kept()
    address = url_for("portal.sos_resume")
    return jsonify(alarm=None, url=address) if wants_json() else redirect(address, 303)


def _answer(order: Order) -> ResponseReturnValue:
    """The call that a press has made."""
    session.pop(PRESS, None)
    if wants_json():
        return jsonify(alarm=order.alarm_id, url=url_for("portal.sos_alarm", alarm_id=order.alarm_id))
    return _to(order.alarm_id)


def _to(alarm_id: int | None) -> ResponseReturnValue:
    return redirect(url_for("portal.sos_alarm", alarm_id=alarm_id), 303)


# --- calling ------------------------------------------------------------------------------------------------------


@portal.get("/sos")
def sos() -> ResponseReturnValue:
    """The three ways to call (S1-6). Who has called already meets the own call; strangers read whom to phone (S1-4)."""
    phone = settings.get(db.session, "support_phone")
    if not current_user.is_authenticated:
        return render_template("public/sos.html", phone=phone)
    open_now = queries.mine(db.session, actor())
    if open_now is not None and not open_now.drill:
        return _to(open_now.id)
    heard = queries.watch(db.session).heard
    return render_template("portal/sos.html", phone=phone, heard=heard, drill=open_now, key=uuid4())


@portal.post("/sos/calls")
@csrf.exempt
def sos_call() -> ResponseReturnValue:
    """A press for help: routes A and C, a repeat, and whatever a script kept while there was no network."""
    _require_our_page()
    if not current_user.is_authenticated:
        return _keep_for_the_sign_in()
    press = Press.of(request.form)
    if before := press.order:
        return _answer(before)
    if request.form.get("taken") == "yes":
        # Taken back while it was on its way; it has not arrived.
        return jsonify(alarm=None, url="")
    return _ask(press) if press.old or press.stranger else _answer(press.made())


@portal.get("/sos/resume")
@signed_in
def sos_resume() -> ResponseReturnValue:
    """After the sign-in: the press that waited for it. The page makes it with a script, or asks with a button; an
    address alone, which anybody could have sent, calls nobody."""
    kept = session.get(PRESS)
    if not kept:
        return redirect(url_for("portal.sos"))
    press, now = Press.of(kept), clock.now()
    at = press.pressed_at if press.pressed_at and now - _LONG < press.pressed_at <= now else now
    return render_template(
        "portal/sos_resume.html",
        kept=kept,
        at=at,
        by_itself=now - at < _FRESH and not press.old and not press.stranger,
        stranger=press.stranger,
        phone=settings.get(db.session, "support_phone"),
    )


@portal.get("/sos/place")
@signed_in
def sos_place() -> ResponseReturnValue:
    """«Нужна помощь?»: the form of route B (S1-13..S1-18), also by which an open call is told where it is."""
    place_id = places.find(db.session, request.args.get("place", ""))
    if place_id is None and (open_now := queries.mine(db.session, actor())):
        place_id = open_now.place_id
    return _form(place_id)


@portal.post("/sos/place")
@csrf.exempt
def sos_describe() -> ResponseReturnValue:
    """«Оставить заявку» without a script. With one, the press goes the way of all others: `sos_call`."""
    _require_our_page()
    if not current_user.is_authenticated:
        return _keep_for_the_sign_in()
    press = Press.of(request.form)
    if press.stranger:
        return _ask(press)
    offered = places.full_names(db.session, shown_only=True)
    try:
        order = actions.describe(
            actor(),
            press.own_key,
            place=press.place,
            words=press.words,
            offered=offered,
            pressed_at=press.pressed_at,
        )
    except Invalid as error:
        chosen = int(press.place) if press.place.isdecimal() and len(press.place) < 10 else None
        return _form(chosen, press.words, error.fields), 422
    session.pop(PRESS, None)
    return _to(order.alarm_id)


def _form(place_id: int | None, words: str = "", problems: Mapping[str, object] | None = None) -> str:
    usual = settings.get(db.session, "support_phone")
    phones = places.staff_phones(db.session)
    return render_template(
        "portal/sos_place.html",
        chosen=place_id or "",
        calling=(open_now := queries.mine(db.session, actor())) is not None and not open_now.drill,
        words=words,
        returned=problems is not None,
        problems=problems or {},
        groups=place_groups(places.tree(db.session, shown_only=True)),
        phone=phones.get(place_id or 0) or usual,
        # What js/sos.js shows for each place: to dial, and to read.
        phones={str(key): (tel(phone), shown(phone)) for key, phone in {"": usual, **phones}.items()},
        key=uuid4(),
    )


# --- the page of a call -------------------------------------------------------------------------------------------


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
        return _to(alarm.id)
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
    return _to(alarm_id)


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
    going = [one for one in alarm.responders if one.left_at is None]
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
