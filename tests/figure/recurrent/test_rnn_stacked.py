from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run, stacked_weights
from nnviz import figure
from nnviz.errors import NnvizError
from nnviz.figure.layout.style import Style
from nnviz.figure.recurrent._stacked import Stack, measured_stack
from nnviz.figure.scene import Path, Rect, Scene, extent
from nnviz.numerals import rounded
from nnviz.request import Appearance
from nnviz.trace import Trace
from nnviz.words import Words
from view_checks import assert_tidy, drawn, words

X = [[-0.2, 0.7], [0.9, -0.7], [-0.6, -0.8]]
COMBINED = pytest.mark.parametrize(
    ("layers", "both"), [(1, True), (2, False), (2, True), (3, False), (3, True)]
)


def _net(
    cell: str = "rnn", layers: int = 2, both: bool = True, x: Any = X, **options: Any
) -> Trace:
    sizes = {k: options.pop(k) for k in ("hidden", "outputs", "inputs") if k in options}
    if x is not None:
        sizes["inputs"] = np.asarray(x).shape[-1]
    weights = stacked_weights(cell, layers, both, **sizes)
    return run("rnn", x, weights=weights, cell=cell, **options)


def _stack(trace: Trace, step: int | None = None) -> Stack:
    return measured_stack(trace, Style.of(Appearance()), trace.steps[step - 1] if step else None)


@pytest.mark.parametrize(
    ("layers", "both", "title"),
    [
        (2, False, "2 layers"),
        (1, True, "both directions"),
        (3, True, "3 layers · both directions"),
    ],
)
def test_it_is_the_default_and_says_layers_and_directions(
    layers: int, both: bool, title: str
) -> None:
    said = words(drawn(_net(layers=layers, both=both)))
    assert said[:2] == ["RNN", title]
    assert "hidden state  ht = tanh(Wx·xt + Wh·ht−1 + bx + bh)" in said


def test_korean_titles_read_as_korean() -> None:
    assert words(drawn(_net(layers=2), lang="ko"))[:2] == ["RNN", "2층 · 양방향"]
    assert words(drawn(_net("lstm", 3, False), lang="ko"))[:2] == ["LSTM", "3층"]


def test_every_state_has_its_time_layer_and_direction() -> None:
    said = words(drawn(_net("lstm", outputs=1)))
    for letter in "ch":
        for layer in (1, 2):
            forward = [f"{letter}{t}({layer})→" for t in range(4)]
            backward = [f"{letter}{t}({layer})←" for t in range(1, 5)]
            assert set(forward + backward) <= set(said)
    assert "h4(1)→" not in said
    assert "h0(1)←" not in said
    assert {"x1", "x3", "y1", "y3"} <= set(said)


def test_one_direction_has_no_arrow_in_its_names_and_one_layer_no_number() -> None:
    assert {"h0(1)", "h3(2)"} <= set(words(drawn(_net(both=False))))
    assert {"h0→", "h4←", "h3→"} <= set(words(drawn(_net(layers=1))))


def test_each_weight_is_named_once_with_its_shape() -> None:
    said = words(drawn(_net("lstm", outputs=1)))
    inputs = ["Wx(1)→ 8×2", "Wx(1)← 8×2", "Wx(2)→ 8×4", "Wx(2)← 8×4"]
    for label in [*inputs, "Wh(1)→", "Wh(1)←", "Wh(2)→", "Wh(2)←", "Wy 1×4"]:
        assert said.count(label) == 1
    assert said.count("8×2") == 4


@COMBINED
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_the_values_in_the_boxes_are_those_of_the_steps(cell: str, layers: int, both: bool) -> None:
    trace = _net(cell, layers, both, h0=np.arange(2.0 * layers * (1 + both)).reshape(-1, 2) / 10)
    stack = _stack(trace)
    for step in trace.steps:
        t, layer, direction = step.index[0] + 1, step.detail["layer"], step.detail["direction"]
        own = [s.vectors for s in stack.states[layer] if s.chain.direction == direction]
        assert [v.letter for v in own] == (["c", "h"] if cell == "lstm" else ["h"])
        before = t + 1 if direction else t - 1
        for vectors in own:
            letter = vectors.letter
            np.testing.assert_array_equal(vectors.rows[stack.state_row(t)], step.detail[letter])
            np.testing.assert_array_equal(
                vectors.rows[stack.state_row(before)], step.detail[letter + "_prev"]
            )


def test_the_layers_below_are_written_in_the_figure() -> None:
    trace = _net(layers=3, both=False)
    said = words(drawn(trace))
    for step in trace.steps:
        assert {rounded(value) for value in step.detail["h"]} <= set(said)


