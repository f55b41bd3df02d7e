"""What the value formats write: an array of a result by name, and JSON of any size."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any, TypeGuard

from nnviz.errors import NnvizError
from nnviz.libraries import np, orjson
from nnviz.numerals import all_finite
from nnviz.request import Request
from nnviz.trace import Trace
from nnviz.words import safe

_BLOCK = 2**16
"""Cells turned into Python numbers at a time, so that a large array needs no more memory."""


def pick(trace: Trace, name: str) -> Any:
    """The array of a name; `shape` is the output's shape.

    A result without an output array (`params`) is given as a dict of all it has.
    """
    if name == "output" and "output" not in trace.results:
        return dict(trace.results)
    if name == "shape" and "shape" not in trace.results:
        return list(trace.output.shape)
    return trace.array(name)


def pick_array(trace: Trace, name: str, form: str) -> np.ndarray:
    """The array of a name; an error where it is none."""
    value = pick(trace, name)
    if isinstance(value, dict) or is_table(value):
        raise NnvizError(
            "{op} gives a table, not an array, so {form} cannot carry it",
            op=trace.command,
            form=form,
            hint="--json can",
        )
    return np.asarray(value)


def is_table(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    """Whether a result is rows of named values rather than an array."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def dump(value: Any, request: Request) -> str:
    """JSON on one line; in ASCII alone where the stream is not UTF-8.

    Raises NnvizError for NaN and infinity, which JSON does not have.
    """
    if hasattr(value, "tolist"):
        return _array(value)
    try:
        text = json.dumps(
            value,
            separators=(",", ":"),
            ensure_ascii=request.screen.encoding.lower().replace("-", "") != "utf8",
            allow_nan=False,
            default=_plain,
        )
        return safe(text, lambda sign: json.dumps(sign)[1:-1])
    except ValueError:
        raise NnvizError(
            "a value is not a finite number, and JSON has no NaN and no infinity",
            hint="csv and npy can carry them",
        ) from None


def _plain(value: Any) -> Any:
    """NumPy's numbers and arrays as Python's."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _array(array: Any) -> str:
    array = np.asarray(array)
    if not all_finite(array):
        at = np.unravel_index(int(np.argmin(np.isfinite(array))), array.shape)
        raise NnvizError(
            "the value at {index} is {value}, and JSON has no NaN and no infinity",
            index=[int(i) for i in at],
            value=float(array[at]),
            hint="csv and npy can carry it",
        )
    quick = orjson() if array.size > _BLOCK else None
    return _nested(array, _dumped if quick is None else partial(_dumped_by, quick))


def _nested(array: np.ndarray, dumped: Callable[[np.ndarray], str]) -> str:
    if array.ndim > 1 and array.size > _BLOCK:
        return "[" + ",".join(_nested(part, dumped) for part in array) + "]"
    return dumped(array)


def _dumped(array: np.ndarray) -> str:
    return json.dumps(array.tolist(), separators=(",", ":"))


def _dumped_by(quick: Any, array: np.ndarray) -> str:
    # float32 would be written in its own digits, where a number of Python has those of float64
    wide = np.float64 if array.dtype.kind == "f" else array.dtype.newbyteorder("=")
    text: bytes = quick.dumps(np.ascontiguousarray(array, wide), option=quick.OPT_SERIALIZE_NUMPY)
    return text.decode()
