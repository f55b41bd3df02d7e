"""Figures as SVG lines that follow a page's light and dark colours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from nnviz.figure.scene import Hatch, Image, Scene
from nnviz.formats.player.flowing import flowing
from nnviz.formats.player.merged import merged
from nnviz.formats.svg import drawing, hatches, patterns

Colors = dict[tuple[str, str], int]
"""The colours `var(--c0)`, `var(--c1)` … stand for, in light and in dark."""
_COLOR = re.compile(r'(?<==")#[0-9a-f]{6}(?=")')
_INK = re.compile(r'^(<text [^>]*) fill="var\(--c0\)"')
_FILL = re.compile(r'fill="var\(--c(\d+)\)"')
"""There are thousands: a class is shorter."""
_PICTURE = "<image "
_CRISP = ' style="image-rendering:pixelated"'


def themed(
    light: Sequence[Scene],
    dark: Mapping[str, str],
    twin: Callable[[int], Scene],
    colors: Colors,
    prefix: str,
) -> list[str]:
    """The lines of Scenes, a frame each, that have other colours where the page is `dark`.

    `twin` draws a frame for a dark page: only of new pictures, whose pixels are other ones.
    """
    names = hatches(light)
    ours = [[*patterns(names, prefix)], *(_lines(scene, names, prefix) for scene in light)]
    pictures: dict[str, str] = {}
    for i, lines in enumerate(ours[1:] if dark else ()):
        here = [line for line in lines if line.startswith(_PICTURE)]
        if not pictures.keys() >= set(here):
            theirs = twin(i)
            alone = tuple(mark for mark in theirs.flat() if isinstance(mark, Image))
            alike = _lines(replace(theirs, page=None, marks=alone), names, prefix)
            pictures |= zip(here, alike, strict=True)

    def other(line: str) -> str:
        return pictures.get(line) or _COLOR.sub(lambda m: dark.get(m[0], m[0]), line)

    first, *frames = [[_two(line, other(line), colors) for line in lines] for lines in ours]
    return [*first, *merged(frames)]


def _lines(scene: Scene, names: Mapping[Hatch, str], prefix: str) -> list[str]:
    return [
        line.replace(_CRISP, ' class="crisp"') for line in drawing(scene, names, prefix, flowing)
    ]


def _two(one: str, other: str, colors: Colors) -> str:
    """One line of two that differ in colours; where more differs, both, one of them seen."""
    pairs = list(zip(_COLOR.findall(one), _COLOR.findall(other), strict=False))
    if _COLOR.sub("", one) != _COLOR.sub("", other):
        return f'<g class="in-light">{one}</g><g class="in-dark">{other}</g>'
    names = [f"var(--c{colors.setdefault(pair, len(colors))})" for pair in pairs]
    line = "".join(a + b for a, b in zip(_COLOR.split(one), [*names, ""], strict=True))
    return _FILL.sub(r'class="c\1"', _INK.sub(r"\1", line))
