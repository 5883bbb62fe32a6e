"""The form builder's answers: every kind of field with right and wrong input."""

from __future__ import annotations

import datetime as dt

import pytest

from app import answers
from app.errors import Invalid
from models import FieldKind, FormField

TODAY = dt.date(2026, 5, 13)
CONTEXT = answers.Context(TODAY, {5: "Корпус А, Офис 312"}, {"f1": "план.pdf", "f2": "фото.jpg"})

pytestmark = pytest.mark.usefixtures("app")


def ask(
    kind: str, *sent: str, choices: tuple[str, ...] = (), required: bool = False, **limits: object
) -> object:
    """The value of one answered field, None if it was left empty."""
    field = FormField(
        id=1, kind=kind, label="Вопрос", required=required, choices=list(choices), limits=limits
    )
    given = answers.check([field], {"f1": list(sent)}, CONTEXT)
    return given[0]["value"] if given else None


@pytest.mark.parametrize(
    ("kind", "sent", "value", "limits"),
    [
        (FieldKind.TEXT, ["  Генеральная уборка "], "Генеральная уборка", {}),
        (FieldKind.TEXT, ["<script>alert(1)</script>"], "<script>alert(1)</script>", {}),
        (FieldKind.LONG_TEXT, ["одна\r\nдве"], "одна\nдве", {}),
        (FieldKind.NUMBER, ["1 234,50"], "1234.5", {}),
        (FieldKind.NUMBER, ["10"], "10", {"min": 1, "max": 10}),
        (FieldKind.DATE, ["2026-05-13"], "2026-05-13", {}),
        (FieldKind.TIME, ["11:00"], "11:00", {"min": "09:00", "max": "18:00"}),
        (FieldKind.PLACE, ["5"], 5, {}),
        (FieldKind.PHONE, ["8 (912) 345-67-89"], "+79123456789", {}),
        (FieldKind.BOOLEAN, ["on"], True, {}),
        (FieldKind.FILE, ["f1", "f2"], ["f1", "f2"], {}),
    ],
)
def test_right_answers(kind, sent, value, limits):
    assert ask(kind, *sent, **limits) == value


def test_choices_keep_the_order_of_the_form():
    """S0-18: Тряпка, Ведро, Пылесос, in whatever order they were ticked."""
    offered = ("Тряпка", "Ведро", "Пылесос")
    assert ask(FieldKind.CHOICES, "Пылесос", "Тряпка", choices=offered) == ["Тряпка", "Пылесос"]


@pytest.mark.parametrize(
    ("kind", "sent", "limits"),
    [
        (FieldKind.TEXT, ["я" * 301], {}),
        (FieldKind.TEXT, ["длинно"], {"max_length": 3}),
        (FieldKind.LONG_TEXT, ["я" * 5001], {}),
        (FieldKind.NUMBER, ["три"], {}),
        (FieldKind.NUMBER, ["NaN"], {}),
        (FieldKind.NUMBER, ["Infinity"], {}),
        (FieldKind.NUMBER, ["1e400"], {}),
        (FieldKind.NUMBER, ["11"], {"max": 10}),
        (FieldKind.NUMBER, ["0"], {"min": 1}),
        (FieldKind.CHOICE, ["Чужое"], {}),
        (FieldKind.CHOICES, ["Ведро", "Чужое"], {}),
        (FieldKind.DATE, ["2026-05-12"], {}),
        (FieldKind.DATE, ["2027-06-01"], {}),
        (FieldKind.DATE, ["2026-05-14"], {"min": 2}),
        (FieldKind.DATE, ["2026-02-30"], {}),
        (FieldKind.DATE, ["завтра"], {}),
        (FieldKind.TIME, ["25:00"], {}),
        (FieldKind.TIME, ["08:59"], {"min": "09:00"}),
        (FieldKind.PLACE, ["6"], {}),
        (FieldKind.PLACE, ["-5"], {}),
        (FieldKind.PLACE, ["²"], {}),
        (FieldKind.PLACE, ["9" * 40], {}),
        (FieldKind.PHONE, ["позвоните"], {}),
        (FieldKind.PHONE, ["123"], {}),
        (FieldKind.FILE, ["чужой"], {}),
        (FieldKind.FILE, ["f1", "f2"], {"max_files": 1}),
    ],
)
def test_wrong_answers(kind, sent, limits):
    with pytest.raises(Invalid) as error:
        ask(kind, *sent, choices=("Ведро",), **limits)
    assert str(error.value.fields["f1"])


@pytest.mark.parametrize("kind", list(FieldKind))
def test_required_and_optional(kind):
    assert ask(kind, "   ") is None
    with pytest.raises(Invalid):
        ask(kind, " ", required=True)
