"""Parameters as a textbook's table: few rules, numbers at the right of their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nnviz.figure.formulas.parameter_counts import layer_names, parameters_page
from nnviz.figure.layout.blocks import Block, column, lines, remark
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.style import BODY, SMALL, Style, up4
from nnviz.figure.networks._folded import COUNTS, named_line, rows_of
from nnviz.figure.scene import Mark, Scene
from nnviz.numerals import scientific, thousands
from nnviz.records import dataclass
from nnviz.request import Appearance
from nnviz.shapes import times
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 10
_PARAMS = Words("params")
_HEADS = (
    Words("layer"),
    Words("output"),
    Words("derivation"),
    Words("weights"),
    Words("biases"),
    _PARAMS,
    Words("MACs"),
    Words("receptive field"),
)
_TEXTS, _SHAPES = (0, 1, 2), 1
"""The columns that wrap where they must; the others are numbers, at their right."""
_NOTHING = "", "0", "—"
_LEAST, _WORD = {0: 88, 2: 64, 1: 56}, 112
"""The least room of those: words give way before shapes, which are read as one; a number among
them that is no longer than a word stays whole."""


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The table, its totals beneath a rule; convolution against dense beneath that."""
    style = Style.of(appearance)
    notes = column([remark(style, fact.label, SMALL) for fact in trace.facts[1:]], 0)
    blocks = [_parameter_table(style, trace), *_versus_lines(style, trace), notes]
    return parameters_page(style, trace, appearance, step, blocks)


@dataclass(frozen=True)
class _Grid:
    """The widths of the columns, the size of the text, and the room between."""

    widths: tuple[float, ...]
    size: int
    gap: int

    def left(self, c: int) -> float:
        return sum(self.widths[:c]) + self.gap * c

    @property
    def width(self) -> float:
        return self.left(len(self.widths)) - self.gap

    @property
    def lead(self) -> int:
        """From line to line."""
        return 24 if self.size == BODY else 16

    def rule(self, style: Style, y: float, line: float = 1) -> Mark:
        return segments([((0, y), (self.width, y))], style.theme.ink, line)


def _row_texts(row: dict[str, Any], short: bool) -> list[str]:
    """A row as text; `short` writes very large counts as powers of ten."""

    def number(n: int) -> str:
        return scientific(n, 4) if short and n >= 10**7 and type(n) is int else thousands(n)

    field = row.get("receptive_field")
    numbers = [number(row[kind]) if row[kind] != "" else "" for kind in COUNTS]
    shape = times(row["output"]) if "output" in row else ""
    last = "" if "output" not in row else times(field) if field else "—"
    return [row["layer"], shape, row.get("formula", ""), *numbers, last]


def _parameter_table(style: Style, trace: Trace) -> Block:
    heads = [style.say(head) for head in _HEADS]
    results = trace.results
    total = {"layer": style.say(Words("total")), **results["total"]}
    folded = rows_of(results["rows"], layer_names(style, trace), trace.sources)
    every = [*(line.row for line in folded), total]
    made = [_row_texts(row, False) for row in every]
    sized = _sized(style, heads, made)
    if sized.width > style.room:
        made = [_row_texts(row, True) for row in every]
        sized = _sized(style, heads, made)
    if sized.width > style.room:
        return _listed(style, heads, made)
    return _ruled_table(style, sized, heads, made)


def _sized(style: Style, heads: list[str], rows: list[list[str]]) -> _Grid:
    """The largest text with which the table fits the page; the columns that wrap give way."""
    for size, gap in ((BODY, 20), (SMALL, 16), (SMALL, 12), (SMALL, 8)):
        widths = [_natural(style, c, head, rows, size) for c, head in enumerate(heads)]
        over = sum(widths) + gap * (len(widths) - 1) - style.room
        if over <= 0:
            return _Grid(tuple(widths), size, gap)
    least = {
        c: max(n, *(min(up4(style.width(w, size)), _WORD) for r in rows for w in r[c].split(" ")))
        for c, n in _LEAST.items()
        if c != _SHAPES
    }
    return _Grid(tuple(_squeezed(widths, over, _LEAST | least)), size, gap)


def _natural(style: Style, c: int, head: str, rows: list[list[str]], size: int) -> float:
    """What a column would like to have; its head may stand on several lines."""
    wide = max(style.width(word, size, True) for word in head.split(" "))
    bold = max(style.width(rows[-1][c], size, True), wide)
    return up4(max(bold, *(style.width(row[c], size) for row in rows)))


