"""SUPPORT, «поддержка»: one conversation of a person with the support team (S2-69); no service and no form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.flows import SUPPORT
from app.kinds.base import Kind
from models import OrderKind

KIND = Kind(
    OrderKind.SUPPORT,
    _l("Support"),
    verb=_l("Send"),
    flow=SUPPORT,
    blocks=(),
    by_service=False,
)
