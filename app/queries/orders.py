"""Lists of orders by keyset: a resident's own ones and the desk's queue; an order's history; counters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, literal_column, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from app.flows import DONE, NEW, STATUSES
from app.notices import JOURNAL
from app.policy import Actor, own_orders
from models import Entry, Order, ReadMark, Thread, User

PAGE = 40
#: A counter beside a menu word stops here: «99+».
COUNT_CAP = 100


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed by; every part comes from, and goes back into, the URL."""

    status: tuple[str, ...] = ()
    kind: str = ""
    service: int | None = None
    executor: int | None = None
    team: int | None = None
    author: int | None = None
    mine: bool = False
    unassigned: bool = False
    unanswered: bool = False
    open: bool = False
    #: Overdue: new and not taken up, or with an unanswered message, since before this moment.
    late: dt.datetime | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    words: str = ""


@dataclass(frozen=True)
class Line:
    """An order in a list, with the number of messages that the reader has not read."""

    order: Order
    unread: int


@dataclass(frozen=True)
class Page:
    """`older` is the number to ask for the next page with (`before=`), None at the end."""

    lines: list[Line] = field(default_factory=list)
    older: int | None = None


def my_orders(session: Session, actor: Actor, filters: Filters, *, before: int | None = None) -> Page:
    """«Мои заказы» (S0-1), newest first. One statement."""
    return _page(session, actor, own_orders(actor), filters, before)


def _page(session: Session, actor: Actor, query: Select[Order], filters: Filters, before: int | None) -> Page:
    lines = _lines(session, actor, paged(narrowed(query, actor, filters), filters, before), newest(filters))
    more = len(lines) > PAGE
    return Page(lines[:PAGE], lines[PAGE - 1].order.id if more else None)


def newest(filters: Filters) -> Sequence[Any]:
    """The order of a list. Numbers grow with time, but the planner does not know: a period is walked by its moments,
    from where it ends."""
    return (
        (Order.created_at.desc(), Order.id.desc()) if filters.since or filters.until else (Order.id.desc(),)
    )


def paged(query: Select[Order], filters: Filters, before: int | None) -> Select[Order]:
    """The query from the row after `before` on, one row longer than a page: that tells whether there is a next one."""
    if before is not None:
        query = query.where(_beyond(before) if len(newest(filters)) > 1 else Order.id < before)
    return query.order_by(*newest(filters)).limit(PAGE + 1)


def _beyond(before: int) -> Any:
    last = aliased(Order)
    moment = select(last.created_at).where(last.id == before).scalar_subquery()
    return tuple_(Order.created_at, Order.id) < tuple_(moment, literal(before))


_author, _executor = aliased(User), aliased(User)


def _lines(
    session: Session, actor: Actor, query: Select[Order], ordered: Sequence[Any] = (Order.id.desc(),)
) -> list[Line]:
    """The rows of `query`, found first by their index, then joined with what a list shows."""
    found = query.with_only_columns(Order.id).subquery()
    unread = Thread.last_number - func.greatest(func.coalesce(ReadMark.read, 0), Thread.opening)
    rows = session.execute(
        select(Order, unread)
        .join(found, found.c.id == Order.id)
        .join(Thread, Thread.id == Order.thread_id)
        .join(_author, _author.id == Order.author_id)
        .outerjoin(_executor, _executor.id == Order.executor_id)
        .outerjoin(ReadMark, and_(ReadMark.thread_id == Thread.id, ReadMark.user_id == actor.id))
        .options(
            contains_eager(Order.author.of_type(_author)),
            contains_eager(Order.executor.of_type(_executor)),
            joinedload(Order.team),
            joinedload(Order.service),
        )
        .order_by(*ordered)
    )
    return [Line(order, max(count, 0)) for order, count in rows.unique()]


