"""Inside a recurrent cell gone back through: its wires, and beneath each value its gradient."""

from __future__ import annotations

from nnviz.figure.layout.blocks import Block, column, remark
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import SMALL, Style
from nnviz.figure.recurrent.rnn_wiring import drawing
from nnviz.figure.scene import Scene
from nnviz.recurrence import Chain, Recurrence
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 20


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The cell at the time of the step, else at the last but one: a gradient comes to it from
    above and from the time after.
    """
    style, (net, plan) = Style.of(appearance), _forward(trace)
    at = _at(trace, step)
    title = Words("{title}, gradients inside the cell", title=net.title)
    place = plan.place(at.number) or Words("time {t}", t=at.index[0] + 1)
    blocks, said = _drawn(trace, style, at), [remark(style, place)]
    return page(style, trace, appearance, None, blocks, title=title, facts=said)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet."""
    return column(_drawn(trace, style, _at(trace, step)), 12)


def _forward(trace: Trace) -> tuple[Trace, Recurrence]:
    assert trace.forward is not None
    assert trace.forward.recurrence is not None
    return trace.forward, trace.forward.recurrence


def _at(trace: Trace, step: Step | None) -> Step:
    """The step of the forward run: of the chain whose gradient it is, else of the first."""
    (net, plan), end = _forward(trace), str(trace.options["of"]).partition("_")[2]
    chain = next((c for c in plan.chains if plan.end(c) == f"_{end}"), Chain(0, 0))
    timed = step is not None and trace.places[0].first == 1
    time = step.index[0] + 1 if step and timed else max(1, plan.length - 1)
    return net.steps[plan.number(time, chain) - 1]


def _drawn(trace: Trace, style: Style, at: Step) -> list[Block]:
    net, _ = _forward(trace)
    lines = [Words("with each value its gradient; at the left, what goes on to the time before")]
    if "c0" in net.arrays:
        lines.append(Words("c's straight road back: times the forget gate alone"))
    blocks = drawing(net, style, at, numbers=True, back=trace.adjoints[at.number - 1])
    return [*blocks, column([remark(style, said, SMALL) for said in lines], 4)]
