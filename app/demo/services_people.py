"""Services about people: guests, access, events, appeals and reviews. Only texts and forms."""

from __future__ import annotations

from app.permissions import EMPLOYEE, TENANT_ADMIN

from .services_office import HELLO
from .shapes import Field, Service

SERVICES: tuple[Service, ...] = (
    Service(
        key="guest",
        category="access",
        name="Запросить пропуск для гостя",
        icon="user-plus",
        summary="Разовый пропуск для посетителя в любой корпус",
        description=(
            "Закажите пропуск заранее, и гость пройдёт без ожидания на ресепшен. "
            "Понадобится документ с фотографией; для группы больше пяти человек приложите список.\n\n"
            "Действует: один день, с 7:00 до 22:00.\n"
            "Срок: пропуск готов через 15 минут в рабочее время."
        ),
        fields=(
            Field("name", "text", "Фамилия, имя и отчество гостя", limits={"max_length": 150}),
            Field("phone", "phone", "Телефон гостя", required=False),
            Field("place", "place", "Куда идёт"),
            Field("date", "date", "Дата посещения", limits={"min": 0, "max": 30}),
            Field("time", "time", "Время прихода", required=False, limits={"min": "07:00", "max": "22:00"}),
            Field(
                "car",
                "text",
                "Номер автомобиля",
                required=False,
                help="Если нужен въезд на гостевую парковку",
                limits={"max_length": 12},
            ),
            Field("list", "file", "Список группы", required=False),
        ),
        executor="larisa",
        hours=24,
        hello="Пропуск будет ждать гостя на ресепшен. Если планы изменятся, напишите сюда",
        extras_title="Попробуй другие услуги",
        extras=("tour", "parking", "events"),
        weight=7,
    ),
    Service(
        key="keys",
        category="access",
        name="Ключи и карты доступа",
        icon="key-round",
        summary="Новая карта, замена утерянной, дубликат ключа",
        description=(
            "Выпустим карту новому сотруднику, заблокируем утерянную, сделаем дубликат ключа от офиса "
            "или мебели. "
            "Утерянная карта перестаёт работать сразу после заявки.\n\n"
            "Срок: карта — в день обращения, ключ — два рабочих дня.\n"
            "Получение: стойка ресепшен, корпус А, лично по документу."
        ),
        fields=(
            Field(
                "what",
                "choice",
                "Что нужно",
                options=("Новая карта", "Замена утерянной карты", "Изменить права карты", "Дубликат ключа"),
            ),
            Field("person", "text", "Для кого", help="Фамилия и имя сотрудника", limits={"max_length": 120}),
            Field("rooms", "place", "Помещение"),
            Field("until", "date", "Действует до", required=False, limits={"min": 1, "max": 730}),
            Field("reason", "long_text", "Комментарий", required=False, limits={"max_length": 500}),
            Field("photo", "file", "Фотография сотрудника", required=False, limits={"max_files": 1}),
        ),
        executor="larisa",
        hours=72,
        hello=HELLO,
        roles=(EMPLOYEE, TENANT_ADMIN),
        weight=3,
    ),
    Service(
        key="parking",
        category="access",
        name="Пропуск на парковку",
        icon="car",
        summary="Постоянный или временный въезд для автомобиля",
        description=(
            "Оформим въезд для автомобиля сотрудника или разгрузки. "
            "Шлагбаум узнаёт номер сам, останавливаться у поста не нужно.\n\n"
            "Мест: 86, из них 6 с зарядкой для электромобилей.\n"
            "Срок: один рабочий день."
        ),
        art="parking",
        fields=(
            Field("plate", "text", "Номер автомобиля", help="Например, А123ВС159", limits={"max_length": 12}),
            Field("model", "text", "Марка и цвет", required=False, limits={"max_length": 60}),
            Field("term", "choice", "Срок", options=("Один день", "Неделя", "Месяц", "Постоянно")),
            Field("since", "date", "С какой даты", limits={"min": 0, "max": 60}),
            Field("charge", "boolean", "Нужна зарядка", required=False),
        ),
        executor="larisa",
        hours=72,
        roles=(EMPLOYEE, TENANT_ADMIN),
        weight=3,
    ),
    Service(
        key="events",
        category="events",
        name="Организация мероприятий",
        icon="mic-vocal",
        summary="Зал, техника, кофе-брейк и регистрация гостей",
        description=(
            "Поможем провести конференцию, лекцию, защиту проекта или праздник команды. "
            "Подберём зал, рассадку и технику, закажем кофе-брейк, встретим гостей и отметим приход.\n\n"
            "Площадки: конференц-зал «Урал» на 120 мест, лекторий на 60, двор летом.\n"
            "Когда обращаться: за пять рабочих дней, для группы больше 80 человек — за десять."
        ),
        fields=(
            Field("title", "text", "Название мероприятия", limits={"max_length": 150}),
            Field(
                "format",
                "choice",
                "Формат",
                options=("Лекция", "Конференция", "Мастер-класс", "Праздник команды", "Экскурсия с гостями"),
            ),
            Field("people", "number", "Сколько гостей", limits={"min": 2, "max": 300}),
            Field("date", "date", "Дата", limits={"min": 1, "max": 180}),
            Field("time", "time", "Начало", limits={"min": "08:00", "max": "22:00"}),
            Field(
                "needs",
                "choices",
                "Что понадобится",
                required=False,
                options=(
                    "Проектор",
                    "Микрофоны",
                    "Видеозапись",
                    "Кофе-брейк",
                    "Регистрация гостей",
                    "Парковка",
                ),
            ),
            Field("place", "place", "Площадка", required=False, limits={"place_kind": "room"}),
            Field("program", "file", "Программа", required=False),
        ),
        executor="katya",
        hours=120,
        hello=(
            "Спасибо за заявку. Event-менеджер свяжется с вами в течение рабочего дня. Пишите "
            "сюда, если остались вопросы"
        ),
        extras_title="Попробуй другие услуги",
        extras=("guest", "tour", "cleaning", "workplace", "parking"),
        weight=2,
    ),
    Service(
        key="tour",
        category="events",
        name="Экскурсия в Технопарк",
        icon="map",
        summary="Покажем лаборатории, мастерские и людей, которые в них работают",
        description=(
            "Проведём вашу группу по технопарку: лаборатория испытаний, мастерская прототипов, "
            "серверная и крыша с видом на Каму. "
            "Маршрут подберём под возраст и интересы.\n\n"
            "Группа: от 5 до 25 человек, дети с 10 лет.\n"
            "Длительность: 60–90 минут, удобная обувь обязательна."
        ),
        fields=(
            Field(
                "group", "text", "Кто придёт", help="Школа, университет, партнёры", limits={"max_length": 150}
            ),
            Field("people", "number", "Сколько человек", limits={"min": 5, "max": 25}),
            Field("kids", "boolean", "Есть дети до 14 лет", required=False),
            Field(
                "interests",
                "choices",
                "Что интереснее",
                required=False,
                options=("Лаборатории", "Мастерская прототипов", "ИТ-компании", "История здания"),
            ),
            Field("date", "date", "Дата", limits={"min": 2, "max": 90}),
            Field("time", "time", "Начало", limits={"min": "09:00", "max": "18:00"}),
            Field("phone", "phone", "Телефон сопровождающего"),
        ),
        executor="katya",
        hours=72,
        hello=HELLO,
        extras_title="Рекомендуемые услуги",
        extras=("events", "guest"),
        weight=2,
    ),
    Service(
        key="appeal",
        category="contact",
        name="Обращение в управляющую компанию",
        icon="message-circle",
        summary="Вопрос, жалоба или предложение — ответим лично",
        description=(
            "Напишите, если что-то мешает работать, если есть вопрос к управляющей компании или идея, "
            "как сделать технопарк лучше. "
            "Каждое обращение читает дежурный диспетчер и передаёт тому, кто может решить вопрос.\n\n"
            "Срок ответа: четыре рабочих часа, письменный ответ — пять рабочих дней."
        ),
        fields=(
            Field(
                "topic",
                "choice",
                "Тема",
                options=("Вопрос", "Жалоба", "Предложение", "Договор и оплата", "Безопасность", "Другое"),
            ),
            Field("text", "long_text", "Опишите ситуацию", limits={"max_length": 3000}),
            Field("place", "place", "Где это", required=False),
            Field("files", "file", "Фотографии и документы", required=False, limits={"max_files": 5}),
            Field("official", "boolean", "Нужен письменный ответ", required=False),
        ),
        kind="request",
        hours=120,
        hello=HELLO,
        weight=7,
    ),
    Service(
        key="review",
        category="contact",
        name="Отзыв о Технопарке",
        icon="star",
        summary="Что понравилось, а что стоит исправить",
        description=(
            "Расскажите, как вам работается у нас. Отзывы читает директор технопарка, раз в месяц мы "
            "публикуем, что изменили по вашим просьбам.\n\n"
            "Займёт две минуты."
        ),
        fields=(
            Field("mark", "choice", "Оценка", options=("Отлично", "Хорошо", "Так себе", "Плохо")),
            Field(
                "good",
                "choices",
                "Что нравится",
                required=False,
                options=("Чистота", "Интернет", "Люди", "Кофе", "Расположение", "Безопасность"),
            ),
            Field("text", "long_text", "Ваш отзыв", limits={"max_length": 3000}),
            Field("publish", "boolean", "Можно опубликовать", required=False),
        ),
        kind="request",
        hours=48,
        hello="Спасибо, что нашли время. Мы прочитаем и ответим",
        weight=2,
    ),
)
