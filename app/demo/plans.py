"""Draws the demo's plans: the territory, and every floor of both buildings. Where things lie is said in floors.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from . import places
from .floors import FLOORS, MARKS, Cell, Floor, Point

WIDTH, HEIGHT = 1200, 680
_WALL, _THIN, _INK, _PALE, _GLASS = "#3a342d", "#7d756a", "#2d2822", "#8b8378", "#8cc3cf"
_OFFICE, _SHARED, _STAFF, _HALL = "#f6f2e9", "#e4f1f2", "#eceae6", "#fbf1dc"
_COLOURS = {
    **dict.fromkeys(("a-cafe", "a-coworking", "a-kitchen-2", "a-kitchen-3", "b-rest-2"), _SHARED),
    **dict.fromkeys(("a-mail", "a-server", "a-archive", "b-switchboard", "b-heating", "b-guard"), _STAFF),
    **dict.fromkeys(("a-hall", "a-conference", "a-python", "a-java", "b-lecture", "b-ramp"), _HALL),
}
# The outer walls, the corridor between the rows, and the cores with stairs at both ends.
_LEFT, _RIGHT, _TOP, _BOTTOM = 30.0, 1170.0, 30.0, 650.0
_CORRIDOR = (300.0, 380.0)
_CORE = 96.0
_LABEL, _NUMBER = 20, 31


@dataclass
class Plan:
    """`areas` and `marks` by the keys of places, in parts of the plan's sides."""

    svg: bytes
    areas: dict[str, list[list[float]]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def corners(self) -> list[list[float]]:
        right, bottom = self.x + self.width, self.y + self.height
        return [
            _part(x, y) for x, y in ((self.x, self.y), (right, self.y), (right, bottom), (self.x, bottom))
        ]


def plans() -> dict[str, Plan]:
    """Place → its plan."""
    return {places.TERRITORY: _territory(), **{key: _floor(floor) for key, floor in FLOORS.items()}}


def mark(key: str) -> list[float] | None:
    return _part(*MARKS[key]) if key in MARKS else None


def _part(x: float, y: float) -> list[float]:
    return [round(x / WIDTH, 4), round(y / HEIGHT, 4)]


def _sheet(parts: Iterable[str]) -> bytes:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="Segoe UI, Roboto, Noto Sans, sans-serif" text-anchor="middle">\n{body}\n</svg>\n'
    ).encode()


# --- floors -------------------------------------------------------------------------------------------------------


def _floor(floor: Floor) -> Plan:
    plan, drawn = Plan(b""), [_rect(_Box(_LEFT, _TOP, _RIGHT - _LEFT, _BOTTOM - _TOP), "white")]
    over: list[str] = []
    for above, cells in ((True, floor.above), (False, floor.below)):
        for cell, box in _row(cells, above=above):
            drawn.append(_rect(box, _COLOURS.get(cell.key, _OFFICE) if cell.key else "white"))
            over += [*_walls(cell, box, above=above), *_label(_name(cell), box, quiet=not cell.key)]
            if cell.key:
                plan.areas[cell.key] = box.corners
    shell = _Box(_LEFT, _TOP, _RIGHT - _LEFT, _BOTTOM - _TOP)
    over += [*_cores(), *_label("Коридор", _Box(_LEFT, *_corridor_box()), quiet=True)]
    outer = _rect(shell, "none", _WALL, 9)
    doors = [_entrance(box) for cell, box in _row(floor.below, above=False) if cell.entrance]
    plan.svg = _sheet([*drawn, *over, outer, *_windows(floor), *doors])
    return plan


def _corridor_box() -> tuple[float, float, float]:
    return _CORRIDOR[0], _RIGHT - _LEFT, _CORRIDOR[1] - _CORRIDOR[0]


def _row(cells: Sequence[Cell], *, above: bool) -> list[tuple[Cell, _Box]]:
    """The rooms of a row side by side, as wide as their shares."""
    top, bottom = (_TOP, _CORRIDOR[0]) if above else (_CORRIDOR[1], _BOTTOM)
    room = _RIGHT - _LEFT - 2 * _CORE
    whole, x, found = sum(cell.share for cell in cells), _LEFT + _CORE, []
    for cell in cells:
        width = room * cell.share / whole
        found.append((cell, _Box(x, top, width, bottom - top)))
        x += width
    return found


