from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz import figure
from nnviz.errors import NnvizError
from nnviz.figure.layout.style import Style
from nnviz.figure.recurrent._unrolled import arranged, measured_chain
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
    assert said[0] == "RNN unrolled, many-to-many"
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
    trace = run("rnn", [[1, 0]], hidden=2, outputs=2, mode="one-to-many", length=3, feedback=True)
    scene = drawn(trace)
    dashed = [m for m in scene.flat() if getattr(m, "dash", ()) == (6, 4)]
    assert len(dashed) == 2
    assert "x3" in words(scene)


def test_a_step_is_lit_and_what_comes_after_it_is_empty() -> None:
    said = words(drawn(_note(), 2, precision=3))
    assert said[0] == "RNN unrolled, many-to-many, time t = 2"
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
    times = [t for row in arranged(chain) for t in row]
    assert {1, step, max(1, step - 1), 100} <= set(times)
    kept = [t for t in times if t is not None]
    assert kept == sorted(kept)
    scene = drawn(trace, step)
    hidden = sum(int(s.split()[0]) for s in words(scene) if s.endswith(" more"))
    assert hidden == 100 - len(kept)


def test_many_units_show_the_first_and_the_last() -> None:
    said = words(drawn(run("rnn", X, hidden=64), 2))
    assert "⋮" in said
    assert "… and 56 more equations" in said


@pytest.mark.parametrize("theme", ["light", "dark", "print", "transparent"])
def test_every_theme_has_the_same_layout(theme: str) -> None:
    scene = drawn(_note(), 2, theme=theme)
    light = figure.draw(_note(), Appearance(), [2])
    assert (scene.width, scene.height) == (light.width, light.height)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6, 7])
def test_steps_make_a_sheet_that_fits_the_page(length: int) -> None:
    trace = run("rnn", np.ones((length, 2)), hidden=3)
    said = words(drawn(trace, 1, length) if length > 1 else drawn(trace))
    assert length == 1 or f"step {length}" in said


def test_an_lstm_has_its_cell_states_too() -> None:
    trace = run("rnn", X, cell="lstm", hidden=3, outputs=1)
    said = words(drawn(trace, precision=3))
    assert [s for s in said if s[:1] == "c" and s[1:].isdigit()] == ["c0", "c1", "c2", "c3"]
    cells = measured_chain(trace, Style.of(Appearance()), None).states[0].vectors
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
    with pytest.raises(NnvizError, match="1 layers and 2 directions"):
        figure.draw(trace, Appearance(view="unrolled"))
