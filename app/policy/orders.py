"""Orders and services: which of them somebody may know of, and what he is to an order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Select, bindparam, false, or_, select
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFound
from app.flows import By, Move
from app.kinds import OF_SERVICES, kind_of
from app.permissions import P
from app.plans import built
from app.policy.rights import SYSTEM, Actor, can, rights, roles_of
from models import FACE, Company, Membership, Order, OrderKind, Service, Team, User
from models.catalogue import service_roles

if TYPE_CHECKING:
    from sqlalchemy.sql.base import ExecutableOption


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


def may_read_notes(session: Session, actor: Actor, order: Order) -> bool:
    return can(session, actor, P.NOTES) and is_staff(session, actor, order)


# --- services --------------------------------------------------------------------------------------------------------


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
