"""The three ways to call for help (S1-5..S1-22), each from the resident's thumb to the end, with two staff browsers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.extensions import db
from app.permissions import GUARD
from models import Alarm, Place
from tests import factories as make
from tests.browser import NARROW, WIDE
from tests.journeys.test_alarm_desk import console, press, siren

OFFICE = "Корпус А, Офис 312"


def at_once(page: Page, place: Place) -> None:
    """A: one press, no field (S1-7)."""
    page.get_by_role("link", name="Вызвать помощь").click()
    page.get_by_role("button", name="ЭКСТРЕННАЯ ПОМОЩЬ").click()


def with_words(page: Page, place: Place) -> None:
    """B: the place and what happened (S1-13..S1-17)."""
    page.get_by_role("link", name="Вызвать помощь").click()
    page.get_by_role("link", name="Указать место и описать ситуацию").click()
    page.get_by_label("Ваше месторасположение").select_option(label=OFFICE)
    page.get_by_label("Опишите ситуацию").fill("Упал <b>шкаф</b>")
    page.get_by_role("button", name="Оставить заявку").click()


def by_code(page: Page, place: Place) -> None:
    """C: the object's code, its plan, «Нужна помощь» (S1-19..S1-21)."""
    page.locator(".bottombar a[href='/scan']").click()
    page.locator("input[name=code]").fill(place.code)
    page.locator("[data-code-form] button").click()
    page.get_by_role("button", name="Нужна помощь").click()


@pytest.mark.parametrize(
    ("way", "place", "words"),
    [(at_once, "место не указано", ""), (with_words, OFFICE, "Упал <b>шкаф</b>"), (by_code, OFFICE, "")],
)
def test_from_the_press_to_the_end(
    new_page: Any, app: Any, way: Callable[[Page, Place], None], place: str, words: str
) -> None:
    """S1-9, S1-10, S1-22: what each way carries stands on both consoles; the resident sees who comes."""
    office = make.place("Офис 312", "room", make.place("Корпус А"))
    desk = console(new_page(make.dispatcher(), width=WIDE), "/admin/places/list/")
    phone = console(new_page(make.user("Николай", "Багров", roles=(GUARD,)), width=NARROW), "/desk/")
    page = new_page(make.resident(), width=NARROW)
    page.goto("/")
    way(page, office)
    expect(page).to_have_url(re.compile(r"/sos/alarms/\d+$"))
    expect(page.locator("[data-digits]")).to_have_text(re.compile(r"^0(5:00|4:5\d)$"))

    for one in (desk, phone):
        siren(one, "sounding")
        expect(one.locator("[data-alarm]")).to_have_count(1)
        expect(one.locator("[data-alarm]")).to_contain_text(place)
        expect(one.locator("[data-alarm]")).to_contain_text(words)
    alarm = db.session.query(Alarm).one()
    press(phone, alarm.lead, "accept")
    siren(desk, "silent")
    expect(desk.locator("[data-alarm]")).to_contain_text("Николай Багров: вызов принят")
    expect(page.locator(".helpcall__now")).to_contain_text("Николай Багров")
    press(phone, alarm.lead, "set_off")
    expect(page.locator(".helpcall__now")).to_have_text("В пути к вам: Николай Багров.")
    press(phone, alarm.lead, "arrive")
    expect(page.locator(".helpcall__now")).to_have_text("Рядом с вами: Николай Багров.")
    press(phone, alarm.lead, "finish")
    window = phone.locator("#alarm-dialog")
    window.locator("textarea").fill("Помогли")
    window.get_by_role("button", name="Завершить").click()
    expect(desk.locator("[data-alarm]")).to_have_count(0)
    expect(page.locator(".helpstages")).to_contain_text("Помогли")
    page.goto("/orders?show=all")
    expect(page.locator(".list")).to_contain_text("Вызов помощи")
