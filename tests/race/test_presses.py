"""One form of the provider's side, sent many times at the same moment."""

from __future__ import annotations

import io
from uuid import uuid4

from sqlalchemy import func, select

from app.actions import documents, providers
from app.extensions import db as mine
from app.policy import load_client
from models import Client, SharedDocument, Specialist, StoredFile, User
from tests import factories as make
from tests.race.test_orders import at_once


def test_one_form_sent_twenty_times_makes_one_row(app, db):
    studio, key = make.organization(), uuid4()
    owner_id, provider_id = studio.owner_id, studio.id
    db.commit()

    def send() -> int:
        owner = mine.session.get(User, owner_id)
        return providers.add_specialist(owner, provider_id, "Лев Мастеров", form_key=key).id

    assert len(set(at_once(app, [send] * 20))) == 1
    assert db.scalar(select(func.count()).select_from(Specialist)) == 3


def test_one_upload_sent_ten_times_is_one_document(app, db):
    """S2-58: and the bytes are on the disk once."""
    pair, key = make.client_of(make.specialist()), uuid4()
    user_id, pair_id, safe = pair.user_id, pair.id, app.extensions["safe"]
    db.commit()
    kept = app.extensions["storage"].path
    before = {path for path in kept(uuid4()).parent.parent.rglob("*") if path.is_file()}

    def send() -> int:
        person = mine.session.get(User, user_id)
        sent = io.BytesIO(b"%PDF-1.4\n%%EOF\n")
        return documents.upload(person, pair_id, safe, sent, "Анализы.pdf", form_key=key).id

    assert len(set(at_once(app, [send] * 10))) == 1
    assert db.scalar(select(func.count()).select_from(SharedDocument)) == 1
    assert db.scalar(select(func.count()).select_from(StoredFile)) == 1
    after = {path for path in kept(uuid4()).parent.parent.rglob("*") if path.is_file()}
    assert len(after - before) == 1
    assert load_client(db, db.get(User, user_id), pair_id).id == db.scalars(select(Client.id)).one()
