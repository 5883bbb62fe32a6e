"""Who may see and do what. The one source of rows for lists, loads, files, search and live subscriptions.

visible_x(actor) is a select of what the actor may know of; load_x raises NotFound if it is not among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from flask_appbuilder.security.sqla.models import (
    PermissionView,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_group,
    assoc_user_role,
)
from sqlalchemy import BigInteger, Select, bindparam, false, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.errors import Forbidden, NotFound
from app.flows import By, Move
from app.kinds import OF_SERVICES, kind_of
from app.permissions import P
from app.plans import built
from models import (
    FACE,
    Alarm,
    Company,
    Membership,
    Order,
    OrderKind,
    Responder,
    Service,
    StoredFile,
    Team,
    Thread,
    ThreadKind,
    User,
)
from models.catalogue import service_roles

if TYPE_CHECKING:
    from flask_appbuilder.security.sqla.models import Role
    from sqlalchemy.sql.base import ExecutableOption


class Actor(Protocol):
    """Who acts: a User, or SYSTEM for jobs."""

    @property
    def id(self) -> int | None: ...


class _System:
    id: None = None
    name = "Atrium"


#: The actor of jobs and timers.
SYSTEM: Actor = _System()

# --- rights -----------------------------------------------------------------------------------------------------

#: Other processes learn of an edited role after this many seconds, unless a signal tells them before.
_TTL = 10.0
_rights: dict[frozenset[int], tuple[float, frozenset[P]]] = {}
_BY_PAIR = {(p.permission, p.subject): p for p in P}


def roles_of(user: User) -> list[Role]:
    """The user's roles, own and by group."""
    return [*user.roles, *(role for group in user.groups for role in group.roles)]


def rights(session: Session, actor: Actor) -> frozenset[P]:
    """Every right of the actor. One statement per set of roles, then from memory."""
    if not isinstance(actor, User):
        return frozenset(P) if actor is SYSTEM else frozenset()
    if not actor.active:
        return frozenset()
    role_ids = frozenset(role.id for role in roles_of(actor))
    cached = _rights.get(role_ids)
    if cached and monotonic() - cached[0] < _TTL:
        return cached[1]
    found = frozenset(_role_rights(session, role_ids))
    _rights[role_ids] = (monotonic(), found)
    return found


def holders(session: Session, right: P) -> set[int]:
    """Ids of the active people who have the right, by a role of their own or of a group. One statement."""
    roles = (
        select(assoc_permissionview_role.c.role_id)
        .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .where(
            PermissionView.permission.has(name=right.permission),
            PermissionView.view_menu.has(name=right.subject),
        )
    )
    own = select(assoc_user_role.c.user_id).where(assoc_user_role.c.role_id.in_(roles))
    by_group = (
        select(assoc_user_group.c.user_id)
        .join(assoc_group_role, assoc_group_role.c.group_id == assoc_user_group.c.group_id)
        .where(assoc_group_role.c.role_id.in_(roles))
    )
    return set(
        session.scalars(select(User.id).where(User.active.is_(True), User.id.in_(own.union(by_group))))
    )


def _role_rights(session: Session, role_ids: frozenset[int]) -> set[P]:
    rows = session.scalars(
        select(PermissionView)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.permission_view_id == PermissionView.id)
        .where(assoc_permissionview_role.c.role_id.in_(role_ids))
    ).unique()
    pairs = {(row.permission.name, row.view_menu.name) for row in rows}
    return {_BY_PAIR[pair] for pair in pairs if pair in _BY_PAIR}


def forget_rights() -> None:
    """Drop this process's memory of roles, after a role was edited."""
    _rights.clear()


def can(session: Session, actor: Actor, right: P) -> bool:
    return right in rights(session, actor)


def require(session: Session, actor: Actor, right: P) -> None:
    """Raises Forbidden if the actor has not the right."""
    if not can(session, actor, right):
        raise Forbidden


# --- orders -----------------------------------------------------------------------------------------------------


def visible_orders(session: Session, actor: Actor) -> Select[Order]:
    """Orders that the actor may open: own ones; as staff those of `staffed_orders` and calls of help; a tenant
    administrator those of the own company (I-22)."""
    query = select(Order)
    held = rights(session, actor)
    if P.ORDERS_SEE_ALL in held:
        return query
    conditions = [Order.author_id == actor.id]
    if P.ORDERS_EXECUTE in held:
        conditions += [Order.executor_id == actor.id, Order.team_id.in_(teams_of(actor))]
    if P.SOS_RESPOND in held:
        conditions.append(Order.kind == OrderKind.SOS)
    if P.ORDERS_SEE_COMPANY in held:
        conditions.append(Order.company_id.in_(_companies_run_by(actor)))
    return query.where(or_(*conditions))


