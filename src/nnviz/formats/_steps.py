"""The steps that a format shows: those asked for, of the sample and the filter asked for."""

from __future__ import annotations

from collections.abc import Sequence

from nnviz.errors import UsageError
from nnviz.numerals import thousands
from nnviz.records import replace
from nnviz.request import Request, check_sample
from nnviz.steps import choose
from nnviz.trace import Trace
from nnviz.words import Words

FIRST = 3
"""Steps that are shown of many."""


def chosen(trace: Trace, request: Request, usual: str) -> Sequence[int]:
    """The steps (from 1) of --steps, or the `usual` ones; of --sample and --filter their own."""
    asked, spec = request.appearance, request.steps or usual
    numbers = choose(spec, len(trace.steps))
    for flag, n, own in (
        ("--sample", asked.sample, _of_sample),
        ("--filter", asked.filter, _of_filter),
    ):
        if n is not None and numbers:
            numbers = own(trace, numbers, n)
            if not numbers:
                raise UsageError(
                    "{flag} {n}: no step of --steps {spec} is of it", flag=flag, n=n, spec=spec
                )
    return numbers


def played(trace: Trace, request: Request) -> Sequence[int]:
    """The steps to go through, those asked for, else all; of a way back from the last, unless
    they are asked for in an order of their own.
    """
    numbers = chosen(trace, request, "all")
    return numbers[::-1] if trace.back and isinstance(numbers, range) else numbers


def staged(trace: Trace, request: Request) -> Trace:
    """A network gone back through goes on layer by layer in a film that is asked for no steps."""
    look = request.appearance
    if not trace.stages or request.steps or look.explain or look.view not in (None, "pipeline"):
        return trace
    return replace(trace, steps=trace.stages)


def some(trace: Trace, request: Request, most: int) -> tuple[Sequence[int], int]:
    """The steps asked for, else all of at most so many, the first `FIRST` of more; and how many
    these leave out.
    """
    numbers = chosen(trace, request, "all")
    if request.steps or len(numbers) <= most:
        return numbers, 0
    return numbers[:FIRST], len(numbers) - FIRST


def left_out(numbers: Sequence[int], rest: int) -> Words:
    """How to see the steps that are left out."""
    return Words(
        "… and {n} more steps: --steps {next} or --steps all shows them",
        n=thousands(rest),
        next=f"{numbers[-1] + 1}-{numbers[-1] + min(rest, 6)}",
    )


def _of_sample(trace: Trace, numbers: Sequence[int], sample: int) -> Sequence[int]:
    check_sample(sample, trace.samples)
    first, past = (n * len(trace.steps) // trace.samples + 1 for n in (sample, sample + 1))
    if isinstance(numbers, range):  # there may be millions
        return range(max(numbers.start, first), min(numbers.stop, past))
    return [n for n in numbers if first <= n < past]


def _of_filter(trace: Trace, numbers: Sequence[int], f: int) -> Sequence[int]:
    plan = trace.plan
    return numbers if plan is None else [n for n in numbers if plan.output(n - 1).filter == f]
