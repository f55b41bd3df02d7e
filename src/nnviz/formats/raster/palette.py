"""One palette for all frames of an animation, and pictures written in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from nnviz.figure.scene import Ellipse, Path, Rect, Scene, Text
from nnviz.libraries import distinct, np

if TYPE_CHECKING:
    from PIL import Image

SIZE = 255
"""The last of the 256 colours stands for transparency."""
_OWN = 128
OPAQUE = 0xFFFFFF
"""Red, green and blue of a pixel as a whole number, without its alpha."""


class Palette:
    """At most `SIZE` colours: the figures' own, exactly, then mixtures of their edges."""

    def __init__(self, scenes: Iterable[Scene], samples: Sequence[np.ndarray]) -> None:
        flat = list(dict.fromkeys(c for scene in scenes for c in _own_colors(scene)))[:_OWN]
        # The number of each colour met so far plus one. A byte each: clearing more takes long.
        self._known = np.zeros(1 << 24, np.uint8)
        for sample in samples:
            self._known[sample] = 1
        self._known[flat] = 0
        rest = np.flatnonzero(self._known.view(bool))
        self._known[rest] = 0
        self.colors = np.array([*flat, *_mixtures(rest, SIZE - len(flat))], np.uint32)
        self._known[self.colors] = np.arange(1, len(self.colors) + 1)

    @property
    def table(self) -> bytes:
        """The 256 colours as GIF has them."""
        return _parts(self.colors).astype("u1").tobytes().ljust(768, b"\xff")

    def numbers(self, colors: np.ndarray) -> np.ndarray:
        """The numbers (uint8) of the nearest colours of the palette."""
        found = self._known[colors]
        if not found.all():
            self._learn(distinct(colors[found == 0]))
            found = self._known[colors]
        numbers: np.ndarray = found - np.uint8(1)
        return numbers

    def _learn(self, colors: np.ndarray) -> None:
        """Find the nearest colour of each that is new, some at a time to save memory."""
        ours = _parts(self.colors)
        lengths = (ours**2).sum(1)
        for start in range(0, len(colors), 4096):
            some = colors[start : start + 4096]
            # |s − o|² without |s|², which is the same for every o.
            self._known[some] = (lengths - 2 * _parts(some) @ ours.T).argmin(1) + 1


def whole(image: Image.Image) -> np.ndarray:
    """Pixels row by row as whole numbers: red, green, blue and alpha, the lowest byte first."""
    layout = "RGBX" if image.mode == "RGB" else image.mode
    return np.frombuffer(image.tobytes("raw", layout), "<u4")


def _parts(colors: np.ndarray) -> np.ndarray:
    """(n, 3) red, green and blue."""
    return np.stack([colors & 255, colors >> 8 & 255, colors >> 16], 1).astype(np.int32)


def _mixtures(colors: np.ndarray, count: int) -> list[int]:
    """At most `count` colours that are near all of them."""
    from PIL import Image

    if len(colors) <= count:
        return [int(color) for color in colors]
    line = Image.fromarray(_parts(colors)[None].astype("u1"))
    table = line.quantize(count, Image.Quantize.MEDIANCUT).getpalette() or []
    return [_number(table[i : i + 3]) for i in range(0, 3 * count, 3)]


def _number(parts: Sequence[int]) -> int:
    return parts[0] | parts[1] << 8 | parts[2] << 16


def _own_colors(scene: Scene) -> Iterator[int]:
    """The colours that areas, lines and texts of a scene are painted in."""
    found: set[str | None] = {scene.page}
    for mark in scene.flat():
        match mark:
            case Text():
                found.update(span.fill for span in mark.spans)
            case Rect() | Ellipse() | Path():
                found.update((mark.fill, mark.stroke))
        if isinstance(mark, Rect) and mark.hatch:
            found.add(mark.hatch.color)
    return (_number(bytes.fromhex(color[1:])) for color in sorted(filter(None, found)))
