"""A recurrent net unrolled and gone back through: each gradient beneath its value, its arrows the
other way; how long the gradients are at each time, and a weight's as the sum over the times.
"""

from __future__ import annotations

from nnviz.figure.layout.style import Style
from nnviz.figure.recurrent._net import one_chain
from nnviz.figure.recurrent._shares import gone_back
from nnviz.figure.recurrent._unrolled import measured_chain
from nnviz.figure.recurrent.rnn_unrolled import chain_rows
from nnviz.figure.scene import Scene
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK, WHOLE = 0, True


def fits(trace: Trace) -> Words | None:
    """Whether it is one chain of cells."""
    return one_chain(trace.forward or trace)


def draw(trace: Trace, appearance: Appearance, _: Step | None) -> Scene:
    """The columns in rows."""
    assert trace.forward is not None
    chain = measured_chain(trace.forward, Style.of(appearance), None, trace)
    title = Words("{title} unrolled, gradients", title=trace.forward.title)
    return gone_back(trace, appearance, chain, chain_rows(chain), title)
