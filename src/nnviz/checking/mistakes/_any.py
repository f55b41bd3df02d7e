"""Mistakes that can be made in anything that has an input: rows for columns, numbers rounded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnviz.checking.case import Case, Mistake, Turned
from nnviz.words import Words


def _input_read_by_columns(case: Case) -> Iterator[Turned]:
    x = case.x
    if x.ndim < 2:
        return
    yield case.turned(Words("rows for columns: the input transposed"), x.swapaxes(-1, -2))
    if x.shape[-1] != x.shape[-2]:
        *lead, rows, columns = x.shape
        turned = x.reshape(*lead, columns, rows)
        yield case.turned(Words("rows for columns: the input's sizes swapped"), turned)


def _output_by_columns(case: Case) -> Iterator[Turned]:
    if case.trace.output.ndim > 1:
        said = Words("rows for columns: the output transposed")
        yield case.turned(said, moved=lambda output: output.swapaxes(-1, -2))


def _whole_numbers(case: Case) -> Iterator[Turned]:
    if case.trace.output.dtype.kind == "f":
        for said, whole in (
            (Words("rounded to whole numbers"), np.rint),
            (Words("cut off to whole numbers"), np.trunc),
            (Words("rounded down to whole numbers"), np.floor),
        ):
            yield case.turned(said, moved=whole)


MISTAKES = (
    Mistake("input-transposed", 4, _input_read_by_columns),
    Mistake("output-transposed", 4, _output_by_columns),
    Mistake("whole-numbers", 2, _whole_numbers),
)
