"""Convolution over three axes: input, kernel and output, each a row of planes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from math import inf, prod
from typing import Any

from nnviz.activation_steps import shown
from nnviz.elision import TERMS, around, value_of
from nnviz.errors import NnvizError
from nnviz.figure.arrays.fit import SHORTER, Drawn, Row, RowPart, drawn_parts, sizes_of
from nnviz.figure.arrays.grid import MOST, CellSize, Table, called, changed, operator
from nnviz.figure.arrays.named import NamedCells, named_picture
from nnviz.figure.formulas.arithmetic import arithmetic, widest
from nnviz.figure.layout.blocks import (
    NARROW,
    Block,
    column,
    flow,
    lines,
    more_channels,
    wrapped,
)
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import BODY, Piece, Style
from nnviz.figure.scene import Scene
from nnviz.figure.windows._added import sum_by_parts
from nnviz.figure.windows._named_arrays import (
    SUM,
    bias_cells,
    drawn_of,
    input_name,
    kernel_cells,
    kernel_name,
    output_name,
)
from nnviz.figure.windows._padded import padded, result, span
from nnviz.figure.windows._part import SHOWN, Part, part_of, plan_of, rows_of
from nnviz.libraries import np
from nnviz.records import dataclass, replace
from nnviz.request import Appearance
from nnviz.shades import levels
from nnviz.shapes import AnyAxis, times
from nnviz.trace import Role, Step, Sum, Trace
from nnviz.words import Words

RANK = 0
GAP, LARGEST, SIDE = 12, 32, 104
"""Between two planes; the largest side of a cell, and that of a plane as a picture."""
TALL = 560
"""How high the rows may be together."""
MOST_LINES, WRITTEN = 8, 2000
"""Planes of a window whose sums stand a line each, and values that are tried for their widths."""
FEWER = (16, 12, 8, 6, 5, 4)
"""How many planes of a row are drawn, in turn."""


def fits(trace: Trace) -> Words | None:
    """A window that slides over three axes."""
    n = plan_of(trace).dims
    return None if n == 3 else Words("the window slides over {n} axes", n=n)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The rows; of a step the window on each of its planes, and what each plane adds."""
    style = Style.of(appearance)
    deep = _deep(style, trace, step, appearance.drawn_sample, appearance.filter)
    blocks = [_laid_out(deep)]
    blocks += more_channels(style, len(deep.part.x) - rows_of(len(deep.part.x)))
    if step is not None:
        blocks.append(_sum_of(deep, step, style.beneath(blocks[0].width, 480)))
    facts = drawn_of(style, trace, deep.part)
    return page(style, trace, appearance, step, blocks, facts=facts)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet, without the kernel."""
    deep = _deep(style, trace, step)
    maps = _laid_out(deep, lambda row: row.role != "weight")
    return column([maps, _sum_of(deep, step, style.room)], 8)


def shared(trace: Trace, style: Style, steps: Sequence[Step]) -> list[Block]:
    """The kernel, once above a sheet of these steps."""
    found = {part_of(trace, step).filter: step for step in steps}
    each = (_deep(style, trace, step) for step in found.values())
    return [_laid_out(deep, lambda row: row.role == "weight") for deep in each]


# --- what the rows hold --------------------------------------------------------------


@dataclass(frozen=True)
class _Deep:
    """What is drawn, and one plane of it as a window of two axes sees it."""

    style: Style
    part: Part[Any]
    flat: Part[AnyAxis]
    depth: int | None
    """Of the step's output cell."""

    @property
    def read(self) -> dict[int, int]:
        """By the planes that the window of the step reads, the kernel's planes."""
        return {} if self.depth is None else {p: k for k, p in self.part.axes[0].taps(self.depth)}


def _deep(
    style: Style, trace: Trace, step: Step | None, sample: int = 0, filter_: int | None = None
) -> _Deep:
    part: Part[Any] = part_of(trace, step, sample, channel=filter_)
    cell = None if step is None else part.plan.output(step.number - 1).cell
    plan = replace(part.plan, axes=part.plan.axes[1:])
    flat = replace(part, plan=plan, dims=2, at=None if cell is None else (cell[1], cell[2]))
    return _Deep(style, part, flat, None if cell is None else cell[0])


