"""Sign-in, sign-up, log-out."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import current_app, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from app import settings
from app.actions import people
from app.errors import AtriumError, Forbidden, Invalid
from app.extensions import db
from app.permissions import ROLE_LABELS
from models import User
from views import context
from views.context import actor
from views.presses import PRESS
from views.public import limits
from views.public.base import auth, first_page, local_path

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as Answer


@auth.get("/sign-in")
def sign_in() -> Answer:
    if current_user.is_authenticated:
        return redirect(_target(actor()))
    return _sign_in_page()


@auth.post("/sign-in")
def do_sign_in() -> Answer:
    email = request.form.get("email", "")
    try:
        limits.spend("sign_in", email)
        user = people.sign_in(email, request.form.get("password", ""))
    except (Invalid, limits.TooMany) as error:
        return _sign_in_page(error)
    limits.forgive("sign_in", email)
    enter(user, remember=request.form.get("remember") == "yes")
    return redirect(_target(user), 303)


def enter(user: User, *, remember: bool) -> None:
    """Begin a session of this person: of the stranger's nothing is taken over but the language and a press for help
    that waited for the sign-in. `remember` keeps it when the browser is closed, for PERMANENT_SESSION_LIFETIME."""
    press = session.get(PRESS)
    _forget()
    if press:
        session[PRESS] = press
    session["sign_in"] = secrets.token_urlsafe(16)
    login_user(user)
    session.permanent = remember


def _forget() -> None:
    locale = context.locale()
    session.clear()
    session["locale"] = locale


def _target(user: User) -> str:
    return local_path(request.values.get("next")) or first_page(user)


def _sign_in_page(error: AtriumError | None = None) -> Response:
    page = render_template(
        "public/sign_in.html",
        error=error,
        email=request.form.get("email", "")[:320],
        remember=request.method == "GET" or request.form.get("remember") == "yes",
        next=local_path(request.values.get("next")),
        may_sign_up=settings.get(db.session, "sign_up_open"),
        demo=_demo_accounts(),
    )
    return answer(page, error)


def answer(page: str, error: AtriumError | None) -> Response:
    """The page with the error's status; one that is limited says when to come again."""
    response = make_response(page, error.status if error else 200)
    if isinstance(error, limits.TooMany):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def _demo_accounts() -> list[tuple[str, object, str, str]]:
    """Name, role, address and password of the accounts to try, where the demo data is loaded."""
    if current_app.config["ATRIUM"].production:
        return []
    from app import demo  # pictures and stories: not for those who have none of it

    if not demo.is_loaded(db.session):
        return []
    labels = ROLE_LABELS | {"Specialist": _("Specialist"), "Organization": _("Organization")}
    return [(name, labels.get(role, role), email, word) for name, role, email, word in demo.accounts()]


@auth.get("/sign-up")
def sign_up() -> Answer:
    if current_user.is_authenticated:
        return redirect(_target(actor()))
    return _sign_up_page()


@auth.post("/sign-up")
def do_sign_up() -> Answer:
    form = request.form
    try:
        limits.spend("sign_up", form.get("email", ""))
        user = people.register(
            form.get("first_name", ""),
            form.get("last_name", ""),
            form.get("email", ""),
            form.get("password", ""),
            phone=form.get("phone", ""),
            locale=context.locale(),
        )
    except (Invalid, Forbidden, limits.TooMany) as error:
        return _sign_up_page(error)
    enter(user, remember=False)
    return redirect(_target(user), 303)


def _sign_up_page(error: AtriumError | None = None) -> Response:
    page = render_template(
        "public/sign_up.html",
        error=error,
        problems=error.fields if isinstance(error, Invalid) else {},
        typed=request.form,
        next=local_path(request.values.get("next")),
        open=settings.get(db.session, "sign_up_open"),
    )
    return answer(page, error)


@auth.post("/sign-out")
def sign_out() -> Answer:
    """This browser forgets who was signed in; the language stays. Copies of its cookie are worth nothing any more."""
    if current_user.is_authenticated and "sign_in" in session:
        people.sign_out(session["sign_in"])
    _forget()
    logout_user()
    flash(_("You are signed out."))
    return redirect(url_for("auth.sign_in"), 303)
