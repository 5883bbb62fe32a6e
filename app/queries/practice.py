"""What a provider sees of the own work: requests, the day, clients. The week is in week.py, absences are in away.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from app import clock
from app.flows import AGREED, HELD, MISSED, REQUESTED
from app.plans import first, word
from app.policy import READER, Actor, Practice, served_clients
from app.queries import slots
from models import (
    FACE,
    Appointment,
    Client,
    Hours,
    Invitation,
    Offer,
    ReadMark,
    Specialist,
    Terms,
    Thread,
    User,
)
from models.documents import offer_terms
from models.providers import offer_specialists

PAGE = 40
#: Requests and unmarked appointments of the first page.
MOST = 30
OPEN = (REQUESTED.name, AGREED.name)
#: No appointment is longer (actions/offers.save). Whoever asks what reaches into a time says so: else an index
#: by the beginning is walked from ten years ago.
LONGEST = dt.timedelta(days=1)


def appointments(practice: Practice) -> Select[Appointment]:
    """The provider's appointments that somebody who works there sees: all of them, or those he serves."""
    query = select(Appointment).where(Appointment.provider_id == practice.provider.id)
    if not practice.sees_all:
        query = query.where(Appointment.specialist_id == (practice.me.id if practice.me else 0))
    return query


def with_faces(query: Select[Appointment]) -> Select[Appointment]:
    return query.options(
        joinedload(Appointment.client).joinedload(Client.user).load_only(*FACE, User.timezone),
        joinedload(Appointment.specialist),
    )


# --- the frame and the first page ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """The frame's numbers: requests that wait, chats with something unread."""

    requests: int = 0
    chats: int = 0


def counts(session: Session, actor: Actor, practice: Practice) -> Counts:
    """One statement; each number at most 100."""
    row = session.execute(_counts(practice.sees_all), _asked(practice) | {"reader": actor.id}).one()
    return Counts(*row)


@cache
def _counts(sees_all: bool) -> Any:
    requests = _seen(sees_all).where(Appointment.status == word(REQUESTED.name))
    chats = served_clients(READER).where(Client.provider_id == _PROVIDER, _unread(READER) > 0)
    return select(_number(requests, Appointment.id), _number(chats, Client.id))


def _number(query: Any, of: Any) -> Any:
    few = query.with_only_columns(of).limit(first(100)).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


#: In statements that are built once: the practice, and who of it asks.
_PROVIDER, _ME = bindparam("provider", type_=Integer), bindparam("me", type_=Integer)


def _asked(practice: Practice) -> dict[str, Any]:
    return {"provider": practice.provider.id, "me": practice.me.id if practice.me else 0}


def _seen(sees_all: bool) -> Select[Appointment]:
    """As `appointments`, of the parameters `provider` and `me`."""
    query = select(Appointment).where(Appointment.provider_id == _PROVIDER)
    return query if sees_all else query.where(Appointment.specialist_id == _ME)


def _unread(actor: Actor) -> Any:
    """How many messages of a client's chat the actor has not read."""
    read = select(ReadMark.read).where(ReadMark.thread_id == Client.thread_id, ReadMark.user_id == actor.id)
    last = select(Thread.last_number - Thread.opening).where(Thread.id == Client.thread_id)
    return last.scalar_subquery() - func.coalesce(read.scalar_subquery(), 0)


@dataclass
class Today:
    """`unmarked`: agreed, over, and nobody has said whether they took place. `next` is the first one after `today`."""

    requests: list[Appointment] = field(default_factory=list)
    unmarked: list[Appointment] = field(default_factory=list)
    today: list[Appointment] = field(default_factory=list)
    tomorrow: int = 0
    next: Appointment | None = None