@dataclass(frozen=True)
class _PlaneRow:
    """A row of planes under the name of what they are of."""

    sign: str
    role: Role
    name: Words
    shape: str
    planes: list[RowPart]
    keep: frozenset[int] = frozenset()
    """Which of them are always drawn."""
    end: Row = ()
    """What stands right of them."""

    def parts(self, style: Style, most: int) -> Row:
        """So many of its planes, dots where some are left out."""
        dots = operator(style, "⋯", NARROW)
        drawn = around(len(self.planes), most, self.keep)
        return [*(dots if i is None else self.planes[i] for i in drawn), *self.end]


def _read_rows(deep: _Deep) -> list[_PlaneRow]:
    """Input ∗ kernel, + the same of the other channels that are drawn, + bias."""
    style, part, found = deep.style, deep.part, list[_PlaneRow]()
    drawn, count = span(part.axes[0]), rows_of(len(part.x))
    keep = frozenset(p - drawn.start for p in deep.read)
    plus = operator(style, "+", NARROW)
    bias = [each for b in bias_cells(style, part) for each in (plus, b._replace(shape=""))]
    for c in range(count):
        planes = [_input_plane(deep, c, z) for z in drawn]
        name, shape = input_name(part, c), times(part.x[c].shape)
        found.append(_PlaneRow("+ " if c else "", "input", name, shape, planes, keep))
        kernel = [_kernel_plane(deep, c, k) for k in range(part.w.shape[1])]
        end, shape = bias if c == count - 1 else (), times(part.w[c].shape)
        # A window reads the whole kernel: only of a deep one is something left out.
        whole = frozenset(range(len(kernel)) if len(kernel) <= SHOWN else ())
        found.append(_PlaneRow("∗ ", "weight", kernel_name(part), shape, kernel, whole, end))
    return found


def _made_rows(deep: _Deep) -> list[_PlaneRow]:
    """= output, with an activation after the sums that it is applied to."""
    part, found = deep.part, list[_PlaneRow]()
    keep = frozenset(() if deep.depth is None else [deep.depth])
    through = "" if part.act is None else f"{deep.style.say(shown(part.act))} → "
    for array, sign in zip(part.maps, ("= ", through), strict=False):
        role: Role = "output" if array is part.y else "intermediate"
        name = output_name(part) if role == "output" else SUM
        planes = [_made_plane(deep, array, role, d) for d in range(len(array))]
        found.append(_PlaneRow(sign, role, name, times(array.shape), planes, keep))
    return found


def _depth(d: int) -> Words:
    return Words("depth {d}", d=str(d).replace("-", "−"))


def _input_plane(deep: _Deep, c: int, z: int) -> RowPart:
    """Plane `z` of the input, or of its padding: dashed cells of what stands there."""
    style, part, axis = deep.style, deep.part, deep.part.axes[0]
    source, mode = axis.source(z, part.plan.mode), part.plan.mode
    x = part.x[c, 0] * 0 if source is None else part.x[c, source]
    if max(part.x.shape[2:]) > MOST:
        window = deep.flat.seen() if z in deep.read else None
        return _pictured(style, part.x[c], x, "input", _depth(z), window=window)
    at, inside = deep.flat.at if z in deep.read else None, 0 <= z < axis.size
    channel = padded(style, replace(deep.flat, x=x[None], at=at), corners=False)
    table = channel.table
    if not inside:
        table = _outside(style, table)
    elif z in axis.unread(0, axis.size, mode):
        table = changed(table, _places(table), state="unused")
    cells = NamedCells(style, table, "input" if inside else "plain", _depth(z), "")
    return cells._replace(windows=channel.windows, origin=channel.origin, own=channel.shape)


def _outside(style: Style, table: Table) -> Table:
    """A plane of padding; what of it the window reads keeps a fill."""
    lit = [(r, c) for r, c in _places(table) if table[r][c].state == "active"]
    table = changed(table, _places(table), state="padding")
    return changed(table, lit, fill=style.theme.tone("input").pale)


def _places(table: Table) -> list[tuple[int, int]]:
    return [(r, c) for r, line in enumerate(table) for c in range(len(line))]


def _kernel_plane(deep: _Deep, c: int, k: int) -> RowPart:
    w = deep.part.w[c, k]
    if max(w.shape) > MOST:
        return _pictured(deep.style, deep.part.w[c], w, "weight", _depth(k))
    return kernel_cells(deep.style, replace(deep.flat, w=w[None]))._replace(
        name=_depth(k), shape=""
    )


