"""A client's side: the list of providers, what is planned with them, what is over, what happened to an appointment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, selectinload

from app import clock
from app.flows import CALLED_OFF, DECLINED
from app.notices import JOURNAL
from app.plans import first
from app.policy import Actor
from app.queries import consents
from app.queries.orders import Event
from app.queries.practice import LONGEST
from app.queries.wording import words
from models import (
    Appointment,
    Client,
    ClientPackage,
    Entry,
    Hours,
    Offer,
    Provider,
    ReadMark,
    Specialist,
    Thread,
    User,
)

PAGE = 40
#: Days for which a client sees among what is planned that it was refused.
LATELY = dt.timedelta(days=7)
#: How requests are declined by the clock, not by a person who says why.
SILENT = ("appointment.crowded_out", "appointment.lapsed")


@dataclass(frozen=True)
class Page:
    """Plain rows, and the number to ask for the next page with, None at the end."""

    lines: Sequence[Any] = ()
    more: int | None = None


def _page(lines: Sequence[Any]) -> Page:
    return Page(lines[:PAGE], lines[PAGE - 1].id if len(lines) > PAGE else None)


# --- the list of providers ----------------------------------------------------------------------------------------


def my_providers(session: Session, actor: Actor, *, after: int | None = None) -> Page:
    """«Список специалистов» (S2-4, S2-5, S2-40): the first inviter first, each with the next appointment (`starts_at`,
    `status`, …), the number of `unread` messages and of documents `waiting` for consent. `id` is the pair's, not the
    provider's. One statement."""
    asked = {"reader": actor.id, "now": clock.now(), "after": after}
    return _page(session.execute(_providers(after is not None), asked).all())


@cache
def _providers(further: bool) -> Any:
    reader = bindparam("reader", type_=Integer)
    coming = (
        select(Appointment.id, Appointment.starts_at, Appointment.ends_at, Appointment.status)
        .where(Appointment.client_id == Client.id, *_planned())
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(first(1))
        .lateral("coming")
    )
    query = (
        select(
            Client.id,
            Provider.kind,
            Provider.name,
            Provider.headline,
            coming.c.id.label("appointment_id"),
            coming.c.starts_at,
            coming.c.ends_at,
            coming.c.status,
            _unread().label("unread"),
            consents.waiting(Client.id, Client.provider_id).label("waiting"),
        )
        .join(Provider, Provider.id == Client.provider_id)
        .join(Thread, Thread.id == Client.thread_id)
        .outerjoin(ReadMark, and_(ReadMark.thread_id == Thread.id, ReadMark.user_id == reader))
        .outerjoin(coming, coming.c.id.is_not(None))
        .where(Client.user_id == reader)
        .order_by(Client.id)
        .limit(first(PAGE + 1))
    )
    return query.where(Client.id > bindparam("after")) if further else query


def _unread() -> Any:
    read = func.greatest(func.coalesce(ReadMark.read, 0), Thread.opening)
    return func.greatest(Thread.last_number - read, 0)


def unread_messages(session: Session, client: Client, actor: Actor) -> int:
    """How many messages of the pair's chat the actor has not read. One statement."""
    query = (
        select(_unread())
        .select_from(Thread)
        .outerjoin(ReadMark, and_(ReadMark.thread_id == Thread.id, ReadMark.user_id == actor.id))
        .where(Thread.id == client.thread_id)
    )
    return session.scalar(query) or 0


def offers(session: Session, provider: Provider) -> Sequence[Offer]:
    """The provider's services, also those that are not on offer now, with who does them. Two statements."""
    return session.scalars(
        select(Offer)
        .where(Offer.provider_id == provider.id)
        .options(selectinload(Offer.specialists))
        .order_by(Offer.position, Offer.id)
    ).all()


def with_hours(session: Session, specialists: Iterable[Specialist]) -> frozenset[int]:
    """Which of these have working hours, by number. One statement."""
    query = select(Hours.specialist_id).where(Hours.specialist_id.in_([one.id for one in specialists]))
    return frozenset(session.scalars(query.distinct()))


