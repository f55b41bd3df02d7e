"""An array too large for numbers as a small picture: half-blocks in colour, or shades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnviz.formats._term_paper import Paper
from nnviz.formats._term_text import MUTED, Block, Line, padded

if TYPE_CHECKING:
    import numpy as np

_SHADES = " ░▒▓█"
_ASCII = " .:-=+*#%@"
_SAMPLES = 4
"""Values looked at for a pixel of the picture, along each axis."""


@dataclass(frozen=True)
class Picture:
    """A plane (H×W) or the three planes of an image (3×H×W), with its range."""

    values: np.ndarray
    low: float
    high: float

    @property
    def shape(self) -> tuple[int, int]:
        return self.values.shape[-2], self.values.shape[-1]

    def draw(self, paper: Paper, width: int, rows: int) -> Block:
        """At most `width` columns by `rows` lines, and its axes on two sides."""
        height, across = self.shape
        margin = len(str(height - 1)) + 1
        tall, wide = _fit(height, across, 2 * rows, max(1, width - margin))
        if paper.screen.color and paper.text("▀") == "▀":
            body = _half_blocks(self._grey(tall, wide))
        elif paper.screen.color:
            body = _spaces(self._grey(-(-tall // 2), wide))
        else:
            body = _shaded(paper, self._grey(-(-tall // 2), wide))
        return _with_axes(paper, body, height, across, wide, margin)

    def _grey(self, tall: int, wide: int) -> np.ndarray:
        """(tall, wide, 3) or (tall, wide, 1) numbers from 0 to 255."""
        import numpy as np

        span = self.high - self.low
        small = reduced(self.values.reshape(-1, *self.shape), tall, wide)
        level = (small - self.low) * (255 / span) if span else np.full_like(small, 127)
        level = np.nan_to_num(level, nan=0.0, posinf=255, neginf=0)
        return np.moveaxis(np.clip(np.rint(level), 0, 255).astype(np.int64), 0, -1)


def reduced(planes: np.ndarray, tall: int, wide: int) -> np.ndarray:
    """(C, H, W) as (C, tall, wide): means of a few cells of each block, never a copy of all.

    >>> import numpy as np
    >>> reduced(np.arange(16).reshape(1, 4, 4), 2, 2).tolist()
    [[[2.5, 4.5], [10.5, 12.5]]]
    """
    import numpy as np

    rows, row_starts, row_counts = _sampled(planes.shape[1], tall)
    columns, column_starts, column_counts = _sampled(planes.shape[2], wide)
    few = planes[:, rows][:, :, columns].astype(np.float64)
    few = np.add.reduceat(few, row_starts, axis=1) / row_counts[:, None]
    return np.asarray(np.add.reduceat(few, column_starts, axis=2) / column_counts)


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


def _with_axes(
    paper: Paper, body: Block, height: int, across: int, wide: int, margin: int
) -> Block:
    """Rows 0 … H−1 down the left side, columns 0 … W−1 beneath."""
    made: Block = []
    for i, line in enumerate(body):
        label = "0" if i == 0 else str(height - 1) if i == len(body) - 1 else ""
        made.append([*padded([(label, MUTED)], margin - 1, "right"), (" ", ""), *line])
    last = str(across - 1)
    rule = paper.text("─") * max(1, wide - len(last) - 3)
    beneath = f"0 {rule} {last}" if across > 1 else "0"
    return [*made, [(" " * margin, ""), (beneath, MUTED)]]
