"""How an order takes a step of its flow, and who hears of it. Whether it may is asked by who takes it: a press in
orders.py, a message in chat.py."""

from __future__ import annotations

from typing import Any

from app import clock, journal
from app.actions import countdown
from app.extensions import db
from app.flows import DONE, Move
from app.policy import Actor
from models import Order


def take(order: Order, step: Move) -> None:
    """The order stands where the step leads. The caller holds the row's lock."""
    order.status = step.target.name
    order.updated_at = clock.now()
    order.reminded_at = None
    order.completes_at = None
    order.closed_at = None
    if step.target is DONE:
        countdown.start(order)
    if step.target.final:
        order.closed_at = order.updated_at
        order.waiting_since = None


def rooms(order: Order) -> list[str]:
    """Whose sockets are poked when the order changes: its readers, its people, the desk, who runs the company."""
    found = [order.subject, "desk", f"user:{order.author_id}"]
    if order.executor_id:
        found.append(f"user:{order.executor_id}")
    if order.team_id:
        found.append(f"team:{order.team_id}")
    if order.company_id:
        found.append(f"company:{order.company_id}")
    return found


def record(order: Order, kind: str, actor: Actor, *more_rooms: str, **data: Any) -> None:
    """A journal line about the order, with what notices and the history say of it."""
    journal.write(
        db.session, kind, actor, order.subject, [*rooms(order), *more_rooms], title=order.title, **data
    )
