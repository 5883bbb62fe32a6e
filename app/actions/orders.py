"""What is done with orders: place, assign, move along the flow, expire, remind. Messages are in chat.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app import answers, clock, settings
from app.actions import chat, countdown, presses, steps
from app.actions.base import action
from app.actions.steps import record, rooms
from app.errors import Forbidden, IllegalMove, Invalid, Stale
from app.extensions import db
from app.flows import COMPLETED, DONE, IN_PROGRESS, STATUSES, By, Move
from app.kinds import kind_of
from app.permissions import P
from app.policy import (
    SYSTEM,
    Actor,
    load_order,
    load_service,
    require,
    rights,
    side,
)
from app.queries import places
from models import (
    FieldKind,
    Membership,
    Order,
    Service,
    StoredFile,
    Team,
    Thread,
    ThreadKind,
    User,
)

# --- placing ------------------------------------------------------------------------------------------------------


@action
def place(
    actor: User,
    service_id: int,
    sent: Mapping[str, Sequence[str]],
    form_key: UUID | None = None,
    wrong: Mapping[str, object] | None = None,
) -> Order:
    """Order a service by its form (S0-2, I-1). `sent` maps field names to what the browser sent; file fields hold
    ids of the actor's drafts. The same `form_key` again gives the order that it made before. `wrong` is what has been
    found wrong on the way here (a file that was refused), to be said together with the rest.

    Raises Invalid with a message per field, NotFound if the service is not for the actor.
    """
    if form_key and (before := _placed_before(actor, form_key)):
        return before
    service = load_service(db.session, actor, service_id)
    today = clock.now().astimezone(clock.zone(settings.get(db.session, "timezone"))).date()
    drafts = _drafts(actor, service, sent)
    context = answers.Context(
        today=today,
        places=places.full_names(db.session, shown_only=True),
        files={str(file.id): file.name for file in drafts},
    )
    given = answers.check([field for field in service.fields if field.active], sent, context, wrong)
    order = _new_order(actor, service, given, form_key)
    try:
        db.session.flush()
    except IntegrityError:
        # The same form was sent twice at once, and the other one was first.
        db.session.rollback()
        if form_key and (before := _placed_before(actor, form_key)):
            return before
        raise
    for file in drafts:
        file.subject = order.subject
    if service.first_message:
        chat.open_thread(order.thread, service.first_message)
    index(order, actor)
    record(order, "order.placed", actor)
    return order


def _placed_before(actor: Actor, form_key: UUID) -> Order | None:
    order: Order | None = db.session.scalar(
        select(Order).where(Order.form_key == form_key, Order.author_id == actor.id)
    )
    return order


def _drafts(actor: Actor, service: Service, sent: Mapping[str, Sequence[str]]) -> list[StoredFile]:
    """The actor's own uploads that the form names; foreign or used ids are simply not among them."""
    ids = []
    for field in service.fields:
        if field.kind == FieldKind.FILE:
            for value in sent.get(field.name, ()):
                try:
                    ids.append(UUID(value))
                except ValueError:
                    continue
    if not ids:
        return []
    return list(
        db.session.scalars(
            select(StoredFile)
            .where(StoredFile.id.in_(ids), StoredFile.owner_id == actor.id, StoredFile.subject == "")
            .with_for_update()
        )
    )


def _new_order(actor: User, service: Service, given: list[dict[str, Any]], form_key: UUID | None) -> Order:
    now = clock.now()
    place_id = next((a["value"] for a in given if a["kind"] == FieldKind.PLACE), None) or service.place_id
    names = places.full_names(db.session)
    order = Order(
        kind=service.kind,
        status=kind_of(service.kind).flow.first.name,
        service=service,
        title=service.name,
        place_id=place_id,
        place_name=names.get(place_id, "") if place_id else "",
        author=actor,
        company_id=db.session.scalar(
            select(Membership.company_id)
            .where(Membership.user_id == actor.id)
            .order_by(Membership.id)
            .limit(1)
        ),
        executor_id=service.executor_id,
        team_id=service.team_id,
        answers=given,
        thread=Thread(kind=ThreadKind.ORDER),
        notes=Thread(kind=ThreadKind.NOTES),
        created_at=now,
        updated_at=now,
        form_key=form_key,
    )
    db.session.add(order)
    return order


def index(order: Order, author: User) -> None:
    """The words by which the desk finds the order: number, title, place, answers, the orderer's name."""
    words = " ".join(
        [str(order.id), order.title, order.place_name, author.name, *(a["text"] for a in order.answers)]
    )
    db.session.execute(
        update(Order)
        .where(Order.id == order.id)
        .values(search=func.to_tsvector("russian", words))
        .execution_options(synchronize_session=False)
    )


# --- moving -------------------------------------------------------------------------------------------------------