def staffed_orders(session: Session, actor: Actor) -> Select[Order]:
    """Orders that the actor serves: all for dispatchers, own and the team's for executors, else none."""
    query = select(Order)
    held = rights(session, actor)
    if P.ORDERS_SEE_ALL in held:
        return query
    if P.ORDERS_EXECUTE in held:
        return query.where(or_(Order.executor_id == actor.id, Order.team_id.in_(teams_of(actor))))
    return query.where(false())


def own_orders(actor: Actor) -> Select[Order]:
    """«Мои заказы»: what the actor ordered (S0-1)."""
    return select(Order).where(Order.author_id == actor.id)


def teams_of(actor: Actor) -> list[int]:
    """Numbers, not a subselect: the planner then walks each team's index. They come with the signed-in person."""
    return [team.id for team in actor.teams] if isinstance(actor, User) else []


def companies_of(session: Session, actor: Actor) -> Sequence[int]:
    """The companies whose orders the actor sees as their administrator (I-22). One statement, none without the
    right."""
    if not can(session, actor, P.ORDERS_SEE_COMPANY):
        return ()
    return session.scalars(_companies_run_by(actor)).all()


def company_orders(companies: Sequence[int]) -> Select[Order]:
    """What anybody of these companies ordered. Numbers, so that each company's index is walked."""
    return select(Order).where(Order.company_id.in_(companies))


def _companies_run_by(actor: Actor) -> Select[int]:
    return select(Membership.company_id).where(Membership.user_id == actor.id, Membership.admin)


def load_order(session: Session, actor: Actor, number: int, *, lock: bool = False) -> Order:
    """The order with what its page shows. Raises NotFound if the actor may not know of it.

    With `lock` the row is locked until the transaction ends and its present state is read.
    """
    if number >= 2**63:
        # An address may name any number; the database refuses to compare with this one.
        raise NotFound

    def build() -> Any:
        query = visible_orders(session, actor).where(Order.id == bindparam("number", type_=BigInteger))
        if lock:
            # Only the orders row: joined relations would be locked, or refused as outer joins, too.
            return query.with_for_update(of=Order).execution_options(populate_existing=True)
        return query.options(*_on_the_page())

    key = ("order", actor.id, rights(session, actor), tuple(teams_of(actor)), lock)
    order: Order | None = session.scalar(built(key, build), {"number": number})
    if order is None:
        raise NotFound
    return order


@cache
def _on_the_page() -> tuple[ExecutableOption, ...]:
    """Seven rows beside the order's own, each with the columns that are shown."""
    return (
        joinedload(Order.author).load_only(*FACE, User.phone, User.email),
        joinedload(Order.executor).load_only(*FACE),
        joinedload(Order.team).load_only(Team.name),
        joinedload(Order.company).load_only(Company.name),
        joinedload(Order.service).load_only(Service.description, Service.extras_title),
        joinedload(Order.thread),
        joinedload(Order.notes),
    )


def is_staff(session: Session, actor: Actor, order: Order) -> bool:
    """Whether the actor serves this order. Somebody's own order is never served by himself as staff."""
    held = rights(session, actor)
    if actor.id == order.author_id:
        return False
    if order.alarm_id is not None:
        return P.SOS_RESPOND in held
    if P.ORDERS_SEE_ALL in held:
        return True
    if P.ORDERS_EXECUTE not in held:
        return False
    if order.executor_id == actor.id:
        return True
    return order.team_id is not None and order.team_id in teams_of(actor)


def side(session: Session, actor: Actor, order: Order) -> By | None:
    """As whom the actor meets the order; None for an onlooker (a tenant administrator)."""
    if actor is SYSTEM:
        return By.SYSTEM
    if actor.id == order.author_id:
        return By.AUTHOR
    return By.STAFF if is_staff(session, actor, order) else None


def moves(session: Session, actor: Actor, order: Order) -> list[Move]:
    """The moves that the actor may make on the order now: the buttons of the page, and what `orders.move` accepts."""
    whose = side(session, actor, order)
    if whose is None:
        return []
    held = rights(session, actor)
    return [
        move
        for move in kind_of(order.kind).flow.moves_from(order.status, whose)
        if move.right is None or move.right in held
    ]


