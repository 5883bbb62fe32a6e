"""REQUEST, «обращение»: a request to the management company. It goes the way of SIMPLE under other words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.flows import WORK
from app.kinds.base import Kind
from models import OrderKind

KIND = Kind(
    OrderKind.REQUEST,
    _l("Request"),
    verb=_l("Send the request"),
    flow=WORK,
    blocks=("extras", "details", "description"),
    confirms=True,
)
