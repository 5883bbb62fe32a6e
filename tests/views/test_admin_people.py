"""Administration of people and roles: who may do what to whom, and what follows at once."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, select, text

from app import passwords
from app.actions import accounts, roles
from app.errors import Forbidden, Invalid
from app.extensions import db
from app.permissions import DISPATCHER, EXECUTOR, OPERATOR, RESIDENT, ROLES, P
from app.policy import can
from models import Entry, Membership, User
from tests import factories as make
from views.admin.roles import RIGHTS

GOOD = {
    "first_name": "Анна",
    "last_name": "Баранова",
    "email": "Anna@Example.org",
    "phone": "8 (912) 345-67-89",
    "password": "Cold-Kama-47",
}


def role(name: str) -> Role:
    return db.session.scalars(select(Role).where(Role.name == name)).one()


def custom_role(name: str, *rights: P) -> Role:
    return roles.save(make.operator(), None, name, rights)


@pytest.fixture
def boss(app: Flask) -> User:
    return make.operator(locale="en")


@pytest.fixture
def admin(boss: User, sign_in: Any) -> FlaskClient:
    return sign_in(boss)


# --- adding and editing -----------------------------------------------------------------------------------------------


def test_a_person_is_added_with_password_and_roles(boss: User, admin: FlaskClient) -> None:
    answer = admin.post("/admin/people/add", data=GOOD | {"roles": [role(EXECUTOR).id, role(RESIDENT).id]})
    assert answer.status_code == 303
    person = db.session.scalars(select(User).where(User.email == "anna@example.org")).one()
    assert (person.username, person.phone, person.active) == ("anna@example.org", "+79123456789", True)
    assert passwords.matches(person.password, "Cold-Kama-47")
    assert {r.name for r in person.roles} == {EXECUTOR, RESIDENT}
    line = db.session.scalars(select(Entry).where(Entry.kind == "user.created")).one()
    assert (line.actor_id, line.subject) == (boss.id, f"user:{person.id}")
    assert "Cold-Kama-47" not in str(line.data)
    kinds = db.session.scalars(select(Entry.kind).where(Entry.subject == f"user:{person.id}")).all()
    assert "user.registered" not in kinds, "nobody signed up"


@pytest.mark.parametrize(
    "typed", ["+7 999 000-11-39", "8 999 000-11-39", "8 999 000", "000-11-39", "11-39", "79990001139"]
)
def test_a_phone_is_found_as_it_is_written(admin: FlaskClient, typed: str) -> None:
    make.resident("Вера", "Новикова", phone="+79990001139")
    assert "Вера" in admin.get("/admin/people/list/", query_string={"q": typed}).text


def test_no_role_is_called_like_one_of_the_products(admin: FlaskClient) -> None:
    for name in ("Резидент", "  диспетчер ", "Resident"):
        answer = admin.post("/admin/roles/add", data={"name": name})
        assert answer.status_code == 422
        assert "There is a role with this name already." in answer.text


def test_bad_values_of_a_person(admin: FlaskClient) -> None:
    make.user(email="taken@example.org")
    before = db.session.scalar(select(func.count()).select_from(User))
    for field, value, said in [
        ("first_name", "", "Please fill this in."),
        ("first_name", "<script>", "A name has letters only."),
        ("last_name", "x" * 65, "At most 64 characters."),
        ("email", "not an address", "Please enter an e-mail address"),
        ("email", "taken@example.org", "There is an account with this address already."),
        ("phone", "12", "Please enter a phone number"),
        ("password", "", "Please fill this in."),
        ("password", "1234567", "At least 8 characters."),
        ("password", "password1", "one of the first that a stranger would try"),
        ("password", "x" * 129, "At most 128 characters."),
        ("roles", "99999", "Please choose from the list."),
        ("roles", "abc", "Please choose from the list."),
    ]:
        answer = admin.post("/admin/people/add", data=GOOD | {field: value})
        assert answer.status_code == 422, value
        assert said in answer.text, value
        assert "reset the password" not in answer.text, "it is not the owner of the address who reads this"
        assert "Cold-Kama-47" not in answer.text
        if field not in ("first_name", "phone"):
            assert 'value="Анна"' in answer.text
            assert "345-67-89" in answer.text
        assert db.session.scalar(select(func.count()).select_from(User)) == before


def test_editing_keeps_what_the_form_does_not_have(admin: FlaskClient) -> None:
    person = make.user(password="hash", email="old@example.org", roles=(EXECUTOR,))
    key = person.session_key
    sent = {
        "first_name": "Лера",
        "last_name": "Ким",
        "email": "new@example.org",
        "roles": [role(EXECUTOR).id],
    }
    answer = admin.post(f"/admin/people/edit/{person.id}", data=sent | {"password": "x", "active": ""})
    assert answer.status_code == 303
    assert (person.email, person.username, person.name) == ("new@example.org", "new@example.org", "Лера Ким")
    assert (person.password, person.session_key, person.active) == ("hash", key, True)


def test_people_are_blocked_not_deleted(app: Flask, admin: FlaskClient) -> None:
    assert "PersonView.delete" not in {rule.endpoint for rule in app.url_map.iter_rules()}


def test_a_blocked_person_loses_the_session(admin: FlaskClient, sign_in: Any) -> None:
    person = make.resident()
    theirs = sign_in(person)
    assert theirs.get("/orders").status_code == 200
    asked = admin.post("/admin/people/act/block", data={"row": person.id, "on": "row"})
    assert "open pages are signed out" in asked.text
    answer = admin.post("/admin/people/act/block", data={"row": person.id, "on": "row", "sure": "yes"})
    assert answer.location == f"/admin/people/edit/{person.id}"
    assert theirs.get("/orders", headers={"Accept": "text/html"}).status_code == 302
    assert person.active is False
    admin.post("/admin/people/act/unblock", data={"row": person.id, "sure": "yes"})
    # The old cookie stays dead: a new sign-in is needed.
    assert theirs.get("/orders", headers={"Accept": "text/html"}).status_code == 302
    kinds = db.session.scalars(select(Entry.kind).where(Entry.subject == f"user:{person.id}")).all()
    assert {"user.blocked", "user.unblocked"} <= set(kinds)


def test_acts_that_make_no_sense_say_why(boss: User, admin: FlaskClient) -> None:
    admin.post("/admin/people/act/block", data={"row": boss.id, "sure": "yes"})
    assert "You cannot block yourself." in admin.get("/admin/people/list/").text
    person = make.user(active=False)
    for act, said in (("block", "blocked already"), ("reset_link", "unblock it first")):
        admin.post(f"/admin/people/act/{act}", data={"row": person.id, "sure": "yes"})
        assert said in admin.get("/admin/people/list/").text
    assert boss.active


def test_a_link_for_a_new_password_is_mailed(admin: FlaskClient, run_jobs: Any, var: Any) -> None:
    person = make.user(email="forgetful@example.org")
    admin.post("/admin/people/act/reset_link", data={"row": person.id, "sure": "yes"})
    waiting = db.session.scalar(
        text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'mail_reset_link'")
    )
    assert waiting == 1
    run_jobs()
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in (var / "mail").iterdir()]
    sent = next(mail for mail in mails if mail["To"] == person.email)
    assert "/reset/" in sent.get_content()


def test_search_and_filters(admin: FlaskClient) -> None:
    lera = make.resident("Лера", "Петрова", phone="+79991112233")
    make.company("Спектр", members=(lera,))
    company = db.session.scalars(select(Membership.company_id)).one()
    make.user("Олег", "Петров", active=False)

    def found(query: str) -> list[str]:
        page = admin.get(f"/admin/people/list/?{query}").text
        return re.findall(r"</span><span>([^<]+)<small>", page)

    assert set(found("q=петр")) == {"Лера Петрова", "Олег Петров"}
    assert found("q=петрова+лера") == ["Лера Петрова"]
    assert found("q=1112233") == ["Лера Петрова"]
    assert found(f"q={lera.email.upper()}") == ["Лера Петрова"]
    assert found("access=no") == ["Олег Петров"]
    assert found(f"company={company}") == ["Лера Петрова"]
    assert found(f"role={role(OPERATOR).id}") == ["Павел Админов"]
    assert "Nothing found" in admin.get("/admin/people/list/?q=%25").text


def test_roles_stand_in_one_order_everywhere(admin: FlaskClient) -> None:
    """In the list of roles, its filter, a person's form and the chips of a row."""
    person = make.user("Вера", "Новикова", roles=(OPERATOR, EXECUTOR, RESIDENT))
    names = re.findall(r'class="table__link"[^>]*>\s*([^<]+?)\s*<', admin.get("/admin/roles/list/").text)
    assert len(names) == len(ROLES)
    page = admin.get("/admin/people/list/?q=Новикова").text
    [options] = re.findall(r'<select[^>]*name="role".*?</select>', page, re.DOTALL)
    assert re.findall(r'<option value="\d+"[^>]*>([^<]+)<', options) == names
    chips = re.findall(r'<span class="tag">([^<]+)<', page)
    assert chips == [name for name in names if name in chips]
    assert len(chips) == 3
    form = admin.get(f"/admin/people/edit/{person.id}").text
    boxes = re.findall(r'name="roles"[^>]*>(.*?)</label>', form, re.DOTALL)
    assert [re.sub(r"<[^>]+>", "", box).strip() for box in boxes] == names


