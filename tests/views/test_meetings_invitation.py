"""The page of an invitation: joining, accepting with one press, what has ended; the list that grows by it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app import tokens
from app.actions import invitations
from models import Client, Entry, Invitation, Provider, Setting, Specialist, User
from tests import factories as make

FORM = {"name": "Мария Петровна Иванова", "email": "maria@example.org", "password": "зелёный чайник"}


def link(provider: Provider, **kw: Any) -> str:
    made = invitations.invite(provider.owner, provider.id, "secret", **kw)
    return f"/i/{tokens.derived('secret', 'invitation', made.nonce)}"


def test_a_stranger_joins(client: Any, db: Any, count_statements: Any) -> None:
    """S2-1..S2-5: who invites is named, nothing but a name and a way to sign in again is asked, and the inviter is in
    the list. Also where sign-up is closed."""
    db.add(Setting(name="sign_up_open", value=False))
    db.commit()
    address = link(make.specialist(headline="Психолог"))
    with count_statements(12):
        page = client.get(address)
    assert page.status_code == 200
    assert "Анна Светлова" in page.text
    assert "Психолог" in page.text
    assert 'data-mark="👤"' in page.text
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert page.headers["Cache-Control"] == "no-store"
    answer = client.post(address, data=FORM)
    pair = db.scalar(select(Client))
    assert (answer.status_code, answer.location) == (303, f"/providers/{pair.id}?joined=1")
    assert (pair.user.first_name, pair.user.last_name) == ("Мария", "Петровна Иванова")
    assert (
        db.scalar(select(Entry.kind).where(Entry.actor_id == pair.user_id).order_by(Entry.id))
        == "user.registered"
    )
    # Signed in, and the list begins with the inviter.
    assert "Анна Светлова" in client.get("/providers").text
    assert client.get(address).location == f"/providers/{pair.id}"


def test_a_name_of_one_word(client: Any, db: Any) -> None:
    client.post(link(make.specialist()), data=FORM | {"name": " Мария "})
    assert db.scalar(select(User).where(User.email == "maria@example.org")).name == "Мария"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "<script>"}, "name"),
        ({"name": "я" * 65}, "name"),
        ({"name": f"Мария {'я' * 65}"}, "name"),
        ({"email": "maria"}, "email"),
        ({"password": "1"}, "password"),
        ({"password": "password"}, "password"),
    ],
)
def test_what_is_wrong_with_the_form(client: Any, db: Any, typed: dict[str, str], field: str) -> None:
    """The message stands at the field, what was typed stays, nothing is made."""
    address = link(make.specialist())
    before = db.scalar(select(func.count()).select_from(User))
    answer = client.post(address, data=FORM | typed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    if field != "email":
        assert 'value="maria@example.org"' in answer.text
    assert "зелёный чайник" not in answer.text
    assert db.scalar(select(func.count()).select_from(User)) == before
    assert db.scalar(select(Invitation.uses)) == 0


def test_an_address_that_has_an_account(client: Any, db: Any) -> None:
    """The way in leads back to the invitation."""
    make.user(email="maria@example.org")
    address = link(make.specialist())
    answer = client.post(address, data=FORM)
    assert answer.status_code == 422
    assert f"/sign-in?next={address}" in answer.text
    assert db.scalar(select(Client)) is None


def test_whoever_has_an_account_accepts_with_one_press(sign_in: Any, db: Any) -> None:
    """S2-5: a further provider joins the same list, after the first one."""
    first = make.client_of(make.specialist())
    me = sign_in(first.user)
    address = link(make.organization())
    page = me.get(address).text
    assert 'data-mark="🏫"' in page
    assert 'name="password"' not in page
    assert me.post(address).status_code == 303
    listed = me.get("/providers").text
    assert listed.index("Анна Светлова") < listed.index("Студия «Гармония»")
    assert 'data-mark="👤"' in listed
    assert 'data-mark="🏫"' in listed
    # Once more changes nothing.
    assert me.post(address).status_code == 303
    assert db.scalar(select(func.count()).select_from(Client)) == 2


@pytest.mark.parametrize("way", ["revoked", "expired", "used_up"])
def test_an_ended_invitation_says_why(client: Any, sign_in: Any, db: Any, later: Any, way: str) -> None:
    """410 with the reason, and nothing of the provider; a form that was open meanwhile makes no account."""
    provider = make.specialist()
    address = link(provider, most=1, days=2)
    if way == "revoked":
        invitations.revoke(provider.owner, db.scalar(select(Invitation.id)))
    elif way == "expired":
        later(3 * 24 * 3600)
    else:
        sign_in(make.resident()).post(address)
    for answer in (client.get(address), client.post(address, data=FORM)):
        assert answer.status_code == 410
        assert "Анна Светлова" not in answer.text
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        # The way on of a stranger: in, or what this is.
        assert "новую ссылку или QR-код" in answer.text
        for link_on in ("/sign-in", "/about-service"):
            assert f'href="{link_on}"' in answer.text
    assert db.scalar(select(User).where(User.email == "maria@example.org")) is None
    # Of somebody signed in: home, and the list if there is anybody in it.
    page = sign_in(make.resident()).get(address).text
    assert 'class="btn btn--primary btn--block" href="/"' in page
    assert 'href="/providers"' not in page
    page = sign_in(make.client_of(make.organization()).user).get(address).text
    assert 'class="btn btn--primary btn--block" href="/providers"' in page
    assert 'href="/"' in page


def test_a_stranger_reads_what_the_service_is(client: Any) -> None:
    """S2-64: before anybody joins, without the frame of an account; whoever receives clients is led there from the
    sign-in page."""
    assert 'href="/about-service"' in client.get("/sign-in").text
    page = client.get("/about-service")
    assert page.status_code == 200
    assert "Клиенты по приглашению" in page.text
    assert 'href="/sign-in"' in page.text
    assert 'href="/registration"' not in page.text


def test_an_unknown_token_tells_nothing(client: Any) -> None:
    link(make.specialist())
    for answer in (client.get("/i/made-up"), client.post("/i/made-up", data=FORM)):
        assert answer.status_code == 404
        assert "Анна Светлова" not in answer.text


def test_the_own_invitation(sign_in: Any, db: Any) -> None:
    provider = make.specialist()
    address = link(provider)
    assert sign_in(provider.owner).post(address).status_code == 409
    assert db.scalar(select(Client)) is None


def test_a_colleague_is_led_to_the_practice(app: Any, sign_in: Any, db: Any) -> None:
    """I-20: the same page makes a specialist of whoever it is for."""
    org = make.organization()
    address = link(org, specialist_id=org.specialists[0].id)
    colleague = make.user("Игорь", "Мастеров")
    answer = sign_in(colleague).post(address)
    assert answer.location == f"/practice/{org.id}"
    assert db.scalar(select(Specialist.user_id).where(Specialist.id == org.specialists[0].id)) == colleague.id


def test_too_many_links_are_tried(client: Any, app: Any, monkeypatch: Any) -> None:
    from limits.storage import MemoryStorage
    from limits.strategies import FixedWindowRateLimiter

    monkeypatch.setitem(app.extensions, "attempts", FixedWindowRateLimiter(MemoryStorage()))
    answers = [client.get(f"/i/made-up-{number}") for number in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {404}
    assert answers[60].status_code == 429
    assert int(answers[60].headers["Retry-After"]) > 0
