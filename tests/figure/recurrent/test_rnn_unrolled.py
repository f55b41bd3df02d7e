from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz import figure
from nnviz.errors import NnvizError
from nnviz.figure.layout.style import Style
from nnviz.figure.recurrent._unrolled import measured_chain
from nnviz.figure.scene import Box, Path, Rect, Scene, extent
from nnviz.read import Named
from nnviz.request import Appearance
from nnviz.trace import Trace
from view_checks import assert_tidy, drawn, words

X = [[-0.2, 0.7], [0.9, -0.7], [-0.6, -0.8]]
WEIGHTS: dict[str, Any] = {
    "Wx": np.array([[0.5, -1.3], [0.0, -0.6], [0.4, -1.4]]),
    "Wh": np.array([[-0.7, -0.4, -0.6], [0.5, 0.1, 0.5], [0.3, -1.0, -0.3]]),
    "b": np.array([-0.1, 0.0, -0.1]),
    "Wy": np.array([[0.99, 0.99, 1.01]]),
}


def _note(**options: Any) -> Trace:
    return run("rnn", X, weights=WEIGHTS, **options)


def _text(text: str, **options: Any) -> Trace:
    return run("rnn", None, text=text, **options)


def test_the_note_is_drawn_with_its_values_names_and_formulas() -> None:
    said = words(drawn(_note(), precision=3))
    for expected in ["y1", "h0", "h3", "x2", "Wh 3×3", "Wx 3×2", "Wy 1×3", "−2.02", "1.51", "1.31"]:
        assert expected in said
    assert said[0] == "RNN unrolled"
    assert "hidden state  ht = tanh(Wx·xt + Wh·ht−1 + b)" in said


@pytest.mark.parametrize(
    ("options", "ys", "xs"),
    [
        pytest.param({"mode": "many-to-many"}, ["y1", "y2", "y3"], ["x1", "x2", "x3"], id="all"),
        pytest.param({"mode": "many-to-one"}, ["y3"], ["x1", "x2", "x3"], id="last y"),
        pytest.param(
            {"mode": "one-to-many", "length": 3}, ["y1", "y2", "y3"], ["x1"], id="first x"
        ),
    ],
)
def test_a_mode_leaves_out_what_is_not_there(
    options: dict[str, Any], ys: list[str], xs: list[str]
) -> None:
    said = words(drawn(_note(**options)))
    assert [s for s in said if s in ("y1", "y2", "y3")] == ys
    assert [s for s in said if s in ("x1", "x2", "x3")] == xs


def test_feedback_leads_y_to_the_next_x_with_a_dashed_line() -> None:
    scene = drawn(_fed(3))
    assert len(_dashed(scene)) == 2
    assert "x3" in words(scene)


def _fed(length: int, cell: str = "rnn") -> Trace:
    """One-to-many, its outputs fed back."""
    options: dict[str, Any] = {"hidden": 2, "outputs": 2, "mode": "one-to-many", "cell": cell}
    return run("rnn", [[1, 0]], length=length, feedback=True, **options)


def _dashed(scene: Scene) -> list[Path]:
    return [m for m in scene.flat() if isinstance(m, Path) and m.dash == (6, 4)]


def _box_of(scene: Scene, name: str, below: bool) -> Box:
    """The box nearest to a name: x stands above its name, y below."""
    at = next(extent(text) for text in scene.texts() if text.content == name)
    boxes = [extent(m) for m in scene.flat() if isinstance(m, Rect) and m.stroke]
    middle = at.x + at.width / 2
    there = [b for b in boxes if b.x < middle < b.right and (b.y > at.y if below else b.y < at.y)]
    return min(there, key=lambda b: abs(b.y - at.y))


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
@pytest.mark.parametrize("length", [2, 4, 6, 9])
def test_every_y_reaches_the_next_x_over_the_line_break_too(length: int, cell: str) -> None:
    scene = drawn(_fed(length, cell))
    lines = _dashed(scene)
    assert len(lines) == length - 1
    for t, line in enumerate(lines_in_time(lines), 1):
        y, x = _box_of(scene, f"y{t}", below=True), _box_of(scene, f"x{t + 1}", below=False)
        (start, end) = (line.commands[0][1], line.commands[-1][1])
        assert 0 < start[0] - y.right <= 4, "it starts at the right of y"
        assert y.y < start[1] < y.bottom
        assert 0 < x.x - end[0] <= 12, "it ends at the left of x, but for its head"
        assert x.y < end[1] < x.bottom
    assert_tidy(scene)


