"""Forms of the provider's side that are sent twice: a double press, a resend, going back and changing something."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.actions import presses
from models import (
    Absence,
    Entry,
    FormPress,
    Invitation,
    Offer,
    Provider,
    SharedDocument,
    Specialist,
    StoredFile,
    Terms,
    TermsVersion,
)
from tests import factories as make

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def _key(page: str) -> str:
    return re.findall(r'name="form_key" value="([^"]+)"', page)[0]


def _count(db: Any, table: Any) -> int:
    return db.scalar(select(func.count()).select_from(table))


@pytest.fixture
def studio(app: Any) -> Provider:
    return make.organization()


#: Table → page with the form, what is sent, and what is typed instead by who went back.
FORMS: dict[str, tuple[Any, str, str, dict[str, str], dict[str, str]]] = {
    "absence": (
        Absence,
        "/practice/{provider}/absences",
        "/practice/{provider}/absences",
        {"kind": "vacation", "from_day": "2099-07-01", "to_day": "2099-07-14"},
        {"from_day": "2099-07-02"},
    ),
    "service": (
        Offer,
        "/practice/{provider}/services/new",
        "/practice/{provider}/services/new",
        {"name": "Массаж", "minutes": "60", "price": "2000", "active": "yes"},
        {"name": "Массаж спины"},
    ),
    "specialist": (
        Specialist,
        "/practice/{provider}/team",
        "/practice/{provider}/team",
        {"name": "Лев Мастеров", "title": "Массажист"},
        {"name": "Яна Мастерова"},
    ),
    "invitation": (
        Invitation,
        "/practice/{provider}/invitations",
        "/practice/{provider}/invitations",
        {"most": "1", "days": "30", "label": "Стойка"},
        {"label": "Окно"},
    ),
    "account": (
        Invitation,
        "/practice/specialists/{specialist}",
        "/practice/specialists/{specialist}/invite",
        {},
        {},
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_second_press_makes_nothing_more(db: Any, sign_in: Any, studio: Provider, name: str) -> None:
    """The same page is the answer; other content with the same key is a form of its own."""
    table, page, address, sent, other = FORMS[name]
    numbers = {"provider": studio.id, "specialist": studio.specialists[0].id}
    owner = sign_in(studio.owner)
    key = {"form_key": _key(owner.get(page.format(**numbers)).text)}
    before = _count(db, table)
    first, second = (owner.post(address.format(**numbers), data=sent | key) for _press in range(2))
    assert (
        (first.status_code, first.location) == (second.status_code, second.location) == (303, first.location)
    )
    assert _count(db, table) == before + 1
    if other:
        assert owner.post(address.format(**numbers), data=sent | key | other).status_code == 303
        assert _count(db, table) == before + 2
    owner.post(address.format(**numbers), data=sent | {"form_key": str(uuid4())})
    # A specialist has one invitation that waits, whatever is pressed.
    assert _count(db, table) == before + (3 if other else 1)


def test_a_form_that_came_back_keeps_its_key(db: Any, sign_in: Any, studio: Provider) -> None:
    """What was wrong has made nothing, so the corrected form makes it."""
    owner, address = sign_in(studio.owner), f"/practice/{studio.id}/team"
    key = _key(owner.get(address).text)
    wrong = owner.post(address, data={"name": "", "form_key": key})
    assert wrong.status_code == 422
    assert _key(wrong.text) == key
    assert owner.post(address, data={"name": "Лев Мастеров", "form_key": key}).status_code == 303
    assert _count(db, Specialist) == 3


def test_documents_are_uploaded_once(app: Any, db: Any, sign_in: Any) -> None:
    """S2-58: two files of one form are two documents however often it is sent. What was removed meanwhile is brought
    anew."""
    pair = make.client_of(make.specialist())
    browser, address = sign_in(pair.user), f"/pairs/{pair.id}/documents"
    key = _key(browser.get(address).text)

    def send() -> None:
        files = [(io.BytesIO(PDF), "Анализы.pdf"), (io.BytesIO(PDF + b"%2"), "Снимок.pdf")]
        assert browser.post(address, data={"form_key": key, "files": files}).status_code == 303

    send()
    send()
    names = select(StoredFile.name).join(SharedDocument, SharedDocument.file_id == StoredFile.id)
    assert sorted(db.scalars(names)) == ["Анализы.pdf", "Снимок.pdf"]
    assert _count(db, StoredFile) == 2
    chosen = db.scalars(select(SharedDocument.id)).first()
    browser.post(f"{address}/remove", data={"chosen": chosen})
    send()
    assert _count(db, SharedDocument) == 2


def test_the_content_of_a_large_upload_is_read_from_the_disk() -> None:
    """And is there to be read again."""
    with tempfile.SpooledTemporaryFile(max_size=1000) as stream:
        stream.write(PDF * 100)
        stream.seek(0)
        assert presses.content(stream) == hashlib.sha256(PDF * 100).hexdigest()
        assert stream.read() == PDF * 100


def test_terms_and_versions_are_published_once(app: Any, db: Any, sign_in: Any) -> None:
    """S2-48: a version that is sent twice is one version, and nobody is asked twice."""
    provider = make.specialist()
    owner, address = sign_in(provider.owner), f"/practice/{provider.id}/terms"
    key = _key(owner.get(address).text)
    for _press in range(2):
        sent = {"title": "Договор", "required": "yes", "form_key": key, "file": (io.BytesIO(PDF), "a.pdf")}
        assert owner.post(address, data=sent).status_code == 303
    contract = db.scalars(select(Terms)).one()
    key = _key(owner.get(f"/practice/terms/{contract.id}").text)
    for _press in range(2):
        sent = {"form_key": key, "file": (io.BytesIO(PDF + b"%2"), "b.pdf")}
        assert owner.post(f"/practice/terms/{contract.id}/versions", data=sent).status_code == 303
    assert db.scalars(select(TermsVersion.number).order_by(TermsVersion.number)).all() == [1, 2]
    kinds = db.scalars(select(Entry.kind).where(Entry.kind == "terms.published")).all()
    assert len(kinds) == 2


def test_the_key_of_another_person_tells_nothing(db: Any, sign_in: Any) -> None:
    """A key is nobody else's: it neither shows what it has made nor hinders anything."""
    first, second = make.organization(), make.organization(make.user("Борис", "Другой"))
    key = str(uuid4())
    for studio in (first, second):
        sent = {"name": "Лев Мастеров", "form_key": key}
        assert sign_in(studio.owner).post(f"/practice/{studio.id}/team", data=sent).status_code == 303
    names = [len(studio.specialists) for studio in (first, second)]
    assert names == [3, 3]


def test_old_presses_are_forgotten(db: Any, sign_in: Any, studio: Provider, later: Any) -> None:
    sent = {"name": "Лев Мастеров", "form_key": str(uuid4())}
    sign_in(studio.owner).post(f"/practice/{studio.id}/team", data=sent)
    assert (presses.forget_old(), _count(db, FormPress)) == (0, 1)
    later(presses.LIFE.total_seconds() + 1)
    assert (presses.forget_old(), _count(db, FormPress)) == (1, 0)
