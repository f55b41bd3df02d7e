"""An array too large for numbers as a small picture: half-blocks in colour, or shades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.text import MUTED, Block, Line, padded
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

_SHADES = " ░▒▓█"
_ASCII = " .:-=+*#%@"
_SAMPLES = 8
"""Values looked at for a pixel of the picture, along each axis."""
_BRIGHT = 99
"""The percentile of a map that is drawn white: a few extremes do not darken the rest."""


@dataclass(frozen=True)
class Range:
    """What is drawn black and what white; `clipped` where there are values past them."""

    low: float
    high: float
    clipped: bool = False


class Picture:
    """A plane (1×H×W) or the three planes of an image (3×H×W), made small enough to draw."""

    def __init__(self, paper: Paper, planes: np.ndarray, width: int, rows: int) -> None:
        """Fit the planes into `width` columns by `rows` lines, axes included."""
        self._paper = paper
        self._shape = planes.shape[1], planes.shape[2]
        self._margin = len(str(self._shape[0] - 1)) + 1
        tall, wide = _fit(*self._shape, 2 * rows, max(1, width - self._margin))
        self._half = paper.screen.color and paper.text("▀") == "▀"
        self.values = reduced(planes, tall if self._half else -(-tall // 2), wide)

    def draw(self, black: Range) -> Block:
        """The picture, its rows 0 … H−1 down the left side and its columns beneath."""
        levels = self._levels(black)
        if self._half:
            body = _half_blocks(levels)
        elif self._paper.screen.color:
            body = _spaces(levels)
        else:
            body = _shaded(self._paper, levels)
        return self._with_axes(body)

    def _levels(self, black: Range) -> np.ndarray:
        """(tall, wide, 1 or 3) whole numbers from 0 to 255."""
        import numpy as np

        small, low = self.values, black.low
        if low < 0 and not self._paper.screen.color:
            small, low = np.abs(small), 0.0
        span = black.high - low
        level = (small - low) * (255 / span) if span else np.full_like(small, 127)
        level = np.nan_to_num(level, nan=0.0, posinf=255, neginf=0)
        return np.moveaxis(np.clip(np.rint(level), 0, 255).astype(np.int64), 0, -1)

    def _with_axes(self, body: Block) -> Block:
        height, across = self._shape
        made: Block = []
        for i, line in enumerate(body):
            label = "0" if i == 0 else str(height - 1) if i == len(body) - 1 else ""
            side = padded([(label, MUTED)], self._margin - 1, "right")
            made.append([*side, (" ", ""), *line])
        last = str(across - 1)
        rule = self._paper.text("─") * max(1, self.values.shape[-1] - len(last) - 3)
        beneath = f"0 {rule} {last}" if across > 1 else "0"
        return [*made, [(" " * self._margin, ""), (beneath, MUTED)]]


def range_of(pictures: Sequence[Picture]) -> Range:
    """One range for all channels; about 0 where there are negative values."""
    import numpy as np

    values = np.concatenate([picture.values.ravel() for picture in pictures])
    values = values[np.isfinite(values)]
    if not values.size:
        return Range(0.0, 0.0)
    low = float(values.min())
    if low < 0:
        high = float(np.percentile(np.abs(values), _BRIGHT)) or float(np.abs(values).max())
        return Range(-high, high, high < float(np.abs(values).max()))
    high = float(np.percentile(values, _BRIGHT))
    high = high if high > low else float(values.max())
    return Range(low, high, high < float(values.max()))


def caption(paper: Paper, black: Range) -> Line:
    """What black and white stand for, or the shades."""
    low, high = paper.text(paper.show(black.low)), paper.text(paper.show(black.high))
    more = paper.text("≥ ") if black.clipped else ""
    less = paper.text("≤ ") if black.clipped and black.low < 0 else ""
    if paper.screen.color:
        words = Words("black {low}, white {high}", low=less + low, high=more + high)
    else:
        full = ramp(paper)[-1]
        if black.low < 0:
            low, high = "0", "±" + high
        words = Words("blank {low}, {full} {high}", low=low, full=full, high=more + high)
    return [(paper.say(words), MUTED)]


def reduced(planes: np.ndarray, tall: int, wide: int) -> np.ndarray:
    """(C, H, W) as (C, tall, wide), from a few cells of each block, never a copy of all.

    Means; where there are negative values the ones farthest from 0, since the two sides
    of an edge would cancel.

    >>> import numpy as np
    >>> reduced(np.arange(16).reshape(1, 4, 4), 2, 2).tolist()
    [[[2.5, 4.5], [10.5, 12.5]]]
    """
    import numpy as np

    rows, row_starts, row_counts = _sampled(planes.shape[1], tall)
    columns, column_starts, column_counts = _sampled(planes.shape[2], wide)
    few = planes[:, rows][:, :, columns].astype(np.float64)
    if few.min() < 0:
        most = _blockwise(np.maximum, few, row_starts, column_starts)
        least = _blockwise(np.minimum, few, row_starts, column_starts)
        farthest: np.ndarray = np.where(most > -least, most, least)
        return farthest
    counts = row_counts[:, None] * column_counts
    means: np.ndarray = _blockwise(np.add, few, row_starts, column_starts) / counts
    return means


def _blockwise(
    join: np.ufunc, few: np.ndarray, row_starts: np.ndarray, column_starts: np.ndarray
) -> np.ndarray:
    rows = join.reduceat(few, row_starts, axis=1)
    made: np.ndarray = join.reduceat(rows, column_starts, axis=2)
    return made


def _sampled(size: int, blocks: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which cells are looked at, where each block of them starts, and how many it has."""
    import numpy as np

    edges = np.arange(blocks + 1) * size // blocks
    counts = np.minimum(np.diff(edges), _SAMPLES)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    block = np.repeat(np.arange(blocks), counts)
    inner = np.arange(counts.sum()) - starts[block]
    return edges[block] + inner * np.diff(edges)[block] // counts[block], starts, counts


