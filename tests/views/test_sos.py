"""SOS, the resident's side over HTTP: pressing, the form, the page of a call, expired sign-ins, who may."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.actions import alarms, people
from app.actions import settings as setting_actions
from app.extensions import db
from app.permissions import GUARD
from models import Alarm, Console, Order, Setting
from tests import factories as make

OURS = {"Origin": "http://localhost"}
JSON = {"Accept": "application/json", **OURS}
PHONE = "+73422580078"


@pytest.fixture
def guard(app: Any) -> Any:
    return make.user("Николай", "Багров", roles=(GUARD,))


@pytest.fixture
def phone(app: Any) -> str:
    db.session.add(Setting(name="support_phone", value=PHONE))
    db.session.commit()
    return PHONE


def calls() -> list[Order]:
    return list(db.session.scalars(select(Order).where(Order.kind == "sos").order_by(Order.id)))


def the_alarm() -> Alarm:
    return db.session.scalars(select(Alarm)).one()


def press(client: Any, headers: Any = OURS, **sent: str) -> Any:
    return client.post("/sos/calls", data={"key": str(uuid4())} | sent, headers=headers)


def test_smoke(sign_in: Any, guard: Any, phone: str) -> None:
    client = sign_in(make.resident())
    assert client.get("/sos").status_code == 200
    assert client.get("/sos/place").status_code == 200
    answer = press(client)
    assert answer.status_code == 303, answer.text
    assert client.get(answer.location).status_code == 200
    assert client.get(answer.location + "/state").status_code == 200
    assert client.get(answer.location + "/close").status_code == 200
    assert client.get("/").status_code == 200
    assert client.get("/offline").status_code == 200
    assert client.get("/nothing-here").status_code == 404