# --- calls of help ------------------------------------------------------------------------------------------------


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


# --- chat, files, services ----------------------------------------------------------------------------------------


def load_thread(session: Session, actor: Actor, thread_id: int) -> tuple[Thread, Order]:
    """A thread and the order it belongs to. Internal notes exist for the order's staff only (NotFound for others)."""
    order = session.scalar(
        visible_orders(session, actor)
        .where(or_(Order.thread_id == thread_id, Order.notes_id == thread_id))
        .options(joinedload(Order.author).load_only(*FACE), joinedload(Order.executor).load_only(*FACE))
    )
    thread = session.get(Thread, thread_id) if order else None
    if order is None or thread is None:
        raise NotFound
    if thread.kind == ThreadKind.NOTES and not may_read_notes(session, actor, order):
        raise NotFound
    return thread, order


def may_read_notes(session: Session, actor: Actor, order: Order) -> bool:
    return can(session, actor, P.NOTES) and is_staff(session, actor, order)


def may_write(session: Session, actor: Actor, order: Order) -> bool:
    """The orderer and the staff talk in the chat, in every status (S0-54); onlookers read."""
    return side(session, actor, order) in (By.AUTHOR, By.STAFF)


def load_file(session: Session, actor: Actor, file_id: UUID) -> StoredFile:
    """A file by the rights of what it belongs to; a draft only for its owner. Raises NotFound."""
    file = session.get(StoredFile, file_id)
    if file is None:
        raise NotFound
    kind, _, key = file.subject.partition(":")
    if kind == "thread":
        load_thread(session, actor, int(key))
    elif kind == "order":
        load_order(session, actor, int(key))
    elif kind in ("user", "service", "place"):
        pass  # avatars, pictures of services and plans are for everybody who has signed in
    elif file.owner_id != actor.id or actor.id is None:
        raise NotFound
    return file


def visible_services(session: Session, actor: Actor) -> Select[Service]:
    """Active services of the kinds on offer that the actor may order (local roles limit some of them, I-26)."""
    query = select(Service).where(Service.active, Service.kind.in_(list(OF_SERVICES)))
    may_order, role_ids = services_key(session, actor)
    if not may_order:
        return query.where(false())
    limited = select(service_roles.c.service_id)
    mine = limited.where(service_roles.c.role_id.in_(role_ids))
    return query.where(or_(Service.id.not_in(limited), Service.id.in_(mine)))


def services_key(session: Session, actor: Actor) -> tuple[bool, tuple[int, ...]]:
    """All that `visible_services` depends on: the right to order, and the roles."""
    roles = roles_of(actor) if isinstance(actor, User) else ()
    return can(session, actor, P.ORDERS_PLACE), tuple(sorted({role.id for role in roles}))


def load_service(session: Session, actor: Actor, service_id: int) -> Service:
    """A service that the actor may order. Raises NotFound."""
    service = session.scalar(
        visible_services(session, actor)
        .where(Service.id == service_id)
        .options(joinedload(Service.category), joinedload(Service.place))
    )
    if service is None or not service.category.active:
        raise NotFound
    return service


def rooms_for(session: Session, actor: Actor, subject: str) -> list[str]:
    """The rooms that a socket of the actor joins for a subject it asks for. Raises NotFound.

    "order:42" gives the order's room, and the staff's own room of it where internal notes are poked; "desk" needs
    the right to see all orders, executors get their teams' rooms; "company" gives the rooms of those that the
    actor runs; "sos" is where every call of help is poked, "alarm:7" one of them.
    """
    kind, _, key = subject.partition(":")
    if kind == "order" and key.isdecimal() and len(key) < 19:
        order = load_order(session, actor, int(key))
        return [subject, f"staff-{subject}"] if may_read_notes(session, actor, order) else [subject]
    if kind == "alarm" and key.isdecimal() and len(key) < 19:
        return [load_alarm(session, actor, int(key)).subject]
    if subject == "sos" and can(session, actor, P.SOS_RESPOND):
        return ["sos"]
    if subject == "desk" and can(session, actor, P.DESK):
        if can(session, actor, P.ORDERS_SEE_ALL):
            return ["desk"]
        return [f"team:{team_id}" for team_id in teams_of(actor)]
    if subject == "company" and (companies := companies_of(session, actor)):
        return [f"company:{company_id}" for company_id in companies]
    raise NotFound
