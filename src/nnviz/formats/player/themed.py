"""Figures as SVG lines that follow a page's light and dark colours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nnviz.figure.scene import Scene
from nnviz.formats.player.flowing import flowing
from nnviz.formats.player.merged import merged
from nnviz.formats.svg import drawing, hatches, patterns

Colors = dict[tuple[str, str], int]
"""The colours `var(--c0)`, `var(--c1)` … stand for, in light and in dark."""
_COLOR = re.compile(r'(?<==")#[0-9a-f]{6}(?=")')
_INK = re.compile(r'^(<text [^>]*) fill="var\(--c0\)"')
_FILL = re.compile(r'fill="var\(--c(\d+)\)"')
"""There are thousands: a class is shorter."""
_CRISP = ' style="image-rendering:pixelated"'


def themed(
    light: Sequence[Scene], dark: Sequence[Scene] | Mapping[str, str], colors: Colors, prefix: str
) -> list[str]:
    """The lines of Scenes, a frame each, that are `dark` where the page is: other Scenes, or the
    same ones in other colours.
    """
    ours = _lines(light, prefix)
    if isinstance(dark, Mapping):
        theirs = [[_COLOR.sub(lambda m: dark.get(m[0], m[0]), line) for line in lines]
                  for lines in ours]  # fmt: skip
    else:
        theirs = _lines(dark, prefix)
    first, *frames = [_two(one, other, colors) for one, other in zip(ours, theirs, strict=True)]
    return [*first, *merged(frames)]


def _lines(scenes: Sequence[Scene], prefix: str) -> list[list[str]]:
    """The hatches of all, then the marks of each."""
    names = hatches(scenes)
    figures = [[*patterns(names, prefix)], *([*drawing(s, names, prefix, flowing)] for s in scenes)]
    return [[line.replace(_CRISP, ' class="crisp"') for line in lines] for lines in figures]


def _two(light: list[str], dark: list[str], colors: Colors) -> list[str]:
    """One figure of two that differ in colours; where more differs, both, one of them seen."""
    if len(light) != len(dark):
        light, dark = ["".join(light)], ["".join(dark)]
    lines = []
    for one, other in zip(light, dark, strict=True):
        pairs = list(zip(_COLOR.findall(one), _COLOR.findall(other), strict=False))
        if _COLOR.sub("", one) == _COLOR.sub("", other):
            parts = _COLOR.split(one)
            names = [f"var(--c{colors.setdefault(pair, len(colors))})" for pair in pairs]
            line = "".join(a + b for a, b in zip(parts, [*names, ""], strict=True))
            lines.append(_FILL.sub(r'class="c\1"', _INK.sub(r"\1", line)))
        else:
            lines.append(f'<g class="in-light">{one}</g><g class="in-dark">{other}</g>')
    return lines
