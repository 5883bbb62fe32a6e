"""«Запросить запись»: provider, service, date, time, «Подтвердить» (S2-17..S2-22).

Each step is an address with all that is chosen so far: going back loses nothing, and no script is needed. `step` names
a step that the reader has gone back to; else a step with one choice only is passed over.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from app import clock, timezones
from app.actions import asking as actions
from app.errors import Invalid, NotFound, Taken
from app.extensions import db
from app.queries import appointments as queries
from app.queries import consents, dates, packages, slots, wording
from models import Appointment
from views.context import actor, local, signed_in, timezone
from views.keys import form_key, fresh_key
from views.numbers import number
from views.packages import chosen, preselected
from views.portal import wishes
from views.portal.base import portal
from views.portal.wishes import Wish, wish_of

#: Parts of the day by the hour in which they begin.
_PARTS = ((0, "night"), (5, "morning"), (12, "day"), (17, "evening"))
#: How far from a time that is gone others are offered.
_NEAR = dt.timedelta(days=4)
_SHORTCUTS = 3


@portal.get("/ask")
@signed_in
def ask() -> ResponseReturnValue:
    """The step that what is chosen leads to."""
    step = request.args.get("step", "")
    client_id = number(request.args, "client")
    if client_id is None or step == "provider":
        return _providers(back=step == "provider")
    wish = wish_of(client_id, request.args)
    if wish.offer is None or step == "offer":
        return _offers(wish, back=step == "offer")
    if not wish.serving:
        flash(_("This service is not on offer now. Choose another one."), "error")
        return redirect(url_for("portal.ask", client=client_id))
    at, day = wishes.moment(request.args), wishes.date(request.args.get("day", ""))
    if at and step not in ("day", "time"):
        return _confirm(wish, at)
    if day and step != "day":
        return _times(wish, day, back=step == "time")
    return _days(wish)


@portal.post("/ask")
@signed_in
def send_request() -> ResponseReturnValue:
    """«Подтвердить» (S2-22). Of a time that has just been taken the reader learns at once, with others near."""
    form = request.form
    client_id, at = number(form, "client"), wishes.moment(form)
    if client_id is None:
        raise NotFound
    wish = wish_of(client_id, form)
    if wish.offer is None or not wish.serving or at is None:
        return redirect(wish.address(), 303)
    try:
        made = actions.request(
            actor(),
            client_id,
            wish.offer.id,
            at,
            specialist_id=wish.who.id if wish.who else None,
            words=form.get("words", ""),
            package_id=chosen(form),
            form_key=form_key(),
        )
    except Taken as error:
        # A failed action has rolled back, and with it went what was loaded.
        return _taken(wish_of(client_id, form), at, str(error.text)), 409
    except Invalid as error:
        return _confirm(wish_of(client_id, form), at, error.fields), 422
    flash(_("The request is sent. You will be told at once when it is answered."), "ok")
    return redirect(url_for("portal.appointment", appointment_id=made.id, asked=1), 303)


# --- steps --------------------------------------------------------------------------------------------------------


def _providers(*, back: bool) -> ResponseReturnValue:
    """S2-18: from the own list."""
    after = number(request.args, "after")
    page = queries.my_providers(db.session, actor(), after=after)
    if len(page.lines) == 1 and not back and after is None:
        return redirect(url_for("portal.ask", client=page.lines[0].id))
    return render_template("portal/ask_provider.html", step=1, page=page, after=after)


def _offers(wish: Wish, *, back: bool) -> ResponseReturnValue:
    """S2-19: from the provider's catalogue."""
    if len(wish.offers) == 1 and not back:
        return redirect(url_for("portal.ask", client=wish.client.id, offer=wish.offers[0].id))
    return render_template("portal/ask_offer.html", step=2, **_chosen(wish))


def _days(wish: Wish) -> ResponseReturnValue:
    """S2-20: the days that have free times. Without a month in the address it is the first one that has any, with
    the soonest times."""
    assert wish.offer is not None
    zone, provider = timezone(), wish.client.provider
    first = wishes.date(f"{request.args.get('month', '')}-01")
    soonest: list[dt.datetime] = []
    if first is not None and dates.within(first, provider, zone):
        month = dates.month(db.session, wish.offer, wish.wanted, first, zone)
    else:
        found = dates.coming(db.session, wish.offer, wish.wanted, zone)
        shown = local(found[0] if found else clock.now()).date().replace(day=1)
        month = dates.month_of(found, provider, shown, zone)
        soonest = found[:_SHORTCUTS]
    return render_template(
        "portal/ask_day.html",
        step=3,
        month=month,
        title=format_date(month.first, "LLLL yyyy"),
        weekdays=_weekdays(),
        weeks=calendar.Calendar(get_locale().first_week_day).monthdatescalendar(
            month.first.year, month.first.month
        ),
        today=local(clock.now()).date(),
        soonest=soonest,
        nothing=not month.free and not soonest and "month" not in request.args,
        **_chosen(wish),
    )


def _weekdays() -> list[tuple[str, str]]:
    """«пн», «понедельник» in the order of the reader's week."""
    locale = get_locale()
    short, wide = (locale.days["stand-alone"][width] for width in ("abbreviated", "wide"))
    order = [(locale.first_week_day + later) % 7 for later in range(7)]
    return [(short[one], wide[one]) for one in order]


