"""A thread as its reader sees it: messages by number, the other side's marks, unread counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.policy import Actor, own_orders, staffed_orders
from models import Message, Order, ReadMark, Thread

PAGE = 50


@dataclass(frozen=True)
class Marks:
    """How far the other side has received and read the thread, and the reader himself."""

    delivered: int
    read: int
    mine: int


def messages(
    session: Session,
    thread_id: int,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> Sequence[Message]:
    """Messages in order: those after a number (all of them, to `limit`), or the last ones before a number."""
    query = (
        select(Message)
        .where(Message.thread_id == thread_id)
        .options(joinedload(Message.author), selectinload(Message.files))
    )
    if after is not None:
        return session.scalars(
            query.where(Message.number > after).order_by(Message.number).limit(limit)
        ).all()
    if before is not None:
        query = query.where(Message.number < before)
    return session.scalars(query.order_by(Message.number.desc()).limit(limit)).all()[::-1]


def marks(session: Session, thread_id: int, actor: Actor, *, staff: bool) -> Marks:
    """For the ticks beside messages of the reader's side: the furthest of the other side. One statement."""
    others = ReadMark.staff != staff
    row = session.execute(
        select(
            func.coalesce(func.max(ReadMark.delivered).filter(others), 0),
            func.coalesce(func.max(ReadMark.read).filter(others), 0),
            func.coalesce(func.max(ReadMark.read).filter(ReadMark.user_id == actor.id), 0),
        ).where(ReadMark.thread_id == thread_id)
    ).one()
    return Marks(*row)


def unread_orders(session: Session, actor: Actor, limit: int = 100) -> int:
    """How many of the actor's own and served open threads have something unread, at most `limit`: the number in the
    tab's title. Residents: own orders; staff: orders where they are the executor."""
    mine = own_orders(actor).with_only_columns(Order.thread_id)
    served = staffed_orders(session, actor).where(Order.executor_id == actor.id, Order.closed_at.is_(None))
    query = (
        select(Thread.id)
        .outerjoin(ReadMark, (ReadMark.thread_id == Thread.id) & (ReadMark.user_id == actor.id))
        .where(
            Thread.id.in_(mine.union_all(served.with_only_columns(Order.thread_id))),
            Thread.last_number > func.greatest(func.coalesce(ReadMark.read, 0), Thread.opening),
        )
        .limit(limit)
    )
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
