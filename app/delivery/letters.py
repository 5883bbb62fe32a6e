"""Notices as letters, for who does not look into Atrium every day."""

from __future__ import annotations

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, settings
from app.delivery import mail
from app.queries import inbox
from models import Channel, Notice, User


def send(session: Session, notice_id: int, base_url: str) -> bool:
    """Mail a notice to its person, in the own language and zone: if the account is still active, letters are still
    wanted, and the notice was not read in Atrium meanwhile. Whether it was sent. Raises what mail.send() raises."""
    notice = session.get(Notice, notice_id)
    person = session.get(User, notice.user_id) if notice else None
    if notice is None or person is None or not (person.active and person.mails) or _read(session, notice):
        return False
    locale = person.locale or "ru"
    with force_locale(locale):
        words = inbox.text(
            notice.entry, notice.kind, clock.zone(person.timezone, settings.get(session, "timezone"))
        )
    link, choice = f"{base_url}/notices/{notice.id}", f"{base_url}/profile#notices"
    mail.send(person.email, "notice", locale, user=person, words=words, link=link, choice=choice)
    return True


def _read(session: Session, notice: Notice) -> bool:
    return bool(
        session.scalar(
            select(Notice.read_at.is_not(None)).where(
                Notice.entry_id == notice.entry_id,
                Notice.user_id == notice.user_id,
                Notice.channel == Channel.INBOX,
            )
        )
    )
