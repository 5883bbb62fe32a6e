"""What the desk asks: its queue by keyset, counters, names of filters, people to choose from, the export."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from flask_appbuilder.security.sqla.models import (
    PermissionView,
    Role,
    assoc_group_role,
    assoc_user_group,
    assoc_user_role,
)
from sqlalchemy import DateTime, Row, Select, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased, load_only

from app.permissions import P
from app.plans import built, first
from app.policy import Actor, can, rights, staffed_orders, teams_of
from app.queries.inbox import unread_count, unread_of_subject
from app.queries.orders import COUNT_CAP, PAGE, Filters, narrowed, newest, paged
from models import FACE, Company, Membership, Order, ReadMark, Service, Team, Thread, User

CHOICES = 20


def names(session: Session, filters: Filters) -> dict[str, str]:
    """What the rows that the filters name are called: field → name; an unknown row is «?». No statement if there
    are none, one for each."""
    tables: dict[str, type[Any]] = {"service": Service, "executor": User, "team": Team, "author": User}
    found = {}
    for field, table in tables.items():
        if (key := getattr(filters, field)) is not None:
            row = session.get(table, key)
            found[field] = row.name if row else "?"
    return found


def services(session: Session) -> Sequence[Row[int, str]]:
    """Ids and names of all services, the retired ones too: their orders are still there."""
    return session.execute(
        select(Service.id, Service.name).order_by(Service.name, Service.id).limit(first(500))
    ).all()


# --- the queue ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Queue:
    """A page of the queue: plain rows (id, title, author, unread …), and the number to ask for older ones with."""

    rows: Sequence[Any]
    older: int | None = None


_LATE: Any = bindparam("late", type_=DateTime(timezone=True))
_author, _executor = aliased(User), aliased(User)
_LINE = (
    Order.id,
    Order.version,
    Order.kind,
    Order.status,
    Order.title,
    Order.created_at,
    Order.waiting_since,
    Order.place_name,
    Order.author_id,
    Order.executor_id,
    (_author.first_name + " " + _author.last_name).label("author"),
    (_executor.first_name + " " + _executor.last_name).label("executor"),
    Company.name.label("company"),
    Team.name.label("team"),
    func.greatest(
        Thread.last_number - func.greatest(func.coalesce(ReadMark.read, 0), Thread.opening), 0
    ).label("unread"),
)


def queue(session: Session, actor: Actor, filters: Filters, *, before: int | None = None) -> Queue:
    """What the actor serves, newest first. One statement."""

    def build() -> Any:
        late = _LATE if filters.late else None
        query = narrowed(session, staffed_orders(session, actor), actor, replace(filters, late=late))
        return _shown(paged(query, filters, before), newest(filters))

    # Words are looked up anew each time; the moment is a parameter.
    key = ("queue", *_reader(session, actor), replace(filters, late=None), bool(filters.late), before)
    statement = build() if filters.words else built(key, build)
    rows = session.execute(statement, {"reader": actor.id, "late": filters.late}).all()
    return Queue(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def queue_rows(session: Session, actor: Actor, filters: Filters, numbers: Sequence[int]) -> Sequence[Any]:
    """Of the orders `numbers` those that the filtered queue holds now: what a live page draws anew. One statement."""
    query = narrowed(session, staffed_orders(session, actor), actor, filters).where(
        Order.id.in_(numbers[:100])
    )
    return session.execute(_shown(query, newest(filters)), {"reader": actor.id}).all()


def newer(session: Session, actor: Actor, filters: Filters, top: int) -> Sequence[int]:
    """The numbers above `top` that the filtered queue holds now, newest first, at most COUNT_CAP. One statement."""
    query = narrowed(session, staffed_orders(session, actor), actor, filters).where(Order.id > top)
    return session.scalars(
        query.with_only_columns(Order.id).order_by(Order.id.desc()).limit(first(COUNT_CAP))
    ).all()


def _shown(query: Select[Order], ordered: Sequence[Any]) -> Any:
    """Found first by their index, then joined with what a row shows: plain columns, for a page has forty of them."""
    found = query.with_only_columns(Order.id).subquery()
    return _line().join(found, found.c.id == Order.id).order_by(*ordered)


def _reader(session: Session, actor: Actor) -> tuple[Hashable, ...]:
    """All that `staffed_orders` depends on."""
    return actor.id, rights(session, actor), tuple(teams_of(actor))


@cache
def _line() -> Any:
    return (
        select(*_LINE)
        .join(Thread, Thread.id == Order.thread_id)
        .join(_author, _author.id == Order.author_id)
        .outerjoin(_executor, _executor.id == Order.executor_id)
        .outerjoin(Company, Company.id == Order.company_id)
        .outerjoin(Team, Team.id == Order.team_id)
        .outerjoin(ReadMark, (ReadMark.thread_id == Thread.id) & (ReadMark.user_id == bindparam("reader")))
    )


def counts(session: Session, actor: Actor, boxes: Mapping[str, Filters], subject: str = "") -> dict[str, int]:
    """How many orders each box of the desk's menu holds, at most COUNT_CAP; «notices», the bell's number; «here», the
    unread notices of the subject that the page shows. One statement, which is built once for each reader: to build it
    costs more than to run it."""
    moments = {name: filters.late for name, filters in boxes.items() if filters.late}
    shape = tuple((name, replace(filters, late=None)) for name, filters in boxes.items())
    key = ("counts", *_reader(session, actor), shape, tuple(moments))
    statement = built(key, lambda: _count(session, actor, boxes))
    asked = {"reader": actor.id, "subject": subject} | {f"late_{name}": at for name, at in moments.items()}
    return dict(session.execute(statement, asked).mappings().one())


def _count(session: Session, actor: Actor, boxes: Mapping[str, Filters]) -> Select[Any]:
    columns = [unread_count().scalar_subquery().label("notices"), unread_of_subject().label("here")]
    for name, filters in boxes.items():
        at: Any = bindparam(f"late_{name}", type_=DateTime(timezone=True)) if filters.late else None
        orders = narrowed(session, staffed_orders(session, actor), actor, replace(filters, late=at))
        found = orders.with_only_columns(Order.id).limit(first(COUNT_CAP)).subquery()
        columns.append(select(func.count()).select_from(found).scalar_subquery().label(name))
    return select(*columns)


# --- people to choose from ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hand:
    """Somebody who carries out orders, with how many open ones he has now (at most 99)."""

    user: User
    busy: int


def executors(session: Session, words: str = "", limit: int = CHOICES) -> list[Hand]:
    """People who may carry out orders and whose name holds the words, by surname. One statement."""
    asked = _asked(words)
    statement = built(("executors", len(asked), limit), lambda: _executors(len(asked), limit))
    return [Hand(user, count) for user, count in session.execute(statement, asked)]


def _executors(words: int, limit: int) -> Any:
    open_ones = (
        select(Order.id)
        .where(Order.executor_id == User.id, Order.closed_at.is_(None))
        .limit(first(99))
        .correlate(User)
        .subquery()
        .lateral()
    )
    busy = select(func.count()).select_from(open_ones).scalar_subquery()
    query = select(User, busy).where(User.active.is_(True), User.id.in_(_able()))
    return _by_name(query, words, limit)


def _able() -> Any:
    """Ids of those who have the right by a role of their own or of a group: two short walks, not everybody."""
    roles = select(Role.id).where(
        Role.permissions.any(
            PermissionView.permission.has(name=P.ORDERS_EXECUTE.permission)
            & PermissionView.view_menu.has(name=P.ORDERS_EXECUTE.subject)
        )
    )
    own = select(assoc_user_role.c.user_id).where(assoc_user_role.c.role_id.in_(roles))
    group = (
        select(assoc_user_group.c.user_id)
        .join(assoc_group_role, assoc_group_role.c.group_id == assoc_user_group.c.group_id)
        .where(assoc_group_role.c.role_id.in_(roles))
    )
    return own.union_all(group)


@dataclass(frozen=True)
class Orderer:
    """Somebody who ordered, and the names of his companies."""

    user: User
    companies: str


def orderers(session: Session, actor: Actor, words: str = "", limit: int = CHOICES) -> list[Orderer]:
    """People whose name holds the words, by surname: everybody for those who see all orders, else those whose orders
    the actor serves. One statement."""
    asked = _asked(words)
    key = ("orderers", *_reader(session, actor), len(asked), limit)
    statement = built(key, lambda: _orderers(session, actor, len(asked), limit))
    return [Orderer(user, companies or "") for user, companies in session.execute(statement, asked)]


def _orderers(session: Session, actor: Actor, words: int, limit: int) -> Any:
    companies = (
        select(func.string_agg(Company.name, aggregate_order_by(literal(", "), Company.name)))
        .join(Membership, Membership.company_id == Company.id)
        .where(Membership.user_id == User.id)
        .scalar_subquery()
    )
    query = select(User, companies)
    if not can(session, actor, P.ORDERS_SEE_ALL):
        query = query.where(User.id.in_(staffed_orders(session, actor).with_only_columns(Order.author_id)))
    return _by_name(query, words, limit)


#: What LIKE would take for more than itself.
_PLAIN = str.maketrans({sign: f"/{sign}" for sign in "%_/"})


def _asked(text: str) -> dict[str, str]:
    """The words of a search for a name, as the parameters of `_by_name`."""
    words = text.lower().replace("\0", "")[:80].split()
    plain = (word.translate(_PLAIN) for word in words)
    return {f"word_{number}": f"%{word}%" for number, word in enumerate(plain)}


def _by_name(query: Any, words: int, limit: int) -> Any:
    """Every one of so many words is somewhere in the name; the index on the name serves it."""
    name = func.lower(User.last_name + " " + User.first_name + " " + User.last_name)
    called = (name.like(bindparam(f"word_{number}"), escape="/") for number in range(words))
    ordered = query.where(*called).order_by(User.last_name, User.first_name, User.id)
    return ordered.limit(first(limit)).options(load_only(*FACE))


# --- export -------------------------------------------------------------------------------------------------------


def export(session: Session, actor: Actor, filters: Filters) -> Iterator[Any]:
    """Every order of the filtered queue, newest first, read in portions by a cursor of the server."""
    found = narrowed(session, staffed_orders(session, actor), actor, filters).with_only_columns(
        Order.id,
        Order.created_at,
        Order.title,
        Order.kind,
        Order.status,
        (_author.first_name + " " + _author.last_name).label("author"),
        Company.name.label("company"),
        _author.phone,
        _author.email,
        Order.place_name,
        (_executor.first_name + " " + _executor.last_name).label("executor"),
        Team.name.label("team"),
        Order.answers,
        Order.waiting_since,
        Order.closed_at,
    )
    query = (
        found.join(_author, _author.id == Order.author_id)
        .outerjoin(_executor, _executor.id == Order.executor_id)
        .outerjoin(Company, Company.id == Order.company_id)
        .outerjoin(Team, Team.id == Order.team_id)
        .order_by(Order.id.desc())
        .execution_options(yield_per=500)
    )
    yield from session.execute(query)
