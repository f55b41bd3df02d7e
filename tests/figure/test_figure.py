"""Which view draws, what it refuses, and what stands in the note's figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from drawing import NOTE, POOLED, drawn, note, pooled, texts
from helpers import run
from nnviz.errors import NnvizError, UsageError
from nnviz.figure import draw, view_names
from nnviz.figure.scene import Image, Rect, Scene
from nnviz.figure.theme import theme
from nnviz.figure.windows import conv_channels
from nnviz.request import Appearance
from nnviz.trace import Results, Trace
from nnviz.words import Words

RNG = np.random.default_rng(2)
CUBE = np.ones((3, 3, 3), int)
REFUSALS: dict[str, tuple[Callable[[], Scene], type[NnvizError], str]] = {
    "a view that is not there": (
        lambda: draw(note(), Appearance(view="spiral")), UsageError,
        "conv has no view spiral\n  it has: channels, equation",
    ),
    "a view that cannot draw it": (
        lambda: draw(note(), Appearance(view="channels")), NnvizError,
        "the view channels cannot draw this: a filter reads one channel",
    ),
    "too many steps": (
        lambda: draw(run("conv", np.ones((20, 20), int)), Appearance(), range(1, 202)), UsageError,
        "a figure of 201 steps is too many: at most 200\n  choose some with --steps",
    ),
    "a net without layers": (
        lambda: draw(Trace("net", Words("Network"), {}, Results()), Appearance()), NnvizError,
        "no figure can show this: the network has no layers",
    ),
    "a window over three axes": (
        lambda: draw(
            run("conv", CUBE, kernel=np.ones((1, 1, 2, 2, 2), int)), Appearance("equation")
        ),
        NnvizError,
        "the view equation cannot draw this: the window slides over 3 axes",
    ),
    "a sample past the end": (
        lambda: draw(note(), Appearance(sample=1)), NnvizError, "--sample 1 is past the end",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(name: str) -> None:
    make, kind, message = REFUSALS[name]
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value).startswith(message)


def test_views_are_found_by_their_files() -> None:
    assert {"channels", "equation"} <= set(view_names("conv"))
    assert "equation" in view_names("pool")
    assert view_names("nothing of its own") == ("equation", "output")


def test_the_default_is_channels_from_two_channels_on() -> None:
    two = run("conv", RNG.integers(0, 9, (2, 4, 4)), kernel=RNG.integers(0, 9, (2, 2, 2)))
    assert "partial map 1" in texts(drawn(two))
    assert "kernel" in texts(drawn(note()))
    alone = run("conv", RNG.integers(0, 9, (2, 4, 4)), kernel=np.eye(2, dtype=int), depthwise=True)
    assert texts(drawn(alone, view="channels")).count("feature map") == 2


def test_the_whole_result_of_the_note() -> None:
    scene = drawn(note())
    assert scene.desc == "Convolution: input 5×5 ∗ kernel 3×3 = feature map 3×3."
    cells = [t.content for t in scene.texts() if t.cell is not None]
    assert cells[:25] == [str(v) for line in NOTE for v in line]
    assert cells[-9:] == ["6", "9", "11", "10", "4", "4", "7", "7", "4"]
    assert active(scene, "input") == active(scene, "output") == 0


def active(scene: Scene, role: str) -> int:
    """How many cells have the active fill of a role."""
    fill = theme("light").tone(role).active  # type: ignore[arg-type]
    return sum(isinstance(m, Rect) and m.fill == fill for m in scene.flat())


def test_a_step_of_the_note() -> None:
    scene = drawn(note(), 2)
    found = texts(scene)
    assert scene.title == "Convolution, step 2 of 9"
    assert scene.desc.endswith("(0×0) + (1×1) + (1×0) = 9.")
    assert active(scene, "input") == 9
    assert active(scene, "output") == 1
    assert [t for t in found if t in ("×0", "×1")].count("×1") == 5
    assert {"(2×1)", "(3×0)", "(4×1)", " = 9"} <= set(found)
    assert "11" not in found  # the third output is still to come


def test_the_sum_reads_like_the_kernel() -> None:
    scene = drawn(note(), 1)
    rows = sorted({t.y for t in scene.texts() if t.content.startswith("(") and "×" in t.content})
    columns = {t.x for t in scene.texts() if t.content.startswith("(") and "×" in t.content}
    assert len(rows) == len(columns) == 3


def test_long_sums_leave_out_their_middle_and_say_so() -> None:
    trace = run("conv", np.ones((16, 16), int), kernel=np.ones((15, 2), int))
    # Of 15 lines of 1×1 the first eight and the last three, and what the four between add up to.
    assert "(… 8 more terms … = 8)" in texts(drawn(trace, 1))


def test_a_sheet_numbers_its_steps() -> None:
    scene = drawn(note(), 1, 2, 3, 4)
    found = texts(scene)
    assert [t for t in found if t.startswith("step ")] == ["step 1", "step 2", "step 3", "step 4"]
    assert scene.desc == "Convolution: steps 1–4 of 9."
    tops = sorted({t.y for t in scene.texts() if t.content.startswith("step ")})
    assert len(tops) == 2  # two beside each other
    assert drawn(note(), 1, 5, 9).desc == "Convolution: steps 1, 5, 9 of 9."


def test_a_sheet_has_the_kernel_and_the_bias_of_each_filter_once() -> None:
    found = texts(drawn(note(bias=70), 1, 2, 3))
    assert [found.count(name) for name in ("kernel", "bias")] == [1, 1]
    two = run("conv", np.ones((3, 3), int), kernel=np.arange(8).reshape(2, 1, 2, 2))
    found = texts(drawn(two, 1, 2, 5))
    assert [found.count(f"kernel, filter {f}") for f in (0, 1)] == [1, 1]


def test_a_sheet_notes_once_what_the_stride_leaves_out() -> None:
    trace = run("conv", np.ones((4, 5), int), kernel=np.ones((2, 2), int), stride=2)
    said = [t for t in texts(drawn(trace, 1, 2)) if t.startswith("column 4 is not used")]
    assert len(said) == 1


SHEETS: dict[str, Trace] = {
    "conv": note(),
    "channels": run("conv", np.ones((2, 4, 4), int), kernel=np.ones((2, 2, 2), int)),
    "network": run("conv", np.ones((3, 3), int), kernel=np.ones((2, 2), int)),
    "transposed": run("conv", np.ones((2, 2), int), kernel=np.eye(2, dtype=int), transpose=True),
    "pool": pooled(),
    "act": run("act", [[1, -2], [3, -4]], name="relu"),
    "dense": run("dense", [1, 2, 3], weight=np.ones((2, 3), int)),
    "flatten": run("flatten", np.ones((3, 3), int)),
    "rnn": run("rnn", np.eye(3), hidden=2),
    "gru": run("rnn", np.eye(3), hidden=2, cell="gru"),
}


@pytest.mark.parametrize("name", SHEETS)
def test_every_view_makes_sheets_that_say_the_title_once(name: str) -> None:
    trace = SHEETS[name]
    views = []
    for view in view_names(trace.op):
        try:
            scene = drawn(trace, 1, 2, view=view)
        except NnvizError:  # another view's
            continue
        views.append(view)
        found = texts(scene)
        said = ["time t = 1", "time t = 2"] if trace.recurrence else ["step 1", "step 2"]
        assert [t for t in found if t in said] == said
        assert not any("step 1 of" in t for t in found)
        assert found.count(scene.title) == 1
    assert views


def test_the_filter_and_the_sample_of_a_step_are_said() -> None:
    x, w = RNG.integers(0, 9, (2, 1, 4, 4)), RNG.integers(0, 9, (3, 1, 2, 2))
    found = texts(drawn(run("conv", x, kernel=w, bias=np.array([1, 2, 3])), 1 * 27 + 2 * 9 + 1))
    assert {"sample 1 of 2", "input", "kernel, filter 2", "feature map, channel 2", "bias"} <= set(
        found
    )


def test_many_channels_are_counted() -> None:
    trace = run("conv", RNG.integers(0, 9, (16, 3, 3)), kernel=RNG.integers(0, 9, (1, 16, 2, 2)))
    found = texts(drawn(trace, 1))
    assert "… and 13 more channels" in found
    assert any(t.startswith("all 16 channels add up to") for t in found)


def test_unused_rows_are_hatched_and_said() -> None:
    trace = run("conv", np.ones((6, 6), int), kernel=np.ones((3, 3), int), stride=2)
    scene = drawn(trace)
    assert "column 5 is not used: (6 − 3) mod 2 = 1" in texts(scene)
    assert sum(isinstance(m, Rect) and m.hatch is not None for m in scene.flat()) == 11


def test_padding_is_dashed_and_its_values_muted() -> None:
    scene = drawn(note(padding=1))
    muted = theme("light").muted
    zeros = [t for t in scene.texts() if t.cell and t.content == "0" and t.spans[0].fill == muted]
    assert len(zeros) == 49 - 25
    shown = drawn(note(padding=1, padding_mode="replicate"))
    corner = next(t for t in shown.texts() if t.cell is not None)
    assert corner.content == "1"


def test_windows_that_do_not_overlap_are_tinted_and_maxima_ringed() -> None:
    scene = drawn(pooled())
    tints = theme("light").tints
    filled = [m for m in scene.flat() if isinstance(m, Rect) and m.fill in tints]
    assert len(filled) == 16 + 4
    bold = [t.content for t in scene.texts() if t.cell and t.spans[0].bold]
    assert sorted(bold) == sorted(["6", "5", "7", "9"] * 2)
    rings = [m for m in scene.flat() if isinstance(m, Rect) and m.radius]
    assert len(rings) == 4
    assert texts(scene)[:2] == ["Max pooling", "window 2×2"]


def test_overlapping_windows_are_not_tinted() -> None:
    scene = drawn(run("pool", POOLED, kernel=2, stride=1))
    assert not [m for m in scene.flat() if isinstance(m, Rect) and m.fill in theme("light").tints]
    step = drawn(run("pool", POOLED, kernel=2, stride=1, kind="avg"), 2)
    assert any(t.startswith("(3 + 2 + 6 + 5) / 4 = 4") for t in texts(step))


def test_a_title_replaces_the_trace_s() -> None:
    assert drawn(note(), 3, title="합성곱").title == "합성곱, step 3 of 9"


def anything(*shape: int) -> Trace:
    """A trace of an operation that has no view of its own."""
    made = run("dense", np.arange(3), weight=np.arange(6).reshape(2, 3))
    if not shape:
        return replace(made, op="other")
    return replace(made, op="other", arrays={**made.arrays, "input": np.zeros(shape)})


def test_an_operation_without_a_view_is_drawn_as_an_equation() -> None:
    whole, step = texts(drawn(anything())), drawn(anything(), 1)
    assert {"weight", "·", "input", "=", "output", "14"} <= set(whole)
    assert "14" not in texts(step)
    assert active(step, "input") == 3
    assert active(step, "output") == 1
    assert any(image for image in drawn(anything(30, 40)).flat() if isinstance(image, Image))
    with pytest.raises(NnvizError, match="it has more than two axes"):
        draw(replace(anything(2, 2, 2), steps=()), Appearance("equation"))
    with pytest.raises(NnvizError, match="it has no arrays"):
        draw(Trace("other", Words("Other"), {}, Results()), Appearance())


def test_pools_of_pictures() -> None:
    picture = RNG.integers(0, 256, (3, 64, 96))
    for shape, pictures in (((64, 96), 2), ((3, 64, 96), 2), ((2, 64, 96), 4)):
        scene = drawn(run("pool", picture[: shape[0]] if len(shape) == 3 else picture[0], kernel=2))
        images = [m for m in scene.flat() if isinstance(m, Image)]
        assert len(images) == pictures
        assert (images[0].pixels.ndim == 3) is (shape[0] == 3)
    step = drawn(run("pool", picture, kernel=2), 1)
    assert "window" in texts(step)
    assert "… and 2 more channels" in texts(drawn(run("pool", np.ones((5, 4, 4), int), kernel=2)))


def test_one_kernel_for_all_channels_of_a_picture_is_drawn_once() -> None:
    picture = RNG.integers(0, 256, (3, 64, 96))
    shared = drawn(run("conv", picture, kernel=np.eye(3, dtype=int)))
    apart = drawn(run("conv", picture, kernel=np.stack([np.eye(3, dtype=int)] * 3)))
    assert sum(t.cell is not None for t in shared.texts()) == 9
    assert sum(t.cell is not None for t in apart.texts()) == 27


def test_channels_of_pictures() -> None:
    x, w = RNG.integers(0, 256, (3, 40, 40)), RNG.integers(-1, 2, (1, 3, 3, 3))
    found = drawn(run("conv", x, kernel=w), 5, view="channels")
    assert {"channel 2", "partial map 2", "kernel"} <= set(texts(found))
    large = drawn(run("conv", x, kernel=RNG.normal(size=(1, 3, 27, 27))), view="channels")
    assert sum(isinstance(m, Image) for m in large.flat()) >= 6


def test_an_activation_stands_beneath_the_sum() -> None:
    shown = texts(drawn(note(bias=-9, act="relu"), 1))
    assert any(t.startswith("max(0") for t in shown)
    channels = run(
        "conv", RNG.integers(0, 9, (2, 3, 3)), kernel=np.ones((2, 2, 2), int), act="relu"
    )
    assert any(t.startswith("max(0") for t in texts(drawn(channels, 1)))


def test_global_and_adaptive_pooling_are_named() -> None:
    x = pooled().arrays["input"]
    assert drawn(run("pool", x, kind="avg")).title == "Global average pooling"
    adaptive = run("pool", x, adaptive=(2, 2))
    assert texts(drawn(adaptive))[:2] == ["Adaptive max pooling", "output 2×2"]
    assert drawn(adaptive, lang="ko").title == "적응형 최대 풀링"
    assert drawn(adaptive, 1, 2).title == "Adaptive max pooling"


def test_the_numbers_of_large_maps_are_not_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def widest(_: object, arrays: dict[str, np.ndarray]) -> dict[str, str]:
        asked.extend(array.size for array in arrays.values())
        return {}

    monkeypatch.setattr(conv_channels, "widest", widest)
    w = np.ones((2, 2, 2), int)
    drawn(run("conv", np.ones((2, 40, 40), int), kernel=w), 5, view="channels")
    assert asked == []
    drawn(run("conv", np.ones((2, 4, 4), int), kernel=w), 5, view="channels")
    assert asked


def test_partial_maps_of_later_steps_are_empty() -> None:
    channels = np.arange(18).reshape(2, 3, 3)
    trace = run("conv", channels, kernel=np.ones((1, 2, 2, 2), int))
    first, last = (texts(drawn(trace, 1, n)) for n in (1, 4))
    # 0+1+3+4, and 4+5+7+8 of channel 0 at the last step; of channel 1 nine more a cell.
    assert {"8", "44"} <= set(first)
    assert not {"24", "60"} & set(first)
    assert {"24", "60"} <= set(last)
