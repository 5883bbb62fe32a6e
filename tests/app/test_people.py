"""Accounts: opening, signing in, passwords, the profile, blocking."""

from __future__ import annotations

import contextvars
import datetime as dt
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app import clock, passwords, settings
from app.actions import people
from app.errors import Forbidden, Invalid
from app.extensions import db as extension
from app.permissions import OPERATOR, RESIDENT
from app.storage import Storage
from models import EndedSession, Entry, ResetLink, Setting, StoredFile, User
from tests import factories

GOOD = "зелёный чайник"


def register(**changed: str) -> User:
    typed = {
        "first_name": "Марина",
        "last_name": "Спиридонова",
        "email": "marina@example.org",
        "password": GOOD,
    }
    return people.register(**typed | changed)


def refused(**changed: str) -> dict[str, object]:
    with pytest.raises(Invalid) as caught:
        register(**changed)
    return dict(caught.value.fields)


def accounts() -> int:
    return extension.session.scalar(select(func.count()).select_from(User)) or 0


# -- opening


def test_register(db: Any) -> None:
    user = register(email=" Marina@Example.ORG ", phone="8 (912) 345-67-89")
    assert (user.email, user.username, user.phone) == (
        "marina@example.org",
        "marina@example.org",
        "+79123456789",
    )
    assert [role.name for role in user.roles] == [RESIDENT]
    assert user.active
    assert user.timezone is None
    assert GOOD not in str(user.password)
    assert db.scalar(select(Entry.kind).where(Entry.subject == f"user:{user.id}")) == "user.registered"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "   "),
        ("first_name", "x" * 65),
        ("first_name", "<script>alert(1)</script>"),
        ("first_name", "{{ 7*7 }}"),
        ("first_name", "http://example.org"),
        ("first_name", "12345"),
        ("first_name", "🙂"),
        ("first_name", "\u202e\u200b"),
        ("last_name", ""),
        ("last_name", "Robert'); DROP TABLE ab_user;--"),
        ("email", ""),
        ("email", "marina"),
        ("email", "marina@"),
        ("email", "marina@example"),
        ("email", "marina@exam ple.org"),
        ("email", "a@b.org\r\nBcc: c@d.org"),
        ("email", "a\0b@example.org"),
        ("email", "<script>@example.org"),
        ("email", "x" * 300 + "@example.org"),
        ("password", ""),
        ("password", "short"),
        ("password", "password1"),
        ("password", "marina@example.org"),
        ("password", "x" * 129),
        ("phone", "call me"),
        ("phone", "123"),
        ("phone", "+7" + "9" * 40),
    ],
)
def test_refused_with_a_word_at_the_field(db: Any, field: str, value: str) -> None:
    fields = refused(**{field: value})
    assert list(fields) == [field]
    assert str(fields[field])
    assert accounts() == 0


def test_everything_wrong_is_said_at_once(db: Any) -> None:
    assert set(refused(first_name="", last_name="", email="", password="", phone="x")) == {
        "first_name",
        "last_name",
        "email",
        "password",
        "phone",
    }


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("Ёлка-Анна", "Салтыкова-Щедрина"),
        ("Seán", "O'Brien"),
        ("小龍", "李"),
        ("محمد", "العربي"),
        ("Nguyễn", "Văn Thành"),
        ("José María", "García y Vega"),
        ("अनिता", "शर्मा"),
        ("Ы", "Я"),
        ("Иван", "Петров 2"),
    ],
)
def test_names_of_the_world(db: Any, first: str, last: str) -> None:
    assert register(first_name=first, last_name=last).name == f"{first} {last}"


def test_invisible_signs_leave_a_name(db: Any) -> None:
    user = register(first_name="  Ма\u200bри\u202eна\t", last_name="Спи\0ридонова")
    assert user.name == "Марина Спиридонова"


