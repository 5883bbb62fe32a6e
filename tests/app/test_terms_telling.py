"""A new version of terms is told in batches, by a job: each of those who had agreed once (I-21)."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from app.actions import terms
from models import Channel, Entry, Notice, TermsVersion
from tests import factories as make

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def signed(app: Any) -> Any:
    """A document of terms that five of six clients have signed; the last of the five has withdrawn it again."""
    provider = make.specialist()
    safe = app.extensions["safe"]
    given: Any = {"safe": safe, "stream": io.BytesIO(PDF), "filename": "a.pdf", "required": True}
    made = terms.add(provider.owner, provider.id, "Договор", **given)
    clients = [make.client_of(provider, make.resident("Клиент", f"Номер{n}")) for n in range(6)]
    for client in clients[:5]:
        terms.change_consent(client.user, client.id, {made.versions[0].id: True})
    terms.change_consent(clients[4].user, clients[4].id, {made.versions[0].id: False})
    return made, clients


def _publish(app: Any, made: Any) -> TermsVersion:
    return terms.publish(
        made.provider.owner, made.id, app.extensions["safe"], io.BytesIO(PDF + uuid4().bytes), "b.pdf"
    )


def _told(db: Any) -> Counter[str]:
    return Counter(db.scalars(select(Entry.subject).where(Entry.kind == "terms.renewed")))


def test_publishing_writes_the_same_whoever_has_signed(app: Any, db: Any, signed: Any) -> None:
    """The press does not wait for a thousand clients: a job tells them."""
    made, _clients = signed
    before = db.scalar(select(func.count()).select_from(Entry))
    version = _publish(app, made)
    assert db.scalar(select(func.count()).select_from(Entry)) == before + 1
    assert version.told_to == 0
    jobs = text("SELECT args FROM procrastinate_jobs WHERE task_name = 'tell_of_version'")
    assert db.scalars(jobs).all()[-1] == {"version_id": version.id}


def test_each_is_told_once_in_batches(app: Any, db: Any, signed: Any) -> None:
    """A job that was killed between two batches, or runs twice, goes on where the committed ones ended."""
    made, clients = signed
    version = _publish(app, made).id
    assert terms.tell_of_version(version, limit=3) == 3
    db.rollback()  # what the worker had begun when it was killed
    assert terms.tell_of_version(version, limit=3) == 1
    assert terms.tell_of_version(version, limit=3) == 0
    assert terms.tell_of_version(version, limit=3) == 0
    assert _told(db) == {client.subject: 1 for client in clients[:4]}
    assert db.get(TermsVersion, version).told_to is None


def test_a_batch_that_fails_has_told_nobody(app: Any, db: Any, signed: Any, monkeypatch: Any) -> None:
    """What was written and how far it has come are one transaction."""
    made, clients = signed
    version = _publish(app, made).id
    real, calls = terms.journal.write, []

    def fails(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(terms.journal, "write", fails)
        with pytest.raises(RuntimeError):
            terms.tell_of_version(version)
    assert not _told(db)
    assert terms.tell_of_version(version) == 4
    assert _told(db) == {client.subject: 1 for client in clients[:4]}


def test_the_job_brings_the_notices(app: Any, db: Any, signed: Any, run_jobs: Any) -> None:
    """Also of two versions that follow each other at once: of the second one nobody has to be told again."""
    made, clients = signed
    _publish(app, made)
    _publish(app, made)
    run_jobs()
    for client in clients:
        inbox = (Notice.user_id == client.user_id, Notice.channel == Channel.INBOX)
        kinds = db.scalars(select(Notice.kind).where(*inbox)).all()
        assert kinds.count("terms.renewed#0") == (client in clients[:4]), client.user.name


def test_what_needs_no_consent_any_more_is_not_told(app: Any, db: Any, signed: Any) -> None:
    made, _clients = signed
    version = _publish(app, made).id
    terms.edit(made.provider.owner, made.id, "Договор", required=False, active=True)
    assert terms.tell_of_version(version) == 0
    assert not _told(db)


def test_a_new_document_asks_all_clients(app: Any, db: Any, run_jobs: Any) -> None:
    """S2-49: «Ожидает согласия» is told, but not to who has signed before the job came, and of no other document."""
    provider, safe = make.specialist(), app.extensions["safe"]
    clients = [make.client_of(provider, make.resident("Клиент", f"Номер{n}")) for n in range(3)]
    asked = terms.add(
        provider.owner,
        provider.id,
        "Договор",
        safe=safe,
        stream=io.BytesIO(PDF),
        filename="a.pdf",
        required=True,
    )
    terms.change_consent(clients[0].user, clients[0].id, {asked.versions[0].id: True})
    terms.add(
        provider.owner,
        provider.id,
        "Памятка",
        safe=safe,
        stream=io.BytesIO(PDF),
        filename="b.pdf",
        required=False,
    )
    run_jobs()
    told = select(Entry.subject, Entry.data["name"].as_string()).where(Entry.kind == "terms.asked")
    assert set(db.execute(told).all()) == {(one.subject, "Договор") for one in clients[1:]}
