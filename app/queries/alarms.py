"""What is seen of calls of help: the open ones, one of them second by second, whether a call would be heard now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app import clock, policy
from app.flows import ACCEPTED, FALSE_CALL, ON_SITE, ON_WAY
from app.notices import JOURNAL
from app.plans import first
from app.policy import Actor
from app.queries.orders import Event
from app.queries.wording import Words
from models import (
    FACE,
    Alarm,
    Channel,
    Console,
    Entry,
    Heartbeat,
    Message,
    Order,
    ReadMark,
    Receipt,
    Responder,
    User,
)

#: A console that has not spoken for so long hears nothing.
SILENT = dt.timedelta(seconds=12)
#: A part that has to be alive and has not said so for so long is dead.
DEAD = dt.timedelta(seconds=5)
#: A press that came so much later than it was made is told with both times.
LATE = dt.timedelta(seconds=5)
WATCHDOG = "watchdog"
PAGE = 40
#: Alarms in a bar at once.
MOST = 100


@dataclass(frozen=True)
class Ringing:
    """An open alarm at somebody's console. `sounds` here: it sounds, and this person was told of it. `unread`: what the
    caller has written in the chat since this person looked."""

    alarm: Alarm
    sounds: bool
    unread: int

    @property
    def going(self) -> list[Responder]:
        return going(self.alarm)

    @property
    def stamp(self) -> str:
        """Differs when the bar has to be drawn anew."""
        alarm = self.alarm
        steps = "".join(f"{one.user_id}{stage(one)[0]}" for one in self.going)
        here = f"{int(self.sounds)}.{alarm.place_id or 0}.{self.unread}"
        return f"{alarm.id}.{alarm.status}.{alarm.calls}.{here}.{steps}"


def going(alarm: Alarm) -> list[Responder]:
    """Those of the staff who respond and have not given up, the first one first."""
    return [one for one in alarm.responders if one.left_at is None]


def stage(one: Responder) -> str:
    """How far a responder has come: the name of a status."""
    return ON_SITE.name if one.on_site_at else ON_WAY.name if one.on_way_at else ACCEPTED.name


def ringing(session: Session, actor: Actor) -> list[Ringing]:
    """The open alarms that the actor may respond to, first those that sound, the longest waiting first; own calls are
    not among them. When a whole house calls at once, MOST of them: as one is accepted, the next one comes up."""
    rows = session.execute(_ringing(), {"reader": actor.id}).unique().all()
    return [Ringing(alarm, alarm.sounding and told is not None, unread) for alarm, told, unread in rows]


def ringing_count(session: Session, actor: Actor) -> int:
    """How many there are in all. One statement."""
    open_ones = select(func.count()).where(Alarm.closed_at.is_(None), Alarm.author_id != actor.id)
    return int(session.scalar(open_ones) or 0)


@cache
def _ringing() -> Any:
    mine = and_(
        Receipt.alarm_id == Alarm.id,
        Receipt.user_id == bindparam("reader"),
        Receipt.channel == Channel.SCREEN.value,
    )
    read = select(ReadMark.read).where(
        ReadMark.thread_id == Order.thread_id, ReadMark.user_id == bindparam("reader")
    )
    unread = (
        select(func.count())
        .select_from(Order)
        .join(Message, Message.thread_id == Order.thread_id)
        .where(
            Order.id == Alarm.lead_id,
            Message.author_id == Alarm.author_id,
            Message.number > func.coalesce(read.scalar_subquery(), 0),
        )
    )
    return (
        select(Alarm, Receipt.told_at, unread.scalar_subquery())
        .outerjoin(Receipt, mine)
        .where(Alarm.closed_at.is_(None), Alarm.author_id != bindparam("reader"))
        .options(
            joinedload(Alarm.author).load_only(*FACE, User.phone),
            selectinload(Alarm.responders).joinedload(Responder.user).load_only(*FACE),
        )
        .order_by(Alarm.sounding.desc(), Alarm.id)
        .limit(first(MOST))
    )


def stamp(alarms: Sequence[Ringing]) -> str:
    """One word for the whole bar: a console whose word differs asks for the bar anew."""
    return " ".join(one.stamp for one in alarms) or "-"


def mine(session: Session, actor: Actor) -> Alarm | None:
    """The actor's own open alarm, a real one before a drill. One statement."""
    alarm: Alarm | None = session.scalar(
        select(Alarm)
        .where(Alarm.author_id == actor.id, Alarm.closed_at.is_(None))
        .order_by(Alarm.drill, Alarm.id.desc())
        .limit(1)
    )
    return alarm


class What(StrEnum):
    """Kinds of calls that may be looked for."""

    REAL = "real"
    FALSE = "false"
    DRILL = "drill"


@dataclass(frozen=True)
class Past:
    """What is looked for among the alarms that are over: words that all are in the caller's name or phone, the place or
    what was said, or the number of a press; since when; what they were."""

    words: str = ""
    since: dt.datetime | None = None
    what: What | None = None


