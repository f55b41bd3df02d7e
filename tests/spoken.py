"""What the tests of --explain share: sentences of a step, and parts of the expected ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from nnviz import lang
from nnviz.numerals import rounded
from nnviz.trace import Trace

SMALL = st.integers(-4, 4)
MATRICES = st.tuples(st.integers(2, 5), st.integers(2, 5), st.integers(0, 2**16)).map(
    lambda drawn: np.random.default_rng(drawn[2]).integers(-9, 10, drawn[:2])
)
KERNELS = st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(0, 2**16)).map(
    lambda drawn: np.random.default_rng(drawn[2]).integers(-3, 4, drawn[:2])
)


def said(trace: Trace, number: int, language: str = "en") -> list[str]:
    """The sentences of a step, from 1, with four digits."""
    words = trace.explained(trace.steps[number - 1], lambda value: rounded(value, 4))
    return [lang.say(each, language) for each in words]


def minus(value: Any) -> str:
    return str(value).replace("-", "−")


def along(name: str, numbers: list[int]) -> str:
    """rows 0–2 of coordinates that follow one another, rows 0, 2 of others."""
    some = sorted(set(numbers))
    if len(some) == 1:
        return f"{name} {some[0]}"
    run_ = some == list(range(some[0], some[-1] + 1))
    return f"{name}s " + (f"{some[0]}–{some[-1]}" if run_ else ", ".join(map(str, some)))


def place(cells: list[tuple[int, int]]) -> str:
    rows, columns = zip(*cells, strict=True)
    return f"{along('row', list(rows))}, {along('column', list(columns))}"


def heaviest(products: list[tuple[int, int, tuple[int, int]]]) -> str:
    """The sentence about the product that counts most, of (number, weight, cell)."""
    most = max(abs(a * b) for a, b, _ in products)
    if most == 0:
        return "Every product is 0."
    those = [p for p in products if abs(p[0] * p[1]) == most]
    a, b, cell = those[0]
    signed = [f"({minus(n)})" if n < 0 else str(n) for n in (a, b)]
    first = minus(a) if a < 0 else signed[0]
    product, where = f"{first}×{signed[1]} = {minus(a * b)}", place([cell])
    if len(those) > 1:
        return f"No product counts more than {product}, from {where}."
    return f"The product {product}, from {where}, counts most."


def total(bias: int | None, value: int) -> str:
    with_bias = "" if bias is None else f" and the bias {minus(bias)}"
    return f", and the products{with_bias} add up to {minus(value)}."
