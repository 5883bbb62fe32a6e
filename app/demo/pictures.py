"""The pictures that people of the demo attach: each is drawn when it is asked for. Nothing is stored here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from . import scenes_rooms as rooms
from . import scenes_things as things
from .canvas import Canvas, encoded


class Picture(NamedTuple):
    """`name` is the file's name as its sender has it."""

    name: str
    scene: Callable[[], Canvas]


PICTURES: dict[str, Picture] = {
    "office": Picture("офис после уборки.jpg", rooms.office),
    "stain": Picture("пятно.jpg", things.stain),
    "clean": Picture("после чистки.jpg", things.clean),
    "window": Picture("окна.jpg", rooms.window),
    "boxes": Picture("коробки.jpg", rooms.boxes),
    "trash": Picture("мешки.jpg", rooms.trash),
    "letter": Picture("письмо.jpg", things.letter),
    "parcel": Picture("посылка.jpg", things.parcel),
    "leak": Picture("под раковиной.jpg", rooms.leak),
    "puddle": Picture("лужа.jpg", rooms.puddle),
    "cooler": Picture("фильтр кулера.jpg", things.cooler),
    "lamp": Picture("светильники.jpg", rooms.lamp),
    "label": Picture("шильдик.jpg", things.label),
    "ac": Picture("кондиционер.jpg", rooms.ac),
    "door": Picture("доводчик.jpg", rooms.door),
    "desk": Picture("столы.jpg", rooms.desk),
    "router": Picture("коммутатор.jpg", things.router),
    "speed": Picture("замер скорости.jpg", things.speed),
    "plan": Picture("схема.jpg", things.plan),
    "list": Picture("список.pdf", things.paper),
    "card": Picture("карта.jpg", things.card),
    "portrait": Picture("фото на пропуск.jpg", things.portrait),
    "car": Picture("у шлагбаума.jpg", rooms.car),
    "hall": Picture("зал.jpg", rooms.hall),
    "tour": Picture("экскурсия.jpg", rooms.tour),
    "yard": Picture("двор.jpg", rooms.yard),
}


def draw(key: str) -> bytes:
    """The file: a JPEG, or a PDF for papers. Raises KeyError for a picture that there is not."""
    picture = PICTURES[key]
    return encoded(picture.scene().finished(), "PDF" if picture.name.endswith(".pdf") else "JPEG")
