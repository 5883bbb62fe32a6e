"""load(): fills an empty database with the demo. What is written is decided in the other modules."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app import clock, settings
from app.actions.base import action
from app.storage import Safe, Storage
from models import Setting, User

from . import people, places, plot, practice, reference
from .calling import Calls
from .writing import Writer

MARKER = "demo_loaded"


def is_loaded(session: Session) -> bool:
    return session.get(Setting, MARKER) is not None


def is_empty(session: Session) -> bool:
    """Nobody has an account yet."""
    return not session.scalar(select(exists().where(User.id.is_not(None))))


def accounts() -> list[tuple[str, str, str, str]]:
    """Name, role, e-mail and password of the accounts that a visitor is shown, one a role."""
    shown = (people.BY_KEY[key] for key in people.SHOWN)
    return [
        (
            f"{p.first_name} {p.last_name}",
            people.TITLES.get(p.key, p.role),
            people.email(p),
            people.PASSWORD,
        )
        for p in shown
    ]


@action
def load(session: Session, storage: Storage, safe: Safe) -> None:
    """Fill an empty database. Commits once, at the end. Raises RuntimeError if somebody is there already."""
    if is_loaded(session) or not is_empty(session):
        raise RuntimeError("demo data is for an empty database only")
    now = clock.now()
    session.add(Setting(name=MARKER, value=now.isoformat()))
    session.add(Setting(name="organization_name", value=places.TERRITORY_NAME))
    session.add(Setting(name="support_phone", value=people.SUPPORT_PHONE))
    rows = reference.write(session)
    reference.write_plans(session, storage, rows.places)
    settings.forget()
    lines = practice.play(session, safe, rows.users, now)
    Writer(session, storage, rows, now).write(plot.orders(now), Calls(session, rows, now), lines)
    practice.tell(session, now)
