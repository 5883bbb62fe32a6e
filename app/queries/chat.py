"""A thread as its reader sees it: messages by number, the other side's marks, unread counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from app.permissions import EMPLOYEE, EXECUTOR, RESIDENT, ROLE_LABELS, TENANT_ADMIN
from app.plans import first
from app.policy import Actor
from models import FACE, Client, Message, Order, ReadMark, Thread

PAGE = 50
#: Somebody may have ordered thousands of times; the number of unread chats is of the newest so many.
RECENT = 100
#: Seconds for which a person's role beside the name may be out of date.
_TTL = 60.0
_roles: dict[int, tuple[float, object]] = {}


@dataclass(frozen=True)
class Marks:
    """How far the other side has received and read the thread, and the reader himself."""

    delivered: int
    read: int
    mine: int

    def unread(self, thread: Thread) -> int:
        """How many messages the reader has not read; what opened the thread by itself is nobody's unread mail."""
        return max(thread.last_number - max(self.mine, thread.opening), 0)


#: Nobody has opened the thread yet.
NONE = Marks(0, 0, 0)


def messages(
    session: Session,
    thread_id: int,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> Sequence[Message]:
    """Messages in order: those after a number (all of them, to `limit`), or the last ones before a number."""
    asked = {"thread": thread_id, "after": after, "before": before, "most": limit}
    found = session.scalars(_messages(after is not None, before is not None), asked).unique().all()
    return found if after is not None else found[::-1]


@cache
def _messages(after: bool, before: bool) -> Select[Message]:
    query = (
        select(Message)
        .where(Message.thread_id == bindparam("thread"))
        .options(joinedload(Message.author).load_only(*FACE), joinedload(Message.files))
        .limit(bindparam("most", type_=Integer))
    )
    if after:
        return query.where(Message.number > bindparam("after")).order_by(Message.number)
    if before:
        query = query.where(Message.number < bindparam("before"))
    return query.order_by(Message.number.desc())


def marks(session: Session, owner: Order | Client, actor: Actor, *, staff: bool) -> dict[int, Marks]:
    """By thread, of an order's chat and notes or of a client's chat, for the ticks beside messages of the reader's
    side: the furthest of the other side. One statement."""
    notes_id = owner.notes_id if isinstance(owner, Order) else owner.thread_id
    asked = {"chat": owner.thread_id, "notes": notes_id, "reader": actor.id, "staff": staff}
    rows = session.execute(_marks(), asked)
    return {owner.thread_id: NONE, notes_id: NONE} | {key: Marks(*row) for key, *row in rows}


@cache
def _marks() -> Any:
    others = ReadMark.staff != bindparam("staff")
    return (
        select(
            ReadMark.thread_id,
            func.coalesce(func.max(ReadMark.delivered).filter(others), 0),
            func.coalesce(func.max(ReadMark.read).filter(others), 0),
            func.coalesce(func.max(ReadMark.read).filter(ReadMark.user_id == bindparam("reader")), 0),
        )
        .where(ReadMark.thread_id.in_((bindparam("chat"), bindparam("notes"))))
        .group_by(ReadMark.thread_id)
    )


def staff_roles(session: Session, messages: Iterable[Message], owner: Order | Client) -> dict[int, object]:
    """What the staff among the authors are to the reader: «Исполнитель» is who is it on this order, the others go by
    their role; a provider's people by their names alone. One statement for people who were not asked for lately, else
    none."""
    if isinstance(owner, Client):
        return {}
    order = owner
    authors = {message.author_id for message in messages if message.staff and message.author_id}
    asked = monotonic()
    unknown = {i for i in authors if i not in _roles or asked - _roles[i][0] > _TTL} - {order.executor_id}
    if unknown:
        held: dict[int, list[str]] = {author_id: [] for author_id in unknown}
        for user_id, name in session.execute(
            select(assoc_user_role.c.user_id, Role.name)
            .join(Role, Role.id == assoc_user_role.c.role_id)
            .where(assoc_user_role.c.user_id.in_(unknown))
        ):
            held[user_id].append(name)
        _roles.update({author_id: (asked, _role(names)) for author_id, names in held.items()})
    return {i: ROLE_LABELS[EXECUTOR] if i == order.executor_id else _roles[i][1] for i in authors}


def _role(names: Sequence[str]) -> object:
    """The role that tells a resident most: one of ours in the order of the table, else what the operator called it."""
    ours = [name for name in ROLE_LABELS if name in names and name not in (RESIDENT, EMPLOYEE, TENANT_ADMIN)]
    others = sorted(name for name in names if name not in ROLE_LABELS)
    return ROLE_LABELS[ours[0]] if ours else next(iter(others), _l("Staff"))


@cache
def unread_orders(serves: bool) -> Select[int]:
    """As a query with the parameter `reader`: how many of the reader's own and served open threads have something
    unread, at most 100: the number in the tab's title. Own ones: of the newest RECENT; who `serves` has also those
    of which he is the executor."""
    reader = bindparam("reader", type_=Integer)
    mine = (
        select(Order.thread_id)
        .where(Order.author_id == reader)
        .order_by(Order.id.desc())
        .limit(first(RECENT))
        .subquery()
    )
    threads: Any = select(mine.c.thread_id)
    if serves:
        served = select(Order.thread_id).where(Order.executor_id == reader, Order.closed_at.is_(None))
        threads = threads.union_all(served)
    found = (
        select(Thread.id)
        .outerjoin(ReadMark, (ReadMark.thread_id == Thread.id) & (ReadMark.user_id == reader))
        .where(
            Thread.id.in_(threads),
            Thread.last_number > func.greatest(func.coalesce(ReadMark.read, 0), Thread.opening),
        )
        .limit(first(100))
    )
    return select(func.count()).select_from(found.subquery())


@cache
def unread_clients() -> Select[int]:
    """As a query with the parameter `reader`: how many providers wrote to the reader, their client, what he has not
    read, at most 100."""
    reader = bindparam("reader", type_=Integer)
    found = (
        select(Thread.id)
        .join(Client, Client.thread_id == Thread.id)
        .outerjoin(ReadMark, (ReadMark.thread_id == Thread.id) & (ReadMark.user_id == reader))
        .where(
            Client.user_id == reader,
            Thread.last_number > func.greatest(func.coalesce(ReadMark.read, 0), Thread.opening),
        )
        .limit(first(100))
    )
    return select(func.count()).select_from(found.subquery())
