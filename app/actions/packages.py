"""Packages of sessions (I-19): what a provider offers, what a client has of it, a session taken and given back.

Whether a session is left is decided by the statement that takes it, under the row's lock; what a page has shown guards
nothing. Locks are taken in one order everywhere: resources, appointments, packages, threads, each by their numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, journal, money
from app.actions import fields, payments, presses, providers
from app.actions.base import action, many
from app.errors import Forbidden, Invalid, NotFound, Stale
from app.extensions import db
from app.flows import By
from app.policy import Actor, client_side, load_client, load_package, load_practice
from app.queries import slots
from app.queries.packages import last_minute
from app.queries.payments import account
from models import Appointment, Client, ClientPackage, Package, PaymentMethod, Provider
from models.packages import LEAST, MOST

#: Days within which a package can be used, at most.
LONGEST = 3650
#: Packages of one provider, at most.
MOST_PACKAGES = 100

# --- what is offered ----------------------------------------------------------------------------------------------


@action
def save(
    actor: Actor,
    provider_id: int,
    package_id: int | None,
    sent: Mapping[str, str],
    *,
    form_key: UUID | None = None,
) -> Package:
    """Offer a package, change or retire it: what is sold stays as it was agreed. A form that is sent again gives the
    package that it made before. Raises Invalid per field, Forbidden
    (only the owner does this), NotFound."""
    provider = load_practice(db.session, actor, provider_id, manage=True).provider
    package = package_of(provider, package_id) if package_id is not None else None
    press = presses.press(actor, None if package_id else form_key, Package, provider_id, sorted(sent.items()))
    if before := press.made_before():
        return before
    errors: dict[str, object] = {}
    price = money.parsed(sent.get("price", ""), provider.currency)
    if price is None or not sent.get("price", "").strip():
        errors["price"] = fields.no_amount(sent.get("price", ""), provider.currency)
    number = sent.get("offer", "")
    offer = next((one for one in provider.offers if str(one.id) == number), None)
    if offer is None:
        errors["offer"] = _("Please choose from the list.")
    values = {
        "offer": offer,
        "name": fields.line(sent.get("name", ""), "name", errors, most=providers.MAX_NAME, required=True),
        "sessions": fields.number(sent.get("sessions", ""), "sessions", errors, LEAST, MOST),
        "price": price,
        "days": fields.number(sent.get("days") or "0", "days", errors, 0, LONGEST),
        "active": sent.get("active", "yes") == "yes",
    }
    count = many(Package, Package.provider_id == provider.id)
    if package is None and count >= MOST_PACKAGES:
        errors["name"] = _(
            "There are %(number)s packages already. Change one that is not offered any more.",
            number=MOST_PACKAGES,
        )
    if errors:
        raise Invalid(errors)
    if package is None:
        package = Package(provider_id=provider.id, position=count, **values)
        db.session.add(package)
    else:
        for name, value in values.items():
            setattr(package, name, value)
    db.session.flush()
    kind = "package.added" if package_id is None else "package.changed"
    providers.record(provider, kind, actor, name=package.name)
    return press.made(package)


def package_of(provider: Provider, package_id: int) -> Package:
    """One of the packages that the provider offers, or has offered. Raises NotFound."""
    found = db.session.get(Package, package_id) if package_id < 2**31 else None
    if found is None or found.provider_id != provider.id:
        raise NotFound
    return found


# --- what is sold -------------------------------------------------------------------------------------------------


@action
def sell(
    actor: Actor,
    client_id: int,
    package_id: int,
    *,
    price: str | None = None,
    paid: str = "",
    method: str = PaymentMethod.CASH,
    form_key: UUID | None = None,
) -> ClientPackage:
    """The client has a package from now on; `price` may be another one than it is offered for, `paid` is recorded at
    once. Whoever serves the client may do it, as payments. The same `form_key` again gives what it made before.

    Raises Invalid per field, Stale (the form was sent with another content), NotFound."""
    client = load_client(db.session, actor, client_id)
    if client_side(actor, client) is not By.STAFF:
        raise NotFound
    package = package_of(client.provider, package_id)
    errors: dict[str, object] = {}
    agreed = _agreed(package, client.provider, price, errors)
    if form_key and (before := _sold_before(form_key)):
        return _same(before, client, package, agreed)
    if not (package.active and package.offer.active):
        errors["package"] = _("This package is not offered any more.")
    if errors:
        raise Invalid(errors)
    made = _written(actor, client, package, agreed, form_key)
    if made is None:  # the same form, at the same moment: it has just ended
        before = _sold_before(form_key) if form_key else None
        if before is None:
            raise Stale
        return _same(before, client, package, agreed)
    _tell(actor, made, "package.sold", sessions=made.sessions)
    if paid.strip():
        try:
            payments.record(actor, made.id, paid, of=ClientPackage, method=method)
        except Invalid as error:
            raise Invalid({_PAID.get(name, name): text for name, text in error.fields.items()}) from None
    return made


#: How fields of a payment are called in the form of a sale.
_PAID = {"amount": "paid"}


def _agreed(package: Package, provider: Provider, typed: str | None, errors: dict[str, object]) -> int:
    if typed is None:
        return package.price
    price = money.parsed(typed, provider.currency)
    if price is None or not typed.strip():
        errors["price"] = fields.no_amount(typed, provider.currency)
    return price or 0


def _sold_before(form_key: UUID) -> ClientPackage | None:
    found: ClientPackage | None = db.session.scalar(
        select(ClientPackage).where(ClientPackage.form_key == form_key)
    )
    return found


def _same(before: ClientPackage, client: Client, package: Package, price: int) -> ClientPackage:
    if (before.client_id, before.package_id, before.price) != (client.id, package.id, price):
        raise Stale
    return before


def _written(
    actor: Actor, client: Client, package: Package, price: int, form_key: UUID | None
) -> ClientPackage | None:
    """The row; None if the same form was faster. What is offered is written down as it is agreed."""
    now, provider = clock.now(), client.provider
    values: dict[str, Any] = {
        "client_id": client.id,
        "package_id": package.id,
        "offer_id": package.offer_id,
        "title": package.name,
        "sessions": package.sessions,
        "price": price,
        "currency": provider.currency,
        "sold_at": now,
        "sold_by": actor.id,
        "expires_at": last_minute(now, package.days, clock.zone(provider.timezone)),
        "form_key": form_key,
    }
    adding = insert(ClientPackage).values(values).on_conflict_do_nothing(index_elements=["form_key"])
    number = db.session.scalar(adding.returning(ClientPackage.id))
    return load_package(db.session, actor, number) if number else None


@action
def cancel(actor: Actor, sold_id: int) -> ClientPackage:
    """The sale was a mistake: nothing of it is used, and nothing is paid (any more). Once is enough. Raises Invalid
    with what to do first, Forbidden, NotFound."""
    sold = load_package(db.session, actor, sold_id, lock=True)
    if client_side(actor, sold.client) is not By.STAFF:
        raise Forbidden
    if sold.cancelled_at is not None:
        return sold
    if sold.used:
        raise Invalid(
            text=ngettext(
                "%(num)d session of this package is taken, so the sale stays. Only a package of which nothing is "
                "taken can be cancelled: call the appointment off first.",
                "%(num)d sessions of this package are taken, so the sale stays. Only a package of which nothing is "
                "taken can be cancelled: call the appointments off first.",
                sold.used,
            ),
            code="used",
        )
    if account(db.session, sold).paid:
        raise Invalid(
            text=_("Remove the records of the payments first, then cancel the package."), code="paid"
        )
    sold.cancelled_at = clock.now()
    db.session.flush()
    _tell(actor, sold, "package.cancelled")
    return sold


@action
def extend(actor: Actor, sold_id: int, until: dt.date | None) -> ClientPackage:
    """The package holds until the end of that day by the provider's clocks, later than it did: sessions that came back
    too late can be taken. The client is told; the same day again changes nothing. Raises Invalid, Forbidden,
    NotFound."""
    sold = load_package(db.session, actor, sold_id, lock=True)
    if client_side(actor, sold.client) is not By.STAFF:
        raise Forbidden
    zone = clock.zone(sold.client.provider.timezone)
    if sold.cancelled_at is not None:
        raise Invalid({"until": _("The package is cancelled.")})
    if sold.expires_at is None:
        raise Invalid({"until": _("This package has no end.")})
    ends, today = sold.expires_at.astimezone(zone).date(), clock.now().astimezone(zone).date()
    if until == ends:
        return sold
    if until is None or until < today or until > today + dt.timedelta(days=LONGEST):
        raise Invalid({"until": _("Please enter a day from today on, at most ten years ahead.")})
    if until < ends:
        raise Invalid({"until": _("The package holds longer already. Its term is not shortened.")})
    sold.expires_at = slots.moment(until, 24 * 60 - 1, zone)
    db.session.flush()
    _tell(actor, sold, "package.extended", until=until.isoformat())
    return sold


# --- sessions -----------------------------------------------------------------------------------------------------


def held_by(client: Client, package_id: int) -> ClientPackage:
    """A package of this very client. Raises NotFound for anybody else's."""
    found = db.session.get(ClientPackage, package_id) if package_id < 2**31 else None
    if found is None or found.client_id != client.id:
        raise NotFound
    return found


