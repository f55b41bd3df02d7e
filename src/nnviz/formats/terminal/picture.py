"""An array too large for numbers as a small picture: half-blocks in colour, or shades."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

import numpy as np
from rich.color import Color
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from nnviz.formats.terminal.paper import Paper
from nnviz.records import dataclass
from nnviz.shades import ODD, ODD_NAMES, Levels, greys, kinds_of, odd
from nnviz.words import Words

_SHADES = " ░▒▓█"
_ASCII = " .:-=+*#%@"
_ODD = "v^?"
"""What stands for each of ODD among shades."""
_SAMPLES = 8
"""Values looked at for a pixel of the picture, along each axis."""


@dataclass(frozen=True)
class Picture:
    """A plane (1×H×W) or the three planes of an image (3×H×W), made small enough to draw.

    Its rows 0 … H−1 stand down the left side, its columns beneath.
    """

    paper: Paper
    planes: np.ndarray
    scale: Levels
    columns: int
    rows: int = 24
    """Of the terminal, at most."""

    def _size(self, width: int) -> tuple[int, int]:
        """Pixels from top to bottom, two a row, and across: in proportion, never enlarged."""
        _, height, across = self.planes.shape
        room = min(width, self.columns) - self._margin
        wide = max(1, min(across, room, across * 2 * self.rows // height))
        return max(1, min(2 * self.rows, height * wide // across)), wide

    @property
    def _margin(self) -> int:
        return len(str(self.planes.shape[1] - 1)) + 1

    def _beneath(self, wide: int) -> str:
        last = self.planes.shape[2] - 1
        rule = self.paper.text("─") * max(1, wide - len(str(last)) - 3)
        return " " * self._margin + (f"0 {rule} {last}" if last else "0")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        _, wide = self._size(options.max_width)
        width = max(self._margin + wide, len(self._beneath(wide)))
        return Measurement(width, width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        tall, wide = self._size(options.max_width)
        muted = console.get_style("muted")
        *body, bottom = self._body(tall, wide)
        for i, line in enumerate([*body, bottom]):
            label = "0" if i == 0 else f"{self.planes.shape[1] - 1}" if line is bottom else ""
            yield Segment(f"{label:>{self._margin - 1}} ", muted)
            yield from line
            yield Segment.line()
        yield Text(self._beneath(wide), "muted")

    def _body(self, tall: int, wide: int) -> Iterator[list[Segment]]:
        half = self.paper.shaded and self.paper.text("▀") == "▀"
        values = reduced(self.planes, tall if half else -(-tall // 2), wide)
        if not self.paper.shaded:
            return _shaded(ramp(self.paper), values, self.scale)
        planes = values if self.scale.shades == "rgb" else values[0]
        pixels = self.scale.paint(planes, self.paper.poles).reshape(*planes.shape[-2:], -1)
        return _painted(pixels, half=half)


def caption(paper: Paper, scale: Levels, planes: np.ndarray | None = None) -> Text:
    """What black and white stand for, or the colours about 0, or the shades; and the marks of
    what is no number in `planes`.
    """
    kinds = [] if planes is None else kinds_of(planes)
    names = [paper.text(ODD_NAMES[kind - 1]) for kind in kinds]
    if paper.shaded:
        marks = _swatches(paper, Levels("grey", 0, 1), [ODD[kind - 1] for kind in kinds], names)
    else:
        pairs = zip(kinds, names, strict=True)
        marks = [Text(f"{_ODD[kind - 1]} {name}", "muted") for kind, name in pairs]
    return Text("  ").join([*_ends(paper, scale), *marks])


def _ends(paper: Paper, scale: Levels) -> list[Text]:
    low, high = paper.text(paper.show(scale.low)), paper.text(paper.show(scale.high))
    less, more = map(paper.text, scale.past)
    if not paper.shaded:
        low, high = ("0", "±" + high) if scale.shades == "signed" else (less + low, high)
        full = ramp(paper)[-1]
        return [
            paper.muted(Words("blank {low}, {full} {high}", low=low, full=full, high=more + high))
        ]
    if scale.shades != "signed":
        return [paper.muted(Words("black {low}, white {high}", low=less + low, high=more + high))]
    return _swatches(paper, scale, [scale.low, 0, scale.high], [less + low, "0", more + high])


def _swatches(paper: Paper, scale: Levels, values: list[float], texts: list[str]) -> list[Text]:
    """The colours of some values and what they are."""
    pixels = scale.paint(np.array([values], float), paper.poles)[0].tolist()
    return [
        Text.assemble(("  ", Style(bgcolor=_color(pixel))), (f" {text}", "muted"))
        for pixel, text in zip(pixels, texts, strict=True)
    ]


def reduced(planes: np.ndarray, tall: int, wide: int) -> np.ndarray:
    """(C, H, W) as (C, tall, wide), from a few cells of each block, never a copy of all.

    Means; where there are negative values the root of the mean square with the sign of the
    mean, since the two sides of an edge would cancel. What is no number is nowhere lost.

    >>> import numpy as np
    >>> reduced(np.arange(16).reshape(1, 4, 4), 2, 2).tolist()
    [[[2.5, 4.5], [10.5, 12.5]]]
    """
    rows, columns = _sampled(planes.shape[1], tall), _sampled(planes.shape[2], wide)
    blocks = planes[:, rows.reshape(-1, 1, 1), columns].astype(np.float64)
    few = blocks.reshape(len(planes), *rows.shape, *columns.shape)
    kinds = odd(planes)
    few = few if kinds is None else np.where(np.isfinite(few), few, 0)
    made: np.ndarray = few.mean((2, 4))
    if few.min() < 0:
        made = np.copysign(np.sqrt((few**2).mean((2, 4))), made)
    if kinds is not None:
        for kind, value in enumerate(ODD, 1):
            r, c = (kinds == kind).nonzero()
            made[:, r * tall // planes.shape[1], c * wide // planes.shape[2]] = value
    return made


def _sampled(size: int, blocks: int) -> np.ndarray:
    """Which cells are looked at: for each block as many of its own."""
    each = min(_SAMPLES, -(-size // blocks))
    cells = (2 * np.arange(blocks * each) + 1) * size // (2 * blocks * each)
    return cells.reshape(blocks, each)


def _painted(pixels: np.ndarray, *, half: bool) -> Iterator[list[Segment]]:
    """Two pixels a character, its ink above its ground; one for a stream without ▀."""
    colors: list[list[Color | None]] = [[_color(pixel) for pixel in row] for row in pixels.tolist()]
    none: list[Color | None] = [None] * pixels.shape[1]
    inks, grounds = (colors[::2], colors[1::2]) if half else ([none] * len(colors), colors)
    for row in zip_longest(inks, grounds, fillvalue=none):
        pairs = zip(*row, strict=True)
        yield [Segment("▀" if half else " ", Style.from_color(*pair)) for pair in pairs]


def _color(pixel: list[int]) -> Color:
    return Color.from_rgb(*(pixel if len(pixel) == 3 else pixel * 3))


def _shaded(shades: str, values: np.ndarray, scale: Levels) -> Iterator[list[Segment]]:
    """Characters the fuller the greater the value, of signed ones the farther from 0."""
    low, high = scale.low, scale.high
    if scale.shades == "signed":
        values, low = np.abs(values), 0.0
    planes = np.stack([greys(plane, min(low, high), max(low, high)) for plane in values], -1)
    luma = planes @ ([0.299, 0.587, 0.114] if planes.shape[-1] == 3 else [1.0])
    steps, kinds = (luma * len(shades) // 256).astype(int), odd(values)
    if kinds is not None:
        steps, shades = np.where(kinds, kinds - 1 + len(shades), steps), shades + _ODD
    for row in steps.tolist():
        yield [Segment("".join(shades[step] for step in row))]


def ramp(paper: Paper) -> str:
    """The shades from low to high that the stream can carry."""
    return _SHADES if paper.text(_SHADES) == _SHADES else _ASCII
