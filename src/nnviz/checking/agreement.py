"""Whether numbers that a person wrote down are those of an array, rounded as they are written.

A number agrees where it is the right one rounded to as many decimals as the most that were
written, or to as many significant digits (from three on, as tables show them), and wherever
single precision may be the difference. Numbers that are whole have to be written whole. Where
they are not, whole numbers are taken for rounded ones only if two digits are left of the
largest: 13 for 12.75, but no 0 and 1 for probabilities.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from nnviz.records import NamedTuple

_LOOKED_AT = 4096
"""Cells whose decimals are counted."""
_FEWEST_DIGITS = 3
_SINGLE, _DOUBLE = 1e-5, 1e-9
"""How far sums in single precision may be off, of the largest number; where whole numbers are
written, in double precision."""
_TIE = 1 + 1e-9
"""0.125 may be written 0.12 or 0.13."""


class Written(NamedTuple):
    """Numbers as they were written down."""

    values: np.ndarray
    decimals: int
    """The most of a number; zeros at its end are not seen in an array."""
    digits: int
    """The most significant ones."""

    @classmethod
    def of(cls, values: np.ndarray) -> Written:
        """What can be told from an array."""
        some = values.reshape(-1)[:_LOOKED_AT]
        if some.dtype.kind != "f":
            return cls(
                values, 0, max((len(str(abs(v)).rstrip("0")) for v in some.tolist()), default=1)
            )
        parts = [Decimal(str(v)).normalize().as_tuple() for v in some[np.isfinite(some)]]
        ends = [part.exponent for part in parts if isinstance(part.exponent, int)]
        decimals = max(0, -min(ends, default=0))
        return cls(values, decimals, max((len(part.digits) for part in parts), default=1))

    def agreeing(self, made: np.ndarray) -> np.ndarray:
        """Cell by cell, whether `made`, which has as many cells, may be what was written."""
        values = self.values.reshape(made.shape)
        if made.dtype.kind != "f" and self.decimals == 0:
            return np.asarray(values == made)
        with np.errstate(invalid="ignore"):  # infinity less infinity
            off = np.abs(values.astype(np.float64) - made)
            same = ~np.isfinite(made) & ((values == made) | (np.isnan(values) & np.isnan(made)))
        return np.asarray((off <= self._slack(made)) | same)

    def agrees(self, made: np.ndarray) -> bool:
        """Whether all cells do; where there are as many, in whatever axes of one cell."""
        return fits(self.values.shape, made.shape) and bool(self.agreeing(made).all())

    def nearly(self, made: np.ndarray) -> bool:
        """Whether no number is off by more than one in the last of two or more decimals."""
        off = np.abs(self.values.reshape(made.shape).astype(np.float64) - made)
        is_rounded = made.dtype.kind == "f" and self.decimals >= 2
        return is_rounded and bool((off <= 10.0**-self.decimals * _TIE).all())

    def _slack(self, made: np.ndarray) -> np.ndarray:
        sizes = np.abs(np.where(np.isfinite(made), made, 0).astype(np.float64))
        largest = float(sizes.max(initial=0))
        if made.dtype.kind != "f":
            return np.zeros(made.shape)
        share = _SINGLE if self.values.dtype.kind == "f" else _DOUBLE
        slack = np.full(made.shape, share * largest)
        if self.decimals or largest >= 10:
            slack = np.maximum(slack, 0.5 * 10.0**-self.decimals * _TIE)
        if self.digits >= _FEWEST_DIGITS:
            # 0.998 is no 1.00: whichever is smaller says where its last digit is.
            written = np.abs(self.values.reshape(made.shape).astype(np.float64))
            power = np.floor(np.log10(np.maximum(np.fmin(sizes, written), 1e-300)))
            slack = np.maximum(slack, 0.5 * 10 ** (power + 1 - self.digits) * _TIE)
        return slack


def fits(mine: tuple[int, ...], made: tuple[int, ...]) -> bool:
    """Whether shapes are the same, axes of one cell left out."""
    return [n for n in mine if n != 1] == [n for n in made if n != 1]
