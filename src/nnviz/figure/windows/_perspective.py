"""Two planes in perspective, one floating above the other, and the kernel flat beside them."""

from __future__ import annotations

from typing import Any

from nnviz.figure.arrays.fit import drawn_parts, sizes_of
from nnviz.figure.arrays.grid import Table, called, heading
from nnviz.figure.formulas.arithmetic import arithmetic
from nnviz.figure.layout.blocks import Block, column, row
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import BODY, SMALL, Style, near4, up4
from nnviz.figure.scene import Group, Mark, Scene
from nnviz.figure.windows._named_arrays import (
    activation_entry,
    bias_cells,
    drawn_of,
    kernel_cells,
)
from nnviz.figure.windows._part import Area, Part, Place
from nnviz.figure.windows._planes import (
    TILTS,
    WIDE,
    Plane,
    Tilt,
    figures,
    indices,
    outline,
    rays,
    size_of,
    surface,
)
from nnviz.records import dataclass
from nnviz.request import Appearance
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

NAME = 44
"""The room of a plane's name and shape."""


@dataclass(frozen=True)
class Sheet:
    """What is drawn on a plane."""

    table: Table
    role: Role
    name: Words
    shape: str
    origin: tuple[int, int] = (0, 0)
    inner: tuple[int, int] | None = None
    """Where the array itself stands in the table: padding is around it."""
    windows: tuple[Area, ...] = ()


@dataclass(frozen=True)
class Pair:
    """A cell of the upper plane, and the cells of the lower one that its lines go to."""

    style: Style
    part: Part[Any]
    below: Sheet
    above: Sheet
    at: Place
    extent: Area

    @property
    def tables(self) -> list[Table]:
        return [self.below.table, self.above.table]

    @property
    def is_too_wide(self) -> bool:
        """Whether the smallest planes are wider than the page."""
        return _planes_width(self, TILTS[-1]) > self.style.room


def in_perspective(pair: Pair, trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The planes and the kernel, and of a step its arithmetic."""
    style, blocks = pair.style, [_kernel_beside(pair)]
    if step is not None:
        room = style.beneath(blocks[0].width)
        blocks.append(arithmetic(style, step.formula, room=room))
    return page(style, trace, appearance, step, blocks, facts=drawn_of(style, trace, pair.part))


def _kernel_beside(pair: Pair) -> Block:
    """The kernel beside the planes, or below where that is too wide."""
    kernel = _flat_kernel(pair)
    beside, whole = pair.style.room - kernel.width - 32, pair.style.room
    for tilts in (TILTS[:-1], WIDE, TILTS):
        for room in (beside, whole):
            for tilt in tilts:
                size = tilt.text(pair.style, pair.tables)
                if _planes_width(pair, tilt) <= room and (size is not None or tilts is TILTS):
                    planes = _planes(pair, tilt, size)
                    if room == whole:
                        return column([planes, kernel], 20)
                    return row([planes, kernel], 32)
    return column([_planes(pair, TILTS[-1], None), kernel], 20)


def _flat_kernel(pair: Pair) -> Block:
    """The kernel and the bias, flat."""
    style, part = pair.style, pair.part
    parts = [kernel_cells(style, part), *bias_cells(style, part)]
    sizes, wide = sizes_of(style, parts, largest=36), part.w[0].shape[1]
    size = next((s for s in sizes if s.width * wide <= style.room / 2), sizes[-1])
    blocks = [*drawn_parts(parts, size), *activation_entry(style, part)]
    return column(blocks, 16, "middle")


def _half_widths(pair: Pair, tilt: Tilt) -> tuple[float, float]:
    """From the planes' common middle to the left and to the right."""
    halves = [size_of(len(t), len(t[0]), tilt)[0] / 2 for t in pair.tables]
    style, both = pair.style, (pair.below, pair.above)
    names = [style.width(style.say(sheet.name), BODY, True) for sheet in both]
    least = max(*names, *(style.width(sheet.shape, SMALL) for sheet in both)) / 2
    # The room of the rows' indices, which a vector has not.
    last = str(len(pair.below.table) - 1)
    right = halves[0] + (up4(style.width(last, SMALL) + 12) if pair.part.dims > 1 else 0)
    return max(*halves, least), max(right, halves[1], least)


def _planes_width(pair: Pair, tilt: Tilt) -> int:
    left, right = _half_widths(pair, tilt)
    return up4(left) + up4(right) + 4


def _planes(pair: Pair, tilt: Tilt, size: int | None) -> Block:
    """One above the other, the cell over the middle of what it goes with, and lines between."""
    style, part = pair.style, pair.part
    middle = up4(_half_widths(pair, tilt)[0])
    (wide, tall), (less, low) = (size_of(len(t), len(t[0]), tilt) for t in pair.tables)
    gap, lower, upper = max(48, 2 * tilt.down), pair.below, pair.above
    below = Plane(
        lower.table, lower.role, tilt, middle - wide / 2, NAME + low + gap,
        lower.origin, lower.inner,
    )  # fmt: skip
    above = Plane(upper.table, upper.role, tilt, middle - less / 2, NAME)
    texts = [*figures(style, below, size), *indices(style, below, rows=part.dims > 1)]
    marks: list[Mark] = surface(style, below)
    marks += [outline(style, below, each) for each in lower.windows]
    starts, ends = below.corners(*pair.extent), above.corners(*pair.at, 1, 1)
    cover = above.corners(0, 0, above.rows, above.columns)
    marks.append(rays(starts, ends, texts, style.theme.muted, cover))
    names = [style.say(sheet.name) for sheet in (upper, lower)]
    marks += [Group(tuple(texts), label=called(style, names[1], lower.shape))]
    marks += surface(style, above)
    marks.append(outline(style, above, (*pair.at, 1, 1)))
    marks.append(
        Group(tuple(figures(style, above, size)), label=called(style, names[0], upper.shape))
    )
    bottom = NAME + low + gap + tall + 20
    marks += heading(style, upper.role, names[0], upper.shape, middle)
    marks += heading(style, lower.role, names[1], lower.shape, middle, bottom)
    height = up4(bottom + NAME - 4)
    return Block(_planes_width(pair, tilt), height, tuple(marks), near4(height / 2))
