"""SIMPLE, «простая услуга»: a form is filled in, somebody does the work, the resident confirms."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.flows import WORK
from app.kinds.base import Kind
from models import OrderKind

KIND = Kind(
    OrderKind.SIMPLE,
    _l("Service"),
    verb=_l("Place the order"),
    flow=WORK,
    blocks=("extras", "details", "description"),
    confirms=True,
)
