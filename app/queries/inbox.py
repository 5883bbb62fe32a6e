"""«Уведомления»: a person's notices, in the reader's language, from the journal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.flows import REQUESTED
from app.notices import JOURNAL, To
from app.permissions import P
from app.plans import first, word
from app.policy import Actor, rights
from app.queries.chat import unread_clients, unread_orders
from app.queries.wording import words
from models import (
    FACE,
    Appointment,
    Channel,
    Client,
    Entry,
    Membership,
    Notice,
    Order,
    OrderKind,
    Provider,
    Specialist,
)

PAGE = 40
#: Subjects that have a page of their own.
_LEADING = ("order", "appointment", "client", "terms", "package", "provider")
#: The bell counts no further: «99+».
MOST = 100


@dataclass(frozen=True)
class Item:
    """A notice to show. `subject` is what it leads to («order:42»), "" if it leads nowhere."""

    id: int
    at: dt.datetime
    text: str
    icon: str
    urgent: bool
    unread: bool
    subject: str


def notices(
    session: Session, actor: Actor, zone: dt.tzinfo, *, before: int | None = None
) -> tuple[list[Item], int | None]:
    """A page of notices, newest first, in the reader's zone, and the id to ask for the next one with. One statement."""
    rows = session.scalars(_notices(before is not None), {"reader": actor.id, "before": before}).all()
    items = [item(notice, zone) for notice in rows[:PAGE]]
    return items, (rows[PAGE - 1].id if len(rows) > PAGE else None)


@cache
def _notices(older: bool) -> Select[Notice]:
    query = (
        select(Notice)
        .where(Notice.user_id == bindparam("reader"), Notice.channel == Channel.INBOX)
        .options(joinedload(Notice.entry).joinedload(Entry.actor).load_only(*FACE))
        .order_by(Notice.id.desc())
        .limit(first(PAGE + 1))
    )
    return query.where(Notice.id < bindparam("before")) if older else query


def notice(session: Session, actor: Actor, number: int) -> Item | None:
    """One of the actor's own, over whatever channel it came; None if there is none. One statement."""
    found = session.get(Notice, number, options=[joinedload(Notice.entry).joinedload(Entry.actor)])
    return item(found, dt.UTC) if found is not None and found.user_id == actor.id else None


def item(notice: Notice, zone: dt.tzinfo) -> Item:
    entry = notice.entry
    number = entry.data.get("number")
    kind, _sep, key = notice.subject.partition(":")
    if kind == "client" and entry.kind.startswith("terms."):
        kind = "terms"  # of this pair; what else is said of a pair is said in its chat
    return Item(
        notice.id,
        notice.created_at,
        text(entry, notice.kind, zone),
        JOURNAL[entry.kind].icon,
        notice.urgent,
        notice.read_at is None,
        f"{kind}:{key}" if kind in _LEADING else f"order:{number}" if number else "",
    )


def text(entry: Entry, rule: str, zone: dt.tzinfo) -> str:
    """The words of the rule (its place in the table, «order.assigned#1») for this entry, in the reader's language and
    zone; what a provider is told has the times of the practice, as its pages have them."""
    kind, _, index = rule.partition("#")
    row = JOURNAL[kind].rules[int(index or 0)]
    template = str(row.text)
    practice = To.PROVIDER in row.to and entry.data.get("zone")
    told = words(entry.data, clock.zone(practice), zone) if practice else words(entry.data, zone)
    told["number"] = entry.data.get("number") or entry.subject.partition(":")[2]
    told["actor"] = entry.actor.name if entry.actor else "Atrium"
    return template % told


def unread(session: Session, actor: Actor) -> int:
    """The bell's number, at most MOST. One statement."""
    return session.scalar(unread_count(), {"reader": actor.id}) or 0


