"""Numbers as people read them: whole ones whole, the others rounded alike.

`exact` loses nothing; `rounded` keeps significant digits; `Numerals` writes all the
numbers of one array alike, so that their points align.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

MINUS = "−"
_LARGE = 1e6
_TINY = 1e-3
_WIDEST = 300
_SUPS = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")


def exact(value: Any) -> str:
    """The shortest text that reads back as the same number; a true minus sign.

    >>> exact(-2), exact(0.1), exact(2.0)
    ('−2', '0.1', '2.0')
    """
    return repr(value.item() if hasattr(value, "item") else value).replace("-", MINUS)


def rounded(value: Any, precision: int = 4) -> str:
    """Whole numbers whole, others to `precision` significant digits, never `-0`.

    >>> rounded(-0.76159), rounded(7), rounded(2.0), rounded(1.5e-7)
    ('−0.7616', '7', '2', '1.5×10⁻⁷')
    """
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, int):
        return str(value).replace("-", MINUS)
    if not math.isfinite(value):
        return str(value).replace("-", MINUS)
    if value == int(value) and abs(value) < 10**15:
        return str(int(value)).replace("-", MINUS)
    digits, _, exponent = f"{value:.{precision - 1}e}".partition("e")
    power = int(exponent)
    if power < math.log10(_TINY) or power >= max(math.log10(_LARGE), precision):
        digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
        return f"{digits}×10{str(power).translate(_SUPS)}".replace("-", MINUS)
    plain = f"{value:.{max(0, precision - 1 - power)}f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain).replace("-", MINUS)


def plain(shown: str) -> str:
    """A number as it was shown, in the signs that a computer reads.

    >>> plain("−1.5×10⁻⁷")
    '-1.5e-7'
    """
    return shown.translate(_PLAIN).replace("×10", "e")


@dataclass(frozen=True, slots=True)
class Numerals:
    """How the numbers of one array are written: so many decimals, times 10^power."""

    decimals: int = 0
    power: int = 0

    def __call__(self, value: Any) -> str:
        value = value.item() if hasattr(value, "item") else value
        if isinstance(value, int):
            return str(value).replace("-", MINUS)
        if not math.isfinite(value):
            return str(value).replace("-", MINUS)
        shown = f"{_scaled(value, self.power):.{self.decimals}f}"
        if float(shown) == 0:
            shown = shown.lstrip("-")
        return shown.replace("-", MINUS)

    @property
    def factor(self) -> str:
        """`×10⁻⁵` where the whole array is written in a common power of ten, else ``."""
        return f"×10{str(self.power).translate(_SUPS)}" if self.power else ""


def numerals(array: np.ndarray, precision: int = 4) -> Numerals:
    """How to write an array: its largest number gets `precision` significant digits.

    Decimals that are zero for every number are left out; arrays of very large or very
    small numbers get a common power of ten.
    """
    import numpy as np

    if array.dtype.kind not in "fc":
        return Numerals()
    finite = np.abs(array[np.isfinite(array)])
    largest = float(finite.max()) if finite.size else 0.0
    if largest == 0 or (largest < 10**15 and not np.any(finite % 1)):
        return Numerals()
    power = 0
    magnitude = math.floor(math.log10(largest))
    if largest < _TINY or largest >= max(_LARGE, 10.0**precision):
        power, magnitude = magnitude, 0
    decimals = max(0, precision - 1 - magnitude)
    scaled = _scaled(finite, power)
    while decimals and np.all(np.round(scaled, decimals) == np.round(scaled, decimals - 1)):
        decimals -= 1
    return Numerals(decimals, power)


def _scaled(value: Any, power: int) -> Any:
    """value / 10^power, in two halves: 10^−320 is no float, though 5·10^−320 is one."""
    half = power // 2 if abs(power) > _WIDEST else 0
    return value / 10.0**half / 10.0 ** (power - half)
