"""The technopark's specialists and their organization, as they set themselves up: services, hours, terms, pages."""

from __future__ import annotations

import io
from collections.abc import Sequence

from flask import current_app

from app import tokens
from app.actions import invitations, offers, profiles, providers, schedule, terms
from app.storage import Safe
from models import Provider, User

from . import pictures
from .papers import pdf

#: Name, description, minutes, what else.
_TALKS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Знакомство", "Расскажете, что беспокоит, и решим, как работать дальше.", {"price": "2500"}),
    ("Индивидуальная консультация", "Личная встреча в кабинете.", {"price": "3500"}),
    (
        "Консультация по видеосвязи",
        "Ссылка на звонок придёт вместе с подтверждением.",
        {"price": "3200", "meeting_url": "https://meet.example.org/vetrova", "place": "Видеозвонок"},
    ),
)
_CONTRACT = "Договор об оказании психологических услуг"
_PERSONAL = "Согласие на обработку персональных данных"
#: Title, file, what is on it, whether it is to be signed.
_PAPERS: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    (
        _CONTRACT,
        "Договор.pdf",
        (
            _CONTRACT,
            "1. Специалист проводит консультации в согласованное время.",
            "2. Запись можно отменить без оплаты не позднее чем за 24 часа.",
            "3. Всё, что сказано на встречах, остаётся между специалистом и клиентом.",
        ),
        True,
    ),
    (_PERSONAL, "Согласие.pdf", (_PERSONAL, "Имя, телефон и записи о встречах."), True),
    (
        "Памятка: как подготовиться к первой встрече",
        "Памятка.pdf",
        ("Памятка", "Приходите за пять минут. Возьмите воду. Вопросы запишите заранее."),
        False,
    ),
)
_VETROVA = {
    "slug": "vetrova",
    "open": "yes",
    "design": "forest",
    "about": "Помогаю справляться с тревогой, выгоранием и бессонницей. Работаю в когнитивно-поведенческом подходе: "
    "вместе находим, что поддерживает трудность, и пробуем по-другому, шаг за шагом.\n\nПринимаю в "
    "технопарке и по видеосвязи.",
    "education": "Пермский университет, клиническая психология, 2012\nПовышение квалификации по КПТ, 2016\n"
    "Двенадцать лет практики, супервизии дважды в месяц.",
    "phone": "+7 999 000-44-10",
    "email": "vetrova@example.org",
    "website": "https://vetrova.example.org",
    "address": "Пермь, технопарк «Кама», корпус А, кабинет 118",
    "networks": "https://t.me/vetrova_example",
    "show_prices": "yes",
}


def secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def polina(owner: User, safe: Safe) -> Provider:
    """A psychologist with terms to sign and a page that everybody reads."""
    made = providers.register(
        owner, "specialist", "Полина Ветрова", headline="Психолог, когнитивно-поведенческая терапия"
    )
    rules = {
        "place": "Корпус А, кабинет 118",
        "step": "30",
        "reminder": "24",
        "payment_url": "https://pay.example.org/vetrova",
    }
    providers.edit(owner, made.id, rules)
    for name, about, more in _TALKS:
        sent = {"name": name, "description": about, "minutes": "50", "buffer": "10"} | more
        offers.save(owner, made.id, None, sent)
    hours = [(day, start, end) for day in range(6) for start, end in ((600, 840), (900, 1200))]
    schedule.set_hours(owner, made.specialists[0].id, hours)
    _papers(made, safe)
    invitations.invite(owner, made.id, secret(), label="Визитка на стойке")
    _show(made, ("office", "window", "hall"), **_VETROVA)
    return made


def _papers(made: Provider, safe: Safe) -> None:
    """What clients read and sign; the contract before a consultation can be asked for."""
    owner = made.owner
    for title, filename, lines, required in _PAPERS:
        added = terms.add(
            owner, made.id, title, safe=safe, stream=pdf(*lines), filename=filename, required=required
        )
        if title == _CONTRACT:
            before = [made.offers[1].id]
            terms.edit(owner, added.id, title, required=True, active=True, offer_ids=before)


def _show(provider: Provider, pictures_of: Sequence[str], **said: str) -> None:
    """The provider's page, published, with pictures of the technopark."""
    sent = {"published": "yes", "show_services": "yes"} | said
    profiles.save(provider.owner, provider.id, sent)
    storage = current_app.extensions["storage"]
    for key in pictures_of:
        stream = io.BytesIO(pictures.draw(key))
        profiles.add_photo(provider.owner, provider.id, storage, stream, f"{key}.jpg")


def balance(owner: User, igor: User) -> Provider:
    made = providers.register(
        owner, "organization", "Студия здоровья «Баланс»", headline="Массаж, растяжка и восстановление спины"
    )
    providers.edit(
        owner, made.id, {"place": "Корпус Б, первый этаж, зал 112", "holds_requests": "", "step": "30"}
    )
    first = providers.add_specialist(owner, made.id, "Игорь Лапин", "Массажист")
    second = providers.add_specialist(owner, made.id, "Алина Осипова", "Тренер по растяжке")
    for specialist, hours in ((first, (720, 1260)), (second, (480, 900))):
        schedule.set_hours(owner, specialist.id, [(day, *hours) for day in range(6)])
    for name, minutes, rest, price, who in (
        ("Классический массаж спины", 60, 15, "2800", (first,)),
        ("Индивидуальная растяжка", 60, 0, "1900", (second,)),
        ("Экспресс-массаж шеи", 30, 10, "1500", (first,)),
    ):
        sent = {"name": name, "minutes": str(minutes), "buffer": str(rest), "price": price}
        offers.save(owner, made.id, None, sent, [one.id for one in who])
    made_link = invitations.invite(owner, made.id, secret(), label="Игорь", specialist_id=first.id)
    invitations.accept(igor, tokens.derived(secret(), "invitation", made_link.nonce))
    _show(
        made,
        ("hall", "tour"),
        slug="balance",
        design="sea",
        about="Массаж и растяжка между двумя совещаниями. Душ, полотенца и чай у нас есть.",
        address="Пермь, технопарк «Кама», корпус Б, зал 112",
        phone="+7 999 000-44-12",
        show_prices="yes",
    )
    return made


def mark(owner: User) -> Provider:
    made = providers.register(
        owner, "specialist", "Марк Левин", headline="Английский для работы", timezone="Europe/Berlin"
    )
    sent = {"name": "Урок английского", "minutes": "60", "price": "25"}
    providers.edit(owner, made.id, {"currency": "EUR", "meeting_url": "https://meet.example.org/levin"})
    offers.save(owner, made.id, None, sent)
    schedule.set_hours(owner, made.specialists[0].id, [(day, 360, 1140) for day in range(5)])
    return made
