"""What other rows mean for one: what still holds on to it, in sentences, and whether its name is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, func, literal, select

from app.extensions import db
from views.admin.lists import MOST


def upto(condition: ColumnElement[bool]) -> int:
    """How many rows meet the condition, at most MOST + 1."""
    rows = select(literal(1)).where(condition).limit(MOST + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def in_use(**holders: ColumnElement[bool]) -> list[str]:
    """One sentence for each kind of holder that has rows: in_use(orders=Order.place_id == 5)."""
    counted = ((name, upto(condition)) for name, condition in holders.items())
    return [_many(number) if number > MOST else _SAID[name](number) for name, number in counted if number]


def has_namesake(item: Any, among: ColumnElement[bool]) -> bool:
    """Whether another row `among` these has the name that the item is given, in any case."""
    table = type(item)
    taken = select(literal(1)).where(
        among, func.lower(table.name) == item.name.lower(), table.id != (item.id or 0)
    )
    return db.session.scalar(taken.limit(1)) is not None


def _many(number: int) -> str:
    return _("More than %(number)s orders refer to it.", number=number - 1)


_SAID: dict[str, Callable[[int], str]] = {
    "places": lambda n: ngettext(
        "%(num)s place stands in it: move it first.", "%(num)s places stand in it: move them first.", n
    ),
    "services": lambda n: ngettext(
        "%(num)s service refers to it: change it first.",
        "%(num)s services refer to it: change them first.",
        n,
    ),
    "duties": lambda n: ngettext(
        "%(num)s shift of duty is here: take it out of the week first.",
        "%(num)s shifts of duty are here: take them out of the week first.",
        n,
    ),
    "orders": lambda n: ngettext("%(num)s order refers to it.", "%(num)s orders refer to it.", n),
}
