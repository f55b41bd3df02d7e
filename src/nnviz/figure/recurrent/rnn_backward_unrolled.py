"""A recurrent net unrolled and gone back through: each gradient beneath its value, its arrows the
other way; how long the gradients are at each time, and a weight's as the sum over the times.
"""

from __future__ import annotations

from nnviz.figure.layout.blocks import Block, column
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style
from nnviz.figure.recurrent._net import one_chain
from nnviz.figure.recurrent._shares import shares
from nnviz.figure.recurrent._unrolled import measured_chain
from nnviz.figure.recurrent.rnn_unrolled import chain_rows
from nnviz.figure.scene import Scene
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK, WHOLE = -1, True


def fits(trace: Trace) -> Words | None:
    """Whether it is one chain of cells."""
    return one_chain(trace.forward or trace)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The columns in rows."""
    style = Style.of(appearance)
    assert trace.forward is not None
    chain = measured_chain(trace.forward, style, None, trace)
    title = Words("{title} unrolled, gradients", title=trace.forward.title)
    legend = style.note(0, 12, style.say(Words("bars: how long ∂h is at each time")))
    blocks = [column([chain_rows(chain), Block(legend.width, 16, (legend,))], 12)]
    blocks += shares(trace, style)
    return page(style, trace, appearance, step, blocks, title=title, facts=[*chain.shapes_said()])
