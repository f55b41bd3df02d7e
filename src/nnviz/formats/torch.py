"""PyTorch: the same numbers as a script of its calls, which asserts that they give our output.

How an operation is written it says itself, in the `Snippet` of its trace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nnviz.errors import NnvizError
from nnviz.formats import Format, Made
from nnviz.libraries import np
from nnviz.request import Request
from nnviz.shapes import times
from nnviz.trace import Snippet, Trace

MOST_CELLS = 10**6
"""Of an array that is written out."""
_WIDTH = 88
_HEAD = """\
from functools import partial
{more}
import torch
import torch.nn.functional as F

tensor = partial(torch.tensor, dtype=torch.float64)
"""
_NAME = re.compile(r"\{(\w+)\}")
INPUT = "x_{}"
"""What a snippet calls what comes out of the second branch, the third … that meet in it."""


def write(trace: Trace, request: Request) -> Made:  # noqa: ARG001 - every format takes both
    """A script that runs where PyTorch is installed, and says nothing where all is the same."""
    computed = [*_computed(trace)]
    lines = [*_arrays(_inputs(trace)), *computed]
    # As close as the type allows in which the output was computed.
    near = "1e-4" if trace.output.dtype == "float32" else "1e-9"
    check = f"assert_close(y, expected, rtol={near}, atol={near}, equal_nan=True)"
    lines += [*_arrays({"expected": trace.output}), f"torch.testing.{check}"]
    text = "\n".join(lines)
    more = "from math import inf, nan\n" if re.search(r"\b(inf|nan)\b(?!\")", text) else ""
    return Made((_HEAD.replace("{more}\n", more + "\n") + text + "\n").encode())


def _inputs(trace: Trace) -> dict[str, np.ndarray]:
    """What goes in; of branches that meet alone, what comes out of each."""
    given = [array for name, array in trace.arrays.items() if name.split("_")[0] == "input"]
    return {INPUT.format(n) if n > 1 else "x": array for n, array in enumerate(given, 1)}


def _snippet(trace: Trace) -> Snippet:
    if trace.snippet is None:  # a matrix that is shown, counts, an operation of one's own
        raise NnvizError("{op} has no PyTorch snippet", op=trace.command)
    return trace.snippet()


def _computed(trace: Trace) -> Iterator[str]:
    """The arrays and calls of each layer; of several, its arrays have its number, and where
    there are branches what it makes too; of one gone back through what autograd makes of them.
    """
    if trace.forward and trace.layers:
        yield "x.requires_grad_()"
        yield from _computed(trace.forward)
        yield from _arrays({"g": trace.results["grad_output"]})
        yield "y = torch.autograd.grad(y, x, g)[0]"
        return
    layers = trace.layers or (trace,)
    sources = trace.sources or tuple((n,) for n in range(len(layers)))
    branched = any(taken != (n,) for n, taken in enumerate(sources))
    made = ["x"]
    for number, (layer, taken) in enumerate(zip(layers, sources, strict=True), 1):
        snippet, end = _snippet(layer), f"_{number}" if len(layers) > 1 else ""
        made.append(f"y_{number}" if branched and number < len(layers) else "y")
        names = {name: name + end for name in snippet.arrays}
        names |= {name: name for name in _inputs(trace)}
        names |= {INPUT.format(n) if n > 1 else "x": made[t] for n, t in enumerate(taken, 1)}
        yield from _arrays({names[name]: array for name, array in snippet.arrays.items()})
        yield from (_filled(line, names) for line in snippet.before)
        for call in snippet.calls:
            yield f"{made[-1]} = {_filled(call, names)}"
            names["x"] = made[-1]


def _filled(text: str, names: Mapping[str, str]) -> str:
    return _NAME.sub(lambda found: names[found[1]], text)


# --- arrays ---------------------------------------------------------------------------


def _arrays(arrays: Mapping[str, np.ndarray]) -> Iterator[str]:
    for name, array in arrays.items():
        if array.size > MOST_CELLS:
            raise NnvizError(
                "{name} of {shape} is too large to be written in a script",
                name=name,
                shape=times(array.shape),
                hint="--resize makes a picture smaller",
            )
        yield f"{name} = tensor({_nested(array.tolist(), len(name) + 10, 0)})"


def _nested(value: Any, taken: int, depth: int) -> str:
    """Numbers in brackets: on one line where they fit, else an item a line."""
    written = repr(value)
    if taken + len(written) <= _WIDTH or not isinstance(value, list):
        return written
    indent = "    " * (depth + 1)
    if not isinstance(value[0], list):
        return _wrapped(value, indent)
    items = (indent + _nested(item, len(indent) + 1, depth + 1) for item in value)
    return "[\n" + ",\n".join(items) + ",\n" + indent[4:] + "]"


def _wrapped(numbers: list[Any], indent: str) -> str:
    """A long row over several lines."""
    from textwrap import fill

    body = fill(
        ", ".join(map(repr, numbers)),
        _WIDTH,
        initial_indent=indent,
        break_long_words=False,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
    return f"[\n{body},\n{indent[4:]}]"


FORMAT = Format("text", (), write, heading="# {name}")
