"""Technical services: water, light, air, furniture, network, work places. Only texts and forms."""

from __future__ import annotations

from .services_office import HELLO
from .shapes import Field, Service

SERVICES: tuple[Service, ...] = (
    Service(
        key="plumber",
        category="engineering",
        name="Сантехник",
        icon="droplets",
        summary="Течи, засоры, смесители и кулеры",
        description=(
            "Устраним течь, прочистим засор, заменим кран или смеситель, подключим кулер. "
            "При аварии перекроем стояк и придём вне очереди.\n\n"
            "Когда: плановые работы — в будни с 8:00 до 20:00, аварии — круглосуточно.\n"
            "Срок: авария — 15 минут, остальное — в течение рабочего дня."
        ),
        fields=(
            Field("place", "place", "Где"),
            Field(
                "problem",
                "choice",
                "Что случилось",
                options=("Течёт", "Засор", "Нет воды", "Запах", "Установка или замена"),
            ),
            Field("details", "long_text", "Подробности", required=False, limits={"max_length": 1000}),
            Field("urgent", "boolean", "Вода идёт прямо сейчас", required=False),
            Field("photo", "file", "Фотография", required=False, limits={"max_files": 5}),
            Field("phone", "phone", "Телефон на месте"),
        ),
        executor="sergey",
        team="engineers",
        hours=48,
        hello=HELLO,
        extras_title="Рекомендуемые услуги",
        extras=("cleaning", "electrician", "repair"),
        weight=5,
    ),
    Service(
        key="electrician",
        category="engineering",
        name="Электрик",
        icon="zap",
        summary="Свет, розетки, автоматы и удлинение линий",
        description=(
            "Заменим лампы, починим розетку, добавим линию для нового оборудования. "
            "Работы с отключением согласуем с соседями по этажу.\n\n"
            "Когда: в будни с 8:00 до 20:00, при отключении света — круглосуточно.\n"
            "Допуск: IV группа по электробезопасности."
        ),
        fields=(
            Field("place", "place", "Где"),
            Field(
                "work",
                "choices",
                "Что нужно",
                options=(
                    "Не горит свет",
                    "Не работает розетка",
                    "Выбивает автомат",
                    "Новая линия или розетка",
                    "Подключить оборудование",
                ),
            ),
            Field(
                "power", "number", "Мощность оборудования, кВт", required=False, limits={"min": 0, "max": 60}
            ),
            Field("details", "long_text", "Подробности", required=False, limits={"max_length": 1000}),
            Field("date", "date", "Удобная дата", required=False, limits={"min": 0, "max": 30}),
            Field("time", "time", "Удобное время", required=False, limits={"min": "08:00", "max": "20:00"}),
        ),
        executor="viktor",
        team="engineers",
        hours=48,
        hello=HELLO,
        extras_title="Рекомендуемые услуги",
        extras=("climate", "internet", "repair"),
        weight=6,
    ),
    Service(
        key="climate",
        category="engineering",
        name="Кондиционирование",
        icon="air-vent",
        summary="Слишком жарко, холодно, душно или шумно",
        description=(
            "Настроим температуру и приток воздуха, почистим фильтры, заправим или починим кондиционер. "
            "На весь этаж температура держится общая, отдельную зону офиса можно отрегулировать.\n\n"
            "Норма: 22–24 °C зимой и 23–25 °C летом.\n"
            "Обслуживание: фильтры меняем раз в квартал, по просьбе — чаще."
        ),
        art="climate",
        fields=(
            Field("place", "place", "Помещение", limits={"place_kind": "room"}),
            Field(
                "problem",
                "choice",
                "Что беспокоит",
                options=("Жарко", "Холодно", "Душно", "Шумит", "Капает вода", "Запах", "Не включается"),
            ),
            Field(
                "temperature",
                "number",
                "Температура сейчас, °C",
                required=False,
                limits={"min": 0, "max": 45},
            ),
            Field("details", "long_text", "Подробности", required=False, limits={"max_length": 1000}),
        ),
        executor="rustam",
        team="engineers",
        hours=72,
        hello=HELLO,
        weight=4,
    ),
    Service(
        key="repair",
        category="engineering",
        name="Мелкий ремонт и мебель",
        icon="hammer",
        summary="Двери, доводчики, полки, столы и жалюзи",
        description=(
            "Подтянем, отрегулируем, повесим и соберём. "
            "Мастер на час для офиса: двери и замки, мебель, доски, жалюзи, плинтусы.\n\n"
            "Когда: в будни с 9:00 до 18:00.\n"
            "Материалы: до 1 000 ₽ — за наш счёт, дороже — по согласованию в чате."
        ),
        fields=(
            Field("place", "place", "Помещение"),
            Field("what", "text", "Что починить или собрать", limits={"max_length": 120}),
            Field("details", "long_text", "Подробности", required=False, limits={"max_length": 1000}),
            Field("photo", "file", "Фотография", required=False, limits={"max_files": 5}),
            Field("date", "date", "Удобная дата", required=False, limits={"min": 0, "max": 30}),
        ),
        team="engineers",
        hours=72,
        hello=HELLO,
        extras_title="Закажите еще",
        extras=("electrician", "cleaning"),
        weight=5,
    ),
    Service(
        key="internet",
        category="it",
        name="Интернет и телефония",
        icon="wifi",
        summary="Подключение, скорость, Wi-Fi и телефонные номера",
        description=(
            "Подключим офис к сети технопарка, настроим Wi-Fi и выделенный адрес, заведём телефонные номера. "
            "Если связь пропала, начните с заявки: мы видим состояние порта удалённо.\n\n"
            "Скорость: до 1 Гбит/с на офис, два независимых ввода.\n"
            "Срок: восстановление связи — 2 часа, новое подключение — 3 рабочих дня."
        ),
        fields=(
            Field("place", "place", "Офис", limits={"place_kind": "room"}),
            Field(
                "topic",
                "choice",
                "Что нужно",
                options=(
                    "Нет связи",
                    "Медленно",
                    "Новое подключение",
                    "Wi-Fi",
                    "Телефонный номер",
                    "Выделенный адрес",
                ),
            ),
            Field("details", "long_text", "Подробности", limits={"max_length": 1500}),
            Field(
                "speed",
                "number",
                "Скорость по измерению, Мбит/с",
                required=False,
                limits={"min": 0, "max": 1000},
            ),
            Field("screen", "file", "Снимок экрана", required=False),
            Field("phone", "phone", "Телефон для связи", required=False),
        ),
        team="it",
        hours=72,
        hello=HELLO,
        extras_title="Рекомендуемые услуги",
        extras=("workplace", "electrician"),
        weight=5,
    ),
    Service(
        key="workplace",
        category="it",
        name="Настройка рабочего места",
        icon="monitor",
        summary="Компьютер, принтер, монитор, техника переговорных",
        description=(
            "Подключим монитор и принтер, перенесём рабочее место, настроим технику переговорной перед "
            "важной встречей. "
            "Личные файлы не открываем, пароли не спрашиваем.\n\n"
            "Когда: в будни с 9:00 до 19:00.\n"
            "Срок: в тот же день, если заявка пришла до 15:00."
        ),
        fields=(
            Field("place", "place", "Где"),
            Field(
                "device",
                "choices",
                "С чем помочь",
                options=("Компьютер", "Принтер или МФУ", "Монитор", "Проектор", "Видеосвязь", "Другое"),
            ),
            Field("details", "long_text", "Что нужно сделать", limits={"max_length": 1000}),
            Field("seats", "number", "Сколько рабочих мест", required=False, limits={"min": 1, "max": 50}),
            Field("date", "date", "Удобная дата", required=False, limits={"min": 0, "max": 30}),
            Field("time", "time", "Удобное время", required=False, limits={"min": "09:00", "max": "19:00"}),
        ),
        team="it",
        hours=48,
        hello=HELLO,
        extras_title="Попробуй другие услуги",
        extras=("internet", "repair", "waste"),
        weight=4,
    ),
)
