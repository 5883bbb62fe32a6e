"""The bar of calls of help that every page of the staff carries, and its words. Its addresses are in desk/alarms.py."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import cast

from flask import Flask, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock, policy
from app.extensions import db
from app.flows import ACCEPTED, NEW, ON_SITE, ON_WAY, Move
from app.permissions import P
from app.queries import alarms as queries
from app.queries.alarms import Ringing
from models import Alarm, Responder
from views.context import actor, can

#: How far somebody who goes has come, after his name.
_STAGES = {ACCEPTED.name: _l("has accepted"), ON_WAY.name: _l("on the way"), ON_SITE.name: _l("on site")}


@dataclass(frozen=True)
class Line:
    """An open alarm in the bar. `loud`: nobody goes yet, or it sounds for the reader; `again`: although somebody goes.
    `unread`: messages of the caller."""

    alarm: Alarm
    sounds: bool
    unread: int
    moves: list[Move]
    mine: bool
    going: str

    @property
    def loud(self) -> bool:
        return self.sounds or self.alarm.status == NEW.name

    @property
    def again(self) -> bool:
        return self.alarm.sounding and self.alarm.status != NEW.name

    @property
    def seconds(self) -> int:
        return passed(self.alarm.pressed_at)


@dataclass(frozen=True)
class Bar:
    """What the reader's console shows and plays: «alarm», «drill» or nothing. `more`: open, but there is no room."""

    lines: list[Line] = field(default_factory=list)
    stamp: str = "-"
    more: int = 0

    @property
    def waiting(self) -> int:
        """How many nobody has accepted yet."""
        return sum(line.alarm.status == NEW.name for line in self.lines)

    @property
    def sounding(self) -> str:
        heard = [line.alarm.drill for line in self.lines if line.sounds]
        return "" if not heard else "drill" if all(heard) else "alarm"


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(alarm_bar=bar, responders=responders)
    app.jinja_env.filters.update(stopwatch=stopwatch, seconds_since=passed, seconds_since_call=since_call)


def bar() -> Bar | None:
    """For templates: the open alarms, those first that nobody answers; None for who hears none. Asked once a request,
    one statement while nobody calls."""
    if not can(P.SOS_RESPOND):
        return None
    if "alarm_bar" not in g:
        g.alarm_bar = drawn(queries.ringing(db.session, actor()))
    return cast(Bar, g.alarm_bar)


def drawn(ringing: list[Ringing]) -> Bar:
    lines = sorted((_line(one) for one in ringing), key=lambda line: not line.loud)
    full = len(lines) == queries.MOST
    more = queries.ringing_count(db.session, actor()) - len(lines) if full else 0
    return Bar(lines, queries.stamp(ringing), more)


def _line(one: Ringing) -> Line:
    return Line(
        one.alarm,
        one.sounds,
        one.unread,
        policy.alarm_moves(db.session, actor(), one.alarm),
        any(who.user_id == actor().id for who in one.going),
        responders(one.alarm),
    )


# --- words --------------------------------------------------------------------------------------------------------


def responders(alarm: Alarm) -> str:
    """«Николай Багров: в пути; Олег Турбин: на месте»; empty if nobody goes."""
    return "; ".join(_named(one) for one in queries.going(alarm))


def _named(one: Responder) -> str:
    return str(_("%(name)s: %(stage)s", name=one.user.name, stage=_STAGES[queries.stage(one)]))


def passed(since: dt.datetime, until: dt.datetime | None = None) -> int:
    """Whole seconds, never fewer than none."""
    return max(0, int(((until or clock.now()) - since).total_seconds()))


def since_call(moment: dt.datetime, alarm: Alarm) -> int:
    """From when the call came to us, on which alone the staff can act."""
    return passed(alarm.called_at, moment)


def stopwatch(seconds: int) -> str:
    """2:05, 1:02:05"""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
