"""Parameters as bars, a row a layer; convolution against dense side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from nnviz.figure.formulas.parameter_counts import counted, counts, layer_names, parameters_page
from nnviz.figure.layout.blocks import Block, lines, remark
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.style import BODY, SMALL, Piece, Style, near4, up4
from nnviz.figure.networks._folded import Line, named_line, rows_of
from nnviz.figure.scene import Mark, Rect, Scene, Text
from nnviz.numerals import ratio, rounded, thousands
from nnviz.records import dataclass
from nnviz.request import Appearance
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

RANK = 0
NAMES = 224
"""The most room that the layers' names take beside the bars."""
NARROW = 480
"""A page with less room has the bars beneath the names."""
BAR = 12
"""The thickness of a bar."""
SEEN = 2
"""The least length of a bar: what is shorter is a line, and said."""

_KINDS: tuple[tuple[str, Role], ...] = (("weights", "weight"), ("biases", "bias"))


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """A row a layer with a bar of its weights and its biases."""
    style = Style.of(appearance)
    names = {
        row["layer"]: name
        for row, name in zip(trace.results["rows"], layer_names(style, trace), strict=True)
    }
    blocks = [
        _parameter_bars(style, trace),
        *(_versus_bars(style, row, names[row["layer"]]) for row in trace.results["versus"]),
    ]
    return parameters_page(style, trace, appearance, step, blocks)


# --- the rows ------------------------------------------------------------------------


@dataclass(frozen=True)
class Scale:
    """From a count to the length of its bar: half as long is half as many."""

    most: int
    length: float

    def exact(self, value: int) -> float:
        """Where a count stands on the scale."""
        return value / max(self.most, 1) * self.length


# --- a row a layer -----------------------------------------------------------------


def _parameter_bars(style: Style, trace: Trace) -> Block:
    total = trace.results["total"]
    rows = rows_of(trace.results["rows"], layer_names(style, trace), trace.sources)
    ends = up4(max(_end(style, t).width for t in (counts(total["params"]), _params_head(style))))
    natural = max(style.width(row.name, BODY) + _beside(style, row) for row in rows)
    wide = style.room >= NARROW
    left = up4(min(natural, NAMES)) + 24 if wide else 0
    length = style.room - left - (ends + 16 if wide else 0)
    scale = Scale(max(row.total("params") for row in rows), length)
    head = _header(style, left)
    marks: list[Mark] = [head.at(0, 0)]
    first = y = head.height + 8
    for row in rows:
        block = _layer_bar(style, row, scale, left, ends)
        marks += [block.at(0, y), *([_rule(style, y - 4)] if y > first else [])]
        y += block.height + 8
    end = _totals(style, total, left)
    marks += [_rule(style, y - 4, style.theme.ink), end.at(0, y)]
    y += end.height
    if any(0 < scale.exact(row.total("params")) < SEEN for row in rows):
        note = _of_lines(style, scale)
        marks.append(note.at(0, y + 4))
        y += note.height + 4
    return Block(style.room, y, tuple(marks))


def _of_lines(style: Style, scale: Scale) -> Block:
    """What a line alone stands for."""
    part = rounded(100 * SEEN / scale.length, 1)
    return remark(style, Words("a line alone is less than {n} % of the longest bar", n=part), SMALL)


def _kept(style: Style, n: int) -> str:
    return style.say(Words("{n} not learned", n=counts(n)))


def _params_head(style: Style) -> str:
    return style.say(Words("parameters"))


def _end(style: Style, said: str, y: float = 20) -> Text:
    """What stands at the right end of a line."""
    return style.text(style.room, y, said, BODY, bold=True, anchor="end")


def _header(style: Style, left: float) -> Block:
    """The names of the columns, and what the two colours are."""
    end, name = _end(style, _params_head(style)), style.say(Words("layer"))
    marks: list[Mark] = [style.text(0, 20, name, BODY, bold=True), end]
    x = first = left or up4(style.width(name, BODY, True)) + 20
    y = 20.0
    for kind, role in _KINDS:
        said = style.say(Words(kind))
        wide = 20 + style.width(said, BODY)
        if x + wide + 16 > end.start and x > first:
            x, y = first, y + 24
        tone = style.theme.tone(role)
        marks.append(Rect(x, y - 12, BAR, BAR, tone.active, tone.line, 1, tone.dash))
        marks.append(style.text(x + 20, y, said, BODY))
        x = up4(x + wide + 20)
    marks.append(_rule(style, y + 12, style.theme.ink))
    return Block(style.room, y + 12, tuple(marks))


def _totals(style: Style, total: dict[str, Any], left: float) -> Block:
    """The line of totals beneath the bars."""
    said = ", ".join(counted(style, total[kind], kind) for kind, _ in _KINDS)
    said += f", {_kept(style, total['kept'])}" if total.get("kept") else ""
    end, first = _end(style, counts(total["params"])), style.say(Words("total"))
    left = left or up4(style.width(first, BODY, True)) + 20
    text = lines(style, said, BODY, room=style.room - left - end.width - 16)
    marks = style.text(0, 20, first, BODY, bold=True), text.at(left, 2), end
    return Block(style.room, text.height + 4, marks)