def lines_in_time(lines: list[Path]) -> list[Path]:
    """From the top down, from left to right."""
    return sorted(lines, key=lambda line: (line.commands[0][1][1], line.commands[0][1][0]))


def test_feedback_goes_through_what_is_left_out() -> None:
    scene = drawn(_fed(20))
    drawn_times = [int(w[1:]) for w in words(scene) if w[0] == "x" and w[1:].isdigit()]
    gaps = sum(b > a + 1 for a, b in pairwise(drawn_times))
    assert gaps == 1
    assert len(_dashed(scene)) == len(drawn_times) - 1 + gaps


def test_the_last_state_of_many_to_one_is_marked_where_no_y_is() -> None:
    assert words(drawn(run("rnn", X, hidden=3, mode="many-to-one"))).count("output") == 1
    assert "output" not in words(drawn(run("rnn", X, hidden=3)))


def test_eleven_letters_are_all_drawn() -> None:
    trace = run("rnn", None, text="hello world", hidden=4, outputs=3, mode="many-to-one")
    assert {f"x{t}" for t in range(1, 12)} <= set(words(drawn(trace)))


def test_a_step_is_lit_and_what_comes_after_it_is_empty() -> None:
    said = words(drawn(_note(), 2, precision=3))
    assert said[0] == "RNN unrolled, time t = 2"
    assert "1.51" in said
    assert "1.31" not in said
    assert any(s.startswith("h2,0 ≈ tanh((0.9×0.5)") for s in said)


@pytest.mark.parametrize(
    "text", ["hello", "안녕하세요", "a\nb", " ", "가나다라마바사아자차카타파하"]
)
def test_characters_stand_below_their_vectors(text: str) -> None:
    said = words(drawn(_text(text, hidden=3)))
    shown = {f"“{c}”" if c.isprintable() else "\\n" for c in text}
    assert len(shown & set(said)) >= min(len(shown), 6)


def test_the_likeliest_characters_stand_before_their_numbers() -> None:
    y = np.array([[1], [4], [2], [3]])
    w = Named({"Wx": np.ones((1, 4)), "Wh": np.zeros((1, 1)), "Wy": y})
    w.alphabet = "wxyz"
    texts = drawn(_text("w", weights=w, activation="relu")).texts()
    at = {text.content: extent(text) for text in texts}
    for name, number in {"x": "4", "z": "3", "y": "2"}.items():
        assert at[name].x + at[name].width < at[number].x
        assert at[name].y == pytest.approx(at[number].y, abs=1)
    assert "w" not in at  # the least likely is left out


def test_the_one_of_a_character_is_never_left_out() -> None:
    text = "the quick brown fox jumps"
    chain = measured_chain(_text(text, hidden=2), Style.of(Appearance()), None)
    for row, cells in zip(chain.x.rows, chain.x.shown, strict=True):
        assert int(row.argmax()) in cells
        assert len(cells) == len(chain.x.shown[0])


@pytest.mark.parametrize("step", [1, 2, 3, 50, 51, 99, 100])
def test_a_long_sequence_keeps_the_step_and_the_time_before_it(step: int) -> None:
    trace = run("rnn", np.arange(100.0).reshape(-1, 1) / 100, hidden=2)
    chain = measured_chain(trace, Style.of(Appearance()), trace.steps[step - 1])
    assert {1, step, max(1, step - 1), 100} <= set(chain.times)
    kept = [t for t in chain.times if t is not None]
    assert kept == sorted(kept)
    scene = drawn(trace, step)
    hidden = sum(int(s.split()[0]) for s in words(scene) if s.endswith(" more"))
    assert hidden == 100 - len(kept)


