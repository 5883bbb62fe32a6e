"""The technopark's territory: two buildings, floors, rooms and a few objects. People live in `people`."""

from __future__ import annotations

from .floors import THINGS
from .shapes import Place

TERRITORY = "kama"
TERRITORY_NAME = "Технопарк «Кама»"
ZONE = "Asia/Yekaterinburg"

# building → floor number → rooms as (number or key, name)
_BUILDINGS: dict[str, tuple[str, dict[int, tuple[tuple[str, str], ...]]]] = {
    "a": (
        "Корпус А",
        {
            1: (
                ("hall", "Холл и ресепшен"),
                ("cafe", "Кофейня «Второе дыхание»"),
                ("conference", "Конференц-зал «Урал»"),
                ("mail", "Почтовая комната"),
            ),
            2: (
                ("205", "Офис 205"),
                ("208", "Офис 208"),
                ("210", "Офис 210"),
                ("215", "Офис 215"),
                ("coworking", "Коворкинг на 2 этаже"),
                ("kitchen-2", "Кухня 2 этажа"),
            ),
            3: (
                ("305", "Офис 305"),
                ("307", "Офис 307"),
                ("310", "Офис 310"),
                ("312", "Офис 312"),
                ("314", "Офис 314"),
                ("python", "Переговорная Python"),
                ("kitchen-3", "Кухня 3 этажа"),
            ),
            4: (
                ("401", "Офис 401"),
                ("405", "Офис 405"),
                ("408", "Офис 408"),
                ("java", "Переговорная Java"),
                ("server", "Серверная"),
                ("archive", "Архив"),
            ),
        },
    ),
    "b": (
        "Корпус Б",
        {
            1: (
                ("101", "Лаборатория 101"),
                ("103", "Мастерская 103"),
                ("ramp", "Зона разгрузки"),
                ("guard", "Пост охраны"),
                ("switchboard", "Электрощитовая"),
                ("heating", "Тепловой узел"),
            ),
            2: (
                ("204", "Офис 204"),
                ("206", "Офис 206"),
                ("211", "Офис 211"),
                ("rest-2", "Комната отдыха"),
            ),
            3: (
                ("302", "Лаборатория 302"),
                ("308", "Офис 308"),
                ("309", "Офис 309"),
                ("lecture", "Лекторий"),
            ),
        },
    ),
}

# Known to the staff, not offered in forms.
_TECHNICAL = frozenset({"a-archive", "b-switchboard", "b-heating"})

_OBJECTS: tuple[Place, ...] = (
    Place("a-desk", "a-hall", "object", "Стойка ресепшен"),
    Place("a-lift", "a-hall", "object", "Лифт 1"),
    Place("a-turnstile", "a-hall", "object", "Турникеты главного входа"),
    Place("a-printer", "a-coworking", "object", "Принтер коворкинга"),
    Place("a-cooler", "a-kitchen-3", "object", "Кулер"),
    Place("a-screen", "a-conference", "object", "Проектор и экран"),
    Place("b-lift", "b-ramp", "object", "Грузовой лифт"),
    Place("barrier", TERRITORY, "object", "Шлагбаум, въезд с улицы Героев Хасана"),
    Place("parking", TERRITORY, "object", "Гостевая парковка"),
    Place("bikes", TERRITORY, "object", "Велопарковка у корпуса А"),
)


_NUMBERED = ("floor", "room")


def _room(key: str, floor: str, name: str) -> Place:
    return Place(key, floor, "room", name, shown=key not in _TECHNICAL)


def _tree() -> tuple[Place, ...]:
    rows = [Place(TERRITORY, "", "territory", TERRITORY_NAME)]
    for building, (name, floors) in _BUILDINGS.items():
        rows.append(Place(building, TERRITORY, "building", name))
        for number, rooms in floors.items():
            floor = f"{building}-floor-{number}"
            rows.append(Place(floor, building, "floor", f"{number} этаж"))
            rows += [_room(f"{building}-{key}", floor, room) for key, room in rooms]
    return (*rows, *_OBJECTS, *THINGS)


PLACES: tuple[Place, ...] = _tree()
BY_KEY: dict[str, Place] = {place.key: place for place in PLACES}


def room_number(place: Place) -> str:
    """ "312" of «Офис 312», "3" of «3 этаж», "" of what has no number."""
    return (
        next((word for word in place.name.split() if word.isdecimal()), "") if place.kind in _NUMBERED else ""
    )


def building_of(key: str) -> str:
    """Key of the building that holds this place; "" for what stands in the open."""
    place = BY_KEY[key]
    while place.kind != "building" and place.parent:
        place = BY_KEY[place.parent]
    return place.key if place.kind == "building" else ""
