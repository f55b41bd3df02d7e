r"""Matrices in brackets, as languages write and print them → lists or rows.

Every function takes the text in which all the signs are plain, and keeps each number where
it stands. What decides is looked for once from each place, never from each again: a text of
100,000 blanks is read in the time it takes to walk over them.
"""

from __future__ import annotations

import re
from itertools import pairwise

from nnviz.read.text import Written, short, start_of

_LONGEST_HEAD = 4096
_SHORT_HEAD = 80
_BRACKET = re.compile(r"[\[\](){}]")

# --- a name, a call ------------------------------------------------------------------

_SCALAR = re.compile(r"np\.(?:float|u?int)\d*\(([^()]*)\)")
_NAME = re.compile(r"[^\W\d]\w*\s*:?=\s*")
_CALL = re.compile(
    r"(?:Parameter containing:\s*)?(?:<tf\.Tensor:[^<>]{,200}?numpy=\s*)?"
    r"(?:[A-Za-z_]\w*\.){,4}(?:array|asarray|[tT]ensor|Array|[mM]atrix|mat)\(\s*"
)
_OPTIONS = re.compile(r"\s*(?:,\s*(?:\w+\s*=)?)?")
_AFTER_CALL = re.compile(r"[\s>;]*")
_FLOATS = re.compile(r"dtype\s*=\s*['\"<>|=]*(?:\w+\.)*(?:float|half|double|bfloat|f[248]\b)")


def has_scalars(same: str, start: int) -> bool:
    """`[np.float64(1.5), np.float64(2.0)]`."""
    return _SCALAR.search(same, start, start + _SHORT_HEAD) is not None


def without_types(written: Written) -> Written:
    """The numbers alone."""
    spans = []
    for scalar in _SCALAR.finditer(written.same):
        spans += [(scalar.start(), scalar.start(1)), (scalar.end(1), scalar.end())]
    return written.blanked(*spans)


def is_named(same: str, start: int) -> bool:
    """`A = [1 2; 3 4]`."""
    name = _NAME.match(same, start, start + _LONGEST_HEAD)
    if name is None:
        return False
    at = name.end()
    opened = same[at : at + 1] in tuple("[({⎡|\\<")
    return opened or is_called(same, at) or _TYPE.match(same, at) is not None


def without_name(written: Written) -> Written:
    """Without the name and its `=`."""
    name = _NAME.match(written.same, start_of(written.same))
    assert name is not None
    return written.blanked((0, name.end()))


def is_called(same: str, start: int) -> bool:
    """`array([[1., 2.]])`, `torch.tensor([1], dtype=torch.int8)`."""
    return _CALL.match(same, start, start + _LONGEST_HEAD) is not None


def without_call(written: Written) -> Written:
    """What is between the brackets of the call, without `dtype=` and the like."""
    same = written.same
    head = _CALL.match(same, start_of(same))
    assert head is not None
    end = _end_of_value(same, head.end())
    other = _not_of_call(same, end)
    if other is not None:
        written.fail(
            "only the numbers in {call}…) are read, and here stands something else",
            min(other, len(same) - 1),
            call=short(head[0].strip()),
            hint="give the matrix alone: [[1, 2], [3, 4]]",
        )
    return written.blanked((0, head.end()), (end, len(same)))


def wants_floats(same: str) -> bool:
    """Whether a call has a `dtype=` of floats, or a list Julia's `Float64` before it."""
    start = start_of(same)
    name = _NAME.match(same, start, start + _LONGEST_HEAD)
    start = name.end() if name is not None else start
    if not is_called(same, start):
        return same.startswith("Float", start)
    return _FLOATS.search(same, start) is not None


def _end_of_value(same: str, start: int) -> int:
    """Where the value that begins at `start` ends: its brackets are closed, or it has none."""
    depth = 0
    for found in _BRACKET.finditer(same, start):
        depth += 1 if found[0] in "[({" else -1
        if depth < 0:
            comma = same.find(",", start, found.start())
            return comma if comma >= 0 else found.start()
        if depth == 0:
            return found.end()
    return len(same)


