from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz import figure
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Rect, Scene
from nnviz.request import Appearance
from nnviz.trace import Trace
from nnviz.words import Words
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


def _torch(cell: str, layers: int = 1, both: bool = False, hidden: int = 2) -> Trace:
    """Weights named as PyTorch names them, with both biases."""
    rng = np.random.default_rng(1)
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[cell]
    weights: dict[str, Any] = {}
    for layer in range(layers):
        inputs = hidden * (1 + both) if layer else 2
        for end in ("", "_reverse") if both else ("",):
            name = f"l{layer}{end}"
            weights[f"weight_ih_{name}"] = rng.normal(size=(gates * hidden, inputs)).round(2)
            weights[f"weight_hh_{name}"] = rng.normal(size=(gates * hidden, hidden)).round(2)
            weights[f"bias_ih_{name}"] = rng.normal(size=gates * hidden).round(2)
            weights[f"bias_hh_{name}"] = rng.normal(size=gates * hidden).round(2)
    return run("rnn", X, weights=weights, cell=cell)


def _cell(trace: Trace, *steps: int, **appearance: Any) -> Scene:
    return drawn(trace, *steps, view="cell", **appearance)


def test_the_note_is_drawn_with_its_matrices_the_sum_and_the_tanh() -> None:
    said = words(_cell(_note(), 2, precision=3))
    assert said[0] == "RNN, inside the cell, time t = 2"
    for expected in ["Wx", "3×2", "x2", "Wh", "h1", "b", "sum", "tanh", "h2", "Wy", "y2"]:
        assert expected in said
    # 0.5·0.9 + (−1.3)·(−0.7) + … = 2.474; the tanh of it; the output of all three.
    for number in ["2.47", "0.986", "1.51"]:
        assert number in said
    assert "hidden state  ht = tanh(Wx·xt + Wh·ht−1 + b)" in said
    assert "output  yt = Wy·ht" in said


def test_without_a_step_it_is_the_first() -> None:
    assert words(_cell(_note())) == words(_cell(_note(), 1))
    assert "h0" in words(_cell(_note()))


def test_only_the_last_step_of_many_to_one_has_an_output() -> None:
    trace = _note(mode="many-to-one")
    assert "Wy" not in words(_cell(trace, 2))
    assert "y3" in words(_cell(trace, 3))


def test_one_to_many_has_an_input_at_the_first_step_alone() -> None:
    trace = _note(mode="one-to-many", length=3)
    assert "x1" in words(_cell(trace, 1))
    said = words(_cell(trace, 2))
    assert "Wx" not in said
    assert "hidden state  ht = tanh(Wh·ht−1 + b)" in said


def test_an_output_activation_stands_after_its_sum() -> None:
    said = words(_cell(_note(output_activation="sigmoid"), 2, precision=3))
    assert said.count("sum") == 2
    assert "sigmoid" in said
    assert "1.51" in said
    assert "0.819" in said


FORMULAS = {
    "lstm": [
        "input gate  it = σ(Wxi·xt + Whi·ht−1 + bxi + bhi)",
        "forget gate  ft = σ(Wxf·xt + Whf·ht−1 + bxf + bhf)",
        "candidate  gt = tanh(Wxg·xt + Whg·ht−1 + bxg + bhg)",
        "output gate  ot = σ(Wxo·xt + Who·ht−1 + bxo + bho)",
        "cell state  ct = ft ⊙ ct−1 + it ⊙ gt",
        "hidden state  ht = ot ⊙ tanh(ct)",
    ],
    "gru": [
        "reset gate  rt = σ(Wxr·xt + Whr·ht−1 + bxr + bhr)",
        "update gate  zt = σ(Wxz·xt + Whz·ht−1 + bxz + bhz)",
        "candidate  nt = tanh(Wxn·xt + bxn + rt ⊙ (Whn·ht−1 + bhn))",
        "hidden state  ht = (1 − zt) ⊙ nt + zt ⊙ ht−1",
    ],
}


@pytest.mark.parametrize("cell", FORMULAS)
def test_gates_have_their_formulas_and_values(cell: str) -> None:
    trace = _torch(cell)
    said = words(_cell(trace, 2, precision=3))
    assert [s for s in said if s in FORMULAS[cell]] == FORMULAS[cell]
    style = Style.of(Appearance(precision=3))
    for name in {"lstm": "ifgo", "gru": "rzn"}[cell]:
        for value in trace.steps[1].detail[name]:
            assert any(s.startswith(style.show(value)[:4]) for s in said), (name, value)


def test_gru_before_the_reset_multiplies_the_state_first() -> None:
    trace = run("rnn", X, cell="gru", hidden=2, linear_before_reset=False)
    said = words(_cell(trace, 2))
    assert "candidate  nt = tanh(Wxn·xt + Whn·(rt ⊙ ht−1) + bn)" in said
    assert "r2 ⊙ h1" in said


def test_matrices_of_many_units_are_their_shapes_and_long_vectors_leave_out() -> None:
    said = words(_cell(run("rnn", X, cell="lstm", hidden=64), 1))
    assert "64×64" in said
    assert "⋮" in said
    few = words(_cell(run("rnn", X, cell="lstm", hidden=8), 1))
    assert "8×8" in few
    assert "⋮" not in few


