"""«Поддержка» (S2-69): a person's one conversation with the support team, who meet it at the desk as an order."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import force_locale, get_babel
from flask_babel import gettext as _
from sqlalchemy import func, select

from app import clock
from app.actions import chat, orders, steps
from app.actions.base import action
from app.errors import Invalid
from app.extensions import db
from app.flows import SUPPORT
from models import Message, Order, OrderKind, Thread, ThreadKind, User

#: Whoever begins a conversation holds this lock with his own number: two first messages at once begin one.
_BEGINNING = 20_261_123


def conversation(actor: User) -> Order | None:
    """The actor's conversation with the support, once he has written."""
    found: Order | None = db.session.scalar(
        select(Order).where(Order.author_id == actor.id, Order.kind == OrderKind.SUPPORT)
    )
    return found


@action
def ask(actor: User, text: str, client_id: UUID, file_ids: Sequence[UUID] = ()) -> Message:
    """Write to the support team; the first message begins the conversation. Raises Invalid as every message does."""
    if not text.strip() and not file_ids:
        raise Invalid({"text": _("Please fill this in.")})
    db.session.execute(select(func.pg_advisory_xact_lock(_BEGINNING, actor.id)))
    order = conversation(actor) or _begin(actor)
    return chat.post(actor, order.thread_id, text, client_id, file_ids)


def _begin(actor: User) -> Order:
    now = clock.now()
    # What is kept of an order is in the location's language, as names of services are.
    with force_locale(str(get_babel().default_locale)):
        title = _("Support")
    order = Order(
        kind=OrderKind.SUPPORT,
        status=SUPPORT.first.name,
        title=title,
        author=actor,
        thread=Thread(kind=ThreadKind.ORDER),
        notes=Thread(kind=ThreadKind.NOTES),
        answers=[],
        created_at=now,
        updated_at=now,
    )
    db.session.add(order)
    db.session.flush()
    orders.index(order, actor)
    steps.record(order, "support.asked", actor)
    return order
