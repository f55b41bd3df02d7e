"""What every view of a recurrent net asks of its trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.figure.kit import Block, Piece, Style, lines
from nnviz.trace import Trace, tokens
from nnviz.words import Words

if TYPE_CHECKING:
    import numpy as np


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


def cell_states(trace: Trace) -> np.ndarray | None:
    """c_0 and the c of every time; None where the cell has no c."""
    import numpy as np

    if "c0" not in trace.arrays:
        return None
    return np.vstack([trace.arrays["c0"].reshape(1, -1), trace.results["c"]])
