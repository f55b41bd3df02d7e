"""What the view of a whole teaches: what padding does to the size, what sharing saves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers import run
from nnviz.exercise import Exercise, exercise
from nnviz.formats import load
from nnviz.numerals import exact
from nnviz.request import Appearance, Request
from nnviz.trace import text

X = np.arange(25).reshape(5, 5)
PADDED: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "keeps",
        "conv",
        {"kernel": np.ones((3, 3)), "padding": 1},
        "keeps the size 5×5: without it the map would be 3×3",
    ),
    (
        "makes",
        "conv",
        {"kernel": np.ones((3, 3)), "padding": 2},
        "makes the map 7×7: without it, it would be 3×3",
    ),
    (
        "one side",
        "conv",
        {"kernel": np.ones((2, 2)), "padding": [(0, 1), (0, 0)]},
        "makes the map 5×4: without it, it would be 4×4",
    ),
    (
        "nothing",
        "conv",
        {"kernel": np.ones((3, 3)), "padding": [(0, 1), (0, 1)], "stride": 2},
        "leaves the size of the map as it is, 2×2",
    ),
    (
        "room",
        "conv",
        {"kernel": np.ones((7, 7)), "padding": 1},
        "without padding the window would not fit into 5×5",
    ),
    (
        "cuts",
        "conv",
        {"kernel": np.ones((3, 3)), "padding": 1, "transpose": True},
        "cuts the map from 7×7 to 5×5",
    ),
    (
        "pool",
        "pool",
        {"kernel": 3, "stride": 1, "padding": 1},
        "keeps the size 5×5: without it the map would be 3×3",
    ),
]


@pytest.mark.parametrize(
    ("op", "options", "said"), [p[1:] for p in PADDED], ids=[p[0] for p in PADDED]
)
def test_padding_says_what_it_does_to_the_size(op: str, options: dict[str, Any], said: str) -> None:
    assert said in str(run(op, X, **options).lessons[0].label)


def test_without_padding_nothing_is_said_of_it() -> None:
    assert run("pool", X, kernel=2).lessons == ()
    assert len(run("conv", X, kernel=np.ones((3, 3))).lessons) == 1


def test_a_shared_kernel_stands_beside_a_dense_layer() -> None:
    (fact,) = run("conv", np.ones((3, 3)), kernel=np.ones((2, 2))).lessons
    assert str(fact.label) == "shared weights: 4; a dense layer for the same map: 9 × 4 = 36"


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("form", ["table", "md", "tex", "svg"])
def test_every_view_of_the_whole_says_so_and_no_step_in_a_figure(form: str, lang: str) -> None:
    trace = run("conv", X, kernel=np.ones((3, 3)), padding=1)
    look = Appearance(lang=lang)
    written = load(form).write(trace, Request(steps="none", appearance=look)).content.decode()
    assert "25 × 25" in written or r"25 $\times$ 25" in written or "25 \\texttimes" in written
    if form == "svg":
        step = load(form).write(trace, Request(steps="2", appearance=look)).content.decode()
        plain = Request(steps="none", appearance=look._replace(plain=True))
        assert "25 × 25" not in step + load(form).write(trace, plain).content.decode()


def test_two_biases_are_summed_with_their_numbers() -> None:
    weights = {
        "weight_ih_l0": [[1.0]],
        "weight_hh_l0": [[0.5]],
        "bias_ih_l0": [0.25],
        "bias_hh_l0": [0.5],
    }
    (fact,) = run("rnn", np.ones((2, 1)), weights=weights).lessons
    assert fact.equation is not None
    assert text([fact.equation], exact) == "b₀ = 0.25 + 0.5 = 0.75"
    one = {"Wx": [[1.0]], "Wh": [[1.0]], "b": [1.0]}
    (fact,) = run("rnn", np.ones((2, 1)), weights=one).lessons
    assert "PyTorch has two" in str(fact.label)


def test_an_exercise_does_not_tell_its_weights_by_a_lesson() -> None:
    weights = {"weight_ih_l0": [[1.0]], "weight_hh_l0": [[0.5]], "bias_ih_l0": [0.25]}
    trace = run("rnn", np.ones((2, 1)), weights={**weights, "bias_hh_l0": [0.5]})
    assert trace.lessons
    assert exercise(trace, Exercise("weights", False), None).lessons == ()
