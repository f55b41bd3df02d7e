"""The gradient of pooling as it is drawn: where each lands, where several meet, and ties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.backpropagation import backward
from nnviz.figure.arrays.grid import cells
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Rect, Scene, Text
from nnviz.figure.windows import pool_backward_equation
from nnviz.request import THEMES, Appearance
from nnviz.trace import Trace
from view_checks import drawn, words

X = [[1, 3, 2, 1], [4, 6, 5, 0], [7, 2, 9, 8], [0, 5, 3, 4]]
G = [[1, 2], [3, 4]]
G3 = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


def back(x: Any, g: Any = None, **options: Any) -> Trace:
    return backward(run("pool", x, **options), g)


def grids(scene: Scene) -> list[dict[tuple[int, int], Text]]:
    """The numbers of each array in the order in which they stand, by row and column."""
    found: list[dict[tuple[int, int], Text]] = []
    for text in scene.texts():
        if text.at is not None:
            if text.at == (0, 0):
                found.append({})
            found[-1][text.at] = text
    return found


def corners(scene: Scene) -> list[str]:
    """What stands small in cells."""
    return [t.content for t in scene.texts() if t.cell is not None and t.at is None]


def fills(scene: Scene, texts: Sequence[Text]) -> list[str | None]:
    """The last fill under each number."""
    rects = [m for m in scene.flat() if isinstance(m, Rect) and m.fill]
    return [[r.fill for r in rects if (r.x, r.y) == t.cell[:2]][-1] for t in texts if t.cell]


def test_a_gradient_has_the_tint_of_its_window_where_it_lands() -> None:
    scene = drawn(back(X, G, kernel=2))
    _, arrived, landed = grids(scene)
    assert {at: t.content for at, t in landed.items() if t.content != "0"} == {
        (1, 1): "1",
        (1, 2): "2",
        (2, 0): "3",
        (2, 2): "4",
    }
    places = [(1, 1), (1, 2), (2, 0), (2, 2)]
    made = fills(scene, [landed[at] for at in places])
    assert made == fills(scene, list(arrived.values()))
    assert len(set(made)) == 2
    muted = Style.of(Appearance()).theme.muted
    assert {t.spans[0].fill == muted for t in landed.values() if t.content == "0"} == {True}


def test_where_windows_overlap_letters_say_which_gradients_meet() -> None:
    scene = drawn(back(X, G3, kernel=2, stride=1))
    landed = grids(scene)[-1]
    assert {at: t.content for at, t in landed.items() if t.content != "0"} == {
        (1, 1): "3",
        (1, 2): "3",
        (2, 0): "11",
        (2, 2): "28",
    }
    assert corners(scene) == [*"abcdefghi", "a+b", "c", "d+g", "e+f+h+i"]
    assert "a letter for each window; where gradients meet, they are added" in words(scene)


def test_the_shares_of_an_average_and_where_they_meet() -> None:
    scene = drawn(back(X, G3, kernel=2, stride=1, kind="avg"))
    assert corners(scene)[:9] == ["×1/4"] * 9
    assert corners(scene)[9:] == ["+"] * 12  # all but the corners of the map
    assert "slope  y′ = 1 / 4" in words(scene)
    cut = back(X, kernel=3, stride=2, kind="avg", padding=1, count_include_pad=False)
    assert not [said for said in words(drawn(cut)) if said.startswith("slope")]


def test_a_step_outlines_the_windows_of_its_cell_and_says_what_each_hands_back() -> None:
    scene = drawn(back(X, G3, kernel=2, stride=1, kind="avg"), 6)
    firm = [m for m in scene.flat() if isinstance(m, Rect) and m.line == 3]
    assert sorted(m.now for m in firm if m.now) == ["gradient"] * 5 + ["input"] * 4
    assert corners(scene) == ["×1/4"] * 4
    said = "".join(words(scene))
    assert "(1×0.25) + (2×0.25) + (4×0.25) + (5×0.25) = 3" in said
    one = drawn(back([[3, 4]], [[10]], kernel=(1, 2), kind="lp"), 2)
    assert corners(one) == ["×0.8"]
    assert "(10×(4 / 5)) = 8" in "".join(words(one))


def test_a_tie_is_told_with_its_window_and_the_cell_that_wins() -> None:
    told = (
        "tie: output row 0, column 1 has its maximum in 2 cells; "
        "the first, row 0, column 2, gets the gradient"
    )
    trace = back([[1, 2, 5, 0], [3, 4, 0, 5]], kernel=2)
    assert told in words(drawn(trace))
    assert [n for n in range(1, 9) if told in words(drawn(trace, n))] == [3, 8]
    assert [step.value for step in trace.steps] == [0, 0, 1, 0, 0, 1, 0, 0]
    assert not [w for w in words(drawn(back(X, kernel=2))) if "tie" in w or "first" in w]
    assert "… and 13 more windows with a tie" in words(drawn(back(np.zeros((8, 8)), kernel=2)))


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("width", [360, 720])
@pytest.mark.parametrize("theme", THEMES)
def test_on_every_page(theme: str, width: int, lang: str) -> None:
    look: dict[str, Any] = {"theme": theme, "width": width, "lang": lang}
    photo = np.arange(40 * 60).reshape(40, 60) % 97
    for x, options in (
        (X, {"kernel": 2}),
        (X, {"kernel": 3, "stride": 2, "padding": 1, "kind": "avg"}),
        (np.arange(3 * 49).reshape(3, 7, 7) % 13 / 7, {"kernel": 3, "stride": 1, "kind": "lp"}),
        (photo, {"kernel": 3, "stride": 2}),
        ([1, 5, 3, 3, 2, 8, 4], {"kernel": 3, "stride": 2}),
    ):
        trace = back(x, **options)
        drawn(trace, **look)
        assert drawn(trace, 4, **look).height <= (640 if width == 720 else 840)
        drawn(trace, 1, 5, **look)


def test_of_a_photograph_no_table_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell takes a microsecond, and a copy of all for each window took minutes."""
    made = 0

    def counted(array: np.ndarray, *more: Any) -> Any:
        nonlocal made
        made += array.size
        return cells(array, *more)

    monkeypatch.setattr(pool_backward_equation, "cells", counted)
    trace = back(np.arange(3 * 90 * 90).reshape(3, 90, 90) % 97, kernel=2)
    drawn(trace)
    drawn(trace, 5)
    drawn(trace, 1, 5)
    assert made == 0


