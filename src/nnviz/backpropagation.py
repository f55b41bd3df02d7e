"""The way back through a network, layer by layer: each hands its input's gradient to those that
made it, and where several take what one makes, their gradients are added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from nnviz.errors import UsageError
from nnviz.gradient import LOST, Backward, Part, Term, arriving, gradient
from nnviz.libraries import np
from nnviz.losses import LossName, loss_of
from nnviz.trace import Index, Results, Trace
from nnviz.words import Words


class _Branch(NamedTuple):
    """What one layer hands back to one of those whose output it takes."""

    layer: int
    part: Part


def backward(trace: Trace, given: Any = None, of: str = "input") -> Trace:
    """The run that goes back from the gradient of an output to that of an array that went in.

    Every gradient is a result, `grad_input`, `grad_kernel` …; the one asked for is the output.
    Raises UsageError where there is none.
    """
    if trace.layers:
        return _through(trace, given, of)
    if trace.backward is None:
        raise UsageError("{op} has no gradients", op=trace.op)
    back: Backward = trace.backward(arriving(given, trace))
    if of not in back.parts:
        raise _no_such(trace.op, of, back.parts)
    return gradient(trace, back, of)


def _no_such(op: str, of: str, known: Iterable[str]) -> UsageError:
    return UsageError(
        "{op} has no gradient of {name}",
        op=op,
        name=of,
        hint=Words("it has: {names}", names=", ".join(known)),
    )


def _through(net: Trace, given: Any, of: str) -> Trace:
    """The same of a network: of each layer's arrays `grad_1.kernel`, `grad_1.bias` …"""
    backs, handed = _backwards(net, arriving(given, net))
    places, branches = _places(net, backs), handed.get(0, ())
    if of not in ("input", *places):
        raise _no_such(net.op, of, ["input", *places])
    if of == "input" and len(branches) != 1:
        made = gradient(net, _met(branches), "input")
    else:
        n, name = places.get(of) or (branches[0].layer, _input_of(backs, branches[0]))
        made = gradient(net.layers[n - 1], backs[n], name)
        said = Words(
            "layer {n} of {count}: {name}",
            n=n,
            count=len(net.layers),
            name=net.layer_names[n - 1],
        )
        made = replace(made, said=(said, *made.said))
    return replace(made, results=Results(**_values(net, backs, handed), output=made.output))


def gradients(net: Trace, g: np.ndarray) -> Mapping[str, Callable[[], np.ndarray]]:
    """Every gradient by its name as a result, worked out when it is asked for."""
    return _values(net, *_backwards(net, g))


def _values(
    net: Trace, backs: Mapping[int, Backward], handed: Mapping[int, Sequence[_Branch]]
) -> dict[str, Callable[[], np.ndarray]]:
    found: dict[str, Callable[[], np.ndarray]] = {"grad_input": partial(_sum, handed.get(0, ()))}
    for key, (n, name) in _places(net, backs).items():
        found[f"grad_{key}"] = backs[n].parts[name].value
    return found


def _places(net: Trace, backs: Mapping[int, Backward]) -> dict[str, tuple[int, str]]:
    """The layer and the name there of each array that a network has learned."""
    return {
        f"{net.layer_keys[n - 1]}.{name}": (n, name)
        for n, back in sorted(backs.items())
        for name in back.parts
        if not name.startswith("input")
    }


def _backwards(
    net: Trace, g: np.ndarray
) -> tuple[Mapping[int, Backward], Mapping[int, Sequence[_Branch]]]:
    """The way back of each layer from 1, and what is handed back to each layer, 0 the input."""
    backs: dict[int, Backward] = {}
    handed: dict[int, list[_Branch]] = {}
    for n in range(len(net.layers), 0, -1):
        layer = net.layers[n - 1]
        if n < len(net.layers):
            if n not in handed:
                continue  # nothing that comes after takes it
            g = _sum(handed[n])
        if layer.backward is None:
            raise UsageError(
                "layer {n} ({name}) has no gradients", n=n, name=net.layer_names[n - 1]
            )
        backs[n] = layer.backward(g)
        parts = [part for name, part in backs[n].parts.items() if name.startswith("input")]
        for source, part in zip(net.sources[n - 1], parts, strict=True):
            handed.setdefault(source, []).append(_Branch(n, part))
    return backs, handed


def _sum(branches: Sequence[_Branch]) -> np.ndarray:
    from nnviz.core import exact

    first, *more = (branch.part.value() for branch in branches)
    for value in more:
        first = exact.add(first, value)
    return first


def _met(branches: Sequence[_Branch]) -> Backward:
    """The gradient of what several layers take: the sum of what they hand back."""
    stacked = np.stack([branch.part.value() for branch in branches])

    def terms(index: Index) -> list[Term]:
        return [Term((k, *index), 1) for k in range(len(branches))]

    places = branches[0].part.places
    return Backward(
        stacked, {"input": Part(partial(_sum, branches), terms, places=places, letter="b")}
    )


def _input_of(backs: Mapping[int, Backward], branch: _Branch) -> str:
    parts = backs[branch.layer].parts
    return next(name for name, part in parts.items() if part is branch.part)


def with_loss(net: Trace, target: Any, name: LossName) -> Trace:
    """A network with the loss of its output, and every gradient that it sends back."""
    loss = loss_of(net.output, target, name)
    last = net.layers[-1]
    twice = name == "cross-entropy" and "softmax" in map(last.options.get, ("name", "act"))
    return replace(
        net,
        results=Results(
            **net.results.given,
            loss=np.asarray(loss.value),
            **{LOST: loss.gradient},
            **gradients(net, loss.gradient),
        ),
        facts=(*net.facts, loss.fact),
        options={**net.options, "loss": name},
        notes=(*net.notes, *([_TWICE] if twice else [])),
    )


_TWICE = Words("the cross-entropy has a softmax of its own, and the last layer is one already")


def descended(net: Trace, rate: float) -> dict[str, np.ndarray]:
    """Every array that a network with a loss has learned, a step down its gradient: w − η·g.

    What is not learned by gradients, as running means, stays.
    """
    found = {}
    for key, layer in zip(net.layer_keys, net.layers, strict=True):
        for name, array in layer.arrays.items():
            if not name.startswith("input") and name not in ("h0", "c0"):
                gradient = net.results.get(f"grad_{key}.{name}")
                step = 0 if gradient is None else rate * gradient
                found[f"{key}.{name}"] = array.astype(np.float64) - step
    return found
