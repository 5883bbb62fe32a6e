"""The pages of the administration in one table: the menu, the first page and each page's sentence are drawn from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_appbuilder.security.sqla.models import Role
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from app import policy
from app.permissions import P
from app.policy import Actor
from models import Category, Company, Place, Service, Team, User

#: Counts on the first page stop here.
MOST = 1000


@dataclass(frozen=True)
class Item:
    """`purpose` is one sentence on what the page is for; `counts` is the table whose rows the first page counts."""

    key: str
    label: object
    icon: str
    endpoint: str
    right: P
    purpose: object
    counts: type | None = None


@dataclass(frozen=True)
class Section:
    label: object
    items: tuple[Item, ...]


SECTIONS = (
    Section(
        _l("People and rights"),
        (
            Item(
                "people",
                _l("People"),
                "users",
                "PersonView.list",
                P.PEOPLE_READ,
                _l("Everybody with an account: contacts, roles, blocking."),
                User,
            ),
            Item(
                "companies",
                _l("Companies and communities"),
                "building-2",
                "CompanyView.list",
                P.PEOPLE_READ,
                _l("Tenants and communities of residents, and who belongs to them."),
                Company,
            ),
            Item(
                "teams",
                _l("Teams"),
                "wrench",
                "TeamView.list",
                P.PEOPLE_READ,
                _l("Executors who share a queue of orders."),
                Team,
            ),
            Item(
                "roles",
                _l("Roles and rights"),
                "shield-check",
                "RoleView.list",
                P.ROLES_READ,
                _l("What each role may see and do. A change takes effect at once."),
                Role,
            ),
        ),
    ),
    Section(
        _l("Location"),
        (
            Item(
                "places",
                _l("Places"),
                "map-pin",
                "PlaceView.list",
                P.PLACES_READ,
                _l("The tree of the location: buildings, floors, rooms, objects."),
                Place,
            ),
        ),
    ),
    Section(
        _l("Catalogue"),
        (
            Item(
                "categories",
                _l("Categories"),
                "layout-grid",
                "CategoryView.list",
                P.CATALOGUE_READ,
                _l("The tiles that residents see first."),
                Category,
            ),
            Item(
                "services",
                _l("Services"),
                "layers",
                "ServiceView.list",
                P.CATALOGUE_READ,
                _l("What can be ordered: texts, form, executor, rules."),
                Service,
            ),
        ),
    ),
    Section(
        _l("System"),
        (
            Item(
                "journal",
                _l("Journal"),
                "history",
                "JournalView.entries",
                P.JOURNAL_READ,
                _l("Who did what and when. Lines are only ever added."),
            ),
            Item(
                "settings",
                _l("Settings"),
                "settings",
                "SettingsView.values",
                P.SETTINGS_READ,
                _l("What holds for the whole location."),
            ),
        ),
    ),
)
ITEMS = {item.key: item for section in SECTIONS for item in section.items}


def sections(session: Session, actor: Actor) -> Iterator[tuple[object, list[Item]]]:
    """The pages that the actor may open, by section."""
    held = policy.rights(session, actor)
    for section in SECTIONS:
        if items := [item for item in section.items if item.right in held]:
            yield section.label, items


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many rows the actor's pages hold, at most MOST + 1 each. One statement."""
    held = policy.rights(session, actor)
    counted = {item.key: item.counts for item in ITEMS.values() if item.counts and item.right in held}
    if not counted:
        return {}
    columns = [
        select(func.count())
        .select_from(select(literal(1)).select_from(table).limit(MOST + 1).subquery())
        .scalar_subquery()
        .label(key)
        for key, table in counted.items()
    ]
    return dict(session.execute(select(*columns)).mappings().one())