def closed(
    session: Session, actor: Actor, asked: Past | None = None, *, before: int | None = None
) -> tuple[Sequence[Alarm], int | None]:
    """Alarms that are over, newest first, and the id to ask for the next page with."""
    query = (
        policy.visible_alarms(session, actor)
        .where(Alarm.closed_at.is_not(None), *_narrowed(asked or Past()))
        .options(
            joinedload(Alarm.author).load_only(*FACE),
            selectinload(Alarm.responders).joinedload(Responder.user).load_only(*FACE),
        )
        .order_by(Alarm.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(Alarm.id < before)
    rows = session.scalars(query).unique().all()
    return rows[:PAGE], (rows[PAGE - 1].id if len(rows) > PAGE else None)


def _narrowed(asked: Past) -> Iterator[ColumnElement[bool]]:
    if asked.since is not None:
        yield Alarm.called_at >= asked.since
    if asked.what is not None:
        yield Alarm.drill.is_(asked.what is What.DRILL)
    if asked.what in (What.REAL, What.FALSE):
        yield (Alarm.status == FALSE_CALL.name).is_(asked.what is What.FALSE)
    for word in asked.words.split():
        yield _holds(word)


def _holds(word: str) -> ColumnElement[bool]:
    """Whether the word is found in an alarm."""
    caller = (
        select(User.last_name + " " + User.first_name).where(User.id == Alarm.author_id).scalar_subquery()
    )
    said = func.concat_ws(" ", caller, Alarm.place_name, Alarm.words)
    found = [said.icontains(word, autoescape=True)]
    if digits := "".join(sign for sign in word if sign in "0123456789"):
        phone = select(User.phone).where(User.id == Alarm.author_id).scalar_subquery()
        if not any(sign.isalpha() for sign in word):
            found.append(phone.contains(digits))
        if word == digits and int(digits) < 2**63:
            found.append(Alarm.id.in_(select(Order.alarm_id).where(Order.id == int(digits))))
    return or_(*found)


def drills(session: Session, limit: int = 10) -> Sequence[Alarm]:
    """The last drills, newest first."""
    return session.scalars(
        select(Alarm)
        .where(Alarm.drill)
        .options(joinedload(Alarm.author).load_only(*FACE))
        .order_by(Alarm.id.desc())
        .limit(limit)
    ).all()


def history(session: Session, alarm: Alarm, *, staff: bool, limit: int = 1000) -> list[Event]:
    """What happened to the alarm, oldest first; the caller gets the public lines."""
    kinds = [kind for kind, row in JOURNAL.items() if row.history and (staff or row.public)]
    rows = session.execute(
        select(Entry.id, Entry.at, Entry.kind, Entry.data, (User.first_name + " " + User.last_name))
        .outerjoin(User, User.id == Entry.actor_id)
        .where(Entry.subject == alarm.subject, Entry.kind.in_(kinds))
        .order_by(Entry.id)
        .limit(limit)
    )
    return [
        Event(at, actor or "", str(JOURNAL[kind].history) % Words(data), JOURNAL[kind].icon, key)
        for key, at, kind, data, actor in rows
    ]


@dataclass(frozen=True)
class Call:
    """One press: its order, when it came to us, when it was made by the phone's clock, what it said."""

    order: int
    came_at: dt.datetime
    pressed_at: dt.datetime
    place: str
    words: str

    @property
    def late(self) -> bool:
        """The phone had no network meanwhile."""
        return self.came_at - self.pressed_at >= LATE


def calls(session: Session, alarm: Alarm, limit: int = 200) -> list[Call]:
    """Every press of the alarm, the first one first. One statement."""
    rows = session.execute(
        select(Entry.at, Entry.data)
        .where(Entry.subject == alarm.subject, Entry.kind.in_(("sos.called", "sos.repeated")))
        .order_by(Entry.id)
        .limit(limit)
    )
    return [
        Call(data["order"], at, dt.datetime.fromisoformat(data["pressed_at"]), data["place"], data["words"])
        for at, data in rows
    ]


def receipts(session: Session, alarm: Alarm) -> Sequence[Receipt]:
    """Who was told, when it was on the person's screen, when a human saw it; in that order of telling."""
    return session.scalars(
        select(Receipt)
        .where(Receipt.alarm_id == alarm.id)
        .options(joinedload(Receipt.user).load_only(*FACE))
        .order_by(Receipt.told_at, Receipt.user_id)
    ).all()


def who_saw(session: Session, alarm: Alarm) -> Sequence[User]:
    """The people of the staff who have seen the call, the first one first."""
    return [one.user for one in receipts(session, alarm) if one.seen_at is not None]


# --- the watch ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Watch:
    """Whether a call would be heard now, and why not. `audible`: consoles that sound; `consoles`: that are open;
    `watchdog`: when it last said that it is alive."""

    audible: int
    consoles: int
    watchdog: dt.datetime | None
    now: dt.datetime

    @property
    def heard(self) -> bool:
        return self.audible > 0

    @property
    def watched(self) -> bool:
        return self.watchdog is not None and self.now - self.watchdog <= DEAD

    @property
    def well(self) -> bool:
        return self.heard and self.watched


def watch(session: Session) -> Watch:
    """The state of the watch. One statement."""
    now = clock.now()
    row = session.execute(_watch(), {"since": now - SILENT}).one()
    return Watch(row.audible, row.consoles, row.watchdog, now)


@cache
def _watch() -> Select[Any]:
    alive = Console.beat_at > bindparam("since")
    beat = select(Heartbeat.at).where(Heartbeat.name == WATCHDOG).scalar_subquery()
    return select(
        select(func.count()).where(alive, Console.sound).scalar_subquery().label("audible"),
        select(func.count()).where(alive).scalar_subquery().label("consoles"),
        beat.label("watchdog"),
    )


def people_there(session: Session) -> frozenset[int]:
    """Ids of those who have a console open now. One statement."""
    alive = select(Console.user_id).where(Console.beat_at > clock.now() - SILENT)
    return frozenset(session.scalars(alive))


def consoles(session: Session) -> Sequence[Console]:
    """The consoles that are open now, with their people."""
    return session.scalars(
        select(Console)
        .where(Console.beat_at > clock.now() - SILENT)
        .options(joinedload(Console.user).load_only(*FACE))
        .order_by(Console.user_id, Console.id)
    ).all()