@pytest.mark.parametrize("again", ["marina@example.org", "MARINA@EXAMPLE.ORG", " Marina@example.org\n"])
def test_one_address_is_one_account(db: Any, again: str) -> None:
    register()
    assert list(refused(email=again)) == ["email"]
    assert accounts() == 1


def test_one_address_in_two_spellings_of_the_domain(db: Any) -> None:
    register(email="иван@пример.рф")
    assert list(refused(email="иван@xn--e1afmkfd.xn--p1ai")) == ["email"]


def test_the_database_too_knows_one_account_an_address(db: Any) -> None:
    """Whatever way an account comes in by."""
    factories.user(email="marina@example.org")
    with pytest.raises(IntegrityError):
        factories.user(email="Marina@example.org")
    db.rollback()


def test_two_at_once_with_one_address(app: Flask, db: Any, both: Callable[..., list[Any]]) -> None:
    """Both find nobody, both insert: one has the account, the other reads why not."""
    outcomes = both(
        lambda: register(first_name="Первая"),
        lambda: register(first_name="Вторая", email="MARINA@example.org"),
    )
    losers = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(losers) == 1
    assert isinstance(losers[0], Invalid)
    assert list(losers[0].fields) == ["email"]
    assert accounts() == 1


@pytest.fixture
def both(app: Flask) -> Callable[..., list[Any]]:
    """Two acts at one moment, each in a thread with a session of its own; what they gave or raised."""

    def run(*acts: Callable[[], Any]) -> list[Any]:
        extension.session.commit()
        barrier = Barrier(len(acts))

        def one(act: Callable[[], Any]) -> Any:
            with app.app_context():
                barrier.wait(10)
                try:
                    return act()
                except Exception as error:  # noqa: BLE001 - it is what the test asks for
                    return error
                finally:
                    extension.session.remove()

        with ThreadPoolExecutor(len(acts)) as pool:
            jobs = [pool.submit(contextvars.Context().run, one, act) for act in acts]
            return [job.result(30) for job in jobs]

    return run


def test_closed_sign_up(db: Any) -> None:
    db.add(Setting(name="sign_up_open", value=False))
    db.commit()
    settings.forget()
    with pytest.raises(Forbidden):
        register()
    assert people.register("Павел", "Админов", "admin@example.org", GOOD, invited=True).id
    settings.forget()


# -- signing in


def test_sign_in_counts(db: Any) -> None:
    register()
    user = people.sign_in("MARINA@example.org ", GOOD)
    assert user.login_count == 1
    assert user.last_login is not None


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("marina@example.org", "wrong"),
        ("marina@example.org", ""),
        ("nobody@example.org", GOOD),
        ("", ""),
        ("a\0b", "a\0b"),
        ("%", GOOD),
        ("' OR 1=1 --", "x"),
        ("x" * 100_000, "x"),
    ],
)
def test_one_answer_for_every_wrong_sign_in(db: Any, email: str, password: str) -> None:
    register()
    with pytest.raises(Invalid) as caught:
        people.sign_in(email, password)
    assert caught.value.code == "sign_in"
    assert not caught.value.fields


