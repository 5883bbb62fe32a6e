"""The order form: every kind of field, what is wrong, what is kept, what is never done twice."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any
from uuid import uuid4

import pytest
from babel.dates import format_date
from sqlalchemy import func, select

from app import clock
from app.extensions import db
from models import FieldKind, Order, Place, Service, StoredFile
from tests import factories as make


def tomorrow() -> str:
    return (clock.now().date() + dt.timedelta(days=2)).isoformat()


@pytest.fixture
def everything(app: Any) -> Service:
    """A service that asks all kinds of questions."""
    make.place("Офис 312", "room", make.place("Корпус А"))
    make.place("Корпус Б")
    return make.service(
        fields=[
            make.field(
                "Офис", FieldKind.TEXT, required=True, help="Например, Офис 312", limits={"max_length": 20}
            ),
            make.field("Описание", FieldKind.LONG_TEXT, required=True),
            make.field("Часов", FieldKind.NUMBER, limits={"min": 1, "max": 8}),
            make.field("Здание", FieldKind.CHOICE, choices=["Корпус А", "Корпус Б"]),
            make.field("Что взять с собой", FieldKind.CHOICES, choices=["Тряпка", "Ведро", "Пылесос"]),
            make.field("Дата", FieldKind.DATE),
            make.field("Время", FieldKind.TIME, limits={"min": "08:00", "max": "20:00"}),
            make.field("Место", FieldKind.PLACE),
            make.field("Телефон", FieldKind.PHONE),
            make.field("Фото", FieldKind.FILE, limits={"max_files": 2}),
            make.field("Срочно", FieldKind.BOOLEAN),
        ]
    )


def name_of(service: Service, label: str) -> str:
    return next(field.name for field in service.fields if field.label == label)


def typed(service: Service, **values: Any) -> dict[str, Any]:
    """A filled-in form; `values` by label replace what it holds, None leaves out."""
    base: dict[str, Any] = {
        "Офис": "Офис 312",
        "Описание": "Генеральная уборка",
        "Часов": "2,5",
        "Здание": "Корпус А",
        "Что взять с собой": ["Ведро", "Тряпка"],
        "Дата": tomorrow(),
        "Время": "11:00",
        "Место": str(db.session.scalar(select(func.min(Place.id)))),
        "Телефон": "8 912 345-67-89",
        "Срочно": "yes",
    } | values
    form = {name_of(service, label): value for label, value in base.items() if value is not None}
    return {"form_key": str(uuid4())} | form


def orders() -> int:
    return db.session.scalar(select(func.count()).select_from(Order)) or 0


def test_form_shows_every_kind_of_field(everything: Service, sign_in: Any, count_statements: Any) -> None:
    """I-1; labels, help, limits and the right keyboard."""
    client = sign_in(make.resident(phone="+79120000000"))
    client.get("/")
    with count_statements(12):
        page = client.get(f"/services/{everything.id}").text
    assert len(page) < 100_000
    for field in everything.fields:
        assert field.label in page
        assert f'name="{field.name}"' in page
    assert "Например, Офис 312" in page
    assert 'maxlength="20"' in page
    assert 'type="date"' in page
    assert 'type="time" min="08:00" max="20:00"' in page
    assert 'inputmode="decimal"' in page
    assert 'type="tel"' in page
    assert '<optgroup label="Корпус А">' in page
    assert '<optgroup label="Корпус Б">' not in page, "a building alone needs no heading of its own name"
    assert 'type="file"' in page
    assert "multiple" in page


def test_order_is_placed_and_its_page_opens(everything: Service, sign_in: Any) -> None:
    client = sign_in(make.resident())
    answer = client.post(f"/services/{everything.id}", data=typed(everything))
    assert answer.status_code == 303
    order = db.session.scalar(select(Order))
    assert answer.location == f"/orders/{order.id}?placed=1"
    assert [a["text"] for a in order.answers if a["label"] == "Что взять с собой"] == ["Тряпка, Ведро"]
    page = client.get(answer.location).text
    assert f'data-draft-done="service-{everything.id}"' in page
    assert "Тряпка, Ведро" in page
    assert "+7 912 345-67-89" in page


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Офис", None),
        ("Офис", "   "),
        ("Офис", "х" * 21),
        ("Часов", "много"),
        ("Часов", "9"),
        ("Здание", "Корпус Я"),
        ("Что взять с собой", ["Ведро", "<b>Мина</b>"]),
        ("Дата", "вчера"),
        ("Дата", "2020-01-01"),
        ("Время", "25:99"),
        ("Время", "07:59"),
        ("Место", "99999"),
        ("Место", "корпус"),
        ("Телефон", "звоните"),
    ],
)
def test_wrong_input_is_told_at_its_field_and_nothing_is_saved(
    everything: Service, sign_in: Any, label: str, value: Any
) -> None:
    client = sign_in(make.resident())
    answer = client.post(f"/services/{everything.id}", data=typed(everything, **{label: value}))
    assert answer.status_code == 422
    assert orders() == 0
    page = answer.text
    assert page.count('id="' + name_of(everything, label) + '-error"') == 1
    assert len(re.findall(r'class="field__error" id="f\d+-error"', page)) == 1
    # What was typed in the other fields is still there.
    assert "Генеральная уборка" in page
    assert "data-returned" in page
    if isinstance(value, str) and value.strip() and label in ("Офис", "Часов", "Телефон"):
        assert f'value="{value}"' in page


def test_several_mistakes_are_listed_above_the_form(everything: Service, sign_in: Any) -> None:
    form = typed(everything, Офис=None, Телефон="звоните")
    page = sign_in(make.resident()).post(f"/services/{everything.id}", data=form).text
    for label in ("Офис", "Телефон"):
        assert f'<a href="#{name_of(everything, label)}">{label}</a>' in page


def test_limits_are_said_before_they_are_broken(app: Any, sign_in: Any) -> None:
    number, time, file, date = FieldKind.NUMBER, FieldKind.TIME, FieldKind.FILE, FieldKind.DATE
    service = make.service(
        fields=[
            make.field("Оба", number, limits={"min": 10, "max": 50.5}),
            make.field("Снизу", number, limits={"min": 2}),
            make.field("Сверху", number, help="Гостей", limits={"max": 9}),
            make.field("Сказано", number, help="от 3 до 7 штук", limits={"min": 3, "max": 7}),
            make.field("Свободно", number),
            make.field("Когда", time, limits={"min": "09:00", "max": "18:00"}),
            make.field("Фото", file, limits={"max_files": 2}),
            make.field("День", date, limits={"min": 1, "max": 14}),
            make.field("Скоро", date, limits={"min": 0, "max": 2}),
            make.field("Когда-нибудь", date),
        ]
    )
    today = clock.now().astimezone(clock.zone("Asia/Yekaterinburg")).date()

    def long(days: int) -> str:
        return format_date(today + dt.timedelta(days=days), "long", locale="en")

    page = sign_in(make.resident(locale="en")).get(f"/services/{service.id}").text
    assert re.findall(r'class="field__help" id="f\d+-help">([^<]*)<', page) == [
        "From 10 to 50.5",
        "At least 2",
        "Гостей\nAt most 9",
        "от 3 до 7 штук",
        "Between 09:00 and 18:00",
        "Up to 2 files of 20 MB each: photos, video, PDF, documents, ZIP",
        f"{long(1)} to {long(14)}",
        f"Not after {long(2)}",
    ]


def test_a_refused_file_hides_no_other_mistake(everything: Service, sign_in: Any) -> None:
    photo = name_of(everything, "Фото")
    form = typed(everything, Офис=None, Телефон="zzz") | {photo: (io.BytesIO(b"MZ"), "virus.exe")}
    answer = sign_in(make.resident()).post(
        f"/services/{everything.id}", data=form, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    for label in ("Офис", "Телефон", "Фото"):
        assert f'<a href="#{name_of(everything, label)}">{label}</a>' in answer.text


def test_script_in_an_answer_stays_text(everything: Service, sign_in: Any) -> None:
    client = sign_in(make.resident())
    evil = '<script>alert("1")</script>'
    answer = client.post(f"/services/{everything.id}", data=typed(everything, Описание=evil, Офис=None))
    assert evil not in answer.text
    assert "&lt;script&gt;" in answer.text
    placed = client.post(f"/services/{everything.id}", data=typed(everything, Описание=evil))
    assert evil not in client.get(placed.location).text


def test_file_survives_a_mistake_in_another_field(everything: Service, sign_in: Any) -> None:
    client = sign_in(make.resident())
    photo = name_of(everything, "Фото")
    form = typed(everything, Офис=None) | {photo: (io.BytesIO("Список гостей".encode()), "список.txt")}
    answer = client.post(f"/services/{everything.id}", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    kept = db.session.scalar(select(StoredFile))
    assert f'name="{photo}" value="{kept.id}" checked' in answer.text
    assert "список.txt" in answer.text
    again = client.post(f"/services/{everything.id}", data=typed(everything) | {photo: str(kept.id)})
    assert again.status_code == 303
    assert db.session.get(StoredFile, kept.id).subject == f"order:{db.session.scalar(select(Order.id))}"
    assert "список.txt" in client.get(again.location).text


@pytest.mark.parametrize(
    ("filename", "content"),
    [("пусто.txt", b""), ("вирус.exe", b"MZ\x90"), ("фото.jpg", b"<html>not a picture</html>")],
)
def test_bad_file_is_told_at_its_field(
    everything: Service, sign_in: Any, filename: str, content: bytes
) -> None:
    client = sign_in(make.resident())
    photo = name_of(everything, "Фото")
    form = typed(everything) | {photo: (io.BytesIO(content), filename)}
    answer = client.post(f"/services/{everything.id}", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert f'id="{photo}-error"' in answer.text
    assert filename in answer.text
    assert "Генеральная уборка" in answer.text
    assert orders() == 0


def test_more_files_than_allowed(everything: Service, sign_in: Any) -> None:
    client = sign_in(make.resident())
    photo = name_of(everything, "Фото")
    files = [(io.BytesIO(f"№ {n}".encode()), f"{n}.txt") for n in range(3)]
    answer = client.post(
        f"/services/{everything.id}",
        data=typed(everything) | {photo: files},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert f'id="{photo}-error"' in answer.text
    assert orders() == 0


def test_file_of_somebody_else_cannot_be_named(everything: Service, sign_in: Any) -> None:
    owner, thief = sign_in(make.resident()), sign_in(make.resident("Лера", "Петрова"))
    photo = name_of(everything, "Фото")
    form = typed(everything, Офис=None) | {photo: (io.BytesIO("тайна".encode()), "тайна.txt")}
    owner.post(f"/services/{everything.id}", data=form, content_type="multipart/form-data")
    kept = db.session.scalar(select(StoredFile.id))
    answer = thief.post(f"/services/{everything.id}", data=typed(everything) | {photo: str(kept)})
    assert answer.status_code == 422
    assert "тайна.txt" not in answer.text
    assert orders() == 0


def test_same_form_sent_twice_is_one_order(everything: Service, sign_in: Any) -> None:
    client = sign_in(make.resident())
    form = typed(everything)
    first = client.post(f"/services/{everything.id}", data=form)
    second = client.post(f"/services/{everything.id}", data=form)
    assert first.location == second.location
    assert orders() == 1


def test_button_says_what_it_does(app: Any, sign_in: Any) -> None:
    client = sign_in(make.resident(locale="en"))
    service, request = make.service("Cleaning"), make.service("Request", kind="request")
    assert ">Place the order</button>" in client.get(f"/services/{service.id}").text
    assert ">Send the request</button>" in client.get(f"/services/{request.id}").text


def test_service_without_questions_is_one_tap(app: Any, sign_in: Any) -> None:
    service = make.service("Позвоните мне")
    client = sign_in(make.resident())
    assert client.post(f"/services/{service.id}", data={"form_key": str(uuid4())}).status_code == 303
    assert orders() == 1


def test_known_phone_is_filled_in(app: Any, sign_in: Any) -> None:
    service = make.service(fields=[make.field("Телефон", FieldKind.PHONE, required=True)])
    page = sign_in(make.resident(phone="+79123456789")).get(f"/services/{service.id}").text
    assert 'value="+7 912 345-67-89"' in page
