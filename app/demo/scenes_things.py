"""Scenes with a thing in the middle; `pictures` knows their names."""

from __future__ import annotations

import math

from .canvas import Canvas
from .props import box, carpet, room


def stain() -> Canvas:
    c = carpet()
    for x, y, r in ((330, 290, 120), (430, 330, 90), (250, 350, 60), (520, 300, 50)):
        c.glow(x, y, r, "#5b4638", 190)
    for x, y, r in ((600, 250, 14), (640, 300, 8), (190, 240, 10), (560, 410, 9), (220, 430, 6)):
        c.ellipse(x, y, r, r * 0.8, "#5b4a42")
    c.shade(600, 470, 70, 60)
    c.ellipse(590, 450, 62, 62, "#f1efe9")
    c.ellipse(590, 450, 46, 46, "#3f2c22")
    c.arc(590, 450, 40, 200, 320, "#6b4a37", 5)
    c.arc(662, 430, 24, 240, 130, "#f1efe9", 12)
    return c


def clean() -> Canvas:
    c = carpet()
    c.glow(400, 300, 190, "#8493a8", 120)
    c.rect(560, 60, 26, 330, "#3a4049", 8)
    c.shade(572, 420, 100, 24)
    c.rect(470, 380, 200, 56, "#c94f43", 20)
    c.rect(470, 420, 200, 22, "#7d2f29", 10)
    return c


def letter() -> Canvas:
    c = Canvas("#b98c5e", "#a3774c")
    c.shade(410, 330, 260, 160)
    c.rect(170, 170, 460, 290, "#f4efe4", 6)
    c.poly([(170, 172), (630, 172), (400, 340)], "#e4dccb")
    c.line([(172, 174), (400, 338), (628, 174)], "#cfc4ae", 3)
    c.rect(540, 370, 66, 70, "#7fa0c4")
    c.rect(548, 378, 50, 54, "#dbe7f3")
    for i in range(3):
        c.rect(210, 370 + i * 24, 190 - i * 40, 8, "#8b8577", 4)
    c.line([(650, 210), (700, 470)], "#27406b", 12)
    return c


def parcel() -> Canvas:
    c = room(floor="#8d9199", wall="#dfe3e8", shadow="#c6ccd4", y=400)
    c.shade(400, 505, 210, 26)
    box(c, 230, 230, 340, 270)
    c.rect(450, 400, 90, 70, "#ffffff", 2)
    for i, w in enumerate((4, 8, 3, 6, 9, 3, 5, 8)):
        c.rect(458 + i * 9, 410, w, 34, "#20252c")
    return c


def cooler() -> Canvas:
    c = room(floor="#b7a489", wall="#e4e8ea", shadow="#cdd5d8", y=380)
    c.shade(400, 470, 220, 26)
    c.rect(330, 110, 140, 70, "#3b6ea5", 14)
    c.rect(345, 175, 110, 270, "#dcebf5", 20)
    c.rect(375, 200, 50, 220, "#f7f2e4", 12)
    for i in range(9):
        c.rect(375, 212 + i * 22, 50, 5, "#e0d8c2")
    c.line([(330, 145), (200, 145), (120, 200)], "#f5f7f8", 20)
    c.line([(470, 145), (600, 145), (680, 200)], "#f5f7f8", 20)
    return c


def label() -> Canvas:
    c = Canvas("#9aa4ad", "#7c8790")
    c.rect(120, 110, 560, 380, "#e6e9eb", 16)
    c.rect(140, 130, 520, 340, "#c5ccd1", 8)
    c.rect(160, 150, 200, 40, "#2f4a6d", 4)
    for i in range(6):
        c.rect(160, 220 + i * 40, 150, 12, "#5f6a74", 4)
        c.rect(380, 220 + i * 40, 90 + 30 * (i % 3), 12, "#39434d", 4)
    c.poly([(590, 150), (640, 236), (540, 236)], "#f0c330")
    c.line([(594, 172), (580, 202), (600, 202), (586, 226)], "#20252c", 6)
    for x, y in ((138, 128), (662, 128), (138, 472), (662, 472)):
        c.ellipse(x, y, 9, 9, "#7b858d")
    return c


def router() -> Canvas:
    c = Canvas("#4a525d", "#333a43")
    for y in (110, 290):
        c.shade(400, y + 130, 320, 20)
        c.rect(80, y, 640, 120, "#1f242b", 8)
        c.rect(96, y + 16, 608, 88, "#2b323b", 6)
        for i in range(12):
            c.rect(120 + i * 46, y + 52, 34, 32, "#0d1014", 3)
            c.ellipse(137 + i * 46, y + 36, 5, 5, "#4a5058" if y == 110 else "#6ee07f")
    for i in range(6):
        c.line(
            [(137 + i * 92, 350), (120 + i * 92, 470), (200 + i * 70, 600)], ("#d9a441", "#4d86c6")[i % 2], 12
        )
    return c


