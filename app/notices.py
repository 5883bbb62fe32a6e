"""The table of journal kinds: how each reads in a history, and to whom it is told, by which channels, in which words.

Texts know %(number)s, %(title)s, %(actor)s and what the entry's data holds (status, executor, text); moments in the
data (`when`, `before`, `near`) and money (`amount` with `currency`, as %(sum)s) read in the reader's zone and language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from models import Channel


class To(StrEnum):
    """Whom a notice is for; app/delivery/audience.py finds the people. The actor never gets a notice of the own act."""

    AUTHOR = "author"
    EXECUTOR = "executor"
    #: The order's team, while nobody of it is the executor.
    TEAM = "team"
    #: Everybody who appoints executors.
    DISPATCHERS = "dispatchers"
    #: Of an appointment or of a pair of client and provider: the one half, and who serves on the other.
    CLIENT = "client"
    PROVIDER = "provider"
    #: Of a specialist or an organization: who has it, and the person whom the entry names (`user`).
    OWNER = "owner"
    NAMED = "named"
    #: Everybody who runs duty, steps and drills of calls of help.
    SOS_MANAGERS = "sos_managers"


@dataclass(frozen=True)
class Rule:
    to: tuple[To, ...]
    text: object
    channels: tuple[Channel, ...] = (Channel.INBOX,)
    urgent: bool = False


@dataclass(frozen=True)
class Row:
    """`history` empty: not shown in a history. `public`: the resident's page shows it too. `private`: between a client
    and a provider; no administrator reads it (S2-61). `mine`: the same as the client reads it of himself."""

    history: object = ""
    icon: str = "circle-dot"
    public: bool = True
    private: bool = False
    rules: tuple[Rule, ...] = ()
    mine: object = ""


def _ours(history: object, icon: str, *rules: Rule, mine: object = "") -> Row:
    """What happens between a client and a provider."""
    return Row(history, icon, private=True, rules=rules, mine=mine)


def _told(to: To, text: object, *, urgent: bool = False) -> Rule:
    """What somebody has to know in time, also who does not look into Atrium every day."""
    return Rule((to,), text, (Channel.INBOX, Channel.MAIL), urgent)


_STAFF = (To.EXECUTOR, To.TEAM, To.DISPATCHERS)
_DOERS = (To.EXECUTOR, To.TEAM)

JOURNAL: dict[str, Row] = {
    "order.placed": Row(
        _l("Order created"),
        "plus",
        rules=(Rule(_STAFF, _l("New order %(number)s: %(title)s")),),
    ),
    "order.assigned": Row(
        _l("Executor: %(executor)s"),
        "user-check",
        rules=(
            Rule((To.EXECUTOR,), _l("You are the executor of order %(number)s: %(title)s")),
            Rule((To.AUTHOR,), _l("Order %(number)s has an executor: %(executor)s")),
        ),
    ),
    "order.unassigned": Row(
        _l("Executor removed"),
        "user-minus",
        public=False,
        rules=(Rule((To.DISPATCHERS,), _l("Order %(number)s is without an executor")),),
    ),
    "order.started": Row(
        _l("Taken to work"),
        "play",
        rules=(Rule((To.AUTHOR,), _l("Order %(number)s is in progress")),),
    ),
    "order.finished": Row(
        _l("Work is done, awaiting confirmation"),
        "circle-check",
        rules=(Rule((To.AUTHOR,), _l("Order %(number)s is done: confirm it or return it to work")),),
    ),
    "order.resumed": Row(
        _l("Work continues"),
        "rotate-ccw",
        rules=(Rule((To.AUTHOR,), _l("Order %(number)s is in progress again")),),
    ),
    "order.rejected": Row(
        _l("Rejected: %(comment)s"),
        "circle-x",
        rules=(
            Rule((To.AUTHOR,), _l("Order %(number)s was rejected: %(comment)s")),
            Rule((To.EXECUTOR,), _l("Order %(number)s was rejected: %(comment)s")),
        ),
    ),
    "order.sent_back": Row(
        _l("Returned to work"),
        "rotate-ccw",
        rules=(Rule(_DOERS, _l("Order %(number)s was returned to work"), urgent=True),),
    ),
    "order.confirmed": Row(
        _l("Completion confirmed"),
        "check-check",
        rules=(Rule(_DOERS, _l("Order %(number)s is confirmed")),),
    ),
    "order.closed": Row(
        _l("Closed by the resident as done"),
        "check-check",
        rules=(Rule(_DOERS, _l("The resident closed order %(number)s as done")),),
    ),
    "order.cancelled": Row(
        _l("Cancelled by the resident: no longer needed"),
        "circle-x",
        rules=(Rule(_STAFF, _l("The resident cancelled order %(number)s")),),
    ),
    "order.expired": Row(
        _l("Completed automatically"),
        "clock",
        rules=(Rule((To.AUTHOR,), _l("Order %(number)s completed automatically")),),
    ),
    "order.reminded": Row(
        icon="clock",
        rules=(
            Rule(
                (To.AUTHOR,),
                _l("Order %(number)s will soon complete by itself: confirm it or return it to work"),
            ),
        ),
    ),
    "support.asked": Row(_l("Question to the support team"), "life-buoy"),
    "support.closed": Row(
        _l("The question is settled"),
        "check-check",
        rules=(Rule((To.AUTHOR,), _l("The support team considers your question settled")),),
    ),
    # The message that does so is told by itself.
    "support.reopened": Row(_l("Written again: the question is open"), "rotate-ccw"),
    "order.settled": Row(_l("Marked: no answer needed"), "message-square", public=False),
    "message.posted": Row(
        icon="message-circle",
        rules=(
            # S0-52: the desk hears of the resident's message …
            Rule(_STAFF, _l("%(actor)s wrote in order %(number)s: %(text)s")),
        ),
    ),
    "message.answered": Row(
        icon="message-circle",
        # … and the resident of the staff's (D-8).
        rules=(Rule((To.AUTHOR,), _l("%(actor)s wrote in order %(number)s: %(text)s")),),
    ),
    "note.posted": Row(
        icon="message-square",
        public=False,
        rules=(Rule((To.EXECUTOR,), _l("%(actor)s left a note on order %(number)s: %(text)s")),),
    ),
    # Calls of help. Whom of the staff they reach, and how soon, is not said here but by the steps of the escalation.
    "sos.called": Row(_l("Call for help"), "siren"),
    "sos.repeated": Row(_l("Called again"), "siren"),
    "sos.told": Row(_l("Told the staff, step %(step)s"), "megaphone", public=False),
    "sos.stalled": Row(_l("Nobody has moved on: it sounds again"), "megaphone", public=False),
    "sos.accepted": Row(
        _l("Call accepted"),
        "user-check",
        rules=(Rule((To.AUTHOR,), _l("%(actor)s has accepted your call for help"), urgent=True),),
    ),
    "sos.joined": Row(_l("Joined"), "user-plus"),
    "sos.set_off": Row(
        _l("On the way"),
        "footprints",
        rules=(Rule((To.AUTHOR,), _l("%(actor)s is on the way to you"), urgent=True),),
    ),
    "sos.arrived": Row(_l("On site"), "map-pin"),
    "sos.released": Row(
        _l("Cannot help"),
        "user-minus",
    ),
    "sos.finished": Row(
        _l("Help was given: %(comment)s"),
        "check-check",
        rules=(Rule((To.AUTHOR,), _l("Your call for help is finished: %(comment)s")),),
    ),
    "sos.false_call": Row(
        _l("Marked as a false call"),
        "circle-x",
        rules=(Rule((To.AUTHOR,), _l("Your call for help was marked as false")),),
    ),
    "sos.closed": Row(_l("Closed by the resident as done"), "check-check"),
    "sos.cancelled": Row(_l("Cancelled by the resident: no longer needed"), "circle-x"),
    "sos.drill_due": Row(
        icon="siren",
        rules=(
            Rule(
                (To.SOS_MANAGERS,),
                _l("No drill of calls for help was held for %(days)s days: hold one, it takes two minutes"),
            ),
        ),
    ),
    # Appointments: every change of status is told at once (S2-24).
    "appointment.requested": _ours(
        _l("Requested for %(when)s"),
        "plus",
        _told(To.PROVIDER, _l("New request: %(client)s, %(title)s, %(when)s")),
    ),
    "appointment.booked": _ours(
        _l("Booked by the specialist for %(when)s"),
        "calendar-check",
        _told(To.CLIENT, _l("%(provider)s has booked you for %(when)s: %(title)s")),
        Rule((To.PROVIDER,), _l("New appointment: %(client)s, %(title)s, %(when)s")),
    ),
    "appointment.accepted": _ours(
        _l("Request accepted"),
        "check",
        _told(To.CLIENT, _l("%(provider)s expects you: %(title)s, %(when)s")),
        Rule((To.PROVIDER,), _l("Accepted: %(client)s, %(title)s, %(when)s")),
    ),
    "appointment.declined": _ours(
        _l("Request declined: %(comment)s"),
        "circle-x",
        _told(To.CLIENT, _l("%(provider)s cannot accept your request for %(when)s: %(comment)s")),
        Rule((To.PROVIDER,), _l("Declined: %(client)s, %(title)s, %(when)s")),
    ),
    "appointment.crowded_out": _ours(
        _l("The time was given to somebody else"),
        "circle-x",
        _told(
            To.CLIENT,
            _l("The time %(when)s at %(provider)s is taken, we are sorry. Free nearby: %(near)s"),
        ),
        mine=_l("We are sorry, this time is taken already"),
    ),
    "appointment.lapsed": _ours(
        _l("Nobody answered in time"),
        "clock",
        _told(To.CLIENT, _l("%(provider)s did not answer your request for %(when)s. Choose another time.")),
        Rule((To.PROVIDER,), _l("The request of %(client)s for %(when)s was not answered in time")),
        mine=_l("We are sorry, your request was not answered in time"),
    ),
    "appointment.cancelled": _ours(
        _l("Cancelled by the client"),
        "circle-x",
        _told(To.PROVIDER, _l("%(client)s has cancelled: %(title)s, %(when)s")),
        mine=_l("You have cancelled the appointment"),
    ),
    "appointment.called_off": _ours(
        _l("Called off: %(comment)s"),
        "circle-x",
        _told(
            To.CLIENT,
            _l("%(provider)s has cancelled your appointment of %(when)s: %(comment)s"),
            urgent=True,
        ),
        Rule((To.PROVIDER,), _l("Called off: %(client)s, %(title)s, %(when)s")),
    ),
    "appointment.moved": _ours(
        _l("Moved from %(before)s to %(when)s"),
        "calendar-clock",
        _told(
            To.CLIENT,
            _l("%(provider)s has moved your appointment from %(before)s to %(when)s"),
            urgent=True,
        ),
        Rule((To.PROVIDER,), _l("Moved: %(client)s, from %(before)s to %(when)s")),
    ),
    "appointment.accepted_at": _ours(
        _l("Accepted at another time: %(when)s instead of %(before)s"),
        "calendar-check",
        _told(
            To.CLIENT,
            _l(
                "%(provider)s has accepted your request at another time: %(when)s instead of %(before)s. If it does "
                "not suit you, cancel it."
            ),
            urgent=True,
        ),
        Rule((To.PROVIDER,), _l("Accepted at another time: %(client)s, %(when)s")),
    ),
    "appointment.held": _ours(
        _l("It took place"),
        "check-check",
        Rule((To.CLIENT,), _l("Your appointment of %(when)s is completed: %(title)s")),
    ),
    "appointment.missed": _ours(
        _l("The client did not come"),
        "user-minus",
        Rule((To.CLIENT,), _l("You did not come to the appointment of %(when)s: %(title)s")),
        mine=_l("Marked: you did not come"),
    ),
    # The same of a package: what becomes of the session is the client's to know.
    "appointment.forfeited": _ours(
        _l("The client did not come; the session stays used"),
        "user-minus",
        Rule(
            (To.CLIENT,),
            _l(
                "You did not come to the appointment of %(when)s: %(title)s. The session of your package stays used."
            ),
        ),
        mine=_l("Marked: you did not come; the session of your package stays used"),
    ),
    "appointment.forgiven": _ours(
        _l("The client did not come; the session went back to the package"),
        "rotate-ccw",
        Rule(
            (To.CLIENT,),
            _l(
                "You did not come to the appointment of %(when)s: %(title)s. The session is in your package again."
            ),
        ),
        mine=_l("Marked: you did not come; the session is in your package again"),
    ),
    # The client has been told that it was back.
    "appointment.retaken": _ours(
        _l("The session is used after all"),
        "layers",
        Rule((To.CLIENT,), _l("The session of your package is used after all: %(title)s, %(when)s")),
        mine=_l("The session of your package is used after all"),
    ),
    "appointment.expired": _ours(
        _l("Completed automatically"),
        "clock",
        Rule((To.CLIENT,), _l("Your appointment of %(when)s is completed: %(title)s")),
    ),
    "appointment.reminded": _ours(
        "",
        "bell",
        _told(To.CLIENT, _l("%(provider)s expects you: %(title)s, %(when)s"), urgent=True),
    ),
    "payment.recorded": _ours(
        _l("Payment recorded: %(sum)s"),
        "wallet",
        Rule((To.CLIENT,), _l("%(provider)s has recorded your payment of %(sum)s: %(title)s, %(when)s")),
    ),
    "payment.taken_back": _ours(
        _l("Record of a payment removed: %(sum)s"),
        "rotate-ccw",
        Rule(
            (To.CLIENT,),
            _l("%(provider)s has removed the record of the payment of %(sum)s: %(title)s, %(when)s"),
        ),
    ),
    "payment.repriced": _ours(
        _l("Another price: %(sum)s"),
        "wallet",
        Rule((To.CLIENT,), _l("%(provider)s has changed the price of %(title)s, %(when)s, to %(sum)s")),
    ),
    # Packages (I-19): what a client has is told to both sides, but for who did it.
    "package.sold": _ours(
        _l("Package sold, sessions: %(sessions)s"),
        "layers",
        Rule((To.CLIENT,), _l("%(provider)s: you have the package “%(title)s”, sessions: %(sessions)s")),
        Rule((To.PROVIDER,), _l("Package sold: %(client)s, “%(title)s”")),
    ),
    "package.used_up": _ours(
        _l("The last session is taken"),
        "layers",
        Rule((To.CLIENT,), _l("%(provider)s: the last session of the package “%(title)s” is taken")),
        Rule((To.PROVIDER,), _l("%(client)s has taken the last session of the package “%(title)s”")),
    ),
    "package.cancelled": _ours(
        _l("Package cancelled"),
        "circle-x",
        Rule((To.CLIENT,), _l("%(provider)s has cancelled the package “%(title)s”")),
        Rule((To.PROVIDER,), _l("Package cancelled: %(client)s, “%(title)s”")),
    ),
    "package.extended": _ours(
        _l("Holds longer: until %(until)s"),
        "calendar-plus",
        Rule((To.CLIENT,), _l("%(provider)s has extended the package “%(title)s”: until %(until)s")),
    ),
    "package.paid": _ours(
        _l("Payment recorded: %(sum)s"),
        "wallet",
        Rule((To.CLIENT,), _l("%(provider)s has recorded your payment of %(sum)s: package “%(title)s”")),
    ),
    "package.payment_taken_back": _ours(
        _l("Record of a payment removed: %(sum)s"),
        "rotate-ccw",
        Rule(
            (To.CLIENT,),
            _l("%(provider)s has removed the record of the payment of %(sum)s: package “%(title)s”"),
        ),
    ),
    "package.repriced": _ours(
        _l("Another price: %(sum)s"),
        "wallet",
        Rule((To.CLIENT,), _l("%(provider)s has changed the price of the package “%(title)s” to %(sum)s")),
    ),
    "client.joined": _ours(
        "", "user-plus", Rule((To.PROVIDER,), _l("%(actor)s has accepted your invitation"))
    ),
    "client.wrote": _ours("", "message-circle", Rule((To.PROVIDER,), _l("%(actor)s has written to you"))),
    "client.answered": _ours("", "message-circle", Rule((To.CLIENT,), _l("%(title)s has written to you"))),
    # S2-62: the other side hears of a document in the chat, from who uploaded it.
    "document.added": Row(private=True),
    "document.removed": Row(private=True),
    "terms.published": Row(private=True),
    "terms.changed": Row(private=True),
    "terms.asked": _ours(
        "", "signature", _told(To.CLIENT, _l("%(provider)s asks you to read and sign “%(name)s”"))
    ),
    "terms.renewed": _ours(
        "",
        "signature",
        _told(To.CLIENT, _l("%(provider)s has a new version of “%(name)s”: read it and sign again")),
    ),
    "terms.signed": _ours(
        "", "signature", Rule((To.PROVIDER,), _l("%(actor)s has signed “%(name)s”, version %(version)s"))
    ),
    "terms.withdrawn": _ours(
        "",
        "signature",
        Rule(
            (To.PROVIDER,),
            _l("%(actor)s has withdrawn the consent to “%(name)s”, version %(version)s"),
            urgent=True,
        ),
    ),
    "client.shown": _ours("", "users"),
    "provider.registered": Row(),
    "provider.changed": Row(private=True),
    "profile.changed": Row(private=True),
    "specialist.added": Row(private=True),
    "specialist.changed": Row(private=True),
    "specialist.joined": _ours(
        "", "user-check", _told(To.OWNER, _l("%(name)s has an account and works with you now: %(actor)s"))
    ),
    "specialist.unbound": _ours(
        "",
        "user-minus",
        _told(
            To.NAMED,
            _l(
                "%(provider)s: your access as a specialist has ended. Your account and your own appointments stay."
            ),
        ),
    ),
    "offer.added": Row(private=True),
    "offer.changed": Row(private=True),
    "package.added": Row(private=True),
    "package.changed": Row(private=True),
    "hours.changed": Row(private=True),
    "absence.added": Row(private=True),
    "absence.removed": Row(private=True),
    "invitation.made": Row(private=True),
    "invitation.revoked": Row(private=True),
    "duty.changed": Row(),
    "user.registered": Row(),
    "user.changed": Row(),
    "user.password_changed": Row(),
    "user.blocked": Row(),
    "user.unblocked": Row(),
    "user.roles_changed": Row(),
    "user.created": Row(),
    "user.reset_sent": Row(),
    "role.added": Row(),
    "role.changed": Row(),
    "role.removed": Row(),
    # Places, categories, services, companies, memberships, teams; the data say which values changed.
    "reference.added": Row(),
    "reference.changed": Row(),
    "reference.removed": Row(),
    "place.moved": Row(),
    "place.recoded": Row(),
    "plan.set": Row(),
    "plan.removed": Row(),
    "plan.drawn": Row(),
    "form.changed": Row(),
    "setting.changed": Row(),
}

#: Kinds that no administrator reads.
PRIVATE = tuple(kind for kind, row in JOURNAL.items() if row.private)
