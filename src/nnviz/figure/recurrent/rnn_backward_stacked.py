"""Several layers or both directions of a recurrent net, gone back through."""

from __future__ import annotations

from nnviz.figure.layout.style import Style
from nnviz.figure.recurrent._row import Row, row_block
from nnviz.figure.recurrent._shares import gone_back
from nnviz.figure.recurrent._stacked import measured_stack
from nnviz.figure.recurrent.rnn_stacked import fits as several
from nnviz.figure.scene import Scene
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK, WHOLE = 0, True


def fits(trace: Trace) -> Words | None:
    """Whether there is more than one chain of cells."""
    return several(trace.forward or trace)


def draw(trace: Trace, appearance: Appearance, _: Step | None) -> Scene:
    """The layers over the times."""
    assert trace.forward is not None
    stack = measured_stack(trace.forward, Style.of(appearance), None, trace)
    title = Words("{title}: gradients", title=trace.forward.title)
    return gone_back(trace, appearance, stack, row_block(Row(stack, stack.times)), title)
