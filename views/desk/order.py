"""An order at the desk: its page and pane, status buttons, assigning, «Ответ не нужен»."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.actions import orders as actions
from app.errors import AtriumError, IllegalMove, Invalid, NotFound, Stale
from app.extensions import db
from app.flows import STATUSES, Move
from app.permissions import P
from app.queries import desk, people
from models import Order
from views import errors
from views.context import actor, can, needs, seen
from views.desk.blueprint import blueprint, is_fragment, target, trigger
from views.desk.case import Case, case_of, context, refused, state_context, talk
from views.desk.filters import asked, here, number
from views.desk.queue import frame, single


@blueprint.errorhandler(AtriumError)
def problem(error: AtriumError) -> ResponseReturnValue:
    """Refusals as a piece of the page for htmx, else the page of errors."""
    if not is_fragment():
        return errors.answer(error.status, error.code, str(error.text))
    response = make_response(render_template("desk/_problem.html", error=error), error.status)
    return response if target() else trigger(response, toast={"text": str(error.text), "tone": "danger"})


# --- pages and their pieces ---------------------------------------------------------------------------------------


@blueprint.get("/orders/<int:number>")
@needs(P.DESK)
def order(number: int) -> ResponseReturnValue:
    """The order beside its queue; htmx gets the order alone. A call of help is met on the page of its alarm."""
    case = case_of(number)
    if case.order.alarm_id is not None and can(P.SOS_RESPOND):
        return _to_alarm(case.order.alarm_id)
    if is_fragment():
        seen(case.order.subject)
        return render_template("desk/_order.html", here=_here(), **context(case))
    return _page(case)


def _to_alarm(number: int) -> ResponseReturnValue:
    address = url_for("desk.alarm", number=number)
    if not is_fragment():
        return redirect(address)
    response = Response(status=204)
    response.headers["HX-Redirect"] = address
    return response


@blueprint.get("/orders/<int:number>/state")
@needs(P.DESK)
def state(number: int) -> str:
    """Where the order stands now: what a live page asks for after a poke."""
    return _state(_staffed(number))


@blueprint.get("/orders/<int:number>/talk/<any(chat, notes):which>")
@needs(P.DESK)
def talk_panel(number: int, which: str) -> str:
    return talk(_staffed(number), which)


def _staffed(number: int) -> Case:
    case = case_of(number)
    if case.own:
        raise NotFound
    return case


def _page(case: Case) -> str:
    around = frame(asked(), subject=case.order.subject)
    return render_template("desk/page.html", pane="order", **context(case), **around)


def _state(case: Case) -> str:
    return render_template("desk/_state.html", here=_here(), **state_context(case))


def _here() -> dict[str, Any]:
    return here(asked())


# --- moving -------------------------------------------------------------------------------------------------------


@blueprint.get("/orders/<int:number>/moves/<name>")
@needs(P.DESK)
def reason(number: int, name: str) -> str:
    """The window of a move that needs a word."""
    case = _staffed(number)
    step = case.kind.flow.moves.get(name)
    if step is None or step not in case.moves:
        raise IllegalMove
    return _reason(case, step)


@blueprint.post("/orders/<int:number>/moves/<name>")
@needs(P.DESK)
def move(number: int, name: str) -> ResponseReturnValue:
    """Press a button of the flow."""
    comment = request.form.get("comment", "")
    try:
        moved = actions.move(actor(), number, name, version=_version(), comment=comment)
    except Invalid as error:
        case = _staffed(number)
        return _reason(case, case.kind.flow.moves[name], error), error.status
    except (Stale, IllegalMove) as error:
        return _too_late(number, error, name, comment)
    text = _("Order %(number)s: %(status)s", number=number, status=STATUSES[moved.status].label)
    return _done(moved, text, _undo(moved, name))


def _reason(case: Case, step: Move, error: Invalid | None = None, comment: str | None = None) -> str:
    body = render_template(
        "desk/_reason.html",
        step=step,
        here=_here(),
        possible=step in case.moves,
        comment=request.form.get("comment", "") if comment is None else comment,
        problem=error.fields.get("comment", error.text) if error else "",
        **state_context(case),
    )
    return body if is_fragment() else single(str(step.label), body)


def _undo(order: Order, name: str) -> dict[str, Any] | None:
    """How a press is taken back within its 15 seconds: the flow's own move in the other direction."""
    from app.kinds import kind_of

    for back in kind_of(order.kind).flow.moves.values():
        if back.undoes == name:
            return {
                "url": url_for("desk.move", number=order.id, name=back.name, **_here()),
                "label": _("Undo"),
                "version": order.version,
            }
    return None


