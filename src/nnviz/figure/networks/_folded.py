"""The rows of a chain's parameters: a layer each, or a block of layers that follows itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nnviz.figure.formulas.parameter_counts import counts
from nnviz.numerals import added
from nnviz.shapes import times

MANY = 20
"""Layers of which there is a row each; of more, repeated blocks are folded."""
LONGEST = 12
"""Layers of a block that may be repeated."""


@dataclass(frozen=True, slots=True)
class Line:
    """What has a row: a layer, or a block of layers and how often it follows itself."""

    layers: Sequence[dict[str, Any]]
    names: Sequence[str]
    """Of the layers of one turn."""
    turns: int = 1

    @property
    def name(self) -> str:
        said = " → ".join(self.names)
        if self.turns == 1:
            return said
        return f"{self.turns} × ({said})" if len(self.names) > 1 else f"{self.turns} × {said}"

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
        totals = {kind: self.total(kind) for kind in ("weights", "biases", "params", "macs")}
        formula = self.sum or " + ".join(filter(None, (row["formula"] for row in self.layers)))
        return {**self.layers[-1], "layer": self.name, "formula": formula, **totals}


def rows_of(layers: Sequence[dict[str, Any]], names: Sequence[str]) -> list[Line]:
    """A row a layer; of more than MANY, a row for all the turns of a block that repeats."""
    kinds = [(name, tuple(layer["output"])) for layer, name in zip(layers, names, strict=True)]
    found, i = [], 0
    while i < len(kinds):
        period, turns = _block(kinds, i) if len(kinds) > MANY else (1, 1)
        end = i + period * turns
        found.append(Line(layers[i:end], names[i : i + period], turns))
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
