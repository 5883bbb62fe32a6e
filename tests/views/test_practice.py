"""The provider's pages: what each shows, whom it lets in, what is refused and how (S2-22..S2-24, I-19, I-20)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app import clock
from app.actions import schedule
from models import Provider
from tests import factories as make


def pages_of(provider: Provider, appointment: Any, absence: Any, invitation: Any) -> list[str]:
    """Every page of an owner that is only read."""
    base, client = f"/practice/{provider.id}", appointment.client_id
    offer, who = provider.offers[0].id, provider.specialists[0].id
    return [
        base,
        f"{base}/calendar",
        f"{base}/calendar?day=2026-03-29",
        f"{base}/calendar?who={who}",
        f"{base}/clients",
        f"{base}/clients?q=мари",
        f"{base}/services",
        f"{base}/services/new",
        f"{base}/services/{offer}",
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
        f"/practice/appointments/{appointment.id}/time",
        f"/practice/appointments/{appointment.id}/moves/decline",
        f"/practice/absences/{absence.id}/affected",
        f"/practice/invitations/{invitation.id}",
        f"/practice/invitations/{invitation.id}/poster",
    ]


def a_day_of(provider: Provider) -> tuple[Any, Any, Any]:
    """A request, an absence that meets it, an invitation."""
    from app.actions import invitations

    asked = make.appointment(make.client_of(provider))
    day = local_day(provider, asked.starts_at)
    absence = schedule.add_absence(
        provider.owner, provider.id, specialist_id=None, starts=day, ends=day + dt.timedelta(days=1)
    )
    return asked, absence, invitations.invite(provider.owner, provider.id, "secret")


def local_day(provider: Provider, at: dt.datetime) -> dt.datetime:
    return at.astimezone(clock.zone(provider.timezone)).replace(tzinfo=None, hour=0, minute=0)


@pytest.mark.parametrize("kind", ["specialist", "organization"])
def test_every_page_answers_within_its_budget(sign_in: Any, count_statements: Any, kind: str) -> None:
    provider = make.specialist() if kind == "specialist" else make.organization()
    things = a_day_of(provider)
    client = sign_in(provider.owner)
    pages = pages_of(provider, *things)
    if kind == "organization":
        pages += [f"/practice/{provider.id}/team", f"/practice/specialists/{provider.specialists[0].id}"]
    for address in pages:
        client.get(address)
        with count_statements(12):
            answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(answer.data) < 100_000, address
