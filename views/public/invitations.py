"""The page of an invitation (S2-1..S2-5): a stranger joins by it, whoever has an account accepts with one press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.actions import invitations
from app.errors import AtriumError, Invalid, NotFound
from models import Client, Invitation, Specialist
from views import context
from views.context import actor
from views.public import limits
from views.public.base import public
from views.public.gate import enter

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as Answer


@public.get("/i/<token>")
def invitation(token: str) -> Answer:
    """Who invites, and how to accept. Whoever has accepted before is led where that led him."""
    try:
        limits.spend("invitation")
        if current_user.is_authenticated and (before := invitations.standing(actor(), token)):
            return redirect(_home(before))
        return _page(invitations.invitation(token))
    except (Invalid, NotFound, limits.TooMany) as error:
        return _refusal(error)


@public.post("/i/<token>")
def accept_invitation(token: str) -> Answer:
    """One press of whoever is signed in; a stranger's account is made with it, or neither is."""
    form, joined = request.form, None
    try:
        limits.spend("invitation")
        if current_user.is_authenticated:
            made = invitations.accept(actor(), token)
        else:
            limits.spend("sign_up", form.get("email", ""))
            given = form.get("name", ""), form.get("email", ""), form.get("password", "")
            user, made = invitations.join(token, *given, locale=context.locale())
            # It is the own device: the link was opened on it.
            enter(user, remember=True)
            joined = 1
    except Invalid as error:
        return _page(invitations.invitation(token), error) if error.fields else _refusal(error)
    except (NotFound, limits.TooMany) as error:
        return _refusal(error)
    flash(_said(made))
    return redirect(_home(made, joined=joined), 303)


def _home(made: Client | Specialist, **more: int | None) -> str:
    """The page that shows the result; `joined` tells it that the draft of the form is done with."""
    if isinstance(made, Specialist):
        return url_for("practice.home", provider_id=made.provider_id, **more)
    return url_for("portal.provider", client_id=made.id, **more)


def _said(made: Client | Specialist) -> str:
    if isinstance(made, Specialist):
        return _("You are a specialist of %(name)s now.", name=made.provider.name)
    return _("%(name)s is in your list now. Request an appointment when you like.", name=made.provider.name)


def _page(found: Invitation, error: Invalid | None = None) -> Response:
    signed_in = bool(current_user.is_authenticated)
    return _secret(
        render_template(
            "public/invitation.html",
            invitation=found,
            provider=found.provider,
            own=signed_in and found.provider.owner_id == actor().id,
            taken=error is not None and error.code == "taken",
            problems=error.fields if error else {},
            typed=request.form,
        ),
        error.status if error else 200,
    )


def _refusal(error: AtriumError) -> Response:
    """Why it does not work, and nothing of whose it was. What has ended is gone (410), but for the own one (409)."""
    status = error.status
    if isinstance(error, Invalid):
        status = 409 if error.code in ("own", "clash") else 410
    page = render_template(
        "public/invitation_over.html", text=error.text, ended=status in (404, 410), code=error.code
    )
    response = _secret(page, status)
    if isinstance(error, limits.TooMany):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def _secret(page: str, status: int) -> Response:
    """The address of these pages is a secret: it must not stand in the Referer of what they load or link to."""
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = "strict-origin"
    return response
