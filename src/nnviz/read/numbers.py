"""Numbers as people write them → whole numbers, floats, arrays of either."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from nnviz.errors import NnvizError
from nnviz.libraries import np, npt, orjson
from nnviz.read.text import Written, short

LEAST, MOST = -(2**63), 2**63 - 1
"""The whole numbers there are: those of int64."""

_WHOLE = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
LEFT_OUT = frozenset(("...", "…", "⋯", "⋮", "⋱"))
"""What stands for numbers where a matrix was too large to be printed whole."""
_OF_A_NUMBER = frozenset("+-.,{}0123456789")
_A_NUMBER = re.compile(r"[0-9.eE]+")
TIGHT_COMMA = re.compile(r"(?<=[0-9])(?:,|\{,\})(?=[0-9])")
"""A comma between digits, as LaTeX spells it too."""
_LONGEST = len(str(MOST)) + 1
_LONG = 2**17
"""Characters of numbers from which it pays to load what reads them faster."""


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
    return _whole(word) if _WHOLE.fullmatch(word) else _finite(float(word), word)


def number_at(word: str, written: Written, offset: int) -> int | float:
    """The number that a word at `offset` spells; an error points at it."""
    if word in LEFT_OUT:
        left_out(word, written, offset)
    try:
        return number(word)
    except NnvizError as error:
        # Finding the line is a walk over the text, so it is done for an error alone.
        error.place = written.place(offset, len(word))
        raise


def left_out(word: str, written: Written, offset: int) -> NoReturn:
    """Raise the error for dots where numbers should stand."""
    written.fail(
        "numbers were left out here when this was printed: '{word}'",
        offset,
        len(word),
        word=word,
        hint="print all of them (np.set_printoptions(threshold=np.inf)), or save them to a file",
    )


def check_commas(written: Written, start: int = 0, end: int | None = None) -> None:
    """Raise where a comma is tight between digits: it may stand for a decimal point."""
    comma = TIGHT_COMMA.search(written.same, start, len(written.same) if end is None else end)
    if comma is None:
        return
    start = end = comma.start()
    while start and written.same[start - 1] in _OF_A_NUMBER:
        start -= 1
    while end < len(written.same) and written.same[end] in _OF_A_NUMBER:
        end += 1
    end = len(written.same[:end].rstrip(","))
    written.fail(
        "is '{word}' one number with a decimal comma, or two numbers?",
        start,
        end - start,
        word=short(written.text[start:end]),
        hint="write 0.5 and 1000; separate numbers by blanks or by commas, not both",
    )


def _fraction(top: str, bottom: str) -> float:
    over, under = number(top), number(bottom)
    if under == 0:
        raise NnvizError("'{word}' divides by zero", word=short(f"{top}/{bottom}"))
    # Whole numbers divide as such: 1/3 is then the float nearest to a third.
    return _finite(over / under, f"{top}/{bottom}")


def _whole(word: str) -> int:
    # Long spellings are refused before int(), whose own limit is 4300 digits, zeros and all.
    digits = word.lstrip("+-").lstrip("0") or "0"
    value = int(digits) if len(digits) < _LONGEST else MOST + 2
    value = -value if word.startswith("-") else value
    if not LEAST <= value <= MOST:
        raise NnvizError(
            "{number} is too large for a whole number: they end at 2^63 − 1",
            number=short(word),
            hint="write it with a point to make it a float",
        )
    return value


def _finite(value: float, word: str) -> float:
    if math.isinf(value):
        raise NnvizError(
            "{number} is too large for a float: they end near 1.8e308", number=short(word)
        )
    return value


def past_int64(number: int, name: str) -> NnvizError:
    """The error for a whole number that no int64 holds."""
    return NnvizError(
        "{number} in {name} is too large for a whole number: they end at 2^63 − 1",
        number=number,
        name=name,
    )


def text_bytes(length: int, sample: str) -> int:
    """The memory at most that reading a text takes of which `sample` is the beginning.

    The text itself and some like it; and each number as an object, twice in a list, and in
    the array.
    """
    numbers = len(_A_NUMBER.findall(sample)) / max(1, len(sample))
    return 6 * length + math.ceil(length * numbers * (32 + 3 * 8 + 8))


def quick(
    text: str, found: Callable[[Any], tuple[Sequence[int | float], tuple[int, ...]] | None]
) -> npt.NDArray[Any] | None:
    """The array of a text of JSON, whose numbers and shape are `found` in what it holds.

    None where the text is no JSON, or not surely what it says: orjson rounds whole numbers
    beyond 64 bits.
    """
    library = orjson() if len(text) > _LONG else None
    loads = json.loads if library is None else library.loads
    try:
        numbers = found(loads(text))
    except (ValueError, RecursionError):
        return None
    array = array_of(*numbers) if numbers is not None else None
    if array is None or library is None or array.dtype.kind != "f":
        return array
    return None if (np.abs(array) >= MOST).any() else array


def array_of(flat: Sequence[int | float], shape: tuple[int, ...]) -> npt.NDArray[Any] | None:
    """int64 where all are whole, else float64; None where one does not fit, or none is there.

    >>> array_of([1, 2, 3.0, 4], (2, 2)).dtype.name
    'float64'
    """
    if not flat:
        return None
    kinds = set(map(type, flat))
    if int in kinds:
        whole = flat if len(kinds) == 1 else [value for value in flat if type(value) is int]
        if min(whole) < LEAST or max(whole) > MOST:
            return None
    array: npt.NDArray[Any]
    array = np.array(flat, dtype=np.int64 if kinds == {int} else np.float64).reshape(shape)
    return array if np.isfinite(array).all() else None
