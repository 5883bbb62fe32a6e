"""The accounts of an organization's specialists (I-20): who joined is told to the owner, and can be unbound."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from app import clock, policy, tokens
from app.actions import appointments, invitations
from app.policy import practices
from app.queries import inbox
from models import Booking, Entry, Invitation, Notice, Provider, Specialist
from tests import factories as make
from tests.views.practice import colleague


def _told(db: Any, user: Any, kind: str) -> list[str]:
    rows = db.scalars(
        select(Notice).where(Notice.user_id == user.id, Notice.kind.startswith(f"{kind}#"))
    ).all()
    return [inbox.item(one, dt.UTC).text for one in rows if one.channel == "inbox"]


def _after(browser: Any, answer: Any) -> Any:
    """The page that a form leads to, with what is said on it."""
    return browser.get(answer.location)


def _link(provider: Provider, one: Specialist) -> str:
    made = invitations.invite(provider.owner, provider.id, "secret", specialist_id=one.id)
    return "/i/" + tokens.derived("secret", "invitation", made.nonce)


def test_the_owner_is_told_who_has_joined(sign_in: Any, db: Any, run_jobs: Any) -> None:
    """I-20: a notice that leads to the specialists; there and on the specialist's page whose the account is."""
    provider = make.organization()
    person, _mine, _theirs = colleague(provider)
    run_jobs()
    one = provider.specialists[0]
    (said,) = _told(db, provider.owner, "specialist.joined")
    assert one.name in said
    assert person.name in said
    client = sign_in(provider.owner)
    assert f'href="/practice/{provider.id}/team"' in client.get("/notices").text
    team = client.get(f"/practice/{provider.id}/team").text
    assert person.email in team
    page = client.get(f"/practice/specialists/{one.id}").text
    assert person.name in page
    assert person.email in page
    unread = select(Notice).where(Notice.user_id == provider.owner_id, Notice.subject == provider.subject)
    assert all(notice.read_at for notice in db.scalars(unread.execution_options(populate_existing=True)))


def test_an_account_is_unbound(sign_in: Any, db: Any, run_jobs: Any) -> None:
    """I-20: asked first; the access ends and its owner is told; the specialist stays with appointments and their time,
    and somebody else can be invited. Links that he sent stop working."""
    provider = make.organization()
    person, mine, _theirs = colleague(provider)
    appointments.move(provider.owner, mine.id, "accept")
    one = provider.specialists[0]
    sent = invitations.invite(person, provider.id, "secret")
    client = sign_in(provider.owner)
    asked = client.get(f"/practice/specialists/{one.id}/unbind")
    assert person.email in asked.text
    answer = _after(client, client.post(f"/practice/specialists/{one.id}/unbind"))
    assert person.name in answer.text
    db.expire_all()
    assert (one.user_id, one.active, mine.status, mine.specialist_id) == (None, True, "agreed", one.id)
    assert one.resource.user_id is None
    assert mine.booking.resource_id == one.resource_id
    assert sent.revoked_at is not None
    assert practices(db, person) == []
    entry = db.scalars(select(Entry).where(Entry.kind == "specialist.unbound")).one()
    assert entry.data["person"] == person.name
    run_jobs()
    (said,) = _told(db, person, "specialist.unbound")
    assert provider.name in said
    his = sign_in(person)
    notice = db.scalars(select(Notice.id).where(Notice.kind == "specialist.unbound#0")).first()
    over = _after(his, his.get(f"/notices/{notice}"))
    assert over.status_code == 404
    assert "закрыла вам доступ" in over.text
    assert mine.client.user.name not in over.text
    # Once more changes nothing; then another account, and that the first one is told of no more.
    assert client.post(f"/practice/specialists/{one.id}/unbind").status_code == 303
    assert len(db.scalars(select(Entry).where(Entry.kind == "specialist.unbound")).all()) == 1
    assert his.post(_link(provider, one)).status_code == 303
    db.expire_all()
    assert one.user_id == person.id
    assert mine.booking.resource_id == one.resource_id
    assert policy.ended_practices(db, person) == {}


