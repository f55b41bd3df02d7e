"""What is found in a learner's numbers: right, the mistake, a slip, a shape, or nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers import assert_equation_holds, evaluate, has_value
from nnviz import ops
from nnviz.checking.diagnosis import Finding, diagnose
from nnviz.checking.mistakes import case_of
from nnviz.notation import text

X = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
CONV: dict[str, Any] = {"op": "conv", "x": X, "kernel": np.array([[1, 0], [2, -1]])}
"""By hand: 1 + 8 − 5 = 4, 2 + 10 − 6 = 6, 4 + 14 − 8 = 10, 5 + 16 − 9 = 12."""
POOL: dict[str, Any] = {"op": "pool", "x": [[1, 3, 2, 1, 5], [4, 6, 5, 0, 2]], "kernel": 2}
DENSE: dict[str, Any] = {"op": "dense", "x": [1, 2], "weight": np.array([[0, 1], [3, 2]])}
WEIGHTS = {"Wx": np.array([[0.5]]), "Wh": np.array([[1.0]]), "b": np.array([0.1])}
RNN: dict[str, Any] = {"op": "rnn", "x": [[1], [2]], "weights": WEIGHTS}
"""tanh(0.6) = 0.5370, tanh(1.1 + 0.5370) = 0.9270."""


def checked(mine: Any, op: str, x: Any, **options: Any) -> Finding:
    """What is found where the right answer is that of a command."""
    operation = ops.load(op)
    return diagnose(np.asarray(mine), operation, np.asarray(x), operation.accept(options))


def said(finding: Finding) -> list[str]:
    return [str(explanation.said) for explanation in finding.explanations]


MISTAKEN: dict[str, tuple[Any, dict[str, Any], str]] = {
    "the kernel turned": (
        [[8, 10], [14, 16]],  # −1 + 4 + 5, −2 + 6 + 6, −4 + 10 + 8, −5 + 12 + 9
        CONV,
        "the kernel turned by 180°, as a mathematician's convolution has it",
    ),
    "the kernel not turned": (
        [[4, 6], [10, 12]],
        CONV | {"flip": True},
        "the kernel not turned by 180°",
    ),
    "the kernel transposed": ([[0, 2], [6, 8]], CONV, "the kernel transposed"),
    "no bias": ([[4, 6], [10, 12]], CONV | {"bias": np.array(3)}, "the bias left out"),
    "stride": ([[4, 6], [10, 12]], CONV | {"stride": 2}, "stride 1 in the place of 2"),
    "padding": ([[4, 6], [10, 12]], CONV | {"padding": 1}, "padding 0 in the place of 1"),
    "by columns": ([[4, 10], [6, 12]], CONV, "rows for columns: the output transposed"),
    "the last row": (
        [[1, 2], [3, 4]],
        {"op": "conv", "x": [[1, 2], [3, 4], [5, 7]], "kernel": np.array([[1]])},
        "the last row left out",
    ),
    "no activation": ([[4, 6], [10, 12]], CONV | {"act": "tanh"}, "the activation left out"),
    "bias after": (
        [[1, 8]],
        {
            "op": "conv",
            "x": [[-1, 7]],
            "kernel": np.array([[1]]),
            "bias": np.array(1),
            "act": "relu",
        },
        "the bias added after the activation",
    ),
    "rounded up": (
        [[1, 3, 5]],
        {"op": "conv", "x": [[1, 2, 3, 4, 5]], "kernel": np.array([[1, 0]]), "stride": (1, 2)},
        "the output's size rounded up, not down",
    ),
    "average": ([[3.5, 2.0]], POOL, "the average in the place of the maximum"),
    "rounded down": (
        [[6, 5]],
        POOL | {"ceil_mode": True},
        "the output's size rounded down, not up",
    ),
    "a sum": ([[14, 8]], POOL | {"kind": "avg"}, "the sum in the place of the average"),
    "whole numbers": ([[4, 2]], POOL | {"kind": "avg"}, "rounded to whole numbers"),
    "dense": ([2, 7], DENSE | {"bias": np.array([1, 1])}, "the bias left out"),
    "dense, by columns": ([6, 5], DENSE, "the weights transposed: rows for columns"),
    "flatten": (
        [1, 4, 7, 2, 5, 8, 3, 6, 9],
        {"op": "flatten", "x": X},
        "rows for columns: column after column",
    ),
    "softmax": (
        [[0.5, 0.5], [0.5, 0.5]],
        {"op": "act", "x": [[0, 1], [0, 1]], "name": "softmax"},
        "softmax over axis 0 in the place of 1",
    ),
    "softmax over time": (  # e^0.5370 and e^0.9270 over their sum, 1 and 1 over theirs
        [[0.4037, 0.5], [0.5963, 0.5]],
        RNN | {"weights": WEIGHTS | {"Wy": np.array([[1], [0]])}, "output_activation": "softmax"},
        "softmax over axis 0 in the place of 1",
    ),
    "rounded on the way": (  # the second is 0.92706
        [[0.537], [0.928]],
        RNN,
        "rounded on the way: off by one in the last decimal at most",
    ),
    "no state": (  # tanh(1.1) = 0.8005
        [[0.537], [0.8005]],
        RNN,
        "the state before left out of the sums",
    ),
    "no activation between": (
        [4.0],  # −1 − 2 + 3 + 16 over 4
        {"op": "net", "x": [[-1, -2], [3, 16]], "net": "relu | pool --kind avg --global"},
        "layer 1 left out",
    ),
    "no skip": (
        [[0, 2], [3, 0]],
        {"op": "net", "x": [[-1, 2], [3, -4]], "net": "residual { relu }"},
        "layer 2: branch 2 left out",
    ),
    "the first branch last": (
        [[[-1, 2]], [[-2, 4]]],
        {"op": "net", "x": [[-1, 2]], "net": "concat { conv -k 2 } { }"},
        "layer 2: its branches in another order",
    ),
    "the kernel of a layer": (
        [[8, 10], [14, 16]],
        {"op": "net", "x": X, "net": "conv -k '1 0; 2 -1' | relu"},
        "layer 1: the kernel turned by 180°, as a mathematician's convolution has it",
    ),
    "a step late": ([[0.0], [0.537]], RNN, "the outputs of the state of the step before"),
    "no tanh": ([[0.6], [1.7]], RNN, "the activation left out"),
    "a picture": ([[1, 4], [2, 5]], {"op": "show", "x": [[1, 2], [4, 5]]}, "input transposed"),
    "as a column": ([[4], [6], [10], [12]], CONV, "the right numbers in another shape"),
}


@pytest.mark.parametrize(("mine", "command", "wanted"), MISTAKEN.values(), ids=MISTAKEN)
def test_the_likeliest_mistake_is_named_first(
    mine: Any, command: dict[str, Any], wanted: str
) -> None:
    finding = checked(mine, **command)
    assert not finding.right
    assert said(finding)[0].endswith(wanted)


SLIPS: dict[str, tuple[Any, dict[str, Any], list[str]]] = {
    "left out": ([[4, 6], [10, -4]], CONV, ["(8×2) left out"]),
    "sign": ([[4, 6], [10, 30]], CONV, ["(9×(−1)) with the wrong sign"]),
    "twice": ([[4, 6], [14, 12]], CONV, ["(4×1) added twice"]),
    "the number beside it": (
        [[4, 6], [10, 13]],
        CONV,
        ["(6×1) in the place of (5×1)", "(8×(−1)) in the place of (9×(−1))"],
    ),
    "the weight of the next row": ([[4, 6], [10, 24]], CONV, []),  # 6 × 2 for 6 × 0
    "a bias": ([[7, 9], [13, 12]], CONV | {"bias": np.array(3)}, ["the bias 3 left out"]),
    "a matrix that is shown": ([[1, 2, 3], [4, 5, 6], [7, 8, 8]], {"op": "show", "x": X}, []),
    "the last state": (  # tanh(1 + 0.5370) = 0.9116
        [[0.537], [0.9116]],
        RNN,
        ["the bias 0.1 left out"],
    ),
    "a negative axis": ([[1, 2], [3, 5]], {"op": "flatten", "x": [[1, 2], [3, 4]], "axis": -1}, []),
    "a maximum": ([[4, 5]], POOL, ["4 taken for the maximum"]),
    "an average": ([[3.25, 2.0]], POOL | {"kind": "avg"}, ["1 left out"]),
    "before an activation": (
        [[4, 6], [10, 0]],
        CONV | {"act": "relu"},
        ["(8×2) left out", "(8×2) with the wrong sign"],
    ),
}


@pytest.mark.parametrize(("mine", "command", "wanted"), SLIPS.values(), ids=SLIPS)
def test_one_slip_in_one_cell(mine: Any, command: dict[str, Any], wanted: list[str]) -> None:
    finding = checked(mine, **command)
    assert len(finding.differing) == 1
    assert said(finding) == wanted


def test_several_slips_are_all_listed() -> None:
    """2 + 2 with one 2 left out, whichever: by their numbers they are two."""
    command: dict[str, Any] = {"op": "dense", "x": [2, 1], "weight": np.array([[1, 2], [1, 0]])}
    assert said(checked([2, 2], **command)) == ["(2×1) left out", "(1×2) left out"]


def test_both_sums_stand_side_by_side() -> None:
    explanation = checked([[8, 10], [14, 16]], **CONV).explanations[0]
    assert explanation.sums is not None
    assert explanation.sums.at == (0, 0)
    assert text((explanation.sums.yours,), str) == "(1×(−1)) + (2×2) + (4×0) + (5×1) = 8"
    assert text((explanation.sums.ours,), str) == "(1×1) + (2×0) + (4×2) + (5×(−1)) = 4"


NOTHING: dict[str, tuple[Any, dict[str, Any]]] = {
    "numbers of nobody": ([[40, 1], [-7, 3]], CONV),
    "one number too far": ([[4, 6], [10, 1000]], CONV),
    "a shape of nobody": ([[1, 2, 3, 4, 5, 6, 7]], CONV),
    "a recurrent net": ([[0.11], [0.222]], RNN),
}


@pytest.mark.parametrize(("mine", "command"), NOTHING.values(), ids=NOTHING)
def test_nothing_is_guessed(mine: Any, command: dict[str, Any]) -> None:
    finding = checked(mine, **command)
    assert not finding.right
    assert finding.explanations == ()


def test_a_shape_has_its_mistakes_without_their_numbers() -> None:
    finding = checked(np.full((4, 4), 77), **CONV)
    assert finding.explanations == ()
    assert "padding 1 in the place of 0" in [str(words) for _, words in finding.shaped]


COMMANDS: dict[str, dict[str, Any]] = {
    "conv": {
        "x": np.arange(75).reshape(3, 5, 5) * 7 % 10,
        "kernel": np.arange(54).reshape(2, 3, 3, 3) * 5 % 7 - 3,
        "bias": np.array([2, -3]),
        "padding": 1,
        "stride": 2,
        "act": "tanh",
    },
    "a filter of two channels": {
        "op": "conv",
        "x": np.arange(32).reshape(2, 4, 4) * 7 % 10,
        "kernel": np.arange(8).reshape(2, 2, 2) - 3,
        "bias": np.array(4),
    },
    "depthwise": {"op": "conv", "x": np.arange(32).reshape(2, 4, 4) % 7, "depthwise": True},
    "transposed": {
        "op": "conv",
        "x": np.arange(12).reshape(3, 4) % 5,
        "kernel": np.arange(9).reshape(3, 3) - 2,
        "stride": 2,
        "padding": "same",
        "transpose": True,
    },
    "a batch": {"op": "conv", "x": np.arange(64).reshape(2, 2, 4, 4) % 9, "filters": 3},
    "a vector": {"op": "conv", "x": np.arange(9) % 5, "kernel": np.array([1, -2, 4])},
    "pool": {
        "x": np.arange(35).reshape(5, 7) * 11 % 17 - 8,
        "kernel": 3,
        "stride": 2,
        "padding": 1,
        "kind": "avg",
    },
    "max pool": {"op": "pool", "x": np.arange(36).reshape(6, 6) % 7 - 9, "kernel": 2, "padding": 1},
    "adaptive": {"op": "pool", "x": np.arange(35).reshape(5, 7) % 11, "adaptive": 3},
    "global": {"op": "pool", "x": np.arange(32).reshape(2, 4, 4) % 7, "kind": "lp"},
    "dense": {"x": np.arange(6).reshape(2, 3), "units": 3},
    "flatten": {"x": np.arange(24).reshape(2, 3, 4)},
    "softmax": {"op": "act", "x": np.arange(6).reshape(2, 3) % 4, "name": "softmax"},
    "tanh": {"op": "act", "x": np.arange(6).reshape(2, 3) - 3, "name": "tanh"},
    "net": {
        "x": np.arange(36).reshape(6, 6) % 7,
        "net": "conv --filters 2 --size 2 | relu | pool -k 2 | flatten | dense --units 2",
    },
    "show": {"x": np.arange(6).reshape(2, 3)},
    "rnn": {"x": np.arange(8).reshape(4, 2) % 3, "hidden": 2, "outputs": 2},
    "the last of an lstm": {
        "op": "rnn",
        "x": np.arange(8).reshape(4, 2) % 3,
        "hidden": 2,
        "cell": "lstm",
        "mode": "many-to-one",
        "h0": np.array([0.5, -0.5]),
        "c0": np.array([1.0, 0.25]),
    },
    "gru": {"op": "rnn", "x": np.arange(6).reshape(3, 2) % 4, "hidden": 2, "cell": "gru"},
    "gru of two biases": {
        "op": "rnn",
        "x": np.arange(6).reshape(3, 2) % 4,
        "cell": "gru",
        "weights": {
            "weight_ih_l0": np.array([[0.1, -0.2], [0.3, 0.4], [-0.5, 0.6]]),
            "weight_hh_l0": np.array([[0.7], [-0.8], [0.9]]),
            "bias_ih_l0": np.array([0.1, 0.2, -0.3]),
            "bias_hh_l0": np.array([-0.4, 0.5, 0.6]),
        },
    },
    "fed back": {
        "op": "rnn",
        "x": np.array([[1, 2]]),
        "hidden": 2,
        "outputs": 2,
        "mode": "one-to-many",
        "length": 3,
        "feedback": True,
        "output_activation": "sigmoid",
    },
    "both ways, two layers": {
        "op": "rnn",
        "x": np.array([[1.0], [2.0], [-1.0]]),
        "weights": {
            f"weight_{part}_l{layer}{way}": np.array([[0.3 + layer - len(way) / 9] * columns])
            for layer in (0, 1)
            for way in ("", "_reverse")
            for part, columns in (("ih", 1 + layer), ("hh", 1))
        },
    },
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_entry_of_the_table_is_found_again(name: str) -> None:
    """Each form of a mistake explains its own output; what it says of it is worked out right."""
    command = {"op": name, **COMMANDS[name]}
    op, x = command.pop("op"), command.pop("x")
    operation = ops.load(op)
    case, table = case_of(operation, x, operation.accept(command))
    np.testing.assert_array_equal(case.run().output, case.trace.output)
    assert table.mistakes
    made = 0
    for mistake in table.mistakes:
        for turned in mistake.turn(case):
            try:
                mine = turned.join([trace.output for trace in turned.runs()])
            except ValueError:
                continue
            finding = checked(mine, op, x, **command)
            assert finding.right or turned.said in [e.said for e in finding.explanations]
            made += not finding.right
            for sums in (e.sums for e in finding.explanations if e.sums is not None):
                assert_equation_holds(sums.yours)
                assert_equation_holds(sums.ours)
    assert made > 1


def test_of_a_network_the_sums_are_those_of_the_layer() -> None:
    net = "conv -k '1 0; 2 -1' | relu | flatten"
    sums = checked([8, 10, 14, 16], "net", X, net=net).explanations[0].sums
    assert sums is not None
    assert text((sums.yours,), str) == "(1×(−1)) + (2×2) + (4×0) + (5×1) = 8"


def test_the_sums_are_those_of_the_cell() -> None:
    finding = checked([[4, 10], [6, 12]], **CONV)
    sums = finding.explanations[0].sums
    assert sums is not None
    assert sums.at == (0, 1)
    for equation, value in ((sums.yours, 10), (sums.ours, 6)):
        assert [evaluate(side) for side in equation.sides if has_value(side)] == [value, value]