def lock(those: Iterable[Appointment]) -> None:
    """The packages of these appointments, by their numbers, before sessions of several of them are taken or given back:
    else two who do so in another order wait for each other."""
    numbers = {one.package_id for one in those if one.package_id}
    if len(numbers) > 1:
        query = select(ClientPackage.id).where(ClientPackage.id.in_(numbers)).order_by(ClientPackage.id)
        db.session.execute(query.with_for_update(key_share=True)).all()


def take(actor: Actor, appointment: Appointment) -> None:
    """A session of the appointment's package, which is the client's, for this service, not over when it begins. Raises
    Invalid if there is none: the whole action changes nothing."""
    taking = (
        update(ClientPackage)
        .where(
            ClientPackage.id == appointment.package_id,
            ClientPackage.client_id == appointment.client_id,
            ClientPackage.offer_id == appointment.offer_id,
            ClientPackage.cancelled_at.is_(None),
            ClientPackage.used < ClientPackage.sessions,
            or_(ClientPackage.expires_at.is_(None), ClientPackage.expires_at >= appointment.starts_at),
        )
        .values(used=ClientPackage.used + 1)
        .returning(ClientPackage.sessions - ClientPackage.used)
        .execution_options(synchronize_session=False)
    )
    left = db.session.scalar(taking)
    sold = appointment.package
    assert sold is not None
    db.session.refresh(sold)
    if left is None:
        raise Invalid({"package": _why_not(sold, appointment.offer_id)}, code="package")
    if left == 0:
        _tell(actor, sold, "package.used_up")


