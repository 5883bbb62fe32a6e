"""SOS, «вызов помощи»: no service and no form; its calls belong to an alarm, whose page shows them (S1-2, D-11)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.flows import SOS
from app.kinds.base import Kind
from models import OrderKind

KIND = Kind(
    OrderKind.SOS,
    _l("Call for help"),
    verb=_l("Call for help"),
    flow=SOS,
    blocks=(),
    by_service=False,
)
