"""Appointments: accept, decline, cancel, move. How they come to be is in asking.py, what time does to them in
appointment_timers.py.

The time itself is guarded by the database (models/bookings.py). Locks are taken in one order: the resource, then
appointments by their number, then the packages that pay for them (packages.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from app import clock, journal
from app.actions import fields, packages, presses
from app.actions.base import action
from app.errors import Forbidden, IllegalMove, Invalid, Stale, Taken
from app.extensions import db
from app.flows import AGREED, APPOINTMENT, APPOINTMENT_STATUSES, CALLED_OFF, DECLINED, REQUESTED, By, Move
from app.policy import SYSTEM, Actor, client_side, load_appointment, suits
from app.queries import slots
from models import (
    Appointment,
    Booking,
    Offer,
    Resource,
    Specialist,
)

MAX_WORDS = 1000
#: How far from a time that is gone others are offered.
_NEAR = dt.timedelta(days=4)
#: How long after it began an appointment may still be entered by the provider.
_LATE = dt.timedelta(days=31)
#: How far ahead anybody may be booked: what is later is a slip of the year.
FURTHEST = dt.timedelta(days=2 * 366)
#: Statuses of what does not take place; no move leads out of them.
_OFF = (DECLINED.name, CALLED_OFF.name)


# --- moving along the flow ----------------------------------------------------------------------------------------


@action
def move(
    actor: Actor, appointment_id: int, name: str, *, version: int | None = None, comment: str = ""
) -> Appointment:
    """Press the button `name` of the flow (S2-23, S2-33). Accepting one of several requests for one time closes the
    others, with free times near. `version` is what the actor saw.

    Raises NotFound, Forbidden, IllegalMove, Stale, Taken (the time was given away), Invalid (a comment is missing). A
    press that the same actor repeats changes nothing."""
    appointment = load_appointment(db.session, actor, appointment_id)
    step = APPOINTMENT.moves.get(name)
    if step is None:
        raise IllegalMove(_impossible())
    if step.target is AGREED:
        lock_time([appointment.specialist])
    appointment = load_appointment(db.session, actor, appointment_id, lock=True)
    if presses.pressed_twice(actor, appointment, step):
        return appointment
    _check(actor, appointment, step, version)
    errors: dict[str, object] = {}
    comment = fields.text(comment, "comment", errors, most=MAX_WORDS)
    if step.needs_comment and not comment:
        errors["comment"] = _("Please say why.")
    if errors:
        raise Invalid(errors)
    before = appointment.status
    _step(actor, appointment, step, comment)
    data: dict[str, Any] = {"from": before, "to": appointment.status, "comment": comment}
    if name == "crowd_out":
        data |= {"near": [at.isoformat() for at in near(appointment)]}
    record(appointment, step.kind, actor, **data)
    if step.target is AGREED:
        crowd_out(appointment)
    return appointment


def lock_time(specialists: Iterable[Specialist]) -> None:
    """Whoever gives time of these people away waits for whoever does it already; afterwards their rows say whose time
    it is now. invitations.accept may have changed it while we waited: then what was locked is let go of, for locks are
    taken in one order, and the right rows are locked."""
    people = list(specialists)
    wanted = select(Specialist.resource_id).where(Specialist.id.in_([one.id for one in people]))
    locking = select(Resource.id).where(Resource.id.in_(wanted)).order_by(Resource.id).with_for_update()
    for _attempt in range(3):
        attempt = db.session.begin_nested()
        held = set(db.session.scalars(locking))
        for one in people:
            db.session.refresh(one, ["resource_id"])
        if {one.resource_id for one in people} <= held:
            attempt.commit()
            return
        attempt.rollback()
    raise Stale


def _check(actor: Actor, appointment: Appointment, step: Move, version: int | None) -> None:
    if step.by is not client_side(actor, appointment.client):
        raise Forbidden
    if version is not None and version != appointment.version:
        raise Stale
    if not step.starts_from(appointment.status):
        raise IllegalMove(_impossible())
    if not suits(step, appointment):
        raise IllegalMove(_not_suiting(appointment))
    begun = appointment.starts_at <= clock.now()
    if step.afterwards and not begun:
        raise IllegalMove(_("This can be said when the appointment has begun."))
    if step.name == "accept" and begun:
        raise IllegalMove(_("The time of this request is over. Offer another one in the chat."))
    if step.name == "cancel" and begun:
        raise IllegalMove(_("The appointment has begun already. Write to the specialist in the chat."))


def _impossible() -> str:
    return _("This is not possible in the appointment's present status.")


def _not_suiting(appointment: Appointment) -> str:
    if appointment.package_id is None:
        return _("No package pays for this appointment.")
    if appointment.session_back:
        return _("Its session has gone back to the package already.")
    return _("A package pays for this appointment: say whether its session stays used or goes back.")


def _step(actor: Actor, appointment: Appointment, step: Move, comment: str) -> None:
    """Every change along the flow goes through here: what will not take place gives time and session back, and so does
    what the client missed if the provider says so."""
    now = clock.now()
    appointment.status, appointment.updated_at = step.target.name, now
    appointment.reason = comment if step.needs_comment else appointment.reason
    appointment.closed_at = now if step.target.final else None
    try:
        with db.session.begin_nested():
            appointment.booking.active = step.target.name not in _OFF
            db.session.flush()
    except IntegrityError as error:
        if not is_taken(error):
            raise
        raise Taken(
            _("This time was given to somebody else meanwhile. Offer another one in the chat.")
        ) from None
    if appointment.package_id is not None:
        _count(actor, appointment, back=step.returns or step.target.name in _OFF)


def _count(actor: Actor, appointment: Appointment, *, back: bool) -> None:
    """The session of a package, where this changes whose it is: of one that took place after all it is taken again."""
    if back and not appointment.session_back:
        packages.give_back(appointment)
    elif appointment.session_back and not back:
        try:
            packages.take(actor, appointment)
            record(appointment, "appointment.retaken", actor)
        except Invalid:
            raise IllegalMove(
                _(
                    "Its session has gone back and cannot be taken again: the package has none left, has ended or was "
                    "cancelled. The mark stays as it is: settle this with the client in the chat."
                )
            ) from None
    appointment.session_back = back


def crowd_out(agreed: Appointment) -> None:
    """Close other requests for time that is given away now."""
    span = agreed.booking.span
    others = db.session.scalars(
        select(Appointment)
        .join(Booking, Booking.id == Appointment.booking_id)
        .where(
            Appointment.status == REQUESTED.name,
            Appointment.id != agreed.id,
            Booking.resource_id == agreed.booking.resource_id,
            Booking.span.overlaps(span),
        )
        .order_by(Appointment.id)
        .with_for_update(of=Appointment)
        .execution_options(populate_existing=True)
    ).all()
    packages.lock((agreed, *others))
    for other in others:
        move(SYSTEM, other.id, "crowd_out")


def near(appointment: Appointment) -> list[dt.datetime]:
    """Free times close to the appointment's own, of the same specialist: what to ask for instead (S2-38)."""
    specialists = [one for one in serving(appointment.offer) if one.id == appointment.specialist_id]
    found = slots.free_slots(
        db.session,
        appointment.offer,
        specialists,
        appointment.starts_at - _NEAR,
        appointment.starts_at + _NEAR,
    )
    return [slot.at for slot in slots.nearest(found, appointment.starts_at)]