def _walls(cell: Cell, box: _Box, *, above: bool) -> list[str]:
    """Between rooms, and to the corridor with a door in it."""
    inner = box.y + box.height if above else box.y
    left, right = box.x, box.x + box.width
    sides = [_line((x, box.y), (x, box.y + box.height), _THIN, 5) for x in (left, right)]
    if cell.open:
        return sides
    wall = _line((left, inner), (right, inner), _THIN, 5)
    return [*sides, wall, *(_door(box.x + box.width * 0.5 - 22, inner, above=above) if cell.key else ())]


def _door(x: float, y: float, *, above: bool) -> list[str]:
    """A gap in the wall, the leaf, and the arc that it turns in."""
    wide = 40.0
    leaf, sweep = (y - wide, 1) if above else (y + wide, 0)
    return [
        _line((x, y), (x + wide, y), "white", 7),
        f'<path d="M{x:g} {leaf:g}A{wide:g} {wide:g} 0 0 {sweep} {x + wide:g} {y:g}" fill="none" stroke="{_PALE}"/>',
        _line((x, y), (x, leaf), _PALE, 2),
    ]


def _windows(floor: Floor) -> list[str]:
    """In the outer walls of both rows: glass in the middle half of each room."""
    drawn = []
    for above, cells in ((True, floor.above), (False, floor.below)):
        y = _TOP if above else _BOTTOM
        for cell, box in _row(cells, above=above):
            if cell.entrance:
                continue
            ends = (box.x + box.width * 0.2, y), (box.x + box.width * 0.8, y)
            drawn += [_line(*ends, "white", 6), _line(*ends, _GLASS, 3)]
    return drawn


def _entrance(box: _Box) -> str:
    x, y = box.middle[0], _BOTTOM
    arrow = f'<path d="M{x - 11:g} {y + 24:g}h22l-11 -16z" fill="#b4532a"/>'
    return "".join((_line((x - 44, y), (x + 44, y), "white", 11), arrow))


def _cores() -> list[str]:
    """Stairs above at both ends; the lift and toilets below."""
    drawn = []
    for x in (_LEFT, _RIGHT - _CORE):
        inner = x + _CORE if x == _LEFT else x
        drawn += [
            _rect(_Box(x, _TOP, _CORE, _CORRIDOR[0] - _TOP), "#f0eeea"),
            *(_line((x + 14, y), (x + _CORE - 14, y), _PALE, 2) for y in range(70, 270, 17)),
            _line((x + _CORE / 2, 62), (x + _CORE / 2, 268), _PALE, 2),
            _rect(_Box(x, _CORRIDOR[1], _CORE, _BOTTOM - _CORRIDOR[1]), "#f0eeea"),
            _line((inner, _TOP), (inner, _CORRIDOR[0]), _THIN, 5),
            _line((inner, _CORRIDOR[1]), (inner, _BOTTOM), _THIN, 5),
            _line((x, _CORRIDOR[1]), (x + _CORE, _CORRIDOR[1]), _THIN, 5),
            *_label("WC", _Box(x, 520, _CORE, 130), quiet=True),
        ]
    lift = _Box(_LEFT + 16, 396, _CORE - 32, 80)
    cross = ((lift.x, lift.y), (lift.x + lift.width, lift.y + lift.height))
    other = ((lift.x, lift.y + lift.height), (lift.x + lift.width, lift.y))
    return [*drawn, _rect(lift, "white", _PALE, 2), _line(*cross, _PALE, 2), _line(*other, _PALE, 2)]


def _name(cell: Cell) -> str:
    return places.BY_KEY[cell.key].name if cell.key else cell.label


def _label(name: str, box: _Box, *, quiet: bool = False) -> list[str]:
    """«Офис» small and «312» large; other names in lines that fit the room."""
    x, y = box.middle
    *words, last = name.split()
    if last.isdecimal() and words:
        head = _text(" ".join(words), (x, y - 14), _LABEL, _PALE)
        return [head, _text(last, (x, y + 16), _NUMBER, _INK, bold=True)]
    lines = _wrapped(name, int(box.width / (_LABEL * 0.56)))
    top = y + 6 - (len(lines) - 1) * _LABEL * 0.65
    ink = _PALE if quiet else _INK
    return [
        _text(line, (x, top + number * _LABEL * 1.3), _LABEL, ink, bold=not quiet)
        for number, line in enumerate(lines)
    ]