def _rule(style: Style, y: float, stroke: str | None = None) -> Mark:
    return segments([((0, y), (style.room, y))], stroke or style.theme.rule)


def _beside(style: Style, row: Line) -> float:
    """What its shape takes beside the name; where there is a bar it stands beneath."""
    return 0 if row.total("params") else 8 + up4(style.width(row.shape, SMALL))


def _layer_bar(style: Style, row: Line, scale: Scale, left: float, ends: float) -> Block:
    """A layer: its name and output shape, its bar and what it counts, its parameters."""
    params = row.total("params")
    name = named_line(style, row.name, BODY, (left - 16) if left else style.room - ends - 16)
    marks: list[Mark] = [name.at(0, 0)]
    height = name.height
    room, wide = (left or style.room - ends) - 16, _beside(style, row)
    if not wide or name.width + wide > room:
        marks.append(style.note(0, height + 12, row.shape))
        height += 16
    else:
        marks.append(style.note(name.width + 8, height - 8, row.shape))
    if not params:
        zero = "" if row.joins else counts(params)
        end = style.text(style.room, 16, zero, BODY, fill=style.theme.muted, anchor="end")
        return Block(style.room, height, (*marks, end))
    marks.append(_end(style, counts(params), 16))
    bar = _counted_bar(style, row, scale, left, 8 if left else height + 4)
    return Block(style.room, max(height, bar.height), (*marks, *bar.marks))


def _counted_bar(style: Style, row: Line, scale: Scale, left: float, y: float) -> Block:
    """A bar from (left, y), and beneath it the counts; of several layers, what they add up to."""
    parts = [(role, layer[kind] or 0) for layer in row.layers for kind, role in _KINDS]
    marks = list(_bar(style, parts, scale, left, y))
    said = [
        Piece(counted(style, row.total(kind), kind), style.theme.tone(role).line)
        for kind, role in _KINDS
        if row.total(kind)
    ]
    if kept := sum(layer.get("kept", 0) for layer in row.layers):
        said.append(Piece(_kept(style, kept), style.theme.muted))
    pieces = [p for piece in said for p in (Piece(" + ", style.theme.muted), piece)][1:]
    y += BAR + 2
    for part in [pieces, *([[Piece(row.sum, style.theme.muted)]] if row.sum else [])]:
        text = lines(style, part, SMALL, room=scale.length)
        marks.append(text.at(left, y))
        y += text.height
    return Block(style.room, up4(y), tuple(marks))


def _bar(
    style: Style, parts: Sequence[tuple[Role, int]], scale: Scale, x: float, y: float
) -> Iterator[Mark]:
    """Parts end to end, those too little to be seen with the next; all too little is a line."""
    done = 0
    start = 0.0
    since: list[tuple[int, Role]] = []
    for role, count in parts:
        done += count
        since.append((count, role))
        end = near4(scale.exact(done))
        if end > start and scale.exact(sum(n for n, _ in since)) >= SEEN:
            tone = style.theme.tone(max(since)[1])
            yield Rect(x + start, y, end - start, BAR, tone.active, tone.line, 1, tone.dash)
            start, since = end, []
    if done and not start:
        role = max(parts, key=lambda part: part[1])[0]
        yield segments([((x + 0.5, y), (x + 0.5, y + BAR))], style.theme.tone(role).line)


# --- convolution against dense -----------------------------------------------------


def _versus_bars(style: Style, row: dict[str, Any], layer: str) -> Block:
    """Two bars on one scale: the weights of a convolution, and of the same map dense."""
    conv, dense = row["conv"]["weights"], row["dense"]["weights"]
    scale = Scale(max(conv, dense), 4 * math.floor(style.room / 4))
    formula = f"{row['dense']['formula']} = {thousands(dense)}"
    shared = Words("{weights}, shared", weights=counted(style, conv, "weights"))
    parts = (
        (Words("convolution"), shared, conv),
        (Words("dense layer that makes the same map"), Words("{n} weights", n=formula), dense),
    )
    said = style.say(Words("{layer}: the same map, twice", layer=layer))
    title = lines(style, said, BODY, room=style.room, bold=True)
    marks: list[Mark] = [title.at(0, 0)]
    y = title.height + 8
    for name, text, weights in parts:
        fill = style.theme.tone("weight").line
        both = [Piece(style.say(name) + "   "), Piece(style.say(text), fill)]
        line = lines(style, both, BODY, room=style.room)
        marks += [line.at(0, y - 4), *_bar(style, [("weight", weights)], scale, 0, y + line.height)]
        y += line.height + BAR + 16
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