def test_members_are_kept_from_both_sides(admin: FlaskClient) -> None:
    person, company = make.resident("Лера", "Петрова"), make.company("Спектр")
    form = admin.get(f"/admin/memberships/add?company={company.id}&from=company%3D{company.id}").text
    assert f'<option value="{company.id}" selected>Спектр</option>' in form
    sent = {"company": company.id, "user": person.id, "position": "Бухгалтер", "admin": "yes"}
    answer = admin.post("/admin/memberships/add", data=sent | {"from": f"company={company.id}"})
    assert answer.location == f"/admin/companies/edit/{company.id}"
    assert "Бухгалтер" in admin.get(answer.location).text
    assert "Спектр" in admin.get(f"/admin/people/edit/{person.id}").text
    row = db.session.scalars(select(Membership)).one()
    assert "can no longer be seen" in admin.get(f"/admin/memberships/delete/{row.id}").text
    back = admin.post(f"/admin/memberships/delete/{row.id}", data={"from": f"user={person.id}"})
    assert back.location == f"/admin/people/edit/{person.id}"


# --- nobody climbs ----------------------------------------------------------------------------------------------------


@pytest.fixture
def clerk(app: Flask) -> User:
    """Edits people, and nothing more."""
    rights = (P.ORDERS_PLACE, P.ADMIN, P.PEOPLE_READ, P.PEOPLE_WRITE)
    return make.user("Кира", "Кадрова", roles=(custom_role("Clerk", *rights).name,), locale="en")


