"""What the tests of the provider's pages stand on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from app import clock, tokens
from app.actions import asking, invitations, schedule
from models import Appointment, Provider, User
from tests import factories as make


def pages_of(provider: Provider, appointment: Any, absence: Any, invitation: Any) -> list[str]:
    """Every page of an owner that is only read."""
    base, client = f"/practice/{provider.id}", appointment.client_id
    offer, who = provider.offers[0].id, provider.specialists[0].id
    own = [f"{base}/team", f"/practice/specialists/{who}"] if provider.is_organization else []
    return [
        base,
        f"{base}/counts",
        f"{base}/calendar",
        f"{base}/calendar?day=2026-03-29",
        f"{base}/calendar?who={who}",
        f"{base}/clients",
        f"{base}/clients?q=мари",
        f"{base}/services",
        f"{base}/services/new",
        f"{base}/services/{offer}",
        f"{base}/packages",
        f"{base}/packages/new",
        f"{base}/hours",
        f"{base}/absences",
        f"{base}/invitations",
        f"{base}/settings",
        f"{base}/more",
        f"{base}/book",
        f"{base}/book?client={client}",
        f"/practice/clients/{client}",
        f"/practice/clients/{client}/chat",
        f"/practice/appointments/{appointment.id}",
        f"/practice/appointments/{appointment.id}/status",
        f"/practice/appointments/{appointment.id}/time",
        f"/practice/appointments/{appointment.id}/moves/decline",
        f"/practice/absences/{absence.id}/affected",
        f"/practice/invitations/{invitation.id}",
        f"/practice/invitations/{invitation.id}/code.svg",
        f"/practice/invitations/{invitation.id}/poster",
        *own,
    ]


def a_day_of(provider: Provider) -> tuple[Any, Any, Any]:
    """A request, an absence that meets it, an invitation."""
    asked = make.appointment(make.client_of(provider))
    day = local_day(provider, asked.starts_at)
    absence = schedule.add_absence(
        provider.owner, provider.id, specialist_id=None, starts=day, ends=day + dt.timedelta(days=1)
    )
    return asked, absence, invitations.invite(provider.owner, provider.id, "secret")


def local_day(provider: Provider, at: dt.datetime) -> dt.datetime:
    """The beginning of its day by the provider's wall clock."""
    return at.astimezone(clock.zone(provider.timezone)).replace(tzinfo=None, hour=0, minute=0)


def moved_past(later: Any, appointment: Appointment, days: int = 0) -> None:
    """A minute after it began, or days after."""
    later((appointment.starts_at - clock.now()).total_seconds() + 60 + days * 86400)


def colleague(provider: Provider) -> tuple[User, Appointment, Appointment]:
    """The organization's first specialist with an account, an appointment of his, and one of the second one's."""
    person = make.user("Игорь", "Мастеров")
    first, second = provider.specialists[:2]
    made = invitations.invite(provider.owner, provider.id, "secret", specialist_id=first.id)
    invitations.accept(person, tokens.derived("secret", "invitation", made.nonce))
    those = []
    for who, name in ((first, "Мария"), (second, "Степан")):
        pair = make.client_of(provider, make.resident(name, "Клиентов"))
        offer, at = provider.offers[0], make.free(provider, 3)
        those.append(asking.request(pair.user, pair.id, offer.id, at, specialist_id=who.id))
    return person, those[0], those[1]
