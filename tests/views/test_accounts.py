"""Sign-in, sign-up, reset and profile over HTTP; language, zone, and what browsers ask for."""

from __future__ import annotations

import email as mails
import email.policy as mail_policy
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import func, select

from app import demo, passwords, production, settings
from app.config import Config, ConfigError, sqlalchemy_url
from app.extensions import db as extension
from app.factory import create_app
from app.permissions import OPERATOR
from models import Setting, User
from tests import factories
from tests.app.test_people import picture

PASSWORD = "зелёный чайник"
SIGN_UP = {"first_name": "Анна", "last_name": "Баранова", "email": "anna@example.org", "password": PASSWORD}
SCRIPT = "<script>alert(1)</script>"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def marina(db: Any) -> User:
    return factories.user(email="marina@example.org", password=passwords.hashed(PASSWORD))


@pytest.fixture
def csrf(app: Flask) -> Iterator[None]:
    """CSRF protection as in earnest."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def limited(app: Flask) -> Iterator[None]:
    """Attempts are counted, from nothing."""
    app.extensions["attempts"] = FixedWindowRateLimiter(MemoryStorage())
    yield
    del app.extensions["attempts"]


def enter(
    client: FlaskClient, address: str = "marina@example.org", password: str = PASSWORD, **more: str
) -> Any:
    return client.post("/sign-in", data={"email": address, "password": password} | more)


def is_in(client: FlaskClient) -> bool:
    return client.get("/profile").status_code == 200


def cookie(client: FlaskClient) -> Any:
    return client.get_cookie("atrium")


# -- sign-in


def test_sign_in(client: FlaskClient, marina: User) -> None:
    page = client.get("/sign-in")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    answer = enter(client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_in(client)


def test_staff_begins_at_the_desk(client: FlaskClient, db: Any) -> None:
    factories.dispatcher(email="oleg@example.org", password=passwords.hashed(PASSWORD))
    assert enter(client, "oleg@example.org").location == "/desk/"


def test_wrong_password_keeps_what_was_typed(client: FlaskClient, marina: User) -> None:
    answer = enter(client, "marina@example.org", "wrong")
    assert answer.status_code == 422
    assert 'value="marina@example.org"' in answer.text
    assert "wrong" not in answer.text
    assert not is_in(client)


def test_unknown_and_wrong_read_the_same(client: FlaskClient, marina: User) -> None:
    def words(address: str) -> str:
        page = enter(client, address, "wrong").text.replace(address, "")
        return re.sub(r'nonce="[^"]+"|(value|content)="[^"]+"', "", page)

    assert words("marina@example.org") == words("nobody@example.org")


def test_blocked(client: FlaskClient, marina: User, db: Any) -> None:
    marina.active = False
    answer = enter(client)
    assert answer.status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize("typed", [SCRIPT, '"><img src=x onerror=alert(1)>', "a\0b", "x" * 5000, ""])
def test_whatever_is_typed_as_address(client: FlaskClient, db: Any, typed: str) -> None:
    answer = enter(client, typed, typed)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text


def test_remember_me(client: FlaskClient, app: Flask, marina: User) -> None:
    enter(client, remember="yes")
    kept = cookie(client)
    assert kept.expires is not None
    assert kept.http_only
    assert kept.same_site == "Lax"
    other = app.test_client()
    enter(other)
    assert cookie(other).expires is None


def test_cookies_are_secure_in_production() -> None:
    settings_ = Config(database_url="x", secret_key="x", production=True).flask()
    assert settings_["SESSION_COOKIE_SECURE"]
    assert settings_["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert not Config(database_url="x", secret_key="x").flask()["SESSION_COOKIE_SECURE"]


def test_a_planted_session_is_not_taken_over(client: FlaskClient, marina: User) -> None:
    """Session fixation: what a stranger's cookie holds is gone after the sign-in."""
    with client.session_transaction() as session:
        session["csrf_token"] = "planted"
        session["anything"] = "planted"
    before = cookie(client).value
    enter(client)
    with client.session_transaction() as session:
        assert "planted" not in json.dumps(dict(session))
    assert cookie(client).value != before


def test_twice_signed_in(client: FlaskClient, marina: User) -> None:
    enter(client)
    assert client.get("/sign-in").location == "/"
    assert client.get("/sign-up").location == "/"


# -- where to go next