def _heads(scene: Scene) -> list[tuple[float, float]]:
    """Where each filled arrow head points to: right, left, up or down."""
    found: list[tuple[float, float]] = []
    for mark in scene.flat():
        if isinstance(mark, Path) and mark.fill and not mark.stroke and len(mark.commands) == 4:
            (_, tip), (_, one), (_, two), _ = mark.commands
            back = ((one[0] + two[0]) / 2, (one[1] + two[1]) / 2)
            found.append((round(tip[0] - back[0]), round(tip[1] - back[1])))
    return found


@COMBINED
@pytest.mark.parametrize(("cell", "states"), [("gru", 1), ("lstm", 2)])
def test_forward_states_go_right_backward_ones_left_and_inputs_up(
    cell: str, states: int, layers: int, both: bool
) -> None:
    heads = _heads(drawn(_net(cell, layers, both, outputs=1)))
    assert heads.count((10, 0)) == 3 * layers * states
    assert heads.count((-10, 0)) == 3 * layers * states * both
    assert heads.count((0, -10)) == 3 * (layers + 1)
    assert len(heads) == 3 * layers * states * (1 + both) + 3 * (layers + 1)


@pytest.mark.parametrize(
    ("mode", "there", "absent"),
    [
        ("many-to-one", {"y3", "x2"}, {"y1", "y2"}),
        ("one-to-many", {"x1", "y2"}, {"x2", "x3"}),
    ],
)
def test_a_mode_leaves_out_what_is_not_there(mode: str, there: set[str], absent: set[str]) -> None:
    options: dict[str, Any] = {"length": 3} if mode == "one-to-many" else {}
    said = set(words(drawn(_net(mode=mode, outputs=1, **options))))
    assert there <= said
    assert not absent & said


def test_feedback_leads_y_to_the_next_x_with_a_dashed_line() -> None:
    options: dict[str, Any] = {"mode": "one-to-many", "length": 3, "feedback": True, "outputs": 2}
    scene = drawn(_net(both=False, **options))
    assert sum(getattr(m, "dash", ()) == (6, 4) for m in scene.flat()) == 2


def test_the_last_state_of_many_to_one_is_marked_where_no_y_is() -> None:
    assert words(drawn(_net(mode="many-to-one"))).count("output") == 1
    assert "output" not in words(drawn(_net()))
    inside = words(drawn(_net(both=False, mode="many-to-one"), 6, view="cell"))
    assert "output  h3(2)" in inside


def test_feedback_goes_through_what_is_left_out() -> None:
    options: dict[str, Any] = {"mode": "one-to-many", "length": 20, "feedback": True}
    scene = drawn(_net(both=False, outputs=2, **options))
    columns = sum(w[0] == "x" and w[1:].isdigit() for w in words(scene))
    assert sum(getattr(m, "dash", ()) == (6, 4) for m in scene.flat()) == columns


def test_characters_stand_below_their_vectors() -> None:
    said = words(drawn(_net(x=None, text="abc", inputs=3)))
    assert {"“a”", "“b”", "“c”"} <= set(said)


# --- long sequences --------------------------------------------------------------------


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("time", [None, 1, 2, 50, 51, 99, 100])
def test_a_long_sequence_keeps_the_step_and_what_it_reads(time: int | None, both: bool) -> None:
    trace = _net(x=np.arange(200.0).reshape(-1, 2) / 200, both=both)
    chains = 2 * (1 + both)
    for number in range((time - 1) * chains + 1, time * chains + 1) if time else [None]:
        stack = _stack(trace, number)
        kept = [t for t in stack.times if t is not None]
        assert kept == sorted(kept)
        if stack.cell_step is not None:
            wanted = {stack.cell_step.time, stack.cell_step.before} & set(range(1, 101))
            assert wanted <= set(kept)
        scene = drawn(trace, *([number] if number else []))
        left_out = sum(int(s.split()[0]) for s in words(scene) if s.endswith(" more"))
        assert left_out == 100 - len(kept)


def test_where_nothing_is_left_out_no_dots_are_drawn() -> None:
    stack = _stack(_net(layers=2, both=False))
    assert stack.times == [1, 2, 3]


def test_times_do_not_stand_beside_dots_that_are_not_needed() -> None:
    times = _stack(_net(x=np.ones((40, 2)), both=False)).times
    assert times.count(None) == 1
    assert all(b - a == 1 for a, b in pairwise(times) if a is not None and b is not None)
    assert (times[0], times[-1]) == (1, 40)


def test_many_units_show_the_first_and_the_last() -> None:
    assert "⋮" in words(drawn(_net(hidden=9)))


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("precision", [1, 8, 17])
def test_wide_numbers_stay_on_the_page(layers: int, precision: int) -> None:
    trace = _net("lstm", layers, x=np.full((30, 2), 123456789.25), outputs=2)
    drawn(trace, 15, precision=precision)


# --- steps -----------------------------------------------------------------------------


