"""Colours and line styles: a theme is a value, never a branch in an arrangement.

A hue for a role, the same in every figure: input blue, weight orange, output green, hidden
violet, bias magenta, intermediate grey. Things of one role that must be told apart use
`scale` with a label or dash each, or the two `tints`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnviz.errors import UsageError
from nnviz.figure.scene import Color, Dash
from nnviz.records import dataclass, field, replace
from nnviz.request import THEMES
from nnviz.shades import Poles
from nnviz.trace import Role
from nnviz.words import Words


@dataclass(frozen=True)
class Tone:
    """How one role looks."""

    line: str
    """Outlines and text on the page or on a pale fill."""
    pale: str
    active: str
    deep: str
    """Text of this role on any active fill."""
    dash: Dash = ()
    """The outline's dash, where hue cannot tell roles apart."""


@dataclass(frozen=True)
class Theme:
    """Every colour of a figure."""

    name: str
    page: Color
    ink: str
    number: str
    """The ink of what stands in a cell."""
    muted: str
    rule: str
    panel: str
    """Behind the arithmetic."""
    roles: Mapping[Role, Tone]
    tints: tuple[str, str]
    """Two fills in a checkerboard, for windows of one role."""
    scale: tuple[str, ...]
    """Okabe–Ito: lines of one role, each with a dash of `dashes` or a label."""
    low: str = "#b2182b"
    middle: str = "#f7f7f7"
    high: str = "#2166ac"
    """The ends and centre of the map of signed values."""
    odd: tuple[str, str, str] = ("#00756b", "#c06000", "#b000b0")
    """The stripes of −∞, ∞ and NaN in a picture."""
    dashes: tuple[Dash, ...] = field(default=((), (8, 4), (2, 3), (8, 3, 2, 3), (12, 4), (4, 4)))

    def tone(self, role: Role) -> Tone:
        return self.roles[role]

    @property
    def poles(self) -> Poles:
        """The colours of a map, as `nnviz.shades` takes them."""
        return Poles(self.low, self.middle, self.high, self.odd)


_LIGHT = Theme(
    name="light",
    page="#ffffff",
    ink="#1b2733",
    number="#1b2733",
    muted="#5f6b76",
    rule="#c5ccd3",
    panel="#f6f8fa",
    roles={
        "input": Tone("#1f6fb2", "#eef5fb", "#a9d0ee", "#0f4474"),
        "weight": Tone("#ad5600", "#fdf3e7", "#f7c68b", "#6e3600"),
        "output": Tone("#1d7a4f", "#ecf7f1", "#9fdcbd", "#0d4a2e"),
        "hidden": Tone("#553399", "#f3effb", "#c9b8ee", "#3b2370"),
        "bias": Tone("#931052", "#fbeef6", "#eab6d6", "#6b0a3b"),
        "gradient": Tone("#990800", "#fdf0ee", "#f5b5ad", "#6b0f08"),
        "intermediate": Tone("#5b6670", "#f4f6f8", "#d5dbe1", "#3a444d"),
        "plain": Tone("#1b2733", "#f4f6f8", "#d5dbe1", "#1b2733"),
    },
    tints=("#dfecf7", "#f6e8da"),
    scale=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#3a93c9", "#000000"),
)

_DARK = Theme(
    name="dark",
    page="#12171d",
    ink="#e9eef3",
    number="#e9eef3",
    muted="#a2aeb9",
    rule="#3d4955",
    panel="#1b222a",
    roles={
        "input": Tone("#6db5f0", "#14263a", "#1f4f7e", "#b5dcff"),
        "weight": Tone("#f2a550", "#30210f", "#6e430f", "#ffd9a6"),
        "output": Tone("#5fca98", "#112d1f", "#1b5c3f", "#b4f0d3"),
        "hidden": Tone("#917cf8", "#241d3a", "#4a3a8c", "#dccfff"),
        "bias": Tone("#e4679b", "#34182a", "#742756", "#ffc9e7"),
        "gradient": Tone("#f55a4e", "#33161b", "#7a2433", "#ffd0d8"),
        "intermediate": Tone("#a9b5c0", "#1f262d", "#444f5a", "#d3dbe2"),
        "plain": Tone("#e9eef3", "#1f262d", "#444f5a", "#e9eef3"),
    },
    tints=("#1d3850", "#49331c"),
    scale=("#56b4e9", "#e69f00", "#2fc296", "#cc79a7", "#f0e442", "#d55e00", "#ffffff"),
    low="#ef6a6a",
    middle="#20262c",
    high="#5fa8f0",
    odd=("#2fc296", "#f2a000", "#ff5cff"),
)

