"""Scenes with a room or a yard in them; `pictures` knows their names."""

from __future__ import annotations

from .canvas import Canvas
from .props import box, monitor, room, sky_window, table


def office() -> Canvas:
    c = room()
    sky_window(c, 470, 80, 230, 220)
    table(c, 90, 330, 330)
    monitor(c, 130, 222)
    monitor(c, 270, 222)
    c.glow(250, 540, 160, "#d9bd99", 120)
    c.rect(560, 330, 60, 90, "#7a5b45", 8)
    for dx, dy in ((-40, -70), (0, -100), (40, -64), (-16, -50), (22, -40)):
        c.ellipse(590 + dx, 330 + dy * 0.7, 34, 46, "#5f8a57")
    return c


def window() -> Canvas:
    c = room(y=500)
    sky_window(c, 70, 70, 300, 360)
    sky_window(c, 430, 70, 300, 360)
    c.rect(40, 440, 720, 26, "#f3efe6", 4)
    c.rect(600, 396, 46, 44, "#a65f45", 6)
    c.ellipse(623, 372, 40, 34, "#5f8a57")
    return c


def boxes() -> Canvas:
    c = room(floor="#8d9199", wall="#dfe3e8", shadow="#c6ccd4")
    c.shade(400, 505, 300, 26)
    box(c, 130, 330, 190, 170)
    box(c, 330, 300, 220, 200)
    box(c, 560, 370, 140, 130)
    box(c, 190, 200, 170, 130)
    box(c, 390, 190, 130, 110)
    return c


def trash() -> Canvas:
    c = room(floor="#9a9c9f", wall="#e3ded4", shadow="#cfc8ba")
    c.shade(400, 510, 320, 28)
    for x, y, r in ((200, 440, 84), (350, 430, 100), (520, 445, 90), (290, 350, 70), (440, 340, 76)):
        c.ellipse(x, y, r, r * 0.86, "#2f353d")
        c.ellipse(x - r * 0.3, y - r * 0.3, r * 0.28, r * 0.2, "#4a525d")
        c.poly([(x - 18, y - r * 0.8), (x + 18, y - r * 0.8), (x, y - r * 1.12)], "#242930")
    c.poly([(610, 500), (720, 500), (760, 260), (740, 256)], "#caa77a")
    return c


def leak() -> Canvas:
    c = room(wall="#cfd6d8", shadow="#b3bdc1", floor="#8a9396", y=470)
    c.rect(0, 0, 800, 90, "#eef1f2")
    c.rect(365, 80, 40, 200, "#f7f9fa")
    c.rect(372, 80, 10, 200, "#ffffff")
    c.rect(340, 250, 90, 110, "#f7f9fa", 18)
    c.rect(400, 226, 400, 38, "#f7f9fa", 8)
    c.rect(398, 226, 40, 90, "#f7f9fa", 8)
    c.rect(355, 200, 60, 26, "#c3cdd2", 6)
    c.rect(334, 340, 102, 20, "#c3cdd2", 8)
    c.rect(560, 220, 26, 50, "#c3cdd2", 6)
    for y in (350, 385, 425):
        c.ellipse(382, y, 6, 10, "#5aa2d6")
    c.shade(384, 520, 120, 20)
    c.poly([(290, 430), (480, 430), (456, 530), (314, 530)], "#d8584a")
    c.ellipse(385, 432, 95, 18, "#6fb0dd")
    return c


def puddle() -> Canvas:
    c = room(floor="#a5907a")
    for i in range(9):
        c.rect(150 + i * 44, 190, 34, 210, "#f4f4f2", 14)
    c.rect(140, 210, 410, 16, "#e2e2df")
    c.rect(140, 370, 410, 16, "#e2e2df")
    c.line([(550, 378), (620, 378), (620, 440)], "#c9c9c5", 14)
    for x, y, rx, ry in ((560, 500, 190, 46), (420, 520, 150, 40), (660, 530, 110, 34)):
        c.ellipse(x, y, rx, ry, "#8ab4d0")
    c.ellipse(540, 496, 110, 16, "#b8d6e8")
    c.rect(90, 500, 170, 26, "#f0f0ee", 8)
    for i in range(4):
        c.ellipse(114 + i * 40, 513, 8, 8, "#3a4049")
    return c


def lamp() -> Canvas:
    c = Canvas("#f3f1ec", "#c9c3b8")
    for i in range(5):
        c.line([(400 + (i - 2) * 60, 0), (400 + (i - 2) * 420, 600)], "#ddd8cf", 3)
    for y, w in ((110, 150), (240, 230), (400, 340)):
        c.glow(400, y + 20, w * 0.7, "#fff8dc", 150)
        c.poly(
            [(400 - w / 2, y), (400 + w / 2, y), (400 + w * 0.6, y + w * 0.2), (400 - w * 0.6, y + w * 0.2)],
            "#fffdf2",
        )
    return c


def ac() -> Canvas:
    c = room(wall="#e5e9ea", shadow="#d3d9db", y=500)
    c.shade(400, 262, 300, 20, 60)
    c.rect(110, 110, 580, 150, "#fbfcfc", 26)
    c.rect(140, 214, 520, 26, "#c6ced2", 10)
    c.rect(600, 140, 50, 18, "#dbe2e5", 6)
    for i, x in enumerate((250, 330, 520)):
        c.ellipse(x, 300 + i * 40, 7, 12, "#5aa2d6")
    c.rect(0, 470, 800, 34, "#c9a26e")
    c.rect(220, 440, 260, 34, "#6f8fb0", 8)
    c.ellipse(350, 444, 110, 10, "#a4cbe4")
    return c


