"""The steps of the escalation, edited as a whole: rows are added, moved and taken out on the page, saved together."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.actions import escalation as actions
from app.actions.escalation import Draft
from app.errors import Invalid, Stale
from app.extensions import db
from app.permissions import P
from app.queries import duty
from app.queries.duty import Step
from models import Audience, Channel
from views.context import actor, needs
from views.desk.blueprint import blueprint
from views.desk.sos import frame

AUDIENCES = {
    Audience.DUTY: _l("Whoever is on duty there"),
    Audience.EVERYBODY: _l("Everybody who responds to calls"),
    Audience.MANAGERS: _l("Managers of the duty"),
}
CHANNELS = {Channel.SCREEN: _l("Screen with sound")}


@blueprint.get("/sos/steps")
@needs(P.SOS_MANAGE)
def steps() -> str:
    present = duty.steps(db.session)
    drafts = [Draft(step.audience, step.channels, str(step.after)) for step in present]
    return _page(drafts, actions.mark(present))


@blueprint.post("/sos/steps")
@needs(P.SOS_MANAGE)
def change_steps() -> ResponseReturnValue:
    """«do» is save, add, or what to do with a row: «up-2», «down-2», «remove-2»."""
    drafts, seen = _typed(), request.form.get("seen", "")
    what, _dash, row = request.form.get("do", "").partition("-")
    if what == "save":
        return _save(drafts, seen)
    number = int(row) if row.isdecimal() and len(row) < 4 else -1
    return _page(_rearranged(drafts, what, number), seen, moved=_moved(what, number))


def _moved(what: str, row: int) -> str:
    """The button that gets the focus: the same one of the row where it stands now."""
    return f"{what}-{row - 1 if what == 'up' else row + 1}" if what in ("up", "down") else what


def _save(drafts: list[Draft], seen: str) -> ResponseReturnValue:
    try:
        actions.set_steps(actor(), drafts, seen=seen)
    except Invalid as error:
        return _page(drafts, seen, error.fields, "" if error.fields else str(error.text)), error.status
    except Stale as error:
        # What was typed stays; saved once more, it holds.
        present = duty.steps(db.session)
        return _page(drafts, actions.mark(present), {}, str(error.text), present=present), error.status
    flash(_("Saved."))
    return redirect(url_for("desk.steps"), 303)


def _typed() -> list[Draft]:
    """Parallel lists of the form; the boxes of a row are named after it."""
    form = request.form
    rows = zip(form.getlist("row"), form.getlist("audience"), form.getlist("after"), strict=False)
    return [
        Draft(audience, tuple(form.getlist(f"channels-{row}")), after.strip())
        for row, audience, after in list(rows)[: actions.MOST_STEPS + 1]
    ]


def _rearranged(drafts: list[Draft], what: str, row: int) -> list[Draft]:
    found = list(drafts)
    if what == "add" and len(found) < actions.MOST_STEPS:
        found.append(Draft(Audience.EVERYBODY, (Channel.SCREEN,), "60"))
    elif what == "remove" and 0 <= row < len(found) > 1:
        del found[row]
    elif what in ("up", "down"):
        other = row - 1 if what == "up" else row + 1
        if 0 <= row < len(found) and 0 <= other < len(found):
            found[row], found[other] = found[other], found[row]
    return found


def _page(
    drafts: list[Draft],
    seen: str,
    wrong: dict[str, object] | None = None,
    problem: str = "",
    *,
    moved: str = "",
    present: Sequence[Step] = (),
) -> str:
    """`moved`: the page holds what is not saved yet. `present`: what is saved, if somebody else has just done so."""
    return render_template(
        "desk/sos/steps.html",
        drafts=drafts,
        seen=seen,
        wrong=wrong or {},
        problem=problem,
        moved=moved,
        present=[(AUDIENCES[step.audience], step.after) for step in present],
        audiences=[(str(key), label) for key, label in AUDIENCES.items()],
        channels=[(str(key), CHANNELS[key]) for key in actions.OFFERED],
        most=actions.MOST_STEPS,
        **frame("steps"),
    )