def test_nobody_gives_rights_that_he_has_not(clerk: User, sign_in: Any) -> None:
    client = sign_in(clerk)
    offered = re.findall(r'name="roles" value="(\d+)"', client.get("/admin/people/add").text)
    assert {db.session.get(Role, int(number)).name for number in offered} == {
        "Clerk",
        RESIDENT,
        "Company employee",
    }
    for name in (OPERATOR, DISPATCHER):
        answer = client.post("/admin/people/add", data=GOOD | {"roles": [role(name).id]})
        assert answer.status_code == 422
    me = {"first_name": "Кира", "last_name": "Кадрова", "email": clerk.email}
    mine = [role("Clerk").id, role(OPERATOR).id]
    assert client.post(f"/admin/people/edit/{clerk.id}", data=me | {"roles": mine}).status_code == 422
    assert {r.name for r in clerk.roles} == {"Clerk"}


def test_nobody_touches_an_account_above_his_own(clerk: User, sign_in: Any) -> None:
    """A changed address and a reset link would make anybody who edits people an operator."""
    boss, client = make.operator(), sign_in(clerk)
    sent = {"first_name": "Я", "last_name": "Я", "email": clerk.email.replace("@", "+2@"), "roles": []}
    answer = client.post(f"/admin/people/edit/{boss.id}", data=sent)
    assert answer.status_code == 422
    assert "rights that you do not have" in answer.text
    for act in (
        lambda: accounts.block(clerk, boss, blocked=True),
        lambda: accounts.send_reset_link(clerk, boss),
    ):
        with pytest.raises(Forbidden):
            act()
    assert boss.active


