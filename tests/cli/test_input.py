"""What a user gives to a command: pastes, tables with headings, notes on what was left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

Nnviz = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ["conv", "1 2 3 4 5; 1 2 3 4 5; 1 2 3 4 5", "-k", "0,5 0,5; 0,5 0,5"],
        ["conv", "1 2; 3 4", "-k", "1,5\t2,5"],
        ["show", "1,000 2,000"],
        ["net", "conv -k '0,5 0,5; 1 1'", "1 2; 3 4"],
        ["dense", "1 2", "--weight", "1 2; 3 4", "--bias", "0,5 1"],
    ],
    ids=lambda words: words[0],
)
def test_a_decimal_comma_is_named(nnviz: Nnviz, words: list[str]) -> None:
    result = nnviz(*words, "--json")
    assert result.code == 1
    assert result.out == ""
    assert "one number with a decimal comma, or two numbers?" in result.err
    assert "^" in result.err


PASTES = {
    "NumPy": "[[1 2]\n [3 4]]",
    "PyTorch": "tensor([[1, 2],\n        [3, 4]])",
    "MATLAB": "A = [1 2; 3 4];",
    "C": "{{1,2},{3,4}}",
    "tuples": "((1, 2), (3, 4))",
    "LaTeX": r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}",
    "Markdown": "| 1 | 2 |\n|---|---|\n| 3 | 4 |\n",
    "full width": "１ ２；３ ４",
}


@pytest.mark.parametrize("text", PASTES.values(), ids=PASTES.keys())
def test_a_paste_is_read_as_input_as_option_and_from_a_pipe(nnviz: Nnviz, text: str) -> None:
    assert nnviz("show", text, "--json").out == "[[1,2],[3,4]]\n"
    assert nnviz("show", "-", "--json", stdin=text.encode()).out == "[[1,2],[3,4]]\n"
    kernel = nnviz("conv", "1 0; 0 1", "-k", text, "--json", "--get", "kernel")
    assert kernel.out == "[[1,2],[3,4]]\n"


@pytest.mark.parametrize(
    ("matrix", "encoding"),
    [
        ("1 -2; 3 4", "utf-8"),
        ("0.5 -1.25; 3 4; 5 6", "utf-8"),
        ("[[[1,2],[3,4]],[[5,6],[7,8]]]", "utf-8"),
        ("1;2;3", "utf-8"),
        ("1 -2; 3 4", "ascii"),
        ("0.5 -1.25; 3 4; 5 6", "ascii"),
    ],
)
def test_what_the_terminal_shows_is_read_again(nnviz: Nnviz, matrix: str, encoding: str) -> None:
    shown = nnviz("show", matrix, encoding=encoding).out
    if encoding == "ascii":  # where a row looks like a list, and nothing like a heading
        shown = shown[shown.index("[") :]
    again = nnviz("show", "-", "--json", stdin=shown.encode())
    assert json.loads(again.out) == json.loads(nnviz("show", matrix, "--json").out)


def test_what_was_left_out_is_noted(nnviz: Nnviz, here: Path) -> None:
    (here / "t.csv").write_text(",a,b\n0,1,2\n1,3,4\n")
    result = nnviz("show", "t.csv", "--json")
    assert result.out == "[[1,2],[3,4]]\n"
    assert result.err == (
        "note: the first line of t.csv is left out: a, b\n"
        "note: the first column of t.csv is left out: 0, 1\n"
    )
    assert nnviz("show", "t.csv", "--json", "-q").err == ""
    assert "t.csv is left out: a, b" in nnviz("show", "t.csv").err
    assert "t.csv is left out: a, b" in nnviz("conv", "1 2 3; 4 5 6", "-k", "t.csv").err


@pytest.mark.parametrize(
    "words",
    [
        ["pool", "[[[1,2],[3,4]],[[5,6],[7,8]]]", "--global"],
        ["conv", "1 2 3; 4 5 6; 7 8 9"],
        ["show", "[[1, 2]]"],
        ["show", "[[[[1, 2], [3, 4]]], [[[5, 6], [7, 8]]]]"],
        ["show", "5"],
        ["show", "1; 2"],
    ],
    ids=["channels of one cell", "one cell", "one row", "a batch", "one number", "a column"],
)
@pytest.mark.parametrize("form", ["csv", "npy", "json", "trace"])
def test_what_is_written_is_read_with_its_shape(nnviz: Nnviz, words: list[str], form: str) -> None:
    shape = nnviz(*words, "--json", "--get", "shape").out
    piped = nnviz(*words, "-f", form)
    again = nnviz("show", "-", "--json", "--get", "shape", stdin=piped.raw)
    assert again.out == shape
    assert again.err == ""


def test_the_cell_that_is_missing(nnviz: Nnviz) -> None:
    result = nnviz("show", "-", stdin=b"1,2\n3,4\n,\n")
    assert result.code == 1
    assert "a number is missing here\n  standard input, line 3, column 1\n" in result.err


@pytest.mark.parametrize("command", [["show"], ["net", "act relu"], ["pool", "-k", "1"]])
def test_units_are_divided_in_the_type_that_is_asked_for(
    nnviz: Nnviz, here: Path, command: list[str]
) -> None:
    Image.fromarray(np.array([[1, 7], [100, 255]], np.uint8)).save(here / "g.png")
    words = [*command, "g.png", "--unit", "--json"]
    assert json.loads(nnviz(*words, "--dtype", "float64").out) == [
        [1 / 255, 7 / 255],
        [100 / 255, 1.0],
    ]
    single = np.array([[1, 7], [100, 255]], np.float32) / np.float32(255)
    assert np.array_equal(np.array(json.loads(nnviz(*words).out), np.float32), single)


def test_a_file_that_is_not_read_says_what_it_is(nnviz: Nnviz, here: Path) -> None:
    (here / "w.h5").write_bytes(b"\x89HDF\r\n\x1a\n\0")
    for words in (
        ["show", "w.h5"],
        ["conv", "1", "-k", "w.h5"],
        ["rnn", "1 0", "--weights", "w.h5"],
    ):
        result = nnviz(*words)
        assert result.code == 1
        assert "w.h5 is an HDF5 file, which is not read" in result.err
        assert "np.save('x.npy', h5py.File('w.h5')['NAME'][()])" in result.err