@action
def move(actor: Actor, number: int, name: str, *, version: int | None = None, comment: str = "") -> Order:
    """Press the button `name` of the flow (S0-55..S0-61, S0-65..S0-71).

    `version` is what the actor saw: if the order has changed since, and the move is no longer there, Stale says so
    (two people pressing at once). Raises NotFound, Forbidden, IllegalMove, Invalid (a needed comment is missing).
    A repeated press of a move that the same actor has just made changes nothing.
    """
    order = load_order(db.session, actor, number, lock=True)
    step = kind_of(order.kind).flow.moves.get(name)
    if step is None or order.alarm_id is not None:  # calls of help move together: alarms.move
        raise IllegalMove
    if presses.pressed_twice(actor, order, step):
        return order
    _check(actor, order, step, version)
    comment = comment.replace("\0", "").strip()
    if step.needs_comment and not comment:
        raise Invalid({"comment": _("Please say why.")})
    if len(comment) > 1000:
        raise Invalid({"comment": _("At most 1000 characters.")})
    if step.by is By.STAFF and step.target in (IN_PROGRESS, COMPLETED) and order.executor_id is None:
        order.executor_id = actor.id  # whoever begins it has it, and whoever settles a question at once
    before = order.status
    steps.take(order, step)
    record(order, step.kind, actor, **{"from": before, "to": order.status, "comment": comment})
    if comment and not step.needs_comment:
        chat.post(actor, order.thread_id, comment, uuid4())
    return order


def _check(actor: Actor, order: Order, step: Move, version: int | None) -> None:
    """Whether the actor may make this step now; the order of the questions decides what he is told."""
    whose = side(db.session, actor, order)
    if step.by is not whose:
        raise Forbidden
    if step.right and step.right not in rights(db.session, actor):
        raise Forbidden
    if version is not None and version != order.version:
        raise Stale
    if not step.starts_from(order.status):
        raise IllegalMove


# --- assigning ----------------------------------------------------------------------------------------------------


@action
def assign(
    actor: Actor,
    number: int,
    *,
    executor_id: int | None = None,
    team_id: int | None = None,
    version: int | None = None,
) -> Order:
    """Make somebody the executor, or a team, or nobody. An executor may take an order of the own team.

    Raises Invalid if the person does no orders, Forbidden, Stale, IllegalMove for a finished order.
    """
    order = load_order(db.session, actor, number, lock=True)
    taking = (
        executor_id is not None and executor_id == actor.id and order.executor_id is None and team_id is None
    )
    if side(db.session, actor, order) is not By.STAFF:
        raise Forbidden
    if version is not None and version != order.version:
        # Before the right is asked for: of two who take an order the second hears that it is taken.
        raise Stale
    if not taking:
        require(db.session, actor, P.ORDERS_ASSIGN)
    if STATUSES[order.status].final or order.alarm_id is not None:
        raise IllegalMove
    executor = None
    if executor_id is not None:
        executor = db.session.get(User, executor_id)
        if executor is None or P.ORDERS_EXECUTE not in rights(db.session, executor):
            raise Invalid({"executor_id": _("This person does not carry out orders.")})
    if team_id is not None and db.session.get(Team, team_id) is None:
        raise Invalid({"team_id": _("There is no such team.")})
    if (order.executor_id, order.team_id) == (executor_id, team_id or order.team_id):
        return order
    before = rooms(order)
    order.executor_id = executor_id
    order.team_id = team_id or order.team_id
    order.updated_at = clock.now()
    name = executor.name if executor else (order.team.name if team_id and order.team else "")
    kind = "order.assigned" if executor or team_id else "order.unassigned"
    record(order, kind, actor, *before, executor=name, executor_id=executor_id, team_id=team_id)
    return order


@action
def settle(actor: Actor, number: int) -> Order:
    """«Ответ не нужен»: the resident's last message waits for nothing, the order may complete by itself."""
    order = load_order(db.session, actor, number, lock=True)
    if side(db.session, actor, order) is not By.STAFF:
        raise Forbidden
    if order.waiting_since is not None:
        countdown.answered(order)
        record(order, "order.settled", actor)
    return order


# --- timers -------------------------------------------------------------------------------------------------------


@action
def expire_due(limit: int = 100) -> int:
    """Complete what has waited its time for the resident (S0-61); never over an unanswered message. How many."""
    due = db.session.scalars(
        select(Order)
        .where(Order.completes_at <= clock.now(), Order.waiting_since.is_(None), Order.status == DONE.name)
        .order_by(Order.completes_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for order in due:
        move(SYSTEM, order.id, "expire")
    return len(due)


@action
def remind_due(limit: int = 100) -> int:
    """Tell residents whose orders will soon complete by themselves, once each. How many."""
    ahead = dt.timedelta(hours=settings.get(db.session, "completion_reminder_hours"))
    due = db.session.scalars(
        select(Order)
        .where(
            Order.completes_at <= clock.now() + ahead,
            Order.completes_at > clock.now(),
            Order.reminded_at.is_(None),
            Order.status == DONE.name,
        )
        .order_by(Order.completes_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for order in due:
        # The clock of a short period starts within the reminder's time: the notice «done» has just said it.
        fresh = countdown.period(order) <= ahead
        order.reminded_at = clock.now()
        if not fresh:
            record(order, "order.reminded", SYSTEM)
    return len(due)