def test_next(client: FlaskClient, marina: User) -> None:
    answer = client.get("/profile?tab=1", headers=BROWSER)
    assert answer.location == "/sign-in?next=/profile?tab%3D1"
    page = client.get(answer.location).text
    assert 'name="next" value="/profile?tab=1"' in page
    assert enter(client, next="/profile?tab=1").location == "/profile?tab=1"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\x00/evil.example",
        "javascript:alert(1)",
        "evil.example",
        " //evil.example",
        "http:evil.example",
    ],
)
def test_next_is_never_elsewhere(client: FlaskClient, marina: User, address: str) -> None:
    assert enter(client, next=address).location == "/"
    assert client.post("/locale", data={"locale": "en", "next": address}).location == "/"
    assert client.get("/sign-in", query_string={"next": address}).location == "/"


# -- sign-out


def test_sign_out_by_post_only(client: FlaskClient, marina: User) -> None:
    enter(client, remember="yes")
    assert client.get("/sign-out").status_code == 405
    assert is_in(client)
    assert client.post("/sign-out").location == "/sign-in"
    assert not is_in(client)


def test_a_copied_cookie_ends_with_the_sign_out(app: Flask, client: FlaskClient, marina: User) -> None:
    enter(client)
    copy = app.test_client()
    copy.set_cookie("atrium", cookie(client).value)
    another = app.test_client()
    enter(another)
    assert is_in(copy)
    client.post("/sign-out")
    assert not is_in(copy)
    assert is_in(another), "another device stays signed in"


def test_what_the_browser_keeps_after_sign_out(client: FlaskClient, marina: User) -> None:
    enter(client)
    client.post("/sign-out")
    with client.session_transaction() as session:
        assert set(session) <= {"locale", "_flashes", "csrf_token"}


# -- limits


def test_sign_in_is_limited_by_address(client: FlaskClient, marina: User, limited: None) -> None:
    for _ in range(10):
        assert enter(client, password="wrong").status_code == 422
    answer = enter(client)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert 'value="marina@example.org"' in answer.text
    assert not is_in(client)
    assert enter(client, "somebody@example.org").status_code == 422


def test_a_right_password_clears_the_count(client: FlaskClient, marina: User, limited: None) -> None:
    for _ in range(3):
        for _ in range(9):
            enter(client, password="wrong")
        assert enter(client).status_code == 303
        client.post("/sign-out")


def test_sign_in_is_limited_by_place(client: FlaskClient, db: Any, limited: None) -> None:
    """Somebody who tries one password at many addresses."""
    answers = [enter(client, f"user{number}@example.org").status_code for number in range(61)]
    assert answers == [422] * 60 + [429]


