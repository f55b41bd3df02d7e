"""A command that was read and checked, computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnviz.cli import checks
from nnviz.cli.checks import Written
from nnviz.cli.options import Shared
from nnviz.errors import NnvizError, UsageError
from nnviz.libraries import np
from nnviz.options.operation import Operation
from nnviz.options.option import Context, Text
from nnviz.read import ImageOptions, Stdin, read_input
from nnviz.records import NamedTuple, replace
from nnviz.request import GRADIENTS
from nnviz.shapes import times
from nnviz.trace import Trace
from nnviz.words import Words


class Computed(NamedTuple):
    """A command that was read, checked and run."""

    operation: Operation[Any]
    options: Any
    """The record that the operation declares."""
    given: np.ndarray | None
    """The array that INPUT is; None where there is none."""
    trace: Trace
    shared: Shared


def parsed(operation: Operation[Any], given: Written, shared: Shared, context: Context) -> Any:
    """The record of what an operation's own options say."""
    return operation.parse(_own_texts(operation, given, shared), context)


def computed(
    operation: Operation[Any],
    given: Written,
    shared: Shared,
    context: Context,
    record: Any = None,
) -> Computed:
    """The command run, on the record where its options were parsed; NnvizError where it cannot
    be, with what was done before as `partial`.
    """
    record = parsed(operation, given, shared, context) if record is None else record
    asked = shared.input
    seed = shared.practice.seed if shared.practice.quiz else None
    if seed is not None:
        from nnviz.variants import varied, varied_options  # few ask for an exercise

        record = varied_options(record, seed)
    image = ImageOptions(asked.gray, asked.resize, asked.unit, asked.frame, asked.dtype)
    if not operation.reads_input(given.texts):
        if given.input is not None:
            raise UsageError(
                "{op} reads no INPUT with these options, and {input} was given",
                op=operation.name,
                input=given.input,
            )
        trace = checks.checked(_asked(operation.perform(None, record), shared), shared)
        return Computed(operation, record, None, trace, shared)
    spec = _spec(operation, given.input, context.stdin)
    source = read_input(spec, stdin=context.stdin, image=image, channels_last=asked.channels_last)
    x = source.array
    if asked.dtype is not None:
        with np.errstate(all="ignore"):  # what it cannot hold is infinite, which is said later
            x = x.astype(asked.dtype)
    if seed is not None and not source.image:
        x = varied(x, f"{seed} input")
    try:
        trace = operation.perform(x, record)
    except NnvizError as error:
        error.context.append(
            Words("in {op} on an input of {shape}", op=operation.name, shape=times(x.shape))
        )
        if error.partial is not None:
            error.partial = error.partial.pictured(source.image)
        raise
    trace = _asked(trace.pictured(source.image), shared)
    trace = replace(trace, notes=(*trace.notes, *checks.past(trace, source.array)))
    return Computed(operation, record, x, checks.checked(trace, shared), shared)


def _asked(trace: Trace, shared: Shared) -> Trace:
    """The run itself, or its way back; finite differences beside it, where they are wanted."""
    back, given, of, check = (getattr(shared.gradient, name) for name in GRADIENTS)
    if not back and not check:
        return trace
    from nnviz.differences import gone_back

    return gone_back(trace, given, of, back=back, check=check)


def _own_texts(operation: Operation[Any], given: Written, shared: Shared) -> Mapping[str, Text]:
    """The texts of an operation's own options. A --seed that is the exercise's alone is none."""
    own = next((o for o in operation.options if o.name == "seed"), None)
    if own is None or not shared.practice.quiz:
        return given.texts
    needed = {name for each in own.belongs_to for name in each.split("|")}
    kept = any(given.texts.get(name) for name in needed)
    return {name: text for name, text in given.texts.items() if kept or name != "seed"}


def _spec(operation: Operation[Any], given: str | None, stdin: Stdin) -> str:
    if given is not None:
        return given
    if stdin.typed:
        raise UsageError(
            "{op} needs an INPUT",
            op=operation.name,
            hint=Words("for example: nnviz {example}", example=operation.example),
        )
    return "-"
