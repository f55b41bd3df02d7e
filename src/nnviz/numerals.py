"""Numbers as people read them: whole ones whole, the others rounded alike.

`exact` loses nothing; `rounded` keeps significant digits; `Numerals` writes all the
numbers of one array alike, so that their points align. A number that is not 0 is never
written as 0: where the decimals of its array leave too little of it, it stands on its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from decimal import Context, Decimal

    import numpy as np

MINUS = "−"
_TINY, _TOP_OF_TINY = 1e-3, -3
_WIDEST = 300
_WHOLE = 10**15
"""Up to here a float that is whole is written whole."""
_ROOM = 6
"""Digits, beside the significant ones, that a number of few digits may be written with."""
_SAMPLE = 4096
"""Numbers of an array that decide how it is written; more are never drawn."""
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻"
SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉₊₋₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
_RAISED = str.maketrans("0123456789+-−", SUPERSCRIPTS)
_LOWERED = str.maketrans("0123456789+-−aehijklmnoprstuvx", SUBSCRIPTS)
_PLAIN = str.maketrans(SUPERSCRIPTS + MINUS, "0123456789+---") | {ord("∞"): "inf"}


def exact(value: Any) -> str:
    """The shortest text that reads back as the same number; a true minus sign.

    >>> exact(-2), exact(0.1), exact(2.0)
    ('−2', '0.1', '2.0')
    """
    return repr(value.item() if hasattr(value, "item") else value).replace("-", MINUS)


def rounded(value: Any, precision: int = 4) -> str:
    """Whole numbers whole, others to `precision` significant digits, never `-0`.

    Half is rounded away from zero, as in school; whether it is half is asked of the float's
    exact value, which is what a decimal fraction like 0.285 is not.

    >>> rounded(-0.76159), rounded(7), rounded(2.0), rounded(1.5e-7), rounded(2.625, 3)
    ('−0.7616', '7', '2', '1.5×10⁻⁷', '2.63')
    """
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, int) or not math.isfinite(value):
        return str(value).replace("-", MINUS).replace("inf", "∞")
    if value == int(value) and abs(value) < _WHOLE:
        return str(int(value)).replace("-", MINUS)
    found = _decimal(value, precision)
    power = found.adjusted()
    if power < _TOP_OF_TINY or power >= max(6, precision):
        return scientific(value, precision)
    if power >= precision:  # No digit before the point is taken away.
        found = _decimal(value, power + 1)
    shown = str(found)
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown).replace("-", MINUS)


def scientific(value: float, digits: int) -> str:
    """At most so many significant digits, times a power of ten.

    >>> scientific(-123456, 2), scientific(1e12, 3), scientific(2.5, 1)
    ('−1.2×10⁵', '1×10¹²', '3×10⁰')
    """
    found = _decimal(value, digits)
    power = found.adjusted()
    return f"{found.scaleb(-power).normalize():f}×10{raised(power)}".replace("-", MINUS)


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


def thousands(n: int) -> str:
    """A whole number with its thousands apart.

    >>> thousands(3687936)
    '3,687,936'
    """
    return f"{n:,}"


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


@dataclass(frozen=True, slots=True)
class Numerals:
    """How the numbers of one array are written: so many decimals, times 10^power."""

    decimals: int = 0
    power: int = 0
    precision: int = 4
    noise: float = 1e-12
    """How far from a number of few digits a float may be that stands for it."""

    def __call__(self, value: Any) -> str:
        value = value.item() if hasattr(value, "item") else value
        if isinstance(value, int) or not math.isfinite(value):
            return rounded(value, self.precision)
        scaled = _scaled(value, self.power)
        if scaled and self.odd(_figures(scaled, self.precision, self.noise)):
            return rounded(scaled, self.precision)
        shown = f"{scaled:.{self.decimals}f}"
        if float(shown) == 0:
            shown = shown.lstrip("-")
        return shown.replace("-", MINUS)

    def odd(self, number: _Figures) -> bool:
        """Whether a number, divided by 10^power, is written on its own.

        One too large for these decimals, or too small: nothing of its digits would be left,
        or of a number with few digits less than two and not all.
        """
        if number.large:
            return True
        kept = number.top + self.decimals + 1
        return kept < 1 or (kept < 2 and number.short and number.decimals > self.decimals)

    @property
    def factor(self) -> str:
        """`×10⁻⁵` where the whole array is written in a common power of ten, else ``."""
        return f"×10{raised(self.power)}" if self.power else ""


def numerals(array: np.ndarray, precision: int = 4) -> Numerals:
    """How to write an array: with as many decimals as its numbers have.

    A number with more than `precision` significant digits gets no more than these, and the
    largest of them sets a bound to the decimals of all. Arrays of very large or very small
    numbers get a common power of ten where that leaves something of each.
    """
    import numpy as np

    if array.dtype.kind not in "fc":
        return Numerals(precision=precision)
    finite = np.abs(array[np.isfinite(array)])
    largest = float(finite.max()) if finite.size else 0.0
    if largest == 0 or (largest < _WHOLE and not np.any(finite % 1)):
        return Numerals(precision=precision)
    noise = max(1e-12, 8 * float(np.finfo(array.dtype).eps))
    some = finite[finite > 0][:: -(-finite.size // _SAMPLE)].astype(float)
    values = {largest, *some.tolist()}
    top = math.floor(math.log10(largest))
    if largest < _TINY or top >= _digits_of_large(precision):
        scaled = [_scaled(v, top) for v in values]
        found = [_figures(v, precision, noise) for v in scaled]
        form = Numerals(_decimals(found, precision), top, precision, noise)
        if all(scaled) and not any(map(form.odd, found)):
            return form
    found = [_figures(v, precision, noise) for v in values]
    return Numerals(_decimals(found, precision), 0, precision, noise)


class _Figures(NamedTuple):
    """What a number takes to be written to so many significant digits."""

    top: int
    """The power of ten of its first digit."""
    decimals: int
    short: bool
    """Whether that is all of it."""
    large: bool
    """Whether it is written with a power of ten for its size."""


def _figures(value: float, precision: int, noise: float) -> _Figures:
    value = abs(value)
    written = f"{value:.{precision - 1}e}"
    digits, _, exponent = written.partition("e")
    top = int(exponent)
    if value < _WHOLE and value == int(value):
        return _Figures(top, 0, True, False)
    fraction = digits.partition(".")[2].rstrip("0")
    short = abs(float(written) - value) <= noise * value
    large = top >= _digits_of_large(precision)
    return _Figures(top, max(0, len(fraction) - top), short, large)


def _decimals(numbers: Iterable[_Figures], precision: int) -> int:
    """The decimals that all numbers are written with, the odd ones left out of account."""
    usual = [n for n in numbers if not n.large]
    needed = [n.decimals for n in usual if n.top >= _TOP_OF_TINY or n.decimals <= precision]
    long = [precision - 1 - n.top for n in usual if not n.short]
    room = [precision + _ROOM - (max(n.top, 0) + 1) for n in usual]
    return max(0, min([max(needed, default=0), *long, *room]))


def _digits_of_large(precision: int) -> int:
    return max(6, precision)


def _scaled(value: Any, power: int) -> Any:
    """value / 10^power, in two halves: 10^−320 is no float, though 5·10^−320 is one."""
    half = power // 2 if abs(power) > _WIDEST else 0
    return value / 10.0**half / 10.0 ** (power - half)
