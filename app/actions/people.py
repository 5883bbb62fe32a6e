"""Accounts: register, sign in, reset and change the password, edit the profile, block."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import unicodedata
from collections.abc import Iterable
from typing import IO

from email_validator import EmailNotValidError, validate_email
from flask_appbuilder.security.sqla.models import Role
from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app import clock, journal, passwords, queue, settings, timezones
from app.actions import files
from app.actions.base import action
from app.answers import normal_phone
from app.config import LANGUAGES
from app.errors import Forbidden, Invalid
from app.extensions import db
from app.permissions import RESIDENT, P
from app.policy import Actor, require
from app.storage import Storage
from models import EndedSession, ResetLink, StoredFile, User
from models.people import new_session_key

RESET_LIFE = dt.timedelta(hours=2)
MAX_NAME = 64
#: What names are written with beside letters and their marks.
_NAME_SIGNS = frozenset(" -'’ʼ`´.·‐‑0123456789")


@action
def register(
    first_name: str,
    last_name: str,
    email: str,
    password: str,
    *,
    locale: str | None = None,
    phone: str = "",
    invited: bool = False,
) -> User:
    """A new resident's account (I-26). Raises Invalid per field; Forbidden if sign-up is closed, unless `invited`."""
    if not invited and not settings.get(db.session, "sign_up_open"):
        raise Forbidden(_("New accounts are opened by the administrator."))
    errors: dict[str, object] = {}
    first_name = checked_name(first_name, "first_name", errors)
    last_name = checked_name(last_name, "last_name", errors)
    number = checked_phone(phone, errors)
    user = _opened(first_name, last_name, email, password, errors, locale=locale, phone=number)
    if not invited:  # else the line is of whoever made the account
        journal.write(db.session, "user.registered", user, f"user:{user.id}")
    return user


@action
def join(name: str, email: str, password: str, *, locale: str | None = None) -> User:
    """An account for whoever comes by an invitation (S2-3), also where sign-up is closed. Of the one field of the name
    the first word is the first name, the rest the surname, which may be empty. Raises Invalid per field."""
    errors: dict[str, object] = {}
    first_name, _space, last_name = checked_name(name, "name", errors, most=2 * MAX_NAME).partition(" ")
    if max(len(first_name), len(last_name)) > MAX_NAME:
        errors["name"] = _("At most %(number)s characters.", number=MAX_NAME)
    user = _opened(first_name, last_name, email, password, errors, locale=locale)
    journal.write(db.session, "user.registered", user, f"user:{user.id}")
    return user


def _opened(
    first_name: str,
    last_name: str,
    email: str,
    password: str,
    errors: dict[str, object],
    *,
    locale: str | None,
    phone: str | None = None,
) -> User:
    """The account, in the database, when nothing of it is wrong. Raises Invalid with what else was."""
    address = normal_address(email)
    if address is None:
        errors["email"] = _("Please enter an e-mail address, for example name@example.org.")
    if wrong := passwords.problem(password, first_name, last_name, email):
        errors["password"] = wrong
    if errors or address is None:
        raise Invalid(errors)
    if find(address):
        raise _taken()
    user = User(
        first_name=first_name,
        last_name=last_name,
        username=address,
        email=address,
        password=passwords.hashed(password),
        phone=phone,
        locale=locale,
        active=True,
        session_key=new_session_key(),
        roles=list(db.session.scalars(select(Role).where(Role.name == RESIDENT))),
    )
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError:  # somebody registered the same address a moment ago
        db.session.rollback()
        raise _taken() from None
    return user


def _taken() -> Invalid:
    return Invalid(
        {"email": _("There is an account with this address already. Sign in, or reset the password.")},
        code="taken",
    )


def find(email: str) -> User | None:
    """The account of an address, in any case of letters."""
    address = normal_address(email) or email.replace("\0", "").strip().lower()
    user: User | None = db.session.scalar(select(User).where(func.lower(User.email) == address))
    return user


