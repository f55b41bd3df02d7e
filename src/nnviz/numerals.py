"""Numbers as people read them: whole ones whole, the others to so many significant digits.

`exact` loses nothing; `rounded` keeps significant digits. A number is written the same
wherever it stands: in a cell, in a sum, in a table; the points of a column are `aligned`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Context, Decimal

MINUS = "−"
_BLANK = struct.pack("<Q", 0x7FF8_0000_0062_6C6B)
BLANK = struct.unpack("<d", _BLANK)[0]
"""A number that is to be found: a NaN of its own, so that arrays can hold it."""
GAP = "____"
"""What stands in its place."""
_LEAST = -4
"""The power of ten of the first digit below which a number is written with it: 0.0001."""
_WHOLE = 10**15
"""Up to here a float that is whole is written whole."""
_NOISE = 2e-7
"""How far from a number of few digits a float, of 32 bits too, may be that stands for it."""
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻"
SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉₊₋₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
_RAISED = str.maketrans("0123456789+-−", SUPERSCRIPTS)
_LOWERED = str.maketrans("0123456789+-−aehijklmnoprstuvx", SUBSCRIPTS)
_PLAIN = str.maketrans(SUPERSCRIPTS + MINUS, "0123456789+---") | {ord("∞"): "inf"}


def is_blank(value: Any) -> bool:
    """Whether a number is a blank to fill in.

    >>> is_blank(BLANK), is_blank(float("nan"))
    (True, False)
    """
    return (
        isinstance(value, float)
        and math.isnan(value)
        and struct.pack("<d", value) == struct.pack("<d", BLANK)
    )


def all_finite(array: Any) -> bool:
    """Whether an array has only numbers; found without one more of its size."""
    return array.dtype.kind != "f" or all(
        math.isfinite(end) for end in (array.min(initial=0), array.max(initial=0))
    )


def exact(value: Any) -> str:
    """The shortest text that reads back as the same number; a true minus sign.

    >>> exact(-2), exact(0.1), exact(2.0)
    ('−2', '0.1', '2.0')
    """
    return repr(value.item() if hasattr(value, "item") else value).replace("-", MINUS)


def rounded(value: Any, precision: int = 4) -> str:
    """Whole numbers whole, others to `precision` significant digits, never `-0`.

    One that was rounded has all of them, 1.000; one that has fewer, 0.5, no more than its own.
    Half is rounded away from zero, as in school; whether it is half is asked of the float's
    exact value, which is what a decimal fraction like 0.285 is not.

    >>> rounded(-0.76159), rounded(7), rounded(2.0), rounded(0.99999), rounded(1.5e-7)
    ('−0.7616', '7', '2', '1.000', '1.5×10⁻⁷')
    >>> rounded(2.625, 3)
    '2.63'
    """
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, int) or not math.isfinite(value):
        if is_blank(value):
            return GAP
        return str(value).replace("-", MINUS).replace("inf", "∞")
    if value == int(value) and abs(value) < _WHOLE:
        return str(int(value)).replace("-", MINUS)
    found = _decimal(value, precision)
    power = found.adjusted()
    if power < _LEAST or power >= max(6, precision):
        return scientific(value, precision)
    if power >= precision:  # No digit before the point is taken away.
        found = _decimal(value, power + 1)
    return _written(found, found, value).replace("-", MINUS)


def scientific(value: float, digits: int) -> str:
    """At most so many significant digits, times a power of ten.

    >>> scientific(-123456, 2), scientific(1e12, 3), scientific(2.5, 1)
    ('−1.2×10⁵', '1×10¹²', '3×10⁰')
    """
    found = _decimal(value, digits)
    power = found.adjusted()
    return f"{_written(found.scaleb(-power), found, value)}×10{raised(power)}".replace("-", MINUS)


def _written(digits: Decimal, found: Decimal, value: float) -> str:
    """The digits; zeros at their end say that something was rounded there, else they go."""
    shown = str(digits)
    if "." not in shown or shown[-1] != "0":
        return shown
    noise = isinstance(value, float) and abs(float(found) - value) <= _NOISE * abs(value)
    return shown.rstrip("0").rstrip(".") if noise or found == value else shown


def _decimal(value: float, digits: int) -> Decimal:
    """The number, as it is exactly, to so many significant digits: half away from zero."""
    return _context(digits).create_decimal(value)


@cache
def _context(digits: int) -> Context:
    from decimal import ROUND_HALF_UP, Context

    return Context(prec=digits, rounding=ROUND_HALF_UP)


def ratio(over: int, under: int, decimals: int = 0) -> str:
    """What a whole number is divided by another, to so many decimals, half upwards.

    >>> ratio(5, 2), ratio(5, 4, 1), ratio(24000, 2)
    ('3', '1.3', '12,000')
    """
    units = (2 * over * 10**decimals + under) // (2 * under)
    whole, rest = divmod(units, 10**decimals)
    return thousands(whole) + (f".{rest:0{decimals}}" if decimals else "")


class AtLeast(int):
    """A sum of which a part is not known."""


def added(counts: Iterable[int | None]) -> int:
    """The sum of some counts; AtLeast that where one of them is not known, which is None.

    >>> thousands(added([3, 2])), thousands(added([3, None, 2])), thousands(added([None]))
    ('5', '≥ 5', '?')
    """
    made = [*counts]
    kind = int if all(type(n) is int for n in made) else AtLeast
    return kind(sum(n or 0 for n in made))


def thousands(n: int | None) -> str:
    """A whole number with its thousands apart.

    >>> thousands(3687936)
    '3,687,936'
    """
    if not n and type(n) is not int:
        return "?"
    return f"≥ {n:,}" if isinstance(n, AtLeast) else f"{n:,}"


def size(n: int) -> str:
    """A number of bytes as people say it.

    >>> size(812), size(24_600), size(3_400_000)
    ('812 bytes', '24 KB', '3.2 MB')
    >>> size(6_400_000_000)
    '6.0 GB'
    """
    if n < 1024:
        return f"{n} bytes" if n != 1 else "1 byte"
    if n < 1024**2:
        return f"{n // 1024} KB"
    if n < 1024**3:
        return f"{ratio(n, 1024**2, 1)} MB"
    return f"{ratio(n, 1024**3, 1)} GB"


def raised(text: object) -> str:
    """What has a superscript as one, the rest as it is.

    >>> raised(-12), raised("n+1")
    ('⁻¹²', 'n⁺¹')
    """
    return str(text).translate(_RAISED)


def lowered(text: object) -> str:
    """What has a subscript as one, the rest as it is.

    >>> lowered("t−1"), lowered("W2")
    ('ₜ₋₁', 'W₂')
    """
    return str(text).translate(_LOWERED)


def plain(shown: str) -> str:
    """A number as it was shown, in the signs that a computer reads.

    >>> plain("−1.5×10⁻⁷"), plain("−∞")
    ('-1.5e-7', '-inf')
    """
    return shown.translate(_PLAIN).replace("×10", "e")


def aligned(texts: Sequence[str]) -> list[str]:
    """Numbers of a column with blanks after them, so that their points stand one above the other.

    >>> aligned(["0.25", "−3", "12.5", "1×10⁻⁵"])
    ['0.25', '−3   ', '12.5 ', '1×10⁻⁵']
    """
    ends = [len(text) - len(whole_part(text) or text) for text in texts]
    most = max(ends, default=0)
    return [
        text + " " * (most - end if whole_part(text) else 0)
        for text, end in zip(texts, ends, strict=True)
    ]


def whole_part(shown: str) -> str:
    """What stands before the point; nothing of a number with a power of ten, which has its own.

    >>> whole_part("−12.5"), whole_part("7"), whole_part("1.5×10⁻⁷"), whole_part("nan")
    ('−12', '7', '', '')
    """
    whole = shown.partition(".")[0]
    return whole if whole[-1:].isdigit() and "×" not in shown else ""
