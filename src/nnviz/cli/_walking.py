"""A walk through the steps of a result: where one is, what was typed, what was answered."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

from nnviz.cli import _answers
from nnviz.cli._answers import Answer
from nnviz.errors import NnvizError
from nnviz.formats.terminal.moment import Moment, beats_of, walked
from nnviz.formats.terminal.unfolded import Beat
from nnviz.libraries import np
from nnviz.records import NamedTuple
from nnviz.request import Request, Screen
from nnviz.trace import Step, Trace
from nnviz.words import Words

_LONGEST = 400
"""Characters of an answer."""
_DIGITS = "0123456789"
_OF_NUMBERS = _DIGITS + ".,;/+-−–eE∞infa []"


class Stage(NamedTuple):
    """The steps of a trace, or of a layer of it, that are gone through."""

    trace: Trace
    numbers: Sequence[int]
    where: tuple[Words, ...] = ()


def stages(trace: Trace, request: Request) -> list[Stage]:
    """The steps that are asked for; of a network those of each layer."""
    if not trace.layers:
        found = [Stage(trace, walked(trace, request))]
    else:
        count = len((trace.forward or trace).layers)
        found = [
            Stage(t, walked(t, request), (Words("layer {n} of {count}", n=n, count=count),))
            for n, t in trace.numbered
        ]
    return [stage for stage in found if stage.numbers]


class _Stop(NamedTuple):
    """A step on the way."""

    stage: Stage
    step: Step
    beats: Sequence[Beat]
    values: Sequence[Any]
    """The numbers that it makes."""


class Walk:
    """Keys go in by `press`, and what is to be seen comes out of `moment`."""

    def __init__(self, found: Sequence[Stage], request: Request, *, asking: bool = False) -> None:
        self._stages, self._request, self._asking = found, request, asking
        self._ends = list(accumulate(len(stage.numbers) for stage in found))
        self._stop = lru_cache(maxsize=64)(self._made)
        self._at = self._written = 0
        self._typed = ""
        self._told: list[Words] = []
        self._answers: dict[int, list[Answer]] = {}
        self._moves: Mapping[str, Callable[[], None]] = {
            " ": self.forward,
            "down": self.forward,
            "up": self._back,
            "right": lambda: self._go(self._at + 1),
            "left": lambda: self._go(self._at - 1),
            "home": lambda: self._go(-1),
            "end": lambda: self._go(self._count - 1),
        }

    def press(self, key: str) -> bool:
        """What a key does; whether the walk goes on."""
        self._told = []
        if key in ("q", "escape"):
            return False
        if key == "enter":
            self._enter()
        elif key == "back":
            self._typed = self._typed[:-1]
        elif key in self._moves and not (key == " " and self._typed):
            self._typed = ""
            self._moves[key]()
        elif key in (_OF_NUMBERS if self.open else _DIGITS) and len(self._typed) < _LONGEST:
            self._typed += key
        return True

    def moment(self, screen: Screen, keys: Words | None = None) -> Moment:
        """What is to be seen now, with what the keys do."""
        stop = self._here
        where = (
            *stop.stage.where,
            Words("step {n} of {count}", n=self._turned(self._at + 1), count=self._count),
        )
        foot = [*self._told, *self._asked(), keys or _KEYS[self._asking]]
        request = self._request._replace(screen=screen)
        return Moment(
            stop.stage.trace, request, stop.step, stop.beats, self._written, where, foot, self.open
        )

    def summary(self) -> list[Words]:
        """What is said in the end; nothing where nothing was answered."""
        given = sorted(self._answers.items())
        return _answers.summed_up(
            [(self._turned(at + 1), answers) for at, answers in given if answers]
        )

    @property
    def open(self) -> bool:
        """Whether an answer is still wanted here."""
        return self._asking and self._given < len(self._here.values)

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to come."""
        return self._at == self._count - 1 and self._written >= self._last

    # --- where ---------------------------------------------------------------------------

    @property
    def _count(self) -> int:
        return self._ends[-1]

    def _turned(self, number: int) -> int:
        """A step's number from its turn, and its turn from its number: a way back counts down."""
        return self._count + 1 - number if self._stages[0].trace.back else number

    @property
    def _here(self) -> _Stop:
        return self._stop(self._at)

    def _made(self, at: int) -> _Stop:
        which = bisect_right(self._ends, at)
        stage = self._stages[which]
        number = stage.numbers[at - self._ends[which] + len(stage.numbers)]
        step = stage.trace.steps[number - 1]
        values = np.asarray(step.value, object).ravel().tolist()
        return _Stop(stage, step, beats_of(step, self._request.appearance.lang), values)

    @property
    def _last(self) -> int:
        """How far the formula may be written: while a number is asked for, not what it is."""
        beats, count = self._here.beats, len(self._here.values)
        if not self.open:
            return len(beats)
        asked = beats[-1].number + 1 - count + self._given
        return next((i for i, b in enumerate(beats) if b.ends and b.number >= asked), len(beats))

    # --- moving --------------------------------------------------------------------------

    def _go(self, at: int, *, whole: bool = True) -> None:
        self._at = max(0, min(at, self._count - 1))
        self._written = self._last if whole and at >= 0 and not self.open else 0

    def forward(self) -> None:
        """One thing more; after all of them the next step."""
        if self._written < self._last:
            self._written += 1
        elif not self.open and self._at < self._count - 1:
            self._go(self._at + 1, whole=False)
            self._written += not self.open

    def _back(self) -> None:
        if self._written and (self.open or not self._asking):
            self._written -= 1
        else:
            self._go(self._at - 1)

    def _enter(self) -> None:
        if self.open and self._typed:
            self._answer()
        elif self._typed:
            number = int(self._typed)
            if 1 <= number <= self._count:
                self._go(self._turned(number) - 1)
            else:
                self._told = [Words("there are {n} steps", n=self._count)]
            self._typed = ""
        else:
            self.forward()

    # --- answers -------------------------------------------------------------------------

    @property
    def _given(self) -> int:
        return len(self._answers.get(self._at, ()))

    def _asked(self) -> Iterator[Words]:
        typed = f"{self._typed}▏"
        if self.open and len(self._here.values) == 1:
            yield Words("the value? {typed}", typed=typed)
        elif self.open:
            n, count = self._given + 1, len(self._here.values)
            yield Words("number {n} of {count}? {typed}", n=n, count=count, typed=typed)
        elif self._typed:
            yield Words("to step {typed}", typed=typed)

    def _answer(self) -> None:
        """Judge what was typed: a number, or all that are left as a list."""
        stop, answers = self._here, self._answers.setdefault(self._at, [])
        left = stop.values[len(answers) :]
        try:
            words = _answers.numbers_in(self._typed, len(left))
        except NnvizError as error:
            self._told = [error.message, *([error.hint] if error.hint else [])]
            return
        dtype, precision = str(stop.stage.trace.output.dtype), self._request.appearance.precision
        for word, value in zip(words, left, strict=False):
            answers.append(_answers.judge(word, value, dtype))
            self._told.append(answers[-1].said(value, precision))
        self._typed = ""
        if not self.open:
            self._written = self._last
        if sum(map(len, self._answers.values())) >= self._count and self._all_answered:
            self._told += self.summary()[:1]

    @property
    def _all_answered(self) -> bool:
        whole = (len(a) == len(self._stop(at).values) for at, a in self._answers.items())
        return len(self._answers) == self._count and all(whole)


_KEYS = {
    False: Words("space ↓ ↑ a term · → ← a step · Home End · a number and Enter: that step · q"),
    True: Words("a number and Enter answers · space: a hint · → ← a step · q ends"),
}
"""What the keys do, without and with questions."""