def door() -> Canvas:
    c = room(wall="#dcd9d2", shadow="#c9c4ba", y=560)
    c.rect(180, 60, 320, 500, "#7c5a3e")
    c.rect(200, 80, 280, 480, "#9a7350")
    c.rect(230, 120, 220, 180, "#8a6646", 6)
    c.rect(230, 330, 220, 190, "#8a6646", 6)
    c.rect(340, 70, 150, 36, "#aeb6bd", 8)
    c.line([(360, 90), (520, 40), (640, 66)], "#8f989f", 12)
    c.rect(446, 318, 14, 56, "#d0d5d9", 7)
    c.line([(452, 332), (410, 332)], "#d0d5d9", 12)
    return c


def desk() -> Canvas:
    c = room(wall="#e6e3ee", shadow="#d3cfde", floor="#a7988a")
    sky_window(c, 80, 60, 640, 190)
    for x in (60, 300, 540):
        table(c, x, 360, 200, "#e2c79c")
        c.rect(x + 130, 378, 54, 130, "#f4f2ee", 4)
        for i in range(3):
            c.rect(x + 145, 398 + i * 40, 24, 6, "#aab0b8", 3)
    return c


def car() -> Canvas:
    c = Canvas("#bcd3e6", "#dfe7ea")
    c.rect(0, 400, 800, 200, "#6d7278")
    c.rect(0, 330, 800, 80, "#86a07a")
    for i in range(4):
        c.rect(60 + i * 220, 540, 110, 12, "#e8e8e2", 3)
    c.rect(640, 250, 50, 190, "#e9ecee", 6)
    for i in range(10):
        c.rect(40 + i * 62, 296, 62, 22, "#d8443a" if i % 2 else "#f7f7f5")
    c.shade(330, 505, 250, 24, 130)
    c.rect(110, 410, 450, 86, "#f3f5f7", 30)
    c.poly([(190, 416), (250, 330), (420, 330), (490, 416)], "#f3f5f7")
    c.poly([(214, 412), (258, 346), (330, 346), (330, 412)], "#52677a")
    c.poly([(344, 412), (344, 346), (412, 346), (460, 412)], "#52677a")
    for x in (210, 460):
        c.ellipse(x, 494, 44, 44, "#262b31")
        c.ellipse(x, 494, 20, 20, "#aab3bb")
    c.rect(536, 440, 24, 18, "#f4d35e", 6)
    return c


def hall() -> Canvas:
    c = Canvas("#3d3550", "#574b69")
    c.rect(200, 60, 400, 210, "#f4f6fa", 6)
    c.rect(240, 100, 200, 22, "#5673b8", 6)
    for i in range(4):
        c.rect(240, 146 + i * 26, 300 - i * 40, 10, "#a9b4c8", 5)
    c.glow(400, 160, 260, "#f7f2ff", 60)
    c.rect(120, 280, 560, 30, "#8a6646")
    c.rect(610, 200, 50, 84, "#6d4e36", 4)
    for row in range(5):
        y = 340 + row * 54
        size = 26 + row * 6
        for column in range(11 - row):
            x = 400 + (column - (10 - row) / 2) * (size * 2 + 14)
            c.rect(x - size, y, size * 2, size * 1.4, "#c05a4e" if (row + column) % 4 else "#a84b41", 10)
    return c


def tour() -> Canvas:
    c = room(wall="#dfe7ea", shadow="#c5d1d6", floor="#9aa0a5")
    c.rect(470, 130, 260, 300, "#e9eced", 10)
    c.rect(500, 160, 200, 180, "#27323d", 6)
    c.rect(560, 250, 80, 80, "#e9b44c", 10)
    c.line([(600, 160), (600, 240)], "#b9c3ca", 14)
    people = ((110, "#c05a4e"), (190, "#4d86c6"), (270, "#63b26a"), (350, "#8a68b0"), (425, "#d9a441"))
    for i, (x, colour) in enumerate(people):
        y = 300 + 24 * (i % 2)
        c.shade(x, 540, 46, 12)
        c.rect(x - 26, y + 120, 22, 100, "#3a4049", 8)
        c.rect(x + 4, y + 120, 22, 100, "#3a4049", 8)
        c.rect(x - 34, y + 30, 68, 110, colour, 24)
        c.ellipse(x, y, 28, 32, ("#f0c8a8", "#dba982")[i % 2])
        c.ellipse(x, y - 16, 30, 20, ("#5a3b2b", "#2f2a28", "#b98a4e")[i % 3])
    return c


def yard() -> Canvas:
    c = Canvas("#a9cdea", "#e3eef2")
    c.rect(0, 340, 800, 260, "#86a86f")
    c.rect(430, 90, 340, 260, "#d9d2c6")
    for row in range(3):
        for column in range(5):
            c.rect(456 + column * 62, 116 + row * 76, 40, 50, "#6f93b2", 3)
    c.poly([(0, 600), (260, 600), (420, 350), (360, 350)], "#cdbfa6")
    for x in (90, 220):
        c.rect(x - 10, 220, 20, 150, "#7a5b45")
        c.ellipse(x, 190, 76, 90, "#d9903d" if x == 90 else "#c8663a")
    for i in range(4):
        x = 470 + i * 78
        c.arc(x, 420, 46, 180, 360, "#5b6470", 10)
        c.line([(x - 46, 420), (x - 46, 450)], "#5b6470", 10)
        c.line([(x + 46, 420), (x + 46, 450)], "#5b6470", 10)
    for x, y in ((330, 470), (390, 520)):
        c.ellipse(x, y, 40, 44, "#2f353d")
    return c
