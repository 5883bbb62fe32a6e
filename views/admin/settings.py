"""Run-time settings on one page, drawn from the table in app/settings.py."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import settings, timezones
from app.actions import settings as actions
from app.actions.base import action
from app.errors import Invalid
from app.extensions import db
from app.permissions import P
from app.settings import SETTINGS, Spec
from views.admin.pages import READ, WRITE, Page
from views.admin.places import zones
from views.context import actor, can, locale

#: Names in words. Help comes with the setting.
LABELS: dict[str, object] = {
    "organization_name": _l("Name of the location"),
    "timezone": _l("Time zone"),
    "sign_up_open": _l("Sign-up is open"),
    "providers_open": _l("Registration of specialists is open"),
    "appointment_hours": _l("An appointment completes by itself after, hours"),
    "completion_hours": _l("Automatic completion, hours"),
    "completion_reminder_hours": _l("Reminder before it, hours"),
    "reaction_hours": _l("Overdue after, hours"),
    "support_phone": _l("Phone of the dispatch desk"),
    "sos_minutes": _l("Help comes within, minutes"),
    "sos_stalled_seconds": _l("An accepted call sounds again after, seconds"),
    "watchdog_url": _l("Watch over the watchdog"),
}


_COMPLETION, _REMINDER = "completion_hours", "completion_reminder_hours"


class SettingsView(Page, BaseView):  # type: ignore[misc]
    key, route_base, default_view = "settings", "/admin/settings", "values"
    class_permission_name = "Settings"
    method_permission_name: ClassVar = {"values": READ, "change": WRITE}

    @expose("/")  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def values(self) -> ResponseReturnValue:
        settings.forget()
        return self._page(dict(settings.all_values(db.session)), {})

    @expose("/", methods=["POST"])  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def change(self) -> ResponseReturnValue:
        """All or nothing; only what differs is changed and journaled."""
        settings.forget()
        now = dict(settings.all_values(db.session))
        typed = {name: _typed(name, spec) for name, spec in SETTINGS.items()}
        problems = _change(now, typed)
        if problems:
            return self._page(typed, problems), 422
        flash(_("Saved."), "ok")
        return redirect(url_for("SettingsView.values"), 303)

    def _page(self, shown: dict[str, Any], problems: dict[str, object]) -> str:
        return self.render_template(
            "admin/settings.html",
            title=None,
            specs=SETTINGS,
            labels=LABELS,
            shown=shown,
            was={
                # What the person has before him: as it is now, or as it was when the returned form was opened.
                name: _text(value) if name in problems else request.form.get(f"was-{name}", _text(value))
                for name, value in settings.all_values(db.session).items()
            },
            problems=problems,
            zones=_zones(str(shown["timezone"])),
            writes=can(P.SETTINGS_WRITE),
        )


def _typed(name: str, spec: Spec) -> str | bool:
    if spec.type is bool:
        return name in request.form
    return request.form.get(name, "").replace("\0", "").strip()


def _change(now: dict[str, Any], typed: dict[str, str | bool]) -> dict[str, object]:
    """Set what differs; the messages of what is wrong, in which case nothing is set."""
    problems: dict[str, object] = {}

    @action
    def change_all() -> None:
        for name, value in typed.items():
            text = _text(value)
            was = request.form.get(f"was-{name}", _text(now[name]))
            if text in (was, _text(now[name])):
                continue  # left as it was shown: somebody else's change of it stays
            if was != _text(now[name]):
                problems[name] = _(
                    "Somebody else has changed this meanwhile; now it is “%(value)s”.",
                    value=_shown(name, now[name]),
                )
                continue
            try:
                actions.change(actor(), name, text)
            except Invalid as error:
                problems.update(error.fields)
        if not problems and settings.get(db.session, _REMINDER) >= settings.get(db.session, _COMPLETION):
            problems[_REMINDER] = _("The reminder has to come before the completion.")
        if problems:
            raise Invalid(problems)

    try:
        change_all()
    except Invalid:
        settings.forget()
    return problems


def _text(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _shown(name: str, value: object) -> str:
    """The value as the page words it."""
    return timezones.label(str(value), locale()) if name == "timezone" else str(value)


def _zones(present: str) -> list[tuple[str, str]]:
    offered = [(name, str(label)) for name, label in zones()]
    if present and present not in {name for name, _label in offered}:
        offered.append((present, timezones.label(present, locale())))
    return offered
