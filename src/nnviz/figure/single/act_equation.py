"""An activation: the map before, the curve with the values on it, the map after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from nnviz.figure.arrays.fit import Row, cell_sizes, fits_page, in_a_row, largest_fit
from nnviz.figure.arrays.grid import (
    MOST,
    cells,
    changed,
    named,
    of_step,
    operator,
)
from nnviz.figure.arrays.named import NamedCells, named_picture
from nnviz.figure.formulas.wrapped import worked
from nnviz.figure.layout.blocks import Block, flow, inset, more_channels, row
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style, near4
from nnviz.figure.scene import Scene
from nnviz.figure.single._plot import curve
from nnviz.libraries import np
from nnviz.request import Appearance
from nnviz.shades import Levels, color_levels, colored, levels, levels_after
from nnviz.shapes import ravel, times
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

RANK = 0
SHOWN = 3
"""Channels that are drawn, one below the other."""
SIDES = 240, 216, 192, 168, 144, 120, 96
"""The longer side of pictures, tried until before and after stand side by side."""
LOW = 12
"""Rows of numbers that may stand one below the other."""
_ROLES: tuple[Role, Role] = ("input", "output")


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The maps and the curve between or below; of a step, its value on the curve."""
    style = Style.of(appearance)
    blocks = worked(style, _act_maps(trace, style, appearance.drawn_sample, step), step)
    return page(style, trace, appearance, step, blocks)


def _act_maps(trace: Trace, style: Style, sample: int, step: Step | None) -> list[Block]:
    x, y = trace.arrays["input"], trace.output
    found = curve_of(trace, style, step)
    if x.ndim <= 2:
        place = _place(step, x.shape)
        return _before_and_after(
            style, _as_matrix(x), _as_matrix(y), found, place, image=trace.image
        )
    sample, channel = (sample, None) if step is None else _sample_and_channel(step, x.shape)
    x, y = _sampled(x, sample), _sampled(y, sample)
    if step is None and max(x.shape[-2:]) > MOST and colored(x):
        maps = _colors(style, x, y)
        return [maps, *_curve_below(found, maps)]
    chosen = range(min(len(x), SHOWN)) if channel is None else [channel]
    at = None if step is None else (step.index[-2], step.index[-1])
    image, most = trace.image, SIDES[0] // len(chosen)
    blocks = [
        b
        for c in chosen
        for b in _before_and_after(style, x[c], y[c], None, at, c, image=image, most=most)
    ]
    hidden = len(x) - SHOWN if channel is None else 0
    return [*blocks, *more_channels(style, hidden), *_curve_below(found, blocks[0])]


def _as_matrix(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, array.shape[-1] if array.ndim else 1)


def _place(step: Step | None, shape: tuple[int, ...]) -> tuple[int, int] | None:
    """The row and column of a step in a vector or matrix."""
    if step is None:
        return None
    return (step.index[0], step.index[1]) if len(shape) == 2 else (0, sum(step.index))


def _sample_and_channel(step: Step, shape: tuple[int, ...]) -> tuple[int, int]:
    """The sample and the channel that a step's index lies in."""
    lead, counts = step.index[:-2], shape[:-2]
    if len(lead) == 1:
        return 0, lead[0]
    return lead[0], int(np.ravel_multi_index(lead[1:], counts[1:]))


def _sampled(array: np.ndarray, sample: int) -> np.ndarray:
    """One sample, C×H×W."""
    if array.ndim == 3:
        return array
    chosen: np.ndarray = array[sample].reshape(-1, *array.shape[-2:])
    return chosen


def curve_of(
    trace: Trace,
    style: Style,
    step: Step | None,
    slopes: Mapping[float, float] | None = None,
    said: str = "",
) -> Block | None:
    """The curve, named as the function is, with the tangents of some slopes; softmax has none."""
    if "curve" not in trace.results:
        return None
    x, y = trace.arrays["input"].reshape(-1), trace.output.reshape(-1)
    some = _some(x)
    points = np.stack([x[some], y[some]], axis=1)
    active = None if step is None else (float(step.detail["x"]), float(step.value))
    block = curve(style, trace.results["curve"], points, active=active, slopes=slopes or {})
    name = style.say(Words("f(x) = {name}(x)", name=trace.options["name"]))
    return named(style, block, "plain", name, said, left=max(0, block.width - 240))


def _some(x: np.ndarray) -> np.ndarray:
    """Which of very many values are marked: the smallest to the largest, spread evenly."""
    if x.size <= 4096:
        return np.arange(x.size)
    return np.linspace(0, x.size - 1, 4096).round().astype(int)


