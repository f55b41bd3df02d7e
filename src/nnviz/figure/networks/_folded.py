"""The rows of a chain's parameters: a layer each, or a block of layers that follows itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from nnviz.branches import Sources, marked
from nnviz.figure.formulas.parameter_counts import counts
from nnviz.figure.layout.blocks import Block, inset, lines
from nnviz.figure.layout.style import Style, up4
from nnviz.numerals import added
from nnviz.shapes import times

COUNTS = "weights", "biases", "params", "macs"
MANY = 20
"""Layers of which there is a row each; of more, repeated blocks are folded."""
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


@dataclass(frozen=True, slots=True)
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
        """What the layers of several turns add up to what they have from."""
        each = [counts(layer["params"]) for layer in self.layers if layer["params"]]
        if self.turns == 1 or len(each) < 2:
            return ""
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
    found, i = [], 0
    while i < len(kinds):
        period, turns = _block(kinds, i) if len(kinds) > MANY else (1, 1)
        end = i + period * turns
        mark = min(marks[i:end], key=len)
        found.append(Line(layers[i:end], names[i : i + period], turns, mark, all(joins[i:end])))
        i = end
    return found


def _block(kinds: Sequence[object], start: int) -> tuple[int, int]:
    """The block from `start` that covers most by repeating, the shortest of those; and how often
    it stands there.
    """
    best = 1, 1
    for period in range(1, LONGEST + 1):
        block, turns = kinds[start : start + period], 1
        while kinds[start + turns * period : start + (turns + 1) * period] == block:
            turns += 1
        if turns > 1 and period * turns > max(best[0] * best[1], 1):
            best = period, turns
    return best
