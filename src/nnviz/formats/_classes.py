"""The tables that stand after all else: those of a trace, and its classes by their values."""

from __future__ import annotations

from collections.abc import Iterator

from nnviz.elision import likeliest, named
from nnviz.trace import Listing, Trace
from nnviz.words import Words

MOST = 10
"""Of the classes of one sample, those that are listed."""


def listings(trace: Trace) -> Iterator[Listing]:
    """The tables of a trace; of a network whose outputs have names the largest of them."""
    yield from trace.listings
    classes = trace.classes.get("output", ())
    if not classes or trace.recurrence:  # a text has them in its steps
        return
    rows = trace.output.reshape(-1, len(classes)).tolist()
    several = len(rows) > 1
    yield Listing(
        Words("the class of each sample" if several else "classes, the largest first"),
        (*[Words("sample")] * several, Words("class"), Words("output")),
        [
            (*[n] * several, named(classes[i]), float(row[i]))
            for n, row in enumerate(rows)
            for i in likeliest(row, 1 if several else MOST)
        ],
    )
