"""Places: where one may stand, its plan, what is drawn on it, its code. Their other values are reference data, edited
by views/admin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import clock, journal
from app.actions import files
from app.actions.base import action
from app.errors import Invalid, NotFound, Stale
from app.extensions import db
from app.permissions import P
from app.policy import Actor, require
from app.queries.places import KINDS, way_up
from app.storage import Storage
from models import Place, PlaceKind, RetiredCode, StoredFile
from models.places import new_code

#: Corners of an outline, and places that are drawn at once.
MIN_CORNERS, MAX_CORNERS, MAX_DRAWN = 3, 200, 500
#: Whoever moves a place holds this lock until the commit: two moves at once could close a circle.
_MOVING = 20_260_102
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
#: Of a plan's width and height; finer is below a pixel.
_DIGITS = 5


# --- where a place may stand --------------------------------------------------------------------------------------


def lock_tree() -> None:
    """Until the transaction ends nobody else moves a place."""
    db.session.execute(select(func.pg_advisory_xact_lock(_MOVING)))


def check_stand(item: Place) -> None:
    """A place stands in one of a higher kind, never in itself, and beside none of its name. Raises Invalid, by fields
    of the form."""
    if item.parent is not None:
        if item.id in {row.id for row in way_up(db.session, item.parent.id)}:
            raise Invalid({"parent": _("A place cannot stand in itself or in what it contains.")})
        if not _fits(item.parent.kind, item.kind):
            raise Invalid({"parent": _wrong(item.parent.kind, item.kind)})
    elif item.kind != PlaceKind.TERRITORY:
        raise Invalid({"parent": _("Only a territory stands by itself. Choose what this place stands in.")})
    if item.id is not None:
        for kind in db.session.scalars(select(Place.kind).where(Place.parent_id == item.id).distinct()):
            if not _fits(item.kind, kind):
                raise Invalid({"kind": _wrong(item.kind, kind)})
    if _has_namesake(item):
        raise Invalid({"name": _("There is a place with this name beside it already.")})


def _fits(outer: str, inner: str) -> bool:
    """Objects may stand in objects (a screen in a rack); everything else in something greater."""
    return outer == inner == PlaceKind.OBJECT or _RANK[PlaceKind(outer)] < _RANK[PlaceKind(inner)]


def _wrong(outer: str, inner: str) -> str:
    return _(
        "“%(inner)s” cannot stand in “%(outer)s”.",
        inner=KINDS[PlaceKind(inner)],
        outer=KINDS[PlaceKind(outer)],
    )


def _has_namesake(item: Place) -> bool:
    beside = select(Place.id).where(
        Place.parent_id == (item.parent.id if item.parent else None),
        func.lower(Place.name) == item.name.lower(),
        Place.id != (item.id or 0),
    )
    return db.session.scalar(beside.limit(1)) is not None


def last_position(parent_id: int | None) -> int:
    """Behind everything that stands there."""
    return (db.session.scalar(select(func.max(Place.position)).where(Place.parent_id == parent_id)) or 0) + 1


@action
def move(actor: Actor, place_id: int, *, was_in: int | None, into: int | None, before: int | None) -> Place:
    """Put a place into another one, before one that stands there (None: behind all). `was_in` is where the actor saw
    it. Raises Forbidden, NotFound, Stale if what the actor saw is no more, Invalid if it may not stand there."""
    require(db.session, actor, P.PLACES_WRITE)
    lock_tree()
    place = _load(place_id, fresh=True)
    siblings = [p for p in _standing_in(into) if p.id != place.id]
    if place.parent_id != was_in or (before is not None and before not in {p.id for p in siblings}):
        raise Stale
    old = place.parent
    with db.session.no_autoflush:
        place.parent = _load(into) if into is not None else None
        try:
            check_stand(place)
        except Invalid as error:
            # On the tree there are no fields to stand beside.
            raise Invalid(text=" ".join(str(text) for text in error.fields.values())) from error
    index = next((n for n, p in enumerate(siblings) if p.id == before), len(siblings))
    for position, sibling in enumerate((*siblings[:index], place, *siblings[index:]), 1):
        sibling.position = position
    changes: dict[str, Any] = {"position": [None, index + 1]}
    if old is not place.parent:
        forget_drawn(place)
        changes = {"parent": [str(old) if old else None, str(place.parent) if place.parent else None]}
    journal.write(db.session, "place.moved", actor, f"place:{place.id}", name=place.name, changes=changes)
    return place


@action
def step(actor: Actor, place_id: int, *, up: bool) -> Place:
    """One place up or down among those beside it; at the end nothing happens. Raises Forbidden, NotFound."""
    require(db.session, actor, P.PLACES_WRITE)
    lock_tree()
    place = _load(place_id, fresh=True)
    beside = _standing_in(place.parent_id)
    index = beside.index(place)
    target = index - 1 if up else index + 2
    if (index - 1 < 0 and up) or (index + 1 >= len(beside) and not up):
        return place
    before = beside[target].id if target < len(beside) else None
    return move(actor, place.id, was_in=place.parent_id, into=place.parent_id, before=before)


def _standing_in(parent_id: int | None) -> list[Place]:
    return list(
        db.session.scalars(
            select(Place).where(Place.parent_id == parent_id).order_by(Place.position, Place.name)
        )
    )


def forget_drawn(place: Place) -> None:
    """It stands elsewhere now: where it was on the old plan says nothing."""
    place.mark = place.area = None


# --- plans --------------------------------------------------------------------------------------------------------


@action
def set_plan(actor: Actor, storage: Storage, place_id: int, stream: IO[bytes], filename: str) -> Place:
    """Make an upload the plan of a place, instead of an earlier one; what is drawn stays, since it is kept in parts of
    the plan's sides. Raises Forbidden, NotFound, Invalid, TooLarge."""
    require(db.session, actor, P.PLACES_WRITE)
    _load(place_id)
    kept = files.kept(storage, storage.save_plan(stream, filename))
    place = _load_to_plan(place_id)
    drop_plan(storage, place)
    db.session.add(
        StoredFile(
            id=kept.id,
            owner_id=actor.id,
            subject=_subject(place),
            name=kept.name,
            content_type=kept.content_type,
            size=kept.size,
            created_at=clock.now(),
        )
    )
    place.plan_id, place.plan_width, place.plan_height = kept.id, kept.width, kept.height
    journal.write(db.session, "plan.set", actor, _subject(place), name=place.name, file=kept.name)
    return place


