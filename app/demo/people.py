"""Companies, communities, people and teams of the demo technopark. Who may do what is decided elsewhere."""

from __future__ import annotations

from .shapes import Company, Person, Team

DOMAIN = "demo.atrium.example"
# Shared by all demo people and printed at the start: it opens nothing but a database with demo data.
PASSWORD = "Kama-Atrium-2026"  # noqa: S105

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
    Person("marina", "Марина", "Спиридонова", "resident", "spektr", ("women-it",), 12),
    Person("anna", "Анна", "Баранова", "employee", "spektr", ("women-it",), 4),
    Person("mikhail", "Михаил", "Андреев", "employee", "spektr", ("bikes",), 3),
    Person("maria", "Мария", "Семёнова", "tenant_admin", "spektr", (), 6),
    Person("lera", "Лера", "Петрова", "resident", "", ("women-it", "bikes"), 5),
    Person("ilya", "Илья", "Корнев", "employee", "granit", ("scientists",), 4),
    Person("vera", "Вера", "Окунева", "tenant_admin", "granit", (), 4),
    Person("gleb", "Глеб", "Савельев", "employee", "pribor", (), 3),
    Person("alena", "Алёна", "Шубина", "tenant_admin", "pribor", ("bikes",), 5),
    Person("zhenya", "Евгения", "Мальцева", "employee", "svet", ("women-it",), 4),
    Person("roman", "Роман", "Тиунов", "tenant_admin", "svet", (), 3),
    Person("anton", "Антон", "Белкин", "employee", "pixel", ("bikes",), 4),
    Person("dasha", "Дарья", "Чернова", "tenant_admin", "pixel", ("women-it",), 4),
    Person("elena", "Елена", "Дорохова", "tenant_admin", "dorohova", (), 3),
    Person("artem", "Артём", "Зырянов", "employee", "biotech", ("scientists",), 4),
    Person("liliya", "Лилия", "Хасанова", "tenant_admin", "biotech", ("scientists", "women-it"), 3),
    Person("boris", "Борис", "Климов", "employee", "kurs", (), 3),
    Person("timur", "Тимур", "Ахметов", "resident", "", ("scientists",), 3),
)

STAFF: tuple[Person, ...] = (
    Person("svetlana", "Светлана", "Ершова", "dispatcher"),
    Person("oleg", "Олег", "Турбин", "dispatcher"),
    Person("natalia", "Наталья", "Кравцова", "executor"),
    Person("gulnara", "Гульнара", "Сафина", "executor"),
    Person("viktor", "Виктор", "Панов", "executor"),
    Person("sergey", "Сергей", "Лобанов", "executor"),
    Person("rustam", "Рустам", "Галиев", "executor"),
    Person("denis", "Денис", "Орлов", "executor"),
    Person("kirill", "Кирилл", "Жданов", "executor"),
    Person("pavel", "Павел", "Синицын", "executor"),
    Person("olga", "Ольга", "Вяткина", "executor"),
    Person("larisa", "Лариса", "Носкова", "executor"),
    Person("irina", "Ирина", "Полякова", "rental_manager"),
    Person("katya", "Екатерина", "Лескова", "event_manager"),
    Person("nikolay", "Николай", "Багров", "guard"),
    Person("alexey", "Алексей", "Вершинин", "operator"),
)

PEOPLE: tuple[Person, ...] = (*RESIDENTS, *STAFF)
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
}


def email(person: Person) -> str:
    return f"{SHOWN.get(person.key, person.key)}@{DOMAIN}"


def phone(person: Person) -> str:
    """A number that nobody has: the 999 000 block is not given out."""
    return f"+7 999 000-{10 + PEOPLE.index(person):02d}-{37 + 2 * PEOPLE.index(person) % 60:02d}"
