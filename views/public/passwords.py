"""Passwords: the live hint, the forgotten one, the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import passwords
from app.actions import people
from app.errors import AtriumError, Invalid
from views import context
from views.context import actor, signed_in
from views.public import limits
from views.public.base import auth
from views.public.gate import answer, enter
from views.public.profile import profile_page

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as Answer


@auth.post("/password/hint")
def password_hint() -> dict[str, str]:
    """What the rules say of a password that is being typed; "" if they accept it."""
    form = request.form
    limits.spend("hint")
    known = (actor().first_name, actor().last_name, actor().email) if current_user.is_authenticated else ()
    typed = (form.get("first_name", ""), form.get("last_name", ""), form.get("email", ""))
    return {"problem": passwords.problem(form.get("password", ""), *known, *typed) or ""}


@auth.get("/reset")
def ask_reset() -> Answer:
    return _ask_page()


@auth.post("/reset")
def do_ask_reset() -> Answer:
    email = request.form.get("email", "")
    try:
        limits.spend("reset", email)
        people.ask_reset(email, context.locale())
    except (Invalid, limits.TooMany) as error:
        return _ask_page(error)
    return _ask_page(sent=True)


def _ask_page(error: AtriumError | None = None, *, sent: bool = False) -> Response:
    page = render_template(
        "public/ask_reset.html",
        error=error,
        problems=error.fields if isinstance(error, Invalid) else {},
        email=request.values.get("email", "")[:320],
        sent=sent,
        hours=people.RESET_LIFE.seconds // 3600,
    )
    return answer(page, error)


@auth.get("/reset/<token>")
def reset(token: str) -> Answer:
    try:
        limits.spend("reset_use")
        return _reset_page(email=people.reset_link(token).user.email)
    except (Invalid, limits.TooMany) as error:
        return _reset_page(error)


@auth.post("/reset/<token>")
def do_reset(token: str) -> Answer:
    email = ""
    try:
        limits.spend("reset_use")
        email = people.reset_link(token).user.email
        people.reset_password(token, request.form.get("password", ""))
    except (Invalid, limits.TooMany) as error:
        # Without a message for a field it is the link that is no good.
        return _reset_page(error, email=email if isinstance(error, Invalid) and error.fields else "")
    limits.forgive("sign_in", email)
    session.clear()
    session["locale"] = context.locale()
    flash(_("The password is changed. Sign in with it."))
    return redirect(url_for("auth.sign_in"), 303)


def _reset_page(error: AtriumError | None = None, *, email: str = "") -> Response:
    """Without `email` the link is not good and there is no form."""
    problems = error.fields if isinstance(error, Invalid) else {}
    response = answer(
        render_template("public/reset.html", error=error, problems=problems, email=email), error
    )
    # The address of this page is a secret: it must not stand in the Referer of what the page loads.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@auth.post("/profile/password")
@signed_in
def change_password() -> Answer:
    """Every other session of the person ends; this one goes on under the new key."""
    remembered = bool(session.permanent)
    try:
        limits.spend("password", str(actor().id))
        user = people.change_password(actor(), request.form.get("old", ""), request.form.get("password", ""))
    except (Invalid, limits.TooMany) as error:
        return profile_page("password", error)
    limits.forgive("password", str(user.id))
    enter(user, remember=remembered)
    flash(_("The password is changed. Other devices have to sign in again."))
    return redirect(url_for("auth.profile"), 303)
