"""Packages of sessions: what a provider offers, what a client has of them and what is left (I-19, S2-36)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_pgettext as _lp
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app import clock
from app.flows import Status
from app.queries import slots
from app.queries.payments import Account, is_off
from models import Appointment, Client, ClientPackage, Offer, Package, Payment, Provider

#: Packages of one client on a page.
PAGE = 50


def last_minute(sold: dt.datetime, days: int, zone: dt.tzinfo) -> dt.datetime | None:
    """The end of the last day of a package by the provider's clocks; None if it has no end."""
    if not days:
        return None
    return slots.moment(sold.astimezone(zone).date() + dt.timedelta(days=days), 24 * 60 - 1, zone)


# --- what is offered ----------------------------------------------------------------------------------------------


def catalogue(session: Session, provider: Provider) -> Sequence[Package]:
    """Every package of the provider with its service, those on offer first. One statement."""
    return session.scalars(
        select(Package)
        .where(Package.provider_id == provider.id)
        .options(joinedload(Package.offer))
        .order_by(Package.active.desc(), Package.position, Package.id)
    ).all()


def on_offer(session: Session, provider_id: int) -> Sequence[Package]:
    """What clients can buy now, by its services, the smaller ones first. One statement."""
    return session.scalars(
        select(Package)
        .join(Package.offer)
        .where(Package.provider_id == provider_id, Package.active, Offer.active, Offer.specialists.any())
        .options(contains_eager(Package.offer))
        .order_by(Offer.position, Offer.id, Package.sessions, Package.id)
    ).all()


# --- what a client has --------------------------------------------------------------------------------------------

#: Where a package stands, as the chips of pages say it.
OPEN = Status("open", _lp("package", "In use"), "ok", "layers")
USED_UP = Status("used_up", _lp("package", "Used up"), "neutral", "check-check")
ENDED = Status("ended", _lp("package", "Its time is over"), "neutral", "clock")
CANCELLED = Status("cancelled", _lp("package", "Cancelled"), "neutral", "circle-x")


def status(sold: ClientPackage) -> Status:
    if sold.cancelled_at is not None:
        return CANCELLED
    if not sold.left:
        return USED_UP
    if sold.expires_at is not None and sold.expires_at < clock.now():
        return ENDED
    return OPEN


@dataclass(frozen=True)
class Held:
    """A package of a client with its three numbers: price, paid, remainder."""

    package: ClientPackage
    account: Account

    @property
    def status(self) -> Status:
        return status(self.package)


def of_client(session: Session, client: Client) -> list[Held]:
    """What the client has of this provider: what is in use first, then the newest. One statement."""
    paid = select(func.coalesce(func.sum(Payment.amount), 0)).where(Payment.package_id == ClientPackage.id)
    rows = session.execute(
        select(ClientPackage, paid.scalar_subquery())
        .where(ClientPackage.client_id == client.id)
        .options(joinedload(ClientPackage.offer))
        .order_by(ClientPackage.id.desc())
        .limit(PAGE)
    )
    found = [Held(package, Account(package.price, amount, off=is_off(package))) for package, amount in rows]
    return sorted(found, key=lambda one: one.status is not OPEN)


def usable(
    session: Session, client: Client, offer: Offer, at: dt.datetime | None = None
) -> Sequence[ClientPackage]:
    """The client's packages from which an appointment of this service that begins then can be taken, the one that ends
    first before the others. What is true here may have changed when it is asked for. One statement."""
    return session.scalars(
        select(ClientPackage)
        .where(
            ClientPackage.client_id == client.id,
            ClientPackage.offer_id == offer.id,
            ClientPackage.cancelled_at.is_(None),
            ClientPackage.used < ClientPackage.sessions,
            or_(ClientPackage.expires_at.is_(None), ClientPackage.expires_at >= (at or clock.now())),
        )
        .order_by(ClientPackage.expires_at.asc().nulls_last(), ClientPackage.id)
    ).all()


def taken(
    session: Session, package: ClientPackage, *, among: Select[int] | None = None, most: int = 200
) -> Sequence[Appointment]:
    """The appointments that name a package, the latest first; `among` those that the reader may know of. One
    statement."""
    query = select(Appointment).where(Appointment.package_id == package.id)
    if among is not None:
        query = query.where(Appointment.id.in_(among))
    return session.scalars(
        query.options(joinedload(Appointment.specialist))
        .order_by(Appointment.starts_at.desc(), Appointment.id.desc())
        .limit(most)
    ).all()
