"""Zones: named ones, fixed offsets, and what a person may choose (D-18)."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import force_locale

from app import clock, timezones


def test_now_is_aware_and_utc() -> None:
    assert clock.now().utcoffset() == dt.timedelta(0)


def test_a_process_can_live_in_the_future() -> None:
    code = "from app import clock; print(clock.now().timestamp())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"ATRIUM_CLOCK_SHIFT": "259200"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert 259_100 < float(done.stdout) - clock.now().timestamp() < 259_300


@pytest.mark.parametrize(
    ("name", "minutes"), [("UTC+05:00", 300), ("UTC-03:30", -210), ("UTC+05:45", 345), ("UTC+00:00", 0)]
)
def test_fixed_offsets(name: str, minutes: int) -> None:
    assert clock.zone(name).utcoffset(None) == dt.timedelta(minutes=minutes)


def test_named_zones_and_defaults() -> None:
    assert clock.zone("Asia/Yekaterinburg") == ZoneInfo("Asia/Yekaterinburg")
    assert clock.zone(None, "Asia/Yekaterinburg") == ZoneInfo("Asia/Yekaterinburg")
    assert clock.zone("Nowhere/At_all", "UTC+03:00").utcoffset(None) == dt.timedelta(hours=3)
    assert clock.zone("../../etc/passwd") == dt.UTC or clock.zone("../../etc/passwd").utcoffset(
        None
    ) == dt.timedelta(0)


@pytest.mark.parametrize(
    "name", ["Asia/Yekaterinburg", "Europe/Moscow", "UTC", "UTC+05:00", "UTC-03:30", "UTC+14:00"]
)
def test_may_choose(name: str) -> None:
    assert timezones.may_choose(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "UTC+05:01",
        "UTC+ 5",
        "UTC+٠٥:٠٠",
        "UTC+99:00",
        "Europe",
        "Mars/Olympus",
        "../../etc/passwd",
        "/etc/localtime",
        "a\0b",
        "Европа/Москва",
        "x" * 65,
        "<script>",
    ],
)
def test_may_not_choose(name: str) -> None:
    assert not timezones.may_choose(name)


def test_the_list_is_whole_and_in_order() -> None:
    distances = [clock.fixed_offset(offset.name).utcoffset(None) for offset in timezones.OFFSETS]
    assert distances == sorted(set(distances))
    assert {dt.timedelta(hours=hour) for hour in range(-12, 15)} <= set(distances)


def test_labels(app: Flask) -> None:
    assert timezones.label("Asia/Yekaterinburg", "ru") == "Екатеринбург (UTC+5)"
    assert timezones.label("Asia/Yekaterinburg", "en") == "Yekaterinburg (UTC+5)"
    with force_locale("en"):
        assert timezones.label("UTC+05:00", "en") == "UTC+5 · Yekaterinburg, Perm, Tashkent"
    assert timezones.short(clock.fixed_offset("UTC-03:30")) == "UTC\N{MINUS SIGN}3:30"


def test_every_named_zone_has_a_label() -> None:
    from zoneinfo import available_timezones

    for name in available_timezones():
        for locale in ("ru", "en"):
            assert timezones.label(name, locale)