def test_six_units_have_the_numbers_of_their_weights() -> None:
    trace = run("rnn", [[1, 0], [0, 1]], cell="lstm", hidden=6)
    said = words(drawn(trace, view="cell"))
    for name, columns in (("Wx", (0, 1)), ("Wh", (0, 5))):
        for c in columns:
            for value in trace.arrays[name][:, c]:
                assert f"{value:g}".replace("-", "−") in said


def test_layers_and_directions_are_named() -> None:
    trace = _torch("lstm", layers=2, both=True)
    seen = [words(_cell(trace, n))[2] for n in range(5, 9)]
    assert seen == [
        "time 2, layer 1, forward",
        "time 2, layer 1, backward",
        "time 2, layer 2, forward",
        "time 2, layer 2, backward",
    ]
    assert {"x2", "h3(1)←", "h2(1)←"} <= set(words(_cell(trace, 6)))
    assert any("ht+1(1)←" in s for s in words(_cell(trace, 6)))


def test_an_upper_layer_reads_the_state_of_the_one_below() -> None:
    step = 4 * 1 + 2 + 1  # the second time, the second layer, forward
    trace = _torch("lstm", layers=2, both=True)
    said = words(_cell(trace, step))
    assert {"h2(1)", "h1(2)→", "h2(2)→"} <= set(said)
    assert not any(text.startswith("x") for text in said)
    one = words(_cell(_torch("lstm", layers=1, both=False), 2))
    assert {"x2", "h1", "h2"} <= set(one)


def test_steps_make_a_sheet() -> None:
    assert "time t = 3" in words(_cell(_note(), 1, 2, 3))


def test_what_is_made_is_lit() -> None:
    scene = _cell(_note(), 2)
    tone = Style.of(Appearance()).theme.tone("hidden").active
    lit = [m for m in scene.flat() if isinstance(m, Rect) and m.fill == tone]
    assert len(lit) == 3


@pytest.mark.parametrize("theme", ["light", "dark", "print", "transparent"])
def test_every_theme_has_the_same_layout(theme: str) -> None:
    scene = _cell(_torch("gru"), 2, theme=theme)
    light = figure.draw(_torch("gru"), Appearance(view="cell"), [2])
    assert (scene.width, scene.height) == (light.width, light.height)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_long_words_keep_the_layout(monkeypatch: pytest.MonkeyPatch, cell: str) -> None:
    def speak(_: Style, said: Words | str) -> str:
        return said if isinstance(said, str) else f"{said} 그리고 아주 긴 말"

    trace = _torch(cell)
    monkeypatch.setattr(Style, "say", speak)
    assert any("그리고" in s for s in words(_cell(trace, 2)))


@settings(deadline=None, max_examples=25)
@given(
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    length=st.integers(1, 3),
    inputs=st.integers(1, 12),
    hidden=st.integers(1, 12),
    outputs=st.none() | st.integers(1, 10),
    mode=st.sampled_from(["many-to-many", "many-to-one", "one-to-many"]),
    scale=st.sampled_from([1, 1e-6, 1234.5, 1e9]),
    precision=st.integers(1, 12),
    reset=st.booleans(),
    data=st.data(),
)
def test_every_size_and_cell_keeps_the_layout(
    cell: str,
    length: int,
    inputs: int,
    hidden: int,
    outputs: int | None,
    mode: str,
    scale: float,
    precision: int,
    reset: bool,
    data: st.DataObject,
) -> None:
    x = np.random.default_rng(0).normal(size=(length, inputs)) * scale
    options: dict[str, Any] = {"outputs": outputs} if outputs else {}
    if cell == "gru":
        options["linear_before_reset"] = reset
    trace = run("rnn", x, cell=cell, hidden=hidden, mode=mode, **options)
    step = data.draw(st.integers(1, length))
    scene = figure.draw(trace, Appearance(view="cell", precision=precision), [step])
    assert_tidy(scene)


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_formulas_inside_the_cell_are_those_beside_the_chain(cell: str, reset: bool) -> None:
    options = {"linear_before_reset": reset} if cell == "gru" else {}
    trace = run("rnn", X, cell=cell, hidden=2, **options)
    inside, beside = words(_cell(trace, 2)), words(drawn(trace))
    said = [line for line in beside if "ht−1" in line or "tanh(ct" in line]
    assert len(said) == {"rnn": 1, "lstm": 5, "gru": 4}[cell]
    assert set(said) <= set(inside)


def test_a_sheet_writes_each_equation_once_in_the_colours_of_its_roles() -> None:
    trace = run("rnn", np.eye(3), hidden=2, cell="lstm")
    scene = drawn(trace, 1, 2, view="cell")
    tone = Style.of(Appearance()).theme.tone("weight").line
    formulas = [t for t in scene.texts() if "σ(" in t.content or "tanh(" in t.content]
    assert len({t.content for t in formulas}) == len(formulas) == 5
    assert all(any(span.fill == tone for span in t.spans) for t in formulas if "W" in t.content)
