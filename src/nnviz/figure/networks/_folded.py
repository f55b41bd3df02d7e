"""The rows of a chain's parameters: a layer each, or a block of layers that follows itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnviz.branches import Sources, marked
from nnviz.figure.formulas.parameter_counts import counts
from nnviz.figure.layout.blocks import Block, inset, lines
from nnviz.figure.layout.style import Style, up4
from nnviz.numerals import added
from nnviz.records import dataclass, replace
from nnviz.shapes import times

COUNTS = "weights", "biases", "params", "macs"
MANY = 20
"""Layers of which there is a row each; of more, repeated blocks are folded, and what learns
nothing and works cell by cell stands with the layer before it."""
LONGEST = 12
"""Layers of a block that may be repeated."""
MARKS = "•\u00a0", "\u00a0" * 3
"""Before the first layer of a lane, and before others in it."""


def named_line(style: Style, name: str, size: int, room: float, *, bold: bool = False) -> Block:
    """A name that goes on below beside its mark."""
    said = name.lstrip("".join(MARKS))
    mark = name[: -len(said)]
    left = up4(style.width(mark, size)) if mark else 0
    block = inset(lines(style, said, size, room=room - left, bold=bold), left)
    sign = lines(style, mark, size).marks if "•" in mark else ()
    return replace(block, marks=(*sign, *block.marks))


@dataclass(frozen=True)
class Line:
    """What has a row: a layer, or a block of layers and how often it follows itself."""

    layers: Sequence[dict[str, Any]]
    names: Sequence[str]
    """Of the layers of one turn."""
    turns: int = 1
    mark: str = ""
    """Before the name of one in a branch."""
    joins: bool = False
    """Whether branches meet in it, which counts nothing."""

    @property
    def name(self) -> str:
        said = " → ".join(self.names)
        if self.turns > 1:
            said = f"{self.turns} × ({said})" if len(self.names) > 1 else f"{self.turns} × {said}"
        return self.mark + said

    @property
    def shape(self) -> str:
        return times(self.layers[-1]["output"])

    def total(self, kind: str) -> int:
        return added(layer[kind] for layer in self.layers)

    @property
    def sum(self) -> str:
        """What several turns add up to what they have from."""
        if self.turns == 1 or not self.total("params"):
            return ""
        period = len(self.names)
        turns = [self.layers[i : i + period] for i in range(0, len(self.layers), period)]
        each = [counts(added(layer["params"] for layer in turn)) for turn in turns]
        return f"{len(each)} × {each[0]}" if len(set(each)) == 1 else " + ".join(each)

    @property
    def row(self) -> dict[str, Any]:
        """It as a row of the results: the sums, and what the last of its layers makes and sees."""
        totals: dict[str, Any] = {kind: self.total(kind) for kind in COUNTS}
        if self.joins:
            totals = dict.fromkeys(COUNTS, "")
        formula = self.sum or " + ".join(filter(None, (row["formula"] for row in self.layers)))
        return {**self.layers[-1], "layer": self.name, "formula": formula, **totals}


def rows_of(
    layers: Sequence[dict[str, Any]], names: Sequence[str], sources: Sources = ()
) -> list[Line]:
    """A row a layer; of more than MANY, a row for all the turns of a block that repeats."""
    sources = sources or [(n,) for n in range(len(layers))]
    marks = marked(sources, *MARKS)
    joins = [len(taken) > 1 for taken in sources]
    shapes = [tuple(layer["output"]) for layer in layers]
    kinds = [*zip(marks, names, joins, shapes, strict=True)]
    follows = [
        i > 0 and sources[i] == (i,) and shapes[i] == shapes[i - 1] and layer["params"] == 0
        for i, layer in enumerate(layers)
    ]
    found, i = [], 0
    while i < len(kinds):
        period, turns = _block(kinds, sources, i, follows[i]) if len(kinds) > MANY else (1, 1)
        end = i + period * turns
        while len(kinds) > MANY and turns == 1 and end < len(kinds) and follows[end]:
            if _block(kinds, sources, end, True)[1] > 1:
                break
            period, end = period + 1, end + 1
        mark = min(marks[i:end], key=len)
        found.append(
            Line(layers[i:end], names[i : i + period], turns, mark, joins[i] and turns == 1)
        )
        i = end
    return found


def _block(kinds: Sequence[object], sources: Sources, start: int, follows: bool) -> tuple[int, int]:
    """The block from `start` that covers most by repeating, the shortest of those; and how often
    it stands there. What follows another layer begins no block of several.
    """
    best = 1, 1
    for period in range(1, 2 if follows else LONGEST + 1):
        block, turns = kinds[start : start + period], 0
        for at in range(start, len(kinds) - period + 1, period):
            if kinds[at : at + period] != block or not _closed(sources, at, at + period):
                break
            turns += 1
        if turns > 1 and period * turns > max(best[0] * best[1], 1):
            best = period, turns
    return best


def _closed(sources: Sources, start: int, end: int) -> bool:
    """Whether nothing goes into these layers but at their first, or out of them but at their
    last: no branch begins or ends within. Layers are numbered from 1, the input is 0.
    """
    inside = all(start <= source for taken in sources[start:end] for source in taken)
    return inside and not any(start < s < end for taken in sources[end:] for s in taken)
