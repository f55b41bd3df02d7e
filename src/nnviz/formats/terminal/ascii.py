"""The ASCII form of each sign, for a stream that cannot carry it: cp949 lacks ⌊ − ₀ ▀ ≈."""

from __future__ import annotations

import re
import unicodedata

from nnviz.numerals import SUBSCRIPTS, SUPERSCRIPTS

_SIGNS = {
    "-": "−–─━═╌┄", "--": "—", "+-": "±", "x": "×✗", "/": "÷", "*": "·∗⋅•",
    "~": "≈", "!=": "≠", "<=": "≤", ">=": "≥", "in": "∈", "inf": "∞", "d": "∂", "sqrt": "√",
    "->": "→↦", "<-": "←", "<->": "↔", "=>": "⇒", "^": "↑▲\u0302", "v": "↓▼", ">": "▶", "<": "◀",
    "floor(": "⌊", "ceil(": "⌈", ")": "⌋⌉⎞⎟⎠", "(": "⎛⎜⎝", "[": "⎡⎢⎣", "]": "⎤⎥⎦", "(.)": "⊙",
    "...": "…⋯", ":": "⋮", "\\": "⋱", '"': "“”▀", "'": "‘’′", " ": "\N{NO-BREAK SPACE}",
    "#": "█■", "%": "▓", "+": "▒", ".": "░□", "_": "▄", "|": "▌▐│┃║╎┆", "ok": "✓", " deg": "°",
    "sum": "∑", "Sum": "Σ", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε",
    "eta": "η", "theta": "θ", "lambda": "λ", "mu": "μ", "pi": "π", "sigma": "σ", "tau": "τ",
    "phi": "φ", "omega": "ω",
}  # fmt: skip
"""Each form with the signs that it stands for; a dot for `·` would make another number, 2.0."""
_FORMS = {sign: form for form, signs in _SIGNS.items() for sign in signs}
_LOW = re.compile(f"[{SUBSCRIPTS}₌₍₎]+(?:,[{SUBSCRIPTS}]+)*")
_HIGH = re.compile(f"[{SUPERSCRIPTS}⁼⁽⁾ⁿ]+")


def ascii_form(text: str, encoding: str) -> str:
    """The text with an ASCII form for each sign that `encoding` cannot carry.

    >>> ascii_form("⌊(6 − 3) / 2⌋ × 10⁻³", "ascii")
    'floor((6 - 3) / 2) x 10^-3'
    >>> ascii_form("2 × 3 − 1", "cp1252")
    '2 × 3 - 1'
    """
    if _carries(encoding, text):
        return text
    text = _LOW.sub(lambda run: _lowered(run[0], "_", encoding), text)
    text = _HIGH.sub(lambda run: _lowered(run[0], "^", encoding), text)
    return "".join(c if c.isascii() or _carries(encoding, c) else _form(c) for c in text)


def _carries(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _lowered(run: str, sign: str, encoding: str) -> str:
    """A run of subscripts or superscripts as `_12` or `^12`: all of it or none."""
    if _carries(encoding, run):
        return run
    return sign + unicodedata.normalize("NFKC", run).replace("−", "-")


def _form(sign: str) -> str:
    if sign in _FORMS:
        return _FORMS[sign]
    if "─" <= sign <= "╿":
        return "+"
    plain = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return plain or "?" * (2 if unicodedata.east_asian_width(sign) in "WF" else 1)