def test_somebody_who_edits_roles_is_always_left(boss: User) -> None:
    others = db.session.scalars(select(User).where(User.id != boss.id)).all()
    assert not [user for user in others if can(db.session, user, P.ROLES_WRITE)]
    with pytest.raises(Invalid):
        roles.save(boss, role(OPERATOR), OPERATOR, [P.ADMIN])
    with pytest.raises(Invalid):
        accounts.edit(
            boss,
            boss,
            first_name=boss.first_name,
            last_name=boss.last_name,
            email=boss.email,
            phone="",
            given=[],
        )
    assert can(db.session, boss, P.ROLES_WRITE)


# --- roles ------------------------------------------------------------------------------------------------------------


def test_the_editor_shows_every_right_once() -> None:
    shown = [right for _title, group in RIGHTS for right, _label, _help in group]
    assert sorted(shown, key=lambda p: p.name) == sorted(P, key=lambda p: p.name)


def test_a_role_is_given_exactly_the_ticked_rights(admin: FlaskClient) -> None:
    sent = {"name": "Стажёр", "rights": ["ORDERS_PLACE", "DESK"]}
    assert admin.post("/admin/roles/add", data=sent).status_code == 303
    made = role("Стажёр")
    assert roles.rights_of(made) == {P.ORDERS_PLACE, P.DESK}
    form = admin.get(f"/admin/roles/edit/{made.id}").text
    assert set(re.findall(r'value="([A-Z_]+)" checked', form)) == {"ORDERS_PLACE", "DESK"}
    admin.post(f"/admin/roles/edit/{made.id}", data={"name": "Стажёр 2", "rights": ["DESK", "NOTES"]})
    assert roles.rights_of(role("Стажёр 2")) == {P.DESK, P.NOTES}
    line = db.session.scalars(select(Entry).where(Entry.kind == "role.changed")).one()
    assert (line.data["given"], line.data["taken"]) == (["NOTES"], ["ORDERS_PLACE"])
    assert "Internal notes" in admin.get("/admin/journal/?kind=roles").text


def test_bad_values_of_a_role(admin: FlaskClient) -> None:
    for sent, said in [
        ({"name": ""}, "Please fill this in."),
        ({"name": "x" * 65}, "At most 64 characters."),
        ({"name": "resident"}, "There is a role with this name already."),
        ({"name": "Новая", "rights": ["FLY"]}, "Please choose from the list."),
    ]:
        answer = admin.post("/admin/roles/add", data=sent)
        assert answer.status_code == 422
        assert said in answer.text


def test_roles_of_the_product_keep_their_names_and_stay(admin: FlaskClient) -> None:
    made = role(DISPATCHER)
    rights = [right.name for right in ROLES[DISPATCHER]]
    admin.post(f"/admin/roles/edit/{made.id}", data={"name": "Начальник", "rights": rights})
    assert made.name == DISPATCHER
    answer = admin.post(f"/admin/roles/delete/{made.id}")
    assert answer.status_code == 422
    assert "relies on this role" in answer.text


def test_a_role_that_somebody_has_is_not_deleted(admin: FlaskClient) -> None:
    made = custom_role("Вахтёр", P.ORDERS_PLACE)
    number = made.id
    person = make.user(roles=("Вахтёр",))
    service = make.service(roles=[made])
    page = admin.get(f"/admin/roles/delete/{number}").text
    assert "1 person has this role" in page
    assert "1 service may be ordered by this role only" in page
    assert admin.post(f"/admin/roles/delete/{number}").status_code == 422
    person.roles, service.roles = [], []
    assert admin.post(f"/admin/roles/delete/{number}").status_code == 303


def test_an_edited_role_counts_from_the_next_request(admin: FlaskClient, sign_in: Any) -> None:
    person = make.user(roles=(custom_role("Стажёр", P.ORDERS_PLACE).name,))
    client = sign_in(person)
    assert client.get("/desk/").status_code == 403
    rights = ["ORDERS_PLACE", "DESK"]
    admin.post(f"/admin/roles/edit/{role('Стажёр').id}", data={"name": "Стажёр", "rights": rights})
    assert client.get("/desk/").status_code == 200
    admin.post(f"/admin/roles/edit/{role('Стажёр').id}", data={"name": "Стажёр", "rights": []})
    assert client.get("/desk/").status_code == 403