def today(session: Session, practice: Practice) -> Today:
    """What the provider has before him now, by the days of his zone. Two statements."""
    zone = clock.zone(practice.provider.timezone)
    day = clock.now().astimezone(zone).date()
    start, end, after = (slots.moment(day + dt.timedelta(days=n), 0, zone) for n in range(3))
    asked = _asked(practice) | {"since": start - _LATELY, "start": start, "end": end, "after": after}
    found = Today(list(session.scalars(_requests(practice.sees_all), asked)))
    for one, tomorrow in session.execute(_around(practice.sees_all), asked):
        found.tomorrow = tomorrow
        if one.starts_at < start:
            found.unmarked.append(one)
        elif one.starts_at < end:
            found.today.append(one)
        else:
            found.next = one
    found.unmarked = found.unmarked[-MOST:]
    return found


def rivals(session: Session, asked: Appointment) -> int:
    """How many others ask for the time of a request: where requests do not hold it, accepting one closes them. One
    statement."""
    query = select(func.count()).where(
        Appointment.provider_id == asked.provider_id,
        Appointment.status == REQUESTED.name,
        Appointment.specialist_id == asked.specialist_id,
        Appointment.id != asked.id,
        Appointment.starts_at >= asked.starts_at - LONGEST,
        Appointment.starts_at < asked.ends_at,
        Appointment.ends_at > asked.starts_at,
    )
    return session.scalar(query) or 0


#: How long what nobody has marked is asked for.
_LATELY = dt.timedelta(days=62)
_BY_TIME = (Appointment.starts_at, Appointment.id)


@cache
def _requests(sees_all: bool) -> Any:
    query = _seen(sees_all).where(Appointment.status == word(REQUESTED.name))
    return with_faces(query).order_by(*_BY_TIME).limit(first(MOST))


@cache
def _around(sees_all: bool) -> Any:
    """What is unmarked, today's, and of all that is ahead the next one alone, with the number of tomorrow's."""
    edges: list[Any] = [bindparam(name) for name in ("since", "start", "end", "after")]
    since, start, end, after = edges
    expected = and_(Appointment.status == AGREED.name, Appointment.closed_at.is_(None))
    coming = _seen(sees_all).where(expected, Appointment.starts_at >= end).correlate(None)
    then = coming.with_only_columns(Appointment.id).order_by(*_BY_TIME).limit(first(1)).scalar_subquery()
    tomorrow = coming.where(Appointment.starts_at < after).with_only_columns(func.count()).scalar_subquery()
    standing = and_(
        Appointment.status.in_((AGREED.name, HELD.name, MISSED.name)), Appointment.starts_at >= start
    )
    near = and_(Appointment.starts_at > since, Appointment.starts_at < end, or_(expected, standing))
    query = _seen(sees_all).add_columns(tomorrow.label("tomorrow")).where(or_(near, Appointment.id == then))
    return with_faces(query).order_by(*_BY_TIME).limit(first(200))


@dataclass(frozen=True)
class Ready:
    """What a new provider has done already."""

    offers: bool
    hours: bool
    invited: bool

    @property
    def all(self) -> bool:
        return self.offers and self.hours and self.invited


def ready(session: Session, practice: Practice) -> Ready:
    """One statement."""
    return Ready(*session.execute(_ready(), {"provider": practice.provider.id}).one())


@cache
def _ready() -> Any:
    hours = exists().where(Hours.specialist_id == Specialist.id, Specialist.provider_id == _PROVIDER)
    invited = or_(
        exists().where(Invitation.provider_id == _PROVIDER, Invitation.specialist_id.is_(None)),
        exists().where(Client.provider_id == _PROVIDER),
    )
    return select(exists().where(Offer.provider_id == _PROVIDER, Offer.active), hours, invited)


@dataclass(frozen=True)
class Bookable:
    """What a specialist has of what clients need to book him."""

    hours: bool
    offers: bool

    @property
    def all(self) -> bool:
        return self.hours and self.offers


