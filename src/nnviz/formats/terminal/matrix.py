"""A matrix between brackets, in blocks of columns where it is too wide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

from nnviz.formats.terminal.paper import Paper
from nnviz.records import dataclass
from nnviz.trace import Index
from nnviz.words import Words


@dataclass(frozen=True)
class Matrix:
    """Numbers in rows, in the colour of a role."""

    paper: Paper
    rows: Sequence[Sequence[str]]
    role: str = "plain"
    labels: Sequence[str] = ()
    """Names of the rows, which stand before them."""
    marked: Collection[Index] = ()
    """Cells that are marked: row, column."""
    vector: bool = False
    """Whether its blocks are of cells, not of columns."""
    active: Index | None = None
    """The one of the marked cells that is looked at now."""

    @cached_property
    def _cell_width(self) -> int:
        """Columns of a number and the blank before it."""
        return 1 + max((cell_len(text) for row in self.rows for text in row), default=0)

    @cached_property
    def _side(self) -> int:
        """Columns of the labels and the blank after them."""
        return 1 + max(map(cell_len, self.labels)) if self.labels else 0

    def _across(self, width: int) -> int:
        """Numbers of a row that fit: at least one."""
        return max(1, min(len(self.rows[0]), (width - self._side - 3) // self._cell_width))

    def _width(self, count: int) -> int:
        """Columns of so many numbers and their brackets."""
        return self._side + 3 + count * self._cell_width

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """One number at least; as many as fit at most."""
        return Measurement(self._width(1), self._width(self._across(options.max_width)))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        count, across = len(self.rows[0]), self._across(options.max_width)
        fits = self._width(across) <= options.max_width
        for start in range(0, count, across):
            stop = min(start + across, count)
            if across < count:
                which = f"{start}–{stop - 1}" if stop > start + 1 else f"{start}"
                said = Words("cells {which}" if self.vector else "columns {which}", which=which)
                yield self.paper.muted(said)
            for row in range(len(self.rows)):
                line = self._line(row, start, stop)
                # As it is, which is fast; a number wider than the room is broken.
                yield from line.render(console, "\n") if fits else (line,)

    def _line(self, row: int, start: int, stop: int) -> Text:
        before, after = self._brackets(row)
        label = self.labels[row] if row < len(self.labels) else ""
        numbers = self.rows[row][start:stop]
        cells = [" " * (self._cell_width - cell_len(number)) + number for number in numbers]
        line = Text.assemble(
            (set_cell_size(label, self._side), "muted"),
            (f"{before}{''.join(cells)} {after}", self.role),
        )
        at = len(line) - 2 - sum(map(len, cells))
        for column, (number, cell) in enumerate(zip(numbers, cells, strict=True), start):
            at += len(cell)
            end = at - len(number) + len(number.rstrip())
            if (row, column) in self.marked:
                line.stylize(f"{self.role}.marked", at - len(number), end)
            if (row, column) == self.active:
                line.stylize("active", at - len(number), end)
        return line

    def _brackets(self, row: int) -> tuple[str, str]:
        last = len(self.rows) - 1
        if not last:
            return "[", "]"
        pair = "⎡⎤" if row == 0 else "⎣⎦" if row == last else "⎢⎥"
        return self.paper.text(pair[0]), self.paper.text(pair[1])