@dataclass(frozen=True)
class Unread:
    """What the frame of a resident's page counts: notices, at most MOST; orders with unread messages, at most 100;
    `here`: notices of the subject that was asked for. `client`: whether the reader has a provider; `chats`: providers
    who wrote what the reader has not read, at most 100. `works`: whether he is a specialist or has an organization,
    and how many `requests` wait for him there. `guest`: he has a provider and nothing of the house: no company, no
    work at the desk, and nothing that he has ordered."""

    notices: int = 0
    orders: int = 0
    here: int = 0
    client: bool = False
    chats: int = 0
    works: bool = False
    requests: int = 0
    guest: bool = False


def counters(session: Session, actor: Actor, subject: str = "") -> Unread:
    """All numbers of the frame, and whether what is shown («order:42») has unread notices. One statement."""
    held = rights(session, actor)
    serves = not held.isdisjoint((P.ORDERS_SEE_ALL, P.ORDERS_EXECUTE))
    row = session.execute(_counters(serves), {"reader": actor.id, "subject": subject}).one()
    guest = row.client and row.stranger and P.DESK not in held
    return Unread(row.notices, row.orders, row.here, row.client, row.chats, row.works, row.requests, guest)


@cache
def _counters(serves: bool) -> Any:
    return select(
        unread_count().scalar_subquery().label("notices"),
        unread_orders(serves).scalar_subquery().label("orders"),
        unread_of_subject().label("here"),
        exists().where(Client.user_id == bindparam("reader", type_=Integer)).label("client"),
        unread_clients().scalar_subquery().label("chats"),
        or_(
            exists().where(Provider.owner_id == bindparam("reader", type_=Integer)),
            exists().where(Specialist.user_id == bindparam("reader", type_=Integer), Specialist.active),
        ).label("works"),
        _requests().scalar_subquery().label("requests"),
        not_(_at_home()).label("stranger"),
    )


def _at_home() -> ColumnElement[bool]:
    """Whether the parameter `reader` belongs to a company or has ordered something. A question to the support and a
    call for help are anybody's."""
    reader = bindparam("reader", type_=Integer)
    anybodys = [word(kind) for kind in (OrderKind.SUPPORT, OrderKind.SOS)]
    return or_(
        exists().where(Membership.user_id == reader),
        exists().where(Order.author_id == reader, Order.kind.not_in(anybodys)),
    )


@cache
def _requests() -> Select[int]:
    """How many requests wait for the parameter `reader`, as an owner or as the one who is asked; at most MOST."""
    reader = bindparam("reader", type_=Integer)
    found = (
        select(Appointment.id)
        .where(
            Appointment.status == word(REQUESTED.name),
            or_(
                Appointment.provider_id.in_(select(Provider.id).where(Provider.owner_id == reader)),
                Appointment.specialist_id.in_(
                    select(Specialist.id).where(Specialist.user_id == reader, Specialist.active)
                ),
            ),
        )
        .limit(first(MOST))
    )
    return select(func.count()).select_from(found.subquery())


def has_unread(session: Session, actor: Actor, subject: str) -> bool:
    """Whether the actor has unread notices of the subject («order:42»). One statement."""
    return bool(session.scalar(_has_unread(), {"reader": actor.id, "subject": subject}))


@cache
def _has_unread() -> Select[int]:
    return select(unread_of_subject())


@cache
def unread_of_subject() -> ScalarSelect[int]:
    """How many unread notices the parameter `reader` has of the `subject`, for who asks for several numbers."""
    query = select(func.count()).select_from(Notice)
    mine = query.where(Notice.user_id == bindparam("reader"), Notice.read_at.is_(None))
    return mine.where(Notice.subject == bindparam("subject")).scalar_subquery()


@cache
def unread_count() -> Select[int]:
    """The bell's number of the parameter `reader` as a query, for who asks for several numbers at once."""
    query = (
        select(Notice.id)
        .where(
            Notice.user_id == bindparam("reader"), Notice.read_at.is_(None), Notice.channel == Channel.INBOX
        )
        .limit(first(MOST))
    )
    return select(func.count()).select_from(query.subquery())
