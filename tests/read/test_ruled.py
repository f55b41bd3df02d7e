"""Matrices that are set as tables: LaTeX, Markdown, the terminal view."""

from __future__ import annotations

import io

import numpy as np
import pytest

from nnviz.errors import NnvizError
from nnviz.read import Stdin, read_input

THIRDS = [[1 / 3, -2 / 3], [0.5, -1.0]]

READ = {
    "every matrix of amsmath": (r"\begin{vmatrix}1&2\\3&4\end{vmatrix}", [[1, 2], [3, 4]]),
    "a small one": (r"\begin{smallmatrix}1&2\\3&4\end{smallmatrix}", [[1, 2], [3, 4]]),
    "one with columns set right": (
        r"\begin{bmatrix*}[r]1&-2\\3&4\end{bmatrix*}",
        [[1, -2], [3, 4]],
    ),
    "fractions and groups": (
        r"\begin{bmatrix} \frac{1}{3} & -\frac{2}{3} \\ \tfrac12 & {-1} \end{bmatrix}".replace(
            "c12", "c{1}{2}"
        ),
        THIRDS,
    ),
    "lines and spaces": (
        "\\begin{tabular}{|c|c|}\n\\hline\n 1 & \\phantom{-}2 \\\\[2pt]\n\\hline\n"
        " 3 & \\,4 \\\\ \\hline\n\\end{tabular}",
        [[1, 2], [3, 4]],
    ),
    "a row over two lines": ("\\begin{matrix} 1 &\n2 \\\\ 3 &\n4 \\end{matrix}", [[1, 2], [3, 4]]),
    "between brackets and signs": (
        "\\[ \\mathbf{K} = \\left[\\begin{array}{cc} 1 & 2 \\\\ 3 & 4 \\end{array}\\right]. \\]",
        [[1, 2], [3, 4]],
    ),
    "a column": (r"$\begin{pmatrix} 1 \\ 2 \end{pmatrix}$", [[1], [2]]),
    "Markdown with a head": ("| a | b |\n|:-:|--:|\n| 3 | 4 |\n| 5 | 6 |", [[3, 4], [5, 6]]),
    "Markdown without bars at its sides": ("1 | 2\n--|--\n3 | 4", [[1, 2], [3, 4]]),
    "Org": ("|---+---|\n| 1 | 2 |\n|---+---|\n| 3 | 4 |\n|---+---|\n", [[1, 2], [3, 4]]),
    "bars in place of brackets": ("| 1 2 |\n| 3 4 |", [[1, 2], [3, 4]]),
    "channels of the view": (
        "input 2×2×2\nchannel 0\n⎡ 1 2 ⎤\n⎣ 3 4 ⎦\nchannel 1\n⎡ 5 6 ⎤\n⎣ 7 8 ⎦\n",
        [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
    ),
    "channels of the view in Korean": (
        "입력 2×2×2\n채널 0\n⎡ 1 2 ⎤\n⎣ 3 4 ⎦\n채널 1\n⎡ 5 6 ⎤\n⎣ 7 8 ⎦\n",
        [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
    ),
    "powers of ten in the view": ("⎡ 1.5×10⁻⁹ 2 ⎤\n⎣ −3×10²  4 ⎦", [[1.5e-9, 2.0], [-300.0, 4.0]]),
}  # fmt: skip


def read(text: str) -> np.ndarray:
    return read_input("-", stdin=Stdin(io.BytesIO(text.encode()))).array


@pytest.mark.parametrize(("text", "values"), READ.values(), ids=READ.keys())
def test_reads(text: str, values: object) -> None:
    np.testing.assert_array_equal(read(text), np.array(values), strict=True)


REFUSED = {
    "a factor before": (
        r"\frac{1}{9}\begin{bmatrix} 1 & 1 \end{bmatrix}",
        "only the matrix itself is read, and here stands something else",
        (1, 1),
    ),
    "a product": (
        r"\begin{bmatrix} 1 \end{bmatrix} \cdot \begin{bmatrix} 2 \end{bmatrix}",
        "only the matrix itself is read",
        (1, 33),
    ),
    "no end": (r"\begin{bmatrix} 1 & 2", r"there is no \end{bmatrix} here", (1, 1)),
    "a letter": (r"\begin{bmatrix} 1 & \alpha \end{bmatrix}", r"'\alpha' is not a number", (1, 21)),
    "a short row": (r"\begin{bmatrix} 1 & 2 \\ 3 \end{bmatrix}", "row 2 has 1 number", (1, 26)),
    "an empty cell": (r"\begin{bmatrix} 1 & & 2 \end{bmatrix}", "a number is missing", (1, 19)),
    "two numbers in a cell": (
        r"\begin{bmatrix} 1 2 & 3 \end{bmatrix}",
        "numbers are separated by spaces here and by tabs elsewhere",
        (1, 17),
    ),
    "a decimal comma of LaTeX": (
        r"\begin{bmatrix} 0{,}5 & 1 \end{bmatrix}",
        "is '0{,}5' one number with a decimal comma",
        (1, 17),
    ),
    "a decimal comma in one column": ("| 0,5 |\n|-----|\n| 1,5 |", "is '0,5' one number", (1, 3)),
    "a word in Markdown": ("| 1 | x |\n|---|---|\n| 3 | 4 |", "'x' is not a number", (1, 7)),
    "dashes for numbers": ("| 1 | 2 |\n|---|---|\n| - | - |", "'-' is not a number", (3, 3)),
    "arrays of the view side by side": (
        "⎡ 1 2 ⎤     ⎡ 5 6 ⎤\n⎣ 3 4 ⎦  ∗  ⎣ 7 8 ⎦",
        "several arrays stand side by side here",
        (1, 13),
    ),
    "two arrays of the view": (
        "input 2×2\n⎡ 1 2 ⎤\n⎣ 3 4 ⎦\noutput 2×2\n⎡ 1 2 ⎤\n⎣ 3 4 ⎦",
        "'output' is not a number",
        (4, 1),
    ),
    "a power of ten over the view": (
        "input 2×2  ×10⁻⁸\n⎡ 0.1 0.2 ⎤\n⎣ 3.0 0.4 ⎦",
        "'input' is not a number",
        (1, 1),
    ),
    "columns of the view apart": (
        "columns 0–1\n⎡ 1 2 ⎤\n⎣ 3 4 ⎦\ncolumns 2–3\n⎡ 5 6 ⎤\n⎣ 7 8 ⎦",
        "'columns' is not a number",
        (1, 1),
    ),
}


@pytest.mark.parametrize(("text", "message", "at"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(text: str, message: str, at: tuple[int, int]) -> None:
    with pytest.raises(NnvizError) as caught:
        read(text)
    assert message in str(caught.value.message)
    place = caught.value.place
    assert place is not None
    assert (place.line, place.column) == at
    assert place.text == text.split("\n")[at[0] - 1]
