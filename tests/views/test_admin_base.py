"""Flask-AppBuilder's traps (named as in the base view's promises), each shown to be healed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.actions import roles
from app.extensions import db
from app.permissions import P
from app.queries import journal as journal_lines
from models import Company, Entry, Membership, Service, User
from tests import factories as make
from tests.shared import session_cookie
from views.admin import lists
from views.admin.base import AdminView
from views.admin.companies import CompanyView

LISTS = ("people", "companies", "memberships", "teams", "roles", "places", "categories", "services")


@pytest.fixture
def boss(app: Flask) -> User:
    return make.operator(locale="en")


@pytest.fixture
def admin(boss: User, sign_in: Any) -> FlaskClient:
    return sign_in(boss)


def names(html: str) -> list[str]:
    """The first column of a list."""
    cells = re.findall(r'class="table__link"[^>]*>(.*?)</a>', html, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]


# --- search filters are shared between threads ------------------------------------------------------------------------


class _Meeting:
    """Two requests wait for each other between setting their filters and asking the database."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        barrier = threading.Barrier(2, timeout=20)
        query = lists.Table.query

        def met(table: lists.Table, *args: Any, **kw: Any) -> Any:
            barrier.wait()
            return query(table, *args, **kw)

        monkeypatch.setattr(lists.Table, "query", met)

    def pages(self, app: Flask, boss: User, *searches: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}

        def search(client: FlaskClient, words: str) -> None:
            found[words] = names(client.get("/admin/companies/list/", query_string={"q": words}).text)

        _at_once(app, boss, search, searches)
        return found


