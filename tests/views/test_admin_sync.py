"""`flask sync`: adds what is new, keeps what an administrator changed, and may run many times at once; an edited role
counts at once in every process."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select

from app.actions import roles
from app.extensions import db
from app.permissions import DISPATCHER, OPERATOR, RENTAL_MANAGER, ROLES, P
from app.security import sync
from models import User
from tests import factories as make
from tests.forks import ROOT
from tests.shared import SECRET, session_cookie
from tests.stack import Stack
from tests.waiting import wait_for

SYNC = [sys.executable, "-m", "flask", "--app", "app.factory:create_app()"]


def role(name: str) -> Role:
    return db.session.scalars(select(Role).where(Role.name == name)).one()


def drop(right: P) -> None:
    """As if the right were new: the database does not know it yet."""
    rows = db.session.scalars(select(PermissionView)).unique().all()
    row = next(r for r in rows if (r.permission.name, r.view_menu.name) == (right.permission, right.subject))
    for holder in db.session.scalars(select(Role)):
        if row in holder.permissions:
            holder.permissions.remove(row)
    db.session.flush()
    db.session.delete(row)
    db.session.commit()


def test_the_table_is_seeded(app: Flask) -> None:
    assert {r.name: roles.rights_of(r) for r in db.session.scalars(select(Role))} == dict(ROLES)


def test_what_an_administrator_changed_stays(app: Flask) -> None:
    boss = make.operator()
    roles.save(boss, role(DISPATCHER), DISPATCHER, [P.ORDERS_PLACE, P.SETTINGS_READ])
    roles.save(boss, None, "Своя роль", [P.DESK])
    sync(db.session)
    sync(db.session)
    assert roles.rights_of(role(DISPATCHER)) == {P.ORDERS_PLACE, P.SETTINGS_READ}
    assert roles.rights_of(role("Своя роль")) == {P.DESK}
    assert roles.rights_of(role(OPERATOR)) == frozenset(P)


def test_a_new_right_goes_to_the_roles_of_the_table_and_changes_nothing_else(app: Flask) -> None:
    boss = make.operator()
    roles.save(boss, role(DISPATCHER), DISPATCHER, [P.ORDERS_PLACE])
    drop(P.ORDERS_ASSIGN)
    sync(db.session)
    assert roles.rights_of(role(DISPATCHER)) == {P.ORDERS_PLACE, P.ORDERS_ASSIGN}
    assert roles.rights_of(role(RENTAL_MANAGER)) == ROLES[RENTAL_MANAGER]
    assert roles.rights_of(role(OPERATOR)) == frozenset(P)


def test_a_missing_role_comes_back(app: Flask) -> None:
    db.session.delete(role(RENTAL_MANAGER))
    db.session.commit()
    sync(db.session)
    assert roles.rights_of(role(RENTAL_MANAGER)) == ROLES[RENTAL_MANAGER]


@pytest.mark.parametrize("command", [["prepare", "--no-demo"], ["sync"]])
def test_four_processes_at_once_on_an_empty_database(
    command: list[str], databases: Any, tmp_path: Path
) -> None:
    """Four workers on an empty database: dozens of errors, sometimes a dead worker."""
    name = "test_four_at_once"
    databases.drop(name)
    databases.execute(f"CREATE DATABASE {name}")
    env = os.environ | {
        "DATABASE_URL": databases.url(name),
        "SECRET_KEY": SECRET,
        "ATRIUM_VAR": str(tmp_path),
        "ATRIUM_DEMO": "0",
    }
    if command == ["sync"]:
        subprocess.run([*SYNC, "db", "upgrade"], cwd=ROOT, env=env, check=True, capture_output=True)
    four = [
        subprocess.Popen([*SYNC, *command], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    outputs = [process.communicate(timeout=90) for process in four]
    try:
        assert [process.returncode for process in four] == [0] * 4, outputs
        assert not [error for _out, error in outputs if b"Traceback" in error or b"ERROR" in error]
        with psycopg.connect(databases.url(name)) as connection:
            found = connection.execute(
                "SELECT ab_role.name, count(*) FROM ab_role JOIN ab_permission_view_role ON role_id = ab_role.id"
                " GROUP BY ab_role.name"
            ).fetchall()
        assert dict(found) == {name: len(rights) for name, rights in ROLES.items()}
    finally:
        databases.drop(name)


def status(stack: Stack, app: Flask, user: User, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=10)
    cookie = f"{app.config['SESSION_COOKIE_NAME']}={session_cookie(app, user)}"
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse().status
    connection.close()
    return answer


def test_an_edited_role_counts_at_once_in_another_process(
    app: Flask, database: str, var: Path, tmp_path: Path, sign_in: Any, fork_servers: Any
) -> None:
    """The other process remembers rights for ten seconds, unless it hears of the change."""
    boss = make.operator(locale="en")
    trainee = roles.save(boss, None, "Стажёр", [P.ORDERS_PLACE])
    person = make.user(roles=("Стажёр",))
    db.session.commit()
    stack = Stack(fork_servers, database, var, tmp_path / "other.log")
    try:
        stack.start("web")
        stack.wait_for_web()
        assert status(stack, app, person, "/desk/") == 403
        answer = sign_in(boss).post(
            f"/admin/roles/edit/{trainee.id}", data={"name": "Стажёр", "rights": ["ORDERS_PLACE", "DESK"]}
        )
        assert answer.status_code == 303
        wait_for(lambda: status(stack, app, person, "/desk/") == 200, seconds=2)
        roles.save(boss, trainee, "Стажёр", [P.ORDERS_PLACE])
        wait_for(lambda: status(stack, app, person, "/desk/") == 403, seconds=2)
    finally:
        stack.stop()
    assert not re.search("Traceback", stack.log.read_text())
