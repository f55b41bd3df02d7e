"""Matrices in brackets: what belongs to them, where a new line ends a row, what stays in place."""

from __future__ import annotations

import numpy as np
import pytest

from nnviz.errors import NnvizError
from nnviz.read import Stdin, read_input
from nnviz.read.bracketed import has_rows, is_printed
from nnviz.read.spellings import plain

READ = {
    "floats that NumPy prints": ("[[1. 2.]\n [3. 4.]]", [[1.0, 2.0], [3.0, 4.0]]),
    "large and small": ("[1.e+10 2.5e-05]", [1e10, 2.5e-5]),
    "channels": ("[[[1 2]\n  [3 4]]\n\n [[5 6]\n  [7 8]]]", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
    "a column": ("[[1]\n [2]]", [[1], [2]]),
    "a vector": ("[1 2 3]", [1, 2, 3]),
    "a vector in round brackets": ("(1 2 3)", [1, 2, 3]),
    "commas between lists alone": ("[[1 2], [3 4]]", [[1, 2], [3, 4]]),
    "a dtype of floats": ("tensor([[1, 2]], dtype=torch.float32)", [[1.0, 2.0]]),
    "NumPy's own names of floats": ("np.array([1, 2], dtype='<f4')", [1.0, 2.0]),
    "a dtype of whole numbers": ("np.array([1, 2], dtype=np.uint8)", [1, 2]),
    "a gradient and a device": ("tensor([1., 2.], device='cuda:0', grad_fn=<Mul>)", [1.0, 2.0]),
    "a parameter": ("Parameter containing:\ntensor([1., 2.], requires_grad=True)", [1.0, 2.0]),
    "JAX": ("Array([1, 2], dtype=int32)", [1, 2]),
    "one number": ("tensor(5)", [5]),
    "one number of a type": ("torch.tensor(5, dtype=torch.float64)", [5.0]),
    "numbers that JSON does not know": ("array([+1, .5, 1/4, 007])", [1.0, 0.5, 0.25, 7.0]),
    "a tuple of one": ("(1,)", [1]),
    "commas before every bracket": ("((1, 2,), (3, 4,),)", [[1, 2], [3, 4]]),
    "braces after a name": ("k = {{1, 0}, {0, 1}};", [[1, 0], [0, 1]]),
    "a column of MATLAB": ("[1; 2; 3]", [[1], [2], [3]]),
    "lines of MATLAB": ("[1 2\n 3 4]", [[1, 2], [3, 4]]),
    "lines of MATLAB with commas": ("A = [1, 2\n     3, 4];", [[1, 2], [3, 4]]),
    "a list over lines is one row": ("[1,\n 2,\n 3]", [1, 2, 3]),
    "Julia's floats": ("Float32[1 2; 3 4]", [[1.0, 2.0], [3.0, 4.0]]),
    "scalars of NumPy 2": ("[np.float64(0.5), np.int64(3)]", [0.5, 3.0]),
}  # fmt: skip


def read(text: str) -> np.ndarray:
    return read_input(text, stdin=Stdin(None)).array


@pytest.mark.parametrize(("text", "values"), READ.values(), ids=READ.keys())
def test_reads(text: str, values: object) -> None:
    np.testing.assert_array_equal(read(text), np.array(values), strict=True)


@pytest.mark.parametrize("n", [5, 30, 36, 72, 100])
@pytest.mark.parametrize("top", [9, 999])
def test_a_vector_that_numpy_prints_in_lines_is_one_row(n: int, top: int) -> None:
    vector = np.arange(n) % (top + 1) + (top > 9) * 100
    np.testing.assert_array_equal(read(str(vector)), vector, strict=True)


def test_a_matrix_whose_rows_numpy_prints_in_lines() -> None:
    matrix = np.arange(120).reshape(3, 40)
    np.testing.assert_array_equal(read(str(matrix)), matrix, strict=True)
    np.testing.assert_array_equal(read(repr(matrix)), matrix, strict=True)


REFUSED = {
    "a decimal comma in a list": ("[0,5 0,5]", "is '0,5' one number", (1, 2, 3)),
    "a decimal comma in rows": ("[1 0,5; 1 1]", "is '0,5' one number", (1, 4, 3)),
    "a decimal comma in lists": ("[[1 2],\n [0,5 2]]", "is '0,5' one number", (2, 3, 3)),
    "spaces, then commas": ("[[1 2], [3, 4]]", "a comma is missing before this", (1, 5, 1)),
    "what follows a call": ("array([1, 2]).T", "only the numbers in array(…) are read", (1, 14, 1)),
    "a second call": (
        "array([1, 2], dtype=int) + array([3, 4], dtype=int)",
        "only the numbers in array(…) are read",
        (1, 26, 1),
    ),
    "a second value": ("array([1, 2], [3, 4])", "only the numbers in array(…)", (1, 15, 1)),
    "options that are not closed": ("array([1, 2], dtype=int", "only the numbers in", (1, 21, 1)),
    "a call that is not closed": ("array([1, 2]", "only the numbers in array(…)", (1, 12, 1)),
    "a bracket that is not closed": ("[[1 2]\n [3 4]", "this bracket is not closed", (1, 1, 1)),
    "a list too many": ("[1, 2]\n[3, 4]", "the matrix ends before this", (2, 1, 1)),
    "three axes of Julia": ("[1 2;;; 3 4]", "there are no numbers before this ';'", (1, 6, 1)),
    "a short row of MATLAB": ("[1 2; 3]", "row 2 has 1 number, row 1 has 2", (1, 7, 1)),
    "a word in a call": ("tensor([1, x])", "'x' is not a number", (1, 12, 1)),
}


@pytest.mark.parametrize(("text", "message", "at"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(text: str, message: str, at: tuple[int, int, int]) -> None:
    with pytest.raises(NnvizError) as caught:
        read(text)
    assert message in str(caught.value.message)
    place = caught.value.place
    assert place is not None
    assert (place.line, place.column, place.width) == at
    assert place.text == text.split("\n")[at[0] - 1]


def test_json_stays_json() -> None:
    for text in ("[[1, 2], [3, 4]]", "[1,\n2]", '{"nnviz": 1, "output": [1]}'):
        assert plain(text, "x") == (text, False, False)
        assert not has_rows(text, 0)
        assert not is_printed(text, 0)
