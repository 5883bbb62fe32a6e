"""The journal's page and the settings' page."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from app import clock, journal, settings
from app.actions import people
from app.extensions import db
from app.kinds import KINDS
from app.notices import JOURNAL, PRIVATE
from app.policy import SYSTEM
from app.queries.journal import PAGE
from app.settings import SETTINGS
from models import CompanyKind, Entry, PlaceKind, Setting, User
from tests import factories as make
from views.admin import journal_words
from views.admin.settings import LABELS


@pytest.fixture
def boss(app: Flask) -> User:
    return make.operator(locale="en")


@pytest.fixture
def admin(boss: User, sign_in: Any) -> FlaskClient:
    return sign_in(boss)


def lines(page: str) -> int:
    return page.count('class="nowrap"><time')


# --- the journal ------------------------------------------------------------------------------------------------------


def test_every_kind_has_its_words_and_a_group() -> None:
    grouped = {kind for _name, _label, kinds in journal_words.GROUPS for kind in kinds}
    for kind in set(JOURNAL) - set(PRIVATE):
        assert journal_words.is_known(kind), kind
        assert kind in grouped, kind


def test_who_did_what_to_what(boss: User, admin: FlaskClient) -> None:
    order = make.in_status("cancelled")
    page = admin.get("/admin/journal/").text
    assert "Ordered" in page
    assert "Cancelled by the resident" in page
    subjects = set(re.findall(rf'href="/desk/orders/{order.id}"[^>]*>([^<]+)<', page))
    assert subjects == {f"Order {order.id}"}
    assert order.author.name in page
    journal.write(db.session, "order.expired", SYSTEM, order.subject)
    assert "The system" in admin.get("/admin/journal/").text


def test_words_of_messages_and_notes_are_not_shown(admin: FlaskClient) -> None:
    order = make.order()
    for kind in ("message.posted", "note.posted"):
        journal.write(db.session, kind, order.author, order.subject, text="тайное слово", number=1)
    page = admin.get("/admin/journal/").text
    assert "Internal note" in page
    assert "тайное слово" not in page


def test_filters(boss: User, admin: FlaskClient) -> None:
    first, second = make.order(), make.in_status("cancelled")
    journal.write(db.session, "order.expired", SYSTEM, first.subject)
    old = db.session.scalars(
        select(Entry).where(Entry.subject == second.subject, Entry.kind == "order.placed")
    ).one()
    old.at = clock.now() - dt.timedelta(days=10)
    db.session.commit()

    def count(query: str) -> int:
        answer = admin.get(f"/admin/journal/?{query}")
        assert answer.status_code == 200
        return lines(answer.text)

    everything = count("")
    assert everything == 4
    assert count("kind=orders") == 4
    assert count("kind=order.cancelled") == 1
    assert count("kind=settings") == 0
    assert count(f"person={first.author_id}") == 1
    assert count("person=system") == 1
    assert count(f"subject={first.id}") == 2
    assert count(f"subject=№{first.id}") == 2
    assert count(f"subject=order:{second.id}") == 2
    today = clock.now().astimezone(dt.timezone(dt.timedelta(hours=5))).date()
    assert count(f"since={today}") == 3
    assert count(f"until={today - dt.timedelta(days=1)}") == 1
    assert count(f"since={today - dt.timedelta(days=10)}&until={today}") == 4


def test_the_journals_address_may_say_anything(admin: FlaskClient) -> None:
    make.order()
    for query in [
        "kind=nonsense",
        "kind=no.such",
        "person=abc",
        "person=99999999999999",
        "subject=%00",
        "subject=order:999999999999999999999",
        "since=yesterday",
        "since=0001-01-01&until=9999-12-31",
        "before=abc",
        "before=99999999999999999999",
        "after=-1",
        "before=1&after=1",
    ]:
        assert admin.get(f"/admin/journal/?{query}").status_code == 200, query


def test_pages_turn_both_ways_and_miss_nothing(boss: User, admin: FlaskClient) -> None:
    for number in range(PAGE * 2 + 7):
        journal.write(db.session, "setting.changed", boss, "setting:x", old=number, new=number + 1)
    db.session.commit()
    seen: list[str] = []
    address: str | None = "/admin/journal/"
    while address:
        page = admin.get(address).text
        seen += re.findall(r"(\d+) → \d+", page)
        older = re.search(r'href="([^"]+)"[^>]*rel="next"', page)
        address = older[1].replace("&amp;", "&") if older else None
    assert seen == [str(number) for number in reversed(range(PAGE * 2 + 7))]
    newer = re.search(r'href="([^"]+)"[^>]*rel="prev"', page)
    assert newer
    back = admin.get(newer[1].replace("&amp;", "&")).text
    assert lines(back) == PAGE


def test_the_journal_is_for_reading_only(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if str(rule).startswith("/admin/journal")]
    assert [rule.methods - {"HEAD", "OPTIONS"} for rule in rules] == [{"GET"}]


# --- settings ---------------------------------------------------------------------------------------------------------


def values(**changes: Any) -> dict[str, Any]:
    """The settings' form as the page has it."""
    sent = {name: str(spec.default) for name, spec in SETTINGS.items() if spec.type is not bool}
    return {
        name: value
        for name, value in (sent | {"sign_up_open": "yes", "providers_open": "yes"} | changes).items()
        if value is not None
    }


