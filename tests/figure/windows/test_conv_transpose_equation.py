"""Transposed convolution: what the figure shows reaching a cell is what the sum adds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing import assert_layout, generators
from helpers import run
from nnviz import figure
from nnviz.errors import NnvizError
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Image, Path, Rect, Scene
from nnviz.figure.windows._part import part_of
from nnviz.figure.windows._spread import cut, spread
from nnviz.request import THEMES, Appearance
from nnviz.trace import Trace
from nnviz.words import Words
from view_checks import assert_tidy, drawn, words

STYLE = Style.of(Appearance())
RNG = np.random.default_rng(4)
X = np.array([[1, 2], [3, 4]])
W = np.arange(1, 10).reshape(3, 3)


def tidy(trace: Trace, *steps: int) -> Scene:
    """A checked figure; the window on a picture stands where its pixels make it."""
    scene = figure.draw(trace, Appearance(), steps)
    if any(isinstance(m, Image) for m in scene.flat()):
        assert_layout(scene)
    else:
        assert_tidy(scene)
    return scene


def up(x: Any = X, w: Any = W, **options: Any) -> Trace:
    """A transposed convolution with stride 2."""
    return run("conv", x, kernel=w, transpose=True, **{"stride": 2, **options})


def test_refusals() -> None:
    with pytest.raises(NnvizError, match="the window slides over 3 axes"):
        drawn(up(np.ones((2, 2, 2), int), np.ones((1, 1, 2, 2, 2), int), dims=3), view="equation")
    with pytest.raises(NnvizError, match="--sample 1 is past the end: the batch has 1"):
        drawn(up(), sample=1)


def test_its_views_are_not_those_of_convolution() -> None:
    assert figure.view_names("conv_transpose") == (
        "equation",
        "iso",
        "scatter",
        "output",
    )
    assert "equation" in figure.view_names("conv")
    assert not any("transpose" in name for name in figure.view_names("conv"))


def test_the_whole_spreads_the_input() -> None:
    scene = drawn(up())
    cells = [t.content for t in scene.texts() if t.cell is not None]
    assert cells.count("0") == 49 - 4
    assert [c for c in cells[:49] if c != "0"] == ["1", "2", "3", "4"]
    assert cells[-25:] == [str(v) for v in up().output.reshape(-1)]
    assert "2×2, stride 2" in words(scene)
    assert any(isinstance(m, Path) and m.dash for m in scene.flat())


def test_a_step_shows_the_turned_kernel_and_its_sum() -> None:
    said = words(drawn(up(), 13))
    assert [s for s in said if s.startswith("×")] == ["×9", "×7", "×3", "×1"]
    assert "(4×1) + (3×3) + (2×7) + (1×9) = 36" in said
    assert "24" not in said  # the next output is still to come


@pytest.mark.parametrize("steps", [(), (1,), (1, 2, 3, 4)], ids=["whole", "step 1", "sheet"])
def test_the_kernel_is_drawn_as_it_lies_over_the_spread_input(steps: tuple[int, ...]) -> None:
    scene = drawn(up(w=[[11, 23], [300, 41]], bias=7), *steps)
    said = words(scene)
    assert "turned by 180°" in said
    place = {t.content: (t.x, t.y) for t in scene.texts() if t.cell is not None}
    assert place["41"][1] == place["300"][1] < place["23"][1]
    assert "bias" in said


def test_panels_of_whole_numbers_stand_side_by_side() -> None:
    scene = drawn(up(w=[[1, 2], [3, 4]]), 1, 2, 3, 4)
    titles = [t for t in scene.texts() if t.content.startswith("step ")]
    assert titles[0].y == titles[1].y < titles[2].y
    outputs = [t for t in scene.texts() if t.content == "feature map"]
    inputs = [t for t in scene.texts() if t.content == "input"]
    assert all(a.y < b.y + 40 for a, b in zip(outputs, inputs, strict=True))
    floats = drawn(up(X + 0.25, [[1, 2.5], [3, 4]]), 1, 2)
    first, second = [t for t in floats.texts() if t.content.startswith("step ")]
    assert first.y == second.y


def test_padding_cuts_the_output_and_says_so() -> None:
    scene = drawn(up(padding=1, bias=7))
    hatched = [m for m in scene.flat() if isinstance(m, Rect) and m.hatch is not None]
    assert len(hatched) == 25 - 9
    assert "hatched: cut away" in words(scene)
    assert "bias" in words(scene)
    assert "hatched: cut away" not in words(drawn(up()))


def test_channels_stand_one_below_the_other() -> None:
    x, w = RNG.integers(0, 9, (2, 3, 3)), RNG.integers(0, 9, (2, 3, 2, 2))
    said = words(drawn(up(x, w), 40))
    assert {"input, channel 0", "input, channel 1", "kernel, filter 1"} <= set(said)
    assert "feature map, channel 1" in said
    many = words(drawn(up(np.ones((5, 2, 2), int), np.ones((2, 2), int))))
    assert "… and 2 more channels" in many


def test_a_vector_is_one_row() -> None:
    scene = drawn(up([4, 5, 6], [1, 2, 3]), 3)
    assert "(5×1) + (4×3) = 17" in words(scene)
    assert {"3, stride 2", "7"} <= set(words(scene))
    assert not [said for said in words(scene) if said.startswith("1×")]
    assert words(scene).count("0") == (9 - 3) + 1  # around its cells, and an index


def test_large_maps_are_pictures() -> None:
    trace = up(RNG.integers(0, 9, (40, 50)), W)
    for steps in ((), (500,), (1, 2)):
        found = [m for m in tidy(trace, *steps).flat() if isinstance(m, Image)]
        assert len(found) >= 2
    assert "… and 2 more channels" in words(drawn(up(np.ones((3, 30, 30), int), W)))


GROUPS: dict[str, tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = {
    "a matrix": ((3, 3), (2, 2), {}),
    "a vector": ((4,), (3,), {"dims": 1}),
    "dilation": ((3, 2), (2, 2), {"dilation": 2, "padding": 1}),
    "more padding than reach": ((4, 4), (2, 2), {"padding": 2, "stride": 1}),
    "output padding": ((2, 2), (3, 3), {"output_padding": 1, "bias": 3}),
    "an output shape": ((2, 2), (2, 2), {"output_shape": (5, 5), "stride": 3}),
    "filters": ((2, 2, 2), (2, 3, 2, 2), {"bias": np.array([1, 2, 3])}),
    "groups": ((4, 2, 2), (4, 2, 2, 2), {"groups": 2}),
    "depthwise": ((3, 2, 2), (2, 2), {"depthwise": True}),
    "a batch": ((2, 2, 2, 2), (2, 1, 2, 2), {"padding": 1}),
    "a kernel a channel": ((2, 2, 2), (2, 2, 2), {}),
}


@pytest.mark.parametrize("name", GROUPS)
def test_what_is_drawn_is_what_is_summed(name: str) -> None:
    shape, kernel, options = GROUPS[name]
    trace = up(RNG.integers(1, 9, shape), RNG.integers(1, 9, kernel), **options)
    for step in trace.steps:
        part = part_of(trace, step)
        assert part.at is not None
        assert part.y[part.at] == step.value
        bias = 0 if part.b is None else int(part.b[0])
        total, terms = 0, 0
        for c in range(len(part.x)):
            channel = spread(STYLE, part, c)
            assert channel.window is not None
            top, left, rows, columns = channel.window
            for r, line in enumerate(channel.table):
                for k, cell in enumerate(line):
                    if cell.corner:
                        assert top <= r < top + rows
                        assert left <= k < left + columns
                        total += int(cell.text) * int(cell.corner[1:])
                        terms += 1
            assert top >= 0
            assert left >= 0
            assert top + rows <= len(channel.table)
            assert left + columns <= len(channel.table[0])
        assert total + bias == step.value
        assert terms == len(step.detail["terms"])
        table, (r0, c0) = cut(STYLE, part)
        assert table[part.at[0] + r0][part.at[1] + c0].text == str(step.value)
        drawn(trace, step.number)


@pytest.mark.parametrize("name", THEMES)
def test_every_theme(name: str) -> None:
    for steps in ((), (5,), (1, 2, 3)):
        drawn(up(padding=1), *steps, theme=name)


@pytest.mark.parametrize("speak", ["가", "그리고 아주 긴 말"], ids=["short words", "long words"])
def test_other_languages(monkeypatch: pytest.MonkeyPatch, speak: str) -> None:
    def say(_: Style, said: Words | str) -> str:
        return said if isinstance(said, str) else speak if len(speak) == 1 else f"{said} {speak}"

    monkeypatch.setattr(Style, "say", say)
    for steps in ((), (2,), (1, 2)):
        assert words(drawn(up(np.ones((2, 3, 3), int), bias=1, padding=1), *steps))


@settings(deadline=None, max_examples=15)
@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    channels=st.integers(1, 4),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    padding=st.integers(0, 2),
    scale=st.sampled_from([1, 0.37, 12345678.9, 1e-9, 0]),
    rng=generators,
    data=st.data(),
)
def test_every_size_keeps_the_layout(
    size: tuple[int, int], kernel: tuple[int, int], channels: int, stride: int, dilation: int,
    padding: int, scale: float, rng: np.random.Generator, data: st.DataObject,
) -> None:  # fmt: skip
    x = rng.normal(size=(channels, *size)) * scale
    options = {"stride": stride, "dilation": dilation, "padding": padding, "bias": 0.5}
    try:
        trace = up(x, rng.normal(size=kernel), **options)
    except NnvizError:  # the padding leaves nothing
        return
    step = data.draw(st.none() | st.integers(1, trace.output.size))
    tidy(trace, *([step] if step else []))
    tidy(trace, *range(1, min(2, trace.output.size) + 1))


def test_a_dilated_window_is_outlined_cell_by_cell() -> None:
    scene = drawn(up(np.ones((2, 1, 3, 3)), np.ones((1, 1, 2, 2)), dilation=2), 13)
    tone = STYLE.theme.tone("input").line
    firm = [m for m in scene.flat() if isinstance(m, Rect) and (m.line, m.stroke) == (3, tone)]
    assert len(firm) == len({(m.x, m.y) for m in firm}) == 4
    assert words(scene)[1] == "stride 2 · dilation 2 · sample 0 of 2"
