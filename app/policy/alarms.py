"""Calls of help: who may know of them, and what he may do."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.errors import NotFound
from app.flows import By, Move
from app.kinds import kind_of
from app.permissions import P
from app.policy.rights import SYSTEM, Actor, can
from models import FACE, Alarm, OrderKind, Responder, User


def visible_alarms(session: Session, actor: Actor) -> Select[Alarm]:
    """The actor's own calls of help; all of them for whoever responds."""
    query = select(Alarm)
    return query if can(session, actor, P.SOS_RESPOND) else query.where(Alarm.author_id == actor.id)


def load_alarm(session: Session, actor: Actor, alarm_id: int, *, lock: bool = False) -> Alarm:
    """An alarm with its author, place and responders. Raises NotFound if the actor may not know of it.

    With `lock` the row is locked until the transaction ends and its present state is read: of an alarm and its
    orders the alarm is locked first.
    """
    if alarm_id >= 2**63:
        raise NotFound
    query = visible_alarms(session, actor).where(Alarm.id == alarm_id)
    if lock:
        query = query.with_for_update(of=Alarm).execution_options(populate_existing=True)
    else:
        query = query.options(
            joinedload(Alarm.author).load_only(*FACE, User.phone, User.email),
            selectinload(Alarm.responders).joinedload(Responder.user).load_only(*FACE, User.phone),
        )
    alarm: Alarm | None = session.scalar(query)
    if alarm is None:
        raise NotFound
    return alarm


def alarm_side(session: Session, actor: Actor, alarm: Alarm) -> By | None:
    """As whom the actor meets the alarm. Nobody responds to the own call."""
    if actor is SYSTEM:
        return By.SYSTEM
    if actor.id == alarm.author_id:
        return By.AUTHOR
    return By.STAFF if can(session, actor, P.SOS_RESPOND) else None


def alarm_moves(session: Session, actor: Actor, alarm: Alarm) -> list[Move]:
    """The moves that the actor may make now: the buttons of the alarm, and what `alarms.move` accepts. Who goes has the
    steps that are still before him; who does not go may join. Who has arrived says so anew if it sounds again."""
    whose = alarm_side(session, actor, alarm)
    if whose is None:
        return []
    mine = next((one for one in alarm.responders if one.user_id == actor.id and one.left_at is None), None)
    hidden = {"join"} if mine else {"set_off", "arrive", "release"}
    if mine and (mine.on_way_at or mine.on_site_at):
        hidden.add("set_off")
    if mine and mine.on_site_at and not alarm.sounding:
        hidden.add("arrive")
    steps = kind_of(OrderKind.SOS).flow.moves_from(alarm.status, whose)
    return [step for step in steps if step.name not in hidden]