def _before_and_after(
    style: Style,
    x: np.ndarray,
    y: np.ndarray,
    between: Block | None,
    at: tuple[int, int] | None,
    channel: int | None = None,
    *,
    image: bool,
    most: int = SIDES[0],
) -> list[Block]:
    """Before and after in numbers where those have room, else as pictures; and the curve."""
    names = [Words(role) for role in _ROLES]
    if channel is not None:
        names = [Words("{name}, channel {c}", name=name, c=channel) for name in names]
    for each in (style, style.terser) if max(x.shape) <= MOST else ():
        if found := _in_numbers(each, x, y, names, between, at):
            return found
    shades = levels(x, image=image), levels_after(x, y, image=image)

    def pair(side: int) -> list[Block]:
        return _picture_pair(style, x, y, names, shades, at, side)

    maps = _side_by_side(style, pair, most)
    return [maps, *_curve_below(between, maps)]


def _in_numbers(
    style: Style,
    x: np.ndarray,
    y: np.ndarray,
    names: Sequence[Words],
    between: Block | None,
    at: tuple[int, int] | None,
) -> list[Block]:
    """Before and after in a row, the curve between them where it fits, else below; small ones
    one below the other where the page is narrow. Empty where there is no room for numbers."""
    tables = [cells(array, style.precision) for array in (x, y)]
    if at is not None:
        i = ravel(at, x.shape)
        made = of_step(tables[1], [i], range(i + 1, y.size))
        tables = [of_step(tables[0], [i]), changed(made, [at], bold=True)]
    windows = () if at is None else ((*at, 1, 1),)
    shapes = [times(a.shape) for a in (x, y)]
    before, after = (
        NamedCells(style, table, role, name, shape, "", windows)
        for table, role, name, shape in zip(tables, _ROLES, names, shapes, strict=True)
    )
    sizes, arrow = cell_sizes(style, tables), operator(style, "→")
    parts: Row = [before, arrow, after]
    inside: Row = [before, arrow, between, arrow, after] if between else parts
    if found := in_a_row(inside, sizes, room=style.room):
        return [found]
    found = in_a_row(parts, sizes, room=style.room)
    if not found and len(x) <= LOW and fits_page(style, tables):
        found = largest_fit(style, parts, sizes)
    return [found, *_curve_below(between, found)] if found else []


def _curve_below(curve_: Block | None, maps: Block) -> list[Block]:
    """The curve under the middle of the maps."""
    if curve_ is None:
        return []
    return [inset(curve_, left=max(0, near4((maps.width - curve_.width) / 2)))]


def _side_by_side(style: Style, pair: Callable[[int], list[Block]], most: int = SIDES[0]) -> Block:
    """Pictures in a row, as large as fits the page; where that is too small, below each other."""
    drawn, sides = cache(pair), [side for side in SIDES if side <= most] or SIDES[-1:]
    for side in sides:
        if sum(b.width for b in drawn(side)) <= style.room:
            return row(drawn(side))
    # The arrow goes down with what it points to.
    each = (s for s in sides if sum(b.width for b in drawn(s)[1:]) <= style.room)
    return flow(drawn(next(each, sides[-1])), style.room)


def _picture_pair(
    style: Style,
    x: np.ndarray,
    y: np.ndarray,
    names: Sequence[Words],
    shades: tuple[Levels, Levels],
    at: tuple[int, int] | None,
    side: int,
) -> list[Block]:
    """Before and after; where they have one scale, one bar says it."""
    window = None if at is None else (*at, 1, 1)
    alone = shades[0] != shades[1]
    before = named_picture(
        style, x, "input", names[0], side=side, window=window, shades=shades[0], bar=alone
    )
    after = named_picture(style, y, "output", names[1], side=side, at=at, shades=shades[1])
    return [before, operator(style, "→", 40), after]


def _colors(style: Style, x: np.ndarray, y: np.ndarray) -> Block:
    """A colour picture before, and after where that is one too."""
    shades = color_levels(x)
    # Of floats there is no colour picture: the channels are stacked.
    scale, flat = (shades, y) if colored(y) else (None, y.reshape(-1, y.shape[-1]))
    names, shape = [Words(role) for role in _ROLES], times(y.shape)

    def pair(side: int) -> list[Block]:
        given = named_picture(style, x, "input", names[0], side=side, shades=shades)
        made = named_picture(style, flat, "output", names[1], shape, side=side, shades=scale)
        return [given, operator(style, "→", 40), made]

    return _side_by_side(style, pair)