def test_others_elsewhere_are_not_shut_out(
    app: Flask, client: FlaskClient, marina: User, limited: None
) -> None:
    """Who is tried by a stranger can still sign in from his own place."""
    for _ in range(12):
        enter(client, password="wrong")
    answer = app.test_client().post(
        "/sign-in",
        data={"email": "marina@example.org", "password": PASSWORD},
        environ_overrides={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert answer.status_code == 303


def test_sign_up_and_reset_are_limited(client: FlaskClient, db: Any, limited: None) -> None:
    answers = [client.post("/sign-up", data={"email": f"a{number}"}).status_code for number in range(21)]
    assert answers == [422] * 20 + [429]
    answers = [client.post("/reset", data={"email": "marina@example.org"}).status_code for _ in range(4)]
    assert answers == [200] * 3 + [429]
    answers = [client.get(f"/reset/{number}").status_code for number in range(21)]
    assert answers == [422] * 20 + [429]


def test_limits_speak_json_to_scripts(client: FlaskClient, db: Any, limited: None) -> None:
    for _ in range(121):
        answer = client.post("/password/hint", data={"password": "x"}, headers={"Accept": "application/json"})
    assert answer.status_code == 429
    assert answer.json is not None
    assert answer.json["code"] == "too_many"
    assert "Retry-After" in answer.headers


# -- sign-up


def test_sign_up(client: FlaskClient, db: Any) -> None:
    answer = client.post("/sign-up", data=SIGN_UP, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_in(client)
    user = db.scalar(select(User))
    assert (user.name, user.locale, user.timezone) == ("Анна Баранова", "en", None)


def test_sign_up_refused_keeps_what_was_typed(client: FlaskClient, db: Any) -> None:
    answer = client.post("/sign-up", data=SIGN_UP | {"first_name": SCRIPT, "password": "short", "phone": "x"})
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 3
    assert "Баранова" in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "<script>alert" not in answer.text
    assert "short" not in answer.text
    assert db.scalar(select(func.count()).select_from(User)) == 0


def test_sign_up_with_nothing_and_with_files(client: FlaskClient, db: Any) -> None:
    assert client.post("/sign-up").status_code == 422
    sent = {name: (io.BytesIO(b"x"), "x.txt") for name in SIGN_UP}
    assert client.post("/sign-up", data=sent, content_type="multipart/form-data").status_code == 422
    assert client.post("/sign-up", data=b"\xff\xfe", content_type="application/json").status_code == 422


def test_the_address_is_taken(client: FlaskClient, marina: User) -> None:
    answer = client.post("/sign-up", data=SIGN_UP | {"email": "Marina@Example.org"})
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 1


def test_roles_are_not_the_strangers_choice(client: FlaskClient, db: Any) -> None:
    client.post("/sign-up", data=SIGN_UP | {"roles": OPERATOR, "active": "0", "id": "1", "timezone": "UTC"})
    user = db.scalar(select(User))
    assert [role.name for role in user.roles] == ["Resident"]
    assert user.active


def test_sign_up_closed(client: FlaskClient, db: Any) -> None:
    db.add(Setting(name="sign_up_open", value=False))
    settings.forget()
    page = client.get("/sign-up")
    assert page.status_code == 200
    assert '<form class="form' not in page.text
    assert "/sign-up" not in client.get("/sign-in").text
    assert client.post("/sign-up", data=SIGN_UP).status_code == 403
    assert db.scalar(select(func.count()).select_from(User)) == 0
    settings.forget()


def test_hint(client: FlaskClient, db: Any) -> None:
    def hint(password: str) -> str:
        answer = client.post(
            "/password/hint", data={"password": password, "email": "anna.baranova@example.org"}
        )
        assert answer.json is not None
        return str(answer.json["problem"])

    assert hint("short")
    assert hint("password1")
    assert hint("anna.baranova")
    assert hint(PASSWORD) == ""


# -- reset


def letters(app: Flask) -> list[Any]:
    folder: Path = app.config["ATRIUM"].var / "mail"
    paths = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [mails.message_from_bytes(path.read_bytes(), policy=mail_policy.default) for path in paths]


@pytest.fixture
def mail(app: Flask) -> Callable[[], list[Any]]:
    """The letters that were sent in this test."""
    before = len(letters(app))
    return lambda: letters(app)[before:]


def link_in(letter: Any) -> str:
    found = re.search(r"http://\S+(/reset/\S+)", letter.get_content())
    assert found
    return found[1]


def test_reset(client: FlaskClient, marina: User, run_jobs: Any, mail: Any, sign_in: Any) -> None:
    other = sign_in(marina)
    assert client.post("/reset", data={"email": "Marina@example.org"}).status_code == 200
    run_jobs()
    (letter,) = mail()
    assert letter["To"] == "marina@example.org"
    assert marina.first_name in letter.get_content()
    link = link_in(letter)
    page = client.get(link)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert client.get(link).status_code == 200, "looking at it does not use it up"
    assert client.post(link, data={"password": "новый чайник"}).location == "/sign-in"
    assert not is_in(client)
    assert not is_in(other), "every session has ended"
    assert client.get(link).status_code == 422
    assert client.post(link, data={"password": "третий чайник"}).status_code == 422
    assert enter(client, password="новый чайник").status_code == 303
    run_jobs()
    assert len(mail()) == 2, "the owner is told that the password has changed"


def test_reset_refused_password(client: FlaskClient, marina: User, run_jobs: Any, mail: Any) -> None:
    client.post("/reset", data={"email": "marina@example.org"})
    run_jobs()
    link = link_in(mail()[0])
    answer = client.post(link, data={"password": "short"})
    assert answer.status_code == 422
    assert 'name="password"' in answer.text
    assert client.post(link, data={"password": "новый чайник"}).status_code == 303


def test_reset_answers_the_same_to_everybody(
    client: FlaskClient, marina: User, run_jobs: Any, mail: Any, db: Any
) -> None:
    def words(address: str) -> str:
        answer = client.post("/reset", data={"email": address})
        assert answer.status_code == 200
        return re.sub(r'nonce="[^"]+"|(value|content)="[^"]+"', "", answer.text.replace(address, ""))

    assert words("marina@example.org") == words("nobody@example.org")
    factories.user(email="blocked@example.org", active=False)
    assert words("blocked@example.org") == words("nobody@example.org")
    run_jobs()
    assert [letter["To"] for letter in mail()] == ["marina@example.org"]


def test_letters_go_in_the_receivers_language(client: FlaskClient, db: Any, run_jobs: Any, mail: Any) -> None:
    for language in ("ru", "en"):
        factories.user(email=f"{language}@example.org", locale=language)
        client.post("/reset", data={"email": f"{language}@example.org"}, headers={"Accept-Language": "en"})
    run_jobs()
    russian, english = sorted(mail(), key=lambda letter: letter["To"] == "en@example.org")
    assert "Password reset" in english["Subject"]
    assert re.search("[а-яё]", russian["Subject"])


def test_a_name_cannot_write_headers(client: FlaskClient, db: Any, run_jobs: Any, mail: Any) -> None:
    factories.user("Марина\nBcc: all@example.org", email="m@example.org")
    client.post("/reset", data={"email": "m@example.org"})
    run_jobs()
    assert mail()[0]["Bcc"] is None


@pytest.mark.parametrize("address", ["", "marina", SCRIPT, "a@b\r\nBcc: c@d.org"])
def test_reset_for_what_is_no_address(client: FlaskClient, db: Any, address: str) -> None:
    answer = client.post("/reset", data={"email": address})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


# -- change of the password


def test_change_password_ends_the_others(client: FlaskClient, marina: User, sign_in: Any) -> None:
    other = sign_in(marina)
    enter(client, remember="yes")
    answer = client.post("/profile/password", data={"old": PASSWORD, "password": "новый чайник"})
    assert (answer.status_code, answer.location) == (303, "/profile")
    assert is_in(client), "this session goes on"
    assert cookie(client).expires is not None
    assert not is_in(other)


def test_change_password_refused(client: FlaskClient, marina: User) -> None:
    enter(client)
    answer = client.post("/profile/password", data={"old": "wrong", "password": "новый чайник"})
    assert answer.status_code == 422
    assert 'id="old-password-error"' in answer.text
    answer = client.post("/profile/password", data={"old": PASSWORD, "password": "password1"})
    assert 'id="new-password-error"' in answer.text
    assert is_in(client)


def test_change_password_is_limited(client: FlaskClient, marina: User, limited: None) -> None:
    """A stranger at an open screen does not try for ever."""
    enter(client)
    answers = [
        client.post("/profile/password", data={"old": "x", "password": "x"}).status_code for _ in range(11)
    ]
    assert answers == [422] * 10 + [429]


def test_blocking_ends_sessions(client: FlaskClient, marina: User, db: Any) -> None:
    from app.actions import people

    enter(client, remember="yes")
    people.block(factories.operator(), marina, blocked=True)
    assert not is_in(client)


# -- profile


def test_profile(client: FlaskClient, marina: User, sign_in: Any, count_statements: Any) -> None:
    factories.company("ООО «Спектр»", members=(marina,))
    client = sign_in(marina)
    client.get("/profile")
    with count_statements(12):
        page = client.get("/profile")
    assert "ООО «Спектр»" in page.text
    assert "marina@example.org" in page.text
    assert len(page.data) < 100_000


def test_sign_in_page_is_cheap(client: FlaskClient, db: Any, count_statements: Any) -> None:
    client.get("/sign-in")
    with count_statements(2):
        client.get("/sign-in")


def test_edit_profile(marina: User, sign_in: Any) -> None:
    client = sign_in(marina)
    sent = {"first_name": "Мария", "last_name": "О'Нил", "phone": "8 912 345 67 89", "email": "x@example.org"}
    assert client.post("/profile", data=sent).status_code == 303
    assert (marina.name, marina.phone, marina.email) == ("Мария О'Нил", "+79123456789", "marina@example.org")


def test_edit_profile_refused(marina: User, sign_in: Any) -> None:
    client = sign_in(marina)
    answer = client.post("/profile", data={"first_name": SCRIPT, "last_name": "Новая", "phone": "x"})
    assert answer.status_code == 422
    assert 'value="Новая"' in answer.text
    assert "<script>alert" not in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    assert marina.last_name == "Спиридонова"


def test_avatar(marina: User, sign_in: Any) -> None:
    client = sign_in(marina)
    sent = {"avatar": (picture(), "me.png")}
    assert client.post("/profile/avatar", data=sent, content_type="multipart/form-data").status_code == 303
    assert marina.avatar_id is not None
    assert f"/files/{marina.avatar_id}/preview" in client.get("/profile").text
    assert client.post("/profile/avatar/remove").status_code == 303
    assert marina.avatar_id is None


def test_avatar_refused(marina: User, sign_in: Any) -> None:
    client = sign_in(marina)
    for sent in (
        {},
        {"avatar": (io.BytesIO(b"%PDF-1.7"), "me.pdf")},
        {"avatar": (io.BytesIO(b""), "me.png")},
    ):
        answer = client.post("/profile/avatar", data=sent, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert 'id="avatar-file-error"' in answer.text
    assert marina.avatar_id is None


def test_strangers_have_no_profile(client: FlaskClient, db: Any) -> None:
    assert client.get("/profile", headers=BROWSER).status_code == 302
    for address in (
        "/profile",
        "/profile/avatar",
        "/profile/avatar/remove",
        "/profile/password",
        "/timezone",
    ):
        assert client.post(address).status_code == 401


# -- language and zone


def test_language_of_the_browser_then_of_the_person(client: FlaskClient, marina: User) -> None:
    def language(**headers: str) -> str:
        found = re.search(
            r'<html lang="(\w+)"', client.get("/sign-in", headers=headers, follow_redirects=True).text
        )
        assert found
        return found[1]

    assert language(Accept_Language="en-GB,en;q=0.9") == "en"
    assert language(Accept_Language="de") == "ru"
    answer = client.post("/locale", data={"locale": "en", "next": "/reset?x=1"})
    assert (answer.status_code, answer.location) == (303, "/reset?x=1")
    assert language(Accept_Language="ru") == "en"
    client.post("/locale", data={"locale": "ru", "next": "/"})
    enter(client)
    client.post("/locale", data={"locale": "en", "next": "/"})
    assert marina.locale == "en"
    client.post("/sign-out")
    assert language(Accept_Language="ru") == "en"


@pytest.mark.parametrize("locale", ["", "xx", "../en", SCRIPT])
def test_unknown_language(client: FlaskClient, db: Any, locale: str) -> None:
    answer = client.post("/locale", data={"locale": locale})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


def test_notices_in_settings(sign_in: Any, db: Any) -> None:
    """«Настройки» (S2-13, S2-70): letters and reminders; a made-up wish changes nothing, and the field says so."""
    user = factories.resident()
    client = sign_in(user)
    page = client.get("/profile").text
    assert "Присылать и письмом" in page
    assert user.email in page
    assert client.post("/profile/notices", data={"reminder": "3"}).status_code == 303
    assert (user.mails, user.reminder) == (False, 3)
    answer = client.post("/profile/notices", data={"mails": "yes", "reminder": "5"})
    assert answer.status_code == 422
    assert "reminder-error" in answer.text
    assert (user.mails, user.reminder) == (False, 3)
    client.post("/profile/notices", data={"mails": "yes", "reminder": "provider"})
    assert (user.mails, user.reminder) == (True, None)


def test_zone_is_asked_until_it_is_set(db: Any, sign_in: Any) -> None:
    """S2-13, S2-15, D-18."""
    newcomer = factories.user(timezone=None)
    client = sign_in(newcomer)
    for page in ("/", "/orders", "/notices"):
        assert "data-zone-prompt" in client.get(page).text
    assert "Екатеринбург" in client.get("/").text, "the location's zone is offered first"
    answer = client.post("/timezone", data={"timezone": "UTC+03:00", "next": "/orders"})
    assert (answer.status_code, answer.location) == (303, "/orders")
    assert newcomer.timezone == "UTC+03:00"
    assert "data-zone-prompt" not in client.get("/orders").text


def test_zone_is_asked_at_the_desk_too(db: Any, sign_in: Any) -> None:
    client = sign_in(factories.dispatcher(timezone=None))
    assert "data-zone-prompt" in client.get("/desk/").text


def test_zone_of_the_browser(db: Any, sign_in: Any) -> None:
    newcomer = factories.user(timezone=None)
    client = sign_in(newcomer)
    answer = client.get("/timezone?name=Europe/Moscow", headers={"Accept": "application/json"})
    assert answer.json == {"name": "Europe/Moscow", "label": "Москва (UTC+3)"}
    assert (
        client.get("/timezone?name=Mars/Olympus", headers={"Accept": "application/json"}).status_code == 422
    )
    client.post("/timezone", data={"timezone": "Europe/Moscow"})
    assert newcomer.timezone == "Europe/Moscow"
    assert "Москва (UTC+3)" in client.get("/profile").text


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "UTC+99:00", SCRIPT, "../../etc/passwd"])
def test_unknown_zone(marina: User, sign_in: Any, zone: str) -> None:
    client = sign_in(marina)
    answer = client.post("/timezone", data={"timezone": zone})
    assert answer.status_code == 422
    assert 'id="zone-error"' in answer.text
    assert marina.timezone == "Asia/Yekaterinburg"


# -- CSRF


def test_no_form_without_its_token(client: FlaskClient, marina: User, csrf: None, sign_in: Any) -> None:
    for address in ("/sign-in", "/sign-up", "/reset", "/reset/x", "/sign-out", "/locale", "/password/hint"):
        answer = client.post(address, data={"email": "marina@example.org", "password": PASSWORD})
        assert answer.status_code == 400, address
    mine = sign_in(marina)
    for address in (
        "/profile",
        "/profile/avatar",
        "/profile/avatar/remove",
        "/profile/password",
        "/timezone",
    ):
        assert mine.post(address).status_code == 400, address
    assert is_in(mine)


def test_forms_carry_their_token(client: FlaskClient, marina: User, csrf: None) -> None:
    def token(page: Any) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found
        return found[1]

    assert enter(client, csrf_token=token(client.get("/sign-in"))).status_code == 303
    page = client.get("/profile")
    assert page.text.count('name="csrf_token"') == page.text.count('method="post"')
    assert client.post("/sign-out", data={"csrf_token": token(page)}).status_code == 303
    assert not is_in(client)


# -- headers and errors


def test_headers_of_every_page(client: FlaskClient, db: Any) -> None:
    answer = client.get("/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    assert f'nonce="{nonce[1]}"' in answer.text
    assert nonce[1] not in client.get("/sign-in").text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "style=" not in answer.text
    assert not re.search(r"\son\w+=", answer.text)


def test_errors_are_pages_json_or_toasts(client: FlaskClient, marina: User, sign_in: Any) -> None:
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "<h1>" in page.text
    script = client.get("/nowhere", headers={"Accept": "application/json"})
    assert script.json is not None
    assert script.json["code"] == "http_404"
    part = sign_in(marina).get("/orders/999999/status", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Retarget"]) == (404, "#toasts")
    assert "<html" not in part.text


def test_the_page_of_an_error_names_the_location_without_asking(
    client: FlaskClient, db: Any, count_statements: Any
) -> None:
    """It has to come also when the database does not answer: the name is the one that was last known."""
    settings.forget()
    assert ">Atrium</span>" in client.get("/nowhere").text
    db.add(Setting(name="organization_name", value="Технопарк «Кама»"))
    db.commit()
    settings.forget()
    assert "Технопарк «Кама»" in client.get("/sign-in").text
    assert "Технопарк «Кама»" in client.get("/offline").text
    with count_statements(0):
        assert "Технопарк «Кама»" in client.get("/nowhere").text


def test_a_part_of_a_page_leads_strangers_to_the_sign_in(client: FlaskClient, db: Any) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/orders?show=all"}
    answer = client.get("/orders/1/status", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/orders?show%3Dall"


def test_a_mistake_of_ours_is_no_stack_trace(app: Flask, client: FlaskClient, monkeypatch: Any) -> None:
    def break_down(*_args: Any, **_kw: Any) -> str:
        raise RuntimeError("secret detail")

    app.testing = False
    try:
        monkeypatch.setitem(app.view_functions, "public.robots", break_down)
        answer = client.get("/robots.txt")
        assert answer.status_code == 500
        assert "<h1>" in answer.text
        assert "secret detail" not in answer.text
        monkeypatch.setattr("views.errors.render_template", break_down)
        answer = client.get("/robots.txt")
        assert (answer.status_code, answer.mimetype) == (500, "text/plain")
    finally:
        app.testing = True


# -- browsers and watchdogs


def test_healthz(client: FlaskClient, db: Any, monkeypatch: Any) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert "Set-Cookie" not in answer.headers


def test_healthz_without_a_database(var: Path) -> None:
    config = Config(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none", secret_key="x", var=var)
    answer = create_app(config).test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "no database"})


def test_pages_without_a_database(var: Path) -> None:
    """A clear word, not a stack trace."""
    config = Config(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none", secret_key="x", var=var)
    settings.forget()
    answer = create_app(config).test_client().get("/sign-in")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    settings.forget()


def test_installable(client: FlaskClient, db: Any) -> None:
    manifest = client.get("/manifest.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    body = json.loads(manifest.text)
    assert {icon["sizes"] for icon in body["icons"]} == {"192x192", "512x512"}
    for icon in body["icons"]:
        assert client.get(icon["src"], buffered=True).status_code == 200
    worker = client.get("/sw.js")
    assert worker.mimetype == "text/javascript"
    assert worker.headers["Cache-Control"] == "no-cache"
    kept = json.loads(worker.text.partition("=")[2].partition(";\n")[0])
    offline = client.get(kept["page"]).text
    for path in re.findall(r'(?:src|href)="(/static/[^"#]+)', offline):
        if "icon-180" not in path:
            assert path in kept["files"], "the page without a connection needs it"
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_the_kept_page_is_of_nobody(marina: User, sign_in: Any, client: FlaskClient) -> None:
    assert marina.last_name not in client.get("/offline").text
    # A call for help can be made there: by files, with nothing of anybody.
    scripts = re.findall(r"<script[^>]*>", client.get("/offline").text)
    assert [re.findall(r'src="([^?"]*)', script) for script in scripts] == [
        [],
        ["/static/js/sos.js"],
        ["/static/js/offline.js"],
    ]


# -- demo data


def test_no_demo_accounts_without_demo_data(client: FlaskClient, db: Any) -> None:
    assert "demo__account" not in client.get("/sign-in").text


def test_demo_accounts_with_demo_data(client: FlaskClient, db: Any) -> None:
    db.add(Setting(name="demo_loaded", value="now"))
    page = client.get("/sign-in").text
    assert page.count('class="demo__account"') == len(demo.accounts())


def test_production_refuses_demo_data(db: Any, database: str) -> None:
    config = Config(database_url=sqlalchemy_url(database), secret_key="x", production=True)
    production.check(config)
    db.add(Setting(name="demo_loaded", value="now"))
    db.commit()
    with pytest.raises(ConfigError) as caught:
        create_app(config)
    assert "\n" not in str(caught.value)


def test_production_on_an_empty_or_absent_database(databases: Any) -> None:
    databases.drop("test_empty")
    databases.execute("CREATE DATABASE test_empty")
    try:
        url = sqlalchemy_url(databases.url("test_empty"))
        production.check(Config(database_url=url, secret_key="x", production=True))
    finally:
        databases.drop("test_empty")
    production.check(
        Config(database_url="postgresql+psycopg://x@127.0.0.1:1/x", secret_key="x", production=True)
    )


def test_production_needs_a_key(tmp_path: Path) -> None:
    env = {"ATRIUM_ENV": "production", "DATABASE_URL": "postgresql://x@y/z", "ATRIUM_VAR": str(tmp_path)}
    with pytest.raises(ConfigError, match="SECRET_KEY"):
        Config.from_env(env)
    with pytest.raises(ConfigError, match="ATRIUM_DOCUMENTS_KEY"):
        Config.from_env(env | {"SECRET_KEY": "k"})
    with pytest.raises(ConfigError, match="at least 32"):
        Config.from_env(env | {"SECRET_KEY": "k", "ATRIUM_DOCUMENTS_KEY": "short"})
    made = Config.from_env(env | {"SECRET_KEY": "k", "ATRIUM_DOCUMENTS_KEY": "d" * 40})
    assert made.secret_key == "k"
    assert len(made.documents_key) == 32
    assert "d" * 8 not in repr(made)


def test_a_command_says_it_in_one_line(db: Any, database: str, tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    db.add(Setting(name="demo_loaded", value="now"))
    db.commit()
    extension.session.remove()
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app.factory:create_app", "sync"],
        env=os.environ
        | {
            "ATRIUM_ENV": "production",
            "DATABASE_URL": database,
            "SECRET_KEY": "k",
            "ATRIUM_VAR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
