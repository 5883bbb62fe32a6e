"""Invitations of a provider: living ones, a new one, its link and QR code, a poster to print (S2-1, S2-2)."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock, policy, qr, tokens
from app.actions import invitations as actions
from app.errors import Invalid
from app.extensions import db
from app.policy import Practice
from app.queries import lists
from models import Invitation
from views.context import actor, signed_in
from views.keys import form_key
from views.numbers import number
from views.practice.base import enter, page, practice

#: Days that an invitation lives, by the choices of the form; "" is until it is taken back.
DAYS = ("7", "30", "90", "")


@practice.get("/<int:provider_id>/invitations")
@signed_in
def invitations(provider_id: int) -> ResponseReturnValue:
    """Those that still work, and the form for one more."""
    return _page(enter(provider_id), {"most": "", "days": "30"})


@practice.post("/<int:provider_id>/invitations")
@signed_in
def invite(provider_id: int) -> ResponseReturnValue:
    """Make one, and show its link."""
    sent = {name: request.form.get(name, "") for name in ("label", "most", "days")}
    try:
        made = actions.invite(
            actor(),
            enter(provider_id).provider.id,
            _secret(),
            label=sent["label"],
            most=1 if sent["most"] == "1" else None,
            days=_days(sent["days"]),
            form_key=form_key(),
        )
    except Invalid as error:
        return _page(enter(provider_id), sent, error.fields), error.status
    return redirect(url_for("practice.invitation", invitation_id=made.id), 303)


def _days(sent: str) -> int | None:
    """Raises Invalid for what is not among the choices."""
    if sent not in DAYS:
        raise Invalid({"days": _("Please choose from the list.")})
    return int(sent) if sent else None


def _page(here: Practice, typed: Mapping[str, str], problems: Mapping[str, object] | None = None) -> str:
    before = number(request.args, "before")
    found, older = lists.invitations(db.session, actor(), here, before)
    return page(
        "practice/invitations.html",
        here,
        invitations=[(one, _ended(one)) for one in found],
        before=before,
        older=older,
        typed=typed,
        problems=problems or {},
        days=[
            ("7", _("a week")),
            ("30", _("a month")),
            ("90", _("three months")),
            ("", _("until it is taken back")),
        ],
    )


def _ended(one: Invitation) -> str:
    """Why a link does not work any more; "" while it does."""
    if one.expires_at is not None and one.expires_at <= clock.now():
        return _("out of date")
    if one.most is not None and one.uses >= one.most:
        return _("used")
    return ""


# --- one of them --------------------------------------------------------------------------------------------------


@practice.get("/invitations/<int:invitation_id>")
@signed_in
def invitation(invitation_id: int) -> ResponseReturnValue:
    """The link to send, the code to show."""
    shown, here = _load(invitation_id)
    return page(
        "practice/invitation.html", here, invitation=shown, ended=_ended(shown), address=address(shown)
    )


@practice.get("/invitations/<int:invitation_id>/code.svg")
@signed_in
def invitation_code(invitation_id: int) -> ResponseReturnValue:
    """The QR code; with ?save to keep as a file."""
    shown, _here = _load(invitation_id)
    response = make_response(qr.svg(address(shown)))
    response.mimetype = "image/svg+xml"
    how = "attachment" if "save" in request.args else "inline"
    response.headers["Content-Disposition"] = f'{how}; filename="invitation-{shown.id}.svg"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@practice.get("/invitations/<int:invitation_id>/poster")
@signed_in
def poster(invitation_id: int) -> ResponseReturnValue:
    """A page of A4 for the wall or the counter."""
    shown, here = _load(invitation_id)
    return render_template(
        "practice/poster.html", provider=here.provider, invitation=shown, address=address(shown)
    )


@practice.post("/invitations/<int:invitation_id>/revoke")
@signed_in
def revoke(invitation_id: int) -> ResponseReturnValue:
    """The link stops working; whoever came by it stays."""
    _shown, here = _load(invitation_id)
    taken = actions.revoke(actor(), invitation_id)
    flash(_("The link no longer works. Whoever came by it stays your client."), "ok")
    endpoint = "practice.team" if taken.specialist_id else "practice.invitations"
    return redirect(url_for(endpoint, provider_id=here.provider.id), 303)


def _load(invitation_id: int) -> tuple[Invitation, Practice]:
    found, here = policy.load_invitation(db.session, actor(), invitation_id)
    return found, enter(here.provider.id)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def address(one: Invitation) -> str:
    """The link: made anew from the nonce, for it is not kept."""
    token = tokens.derived(_secret(), "invitation", one.nonce)
    return f"{current_app.config['ATRIUM'].base_url}/i/{token}"