def _fit(height: int, across: int, tall: int, wide: int) -> tuple[int, int]:
    """The picture's size in pixels: inside (tall, wide), in proportion, never enlarged."""
    scale = max(1.0, height / tall, across / wide)
    return max(1, int(height / scale)), max(1, int(across / scale))


def _half_blocks(grey: np.ndarray) -> Block:
    """Two pixels a character: the upper one is its ink, the lower one its ground."""
    body: Block = []
    for top in range(0, len(grey), 2):
        upper = grey[top]
        lower = grey[top + 1] if top + 1 < len(grey) else None
        line: Line = []
        for x, ink in enumerate(upper):
            ground = "" if lower is None else f";48;2;{_rgb(lower[x])}"
            line.append(("▀", f"38;2;{_rgb(ink)}{ground}"))
        body.append(line)
    return body


def _spaces(grey: np.ndarray) -> Block:
    """One pixel a character, for a stream with colours but without ▀."""
    return [[(" ", f"48;2;{_rgb(pixel)}") for pixel in row] for row in grey]


def _rgb(pixel: np.ndarray) -> str:
    parts = pixel.tolist()
    return ";".join(str(part) for part in (parts if len(parts) == 3 else parts * 3))


def _shaded(paper: Paper, grey: np.ndarray) -> Block:
    shades = ramp(paper)
    luma = grey @ ([0.299, 0.587, 0.114] if grey.shape[-1] == 3 else [1.0])
    steps = (luma * len(shades) // 256).astype(int).tolist()
    return [[("".join(shades[step] for step in row), "")] for row in steps]


def ramp(paper: Paper) -> str:
    """The shades from low to high that the stream can carry."""
    return _SHADES if paper.text(_SHADES) == _SHADES else _ASCII
