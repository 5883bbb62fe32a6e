"""Reports of calls of help as plots, table and file; the printable sheet of one alarm."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock, settings
from app.extensions import db
from app.flows import STATUSES
from app.permissions import P
from app.policy import load_alarm
from app.queries import alarms, places, reports
from app.queries.reports import Asked, Group, Report
from views.context import actor, local, needs
from views.desk.blueprint import blueprint
from views.desk.export import csv_of
from views.desk.filters import number
from views.desk.sos import frame

#: Days that a report may look back, as the page offers them.
PERIODS = {7: _l("7 days"), 30: _l("30 days"), 90: _l("90 days"), 365: _l("a year")}
MEASURES = {
    "delivered": _l("until it was on a screen"),
    "accepted": _l("until it was accepted"),
    "arrived": _l("until somebody was there"),
}


@dataclass(frozen=True)
class Bar:
    """A bar of a plot: its share of the largest (0 to 1), its value in words, the list behind it."""

    label: str
    text: str
    share: float
    href: str


@blueprint.get("/sos/report")
@needs(P.SOS_MANAGE)
def report() -> str:
    asked, days = _asked()
    found = _report(asked)
    return render_template(
        "desk/sos/report.html",
        found=found,
        asked=asked,
        days=days,
        periods=list(PERIODS.items()),
        places=[(node.id, node.full_name) for node in places.tree(db.session)],
        measures=MEASURES,
        plots={measure: _hours(found, measure) for measure in MEASURES},
        buildings={measure: _bars(found.buildings, measure, "place") for measure in MEASURES},
        address=_address,
        seconds=seconds,
        statuses=STATUSES,
        **frame("report"),
    )


@blueprint.get("/sos/report.csv")
@needs(P.SOS_MANAGE)
def report_file() -> Response:
    """The calls that the report shows."""
    asked, _days = _asked()
    lines = [
        [
            _("Number"),
            _("Called"),
            _("Who"),
            _("Place"),
            _("Presses"),
            _("Status"),
            *(_("Seconds %(until)s", until=label) for label in MEASURES.values()),
            _("Result"),
        ]
    ]
    for row in _report(asked).rows:
        moments = (row.delivered_at, row.accepted_at, row.on_site_at)
        lines.append(
            [
                str(row.lead_id),
                f"{local(row.called_at):%Y-%m-%d %H:%M:%S}",
                row.author,
                row.place_name,
                str(row.calls),
                str(STATUSES[row.status].label),
                *(f"{(at - row.called_at).total_seconds():.1f}" if at else "" for at in moments),
                row.result,
            ]
        )
    name = f"sos-{local(clock.now()):%Y-%m-%d-%H%M}.csv"
    return Response(
        "\N{ZERO WIDTH NO-BREAK SPACE}" + csv_of(lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@blueprint.get("/alarms/<int:alarm_id>/sheet")
@needs(P.SOS_RESPOND)
def sheet(alarm_id: int) -> str:
    """One alarm with every second of it, for paper."""
    alarm = load_alarm(db.session, actor(), alarm_id)
    return render_template(
        "desk/sos/sheet.html",
        alarm=alarm,
        calls=alarms.calls(db.session, alarm),
        history=alarms.history(db.session, alarm, staff=True),
        receipts=alarms.receipts(db.session, alarm),
        now_status=STATUSES[alarm.status],
        seconds=seconds,
    )


def _report(asked: Asked) -> Report:
    return reports.report(db.session, asked, _("All calls"), _("No place named"))


def _asked() -> tuple[Asked, int]:
    """What the address asks for; what it cannot mean is as if it were not there."""
    days = request.args.get("days", type=int)
    days = days if days in PERIODS else 30
    zone = clock.zone(settings.get(db.session, "timezone"))
    now = clock.now()
    hour = request.args.get("hour", type=int)
    return (
        Asked(
            since=now - dt.timedelta(days=days),
            until=now,
            zone=zone,
            drill=request.args.get("drill") == "1",
            place=number(request.args.get("place")),
            hour=hour if hour is not None and 0 <= hour < 24 else None,
        ),
        days,
    )


def _address(**changes: Any) -> str:
    """The same report but for these; None takes a filter off."""
    kept = {name: request.args.get(name) for name in ("days", "drill", "place", "hour")}
    return url_for("desk.report", **{k: v for k, v in (kept | changes).items() if v not in (None, "")})


def _hours(found: Report, measure: str) -> list[Bar]:
    return _bars(found.hours, measure, "hour")


def _bars(groups: list[Group], measure: str, name: str) -> list[Bar]:
    values = [group.median(measure) for group in groups]
    largest = max((value for value in values if value), default=0.0) or 1.0
    return [
        Bar(
            group.name,
            seconds(value),
            (value or 0.0) / largest,
            _address(**{name: group.key}) if group.calls and group.key is not None else "",
        )
        for group, value in zip(groups, values, strict=True)
    ]


def seconds(value: float | None) -> str:
    """«0,4 с», «48 с», «3 мин 20 с»; a dash for what never was."""
    if value is None:
        return "—"
    if value < 10:
        return _("%(number)s s", number=format_decimal(round(value, 1)))
    whole = round(value)
    if whole < 60:
        return _("%(number)s s", number=whole)
    if whole < 3600:
        return _("%(minutes)s min %(seconds)s s", minutes=whole // 60, seconds=whole % 60)
    return _("%(hours)s h %(minutes)s min", hours=whole // 3600, minutes=whole % 3600 // 60)