def test_unknown_addresses_cost_a_hash_too(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    register()
    checked: list[str] = []
    real = passwords.check_password_hash
    monkeypatch.setattr(
        passwords, "check_password_hash", lambda kept, typed: checked.append(kept) or real(kept, typed)
    )
    for email in ("marina@example.org", "nobody@example.org"):
        with pytest.raises(Invalid):
            people.sign_in(email, "wrong")
    assert len(checked) == 2


def test_blocked_learns_it_with_the_right_password_only(db: Any) -> None:
    user = register()
    user.active = False
    for password, code in ((GOOD, "blocked"), ("wrong", "sign_in")):
        with pytest.raises(Invalid) as caught:
            people.sign_in("marina@example.org", password)
        assert caught.value.code == code


# -- reset


def links(db: Any) -> list[ResetLink]:
    return list(db.scalars(select(ResetLink).order_by(ResetLink.id)))


def test_reset_by_link(db: Any) -> None:
    user = register()
    key = user.session_key
    token = people.make_reset_link(user)
    assert len(token) >= 40
    assert token not in str([link.token_hash for link in links(db)])
    people.reset_password(token, "новый чайник")
    assert user.session_key != key
    assert people.sign_in(user.email, "новый чайник")
    with pytest.raises(Invalid):
        people.sign_in(user.email, GOOD)


def test_a_link_works_once(db: Any) -> None:
    token = people.make_reset_link(register())
    people.reset_password(token, "новый чайник")
    with pytest.raises(Invalid) as caught:
        people.reset_password(token, "ещё один чайник")
    assert caught.value.code == "reset_link"


def test_a_link_survives_a_refused_password(db: Any) -> None:
    token = people.make_reset_link(register())
    with pytest.raises(Invalid) as caught:
        people.reset_password(token, "short")
    assert list(caught.value.fields) == ["password"]
    assert people.reset_password(token, "новый чайник")


def test_a_link_pressed_twice_at_once(app: Flask, db: Any, both: Callable[..., list[Any]]) -> None:
    token = people.make_reset_link(register())
    outcomes = both(
        lambda: people.reset_password(token, "первый чайник"),
        lambda: people.reset_password(token, "второй чайник"),
    )
    assert sorted(isinstance(outcome, Invalid) for outcome in outcomes) == [False, True]


def test_a_new_link_replaces_the_old_one(db: Any) -> None:
    user = register()
    first, second = people.make_reset_link(user), people.make_reset_link(user)
    with pytest.raises(Invalid):
        people.reset_link(first)
    assert people.reset_link(second).user_id == user.id


def test_a_link_lives_two_hours(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    token = people.make_reset_link(register())
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(hours=1, minutes=59))
    assert people.reset_link(token)
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(hours=2, minutes=1))
    with pytest.raises(Invalid):
        people.reset_link(token)


def test_no_link_for_the_blocked(db: Any) -> None:
    user = register()
    token = people.make_reset_link(user)
    user.active = False
    with pytest.raises(Invalid):
        people.reset_link(token)


@pytest.mark.parametrize("token", ["", "x", "a\0b", "../../etc/passwd", "x" * 10_000, "чайник"])
def test_a_made_up_link(db: Any, token: str) -> None:
    with pytest.raises(Invalid):
        people.reset_link(token)


def test_asking_tells_nothing(db: Any) -> None:
    """The same statements for known and unknown addresses: whether there is an account is the job's business."""
    register()
    for email in ("marina@example.org", "nobody@example.org"):
        people.ask_reset(email, "ru")
    jobs = (
        db.execute(text("SELECT args FROM procrastinate_jobs WHERE task_name = 'mail_reset_link'"))
        .scalars()
        .all()
    )
    assert [job["email"] for job in jobs] == ["marina@example.org", "nobody@example.org"]


def test_asking_with_what_is_no_address(db: Any) -> None:
    with pytest.raises(Invalid) as caught:
        people.ask_reset("marina", "ru")
    assert list(caught.value.fields) == ["email"]


# -- change


def test_change_password(db: Any) -> None:
    user = register()
    key = user.session_key
    people.change_password(user, GOOD, "новый чайник")
    assert user.session_key != key
    assert people.sign_in(user.email, "новый чайник")
    entry = db.scalars(select(Entry).where(Entry.kind == "user.password_changed")).one()
    assert "чайник" not in str(entry.data)


@pytest.mark.parametrize(
    ("old", "new", "field"), [("wrong", "новый чайник", "old"), (GOOD, "short", "password"), ("", "", "old")]
)
def test_change_refused(db: Any, old: str, new: str, field: str) -> None:
    user = register()
    key = user.session_key
    with pytest.raises(Invalid) as caught:
        people.change_password(user, old, new)
    assert list(caught.value.fields) == [field]
    db.refresh(user)
    assert user.session_key == key


