"""A small canvas for the demo's pictures: shapes and soft shadows. No scene lives here."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 800, 600
_SCALE = 2

Point = tuple[float, float]


class Canvas:
    """Coordinates are those of the finished picture, 800 by 600; drawn at twice the size for smooth edges.
    Arguments come in the order that drawing libraries have, hence the many positional ones."""

    def __init__(self, top: str, bottom: str) -> None:
        """A wall whose colour runs from `top` to `bottom`."""
        ends = Image.new("RGB", (1, 2), top)
        ends.putpixel((0, 1), Image.new("RGB", (1, 1), bottom).getpixel((0, 0)))  # type: ignore[arg-type]
        self._image = ends.resize((WIDTH * _SCALE, HEIGHT * _SCALE), Image.Resampling.BILINEAR)
        self._draw = ImageDraw.Draw(self._image)

    def rect(self, x: float, y: float, w: float, h: float, colour: str, radius: float = 0) -> None:  # noqa: PLR0917
        box = self._scaled([(x, y), (x + w, y + h)])
        self._draw.rounded_rectangle(box, radius * _SCALE, colour)

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: str) -> None:
        """An ellipse around the point (x, y)."""
        self._draw.ellipse(self._scaled([(x - rx, y - ry), (x + rx, y + ry)]), colour)

    def poly(self, points: Sequence[Point], colour: str) -> None:
        self._draw.polygon(self._scaled(points), colour)

    def line(self, points: Sequence[Point], colour: str, width: float = 6) -> None:
        scaled = self._scaled(points)
        self._draw.line(scaled, colour, int(width * _SCALE), joint="curve")
        for x, y in (scaled[0], scaled[-1]):
            r = width * _SCALE / 2
            self._draw.ellipse([(x - r, y - r), (x + r, y + r)], colour)

    def arc(  # noqa: PLR0917
        self, x: float, y: float, r: float, start: float, end: float, colour: str, width: float = 6
    ) -> None:
        """A part of a circle around (x, y), in degrees clockwise from three o'clock."""
        self._draw.arc(
            self._scaled([(x - r, y - r), (x + r, y + r)]), start, end, colour, int(width * _SCALE)
        )

    def shade(self, x: float, y: float, rx: float, ry: float, strength: int = 90) -> None:
        """A soft shadow under a thing."""
        mask = Image.new("L", (WIDTH // 4, HEIGHT // 4), 0)
        box = [((x - rx) / 4, (y - ry) / 4), ((x + rx) / 4, (y + ry) / 4)]
        ImageDraw.Draw(mask).ellipse(box, strength)
        mask = mask.filter(ImageFilter.GaussianBlur(4)).resize(self._image.size)
        self._image.paste("#141a24", mask=mask)

    def glow(self, x: float, y: float, r: float, colour: str, strength: int = 150) -> None:
        """Light that spreads from a point."""
        mask = Image.new("L", (WIDTH // 4, HEIGHT // 4), 0)
        ImageDraw.Draw(mask).ellipse([((x - r) / 4, (y - r) / 4), ((x + r) / 4, (y + r) / 4)], strength)
        mask = mask.filter(ImageFilter.GaussianBlur(r / 10)).resize(self._image.size)
        self._image.paste(colour, mask=mask)

    def finished(self) -> Image.Image:
        """The picture in its size, a little darker to the corners, as a phone's camera sees a room."""
        picture = self._image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        light = Image.new("L", (80, 60), 205)
        ImageDraw.Draw(light).ellipse([(-6, -8), (86, 68)], 255)
        light = light.filter(ImageFilter.GaussianBlur(9)).resize(picture.size, Image.Resampling.BILINEAR)
        return ImageChops.multiply(picture, Image.merge("RGB", (light, light, light)))

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * _SCALE, y * _SCALE) for x, y in points]


def encoded(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **({"quality": 88} if kind == "JPEG" else {"resolution": 100.0}))
    return out.getvalue()