def _wrapped(text: str, room: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + len(word) < room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


# --- the territory ------------------------------------------------------------------------------------------------

_A, _B = _Box(150, 90, 420, 250), _Box(710, 120, 350, 290)
_STREET, _DRIVE, _PATH, _LAWN, _TREE = "#dad6cf", "#e8e4dc", "#f3efe6", "#e9f0df", "#bcd3a7"
_TREES = (
    *((x, 50) for x in range(60, 1180, 80)),
    *((60, y) for y in range(130, 440, 78)),
    *((1140, y) for y in range(130, 600, 78)),
    *((640, y) for y in range(160, 400, 80)),
    *((x, 575) for x in (690, 760, 820, 970, 1040)),
)


def _territory() -> Plan:
    drawn = [
        _rect(_Box(0, 0, WIDTH, HEIGHT), _LAWN),
        _rect(_Box(0, 625, WIDTH, 55), _STREET),
        _text("улица Героев Хасана", (300, 660), _LABEL, _PALE),
        # The drive from the street, the square between the houses, the yard behind house B.
        _rect(_Box(560, 440, 80, 190), _DRIVE),
        _rect(_Box(140, 430, 930, 80), _DRIVE),
        _rect(_Box(850, 500, 80, 130), _DRIVE),
        _rect(_Box(330, 340, 60, 90), _PATH),
        _rect(_Box(850, 410, 60, 30), _PATH),
        *_parking(),
        *(_tree(x, y) for x, y in _TREES),
        *_house(_A, "Корпус А"),
        *_house(_B, "Корпус Б"),
        _line((575, 640), (625, 640), "#b4532a", 5),
        _line((865, 640), (915, 640), "#b4532a", 5),
        _text("Въезд", (540, 660), _LABEL, _INK),
        _text("Выезд", (830, 660), _LABEL, _INK),
        *_north(),
    ]
    return Plan(_sheet(drawn), {"a": _A.corners, "b": _B.corners})


def _house(box: _Box, name: str) -> list[str]:
    roof = _Box(box.x + 26, box.y + 26, box.width - 52, box.height - 52)
    return [
        _rect(_Box(box.x + 7, box.y + 9, box.width, box.height), "#c9c8bb"),
        _rect(box, "#fbfaf7", _WALL, 6),
        _rect(roof, "#f1ede4", "#d5cec2", 2),
        _text(name, (box.middle[0], box.middle[1] + 10), 32, _INK, bold=True),
    ]


def _parking() -> list[str]:
    """Two rows of bays along the drive."""
    lot = _Box(160, 500, 340, 110)
    bays = [_line((x, 512), (x, 560), "white", 3) for x in range(178, 500, 30)]
    return [
        _rect(lot, _DRIVE),
        *bays,
        _text("P", (330, 598), 26, "#4a7f8c", bold=True),
    ]


def _tree(x: float, y: float) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="20" fill="{_TREE}"/><circle cx="{x:g}" cy="{y:g}" r="4" fill="#8fae78"/>'


def _north() -> list[str]:
    arrow = f'<path d="M1100 565l-12 30l12 -8l12 8z" fill="{_INK}"/>'
    return [arrow, _text("С", (1100, 556), _LABEL, _INK, bold=True)]


# --- strokes ------------------------------------------------------------------------------------------------------


def _rect(box: _Box, fill: str, stroke: str = "", width: float = 0) -> str:
    edge = f' stroke="{stroke}" stroke-width="{width:g}"' if stroke else ""
    return f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" fill="{fill}"{edge}/>'


def _line(start: Point, end: Point, stroke: str, width: float) -> str:
    return (
        f'<line x1="{start[0]:g}" y1="{start[1]:g}" x2="{end[0]:g}" y2="{end[1]:g}" '
        f'stroke="{stroke}" stroke-width="{width:g}"/>'
    )


def _text(text: str, at: Point, size: int, fill: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{at[0]:g}" y="{at[1]:g}" font-size="{size}" fill="{fill}"{weight}>{escape(text)}</text>'