@action
def sign_in(email: str, password: str) -> User:
    """The account if address and password are right and it is not blocked. Raises Invalid with one text for unknown
    addresses and wrong passwords, which take the same time; who knows the password learns of the blocking."""
    user = find(email)
    right = passwords.matches(user.password if user else None, password)
    if user is None or not right:
        raise Invalid(text=_("Wrong address or password."), code="sign_in")
    if not user.active:
        raise Invalid(text=_("This account is blocked. The administrator can open it again."), code="blocked")
    user.last_login = clock.now().replace(tzinfo=None)
    user.login_count = (user.login_count or 0) + 1
    if not user.session_key:
        user.session_key = new_session_key()
    return user


@action
def sign_out(key: str) -> None:
    """End the sign-in of this key, in every copy of its cookie."""
    db.session.execute(insert(EndedSession).values(key=key, ended_at=clock.now()).on_conflict_do_nothing())


@action
def forget_ended_sessions() -> None:
    """Cookies older than a month are refused without help."""
    db.session.execute(
        delete(EndedSession).where(EndedSession.ended_at < clock.now() - dt.timedelta(days=31))
    )


# --- password -----------------------------------------------------------------------------------------------------


@action
def ask_reset(email: str, locale: str) -> None:
    """A reset link will be sent if there is such an account. The job looks for it, so that neither the answer nor its
    time tells whether there is one. Raises Invalid for what is no address."""
    address = normal_address(email)
    if address is None:
        raise Invalid({"email": _("Please enter an e-mail address, for example name@example.org.")})
    queue.defer(db.session, "mail_reset_link", email=address, locale=locale)


@action
def make_reset_link(user: User) -> str:
    """A new link's token; only its hash is kept. Earlier links of the person stop working."""
    db.session.execute(
        update(ResetLink)
        .where(ResetLink.user_id == user.id, ResetLink.used_at.is_(None))
        .values(used_at=clock.now())
    )
    token = secrets.token_urlsafe(32)
    db.session.add(
        ResetLink(
            user_id=user.id,
            token_hash=_hash(token),
            created_at=clock.now(),
            expires_at=clock.now() + RESET_LIFE,
        )
    )
    return token


def reset_link(token: str, *, lock: bool = False) -> ResetLink:
    """The living link of a token. Raises Invalid if it was used, replaced, or is too old. With `lock` a second press
    waits, and finds it used."""
    query = select(ResetLink).where(
        ResetLink.token_hash == _hash(token), ResetLink.used_at.is_(None), ResetLink.expires_at > clock.now()
    )
    link: ResetLink | None = db.session.scalar(query.with_for_update() if lock else query)
    if link is None or not link.user.active:
        raise Invalid(text=_("This link no longer works. Ask for a new one."), code="reset_link")
    return link


@action
def reset_password(token: str, password: str) -> User:
    """Set a new password by a mailed link; ends all sessions. Raises Invalid."""
    link = reset_link(token, lock=True)
    _set_password(link.user, password)
    link.used_at = clock.now()
    return link.user


@action
def change_password(actor: User, old: str, new: str) -> User:
    """Ends all other sessions: the caller signs this one in again. Raises Invalid per field."""
    if not passwords.matches(actor.password, old):
        raise Invalid({"old": _("This is not your present password.")})
    _set_password(actor, new)
    return actor


def _set_password(user: User, password: str) -> None:
    if wrong := passwords.problem(password, user.first_name, user.last_name, user.email):
        raise Invalid({"password": wrong})
    user.password = passwords.hashed(password)
    user.session_key = new_session_key()
    journal.write(db.session, "user.password_changed", user, f"user:{user.id}", _sockets_of(user))
    queue.defer(db.session, "mail_password_changed", user_id=user.id)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# --- profile ------------------------------------------------------------------------------------------------------


@action
def edit_profile(actor: User, first_name: str, last_name: str, phone: str) -> User:
    """Raises Invalid per field."""
    errors: dict[str, object] = {}
    first_name = checked_name(first_name, "first_name", errors)
    last_name = checked_name(last_name, "last_name", errors)
    number = checked_phone(phone, errors)
    if errors:
        raise Invalid(errors)
    actor.first_name, actor.last_name, actor.phone = first_name, last_name, number
    journal.write(db.session, "user.changed", actor, f"user:{actor.id}")
    return actor


@action
def set_avatar(actor: User, storage: Storage, stream: IO[bytes], filename: str) -> User:
    """Make an uploaded picture the avatar, in place of an earlier one. Raises Invalid if it is no picture, TooLarge."""
    file = files.upload(actor, storage, stream, filename, subject=f"user:{actor.id}")
    if not file.is_image:
        raise Invalid({"avatar": _("Please choose a picture.")})
    remove_avatar(actor, storage)
    actor.avatar_id = file.id
    return actor


