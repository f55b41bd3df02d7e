"""What stands around the numbers of a table: left out with a note, or refused where doubtful."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.errors import NnvizError
from nnviz.read.rows import parse_rows
from nnviz.words import Words

SQUARE = [[1, 2], [3, 4]]
FIRST_LINE = "the first line of t.csv is left out: {}"
FIRST_COLUMN = "the first column of t.csv is left out: {}"
LAST_CELL = "the empty cell at the end of every line of t.csv is left out"
ONE_COMMENT = "the line of t.csv that begins with # is left out"

READ = {
    "quotes": ('"1","2"\n"3","4"\n', SQUARE, []),
    "quotes and tabs": ('"1"\t"2"\n"3"\t"4"\n', SQUARE, []),
    "quotes and semicolons": ('"1";"2"\n"3";"4"\n', SQUARE, []),
    "quotes around some": ('"1",2\n3,"-4.5"\n', [[1.0, 2.0], [3.0, -4.5]], []),
    "headings": ("a,b\n1,2\n3,4\n", SQUARE, [FIRST_LINE.format("a, b")]),
    "headings in quotes": (
        '"width, mm","height"\n1,2\n3,4\n',
        SQUARE,
        [FIRST_LINE.format("width, mm, height")],
    ),
    "headings of several words": (
        "sepal length;petal width\n1;2\n3;4\n",
        SQUARE,
        [FIRST_LINE.format("sepal length, petal width")],
    ),
    "headings over tabs": ("a\tb\n1\t2\n3\t4\n", SQUARE, [FIRST_LINE.format("a, b")]),
    "headings over columns": ("x  y\n1  2\n3  4\n", SQUARE, [FIRST_LINE.format("x, y")]),
    "a heading over one column": ("a\n1\n2\n", [[1], [2]], [FIRST_LINE.format("a")]),
    "headings over one row": ("a,b\n1,2\n", [1, 2], [FIRST_LINE.format("a, b")]),
    "headings and an empty line": ("a,b\n\n1,2\n3,4\n", SQUARE, [FIRST_LINE.format("a, b")]),
    "headings over channels": (
        "a,b\n1,2\n3,4\n\n5,6\n7,8\n",
        [SQUARE, [[5, 6], [7, 8]]],
        [FIRST_LINE.format("a, b")],
    ),
    "pandas' row numbers": (
        ",a,b\n0,1,2\n1,3,4\n",
        SQUARE,
        [FIRST_LINE.format("a, b"), FIRST_COLUMN.format("0, 1")],
    ),
    "pandas' row and column numbers": (
        ",0,1\n0,1,2\n1,3,4\n",
        SQUARE,
        [FIRST_LINE.format("0, 1"), FIRST_COLUMN.format("0, 1")],
    ),
    "pandas' row numbers, of a part": (
        ",a\n7,1\n9,2\n",
        [[1], [2]],
        [FIRST_LINE.format("a"), FIRST_COLUMN.format("7, 9")],
    ),
    "pandas' row numbers with a point": (
        ",a\n0.5,1\n1.0,2\n",
        [[1], [2]],
        [FIRST_LINE.format("a"), FIRST_COLUMN.format("0.5, 1.0")],
    ),
    "R's names of rows": (
        '"","V1","V2"\n"1",1,2\n"2",3,4\n',
        SQUARE,
        [FIRST_LINE.format("V1, V2"), FIRST_COLUMN.format("1, 2")],
    ),
    "pandas' row numbers between tabs": (
        "\ta\tb\n0\t1\t2\n1\t3\t4\n",
        SQUARE,
        [FIRST_LINE.format("a, b"), FIRST_COLUMN.format("0, 1")],
    ),
    "pandas' Markdown": (
        "|    |   0 |   1 |\n|---:|----:|----:|\n|  0 |   1 |   2 |\n|  1 |   3 |   4 |\n",
        SQUARE,
        [FIRST_LINE.format("0, 1"), FIRST_COLUMN.format("0, 1")],
    ),
    "names of rows": ("x,1,2\ny,3,4\n", SQUARE, [FIRST_COLUMN.format("x, y")]),
    "names of rows and columns": (
        "name,a,b\nx,1,2\ny,3,4\n",
        SQUARE,
        [FIRST_LINE.format("name, a, b"), FIRST_COLUMN.format("x, y")],
    ),
    "names of rows under nothing": (
        ",2019,2020\nx,1,2\ny,3,4\n",
        SQUARE,
        [FIRST_LINE.format("2019, 2020"), FIRST_COLUMN.format("x, y")],
    ),
    "dates": (
        "date,a\n2026-01-01,1\n2026-01-02,2\n",
        [[1], [2]],
        [FIRST_LINE.format("date, a"), FIRST_COLUMN.format("2026-01-01, 2026-01-02")],
    ),
    "a comma at the end": ("1,2,\n3,4,\n", SQUARE, [LAST_CELL]),
    "two commas at the end": ("1,2,,\n3,4, ,\n", SQUARE, [LAST_CELL]),
    "a comma at the end of one row": ("1, 2,", [1, 2], [LAST_CELL]),
    "a comma at the end under headings": (
        "a,b\n1,2,\n3,4,\n",
        SQUARE,
        [FIRST_LINE.format("a, b"), LAST_CELL],
    ),
    "a comma at the end of headings too": (
        "a,b,\n1,2,\n3,4,\n",
        SQUARE,
        [FIRST_LINE.format("a, b"), LAST_CELL],
    ),
    "an empty last column in Markdown": ("| 1 | 2 | |\n| 3 | 4 | |\n", SQUARE, [LAST_CELL]),
    "a comment": ("# from a table\n1,2\n3,4\n", SQUARE, [ONE_COMMENT]),
    "comments between and after rows": (
        "1,2\n # the next\n3,4\n# the end",
        SQUARE,
        ["2 lines of t.csv that begin with # are left out"],
    ),
    "a comment and headings": (
        "# t\na,b\n1,2\n3,4",
        SQUARE,
        [ONE_COMMENT, FIRST_LINE.format("a, b")],
    ),
    "NumPy's head of a file": ("# a b\n1. 2.\n3. 4.\n", [[1.0, 2.0], [3.0, 4.0]], [ONE_COMMENT]),
    "a shape": ("# shape 2x1x2\n1,2\n3,4\n", [[[1, 2]], [[3, 4]]], []),
    "a shape of one row": ("# shape 1x2\n1,2\n", [[1, 2]], []),
    "a shape of blocks": ("# shape 2x2x1\n1\n2\n\n3\n4\n", [[[1], [2]], [[3], [4]]], []),
    "a shape and a comment": ("# a\n# shape 1x2\n1,2\n", [[1, 2]], [ONE_COMMENT]),
}  # fmt: skip


def read(text: str) -> tuple[np.ndarray, list[str]]:
    from nnviz.read.spellings import plain

    notes: list[Words] = []
    array = parse_rows(text, "t.csv", plain=plain(text, "t.csv").text, notes=notes)
    return array, list(map(str, notes))


@pytest.mark.parametrize(("text", "values", "notes"), READ.values(), ids=READ.keys())
def test_is_left_out_and_said(text: str, values: object, notes: list[str]) -> None:
    array, said = read(text)
    np.testing.assert_array_equal(array, np.array(values), strict=True)
    assert said == notes


DOUBTFUL = {
    "a decimal comma in quotes": ('"1,5","2"\n"3","4"', "is '1,5' one number", (1, 2), "write 0.5"),
    "a thousands comma in quotes": ('"1,000"\n"2,000"', "is '1,000' one number", (1, 2), "1000"),
    "two numbers in quotes": ('"1 2","3 4"', "'\"1' is not a number", (1, 1), ""),
    "a number among headings": ("a,1\n1,2", "'a' is not a number", (1, 1), "names are left out"),
    "nan for headings": ("nan,nan\n1,2", "'nan' is not a number", (1, 1), ""),
    "headings that begin as numbers": ("1st,2nd\n1,2", "'1st' is not a number", (1, 1), ""),
    "a heading too few": ("a\n1,2\n3,4", "the first line has words", (1, 1), "delete the line"),
    "two lines of headings": ("a,b\nc,d\n1,2", "'a' is not a number", (1, 1), "names are left out"),
    "headings of rows in a text": ("a b; 1 2", "the first line has words", (1, 1), "delete the"),
    "a row without a name": ("x,1\n2,3", "'x' is not a number", (1, 1), "names are left out"),
    "a word in a column": ("a,b\n1,2\nx,4", "'x' is not a number", (3, 1), "names are left out"),
    "an empty cell before numbers": (
        ",5,1\n0,1,2\n1,3,4",
        "the first cell is empty: is a number missing here",
        (1, 1),
        "write the number, or delete",
    ),
    "a comma at the end of some rows": ("1,2,\n3,4", "a number is missing here", (1, 4), ""),
    "an empty cell": ("a,b\n1,2\n3,", "a number is missing here", (3, 2), ""),
    "a line of commas": ("1,2\n3,4\n,", "a number is missing here", (3, 1), ""),
    "a comment after numbers": ("1 2 # a\n3 4", "'#' is not a number", (1, 5), ""),
    "a shape that does not fit": (
        "# shape 2x3\n1,2\n3,4",
        "a shape of 2×3 is written here, and 4 numbers follow",
        (1, 1),
        "",
    ),
}


@pytest.mark.parametrize(("text", "message", "at", "hint"), DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_is_refused_where_it_is_doubtful(
    text: str, message: str, at: tuple[int, int], hint: str
) -> None:
    with pytest.raises(NnvizError) as caught:
        read(text)
    assert message in str(caught.value.message)
    assert hint in str(caught.value.hint or "")
    place = caught.value.place
    assert place is not None
    assert (place.line, place.column) == at


def test_only_comments_are_nothing() -> None:
    with pytest.raises(NnvizError, match=r"t\.csv is empty"):
        read("# 1 2\n# 3 4\n")


@settings(deadline=None, max_examples=80)
@given(
    st.integers(1, 4),
    st.integers(2, 4),
    st.sampled_from([",", "\t", ";"]),
    st.booleans(),
    st.sampled_from(["", "names", "numbers"]),
    st.booleans(),
    st.booleans(),
)
def test_whatever_stands_around_them_the_numbers_are_the_same(
    rows: int, columns: int, cell: str, head: bool, side: str, quoted: bool, comment: bool
) -> None:
    values = np.arange(rows * columns).reshape(rows, columns)
    lines = [[f'"{v}"' if quoted else str(v) for v in row] for row in values.tolist()]
    if side:
        lines = [[f"row {i}" if side == "names" else str(i), *line] for i, line in enumerate(lines)]
    if head or side == "numbers":
        lines = [[""] * bool(side) + [f"c{i}" for i in range(columns)], *lines]
    text = "\n".join(cell.join(line) for line in lines)
    if "\n" not in text:
        return  # one line has no headings, and its `;` end rows
    array, notes = read("# a comment\n" * comment + text)
    np.testing.assert_array_equal(array, values if rows > 1 else values[0])
    assert len(notes) == comment + (head or side == "numbers") + bool(side)