def bookable(session: Session, specialist_ids: Sequence[int]) -> dict[int, Bookable]:
    """By specialist. One statement."""
    hours = exists().where(Hours.specialist_id == Specialist.id)
    does = offer_specialists.c
    offers = exists().where(does.specialist_id == Specialist.id, does.offer_id == Offer.id, Offer.active)
    query = select(Specialist.id, hours, offers).where(Specialist.id.in_(list(specialist_ids)))
    return {number: Bookable(*what) for number, *what in session.execute(query)}


def demanding(session: Session, terms: Terms) -> Sequence[int]:
    """The numbers of the services that cannot be asked for before a document is signed. One statement."""
    query = select(offer_terms.c.offer_id).where(offer_terms.c.terms_id == terms.id)
    return session.scalars(query.order_by(offer_terms.c.offer_id)).all()


# --- clients ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A client in the list: `next` is agreed, `asked` waits for an answer."""

    client: Client
    unread: int
    last: dt.datetime | None
    next: dt.datetime | None
    asked: dt.datetime | None


def clients(
    session: Session, actor: Actor, practice: Practice, sought: str = "", *, after: int | None = None
) -> tuple[list[Known], int | None]:
    """The clients whom the actor sees, by their names, and the one after whom the next page begins. One statement."""
    now = clock.now()
    own = appointments(practice).where(Appointment.client_id == Client.id)
    last = own.where(Appointment.status.in_((AGREED.name, HELD.name)), Appointment.starts_at < now)
    ahead = own.where(Appointment.starts_at >= now).with_only_columns(func.min(Appointment.starts_at))
    query = (
        _named(actor, practice, sought)
        .add_columns(
            _unread(actor),
            last.with_only_columns(func.max(Appointment.starts_at)).scalar_subquery(),
            ahead.where(Appointment.status == AGREED.name).scalar_subquery(),
            ahead.where(Appointment.status == REQUESTED.name).scalar_subquery(),
        )
        .limit(PAGE + 1)
    )
    if after is not None:
        who, whose = aliased(User), aliased(Client)
        seen = select(who.first_name, who.last_name, whose.id).join(whose, whose.user_id == who.id)
        # A foreign client's number would tell where in the alphabet his name is.
        place = seen.where(whose.id == after, whose.id.in_(_own_ids(actor, practice))).subquery()
        query = query.join(place, tuple_(*_ORDER) > tuple_(*place.c))
    rows = session.execute(query).all()
    found = [Known(client, max(unread or 0, 0), *times) for client, unread, *times in rows[:PAGE]]
    return found, found[-1].client.id if len(rows) > PAGE else None


def client_names(session: Session, actor: Actor, practice: Practice, sought: str = "") -> Sequence[Client]:
    """The first clients of a name, to choose one. One statement."""
    return session.scalars(_named(actor, practice, sought).limit(PAGE)).all()


def _own_ids(actor: Actor, practice: Practice) -> Any:
    own = served_clients(actor).where(Client.provider_id == practice.provider.id)
    return own.with_only_columns(Client.id)


_ORDER = (User.first_name, User.last_name, Client.id)


def _named(actor: Actor, practice: Practice, sought: str) -> Any:
    query = (
        served_clients(actor)
        .where(Client.provider_id == practice.provider.id)
        .join(Client.user)
        .options(contains_eager(Client.user).load_only(*FACE, User.timezone))
        .order_by(*_ORDER)
    )
    for part in sought.split()[:5]:
        query = query.where((User.first_name + " " + User.last_name).icontains(part, autoescape=True))
    return query


def of_client(
    session: Session, practice: Practice, client: Client, *, before: Appointment | None = None
) -> tuple[list[Appointment], int | None]:
    """The appointments with a client, newest first, and the one before which the next page begins. One statement."""
    key = (Appointment.starts_at, Appointment.id)
    query = appointments(practice).where(Appointment.client_id == client.id)
    if practice.provider.is_organization:
        query = query.options(joinedload(Appointment.specialist))
    if before is not None:
        query = query.where(tuple_(*key) < tuple_(before.starts_at, before.id))
    rows = list(session.scalars(query.order_by(*(one.desc() for one in key)).limit(PAGE + 1)))
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None