def narrowed(query: Select[Order], actor: Actor, filters: Filters) -> Select[Order]:
    """The query with every filter that is set."""
    conditions: list[Any] = []
    if filters.status:
        conditions.append(Order.status.in_(filters.status))
    if filters.open or (filters.status and not any(STATUSES[name].final for name in filters.status)):
        # Said also where the status says it: the indexes of what is open are small.
        conditions.append(Order.closed_at.is_(None))
    if filters.kind:
        conditions.append(Order.kind == filters.kind)
    for column, value in (
        (Order.service_id, filters.service),
        (Order.executor_id, filters.executor),
        (Order.team_id, filters.team),
        (Order.author_id, filters.author),
    ):
        if value is not None:
            conditions.append(column == value)
    conditions += [
        condition
        for wanted, condition in (
            (filters.mine, Order.executor_id == actor.id),
            (filters.unassigned, and_(Order.executor_id.is_(None), Order.closed_at.is_(None))),
            (filters.unanswered, Order.waiting_since.is_not(None)),
        )
        if wanted
    ]
    if filters.late is not None:
        conditions.append(_late(filters.late))
    if filters.since:
        conditions.append(Order.created_at >= filters.since)
    if filters.until:
        conditions.append(Order.created_at < filters.until)
    if words := filters.words.strip():
        conditions.append(_matches(words[:100]))
    return query.where(*conditions)


def _late(before: dt.datetime) -> Any:
    # The status as a constant: the planner must see that its index of late orders fits.
    new = Order.status == literal_column(f"'{NEW.name}'")
    return or_(and_(new, Order.created_at < before), Order.waiting_since < before)


def _matches(words: str) -> Any:
    """A number, or words in any form; the last word may be the beginning of one."""
    number = words.lstrip("№# ")
    if number.isdecimal() and len(number) <= 18:
        return or_(Order.id == int(number), _contains(words))
    return _contains(words)


def _contains(words: str) -> Any:
    # websearch_to_tsquery never raises on what people type; `:*` lets the last word be unfinished.
    plain: ColumnElement[Any] = func.websearch_to_tsquery("russian", words)
    last = "".join(c for c in words.rsplit(maxsplit=1)[-1] if c.isalnum())
    if len(last) >= 3 and '"' not in words and "-" not in words:
        head = " ".join(words.split()[:-1])
        prefix = func.to_tsquery("simple", literal(f"{last.lower()}:*"))
        unfinished = func.websearch_to_tsquery("russian", head).op("&&")(prefix) if head else prefix
        plain = plain.op("||")(unfinished)
    return Order.search.bool_op("@@")(plain)


# --- counters -----------------------------------------------------------------------------------------------------


def awaiting_me(session: Session, actor: Actor, limit: int = 5) -> list[Line]:
    """The resident's own orders that wait for the resident: done ones, and ones with unread messages."""
    unread = (
        select(Order.id)
        .join(Thread, Thread.id == Order.thread_id)
        .outerjoin(ReadMark, and_(ReadMark.thread_id == Thread.id, ReadMark.user_id == actor.id))
        .where(
            Order.author_id == actor.id,
            Order.closed_at.is_(None),
            Thread.last_number > func.greatest(func.coalesce(ReadMark.read, 0), Thread.opening),
        )
    )
    query = (
        own_orders(actor)
        .where(Order.closed_at.is_(None), or_(Order.status == DONE.name, Order.id.in_(unread)))
        .order_by(Order.id.desc())
        .limit(limit)
    )
    return _lines(session, actor, query)


# --- history ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """A line of an order's history: when, by whom, what, in the reader's language."""

    at: dt.datetime
    actor: str
    text: str
    icon: str
    #: The journal line's id: what a page has already shown.
    id: int = 0


def history(session: Session, order: Order, *, staff: bool, limit: int = 100) -> list[Event]:
    """What happened to the order, oldest first, from the journal (I-23); residents get the public lines only."""
    entries = session.scalars(
        select(Entry)
        .where(
            Entry.subject == order.subject,
            Entry.kind.in_([kind for kind, row in JOURNAL.items() if row.history and (staff or row.public)]),
        )
        .options(joinedload(Entry.actor))
        .order_by(Entry.id)
        .limit(limit)
    )
    return [
        Event(
            entry.at,
            entry.actor.name if entry.actor else "",
            str(JOURNAL[entry.kind].history) % _Words(entry.data),
            JOURNAL[entry.kind].icon,
            entry.id,
        )
        for entry in entries
    ]


class _Words(dict[str, Any]):
    """What a text may name; a word that the entry does not have is empty."""

    def __missing__(self, key: str) -> str:
        return ""
