"""Text can be read on every fill, in every theme; roles can be told apart."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from drawing import note, pooled
from helpers import run
from nnviz.errors import UsageError
from nnviz.figure import draw
from nnviz.figure.scene import Box, Image, Text, extent
from nnviz.figure.theme import Theme, Tone, contrast, theme, twins
from nnviz.request import THEMES, Appearance
from nnviz.steps import choose

WEIGHTS = {"Wx": [[0.5, -1], [1, 0]], "Wh": [[0.5, 0], [0, -0.5]], "Wy": [[1, -1]]}
TEXT, LINE = 4.5, 3.0
EVERY = pytest.mark.parametrize("name", THEMES)


def test_a_theme_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="there is no theme sepia") as caught:
        theme("sepia")
    assert "light dark print transparent" in str(caught.value)


def page(found: Theme) -> str:
    return found.page or "#ffffff"


def tones(found: Theme) -> list[Tone]:
    return list(found.roles.values())


@EVERY
def test_ink_is_read_on_every_fill(name: str) -> None:
    """That of cells on all; that of the page where there is no cell."""
    found = theme(name)
    pale = [page(found), found.panel, *(tone.pale for tone in tones(found))]
    fills = [*pale, *found.tints, *(tone.active for tone in tones(found))]
    assert min(contrast(found.number, fill) for fill in fills) >= TEXT
    assert min(contrast(found.ink, fill) for fill in pale) >= TEXT


@EVERY
def test_muted_text_is_read_on_pale_fills(name: str) -> None:
    found = theme(name)
    fills = [page(found), found.panel, *(tone.pale for tone in tones(found))]
    assert min(contrast(found.muted, fill) for fill in fills) >= TEXT


@EVERY
def test_roles_are_read_on_pale_fills_and_deep_ones_on_active_fills(name: str) -> None:
    found = theme(name)
    pale = [page(found), found.panel, *(tone.pale for tone in tones(found))]
    active = [tone.active for tone in tones(found)]
    assert min(contrast(t.line, fill) for t in tones(found) for fill in pale) >= TEXT
    assert min(contrast(t.deep, fill) for t in tones(found) for fill in active) >= TEXT


@EVERY
def test_lines_of_the_scale_are_seen(name: str) -> None:
    found = theme(name)
    assert min(contrast(color, page(found)) for color in found.scale) >= LINE


def test_print_is_grey_and_tells_roles_apart_by_dash() -> None:
    found = theme("print")
    colors = [found.ink, found.muted, *(c for t in tones(found) for c in (t.line, t.active))]
    assert all(c[1:3] == c[3:5] == c[5:7] for c in colors)
    dashes = [found.tone(role).dash for role in ("input", "weight", "output", "hidden", "bias")]
    assert len(set(dashes)) == 5


@pytest.mark.parametrize("ground", ["#000000", "#ffffff"], ids=["dark page", "light page"])
def test_transparent_is_seen_on_any_page(ground: str) -> None:
    """Lines with 3:1; the text of the page and names of roles as near to 4.5:1 as can be."""
    found = theme("transparent")
    assert found.page is None
    lines = [found.rule, found.ink, found.muted, *found.scale, *(t.line for t in tones(found))]
    assert min(contrast(line, ground) for line in lines) >= LINE
    assert min(contrast(ink, ground) for ink in (found.ink, found.muted)) >= TEXT
    assert min(contrast(tone.line, ground) for tone in tones(found)) >= 4.2


LOOKS = {
    "conv": (note(padding=1), "1", None),
    "in perspective": (note(), "5", "iso"),
    "neurons": (run("conv", np.eye(3, dtype=int), kernel=[[1, 2], [3, 4]]), None, "network"),
    "channels": (run("conv", np.ones((2, 3, 3), int), kernel=np.ones((2, 2, 2), int)), "1", None),
    "windows": (pooled(), None, None),
    "recurrent": (run("rnn", np.eye(2), weights=WEIGHTS), "1", None),
    "a cell": (run("rnn", np.eye(2), weights=WEIGHTS), "1", "cell"),
    "a curve": (run("act", [[1, -2], [3, -4]], name="relu"), "1", None),
}


@pytest.mark.parametrize("name", LOOKS)
def test_what_is_drawn_on_no_page_is_seen_on_black_and_on_white(name: str) -> None:
    """Lines and letters that no fill is behind, measured where they stand."""
    trace, steps, view = LOOKS[name]
    appearance = Appearance(theme="transparent", view=view)
    scene = draw(trace, appearance, choose(steps or "none", len(trace.steps)))
    filled: list[tuple[Box, str]] = []
    on_page = on_fill = 0
    for mark in scene.flat():
        if isinstance(mark, Image):
            continue
        under = [fill for box, fill in filled if box.holds(extent(mark))]
        if isinstance(mark, Text):
            colors = {span.fill for span in mark.spans}
        else:
            colors = set(filter(None, [mark.stroke]))
            if mark.fill in {mark.stroke, None}:
                colors |= set(filter(None, [mark.fill]))
            else:
                filled.append((extent(mark), mark.fill or ""))
        for color in colors:
            if isinstance(mark, Text) and under:
                on_fill += 1
                assert contrast(color, under[-1]) >= TEXT, mark
            elif not under:
                on_page += 1
                assert min(contrast(color, page) for page in ("#000000", "#ffffff")) >= LINE, mark
    assert min(on_page, on_fill) > 6


# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
_DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)
_PROTANOPIA = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)


def _linear(color: str) -> list[float]:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def _lab(rgb: list[float]) -> tuple[float, float, float]:
    weights = (
        (0.4124, 0.3576, 0.1805, 0.95047),
        (0.2126, 0.7152, 0.0722, 1.0),
        (0.0193, 0.1192, 0.9505, 1.08883),
    )
    clipped = [min(1.0, max(0.0, c)) for c in rgb]
    xyz = [sum(w * c for w, c in zip(row[:3], clipped, strict=True)) / row[3] for row in weights]
    f = [t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in xyz]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def _apart(one: str, other: str, sight: tuple[tuple[float, ...], ...]) -> float:
    """The distance of two colours as such an eye sees them (CIEDE2000)."""
    seen = [
        _lab([sum(m * c for m, c in zip(row, _linear(color), strict=True)) for row in sight])
        for color in (one, other)
    ]
    return _ciede2000(*seen)


def _ciede2000(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Sharma, Wu and Dalal (2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    c1, c2 = math.hypot((1 + g) * a1, b1), math.hypot((1 + g) * a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, (1 + g) * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    hue, light, chroma = (h1 + turn / 2) % 360, (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    sl = 1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    rt = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    rt *= math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    x, y, z = (l2 - l1) / sl, (c2 - c1) / sc, dh / sh
    return math.sqrt(x * x + y * y + z * z + rt * y * z)


def test_the_distance_of_colours_is_that_of_the_paper() -> None:
    pairs = [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ]
    for one, other, distance in pairs:
        assert _ciede2000(one, other) == pytest.approx(distance, abs=1e-4)


@pytest.mark.parametrize("name", ["light", "dark", "transparent"])
@pytest.mark.parametrize("sight", [_DEUTERANOPIA, _PROTANOPIA], ids=["deutan", "protan"])
def test_roles_of_one_figure_differ_for_colour_blind_eyes(
    name: str, sight: tuple[tuple[float, ...], ...]
) -> None:
    found = theme(name)
    roles = (role for role in found.roles if role != "plain")
    for one, other in combinations(roles, 2):
        a, b = found.tone(one), found.tone(other)
        assert _apart(a.line, b.line, sight) >= 10, (one, other)


def test_each_colour_of_light_has_one_in_dark() -> None:
    """So that a page can follow its reader: no colour stands for two that differ."""
    first, second = theme("light"), theme("dark")
    found = twins(first, second)
    for role, tone in first.roles.items():
        for part in ("line", "pale", "active", "deep"):
            assert found[getattr(tone, part)] == getattr(second.tone(role), part)
    for part in ("page", "ink", "muted", "rule", "panel", "low", "middle", "high"):
        assert found[getattr(first, part)] == getattr(second, part)
    for part in ("tints", "scale", "odd"):
        pairs = zip(getattr(first, part), getattr(second, part), strict=True)
        assert all(found[color] == twin for color, twin in pairs)


def test_every_theme_that_can_be_asked_for_is_there() -> None:
    assert [theme(name).name for name in THEMES] == list(THEMES)
