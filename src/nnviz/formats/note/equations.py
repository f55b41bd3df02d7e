"""Steps and facts as rows of aligned equations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from nnviz.equations import number_by_number
from nnviz.expressions import equal_as_shown, names, shown_exactly
from nnviz.formats._columns import place_of
from nnviz.formats.note.model import MATRIX, Desk, Display
from nnviz.latex import BREAK, Latex, Substituted, text
from nnviz.notation import Token
from nnviz.trace import Call, Equation, Name, Num, Product, Step, Sum, Trace, VectorEquation

ROOM = 66
"""Letters that a row of a formula has room for."""
WIDE = 60
"""Letters that a row of matrices has room for."""
MOST = (6, 5, 4, 3)
"""Rows and columns of a matrix among others: as many as there is room for."""
TOGETHER = 12
"""Rows of one display."""
UNITS = 64
"""Numbers of a vector that are looked at: are they shown as they are?"""
_MARKUP = re.compile(r"\\(text|operatorname|left|right)\b|[{}_^\s]")
_LEFT, _RIGHT = re.compile(r"\\left\b"), re.compile(r"\\right\b")
_LABEL = re.compile(r"\\overset\{((?:[^{}]|\{[^{}]*\})*)\}")
_SIGN = re.compile(r"\\[a-z]+|[&+=]")


def rows(desk: Desk, equation: Equation, left: str = "") -> list[str]:
    """An equation on as many rows as it needs; without a symbol of its own, after `left`."""
    written = desk.latex
    pieces = list(written.equation(desk.short(equation)))
    if left:
        pieces = [Token(left), Token(written.equal), *pieces]
    signs = (written.equal, written.about)
    start = next((i for i, piece in enumerate(pieces) if piece.text in signs), 0)
    head = written.line(pieces[:start])
    first, *others = lines(written, pieces[start:], ROOM - letters(head))
    return [f"{head} &{first}".lstrip(), *(f"&{line}" for line in others)]


def lines(written: Latex, pieces: Sequence[Token], room: int) -> Iterator[str]:
    """A formula on as many lines as it needs: its sides, the rows of its sum, or what fits."""
    if letters(written.line(pieces)) <= room:
        yield written.line(pieces).strip()
        return
    line: list[Token] = []
    depth = braces = 0
    for part in _parts(written, pieces):
        sign, full = part[0].text in (written.equal, written.about), written.line([*line, *part])
        if line and not braces and (sign or part[0].line or letters(full) > room):
            yield written.line([*line, *[Token(r"\right.")] * depth]).strip()
            # Brackets that grow are closed on the line that opened them.
            line = [] if sign else [Token(r"\quad "), *[Token(r"\left.")] * depth]
        line += part
        text = written.line(part)
        depth += len(_LEFT.findall(text)) - len(_RIGHT.findall(text))
        braces += text.count("{") - text.count("}")
    yield written.line(line).strip()


def _parts(written: Latex, pieces: Sequence[Token]) -> Iterator[list[Token]]:
    """Pieces of a formula before which a line can begin: terms with their signs."""
    begins = (written.equal, written.about, " + ", f" {written.minus} ")
    part: list[Token] = []
    for piece in pieces:
        if part and (piece.line or piece.text in begins):
            yield part
            part = []
        part.append(piece)
    yield part


def letters(latex: str) -> int:
    """About how wide a formula is: of a matrix its widest row, or the small label above it."""
    latex = _LABEL.sub(lambda m: "0" * max(0, 2 * letters(m[1]) // 3 - 8), latex)
    latex = MATRIX.sub(lambda m: "0" * (4 + max(map(letters, m[1].split(BREAK)))), latex)
    return cells(_SIGN.sub("00", _MARKUP.sub("", latex)))


def cells(text: str) -> int:
    """Columns of a text: Hangul has two a letter."""
    return len(text) + sum(letter > "\u1100" for letter in text if letter.isalpha())


def steps(desk: Desk, trace: Trace, chosen: Iterable[Step]) -> Iterator[Display]:
    """The equations of steps that make numbers: few rows stand together."""
    waiting: list[str] = []
    for step in chosen:
        made = [row for i in range(len(step.formula)) for row in _step(desk, trace, step, i)]
        if waiting and len(waiting) + len(made) > TOGETHER:
            yield Display(tuple(waiting))
            waiting = []
        waiting += made
    if waiting:
        yield Display(tuple(waiting))


def _step(desk: Desk, trace: Trace, step: Step, i: int) -> list[str]:
    """Equation `i` of a step: of two the first makes what the activation is given."""
    equation = step.formula[i]
    if isinstance(equation.sides[0], Name):
        return rows(desk, equation)
    last = i == len(step.formula) - 1
    name = "output" if last else "pre"
    index = ",".join(map(str, place_of(trace, step)))
    known = trace.symbols.get(name) or Name(desk.say(trace.called(name)))
    left = known.text if re.fullmatch("[a-z]", known.text) else text(known.text)
    return rows(desk, equation, desk.latex.line([Token(left), Token(index, place="sub")]))


# --- vectors -----------------------------------------------------------------------------


def vectors(desk: Desk, equation: VectorEquation) -> Display:
    """An equation of vectors: in symbols, with numbers put in, and what they come to."""
    for most in MOST:
        made = Display(tuple(_vectors(desk, equation, most)))
        if max(map(letters, made.rows)) <= WIDE:
            break
    return made


def _vectors(desk: Desk, equation: VectorEquation, most: int) -> Iterator[str]:
    at, written = equation.at, desk.latex
    left, right = at.name(equation.left), at.here(equation.right)
    put_in = Substituted(desk.show, at.value, most)
    units = number_by_number([equation])
    named = len(units) > equation.made.size  # the sum has a line of its own
    before = units[: 2 * UNITS : 2] if named else units[:UNITS]
    after = units[1 : 2 * UNITS : 2] if named else before

    def row(equal: bool, body: Iterable[Token]) -> Iterator[str]:
        sign = written.equal if equal else written.about
        return (f"&{line}" for line in lines(put_in, [Token(sign), *body], WIDE))

    yield f"{written.line(written.name(left))} &= {written.line(written.expr(right))}"
    values = [at.value(leaf).ravel()[:UNITS].tolist() for leaf in names(equation.right)]
    exact = all(shown_exactly(Num(value), desk.show) for some in values for value in some)
    yield from row(exact, put_in.expr(equation.right))
    match equation.right:
        case Call(function, (Sum() | Product() as inner,)) if named or len(before[0].sides) > 3:
            worked = slice(-2, None) if named else slice(-3, -1)
            pre = put_in.called(function, [Token(put_in.array(at.value(inner)))])
            yield from row(_equal(desk, before, worked), pre)
    yield from row(_equal(desk, after, slice(-2, None)), [Token(put_in.array(equation.made))])


def _equal(desk: Desk, equations: Sequence[Equation], two: slice) -> bool:
    """Whether two sides of every equation are equal as they are shown."""
    pairs = (equation.sides[two] for equation in equations)
    return all(equal_as_shown(left, right, desk.show) for left, right in pairs)
