"""The way back through a network, layer by layer: each hands its input's gradient to those that
made it, and where several take what one makes, their gradients are added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from nnviz.errors import UsageError
from nnviz.gradient import LOST, Backward, Part, Term, arriving, gradient
from nnviz.libraries import np
from nnviz.losses import LossName, loss_of
from nnviz.numerals import exact
from nnviz.records import NamedTuple, replace
from nnviz.trace import Index, Results, Step, Trace
from nnviz.words import Words

LEARNED = "weight", "bias", "hidden"
"""The roles of arrays that have gradients of their own: what a layer is fed has none by name."""


class _Branch(NamedTuple):
    """What one layer hands back to one of those whose output it takes."""

    layer: int
    part: Part


class _Way(NamedTuple):
    """The way back through a network, 0 being its input."""

    backs: dict[int, Backward]
    handed: dict[int, list[_Branch]]
    """What is handed back to each layer."""
    met: dict[int, np.ndarray]
    """The gradient of each layer's output: the sum of what is handed back."""

    @property
    def states(self) -> Mapping[str, np.ndarray]:
        return {str(n): g for n, g in self.met.items()}


def backward(trace: Trace, given: Any = None, of: str = "input") -> Trace:
    """The run that goes back from the gradient of an output to that of an array that went in.

    Every gradient is a result, `grad_input`, `grad_kernel` …; the one asked for is the output.
    Raises UsageError where there is none.
    """
    aliases = dict(_aliases(trace))
    made = (_through if trace.layers else _of_one)(trace, given, aliases.get(of, of))
    results = made.results.given
    named = {f"grad_{name}": results[f"grad_{own}"] for name, own in aliases.items()}
    return replace(made, results=Results(**results, **named))


def _aliases(trace: Trace) -> Iterator[tuple[str, str]]:
    """The names that arrays were given by, with their own, in a network with their layer's."""
    yield from trace.aliases.items()
    for key, layer in zip(trace.layer_keys, trace.layers, strict=bool(trace.layer_keys)):
        yield from ((f"{key}.{name}", f"{key}.{own}") for name, own in layer.aliases.items())


def _of_one(trace: Trace, given: Any, of: str) -> Trace:
    if trace.backward is None:
        raise UsageError("{op} has no gradients", op=trace.op, hint="it computes nothing")
    back: Backward = trace.backward(arriving(given, trace))
    if of not in back.parts:
        raise _no_such(trace, of, back.parts)
    return gradient(trace, back, of)


def _no_such(trace: Trace, of: str, known: Iterable[str]) -> UsageError:
    hint = Words("it has: {names}", names=", ".join(known))
    if of in (why := _without(trace)):
        hint = Words("{why}; {names}", why=why[of], names=hint)
    return UsageError("{op} has no gradient of {name}", op=trace.op, name=of, hint=hint)


def _without(trace: Trace) -> Mapping[str, Words]:
    """What has no gradient, and why; the input of a network, where no layer hands it one."""
    first = [layer for layer, taken in zip(trace.layers, trace.sources, strict=True) if 0 in taken]
    every = [layer.without for layer in first]
    return every[0] if every and all("input" in each for each in every) else trace.without


def _through(net: Trace, given: Any, of: str) -> Trace:
    """The same of a network: of each layer's arrays `grad_1.kernel`, `grad_1.bias` …"""
    places, g = learned(net), arriving(given, net)
    known = [*(() if "input" in _without(net) else ("input",)), *places]
    if of not in known:
        raise _no_such(net, of, known)
    way: _Way = net.backward(g) if net.backward else _gone(net, g)
    if of == "input":
        made = _whole(net, way)
    else:
        n, name = places[of]
        said = Words(
            "layer {n} of {count}: {name}",
            n=n,
            count=len(net.layers),
            name=net.layer_names[n - 1],
        )
        made = gradient(net.layers[n - 1], way.backs[n], name)
        made = replace(made, said=(said, *made.said))
    results = {LOST: g, **_values(net, lambda: way), "output": made.output}
    return replace(made, results=Results(**results))


def _whole(net: Trace, way: _Way) -> Trace:
    """A network gone back through: its layers are the runs of each, the last first, and where
    several take the input the sum of their gradients; its steps are those of the last run.
    """
    runs = [gradient(net.layers[n - 1], back, _fed(back)) for n, back in way.backs.items()]
    if len(way.handed[0]) > 1:
        runs.append(gradient(net, _met(way.handed[0]), "input"))
    last = runs[-1]
    return replace(
        last,
        op=f"{net.op}_backward",
        title=Words("{title}: gradients", title=net.title),
        options={**net.options, "backward": True, "of": "input"},
        equation=(LOST, "→", "output"),
        names={**last.names, LOST: Words("gradient of the output")},
        roles={**last.roles, LOST: "gradient"},
        facts=net.facts,
        said=net.said,
        notes=net.notes,
        layers=tuple(runs),
        sources=net.sources,
        samples=net.samples,
        states=way.states,
        stages=[Step(k, (n,), (), None, {"layer": n}) for k, n in enumerate(_met_at(net), 1)],
        updates=net.updates,
        forward=net,
    )


