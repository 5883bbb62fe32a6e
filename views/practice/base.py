"""The blueprint that the provider's modules share: who works where, and what people type into several of the forms.

All times on these pages are told by the provider's clocks, as hours and absences are.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from babel.dates import format_interval, get_day_names
from flask import Blueprint, g, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from app import clock, policy, timezones
from app.errors import NotFound
from app.extensions import db
from app.flows import APPOINTMENT_STATUSES, By
from app.policy import Practice
from app.queries import cautions, slots, wording
from app.queries import practice as queries
from models import Appointment, Client, Specialist
from views.context import actor, in_russian, local, timezone, told_by

practice = Blueprint("practice", __name__, url_prefix="/practice")


@practice.app_context_processor
def _around() -> dict[str, Any]:
    """What the provider's templates speak with."""
    return {
        "meeting_statuses": APPOINTMENT_STATUSES,
        "day_words": wording.day,
        "weekdays": weekdays(),
        "weekday_short": lambda day: get_day_names("abbreviated", context="stand-alone", locale=get_locale())[
            day.weekday()
        ],
        "week_words": week_words,
        "placed": placed,
        "pairs": lambda those: [(one.id, one.name) for one in those],
        "abroad": abroad,
        "has_begun": lambda one: one.starts_at <= clock.now(),
        "this_day": lambda: local(clock.now()).date(),
        "one_day": dt.timedelta(days=1),
    }


def fragment() -> bool:
    """Whether htmx asks for a part of the page. Going back in history it wants the whole one."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def weekdays() -> list[str]:
    """«Понедельник» … «Воскресенье»"""
    names = get_day_names("wide", context="stand-alone", locale=get_locale())
    return [names[day][:1].upper() + names[day][1:] for day in range(7)]


def week_words(first: dt.date, last: dt.date) -> str:
    """«23–29 нояб. 2026 г.»"""
    return str(format_interval(first, last, "yMMMd", locale=get_locale()))


def placed(start: int, end: int) -> str:
    """Where a stretch of a day stands in the calendar's column, as classes of practice.css: styles may not stand in the
    markup (Content-Security-Policy). Five minutes are the grain."""
    long = max(end - start, 15)
    return f"h{start // 60} m{start % 60 // 5 * 5} l{long // 60} p{-(-(long % 60) // 5) * 5}"


def abroad(at: dt.datetime, client_zone: str | None) -> tuple[str, bool] | None:
    """A moment by the client's clocks, and whether it is night by them; None where both clocks show the same."""
    there = cautions.abroad(at, client_zone, timezone())
    if there is None:
        return None
    return wording.clock_of(there, local(at)), cautions.is_night(there)


# --- who works where ----------------------------------------------------------------------------------------------


def enter(provider_id: int, *, manage: bool = False) -> Practice:
    """The practice that an address names. Raises NotFound if the reader does not work there, Forbidden if he is to
    `manage` it and it is not his."""
    g.practices = policy.practices(db.session, actor())
    found = policy.load_practice(db.session, actor(), provider_id, manage=manage, among=g.practices)
    told_by(found.provider.timezone)
    return found


def served(appointment_id: int) -> tuple[Appointment, Practice]:
    """An appointment on the provider's side. Raises NotFound for everybody else, its client among them."""
    found = policy.load_appointment(db.session, actor(), appointment_id)
    if policy.client_side(actor(), found.client) is not By.STAFF:
        raise NotFound
    return found, enter(found.provider_id)


def known(client_id: int) -> tuple[Client, Practice]:
    """A client on the provider's side. Raises NotFound for everybody else, the client himself among them."""
    found = policy.load_client(db.session, actor(), client_id)
    if policy.client_side(actor(), found) is not By.STAFF:
        raise NotFound
    return found, enter(found.provider_id)


def staff_of(specialist_id: int) -> tuple[Specialist, Practice]:
    """A specialist whose work the reader may arrange. Raises NotFound."""
    found, here = policy.load_specialist(db.session, actor(), specialist_id)
    return found, enter(here.provider.id)


def seen_specialists(here: Practice) -> list[Specialist]:
    """Whose calendars the reader sees."""
    if here.sees_all and here.provider.is_organization:
        return [one for one in here.provider.specialists if one.active]
    return [here.me] if here.me else []


def arranged_specialists(here: Practice) -> list[Specialist]:
    """Whose hours, absences and services the reader may change."""
    if here.owner and here.provider.is_organization:
        return [one for one in here.provider.specialists if one.active]
    return [here.me] if here.me else []


def page(template: str, here: Practice, **values: Any) -> str:
    """A page in the provider's frame."""
    return render_template(
        template,
        practice=here,
        provider=here.provider,
        practices=g.practices,
        counts=queries.counts(db.session, actor(), here),
        **({"zone_words": zone_words(here)} | values),
    )


def zone_words(here: Practice) -> str:
    """«Екатеринбург (UTC+5)»"""
    return timezones.label(here.provider.timezone, "ru" if in_russian() else "en")


# --- what is typed ------------------------------------------------------------------------------------------------


def sent_words() -> str:
    """What is sought, from the address."""
    return request.args.get("q", "").replace("\0", "").strip()[:100]


def typed_day(text: str) -> dt.date | None:
    """2026-11-23, within what calendars can hold."""
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def typed_minute(text: str) -> int | None:
    """«09:30» as minutes of the day."""
    hours, _sep, minutes = text.strip().partition(":")
    if not (hours.isascii() and hours.isdecimal() and minutes[:2].isascii() and minutes[:2].isdecimal()):
        return None
    if len(hours) > 2 or int(hours) > 23 or int(minutes[:2]) > 59:
        return None
    return int(hours) * 60 + int(minutes[:2])


def typed_moment(here: Practice, errors: dict[str, object]) -> dt.datetime | None:
    """The time that a form names: one of the times on offer (`at`), or a day and a time of the provider's clocks."""
    if at := request.form.get("at", ""):
        return chosen_moment(at, errors)
    day, minute = typed_day(request.form.get("day", "")), typed_minute(request.form.get("time", ""))
    if day is None:
        errors["day"] = _("Please enter a day.")
    if minute is None:
        errors["time"] = _("Please enter a time, for example 14:30.")
    if day is None or minute is None:
        return None
    return slots.moment(day, minute, clock.zone(here.provider.timezone))


def chosen_moment(text: str, errors: dict[str, object]) -> dt.datetime | None:
    """A time on offer, as its button holds it."""
    try:
        found = dt.datetime.fromisoformat(text)
        if found.tzinfo is not None and 2000 <= found.year <= 2100:
            return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    errors["at"] = _("Please choose a time.")
    return None
