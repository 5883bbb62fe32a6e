"""The administration in a real browser: pickers, the form builder by mouse and keys, the phone's menu, axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.extensions import db
from models import Service, User
from tests import factories as make
from tests.browser import NARROW, WIDE, NewPage
from tests.waiting import wait_for


@pytest.fixture
def boss(app: Flask) -> User:
    return make.operator(locale="en")


def keys(page: Page) -> list[str]:
    return [str(row.get_attribute("data-key")) for row in page.locator(".question").all()]


def world() -> dict[str, int]:
    """Something on every page."""
    person = make.resident("Лера", "Петрова", phone="+79123456789")
    company = make.company("ООО «Спектр»", members=(person,))
    top = make.place("Технопарк", "territory")
    make.place("Офис 312", "room", make.place("Корпус А", "building", top), shown=False)
    fields = [
        make.field("Офис"),
        make.field("Что взять", "choices", choices=["Ведро", "Тряпка"]),
    ]
    service = make.service("Уборка", fields=fields, team=make.team(make.executor()))
    make.in_status("done", author=person, of=service)
    return {
        "people": person.id,
        "companies": company.id,
        "places": top.id,
        "services": service.id,
        "categories": service.category_id,
        "teams": service.team_id,
        "roles": person.roles[0].id,
    }


@pytest.mark.parametrize(("width", "language"), [(WIDE, "en"), (NARROW, "ru")])
def test_every_page_is_for_everybody(
    width: int, language: str, app: Flask, new_page: NewPage, axe: Callable[[Page], None]
) -> None:
    """No violation for axe, nothing wider than the window, no complaint of the browser (which the fixture watches)."""
    rows = world()
    page = new_page(make.operator(locale=language), width=width, language=language)
    addresses = ["", "people/list/?q=zzz", "journal/", "settings/", f"services/{rows['services']}/form"]
    addresses += [f"{name}/{act}" for name in rows for act in ("list/", "add")]
    addresses += [f"{name}/{act}/{row}" for name, row in rows.items() for act in ("edit", "show")]
    addresses += [f"{name}/delete/{row}" for name, row in rows.items() if name != "people"]
    for address in addresses:
        page.goto(f"/admin/{address}")
        axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"/admin/{address} is {wide} px too wide"


def test_a_picker_asks_for_what_is_typed(boss: User, new_page: NewPage) -> None:
    rows = world()
    page = new_page(boss, language="en")
    page.goto(f"/admin/services/edit/{rows['services']}")
    box = page.get_by_role("combobox", name="Executor")
    box.fill("петр")
    expect(page.locator("#executor-find-list-1").get_by_role("option")).to_have_text(
        [re.compile("Иван Петров")]
    )
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("Иван Петров")
    extras = page.get_by_role("combobox", name="Additional services")
    extras.fill("нет такой")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_text("Nothing found")
    extras.press("Escape")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    db.session.expire_all()
    service = db.session.get(Service, rows["services"])
    assert service
    assert service.executor
    assert service.executor.name == "Иван Петров"


def test_a_filter_applies_when_it_is_chosen(boss: User, new_page: NewPage) -> None:
    world()
    page = new_page(boss, language="en")
    page.goto("/admin/people/list/")
    page.get_by_label("Company", exact=True).fill("спектр")
    page.get_by_role("option", name="ООО «Спектр»").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "company=" in page.url
    assert "q=" not in page.url
    page.get_by_role("link", name="Reset").click()
    assert page.url.endswith("/admin/people/list/")


def test_the_form_builder_by_keys_and_mouse(boss: User, new_page: NewPage, sign_in: Any) -> None:
    rows = world()
    page = new_page(boss, language="en", expected=("status of 422",))
    page.goto(f"/admin/services/{rows['services']}/form")
    first, second = keys(page)

    page.get_by_role("button", name="One of several").click()
    expect(page.locator("#n1-label")).to_be_focused()
    page.keyboard.type("Сколько комнат?")
    page.locator("#n1-choices").fill("Одна\nДве")
    expect(page.locator("#preview")).to_contain_text("Сколько комнат?")
    expect(page.locator("#preview .chip", has_text="Две")).to_be_visible()

    page.locator("#n1-up").press("Enter")
    expect(page.locator(".question").nth(1)).to_have_attribute("data-key", "n1")
    expect(page.locator("#n1-up")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".question").first).to_have_attribute("data-key", "n1")
    assert keys(page) == ["n1", first, second]

    page.evaluate("scrollTo(0, 0)")
    grip = page.locator("#n1 [data-grip]").bounding_box()
    target = page.locator(f"#{first}").bounding_box()
    assert grip
    assert target
    page.mouse.move(grip["x"] + 5, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, target["y"] + target["height"] * 0.7, steps=10)
    page.mouse.up()
    expect(page.locator(".question").first).to_have_attribute("data-key", first)
    expect(page.locator("#preview .field__label").first).to_contain_text("Офис")
    assert keys(page) == [first, "n1", second]

    page.locator("#n1-choices").fill("Одна")
    page.get_by_role("button", name="Save the form").click()
    expect(page.locator("#n1-choices-error")).to_contain_text("at least two choices")
    expect(page.locator("#n1-label")).to_have_value("Сколько комнат?")
    page.locator("#n1-choices").fill("Одна\nДве")
    page.get_by_role("button", name="Save the form").click()
    expect(page.get_by_role("status").filter(has_text="The form is saved")).to_be_visible()
    labels = re.findall(
        r'field__label"[^>]*>([^<]+?)\s*<', sign_in(make.resident()).get(f"/services/{rows['services']}").text
    )
    assert labels == ["Офис", "Сколько комнат?", "Что взять"]


def test_unsaved_changes_are_asked_about(boss: User, new_page: NewPage) -> None:
    rows = world()
    page = new_page(boss, language="en")
    page.goto(f"/admin/companies/edit/{rows['companies']}")
    page.get_by_label("Name", exact=True).fill("Другое имя")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Teams").click()
    wait_for(lambda: page.evaluate("1") and asked)
    assert asked == ["beforeunload"]
    assert "/companies/edit/" in page.url


def test_a_wrong_form_is_told_at_its_fields(
    boss: User, new_page: NewPage, axe: Callable[[Page], None]
) -> None:
    """By the server, in the reader's language; fields that stand side by side are level, with a hint or without."""
    world()
    page = new_page(boss, language="en")
    page.goto("/admin/services/add")
    tops = [page.locator(f"#{name}").bounding_box()["y"] for name in ("category_id", "kind")]
    assert tops[0] == tops[1]
    gap = page.locator("label[for=category_id]").bounding_box()
    assert tops[0] - gap["y"] - gap["height"] < 12
    page.fill("#completion_hours", "-5")
    page.fill("#summary", "Осталось")
    page.locator(".submitbar button").click()
    expect(page.locator("#name-error")).to_have_text("Please fill this in.")
    expect(page.locator("#completion_hours-error")).to_be_visible()
    expect(page.locator("#completion_hours")).to_have_value("-5")
    expect(page.locator("#summary")).to_have_value("Осталось")
    expect(page.locator("[data-focus]")).to_be_focused()
    axe(page)
    page.fill("#name", "Мойка окон")
    expect(page.locator("#name-error")).to_be_hidden()


def test_a_fixed_name_looks_fixed(boss: User, new_page: NewPage) -> None:
    page = new_page(boss, language="en")
    page.goto(f"/admin/roles/edit/{boss.roles[0].id}")
    expect(page.locator("#name")).not_to_be_editable()
    expect(page.locator(".with-icon:has(#name) > .icon")).to_be_visible()


def test_the_menu_of_the_phone(boss: User, new_page: NewPage) -> None:
    page = new_page(boss, width=NARROW, language="en")
    page.goto("/admin/")
    menu = page.locator("#admin-menu")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(menu).to_be_visible()
    menu.get_by_role("link", name="Places").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Places")
    expect(menu).to_be_hidden()
