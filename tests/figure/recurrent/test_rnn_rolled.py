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
from nnviz.figure.recurrent._rolled import chain_times
from nnviz.figure.scene import Path, Scene
from nnviz.request import Appearance
from nnviz.trace import Trace
from nnviz.words import Words
from view_checks import assert_tidy, drawn, words

X = [[-0.2, 0.7], [0.9, -0.7], [-0.6, -0.8]]


def _note(**options: Any) -> Trace:
    return run("rnn", X, hidden=3, **{"outputs": 1, **options})


def _rolled(trace: Trace, *steps: int, **appearance: Any) -> Scene:
    return drawn(trace, *steps, view="rolled", **appearance)


def test_the_cell_with_its_loop_stands_beside_the_chain() -> None:
    scene = _rolled(_note())
    said = words(scene)
    assert said[0] == "RNN rolled up"
    for expected in ["rolled up", "=", "unrolled in time"]:
        assert expected in said
    for name in ["xt", "ht", "ht−1", "yt", "Wx 3×2", "Wh 3×3", "Wy 1×3"]:
        assert name in said
    for name in ["h0", "x1", "h1", "y1", "x3", "h3", "y3"]:
        assert name in said
    assert said.count("Wh") == 3


@pytest.mark.parametrize(("cell", "states"), [("rnn", 1), ("lstm", 2), ("gru", 1)])
def test_every_state_goes_round(cell: str, states: int) -> None:
    scene = _rolled(_note(cell=cell))
    bent = [m for m in scene.flat() if isinstance(m, Path) and m.stroke and _curves(m)]
    assert len(bent) == states
    said = words(scene)
    assert ("ct−1" in said) == ("c0" in said) == ("c3" in said) == (states == 2)


def _curves(path: Path) -> int:
    return sum(letter == "C" for letter, _ in path.commands)


@pytest.mark.parametrize(
    ("mode", "there", "absent"),
    [
        ("many-to-many", {"xt", "yt", "x2", "y2"}, set[str]()),
        ("many-to-one", {"xt", "y3", "x2"}, {"yt", "y1", "y2"}),
        ("one-to-many", {"x1", "yt", "y2"}, {"xt", "x2", "x3"}),
    ],
)
def test_a_mode_leaves_out_what_is_not_there(mode: str, there: set[str], absent: set[str]) -> None:
    options = {"length": 3} if mode == "one-to-many" else {}
    said = set(words(_rolled(_note(mode=mode, **options))))
    assert there <= said
    assert not absent & said


def test_without_outputs_there_is_no_y() -> None:
    said = words(_rolled(run("rnn", X, hidden=3)))
    assert not {"yt", "y1", "Wy"} & set(said)


def test_feedback_leads_y_back_to_x_with_a_dashed_line() -> None:
    trace = run("rnn", [[1, 0]], hidden=2, outputs=2, mode="one-to-many", length=3, feedback=True)
    dashed = [m for m in _rolled(trace).flat() if getattr(m, "dash", ()) == (6, 4)]
    assert len(dashed) == 3


@pytest.mark.parametrize(
    ("length", "step", "lines"),
    [(6, None, 1 + 3), (6, 4, 1 + 4), (6, 1, 3), (2, 2, 1 + 1)],
    ids=["dots", "dots on both sides", "the first time", "two times"],
)
def test_every_y_is_fed_back_through_dots_too(length: int, step: int | None, lines: int) -> None:
    options: dict[str, Any] = {"hidden": 2, "outputs": 2, "mode": "one-to-many", "feedback": True}
    trace = run("rnn", [[1, 0]], length=length, **options)
    scene = _rolled(trace, step) if step else _rolled(trace)
    assert sum(getattr(m, "dash", ()) == (6, 4) for m in scene.flat()) == lines
    said = words(scene)
    before = f"y{step - 1}" if step else "yt−1"
    assert before not in said if step == 1 else before in said
    assert_tidy(scene)


