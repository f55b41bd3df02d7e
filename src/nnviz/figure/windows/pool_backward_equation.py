"""The gradient of pooling: the input with its windows, what arrives at each, and where it lands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product
from string import ascii_lowercase

from nnviz.figure.arrays.fit import Row, fits_page, largest_fit, whole_row
from nnviz.figure.arrays.grid import MOST, Labels, Table, cells, changed, of_step, operator
from nnviz.figure.arrays.named import NamedCells, named_picture
from nnviz.figure.formulas.arithmetic import arithmetic
from nnviz.figure.formulas.wrapped import worked
from nnviz.figure.layout.blocks import USUAL, Block, column, flow, more_channels, remark
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import SMALL, Style
from nnviz.figure.scene import Scene, Text, flatten
from nnviz.figure.windows._cutout import cutout
from nnviz.figure.windows._named_arrays import input_cells
from nnviz.figure.windows._padded import Padded, padded
from nnviz.figure.windows._panel import step_panel
from nnviz.figure.windows._part import Area, Part, Place, flat_enough, part_of, plan_of
from nnviz.figure.windows._pictures import input_picture, large
from nnviz.figure.windows._pooled import (
    every_window,
    maxima,
    ringed_maxima,
    tint,
    tinted_windows,
    window_of,
    windows_apart,
)
from nnviz.libraries import np
from nnviz.records import NamedTuple, replace
from nnviz.request import Appearance
from nnviz.shapes import AnyAxis, ravel, unravel
from nnviz.trace import Step, Trace
from nnviz.turned import readers
from nnviz.words import Words

RANK = 0
ABREAST = (2, 3)
SHOWN = 3
"""Channels that are drawn, one below the other."""
FEW = 4
"""Windows that are outlined each by itself, and gradients that are named where they meet."""
LETTERED = 8
"""Cells a side up to which there is room for the letters of windows."""
TALL = 320
"""How high the arrays of a step may be: beneath them are its sum and what is told of ties."""
SIDES = (196, 172, 148, 124, 100)
"""The sides of the pictures: the first alone in two rows, the others so that all stands in one."""


def fits(trace: Trace) -> Words | None:
    """Windows over one or two axes."""
    return flat_enough(_forward(trace))


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """Maxima are ringed; gradients have the tints of their windows, or letters where those
    overlap; of a step, the windows that its cell is in and what each hands back.
    """
    style = Style.of(appearance)
    if step is not None:
        low = style.within(style.room, TALL, cut=True)
        way = _way(low.brief if style.on_phone else low, trace, step)
        drawn = way.row()
        room = style.beneath(drawn.width, 320)
        blocks = worked(style, [drawn, *way.cut_out(room)], step)
    else:
        count = plan_of(_forward(trace)).channels
        shown = range(min(count, SHOWN))
        ways = [_way(style, trace, None, appearance.drawn_sample, c) for c in shown]
        blocks = [way.row(alone=count == 1) for way in ways]
        blocks += [*more_channels(style, count - SHOWN), *ways[0].legend(blocks)]
    return page(style, trace, appearance, step, blocks)


def panel(trace: Trace, style: Style, step: Step) -> Block | None:
    """A step for a sheet: what arrives, where it lands, and the sum."""
    way = _way(style, trace, step)
    sums = partial(arithmetic, style, step.formula, size=SMALL)
    if way.in_numbers:
        given, made = way.arrived()._replace(name="∂L/∂y"), way.landed()._replace(name="∂L/∂x")
        block = step_panel(style, given, made, sums)
        if block is not None or not style.cut:
            return block
    return column([way.pictures(SIDES[-2:], first=2), sums(room=style.room)], 8)


def shared(trace: Trace, style: Style, steps: Sequence[Step]) -> list[Block]:
    """The input with its windows, once for the panels of one channel."""
    ways = {
        (way.part.sample, way.part.filter): way for way in (_way(style, trace, s) for s in steps)
    }
    first = _way(style, trace, None, *next(iter(ways)))
    return [largest_fit(style, [first.given()])] if len(ways) == 1 and first.in_numbers else []


def _forward(trace: Trace) -> Trace:
    assert trace.forward is not None
    return trace.forward


def _way(style: Style, trace: Trace, step: Step | None, sample: int = 0, channel: int = 0) -> _Way:
    """What is drawn of one channel: of a step that which its cell is in."""
    forward, cell = _forward(trace), None
    plan = plan_of(forward).on_two_axes()
    if step is not None:
        sample, channel, *at = unravel(step.number - 1, (plan.samples, plan.channels, *plan.sizes))
        cell = at[0], at[1]
    g = trace.arrays["gradient"].reshape(plan.samples, plan.filters, *plan.out)
    made = trace.output.reshape(plan.samples, plan.channels, *plan.sizes)
    part = part_of(forward, None, sample, channel=channel)
    return _Way(style, trace, part, g[sample, channel], made[sample, channel], step, cell)


class _Way(NamedTuple):
    """One channel on its way back."""

    style: Style
    trace: Trace
    part: Part[AnyAxis]
    """Of the run that it goes back through."""
    g: np.ndarray
    """(H', W'): what arrives."""
    made: np.ndarray
    """(H, W): what lands."""
    step: Step | None
    cell: Place | None

    @property
    def outs(self) -> list[Place]:
        """The windows that the step's cell is in."""
        if self.cell is None:
            return []
        return [(o[0], o[1]) for o, _ in readers(self.part.plan, self.cell)]

    @property
    def terms(self) -> Mapping[Place, float]:
        """What each window hands the step's cell its gradient times."""
        found = self.step.detail["terms"] if self.step else ()
        return {((0, *at)[-2], at[-1]): factor for at, _, factor in found}

    @property
    def takes_maximum(self) -> bool:
        return "indices" in _forward(self.trace).results

    @property
    def in_numbers(self) -> bool:
        if large(self.style, self.part):
            return False
        tables = [cells(self.g, self.style.precision), cells(self.made, self.style.precision)]
        return all(fits_page(self.style, [table]) for table in tables)

    def row(self, *, alone: bool = True) -> Block:
        """Input, what arrives → what lands: in numbers where those fit, with fewer digits rather
        than in several lines where others stand below.
        """
        for style in (self.style, self.style.terser, self.style.brief):
            way = self._replace(style=style)
            if way.in_numbers and (block := whole_row(style, way.parts())):
                return block
        if self.in_numbers and alone:
            block = largest_fit(self.style, self.parts())
            if block.width <= self.style.room:
                return block
        return self.pictures(SIDES[:1] if alone and self.step is None else SIDES[1:])

    def parts(self) -> Row:
        arrow, gap = operator(self.style, "→"), operator(self.style, "", 28)
        return [self.given(), gap, self.arrived(), arrow, self.landed()]

    # --- cells ---------------------------------------------------------------------

    def given(self) -> NamedCells:
        """The input, its windows in tints or those of a step outlined, the maxima ringed."""
        part, forward = self.part, _forward(self.trace)
        channel = padded(self.style, part)
        if self.cell is None:
            if windows_apart(part):
                channel, _ = tinted_windows(self.style, part, channel, cells(self.g))
            channel = ringed_maxima(forward, part, channel)
        elif self.outs:
            channel = ringed_maxima(forward, part, self._outlined(channel), self.outs)
        return input_cells(self.style, channel, part)

    def _outlined(self, channel: Padded) -> Padded:
        """The step's cell and its windows; what is around them where they are many."""
        assert self.cell is not None
        at = self.cell[0] + channel.origin[0], self.cell[1] + channel.origin[1]
        areas = _few([window_of(self.part, out, channel.origin)[1] for out in self.outs])
        table = changed(channel.table, [at], state="active")
        return replace(channel, table=table, windows=areas)

    def arrived(self) -> NamedCells:
        """The output's gradient, with the share or the letter of each window."""
        table = cells(self.g, self.style.precision)
        for out in every_window(self.part) if self.cell is None else self.terms:
            corner = self._corner(out)
            table = changed(table, [out], corner=corner)
            if self.cell is not None:
                table = changed(table, [out], state="active")
            elif windows_apart(self.part):
                table = changed(table, [out], fill=tint(self.style, out))
        return self._cells("gradient", table, self.g, [(*out, 1, 1) for out in self.terms])

    def _corner(self, out: Place) -> str:
        if self.takes_maximum:
            return self._letters.get(out, "") if self.cell is None else ""
        if "p" not in _forward(self.trace).options:
            return f"×1/{self._divisor(out)}"
        return f"×{self.style.show(self.terms[out])}" if self.cell else ""

    def _divisor(self, out: Place) -> int:
        part, plan = self.part, self.part.plan
        number = ravel((part.sample, part.filter, *out), (plan.samples, plan.filters, *plan.out))
        return int(_forward(self.trace).steps[number].detail["divisor"])

    def landed(self) -> NamedCells:
        """The input's gradient: zeros muted, the others in the tints or with the letters of
        where they came from; of a step, no later ones.
        """
        table, columns = cells(self.made, self.style.precision), self.made.shape[1]
        table = changed(
            table, [(r, c) for r, c in np.argwhere(self.made == 0).tolist()], state="quiet"
        )
        if self.cell is not None:
            at = self.cell[0] * columns + self.cell[1]
            later = self.trace.after(range(at, at + 1), self.made.size)
            table = of_step(table, [at], later)
            return self._cells("output", table, self.made, [(*self.cell, 1, 1)])
        for cell, outs in self._landings().items():
            if windows_apart(self.part):
                table = changed(table, [cell], fill=tint(self.style, outs[0]))
            elif self._letters and len(outs) <= FEW:
                table = changed(table, [cell], corner="+".join(self._letters[o] for o in outs))
            elif len(outs) > 1:
                table = changed(table, [cell], corner="+")
        return self._cells("output", table, self.made)

    def _landings(self) -> Mapping[Place, list[Place]]:
        """Of each cell that anything is handed to, the windows that do."""
        found: dict[Place, list[Place]] = {}
        if self.takes_maximum:
            for out in every_window(self.part):
                for cell in maxima(_forward(self.trace), self.part, [out]):
                    found.setdefault(cell, []).append(out)
            return found
        rows, columns = self.made.shape
        for cell in product(range(rows), range(columns)):
            if outs := [(o[0], o[1]) for o, _ in readers(self.part.plan, cell)]:
                found[cell] = outs
        return found

    @property
    def _letters(self) -> Mapping[Place, str]:
        """One for each window, where they overlap and are few."""
        lettered = self.takes_maximum and max(self.made.shape) <= LETTERED
        if not lettered or self.g.size > len(ascii_lowercase) or windows_apart(self.part):
            return {}
        return dict(zip(every_window(self.part), ascii_lowercase, strict=False))

    def _cells(
        self, name: str, table: Table, array: np.ndarray, lit: Sequence[Area] = ()
    ) -> NamedCells:
        labels: Labels = "columns" if self.part.dims == 1 else "both"
        said, shape = self.trace.called(name), self.part.shape(array)
        return NamedCells(self.style, table, "gradient", said, shape, labels, _few(lit))

    def legend(self, drawn: Sequence[Block]) -> list[Block]:
        """What the letters and the plus signs say."""
        if not self.in_numbers or windows_apart(self.part):
            return []
        texts = {m.content for b in drawn for m in flatten(b.marks) if isinstance(m, Text)}
        if "a" in texts:
            said = Words("a letter for each window; where gradients meet, they are added")
        else:
            said = Words("where windows overlap, their gradients are added")
        return [remark(self.style, said, SMALL)]

    # --- pictures --------------------------------------------------------------------

    def pictures(self, sides: Sequence[int], first: int = 0) -> Block:
        """The three, or the last of them, as large as fit a row; else in several."""
        for side in sides:
            parts = [
                input_picture(self.style, self._seen, side),
                operator(self.style, "", 28),
                self._picture("gradient", self.g, side, next(iter(self.terms), None)),
                operator(self.style, "→", 36),
                self._picture("output", self.made, side, self.cell),
            ][first:]
            if sum(part.width for part in parts) <= self.style.room:
                break
        return flow(parts, self.style.room)

    @property
    def _seen(self) -> Part[AnyAxis]:
        """The part with a window of the step's, the first that hands something back."""
        windows = [*self.terms, *self.outs]
        return replace(self.part, at=windows[0]) if windows else self.part

    def _picture(self, name: str, array: np.ndarray, side: int, at: Place | None) -> Block:
        if max(array.shape) <= MOST:
            made = self.arrived() if name == "gradient" else self.landed()
            room = min(side + 80, self.style.room - USUAL)
            if fits_page(self.style, [made.table], room):
                return largest_fit(self.style, [made], rooms=(room,))
        # All of what arrives is there from the start.
        window, last = ((*at, 1, 1), None) if at and name == "gradient" else (None, at)
        said, shape = self.trace.called(name), self.part.shape(array)
        return named_picture(
            self.style, array, "gradient", said, shape, side=side, window=window, at=last
        )

    def cut_out(self, room: float) -> list[Block]:
        """Windows of a step beneath pictures, in numbers."""
        windows = [] if self.in_numbers else [*(self.terms or self.outs)][:2]
        found = [cutout(self.style, replace(self.part, at=out), room) for out in windows]
        blocks = [block for block in found if block is not None]
        return [flow(blocks, room, 24)] if blocks else []


def _few(areas: Sequence[Area]) -> tuple[Area, ...]:
    """Some areas, or what is around them where they are many."""
    if len(areas) <= FEW:
        return tuple(areas)
    (top, left, *_), (r, c, tall, wide) = areas[0], areas[-1]
    return ((top, left, r + tall - top, c + wide - left),)