def _made_plane(deep: _Deep, array: np.ndarray, role: Role, d: int) -> RowPart:
    """A plane of the sums or of the output; those after the step's are still empty."""
    style, y, depth = deep.style, array[d], deep.depth
    at = deep.flat.at if depth == d else None
    if max(y.shape) > MOST:
        return _pictured(style, array, y, role, _depth(d), at=at)
    table = result(style, y, at)
    if depth is not None and d > depth:
        table = changed(table, _places(table), hidden=True)
    windows = () if at is None else ((*at, 1, 1),)
    return NamedCells(style, table, role, _depth(d), "", windows=windows)


def _pictured(
    style: Style, array: np.ndarray, plane: np.ndarray, role: Role, name: Words, **details: Any
) -> RowPart:
    """A plane too large for cells, on the scale of all."""
    draw: Callable[..., Block] = partial(
        named_picture, style, plane, role, name, side=SIDE, axes=False, bar=False,
        shades=levels(array), **details,
    )  # fmt: skip
    return Drawn(lambda _: draw())


# --- how they are laid out -----------------------------------------------------------


def _laid_out(deep: _Deep, drawn: Callable[[_PlaneRow], bool] = bool) -> Block:
    """The rows that are `drawn`; their numbers with fewer digits where they would not fit."""
    for style in (deep.style, deep.style.terser):
        shown = replace(deep, style=style)
        rows = [row for row in (*_read_rows(shown), *_made_rows(shown)) if drawn(row)]
        if made := _fitted(style, rows):
            return made
    raise NnvizError(
        "no figure can show this: {why}", why=Words("its numbers are wider than the page")
    )


def _fitted(style: Style, rows: Sequence[_PlaneRow]) -> Block | None:
    """The rows with the largest cells that fit, each in one line, else in two; where that does
    not do the middle planes are left out, at last the middle of each plane.
    """
    found: list[Block] = []
    for parts, whole in _shorter(style, rows):
        if found and not whole:
            break
        sizes = sizes_of(style, [part for row in parts for part in row], largest=LARGEST)
        for most, size in product((1, 2) if whole else (2, 99), sizes):
            if max(_count_of(style, row, size) for row in parts) <= most:
                found.append(_under_names(style, rows, [drawn_parts(p, size) for p in parts]))
                if found[-1].height <= TALL:
                    return found[-1]
    return min(found, key=lambda block: block.height, default=None)


def _shorter(style: Style, rows: Sequence[_PlaneRow]) -> Iterator[tuple[list[Row], bool]]:
    """All planes, then fewer, each whole; then the fewest with their middle left out."""
    deepest = max(len(row.planes) for row in rows)
    for most in (deepest, *(n for n in FEWER if n < deepest)):
        parts = [row.parts(style, most) for row in rows]
        yield parts, True
    for most in SHORTER:
        cut: list[Row] = [
            [p if isinstance(p, Block) else p.shortened(most) for p in row] for row in parts
        ]
        yield cut, False


def _count_of(style: Style, parts: Row, size: CellSize) -> float:
    """How many lines a row takes; infinitely many where a plane is too wide."""
    widths = [p.width if isinstance(p, Block) else p.width(size) for p in parts]
    if max(widths) > style.room:
        return inf
    return len(wrapped(parts, widths, GAP, style.room))


def _under_names(style: Style, rows: Sequence[_PlaneRow], made: Sequence[Sequence[Block]]) -> Block:
    """Each row under its sign, its name and its shape."""
    found = []
    for row, blocks in zip(rows, made, strict=True):
        name, tone = style.say(row.name), style.theme.tone(row.role)
        head = [Piece(row.sign), Piece(name, tone.line, True)]
        said = lines(style, [*head, Piece("  " + row.shape, style.theme.muted)], BODY)
        planes = flow(blocks, style.room, GAP).labelled(called(style, name, row.shape))
        found.append(column([said, planes], 0))
    return column(found, GAP)


def _sum_of(deep: _Deep, step: Step, room: float) -> Block:
    """What each plane adds, a line each, and their sum; of many the sum alone."""
    style, (channels, depth, *sides) = deep.style, deep.part.w.shape
    total, each, count = step.formula[0].sides[0], prod(sides), channels * depth
    if not 1 < count <= MOST_LINES or each > TERMS or not isinstance(total, Sum):
        return arithmetic(style, step.formula, room=room)
    parts = (total.terms[i * each : (i + 1) * each] for i in range(count))
    values = [value_of(Sum(terms)) for terms in parts]
    wide = widest(style, {} if deep.part.x.size > WRITTEN else {"input": deep.part.x})
    return sum_by_parts(style, step, values, count, room, wide)