@action
def remove_plan(actor: Actor, storage: Storage, place_id: int) -> Place:
    """Forget the plan, row and bytes. Raises Forbidden, NotFound."""
    require(db.session, actor, P.PLACES_WRITE)
    place = _load_to_plan(place_id)
    if place.plan_id is not None:
        drop_plan(storage, place)
        journal.write(db.session, "plan.removed", actor, _subject(place), name=place.name)
    return place


def drop_plan(storage: Storage, place: Place) -> None:
    """Within an action: the present plan's row and bytes go. Whoever sets another one meanwhile waits."""
    place = _load_to_plan(place.id)
    old = db.session.get(StoredFile, place.plan_id) if place.plan_id else None
    if old is not None and old.subject == _subject(place):
        db.session.delete(old)
        files.drop(storage, old.id)
    place.plan_id = place.plan_width = place.plan_height = None


@action
def draw(actor: Actor, place_id: int, drawn: Mapping[str, Any]) -> Place:
    """Put marks and outlines on the plan of a place: child id → {"mark": [x, y] or None, "area": corners or None}.
    Children that are not named stay as they are. Raises Forbidden, NotFound, Invalid."""
    require(db.session, actor, P.PLACES_WRITE)
    place = _load(place_id)
    if place.plan_id is None:
        raise Invalid(text=_("This place has no plan."))
    children = {str(child.id): child for child in _standing_in(place.id)}
    if len(drawn) > MAX_DRAWN or any(number not in children for number in drawn):
        raise Invalid(text=_("Only what stands in this place can be drawn on its plan. Reload the page."))
    names = []
    for number, shape in drawn.items():
        child = children[number]
        mark, area = _mark(_part(shape, "mark")), _area(_part(shape, "area"))
        if (child.mark, child.area) != (mark, area):
            child.mark, child.area = mark, area
            names.append(child.name)
    if names:
        journal.write(db.session, "plan.drawn", actor, _subject(place), name=place.name, drawn=names[:50])
    return place


def _part(shape: Any, name: str) -> Any:
    if not isinstance(shape, dict):
        raise _misdrawn()
    return shape.get(name)


def _mark(value: Any) -> list[float] | None:
    return None if value is None else _corner(value)


def _area(value: Any) -> list[list[float]] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not MIN_CORNERS <= len(value) <= MAX_CORNERS:
        raise Invalid(
            text=_("An outline has from %(least)s to %(most)s corners.", least=MIN_CORNERS, most=MAX_CORNERS)
        )
    return [_corner(corner) for corner in value]


def _corner(value: Any) -> list[float]:
    """A point of the plan; NaN is in no span."""
    if not isinstance(value, list) or len(value) != 2 or not all(_inside(part) for part in value):
        raise _misdrawn()
    return [round(float(part), _DIGITS) for part in value]


def _inside(part: Any) -> bool:
    return isinstance(part, int | float) and not isinstance(part, bool) and 0 <= part <= 1


def _misdrawn() -> Invalid:
    return Invalid(text=_("A mark or a corner lies outside the plan. Reload the page and draw it again."))


# --- codes --------------------------------------------------------------------------------------------------------


@action
def renew_code(actor: Actor, place_id: int) -> Place:
    """Give a place a new code, say when its sticker was copied; the old one leads to nothing any more. Raises
    Forbidden, NotFound."""
    require(db.session, actor, P.PLACES_WRITE)
    place = _load(place_id, fresh=True)
    retire_code(place)
    place.code = new_code()
    journal.write(db.session, "place.recoded", actor, _subject(place), name=place.name)
    return place


def retire_code(place: Place) -> None:
    """Within an action: whoever scans this code from now on is told that the place is gone."""
    db.session.add(RetiredCode(code=place.code, name=place.name, retired_at=clock.now()))


# --- shared -------------------------------------------------------------------------------------------------------


def _load(place_id: int, *, fresh: bool = False) -> Place:
    place = db.session.get(Place, place_id, populate_existing=fresh)
    if place is None:
        raise NotFound
    return place


def _load_to_plan(place_id: int) -> Place:
    """As it is now, held until the commit: two plans at once would leave one that no place has. Its number stays free
    to be referred to, so that no call for help waits for a plan. Raises NotFound."""
    place = db.session.get(Place, place_id, populate_existing=True, with_for_update={"key_share": True})
    if place is None:
        raise NotFound
    return place


def _subject(place: Place) -> str:
    return f"place:{place.id}"