# --- appointments -------------------------------------------------------------------------------------------------


def planned(
    session: Session, actor: Actor, *, client: Client | None = None, after: int | None = None
) -> Page:
    """«Записи» (S2-25): what is requested or agreed and not over, soonest first; of one pair, if it is named. One
    statement."""
    return _page(_ask(session, _planned_lines(client is not None, after is not None), actor, client, after))


def past(session: Session, actor: Actor, *, client: Client | None = None, before: int | None = None) -> Page:
    """«Прошедшие записи» (S2-34): what is closed or over, the latest first. One statement."""
    return _page(_ask(session, _past_lines(client is not None, before is not None), actor, client, before))


def refused(session: Session, actor: Actor) -> Sequence[Any]:
    """What providers have lately refused of the time to come (S2-28, S2-38). One statement."""
    return _ask(session, _refused_lines(), actor)


def of_package(session: Session, actor: Actor, package: ClientPackage) -> Sequence[Any]:
    """The reader's appointments of a package, the latest first. One statement."""
    return session.execute(_package_lines(), {"reader": actor.id, "package": package.id}).all()


def between(session: Session, actor: Actor, since: dt.datetime, until: dt.datetime) -> Sequence[Any]:
    """What the actor has as somebody's client and what reaches into this time, but for what was declined or called off.
    One statement."""
    asked = {"reader": actor.id, "since": since, "until": until, "early": since - LONGEST}
    return session.execute(_between_lines(), asked).all()


def soonest(session: Session, actor: Actor) -> Any:
    """The next appointment, None if nothing is planned. One statement."""
    return next(iter(_ask(session, _soonest_line(), actor)), None)


def _ask(
    session: Session, statement: Any, actor: Actor, client: Client | None = None, last: int | None = None
) -> Sequence[Any]:
    now = clock.now()
    asked = {"reader": actor.id, "client": client.id if client else None, "last": last}
    return session.execute(statement, asked | {"now": now, "lately": now - LATELY}).all()


def _planned() -> tuple[Any, ...]:
    return Appointment.closed_at.is_(None), Appointment.ends_at > bindparam("now")


@cache
def _planned_lines(of_one: bool, further: bool) -> Any:
    order = (Appointment.starts_at, Appointment.id)
    query = _lines(of_one=of_one).where(*_planned()).order_by(*order).limit(first(PAGE + 1))
    return query.where(tuple_(*order) > _last()) if further else query


@cache
def _past_lines(of_one: bool, further: bool) -> Any:
    # Each pair's calendar is walked from its end: of one that is ten years long nothing but the page is read.
    over = or_(Appointment.closed_at.is_not(None), Appointment.ends_at <= bindparam("now"))
    walk = (
        select(Appointment)
        .where(Appointment.client_id == Client.id, over)
        .order_by(Appointment.starts_at.desc(), Appointment.id.desc())
        .limit(first(PAGE + 1))
    )
    if further:
        walk = walk.where(tuple_(Appointment.starts_at, Appointment.id) < _last())
    one = aliased(Appointment, walk.lateral("one"))
    return (
        _columns(one, select_from=(Client, one))
        .where(*_mine(of_one))
        .order_by(one.starts_at.desc(), one.id.desc())
        .limit(first(PAGE + 1))
    )


@cache
def _refused_lines() -> Any:
    # Who calls off says why (app/flows.py): what has no reason the client has cancelled himself.
    theirs = or_(
        Appointment.status == DECLINED.name,
        and_(Appointment.status == CALLED_OFF.name, Appointment.reason != ""),
    )
    # Who got no words gets those of the journal: the time was given away, nobody answered.
    ended = (
        select(Entry.kind)
        .where(Entry.subject == func.concat("appointment:", Appointment.id), Entry.kind.in_(SILENT))
        .order_by(Entry.id.desc())
        .limit(first(1))
        .scalar_subquery()
    )
    return (
        _lines(of_one=False)
        .add_columns(ended.label("ended"))
        .where(theirs, Appointment.closed_at > bindparam("lately"), Appointment.starts_at > bindparam("now"))
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(first(PAGE))
    )


