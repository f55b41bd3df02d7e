"""The gradient of an activation: the curve with its tangents, and what arrives times the slope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from nnviz.figure.formulas.wrapped import worked
from nnviz.figure.layout.blocks import Block, column, flow, more_channels
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Scene
from nnviz.figure.single.act_equation import curve_of
from nnviz.figure.single.any_equation import array_row
from nnviz.libraries import np
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 0
MOST = 12
"""Tangents that are drawn."""
TALL = 180
"""How high each row of arrays of a step may be: beneath them is its product."""


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """What went in beside the curve, or what softmax made of it; beneath, the gradients."""
    style = Style.of(appearance)
    low = style if step is None else style.within(style.room, TALL, cut=True)
    sample = appearance.drawn_sample
    blocks = [
        _forwards(trace, low, step, sample),
        array_row(trace, low, step, trace.equation, style.room, sample),
    ]
    hidden = prod(trace.output.shape[:-2]) // _forward(trace).samples - 1 if step is None else 0
    blocks = [*worked(style, blocks, step), *more_channels(style, hidden)]
    return page(style, trace, appearance, step, blocks)


def panel(trace: Trace, style: Style, step: Step) -> Block:
    """A step for a sheet: its product."""
    arrays = array_row(trace, style, step, trace.equation, style.room)
    return column(worked(style, [arrays], step), 12)


def shared(trace: Trace, style: Style, _: Sequence[Step]) -> list[Block]:
    """The curve with the tangents, once."""
    found = _curve(trace, style, None)
    return [] if found is None else [found]


def _forward(trace: Trace) -> Trace:
    assert trace.forward is not None
    return trace.forward


def _forwards(trace: Trace, style: Style, step: Step | None, sample: int) -> Block:
    """What went in, and what was made of it: on the curve, where there is one."""
    found = _curve(trace, style, step)
    forward, made = _forward(trace), step and _forward(trace).steps[step.number - 1]
    if found is None:
        return array_row(forward, style, made, forward.equation, style.room, sample)
    room = style.room - 32 - (0 if style.on_phone else found.width)
    given = array_row(
        forward, style.within(room, style.tall, cut=style.cut), made, ("input",), room, sample
    )
    return flow([given, found], style.room, 32)


def _curve(trace: Trace, style: Style, step: Step | None) -> Block | None:
    """The curve with a tangent at each number, or at that of a step and its slope."""
    forward = _forward(trace)
    if step is None:
        return curve_of(forward, style, None, _slopes(trace))
    made, slope = forward.steps[step.number - 1], step.detail["terms"][0][2]
    said = style.say(Words("slope {value}", value=style.show(slope)))
    return curve_of(forward, style, made, {float(made.detail["x"]): slope}, said)


def _slopes(trace: Trace) -> Mapping[float, float]:
    """The slopes at some of the numbers."""
    if "slope" not in trace.results:
        return {}
    x, at = np.unique(_forward(trace).arrays["input"], return_index=True)
    some = np.linspace(0, len(x) - 1, min(len(x), MOST)).round().astype(int)
    slopes = trace.results["slope"].reshape(-1)[at[some]]
    return {float(a): float(slope) for a, slope in zip(x[some], slopes, strict=True)}
