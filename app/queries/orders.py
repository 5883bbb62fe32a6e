"""Lists of orders by keyset: a resident's own ones and the desk's queue; an order's history; counters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from app import policy
from app.flows import DONE, NEW, STATUSES
from app.notices import JOURNAL
from app.plans import built, first, word
from app.policy import Actor, own_orders
from app.queries.wording import Words
from models import Entry, Order, ReadMark, Service, Thread, User

PAGE = 40
#: A counter beside a menu word stops here: «99+».
COUNT_CAP = 100
#: Words that so many orders have are rare: those orders are named by their numbers.
FEW = 5000


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
class Page:
    """Plain rows (number, title, status, the service's picture, `unread` messages …) and the number to ask for the
    next page with (`before=`), None at the end."""

    lines: Sequence[Any] = ()
    older: int | None = None


def placed(session: Session, actor: Actor, key: UUID) -> Order | None:
    """What a form of the actor's with this key has become; None if it has not been placed."""
    return session.scalar(select(Order).where(Order.form_key == key, Order.author_id == actor.id))


def my_orders(session: Session, actor: Actor, filters: Filters, *, before: int | None = None) -> Page:
    """«Мои заказы» (S0-1), newest first. One statement."""

    def build() -> Any:
        query = narrowed(session, own_orders(actor), actor, filters)
        return _lines(paged(query, filters, before), newest(filters))

    # Words are looked up anew each time.
    statement = build() if filters.words else built(("my orders", actor.id, filters, before), build)
    return _page(session.execute(statement, {"reader": actor.id}).all())


def company_orders(
    session: Session, actor: Actor, companies: Sequence[int], filters: Filters, *, before: int | None = None
) -> Page:
    """What was ordered in the companies (`policy.companies_of` the actor, I-22), newest first, with the orderer's name
    (`author`). One statement."""

    def build() -> Any:
        query = narrowed(session, policy.company_orders(companies), actor, filters)
        lines = _lines(paged(query, filters, before), newest(filters)).join(User, User.id == Order.author_id)
        return lines.add_columns((User.first_name + " " + User.last_name).label("author"))

    key = ("company orders", tuple(companies), filters, before)
    statement = build() if filters.words else built(key, build)
    return _page(session.execute(statement, {"reader": actor.id}).all())


def _page(lines: Sequence[Any]) -> Page:
    more = len(lines) > PAGE
    return Page(lines[:PAGE], lines[PAGE - 1].id if more else None)


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
    return query.order_by(*newest(filters)).limit(first(PAGE + 1))


def _beyond(before: int) -> Any:
    last = aliased(Order)
    moment = select(last.created_at).where(last.id == before).scalar_subquery()
    return tuple_(Order.created_at, Order.id) < tuple_(moment, literal(before))


def _lines(query: Select[Order], ordered: Sequence[Any]) -> Any:
    """The rows of `query`, found first by their index, then joined with what a list shows."""
    found = query.with_only_columns(Order.id).subquery()
    return _line().join(found, found.c.id == Order.id).order_by(*ordered)


@cache
def _line() -> Any:
    unread = Thread.last_number - func.greatest(func.coalesce(ReadMark.read, 0), Thread.opening)
    return (
        select(
            Order.id,
            Order.version,
            Order.status,
            Order.title,
            Order.created_at,
            Order.completes_at,
            Order.place_name,
            Service.picture_id,
            Service.art,
            # Only calls of help have no service.
            func.coalesce(Service.icon, literal_column("'siren'")).label("icon"),
            func.greatest(unread, 0).label("unread"),
        )
        .outerjoin(Service, Service.id == Order.service_id)
        .join(Thread, Thread.id == Order.thread_id)
        .outerjoin(ReadMark, and_(ReadMark.thread_id == Thread.id, ReadMark.user_id == bindparam("reader")))
    )


def narrowed(session: Session, query: Select[Order], actor: Actor, filters: Filters) -> Select[Order]:
    """The query with every filter that is set. Asks if words are among them: one statement."""
    conditions: list[Any] = []
    if filters.status:
        # As a part of the text: the planner has to know how many there are of each.
        given: Any = bindparam("status", filters.status, expanding=True, literal_execute=True)
        conditions.append(Order.status.in_(given))
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
        conditions.append(_matches(session, words[:100]))
    return query.where(*conditions)


def _late(before: dt.datetime) -> Any:
    # The status as a constant: the planner must see that its index of late orders fits.
    new = Order.status == word(NEW.name)
    return or_(and_(new, Order.created_at < before), Order.waiting_since < before)


def _matches(session: Session, words: str) -> Any:
    """A number, or words in any form; the last word may be the beginning of one."""
    number = words.lstrip("№# ")
    numbers = [int(number)] if number.isdecimal() and len(number) <= 18 else []
    wanted = _wanted(words)
    found = session.scalars(select(func.orders_found(wanted, FEW + 1))).all()
    if len(found) > FEW:
        # There are many everywhere: the list meets them soon when it is walked.
        return or_(Order.search.bool_op("@@")(wanted), Order.id.in_(numbers))
    return Order.id == any_(literal([*found, *numbers], ARRAY(BigInteger)))


def _wanted(words: str) -> ColumnElement[Any]:
    # websearch_to_tsquery never raises on what people type; `:*` lets the last word be unfinished.
    plain: ColumnElement[Any] = func.websearch_to_tsquery("russian", words)
    last = "".join(c for c in words.rsplit(maxsplit=1)[-1] if c.isalnum())
    if len(last) >= 3 and '"' not in words and "-" not in words:
        head = " ".join(words.split()[:-1])
        prefix = func.to_tsquery("simple", literal(f"{last.lower()}:*"))
        unfinished = func.websearch_to_tsquery("russian", head).op("&&")(prefix) if head else prefix
        plain = plain.op("||")(unfinished)
    return plain


# --- counters -----------------------------------------------------------------------------------------------------


def awaiting_me(session: Session, actor: Actor, limit: int = 5) -> Sequence[Any]:
    """The resident's own orders that wait for the resident: done ones, and ones with unread messages."""
    return session.execute(_awaiting(limit), {"reader": actor.id}).all()


@cache
def _awaiting(limit: int) -> Any:
    reader = bindparam("reader", type_=Integer)
    unread = (
        select(Order.id)
        .join(Thread, Thread.id == Order.thread_id)
        .outerjoin(ReadMark, and_(ReadMark.thread_id == Thread.id, ReadMark.user_id == reader))
        .where(
            Order.author_id == reader,
            Order.closed_at.is_(None),
            Thread.last_number > func.greatest(func.coalesce(ReadMark.read, 0), Thread.opening),
        )
    )
    query = (
        select(Order)
        .where(Order.author_id == reader)
        .where(Order.closed_at.is_(None), or_(Order.status == DONE.name, Order.id.in_(unread)))
        .order_by(Order.id.desc())
        .limit(first(limit))
    )
    return _lines(query, newest(Filters()))


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
    kind: str = ""


def history(session: Session, order: Order, *, staff: bool, limit: int = 100) -> list[Event]:
    """What happened to the order, oldest first, from the journal (I-23); residents get the public lines only."""
    entries = session.execute(_history(staff, limit), {"subject": order.subject})
    return [
        Event(at, actor or "", str(JOURNAL[kind].history) % Words(data), JOURNAL[kind].icon, key)
        for key, at, kind, data, actor in entries
    ]


@cache
def _history(staff: bool, limit: int) -> Any:
    kinds = [kind for kind, row in JOURNAL.items() if row.history and (staff or row.public)]
    return (
        select(Entry.id, Entry.at, Entry.kind, Entry.data, (User.first_name + " " + User.last_name))
        .outerjoin(User, User.id == Entry.actor_id)
        .where(Entry.subject == bindparam("subject"), Entry.kind.in_(kinds))
        .order_by(Entry.id)
        .limit(first(limit))
    )
