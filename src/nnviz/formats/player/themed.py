"""Figures as SVG lines that follow a page's light and dark colours and share what repeats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nnviz.figure.scene import Scene
from nnviz.formats._fonts import faces
from nnviz.formats.svg import svg

_COLOR = re.compile(r'(?<==")#[0-9a-f]{6}(?=")')
_CRISP = ' style="image-rendering:pixelated"'
_LONG = 300
"""Characters from which a line that repeats is written once."""


@dataclass(frozen=True, slots=True)
class ThemedFigures:
    """The figures of a page, a line a mark."""

    figures: tuple[tuple[str, ...], ...]
    shared: tuple[str, ...]
    """Marks that several figures use, each with its id."""
    colors: tuple[tuple[str, str], ...]
    """The colours `var(--c0)`, `var(--c1)` … stand for, in light and in dark."""
    two: bool
    """Whether there is a dark form at all."""
    whole: Scene
    """Every mark of every figure, for the fonts they need."""

    def faces(self, embedded: bool) -> Iterator[str]:
        """The @font-face rules, where fonts are to be in the page."""
        if embedded:
            yield from faces(self.whole.texts(), self.whole.fonts)


def themed(light: Sequence[Scene], dark: Sequence[Scene] | None) -> ThemedFigures:
    """Scenes, and the same ones in dark colours where the page follows its reader."""
    colors: dict[tuple[str, str], int] = {}
    figures = []
    for i, scene in enumerate(light):
        one = _svg_lines(scene, f"f{i}-")
        other = one if dark is None else _svg_lines(dark[i], f"f{i}-")
        figures.append(_merged(one, other, colors))
    figures, shared = _sharing(figures)
    whole = replace(light[0], marks=tuple(mark for scene in light for mark in scene.marks))
    return ThemedFigures(
        tuple(map(tuple, figures)), tuple(shared), tuple(colors), dark is not None, whole
    )


def _svg_lines(scene: Scene, prefix: str) -> list[str]:
    """The marks of a figure, without its head: title and description become labels."""
    text = svg(scene, prefix=prefix).replace(_CRISP, ' class="crisp"')
    body = text[text.index("</desc>") + len("</desc>") : text.rindex("</svg>")]
    return body.strip("\n").split("\n")


def _merged(light: list[str], dark: list[str], colors: dict[tuple[str, str], int]) -> list[str]:
    """One figure of two that differ in colours; where more differs, both, one of them seen."""
    if len(light) != len(dark):
        light, dark = ["".join(light)], ["".join(dark)]
    merged = []
    for one, other in zip(light, dark, strict=True):
        pairs = list(zip(_COLOR.findall(one), _COLOR.findall(other), strict=False))
        if _COLOR.sub("", one) == _COLOR.sub("", other):
            parts = _COLOR.split(one)
            names = [f"var(--c{colors.setdefault(pair, len(colors))})" for pair in pairs]
            merged.append("".join(a + b for a, b in zip(parts, [*names, ""], strict=True)))
        else:
            merged.append(f'<g class="in-light">{one}</g><g class="in-dark">{other}</g>')
    return merged


def _sharing(figures: list[list[str]]) -> tuple[list[list[str]], list[str]]:
    """Long lines that several figures have, written once and used."""
    counts = Counter(
        line for lines in figures for line in dict.fromkeys(lines) if len(line) >= _LONG
    )
    names = {line: f"s{i}" for i, line in enumerate(x for x, n in counts.items() if n > 1)}
    used = [
        [f'<use href="#{names[line]}"/>' if line in names else line for line in lines]
        for lines in figures
    ]
    return used, [f'<g id="{name}">{line}</g>' for line, name in names.items()]