def speed() -> Canvas:
    c = Canvas("#f7f8fa", "#eceff3")
    c.rect(0, 0, 800, 56, "#2b3038")
    for i, colour in enumerate(("#e0604f", "#e9b44c", "#63b26a")):
        c.ellipse(36 + i * 34, 28, 10, 10, colour)
    c.arc(400, 360, 210, 150, 390, "#d5dbe3", 34)
    c.arc(400, 360, 210, 150, 186, "#e0604f", 34)
    angle = math.radians(186)
    c.line([(400, 360), (400 + 160 * math.cos(angle), 360 + 160 * math.sin(angle))], "#39434d", 10)
    c.ellipse(400, 360, 18, 18, "#39434d")
    heights = (60, 50, 70, 40, 20, 16, 22, 14, 18, 12)
    for i, height in enumerate(heights):
        c.rect(260 + i * 28, 560 - height, 18, height, "#7fa0c4" if height > 30 else "#e0604f", 3)
    return c


def plan() -> Canvas:
    c = Canvas("#fdfdfb", "#f6f5f0")
    c.rect(80, 70, 640, 460, "#39434d")
    c.rect(90, 80, 620, 440, "#fdfdfb")
    c.rect(430, 80, 8, 200, "#39434d")
    c.rect(90, 330, 240, 8, "#39434d")
    c.rect(430, 280, 8, 60, "#fdfdfb")
    for x, y in (
        (120, 110),
        (230, 110),
        (340, 110),
        (120, 220),
        (230, 220),
        (340, 220),
        (480, 110),
        (590, 110),
    ):
        c.rect(x, y, 76, 44, "#dbe4ee", 4)
        c.ellipse(x + 38, y + 60, 13, 13, "#9db4cc")
    c.rect(120, 380, 180, 100, "#ece3d2", 6)
    c.rect(590, 330, 90, 160, "#c9cdd2", 4)
    c.glow(470, 420, 80, "#9fd8a5", 130)
    c.ellipse(470, 420, 12, 12, "#2f8f4e")
    c.arc(470, 420, 40, 200, 340, "#2f8f4e", 6)
    c.arc(470, 420, 64, 200, 340, "#2f8f4e", 6)
    return c


def paper() -> Canvas:
    c = Canvas("#ffffff", "#fbfbf9")
    c.rect(80, 60, 320, 22, "#2b3038", 4)
    for i in range(9):
        y = 130 + i * 48
        c.ellipse(94, y + 8, 6, 6, "#6a7480")
        c.rect(120, y, 240 + 37 * (i * 5 % 4), 14, "#6a7480", 4)
        c.rect(580, y, 110, 14, "#b3bbc4", 4)
        c.rect(80, y + 30, 640, 1, "#e3e6ea")
    return c


def card() -> Canvas:
    c = Canvas("#4e5a68", "#3d4855")
    c.line([(250, 0), (340, 190)], "#2f6fa8", 22)
    c.line([(550, 0), (460, 190)], "#2f6fa8", 22)
    c.shade(400, 480, 220, 40)
    c.rect(190, 170, 420, 280, "#fafbfb", 24)
    c.rect(190, 170, 420, 70, "#2f6fa8", 24)
    c.rect(190, 215, 420, 25, "#2f6fa8")
    c.rect(370, 186, 60, 14, "#3d4855", 7)
    c.rect(220, 266, 120, 150, "#dbe4ee", 8)
    c.ellipse(280, 320, 30, 34, "#9db4cc")
    c.ellipse(280, 404, 50, 40, "#9db4cc")
    c.rect(220, 416, 120, 34, "#fafbfb")
    for i, w in enumerate((200, 150, 180)):
        c.rect(370, 280 + i * 40, w, 14, "#6a7480", 6)
    return c


def portrait() -> Canvas:
    c = Canvas("#dfe6ec", "#c4d0da")
    c.ellipse(400, 640, 260, 250, "#3f5f7f")
    c.rect(350, 340, 100, 110, "#e5b998", 40)
    c.ellipse(400, 250, 120, 150, "#5a3b2b")
    c.ellipse(400, 270, 100, 125, "#f0c8a8")
    c.poly([(300, 230), (330, 130), (480, 130), (505, 240), (430, 170)], "#5a3b2b")
    c.ellipse(362, 270, 9, 10, "#33302e")
    c.ellipse(438, 270, 9, 10, "#33302e")
    c.arc(400, 318, 34, 20, 160, "#b0604e", 6)
    c.poly([(340, 430), (400, 520), (460, 430), (400, 460)], "#f6f7f8")
    return c
