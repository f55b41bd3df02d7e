"""Parameters as bars, a row a layer; convolution against dense side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nnviz.figure.formulas.parameter_counts import command, counted, counts, parameters_page
from nnviz.figure.layout.blocks import Block, lines, remark
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.style import BODY, SMALL, Style, middle, near4, up4
from nnviz.figure.scene import Mark, Rect, Scene, Text
from nnviz.numerals import raised, ratio, thousands
from nnviz.request import Appearance
from nnviz.shapes import times
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

RANK = 0
NAMES = 216
"""The room of the layers' names."""
BAR = 12
"""The thickness of a bar."""
LOG_FROM = 100
"""How many times the smallest bar the largest is where a linear scale would hide it."""


_KINDS: tuple[tuple[str, Role], ...] = (("weights", "weight"), ("biases", "bias"))


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """A row a layer with a bar for its weights and one for its biases."""
    style = Style.of(appearance)
    blocks = [
        _parameter_bars(style, trace),
        *(_versus_bars(style, row) for row in trace.results["versus"]),
    ]
    return parameters_page(style, trace, appearance, step, blocks)


# --- the scale -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scale:
    """From a count to the length of its bar."""

    most: int
    log: bool
    length: float

    def __call__(self, value: int) -> int:
        """The length of a bar, a multiple of 4; what is not nothing is seen."""
        return max(4, near4(self.exact(value))) if value > 0 else 0

    def exact(self, value: int) -> float:
        """Where a count stands on the scale."""
        if self.log:
            part = (math.log10(value) + _BEFORE) / (math.log10(self.most) + _BEFORE)
            return part * self.length
        return value / self.most * self.length


_BEFORE = 0.3
"""Where a logarithmic scale begins: this part of a power of ten before 1, so that 1 is seen."""


def scale_of(rows: list[dict[str, Any]], length: float) -> Scale:
    """The scale on which the longest bar of some layers has this length."""
    found = [row[kind] for row in rows for kind in ("weights", "biases") if row[kind]]
    most, least = max(found, default=1), min(found, default=1)
    return Scale(most, most >= LOG_FROM * least, length)


# --- a row a layer -----------------------------------------------------------------


def _parameter_bars(style: Style, trace: Trace) -> Block:
    rows, total = trace.results["rows"], trace.results["total"]
    ends = up4(max(_end(style, t).width for t in (counts(total["params"]), _params_head(style))))
    left = NAMES + 16
    said = (counted(style, row[kind], kind) for row in rows for kind, _ in _KINDS)
    beside = up4(max(style.width(text, SMALL) for text in said) + 8)
    scale = scale_of(rows, max(64, style.room - ends - 16 - left - beside))
    head = _header(style, left)
    marks: list[Mark] = [head.at(0, 0)]
    first = y = head.height + 8
    for row in rows:
        block = _layer_bars(style, row, scale, left)
        marks += [block.at(0, y), *([_rule(style, y - 4)] if y > first else [])]
        y += block.height + 8
    if scale.log:
        marks += _log_axis(style, scale, left, y)
        y += 32
    end = _totals(style, total, left)
    marks += [_rule(style, y - 4, style.theme.ink), end.at(0, y)]
    return Block(style.room, y + end.height, tuple(marks))


def _params_head(style: Style) -> str:
    return style.say(Words("parameters"))


def _end(style: Style, said: str, y: float = 20) -> Text:
    """What stands at the right end of a line."""
    return style.text(style.room, y, said, BODY, bold=True, anchor="end")


def _header(style: Style, left: float) -> Block:
    """The names of the columns, and what the two colours are."""
    end = _end(style, _params_head(style))
    marks: list[Mark] = [style.text(0, 20, style.say(Words("layer")), BODY, bold=True), end]
    x, y = left, 20.0
    for kind, role in _KINDS:
        said = style.say(Words(kind))
        wide = 20 + style.width(said, BODY)
        if x > left and x + wide + 16 > end.start:
            x, y = left, y + 24
        marks += [_count_bar(style, role, x, y - 12, 12), style.text(x + 20, y, said, BODY)]
        x = up4(x + wide + 20)
    marks.append(_rule(style, y + 12, style.theme.ink))
    return Block(style.room, y + 12, tuple(marks))


def _totals(style: Style, total: dict[str, Any], left: float) -> Block:
    """The line of totals beneath the bars."""
    said = ", ".join(counted(style, total[kind], kind) for kind, _ in _KINDS)
    end = _end(style, counts(total["params"]))
    text = lines(style, said, BODY, room=style.room - left - end.width - 16)
    first = style.text(0, 20, style.say(Words("total")), BODY, bold=True)
    return Block(style.room, text.height + 4, (first, text.at(left, 2), end))


def _rule(style: Style, y: float, stroke: str | None = None) -> Mark:
    return segments([((0, y), (style.room, y))], stroke or style.theme.rule)


