"""A matrix or an image as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnviz.figure.layout.page import ROOM, Style, flow, page
from nnviz.figure.scene import Scene
from nnviz.figure.single._show_parts import SHOWN, matrices, more_channels, picture_block
from nnviz.shades import colored
from nnviz.trace import Step, Trace
from nnviz.words import Words

if TYPE_CHECKING:
    from nnviz.request import Appearance

RANK = 5
LARGE = 480
"""The side of a picture that stands alone."""


def fits(_: Trace) -> Words | None:
    """Every array."""
    return None


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The picture in colour, or a picture a channel."""
    style = Style.of(appearance)
    found = matrices(trace, appearance.sample)
    if len(found) == 3 and _in_color(trace, appearance.sample):
        import numpy as np

        block = picture_block(style, trace, np.stack(found), None, side=LARGE)
        return page(style, trace, appearance, step, [block], title=_title(trace))
    if len(found) == 1:
        one = picture_block(style, trace, found[0], None, side=LARGE)
        return page(style, trace, appearance, step, [one], title=_title(trace))
    blocks = [
        picture_block(style, trace, array, c, side=180) for c, array in enumerate(found[:SHOWN])
    ]
    rows = flow(blocks, 24, ROOM)
    return page(
        style,
        trace,
        appearance,
        step,
        [rows, *more_channels(style, len(found))],
        title=_title(trace),
    )


def _in_color(trace: Trace, sample: int) -> bool:
    x = trace.arrays["input"]
    return colored(x if x.ndim == 3 else x[sample])


def _title(trace: Trace) -> Words:
    return Words("Image") if trace.image else trace.title
