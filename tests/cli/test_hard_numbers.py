"""Hard numbers: right where they fit, noted where they do not, and no warning of Python's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import nnviz

Nnviz = Callable[..., Any]
LARGE = "1e308 -1e308; 1e308 1"
WHOLE = "9223372036854775807 1; 1 -9223372036854775808"
HARD = [LARGE, WHOLE, "5e-324 1e-308; 0 -0.0", "1e39 1; 2 3"]
COMMANDS = [
    ["conv", "-k", "10 1; 1 1"],
    ["conv", "-k", "1e308 0.5", "--transpose", "--bias", "1e308"],
    ["conv", "-k", "0.5", "--bias", "1e39", "--act", "gelu"],
    ["conv", "-k", "1e-50", "--act", "softmax"],
    ["pool", "-k", "1"],
    ["pool", "--kind", "avg"],
    ["pool", "--kind", "lp", "--p", "200"],
    ["act", "relu"],
    ["act", "leaky-relu", "--alpha", "1e308"],
    ["act", "elu", "--alpha", "1e39"],
    ["act", "gelu"],
    ["act", "gelu", "--approximate", "tanh"],
    ["act", "sigmoid"],
    ["act", "hard-sigmoid", "--alpha", "1e308"],
    ["act", "tanh"],
    ["act", "softmax"],
    ["rnn", "--hidden", "2", "--act", "relu", "--outputs", "1"],
    ["rnn", "--hidden", "2", "--cell", "lstm"],
    ["rnn", "--hidden", "2", "--cell", "gru", "--outputs", "2", "--out-act", "softmax"],
    ["dense", "--weight", "10 0.5", "--bias", "1e39"],
    ["flatten"],
    ["show"],
    ["net", "conv -k 1e308 | act softmax | flatten | dense --units 2"],
]
STRICT = ["-W", "error", "-bb"]
FORMATS = ["table", "trace", "csv", "npy", "svg", "html"]


def check_quiet(result: Any) -> None:
    """A message of ours at most: a warning would be an error here, of nnviz itself."""
    assert result.code in (0, 1)
    assert "itself" not in result.err
    assert "arning" not in result.err
    assert result.code == 0 or result.err.startswith("error: ")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("x", HARD)
def test_no_command_warns(nnviz: Nnviz, words: list[str], x: str) -> None:
    name = [words[1]] if words[0] in ("act", "net") else []
    rest = words[1 + len(name) :]
    for form in FORMATS:
        check_quiet(nnviz(words[0], *name, x, *rest, "-f", form))
    check_quiet(nnviz(words[0], *name, x, *rest, "--dtype", "float32"))


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "a.png"
    Image.fromarray(np.array([[2, 0], [1, 255]], np.uint8)).save(path)
    return str(path)


IN_FLOAT64 = [
    pytest.param(["-k", "1e39"], [[2e39, 0], [1e39, 2.55e41]], id="a weight past float32"),
    pytest.param(["-k", "1e38"], [[2e38, 0], [1e38, 2.55e40]], id="a product past float32"),
    pytest.param(["-k", "0.5", "--bias", "1e39"], [[1e39] * 2] * 2, id="a bias past float32"),
    pytest.param(["-k", "1e-50"], [[2e-50, 0], [1e-50, 2.55e-48]], id="a weight below float32"),
    pytest.param(
        ["-k", "1e39", "--transpose"], [[2e39, 0], [1e39, 2.55e41]], id="transposed"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), IN_FLOAT64)
def test_a_picture_is_computed_where_it_fits(
    nnviz: Nnviz, photo: str, words: list[str], expected: list[list[float]]
) -> None:
    result = nnviz("conv", photo, *words, "--json")
    assert result.code == 0
    np.testing.assert_allclose(json.loads(result.out), expected, rtol=1e-15)
    assert "cannot hold" not in result.err


def test_a_picture_with_usual_weights_stays_in_float32() -> None:
    picture = np.full((2, 2), 255, np.uint8)
    for weights in (0.5, 1e33, 1e-37):
        made = nnviz.conv(picture, [[weights]]).output
        assert made.dtype == np.float32
        np.testing.assert_allclose(made, 255 * weights, rtol=1e-6)
    assert nnviz.dense(picture, [[0.5, 0.5]]).output.dtype == np.float32
    assert nnviz.dense(picture, [[1e39, 0]]).output.tolist() == [[255 * 1e39], [255 * 1e39]]


@settings(deadline=None)
@given(st.integers(0, 255), st.floats(allow_nan=False, allow_infinity=False))
def test_any_weight_over_a_picture(cell: int, weight: float) -> None:
    made = nnviz.conv(np.array([[cell]], np.uint8), [[weight]]).output.item()
    assert made == pytest.approx(cell * weight, rel=1e-6, abs=0)


def test_what_the_asked_type_cannot_hold_is_noted(nnviz: Nnviz, photo: str) -> None:
    result = nnviz("conv", photo, "-k", "1e39", "--dtype", "float32", "-f", "csv")
    assert result.code == 0
    assert "numbers of the output that float32 cannot hold (inf or nan): 4 of 4" in result.err
    shown = nnviz("show", "1e39 1", "--dtype", "float32")
    assert "that float32 cannot hold (inf or nan): 1 of 2" in shown.out
    assert "cannot hold" not in nnviz("pool", "1e308 -1e308", "-k", "1").out


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [("gelu", 1e308, 1e308), ("gelu", -1e308, 0), ("relu", 1.7e308, 1.7e308), ("tanh", 1e308, 1)],
)
def test_the_largest_numbers_are_right_and_drawn(name: Any, x: float, y: float) -> None:
    made = nnviz.act([x], name)
    assert made.output.tolist() == [y]
    drawn = made._repr_svg_()
    assert drawn is not None
    assert "nan" not in drawn
    assert 'inf"' not in drawn


@pytest.mark.parametrize("suffix", ["pdf", "png", "html", "gif"])
def test_no_warning_whatever_python_is_told(tmp_path: Path, suffix: str) -> None:
    done = subprocess.run(
        [sys.executable, *STRICT, "-m", "nnviz", "conv", LARGE, "-k", "10 1", "-o", f"a.{suffix}"],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"arning" not in done.stderr
    assert b"wrote a." in done.stderr


def test_a_call_that_writes_pdf_does_not_warn(tmp_path: Path) -> None:
    code = "import nnviz; nnviz.act([1e308], 'relu').save('a.pdf')"
    done = subprocess.run(
        [sys.executable, *STRICT, "-c", code],
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


EDGES = [
    pytest.param(
        ["pool", "1 2", "-k2", "--dilation=3", "--pad=3,0", "--stride=1", "--dims=1"],
        [1, 2],
        id="each window reaches one cell over three of padding",
    ),
    pytest.param(
        ["dense", "9223372036854775807 1; 1 1", "--weight", "1 1; 2 1", "--bias", "0.5 1; 2 2.5"],
        [[2.0**63, 2.0**64], [4.0, 5.5]],
        id="a fractional bias a row past 2^63",
    ),
    pytest.param(["flatten", "1 2; 3 4", "--axis", "-2"], [[1, 2, 3, 4]], id="axis -2"),
    pytest.param(["flatten", "1 2; 3 4", "--axis", "-1"], [[1, 2], [3, 4]], id="axis -1"),
    pytest.param(["flatten", "1 2; 3 4", "--axis", "0"], [1, 2, 3, 4], id="axis 0"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), EDGES)
def test_edges(nnviz: Nnviz, words: list[str], expected: Any) -> None:
    result = nnviz(*words, "--json")
    assert result.code == 0, result.err
    assert json.loads(result.out) == expected
