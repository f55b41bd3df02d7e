"""What a step of a window does and why, in plain sentences, from the step and the plan."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from nnviz.fields import place, where
from nnviz.plans import Index, WindowPlan
from nnviz.sentences import activation, heaviest, summed
from nnviz.shapes import AdaptiveAxis
from nnviz.trace import Show, Step, Trace
from nnviz.words import Words

_ZERO, _NOTHING = Words("it reads 0"), Words("it reads nothing")
_AGAIN = Words("it reads numbers from inside again")


# --- convolution -----------------------------------------------------------------------


def conv_sentences(trace: Trace, step: Step, show: Show) -> Iterator[Words]:
    """What is read and where, what is done with it, and which product counts most; in the place
    of the last what an activation makes of the sum.
    """
    plan, detail, act = trace.plan, step.detail, trace.options["act"]
    assert plan is not None
    terms, sources = [term[1:] for term in detail["terms"]], detail["from"]
    cells = [tap.cell for tap in plan.taps(plan.output(step.number - 1).cell)]
    if not plan.transposed:
        yield _window(plan, step, cells, _ZERO if plan.mode == "zeros" else _AGAIN)
        each = Words("Each number in it is multiplied by the kernel's number at the same place")
    else:
        yield _copies(plan, step, cells)
        each = Words("Each copy brings one product")
    if terms:
        yield summed(each, trace, step, detail.get("pre", step.value), show)
    if act is not None:
        yield from [*activation(act, detail["pre"], step.value, show)][:1]
    else:
        yield from heaviest(terms, lambda k: _place(plan, sources[k]), show)


def _copies(plan: WindowPlan[Any], step: Step, cells: Sequence[Index]) -> Words:
    """What reaches a cell of a transposed convolution."""
    if not cells:
        return Words(
            "Each number of the input lays down the kernel, times itself; "
            "no copy reaches this cell."
        )
    return Words(
        "Each number of the input lays down the kernel, times itself; "
        "the copies from {place} of {what} reach this cell.",
        place=_along(cells),
        what=_source(plan, step),
    )


# --- pooling ---------------------------------------------------------------------------


def pool_sentences(trace: Trace, step: Step, show: Show) -> Iterator[Words]:
    """Where the window lies, and what is made of its numbers."""
    plan, window = trace.plan, step.detail["window"]
    assert plan is not None
    real = [tap.cell for tap in plan.taps(plan.output(step.number - 1).cell, real=True)]
    divisor, value = step.detail.get("divisor"), show(step.value)
    counted = divisor is not None and divisor > len(window)
    yield _window(plan, step, real, _ZERO if counted else _NOTHING)
    if not all(map(math.isfinite, window)):
        return
    if divisor is not None:
        total = show(sum(window))
        yield Words(
            "Its numbers add up to {total}; divided by {n}, that is {value}.",
            total=total,
            n=show(divisor),
            value=value,
        )
        yield Words("Every number counts alike.")
    elif "max" not in step.cells:
        yield Words(
            "The sizes of its numbers to the power {p} are added, and the root of that is {value}.",
            p=show(trace.options["p"]),
            value=value,
        )
        yield Words("Large numbers count more than small ones.")
    elif len(window) == 1:
        yield Words("There is one number, and it goes on as it is.")
    else:
        lies = _place(plan, step.cells["max"][0][-plan.dims - 1 :])
        yield Words(
            "{value} is the largest of {n} numbers, at {place}.",
            value=value,
            n=len(window),
            place=lies,
        )
        yield Words("The others are dropped: that it is there counts, not exactly where.")


# --- where -----------------------------------------------------------------------------


def _source(plan: WindowPlan[Any], step: Step) -> Words:
    """What a window lies on: the input, or the channels of it that are read."""
    if plan.channels == 1:
        return Words("the input")
    return where((plan.output(step.number - 1).channels,), ("channel",))


def _place(plan: WindowPlan[Any], source: Index) -> Words:
    """A cell that was read, `source` with its channel, which is said where there are several."""
    return place(source if plan.channels > 1 else source[-plan.dims :], plan.dims)


def _along(cells: Sequence[Index]) -> Words:
    """Where cells lie that are so many rows by so many columns."""
    return where([sorted(set(along)) for along in zip(*cells, strict=True)])


def _window(plan: WindowPlan[Any], step: Step, cells: Sequence[Index], past: Words) -> Words:
    """Where the window lies, and what it does `past` the edge of the input."""
    inside = [c for c in cells if all(0 <= at < n for at, n in zip(c, plan.sizes, strict=True))]
    adaptive = isinstance(plan.axes[0], AdaptiveAxis)
    what, count = _source(plan, step), len(cells) if adaptive else math.prod(plan.kernel)
    if not inside:
        return Words(
            "The window lies past the edge of {what}, where {reads}.", what=what, reads=past
        )
    lies, outside = _along(inside), count - len(inside)
    if not outside:
        return Words("The window lies on {place} of {what}.", place=lies, what=what)
    return Words(
        "The window lies on {place} of {what} "
        "and past its edge, where {reads}: {n} of {count} cells.",
        place=lies,
        what=what,
        reads=past,
        n=outside,
        count=count,
    )
