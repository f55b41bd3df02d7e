"""The part of an array around the cells that a step looks at, as large as there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import product

from rich.console import Group, RenderableType
from rich.text import Text

from nnviz.formats._view import View
from nnviz.formats.terminal.matrix import Matrix
from nnviz.formats.terminal.paper import Paper
from nnviz.numerals import aligned
from nnviz.records import NamedTuple, dataclass
from nnviz.trace import Index, Step, Trace


class Light(NamedTuple):
    """What is lit: the cells that take part, and the one that the last term was read from."""

    cells: tuple[Index, ...]
    active: Index | None = None


@dataclass(frozen=True)
class Cutout:
    """An array of a trace, at a step."""

    trace: Trace
    name: str
    light: Light
    step: Step
    known: Callable[[Index], bool] | None = None
    """Which cells are made by now, of what the steps make."""
    secret: bool = False
    """Whether the width of what is not made yet may not be told."""

    @cached_property
    def view(self) -> View:
        return View(self.trace, self.name, self.step)

    @cached_property
    def lying(self) -> bool:
        """Whether it is a vector that is shown as a row."""
        return self.view.values.ndim < 2 and not self.view.upright

    def flat(self, cell: Index) -> Index:
        """A cell as channel …, row, column; of a number and of a vector too."""
        if self.view.values.ndim > 1:
            return cell
        cell = cell or (0,)
        return (0, *cell) if self.lying else (*cell, 0)

    @cached_property
    def shape(self) -> Index:
        shape = self.view.values.shape
        return shape if len(shape) > 1 else self.flat(shape or (1,))[:-2] + self._vector(shape)

    def _vector(self, shape: Index) -> Index:
        size = shape[0] if shape else 1
        return (1, size) if self.lying else (size, 1)

    @cached_property
    def lit(self) -> list[Index]:
        """The cells that take part; one of fewer axes stands for all cells there."""
        found: list[Index] = []
        for cell in self.light.cells:
            whole = self.flat(cell) if len(cell) >= self.view.values.ndim else cell
            found += ((*whole, *rest) for rest in product(*map(range, self.shape[len(whole) :])))
        return found

    @cached_property
    def focus(self) -> Index | None:
        return None if self.light.active is None else self.flat(self.light.active)

    @property
    def leads(self) -> list[Index]:
        """The channels that are lit, the one that is read first; the first where none is."""
        lit = [self.focus] * (self.focus is not None) + self.lit
        found = dict.fromkeys(cell[:-2] for cell in lit if cell is not None)
        return list(found) or [(0,) * (len(self.shape) - 2)]

    @cached_property
    def reach(self) -> tuple[range, range]:
        """The rows and columns there are, those of the padding too."""
        plan, shape = self.trace.plan, self.shape[-2:]
        low, high = [0, 0], [shape[0] - 1, shape[1] - 1]
        if plan is not None and self.name == "input" and not plan.transposed:
            first = plan.taps((0,) * plan.dims)[0].cell[-2:]
            last = plan.taps(tuple(n - 1 for n in plan.out))[-1].cell[-2:]
            for axis, (a, b) in enumerate(zip(first, last, strict=True), 2 - len(first)):
                low[axis], high[axis] = min(low[axis], a), max(high[axis], b)
        return range(low[0], high[0] + 1), range(low[1], high[1] + 1)

    def span(self, axis: int, lead: Index, most: int) -> range:
        """At most so many rows (axis 0) or columns (1), with those that are lit in them."""
        reach = self.reach[axis]
        if len(reach) <= most:
            return reach
        lit = [cell[-2:][axis] for cell in self.lit if cell[:-2] == lead] or [reach.start]
        first, last = min(lit), max(lit)
        if last - first >= most and self.focus is not None:
            first = last = self.focus[-2:][axis]
        start = min(max(reach.start, (first + last - most + 1) // 2), reach.stop - most)
        return range(start, start + most)

    def text(self, paper: Paper, cell: Index) -> str:
        """A cell as it is shown: its number, a zero of the padding, or that it is not made yet."""
        inside = all(0 <= i < n for i, n in zip(cell[-2:], self.shape[-2:], strict=True))
        if not inside:
            return self._padding(paper, cell)
        values = self.view.values
        value = values[cell] if values.ndim > 1 else values.flat[max(cell[-2:])]
        written = paper.show(value)
        given = cell if values.ndim > 1 else (max(cell[-2:]),)
        if self.known is None or self.known(given):
            return written
        sign = "?" if cell in self.lit else "·"
        return sign if self.secret else sign.rjust(len(written))

    def _padding(self, paper: Paper, cell: Index) -> str:
        plan = self.trace.plan
        if plan is None or "kernel" not in self.trace.arrays:
            return "·"  # Pooling looks past it, or counts it: its arithmetic says so.
        along = zip(plan.axes, cell[-len(plan.axes) :], strict=True)
        source = tuple(axis.source(p, plan.mode) for axis, p in along)
        if None in source:
            return "0"
        return paper.show(self.view.values[(*cell[: -len(source)], *source)])


def shown(paper: Paper, cutout: Cutout, channels: int, side: int) -> RenderableType:
    """The name of an array, and of so many channels the part around what is lit."""
    view = cutout.view
    heading = paper.name(view.trace.called(view.name), view.role, view.values.shape)
    leads = cutout.leads[:channels]
    return Group(heading, *(part for lead in leads for part in _plane(paper, cutout, lead, side)))


def _plane(paper: Paper, cutout: Cutout, lead: Index, side: int) -> Iterator[RenderableType]:
    if lead:
        axes = zip(cutout.view.leading, lead, strict=True)
        named = " · ".join(f"{paper.say(word)} {i}" for word, i in axes)
        yield Text(paper.text(named), "muted")
    down, across = (cutout.span(axis, lead, side) for axis in (0, 1))
    columns = [aligned([cutout.text(paper, (*lead, r, c)) for r in down]) for c in across]
    texts = [list(map(paper.text, row)) for row in zip(*columns, strict=True)]
    reach_down, reach_across = cutout.reach
    left, right = across.start > reach_across.start, across.stop < reach_across.stop
    top, bottom = down.start > reach_down.start, down.stop < reach_down.stop
    more, below = paper.text("…"), paper.text("⋮")
    texts = [[more] * left + row + [more] * right for row in texts]
    rest = [[below] * len(texts[0])]
    texts = rest * top + texts + rest * bottom

    def at(cell: Index) -> Index:
        return cell[-2] - down.start + top, cell[-1] - across.start + left

    lit = {at(cell) for cell in cutout.lit if cell[:-2] == lead}
    focus = cutout.focus
    active = at(focus) if focus is not None and focus[:-2] == lead else None
    labels = [paper.text(name) for name in cutout.trace.labels.get(cutout.name, ())]
    names = [""] * top + labels[down.start : down.stop] if labels and down.start >= 0 else []
    yield Matrix(paper, texts, cutout.view.role, names, lit, active=active)