def test_many_units_show_the_first_and_the_last() -> None:
    said = words(drawn(run("rnn", X, hidden=64), 2))
    assert "⋮" in said
    (more,) = (int(text.split()[2]) for text in said if text.endswith("more equations"))
    assert len([text for text in said if text.startswith("h2,")]) + more == 64


@pytest.mark.parametrize("theme", ["light", "dark", "print", "transparent"])
def test_every_theme_has_the_same_layout(theme: str) -> None:
    scene = drawn(_note(), 2, theme=theme)
    light = figure.draw(_note(), Appearance(), [2])
    assert (scene.width, scene.height) == (light.width, light.height)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6, 7])
def test_steps_make_a_sheet_that_fits_the_page(length: int) -> None:
    trace = run("rnn", np.ones((length, 2)), hidden=3)
    said = words(drawn(trace, 1, length) if length > 1 else drawn(trace))
    assert length == 1 or f"time t = {length}" in said


def test_an_lstm_has_its_cell_states_too() -> None:
    trace = run("rnn", X, cell="lstm", hidden=3, outputs=1)
    said = words(drawn(trace, precision=3))
    assert [s for s in said if s[:1] == "c" and s[1:].isdigit()] == ["c0", "c1", "c2", "c3"]
    cells = measured_chain(trace, Style.of(Appearance()), None).states[0][0].vectors
    assert cells.letter == "c"
    for step in trace.steps:
        np.testing.assert_array_equal(cells.rows[step.number], step.detail["c"])


@pytest.mark.parametrize("step", [None, 1, 2, 50, 99, 100])
def test_every_cell_state_that_is_drawn_is_a_number(step: int | None) -> None:
    trace = run("rnn", np.zeros((100, 1)), cell="lstm", hidden=1, no_bias=True, h0=np.ones(1))
    said = words(drawn(trace, *([step] if step else [])))
    assert "c100" in said
    assert "nan" not in said


def test_the_cell_states_of_many_units_are_drawn_too() -> None:
    assert "c1" in words(drawn(run("rnn", X, cell="lstm", hidden=64)))


@settings(deadline=None, max_examples=25)
@given(
    cell=st.sampled_from(["rnn", "rnn", "lstm", "gru"]),
    length=st.integers(1, 14),
    inputs=st.integers(1, 12),
    hidden=st.integers(1, 12),
    outputs=st.none() | st.integers(1, 10),
    mode=st.sampled_from(["many-to-many", "many-to-one", "one-to-many"]),
    scale=st.sampled_from([1, 1e-6, 1234.5, 1e9]),
    precision=st.integers(1, 8),
    data=st.data(),
)
def test_every_size_and_mode_keeps_the_layout(
    cell: str,
    length: int,
    inputs: int,
    hidden: int,
    outputs: int | None,
    mode: str,
    scale: float,
    precision: int,
    data: st.DataObject,
) -> None:
    x = np.random.default_rng(0).normal(size=(length, inputs)) * scale
    feedback = mode == "one-to-many" and outputs == inputs
    options = {"outputs": outputs} if outputs else {}
    trace = run("rnn", x, cell=cell, hidden=hidden, mode=mode, feedback=feedback, **options)
    step = data.draw(st.none() | st.integers(1, length))
    scene = figure.draw(trace, Appearance(precision=precision), [step] if step else [])
    assert_tidy(scene)


def test_several_layers_or_directions_are_no_single_chain() -> None:
    ones = {"Wx": np.ones((1, 1)), "Wh": np.ones((1, 1))}
    torch = {"weight_ih_l0": ones["Wx"], "weight_hh_l0": ones["Wh"]}
    both = {**torch, **{name + "_reverse": array for name, array in torch.items()}}
    trace = run("rnn", [[1], [2]], weights=both)
    with pytest.raises(NnvizError, match="1 layer and 2 directions"):
        figure.draw(trace, Appearance(view="unrolled"))
