"""What every Python call does: its arrays taken in, its operation run, its errors named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from nnviz import ops
from nnviz.errors import FLAG, NnvizError
from nnviz.libraries import np
from nnviz.options.operation import Operation
from nnviz.padding import PadName
from nnviz.read.axes import channels_first, doubts
from nnviz.read.objects import as_array, is_picture
from nnviz.result import Result

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from PIL.Image import Image

    Array: TypeAlias = ArrayLike | Image
else:
    Array = Any

Sizes: TypeAlias = int | Sequence[int]
Padding: TypeAlias = int | PadName | Sequence[int] | Sequence[Sequence[int]]

_POSITIONAL = {
    "conv": {"kernel": "w", "bias": "b"},
    "dense": {"weight": "w", "bias": "b"},
    "embed": {"weight": "w"},
    "net": {"net": "chain"},
    "params": {"net": "chain"},
}
"""What the calls name otherwise than the command line does."""


def run(op: str, /, *, x: Any = None, channels_last: bool = False, **given: Any) -> Result:
    """The result of an operation on what a caller gave; errors have the names of the call."""
    operation = ops.load(op)
    own = {name: option for option, name in _POSITIONAL.get(op, {}).items()}
    options = {own.get(name, name): value for name, value in given.items()}
    if "w" in given:  # an array that has to be given, which an option need not be
        options[own["w"]] = _needed(given["w"], f"the {own['w']}")
    try:
        image = is_picture(x)
        x = None if x is None and not operation.takes_input else as_array(x, "the input")
        if channels_last and x is not None:
            x = channels_first(x, "the input", image=image)
        return _made(op, x, options, image=image)
    except NnvizError as error:
        raise _in_python(error, operation, set(options)) from None


def _made(op: str, x: Any, options: Mapping[str, Any], *, image: bool = False) -> Result:
    """The result of options whose arrays are nobody else's, and how to make it again."""
    operation = ops.load(op)
    record = operation.accept(options)
    trace = operation.perform(x if x is None else np.atleast_1d(x), record)
    again = {
        name: value if value is None or isinstance(value, str) else getattr(record, name)
        for name, value in options.items()
    }
    trace = trace.pictured(image)
    # A picture's pixels are so; other arrays that are unsigned are matrices.
    if not image and x is not None and x.dtype.kind == "u":
        said = doubts(x.shape, "the input", "channels_last=True")
        trace = replace(trace, notes=(*trace.notes, *said))
    return Result(trace, (_again, (op, x, again, image)))


def _again(op: str, x: Any, options: Mapping[str, Any], image: bool) -> Result:
    return _made(op, x, options, image=image)


def _in_python(error: NnvizError, operation: Operation[Any], known: set[str]) -> NnvizError:
    """The error with the names of the call: padding, not --pad.

    A hint at an option that the call does not have is left out.
    """
    own = _POSITIONAL.get(operation.name, {}) | {"--channels-last": "channels_last"}
    options = {flag: o for o in operation.options for flag in (*o.flags, o.off) if flag}
    names = {flag: own.get(o.name, o.name) for flag, o in options.items() if o.name in known}
    error.rename(lambda name: names.get(name, own.get(name, name)))
    if any(flag in options for flag in re.findall(FLAG, str(error.hint or ""))):
        error.hint = None
    return error


def _needed(array: Any, name: str) -> Any:
    return as_array(array, name) if array is None or isinstance(array, str) else array
