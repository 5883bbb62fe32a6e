"""What the desk's pages of calls of help have in common: their tabs."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.permissions import P
from views.context import can
from views.desk.filters import boxes
from views.desk.queue import menu_of


def frame(tab: str) -> dict[str, Any]:
    """What templates/desk/sos.html needs around a page: the desk's menu, and the tabs that the reader may open."""
    tabs = [
        ("alarms", _("Calls"), url_for("desk.alarms"), P.SOS_RESPOND),
        ("duty", _("Duty"), url_for("desk.duty"), P.SOS_RESPOND),
        ("steps", _("Escalation"), url_for("desk.steps"), P.SOS_MANAGE),
        ("watch", _("Watch"), url_for("desk.watch"), P.SOS_MANAGE),
        ("report", _("Reports"), url_for("desk.report"), P.SOS_MANAGE),
    ]
    return {
        "tab": tab,
        "in_alarms": True,
        "sos_tabs": [(key, label, href, False) for key, label, href, right in tabs if can(right)],
        **menu_of(boxes(), None),
    }
