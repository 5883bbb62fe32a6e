"""The provider's calendar: a week as a grid on a wide screen, a day as a list on a phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import NotFound
from app.extensions import db
from app.flows import APPOINTMENT_STATUSES
from app.policy import Practice
from app.queries import slots
from app.queries.appointments import between
from app.queries.week import Day, span_of, week
from models import AbsenceKind, Specialist
from views.context import actor, signed_in
from views.practice.absences import ICONS, KINDS
from views.practice.base import enter, fragment, page, practice, seen_specialists, typed_day, zone_words


@practice.get("/<int:provider_id>/calendar")
@signed_in
def calendar(provider_id: int) -> ResponseReturnValue:
    """The week of the day that the address names, of everybody whom the reader sees or of one of them."""
    here = enter(provider_id)
    state = _state(here)
    if fragment():
        return render_template("practice/_calendar.html", practice=here, provider=here.provider, **state)
    return page("practice/calendar.html", here, **state)


def _own(here: Practice, who: Sequence[Specialist], monday: dt.date) -> Sequence[Any]:
    """What the reader has as somebody's client, in the own calendar alone: it is asked for by who reads, so that no
    colleague, and no owner who looks at another's week, meets it."""
    if here.me is None or here.me not in who:
        return ()
    since, until = span_of(monday, clock.zone(here.provider.timezone))
    return between(db.session, actor(), since, until)


def _state(here: Practice) -> dict[str, Any]:
    zone = clock.zone(here.provider.timezone)
    now = clock.now().astimezone(zone)
    day = typed_day(request.args.get("day", "") or request.args.get("week", "")) or now.date()
    monday = day - dt.timedelta(days=day.weekday())
    those = seen_specialists(here)
    wanted = request.args.get("who", type=int)
    who = [one for one in those if wanted in (None, one.id)]
    if wanted is not None and not who:
        if not fragment():
            raise NotFound
        # Whoever was chosen on the open page has left meanwhile: the week of the others is still the reader's.
        who, wanted = those, None
    own = _own(here, who, monday)
    shown = week(db.session, here, who, monday, own)
    # Then one after the other; the chips lead to the others.
    if crowded := shown.crowded and len(who) > 1:
        who = those[:1]
        wanted = who[0].id
        shown = week(db.session, here, who, monday, own if here.me in who else ())

    def empty_hours(of: Day) -> list[tuple[int, str]]:
        """The hours of a day that can be pressed, each with its moment: those that have not passed and, of one
        specialist, are not taken."""
        taken = [] if len(who) > 1 else of.blocks
        hours = [
            hour
            for hour in range(shown.first, shown.last)
            if not any(block.start <= hour * 60 < block.end for block in taken)
        ]
        found = [(hour, slots.moment(of.date, hour * 60, zone)) for hour in hours]
        return [(hour, f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%MZ}") for hour, at in found if at > now]

    return {
        "week": shown,
        "day": day,
        "today": now.date(),
        "now_minute": now.hour * 60 + now.minute,
        "earlier": monday - dt.timedelta(days=7),
        "next": monday + dt.timedelta(days=7),
        "specialists": those if len(those) > 1 else [],
        "who": wanted,
        "several": len(who) > 1,
        "private": any(block.private for one in shown.days for block in one.blocks),
        "crowded": crowded,
        "empty_hours": empty_hours,
        "status_words": {name: str(one.label) for name, one in APPOINTMENT_STATUSES.items()},
        "absence_names": {kind.value: name for kind, name in KINDS.items()},
        "absence_icons": {kind.value: ICONS[kind] for kind in AbsenceKind},
        "zone_words": zone_words(here),
    }
