"""The environment of an installation: what is wrong with it is said in one line."""

from __future__ import annotations

import pytest

from app.config import Config, ConfigError


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "mysql://localhost/x"}, "must look like"),
        ({"DATABASE_URL": "postgresql://"}, "must look like"),
        (
            {"DATABASE_URL": "postgresql://h/x", "ATRIUM_POOL_SIZE": "abc"},
            "ATRIUM_POOL_SIZE must be a whole number",
        ),
        (
            {"DATABASE_URL": "postgresql://h/x", "ATRIUM_PROXIES": "one"},
            "ATRIUM_PROXIES must be a whole number",
        ),
        ({"DATABASE_URL": "postgresql://h/x", "ATRIUM_ENV": "production"}, "SECRET_KEY is not set"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, env, says):
    with pytest.raises(ConfigError, match=says) as error:
        Config.from_env({"ATRIUM_VAR": str(tmp_path)} | env)
    assert "\n" not in str(error.value)


def test_the_secret_key_is_made_once_and_kept(tmp_path):
    env = {"DATABASE_URL": "postgres://h/x", "ATRIUM_VAR": str(tmp_path / "var")}
    first, second = Config.from_env(env), Config.from_env(env)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) > 40
    assert first.database_url == "postgresql+psycopg://h/x"
    assert ((tmp_path / "var").stat().st_mode & 0o777) == 0o700
