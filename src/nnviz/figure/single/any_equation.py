"""An operation with no view of its own: its arrays in a row, and how its step is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf, prod

from nnviz.figure.arrays.fit import largest_fit
from nnviz.figure.arrays.grid import MOST, Table, cells, of_step, operator
from nnviz.figure.arrays.named import NamedCells, named_picture
from nnviz.figure.formulas.equations import equation_rows
from nnviz.figure.formulas.facts import product_note
from nnviz.figure.formulas.wrapped import worked
from nnviz.figure.layout.blocks import Block, column, more_channels
from nnviz.figure.layout.page import fact_line, page
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Rect, Scene, flatten
from nnviz.libraries import np
from nnviz.request import Appearance
from nnviz.shapes import ravel, times
from nnviz.trace import Index, Step, Trace
from nnviz.words import Words

RANK = 0


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
    blocks = _blocks(trace, style, step, style.room, sample=appearance.drawn_sample)
    hidden = prod(trace.output.shape[:-2]) // trace.samples - 1 if step is None else 0
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
    arrays = _arrays(trace, style, step, room, sample)
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


def _arrays(trace: Trace, style: Style, step: Step | None, room: float, sample: int) -> Block:
    made = Block(inf, 0, ())
    for each in (style, style.terser, style.brief):
        if made.width > room:  # fewer digits where the page is narrow
            parts = [
                _part(each, trace, name, step, sample)
                if name.isidentifier()
                else operator(each, name)
                for name in trace.equation
            ]
            made = largest_fit(each, parts, rooms=(room,))
    return made


def _plane(array: np.ndarray, name: str, step: Step | None, sample: int) -> Index:
    """Where in an array of more than two axes the matrix is that a step reads or makes; else the
    first of the sample.
    """
    lead = max(0, array.ndim - 2)
    usual = (sample, *[0] * lead)[:lead] if lead > 1 else (0,) * lead
    index = step.cells.get(name, ((),))[0][:lead] if step else ()
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


def _under(index: Index, shape: Index) -> range:
    """The cells at an index, row by row: one, or all where it has fewer axes than the array."""
    count = prod(shape[len(index) :])
    first = ravel(index, shape[: len(index)]) * count
    return range(first, first + count)


def _part(
    style: Style, trace: Trace, name: str, step: Step | None, sample: int
) -> NamedCells | Block:
    role, said, whole = trace.roles.get(name, "plain"), trace.called(name), trace.array(name)
    at = _plane(whole, name, step, sample)
    array, step = whole[at], step and _within(step, name, at)
    if at:
        said = Words("{name}, channel {c}", name=said, c=at[-1])
    if max(array.shape, default=1) > MOST:
        last = _under(step.index, array.shape).stop - 1 if step and name == "output" else None
        made = None if last is None else divmod(last, array.shape[-1])
        style = replace(style, back=trace.back)
        return named_picture(style, array.reshape(-1, array.shape[-1]), role, said, at=made)
    table = _table(trace, name, array, style.precision, step)
    return NamedCells(style, table, role, said, times(array.shape))