def _at_once(app: Flask, boss: User, work: Callable[[FlaskClient, str], None], args: Sequence[str]) -> None:
    """Each of the works in a thread and a browser of its own."""
    threads = []
    for arg in args:
        client = FlaskClient(app, app.response_class)
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], session_cookie(app, boss))
        threads.append(threading.Thread(target=work, args=(client, arg)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_who_search_at_once_see_their_own_rows(
    app: Flask, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.company("Альфа")
    make.company("Бета")
    found = _Meeting(monkeypatch).pages(app, boss, "Альфа", "Бета")
    assert found == {"Альфа": ["Альфа"], "Бета": ["Бета"]}


def test_with_one_filter_object_they_would_not(
    app: Flask, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: Flask-AppBuilder's way shows the very race that the test above excludes."""
    make.company("Альфа")
    make.company("Бета")
    shared = CompanyView.datamodel.get_filters()
    monkeypatch.setattr(AdminView, "_filters", property(lambda _view: shared))
    found = _Meeting(monkeypatch).pages(app, boss, "Альфа", "Бета")
    assert found != {"Альфа": ["Альфа"], "Бета": ["Бета"]}


# --- statements, counts, pages, orders --------------------------------------------------------------------------------


def _crowd() -> None:
    """Enough rows that an N+1 would be seen."""
    people = [make.executor("Иван", f"Петров{number}") for number in range(12)]
    for number in range(8):
        make.company(f"Компания {number}", members=(people[number],), admins=(people[-1],))
        make.team(*people[number : number + 3])
        make.service(f"Услуга {number}", executor=people[number], team_id=1, fields=[make.field("Что?")])
        make.place(f"Корпус {number}")


@pytest.mark.parametrize("name", LISTS)
def test_lists_take_few_statements(name: str, admin: FlaskClient, count_statements: Any) -> None:
    """94 statements (N+1) a list by default; at most 12 with relations loaded together."""
    _crowd()
    with count_statements(12):
        answer = admin.get(f"/admin/{name}/list/")
    assert answer.status_code == 200
    assert len(answer.data) < 100_000


@pytest.mark.parametrize("name", ["", "journal/", "settings/", "services/1/form"])
def test_own_pages_take_few_statements(name: str, admin: FlaskClient, count_statements: Any) -> None:
    _crowd()
    with count_statements(12):
        assert admin.get(f"/admin/{name}").status_code == 200


def test_a_list_never_counts_the_whole_table(
    admin: FlaskClient, count_statements: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST", 3)
    monkeypatch.setattr(AdminView, "MOST", 3)
    for number in range(6):
        make.company(f"Компания {number}")
    with count_statements(12) as seen:
        page = admin.get("/admin/companies/list/").text
    counts = [statement for statement in seen if "count(*)" in statement]
    assert counts
    assert all("LIMIT" in statement for statement in counts)
    assert "1–6 of more than 3" in page


def test_a_lists_address_may_say_anything(admin: FlaskClient) -> None:
    """page_X=abc was a 500, psize_X had no cap, _oc_X sorted by any column."""
    for number in range(30):
        make.company(f"Компания {number:02}")
    for query in [
        "psize_CompanyView=1000000",
        "size=1000000",
        "size=-1",
        "page=abc",
        "page_CompanyView=abc",
        "page=999999999999999999999",
        "page=-5",
        "page=0",
        "sort=description&order=asc",
        "_oc_CompanyView=password&_od_CompanyView=asc",
        "sort=name&order=sideways",
        "sort=name;drop table companies&order=desc",
        "_flt_9_name=x",
        "_flt_0_members=abc",
        "kind=nonsense",
        "active=maybe",
        "q=%00",
        "q=" + "x" * 5000,
        "q=%25_%5C'\"",
        "from=_external=1",
    ]:
        answer = admin.get(f"/admin/companies/list/?{query}")
        assert answer.status_code == 200, query
        assert len(names(answer.text)) <= 25, query


def test_page_size_is_capped_and_pages_turn(admin: FlaskClient) -> None:
    for number in range(120):
        make.company(f"Компания {number:03}")
    assert len(names(admin.get("/admin/companies/list/?size=100").text)) == 100
    seen = [
        name for page in range(1, 6) for name in names(admin.get(f"/admin/companies/list/?page={page}").text)
    ]
    assert seen == [f"Компания {number:03}" for number in range(120)]
    past_the_end = admin.get("/admin/companies/list/?page=99").text
    assert names(past_the_end) == seen[100:]
    assert "101–120" in past_the_end


def test_sorting_is_by_the_columns_of_the_whitelist_only(admin: FlaskClient) -> None:
    make.user("Анна", "Яковлева", password="a")
    make.user("Яна", "Абрамова", password="b")
    up = names(admin.get("/admin/people/list/?sort=last_name&order=asc").text)
    assert names(admin.get("/admin/people/list/?sort=password&order=desc").text) == up
    assert names(admin.get("/admin/people/list/?sort=last_name&order=desc").text) == up[::-1]


def test_passwords_are_on_no_page(admin: FlaskClient) -> None:
    person = make.user(password="scrypt:secret-hash")
    for path in ("list/", f"show/{person.id}", f"edit/{person.id}"):
        assert "secret-hash" not in admin.get(f"/admin/people/{path}").text


# --- forms -----------------------------------------------------------------------------------------------------------


def test_a_switch_can_be_saved_off(admin: FlaskClient) -> None:
    """A NOT NULL boolean could not be saved unchecked."""
    company = make.company("Альфа")
    answer = admin.post(f"/admin/companies/edit/{company.id}", data={"name": "Альфа", "kind": "company"})
    assert answer.status_code == 303
    assert company.active is False


def test_moments_have_a_time_and_the_readers_zone(app: Flask) -> None:
    """The date-time picker was a date picker."""
    from sqlalchemy import inspect

    from models import Entry as Journal
    from views.admin.fields import Converter, Moment

    assert "at" in inspect(Journal).columns
    form = Converter(lists.Table(Journal)).create_form({"at": "At"}, ["at"])
    with app.test_request_context("/", method="POST", data={"at": "2026-11-21T14:30"}):
        filled = form()
        assert isinstance(filled.at, Moment)
        assert filled.validate(), filled.errors
        assert filled.at.data.isoformat() == "2026-11-21T14:30:00+05:00"
        assert 'type="datetime-local"' in filled.at()


def test_no_field_holds_a_whole_table(admin: FlaskClient) -> None:
    """Related-field drop-downs loaded every row."""
    people = [make.executor("Иван", f"Петров{number:02}") for number in range(40)]
    service = make.service(executor=people[7])
    page = admin.get(f"/admin/services/edit/{service.id}").text
    assert "Петров07" in page
    assert page.count("Петров") == 1


def test_values_keep_their_place_in_the_form_when_something_is_wrong(admin: FlaskClient) -> None:
    answer = admin.post(
        "/admin/companies/add", data={"name": "", "kind": "community", "description": "О нас <b>"}
    )
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert "О нас &lt;b&gt;" in answer.text
    assert re.search(r'<option selected value="community">', answer.text)
    assert db.session.scalar(select(func.count()).select_from(Company)) == 0


def test_bad_values_get_their_word_and_change_nothing(admin: FlaskClient) -> None:
    for path, data, said in [
        ("companies", {"name": "x" * 201, "kind": "company"}, "At most 200 characters."),
        ("companies", {"name": "Альфа", "kind": "pirates"}, "Please choose from the list."),
        ("companies", {"name": "  ", "kind": "company"}, "Please fill this in."),
        ("categories", {"name": "Я", "position": "first", "icon": "layers"}, "Please enter a whole number."),
        ("categories", {"name": "Я", "position": "9" * 30, "icon": "layers"}, "This number is too large."),
        ("categories", {"name": "Я", "icon": "../../etc/passwd"}, "Please choose from the list."),
        ("teams", {"name": "Я", "members": "999999"}, "Please choose from the list."),
        ("teams", {"name": "Я", "members": "1 OR 1=1"}, "Please choose from the list."),
        ("memberships", {"company": "", "user": ""}, "Please choose from the list."),
    ]:
        before = db.session.scalar(select(func.count()).select_from(Entry))
        answer = admin.post(f"/admin/{path}/add", data=data)
        assert answer.status_code == 422, data
        assert said in answer.text, data
        assert db.session.scalar(select(func.count()).select_from(Entry)) == before, data


def test_script_stays_text(admin: FlaskClient) -> None:
    script = "<script>alert(1)</script>"
    assert admin.post("/admin/companies/add", data={"name": script, "kind": "company"}).status_code == 303
    company = db.session.scalars(select(Company)).one()
    assert company.name == script
    for path in (
        "companies/list/",
        f"companies/edit/{company.id}",
        f"companies/delete/{company.id}",
        "journal/",
    ):
        page = admin.get(f"/admin/{path}").text
        assert script not in page
        assert "&lt;script&gt;" in page


def test_nul_bytes_and_spaces_are_cleaned(admin: FlaskClient) -> None:
    admin.post("/admin/companies/add", data={"name": "  Аль\0фа \n групп  ", "kind": "company"})
    assert db.session.scalars(select(Company.name)).one() == "Альфа групп"


def edited(html: str) -> int:
    return int(re.search(r'name="edited" value="(\d+)"', html)[1])  # type: ignore[index]


def test_whoever_saves_an_older_form_is_told_who_was_faster(admin: FlaskClient, sign_in: Any) -> None:
    """Nothing of a colleague's is overwritten unseen; sent once more, the own values hold."""
    company, other = make.company("Фирма"), sign_in(make.operator(first_name="Вера", locale="en"))
    address = f"/admin/companies/edit/{company.id}"
    form = {"name": "Фирма", "kind": "company", "active": "y"}
    opened = edited(admin.get(address).text)
    assert opened == edited(other.get(address).text)
    assert other.post(address, data=form | {"description": "Её", "edited": opened}).status_code == 303
    # A mistake of one's own does not hide it.
    wrong = admin.post(address, data=form | {"name": "", "description": "Моё", "edited": opened})
    assert edited(wrong.text) == opened
    late = admin.post(address, data=form | {"description": "Моё", "edited": opened})
    assert late.status_code == 422
    assert "Вера" in late.text
    assert "saved changes here" in late.text
    assert "Моё" in late.text
    db.session.expire_all()
    assert company.description == "Её"
    again = admin.post(address, data=form | {"description": "Моё", "edited": edited(late.text)})
    assert again.status_code == 303
    db.session.expire_all()
    assert company.description == "Моё"


@pytest.mark.parametrize("number", ["0", "-1", "999999", "99999999999999999999", "%00", "abc"])
def test_a_made_up_number_is_not_found(admin: FlaskClient, number: str) -> None:
    address = f"/admin/companies/edit/{number}"
    assert admin.get(address).status_code == 404
    assert admin.post(address, data={"name": "Фирма", "kind": "company"}).status_code == 404


def test_of_two_who_save_at_once_the_second_is_told(
    app: Flask, boss: User, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both would ask for the last change before either has saved, were there no lock."""
    address = f"/admin/companies/edit/{make.company('Фирма').id}"
    opened = edited(admin.get(address).text)
    both, latest = threading.Barrier(2, timeout=2), journal_lines.latest

    def met(*args: Any) -> Entry | None:
        found = latest(*args)
        with suppress(threading.BrokenBarrierError):
            both.wait()
        return found

    monkeypatch.setattr(journal_lines, "latest", met)
    answers: list[int] = []

    def save(client: FlaskClient, words: str) -> None:
        sent = {"name": "Фирма", "kind": "company", "active": "y", "description": words, "edited": opened}
        answers.append(client.post(address, data=sent).status_code)

    _at_once(app, boss, save, ("Моё", "Её"))
    assert sorted(answers) == [303, 422]


def test_people_and_roles_know_the_change_before_them_too(boss: User, admin: FlaskClient) -> None:
    """They are saved by actions of their own, with journal lines of their own."""
    person, role = make.resident(), roles.save(boss, None, "Стажёр", [P.ORDERS_PLACE])
    for address, sent in (
        (f"/admin/people/edit/{person.id}", {"first_name": "Ия", "last_name": "Ш", "email": person.email}),
        (f"/admin/roles/edit/{role.id}", {"name": "Стажёр", "rights": ["ORDERS_PLACE", "DESK"]}),
    ):
        opened = edited(admin.get(address).text)
        assert admin.post(address, data=sent | {"edited": opened}).status_code == 303
        assert admin.post(address, data=sent | {"edited": opened}).status_code == 422
        assert edited(admin.get(address).text) > opened


def test_a_duplicate_is_told_beside_its_field(admin: FlaskClient) -> None:
    make.company("Альфа")
    answer = admin.post("/admin/companies/add", data={"name": "Альфа", "kind": "community"})
    assert answer.status_code == 422
    assert "There is one like this already." in answer.text
    assert 'id="name-error"' in answer.text
    assert re.search(r'<option selected value="community">', answer.text)


def test_a_second_membership_is_told(admin: FlaskClient) -> None:
    person = make.resident()
    company = make.company("Альфа", members=(person,))
    answer = admin.post("/admin/memberships/add", data={"company": company.id, "user": person.id})
    assert answer.status_code == 422
    assert "There is one like this already." in answer.text


def test_a_row_that_is_not_there(admin: FlaskClient) -> None:
    for pk in ["0", "abc", "-1", "999999", "99999999999999999999", "1%00"]:
        for act in ("show", "edit", "delete"):
            assert admin.get(f"/admin/companies/{act}/{pk}").status_code == 404, pk


# --- deleting, acts ---------------------------------------------------------------------------------------------------


def test_deleting_asks_first_and_says_what_will_happen(admin: FlaskClient) -> None:
    person = make.resident()
    number = make.company("Альфа", members=(person,)).id
    page = admin.get(f"/admin/companies/delete/{number}")
    assert page.status_code == 200
    assert "1 person no longer belongs to it." in page.text
    assert db.session.get(Company, number)
    assert admin.post(f"/admin/companies/delete/{number}").status_code == 303
    db.session.expunge_all()
    assert db.session.get(Company, number) is None
    assert db.session.scalar(select(func.count()).select_from(Membership)) == 0


def test_what_is_in_use_is_not_deleted(admin: FlaskClient) -> None:
    author = make.resident()
    company = make.company(members=(author,))
    team, place = make.team(), make.place("Корпус А", "territory")
    service = make.service(team=team, place=place)
    make.order(author, service)
    rows = {
        "categories": service.category,
        "places": place,
        "teams": team,
        "services": service,
        "companies": company,
    }
    for what, row in rows.items():
        page = admin.get(f"/admin/{what}/delete/{row.id}")
        assert "cannot be deleted</h1>" in page.text, what
        # Where the thing can be hidden, the page leads to the switch that does it.
        switch = {"places": "shown", "teams": ""}.get(what, "active")
        assert (f'href="/admin/{what}/edit/{row.id}#{switch}"' in page.text) == bool(switch), what
        assert admin.post(f"/admin/{what}/delete/{row.id}").status_code == 422, what
        assert db.session.get(type(row), row.id), what


def test_the_database_has_the_last_word_on_what_is_in_use(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order that came between the question and the answer."""
    service = make.service()
    make.order(of=service)
    from views.admin.catalogue import ServiceView

    monkeypatch.setattr(ServiceView, "obstacles", lambda *_: [])
    answer = admin.post(f"/admin/services/delete/{service.id}")
    assert answer.status_code == 422
    assert "still in use" in answer.text
    assert db.session.get(Service, service.id)


def test_acts_are_posts_that_load_each_row_anew(admin: FlaskClient) -> None:
    """Row actions loaded objects without base_filters, some by GET."""
    service = make.service()
    assert admin.get("/admin/services/act/hide").status_code == 405
    assert admin.post("/admin/services/act/nothing", data={"row": service.id}).status_code == 404
    assert admin.post("/admin/services/act/hide", data={"row": "999999", "sure": "1"}).status_code == 404
    asked = admin.post("/admin/services/act/hide", data={"row": service.id})
    assert "It cannot be ordered any more." in asked.text
    assert service.active
    assert admin.post("/admin/services/act/hide", data={"row": service.id, "sure": "yes"}).status_code == 303
    assert not service.active


def test_acts_without_a_row_say_so(admin: FlaskClient) -> None:
    assert admin.post("/admin/services/act/hide").status_code == 303
    assert "Choose at least one row." in admin.get("/admin/services/list/").text


# --- ways back --------------------------------------------------------------------------------------------------------


def test_after_saving_the_list_is_as_it_was(admin: FlaskClient) -> None:
    """It redirected to a page history that all tabs shared."""
    company = make.company("Альфа")
    page = admin.get("/admin/companies/list/?q=Аль&sort=name&order=desc").text
    link = re.search(r'class="table__link" href="([^"]+)"', page)
    assert link
    address = link[1].replace("&amp;", "&")
    admin.get("/admin/teams/list/")  # another tab
    form = admin.get(address).text
    came = re.search(r'name="from" value="([^"]*)"', form)
    assert came
    answer = admin.post(
        f"/admin/companies/edit/{company.id}",
        data={"name": "Альфа", "kind": "company", "active": "yes", "from": came[1].replace("&amp;", "&")},
    )
    assert urlsplit(answer.location).path == "/admin/companies/list/"
    assert "order=desc" in answer.location
    with admin.session_transaction() as session:
        assert "page_history" not in session


def test_the_way_back_is_always_ours(admin: FlaskClient) -> None:
    company = make.company("Альфа")
    for sent in ("//evil.example/", "https://evil.example", "endpoint=x&_scheme=javascript", "\r\nX: y"):
        values = {"name": "А", "kind": "company", "from": sent}
        answer = admin.post(f"/admin/companies/edit/{company.id}", data=values)
        assert answer.status_code == 303
        assert answer.location.startswith("/admin/companies/list/"), sent
        assert "X" not in answer.headers


# --- what is open -----------------------------------------------------------------------------------------------------


@pytest.fixture
def rules(app: Flask) -> list[str]:
    return [str(rule) for rule in app.url_map.iter_rules()]


def test_nothing_else_of_the_framework_is_open(rules: list[str], admin: FlaskClient) -> None:
    for part in (
        "/api",
        "swagger",
        "/users",
        "/lang",
        "/back",
        "/login",
        "/logout",
        "/roles/",
        "userstatschart",
    ):
        assert not [rule for rule in rules if part in rule and not rule.startswith("/admin/roles/")], part
    assert not [rule for rule in rules if "appbuilder" in rule]
    for path in (
        "/api/v1/menu/",
        "/api/v1/security/login",
        "/users/list/",
        "/back",
        "/lang/en",
        "/swagger/v1",
    ):
        assert admin.get(path).status_code == 404


def test_strangers_are_led_to_our_sign_in(client: FlaskClient) -> None:
    answer = client.get("/admin/people/list/?q=a", headers={"Accept": "text/html"})
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")
    assert client.get("/admin/sign-in/").location.startswith("/sign-in")
    assert client.post("/admin/people/add").status_code == 401
    assert client.get("/admin/choices/people", headers={"Accept": "application/json"}).status_code == 401


def test_writes_need_the_token(
    app: Flask, boss: User, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, service = make.company("Альфа"), make.service()
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", value=True)
    for path in (
        "companies/add",
        f"companies/edit/{company.id}",
        f"companies/delete/{company.id}",
        "people/act/block",
        "services/act/hide",
        f"services/{service.id}/form",
        "settings/",
    ):
        answer = admin.post(f"/admin/{path}", data={"name": "Б", "kind": "company", "row": "1", "sure": "1"})
        assert answer.status_code == 400, path
    assert company.name == "Альфа"
    assert service.active
    page = admin.get("/admin/companies/add").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    sent = {"name": "Бета", "kind": "company", "csrf_token": token[1]}
    assert admin.post("/admin/companies/add", data=sent).status_code == 303


def test_pages_keep_to_a_strict_policy(admin: FlaskClient) -> None:
    """No inline styles, no handlers, no foreign host, a nonce on each script."""
    service = make.service(fields=[make.field("Что?")])
    for path in (
        "",
        "people/list/",
        f"services/edit/{service.id}",
        f"services/{service.id}/form",
        "settings/",
    ):
        answer = admin.get(f"/admin/{path}")
        policy = answer.headers["Content-Security-Policy"]
        nonce = re.search(r"'nonce-([^']+)'", policy)
        assert nonce
        assert not re.search(r'<[^>]+\s(style|on[a-z]+)="', answer.text), path
        assert "<style" not in answer.text
        assert all(nonce[1] in tag for tag in re.findall(r"<script[^>]*>", answer.text))
        assert "unsafe" not in policy
        assert not re.search(r'(src|href)="(https?:)?//', answer.text)


# --- the journal ------------------------------------------------------------------------------------------------------


def test_every_change_of_reference_data_is_journaled(boss: User, admin: FlaskClient) -> None:
    admin.post("/admin/companies/add", data={"name": "Альфа", "kind": "company", "active": "yes"})
    number, doer = db.session.scalars(select(Company.id)).one(), boss.id
    sent = {"name": "Бета", "kind": "company", "active": "yes"}
    for _ in range(2):
        assert admin.post(f"/admin/companies/edit/{number}", data=sent).status_code == 303
    assert admin.post(f"/admin/companies/delete/{number}").status_code == 303
    lines = db.session.scalars(
        select(Entry).where(Entry.kind.startswith("reference.")).order_by(Entry.id)
    ).all()
    assert [line.kind for line in lines] == ["reference.added", "reference.changed", "reference.removed"]
    assert {line.subject for line in lines} == {f"company:{number}"}
    assert {line.actor_id for line in lines} == {doer}
    assert lines[1].data["changes"] == {"name": ["Альфа", "Бета"]}
    page = admin.get("/admin/journal/").text
    assert "Name: Альфа → Бета" in page


def test_a_change_and_its_line_are_one_transaction(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from views.admin import base

    def broken(*_args: Any, **_kw: Any) -> None:
        raise base.Invalid(text="The journal is full.")

    monkeypatch.setattr(base.journal, "write", broken)
    answer = admin.post("/admin/companies/add", data={"name": "Альфа", "kind": "company"})
    assert answer.status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Company)) == 0


def test_no_form_offers_what_is_not_for_hands(app: Flask) -> None:
    """No status, number or version column in a ModelView form."""
    views = [view for view in app.extensions["appbuilder"].baseviews if isinstance(view, AdminView)]
    assert len(views) >= 8
    for view in views:
        for form in (view.add_form, view.edit_form):
            assert not {"status", "version", "id", "session_key", "last_login"} & set(vars(form))
