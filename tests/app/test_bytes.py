"""The bytes of uploads follow their rows: they go after the commit that forgets them, or with what is rolled back."""

from __future__ import annotations

import datetime as dt
import io
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from app import clock, journal
from app.actions import catalogue, files, people, places
from app.actions.base import action
from app.extensions import db
from app.storage import Storage
from models import Order, Place, StoredFile, User
from tests import factories as make

PLAN = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200"/>'


class Broken(Exception):
    """Something after the files went wrong."""


@pytest.fixture
def boss(app: Flask) -> User:
    return make.operator()


@pytest.fixture
def storage(app: Flask) -> Storage:
    return app.extensions["storage"]


@pytest.fixture
def floor(app: Flask) -> Place:
    return make.place("3 этаж", "floor", make.place("Корпус А"))


def plan(data: bytes = PLAN) -> io.BytesIO:
    return io.BytesIO(data)


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (60, 40)).save(out, "PNG")
    out.seek(0)
    return out


def on_disk(storage: Storage) -> set[Path]:
    return {path for path in storage.root.rglob("*") if path.is_file()}


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(StoredFile)) or 0


def break_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its line is the last thing that an action does."""

    def fail(*_: Any, **__: Any) -> None:
        raise Broken

    monkeypatch.setattr(journal, "write", fail)


def test_a_plan_that_is_not_replaced_after_all_stays(
    boss: User, storage: Storage, floor: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old plan is there with its bytes, and the new bytes are gone."""
    first = places.set_plan(boss, storage, floor.id, plan(), "план.svg").plan_id
    before = on_disk(storage)
    break_the_journal(monkeypatch)
    with pytest.raises(Broken):
        places.set_plan(boss, storage, floor.id, plan(), "новый.svg")
    with pytest.raises(Broken):
        places.remove_plan(boss, storage, floor.id)
    db.session.refresh(floor)
    assert floor.plan_id == first
    assert on_disk(storage) == before
    assert storage.path(first).exists()


def test_what_was_never_kept_leaves_no_bytes(
    boss: User, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = on_disk(storage)
    break_the_journal(monkeypatch)

    @action
    def upload_and_fail() -> None:
        files.upload(boss, storage, picture(), "a.png")
        people.set_avatar(boss, storage, picture(), "me.png")
        journal.write(db.session, "plan.set", boss, "place:1")

    with pytest.raises(Broken):
        upload_and_fail()
    assert (rows(), on_disk(storage)) == (0, before)


def test_an_outer_action_that_fails_keeps_what_inner_ones_removed(boss: User, storage: Storage) -> None:
    """A service's picture, an avatar, drafts: none of them is gone before the outermost commit."""
    service = make.service()
    draft = files.upload(boss, storage, picture(), "a.png")
    people.set_avatar(boss, storage, picture(), "me.png")
    catalogue.set_picture(boss, storage, service, picture(), "b.png")
    before = on_disk(storage)

    @action
    def remove_all(*, fail: bool) -> None:
        files.discard(boss, storage, draft.id)
        people.remove_avatar(boss, storage)
        catalogue.remove_picture(boss, storage, service)
        assert on_disk(storage) == before
        if fail:
            raise Broken

    with pytest.raises(Broken):
        remove_all(fail=True)
    assert (rows(), on_disk(storage)) == (3, before)
    remove_all(fail=False)
    assert (rows(), len(before - on_disk(storage))) == (0, 6)


def test_old_drafts_are_cleared_with_their_bytes(
    boss: User, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = on_disk(storage)
    files.upload(boss, storage, picture(), "a.png")
    later = clock.now() + dt.timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert files.clear_drafts(storage) == 1
    assert (rows(), on_disk(storage)) == (0, before)


def test_bytes_that_cannot_be_removed_are_no_error(
    boss: User, storage: Storage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The change is made by then: who made it is told so, the log has the rest."""
    draft = files.upload(boss, storage, picture(), "a.png")

    def refuse(_: Any) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(storage, "remove", refuse)
    files.discard(boss, storage, draft.id)
    assert rows() == 0
    assert "read-only" in caplog.text


def test_two_plans_at_once_leave_one(app: Flask, boss: User, storage: Storage, floor: Place) -> None:
    """Both are saved before either has the place's row; the second one takes the first one's away."""
    before, actor_id, floor_id = on_disk(storage), boss.id, floor.id
    db.session.commit()
    barrier = threading.Barrier(2, timeout=20)
    save = storage.save_plan

    class Both(Storage):
        def save_plan(self, *sent: Any) -> Any:
            kept = save(*sent)
            barrier.wait()
            return kept

    def upload(name: str) -> None:
        with app.app_context():
            place = db.session.get(User, actor_id)
            places.set_plan(place, Both(storage.root), floor_id, plan(), name)

    threads = [threading.Thread(target=upload, args=(name,)) for name in ("а.svg", "б.svg")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    assert [file.id for file in db.session.scalars(select(StoredFile))] == [floor.plan_id]
    assert on_disk(storage) - before == {storage.path(floor.plan_id)}


def test_a_place_that_may_not_be_deleted_keeps_its_plan(
    boss: User, storage: Storage, floor: Place, sign_in: Any
) -> None:
    """The page was open when somebody put an order there."""
    kept = places.set_plan(boss, storage, floor.id, plan(), "план.svg").plan_id
    order = make.order()
    order.place_id = floor.id
    db.session.commit()
    answer = sign_in(boss).post(f"/admin/places/delete/{floor.id}")
    assert answer.status_code == 422
    db.session.expire_all()
    assert floor.plan_id == kept
    assert storage.path(kept).exists()
    assert rows() == 1
    assert db.session.scalar(select(func.count()).select_from(Order)) == 1
