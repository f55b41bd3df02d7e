"""A learner's answers: read as a matrix is, judged against what the step makes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Literal

from nnviz.errors import NnvizError
from nnviz.numerals import MINUS, plain, rounded
from nnviz.read.numbers import check_commas, number
from nnviz.read.spellings import signs
from nnviz.read.text import Written
from nnviz.records import NamedTuple
from nnviz.words import Words

_NOISE = {"float32": 2e-7, "float16": 1e-3}
"""How far from a number its float of fewer bits may be; of 64 bits 10⁻¹²."""


class Answer(NamedTuple):
    """A number that was given, and the one that was asked for."""

    given: str
    off: float
    """How much it is too large; below 0 too small."""
    verdict: Literal["right", "rounded", "wrong"]

    @property
    def right(self) -> bool:
        return self.verdict != "wrong"

    def said(self, value: Any, precision: int) -> Words:
        """What the learner is told."""
        shown = rounded(value, precision)
        if self.verdict == "right":
            return Words("right: {value}", value=shown)
        if self.verdict == "rounded":
            return Words("right, rounded: {given} for {value}", given=self.given, value=shown)
        if not math.isfinite(self.off):
            return Words("not {given}: it is {value}", given=self.given, value=shown)
        by = rounded(abs(self.off), precision)
        if self.off > 0:
            return Words(
                "not {given}: it is {value}; too large by {by}",
                given=self.given,
                value=shown,
                by=by,
            )
        return Words(
            "not {given}: it is {value}; too small by {by}", given=self.given, value=shown, by=by
        )


def numbers_in(typed: str, count: int) -> list[str]:
    """The numbers of an answer: one, or all `count` that are left as a list.

    Raises NnvizError where one is none, and where 0,5 may be one or two.

    >>> numbers_in("[1/2, −3]", 2)
    ['1/2', '-3']
    """
    same = signs(typed).strip().removeprefix("[").removesuffix("]")
    check_commas(Written(same, same, ""))
    words = same.replace(",", " ").replace(";", " ").split()
    for word in words:
        if not _is_special(word):
            number(word)
    if len(words) not in (1, count):
        raise NnvizError(
            "{n} numbers were typed; one is asked for, or all that are left: {count}",
            n=len(words),
            count=count,
        )
    return words


def _is_special(word: str) -> bool:
    return plain(word).lstrip("+-").lower() in ("inf", "nan")


def judge(word: str, value: Any, dtype: str = "float64") -> Answer:
    """What a number that was given is worth: one that is rounded as it is written is right.

    It has to have two digits after the point, or one after another that counts.

    >>> [judge(word, 0.2449).verdict for word in ("0.2449", "0.24", "0.2", "0.25")]
    ['right', 'rounded', 'wrong', 'wrong']
    """
    given = float(plain(word)) if _is_special(word) else number(word)
    off = float(given - value)
    same = given == value or (math.isnan(given) and math.isnan(value))
    if same or (not isinstance(value, int) and abs(off) <= _NOISE.get(dtype, 1e-12) * abs(value)):
        return Answer(word.replace("-", MINUS), 0.0, "right")
    return Answer(word.replace("-", MINUS), off, "rounded" if _rounds(word, value) else "wrong")


def _rounds(word: str, value: Any) -> bool:
    """Whether a decimal is a number rounded to as many places as it has."""
    if "/" in word or _is_special(word) or not math.isfinite(value):
        return False
    decimal = Decimal(word)
    digits, place = len(decimal.as_tuple().digits), int(decimal.as_tuple().exponent)
    half = Decimal(5).scaleb(place - 1)
    near = abs(decimal - Decimal(value)) <= half * (1 + Decimal("1e-9"))
    enough = place < -1 or (place < 0 and digits > 1)
    return near and enough and decimal != 0 and not isinstance(value, int)


def summed_up(answers: Iterable[tuple[int, Sequence[Answer]]]) -> list[Words]:
    """How many were right, and each that was not, by how much, after the number of its step."""
    each = [(step, answer) for step, several in answers for answer in several]
    if not each:
        return []
    right = sum(answer.right for _, answer in each)
    near = sum(answer.verdict == "rounded" for _, answer in each)
    said = [Words("{n} of {count} right", n=right, count=len(each))]
    if near:
        said = [
            Words(
                "{n} of {count} right, {near} of them rounded", n=right, count=len(each), near=near
            )
        ]
    for step, answer in each:
        if not answer.right:
            by = rounded(abs(answer.off))
            said.append(
                Words("step {n}: {given} is off by {by}", n=step, given=answer.given, by=by)
            )
    return said
