r"""Matrices set as tables → rows: LaTeX, Markdown, and our own terminal view.

In the plain form a tab stands between two cells and a new line between two rows. Each number
stays where it was.
"""

from __future__ import annotations

import re

from nnviz.read.numbers import check_commas, left_out
from nnviz.read.text import Written, blanked

_LONGEST_HEAD = 4096


# --- LaTeX ---------------------------------------------------------------------------

_BEGIN = re.compile(
    r"\\begin\{(?:([a-zA-Z]?(?:small)?matrix\*?)\}(?:\[\w\])?|(array|tabular)\}\{[^{}]*\})"
)
_AROUND = re.compile(
    r"(?:[\s$.,;()|\[\]=]|\\[\[\](){},;!|]|\\(?:left|right|displaystyle|q?quad)(?![a-z])"
    r"|\\math[a-z]+\{\w*\}|[A-Za-z]\w{,9}\s*=)*"
)
_ROW_END = re.compile(r"\\\\(?:\*|\[[^\[\]]*\])?|\\(?:cr|tabularnewline)(?![a-z])")
_NO_NUMBER = re.compile(
    r"\\(?:(?:hline|toprule|midrule|bottomrule|q?quad)(?![a-z])|phantom\{[^{}]*\}|[,;!: ])|[~$]"
)
_FRACTION = re.compile(r"(?:([-+]) *)?\\[dt]?frac\{ *([-+.\d]+) *\}\{ *([-+.\d]+) *\}")
_GROUP = re.compile(r"\{([^{}\\]*)\}")
_DOTS = re.compile(r"\\[cdlv]?dots(?![a-z])")


def is_latex(same: str, start: int) -> bool:
    r"""`\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}`."""
    return _BEGIN.search(same, start, start + _LONGEST_HEAD) is not None


def latex_cells(written: Written) -> Written:
    """What stands in the environment: its cells, fractions as 1/9, no lines and spaces."""
    same = written.same
    begin = _BEGIN.search(same)
    assert begin is not None
    closing = rf"\end{{{begin[1] or begin[2]}}}"
    end = same.find(closing, begin.end())
    if end < 0:
        written.fail("there is no {end} here", begin.start(), end=closing)
    after = end + len(closing)
    for at, stop in ((0, begin.start()), (after, len(same))):
        found = _AROUND.match(same, at, stop)
        if found is not None and found.end() < stop:
            written.fail(
                "only the matrix itself is read, and here stands something else",
                found.end(),
                hint=r"give what is from \begin to \end",
            )
    check_commas(written, begin.end(), end)
    dots = _DOTS.search(same, begin.end(), end)
    if dots is not None:
        left_out(dots[0], written, dots.start())
    body = _latex_body(same[begin.end() : end])
    return written._replace(same=" " * begin.end() + body + " " * (len(same) - end))


def _latex_body(body: str) -> str:
    body = _ROW_END.sub(lambda end: "\n".ljust(len(end[0])), body.replace("\n", " "))
    body = _FRACTION.sub(lambda f: f"{f[1] or ''}{f[2]}/{f[3]}".rjust(len(f[0])), body)
    body = _NO_NUMBER.sub(lambda found: " " * len(found[0]), body)
    return _GROUP.sub(r" \1 ", body).replace("&", "\t")


# --- Markdown ------------------------------------------------------------------------

_HEAD_AND_RULE = re.compile(r"[^\n|]+\|[^\n]*\n[ \t]*:?-[-|: \t]*(?:\n|$)")


def is_markdown(same: str, start: int) -> bool:
    """`| 1 | 2 |` in every line, or a line of dashes under the first."""
    if not same.startswith("|", start):
        return _HEAD_AND_RULE.match(same, start) is not None
    end = same.find("\n", start)
    return same[start + 1 : end if end >= 0 else len(same)].rstrip().endswith("|")


def markdown_cells(written: Written) -> Written:
    """The cells; without the line of dashes, and without a head in which nothing stands."""
    check_commas(written)
    made: list[str] = []
    for line in written.same.split("\n"):
        if _is_rule(line, short=len(made) == 1):
            # An empty line would begin the next channel: the one above goes on instead.
            made.append(" " * (bool(made) + len(line)))
        else:
            made.append("\n" * bool(made) + _cells(line))
    return written._replace(same="".join(made))


def _is_rule(line: str, *, short: bool) -> bool:
    """`|---|--:|`, or as short as `|-|-|` where that cannot be a row without numbers."""
    return ("-" if short else "---") in line and not line.strip("|:-+ \t")


def _cells(line: str) -> str:
    """A tab for each bar between two cells; none for a line's first and last."""
    first, last = line.find("|"), line.rfind("|")
    if line.lstrip().startswith("|"):
        line = blanked(line, (first, first + 1))
    if line.rstrip().endswith("|") and last > first:
        line = blanked(line, (last, last + 1))
    return line.replace("|", "\t")


# --- our terminal view ---------------------------------------------------------------

_ROW = re.compile(r"[ \t]*[⎡⎢⎣]([^⎡⎢⎣⎤⎥⎦]*)[⎤⎥⎦][ \t]*")
_SHAPE = re.compile(r"\w[\w ]*? \d+(?:[×x]\d+)+ *")
_CHANNEL = re.compile(r"\w+ \d+ *")
_POWER = re.compile(r"(?<![\d.])([\d.]+)×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def is_view(same: str, start: int) -> bool:
    """`⎡ 1 2 ⎤` over `⎣ 3 4 ⎦`, with its heading or without."""
    return not same.isascii() and same.find("⎡", start, start + _LONGEST_HEAD) >= 0


def view_rows(written: Written) -> Written:
    """The rows, without the brackets; `channel 1` is the empty line before a channel."""
    made: list[str] = []
    at, above = 0, True
    for line in written.same.split("\n"):
        row = _ROW.match(line)
        if row is not None:
            if row.end() < len(line):
                written.fail(
                    "several arrays stand side by side here",
                    at + row.end(),
                    hint="give one of them, or what -f csv or --json writes",
                )
            made.append(_inside(row))
            above = False
        elif _CHANNEL.fullmatch(line) or (above and _SHAPE.fullmatch(line)):
            made.append(" " * len(line))
        else:
            made.append(line)
        at += len(line) + 1
    return written._replace(same="\n".join(made))


def _inside(row: re.Match[str]) -> str:
    """What is between the brackets, a power of ten as computers write it."""
    numbers = _POWER.sub(
        lambda n: f"{n[1]}e{n[2].translate(_SUPERSCRIPTS)}".ljust(len(n[0])), row[1]
    )
    return numbers.rjust(row.end(1)).ljust(row.end())
