"""A Rich table that fits its screen: in blocks of columns, or as a list, where one does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from nnviz.formats import _columns
from nnviz.formats._columns import Align
from nnviz.formats.terminal.lines import glued, hanging, unspaced
from nnviz.formats.terminal.paper import Paper, spaced
from nnviz.notation import ABOUT
from nnviz.records import NamedTuple, dataclass, replace
from nnviz.trace import Equation
from nnviz.words import Words

_GAP = 2
_HEAD = 4
"""Lines of a screen that headings, their rule and what is typed after take."""
_WORD = 24
"""A cell is not made narrower than its longest word, up to this width."""


@dataclass(frozen=True)
class Cell:
    """The lines of a cell, which are joined where they fit on one: the kernel rows of a sum."""

    lines: tuple[Text, ...]
    tail: int = 0
    """Columns after a number, so that points stand under points."""
    apart: bool = False
    """Whether its lines stay lines: equations."""

    @classmethod
    def of(cls, text: str, style: str = "") -> Cell:
        """A cell of one line."""
        return cls((Text(text, style),))

    @cached_property
    def joined(self) -> Text:
        """All of it on one line."""
        if len(self.lines) == 1:
            return self.lines[0]
        return Text("; " if self.apart else "").join(self.lines)

    @cached_property
    def natural(self) -> int:
        """Columns of it where all fits."""
        return self.broken if self.apart else self.joined.cell_len + self.tail

    @cached_property
    def broken(self) -> int:
        """Columns of it on a line for each of its parts, all but the first under its sign."""
        indent = 2 if len(self.lines) > 1 and not self.apart else 0
        return max(line.cell_len for line in self.lines) + self.tail + indent

    def lines_in(self, width: int) -> int:
        """About how many lines it takes in a column."""
        whole = not self.apart and self.natural <= width
        return 1 if whole else sum(-(-line.cell_len // max(1, width)) for line in self.lines)

    @cached_property
    def least(self) -> int:
        """Columns of its longest word, with the indent of what wraps."""
        words = glued(self.joined.plain).split()
        longest = min(_WORD, max(map(cell_len, words), default=0))
        return min(self.broken, longest + 2 * (len(words) > 1))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, lines = options.max_width - self.tail, self.lines
        if not self.apart and self.joined.cell_len <= width:
            # Rendered as it is, which is faster than wrapping it.
            before = width - self.joined.cell_len if options.justify == "right" else 0
            yield Segment(" " * before)
            yield from self.joined.render(console)
            yield Segment(" " * self.tail)
        elif len(lines) == 1 and not self.apart:
            yield hanging(console, self.joined, width, 2)
        else:
            if not self.apart:  # The first is set in, so that terms stand under terms.
                lines = (Text("  ") + lines[0], *map(unspaced, lines[1:]))
            for line in lines:
                yield hanging(console, line, width, 4)


class Column(NamedTuple):
    """A heading, and a cell for every row."""

    heading: str
    cells: Sequence[Cell]
    align: Align = "left"
    whole: bool = False
    """Its cells are not broken."""


def column(paper: Paper, given: _columns.Column) -> Column:
    """A column of a table, written."""
    if isinstance(given.heading, tuple):  # A symbol may be a word in the language of the view.
        said = [s._replace(text=paper.say(s.text)) for s in given.heading]
        written = ("".join(line.plain for line in paper.formula(Equation((s,)))) for s in said)
        heading = f" {paper.say('or')} ".join(written)
    else:
        heading = paper.say(given.heading)
    cells = [_cell(paper, entry) for entry in given.entries]
    return Column(heading, cells, given.align, given.whole)


def _cell(paper: Paper, entry: _columns.Entry) -> Cell:
    if not entry.formula:
        said = (paper.say(s) if isinstance(s, Words) else paper.text(s) for s in entry.said)
        return Cell.of(" ".join(said), entry.role)
    if len(entry.formula) > 1 or len(entry.formula[0].sides) > 1:
        each = (Text.assemble(*paper.formula(equation)) for equation in entry.formula)
        return Cell(tuple(each), apart=True)
    lines = paper.formula(entry.formula[0])
    if entry.about:
        lines = [Text.assemble((paper.text(ABOUT.lstrip()), "muted"), *lines)]
    return Cell(tuple(lines))


def fitted(paper: Paper, columns: Sequence[Column], *, total: bool = False) -> RenderableType:
    """The rows under their headings; `total` sets a rule before the last row."""
    columns = [_pointed(column) if column.align == "point" else column for column in columns]
    widths = _widths(paper, columns)
    if widths is not None:
        return Group(*_pages(paper, columns, widths, total))
    blocks = _blocks(paper, columns)
    if len(blocks) < 2:
        return Group(*_listed(paper, columns))
    return spaced([fitted(paper, block, total=total) for block in blocks])


def unbroken(paper: Paper, columns: Sequence[Column]) -> bool:
    """Whether no cell has to be broken: headings may be, at spaces."""
    return paper.width - _GAP * (len(columns) - 1) >= sum(
        max(*map(cell_len, column.heading.split()), *(cell.natural for cell in column.cells))
        for column in columns
    )


def _pages(
    paper: Paper, columns: Sequence[Column], widths: Sequence[int], total: bool
) -> Iterator[RenderableType]:
    """The table; on a screen with its headings again wherever it has been filled."""
    room = None if paper.whole or paper.height is None else max(4, paper.height - _HEAD)
    start = lines = 0
    rows = [*zip(*(column.cells for column in columns), strict=True)]
    for end, row in enumerate(rows, 1):
        lines += max(map(Cell.lines_in, row, widths))
        following = len(rows) - end
        if following == 0 or (room is not None and lines >= room and following > total):
            page = [column._replace(cells=column.cells[start:end]) for column in columns]
            yield from [Text()] * bool(start)
            yield _table(paper, page, widths, total and not following)
            start, lines = end, 0


def _table(paper: Paper, columns: Sequence[Column], widths: Sequence[int], total: bool) -> Table:
    made = Table(
        box=_ruled(paper.text("─")),
        show_edge=False,
        padding=0,
        border_style="muted",
        show_footer=total,
        footer_style="",
    )
    # Beside a column stands the blank of the box: a gap of two.
    gaps = [*[_GAP - 1] * (len(columns) - 1), 0]
    filled = []
    for column, width, gap in zip(columns, widths, gaps, strict=True):
        cells = [replace(cell, tail=cell.tail + gap) for cell in column.cells]
        made.add_column(
            Padding(Text(column.heading, "heading"), (0, gap, 0, 0)),
            cells.pop() if total else "",
            justify="left" if column.align == "left" else "right",
            overflow="fold",
            width=width + gap,
        )
        filled.append(cells)
    for row in zip(*filled, strict=True):
        made.add_row(*row)
    return made


def _ruled(sign: str) -> Box:
    """Rules under the headings and above a total, and nothing else."""
    blank, rule = "    ", f" {sign * 2} "
    rows = (blank, blank, rule, blank, blank, rule, blank, blank)
    # Whatever the sign is, the stream carries it: Rich is not to put another in its place.
    return Box("\n".join(rows) + "\n", ascii=True)


def _pointed(column: Column) -> Column:
    """The column with room after its numbers, so that their points stand in a line."""
    texts = [cell.joined.plain for cell in column.cells]
    tails = [len(text) - text.index(".") if "." in text else 0 for text in texts]
    pairs = zip(column.cells, tails, strict=True)
    return column._replace(cells=[replace(cell, tail=max(tails) - tail) for cell, tail in pairs])


def _widths(paper: Paper, columns: Sequence[Column]) -> list[int] | None:
    """Widths that fit: the widest columns give way first; None where words would break."""
    room = paper.width - _GAP * (len(columns) - 1)
    headings = [cell_len(column.heading) for column in columns]
    natural = [
        max(heading, *(cell.natural for cell in column.cells))
        for heading, column in zip(headings, columns, strict=True)
    ]
    if sum(natural) <= room:
        return natural
    # Too wide: headings wrap at spaces, long sums at their lines.
    ranges = [_range(column) for column in columns]
    if sum(least for least, _ in ranges) > room:
        return None
    cap = max(most for _, most in ranges)
    while sum(widths := [max(least, min(most, cap)) for least, most in ranges]) > room:
        cap -= 1
    for i, (heading, (_, most)) in enumerate(zip(headings, ranges, strict=True)):
        # What the cap leaves over goes to those that wrap.
        widths[i] += max(0, min(max(most, heading) - widths[i], room - sum(widths)))
    return widths


def _range(column: Column) -> tuple[int, int]:
    """The least and the most that a column is wide where it is broken."""
    word = max(map(cell_len, column.heading.split()), default=0)
    most = max(word, *(cell.broken for cell in column.cells))
    whole = column.whole or column.align != "left"
    least = max(word, *(cell.natural if whole else cell.least for cell in column.cells))
    return min(least, most), most


def _blocks(paper: Paper, columns: Sequence[Column]) -> list[list[Column]]:
    """The columns in as few tables as fit, each with the first column; none if they cannot."""
    first, *rest = columns
    made: list[list[Column]] = []
    for column in rest:
        if made and _widths(paper, [*made[-1], column]) is not None:
            made[-1].append(column)
        elif _widths(paper, [first, column]) is not None:
            made.append([first, column])
        else:
            return []
    # A last column does not stand alone where the block before it can spare one.
    while len(made) > 1 and len(made[-1]) == 2 and len(made[-2]) > 3:
        evened = [first, made[-2][-1], made[-1][1]]
        if _widths(paper, evened) is None:
            break
        made[-2:] = [made[-2][:-1], evened]
    return made


def _listed(paper: Paper, columns: Sequence[Column]) -> Iterator[Text]:
    """Row after row, its cells one under another with their headings."""
    for cells in zip(*(column.cells for column in columns), strict=True):
        for column, cell in zip(columns, cells, strict=True):
            if cell.joined.plain.strip():
                indent, style = ("", "heading") if column is columns[0] else ("  ", "muted")
                head = Text(f"{indent}{column.heading}  ", style)
                yield paper.hanging(Text.assemble(head, cell.joined), 4)
