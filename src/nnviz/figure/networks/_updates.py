"""What a step of training does to each array that was learned: w − η·∂L/∂w, in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import dropwhile

from nnviz.figure.arrays.loss_bars import loss_bars
from nnviz.figure.arrays.thumbnail import thumbnail
from nnviz.figure.layout.blocks import Block, column, flow, lines, on_top, remark
from nnviz.figure.layout.page import fact_line
from nnviz.figure.layout.style import SMALL, Piece, Style, near4
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words

ROOM = 104, 104
"""What the pictures of an array may take."""
ARRAYS = 12
"""That are drawn."""


def losses(style: Style, net: Trace) -> list[Block]:
    """The loss, after a step of training the new one, and what was found of the gradients."""
    own = dropwhile(lambda fact: fact.equation is None, net.facts)
    return [fact_line(style, *fact) for fact in own]


def compared(style: Style, trace: Trace, sample: int) -> list[Block]:
    """What the loss compares as bars, where gradients are shown."""
    net = trace.forward or trace
    if net.loss is None or not trace.states:
        return []
    return [loss_bars(style, net.loss, net.classes.get("output", ()), sample)]


def updates(style: Style, trace: Trace) -> Iterator[Block]:
    """Each array, less so much of its gradient, and what comes of it; several abreast."""
    drawn = [_update(style, each) for each in trace.updates[:ARRAYS]]
    if drawn:
        head = lines(style, style.say(Words("a step of training")), bold=True)
        yield column([head, flow(drawn, style.room, 40, 24)], 12)
    if hidden := len(trace.updates) - len(drawn):
        yield remark(style, Words("… and {n} more", n=hidden), SMALL)


def _update(style: Style, update: Trace) -> Block:
    """Its name and shape above it; on a phone each part is on a line of its own."""
    shape = times(update.arrays["before"].shape)
    name = [Piece(style.say(update.title), None, True), Piece(f"  {shape}", style.theme.muted)]
    parts = [_part(style, update, each) for each in update.equation]
    return on_top(column([lines(style, name, SMALL), flow(parts, style.room, 12)], 8))


def _part(style: Style, update: Trace, name: str) -> Block:
    if not name.isidentifier():
        return lines(style, name)
    block = thumbnail(style, update.array(name), update.roles[name]).block(ROOM)
    return replace(block, axis=near4(block.height / 2))
