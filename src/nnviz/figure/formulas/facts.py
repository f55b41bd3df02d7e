"""What the signs of a trace's facts mean."""

from __future__ import annotations

from nnviz.figure.layout.blocks import Block, remark
from nnviz.figure.layout.style import SMALL, Style
from nnviz.trace import Trace, text
from nnviz.words import Words


def product_note(trace: Trace, style: Style) -> list[Block]:
    """What the sign between two vectors means, where there is one."""
    if "⊙" not in text([f.equation for f in trace.facts if f.equation], style.show):
        return []
    return [remark(style, Words("⊙ multiplies two vectors number by number"), SMALL)]
