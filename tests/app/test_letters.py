"""Notices as letters, and when to be reminded: as each person wishes («Настройки»)."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, text

from app import clock
from app.actions import appointment_timers, appointments, inbox, people
from app.errors import Invalid
from models import Channel, Notice
from tests import factories as make


@pytest.fixture
def post(db, run_jobs, var):
    """`post()`: what came by mail since it was asked last, as (address, subject, body); time to read is over."""
    folder = var / "mail"
    seen = set(folder.glob("*.eml"))

    def collect():
        run_jobs()
        db.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE task_name = 'mail_notice'"))
        run_jobs()
        new = set(folder.glob("*.eml")) - seen
        seen.update(new)
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in new]
        return sorted((mail["To"], mail["Subject"], mail.get_content()) for mail in mails)

    return collect


def test_what_matters_comes_by_mail_once(db, post):
    """S2-24, I-10: the provider hears of the request, the client of the answer; in the reader's language and zone,
    with a link."""
    client = make.client_of(make.specialist())
    client.provider.offers[0].name = "Индивидуальная консультация по вопросам отношений и работы"
    owner = client.provider.owner
    client.user.locale, client.user.timezone = "en", "UTC+00:00"
    asked = make.appointment(client)
    [(address, subject, _body)] = post()
    assert address == owner.email
    offer = client.provider.offers[0].name
    # Long and Russian: no space is lost where it is broken.
    assert re.fullmatch(
        rf"Новый запрос: {client.user.name}, {offer}, \w\w, \d+ \w+\.?, \d\d:\d\d", subject
    ), subject
    appointments.move(owner, asked.id, "accept")
    [(address, subject, body)] = post()
    assert address == client.user.email
    assert f"{client.provider.name} expects you" in subject
    assert f"{asked.starts_at:%H:%M}" in subject
    letter = db.scalar(select(Notice).where(Notice.user_id == client.user_id, Notice.channel == Channel.MAIL))
    assert f"/notices/{letter.id}\n" in body
    assert post() == []


def test_what_was_read_or_is_not_wanted_stays_unsent(db, post, run_jobs):
    client = make.client_of(make.specialist())
    owner = client.provider.owner
    asked = make.appointment(client)
    run_jobs()
    inbox.read(owner, notice_id=None)
    assert post() == []
    appointments.move(owner, asked.id, "accept")
    run_jobs()
    people.set_notices(client.user, mails=False, reminder="provider")
    assert post() == []
    appointments.reschedule(owner, asked.id, make.free(client.provider, 3))
    assert post() == []
    people.set_notices(client.user, mails=True, reminder="provider")
    appointments.reschedule(owner, asked.id, make.free(client.provider, 5))
    run_jobs()
    client.user.active = False
    assert post() == []


@pytest.mark.parametrize(("wish", "hours"), [("provider", 24), ("3", 3), ("48", 48)])
def test_a_client_is_reminded_when_he_likes(db, later, wish, hours):
    """I-18: the own wish goes before the provider's rule."""
    client = make.client_of(make.specialist())
    people.set_notices(client.user, mails=True, reminder=wish)
    asked = make.appointment(client, make.free(client.provider, 80))
    appointments.move(client.provider.owner, asked.id, "accept")
    ahead = (asked.starts_at - clock.now()).total_seconds()
    later(ahead - hours * 3600 - 60)
    assert appointment_timers.remind_due() == 0
    later(ahead - hours * 3600 + 60)
    assert appointment_timers.remind_due() == 1


def test_a_client_may_wish_for_silence(db, later):
    client = make.client_of(make.specialist())
    people.set_notices(client.user, mails=True, reminder="0")
    asked = make.appointment(client, make.free(client.provider, 40))
    appointments.move(client.provider.owner, asked.id, "accept")
    later((asked.starts_at - clock.now()).total_seconds() - 60)
    assert appointment_timers.remind_due() == 0


@pytest.mark.parametrize("wish", ["", "-1", "7", "24.0", "soon", "9" * 40])
def test_a_made_up_wish_changes_nothing(db, wish):
    user = make.resident()
    with pytest.raises(Invalid):
        people.set_notices(user, mails=False, reminder=wish)
    assert (user.mails, user.reminder) == (True, None)
