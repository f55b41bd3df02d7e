"""Transposed convolution in perspective: an input cell floats above the patch that it adds."""

from __future__ import annotations

from nnviz.figure.arrays.grid import cells, changed
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Scene
from nnviz.figure.windows import conv_iso, conv_transpose_equation
from nnviz.figure.windows._named_arrays import input_name, output_name
from nnviz.figure.windows._padded import result
from nnviz.figure.windows._part import Area, Part, Place, part_shown
from nnviz.figure.windows._perspective import Pair, Sheet, in_perspective
from nnviz.request import Appearance
from nnviz.shapes import TransposedAxis, unravel
from nnviz.trace import Step, Trace
from nnviz.words import Words

RANK = 40


def fits(trace: Trace) -> Words | None:
    """One channel a filter, with few cells a side; and an input cell that adds something."""
    return conv_iso.fits(trace)


def draw(trace: Trace, appearance: Appearance, step: Step | None) -> Scene:
    """The planes and the kernel; of a step the first input cell whose patch reaches its cell."""
    style = Style.of(appearance)
    part: Part[TransposedAxis] = part_shown(trace, step, appearance)
    reaching = [(tap.cell[0], tap.cell[1]) for tap in part.taps()]
    at = reaching[0] if reaching else (0, 0)
    extent = _patch(part, at)
    if extent is None:  # all of it is cut off by the padding
        return conv_transpose_equation.draw(trace, appearance, step)
    given = cells(part.x[0], style.precision)
    given = changed(given, {*reaching, at}, state="active")
    below = Sheet(
        result(style, part.y, part.at),
        "output",
        output_name(part),
        part.shape(part.y),
        windows=(extent,),
    )
    above = Sheet(given, "input", input_name(part), part.shape(part.x[0]))
    pair = Pair(style, part, below, above, at, extent)
    if pair.is_too_wide:
        return conv_transpose_equation.draw(trace, appearance, step)
    return in_perspective(pair, trace, appearance, step)


def _patch(part: Part[TransposedAxis], at: Place) -> Area | None:
    """The output's cells that an input cell adds to: (row, column, rows, columns)."""
    reached = [
        place
        for i in range(part.y.size)
        for place in [unravel(i, part.y.shape)]
        if any(tap.cell == at for tap in part.plan.taps(place))
    ]
    if not reached:
        return None
    rows, columns = zip(*reached, strict=True)
    top, left = min(rows), min(columns)
    return top, left, max(rows) - top + 1, max(columns) - left + 1
