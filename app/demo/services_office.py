"""Services around the office: cleaning, waste, papers, space, moving. Only texts and forms."""

from __future__ import annotations

from app.permissions import TENANT_ADMIN

from .shapes import Field, Service

HELLO = "Пишите, если остались вопросы. Будем рады помочь"

SERVICES: tuple[Service, ...] = (
    Service(
        key="cleaning",
        category="cleaning",
        name="Клининговые услуги",
        icon="sparkles",
        summary="Разовая, генеральная или послеремонтная уборка офиса",
        description=(
            "Приведём офис в порядок к началу рабочего дня, к приезду гостей или после ремонта. "
            "Приходим со своим инвентарём и безопасными средствами, мебель и технику двигаем только с "
            "вашего согласия.\n\n"
            "Когда: в будни с 7:00 до 21:00, в субботу с 10:00 до 16:00.\n"
            "Сколько длится: поддерживающая уборка — около часа на 50 м², генеральная — от трёх часов.\n"
            "Стоимость: поддерживающая уборка входит в аренду, генеральная — по договору."
        ),
        fields=(
            Field("building", "place", "Здание", limits={"place_kind": "building"}),
            Field("office", "text", "Офис", help="Например, Офис 312", limits={"max_length": 60}),
            Field(
                "work",
                "long_text",
                "Описание требуемых работ",
                help="Что убрать и на что обратить внимание",
                limits={"max_length": 1000},
            ),
            Field(
                "bring",
                "choices",
                "Что взять с собой",
                required=False,
                options=(
                    "Тряпка",
                    "Ведро",
                    "Пылесос",
                    "Средства для чистки",
                    "Стремянка",
                    "Мешки для мусора",
                ),
            ),
            Field("date", "date", "Дата оказания услуги", limits={"min": 0, "max": 60}),
            Field("time", "time", "Время оказания услуги", limits={"min": "07:00", "max": "21:00"}),
        ),
        team="cleaning",
        hours=72,
        hello=HELLO,
        extras_title="Рекомендуемые услуги",
        extras=("windows", "waste", "events", "rent", "mail", "plumber", "review"),
        weight=8,
    ),
    Service(
        key="windows",
        category="cleaning",
        name="Мойка окон и витрин",
        icon="panels-top-left",
        summary="Окна изнутри и снаружи, стеклянные перегородки",
        description=(
            "Моем окна, стеклянные двери и перегородки без разводов. "
            "Наружная сторона выше второго этажа моется с подъёмника, поэтому такие работы собираем в "
            "один день на весь фасад.\n\n"
            "Когда: с апреля по октябрь снаружи, круглый год изнутри.\n"
            "Что нужно от вас: освободить подоконники и подход к окну на метр."
        ),
        fields=(
            Field("place", "place", "Помещение", limits={"place_kind": "room"}),
            Field("count", "number", "Сколько окон", limits={"min": 1, "max": 60}),
            Field("side", "choice", "Где мыть", options=("Изнутри", "Снаружи", "С обеих сторон")),
            Field("clear", "boolean", "Подоконники будут свободны", required=False),
            Field("date", "date", "Удобная дата", limits={"min": 1, "max": 60}),
        ),
        team="cleaning",
        hours=72,
        hello=HELLO,
        extras_title="Закажите еще",
        extras=("cleaning", "waste"),
        weight=2,
    ),
    Service(
        key="waste",
        category="cleaning",
        name="Вывоз мусора",
        icon="trash-2",
        summary="Крупный, строительный и упаковочный мусор, старая техника",
        description=(
            "Вывозим то, что не помещается в контейнеры: коробки, старую мебель, строительные остатки. "
            "Технику и лампы передаём на переработку и по вашей просьбе даём акт.\n\n"
            "Когда: вторник и пятница, срочно — в течение рабочего дня.\n"
            "Объём одного заказа: до 8 м³, больше — несколькими рейсами."
        ),
        fields=(
            Field("place", "place", "Откуда забрать"),
            Field(
                "what",
                "choices",
                "Что вывозим",
                options=(
                    "Картон и упаковка",
                    "Мебель",
                    "Техника",
                    "Строительный мусор",
                    "Бумажный архив",
                    "Лампы и батарейки",
                ),
            ),
            Field(
                "volume",
                "number",
                "Примерный объём, м³",
                help="Холодильник занимает около 1 м³",
                limits={"min": 1, "max": 40},
            ),
            Field("photo", "file", "Фотография", required=False, help="По ней подберём машину"),
            Field("act", "boolean", "Нужен акт об утилизации", required=False),
            Field("date", "date", "Когда забрать", limits={"min": 0, "max": 30}),
        ),
        team="cleaning",
        hours=48,
        hello=HELLO,
        extras_title="Закажите еще",
        extras=("cleaning", "moving", "repair"),
        weight=3,
    ),
    Service(
        key="mail",
        category="documents",
        name="Отправка и получение корреспонденции",
        icon="mail",
        summary="Письма, посылки и курьерские отправления без поездки на почту",
        description=(
            "Примем и отправим письма и посылки, получим за вас заказное на почте, отвезём документы по "
            "городу. "
            "Трек-номер и фотографию описи пришлём в чат заказа.\n\n"
            "Когда: забираем в 11:00 и 16:00 по будням, срочный курьер — в течение двух часов.\n"
            "Где: почтовая комната на первом этаже корпуса А."
        ),
        art="mail",
        fields=(
            Field("action", "choice", "Что сделать", options=("Отправить", "Получить", "Отвезти по городу")),
            Field(
                "kind",
                "choice",
                "Вид отправления",
                options=("Письмо", "Заказное письмо", "Бандероль", "Посылка", "Документы"),
            ),
            Field(
                "address",
                "long_text",
                "Куда и кому",
                help="Индекс, адрес, получатель",
                limits={"max_length": 500},
            ),
            Field("weight", "number", "Вес, кг", required=False, limits={"min": 0, "max": 30}),
            Field("phone", "phone", "Телефон получателя", required=False),
            Field("urgent", "boolean", "Срочно, сегодня", required=False),
        ),
        executor="pavel",
        hours=48,
        hello=HELLO,
        extras_title="Попробуй другие услуги",
        extras=("accountant", "guest", "moving"),
        weight=5,
    ),
    Service(
        key="accountant",
        category="documents",
        name="Консультация бухгалтера",
        icon="calculator",
        summary="Налоги, отчётность и льготы для резидентов технопарка",
        description=(
            "Ответим на вопросы о налогах, взносах, отчётности и льготах резидента. "
            "Короткий вопрос разберём в чате, для длинного назначим встречу на 40 минут в офисе 205 или "
            "по видеосвязи.\n\n"
            "Консультирует: Ольга Вяткина, 15 лет практики с технологическими компаниями.\n"
            "Стоимость: первая консультация в квартале бесплатна."
        ),
        fields=(
            Field(
                "topic",
                "choice",
                "Тема",
                options=("Налоги", "Зарплата и взносы", "Льготы резидента", "Отчётность", "Другое"),
            ),
            Field("question", "long_text", "Ваш вопрос", limits={"max_length": 2000}),
            Field("form", "choice", "Как удобнее", options=("В чате", "Лично", "По видеосвязи")),
            Field("date", "date", "Желаемая дата", required=False, limits={"min": 0, "max": 30}),
            Field(
                "time",
                "time",
                "Желаемое время оказания услуги",
                required=False,
                limits={"min": "10:00", "max": "18:00"},
            ),
            Field(
                "papers",
                "file",
                "Документы",
                required=False,
                help="Договор, требование, расчёт",
                limits={"max_files": 5},
            ),
        ),
        executor="olga",
        hours=120,
        hello=HELLO,
        extras_title="Рекомендуемые услуги",
        extras=("mail", "appeal"),
        weight=3,
    ),
    Service(
        key="rent",
        category="space",
        name="Аренда офиса",
        icon="building-2",
        summary="Подобрать или расширить офис, посмотреть помещение",
        description=(
            "Выберите помещение на схеме или опишите, что нужно, — подберём варианты и проведём показ. "
            "Для действующих резидентов переезд внутри технопарка не прерывает льготы.\n\n"
            "Площади: от 14 до 320 м², потолки 3–4,2 м, отдельные лаборатории с усиленным полом.\n"
            "Срок ответа: один рабочий день."
        ),
        fields=(
            Field(
                "place",
                "place",
                "Интересующее помещение",
                required=False,
                help="Можно выбрать этаж или корпус целиком",
            ),
            Field("area", "number", "Нужная площадь, м²", limits={"min": 10, "max": 500}),
            Field("people", "number", "Сколько рабочих мест", required=False, limits={"min": 1, "max": 200}),
            Field("since", "date", "С какой даты", limits={"min": 7, "max": 365}),
            Field(
                "needs",
                "choices",
                "Что важно",
                required=False,
                options=("Мокрая точка", "Усиленный пол", "Вытяжка", "Окна во двор", "Отдельный вход"),
            ),
            Field("phone", "phone", "Телефон для связи"),
            Field("comment", "long_text", "Комментарий", required=False, limits={"max_length": 1000}),
        ),
        executor="irina",
        hours=168,
        hello=(
            "Здравствуйте. Менеджер по аренде ответит в течение рабочего дня. Если остались "
            "вопросы, пишите сюда"
        ),
        extras_title="Закажите еще",
        extras=("moving", "tour", "internet", "keys"),
        weight=2,
    ),
    Service(
        key="moving",
        category="space",
        name="Переезд",
        icon="truck",
        summary="Переезд между корпусами и этажами, вывоз в город",
        description=(
            "Упакуем, перенесём и расставим мебель и технику. "
            "Грузовой лифт и зону разгрузки забронируем на ваше время, рабочие места подключат наши "
            "ИТ-специалисты.\n\n"
            "Когда: по будням после 18:00 и в субботу.\n"
            "Состав бригады: от двух человек, материалы для упаковки включены."
        ),
        art="move",
        fields=(
            Field("from", "place", "Откуда", limits={"place_kind": "room"}),
            Field(
                "to",
                "place",
                "Куда",
                required=False,
                help="Не заполняйте, если переезжаете в город",
                limits={"place_kind": "room"},
            ),
            Field("address", "text", "Адрес в городе", required=False, limits={"max_length": 200}),
            Field("seats", "number", "Сколько рабочих мест", limits={"min": 1, "max": 100}),
            Field(
                "extra",
                "choices",
                "Что ещё перевозим",
                required=False,
                options=("Сейф", "Лабораторное оборудование", "Серверы", "Растения", "Архив"),
            ),
            Field("date", "date", "Дата переезда", limits={"min": 2, "max": 90}),
            Field("packing", "boolean", "Нужна упаковка", required=False),
            Field("list", "file", "Опись имущества", required=False),
        ),
        executor="pavel",
        hours=72,
        hello=HELLO,
        extras_title="Закажите еще",
        extras=("waste", "cleaning", "internet"),
        roles=(TENANT_ADMIN,),
        weight=1,
    ),
)
