"""What every view of a recurrent net asks of its trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.figure.kit import Block, Piece, Style, lines
from nnviz.trace import Step, Trace, tokens
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np

MOST_TIMES = 32
"""More times than three rows of columns can hold."""
MOST_WEIGHTS = 1024
"""Weights a gate up to which cell states are drawn: a step is made for each."""


def one_chain(trace: Trace) -> Words | None:
    """Why it is not one chain of cells; None where it is."""
    layers, directions = trace.options.get("layers", 1), trace.options.get("directions", 1)
    if layers == directions == 1:
        return None
    return Words(
        "it draws one layer in one direction, but there are {layers} layers and "
        "{directions} directions",
        layers=layers,
        directions=directions,
    )


def formulas(trace: Trace, style: Style) -> list[Block]:
    """The formulas of the cell, each symbol in the colour of its role."""
    found = []
    for fact in trace.facts:
        pieces = [Piece(style.say(fact.label) + "  ", style.theme.muted)]
        if fact.equation is not None:
            pieces += [style.piece(t) for t in tokens(fact.equation, style.show)]
        found.append(lines(style, pieces))
    return found


def cell_states(trace: Trace, step: Step | None) -> np.ndarray | None:
    """c_0 and the c of each time that can be drawn, the others not numbers.

    None where the cell has no c, or so many weights that its steps take long to make.
    """
    import numpy as np

    weights = sum(trace.arrays[name].size for name in ("Wx", "Wh"))
    if "c0" not in trace.arrays or weights > 4 * MOST_WEIGHTS:
        return None
    count, now = len(trace.output), 1 if step is None else step.number
    found = np.full((count + 1, trace.output.shape[1]), np.nan)
    found[0] = trace.arrays["c0"].reshape(-1)
    for t in {*range(1, min(count, MOST_TIMES) + 1), max(1, now - 1), now, count}:
        found[t] = trace.steps[t - 1].detail["c"]
    return found
