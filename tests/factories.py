"""People, places, services and orders for tests. They mirror models/ and give what a test does not name."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any
from uuid import uuid4

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app import clock, tokens
from app.actions import asking, invitations, offers, orders, packages, providers, schedule
from app.extensions import db
from app.permissions import DISPATCHER, EXECUTOR, OPERATOR, RESIDENT, TENANT_ADMIN
from app.queries import slots
from models import (
    Appointment,
    Category,
    Client,
    ClientPackage,
    Company,
    FieldKind,
    FormField,
    Membership,
    Offer,
    Order,
    Package,
    Place,
    PlaceKind,
    Provider,
    Service,
    Team,
    User,
)
from models.people import new_session_key

_number = count(1)


def user(
    first_name: str = "Марина",
    last_name: str = "Спиридонова",
    *,
    roles: tuple[str, ...] = (RESIDENT,),
    **kw: Any,
) -> User:
    """An account; its password is never asked for (tests sign in by cookie)."""
    email = kw.pop("email", f"user{next(_number)}@example.org")
    person = User(
        first_name=first_name,
        last_name=last_name,
        username=email,
        email=email,
        active=kw.pop("active", True),
        timezone=kw.pop("timezone", "Asia/Yekaterinburg"),
        locale=kw.pop("locale", "ru"),
        session_key=new_session_key(),
        roles=list(db.session.scalars(select(Role).where(Role.name.in_(roles)))),
        **kw,
    )
    return _kept(person)


def resident(first_name: str = "Марина", last_name: str = "Спиридонова", **kw: Any) -> User:
    return user(first_name, last_name, **kw)


def executor(first_name: str = "Иван", last_name: str = "Петров", **kw: Any) -> User:
    return user(first_name, last_name, roles=(EXECUTOR,), **kw)


def dispatcher(first_name: str = "Ольга", last_name: str = "Кузнецова", **kw: Any) -> User:
    return user(first_name, last_name, roles=(DISPATCHER,), **kw)


def operator(first_name: str = "Павел", last_name: str = "Админов", **kw: Any) -> User:
    return user(first_name, last_name, roles=(OPERATOR,), **kw)


def company(name: str = "", *, members: tuple[User, ...] = (), admins: tuple[User, ...] = ()) -> Company:
    made = Company(name=name or f"ООО «Компания {next(_number)}»")
    made.members = [Membership(user=person, admin=person in admins) for person in (*members, *admins)]
    return _kept(made)


def tenant_admin(of: Company, **kw: Any) -> User:
    person = user("Тимур", "Арендаторов", roles=(RESIDENT, TENANT_ADMIN), **kw)
    _kept(Membership(company=of, user=person, admin=True))
    return person


def team(*members: User, name: str = "") -> Team:
    return _kept(Team(name=name or f"Бригада {next(_number)}", members=list(members)))


def place(
    name: str = "Корпус А", kind: str = PlaceKind.BUILDING, parent: Place | None = None, **kw: Any
) -> Place:
    return _kept(Place(name=name, kind=kind, parent=parent, **kw))


def category(name: str = "") -> Category:
    return _kept(Category(name=name or f"Категория {next(_number)}"))


def field(label: str, kind: str = FieldKind.TEXT, **kw: Any) -> FormField:
    """A field for `service(fields=[…])`."""
    return FormField(label=label, kind=kind, **{"limits": {}, "choices": []} | kw)


def service(name: str = "Клининговые услуги", *, fields: list[FormField] | None = None, **kw: Any) -> Service:
    for position, item in enumerate(fields or []):
        item.position = position
    made = Service(name=name, fields=fields or [], category=kw.pop("category", None) or category(), **kw)
    return _kept(made)


def order(author: User | None = None, of: Service | None = None, **sent: str | list[str]) -> Order:
    """An order placed by the real action; `sent` maps labels of fields to what was typed."""
    author, of = author or resident(), of or service()
    by_label = {item.label: item.name for item in of.fields}
    typed = {by_label[label]: [value] if isinstance(value, str) else value for label, value in sent.items()}
    return orders.place(author, of.id, typed, uuid4())


def in_status(
    status: str, author: User | None = None, by: User | None = None, of: Service | None = None
) -> Order:
    """An order that was led to `status` by real moves: new, in_progress, done, completed, cancelled."""
    made = order(author, of)
    by = by or dispatcher()
    way = {
        "new": [],
        "in_progress": [(by, "start")],
        "done": [(by, "start"), (by, "finish")],
        "completed": [(by, "start"), (by, "finish"), (made.author, "confirm")],
        "cancelled": [(made.author, "cancel")],
    }
    for who, name in way[status]:
        orders.move(who, made.id, name)
    return made


# --- specialists and organizations --------------------------------------------------------------------------------

#: Monday to Friday, 9:00 to 18:00.
OFFICE_HOURS = [(day, 9 * 60, 18 * 60) for day in range(5)]


def specialist(
    owner: User | None = None, name: str = "Анна Светлова", *, hours: Any = OFFICE_HOURS, **rules: str
) -> Provider:
    """A specialist in Yekaterinburg's zone, with hours and one service of an hour for 2 000 ₽."""
    owner = owner or user("Анна", "Светлова")
    made = providers.register(owner, "specialist", name)
    if rules:
        providers.edit(owner, made.id, rules)
    schedule.set_hours(owner, made.specialists[0].id, hours)
    offer(made)
    return made


