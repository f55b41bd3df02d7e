"""An array too large for numbers as a small picture: half-blocks in colour, or shades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.formats.terminal.paper import Paper
from nnviz.formats.terminal.text import MUTED, Block, Line, padded
from nnviz.shades import Levels, greys
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

_SHADES = " ░▒▓█"
_ASCII = " .:-=+*#%@"
_SAMPLES = 8
"""Values looked at for a pixel of the picture, along each axis."""


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

    def draw(self, scale: Levels) -> Block:
        """The picture, its rows 0 … H−1 down the left side and its columns beneath."""
        if not self._paper.screen.color:
            return self._with_axes(_shaded(self._paper, self.values, scale))
        planes = self.values if scale.shades == "rgb" else self.values[0]
        pixels = scale.paint(planes, self._paper.poles).reshape(*planes.shape[-2:], -1)
        return self._with_axes(_half_blocks(pixels) if self._half else _spaces(pixels))

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


def caption(paper: Paper, scale: Levels) -> Line:
    """What black and white stand for, or the colours about 0, or the shades."""
    import numpy as np

    low, high = paper.text(paper.show(scale.low)), paper.text(paper.show(scale.high))
    more = paper.text("≥ ") if scale.clipped else ""
    if not paper.screen.color:
        low, high = ("0", "±" + high) if scale.shades == "signed" else (low, high)
        full = ramp(paper)[-1]
        words = Words("blank {low}, {full} {high}", low=low, full=full, high=more + high)
        return [(paper.say(words), MUTED)]
    if scale.shades != "signed":
        return [(paper.say(Words("black {low}, white {high}", low=low, high=high)), MUTED)]
    less = paper.text("≤ ") if scale.clipped else ""
    ends = np.array([[scale.low, 0, scale.high]])
    made: Line = []
    for pixel, text in zip(
        scale.paint(ends, paper.poles)[0], (less + low, "0", more + high), strict=True
    ):
        made += [("  ", ""), ("  ", f"48;2;{_rgb(pixel)}"), (f" {text}", MUTED)]
    return made[1:]


def reduced(planes: np.ndarray, tall: int, wide: int) -> np.ndarray:
    """(C, H, W) as (C, tall, wide), from a few cells of each block, never a copy of all.

    Means; where there are negative values the root of the mean square with the sign of the
    mean, since the two sides of an edge would cancel.

    >>> import numpy as np
    >>> reduced(np.arange(16).reshape(1, 4, 4), 2, 2).tolist()
    [[[2.5, 4.5], [10.5, 12.5]]]
    """
    import numpy as np

    rows, row_starts, row_counts = _sampled(planes.shape[1], tall)
    columns, column_starts, column_counts = _sampled(planes.shape[2], wide)
    few = planes[:, rows][:, :, columns].astype(np.float64)
    counts = row_counts[:, None] * column_counts

    def mean(of: np.ndarray) -> np.ndarray:
        sums = np.add.reduceat(np.add.reduceat(of, row_starts, axis=1), column_starts, axis=2)
        return np.asarray(sums / counts)

    means = mean(few)
    return np.copysign(np.sqrt(mean(few**2)), means) if few.min() < 0 else means


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


def _shaded(paper: Paper, values: np.ndarray, scale: Levels) -> Block:
    """Characters the fuller the greater the value, of signed ones the farther from 0."""
    import numpy as np

    shades, low, high = ramp(paper), scale.low, scale.high
    if scale.shades == "signed":
        values, low = np.abs(values), 0.0
    planes = np.stack([greys(plane, min(low, high), max(low, high)) for plane in values], -1)
    luma = planes @ ([0.299, 0.587, 0.114] if planes.shape[-1] == 3 else [1.0])
    steps = (luma * len(shades) // 256).astype(int).tolist()
    return [[("".join(shades[step] for step in row), "")] for row in steps]


def ramp(paper: Paper) -> str:
    """The shades from low to high that the stream can carry."""
    return _SHADES if paper.text(_SHADES) == _SHADES else _ASCII
