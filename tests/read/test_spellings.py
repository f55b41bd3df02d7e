"""Every spelling of a matrix gives that matrix; what is no matrix keeps its error."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nnviz.errors import NnvizError
from nnviz.read import Stdin, read_input
from nnviz.read.spellings import SIGNS, Spelling, is_spelled, plain, signs, spellings

Written = Callable[[np.ndarray], str]


def rows(array: np.ndarray, cell: str, row: str, first: str = "", last: str = "") -> str:
    """The numbers of a matrix, with something between, before and after those of a row."""
    lines = [first + cell.join(map(repr, line)) + last for line in array.tolist()]
    return row.join(lines)


def printed(array: np.ndarray) -> str:
    with np.printoptions(threshold=10**6, floatmode="unique", suppress=False):
        return str(array)


def represented(array: np.ndarray) -> str:
    with np.printoptions(threshold=10**6, floatmode="unique", suppress=False):
        return repr(array)


def viewed(array: np.ndarray) -> str:
    middle = [("⎢", "⎥")] * (len(array) - 2)
    sides = [("⎡", "⎤"), *middle, ("⎣", "⎦")] if len(array) > 1 else [("[", "]")]
    return "\n".join(
        f"{before} {' '.join(map(repr, line)).replace('-', '−')} {after}"
        for (before, after), line in zip(sides, array.tolist(), strict=True)
    )


LISTS: dict[str, Written] = {
    "Python": lambda a: repr(a.tolist()),
    "NumPy, printed": printed,
    "NumPy, its repr": represented,
    "PyTorch, its repr": lambda a: represented(a).replace("array(", "tensor("),
    "an import": lambda a: f"x = np.array({a.tolist()})\n",
    "a dtype": lambda a: f"torch.tensor({a.tolist()}, dtype=torch.{a.dtype}, device='cpu')",
    "TensorFlow": lambda a: f"tf.Tensor(\n{printed(a)}, shape={a.shape}, dtype={a.dtype})",
    "TensorFlow's repr": lambda a: (
        f"<tf.Tensor: shape={a.shape}, dtype={a.dtype}, numpy=\n{represented(a)}>"
    ),
    "C": lambda a: repr(a.tolist()).replace("[", "{").replace("]", "}"),
    "C, as it is formatted": lambda a: "{\n" + rows(a, ", ", "\n", "    {", "},") + "\n};\n",
    "tuples": lambda a: repr(tuple(map(tuple, a.tolist()))),
    "a list of tuples": lambda a: repr(list(map(tuple, a.tolist()))),
    "scalars of NumPy 2": lambda a: repr([list(line) for line in a]),
    "full width": lambda a: repr(a.tolist()).translate(
        {ord(n): ord(n) + 0xFEE0 for n in "0123456789[],.-"}
    ),
}
"""Spellings in which every row has brackets of its own: one row is still a matrix."""

ROWS: dict[str, Written] = {
    "spaces": lambda a: rows(a, " ", "\n"),
    "tabs": lambda a: rows(a, "\t", "\n"),
    "commas": lambda a: rows(a, ",", "\n"),
    "commas and spaces": lambda a: rows(a, ", ", "\n"),
    "semicolons": lambda a: rows(a, " ", "; "),
    "quotes": lambda a: rows(a, '","', "\n", '"', '"'),
    "MATLAB": lambda a: f"[{rows(a, ' ', '; ')};]",
    "MATLAB with commas": lambda a: f"A = [{rows(a, ', ', '; ')};];",
    "MATLAB in lines": lambda a: f"[\n{rows(a, ' ', ';' + chr(10))};\n]",
    "Julia": lambda a: f"{a.dtype.name.title()}[{rows(a, ' ', '; ')};]",
    "LaTeX": lambda a: r"\begin{bmatrix} " + rows(a, " & ", r" \\ ") + r" \end{bmatrix}",
    "LaTeX in lines": lambda a: (
        "$$\nA = \\left(\\begin{array}{rr}\n" + rows(a, "&", "\\\\\n") + "\\\\\n"
        "\\end{array}\\right)\n$$"
    ),
    "Markdown": lambda a: rows(a, " | ", "\n", "| ", " |").replace(
        "\n", "\n|" + "---|" * a.shape[1] + "\n", 1
    ),
    "Markdown without a head": lambda a: (
        f"|{'  |' * a.shape[1]}\n|{':-:|' * a.shape[1]}\n{rows(a, '|', chr(10), '|', '|')}"
    ),
    "our terminal view": viewed,
    "our terminal view in ASCII": lambda a: rows(a, " ", "\n", "[ ", " ]"),
    "our terminal view, with its head": lambda a: (
        f"input {a.shape[0]}×{a.shape[1]}\n{viewed(a)}" if len(a) > 1 else viewed(a)
    ),
    "full width": lambda a: rows(a, "\u3000", "；").translate(
        {ord(n): ord(n) + 0xFEE0 for n in "0123456789-"}
    ),
    "true minus signs": lambda a: rows(a, " ", "\n").replace("-", "−"),
}
"""Spellings in which one row is a vector, as one row of numbers is everywhere."""

MATRICES = arrays.arrays(
    np.int64,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.integers(-(2**53), 2**53) | st.integers(-9, 9),
) | arrays.arrays(
    np.float64,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.5, -1.25, 3.0]),
)


def read(text: str) -> np.ndarray:
    return read_input("-", stdin=Stdin(io.BytesIO(text.encode()))).array


@pytest.mark.parametrize("name", LISTS)
@settings(deadline=None, max_examples=25)
@given(array=MATRICES)
def test_a_paste_of_lists_gives_the_matrix(name: str, array: np.ndarray) -> None:
    np.testing.assert_array_equal(read(LISTS[name](array)), array, strict=True)


@pytest.mark.parametrize("name", ROWS)
@settings(deadline=None, max_examples=25)
@given(array=MATRICES)
def test_a_paste_of_rows_gives_the_matrix(name: str, array: np.ndarray) -> None:
    expected = array if len(array) > 1 else array[0]
    np.testing.assert_array_equal(read(ROWS[name](array)), expected, strict=True)


@pytest.mark.parametrize("name", [*LISTS, *ROWS])
@settings(deadline=None, max_examples=15)
@given(array=MATRICES, at=st.integers(0, 35))
def test_an_error_points_at_the_word_that_was_written(
    name: str, array: np.ndarray, at: int
) -> None:
    if name in ("Julia", "quotes", "scalars of NumPy 2", "TensorFlow's repr"):
        return  # a word in their place is another word: in quotes, in a type
    array = np.full_like(array, 7)
    text = (LISTS.get(name) or ROWS[name])(array)
    seven = "７" if "７" in text else "7"
    places = [i for i, sign in enumerate(text) if sign == seven]
    place = places[at % len(places)]
    if text[:place].rstrip().endswith("e+"):
        return
    with pytest.raises(NnvizError, match=r"'\S*1x\S*' is not a number") as caught:
        read(text[:place] + "1x" + text[place + 1 :])
    where = caught.value.place
    assert where is not None
    assert where.line == text.count("\n", 0, place) + 1
    assert where.column is not None
    assert where.text is not None
    assert "1x" in where.text[where.column - 1 :][: where.width]


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(["", "[", "(", "{", "array(", "| ", "⎡ ", "\\begin{bmatrix}", "A = ", "１"]),
    st.text(alphabet="[]{}()|⎡⎤⎣⎦&\\-−,.;: 123e\n\tabx=×１、", max_size=40),
)
def test_a_plain_form_is_as_long_as_the_text(start: str, text: str) -> None:
    text = start + text
    with suppress(NnvizError):
        assert len(plain(text, "x").text) == len(text)


def test_signs_are_a_character_each() -> None:
    assert all(isinstance(sign, int) for sign in SIGNS.values())
    assert signs("［１，２；−３］") == "[1,2;-3]"
    assert signs("plain") == "plain"


@pytest.mark.parametrize("spelling", spellings(), ids=lambda spelling: spelling.example)
def test_the_table_knows_its_examples(spelling: Spelling) -> None:
    assert spelling.is_so(spelling.example, 0)
    array = read(spelling.example)
    if array.size == 4:
        assert array.tolist() == [[1, 2], [3, 4]]
    else:
        assert array.tolist() == [1.5]


NO_MATRIX = {
    "a word": ("hello", "'hello' is not a number"),
    "a sentence": ("the kernel has no bias", "'the' is not a number"),
    "a call of something else": ("print(1)", "'print(1)' is not a number"),
    "a call in a call": ("np.array(range(3))", "'range(3)' is not a number"),
    "a sum": ("np.array([1, 2]) + 1", "only the numbers in np.array(…) are read"),
    "an empty call": ("array()", "is empty"),
    "an empty list": ("array([])", "this list is empty"),
    "an empty tuple": ("()", "'()' is not a number"),
    "an equation": ("x = 5", "'x' is not a number"),
    "true and false": ("array([[ True, False]])", "'True' is not a number"),
    "complex numbers": ("array([1.+2.j])", "'1.+2.j' is not a number"),
    "not a number": ("tensor([1., nan])", "'nan' is not a number"),
    "a ragged matrix": ("[1 2; 3]", "row 2 has 1 number, row 1 has 2"),
    "ragged braces": ("{{1, 2}, {3}}", "row 2 has 1 number, row 1 has 2"),
    "braces that are not closed": ("{{1, 2}, {3, 4}", "this bracket is not closed"),
    "numbers and lists": ("{1, {2, 3}}", "numbers and lists are mixed here"),
    "two depths": ("[[1, 2], [[3], [4]]]", "numbers and lists are mixed here"),
    "a dictionary": ("{'a': 1}", "this is not JSON"),
    "objects": ('{"a": 1}', "is a JSON object with the keys a, not a matrix"),
}


@pytest.mark.parametrize(("text", "message"), NO_MATRIX.values(), ids=NO_MATRIX.keys())
def test_what_is_no_matrix_gets_its_error(text: str, message: str) -> None:
    with pytest.raises(NnvizError) as caught:
        read(text)
    assert message in str(caught.value)


ELIDED = {
    "NumPy's rows": "[[0 1 2 ... 7 8]\n [0 1 2 ... 7 8]]",
    "NumPy's middle": "[[0 1]\n ...\n [7 8]]",
    "NumPy's repr": "array([[0, 1, ..., 8],\n       ...,\n       [1, 2, ..., 9]], shape=(9, 9))",
    "PyTorch": "tensor([[0.1, 0.2],\n        ...,\n        [0.3, 0.4]])",
    "rows": "1 2 … 9",
    "lines": "1 2\n...\n3 4",
    "LaTeX": r"\begin{bmatrix} 1 & \cdots & 9 \\ 1 & \ldots & 9 \end{bmatrix}",
    "Markdown": "| 1 | ... | 9 |\n|---|---|---|\n| 1 | 2 | 3 |",
    "our terminal view": "⎡ 1 2 … 9 ⎤\n⎣ 1 2 … 9 ⎦",
}


@pytest.mark.parametrize("text", ELIDED.values(), ids=ELIDED.keys())
def test_numbers_that_were_left_out_are_missed(text: str) -> None:
    with pytest.raises(NnvizError, match="numbers were left out here") as caught:
        read(text)
    assert caught.value.place is not None
    assert "np.set_printoptions" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["tensor([1])", "{{1}}", "(1,)", "⎡ 1 ⎤", "| 1 |", r"\begin{matrix}1\end{matrix}",
     "A = [1 2]", "[1 2]", "Int8[1 2; 3 4]"],
)  # fmt: skip
def test_is_spelled(text: str) -> None:
    assert is_spelled(text)


@pytest.mark.parametrize(
    "text",
    ["1 2; 3 4", "photo.png", "(1).png", "a=1", "conv -k 3 | act relu", "", "x|y", "array",
     "[1, 2]", "f(x)"],
)  # fmt: skip
def test_is_not_spelled(text: str) -> None:
    assert not is_spelled(text)
