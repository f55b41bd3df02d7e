"""Counts of parameters in words and figures, as the views of params share them."""

from __future__ import annotations

from collections.abc import Sequence

from nnviz.figure.layout.blocks import Block, column, remark
from nnviz.figure.layout.page import framed, head_of, heading_of
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Scene
from nnviz.numerals import scientific, thousands
from nnviz.request import Appearance
from nnviz.shapes import times
from nnviz.trace import Step, Trace
from nnviz.words import Words


def counts(n: int) -> str:
    """A count in full, up to where two of them would leave a bar no room."""
    return thousands(n) if n < 10**15 else scientific(n, 4)


def counted(style: Style, n: int, kind: str) -> str:
    """150 weights, 1 bias."""
    template = "{n} weights" if kind == "weights" else "{n} biases"
    return style.say(Words(template, n=counts(n)))


def dense_counts(style: Style, inputs: int, outputs: int, *, biased: bool) -> Words:
    """3 × 2 = 6 weights + 2 biases: those of a fully connected layer."""
    n = inputs * outputs
    said = Words("{inputs} × {outputs} = {n} weights", inputs=inputs, outputs=outputs, n=n)
    if not biased:
        return said
    return Words("{weights} + {biases}", weights=said, biases=counted(style, outputs, "biases"))


def layer_names(style: Style, trace: Trace) -> list[str]:
    """What the layers of a net are called, as a textbook does."""
    return [style.say(name) for name in trace.layer_names]


def parameters_page(
    style: Style,
    trace: Trace,
    appearance: Appearance,
    step: Step | None,
    blocks: Sequence[Block],
) -> Scene:
    """A figure of a chain's parameters under its title and the shape that the chain is given."""
    heading = heading_of(style, trace, appearance, step)
    given = [remark(style, fact.label) for fact in trace.facts[:1]]
    head = head_of(style, appearance, heading, (), given, style.room)
    said = Words(
        "{title}: {layers} layers, input {shape}, {n} parameters in all.",
        title=heading,
        layers=len(trace.results["rows"]),
        shape=times(trace.options["input"]),
        n=thousands(trace.results["total"]["params"]),
    )
    return framed(style, column([*head, *blocks], 20), heading, style.say(said))
