"""Accounts as an administrator keeps them: open, edit, give roles, block, send a link. What people do themselves
is in app/actions/people.py."""

from __future__ import annotations

from collections.abc import Collection

from flask_appbuilder.security.sqla.models import Role
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import journal, policy
from app.actions import people, roles
from app.actions.base import action
from app.errors import Forbidden, Invalid
from app.extensions import db
from app.permissions import P
from app.policy import Actor, require
from models import User


@action
def create(
    actor: Actor,
    *,
    first_name: str,
    last_name: str,
    email: str,
    password: str,
    phone: str = "",
    given: Collection[Role] = (),
) -> User:
    """Open an account with an initial password and exactly the roles `given`. Raises Forbidden, Invalid per field."""
    require(db.session, actor, P.PEOPLE_WRITE)
    _require_own(actor, given)
    try:
        user = people.register(first_name, last_name, email, password, phone=phone, invited=True)
    except Invalid as error:
        if error.code != "taken":
            raise
        # It is not the owner of the address who reads this.
        raise Invalid({"email": _("There is an account with this address already.")}, code="taken") from None
    user.roles = list(given)
    journal.write(db.session, "user.created", actor, f"user:{user.id}", roles=_names(given))
    return user


@action
def edit(
    actor: Actor,
    user: User,
    *,
    first_name: str,
    last_name: str,
    email: str,
    phone: str,
    given: Collection[Role],
) -> User:
    """Change name, address, phone and roles. A new address ends no session; changed roles make sockets connect
    anew. Raises Forbidden, Invalid per field."""
    require_rank(actor, user)
    errors: dict[str, object] = {}
    first_name = people.checked_name(first_name, "first_name", errors)
    last_name = people.checked_name(last_name, "last_name", errors)
    number = people.checked_phone(phone, errors)
    address = people.normal_address(email)
    if address is None:
        errors["email"] = _("Please enter an e-mail address, for example name@example.org.")
    elif address != user.email and (other := people.find(address)) and other.id != user.id:
        errors["email"] = _("There is an account with this address already.")
    if errors or address is None:
        raise Invalid(errors)
    wanted = {
        "first_name": first_name,
        "last_name": last_name,
        "email": address,
        "username": address,
        "phone": number,
    }
    changed = sorted(name for name, value in wanted.items() if getattr(user, name) != value)
    for name in changed:
        setattr(user, name, wanted[name])
    if changed:
        journal.write(db.session, "user.changed", actor, f"user:{user.id}", fields=changed)
    _give(actor, user, given)
    return user


@action
def block(actor: Actor, user: User, *, blocked: bool) -> None:
    """Block or unblock somebody who holds no right that the actor has not. Raises Forbidden, Invalid."""
    require_rank(actor, user)
    if user.active is not blocked:
        raise Invalid(
            text=_("This account is blocked already.") if blocked else _("This account is not blocked.")
        )
    people.block(actor, user, blocked=blocked)
    if blocked:
        db.session.flush()
        roles.require_somebody_rules()


@action
def send_reset_link(actor: Actor, user: User) -> None:
    """Mail the person a link to choose a new password. Raises Forbidden, Invalid for a blocked account."""
    require_rank(actor, user)
    if not user.active:
        raise Invalid(text=_("This account is blocked: unblock it first."))
    people.ask_reset(user.email, user.locale or "ru")
    journal.write(db.session, "user.reset_sent", actor, f"user:{user.id}")


def require_rank(actor: Actor, user: User) -> None:
    """Raises Forbidden if the person holds a right that the actor has not: otherwise a changed address and a reset
    link would make anybody who edits people an operator."""
    require(db.session, actor, P.PEOPLE_WRITE)
    if actor.id != user.id and not _within(actor, policy.roles_of(user)):
        raise Forbidden(_("This person has rights that you do not have. Ask somebody who has them."))


def _require_own(actor: Actor, given: Collection[Role]) -> None:
    if not _within(actor, given):
        raise Invalid({"roles": _("You can give only roles whose rights you have yourself.")})


def _within(actor: Actor, given: Collection[Role]) -> bool:
    """Whoever edits roles could take any right anyway; others act within their own ones."""
    held = policy.rights(db.session, actor)
    return P.ROLES_WRITE in held or all(roles.rights_of(role) <= held for role in given)


def _give(actor: Actor, user: User, given: Collection[Role]) -> None:
    before, after = set(user.roles), set(given)
    if before == after:
        return
    _require_own(actor, list(before ^ after))
    user.roles = list(given)
    db.session.flush()
    if before - after:
        roles.require_somebody_rules()
    journal.write(
        db.session,
        "user.roles_changed",
        actor,
        f"user:{user.id}",
        [f"user:{user.id}"],
        given=_names(after - before),
        taken=_names(before - after),
    )


def _names(given: Collection[Role]) -> list[str]:
    return sorted(str(role.name) for role in given)


def assignable(actor: Actor) -> list[Role]:
    """The roles that the actor may give and take, in the order of the page of roles."""
    every = db.session.scalars(select(Role).options(selectinload(Role.permissions)).order_by(Role.id))
    return [role for role in every if _within(actor, [role])]
