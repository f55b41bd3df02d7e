"""An array or result as text formats see it: its matrices, what is said of it, and of a trace."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import product
from math import prod

from nnviz.axes import CELL_NAMES, KERNEL_AXES, MAP_AXES
from nnviz.libraries import np
from nnviz.numerals import all_finite, thousands
from nnviz.records import dataclass
from nnviz.request import Appearance
from nnviz.shapes import times
from nnviz.trace import Index, Show, Step, Trace
from nnviz.words import Words

PIPE_CELLS = 4096
"""Numbers of an array that are written where there is no screen."""
SIDE = 24
"""Rows or columns that are shown as numbers on a screen."""
MAPS = ("input", "pre", "output")


@dataclass(frozen=True)
class View:
    """An array or result of a trace, to show."""

    trace: Trace
    name: str
    step: Step | None = None
    """The step whose cells are marked."""
    spread: bool = False
    """Whether channels stand side by side: an array that is shown alone."""

    @cached_property
    def values(self) -> np.ndarray:
        return np.asarray(self.trace.array(self.name))

    @property
    def role(self) -> str:
        return self.trace.roles.get(self.name, "plain")

    @property
    def planes(self) -> tuple[int, ...]:
        """The shape of what leads the matrices."""
        return self.values.shape[:-2]

    @property
    def leading(self) -> tuple[str, ...]:
        """What the axes before the last two are called."""
        rank = self.values.ndim
        if self.name == "output" and len(self.trace.places) == rank:
            return tuple(place.label.template for place in self.trace.places[:-2])
        before = MAP_AXES if self.name in MAPS else KERNEL_AXES
        names = (*before, *CELL_NAMES[self.trace.plan.dims if self.trace.plan else 2])
        return names[-rank:][:-2] if rank <= len(names) else ("",) * (rank - 2)

    @property
    def made(self) -> bool:
        """Whether it was made of the input."""
        return self.name in MAPS[1:] and "input" in self.trace.arrays

    @property
    def image(self) -> bool:
        """Whether it is a picture, or what a window that weighs nothing made of one."""
        weighed = self.made and "kernel" in self.trace.arrays
        return self.trace.image and self.name in MAPS and not weighed

    @property
    def small(self) -> bool:
        """Whether a screen shows it as numbers."""
        if self.values.ndim < 2:
            return self.values.size <= SIDE * SIDE
        return all(n <= SIDE for n in self.values.shape[-2:])

    @property
    def upright(self) -> bool:
        """Whether it is a vector that stands as a column, as in W·x."""
        flat = self.values.ndim < 2 and self.values.size <= SIDE
        return flat and "·" in self.trace.equation

    def numbered(self, whole: bool) -> bool:
        """Whether its numbers are written: on a screen, or where the `whole` of it may be."""
        return self.values.size <= PIPE_CELLS if whole else self.small

    def sample(self, look: Appearance) -> Index:
        """The sample that is drawn, of an array that has several."""
        if self.leading[:1] == ("sample",) and len(self.values) > 1:
            return (min(look.drawn_sample, len(self.values) - 1),)
        return ()

    def asked(self, look: Appearance) -> Index:
        """The sample that is asked for: without, the numbers of all of them are written."""
        return () if look.sample is None else self.sample(look)

    def matrices(self, within: Index = ()) -> Iterator[tuple[Index, list[tuple[str, int]]]]:
        """The index of each matrix, and what its axes are called: channel 2."""
        for index in product(*map(range, self.planes[len(within) :])):
            called = zip(self.leading[len(within) :], index, strict=True)
            yield (*within, *index), list(called)


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape beside a name; a number alone has none."""
    if prod(shape) == 1 and len(shape) < 2:
        return ""
    return f"({shape[0]})" if len(shape) == 1 else times(shape)


def summary(view: View, show: Show) -> tuple[Words, Words]:
    """What is known of an array whose numbers are not written, and how many they are."""
    numbers, count = view.values, view.values.size
    numbers = numbers if all_finite(numbers) else numbers[np.isfinite(numbers)]
    odd = count - numbers.size
    numbers = numbers if numbers.size else view.values
    with np.errstate(all="ignore"):
        mean = numbers.mean(dtype=np.float64)
    known = Words(
        "{dtype}, min {low}, max {high}, mean {mean}",
        dtype=view.values.dtype,
        low=show(numbers.min()),
        high=show(numbers.max()),
        mean=show(mean),
    )
    rest = Words("{n} numbers, not written here", n=thousands(count))
    if odd:
        rest = Words(
            "{n} numbers, not written here; {odd} of them nan or infinite",
            n=thousands(count),
            odd=thousands(odd),
        )
    return known, rest


def said(trace: Trace, look: Appearance, whole: bool) -> Iterator[Words]:
    """What is not as usual, and what is shown of a batch: numbers are of all of it."""
    yield from trace.said
    n, count = look.drawn_sample, trace.samples
    if count > 1 and look.sample is None and View(trace, "input").numbered(whole):
        yield Words("{n} samples", n=count)
    elif count > 1:
        yield Words("sample {n} of {count}", n=min(n, count - 1), count=count)


def ran(trace: Trace) -> list[str]:
    """The names of what goes in and of what comes out at last, with signs between them."""
    names = list(trace.equation)
    if "=" in names:
        names = [*names[: names.index("=")], names[-1]]
    if not names and "output" in trace.results:
        names = [*trace.arrays, "output"]
    if names[1:] and names[-1] == "output" and names[-2] != "→":
        names.insert(-1, "→")
    return names
