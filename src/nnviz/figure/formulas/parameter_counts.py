"""Counts of parameters in words and figures, as the views of params share them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnviz.figure.layout.blocks import Block, column, lines, remark
from nnviz.figure.layout.style import BODY, ROOM, Style
from nnviz.figure.scene import Mark
from nnviz.numerals import scientific, thousands
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words


def counts(n: int) -> str:
    """A count in full, up to where two of them would leave a bar no room."""
    return thousands(n) if n < 10**15 else scientific(n, 4)


_COUNTED = {
    "weights": ("{n} weight", "{n} weights"),
    "biases": ("{n} bias", "{n} biases"),
}


def counted(style: Style, n: int, kind: str) -> str:
    """150 weights, 1 bias."""
    one, many = _COUNTED[kind]
    return style.say(Words(one if n == 1 else many, n=counts(n)))


def command(style: Style, text: str, size: int, room: float) -> Block:
    """A layer's command, going on below at its options rather than inside one."""
    rows = [""]
    for part in text.replace(" -", "\n-").split("\n"):
        longer = f"{rows[-1]} {part}".strip()
        if rows[-1] and style.width(longer, size) > room:
            rows.append(part)
        else:
            rows[-1] = longer
    return column([lines(style, row, size, room=room) for row in rows], 0)


def facts_of(style: Style, trace: Trace) -> list[Block]:
    """The shape that the chain is given, and what else is said of it."""
    return [remark(style, fact.label) for fact in trace.facts]


def said_of(style: Style, trace: Trace, heading: str) -> str:
    """One sentence for a screen reader."""
    said = Words(
        "{title}: {layers} layers, input {shape}, {n} parameters in all.",
        title=heading,
        layers=len(trace.results["rows"]),
        shape=times(trace.options["input"]),
        n=thousands(trace.results["total"]["params"]),
    )
    return style.say(said)


def closing(style: Style, total: Mapping[str, Any], left: float) -> Block:
    """The line of totals beneath the bars."""
    said = ", ".join(counted(style, total[kind], kind) for kind in ("weights", "biases"))
    end = style.text(ROOM, 20, counts(total["params"]), BODY, bold=True, anchor="end")
    middle = lines(style, said, BODY, room=ROOM - left - end.width - 16)
    marks: list[Mark] = [
        style.text(0, 20, style.say(Words("total")), BODY, bold=True),
        middle.at(left, 2),
        end,
    ]
    return Block(ROOM, middle.height + 4, tuple(marks))