@action
def remove_avatar(actor: User, storage: Storage) -> User:
    """Forget the avatar, row and bytes."""
    # Of two at once the second one takes away what the first one set.
    db.session.refresh(actor, ["avatar_id"], with_for_update={"key_share": True})
    if actor.avatar_id is not None:
        old = db.session.get(StoredFile, actor.avatar_id)
        if old is not None and old.subject == f"user:{actor.id}":
            db.session.delete(old)
            files.drop(storage, old.id)
        actor.avatar_id = None
    return actor


@action
def set_locale(actor: User, locale: str) -> None:
    """Remember the language. Raises Invalid for one that the product does not speak."""
    if locale not in LANGUAGES:
        raise Invalid({"locale": _("Please choose from the list.")})
    actor.locale = locale


@action
def set_timezone(actor: User, name: str) -> None:
    """Remember the zone, an IANA name or "UTC+05:00" (D-18). Raises Invalid."""
    if not timezones.may_choose(name):
        raise Invalid({"timezone": _("Please choose from the list.")})
    actor.timezone = name


#: Hours before an appointment at which a client may wish to be reminded; 0 is never.
REMINDERS = (1, 3, 24, 48, 0)
#: Or when the provider does it for everybody.
AS_PROVIDER = "provider"


@action
def set_notices(actor: User, *, mails: bool, reminder: str) -> None:
    """Whether letters come, too, and when to be reminded of an appointment: hours of REMINDERS, or AS_PROVIDER. Raises
    Invalid."""
    if reminder not in (AS_PROVIDER, *map(str, REMINDERS)):
        raise Invalid({"reminder": _("Please choose from the list.")})
    actor.mails, actor.reminder = mails, None if reminder == AS_PROVIDER else int(reminder)


# --- blocking -----------------------------------------------------------------------------------------------------


@action
def block(actor: Actor, user: User, *, blocked: bool) -> None:
    """Block an account, or unblock it; ends its sessions and closes its sockets. Raises Forbidden, Invalid."""
    require(db.session, actor, P.PEOPLE_WRITE)
    if actor.id == user.id:
        raise Invalid(text=_("You cannot block yourself."))
    user.active = not blocked
    user.session_key = new_session_key()
    kind = "user.blocked" if blocked else "user.unblocked"
    journal.write(db.session, kind, actor, f"user:{user.id}", _sockets_of(user))


@action
def listen_anew(users: Iterable[User]) -> None:
    """After a change of who belongs to a team or runs a company: the sockets of these people connect anew, with what
    they may hear now."""
    rooms = [room for user in users for room in _sockets_of(user)]
    journal.signal(db.session, "user.roles_changed", "rooms", rooms)


def _sockets_of(user: User) -> list[str]:
    return [f"user:{user.id}"]


# --- shared checks ------------------------------------------------------------------------------------------------


def checked_name(text: str, field: str, errors: dict[str, object], *, most: int = MAX_NAME) -> str:
    text = " ".join(
        "".join(c for c in unicodedata.normalize("NFC", text) if c.isspace() or c.isprintable()).split()
    )
    if not text:
        errors[field] = _("Please fill this in.")
    elif len(text) > most:
        errors[field] = _("At most %(number)s characters.", number=most)
    elif not any(c.isalpha() for c in text) or any(not _of_names(c) for c in text):
        errors[field] = _("A name has letters only.")
    return text


def _of_names(sign: str) -> bool:
    """Letters of any script with their marks, and a few signs."""
    return sign in _NAME_SIGNS or unicodedata.category(sign)[0] in "LM"


def normal_address(email: str) -> str | None:
    """ " Name@Example.ORG " → "name@example.org"; None if it is no e-mail address."""
    try:
        return str(validate_email(email.strip(), check_deliverability=False).normalized.lower())
    except EmailNotValidError:
        return None


def checked_phone(phone: str, errors: dict[str, object]) -> str | None:
    if not phone.strip():
        return None
    number = normal_phone(phone)
    if number is None:
        errors["phone"] = _("Please enter a phone number, for example +7 912 345-67-89.")
    return number
