"""The mistakes that people make, one file an operation, found by the operation's name.

A file holds `MISTAKES`, its entries of the table, and may hold `settled(trace, options)`: the
options with all that was drawn at random or follows from others written out, for a mistake to
turn. An operation without a file can have read its input by columns, like any.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from nnviz.checking.case import Back, Case, Mistake
from nnviz.options.operation import Operation
from nnviz.records import NamedTuple
from nnviz.trace import Trace


class Table(NamedTuple):
    """What is known of an operation's mistakes."""

    mistakes: tuple[Mistake, ...]
    """The likeliest first."""
    settled: Callable[[Trace, Any], Any]


def load(name: str) -> Table:
    """The table of the operation of this name."""
    known = Path(__file__).with_name(f"{name}.py").is_file()
    module = import_module(f"{__name__}.{name if known else '_any'}")
    entries = sorted(module.MISTAKES, key=lambda mistake: mistake.rank)
    return Table(tuple(entries), getattr(module, "settled", lambda _, options: options))


def case_of(
    operation: Operation[Any], x: Any, options: Any, back: Back | None = None
) -> tuple[Case, Table]:
    """A command as a case, and the mistakes that may be in it."""
    if getattr(options, "layer", None) is not None:
        from nnviz.ops.net import alone

        operation, x, options = alone(x, options)
    trace, table = operation.perform(x, options), load(operation.name)
    given = trace.arrays.get("input", x)  # a text is letters by now
    return Case(operation, given, table.settled(trace, options), trace, options, back), table
