"""An operation with no view of its own: its arrays in a row, and how its step is made."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, prod

from nnviz.figure.arrays.fit import (
    EASY,
    SHORTER,
    Row,
    RowPart,
    largest_fit,
    shortened_row,
    whole_row,
)
from nnviz.figure.arrays.grid import MOST, Table, cells, changed, of_step, operator
from nnviz.figure.arrays.named import NamedCells, named_picture
from nnviz.figure.formulas.equations import equation_rows
from nnviz.figure.formulas.facts import product_note
from nnviz.figure.formulas.wrapped import worked
from nnviz.figure.layout.blocks import Block, column, more_channels
from nnviz.figure.layout.page import fact_line, page
from nnviz.figure.layout.style import Style, near4
from nnviz.figure.scene import Rect, Scene, flatten
from nnviz.libraries import np
from nnviz.records import NamedTuple, replace
from nnviz.request import Appearance
from nnviz.shades import SIDE
from nnviz.shapes import ravel, times
from nnviz.trace import Index, Step, Trace
from nnviz.words import Words

RANK = 0
ABREAST = (2,)
_AROUND = 84
"""What the axis and the bar of a picture take."""
_SMALL = 72
"""The side of a picture of a step on a phone, without these."""


def fits(trace: Trace) -> Words | None:
    """Whether it has arrays that say what they are made from."""
    names = [name for name in trace.equation if name.isidentifier()]
    if not names:
        return Words("it has no arrays")
    flat = all(trace.array(name).ndim <= 2 for name in names)
    told = len(trace.steps) and "output" in trace.steps[0].cells
    return None if flat or told else Words("it has more than two axes")


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The arrays and the signs between them; a step's cells active, later outputs empty."""
    style = Style.of(appearance)
    low = style.for_step(step) if trace.back else style
    blocks = _blocks(trace, low, step, style.room, sample=appearance.drawn_sample)
    shapes = [trace.array(name).shape for name in trace.equation if name.isidentifier()]
    planes = max(prod(shape[:-2]) for shape in shapes) // trace.samples
    hidden = planes - 1 if step is None else 0
    blocks += more_channels(style, hidden)
    return page(style, trace, appearance, step, blocks, facts=_facts(trace, style, step))


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet."""
    return column(_blocks(trace, style, step, style.room, symbols=False), 20)


def facts(trace: Trace, style: Style, _: Sequence[Step]) -> list[Block]:
    """What a sheet says once."""
    return _facts(trace, style, None)


def _facts(trace: Trace, style: Style, step: Step | None) -> list[Block]:
    """The facts of the trace; not the equations that the step has beside its numbers."""
    drawn = [] if step is None else [(e.label, e.equation) for e in step.equations]
    said = [fact_line(style, *fact) for fact in trace.facts if fact not in drawn]
    return [*said, *product_note(trace, style)]


def _blocks(
    trace: Trace,
    style: Style,
    step: Step | None,
    room: float,
    *,
    symbols: bool = True,
    sample: int = 0,
) -> list[Block]:
    """The arrays; of a step its equations between vectors too, or else its arithmetic."""
    arrays = array_row(trace, style, step, trace.equation, room, sample)
    if step is None or not step.equations:
        return [arrays] if step is None else worked(style, [arrays], step)
    made = equation_rows(style, step.equations, room, symbols=symbols)
    # Where they say which the step's own cells are, a page leads to them, and to no others.
    marked = any(isinstance(mark, Rect) and mark.now for mark in flatten(arrays.marks))
    return [arrays, _plain(made) if marked else made]


def _plain(block: Block) -> Block:
    marks = flatten(block.marks)
    return replace(
        block, marks=tuple(m._replace(now=None) if isinstance(m, Rect) else m for m in marks)
    )


def array_row(
    trace: Trace,
    style: Style,
    step: Step | None,
    equation: Sequence[str],
    room: float,
    sample: int = 0,
) -> Block:
    """Arrays by their names and the signs between them; of a step its cells active."""
    made, names = Block(inf, inf, ()), [name for name in equation if name.isidentifier()]
    sides = (room - 48 * (len(equation) - len(names))) / len(names) - _AROUND, style.tall - 60
    side = max(96, near4(min(SIDE, *sides)))
    look = _Look(step, sample, side, _upright(equation), "→" in equation, style.cut)
    for each in (style, style.terser, style.brief, style.brief):
        if made.width > room or made.height > style.tall:  # fewer digits where there is no room
            parts: Row = [
                _part(each, trace, name, look) if name.isidentifier() else operator(each, name)
                for name in equation
            ]
            if each is style and step and (line := _in_a_line(trace, style, equation, parts, room)):
                return line
            if style.cut and each is not style:
                parts = _briefly(trace, equation, shortened_row(parts, SHORTER[-1]))
            made = largest_fit(each, parts, rooms=(room,))
            look = look._replace(framed=look.framed and each.precision > style.brief.precision)
    return made


def _in_a_line(
    trace: Trace, style: Style, equation: Sequence[str], parts: Row, room: float
) -> Block | None:
    """A row in one line, with brief names where that makes cells larger; None where they are not
    read with ease.
    """
    style = style.within(room, style.tall, cut=True)
    ways = [whole_row(style, each) for each in (parts, _briefly(trace, equation, parts))]
    best = max((way for way in ways if way), key=lambda way: way.height, default=None)
    tall = (len(table) for p in parts if not isinstance(p, Block) for table in p.tables)
    return best if best and best.height >= 44 + EASY * max(tall, default=0) else None


def _briefly(trace: Trace, equation: Sequence[str], parts: Row) -> Row:
    named = zip(equation, parts, strict=True)
    return [_renamed(part, trace.brief.get(name)) for name, part in named]


def _upright(equation: Sequence[str]) -> Sequence[str]:
    """What a matrix takes, and makes; of an outer product the first."""
    return equation if "·" in equation else equation[:1] if "⊗" in equation else ()


def _renamed(part: RowPart | Block, name: Words | None) -> RowPart | Block:
    return part._replace(name=name) if name and isinstance(part, NamedCells) else part


def _plane(trace: Trace, name: str, step: Step | None, sample: int) -> Index:
    """Where in an array of more than two axes the matrix is that a step reads or makes, or would
    read; else the first of the sample.
    """
    array = trace.array(name)
    lead = max(0, array.ndim - 2)
    usual = (sample, *[0] * lead)[:lead] if lead > 1 else (0,) * lead
    read = step.cells.get(name, ((),)) if step else ((),)
    nothing = step.index if step and array.shape == trace.output.shape else ()
    index = (read or (nothing,))[0][:lead]
    return (*index, *usual[len(index) :])


def _within(step: Step, name: str, at: Index) -> Step:
    """The step as it is in that matrix."""
    n = len(at)
    inside = [index for index in step.cells.get(name, ()) if index[:n] == at[: len(index)]]
    return replace(step, index=step.index[n:], cells={name: tuple(i[n:] for i in inside)})


def _table(trace: Trace, name: str, array: np.ndarray, precision: int, step: Step | None) -> Table:
    """The cells of an array; of a step those that it reads or makes, no outputs to come."""
    table = cells(array, precision)
    if step is None:
        return table
    active = [i for index in step.cells.get(name, ()) for i in _under(index, array.shape)]
    later = trace.after(_under(step.index, array.shape), array.size) if name == "output" else ()
    return of_step(table, active, later)


def _with_factors(style: Style, table: Table, step: Step, at: Index) -> Table:
    """The gradients with what each is times, where they are not handed back as they are."""
    terms = step.detail["terms"]
    if all(factor == 1 for _, _, factor in terms):
        return table
    for (*where, last), _, factor in terms:
        if where[: len(at)] == [*at]:
            cell = (sum(where[len(at) :]), last)  # of a vector the only row
            table = changed(table, [cell], corner=f"×{style.brief.show(factor)}")
    return table


def _under(index: Index, shape: Index) -> range:
    """The cells at an index, row by row: one, or all where it has fewer axes than the array."""
    count = prod(shape[len(index) :])
    first = ravel(index, shape[: len(index)]) * count
    return range(first, first + count)


class _Look(NamedTuple):
    """What is drawn of an array, and how large."""

    step: Step | None
    sample: int
    side: int
    """Of a picture."""
    upright: Sequence[str]
    """The arrays that are columns, where they are vectors."""
    factors: bool
    """Whether what a gradient is times is in no array of its own."""
    framed: bool
    """Whether the cell of a step is outlined, and what is left out is around it."""


def _part(style: Style, trace: Trace, name: str, look: _Look) -> NamedCells | Block:
    role, said, whole = trace.roles.get(name, "plain"), trace.called(name), trace.array(name)
    at = _plane(trace, name, look.step, look.sample)
    array, step = whole[at], look.step and _within(look.step, name, at)
    if at:
        said = Words("{name}, channel {c}", name=said, c=at[-1])
    if max(array.shape, default=1) > MOST:
        last = _under(step.index, array.shape).stop - 1 if step and name == "output" else None
        made = None if last is None else divmod(last, array.shape[-1])
        style, array = replace(style, back=trace.back), array.reshape(-1, array.shape[-1])
        full = step is None or not trace.brief or not style.on_phone
        side = look.side if full else _SMALL
        return named_picture(style, array, role, said, at=made, side=side, bar=full, axes=full)
    if name in look.upright and array.ndim == 1:
        array = array[:, None]
    table = _table(trace, name, array, style.precision, step)
    if look.factors and step and name == "gradient":
        table = _with_factors(style, table, step, at)
    lit = [
        (r, c) for r, line in enumerate(table) for c, x in enumerate(line) if x.state == "active"
    ]
    windows = [(*lit[0], 1, 1)] if look.framed and len(lit) == 1 else []
    return NamedCells(style, table, role, said, times(whole[at].shape), windows=windows)
