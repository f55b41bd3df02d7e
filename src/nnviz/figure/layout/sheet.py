"""A sheet: several steps as numbered panels, as a textbook prints steps 1 to 4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nnviz.figure.layout.blocks import Block, column, lines, on_top, row
from nnviz.figure.layout.page import (
    explained,
    fact_lines,
    framed,
    head_of,
    heading_of,
    note_lines,
    sample_said,
    step_said,
)
from nnviz.figure.layout.style import MARGIN, SMALL, Style, up4
from nnviz.figure.scene import Group, Rect, Scene
from nnviz.request import Appearance
from nnviz.trace import Step, Trace
from nnviz.words import Words

FRAME, BETWEEN = 16, 16
"""What the frame of a panel takes of its width, and the gap between two."""
READ = 240
"""The least width of sentences, which a phone's page has."""
TALL = 1200
"""How high the panels may be before more of them stand side by side."""
NUMBER, LEAST = 20, 180
"""What a panel's number takes of its height, and the least that is left to what it shows."""


def sheet(trace: Trace, appearance: Appearance, view: Any, steps: Sequence[Step]) -> Scene:
    """The steps as panels, as many side by side as fit the page."""
    style = Style.of(appearance)
    body = _arranged(trace, appearance, view, style, steps)
    titled = getattr(view, "title", None)
    title = heading_of(style, trace, appearance, None, titled(trace) if titled else None)
    own = getattr(view, "facts", None)
    facts = fact_lines(style, trace) if own is None else own(trace, style, steps)
    shared = view.shared(trace, style, steps) if hasattr(view, "shared") else []
    head = _headed(style, head_of(style, appearance, title, trace.said, facts, style.room), shared)
    notes = [] if appearance.plain else note_lines(style, trace, body.width)
    tail = [column(notes, 4)] if notes else []
    block = column([*head, body, *tail], 20)
    said = Words(
        "{title}: steps {steps} of {count}",
        title=title,
        steps=_step_numbers([s.number for s in steps]),
        count=len(trace.steps),
    )
    return framed(style, block, title, style.say(said) + ".")


def _headed(style: Style, head: Sequence[Block], shared: Sequence[Block]) -> list[Block]:
    """Title and facts, and what all panels share: right of them where it has room."""
    both = [*head, *shared]
    gap = style.room - sum(block.width for block in both)
    if len(head) == len(shared) == 1 and gap >= 2 * BETWEEN:
        return [row([on_top(block) for block in both], gap)]
    return both


def _arranged(
    trace: Trace, appearance: Appearance, view: Any, style: Style, steps: Sequence[Step]
) -> Block:
    """The panels: as many side by side as the view can have with all of them on a page; where
    that is none, with the middle of its arrays left out; else one below the other.
    """
    # Equations between vectors stand in lines of their own: they take the page.
    abreast = () if steps[0].equations else getattr(view, "ABREAST", ())
    for across, cut in (
        [(n, False) for n in abreast] + [(n, True) for n in abreast[:1]] + [(1, True)]
    ):
        room = (style.room - BETWEEN * (across - 1)) // across - FRAME
        lines = -(-len(steps) // across)
        tall = max(LEAST, (TALL + BETWEEN) // lines - BETWEEN - FRAME - NUMBER)
        inner = style.within(room, tall, cut=cut)
        found: list[Block] = []
        for step in steps:
            panel = _panel(trace, appearance, view, inner, step)
            if panel is None or (panel.width > room and across > 1):
                break
            found.append(panel)
        if len(found) == len(steps):
            break
    width, height = up4(max(p.width for p in found)), up4(max(p.height for p in found))
    if 1 < across <= len(steps):
        width = max(width, 4 * int(room // 4))
    even = [_panel_frame(style, panel, width, height) for panel in found]
    fitting = max(1, int((style.room + BETWEEN) // (even[0].width + BETWEEN)))
    rows = [row(even[i : i + fitting], BETWEEN) for i in range(0, len(even), fitting)]
    return column(rows, BETWEEN)


def _panel(
    trace: Trace, appearance: Appearance, view: Any, style: Style, step: Step
) -> Block | None:
    """A panel, and above it its number, and where it is in a net of several chains.

    None where the view cannot have it so small.
    """
    maker = getattr(view, "panel", None)
    if appearance.explain and style.room < READ:
        return None
    inner = _bare(view, trace, appearance, step) if maker is None else maker(trace, style, step)
    if inner is None:
        return None
    if appearance.explain:
        room = min(style.room, max(inner.width, READ))
        inner = column([inner, explained(style, trace, step, room)], 8)
    named = [step_said(trace, step), *sample_said(trace, trace.sample_of(step))]
    if trace.recurrence and (place := trace.recurrence.place(step.number)):
        named.append(place)
    number = lines(style, ", ".join(map(style.say, named)), SMALL, bold=True)
    return column([number, inner], 4)


def _panel_frame(style: Style, block: Block, width: float, height: float) -> Block:
    """A panel as large as the largest, in a thin frame where that leaves it on the page."""
    if width + FRAME > style.room:
        return replace(block, width=width, height=height, axis=0)
    frame = Rect(0, 0, width + FRAME, height + FRAME, None, style.theme.rule, 1, (), 8)
    return Block(width + FRAME, height + FRAME, (frame, block.at(FRAME / 2, FRAME / 2)))


def _bare(view: Any, trace: Trace, appearance: Appearance, step: Step) -> Block:
    """The figure of a step without what the sheet says once."""
    scene = view.draw(trace, appearance._replace(plain=True, explain=False), step)
    inside = Group(scene.marks, -MARGIN, -MARGIN)
    return Block(scene.width - 2 * MARGIN, scene.height - 2 * MARGIN, (inside,))


def _step_numbers(steps: Sequence[int]) -> str:
    """1–4, or 1, 5, 9."""
    if list(steps) == list(range(steps[0], steps[-1] + 1)):
        return f"{steps[0]}–{steps[-1]}"
    return ", ".join(str(n) for n in steps)