# --- assigning ----------------------------------------------------------------------------------------------------


@blueprint.get("/orders/<int:number>/assign")
@needs(P.DESK)
def choose(number: int) -> str:
    """The window in which an executor or a team is chosen."""
    case = _staffed(number)
    if not case.may_assign:
        raise IllegalMove
    return _choose(case)


@blueprint.get("/orders/<int:number>/hands")
@needs(P.DESK)
def hands(number: int) -> str:
    """The window's choices for what is typed into its search."""
    return render_template("desk/_hands.html", **_hands(_staffed(number)))


@blueprint.post("/orders/<int:number>/assign")
@needs(P.DESK)
def assign(number: int) -> ResponseReturnValue:
    wanted = request.form.get("to", "")
    try:
        assigned = actions.assign(actor(), number, version=_version(), **_wanted(wanted))
    except Invalid as error:
        return _choose(_staffed(number), error), error.status
    except (Stale, IllegalMove) as error:
        return _too_late(number, error)
    if assigned.executor:
        return _done(assigned, _("Executor: %(name)s", name=assigned.executor.name))
    if wanted.startswith("team:") and assigned.team:
        return _done(assigned, _("Team: %(name)s", name=assigned.team.name))
    return _done(assigned, _("Order %(number)s is without an executor", number=number))


def _wanted(text: str) -> dict[str, int | None]:
    """What the form's choice means for the action. Raises Invalid for what it does not offer."""
    kind, _colon, key = text.partition(":")
    if text == "me":
        return {"executor_id": actor().id}
    if text == "nobody":
        return {"executor_id": None}
    if kind in ("user", "team") and (found := number(key)) is not None:
        return {"executor_id" if kind == "user" else "team_id": found}
    raise Invalid({"to": _("Choose somebody from the list.")})


def _choose(case: Case, error: Invalid | None = None) -> str:
    body = render_template(
        "desk/_assign.html",
        problem=next(iter(error.fields.values()), error.text) if error else "",
        here=_here(),
        **_hands(case),
    )
    return body if is_fragment() else single(_("Executor of order %(number)s", number=case.order.id), body)


def _hands(case: Case) -> dict[str, Any]:
    words = request.values.get("q", "").replace("\0", "")[:80]
    teams = [team for team in people.teams(db.session) if words.lower() in team.name.lower()]
    return {
        "case": case,
        "order": case.order,
        "words": words,
        "hands": desk.executors(db.session, words),
        "teams": teams[: desk.CHOICES],
        "chosen": request.form.get("to", ""),
    }


# --- answered -----------------------------------------------------------------------------------------------------


@blueprint.post("/orders/<int:number>/settle")
@needs(P.DESK)
def settle(number: int) -> ResponseReturnValue:
    """«Ответ не нужен»."""
    return _done(actions.settle(actor(), number), _("Marked: no answer needed"))


# --- answers to a press -------------------------------------------------------------------------------------------


def _version() -> int | None:
    return request.form.get("version", type=int)


def _done(order: Order, text: str, undo: dict[str, Any] | None = None) -> ResponseReturnValue:
    """The fresh state and a word about what was done, where the press came from."""
    if not is_fragment():
        flash(text)
        return redirect(url_for("desk.order", number=order.id, **_here()), 303)
    told = {"toast": {"text": text, "undo": undo}, "changed": {"number": order.id}}
    if target() not in ("order-state", "dialog-body"):
        return trigger(Response(status=204), **told)
    response = make_response(_state(case_of(order.id)))
    return trigger(_to_state(response), **told)


def _too_late(number: int, error: AtriumError, name: str = "", comment: str = "") -> ResponseReturnValue:
    """Somebody else was faster: who did what since, the present state, and what was typed."""
    case = refused(_staffed(number), error.text)
    step = case.kind.flow.moves.get(name)
    if not is_fragment():
        body = _reason(case, step, comment=comment) if step and step.needs_comment else _page(case)
        return body, error.status
    if target() == "dialog-body" and step:
        return _reason(case, step, comment=comment), error.status
    if target() == "dialog-body":
        return _choose(case), error.status
    if target() != "order-state":
        words = [f"{event.actor}: {event.text}" if event.actor else event.text for event in case.missed]
        response = make_response("", error.status)
        response.headers["HX-Reswap"] = "none"
        return trigger(
            response,
            toast={"text": " ".join([str(error.text), *words]), "tone": "danger"},
            changed={"number": number},
        )
    return _state(case), error.status


def _to_state(response: Response) -> Response:
    if target() == "dialog-body":
        response.headers["HX-Retarget"] = "#order-state"
        response.headers["HX-Reswap"] = "morph"
    return response