# --- another time -------------------------------------------------------------------------------------------------


@action
def reschedule(
    actor: Actor, appointment_id: int, starts_at: dt.datetime, *, version: int | None = None
) -> Appointment:
    """The provider moves an open appointment to another time of the same specialist; a request is accepted by that. The
    client is told at once. Raises Taken, Stale, IllegalMove, Forbidden, NotFound, Invalid."""
    appointment = load_appointment(db.session, actor, appointment_id)
    lock_time([appointment.specialist])
    appointment = load_appointment(db.session, actor, appointment_id, lock=True)
    if client_side(actor, appointment.client) is not By.STAFF:
        raise Forbidden
    if version is not None and version != appointment.version:
        raise Stale
    if APPOINTMENT_STATUSES[appointment.status].final:
        raise IllegalMove(_impossible())
    errors: dict[str, object] = {}
    sensible(starts_at, errors)
    if starts_at <= clock.now():
        errors["at"] = _("This time is over already.")
    if errors:
        raise Invalid(errors)
    before, status = appointment.starts_at, appointment.status
    if (starts_at, AGREED.name) == (before, status):
        return appointment
    span = appointment.booking.span
    assert span.lower is not None
    assert span.upper is not None
    length, whole = appointment.ends_at - before, span.upper - span.lower
    appointment.status, appointment.updated_at = AGREED.name, clock.now()
    appointment.starts_at, appointment.ends_at = starts_at, starts_at + length
    if starts_at != before:
        appointment.moved_from = before
    appointment.reminded_at = None
    try:
        with db.session.begin_nested():
            appointment.booking.span = Range(starts_at, starts_at + whole)
            appointment.booking.active = True
            db.session.flush()
    except IntegrityError as error:
        if not is_taken(error):
            raise
        raise Taken from None
    data = {"from": status, "to": AGREED.name, "before": before.isoformat()}
    kind = "appointment.accepted_at" if status == REQUESTED.name else "appointment.moved"
    record(appointment, kind, actor, **data)
    crowd_out(appointment)
    return appointment


