"""What of a gradient is told by the forward run: what used a number, and its activation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from nnviz.elision import shown
from nnviz.figure.arrays.fit import Row, largest_fit, sizes_of, whole_row
from nnviz.figure.arrays.grid import MOST, cells, changed, operator
from nnviz.figure.arrays.named import NamedCells, named_picture
from nnviz.figure.layout.blocks import Block, column, flow, lines, on_top, row
from nnviz.figure.layout.style import SMALL, Piece, Style, near4
from nnviz.figure.windows._way_back import beside, forward_of, on_maps, place_of, said
from nnviz.libraries import np
from nnviz.plans import Index
from nnviz.shapes import times
from nnviz.trace import Step, Trace
from nnviz.words import Words

NAME = 44
"""The height of a name and a shape."""
SIDE = 132
"""Of a picture."""
LOW, ROWS = 124, 48
"""How high the arrays are at most, and what the rows that are marked may add to it."""
A, B, C = "\ue000", "\ue001", "\ue002"
"""What stands for symbols in a sentence that is said: letters of private use."""
USES, MAPS = 7, 3
"""Uses of a number that are said a line each, and output channels that are drawn."""


def read_forwards(style: Style, trace: Trace, step: Step) -> Block:
    """A number among the input, the output cells that used it, and the weights by which."""
    forward, plan = forward_of(trace)
    n, c, cell = place_of(plan, step.index)
    used = [place_of(plan, index) for index in step.cells["gradient"]]
    x = on_maps(plan, forward.arrays["input"])[n, c]
    parts: Row = [
        _marked(style, trace, "input", x, [cell], said(style, c=(c, plan.channels))),
        operator(style, "→", 36),
    ]
    for f in [*dict.fromkeys(f for _, f, _ in used)][:MAPS]:
        which, places = said(style, c=(f, plan.filters)), [at for _, g, at in used if g == f]
        y = on_maps(plan, forward.output)[n, f]
        parts = [*parts, _marked(style, trace, "output", y, places, which)]
    head = _filled(
        style,
        Words("the same sum, read forwards: what used {x} = {value}", x=A, value=B),
        symbol("x", step.index, style.theme.tone("input").line),
        [Piece(style.show(x[cell].item()))],
    )
    every = [lines(style, use, SMALL) for use in _uses(style, step)]
    uses = column(every, 0)
    left = style.room - uses.width - 32
    low = style.within(left, LOW, cut=True)
    arrays = largest_fit(low, parts, sizes_of(low, parts), gap=8)
    if arrays.width <= left and arrays.height <= LOW + ROWS:
        level = replace(uses, axis=near4((uses.height - NAME) / 2))
        both = row([replace(arrays, axis=near4(arrays.height / 2)), level], 32)
    else:
        arrays = largest_fit(style.within(style.room, LOW, cut=True), parts, gap=8)
        half = -(-len(every) // 2)
        halves = [on_top(column(some, 0)) for some in (every[:half], every[half:]) if some]
        beneath = flow(halves, style.room, 32)
        both = column([*([arrays] if arrays.width <= style.room else []), beneath], 8)
    return column([lines(style, head, fill=style.theme.muted), both], 8)


def _marked(
    style: Style,
    trace: Trace,
    name: str,
    array: np.ndarray,
    places: Iterable[tuple[int, int]],
    which: str = "",
) -> NamedCells:
    """An array of the forward run, some of its cells marked; of a large one what is near them."""
    forward, plan = forward_of(trace)
    places = list(places)
    rows, columns = map(_near, zip(*places, strict=True), array.shape)
    near = [(r - rows.start, c - columns.start) for r, c in places]
    part = array[rows.start : rows.stop, columns.start : columns.stop]
    table = changed(cells(part, style.precision), near, state="active")
    role, called = forward.roles[name], forward.called(name)
    made = NamedCells(style, table, role, called, beside(which, times(array.shape[-plan.dims :])))
    made = made._replace(windows=[(*at, 1, 1) for at in near])
    whole = part.shape == array.shape
    return made if whole else made._replace(labels="both", indices=(rows, columns))


def _near(at: Sequence[int], count: int) -> range:
    """All of a few rows; of many those around some."""
    first, last = min(at), max(at)
    around = 2 if first == last else 1
    return (
        range(count)
        if count <= MOST
        else range(max(0, first - around), min(count, last + around + 1))
    )


def _uses(style: Style, step: Step) -> Iterator[list[Piece]]:
    """Each output cell that used the number, and the weight by which it did."""
    terms = step.detail["terms"]
    for i in shown(len(terms), USES):
        if i is None:
            yield [Piece("⋮", style.theme.muted)]
            continue
        yield _filled(
            style,
            Words("{y} used it with {w} = {value}", y=A, w=B, value=C),
            symbol("y", step.cells["gradient"][i], style.theme.tone("output").line),
            symbol("w", step.cells["kernel"][i], style.theme.tone("weight").line),
            [Piece(style.show(terms[i][-1]))],
        )


def _filled(style: Style, said: Words, *symbols: list[Piece]) -> list[Piece]:
    """A sentence with symbols where their signs stand in it."""
    parts = re.split(f"([{A}{B}{C}])", style.say(said))
    made = dict(zip((A, B, C), symbols, strict=False))
    return [piece for part in parts for piece in made.get(part, [Piece(part)])]


def symbol(name: str, at: Index, fill: str) -> list[Piece]:
    """A number of an array: w with its place."""
    return [Piece(name, fill), Piece(",".join(map(str, at)), fill, place="sub")]


# --- before: the activation ----------------------------------------------------------------


def through_activation(style: Style, trace: Trace, step: Step | None, at: Index) -> list[Block]:
    """How the gradient that arrives became that of the sums: times the slope of the activation,
    in the channel `at` (sample, channel); nothing where there is no activation.
    """
    if "grad_output" not in trace.arrays:
        return []
    _, plan = forward_of(trace)
    used = [place_of(plan, index) for index in step.cells["gradient"]] if step else []
    places = [place for n, f, place in used if (n, f) == at]
    softmax = "slope" not in trace.arrays
    signs = {"grad_output": "→" if softmax else "⊙", "slope": "="}
    which = said(style, c=(at[1], plan.filters))
    parts: list[NamedCells | Block] = []
    pictures: list[Block] = []
    for name in ("grad_output", *([] if softmax else ["slope"]), "gradient"):
        array = on_maps(plan, trace.arrays[name])[at]
        role, called = trace.roles[name], trace.called(name)
        shape = beside(which, times(array.shape[-plan.dims :]))
        table = changed(cells(array, style.precision), places, state="active")
        sign = [operator(style, signs[name])] if name in signs else []
        parts += [NamedCells(style, table, role, called, shape), *sign]
        pictures += [named_picture(style, array, role, called, shape, side=SIDE), *sign]
    if max(array.shape) <= MOST:
        low = style.within(style.room, LOW, cut=True)
        if step and whole_row(low, parts) is None and style != style.brief:
            short = replace(trace, names={**trace.names, **trace.brief})
            return through_activation(style.brief, short, step, at)
        block = largest_fit(low, parts)
        if block.width <= style.room:
            return [block]
    return [flow(pictures, style.room)]
