"""Writes what orders refer to: places, companies, people, teams, the catalogue. Orders are written by `load`."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, passwords
from app.answers import normal_phone
from app.permissions import TENANT_ADMIN
from app.storage import Storage
from models import (
    Category,
    Company,
    CompanyKind,
    Extra,
    FormField,
    Membership,
    Place,
    Service,
    StoredFile,
    Team,
    User,
)
from models.people import new_session_key

from . import catalogue, floors, people, places, plans
from .shapes import Person


@dataclass
class Reference:
    """The rows by their keys in the content."""

    places: dict[str, Place] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)


def write(session: Session) -> Reference:
    """Flushes, does not commit. The roles must be there (`flask sync`)."""
    found = Reference(roles={role.name: role for role in session.scalars(select(Role)).unique()})
    # One after the other: each part refers to rows of those before it.
    for part, rows in (
        (_places, found.places),
        (_companies, found.companies),
        (_people, found.users),
        (_teams, found.teams),
        (_catalogue, found.services),
    ):
        part(found)
        session.add_all(rows.values())
        session.flush()
    return found


def _places(found: Reference) -> None:
    for position, place in enumerate(places.PLACES):
        found.places[place.key] = Place(
            parent=found.places.get(place.parent),
            kind=place.kind,
            name=place.name,
            number=places.room_number(place),
            position=position,
            timezone=None if place.parent else places.ZONE,
            shown=place.shown,
            seats=floors.SEATS.get(place.key),
            staff_phone=normal_phone(floors.STAFF_PHONES.get(place.key, "")) or "",
            sos_minutes=floors.SOS_MINUTES.get(place.key),
            mark=plans.mark(place.key),
        )


def write_plans(session: Session, storage: Storage, rows: Mapping[str, Place]) -> None:
    """The plans as if they were uploaded: they pass the same cleaner."""
    for key, plan in plans.plans().items():
        place = rows[key]
        kept = storage.save_plan(io.BytesIO(plan.svg), f"{place.name}.svg")
        session.add(
            StoredFile(
                id=kept.id,
                subject=f"place:{place.id}",
                name=kept.name,
                content_type=kept.content_type,
                size=kept.size,
                created_at=clock.now(),
            )
        )
        place.plan_id, place.plan_width, place.plan_height = kept.id, kept.width, kept.height
        for inner, corners in plan.areas.items():
            rows[inner].area = corners
    session.flush()


def _companies(found: Reference) -> None:
    for kind, rows in ((CompanyKind.COMPANY, people.COMPANIES), (CompanyKind.COMMUNITY, people.COMMUNITIES)):
        for row in rows:
            found.companies[row.key] = Company(kind=kind, name=row.name, description=row.about)


def _people(found: Reference) -> None:
    secret = passwords.hashed(people.PASSWORD)
    for person in people.PEOPLE:
        address = people.email(person)
        found.users[person.key] = User(
            first_name=person.first_name,
            last_name=person.last_name,
            username=address,
            email=address,
            password=secret,
            phone=normal_phone(people.phone(person)),
            # Of the accounts that are shown, one has not yet said where in the world it is.
            timezone=None if person.key == people.NEWCOMER else people.ZONES.get(person.key, places.ZONE),
            active=True,
            session_key=new_session_key(),
            roles=[found.roles[person.role]],
            memberships=_memberships(person, found),
        )


def _memberships(person: Person, found: Reference) -> list[Membership]:
    keys = [key for key in (person.company, *person.communities) if key]
    return [
        Membership(company=found.companies[key], admin=key == person.company and person.role == TENANT_ADMIN)
        for key in keys
    ]


def _teams(found: Reference) -> None:
    for team in people.TEAMS:
        found.teams[team.key] = Team(name=team.name, members=[found.users[key] for key in team.members])


def _catalogue(found: Reference) -> None:
    for position, row in enumerate(catalogue.CATEGORIES):
        category = Category(
            name=row.name, description=row.about, icon=row.icon, art=row.key, position=position
        )
        for place, service in enumerate(s for s in catalogue.SERVICES if s.category == row.key):
            found.services[service.key] = Service(
                category=category,
                kind=service.kind,
                name=service.name,
                summary=service.summary,
                description=service.description,
                icon=service.icon,
                art=service.art,
                executor=found.users.get(service.executor),
                team=found.teams.get(service.team),
                completion_hours=service.hours,
                first_message=service.hello,
                extras_title=service.extras_title,
                position=place,
                roles=[found.roles[name] for name in service.roles],
                fields=[
                    FormField(
                        kind=question.kind,
                        label=question.label,
                        help=question.help,
                        required=question.required,
                        choices=list(question.options),
                        limits=dict(question.limits),
                        position=number,
                    )
                    for number, question in enumerate(service.fields)
                ],
            )
    for service in catalogue.SERVICES:
        found.services[service.key].extras = [
            Extra(extra=found.services[key], position=number) for number, key in enumerate(service.extras)
        ]
