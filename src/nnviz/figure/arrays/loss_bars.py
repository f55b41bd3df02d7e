"""What a loss compares, as bars: what was made, what it should be, and the gradient between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nnviz.elision import shown
from nnviz.figure.layout.blocks import Block
from nnviz.figure.layout.lines import segments
from nnviz.figure.layout.page import fact_line
from nnviz.figure.layout.style import SMALL, Style, middle, up4
from nnviz.figure.scene import Color, Dash, Mark, Rect
from nnviz.libraries import np
from nnviz.records import NamedTuple
from nnviz.trace import Loss, Role

MOST = 12
"""Bars that are drawn."""
_REACH, _LEAD, _GAP = 72, 24, 12
_ROLES: Sequence[Role] = ("output", "plain", "gradient")


class _Bars(NamedTuple):
    """A row of bars: their heights, what a column has beside them, and how they look."""

    heights: np.ndarray
    margin: int
    stroke: str
    fill: Color
    dash: Dash = ()


def loss_bars(style: Style, loss: Loss, names: Sequence[str] = (), sample: int = 0) -> Block:
    """One row of what a loss compares: of the cross-entropy p and y, of the mean of squares y, t.

    A bar, the dashed outline of what it should be, and a red one as high as is between them, up
    where the output is to fall; `names` are what the numbers stand for.
    """
    if style.on_phone:
        style = style.brief
    rows = [a.reshape(-1, a.shape[-1])[sample] for a in (loss.made, loss.target, loss.gradient)]
    texts = [list(map(style.show, values.tolist())) for values in rows]
    texts.append(list(names) or list(map(str, range(len(rows[0])))))
    said = [fact_line(style, name, symbols) for name, symbols in loss.sides]
    # On a phone what the numbers are stands above them.
    left = 0 if style.on_phone else up4(max(block.width for block in said)) + _GAP
    wide = max(36, up4(max(style.width(text, SMALL) for line in texts for text in line)) + 8)
    most = max(3, min(MOST, int((style.room - left) / wide)))
    columns = shown(len(rows[0]), most, int(rows[1].argmax()))
    picked = [0 if i is None else i for i in columns]
    made, target = (_heights(rows[:2])[k][picked] for k in (0, 1))
    gap = [i is None for i in columns]
    made[gap] = target[gap] = 0
    tones = style.theme.tone("output"), style.theme.tone("gradient")
    filled = _Bars(made, 12, tones[0].line, tones[0].active)
    outlined = _Bars(target, 8, style.theme.ink, None, (4, 3))
    above = _chart(style, [filled, outlined], wide)
    beneath = _chart(style, [_Bars(made - target, 12, tones[1].line, tones[1].active)], wide)

    def numbers(y: float, line: Sequence[str], fill: Color) -> Iterator[Mark]:
        for k, i in enumerate(columns):
            text, x = "⋯" if i is None else line[i], left + (k + 0.5) * wide
            yield style.text(x, middle(y, SMALL), text, SMALL, fill=fill, anchor="middle")

    marks: list[Mark] = [above.at(left, 0)]
    y = above.height + 4
    for block, line, role in zip(said, texts, _ROLES, strict=False):
        marks.append(block.at(left and left - _GAP - block.width, y))
        y += 0 if left else block.height - 4
        marks += numbers(y + _LEAD / 2, line, style.theme.tone(role).line)
        y += _LEAD
    marks.append(beneath.at(left, y + 4))
    y += beneath.height + 4
    marks += numbers(y + 12, texts[3], style.theme.muted)
    width = max(left + wide * len(columns), *(block.width for block in said))
    return Block(width, y + 20, tuple(marks))


def _heights(rows: Sequence[np.ndarray]) -> np.ndarray:
    """Numbers as heights of bars, all of one scale; one that is not finite has no bar."""
    both = np.nan_to_num(np.stack(rows).astype(np.float64), posinf=0, neginf=0)
    span = max(both.max(), 0) / 2 - min(both.min(), 0) / 2  # the whole may be past every float
    return 4 * np.round(both / 2 / (span or 1) * _REACH / 4)


def _chart(style: Style, series: Sequence[_Bars], wide: int) -> Block:
    """Bars that stand on one line, those below zero under it."""
    every = np.concatenate([bars.heights for bars in series])
    top, width = int(max(0, every.max())), wide * len(series[0].heights)
    marks: list[Mark] = []
    for heights, margin, stroke, fill, dash in series:
        for k, high in enumerate(heights.tolist()):
            x, y = k * wide + margin, top - max(high, 0)
            if high:
                marks.append(Rect(x, y, wide - 2 * margin, abs(high), fill, stroke, 1, dash))
    marks.append(segments([((0, top), (width, top))], style.theme.muted))
    return Block(width, top + int(max(0, -every.min())), tuple(marks), top)
