"""The result alone, in the colour of its role: its maps in cells, or as pictures on one scale."""

from __future__ import annotations

from functools import partial
from math import prod

from nnviz.figure.arrays.fit import largest_fit
from nnviz.figure.arrays.grid import MOST, Labels, Table, cells, named, of_step
from nnviz.figure.arrays.named import NamedCells, named_picture
from nnviz.figure.layout.blocks import Block, column, flow, remark
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Scene
from nnviz.figure.single._show_parts import readable
from nnviz.libraries import np
from nnviz.records import NamedTuple
from nnviz.request import Appearance
from nnviz.shades import color_levels, colored, levels_after
from nnviz.shapes import ravel, times
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

RANK = 100
"""Where no other view can draw it."""
SHOWN = 16
"""Maps that are drawn; of more, the first ones."""
CELLS, SIDES = {1: 44, 4: 36, SHOWN: 28}, {1: 480, 4: 200, SHOWN: 120}
"""The sides of a cell and of a picture, by how many maps there are at most."""


class _Map(NamedTuple):
    """A vector, a matrix or a colour picture of the output."""

    values: np.ndarray
    name: Words
    first: int
    """Where in the whole output it begins."""


def fits(trace: Trace) -> Words | None:
    """Whether it makes an array."""
    return None if "output" in trace.results else Words("it has no output")


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Every map of a sample, or one filter's; of a step its own, the cells after it empty."""
    style = Style.of(appearance)
    maps = _maps_of(trace, step, appearance.drawn_sample, appearance.filter)
    return page(style, trace, appearance, step, [_drawn(style, trace, step, maps)])


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet."""
    return _drawn(style, trace, step, _maps_of(trace, step))


# --- which maps --------------------------------------------------------------------


def _maps_of(
    trace: Trace, step: Step | None, sample: int = 0, filter_: int | None = None
) -> list[_Map]:
    made, plan = trace.output, trace.plan
    shape = made.shape if made.ndim < 3 else made.shape[-2:]
    channels = 1 if plan is None else plan.filters
    if filter_ is not None and plan is not None:
        shape = plan.out[-2:]
    planes = made.reshape(-1, *shape)
    each = len(planes) // (trace.samples if made.ndim > 2 else 1)
    shown = range(sample * each, (sample + 1) * each)
    if filter_ is not None:
        shown = shown[filter_ * each // channels : (filter_ + 1) * each // channels]
    if step is not None:
        first = _active(trace, step).start // prod(shape)
        shown = range(first, first + 1)
    elif len(shown) == 3 and max(shape) > MOST and colored(some := planes[shown.start :][:3]):
        return [_Map(some, trace.called("output"), shown.start * prod(shape))]
    depth = plan.out[0] if plan is not None and plan.dims == 3 else 1
    name = partial(_name, trace, count=each, depth=depth, alone=len(shown) == 1)
    return [_Map(planes[i], name(i % each), i * prod(shape)) for i in shown]


def _name(trace: Trace, i: int, count: int, depth: int, *, alone: bool) -> Words:
    """The name of plane `i` of so many: its channel, and its depth where that has more."""
    c, d = divmod(i, depth)
    if count == 1:
        return trace.called("output")
    where = Words("channel {c}, depth {d}", c=c, d=d)
    if depth in (count, 1):
        where = Words("channel {c}", c=c) if depth == 1 else Words("depth {d}", d=d)
    return Words("{name}, {where}", name=trace.called("output"), where=where) if alone else where


def _active(trace: Trace, step: Step) -> range:
    """The cells of the output that a step makes, row by row: where none says so, the last all."""
    shape, (index, *_) = trace.output.shape, step.cells.get("output", ((),))
    count = prod(shape[len(index) :])
    if not index and step.number < len(trace.steps):
        return range(0)
    first = ravel(index, shape[: len(index)]) * count
    return range(first, first + count)


# --- how they are drawn ----------------------------------------------------------------


def _drawn(style: Style, trace: Trace, step: Step | None, maps: list[_Map]) -> Block:
    """The maps; several have one name, and each its own number."""
    few = maps[:SHOWN]
    tables = [m.values for m in few if m.values.ndim < 3 and max(m.values.shape, default=1) <= MOST]
    drawn = _in_cells if len(tables) == len(few) and readable(style, tables) else _in_pictures
    block = drawn(style, trace, step, few)
    if len(few) > 1:
        shape = (len(maps), *few[0].values.shape)
        block = named(style, block, _role(trace), trace.called("output"), shape)
    if len(maps) == len(few):
        return block
    more = Words("… and {n} more maps", n=len(maps) - len(few))
    return column([block, remark(style, more)], 8)


def _by_count(sides: dict[int, int], count: int) -> int:
    return next(side for most, side in sides.items() if count <= most)


def _in_cells(style: Style, trace: Trace, step: Step | None, maps: list[_Map]) -> Block:
    def part(each: _Map) -> NamedCells:
        rank, shape = each.values.ndim, times(each.values.shape) or "1"
        labels: Labels = "" if len(maps) > 1 or not rank else "both" if rank > 1 else "columns"
        table, said = _table(style, trace, step, each), "" if len(maps) > 1 else shape
        return NamedCells(style, table, _role(trace), each.name, said, labels)

    largest = _by_count(CELLS, len(maps))
    return largest_fit(style, [part(each) for each in maps], largest=largest, gap=24)


def _table(style: Style, trace: Trace, step: Step | None, each: _Map) -> Table:
    table = cells(each.values, style.precision)
    if step is None:
        return table
    active = _active(trace, step)
    made = range(active.start - each.first, active.stop - each.first)
    several = trace.recurrence is not None and trace.recurrence.several  # not in their order
    return of_step(table, made, () if several else trace.after(made, each.values.size))


def _in_pictures(style: Style, trace: Trace, step: Step | None, maps: list[_Map]) -> Block:
    """On one scale, which a single bar says: the input's where they have its range."""
    side = min(_by_count(SIDES, len(maps)), style.room - 120)
    shades = levels_after(trace.arrays["input"], trace.output, image=trace.image)

    def part(each: _Map) -> Block:
        values, at = each.values if each.values.ndim > 1 else each.values[None], None
        if step is not None:
            at = divmod(_active(trace, step).stop - 1 - each.first, values.shape[-1])
        return named_picture(
            style,
            values,
            _role(trace),
            each.name,
            "" if len(maps) > 1 else times(each.values.shape),
            side=side,
            shades=color_levels(values) if values.ndim > 2 else shades,
            at=at,
            axes=len(maps) <= 4,
            bar=each is maps[-1],
        )

    return flow([part(each) for each in maps], style.room, 24)


def _role(trace: Trace) -> Role:
    return trace.roles.get("output", "output")