def _met_at(net: Trace) -> list[int]:
    """The layers whose gradients a way back comes to; a join hands on what it gets."""
    last = len(net.layers)
    return [0, *(n for n in range(1, last) if len(net.sources[n - 1]) == 1), last]


def _values(net: Trace, way: Callable[[], _Way]) -> dict[str, Callable[[], np.ndarray]]:
    """Every gradient by its name as a result, worked out when it is asked for."""

    def of(n: int, name: str) -> np.ndarray:
        return way().backs[n].parts[name].value()

    found = {f"grad_{key}": partial(of, *place) for key, place in learned(net).items()}
    if "input" in _without(net):
        return {**found}
    return {"grad_input": lambda: way().met[0], **found}


def learned(net: Trace) -> dict[str, tuple[int, str]]:
    """The layer and the name there of each array that a network has learned."""
    return {
        f"{key}.{name}": (n, name)
        for n, (key, layer) in enumerate(zip(net.layer_keys, net.layers, strict=True), 1)
        for name in layer.arrays
        if layer.roles.get(name) in LEARNED
    }


def _gone(net: Trace, g: np.ndarray) -> _Way:
    """The way back from the gradient of a network's output."""
    way = _Way({}, {}, {})
    backs, handed, met = way
    met[len(net.layers)] = g
    for n in range(len(net.layers), 0, -1):
        layer = net.layers[n - 1]
        if layer.backward is None:
            raise UsageError(
                "layer {n} ({name}) has no gradients", n=n, name=net.layer_names[n - 1]
            )
        back: Backward = layer.backward(met[n])
        parts = {k: part._replace(value=cache(part.value)) for k, part in back.parts.items()}
        backs[n] = back._replace(parts=parts)
        fed = [part for name, part in parts.items() if name.startswith("input")]
        for source, part in zip(net.sources[n - 1], fed, strict=bool(fed)):
            handed.setdefault(source, []).append(_Branch(n, part))
        if n - 1 in handed:
            met[n - 1] = _sum(handed[n - 1])
        elif n > 1:  # what nothing that comes after takes counts for nothing
            met[n - 1] = np.zeros_like(net.layers[n - 2].output)
    return way


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


def _fed(back: Backward) -> str:
    return next(name for name in back.parts if name.startswith("input"))


def with_loss(net: Trace, target: Any, name: LossName) -> Trace:
    """A network with the loss of its output, and every gradient that it sends back."""
    loss = loss_of(net.output, target, name)
    way, last = cache(lambda: _gone(net, loss.gradient)), net.layers[-1]
    twice = name == "cross-entropy" and "softmax" in map(last.options.get, ("name", "act"))
    return replace(
        net,
        results=Results(
            **net.results.given,
            loss=np.asarray(loss.value),
            **{LOST: loss.gradient},
            **_values(net, way),
        ),
        facts=(*net.facts, loss.fact),
        backward=lambda g: way() if np.array_equal(g, loss.gradient) else _gone(net, g),
        loss=loss,
        options={**net.options, "loss": name},
        notes=(*net.notes, *([_TWICE] if twice else [])),
    )


_TWICE = Words("the cross-entropy has a softmax of its own, and the last layer is one already")


def descended(net: Trace, rate: float) -> Trace:
    """A network with a loss, with each array that it has learned a step down its gradient,
    w − η·g, as a run of its own and as `new_1.kernel` …

    What is not learned by gradients, as running means and states, stays.
    """
    updates, new, places = [], {}, learned(net)
    for key, layer in zip(net.layer_keys, net.layers, strict=True):
        for name, array in layer.arrays.items():
            if (whole := f"{key}.{name}") in places and layer.roles[name] != "hidden":
                updates.append(_update(net, *places[whole], net.results[f"grad_{whole}"], rate))
                new[f"new_{whole}"] = updates[-1].output
            elif not name.startswith("input") and layer.roles.get(name) != "hidden":
                new[f"new_{whole}"] = array.astype(np.float64)
    way: _Way = net.backward(net.results[LOST]) if net.backward else _gone(net, net.results[LOST])
    results = Results(**net.results.given, **new)
    return replace(net, results=results, states=way.states, updates=tuple(updates))


def _update(net: Trace, n: int, name: str, gradient: np.ndarray, rate: float) -> Trace:
    """w − η·∂L/∂w of one array."""
    layer = net.layers[n - 1]
    before, said, role = layer.arrays[name], layer.called(name), layer.roles[name]
    return Trace(
        op="update",
        title=Words("layer {n}: {name}", n=n, name=said),
        arrays={"before": before, "gradient": gradient},
        results=Results(output=before.astype(np.float64) - rate * gradient),
        roles={"before": role, "gradient": "gradient", "output": role},
        equation=("before", f"− {exact(rate)} ×", "gradient", "=", "output"),
        names={
            "before": said,
            "gradient": Words("gradient"),
            "output": Words("new {name}", name=said),
        },
    )