@action
def refuse_all(actor: Actor, appointment_ids: Sequence[int], comment: str) -> int:
    """Decline or call off several at once, as when somebody falls ill. What is closed meanwhile is left as it is. How
    many. Raises Invalid without a reason, NotFound, Forbidden."""
    done = 0
    numbers = sorted(set(appointment_ids))
    # The time before the appointments, as everywhere: whoever accepts one of them meanwhile waits, or we do.
    lock_time({load_appointment(db.session, actor, number).specialist for number in numbers})
    packages.lock([load_appointment(db.session, actor, number, lock=True) for number in numbers])
    for number in numbers:
        appointment = load_appointment(db.session, actor, number)
        if APPOINTMENT_STATUSES[appointment.status].final:
            continue
        move(
            actor, number, "decline" if appointment.status == REQUESTED.name else "call_off", comment=comment
        )
        done += 1
    return done


# --- what all of them ask ------------------------------------------------------------------------------------------


def serving(offer: Offer) -> list[Specialist]:
    """Who does a service that is on offer; nobody if it is not."""
    return [one for one in offer.specialists if one.active] if offer.active else []


def sensible(starts_at: dt.datetime, errors: dict[str, object]) -> None:
    now = clock.now()
    if not now - _LATE <= starts_at <= now + FURTHEST:
        errors["at"] = _("Please enter a day that is not so far away.")


def is_taken(error: IntegrityError) -> bool:
    return getattr(getattr(error.orig, "diag", None), "constraint_name", "") == "ex_bookings_span"


# --- telling ------------------------------------------------------------------------------------------------------


def record(appointment: Appointment, kind: str, actor: Actor, **data: Any) -> None:
    """A journal line with what notices and the history say of it, poked to the two sides and to nobody else."""
    client = appointment.client
    people = {client.user_id, client.provider.owner_id} | {
        one.user_id
        for one in client.provider.specialists
        if one.active and (one.sees_all or one.id == appointment.specialist_id)
    }
    journal.write(
        db.session,
        kind,
        actor,
        appointment.subject,
        [f"user:{number}" for number in people if number],
        title=appointment.title,
        client=client.user.name,
        provider=client.provider.name,
        when=appointment.starts_at.isoformat(),
        zone=client.provider.timezone,
        **data,
    )
