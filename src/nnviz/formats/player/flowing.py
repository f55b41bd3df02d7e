"""Texts as browsers set them: a line that flows, with tags only where its look changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nnviz.figure.layout.style import BODY
from nnviz.figure.scene import SHIFT, SMALLER, Text
from nnviz.formats.svg import escape, number, placed

_SHORT = 3
"""Characters that take much the same in every face."""


def flowing(mark: Text) -> str:
    """A text of the measured length; its spaces and the common size are the style sheet's."""
    letters = Counter(span.fill for span in mark.spans for _ in span.text)
    fill = letters.most_common(1)[0][0] if letters else "none"
    bold = all(span.bold for span in mark.spans)
    look = f'{placed(mark)} fill="{fill}"' + ' font-weight="bold"' * bold
    if mark.size != BODY:
        look += f' font-size="{number(mark.size)}"'
    if len(mark.content) > _SHORT:
        look += f' textLength="{number(mark.width)}"'
    return f"<text {look}>{''.join(_spans(mark, fill, bold))}</text>"


def _spans(mark: Text, fill: str, bold: bool) -> Iterator[str]:
    """The pieces of a text, tagged where they look otherwise than the most of it."""
    level = 0.0
    for span in mark.spans:
        look, shift = "", SHIFT[span.place] * mark.size
        if span.place:
            look += f' font-size="{number(mark.size * SMALLER)}"'
        if shift != level and span.text:
            look += f' dy="{number(shift - level)}"'
            level = shift
        if span.fill != fill:
            look += f' fill="{span.fill}"'
        if span.bold != bold:
            look += f' font-weight="{"bold" if span.bold else "normal"}"'
        text = escape(span.text)
        yield f"<tspan{look}>{text}</tspan>" if look and text else text