@COMBINED
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_each_step_has_a_place_of_its_own(cell: str, layers: int, both: bool) -> None:
    trace = _net(cell, layers, both)
    found = set()
    for number in range(1, len(trace.steps) + 1):
        scene = drawn(trace, number)
        firm = [m for m in scene.flat() if isinstance(m, Rect) and m.stroke and m.now == "hidden"]
        assert len(firm) == 1
        found.add(extent(firm[0]))
    assert len(found) == len(trace.steps)


def _lit(stack: Stack) -> set[str]:
    """The states that are active, by name."""
    found = set()
    for states in stack.states:
        for state in states:
            for t in range(stack.length + 2):
                if stack.active(t, state):
                    vectors = state.vectors
                    found.add(f"{vectors.letter}{t}{vectors.sup}")
    return found


@pytest.mark.parametrize(
    ("step", "lit"),
    [
        pytest.param(1, {"c0(1)→", "h0(1)→", "c1(1)→", "h1(1)→"}, id="from the first state"),
        pytest.param(2, {"c2(1)←", "h2(1)←", "c1(1)←", "h1(1)←"}, id="backward reads ahead"),
        pytest.param(
            3,
            {"c0(2)→", "h0(2)→", "c1(2)→", "h1(2)→", "h1(1)→", "h1(1)←"},
            id="both directions of the layer below",
        ),
        pytest.param(
            12,
            {"c4(2)←", "h4(2)←", "c3(2)←", "h3(2)←", "h3(1)→", "h3(1)←", "h3(2)→"},
            id="the output reads both directions",
        ),
    ],
)
def test_what_a_step_reads_and_makes_is_lit(step: int, lit: set[str]) -> None:
    assert _lit(_stack(_net("lstm", outputs=1), step)) == lit


def test_what_comes_after_a_step_is_empty() -> None:
    trace = _net(both=False, outputs=1)
    stack = _stack(trace, 3)
    chains = [(t, chain) for t in (0, 1, 2, 3) for chain in stack.plan.chains]
    empty = {(t, chain.layer) for t, chain in chains if stack.blank(t, chain)}
    assert empty == {(2, 1), (3, 0), (3, 1)}
    assert [stack.y_blank(t) for t in (1, 2, 3)] == [False, True, True]
    assert not _stack(trace, 4).y_blank(2)


def test_a_step_has_its_place_and_arithmetic() -> None:
    said = words(drawn(_net(), 3))
    assert said[0] == "RNN, step 3 of 12"
    assert "time 1, layer 2, forward" in said
    assert any(s.startswith("h1,0(2)→ ≈ tanh(") for s in said)


def test_steps_make_a_sheet() -> None:
    assert "step 4, time 1, layer 2, backward" in words(drawn(_net(), 1, 4))


# --- refusals, themes, languages, sizes --------------------------------------------------


def test_one_chain_is_refused() -> None:
    with pytest.raises(NnvizError, match="one layer in one direction"):
        figure.draw(run("rnn", X, hidden=2), Appearance(view="stacked"))


@pytest.mark.parametrize("theme", ["light", "dark", "print", "transparent"])
def test_every_theme_has_the_same_layout(theme: str) -> None:
    scene = drawn(_net("lstm"), 3, theme=theme)
    light = figure.draw(_net("lstm"), Appearance(), [3])
    assert (scene.width, scene.height) == (light.width, light.height)


@pytest.mark.parametrize("step", [1, 30])
def test_long_words_keep_the_layout(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    def speak(_: Style, said: Words | str) -> str:
        return said if isinstance(said, str) else f"{said} 그리고 긴 말"

    trace = _net(x=np.ones((30, 2)), outputs=2)
    monkeypatch.setattr(Style, "say", speak)
    assert any("more 그리고" in s for s in words(drawn(trace, step)))


@settings(deadline=None, max_examples=60)
@given(
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    combined=st.sampled_from([(1, True), (2, False), (2, True), (3, False), (3, True)]),
    length=st.integers(1, 12),
    inputs=st.integers(1, 12),
    hidden=st.integers(1, 9),
    outputs=st.integers(0, 9),
    mode=st.sampled_from(["many-to-many", "many-to-one", "one-to-many"]),
    scale=st.sampled_from([1, 1e-6, 1e9]),
    data=st.data(),
)
def test_every_size_cell_and_mode_keeps_the_layout(
    cell: str,
    combined: tuple[int, bool],
    length: int,
    inputs: int,
    hidden: int,
    outputs: int,
    mode: str,
    scale: float,
    data: st.DataObject,
) -> None:
    layers, both = combined
    x = np.random.default_rng(0).normal(size=(length, inputs)) * scale
    feedback = mode == "one-to-many" and not both and outputs == inputs
    options = {"mode": mode, "feedback": feedback, "hidden": hidden, "outputs": outputs}
    trace = _net(cell, layers, both, x, **options)
    step = data.draw(st.none() | st.integers(1, len(trace.steps)))
    precision = data.draw(st.integers(1, 8))
    assert_tidy(figure.draw(trace, Appearance(precision=precision), [step] if step else []))