_GREYS: dict[Role, Tone] = {
    "input": Tone("#000000", "#ffffff", "#d4d4d4", "#000000"),
    "weight": Tone("#000000", "#f1f1f1", "#cccccc", "#000000", (6, 3)),
    "output": Tone("#000000", "#ffffff", "#d4d4d4", "#000000", (12, 3)),
    "hidden": Tone("#000000", "#f1f1f1", "#cccccc", "#000000", (8, 3, 2, 3)),
    "bias": Tone("#000000", "#ffffff", "#d4d4d4", "#000000", (2, 3)),
    "gradient": Tone("#000000", "#ffffff", "#d4d4d4", "#000000", (2, 2, 8, 2)),
    "intermediate": Tone("#4d4d4d", "#f7f7f7", "#d4d4d4", "#2b2b2b"),
    "plain": Tone("#000000", "#f7f7f7", "#d4d4d4", "#000000"),
}

_PRINT = Theme(
    name="print",
    page="#ffffff",
    ink="#000000",
    number="#000000",
    muted="#4d4d4d",
    rule="#a6a6a6",
    panel="#f7f7f7",
    roles=_GREYS,
    tints=("#ffffff", "#e0e0e0"),
    scale=("#000000", "#4d4d4d", "#000000", "#4d4d4d", "#000000", "#4d4d4d", "#000000"),
    low="#000000",
    middle="#8c8c8c",
    high="#ffffff",
)

_MIDDLE: dict[Role, str] = {
    "input": "#27789b",
    "weight": "#a95c04",
    "output": "#03814d",
    "hidden": "#834cfa",
    "bias": "#db067b",
    "gradient": "#da2f54",
    "intermediate": "#6f7780",
    "plain": "#6f7780",
}
"""Tones between black and white, seen on both."""

_TRANSPARENT = replace(
    _LIGHT,
    name="transparent",
    page=None,
    ink="#6f7780",
    muted="#6f7780",
    rule="#8b949e",
    panel="#ffffff",
    roles={
        role: replace(tone, line=_MIDDLE[role], pale="#ffffff")
        for role, tone in _LIGHT.roles.items()
    },
    scale=(*_LIGHT.scale[:-1], "#6f7780"),
)

_BY_NAME = {theme.name: theme for theme in (_LIGHT, _DARK, _PRINT, _TRANSPARENT)}


def theme(name: str) -> Theme:
    """The theme of this name; a UsageError naming them all."""
    if name not in THEMES:
        raise UsageError(
            "there is no theme {name}",
            name=name,
            hint=Words("there is: {names}", names=" ".join(THEMES)),
        )
    return _BY_NAME[name]


def twins(one: Theme, other: Theme) -> dict[str, str]:
    """Of each colour of a theme, the one that the other has in its place."""
    return dict(zip(_colors(one), _colors(other), strict=True))


def _colors(shown: Theme) -> Iterator[str]:
    yield from (shown.page or "none", shown.ink, shown.number, shown.muted, shown.rule, shown.panel)
    for tone in shown.roles.values():
        yield from (tone.line, tone.pale, tone.active, tone.deep)
    yield from (*shown.tints, *shown.scale, shown.low, shown.middle, shown.high, *shown.odd)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 defines it, from 1 to 21.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
