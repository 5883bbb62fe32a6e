"""State machines of orders and appointments: statuses, and moves (from → to, by whom, with which button, what is to be
given).

The same rows check a move on the server, draw the buttons, fill the desk's filters and print the documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from app.permissions import P


@dataclass(frozen=True)
class Status:
    """`tone` is one of ok, wait, attention, danger, neutral; `then` tells the resident what happens next. `mark` is the
    sign before some (S2-26..S2-28)."""

    name: str
    label: object
    tone: str
    icon: str
    final: bool = False
    then: object = ""
    mark: str = ""

    def __str__(self) -> str:
        return str(self.label)


NEW = Status(
    "new",
    _l("New"),
    "attention",
    "circle-dot",
    then=_l("The dispatcher will appoint an executor and write in the chat."),
)
IN_PROGRESS = Status(
    "in_progress",
    _l("In progress"),
    "wait",
    "loader",
    then=_l("The executor is at work; ask anything in the chat."),
)
DONE = Status(
    "done",
    _l("Done. Awaiting confirmation"),
    "attention",
    "circle-check",
    then=_l("Look at the result: confirm it or return the order to work."),
)
COMPLETED = Status("completed", _l("Completed"), "ok", "check-check", final=True)
CANCELLED = Status("cancelled", _l("Cancelled"), "neutral", "circle-x", final=True)
#: Of calls of help (D-11).
ACCEPTED = Status("accepted", _l("Accepted"), "wait", "user-check")
ON_WAY = Status("on_way", _l("Staff on the way"), "wait", "footprints")
ON_SITE = Status("on_site", _l("Staff on site"), "wait", "map-pin")
FALSE_CALL = Status("false_call", _l("False call"), "neutral", "circle-x", final=True)

#: Of appointments (S2-26..S2-31).
REQUESTED = Status(
    "requested",
    _lp("appointment", "Pending"),
    "attention",
    "circle-dot",
    then=_l("The specialist will accept or decline; you will be told at once."),
    mark="🟡",
)
AGREED = Status(
    "agreed",
    _lp("appointment", "Accepted"),
    "ok",
    "circle-dot",
    then=_l("You are expected at this time. If you cannot come, cancel in good time."),
    mark="🟢",
)
DECLINED = Status(
    "declined",
    _lp("appointment", "Declined"),
    "danger",
    "circle-dot",
    final=True,
    then=_l("Choose another time, or ask in the chat."),
    mark="🔴",
)
HELD = Status("held", _lp("appointment", "Completed"), "neutral", "check-check", final=True)
CALLED_OFF = Status("called_off", _lp("appointment", "Cancelled"), "neutral", "circle-x", final=True)
MISSED = Status("missed", _lp("appointment", "Missed"), "neutral", "user-minus", final=True)

#: Of orders.
STATUSES: dict[str, Status] = {
    s.name: s for s in (NEW, IN_PROGRESS, DONE, ACCEPTED, ON_WAY, ON_SITE, COMPLETED, CANCELLED, FALSE_CALL)
}
APPOINTMENT_STATUSES: dict[str, Status] = {
    s.name: s for s in (REQUESTED, AGREED, DECLINED, HELD, CALLED_OFF, MISSED)
}


class By(StrEnum):
    """Whose move it is. AUTHOR is the orderer, or the client; STAFF needs the move's right on an order that they see as
    staff, and is the provider of an appointment."""

    AUTHOR = "author"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True)
class Move:
    """`kind` is the journal kind that the move writes. A move `in_dialog` has no button of its own beside the
    status: the resident reaches it by the window «Закрыть заказ?» (S0-67), the staff by a window with a reason.

    Of appointments: `afterwards`, when it has begun; `packed`, only if a package pays for it, or only if none does;
    `returns` the session to the package (what does not take place does so anyway). `by_message`: nobody presses it, the
    author makes it by writing."""

    name: str
    sources: tuple[Status, ...]
    target: Status
    by: By
    kind: str
    label: object = ""
    right: P | None = None
    style: str = "secondary"
    icon: str = ""
    in_dialog: bool = False
    needs_comment: bool = False
    undoes: str = ""
    afterwards: bool = False
    packed: bool | None = None
    returns: bool = False
    by_message: bool = False

    def starts_from(self, status: str) -> bool:
        return any(source.name == status for source in self.sources)


@dataclass(frozen=True)
class Flow:
    """The moves of some order kinds. The first status is where an order begins."""

    first: Status
    moves: dict[str, Move] = field(default_factory=dict)

    def moves_from(self, status: str, by: By) -> Iterator[Move]:
        """The moves that `by` has in this status, in the order of their buttons."""
        return (move for move in self.moves.values() if move.by is by and move.starts_from(status))

    def by_message(self, status: str) -> Move | None:
        """What a message of the author does in this status, if anything."""
        return next(
            (move for move in self.moves.values() if move.by_message and move.starts_from(status)), None
        )

    @property
    def statuses(self) -> list[Status]:
        reached = [self.first, *(move.target for move in self.moves.values())]
        return [s for s in (*STATUSES.values(), *APPOINTMENT_STATUSES.values()) if s in reached]


def _flow(first: Status, *moves: Move) -> Flow:
    return Flow(first, {move.name: move for move in moves})


#: SIMPLE and REQUEST (S0-55..S0-61, S0-65..S0-71, D-2).
WORK = _flow(
    NEW,
    Move(
        "start",
        (NEW,),
        IN_PROGRESS,
        By.STAFF,
        "order.started",
        _l("Start work"),
        P.ORDERS_EXECUTE,
        "primary",
        "play",
    ),
    Move(
        "finish",
        (NEW, IN_PROGRESS),
        DONE,
        By.STAFF,
        "order.finished",
        _l("Work is done"),
        P.ORDERS_EXECUTE,
        "primary",
        "circle-check",
    ),
    Move(
        "resume",
        (DONE,),
        IN_PROGRESS,
        By.STAFF,
        "order.resumed",
        _l("Continue work"),
        P.ORDERS_EXECUTE,
        icon="rotate-ccw",
        undoes="finish",
    ),
    Move(
        "reject",
        (NEW, IN_PROGRESS),
        CANCELLED,
        By.STAFF,
        "order.rejected",
        _l("Reject the order"),
        P.ORDERS_CANCEL,
        "danger",
        "circle-x",
        in_dialog=True,
        needs_comment=True,
    ),
    Move(
        "send_back",
        (DONE,),
        IN_PROGRESS,
        By.AUTHOR,
        "order.sent_back",
        _l("Return to work"),
        icon="rotate-ccw",
    ),
    Move(
        "confirm",
        (DONE,),
        COMPLETED,
        By.AUTHOR,
        "order.confirmed",
        _l("Confirm completion"),
        style="primary",
        icon="check",
    ),
    Move(
        "close",
        (NEW, IN_PROGRESS, DONE),
        COMPLETED,
        By.AUTHOR,
        "order.closed",
        _l("Done"),
        in_dialog=True,
    ),
    Move(
        "cancel",
        (NEW, IN_PROGRESS, DONE),
        CANCELLED,
        By.AUTHOR,
        "order.cancelled",
        _l("No longer needed"),
        in_dialog=True,
    ),
    Move("expire", (DONE,), COMPLETED, By.SYSTEM, "order.expired"),
)

#: «Поддержка» (S2-69): a conversation that is answered. Whoever writes when it is settled opens it again; it is not new
#: then, for whoever settled it has it still, and since when it waits the unanswered mark says.
SUPPORT = _flow(
    NEW,
    Move(
        "start",
        (NEW,),
        IN_PROGRESS,
        By.STAFF,
        "order.started",
        _l("Start work"),
        P.ORDERS_EXECUTE,
        "primary",
        "play",
    ),
    Move(
        "finish",
        (NEW, IN_PROGRESS),
        COMPLETED,
        By.STAFF,
        "support.closed",
        _l("The question is settled"),
        P.ORDERS_EXECUTE,
        icon="check-check",
    ),
    Move("reopen", (COMPLETED,), IN_PROGRESS, By.SYSTEM, "support.reopened", by_message=True),
)

_TAKEN = (ACCEPTED, ON_WAY, ON_SITE)
_OPEN = (NEW, *_TAKEN)

#: Calls of help (D-11, D-12). Several may respond: «join», «set_off», «arrive» and «release» are each responder's own,
#: and the call stands where the furthest of them does (app/actions/alarms.py).
SOS = _flow(
    NEW,
    Move(
        "accept", (NEW,), ACCEPTED, By.STAFF, "sos.accepted", _l("Accept"), P.SOS_RESPOND, "primary", "check"
    ),
    Move(
        "set_off",
        _TAKEN,
        ON_WAY,
        By.STAFF,
        "sos.set_off",
        _l("On my way"),
        P.SOS_RESPOND,
        "primary",
        "footprints",
    ),
    Move(
        "arrive",
        _TAKEN,
        ON_SITE,
        By.STAFF,
        "sos.arrived",
        _l("On site"),
        P.SOS_RESPOND,
        "primary",
        "map-pin",
    ),
    Move(
        "join",
        _TAKEN,
        ACCEPTED,
        By.STAFF,
        "sos.joined",
        _l("Join"),
        P.SOS_RESPOND,
        icon="user-plus",
    ),
    Move(
        "finish",
        _TAKEN,
        COMPLETED,
        By.STAFF,
        "sos.finished",
        _l("Finish"),
        P.SOS_RESPOND,
        icon="check-check",
        in_dialog=True,
        needs_comment=True,
    ),
    Move(
        "release",
        _TAKEN,
        NEW,
        By.STAFF,
        "sos.released",
        _l("I cannot help"),
        P.SOS_RESPOND,
        "quiet",
        "user-minus",
    ),
    Move(
        "false_call",
        _OPEN,
        FALSE_CALL,
        By.STAFF,
        "sos.false_call",
        _l("False call"),
        P.SOS_RESPOND,
        "danger",
        "circle-x",
        in_dialog=True,
    ),
    Move("close", _OPEN, COMPLETED, By.AUTHOR, "sos.closed", _l("Done"), in_dialog=True),
    Move("cancel", _OPEN, CANCELLED, By.AUTHOR, "sos.cancelled", _l("No longer needed"), in_dialog=True),
)

#: Appointments (S2-22, S2-23, S2-26..S2-33, D-17). Who comes too late with a mark may correct it.
APPOINTMENT = _flow(
    REQUESTED,
    Move(
        "accept",
        (REQUESTED,),
        AGREED,
        By.STAFF,
        "appointment.accepted",
        _lp("appointment", "Accept"),
        style="primary",
        icon="check",
    ),
    Move(
        "decline",
        (REQUESTED,),
        DECLINED,
        By.STAFF,
        "appointment.declined",
        _l("Decline"),
        style="danger",
        icon="circle-x",
        in_dialog=True,
        needs_comment=True,
    ),
    Move(
        "call_off",
        (AGREED,),
        CALLED_OFF,
        By.STAFF,
        "appointment.called_off",
        _lp("appointment", "Call off"),
        style="danger",
        icon="circle-x",
        in_dialog=True,
        needs_comment=True,
    ),
    Move(
        "hold",
        (AGREED, MISSED),
        HELD,
        By.STAFF,
        "appointment.held",
        _lp("appointment", "It took place"),
        style="primary",
        icon="check-check",
        afterwards=True,
    ),
    # The client is told at once, so it is asked first; and of a package what becomes of the session.
    Move(
        "miss",
        (AGREED, HELD),
        MISSED,
        By.STAFF,
        "appointment.missed",
        _l("The client did not come"),
        icon="user-minus",
        in_dialog=True,
        afterwards=True,
        packed=False,
    ),
    Move(
        "forfeit",
        (AGREED, HELD),
        MISSED,
        By.STAFF,
        "appointment.forfeited",
        _l("Keep the session as used"),
        icon="user-minus",
        in_dialog=True,
        afterwards=True,
        packed=True,
    ),
    Move(
        "forgive",
        (AGREED, HELD, MISSED),
        MISSED,
        By.STAFF,
        "appointment.forgiven",
        _l("Give the session back"),
        icon="rotate-ccw",
        in_dialog=True,
        afterwards=True,
        packed=True,
        returns=True,
    ),
    Move(
        "cancel",
        (REQUESTED, AGREED),
        CALLED_OFF,
        By.AUTHOR,
        "appointment.cancelled",
        _lp("appointment", "Cancel"),
        style="danger",
        icon="circle-x",
        in_dialog=True,
    ),
    # Another request got the time; nobody answered until it came; nobody marked what was over.
    Move("crowd_out", (REQUESTED,), DECLINED, By.SYSTEM, "appointment.crowded_out"),
    Move("lapse", (REQUESTED,), DECLINED, By.SYSTEM, "appointment.lapsed"),
    Move("expire", (AGREED,), HELD, By.SYSTEM, "appointment.expired"),
)