def naive(x: np.ndarray, kernel: int, stride: int) -> dict[tuple[int, int], list[int]]:
    """Of each cell the numbers of the windows whose first maximum it is."""
    found: dict[tuple[int, int], list[int]] = {}
    count = 0
    for top in range(0, x.shape[0] - kernel + 1, stride):
        for left in range(0, x.shape[1] - kernel + 1, stride):
            window = x[top : top + kernel, left : left + kernel]
            r, c = divmod(int(window.argmax()), kernel)
            found.setdefault((top + r, left + c), []).append(count)
            count += 1
    return found


@settings(max_examples=30)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(3, 6), st.randoms())
def test_what_lands_is_what_the_windows_of_its_letters_hand_back(
    kernel: int, stride: int, n: int, rng: Any
) -> None:
    x = np.array(rng.choices(range(9), k=n * n)).reshape(n, n)  # many ties
    out = (n - kernel) // stride + 1
    g = np.array(rng.choices(range(1, 9), k=out * out)).reshape(out, out)
    scene = drawn(back(x, g, kernel=kernel, stride=stride))
    expected = naive(x, kernel, stride)
    landed = {at: t.content for at, t in grids(scene)[-1].items() if t.content != "0"}
    assert landed == {at: str(g.ravel()[some].sum()) for at, some in expected.items()}
    if "a" in corners(scene):
        letters = ["+".join(chr(97 + i) for i in some) for _, some in sorted(expected.items())]
        few = ["+" if text.count("+") > 3 else text for text in letters]
        assert corners(scene)[out * out :] == few