@pytest.mark.parametrize(
    ("mode", "outputs", "said"),
    [
        ("one-to-many", 2, ["only at t = 1"]),
        ("many-to-one", 2, ["only at t = 3"]),
        ("many-to-one", None, ["output", "only at t = 3", "output"]),
        ("many-to-many", 2, []),
    ],
)
def test_what_there_is_at_one_time_alone_is_said_at_the_loop(
    mode: str, outputs: int | None, said: list[str]
) -> None:
    trace = run("rnn", X, hidden=2, outputs=outputs, mode=mode)
    found = words(_rolled(trace))
    assert [w for w in found if w.startswith("only") or w == "output"] == said


@pytest.mark.parametrize(
    ("length", "step", "times"),
    [
        (1, None, [1]),
        (4, 3, [1, 2, 3, 4]),
        (5, None, [1, 2, None, 5]),
        (9, 2, [1, 2, None, 9]),
        (9, 5, [1, None, 5, None, 9]),
        (9, 8, [1, None, 8, 9]),
        (5, 3, [1, None, 3, None, 5]),
        (9, 9, [1, None, 8, 9]),
    ],
)
def test_the_chain_shows_its_ends_and_the_step(
    length: int, step: int | None, times: list[int | None]
) -> None:
    trace = run("rnn", np.ones((length, 1)), hidden=1)
    assert next(chain_times(length, trace.steps[step - 1] if step else None)) == times
    hidden = length - len([t for t in times if t])
    said = words(_rolled(trace, step) if step else _rolled(trace))
    assert sum(int(s.split()[0]) for s in said if s.endswith(" more")) == hidden


def test_a_step_stands_in_the_loop_and_is_lit_in_the_chain() -> None:
    said = words(_rolled(_note(), 2))
    assert said.count("h2") == 2
    assert said.count("h1") == 2
    assert "ht" not in said


def test_steps_make_a_sheet() -> None:
    assert "time t = 3" in words(_rolled(_note(), 1, 2, 3))


def test_several_layers_are_no_single_chain() -> None:
    ones = {"weight_ih_l0": [[1.0]], "weight_hh_l0": [[1.0]]}
    more = {"weight_ih_l1": [[1.0]], "weight_hh_l1": [[1.0]]}
    weights = {name: np.array(array) for name, array in {**ones, **more}.items()}
    trace = run("rnn", [[1], [2]], weights=weights)
    with pytest.raises(NnvizError, match="2 layers and 1 direction"):
        figure.draw(trace, Appearance(view="rolled"))


@pytest.mark.parametrize("theme", ["light", "dark", "print", "transparent"])
def test_every_theme_has_the_same_layout(theme: str) -> None:
    scene = _rolled(_note(cell="lstm"), 2, theme=theme)
    light = figure.draw(_note(cell="lstm"), Appearance(view="rolled"), [2])
    assert (scene.width, scene.height) == (light.width, light.height)


@pytest.mark.parametrize("step", [1, 5])
def test_long_words_keep_the_layout(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    def speak(_: Style, said: Words | str) -> str:
        return said if isinstance(said, str) else f"{said} 그리고 아주 긴 말"

    trace = run("rnn", np.ones((30, 2)), cell="lstm", hidden=9, outputs=2)
    monkeypatch.setattr(Style, "say", speak)
    assert any("more 그리고" in s for s in words(_rolled(trace, step)))


@settings(deadline=None, max_examples=25)
@given(
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    length=st.integers(1, 12) | st.sampled_from([99, 1234]),
    inputs=st.integers(1, 1000),
    hidden=st.integers(1, 40),
    outputs=st.none() | st.integers(1, 10),
    mode=st.sampled_from(["many-to-many", "many-to-one", "one-to-many"]),
    data=st.data(),
)
def test_every_size_cell_and_mode_keeps_the_layout(
    cell: str,
    length: int,
    inputs: int,
    hidden: int,
    outputs: int | None,
    mode: str,
    data: st.DataObject,
) -> None:
    feedback = mode == "one-to-many" and data.draw(st.booleans())
    outputs = inputs if feedback else outputs
    options: dict[str, Any] = {"outputs": outputs} if outputs else {}
    x = np.zeros((length, inputs))
    trace = run("rnn", x, cell=cell, hidden=hidden, mode=mode, feedback=feedback, **options)
    step = data.draw(st.none() | st.integers(1, length))
    scene = figure.draw(trace, Appearance(view="rolled"), [step] if step else [])
    assert_tidy(scene)