# -- profile


def test_edit_profile(db: Any) -> None:
    user = register()
    people.edit_profile(user, " Анна ", "О'Нил", "+7 912 345-67-89")
    assert (user.name, user.phone) == ("Анна О'Нил", "+79123456789")
    people.edit_profile(user, "Анна", "О'Нил", "")
    assert user.phone is None


def test_edit_profile_refused_changes_nothing(db: Any) -> None:
    user = register()
    with pytest.raises(Invalid) as caught:
        people.edit_profile(user, "", "<b>", "x")
    assert set(caught.value.fields) == {"first_name", "last_name", "phone"}
    db.refresh(user)
    assert user.name == "Марина Спиридонова"


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 200)) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    out.seek(0)
    return out


def test_avatar_is_set_replaced_and_removed(app: Flask, db: Any) -> None:
    storage: Storage = app.extensions["storage"]
    user = register()
    first = people.set_avatar(user, storage, picture(), "me.png").avatar_id
    assert first is not None
    assert storage.path(first, preview=True).exists()
    second = people.set_avatar(user, storage, picture("JPEG"), "me.jpg").avatar_id
    assert second != first
    assert not storage.path(first).exists()
    assert [file.id for file in db.scalars(select(StoredFile))] == [second]
    people.remove_avatar(user, storage)
    assert user.avatar_id is None
    assert db.scalar(select(func.count()).select_from(StoredFile)) == 0


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("me.pdf", b"%PDF-1.7\n"),
        ("me.txt", b"I am a text"),
        ("me.png", b""),
        ("me.png", b"<svg onload=alert(1)>"),
        ("me.png", b"\x89PNG\r\n\x1a\n broken"),
        ("me.svg", b"<svg/>"),
        ("me.exe", b"MZ"),
    ],
)
def test_avatar_that_is_no_picture(app: Flask, db: Any, name: str, data: bytes) -> None:
    storage: Storage = app.extensions["storage"]
    user = register()
    before = {path for path in storage.root.rglob("*") if path.is_file()}
    with pytest.raises(Invalid):
        people.set_avatar(user, storage, io.BytesIO(data), name)
    db.refresh(user)
    assert user.avatar_id is None
    assert db.scalar(select(func.count()).select_from(StoredFile)) == 0
    assert {path for path in storage.root.rglob("*") if path.is_file()} == before


def test_locale_and_zone(db: Any) -> None:
    user = register()
    people.set_locale(user, "en")
    people.set_timezone(user, "UTC+05:00")
    assert (user.locale, user.timezone) == ("en", "UTC+05:00")
    with pytest.raises(Invalid):
        people.set_locale(user, "xx")
    with pytest.raises(Invalid):
        people.set_timezone(user, "Mars/Olympus")


# -- blocking


def test_block_ends_sessions(db: Any) -> None:
    operator = factories.user(roles=(OPERATOR,))
    user = register()
    key = user.session_key
    people.block(operator, user, blocked=True)
    assert not user.active
    assert user.session_key != key
    people.block(operator, user, blocked=False)
    assert people.sign_in(user.email, GOOD)


def test_who_may_block(db: Any) -> None:
    user, other = register(), register(email="other@example.org")
    with pytest.raises(Forbidden):
        people.block(other, user, blocked=True)
    operator = factories.user(roles=(OPERATOR,))
    with pytest.raises(Invalid):
        people.block(operator, operator, blocked=True)


def test_signed_out_cookies_are_kept_for_a_month(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    people.sign_out("old")
    people.sign_out("old")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=20))
    people.sign_out("new")
    people.forget_ended_sessions()
    assert len(db.scalars(select(EndedSession)).all()) == 2
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=32))
    people.forget_ended_sessions()
    assert db.scalars(select(EndedSession.key)).all() == ["new"]
