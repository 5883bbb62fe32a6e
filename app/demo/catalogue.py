"""The catalogue's categories and the list of services. Forms and texts stand in `services_*`."""

from __future__ import annotations

from .services_office import SERVICES as OFFICE
from .services_people import SERVICES as PEOPLE
from .services_technical import SERVICES as TECHNICAL
from .shapes import Category, Service

CATEGORIES: tuple[Category, ...] = (
    Category(
        "cleaning",
        "Уборка и чистота",
        "sparkles",
        "Чистый офис, прозрачные окна и свободный от коробок коридор.",
    ),
    Category(
        "engineering", "Ремонт и инженерные сети", "wrench", "Вода, свет, тепло, воздух и всё, что скрипит."
    ),
    Category("it", "Связь и техника", "wifi", "Интернет, телефоны, принтеры и рабочие места."),
    Category("access", "Пропуска и доступ", "key-round", "Гости, карты, ключи и въезд на территорию."),
    Category("documents", "Документы и почта", "mail", "Письма, посылки и консультации."),
    Category(
        "space", "Аренда и переезд", "building-2", "Новый офис, больше места или дорога в соседний корпус."
    ),
    Category(
        "events", "Мероприятия и гости", "calendar-days", "Залы, лектории и экскурсии для ваших гостей."
    ),
    Category(
        "contact",
        "Обращения и отзывы",
        "message-circle",
        "Вопросы, предложения и благодарности управляющей компании.",
    ),
)

SERVICES: tuple[Service, ...] = (*OFFICE, *TECHNICAL, *PEOPLE)
BY_KEY: dict[str, Service] = {service.key: service for service in SERVICES}
