"""Texts as masks to paint through: each is drawn once, however often it stands in a film."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING

from nnviz.figure import scene
from nnviz.formats.raster.paint_ops import Masked, moved
from nnviz.records import NamedTuple

if TYPE_CHECKING:
    from PIL import ImageFont

    from nnviz.figure.typeface import Face, Fonts

FRACTIONS = 64
"""The parts of a pixel that FreeType places a glyph at."""


class _Glyph(NamedTuple):
    """A character and where its baseline starts, in pixels."""

    x: float
    y: float
    character: str
    font: ImageFont.FreeTypeFont
    fill: str


class Letters:
    """The texts of one figure, or of all frames of one film, at one scale."""

    def __init__(self, fonts: Fonts, scale: float) -> None:
        self._fonts = fonts
        self._scale = scale
        self._faces: dict[tuple[Face, float], ImageFont.FreeTypeFont] = {}
        self._known: dict[object, list[Masked]] = {}

    def paint_ops(self, mark: scene.Text) -> list[Masked]:
        """How a text is painted, the first first."""
        places = (round(v * self._scale * FRACTIONS) for v in (mark.start, mark.y))
        (x, x_parts), (y, y_parts) = (divmod(place, FRACTIONS) for place in places)
        key = mark.spans, mark.size, x_parts, y_parts
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._drawn(mark, x_parts / FRACTIONS, y_parts / FRACTIONS)
        return [op._replace(box=moved(op.box, x, y)) for op in found]

    def _drawn(self, mark: scene.Text, x: float, y: float) -> list[Masked]:
        """A text whose baseline starts at (x, y)."""
        glyphs = self._glyphs(mark, x, y)
        parts = groupby(glyphs, lambda glyph: glyph.fill)
        found = [self._masked(list(some), fill) for fill, some in parts]
        return [op for op in found if op is not None]

    def _glyphs(self, mark: scene.Text, x: float, y: float) -> list[_Glyph]:
        found = []
        for span in mark.spans:
            size = mark.size * (scene.SMALLER if span.place else 1) * self._scale
            base = y + scene.SHIFT[span.place] * mark.size * self._scale
            at = x
            for face, run in self._fonts.runs(span.text, span.bold):
                font = self._font(face, max(1.0, size))
                for character in run:
                    if character != " ":
                        found.append(_Glyph(at, base, character, font, span.fill))
                    at += self._fonts.advance(character, span.bold) * size
            x += span.width * self._scale
        return found

    def _masked(self, glyphs: list[_Glyph], color: str) -> Masked | None:
        """Some glyphs in one mask, no larger than what is drawn of them."""
        from PIL import Image, ImageDraw

        around = max(glyph.font.size for glyph in glyphs) * 2
        left = math.floor(min(glyph.x for glyph in glyphs) - around)
        top = math.floor(min(glyph.y for glyph in glyphs) - around)
        right = math.ceil(max(glyph.x for glyph in glyphs) + around)
        bottom = math.ceil(max(glyph.y for glyph in glyphs) + around)
        mask = Image.new("L", (right - left, bottom - top))
        pen = ImageDraw.Draw(mask)
        for glyph in glyphs:
            place = glyph.x - left, glyph.y - top
            pen.text(place, glyph.character, 255, glyph.font, "ls")
        inked = mask.getbbox()
        if inked is None:
            return None
        box = inked[0] + left, inked[1] + top, inked[2] + left, inked[3] + top
        return Masked(box, color, mask.crop(inked))

    def _font(self, face: Face, size: float) -> ImageFont.FreeTypeFont:
        from PIL import ImageFont

        key = face, size
        if key not in self._faces:
            self._faces[key] = ImageFont.truetype(
                str(face.path), size, face.index, layout_engine=ImageFont.Layout.BASIC
            )
        return self._faces[key]
