"""A sheet: several steps as numbered panels, as a textbook prints steps 1 to 4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nnviz.figure.layout.blocks import Block, column, lines, row
from nnviz.figure.layout.page import (
    fact_lines,
    framed,
    head_of,
    heading_of,
    note_lines,
    sample_said,
    step_said,
)
from nnviz.figure.layout.style import BETWEEN, BODY, FRAME, MARGIN, Style, up4
from nnviz.figure.scene import Group, Rect, Scene
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words


def sheet(trace: Trace, appearance: Appearance, view: Any, steps: Sequence[Step]) -> Scene:
    """The steps as panels, as many side by side as fit the page."""
    style = Style.of(appearance)
    panels = [_panel(trace, appearance, view, style, step) for step in steps]
    width, height = up4(max(p.width for p in panels)), up4(max(p.height for p in panels))
    even = [_panel_frame(style, panel, width, height) for panel in panels]
    across = max(1, int((style.room + BETWEEN) // (even[0].width + BETWEEN)))
    across = min(across, len(panels))
    rows = [row(even[i : i + across], BETWEEN) for i in range(0, len(even), across)]
    titled = getattr(view, "title", None)
    title = heading_of(style, trace, appearance, None, titled(trace) if titled else None)
    own = getattr(view, "facts", None)
    facts = fact_lines(style, trace) if own is None else own(trace, style, steps)
    head = head_of(style, appearance, title, trace.said, facts, style.room)
    body = column(rows, BETWEEN)
    shared = view.shared(trace, style, steps) if hasattr(view, "shared") else []
    notes = note_lines(style, trace, body.width)
    tail = [column(notes, 4)] if notes else []
    block = column([*head, *shared, body, *tail], 20)
    said = Words(
        "{title}: steps {steps} of {count}",
        title=title,
        steps=_step_numbers([s.number for s in steps]),
        count=len(trace.steps),
    )
    return framed(style, block, title, style.say(said) + ".")


def _panel(trace: Trace, appearance: Appearance, view: Any, style: Style, step: Step) -> Block:
    """A panel with its number above it, and where it is in a net of several chains."""
    maker = getattr(view, "panel", None)
    inner = _bare(view, trace, appearance, step) if maker is None else maker(trace, style, step)
    named = [step_said(trace, step), *sample_said(trace, trace.sample_of(step))]
    if trace.recurrence and (place := trace.recurrence.place(step.number)):
        named.append(place)
    number = lines(style, ", ".join(map(style.say, named)), BODY, bold=True)
    return column([number, inner], 8)


def _panel_frame(style: Style, block: Block, width: float, height: float) -> Block:
    """A panel as large as the largest, in a thin frame where that leaves it on the page."""
    if width + FRAME > style.room:
        return replace(block, width=width, height=height, axis=0)
    frame = Rect(0, 0, width + FRAME, height + FRAME, None, style.theme.rule, 1, (), 8)
    return Block(width + FRAME, height + FRAME, (frame, block.at(FRAME / 2, FRAME / 2)))


def _bare(view: Any, trace: Trace, appearance: Appearance, step: Step) -> Block:
    """The figure of a step without what the sheet says once."""
    scene = view.draw(trace, appearance._replace(bare=True), step)
    inside = Group(scene.marks, -MARGIN, -MARGIN)
    return Block(scene.width - 2 * MARGIN, scene.height - 2 * MARGIN, (inside,))


def _step_numbers(steps: Sequence[int]) -> str:
    """1–4, or 1, 5, 9."""
    if list(steps) == list(range(steps[0], steps[-1] + 1)):
        return f"{steps[0]}–{steps[-1]}"
    return ", ".join(str(n) for n in steps)
