"""A cell of a table: text, or a long sum that is broken at its kernel rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.measure import Measurement
from rich.padding import Padding
from rich.text import Text

from nnviz.formats.terminal.lines import hanging, unspaced

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType

_WORD = 24
"""A cell is not made narrower than its longest word, up to this width."""


@dataclass(frozen=True)
class Cell:
    """The lines of a cell, which are joined where they fit on one."""

    lines: tuple[Text, ...]
    tail: int = 0
    """Columns after a number, so that points stand under points."""
    apart: bool = False
    """Whether its lines stay lines, as equations do."""

    @classmethod
    def of(cls, text: str, style: str = "") -> Cell:
        """A cell of one line."""
        return cls((Text(text, style),))

    @cached_property
    def joined(self) -> Text:
        """All of it on one line."""
        return self.lines[0] if len(self.lines) == 1 else Text.assemble(*self.lines)

    @cached_property
    def natural(self) -> int:
        """Columns of it on one line."""
        return self.broken if self.apart else self.joined.cell_len + self.tail

    @cached_property
    def broken(self) -> int:
        """Columns of it on a line for each of its parts, all but the first under its sign."""
        if len(self.lines) == 1:
            return self.joined.cell_len + self.tail
        return max(line.cell_len for line in self.lines) + 2 * (not self.apart)

    @cached_property
    def least(self) -> int:
        """Columns of its longest word, with the indent of what wraps."""
        words = self.joined.plain.split()
        longest = min(_WORD, max(map(cell_len, words), default=0))
        return min(self.broken, longest + 2 * (len(words) > 1))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(self.least, self.natural).with_maximum(options.max_width)

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        width = options.max_width
        if self.apart:
            for line in self.lines:
                yield from hanging(console, line, width, 4)
        elif self.tail:
            yield Padding(self.joined, (0, self.tail, 0, 0))
        elif self.joined.cell_len <= width or len(self.lines) == 1:
            yield from hanging(console, self.joined, width, 2)
        else:
            # One line a kernel row: the first is set in, so that terms stand under terms.
            first, *rest = self.lines
            for line in (Text("  ") + first, *map(unspaced, rest)):
                yield from hanging(console, line, width, 4)