def _times(wish: Wish, day: dt.date, *, back: bool = False) -> ResponseReturnValue:
    """S2-21: the free times of a day."""
    assert wish.offer is not None
    free = dates.day(db.session, wish.offer, wish.wanted, day, timezone())
    if len(free) == 1 and not back:
        return redirect(wish.address(at=wishes.written(free[0])))
    return _times_page(wish, day, free)


def _taken(wish: Wish, at: dt.datetime, problem: str) -> str:
    """The times of the same day, and the nearest ones as buttons that send what was written along; of a time that is
    over, those that come first."""
    assert wish.offer is not None
    if own := actions.own_at(wish.client, wish.wanted, at):
        # The same time, confirmed in two tabs: no other is offered, the request is there.
        return _own_time(wish, own)
    around = max(at, clock.now())
    found = slots.free_slots(db.session, wish.offer, wish.wanted, around - _NEAR, around + _NEAR)
    day = local(at).date()
    free = dates.month_of(found, wish.client.provider, day.replace(day=1), timezone()).free.get(day, [])
    near = [slot.at for slot in slots.nearest(found, around)]
    return _times_page(wish, day, free, problem=problem, near=near)


def _own_time(wish: Wish, own: Appointment) -> str:
    assert wish.offer is not None
    day = local(own.starts_at).date()
    free = dates.day(db.session, wish.offer, wish.wanted, day, timezone())
    return _times_page(wish, day, free, problem=actions.asked_already(own), own=own)


def _times_page(
    wish: Wish,
    day: dt.date,
    free: Sequence[dt.datetime],
    *,
    problem: str = "",
    near: Sequence[dt.datetime] = (),
    own: Appointment | None = None,
) -> str:
    return render_template(
        "portal/ask_time.html",
        step=4,
        day=day,
        parts_of_day=_by_part(free),
        problem=problem,
        near=near,
        own=own,
        words=request.form.get("words", ""),
        package=request.form.get("package", ""),
        form_key=fresh_key(),
        **_chosen(wish),
    )


@dataclass(frozen=True)
class Time:
    """A time on a chip: by the reader's clocks, and by the provider's where they differ, with the day if it is
    another one there."""

    at: dt.datetime
    here: str
    there: str


def _by_part(free: Sequence[dt.datetime]) -> list[tuple[str, list[dt.datetime]]]:
    """The times of a day by its parts, the empty ones left out."""
    found: dict[str, list[dt.datetime]] = {name: [] for _start, name in _PARTS}
    for at in free:
        hour = local(at).hour
        found[next(name for start, name in reversed(_PARTS) if hour >= start)].append(at)
    return [(name, ats) for name, ats in found.items() if ats]


def _confirm(
    wish: Wish, at: dt.datetime, problems: Mapping[str, object] | None = None
) -> ResponseReturnValue:
    """S2-22: everything at one look, and one press."""
    assert wish.offer is not None
    if own := actions.own_at(wish.client, wish.wanted, at):
        return _own_time(wish, own)
    free = slots.free_slots(db.session, wish.offer, wish.wanted, at, at + dt.timedelta(minutes=1))
    if at not in dates.times(free):
        late = actions.too_late(wish.client.provider, at)
        return _taken(wish, at, late or _("This time is not free any more. Choose another one."))
    usable = packages.usable(db.session, wish.client, wish.offer, at)
    return render_template(
        "portal/ask_confirm.html",
        step=5,
        at=at,
        ends=at + dt.timedelta(minutes=wish.offer.minutes),
        day=local(at).date(),
        words=request.form.get("words", ""),
        most=actions.MAX_WORDS,
        problems=problems or {},
        # I-19: what is paid for already comes first.
        packages=usable,
        chosen=preselected(request.form, usable),
        form_key=fresh_key(),
        **_chosen(wish),
    )


def _chosen(wish: Wish) -> dict[str, Any]:
    """What the summary of each step shows."""
    zone = clock.zone(wish.client.provider.timezone)

    def time(at: dt.datetime) -> Time:
        mine, theirs = local(at), at.astimezone(zone)
        differs = mine.utcoffset() != theirs.utcoffset()
        here = f"{mine:%H:%M}"
        if mine.replace(fold=0).utcoffset() != mine.replace(fold=1).utcoffset():
            here = f"{here} {timezones.offset(mine)}"  # this hour the clocks show twice
        return Time(at, here, wording.clock_of(theirs, mine) if differs else "")

    now = clock.now()
    return {
        "wish": wish,
        "client": wish.client,
        "provider": wish.client.provider,
        "offer": wish.offer,
        # S2-8: what a service demands is signed before it is asked for. Said where it is chosen, and from then on.
        "demanded": consents.demanded(db.session, wish.client, wish.offers),
        "written": wishes.written,
        "clock_of": time,
        # Where another time zone brings the reader back to; what a form has answered has no address of its own.
        "here": request.full_path if request.method == "GET" else wish.address(at=request.form.get("at")),
        "their_zone": timezones.short(zone)
        if local(now).utcoffset() != now.astimezone(zone).utcoffset()
        else "",
    }
