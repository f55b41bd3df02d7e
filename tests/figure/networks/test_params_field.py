"""The maps of a chain with what one cell sees in them, and reaches."""

from __future__ import annotations

from typing import Any

import pytest

from helpers import run
from nnviz.errors import NnvizError
from nnviz.figure.scene import Box, Path, Rect, Scene, extent
from nnviz.figure.theme import theme
from nnviz.request import THEMES
from nnviz.trace import Trace
from view_checks import drawn, words

LAYER = "conv --filters 4 --size 3 --pad 1 | act relu"
DEEP = " | ".join([*[LAYER] * 3, "pool -k 2"] * 3)
NETS: dict[str, tuple[str, tuple[int, ...], tuple[int, ...]]] = {
    "lenet": ("conv --filters 6 --size 5 --pad 2 | act relu | pool -k 2", (1, 28, 28), (2, 3)),
    "holes": ("conv --filters 2 --size 3 --dilation 2 | pool -k 2", (1, 16, 16), (1, 2)),
    "deep": (DEEP, (3, 224, 224), (3, 3)),
    "signal": ("conv -k '1 2 3' --dims 1 | pool -k 2 --dims 1", (20,), (4,)),
    "nothing": ("conv --transpose --size 1 --filters 2 --stride 3", (1, 6, 6), (1, 1)),
    "tall": ("conv --filters 2 --size 3", (1, 300, 4), (100, 0)),
    "one cell": ("conv -k 1", (1, 1), (0, 0)),
    "large kernel": ("conv --filters 2 --size 40 --dilation 2", (1, 500, 500), (9, 9)),
}


def asked(name: str) -> Trace:
    net, shape, field = NETS[name]
    return run("params", None, net=net, input=shape, field=field)


@pytest.mark.parametrize("width", [320, 360, 720, 1280])
@pytest.mark.parametrize("name", NETS)
def test_it_is_tidy_at_every_width(name: str, width: int) -> None:
    for lang in ("en", "ko"):
        scene = drawn(asked(name), width=width, lang=lang)
        assert scene.width <= width
        assert min(text.size for text in scene.texts()) >= 11


@pytest.mark.parametrize("look", THEMES)
def test_it_is_tidy_in_every_theme(look: str) -> None:
    assert lit(drawn(asked("holes"), theme=look), look, "input")


def test_a_deep_chain_has_its_place_on_a_page() -> None:
    assert drawn(asked("deep")).height <= 1400


def test_without_a_cell_the_bars_are_drawn_and_the_view_says_why() -> None:
    trace = run("params", None, net="conv -k box", input=(5, 5))
    assert "total" in words(drawn(trace))
    with pytest.raises(NnvizError, match="cannot draw this: it draws the cell that --field asks"):
        drawn(trace, view="field")


def lit(scene: Scene, look: str = "light", role: Any = "input") -> list[Path]:
    """What is filled in the maps of a role."""
    fill = theme(look).tone(role).active
    return [m for m in scene.flat() if isinstance(m, Path) and m.fill == fill]


def test_what_is_seen_is_filled_where_it_stands_and_said() -> None:
    """Output 1,2 of 3×3 with holes, then 2×2: rows 2–7 without any left out, columns 4–9."""
    scene = drawn(asked("holes"))
    seen, middle = map(extent, lit(scene))
    frames = [m for m in scene.flat() if isinstance(m, Rect) and m.fill]
    first = frames[0]
    cell = first.width / 16
    assert seen == Box(first.x + 4 * cell, first.y + 2 * cell, 6 * cell, 6 * cell)
    assert middle.width == middle.height == cell
    for said in (
        "rows 2–7",
        "columns 4–9",
        "row 1",
        "column 2",
        "input 1×16×16 · size 6×6 · jump 2×2",
    ):
        assert said in words(scene)
    assert "output cell 1,2 sees 36 cells of the input: rows 2–7, columns 4–9" in scene.desc


def test_holes_are_left_open() -> None:
    trace = run("params", None, net="conv -k box --dilation 2", input=(7, 7), field=(0, 0))
    (seen, _) = lit(drawn(trace))
    assert sum(letter == "M" for letter, _ in seen.commands) == 9


def test_each_map_can_be_read_out() -> None:
    labels = [p for p in drawn(asked("lenet")).parts() if isinstance(p, str)]
    assert labels == ["input, 28 by 28", "conv 5×5, 6, 28 by 28", "max pool 2×2, 14 by 14"] * 2


def test_of_a_cell_that_sees_nothing_there_is_no_way_back() -> None:
    said = words(drawn(asked("nothing")))
    assert "rows —" in said
    assert "what an input cell reaches" not in said