def test_every_setting_has_a_name_on_its_page(admin: FlaskClient) -> None:
    assert set(LABELS) == set(SETTINGS)
    page = admin.get("/admin/settings/").text
    for name in SETTINGS:
        assert f'name="{name}"' in page


def test_only_what_differs_is_changed(boss: User, admin: FlaskClient) -> None:
    answer = admin.post("/admin/settings/", data=values(organization_name="Технопарк", completion_hours="48"))
    assert answer.status_code == 303
    settings.forget()
    assert settings.get(db.session, "organization_name") == "Технопарк"
    assert settings.get(db.session, "completion_hours") == 48
    entries = db.session.scalars(select(Entry).where(Entry.kind == "setting.changed")).all()
    assert {entry.subject for entry in entries} == {"setting:organization_name", "setting:completion_hours"}
    assert {entry.actor_id for entry in entries} == {boss.id}
    assert "72 → 48" in admin.get("/admin/journal/?kind=settings").text


def test_a_switch_is_turned_off(admin: FlaskClient, client: FlaskClient) -> None:
    assert admin.post("/admin/settings/", data=values(sign_up_open=None)).status_code == 303
    settings.forget()
    assert settings.get(db.session, "sign_up_open") is False


def test_bad_values_of_a_setting_change_nothing_at_all(admin: FlaskClient) -> None:
    for changes, said in [
        ({"completion_hours": "0"}, "From 1 to 1440."),
        ({"completion_hours": "a day"}, "Please enter a number."),
        ({"completion_hours": ""}, "Please enter a number."),
        ({"timezone": "Mars/Olympus"}, "Please choose from the list."),
        ({"organization_name": "x" * 201}, "At most 200 characters."),
        ({"organization_name": " "}, "Please fill this in."),
        ({"support_phone": "<b>x</b>"}, "Please enter a phone number"),
        ({"completion_reminder_hours": "72"}, "The reminder has to come before the completion."),
    ]:
        sent = {"organization_name": "Технопарк"} | changes
        answer = admin.post("/admin/settings/", data=values(**sent))
        assert answer.status_code == 422
        assert said in answer.text
        assert "organization_name" in changes or "Технопарк" in answer.text
        assert db.session.scalars(select(Setting)).all() == []
        settings.forget()
        assert settings.get(db.session, "organization_name") == "Atrium"


def test_a_setting_that_somebody_else_changed_is_not_overwritten(admin: FlaskClient) -> None:
    """Two windows: what was left as it was shown stays as it is now; what both changed is told first."""
    shown = {
        f"was-{name}": "yes" if spec.default is True else str(spec.default) for name, spec in SETTINGS.items()
    }
    assert admin.post("/admin/settings/", data=values(reaction_hours="5") | shown).status_code == 303
    late = values(organization_name="Технопарк") | shown
    assert admin.post("/admin/settings/", data=late).status_code == 303
    settings.forget()
    assert settings.get(db.session, "reaction_hours") == 5
    answer = admin.post("/admin/settings/", data=values(reaction_hours="6") | shown)
    assert answer.status_code == 422
    assert "now it is “5”" in answer.text
    assert 'name="was-reaction_hours" value="5"' in answer.text
    again = values(reaction_hours="6") | shown | {"was-reaction_hours": "5"}
    assert admin.post("/admin/settings/", data=again).status_code == 303
    settings.forget()
    assert settings.get(db.session, "reaction_hours") == 6


def test_a_conflict_over_the_time_zone_names_its_city(admin: FlaskClient) -> None:
    shown = {"was-timezone": SETTINGS["timezone"].default}
    assert admin.post("/admin/settings/", data=values(timezone="Asia/Omsk") | shown).status_code == 303
    answer = admin.post("/admin/settings/", data=values(timezone="Europe/Moscow") | shown)
    assert answer.status_code == 422
    assert "now it is “Omsk (UTC+6)”" in answer.text


def test_a_list_about_one_thing_says_which(boss: User, admin: FlaskClient) -> None:
    people.block(boss, person := make.resident("Вера", "Новикова"), blocked=True)
    page = admin.get(f"/admin/journal/?subject=user:{person.id}").text
    assert f'<input type="hidden" name="subject" value="user:{person.id}">' in page
    assert '<span class="journal__about">Вера Новикова</span>' in page
    assert "blocked" in admin.get(f"/admin/people/edit/{person.id}").text
    assert "<title>None" not in admin.get("/admin/settings/").text


@pytest.mark.parametrize("kind", [*KINDS, *PlaceKind, *CompanyKind])
def test_kinds_are_named_in_words(app: Flask, kind: str) -> None:
    """What the catalogue offers today, every place, every company: no code word in a line."""
    entry = Entry(kind="reference.added", subject="x:1", data={"changes": {"kind": ["", kind]}})
    with force_locale("ru"):
        (line,) = journal_words.details(entry)
    assert line.startswith("Вид: ")
    assert kind not in line
