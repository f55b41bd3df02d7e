"""A matrix or an image as a picture."""

from __future__ import annotations

from nnviz.figure.layout.blocks import flow, more_channels
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Scene
from nnviz.figure.single._show_parts import SHOWN, matrices, picture_block, title
from nnviz.request import Appearance
from nnviz.shades import colored
from nnviz.trace import Step, Trace

RANK = 5
LARGE = 480
"""The side of a picture that stands alone."""


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The picture in colour, or a picture a channel."""
    style = Style.of(appearance)
    found = matrices(trace, appearance.drawn_sample)
    found = found[None] if colored(found) else found
    if len(found) == 1:
        blocks = [picture_block(style, trace, found[0], None, side=LARGE)]
    else:
        each = [picture_block(style, trace, x, c, side=180) for c, x in enumerate(found[:SHOWN])]
        blocks = [flow(each, style.room, 24), *more_channels(style, len(found) - SHOWN)]
    return page(style, trace, appearance, step, blocks, title=title(trace))
