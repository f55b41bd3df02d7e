"""Signs that a stream cannot carry."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.formats.terminal.ascii import ascii_form

CASES = [
    pytest.param("ascii", "2×3 − 1", "2x3 - 1", id="times and minus"),
    pytest.param("ascii", "⌊7 / 2⌋ + ⌈7 / 2⌉", "floor(7 / 2) + ceil(7 / 2)", id="floor, ceiling"),
    pytest.param("ascii", "h₁₂ ≈ 1.5×10⁻⁵", "h_12 ~ 1.5x10^-5", id="runs of digits"),
    pytest.param("ascii", "σ(x) → Σ …", "sigma(x) -> Sum ...", id="Greek and arrows"),
    pytest.param("ascii", "│█▀│", '|#"|', id="blocks"),
    pytest.param("ascii", "┌─┐", "+-+", id="corners"),
    pytest.param("ascii", "é 가 A", "e ?? A", id="letters keep their columns"),
    pytest.param("cp949", "합성곱 ⌊5 × 2⌋ − h₀", "합성곱 floor(5 × 2) - h_0", id="cp949"),
    pytest.param("cp1252", "3·3 ≈ 9²", "3·3 ~ 9²", id="cp1252 keeps what it has"),
    pytest.param("ascii", "2·0", "2*0", id="a product is no decimal"),
    pytest.param("utf-8", "⌊σ₀⌋ ≈ 가", "⌊σ₀⌋ ≈ 가", id="utf-8 keeps all"),
    pytest.param("utf-16", "⌊σ₀⌋", "⌊σ₀⌋", id="utf-16 keeps all"),
]


@pytest.mark.parametrize(("encoding", "text", "expected"), CASES)
def test_signs(encoding: str, text: str, expected: str) -> None:
    assert ascii_form(text, encoding) == expected


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["ascii", "cp949"]))
def test_any_text_can_be_written(text: str, encoding: str) -> None:
    form = ascii_form(text, encoding)
    assert form.encode(encoding).decode(encoding) == form