def _why_not(sold: ClientPackage, offer_id: int) -> str:
    if sold.offer_id != offer_id:
        return _("This package is for another service: “%(name)s”.", name=sold.offer.name)
    if sold.cancelled_at is not None:
        return _("This package was cancelled. Choose the separate price, or ask in the chat.")
    if sold.left <= 0:
        return _("Nothing is left of this package. Choose the separate price, or buy another package.")
    return _("This package ends before that day. Choose an earlier time, or the separate price.")


def give_back(appointment: Appointment) -> None:
    """The session of an appointment that does not take place. The caller has its row locked, and does it once."""
    giving = (
        update(ClientPackage)
        .where(ClientPackage.id == appointment.package_id)
        .values(used=ClientPackage.used - 1)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(giving)
    if appointment.package is not None:
        db.session.refresh(appointment.package)


def _tell(actor: Actor, sold: ClientPackage, kind: str, **data: object) -> None:
    client = sold.client
    people = {client.user_id, client.provider.owner_id} | {
        one.user_id for one in client.provider.specialists if one.active and one.sees_all and one.user_id
    }
    journal.write(
        db.session,
        kind,
        actor,
        sold.subject,
        [f"user:{number}" for number in people],
        title=sold.title,
        client=client.user.name,
        provider=client.provider.name,
        **data,
    )
