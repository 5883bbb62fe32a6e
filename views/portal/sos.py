"""SOS, the resident's side: help at one press, a place and words (S1-5..S1-18). The page of a call is in call.py.

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

from flask import abort, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app import clock, settings
from app.actions import alarms as actions
from app.errors import Forbidden, Invalid
from app.extensions import db
from app.queries import alarms as queries
from app.queries import orders, places
from models import Order
from views.context import actor, csrf, signed_in, tel
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
