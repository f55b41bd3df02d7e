"""The trace document, as the contract has it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from helpers import run
from nnviz.errors import NnvizError, UsageError
from nnviz.formats import load
from nnviz.formats.trace import MOST_CELLS, MOST_STEPS, MOST_TERMS
from nnviz.request import Request
from nnviz.trace import Equation, Num, Product, Results, Step, Steps, Sum, Trace
from nnviz.version import __version__
from nnviz.words import Words


def step(i: int) -> Step:
    total = Sum((Product((Num(i), Num(-2))), Num(0.5)))
    return Step(
        number=i + 1,
        index=(0, i),
        formula=(Equation((total, Num(-2 * i + 0.5))),),
        value=-2 * i + 0.5,
        detail={"terms": [[0, i, np.int64(-2)]], "from": [None]},
    )


def trace(count: int = 3, **others: Any) -> Trace:
    x = np.arange(count).reshape(1, count)
    return Trace(
        op="conv",
        title=Words("Convolution"),
        arrays={"input": x, "kernel": np.array([[-2]])},
        results=Results(output=x * -2 + 0.5, partials=lambda: pytest.fail("not asked for")),
        options={"stride": [1, 1]},
        steps=Steps(count, step),
        **others,
    )


def written(made: Trace, **request: Any) -> dict[str, Any]:
    data = load("trace").write(made, Request(**request)).content
    assert data.count(b"\n") == 1
    document: dict[str, Any] = json.loads(data)
    return document


def test_past_the_last_step() -> None:
    with pytest.raises(UsageError, match="step 4, but there are 3"):
        written(trace(), steps="4")


def test_no_infinity_in_a_document() -> None:
    made = Trace("show", Words("Matrix"), {}, Results(output=np.array([1])), {"top": float("inf")})
    with pytest.raises(NnvizError, match="no NaN and no infinity"):
        written(made)


def test_the_document() -> None:
    document = written(trace())
    assert list(document) == ["nnviz", "op", "options", "shapes", "arrays", "output", "steps"]
    assert document["nnviz"] == __version__
    assert document["op"] == "conv"
    assert document["options"] == {"stride": [1, 1]}
    assert document["shapes"] == {"input": [1, 3], "kernel": [1, 1], "output": [1, 3]}
    assert document["arrays"] == {"input": [[0, 1, 2]], "kernel": [[-2]]}
    assert document["output"] == [[0.5, -1.5, -3.5]]
    assert document["steps"][2] == {
        "step": 3,
        "index": [0, 2],
        "formula": "(2×(−2)) + 0.5 = −3.5",
        "value": -3.5,
        "terms": [[0, 2, -2]],
        "from": [None],
    }


@pytest.mark.parametrize(
    ("spec", "numbers"),
    [("2", [2]), ("1-2", [1, 2]), ("3,1", [3, 1]), ("none", []), (None, [1, 2, 3])],
    ids=str,
)
def test_steps(spec: str | None, numbers: list[int]) -> None:
    assert [step["step"] for step in written(trace(), steps=spec)["steps"]] == numbers


def notes(made: Trace, **request: Any) -> tuple[Words, ...]:
    return load("trace").write(made, Request(**request)).notes


def test_very_many_steps_are_left_out_with_a_note() -> None:
    most, more = trace(MOST_STEPS), trace(MOST_STEPS + 1)
    assert len(written(most)["steps"]) == MOST_STEPS
    assert notes(most) == ()
    assert written(more)["steps"] == []
    assert "10001 steps" in str(notes(more)[0])
    assert len(written(more, steps="all")["steps"]) == MOST_STEPS + 1
    assert notes(more, steps="all") == ()


def test_a_large_array_is_written_as_its_shape_and_type() -> None:
    x = np.zeros((1, MOST_CELLS + 1), np.uint8)
    document = written(Trace("show", Words("Image"), {"input": x}, Results(output=x)))
    assert document["arrays"]["input"] == {"shape": [1, MOST_CELLS + 1], "dtype": "uint8"}
    assert len(document["output"][0]) == MOST_CELLS + 1


def test_a_net_has_a_trace_a_layer() -> None:
    document = written(trace(layers=(trace(2), trace(1))))
    assert [layer["op"] for layer in document["layers"]] == ["conv", "conv"]
    assert [len(layer["steps"]) for layer in document["layers"]] == [2, 1]
    assert "nnviz" not in document["layers"][0]
    bare = written(trace(layers=(trace(2),)), steps="none")
    assert bare["layers"][0]["steps"] == []


def test_a_layer_with_very_many_steps() -> None:
    net = trace(layers=(trace(2), trace(MOST_STEPS + 1)))
    assert [len(layer["steps"]) for layer in written(net)["layers"]] == [2, 0]
    assert [str(note) for note in notes(net)] == [
        "layer 2: none of 10001 steps is written; --steps all writes them"
    ]
    assert len(written(net, steps="all")["layers"][1]["steps"]) == MOST_STEPS + 1


def test_a_result_without_an_output() -> None:
    made = Trace("params", Words("Parameters"), {}, Results(rows=[{"layer": "conv"}], total={}))
    document = written(made)
    assert document["rows"] == [{"layer": "conv"}]
    assert document["steps"] == []


def test_a_formula_of_very_many_numbers_has_the_first_ones() -> None:
    """A channel of a picture is normalized in one step."""
    side = int(MOST_TERMS**0.5) + 1
    x = np.arange(side * side).reshape(side, side)
    (made,) = written(run("norm", x, kind="batch", train=True))["steps"]
    assert made["formula"].startswith("μ = mean(0, 1, 2, ")
    assert " more terms …, " in made["formula"].partition("; ")[0]
    assert made["formula"].endswith("; …")
    assert made["formula"].count("; ") == MOST_TERMS
    assert np.shape(made["value"]) == (side, side)
    small = written(run("norm", x[:9, :9], kind="batch", train=True))["steps"][0]["formula"]
    assert "…" not in small
    assert small.count("; ") == 2 * 81 + 1
