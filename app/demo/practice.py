"""The story of the technopark's specialists, played through the actions as if it had happened at its moments: whatever
is loaded obeys the rules of the product, because the product made it."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from app import clock, money, queue, tokens
from app.actions import (
    appointments,
    asking,
    chat,
    documents,
    invitations,
    payments,
    schedule,
    terms,
)
from app.extensions import db
from app.flows import APPOINTMENT
from app.notices import JOURNAL, PRIVATE
from app.queries import packages as held
from app.queries import slots
from app.queries import terms as papers
from app.storage import Safe
from models import Appointment, Client, Entry, Provider, User

from . import sales, serving
from .papers import pdf
from .serving import secret
from .visits import BALANCE, MARK, POLINA, Visit

Row = dict[str, Any]

#: Of what happened earlier nobody is told any more.
_NEWS = dt.timedelta(hours=8)
#: When the specialists came.
_BEGINNING = dt.timedelta(days=70)


@dataclass
class Stage:
    """The time line: what happens when, in order."""

    now: dt.datetime
    events: list[tuple[dt.datetime, int, Callable[[], object]]] = field(default_factory=list)
    _order: Any = field(default_factory=count)

    def at(self, moment: dt.datetime, act: Callable[[], object]) -> None:
        """What lies in the future has not happened."""
        if moment <= self.now:
            heapq.heappush(self.events, (moment, next(self._order), act))

    def play(self) -> None:
        while self.events:
            moment, _number, act = heapq.heappop(self.events)
            with clock.as_of(moment):
                act()


def play(session: Session, safe: Safe, users: Mapping[str, User], now: dt.datetime) -> list[Row]:
    """Two specialists, an organization, their clients, all that was between them. Within the caller's transaction, in a
    journal that is still empty. The lines of the journal."""
    stage = Stage(now)
    with clock.as_of(now - _BEGINNING):
        psychologist = serving.polina(users["polina"], safe)
        studio = serving.balance(users["oksana"], users["igor"])
        teacher = serving.mark(users["mark"])
    for provider, visits, offered in (
        (psychologist, POLINA, sales.POLINA),
        (studio, BALANCE, sales.BALANCE),
        (teacher, MARK, sales.MARK),
    ):
        pairs = _clients(stage, provider, visits, users)
        with clock.as_of(now - _BEGINNING):
            sold = sales.offer(provider, pairs, offered)
        for days, sell in sold:
            stage.at(now - dt.timedelta(days=days), sell)
        for visit in visits:
            _visit(session, stage, provider, pairs, visit)
    _talk(stage, psychologist, users, safe)
    _away(stage, psychologist, studio)
    _renew(stage, psychologist, users, safe)
    stage.play()
    return _taken_out(session)


# --- what happens -------------------------------------------------------------------------------------------------


def _clients(
    stage: Stage, provider: Provider, visits: tuple[Visit, ...], users: Mapping[str, User]
) -> dict[str, Client]:
    """Everybody comes by an invitation, some days before the first visit."""
    found: dict[str, Client] = {}
    for name in dict.fromkeys(visit.client for visit in visits):
        first = min(visit.day - visit.asked for visit in visits if visit.client == name)
        with clock.as_of(min(stage.now + dt.timedelta(days=first), stage.now) - dt.timedelta(days=1)):
            link = invitations.invite(
                provider.owner, provider.id, secret(), label=users[name].first_name, most=1
            )
            pair = invitations.accept(users[name], tokens.derived(secret(), "invitation", link.nonce))
            assert isinstance(pair, Client)
            found[name] = pair
            for row, version in papers.of_provider(db.session, provider.id):
                if row.required:
                    terms.change_consent(users[name], pair.id, {version.id: name != "timur"})
    return found


def _visit(
    session: Session, stage: Stage, provider: Provider, pairs: Mapping[str, Client], visit: Visit
) -> None:
    pair, offer = pairs[visit.client], provider.offers[visit.offer]
    zone = clock.zone(provider.timezone)
    day = (stage.now.astimezone(zone) + dt.timedelta(days=visit.day)).date()
    wanted = slots.moment(day, visit.hour * 60, zone)
    asked = min(wanted, stage.now) - dt.timedelta(days=visit.asked)
    if visit.day > 0 and visit.asked < 1:
        asked = stage.now - dt.timedelta(days=visit.asked)

    def ask() -> None:
        who = appointments.serving(offer)
        around = dt.timedelta(days=3)
        free = slots.free_slots(session, offer, who, wanted - around, wanted + around)
        near = slots.nearest(free, wanted, 1)
        if not near:
            return
        sold = held.usable(session, pair, offer, near[0].at) if visit.package else ()
        made = asking.request(
            pair.user,
            pair.id,
            offer.id,
            near[0].at,
            specialist_id=near[0].specialist.id,
            words=visit.words,
            package_id=sold[0].id if sold else None,
        )
        _follow(stage, made, visit, pair, provider)

    stage.at(asked, ask)


def _follow(stage: Stage, made: Appointment, visit: Visit, pair: Client, provider: Provider) -> None:
    """What becomes of it: answered some hours later, marked when it is over."""
    answered = clock.now() + dt.timedelta(hours=2)
    for name in visit.way:
        late = APPOINTMENT.moves[name].afterwards
        actor = pair.user if name == "cancel" else provider.owner
        moment = made.ends_at + dt.timedelta(minutes=20) if late else answered

        def move(name: str = name, actor: User = actor) -> None:
            appointments.move(actor, made.id, name, comment=visit.why)

        stage.at(moment, move)
        if name == "hold":
            stage.at(moment + dt.timedelta(minutes=5), lambda: _pay(made, provider))
        answered += dt.timedelta(hours=5)
    if visit.moved:
        stage.at(answered, lambda: _put_off(made, provider))


def _put_off(made: Appointment, provider: Provider) -> None:
    later = made.starts_at + dt.timedelta(days=1)
    free = slots.free_slots(db.session, made.offer, [made.specialist], later, later + dt.timedelta(days=4))
    appointments.reschedule(provider.owner, made.id, free[0].at)


def _pay(made: Appointment, provider: Provider) -> None:
    """Most pay at once, some a part: there is something left to pay. What is of a package is paid with it."""
    if made.package_id:
        return
    part = made.price // 2 if made.id % 5 == 0 else made.price
    method = "cash" if made.id % 3 else "transfer"
    payments.record(provider.owner, made.id, money.typed(part, made.currency), method=method)


def _talk(stage: Stage, polina: Provider, users: Mapping[str, User], safe: Safe) -> None:
    """A conversation, and documents that go with it."""
    marina = next(pair for pair in _pairs(polina) if pair.user_id == users["marina"].id)
    start = stage.now - dt.timedelta(days=15)

    def say(who: User, words: str) -> Callable[[], object]:
        return lambda: chat.post(who, marina.thread_id, words, uuid4())

    for minutes, who, words in (
        (0, users["marina"], "Полина, добрый день! Загрузила дневник сна в документы."),
        (35, polina.owner, "Спасибо, Марина. Посмотрю сегодня вечером."),
        (
            300,
            polina.owner,
            "Посмотрела. Отметьте ещё, во сколько ложитесь в выходные. Шаблон положила к документам.",
        ),
        (340, users["marina"], "Хорошо, заполню к четвергу"),
    ):
        stage.at(start + dt.timedelta(minutes=minutes), say(who, words))
    stage.at(
        stage.now - dt.timedelta(hours=3),
        say(users["marina"], "Можно ли перенести встречу на полчаса позже, если освободится время?"),
    )

    def give(who: User, title: str, name: str) -> Callable[[], object]:
        return lambda: documents.upload(who, marina.id, safe, pdf(title, "…"), name)

    stage.at(start - dt.timedelta(minutes=5), give(users["marina"], "Дневник сна", "Дневник сна.pdf"))
    stage.at(
        start + dt.timedelta(minutes=295),
        give(polina.owner, "Шаблон дневника", "Шаблон дневника на две недели.pdf"),
    )


def _pairs(provider: Provider) -> list[Client]:
    return list(db.session.scalars(select(Client).where(Client.provider_id == provider.id)))


def _away(stage: Stage, polina: Provider, balance: Provider) -> None:
    """A vacation that is planned, a holiday of all, and a morning that was learned of too late."""
    zone = clock.zone(polina.timezone)
    today = stage.now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)

    def plan() -> None:
        schedule.add_absence(
            polina.owner,
            polina.id,
            specialist_id=polina.specialists[0].id,
            kind="vacation",
            starts=today + dt.timedelta(days=24),
            ends=today + dt.timedelta(days=34),
            reason="Поездка в горы",
        )
        schedule.add_absence(
            balance.owner,
            balance.id,
            specialist_id=None,
            kind="holiday",
            starts=today + dt.timedelta(days=12),
            ends=today + dt.timedelta(days=13),
            reason="Санитарный день",
        )

    def learn() -> None:
        """Somebody is expected in it: there is something to move."""
        schedule.add_absence(
            balance.owner,
            balance.id,
            specialist_id=next(one.id for one in balance.specialists if one.user_id is None),
            kind="absence",
            starts=today + dt.timedelta(days=2, hours=7),
            ends=today + dt.timedelta(days=2, hours=12),
            reason="Курс повышения квалификации",
        )

    stage.at(stage.now - dt.timedelta(days=10), plan)
    stage.at(stage.now - dt.timedelta(minutes=50), learn)


def _renew(stage: Stage, polina: Provider, users: Mapping[str, User], safe: Safe) -> None:
    """A document that has changed: some have signed it anew, others are still asked to."""
    paper = next(
        one for one, _version in papers.of_provider(db.session, polina.id) if one.title.startswith("Согласие")
    )

    def publish() -> None:
        text = pdf(paper.title, "Имя, телефон и записи о встречах.", "Записи хранятся три года.")
        version = terms.publish(polina.owner, paper.id, safe, text, "Согласие, новая редакция.pdf")
        for number, name in enumerate(("lera", "ilya", "dasha"), 1):
            pair = next(one for one in _pairs(polina) if one.user_id == users[name].id)

            def sign(pair: Client = pair, name: str = name) -> None:
                terms.change_consent(users[name], pair.id, {version.id: True})

            stage.at(clock.now() + dt.timedelta(hours=3 * number), sign)

    stage.at(stage.now - dt.timedelta(hours=26), publish)


def _taken_out(session: Session) -> list[Row]:
    """The journal's lines of the story, for whoever writes all lines in their order; their deliveries are forgotten."""
    session.flush()
    session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'deliver'"))
    columns = (Entry.at, Entry.kind, Entry.actor_id, Entry.subject, Entry.data)
    lines = [dict(row) for row in session.execute(select(*columns).order_by(Entry.id)).mappings()]
    session.execute(delete(Entry))
    session.expire_all()
    return lines


def tell(session: Session, now: dt.datetime) -> None:
    """What happened a few hours ago is news to somebody; what was earlier nobody is told of any more."""
    told = [kind for kind in PRIVATE if JOURNAL[kind].rules]
    news = select(Entry.id).where(Entry.kind.in_(told), Entry.at > now - _NEWS).order_by(Entry.id)
    for entry_id in session.scalars(news):
        queue.defer(session, "deliver", entry_id=entry_id)