@cache
def _package_lines() -> Any:
    return (
        _lines(of_one=False)
        .add_columns(Appointment.session_back)
        .where(Appointment.package_id == bindparam("package", type_=Integer))
        .order_by(Appointment.starts_at.desc(), Appointment.id.desc())
        .limit(first(200))
    )


@cache
def _between_lines() -> Any:
    return (
        _lines(of_one=False)
        .where(
            Appointment.starts_at >= bindparam("early"),
            Appointment.starts_at < bindparam("until"),
            Appointment.ends_at > bindparam("since"),
            Appointment.status.not_in((DECLINED.name, CALLED_OFF.name)),
        )
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(first(PAGE))
    )


@cache
def _soonest_line() -> Any:
    return (
        _lines(of_one=False)
        .where(*_planned())
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(first(1))
    )


def _lines(*, of_one: bool) -> Any:
    mine = select(Client.id).where(*_mine(of_one))
    return _columns(Appointment, select_from=(Appointment,)).where(Appointment.client_id.in_(mine))


def _mine(of_one: bool) -> tuple[Any, ...]:
    """The reader's pairs, or one of them."""
    mine = Client.user_id == bindparam("reader", type_=Integer)
    return (mine, Client.id == bindparam("client", type_=Integer)) if of_one else (mine,)


def _columns(one: Any, *, select_from: tuple[Any, ...]) -> Any:
    return (
        select(
            one.id,
            one.version,
            one.status,
            one.title,
            one.starts_at,
            one.ends_at,
            one.moved_from,
            one.reason,
            one.client_id,
            one.offer_id,
            Provider.kind,
            Provider.name.label("provider"),
            Specialist.name.label("specialist"),
        )
        .select_from(*select_from)
        .join(Provider, Provider.id == one.provider_id)
        .join(Specialist, Specialist.id == one.specialist_id)
    )


def _last() -> Any:
    """Where the page before has ended: at an appointment of the reader's own. After anybody else's there is nothing, so
    that no address tells when it is."""
    last, whose = aliased(Appointment), aliased(Client)
    moment = (
        select(last.starts_at)
        .join(whose, whose.id == last.client_id)
        .where(last.id == bindparam("last"), whose.user_id == bindparam("reader", type_=Integer))
        .scalar_subquery()
    )
    return tuple_(moment, bindparam("last", type_=Appointment.id.type))


# --- history ------------------------------------------------------------------------------------------------------


def refused_by_provider(appointment: Appointment) -> bool:
    """Whether it was the provider, or the clock on his side, who ended it: the client may want another time."""
    return appointment.status == DECLINED.name or (
        appointment.status == CALLED_OFF.name and appointment.reason != ""
    )


def history(
    session: Session,
    thing: Appointment | ClientPackage,
    zone: dt.tzinfo,
    *,
    of_client: bool = False,
    limit: int = 100,
) -> list[Event]:
    """What happened to the appointment, or to the package, oldest first, from the journal, with moments in the reader's
    zone; `of_client`: as the client reads it. One statement."""
    entries = session.execute(_history(limit), {"subject": thing.subject})
    return [
        Event(
            at,
            actor or "",
            str((of_client and JOURNAL[kind].mine) or JOURNAL[kind].history) % words(data, zone),
            JOURNAL[kind].icon,
            key,
            kind,
        )
        for key, at, kind, data, actor in entries
    ]


def outcome(events: Sequence[Event]) -> Event | None:
    """How an appointment came to its status: the last line of its history that is not about money."""
    return next((one for one in reversed(events) if one.kind.startswith("appointment.")), None)


@cache
def _history(limit: int) -> Any:
    kinds = [kind for kind, row in JOURNAL.items() if row.history]
    return (
        select(
            Entry.id,
            Entry.at,
            Entry.kind,
            Entry.data,
            func.trim(User.first_name + " " + User.last_name),
        )
        .outerjoin(User, User.id == Entry.actor_id)
        .where(Entry.subject == bindparam("subject"), Entry.kind.in_(kinds))
        .order_by(Entry.id)
        .limit(first(limit))
    )
