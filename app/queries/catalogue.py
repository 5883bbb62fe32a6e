"""What residents find in «Услуги»: categories, services, search, repeats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.plans import built, first
from app.policy import Actor, services_key, visible_services
from models import Category, Extra, FieldKind, FormField, Order, OrderKind, Service

REPEATS, EXTRAS = 4, 6


@dataclass
class Shelf:
    """A category with the services of it that the actor may order."""

    category: Category
    services: list[Service] = field(default_factory=list)


def shelves(session: Session, actor: Actor) -> list[Shelf]:
    """Active categories in order; empty ones left out. One statement."""
    services = session.scalars(_offered(session, actor, _shelved)).unique()
    found: dict[int, Shelf] = {}
    for service in services:
        found.setdefault(service.category_id, Shelf(service.category)).services.append(service)
    return list(found.values())


def _shelved(offered: Select[Service]) -> Select[Service]:
    return (
        offered.join(Service.category)
        .where(Category.active)
        .options(joinedload(Service.category))
        .order_by(Category.position, Category.name, Service.position, Service.name)
    )


def _offered(
    session: Session, actor: Actor, add: Callable[[Select[Service]], Select[Service]]
) -> Select[Service]:
    """What the actor may order with what `add` asks besides, built once for each set of roles."""
    return built((add, services_key(session, actor)), lambda: add(visible_services(session, actor)))


def search(session: Session, actor: Actor, words: str, limit: int = 30) -> Sequence[Service]:
    """Services whose name, summary or category has the words, in any word form or as a part of a word."""
    words = words.strip()[:100]
    text = func.to_tsvector("russian", Service.name + " " + Service.summary + " " + Service.description)
    like = f"%{words.replace('%', '').replace('_', ' ')}%"
    return (
        session.scalars(
            visible_services(session, actor)
            .join(Service.category)
            .where(
                Category.active,
                or_(
                    text.bool_op("@@")(func.websearch_to_tsquery("russian", words)),
                    Service.name.ilike(like),
                    Service.summary.ilike(like),
                    Category.name.ilike(like),
                ),
            )
            .order_by(Service.name.ilike(like).desc(), Service.position, Service.name)
            .limit(first(limit))
        )
        .unique()
        .all()
    )


def for_place(session: Session, actor: Actor, way: Sequence[Any]) -> list[Service]:
    """Services whose form asks for a place and can be answered with this one, or with what it stands in; `way` leads
    up from it. Two statements."""
    kinds = {row.kind for row in way}
    found = session.scalars(_offered(session, actor, _asking_for_place)).unique()
    return [
        service for service in found if any(place_kind(field) in (None, *kinds) for field in service.fields)
    ]


def place_kind(field: FormField) -> str | None:
    """Which kind of place a field wants; None is any, "" that it asks for none."""
    return field.limit("place_kind") if field.kind == FieldKind.PLACE and field.active else ""


def _asking_for_place(offered: Select[Service]) -> Select[Service]:
    asks = Service.fields.any((FormField.kind == FieldKind.PLACE) & FormField.active)
    return (
        offered.join(Service.category)
        .where(Category.active, asks)
        .options(selectinload(Service.fields))
        .order_by(Category.position, Category.name, Service.position, Service.name)
    )


def requests(session: Session, actor: Actor) -> Sequence[Service]:
    """Where the actor may ask in own words for what the catalogue does not name. One statement."""
    return session.scalars(_offered(session, actor, _requests)).all()


def _requests(offered: Select[Service]) -> Select[Service]:
    return (
        offered.join(Service.category)
        .where(Category.active, Service.kind == OrderKind.REQUEST)
        .order_by(Service.position, Service.name)
        .limit(first(REPEATS))
    )


def last_ordered(session: Session, actor: Actor) -> Sequence[Service]:
    """The services that the actor ordered most recently, each once, newest first."""
    return session.scalars(_offered(session, actor, _last_ordered), {"reader": actor.id}).all()


def _last_ordered(offered: Select[Service]) -> Select[Service]:
    recent = (
        select(Order.service_id, Order.id)
        .where(Order.author_id == bindparam("reader"))
        .order_by(Order.id.desc())
        .limit(first(50))
    ).subquery()
    ranked = (
        select(recent.c.service_id, func.max(recent.c.id).label("newest"))
        .group_by(recent.c.service_id)
        .subquery()
    )
    return (
        offered.join(ranked, ranked.c.service_id == Service.id)
        .order_by(ranked.c.newest.desc())
        .limit(first(REPEATS))
    )


def extras(session: Session, actor: Actor, service_id: int) -> Sequence[Service]:
    """The additional services of a service that the actor may order, in their order (S0-37..S0-42): the page shows
    the first six in the wide layout, the first three in the narrow one."""
    return session.scalars(_offered(session, actor, _extras), {"service": service_id}).all()


def _extras(offered: Select[Service]) -> Select[Service]:
    return (
        offered.join(Extra, Extra.extra_id == Service.id)
        .where(Extra.service_id == bindparam("service"))
        .order_by(Extra.position, Extra.id)
        .limit(first(EXTRAS))
    )
