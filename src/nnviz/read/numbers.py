"""Numbers as people write them → whole numbers, floats, arrays of either."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nnviz.errors import NnvizError
from nnviz.read.text import place_at, short

if TYPE_CHECKING:
    import numpy.typing as npt

LEAST, MOST = -(2**63), 2**63 - 1
"""The whole numbers there are: those of int64."""

_WHOLE = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_LONGEST = len(str(MOST)) + 1


def is_number(word: str) -> bool:
    """Whether a word is spelled as a number or a fraction, however large.

    >>> [is_number(word) for word in ("-3", "1e5", "1/9", "1.2.3", "nan")]
    [True, True, True, False, False]
    """
    top, slash, bottom = word.partition("/")
    return bool(_DECIMAL.fullmatch(top)) and (not slash or bool(_DECIMAL.fullmatch(bottom)))


def number(word: str) -> int | float:
    """The number a word spells: `7` is whole, `7.0`, `7e0` and `7/1` are floats.

    >>> number("-7"), number("7.0"), number("1/4")
    (-7, 7.0, 0.25)
    """
    if not is_number(word):
        raise NnvizError("'{word}' is not a number", word=short(word))
    top, slash, bottom = word.partition("/")
    if slash:
        return _fraction(top, bottom)
    return _whole(word) if _WHOLE.fullmatch(word) else _float(word)


def number_at(word: str, text: str, offset: int, name: str) -> int | float:
    """The number that a word at `offset` spells; an error points at it."""
    try:
        return number(word)
    except NnvizError as error:
        # Finding the line is a walk over the text, so it is done for an error alone.
        error.place = place_at(text, offset, name, len(word))
        raise


def _fraction(top: str, bottom: str) -> float:
    over, under = number(top), number(bottom)
    if under == 0:
        raise NnvizError("'{word}' divides by zero", word=short(f"{top}/{bottom}"))
    # Whole numbers divide as such: 1/3 is then the float nearest to a third.
    return _finite(over / under, f"{top}/{bottom}")


def _whole(word: str) -> int:
    # Long spellings are refused before int(), whose own limit is 4300 digits.
    digits = word.lstrip("+-").lstrip("0")
    value = int(word) if len(digits) < _LONGEST else MOST + 1
    if not LEAST <= value <= MOST:
        raise NnvizError(
            "{number} is too large for a whole number: they end at 2^63 − 1",
            number=short(word),
            hint="write it with a point to make it a float",
        )
    return value


def _float(word: str) -> float:
    return _finite(float(word), word)


def _finite(value: float, word: str) -> float:
    if math.isinf(value):
        raise NnvizError(
            "{number} is too large for a float: they end near 1.8e308",
            number=short(word),
        )
    return value


def array_of(flat: Sequence[int | float], shape: tuple[int, ...]) -> npt.NDArray[Any] | None:
    """int64 where all are whole, else float64; None where one does not fit, or none is there.

    >>> array_of([1, 2, 3.0, 4], (2, 2)).dtype.name
    'float64'
    """
    import numpy as np

    if not flat:
        return None
    kinds = set(map(type, flat))
    if int in kinds:
        least, most = _extremes(flat, mixed=len(kinds) > 1)
        if least < LEAST or most > MOST:
            return None
    array: npt.NDArray[Any]
    array = np.array(flat, dtype=np.int64 if kinds == {int} else np.float64).reshape(shape)
    return array if np.isfinite(array).all() else None


def _extremes(flat: Sequence[int | float], *, mixed: bool) -> tuple[int | float, int | float]:
    whole = [value for value in flat if type(value) is int] if mixed else flat
    return min(whole), max(whole)