def organization(owner: User | None = None, *names: str, hours: Any = OFFICE_HOURS) -> Provider:
    """An organization with specialists without accounts, each with hours, and one service that all of them do."""
    owner = owner or user("Вера", "Директорова")
    made = providers.register(owner, "organization", "Студия «Гармония»")
    for name in names or ("Игорь Мастеров", "Ольга Мастерова"):
        one = providers.add_specialist(owner, made.id, name)
        schedule.set_hours(owner, one.id, hours)
    offer(made)
    return made


def offer(of: Provider, name: str = "Консультация", **sent: str) -> Offer:
    """A service of the provider that all of its specialists do."""
    typed = {"name": name, "minutes": "60", "price": "2000"} | sent
    return offers.save(of.owner, of.id, None, typed, [one.id for one in of.specialists])


def package(of: Provider, **sent: str) -> Package:
    """Five sessions of the provider's first service for 9 000 ₽."""
    typed = {
        "name": "Пять консультаций",
        "offer": str(of.offers[0].id),
        "sessions": "5",
        "price": "9000",
    } | sent
    return packages.save(of.owner, of.id, None, typed)


def sold(client: Client | None = None, **sent: str) -> ClientPackage:
    """A package that a client has."""
    client = client or client_of(specialist())
    provider = client.provider
    return packages.sell(provider.owner, client.id, package(provider, **sent).id)


def client_of(provider: Provider, person: User | None = None) -> Client:
    """Somebody who has accepted the provider's invitation."""
    invitation = invitations.invite(provider.owner, provider.id, "secret")
    token = tokens.derived("secret", "invitation", invitation.nonce)
    return invitations.accept(person or resident(), token)


def free(provider: Provider, number: int = 0) -> dt.datetime:
    """One of the times that clients may ask for, of the provider's first service."""
    offered = provider.offers[0]
    now = clock.now()
    return slots.free_slots(db.session, offered, offered.specialists, now, now + dt.timedelta(days=20))[
        number
    ].at


def appointment(client: Client | None = None, at: dt.datetime | None = None, **kw: Any) -> Appointment:
    """An appointment that its client has requested."""
    client = client or client_of(specialist())
    at = at or free(client.provider)
    return asking.request(client.user, client.id, client.provider.offers[0].id, at, **kw)


def _kept(thing: Any) -> Any:
    db.session.add(thing)
    db.session.commit()
    return thing