def _log_axis(style: Style, scale: Scale, left: float, y: float) -> list[Mark]:
    """Powers of ten along a logarithmic scale."""
    said = style.say(Words("logarithmic scale"))
    found = [(left + scale.exact(10**power), text) for power, text in _powers(style, scale)]
    return [
        _rule(style, y - 4),
        style.note(0, y + 16, said),
        *(style.note(x, y + 16, text, "middle") for x, text in found),
        segments([((x, y - 4), (x, y + 2)) for x, _ in found], style.theme.muted),
    ]


def _powers(style: Style, scale: Scale) -> list[tuple[int, str]]:
    """The powers of ten on the axis: each in full digits, else as many as have room, evenly."""
    last = len(str(scale.most)) - 1
    full = [(power, thousands(10**power)) for power in range(last + 1)]
    if _labels_apart(style, scale, full):
        return full
    every = [(power, _ten_to(power)) for power in range(last + 1)]
    steps = (every[::step] for step in range(1, last + 2))
    return next(found for found in steps if _labels_apart(style, scale, found))


def _ten_to(power: int) -> str:
    return ("1", "10")[power] if power < 2 else f"10{raised(power)}"


def _labels_apart(style: Style, scale: Scale, ticks: list[tuple[int, str]]) -> bool:
    """Whether no label touches the next."""
    ends = [
        (scale.exact(10**power) - half, scale.exact(10**power) + half)
        for power, half in ((power, style.width(said, SMALL) / 2) for power, said in ticks)
    ]
    return all(b[0] - a[1] >= 8 for a, b in pairwise(ends))


def _layer_bars(style: Style, row: dict[str, Any], scale: Scale, left: float) -> Block:
    """A layer: its text and output shape, its bars, its parameters."""
    name, params = command(style, row["layer"], BODY, NAMES), row["params"]
    height = name.height + 20
    fill = None if params else style.theme.muted
    at, said = middle(height / 2, BODY), counts(params)
    marks: list[Mark] = [
        name.at(0, 0),
        style.note(0, name.height + 12, times(row["output"])),
        style.text(style.room, at, said, BODY, fill=fill, bold=bool(params), anchor="end"),
    ]
    kinds = [(kind, role) for kind, role in _KINDS if row[kind]]
    y = 4 * round((height - len(kinds) * (BAR + 8) + 8) / 8)
    for kind, role in kinds:
        length, at = scale(row[kind]), middle(y + BAR / 2, SMALL)
        said, fill = counted(style, row[kind], kind), style.theme.tone(role).line
        marks.append(_count_bar(style, role, left, y, length))
        marks.append(style.text(left + length + 8, at, said, SMALL, fill=fill))
        y += BAR + 8
    return Block(style.room, height, tuple(marks))


def _count_bar(style: Style, role: Role, x: float, y: float, length: float) -> Mark:
    tone = style.theme.tone(role)
    return Rect(x, y, length, BAR, tone.active, tone.line, 1, tone.dash)


# --- convolution against dense -----------------------------------------------------


def _versus_bars(style: Style, row: dict[str, Any]) -> Block:
    """Two bars on a linear scale: the weights of a convolution, and of the same map dense."""
    conv, dense = row["conv"]["weights"], row["dense"]["weights"]
    scale = Scale(max(conv, dense, 1), False, style.room)
    formula = f"{row['dense']['formula']} = {thousands(dense)}"
    shared = Words("{weights}, shared", weights=counted(style, conv, "weights"))
    parts = (
        (Words("convolution"), shared, conv),
        (Words("dense layer that makes the same map"), Words("{n} weights", n=formula), dense),
    )
    said = style.say(Words("{layer}: the same map, twice", layer=row["layer"]))
    title = lines(style, said, BODY, room=style.room, bold=True)
    marks: list[Mark] = [title.at(0, 0)]
    y = title.height + 8
    for name, text, weights in parts:
        label = style.text(0, y + 12, style.say(name), BODY)
        fill = style.theme.tone("weight").line
        line = lines(style, style.say(text), BODY, room=style.room - label.width - 24, fill=fill)
        marks += [label, line.at(up4(label.width + 24), y - 4)]
        y += max(24, line.height)
        marks.append(_count_bar(style, "weight", 0, y, scale(weights)))
        y += BAR + 16
    if conv and dense > conv:
        note = remark(style, _ratio(conv, dense), SMALL)
        marks.append(note.at(0, y - 8))
        y += note.height
    return Block(style.room, y, tuple(marks))


def _ratio(conv: int, dense: int) -> Words:
    """How many times as many weights the dense layer has."""
    whole = dense % conv == 0 or dense >= 10 * conv
    n = ratio(dense, conv, 0 if whole else 1)
    if dense % conv:
        return Words("about {n} times as many, and none of them shared", n=n)
    return Words("{n} times as many, and none of them shared", n=n)
