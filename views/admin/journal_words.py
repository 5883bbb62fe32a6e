"""Journal kinds and their data in words, for the administration. What residents and staff are told: app/notices.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.flows import STATUSES
from app.kinds import KINDS
from app.queries import places
from models import Entry
from views.admin import companies
from views.admin.people import role_name_label
from views.admin.roles import RIGHTS

_LABELS: Mapping[str, object] = {
    "order.placed": _l("Ordered"),
    "order.assigned": _l("Executor appointed"),
    "order.unassigned": _l("Executor removed"),
    "order.started": _l("Work started"),
    "order.finished": _l("Work finished"),
    "order.resumed": _l("Work continued"),
    "order.rejected": _l("Order rejected"),
    "order.sent_back": _l("Returned to work"),
    "order.confirmed": _l("Completion confirmed"),
    "order.closed": _l("Closed by the resident as done"),
    "order.cancelled": _l("Cancelled by the resident"),
    "order.expired": _l("Completed automatically"),
    "order.reminded": _l("Reminder of the coming completion"),
    "order.settled": _l("Marked: no answer needed"),
    "support.asked": _l("Asked the support"),
    "support.closed": _l("Question to the support settled"),
    "support.reopened": _l("Question to the support opened again by a message"),
    "provider.registered": _l("Registered as a specialist or an organization"),
    "message.posted": _l("Resident's message"),
    "message.answered": _l("Staff's message"),
    "note.posted": _l("Internal note"),
    "sos.called": _l("Call for help"),
    "sos.repeated": _l("Call for help repeated"),
    "sos.told": _l("Staff told of the call"),
    "sos.stalled": _l("Call sounds again: nobody moved on"),
    "sos.accepted": _l("Call accepted"),
    "sos.joined": _l("Joined the responders"),
    "sos.set_off": _l("Set off to the call"),
    "sos.arrived": _l("Arrived at the call"),
    "sos.released": _l("Could not come to the call"),
    "sos.finished": _l("Call finished"),
    "sos.false_call": _l("Call marked as false"),
    "sos.closed": _l("Call closed by the caller as done"),
    "sos.cancelled": _l("Call cancelled by the caller"),
    "sos.drill_due": _l("Reminder of a drill"),
    "duty.changed": _l("Duty or escalation changed"),
    "user.registered": _l("Account opened"),
    "user.created": _l("Account added by an administrator"),
    "user.changed": _l("Account changed"),
    "user.password_changed": _l("Password changed"),
    "user.reset_sent": _l("Link for a new password sent"),
    "user.blocked": _l("Account blocked"),
    "user.unblocked": _l("Account unblocked"),
    "user.roles_changed": _l("Roles changed"),
    "role.added": _l("Role added"),
    "role.changed": _l("Role changed"),
    "role.removed": _l("Role deleted"),
    "reference.added": _l("Added"),
    "reference.changed": _l("Changed"),
    "reference.removed": _l("Deleted"),
    "place.moved": _l("Moved in the tree"),
    "place.recoded": _l("QR code renewed"),
    "plan.set": _l("Plan uploaded"),
    "plan.removed": _l("Plan removed"),
    "plan.drawn": _l("Drawn on the plan"),
    "form.changed": _l("Form changed"),
    "setting.changed": _l("Setting changed"),
}

#: What the filter offers: (name, label, kinds).
GROUPS: tuple[tuple[str, object, tuple[str, ...]], ...] = (
    ("orders", _l("Orders"), tuple(kind for kind in _LABELS if kind.startswith(("order.", "support.")))),
    ("talk", _l("Messages and notes"), ("message.posted", "message.answered", "note.posted")),
    (
        "sos",
        _l("Calls for help"),
        (*(kind for kind in _LABELS if kind.startswith("sos.")), "duty.changed"),
    ),
    ("people", _l("Accounts"), tuple(kind for kind in _LABELS if kind.startswith(("user.", "provider.")))),
    ("roles", _l("Roles"), ("role.added", "role.changed", "role.removed", "user.roles_changed")),
    (
        "reference",
        _l("Reference data"),
        tuple(k for k in _LABELS if k.startswith(("reference.", "place.", "plan.", "form."))),
    ),
    ("settings", _l("Settings"), ("setting.changed",)),
)


def kind_label(kind: str) -> str:
    return str(_LABELS.get(kind, kind))


def is_known(kind: str) -> bool:
    return kind in _LABELS


def details(entry: Entry) -> list[str]:
    """What the line says beside its kind. The words of messages and notes belong to those who may open the order."""
    return [text for text in _DETAILS.get(entry.kind.partition(".")[0], _nothing)(entry.data) if text]


def _nothing(data: Mapping[str, Any]) -> Sequence[str]:
    return ()


def _of_order(data: Mapping[str, Any]) -> Sequence[str]:
    status = STATUSES.get(str(data.get("status", "")))
    return (
        str(data.get("title", "")),
        _("Executor: %(name)s", name=data["executor"]) if data.get("executor") else "",
        str(status) if status else "",
        str(data.get("comment") or ""),
    )


def _of_sos(data: Mapping[str, Any]) -> Sequence[str]:
    people = data.get("people")
    return (
        _("Drill") if data.get("drill") else "",
        str(data.get("title", "")),
        str(data.get("words", "")),
        ngettext("%(num)s person", "%(num)s people", len(people)) if isinstance(people, list) else "",
        str(data.get("comment") or ""),
    )


def _of_duty(data: Mapping[str, Any]) -> Sequence[str]:
    names = " → ".join(str(data[key]) for key in ("person", "to") if data.get(key))
    span = "–".join(str(data[key]) for key in ("starts_at", "ends_at") if data.get(key))
    return (names, str(data.get("place", "")), str(data.get("hours", "")), span)


def _of_user(data: Mapping[str, Any]) -> Sequence[str]:
    return (
        _("Given: %(names)s", names=_roles(data["given"])) if data.get("given") else "",
        _("Taken: %(names)s", names=_roles(data["taken"])) if data.get("taken") else "",
        _("Roles: %(names)s", names=_roles(data["roles"])) if data.get("roles") else "",
        ", ".join(str(_FIELDS.get(name, name)) for name in data.get("fields", ()) if name != "username"),
    )


def _roles(names: Sequence[str]) -> str:
    return ", ".join(role_name_label(name) for name in names)


def _of_role(data: Mapping[str, Any]) -> Sequence[str]:
    labels = {right.name: str(label) for _title, group in RIGHTS for right, label, _help in group}

    def named(names: Sequence[str]) -> str:
        return ", ".join(labels.get(name, name) for name in names)

    return (
        _("Given: %(names)s", names=named(data["given"])) if data.get("given") else "",
        _("Taken: %(names)s", names=named(data["taken"])) if data.get("taken") else "",
    )


def _of_reference(data: Mapping[str, Any]) -> Sequence[str]:
    changes: Mapping[str, Sequence[Any]] = data.get("changes") or {}
    return [
        f"{_FIELDS.get(name, name)}: {_value(before, name)} → {_value(after, name)}"
        if before not in (None, "", [])
        else f"{_FIELDS.get(name, name)}: {_value(after, name)}"
        for name, (before, after) in changes.items()
        if after not in (None, "", []) or before not in (None, "", [])
    ]


def _of_plan(data: Mapping[str, Any]) -> Sequence[str]:
    return (str(data.get("file", "")), ", ".join(map(str, data.get("drawn", ()))))


def _of_form(data: Mapping[str, Any]) -> Sequence[str]:
    return (
        _("Added: %(number)s", number=data["added"]) if data.get("added") else "",
        _("Removed: %(number)s", number=data["removed"]) if data.get("removed") else "",
        ", ".join(map(str, data.get("fields", ()))),
    )


def _of_setting(data: Mapping[str, Any]) -> Sequence[str]:
    return (f"{_value(data.get('old'))} → {_value(data.get('new'))}",)


def _value(value: Any, field: str = "") -> str:
    if field == "kind":
        return str(_KINDS.get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "—"
    return str(value) if value not in (None, "") else "—"


#: Of services, places and companies: each has words of its own.
_KINDS: Mapping[str, object] = {
    **{kind.name: kind.label for kind in KINDS.values()},
    **places.KINDS,
    **companies.KINDS,
}

_DETAILS: Mapping[str, Callable[[Mapping[str, Any]], Sequence[str]]] = {
    "order": _of_order,
    "sos": _of_sos,
    "duty": _of_duty,
    "user": _of_user,
    "role": _of_role,
    "reference": _of_reference,
    "place": _of_reference,
    "plan": _of_plan,
    "form": _of_form,
    "setting": _of_setting,
}

_FIELDS: Mapping[str, object] = {
    "first_name": _l("First name"),
    "last_name": _l("Last name"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "name": _l("Name"),
    "number": _l("Number"),
    "kind": _l("Kind"),
    "description": _l("Description"),
    "summary": _l("In one sentence"),
    "active": _l("In use"),
    "shown": _l("Residents may choose it in forms"),
    "parent": _l("Stands in"),
    "position": _l("Order in lists"),
    "timezone": _l("Time zone"),
    "seats": _l("Seats"),
    "staff_phone": _l("Phone of the staff"),
    "sos_minutes": _l("Help comes within, minutes"),
    "mark": _l("Mark on the plan"),
    "area": _l("Outline on the plan"),
    "category": _l("Category"),
    "category_id": _l("Category"),
    "place": _l("Place"),
    "executor": _l("Executor"),
    "team": _l("Team"),
    "members": _l("Members"),
    "roles": _l("Who may order"),
    "company": _l("Company"),
    "user": _l("Person"),
    "admin": _l("Administrator of the company"),
    "completion_hours": _l("Hours until an order completes by itself"),
    "first_message": _l("First message of the chat"),
    "extras_title": _l("Title of additional services"),
    "extras": _l("Additional services"),
    "icon": _l("Icon"),
    "art": _l("Drawing"),
    "picture_id": _l("Picture"),
}
