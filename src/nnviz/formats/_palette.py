"""One palette for all frames of an animation, and pictures written in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from nnviz.figure.scene import Group, Mark, Rect, Scene, Text

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

SIZE = 255
"""The last of the 256 colours stands for transparency."""
_FLAT = 128
OPAQUE = 0xFFFFFF
"""Red, green and blue of a pixel as a whole number, without its alpha."""


class Palette:
    """At most `SIZE` colours: the figures' own, exactly, then mixtures of their edges."""

    def __init__(self, scenes: Iterable[Scene], samples: Sequence[np.ndarray]) -> None:
        import numpy as np

        flat = list(dict.fromkeys(c for scene in scenes for c in _flat(scene)))[:_FLAT]
        seen = np.zeros(1 << 24, bool)
        for sample in samples:
            seen[sample] = True
        seen[flat] = False
        rest = _reduced(np.flatnonzero(seen), SIZE - len(flat))
        self.colors = np.array([*flat, *rest], np.uint32)
        # The number of each colour met so far plus one.
        self._known = np.zeros(1 << 24, np.uint16)
        self._known[self.colors] = np.arange(1, len(self.colors) + 1)

    @property
    def table(self) -> bytes:
        """The 256 colours as GIF has them."""
        return _parts(self.colors).astype("u1").tobytes().ljust(768, b"\xff")

    def numbers(self, colors: np.ndarray) -> np.ndarray:
        """The numbers (uint8) of the nearest colours of the palette."""
        import numpy as np

        found = self._known[colors]
        if not found.all():
            self._learn(_distinct(colors[found == 0]))
            found = self._known[colors]
        return np.asarray(found - 1, np.uint8)

    def _learn(self, colors: np.ndarray) -> None:
        """Find the nearest colour of each that is new, some at a time to save memory."""
        ours = _parts(self.colors)
        for start in range(0, len(colors), 4096):
            some = colors[start : start + 4096]
            apart = ((_parts(some)[:, None, :] - ours[None]) ** 2).sum(2)
            self._known[some] = apart.argmin(1) + 1


def _distinct(colors: np.ndarray) -> np.ndarray:
    """Each colour once; np.unique would load NumPy's masked arrays for it."""
    import numpy as np

    ordered = np.sort(colors)
    distinct: np.ndarray = ordered[np.diff(ordered, prepend=-1) != 0]
    return distinct


def whole(image: Image.Image) -> np.ndarray:
    """(H, W) pixels as whole numbers: red, green, blue and alpha, the lowest byte first."""
    import numpy as np

    pixels: np.ndarray = np.asarray(image.convert("RGBA")).view("<u4")[..., 0]
    return pixels


def packed(colors: np.ndarray) -> np.ndarray:
    """(n,) whole numbers of colours (n, 3), as `whole` has them."""
    import numpy as np

    numbers: np.ndarray = colors.astype(np.uint32) @ np.array([1, 1 << 8, 1 << 16], np.uint32)
    return numbers


def _parts(colors: np.ndarray) -> np.ndarray:
    """(n, 3) red, green and blue."""
    import numpy as np

    return np.stack([colors & 255, colors >> 8 & 255, colors >> 16], 1).astype(np.int32)


def _reduced(colors: np.ndarray, count: int) -> list[int]:
    """At most `count` colours that are near all of them."""
    from PIL import Image

    if len(colors) <= count:
        return [int(color) for color in colors]
    line = Image.fromarray(_parts(colors)[None].astype("u1"))
    table = line.quantize(count, Image.Quantize.MEDIANCUT).getpalette() or []
    return [_number(table[i : i + 3]) for i in range(0, 3 * count, 3)]


def _number(parts: Sequence[int]) -> int:
    return parts[0] | parts[1] << 8 | parts[2] << 16


def _flat(scene: Scene) -> Iterator[int]:
    """The colours that areas, lines and texts of a scene are painted in."""
    for color in sorted({c for c in (scene.page, *_paints(scene.marks)) if c}):
        yield _number(bytes.fromhex(color[1:]))


def _paints(marks: Iterable[Mark]) -> Iterator[str | None]:
    for mark in marks:
        match mark:
            case Group():
                yield from _paints(mark.marks)
            case Text():
                yield mark.halo
                yield from (span.fill for span in mark.spans)
            case Rect(hatch=hatch) if hatch:
                yield from (mark.fill, mark.stroke, hatch.color)
            case _:
                yield from (getattr(mark, "fill", None), getattr(mark, "stroke", None))
