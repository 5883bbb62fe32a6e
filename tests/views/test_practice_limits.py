"""How much a provider can have, and what is said then: why, and what to do next."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest

from app import clock
from app.actions import documents, invitations, offers, providers, schedule, terms
from app.errors import Invalid
from models import Invitation, Provider
from tests import factories as make

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def _contract(app: Any, provider: Provider, title: str = "Договор", data: bytes = PDF) -> Any:
    sent: Any = {"safe": app.extensions["safe"], "stream": io.BytesIO(data), "filename": "dogovor.pdf"}
    return terms.add(provider.owner, provider.id, title, **sent, required=True)


@pytest.fixture
def few(monkeypatch: Any) -> None:
    for place, name in (
        (offers, "MOST"),
        (providers, "MOST_SPECIALISTS"),
        (schedule, "MOST"),
        (invitations, "MOST"),
        (terms, "MOST"),
        (documents, "MOST"),
    ):
        monkeypatch.setattr(place, name, 2)


def _field(work: Callable[[], Any]) -> str:
    with pytest.raises(Invalid) as refused:
        work()
    texts = refused.value.fields.values() or [refused.value.text]
    (text,) = (str(one) for one in texts)
    return text


@pytest.mark.usefixtures("few")
def test_services_and_specialists_end_somewhere(app: Any, db: Any) -> None:
    studio = make.organization()
    make.offer(studio, "Вторая")
    assert "2 услуг" in _field(lambda: make.offer(studio, "Третья"))
    offers.save(studio.owner, studio.id, studio.offers[0].id, {"name": "Другая", "minutes": "30"})

    def add() -> Any:
        return providers.add_specialist(studio.owner, studio.id, "Лев Мастеров")

    assert "2 специалист" in _field(add)
    first = studio.specialists[0]
    known: Any = {"name": first.name, "title": "", "sees_all": False}
    providers.edit_specialist(studio.owner, first.id, **known, active=False)
    add()
    assert "2 специалист" in _field(
        lambda: providers.edit_specialist(studio.owner, first.id, **known, active=True)
    )


@pytest.mark.usefixtures("few")
def test_days_off_end_somewhere(app: Any, later: Any) -> None:
    """Those that are over do not count."""
    provider = make.specialist()
    day = (clock.now() + dt.timedelta(days=3)).replace(tzinfo=None)

    def add(days: int) -> Any:
        starts = day + dt.timedelta(days=days)
        ends = starts + dt.timedelta(hours=1)
        return schedule.add_absence(provider.owner, provider.id, specialist_id=None, starts=starts, ends=ends)

    add(0), add(1)
    assert "2" in _field(lambda: add(20))
    later(5 * 86400)
    add(20)


@pytest.mark.usefixtures("few")
def test_invitations_end_somewhere(app: Any, db: Any, later: Any) -> None:
    """Those that are taken back, used up or out of date do not count."""
    provider = make.specialist()

    def invite(**how: Any) -> Invitation:
        return invitations.invite(provider.owner, provider.id, "secret", **how)

    first, _second = invite(), invite(days=1)
    assert "2" in _field(invite)
    invitations.revoke(provider.owner, first.id)
    used = invite(most=1)
    used.uses = 1
    db.commit()
    invite()
    assert _field(invite)
    later(2 * 86400)
    invite()


@pytest.mark.usefixtures("few")
def test_papers_end_somewhere(app: Any, db: Any) -> None:
    pair = make.client_of(make.specialist())
    for title in ("Договор", "Согласие"):
        _contract(app, pair.provider, title)
    assert "2" in _field(lambda: _contract(app, pair.provider, "Третий"))

    def upload() -> Any:
        return documents.upload(pair.user, pair.id, app.extensions["safe"], io.BytesIO(PDF), "a.pdf")

    upload()
    gone = upload()
    assert "2" in _field(upload)
    documents.remove(pair.user, pair.id, [gone.id], app.extensions["safe"])
    upload()


@pytest.mark.usefixtures("few")
def test_a_refusal_stands_beside_its_field(app: Any, sign_in: Any) -> None:
    """Also where the form is a button alone: an invitation to an account."""
    studio = make.organization()
    owner = sign_in(studio.owner)
    for _number in range(2):
        invitations.invite(studio.owner, studio.id, "secret")
    page = owner.post(f"/practice/{studio.id}/invitations", data={"most": "", "days": "7", "label": "Стойка"})
    assert page.status_code == 422
    assert "Стойка" in page.text
    assert "отзовите" in page.text
    address = f"/practice/specialists/{studio.specialists[0].id}"
    assert owner.post(f"{address}/invite").location == address
    assert "отзовите" in owner.get(address).text
