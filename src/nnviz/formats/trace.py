"""The trace document: what went in, what came out, and every step between, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nnviz.elision import shortened
from nnviz.formats import Format, Made
from nnviz.formats._values import dump
from nnviz.lang import say
from nnviz.libraries import np
from nnviz.numerals import exact, rounded
from nnviz.request import Request
from nnviz.steps import choose
from nnviz.trace import Formula, Step, Trace, text
from nnviz.version import __version__
from nnviz.words import Words

MOST_CELLS = 10**6
"""Of an array that went in; a larger one is written as its shape and type."""
MOST_STEPS = 10_000
"""Written where --steps does not ask for more."""
MOST_TERMS = 10_000
"""Equations of a step, and terms of one: a channel of a picture has more numbers."""


def write(trace: Trace, request: Request) -> Made:
    """The document of contract section 5, on one line; a net's holds one a layer."""
    document = _document(trace, request, request.steps, nnviz=__version__)
    return Made((document + "\n").encode(), notes=tuple(_left_out(trace, request)))


def default_steps(trace: Trace) -> str:
    """Which steps are written where --steps does not say: all, but of very many none."""
    return "all" if len(trace.steps) <= MOST_STEPS else "none"


def _left_out(trace: Trace, request: Request) -> Iterator[Words]:
    """A note where the steps are too many to be written unasked."""
    if request.steps is not None:
        return
    if len(trace.steps) > MOST_STEPS:
        yield Words(
            "none of {n} steps is written; --steps 1-{most} writes the first {most}",
            n=len(trace.steps),
            most=MOST_STEPS,
        )
    for number, layer in trace.numbered:
        if len(layer.steps) > MOST_STEPS:
            yield Words(
                "layer {layer}: none of {n} steps is written; --steps all writes them",
                layer=number,
                n=len(layer.steps),
            )


def _document(trace: Trace, request: Request, spec: str | None, **head: str) -> str:
    spec = spec or default_steps(trace)
    has_output = "output" in list(trace.results)
    shown = {**trace.arrays, **({"output": trace.output} if has_output else {})}
    parts = {
        **{name: dump(value, request) for name, value in head.items()},
        "op": dump(trace.op, request),
        "options": dump(dict(trace.options), request),
        "shapes": dump({name: list(array.shape) for name, array in shown.items()}, request),
        "arrays": _object({n: dump(_whole(a), request) for n, a in trace.arrays.items()}),
    }
    for name in ["output"] if has_output else list(trace.results):
        parts[name] = dump(trace.results[name], request)
    numbers = choose(spec, len(trace.steps))
    parts["steps"] = dump([_step(trace, request, trace.steps[n - 1]) for n in numbers], request)
    if trace.layers:
        layers = (_document(layer, request, request.steps) for layer in trace.layers)
        parts["layers"] = f"[{','.join(layers)}]"
    return _object(parts)


def _object(members: Mapping[str, str]) -> str:
    return "{" + ",".join(f'"{name}":{text}' for name, text in members.items()) + "}"


def _whole(array: np.ndarray) -> Any:
    if array.size <= MOST_CELLS:
        return array
    return {"shape": list(array.shape), "dtype": str(array.dtype)}


def _formula(formula: Formula) -> str:
    """As a person writes it; of what has very many equations or terms the first ones."""
    lines = [shortened(equation, str, MOST_TERMS) for equation in formula[:MOST_TERMS]]
    return text(lines, exact) + ("; …" if len(formula) > MOST_TERMS else "")


def _step(trace: Trace, request: Request, step: Step) -> dict[str, Any]:
    # Sentences are for people: their numbers are rounded, and say no more than the step's own.
    said = trace.explained(step, rounded) if request.appearance.explain else ()
    return {
        "step": step.number,
        "index": list(step.index),
        "formula": _formula(step.formula),
        "value": step.value,
        **step.detail,
        **({"explain": [say(words, request.appearance.lang) for words in said]} if said else {}),
    }


FORMAT = Format("values", (), write, uses=("steps", "explain", "check_grad"))
