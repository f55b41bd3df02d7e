r"""LaTeX: a fragment for a paper, which needs amsmath and nothing else (a figure: graphicx)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from unicodedata import east_asian_width

from nnviz.formats import Format, Made, pdf
from nnviz.formats._columns import Column
from nnviz.formats.note.equations import letters
from nnviz.formats.note.figure import USES, Figure
from nnviz.formats.note.model import Block, Desk, Display, Heading, Paragraph, Picture, Table
from nnviz.formats.note.walk import note
from nnviz.formats.terminal.ascii import ascii_form
from nnviz.latex import BREAK, SIGNS
from nnviz.numerals import SUBSCRIPTS, SUPERSCRIPTS, plain
from nnviz.request import Request
from nnviz.trace import Equation, Trace
from nnviz.words import Words

_MARKS = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"$|$",
    "ᵀ": r"$^{\top}$",
    **{mark: "\\" + mark for mark in "{}$&#%_"},
}
_SIGNS = "".join(sign for sign in SIGNS if not sign.isascii() and sign not in "ⱼᵢᵀ")
_SPECIAL = re.compile(
    rf"--|[{re.escape(''.join(_MARKS))}]|[{_SIGNS}]|[{SUBSCRIPTS}]+|[{SUPERSCRIPTS}]+"
    r"|[^\w\s\x00-\xff–—‘’“”…]"
)
_LOW = str.maketrans(SUBSCRIPTS, "0123456789+--aehijklmnoprstuvx")
_PAGE, _WIDE = 66, 34
"""Letters that a page has room for, and those of a column that is broken into lines."""


def write(trace: Trace, request: Request) -> Made:
    """The note of a trace."""
    desk, figure = Desk(request.appearance), _figure(trace, request)
    blocks = [_written(desk, block) for block in note(trace, request, figure)]
    body = "\n\n".join(blocks)
    head = [r"% \usepackage{amsmath}"]
    if figure.file:
        head.append(r"% \usepackage{graphicx}")
    if any(east_asian_width(c) == "W" for c in body):
        head.append(r"% \usepackage{kotex} % Hangul")
    encoding = request.screen.encoding
    text = ascii_form("\n".join(head) + "\n\n" + body + "\n", encoding)
    return figure.with_note(text.encode(encoding, "replace"))


def _figure(trace: Trace, request: Request) -> Figure:
    """The figure; without the package that writes it, a word about that."""
    if request.path is None or find_spec("fpdf") is not None:
        return Figure.beside(trace, request, pdf.write, ".pdf")
    why = Words(
        "the note has no figure: PDF is written with the package fpdf2, which is not installed"
    )
    return Figure(made=Made(b"", notes=(why,)))


def _written(desk: Desk, block: Block) -> str:
    match block:
        case Heading(said, level):
            return rf"\{'sub' * level}section*{{{escaped(said)}}}"
        case Paragraph(said, strong):
            text = escaped(said)
            return rf"\noindent\textbf{{{text}}}" if strong else rf"\noindent {text}"
        case Display():
            return _display(block)
        case Table():
            return "\n".join(_table(desk, block))
        case Picture(file):
            drawn = rf"\includegraphics[width=\linewidth]{{\detokenize{{{file}}}}}"
            return rf"\begin{{center}}{drawn}\end{{center}}"


def _display(block: Display) -> str:
    body = f" {BREAK}\n".join(block.lines)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}" if block.aligned else f"\\[\n{body}\n\\]"


def _table(desk: Desk, table: Table) -> Iterator[str]:
    def formula(equation: Equation, about: bool) -> str:
        sign = desk.latex.about.lstrip() if about else ""
        return f"${sign}{desk.latex.line(desk.latex.equation(equation))}$"

    heads = [desk.heading(column, escaped, formula) for column in table.columns]
    columns = [[*each] for each in zip(heads, *desk.rows(table, escaped, formula), strict=True)]
    for block in _blocks([max(map(letters, column)) for column in columns]):
        kinds = [_kind(table.columns[i], columns[i]) for i in block]
        yield rf"\noindent\begin{{tabular}}{{{''.join(kinds)}}}"
        lines = zip(*(columns[i] for i in block), strict=True)
        head, *rows = (f"{' & '.join(line)} {BREAK}" for line in lines)
        if table.total:
            rows[-1] = r"\hline " + rows[-1]
        yield from (head + r" \hline", *rows, "\\end{tabular}\\par\\medskip\n")


def _blocks(widths: list[int]) -> list[list[int]]:
    """Which columns stand in one table: as many as a page has room for, each with the first."""
    made, room = [[0]], _PAGE - widths[0]
    for i, width in enumerate(widths[1:], 1):
        taken = min(width, _WIDE) + 3
        if taken > room and len(made[-1]) > 1:
            made.append([0])
            room = _PAGE - widths[0]
        made[-1].append(i)
        room -= taken
    return made


def _kind(column: Column, cells: list[str]) -> str:
    """How a column stands; one of long sums is broken into lines."""
    if max(map(letters, cells)) > _WIDE:
        return r"p{0.5\linewidth}"
    return "l" if column.align == "left" else "r"


def escaped(said: str) -> str:
    r"""Text of which nothing is a mark of LaTeX; signs and small numbers as formulas have them.

    >>> escaped("5×5 & 50%"), escaped("hₜ₋₁ ≈ x²")
    ('5$\\times$5 \\& 50\\%', 'h$_{t-1}$ $\\approx$ x$^{2}$')
    """
    return _SPECIAL.sub(_special, said)


def _special(found: re.Match[str]) -> str:
    piece = found[0]
    if piece == "--":  # no dash
        return "-{}-"
    if piece in _MARKS:
        return _MARKS[piece]
    if piece in SIGNS:
        return f"${SIGNS[piece]}$"
    if piece[0] in SUBSCRIPTS:
        return f"$_{{{piece.translate(_LOW)}}}$"
    if piece[0] in SUPERSCRIPTS:
        return f"$^{{{plain(piece)}}}$"
    return "".join(_MARKS.get(c, c) for c in ascii_form(piece, "ascii"))


FORMAT = Format("text", (".tex",), write, uses=USES, in_file=pdf.FORMAT.uses, heading="% {name}")
