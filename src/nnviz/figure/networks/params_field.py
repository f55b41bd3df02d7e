"""A receptive field: what an output cell sees in a chain's maps, what an input cell reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from nnviz.fields import Cells, Map, coordinates, runs
from nnviz.figure.arrays.grid import called
from nnviz.figure.layout.blocks import Block, column, lines, remark
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import BODY, SMALL, Style, near4, up4
from nnviz.figure.networks._stages import GAP, Flow, Stage
from nnviz.figure.scene import Command, Mark, Path, Rect, Scene
from nnviz.shapes import times
from nnviz.trace import Role, Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.request import Appearance

RANK = -1
SIDES = 168, 140, 104, 72
"""What the longer side of a map may take, the largest first."""
ROOM = 104
"""The least for a name; maps that are no larger have small ones."""
LOW = 440
"""The height of one chain of maps that is tried for."""
LARGEST, RULED = 24, 5
"""The largest cell, and the smallest that has lines around it."""
SEEN = 1.5
"""What is narrower between two cells is not drawn."""


def fits(trace: Trace) -> Words | None:
    """Whether a cell is asked for."""
    return None if trace.fields else Words("it draws the cell that --field asks for")


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The maps with what the output cell sees in them; beneath, what an input cell reaches."""
    style, fields = Style.of(appearance), trace.fields
    assert fields is not None
    blocks = [_panel(style, Words("what an output cell sees"), fields.maps, fields.sees)]
    if (source := fields.source) is not None:
        reached = fields.around(0, source)
        blocks.append(_panel(style, Words("what an input cell reaches"), fields.maps, reached))
    said = [Words("input {shape}", shape=times(trace.options["input"]))]
    said += [Words("size {size}", size=times(fields.size))] if fields.size else []
    said += [Words("jump {jump}", jump=times(fields.jump))] if fields.jump else []
    facts = [remark(style, " · ".join(map(style.say, said)))]
    title = Words("Receptive field")
    scene = page(style, trace, appearance, step, blocks, title=title, facts=facts)
    told = ". ".join(map(style.say, fields.told))
    return replace(scene, fields=fields, desc=f"{scene.title}: {told}.")


def _panel(style: Style, title: Words, maps: Sequence[Map], lit: Sequence[Cells]) -> Block:
    """The maps in a chain, with the largest cells with which they are not too tall."""
    between: list[Role] = ["intermediate"] * (len(maps) - 2)
    roles: tuple[Role, ...] = ("input", *between, "output")
    flows = [
        Flow(style, list(map(partial(_stage, style, side), maps, lit, roles)), style.room)
        for side in SIDES
    ]
    flow = min(flows, key=lambda flow: (max(LOW, flow.height + GAP), len(flow.rows)))
    return column([lines(style, style.say(title), bold=True), flow.block()], GAP)


def _stage(style: Style, side: int, made: Map, lit: Cells, role: Role) -> Stage:
    """A map under the names of its layers, and in words what of it is lit."""
    size = _size(side, (1, *made.shape)[-2:])
    width, height = size
    names = [style.say(name) for name in made.names]
    room, letters = max(ROOM, width), BODY if side > ROOM else SMALL
    head = column([lines(style, n, letters, room=room, bold=True) for n in names], 0)
    said = [remark(style, times(made.shape), SMALL)]
    fill = style.theme.tone(role).line
    said += [lines(style, style.say(one), SMALL, fill=fill) for one in coordinates(lit)]
    foot = column(said, 0)
    wide = up4(max(width, head.width, foot.width))
    body = partial(_map, style, made.shape, size, lit, role)
    return Stage(head, foot, wide, height, body, called(style, names[0], times(made.shape)))


def _size(side: int, cells: Sequence[int]) -> tuple[int, int]:
    """The width and height of a map: of square cells on the grid, where those are not small."""
    most = min(LARGEST, side / max(cells))
    whole = (n for n in range(int(most), 0, -1) if all(n * count % 4 == 0 for count in cells))
    best = next(whole, 0)
    height, width = (near4(n * (best if best > most / 2 else most)) for n in cells)
    return max(4, width), max(4, height)


def _map(
    style: Style, shape: Sequence[int], size: tuple[int, int], lit: Cells, role: Role
) -> Block:
    """A grid; what is lit is its first path and its last, as a page that lights others knows."""
    tone, (h, w), (width, height) = style.theme.tone(role), (1, *shape)[-2:], size
    wide, high = width / w, height / h
    commands = _lit(((0,), *lit)[-2:], wide, high)
    marks: list[Mark] = [
        Rect(0, 0, width, height, tone.pale),
        Path(commands, tone.active),
        Rect(0, 0, width, height, None, tone.line, 1.5, tone.dash),
        Path(commands, None, tone.line, 2),
    ]
    if min(wide, high) >= RULED and h * w > 1:
        across = [((0, r * high), (width, r * high)) for r in range(1, h)]
        down = [((c * wide, 0), (c * wide, height)) for c in range(1, w)]
        marks.insert(2, segments([*across, *down], style.theme.rule))
    return Block(width, height, tuple(marks), height / 2)


def _lit(cells: Cells, wide: float, high: float) -> tuple[Command, ...]:
    """A rectangle around each run of rows in each run of columns."""
    found: list[Command] = []
    for top, bottom in runs(cells[0], SEEN / high):
        for left, right in runs(cells[1], SEEN / wide):
            x, y, end, foot = left * wide, top * high, (right + 1) * wide, (bottom + 1) * high
            found += [("M", (x, y)), ("L", (end, y)), ("L", (end, foot)), ("L", (x, foot))]
            found.append(("Z", ()))
    return tuple(found)
