"""Where the rooms of the demo's floors lie, and the things in its corridors and yard. How they are drawn: plans.py."""

from __future__ import annotations

from typing import NamedTuple

from .shapes import Place

Point = tuple[float, float]


class Cell(NamedTuple):
    """A room between a corridor and an outer wall: its share of the row. Without a key it is no place: `label`."""

    key: str
    share: int
    label: str = ""
    #: No wall to the corridor; a door to the outside.
    open: bool = False
    entrance: bool = False


class Floor(NamedTuple):
    """The rooms above and below the corridor, from left to right."""

    above: tuple[Cell, ...]
    below: tuple[Cell, ...]


FLOORS: dict[str, Floor] = {
    "a-floor-1": Floor(
        (Cell("a-cafe", 3), Cell("a-conference", 5)),
        (Cell("a-mail", 2), Cell("a-hall", 5, open=True, entrance=True)),
    ),
    "a-floor-2": Floor(
        (Cell("a-205", 3), Cell("a-208", 3), Cell("a-210", 3), Cell("a-215", 2)),
        (Cell("a-coworking", 5), Cell("a-kitchen-2", 2)),
    ),
    "a-floor-3": Floor(
        (Cell("a-305", 2), Cell("a-307", 3), Cell("a-310", 2), Cell("a-312", 2)),
        (Cell("a-314", 4), Cell("a-python", 3), Cell("a-kitchen-3", 2)),
    ),
    "a-floor-4": Floor(
        (Cell("a-401", 3), Cell("a-405", 2), Cell("a-408", 3)),
        (Cell("a-java", 3), Cell("a-archive", 2), Cell("a-server", 2)),
    ),
    "b-floor-1": Floor(
        (Cell("b-101", 4), Cell("b-103", 4), Cell("b-heating", 2)),
        (Cell("b-guard", 2, entrance=True), Cell("b-switchboard", 2), Cell("b-ramp", 5, entrance=True)),
    ),
    "b-floor-2": Floor(
        (Cell("b-204", 3), Cell("b-206", 3), Cell("b-211", 4)),
        (Cell("b-rest-2", 3, open=True), Cell("", 4, "Второй свет")),
    ),
    "b-floor-3": Floor(
        (Cell("b-302", 4), Cell("b-308", 2), Cell("b-309", 2)),
        (Cell("b-lecture", 5), Cell("", 2, "Терраса")),
    ),
}

# At the walls of the corridor, in units of the floor's plan.
_TOP, _BOTTOM = 314.0, 366.0

# floor (or territory) → what stands there: name, and where on the plan
_THINGS: dict[str, tuple[tuple[str, Point], ...]] = {
    "a-floor-1": (
        ("Дефибриллятор", (470, _TOP)),
        ("Аптечка", (520, _TOP)),
        ("Огнетушитель у главного входа", (610, 618)),
        ("Огнетушитель у лестницы", (150, _TOP)),
        ("Камера хранения", (430, _BOTTOM)),
        ("Информационный киоск", (800, 470)),
    ),
    "a-floor-2": (
        ("Принтер у лестницы", (150, _TOP)),
        ("Огнетушитель у лестницы", (200, _TOP)),
        ("Огнетушитель у кухни", (840, _BOTTOM)),
        ("Аптечка", (780, _BOTTOM)),
        ("Шкафчики коворкинга", (330, _BOTTOM)),
        ("Кофемашина", (1000, _BOTTOM)),
    ),
    "a-floor-3": (
        ("МФУ в коридоре", (520, _TOP)),
        ("Огнетушитель у лестницы", (150, _TOP)),
        ("Огнетушитель у переговорной", (700, _BOTTOM)),
        ("Аптечка", (900, _BOTTOM)),
        ("Кофемашина", (1000, _BOTTOM)),
        ("Контейнер для батареек", (310, _TOP)),
    ),
    "a-floor-4": (
        ("Принтер", (620, _TOP)),
        ("Огнетушитель у лестницы", (150, _TOP)),
        ("Огнетушитель у серверной", (840, _BOTTOM)),
        ("Аптечка", (420, _TOP)),
        ("Кулер", (540, _BOTTOM)),
    ),
    "b-floor-1": (
        ("Дефибриллятор", (240, _BOTTOM)),
        ("Аварийный душ у лаборатории", (330, _TOP)),
        ("Аптечка", (400, _TOP)),
        ("Огнетушитель у лестницы", (150, _TOP)),
        ("Огнетушитель у мастерской", (720, _TOP)),
        ("Пожарный кран", (520, _BOTTOM)),
        ("Почтовые ячейки", (300, _BOTTOM)),
    ),
    "b-floor-2": (
        ("Принтер", (440, _TOP)),
        ("Огнетушитель у лестницы", (150, _TOP)),
        ("Аптечка", (700, _TOP)),
        ("Кофемашина", (210, 430)),
        ("Шкафчики", (900, _TOP)),
    ),
    "b-floor-3": (
        ("Аварийный душ у лаборатории", (360, _TOP)),
        ("Огнетушитель у лаборатории", (430, _TOP)),
        ("Огнетушитель у лектория", (560, _BOTTOM)),
        ("Аптечка", (820, _TOP)),
        ("Кулер", (920, _TOP)),
    ),
    "kama": (
        ("Зарядная станция для электромобилей", (250, 560)),
        ("Велопарковка у корпуса Б", (1085, 420)),
        ("Место сбора при эвакуации", (600, 470)),
        ("Пожарный гидрант", (640, 95)),
        ("Пост у выезда", (890, 655)),
    ),
}

THINGS: tuple[Place, ...] = tuple(
    Place(f"{where}-thing-{number}", where, "object", name)
    for where, rows in _THINGS.items()
    for number, (name, _at) in enumerate(rows, 1)
)

# Of places.py, drawn on the plan of what they stand in.
_OLDER: dict[str, Point] = {"barrier": (600, 655), "parking": (330, 520), "bikes": (128, 300)}

#: Place → where its mark is, in units of the plan of what it stands in.
MARKS: dict[str, Point] = _OLDER | {
    f"{where}-thing-{number}": at
    for where, rows in _THINGS.items()
    for number, (_name, at) in enumerate(rows, 1)
}

#: Who is called in which building, numbers that nobody has; how soon help comes, in minutes.
STAFF_PHONES = {"a": "+7 342 000-01-21", "b": "+7 342 000-01-22"}
SOS_MINUTES = {"kama": 6, "b": 4, "b-101": 3, "b-103": 3, "b-302": 3}
SEATS = {"a-conference": 80, "a-coworking": 32, "a-python": 10, "a-java": 12, "b-lecture": 60, "b-rest-2": 14}
