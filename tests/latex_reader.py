"""Reads LaTeX formulas as numbers: the reference that says whether what is written is true.

Only the mathematics is read, by its own grammar; nothing of the code that writes it is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import erf, expm1
from typing import Any

import numpy as np

_TOKEN = re.compile(r"\\text\{[^{}]*\}|\\operatorname\{[^{}]*\}|\\[A-Za-z]+|\\\\|\d+\.?\d*|\S")
SKIPPED = {r"\left", r"\right", r"\quad", "&"}
ROWS = {r"\cr", r"\\"}


def _softmax(x: np.ndarray) -> Any:
    return np.exp(x) / np.exp(x).sum()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    r"\max": lambda *v: max(v) if len(v) > 1 else v[0],
    r"\min": lambda *v: min(v),
    r"\tanh": np.tanh,
    r"\exp": np.exp,
    r"\sigma": lambda x: 1 / (1 + np.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softmax": _softmax,
    "relu": lambda x: np.maximum(x, 0),
    "erf": erf,
    "elu": lambda x: x if x > 0 else expm1(x),
    "gelu": lambda x: x / 2 * (1 + erf(x / 2**0.5)),
    "hard-sigmoid": lambda x: max(0.0, min(1.0, 0.2 * x + 0.5)),
}
CLOSES: dict[str, tuple[str, Callable[..., Any]]] = {
    r"\lfloor": (r"\rfloor", np.floor),
    r"\lceil": (r"\rceil", np.ceil),
}
CLOSES |= {r"\lvert": (r"\rvert", np.abs)}


class UnreadableError(ValueError):
    """What is no number: a symbol, or words."""


def value(latex: str) -> np.ndarray:
    """What an expression of numbers, vectors and matrices comes to."""
    reader = _Reader([t for t in _TOKEN.findall(latex) if t not in SKIPPED or t == "&"])
    made = reader.total()
    if reader.left:
        raise UnreadableError(reader.left)
    return np.asarray(made, float)


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.left = tokens

    def next(self, *wanted: str) -> str:
        if not self.left or (wanted and self.left[0] not in wanted):
            raise UnreadableError(f"{wanted} is wanted, {self.left[:3]} is there")
        return self.left.pop(0)

    def at(self, *tokens: str) -> bool:
        return bool(self.left) and self.left[0] in tokens

    def total(self) -> Any:
        made = self.product()
        while self.at("+", "-"):
            sign = self.next()
            term = self.product()
            made = made + term if sign == "+" else made - term
        return made

    def product(self) -> Any:
        if self.at("-"):
            self.next()
            return -self.product()
        made = self.power()
        while self.at(r"\times", r"\cdot", r"\odot"):
            sign, factor = self.next(), self.power()
            matrix = sign == r"\cdot" and np.ndim(made) == 2
            made = made @ factor if matrix else made * factor
        return made

    def power(self) -> Any:
        made = self.atom()
        if self.at("^"):
            self.next()
            made = float(made) ** float(self.group())
        return made

    def group(self) -> Any:
        self.next("{")
        made = self.total()
        self.next("}")
        return made

    def atom(self) -> Any:
        token = self.next()
        if token[0].isdigit():
            return float(token)
        match token:
            case "e":
                return np.e
            case r"\infty":
                return np.inf
            case "(":
                return self.closed(")")
            case r"\frac":
                return self.group() / self.group()
            case r"\sqrt":
                return np.sqrt(self.group())
            case r"\begin":
                return self.matrix()
        if token in CLOSES:
            sign, function = CLOSES[token]
            return function(self.closed(sign))
        return self.call(token.removeprefix(r"\operatorname{").removesuffix("}"))

    def call(self, name: str) -> Any:
        if name not in FUNCTIONS:
            if name.startswith(r"\text") and self.at(r"\approx", "="):
                self.next()  # what is left out of a sum, and what it comes to
                return self.total()
            raise UnreadableError(name)
        self.next("(")
        made = FUNCTIONS[name](*self.arguments())
        self.next(")")
        return made

    def arguments(self) -> list[Any]:
        made = [self.total()]
        while self.at(","):
            self.next()
            made.append(self.total())
        return made

    def closed(self, sign: str) -> Any:
        made = self.total()
        self.next(sign)
        return made

    def matrix(self) -> Any:
        for mark in "{bmatrix}":
            self.next(mark)
        rows: list[list[Any]] = [[self.total()]]
        while not self.at(r"\end"):
            if self.next("&", *ROWS) == "&":
                rows[-1].append(self.total())
            else:
                rows.append([self.total()])
        for mark in ("\\end", *"{bmatrix}"):
            self.next(mark)
        return np.array(rows, float)


# --- whole blocks ------------------------------------------------------------------------

_ENVIRONMENT = re.compile(r"\\(begin|end)\{([a-z*]+)\}")


def checked(latex: str) -> None:
    """Every brace, bracket that grows, and environment is closed where it was opened."""
    open_: list[str] = []
    for token in re.findall(r"\\(?:begin|end)\{[a-z*]+\}|\\left\b|\\right\b|\\.|[{}]", latex):
        if token == "{" or token.startswith((r"\begin", r"\left")):
            open_.append(token)
        elif token == "}" or token.startswith((r"\end", r"\right")):
            begun = open_.pop()
            wanted = {"}": "{", r"\right": r"\left"}.get(token, token.replace("end", "begin"))
            assert begun == wanted, f"{begun} is closed by {token}"
    assert not open_, open_


def equations(body: str) -> list[list[tuple[str, str]]]:
    r"""The equations of an aligned block: the sides of each, after `=` or `\approx` or nothing.

    A row that begins with `&` goes on with the equation above it.
    """
    found: list[str] = []
    body = re.sub(r"\\(begin|end)\{(aligned|align\*)\}\n?|\\(left|right)\.", "", body)
    for row in re.split(r" (?:\\cr|\\\\)\n", body.strip()):
        if row.startswith("&") and found:
            found[-1] += " " + row[1:]
        else:
            found.append(row)
    return [_sides(equation) for equation in found]


def _sides(equation: str) -> list[tuple[str, str]]:
    """The sides, each with the sign before it, of those outside of brackets."""
    sides, sign, depth, start = [], "", 0, 0
    for found in re.finditer(r"\\text\{[^{}]*\}|\\approx|=|[{}()]|\\begin|\\end", equation):
        token = found[0]
        depth += token in ("{", "(", r"\begin")
        depth -= token in ("}", ")", r"\end")
        if depth == 0 and token in ("=", r"\approx"):
            sides.append((sign, equation[start : found.start()].rstrip("& ")))
            sign, start = token, found.end()
    return [*sides, (sign, equation[start:])]
