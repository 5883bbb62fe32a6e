"""Companies, communities, people and teams of the demo technopark. Who may do what is decided elsewhere."""

from __future__ import annotations

from app.permissions import (
    DISPATCHER,
    EMPLOYEE,
    EVENT_MANAGER,
    EXECUTOR,
    GUARD,
    OPERATOR,
    RENTAL_MANAGER,
    RESIDENT,
    TENANT_ADMIN,
)

from .shapes import Company, Person, Team

DOMAIN = "demo.atrium.example"
# Shared by all demo people and printed at the start: it opens nothing but a database with demo data.
PASSWORD = "Kama-Atrium-2026"  # noqa: S105

SUPPORT_PHONE = "+7 342 000-01-12"

COMPANIES: tuple[Company, ...] = (
    Company("spektr", "ООО «Спектр Данных»", "Аналитика для розничных сетей.", ("a-312", "a-314")),
    Company("granit", "ООО «Лаборатория Гранит»", "Испытания строительных материалов.", ("b-101", "b-103")),
    Company("pribor", "АО «Камские приборы»", "Датчики и контроллеры для энергетики.", ("b-204", "b-206")),
    Company("svet", "ООО «Северный свет»", "Студия промышленного дизайна.", ("a-405",)),
    Company("pixel", "ООО «Пиксель и точка»", "Веб-разработка и поддержка сайтов.", ("a-307",)),
    Company("dorohova", "ИП Дорохова Е. А.", "Бухгалтерское сопровождение.", ("a-210",)),
    Company("biotech", "ООО «Биотех Урал»", "Экспресс-анализы для пищевых производств.", ("b-302", "b-308")),
    Company("kurs", "ООО «Курс Право»", "Юридические услуги и регистрация патентов.", ("a-215",)),
)

COMMUNITIES: tuple[Company, ...] = (
    Company("scientists", "Клуб молодых учёных", "Лекции и встречи по четвергам в лектории."),
    Company("women-it", "Женщины в ИТ", "Наставничество, завтраки и митапы."),
    Company("bikes", "Велосообщество «Кама»", "Ездим на работу на велосипеде и следим за велопарковкой."),
)

RESIDENTS: tuple[Person, ...] = (
    Person("marina", "Марина", "Спиридонова", RESIDENT, "spektr", ("women-it",), 12),
    Person("anna", "Анна", "Баранова", EMPLOYEE, "spektr", ("women-it",), 4),
    Person("mikhail", "Михаил", "Андреев", EMPLOYEE, "spektr", ("bikes",), 3),
    Person("maria", "Мария", "Семёнова", TENANT_ADMIN, "spektr", (), 6),
    Person("lera", "Лера", "Петрова", RESIDENT, "", ("women-it", "bikes"), 5),
    Person("ilya", "Илья", "Корнев", EMPLOYEE, "granit", ("scientists",), 4),
    Person("vera", "Вера", "Окунева", TENANT_ADMIN, "granit", (), 4),
    Person("gleb", "Глеб", "Савельев", EMPLOYEE, "pribor", (), 3),
    Person("alena", "Алёна", "Шубина", TENANT_ADMIN, "pribor", ("bikes",), 5),
    Person("zhenya", "Евгения", "Мальцева", EMPLOYEE, "svet", ("women-it",), 4),
    Person("roman", "Роман", "Тиунов", TENANT_ADMIN, "svet", (), 3),
    Person("anton", "Антон", "Белкин", EMPLOYEE, "pixel", ("bikes",), 4),
    Person("dasha", "Дарья", "Чернова", TENANT_ADMIN, "pixel", ("women-it",), 4),
    Person("elena", "Елена", "Дорохова", TENANT_ADMIN, "dorohova", (), 3),
    Person("artem", "Артём", "Зырянов", EMPLOYEE, "biotech", ("scientists",), 4),
    Person("liliya", "Лилия", "Хасанова", TENANT_ADMIN, "biotech", ("scientists", "women-it"), 3),
    Person("boris", "Борис", "Климов", EMPLOYEE, "kurs", (), 3),
    Person("timur", "Тимур", "Ахметов", RESIDENT, "", ("scientists",), 3),
)

STAFF: tuple[Person, ...] = (
    Person("svetlana", "Светлана", "Ершова", DISPATCHER),
    Person("oleg", "Олег", "Турбин", DISPATCHER),
    Person("natalia", "Наталья", "Кравцова", EXECUTOR),
    Person("gulnara", "Гульнара", "Сафина", EXECUTOR),
    Person("viktor", "Виктор", "Панов", EXECUTOR),
    Person("sergey", "Сергей", "Лобанов", EXECUTOR),
    Person("rustam", "Рустам", "Галиев", EXECUTOR),
    Person("denis", "Денис", "Орлов", EXECUTOR),
    Person("kirill", "Кирилл", "Жданов", EXECUTOR),
    Person("pavel", "Павел", "Синицын", EXECUTOR),
    Person("olga", "Ольга", "Вяткина", EXECUTOR),
    Person("larisa", "Лариса", "Носкова", EXECUTOR),
    Person("irina", "Ирина", "Полякова", RENTAL_MANAGER),
    Person("katya", "Екатерина", "Лескова", EVENT_MANAGER),
    Person("nikolay", "Николай", "Багров", GUARD),
    Person("alexey", "Алексей", "Вершинин", OPERATOR),
)

#: Specialists and the owner of an organization: their clients come by invitation (practice.py).
PROVIDERS: tuple[Person, ...] = (
    Person("polina", "Полина", "Ветрова", RESIDENT),
    Person("oksana", "Оксана", "Юдина", RESIDENT),
    Person("igor", "Игорь", "Лапин", RESIDENT),
    Person("mark", "Марк", "Левин", RESIDENT),
)

#: They came from elsewhere by a specialist's link, and have nothing else to do with the technopark.
CLIENTS: tuple[Person, ...] = (Person("sofya", "Софья", "Мельник", RESIDENT),)
#: Whose clock is another one than the technopark's.
ZONES: dict[str, str] = {"sofya": "Asia/Novosibirsk"}

PEOPLE: tuple[Person, ...] = (*RESIDENTS, *STAFF, *PROVIDERS, *CLIENTS)
BY_KEY: dict[str, Person] = {person.key: person for person in PEOPLE}

TEAMS: tuple[Team, ...] = (
    Team("cleaning", "Клининг", ("natalia", "gulnara")),
    Team("engineers", "Инженерная служба", ("viktor", "sergey", "rustam")),
    Team("it", "ИТ и связь", ("denis", "kirill")),
)

# One account a role, in the order in which a visitor should try them, under an address that is easy to type.
SHOWN: dict[str, str] = {
    "marina": "resident",
    "anna": "employee",
    "maria": "tenant",
    "natalia": "executor",
    "svetlana": "dispatcher",
    "irina": "rental",
    "katya": "events",
    "nikolay": "guard",
    "alexey": "admin",
    "polina": "specialist",
    "oksana": "organization",
    "sofya": "client",
}
#: What those are shown as who have no role of their own.
TITLES: dict[str, str] = {"polina": "Specialist", "oksana": "Organization", "sofya": "Client"}

#: Signs in for the first time: the product asks for the time zone.
NEWCOMER = "anna"


def email(person: Person) -> str:
    return f"{SHOWN.get(person.key, person.key)}@{DOMAIN}"


def phone(person: Person) -> str:
    """A number that nobody has: the 999 000 block is not given out."""
    return f"+7 999 000-{10 + PEOPLE.index(person):02d}-{37 + 2 * PEOPLE.index(person) % 60:02d}"
