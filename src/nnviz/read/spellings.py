"""How people write a matrix: a table of spellings, each with the way to its plain form.

What is pasted from NumPy, PyTorch, MATLAB, LaTeX, Markdown or our own terminal view becomes
what the two readers know: nested lists (`[[1,2],[3,4]]`) or rows (`1 2; 3 4`). A plain form
is as long as the text and every number stands where it stood; what does not belong to the
numbers becomes blanks. So an error points into what the user wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from nnviz.read.text import Written, start_of
from nnviz.records import NamedTuple

SIGNS = str.maketrans(
    "０１２３４５６７８９．，、；／＋－＝｜＃［］（）｛｝\N{IDEOGRAPHIC SPACE}"
    "\N{MINUS SIGN}\N{EN DASH}\N{SMALL HYPHEN-MINUS}",
    "0123456789.,,;/+-=|#[](){} ---",
)
"""Signs as wide as a Chinese character, and the minus signs of print: first row of the table."""


class Spelling(NamedTuple):
    """A row of the table."""

    example: str
    is_so: Callable[[str, int], bool]
    """Whether a text that begins at an offset is spelled like this, by its looks."""
    plain: Callable[[Written], Written]
    """The text in its plain form, or in that of a row further down."""


_BARE = re.compile(r"[-+0-9.,;eE \t\n]*")
"""Signs of which rows of numbers are made, and no spelling of the table."""


@cache
def spellings() -> tuple[Spelling, ...]:
    """From what stands around a matrix to what stands between its numbers: one may hold another."""
    from nnviz.read import bracketed, ruled  # most matrices are in no spelling of the table

    return (
        Spelling("A = [1 2; 3 4]", bracketed.is_named, bracketed.without_name),
        Spelling("[np.float64(1.5)]", bracketed.has_scalars, bracketed.without_types),
        Spelling("array([[1, 2], [3, 4]])", bracketed.is_called, bracketed.without_call),
        Spelling(r"\begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix}", ruled.is_latex, ruled.latex_cells),
        Spelling("| 1 | 2 |\n|---|---|\n| 3 | 4 |", ruled.is_markdown, ruled.markdown_cells),
        Spelling("⎡ 1 2 ⎤\n⎣ 3 4 ⎦", ruled.is_view, ruled.view_rows),
        Spelling("{{1, 2}, {3, 4}}", bracketed.is_braced, bracketed.in_lists),
        Spelling("((1, 2), (3, 4))", bracketed.is_braced, bracketed.in_lists),
        Spelling("[ 1 2 ]\n[ 3 4 ]", bracketed.is_list_a_line, bracketed.rows_of_lists),
        Spelling("[1 2; 3 4]", bracketed.has_rows, bracketed.without_brackets),
        Spelling("[[1 2]\n [3 4]]", bracketed.is_printed, bracketed.with_commas),
        Spelling("[[1., 2.], [3., 4.]]", bracketed.has_bare_points, lambda written: written),
    )


class Plain(NamedTuple):
    """A matrix in its plain form."""

    text: str
    spelled: bool = False
    """Whether it was spelled as in the table: its numbers are then not held to JSON's."""
    floats: bool = False
    """Whether it said, with `dtype=`, that whole numbers are meant as floats."""


def plain(text: str, name: str) -> Plain:
    r"""The plain form of what a user wrote, `name` where it came from.

    Raises NnvizError where a spelling is known and something beside the matrix is not.

    >>> plain("[[1 2]\n [3 4]]", "INPUT").text
    '[[1,2], [3,4]]'
    >>> plain("array([[1., 2.]])", "INPUT").text
    '      [[1., 2.]] '
    """
    if _BARE.fullmatch(text):
        return Plain(text)
    from nnviz.read.bracketed import wants_floats

    written, spelled = Written(signs(text), text, name), False
    floats = wants_floats(written.same)
    for _, is_so, plain_form in spellings():
        if is_so(written.same, start_of(written.same)):
            written, spelled = plain_form(written), True
    return Plain(written.same, spelled, floats)


def signs(text: str) -> str:
    """The text with one sign for each meaning, every character where it was.

    >>> signs("１，−２")
    '1,-2'
    """
    return text if text.isascii() else text.translate(SIGNS)


def is_spelled(text: str) -> bool:
    """Whether a text is a matrix in a spelling of the table, by its looks.

    >>> [is_spelled(text) for text in ("tensor([1])", "(1, 2)", "(1).png", "1 2; 3 4")]
    [True, True, False, False]
    """
    if _BARE.fullmatch(text):
        return False
    same = signs(text)
    start = start_of(same)
    return any(spelling.is_so(same, start) for spelling in spellings())