def test_the_past_stays_whose_it_was(sign_in: Any, db: Any, later: Any) -> None:
    """What is over was that person's time; what is ahead is the specialist's."""
    provider = make.organization()
    _person, mine, _theirs = colleague(provider)
    appointments.move(provider.owner, mine.id, "accept")
    before = mine.booking.resource_id
    later((mine.ends_at - clock.now()).total_seconds() + 86400)
    one = provider.specialists[0]
    sign_in(provider.owner).post(f"/practice/specialists/{one.id}/unbind")
    db.expire_all()
    assert db.get(Booking, mine.booking_id).resource_id == before != one.resource_id


def test_only_the_owner_unbinds(sign_in: Any, db: Any) -> None:
    provider = make.organization()
    person, _mine, _theirs = colleague(provider)
    one = provider.specialists[0]
    assert sign_in(person).post(f"/practice/specialists/{one.id}/unbind").status_code == 403
    alone = make.specialist()
    own = alone.specialists[0]
    for answer in (
        sign_in(alone.owner).get(f"/practice/specialists/{own.id}/unbind"),
        sign_in(alone.owner).post(f"/practice/specialists/{own.id}/unbind"),
    ):
        assert answer.status_code == 404
    db.expire_all()
    assert (one.user_id, own.user_id) == (person.id, alone.owner_id)


def test_a_specialist_has_one_link(sign_in: Any, db: Any, client: Any) -> None:
    """Inviting twice is one invitation, which the specialist's page shows; whoever comes when somebody has joined reads
    that it is over before he fills in a form."""
    provider = make.organization()
    one = provider.specialists[0]
    owner = sign_in(provider.owner)
    address = f"/practice/specialists/{one.id}"
    first = owner.post(f"{address}/invite").location
    assert owner.post(f"{address}/invite").location == first
    assert db.scalars(select(Invitation)).one().specialist_id == one.id
    page = owner.get(address).text
    assert f'href="{first}"' in page
    assert f'action="{address}/invite"' not in page
    # One from before that rule.
    second = Invitation(
        provider_id=provider.id,
        specialist_id=one.id,
        nonce="n",
        token_hash=tokens.hashed("token"),
        most=1,
        created_at=clock.now(),
        created_by=provider.owner_id,
    )
    db.add(second)
    db.commit()
    one.user_id = make.user().id
    db.commit()
    over = client.get("/i/token")
    assert over.status_code == 410
    assert "<form" not in over.text.split("<main")[1].split("</main>")[0]


def test_who_joins_ends_the_other_links(db: Any) -> None:
    provider = make.organization()
    one = provider.specialists[0]
    made = invitations.invite(provider.owner, provider.id, "secret", specialist_id=one.id)
    other = Invitation(
        provider_id=provider.id,
        specialist_id=one.id,
        nonce="n",
        token_hash=tokens.hashed("token"),
        most=1,
        created_at=clock.now(),
        created_by=provider.owner_id,
    )
    db.add(other)
    db.commit()
    invitations.accept(make.user(), tokens.derived("secret", "invitation", made.nonce))
    db.expire_all()
    assert (made.uses, made.revoked_at) == (1, None)
    assert other.revoked_at is not None


def test_switching_off_says_that_the_access_ends(sign_in: Any, db: Any) -> None:
    """I-20: in the help before, in the answer after; of a specialist without an account there is nothing to say."""
    provider = make.organization()
    _person, mine, theirs = colleague(provider)
    for meeting in (mine, theirs):
        appointments.move(provider.owner, meeting.id, "decline", comment="Уволен")
    client = sign_in(provider.owner)
    said = []
    for one in provider.specialists[:2]:
        page = client.get(f"/practice/specialists/{one.id}").text
        assert "доступ" in page.split('id="active-help"')[1].split("</p>")[0]
        answer = _after(client, client.post(f"/practice/specialists/{one.id}", data={"name": one.name}))
        said.append(answer.text.split('id="toasts"')[1])
    assert "доступ" in said[0]
    assert "доступ" not in said[1]