def _squeezed(widths: list[float], over: float, leasts: Mapping[int, float]) -> list[float]:
    """Take what is too much from the columns that wrap, the wider of those of words first."""
    made = list(widths)
    for c, least in sorted(leasts.items(), key=lambda p: (p[0] == _SHAPES, -widths[p[0]])):
        take = min(over, max(0, made[c] - least))
        made[c] -= up4(take) if made[c] - up4(take) >= least else take
        over -= take
    return made


def _ruled_table(style: Style, sized: _Grid, heads: list[str], rows: list[list[str]]) -> Block:
    top, last = (_table_line(style, sized, row, bold=True) for row in (heads, rows[-1]))
    y = top.height + 8
    marks: list[Mark] = [sized.rule(style, 0, 2), top.at(0, 4), sized.rule(style, y)]
    y += 4
    for row in rows[:-1]:
        block = _table_line(style, sized, row)
        marks.append(block.at(0, y))
        y += block.height
    end = y + last.height + 12
    marks += [sized.rule(style, y + 4), last.at(0, y + 8), sized.rule(style, end, 2)]
    return Block(sized.width, end + 4, tuple(marks))


def _listed(style: Style, heads: list[str], rows: list[list[str]]) -> Block:
    """For a page too narrow for columns: a layer and its parameters, the rest in words beneath."""
    count = _HEADS.index(_PARAMS)
    marks: list[Mark] = []
    y = 0.0
    for row in [heads, *rows]:
        bold = row in (heads, rows[-1])
        end = style.text(style.room, y + 16, row[count], BODY, bold=bold, anchor="end")
        name = named_line(style, row[0], BODY, style.room - end.width - 16, bold=bold)
        marks += [name.at(0, y), end]
        y += name.height
        if row is not heads:
            cells = [(heads[i], text) for i, text in enumerate(row) if i not in (0, count)]
            rest = [f"{head} {text}" for head, text in cells if text not in _NOTHING]
            said = remark(style, " · ".join(rest), SMALL)
            marks.append(said.at(0, y))
            y += said.height
        y += 8
        marks.append(segments([((0, y - 4), (style.room, y - 4))], style.theme.rule))
    return Block(style.room, y, tuple(marks))


def _table_line(style: Style, sized: _Grid, row: Sequence[str], *, bold: bool = False) -> Block:
    """A row of the table; the words may take several lines, the numbers stand on the first."""
    marks: list[Mark] = []
    height = 0.0
    for c, text in enumerate(row):
        if not text:
            continue
        if c in _TEXTS:
            block = named_line(style, text, sized.size, sized.widths[c], bold=bold)
            marks.append(block.at(sized.left(c), 0))
            height = max(height, block.height)
        else:
            found = _right_aligned(style, sized, c, text, bold)
            marks += found
            height = max(height, sized.lead * len(found))
    return Block(sized.width, height + (4 if sized.size == SMALL else 0), tuple(marks))


def _right_aligned(style: Style, sized: _Grid, c: int, text: str, bold: bool) -> list[Mark]:
    """A number, or a head on as many lines as it takes, at the right of its column."""
    size, right = sized.size, sized.left(c) + sized.widths[c]
    alone = style.width(text, size, bold) <= sized.widths[c]
    fill = style.theme.muted if text in _NOTHING else None
    first = sized.lead - up4(0.35 * size)
    return [
        style.text(right, first + sized.lead * i, part, size, fill=fill, bold=bold, anchor="end")
        for i, part in enumerate([text] if alone else text.split(" "))
    ]


def _versus_lines(style: Style, trace: Trace) -> list[Block]:
    """A line for each convolution: its weights, and those of the same map dense."""
    found = []
    rows = trace.results["rows"]
    names = dict(zip((row["layer"] for row in rows), layer_names(style, trace), strict=True))
    for row in trace.results["versus"]:
        said = Words(
            "{layer}: {conv} weights, shared; the same map from a dense layer: {dense} weights",
            layer=names[row["layer"]],
            conv=thousands(row["conv"]["weights"]),
            dense=f"{row['dense']['formula']} = {thousands(row['dense']['weights'])}",
        )
        found.append(lines(style, style.say(said)))
    return found
