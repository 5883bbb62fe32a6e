"""Props that several scenes share: a room, a window, a table. No scene lives here."""

from __future__ import annotations

from .canvas import Canvas


def room(wall: str = "#e9e4da", shadow: str = "#d8d1c4", floor: str = "#b08d6a", y: float = 430) -> Canvas:
    c = Canvas(wall, shadow)
    c.rect(0, y, 800, 600 - y, floor)
    c.rect(0, y - 12, 800, 14, "#f6f3ee")
    return c


def sky_window(c: Canvas, x: float, y: float, w: float, h: float) -> None:
    c.rect(x - 12, y - 12, w + 24, h + 24, "#f7f7f4", 6)
    c.rect(x, y, w, h, "#a9cdea")
    c.rect(x, y + h * 0.62, w, h * 0.38, "#8fae86")
    c.poly([(x, y + h * 0.7), (x + w * 0.35, y + h * 0.45), (x + w * 0.7, y + h * 0.7)], "#7d9c7f")
    c.ellipse(x + w * 0.75, y + h * 0.22, w * 0.09, w * 0.09, "#fdf3c4")
    c.poly([(x + w * 0.1, y + h), (x + w * 0.3, y + h), (x + w * 0.62, y), (x + w * 0.42, y)], "#bcd9ef")
    c.rect(x + w / 2 - 6, y, 12, h, "#f7f7f4")


def table(c: Canvas, x: float, y: float, w: float, colour: str = "#c9a26e") -> None:
    c.shade(x + w / 2, y + 152, w / 2 + 20, 18)
    c.rect(x + 16, y + 14, 14, 136, "#5b6470")
    c.rect(x + w - 30, y + 14, 14, 136, "#5b6470")
    c.rect(x, y, w, 18, colour, 4)


def monitor(c: Canvas, x: float, y: float) -> None:
    c.rect(x + 52, y + 82, 16, 24, "#3a4049")
    c.rect(x + 34, y + 102, 52, 8, "#3a4049", 3)
    c.rect(x, y, 120, 84, "#2b3038", 6)
    c.rect(x + 6, y + 6, 108, 70, "#3e6b8f", 2)
    c.line([(x + 16, y + 60), (x + 40, y + 36), (x + 62, y + 48), (x + 100, y + 20)], "#bfe0f5", 4)


def box(c: Canvas, x: float, y: float, w: float, h: float) -> None:
    c.rect(x, y, w, h, "#c79a63", 3)
    c.rect(x, y, w, h * 0.16, "#b58751", 3)
    c.rect(x + w * 0.42, y, w * 0.16, h, "#dcc296")
    c.rect(x + w * 0.1, y + h * 0.62, w * 0.22, h * 0.2, "#f0e6d3")


def carpet() -> Canvas:
    c = Canvas("#6f7f94", "#5d6c81")
    for row in range(30):
        for column in range(40):
            if (row + column) % 2:
                c.rect(column * 20, row * 20, 20, 20, "#66758a")
    return c
