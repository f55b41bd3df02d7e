r"""Formulas as LaTeX with amsmath, which MathJax and KaTeX read too: \frac, \times, \lfloor.

Nothing of it is eaten where it stands in Markdown: there is no `*`, a backslash stands before
letters alone (and as `\\` at the end of a line of a matrix), and no `_` can begin emphasis.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from nnviz.elision import shown
from nnviz.expressions import Call, Equation, Name, Quotient, Show, Sum
from nnviz.libraries import np
from nnviz.notation import Notation, Token
from nnviz.numerals import is_blank, plain

BREAK = r"\\"
"""What ends a line of a matrix, or of equations."""
MOST_COLUMNS = 10
"""What amsmath gives a matrix where it is not told."""
SIGNS = {
    "−": "-",
    "×": r"\times",
    "·": r"\cdot",
    "∗": r"\ast",
    "*": r"\ast",
    "⊙": r"\odot",
    "→": r"\to",
    "←": r"\leftarrow",
    "↑": r"\uparrow",
    "≈": r"\approx",
    "…": r"\ldots",
    "∞": r"\infty",
    "∂": r"\partial",
    "′": "'",
    "Σ": r"\sum",
    "√": r"\sqrt",
    "ᵀ": r"^{\top}",
    "⌊": r"\lfloor",
    "⌋": r"\rfloor",
    "⌈": r"\lceil",
    "⌉": r"\rceil",
    "ⱼ": "_{j}",
    "ᵢ": "_{i}",
    "α": r"\alpha",
    "β": r"\beta",
    "γ": r"\gamma",
    "δ": r"\delta",
    "σ": r"\sigma",
    "μ": r"\mu",
    "ε": r"\varepsilon",
}
"""Signs of formulas, and how they are written in one."""
_FUNCTIONS = {"tanh", "max", "min", "exp", "log"}
_BRACKETS = {
    "floor": (r"\left\lfloor ", r" \right\rfloor"),
    "ceil": (r"\left\lceil ", r" \right\rceil"),
    "abs": (r"\left\lvert ", r" \right\rvert"),
    "√": (r"\sqrt{", "}"),
}
_BEGINS_EMPHASIS = re.compile(r"(?<![^\W_])_(?! )")
_TALL = re.compile(r"\\(frac|begin|left|sqrt)\b")
_PIECE = re.compile(
    rf"√(?P<root>\w+)|(?P<hat>\w)\u0302|(?P<word>[A-Za-z]{{2,}})|(?P<sign>[{''.join(SIGNS)}])(?P<next>(?=[A-Za-z]))?"
    r"|(?P<said>[^\x00-\x7f]+)|(?P<plain>[A-Za-z0-9()\[\], .+/=:'-])|."
)
_TEXT_SIGNS = str.maketrans({**dict.fromkeys("\\{}$&#%~^_`*|<>", " "), "…": "..."})


class Latex(Notation):
    """Formulas as LaTeX."""

    minus, times, dot, each = "-", r" \times ", r" \cdot ", r" \odot "
    equal, about = " = ", r" \approx "
    loose = (Sum,)

    def number(self, value: int | float) -> str:
        r"""As it is shown; a power of ten as one: 1.5 \times 10^{-7}."""
        if is_blank(value):
            return r"\underline{\hspace{2em}}"
        shown, _, power = plain(self.show(value)).partition("e")
        shown = shown.replace("inf", r"\infty").replace("nan", text("nan"))
        return f"{shown}{self.times}10^{{{int(power)}}}" if power else shown

    def name(self, name: Name) -> Iterator[Token]:
        """A symbol; its subscripts beside each other; ∂L/∂x as a fraction."""
        over, sign, under = name.text.partition("/")
        if sign:
            below = self.line(self.name(name._replace(text=under)))
            yield Token(rf"\frac{{{symbol(over)}}}{{{below}}}", name.role)
            return
        subs = (symbol(each, words=False) for each in (name.sub, name.sup))
        texts = symbol(name.text), *subs
        for written, place in zip(texts, ("", "sub", "sup"), strict=True):
            if written:
                yield Token(written, name.role, place)  # type: ignore[arg-type]

    def call(self, call: Call) -> Iterator[Token]:
        """A function of its arguments."""
        return self.called(call.function, list(self.joined(call.args)))

    def called(self, function: str, pieces: Sequence[Token]) -> Iterator[Token]:
        """A function, and what it is applied to in brackets as high as that is."""
        if function in _BRACKETS:
            before, after = _BRACKETS[function]
            yield from (Token(before), *_unbroken(pieces), Token(after))
            return
        name, _, of = function.partition("[")
        yield Token(_function(name))
        if of:  # softmax[0]: one number of what it makes.
            yield Token(of.removesuffix("]"), place="sub")
        yield from self.brackets(pieces)

    def quotient(self, quotient: Quotient) -> Iterator[Token]:
        """A fraction."""
        over, under = (self.line(self.expr(part)) for part in quotient)
        yield Token(rf"\frac{{{over}}}{{{under}}}")

    def line(self, pieces: Iterable[Token]) -> str:
        r"""Pieces on one line; x_{t}, but \text{sum}_ {0}."""
        made = ""
        for piece in pieces:
            if not piece.place:
                made += piece.text
                continue
            sign = "_" if piece.place == "sub" else "^"
            made += f"{sign}{{{piece.text}}}"
        # A word between marks and an underscore would begin emphasis in Markdown.
        return _BEGINS_EMPHASIS.sub("_ ", made)

    def lines(self, pieces: Iterable[Token]) -> list[str]:
        """Pieces on as many lines as their long sum has."""
        made: list[list[Token]] = [[]]
        for piece in pieces:
            if piece.line:
                made.append([])
            made[-1].append(piece)
        return [self.line(some).strip() for some in made]

    def said(self, said: str) -> str:
        """Words in a formula."""
        return text(said)

    def brackets(self, pieces: Sequence[Token]) -> list[Token]:
        """Round brackets, as high as what is between them."""
        if any(_TALL.search(piece.text) for piece in pieces):
            return [Token(r"\left("), *_unbroken(pieces), Token(r"\right)")]
        return super().brackets(pieces)


class Substituted(Latex):
    """Formulas in which symbols are what they stand for: numbers, vectors, matrices."""

    def __init__(self, show: Show, value: Callable[[Name], np.ndarray], most: int) -> None:
        super().__init__(show)
        self._value, self._most = value, most

    def name(self, name: Name) -> Iterator[Token]:
        """The numbers of a symbol."""
        yield Token(self.array(self._value(name)), name.role)

    def array(self, values: np.ndarray) -> str:
        """A number, a vector as a column, or a matrix of at most so many rows and columns."""
        if not values.ndim:
            return self.number(values.item())
        return matrix(self, values if values.ndim == 2 else values.reshape(-1, 1), self._most)


def latex(equation: Equation, show: Show) -> str:
    r"""An equation on one line.

    >>> from nnviz.expressions import Num
    >>> latex(Equation((Quotient(Num(1), Name("h", "t−1")), Num(-2))), str)
    '\\frac{1}{h_{t-1}} = -2'
    """
    written = Latex(show)
    return written.line(written.equation(equation))


def matrix(written: Latex, values: np.ndarray, most: int = MOST_COLUMNS) -> str:
    """A matrix; the middle of a large one is left out."""
    rows, columns = (shown(n, most) for n in values.shape)
    return _matrix([_cell(written, values, row, column) for column in columns] for row in rows)


def _matrix(rows: Iterable[Sequence[str]]) -> str:
    body = f" {BREAK} ".join(" & ".join(row) for row in rows)
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def _cell(written: Latex, values: np.ndarray, row: int | None, column: int | None) -> str:
    if row is None:
        return r"\vdots" if column is not None else r"\ddots"
    return r"\cdots" if column is None else written.number(values[row, column].item())


def text(words: str) -> str:
    r"""Words inside a formula: no sign in them is one of LaTeX or of Markdown.

    >>> text("입력"), text("a_b|c")
    ('\\text{입력}', '\\text{a b c}')
    """
    return rf"\text{{{words.translate(_TEXT_SIGNS)}}}"


def symbol(written: str, *, words: bool = True) -> str:
    r"""A symbol's own text: letters as they are, `words` upright, signs by their names.

    >>> symbol("t−1"), symbol("softmax(x)"), symbol("√2"), symbol("출력")
    ('t-1', '\\operatorname{softmax}(x)', '\\sqrt{2}', '\\text{출력}')
    """

    def piece(found: re.Match[str]) -> str:
        match found.lastgroup:
            case "root":
                return rf"\sqrt{{{found['root']}}}"
            case "hat":
                return rf"\hat{{{found['hat']}}}"
            case "word":
                return _function(found[0]) if words else found[0]
            case "sign" | "next":
                return SIGNS[found["sign"]] + (" " if found["next"] is not None else "")
            case "said":
                return text(found[0])
            case "plain":
                return found[0]
        return " "

    return _PIECE.sub(piece, written)


def _function(name: str) -> str:
    if name in _FUNCTIONS:
        return "\\" + name
    if len(name.rstrip("′")) == 1:
        return symbol(name)
    return rf"\operatorname{{{name.replace('_', '-')}}}"


def _unbroken(pieces: Iterable[Token]) -> Iterator[Token]:
    """Between brackets that grow no line begins."""
    return (piece._replace(line=False) for piece in pieces)
