"""PyTorch: scripts of its calls that assert our output; run where it is installed."""

from __future__ import annotations

import ast
import re
import shlex
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers import run
from nnviz.cli.app import run as command
from nnviz.errors import NnvizError
from nnviz.formats import load
from nnviz.request import Request
from nnviz.trace import Results, Trace
from nnviz.words import Words
from torch_scripts import ALL


def script(trace: Trace) -> str:
    return load("torch").write(trace, Request()).content.decode()


def calls(text: str) -> list[str]:
    """What is computed: the lines that make y."""
    return re.findall(r"^y\w* = (.*)", text, re.MULTILINE)


def arrays(text: str) -> dict[str, np.ndarray]:
    """The arrays that are written out, by name."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and "tensor(" in ast.unparse(node.value)[:7]:
            assert isinstance(node.targets[0], ast.Name)
            assert isinstance(node.value, ast.Call)
            written = ast.unparse(node.value.args[0])
            value = eval(written, {"inf": np.inf, "nan": np.nan})
            found[node.targets[0].id] = np.asarray(value, np.float64)
    return found


# --- refused -------------------------------------------------------------------


def test_an_operation_that_says_no_calls_is_refused() -> None:
    with pytest.raises(NnvizError, match="show has no PyTorch snippet"):
        script(Trace("show", Words("Matrix"), {}, Results(output=np.zeros(1))))


def test_a_layer_that_says_no_calls_is_refused() -> None:
    toy = Trace("toy", Words("Toy"), {}, Results(output=np.zeros(1)))
    net = Trace("net", Words("Network"), {}, Results(output=np.zeros(1)), layers=(toy,))
    with pytest.raises(NnvizError, match="toy has no PyTorch snippet"):
        script(net)


def test_feedback_into_a_gru_of_the_paper_is_refused() -> None:
    ones = {"Wx": np.ones((3, 1)), "Wh": np.ones((3, 1)), "Wy": [[1]]}
    asked = {"cell": "gru", "mode": "one-to-many", "feedback": True, "linear_before_reset": False}
    with pytest.raises(NnvizError, match="resets before the linear map"):
        script(run("rnn", [[1.0]], weights=ones, length=3, **asked))


def test_too_large_an_array_is_refused() -> None:
    with pytest.raises(NnvizError, match="1001×1000 is too large"):
        script(run("flatten", np.zeros((1001, 1000), np.uint8)))


# --- what is written -----------------------------------------------------------

X = np.arange(9).reshape(3, 3)
WRITTEN = [
    ("conv", X, {"kernel": [[1, 0], [0, 1]]}, ["F.conv2d(x[None], w.reshape(1, 1, 2, 2))[0]"]),
    (
        "conv",
        X,
        {"kernel": [[1, 0], [0, 1]], "padding": [(1, 0), (0, 2)]},
        ["F.pad(x, (0, 2, 1, 0))", "F.conv2d(y[None], w.reshape(1, 1, 2, 2))[0]"],
    ),
    (
        "conv",
        np.ones((2, 3, 3)),
        {"kernel": [[1, 0], [0, 1]], "stride": 2, "padding": 1, "bias": [3]},
        ["F.conv2d(x, w.expand(1, 2, 2, 2), b, stride=2, padding=1)"],
    ),
    ("pool", X, {"kernel": 2}, ["F.max_pool2d(x[None], 2)[0]"]),
    ("pool", X, {"kernel": 2, "stride": 1}, ["F.max_pool2d(x[None], 2, stride=1)[0]"]),
    (
        "pool",
        X,
        {"kind": "avg", "kernel": 2, "padding": [(1, 0), (0, 1)]},
        ["F.pad(x, (0, 1, 1, 0))", "y.unfold(-2, 2, 2).unfold(-2, 2, 2)", "y.sum((-2, -1)) / n"],
    ),
    ("act", X, {"name": "leaky-relu", "alpha": 0.3}, ["F.leaky_relu(x, 0.3)"]),
    ("dense", [1, 2], {"weight": [[1, 2]], "bias": [3]}, ["F.linear(x, w, b)"]),
    ("flatten", X, {}, ["x.reshape(9,)"]),
]


@pytest.mark.parametrize(("op", "x", "options", "expected"), WRITTEN)
def test_calls_are_written_as_a_person_would(
    op: str, x: Any, options: dict[str, Any], expected: list[str]
) -> None:
    assert calls(script(run(op, x, **options))) == expected


def test_arrays_and_calls_of_layers_have_their_numbers() -> None:
    written = script(run("net", np.array([1, 2]), net="linear --units 2 | relu | linear --units 1"))
    assert calls(written) == ["F.linear(x, w_1, b_1)", "F.relu(y)", "F.linear(y, w_3, b_3)"]
    assert set(arrays(written)) == {"x", "w_1", "b_1", "w_3", "b_3", "expected"}


def test_what_a_layer_makes_has_its_number_where_branches_meet() -> None:
    net = "residual { relu | tanh } | concat { } { conv -k 1 }"
    written = script(run("net", np.array(X), net=net))
    assert calls(written) == [
        "F.relu(x)",
        "torch.tanh(y_1)",
        "y_2 + x",
        "F.conv2d(y_3[None], w_4.reshape(1, 1, 1, 1))[0]",
        "torch.cat([y_3.reshape(1, 3, 3), y_4.reshape(1, 3, 3)], 0)",
    ]


def test_a_long_row_is_wrapped() -> None:
    written = script(run("act", np.arange(200) / 7, name="relu"))
    assert max(map(len, written.splitlines())) <= 100
    np.testing.assert_array_equal(arrays(written)["x"], np.arange(200) / 7)


SHAPES = hnp.array_shapes(max_dims=4, max_side=12)
NUMBERS = hnp.arrays(np.float64, SHAPES, elements=st.floats(width=64))


@settings(deadline=None)
@given(NUMBERS)
def test_every_number_reads_back(x: np.ndarray) -> None:
    written = script(run("act", x, name="relu"))
    read = arrays(written)
    np.testing.assert_array_equal(read["x"], x)
    np.testing.assert_array_equal(read["expected"], np.maximum(x, 0))
    assert ("import inf" in written) == (not np.isfinite(x).all())


# --- run -----------------------------------------------------------------------


@pytest.fixture(scope="module", name="scripts")
def _scripts() -> dict[str, str]:
    """The script of every command of the table."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        import io
        import sys

        for line in ALL:
            stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
            patch.setattr(sys, "stdout", stream)
            assert command([*shlex.split(line), "-f", "torch", "-q"]) == 0, line
            stream.flush()
            made[line] = stream.buffer.getvalue().decode()
    return made


def test_every_script_is_python_that_ends_in_an_assertion(scripts: dict[str, str]) -> None:
    assert len(scripts) > 110
    for line, text in scripts.items():
        last = ast.unparse(ast.parse(text).body[-1])
        assert last.startswith("torch.testing.assert_close(y, expected"), line
        assert "{" not in text, line
        named = {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
        assert set(arrays(text)) <= named


@pytest.mark.parametrize("line", ALL)
def test_pytorch_agrees(line: str, scripts: dict[str, str]) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    exec(compile(scripts[line], line, "exec"), {})


def test_pytorch_would_not_agree_with_another_output(scripts: dict[str, str]) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    text = scripts[ALL[0]].replace("expected, rtol", "expected + 1e-3, rtol")
    with pytest.raises(AssertionError):
        exec(compile(text, "changed", "exec"), {})