def _not_of_call(same: str, end: int) -> int | None:
    """Where something stands that no call has after its value, such as a second array."""
    options = _OPTIONS.match(same, end)
    at = options.end() if options else end
    if same.endswith("=", end, at):
        depth = 0
        for found in _BRACKET.finditer(same, at):
            depth += 1 if found[0] in "[({" else -1
            at = found.start()
            if depth < 0:
                break
    if not same.startswith(")", at):
        return at
    after = _AFTER_CALL.match(same, at + 1)
    return after.end() if after and after.end() < len(same) else None


# --- braces and tuples ---------------------------------------------------------------

_OPENS = re.compile(r"(?:\[\s*){,9}[({]\s*[\[({\-+.\d]")
_ONE_KIND = str.maketrans("(){}", "[][]")
_NEEDLESS_COMMA = re.compile(r",(?=\s*\])")


def is_braced(same: str, start: int) -> bool:
    """`{{1, 2}, {3, 4}}`, `((1, 2), (3, 4))`."""
    opens = _OPENS.match(same, start) is not None
    return opens and same.rstrip(" \t\n;")[-1:] in (")", "}", "]")


def in_lists(written: Written) -> Written:
    """One kind of brackets, and no comma before the last of them."""
    same = _NEEDLESS_COMMA.sub(" ", written.same.translate(_ONE_KIND))
    end = len(same.rstrip(" \t\n;"))
    return written._replace(same=same).blanked((end, len(same)))


# --- lists without commas ------------------------------------------------------------

_TYPE = re.compile(r"(?:U?Int|Float)\d*\[")
_TYPED_LIST = re.compile(r"(?:(?:U?Int|Float)\d*)?\[[^\[\](){}\"]*\][\s;]*")
_LIST_A_LINE = re.compile(r"(?:\[[^\[\](){}\",;\n]*\][ \t]*(?:\n\s*|$)){2,}$")
_BY_BLANKS = re.compile(r"[\d.]\s+[-+.\d]|\]\s+\[")
_AFTER_NUMBER = re.compile(r"[^\]\s]\s*,")
_GAP = re.compile(r"(?<=[^\s\[,])\s(?=\s*[^\s\],])")
_NUMPYS_LINE = 75
"""Characters that NumPy puts in a line before it goes on in the next."""


def is_list_a_line(same: str, start: int) -> bool:
    """`[ 1 2 ]⏎[ 3 4 ]`: our terminal view where it has only ASCII."""
    return _LIST_A_LINE.match(same, start) is not None


def rows_of_lists(written: Written) -> Written:
    """Rows, without any brackets."""
    return written._replace(same=written.same.replace("[", " ").replace("]", " "))


def has_rows(same: str, start: int) -> bool:
    """`[1 2; 3 4]`, or with a new line for the `;`, or with Julia's type before it."""
    found = _TYPED_LIST.match(same, start)
    if found is None or found.end() < len(same):
        return False
    inner = found[0].rstrip().rstrip(";")
    return ";" in inner or not inner.startswith("[") or _ends_rows(inner[1:-1].split("\n"))


def _ends_rows(lines: list[str]) -> bool:
    """Whether a new line ends a row: not beside a comma, nor where NumPy breaks a row."""
    lines = [line.rstrip() for line in lines if line.strip()]
    pairs = list(pairwise(lines))
    if not pairs or any(a.endswith(",") or b.lstrip().startswith(",") for a, b in pairs):
        return False
    # NumPy breaks a row where a bracket, a blank and its widest number would not fit.
    widest = max(len(word) for line in lines for word in line.split())
    return any(len(line) + widest + 2 < _NUMPYS_LINE for line in lines[:-1])


def without_brackets(written: Written) -> Written:
    """Rows, without the brackets around them."""
    first, last = written.same.index("["), written.same.rindex("]")
    return written.blanked((0, first + 1), (last, len(written.same)))


def is_printed(same: str, start: int) -> bool:
    """`[[1 2]⏎ [3 4]]`, with a comma after a list at most."""
    if not same.startswith("[", start) or _AFTER_NUMBER.search(same, start):
        return False
    return _BY_BLANKS.search(same, start) is not None


def with_commas(written: Written) -> Written:
    """A comma for the first blank after each number and each list."""
    return written._replace(same=_GAP.sub(",", written.same))


def has_bare_points(same: str, start: int) -> bool:
    """`[1., 2.]`: floats as NumPy and PyTorch print them, which JSON does not know."""
    return same.startswith("[", start) and any(end in same for end in (".,", ".]", ". "))
