"""Flask-AppBuilder's SecurityManager with our User, our rights and one load per request; `sync()` seeds the roles."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from flask import current_app, redirect, request, session, url_for
from flask_appbuilder import AppBuilder, BaseView, expose
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import Group, PermissionView, Role
from flask_login import current_user
from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import Session, joinedload, load_only

from app import policy
from app.permissions import ROLES, P
from models import FACE, EndedSession, User

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

_RIGHTS = {(right.permission, right.subject): right for right in P}


@cache
def _signed_in() -> Select[User]:
    return (
        select(User)
        .where(User.id == bindparam("id"))
        .where(~exists().where(EndedSession.key == bindparam("sign_in")))
        .options(
            load_only(
                *FACE, User.active, User.email, User.phone, User.locale, User.timezone, User.session_key
            ),
            joinedload(User.roles),
            joinedload(User.groups).joinedload(Group.roles),
            joinedload(User.teams),
        )
    )


class SignInDoor(BaseView):  # type: ignore[misc]  # Flask-AppBuilder is untyped
    """Where Flask-AppBuilder sends strangers; the real page is auth.sign_in."""

    route_base = "/admin/sign-in"

    @expose("/")  # type: ignore[untyped-decorator]
    def login(self) -> Response:
        return redirect(url_for("auth.sign_in", next=request.args.get("next", "")))


class Builder(AppBuilder):  # type: ignore[misc]
    """Opens the first page and the door, and nothing that Flask-AppBuilder would open besides: no /back with a history
    that all tabs share, no /lang by GET, no menu API, no foreign static files."""

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)
        self.sm.register_views()

    def _add_global_static(self) -> None:
        """Our templates draw its views without its scripts and styles."""


class Security(SecurityManager):  # type: ignore[misc]  # Flask-AppBuilder is untyped
    """Every question of Flask-AppBuilder about a right is answered by app/policy.py: what the table of rights does
    not know is refused."""

    user_model = User

    def register_views(self) -> None:
        """Only the door: accounts have pages of our own, people and roles are in views/admin."""
        self.auth_view = self.appbuilder.add_view_no_menu(SignInDoor())

    def load_user(self, pk: str) -> User | None:
        """The signed-in person, with roles, groups and teams, in one statement. The cookie's session key must be the
        present one: changing the password or blocking the account ends every session. A cookie that was signed out
        stays so."""
        user_id, _, session_key = str(pk).partition(":")
        if not user_id.isdecimal():
            return None
        asked = {"id": int(user_id), "sign_in": session.get("sign_in", "")}
        user: User | None = self.session.scalars(_signed_in(), asked).unique().one_or_none()
        if user is None or not user.active or user.session_key != session_key:
            return None
        return user

    @property
    def session(self) -> Session:
        session: Session = self.appbuilder.session
        return session

    def has_access(self, permission_name: str, view_name: str) -> bool:
        right = _RIGHTS.get((permission_name, view_name))
        return (
            right is not None
            and current_user.is_authenticated
            and policy.can(self.session, current_user, right)
        )

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        return False

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """Our shell draws the menu by rights (views/admin); Flask-AppBuilder's own has nothing to show."""
        return set()


def sync(session: Session) -> None:
    """Bring the tables of rights and roles up to the tables in app/permissions.py (S0-106, I-26).

    Adds rights that are new, with the roles that have them at first, and roles that are missing. Never takes away
    what an administrator changed. Commits.
    """
    manager: Any = current_app.extensions["appbuilder"].sm
    known = {
        (row.permission.name, row.view_menu.name): row
        for row in session.scalars(select(PermissionView)).unique()
    }
    fresh = {right for pair, right in _RIGHTS.items() if pair not in known}
    for right in fresh:
        row = manager.add_permission_view_menu(right.permission, right.subject)
        known[right.permission, right.subject] = row
    roles = {
        role.name: role
        for role in session.scalars(select(Role).options(joinedload(Role.permissions))).unique()
    }
    for name, held in ROLES.items():
        role = roles.get(name)
        missing = held & fresh
        if role is None:
            role, missing = Role(name=name), held
            session.add(role)
        role.permissions.extend(
            row
            for right in missing
            if (row := known[right.permission, right.subject]) not in role.permissions
        )
    session.commit()
    policy.forget_rights()
