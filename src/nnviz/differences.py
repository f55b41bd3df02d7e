"""Finite differences: what moving each number a little does to the loss, beside its gradient.

Central differences in float64, the step relative to the number that is moved. An error is
relative to the larger of the two, and to no less than what rounding can hide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from nnviz.backpropagation import backward, learned
from nnviz.errors import UsageError
from nnviz.gradient import arriving
from nnviz.libraries import np
from nnviz.losses import loss_of
from nnviz.records import NamedTuple, replace
from nnviz.shapes import unravel
from nnviz.trace import Fact, Index, Listing, Results, Step, Steps, Trace
from nnviz.words import Words

_MOST, _SOME, _LEAST = 64, 16, 4
"""Numbers of an array that are moved; of each of a network's; and of each of a very large one."""
_WORK = 4 * 10**8
"""Numbers that may be made anew for all of it."""
_STEPS = tuple(2.0**-17 / k for k in (1, 16, 256))
"""How far a number is moved, in shares of it; less far where that was too far."""
_CLOSE, _CLOSE32, _BENT = 1e-5, 1e-3, 1e-3
"""How much a gradient may be off, one in float32 too; and how much the slopes of two sides, past
which there is a kink between them."""
_ROUNDED = 2.0**-50
"""How much an output may be rounded, in shares of it."""
_LOST = 1e-3
"""What is less than such a share of the terms that cancel out in it is as good as 0."""


class Tried(NamedTuple):
    """One number that was moved."""

    at: Index
    gradient: float
    found: float
    """The finite difference."""
    error: float
    """How far the two are apart, relative to the larger of them."""
    sides: tuple[float, float]
    """The slope before it and after it."""
    bent: bool
    """Whether these are not the same: there is no derivative."""
    close: bool


class _Forward:
    """A run that is made again in float64 with an array changed; a network from where it is."""

    def __init__(self, trace: Trace) -> None:
        self.layers, self.sources = trace.layers, trace.sources
        self.places = {"input": (0, "input"), **learned(trace)}
        if not trace.layers:
            self.layers, self.sources = (trace,), ((0,),)
            self.places = {name: (1, name) for name in trace.arrays}
        exact = all(layer.output.dtype != np.float32 for layer in self.layers)
        self.close = _CLOSE if exact else _CLOSE32
        self.input = _floats(self.layers[0])["input"].reshape(trace.arrays["input"].shape)

    @cached_property
    def values(self) -> list[np.ndarray]:
        """The input, and what each layer makes of it."""
        return self._on([self.input], 1, {})

    def array(self, name: str) -> np.ndarray:
        n, own = self.places[name]
        return _floats(self.layers[n - 1])[own] if n else self.input

    def output(self, name: str, array: np.ndarray) -> np.ndarray:
        """What comes out with another array in the place of one."""
        n, own = self.places[name]
        return self._on(self.values[:n] or [array], n or 1, {own: array} if n else {})[-1]

    def _on(
        self, values: list[np.ndarray], first: int, changed: dict[str, np.ndarray]
    ) -> list[np.ndarray]:
        for n in range(first, len(self.layers) + 1):
            arrays = _floats(layer := self.layers[n - 1])
            fed = [name for name in arrays if name.startswith("input")]
            for name, source in zip(fed, self.sources[n - 1], strict=True):
                arrays[name] = values[source].reshape(arrays[name].shape)
            assert layer.again is not None
            values = [*values, layer.again(arrays | (changed if n == first else {}))]
        return values


def _floats(trace: Trace) -> dict[str, np.ndarray]:
    """What went in, as far as it has gradients in float64."""
    kept = trace.without
    return {n: a if n in kept else a.astype(np.float64) for n, a in trace.arrays.items()}


class _Loss(NamedTuple):
    """What is differentiated: a loss of the output, or Σ g·y."""

    run: _Forward
    g: np.ndarray
    of: Callable[[np.ndarray], float] | None

    def apart(self, a: np.ndarray, b: np.ndarray) -> float:
        """How much larger it is of one output than of another."""
        return self.of(a) - self.of(b) if self.of else float((self.g * (a - b)).sum())

    def tried(self, name: str, gradient: float, at: Index) -> Tried:
        """A number moved both ways; less far, where the two sides do not agree."""
        found: list[Tried] = []
        for share in _STEPS:
            found.append(self._moved(name, gradient, at, share, self.run.close))
            if found[-1].close and not found[-1].bent:
                return found[-1]
        smooth = [one for one in found if not one.bent]
        return min(smooth, key=lambda one: one.error) if smooth else found[0]

    def _moved(self, name: str, gradient: float, at: Index, share: float, close: float) -> Tried:
        base, here = self.run.array(name), self.run.values[-1]
        outputs, places = [], []
        for way in (-1, 1):
            array = base.copy()
            array[at] += way * share * max(1, abs(base[at]))
            places.append(array[at].item())
            outputs.append(self.run.output(name, array))
        (low, high), wide = outputs, places[1] - places[0]
        value = self.apart(high, low) / wide
        before = self.apart(here, low) / (base[at].item() - places[0])
        after = self.apart(high, here) / (places[1] - base[at].item())
        added, rounded = (abs(self.g * y).sum().item() / wide for y in (high - low, here))
        rounded += max(1, abs(self.of(here))) / wide if self.of else 0  # ln of about 1
        scale = max(abs(gradient), abs(value), _LOST * added, _ROUNDED * rounded / close)
        error = abs(gradient - value) / scale if scale else 0.0
        bent = abs(after - before) > _BENT * scale
        lowest, highest = sorted((before, after))
        between = lowest - close * scale <= gradient <= highest + close * scale
        fits = between if bent else error <= close
        return Tried(at, gradient, value, error, (before, after), bent, fits)


def gone_back(
    forward: Trace, given: Any, of: str, *, back: bool = True, check: bool = False
) -> Trace:
    """The run that goes back from a run, or the run itself, with finite differences or without.

    Raises UsageError where it has no gradients.
    """
    made = backward(forward, given, of) if back else forward
    return _checked(forward, made, given, of if back else "") if check else made


def _checked(forward: Trace, made: Trace, given: Any, of: str) -> Trace:
    """A run with gradients, and beside them finite differences: as results `check_NAME`, a row a
    number (index, gradient, difference, relative error); as tables; of a step those of `of`.
    """
    run = _Forward(forward)
    names = [name for name in run.places if f"grad_{name}" in made.results]
    if not names:
        asked = "--backward / --loss"
        raise UsageError("{flag} belongs to {what}", flag="--check-grad", what=asked)
    of = forward.aliases.get(of, of)
    if of and not forward.layers and of not in names:
        raise UsageError(
            "no finite differences of {name}: it does not go in, it is made on the way",
            name=of,
            hint=Words("it has: {names}", names=", ".join(names)),
        )
    loss = _Loss(run, arriving(given, forward), _loss(forward) if given is None else None)
    with np.errstate(all="ignore"):
        found = dict(_every(loss, made, names))
    tables = {f"check_{name}": partial(_table, tried) for name, tried in found.items()}
    shown = [_listing(found[of])] if of in found else []
    return replace(
        made,
        results=Results(**made.results.given, **tables),
        facts=(*made.facts, *_facts(found)),
        listings=(*made.listings, *shown, _summary(made, found)),
        notes=(*made.notes, *_notes(found)),
        steps=_beside(made.steps, found.get(of, ())),
    )


def _loss(net: Trace) -> Callable[[np.ndarray], float] | None:
    """The loss of an output, where it has one."""
    if net.loss is None:
        return None
    name, target = net.options["loss"], net.loss.target
    target = target if name == "mse" else target.argmax(-1)
    return lambda y: loss_of(y, target, name).value


def _every(loss: _Loss, made: Trace, names: Sequence[str]) -> Iterator[tuple[str, list[Tried]]]:
    """The numbers of each array that are moved: all of few, else some as far apart."""
    work = sum(value.size for value in loss.run.values) * 2 * len(names)
    most = max(_LEAST, min(_SOME if made.layers else _MOST, _WORK // max(1, work)))
    for name in names:
        gradient = made.results[f"grad_{name}"]
        places = np.linspace(0, gradient.size - 1, min(most, gradient.size)).astype(int)
        cells = [unravel(i, gradient.shape) for i in places.tolist()]
        tried = [loss.tried(name, gradient[at].item(), at) for at in cells]
        yield name, [one for one in tried if np.isfinite(one.error)]


# --- what is said of it ----------------------------------------------------------------


def _table(tried: Sequence[Tried]) -> np.ndarray:
    return np.array([[*t.at, t.gradient, t.found, t.error] for t in tried if not t.bent])


def _beside(steps: Sequence[Step], tried: Sequence[Tried]) -> Sequence[Step]:
    """The steps, those that were tried with their finite difference and its error."""
    found = {one.at: one for one in tried}

    def step(i: int) -> Step:
        own = steps[i]
        one = found.get(own.index)
        more = {} if one is None or one.bent else {"difference": one.found, "error": one.error}
        return replace(own, detail={**own.detail, **more})

    return Steps(len(steps), step)


def _facts(found: Mapping[str, Sequence[Tried]]) -> Iterator[Fact]:
    every = [one for tried in found.values() for one in tried]
    if every and all(one.close for one in every):
        yield Fact(Words("{n} gradients agree with finite differences", n=len(every)))


def _listing(tried: Sequence[Tried]) -> Listing:
    """Every number that was moved: what its gradient is, and what its finite difference."""
    return Listing(
        Words("finite differences"),
        (Words("cell"), Words("gradient"), Words("finite difference"), Words("relative error")),
        [
            (", ".join(map(str, t.at)), float(t.gradient), float(t.found), float(t.error))
            for t in tried
            if not t.bent
        ],
    )


def _summary(made: Trace, found: Mapping[str, Sequence[Tried]]) -> Listing:
    """Of each array how many were tried, how far they are off at most, how many too far."""
    rows = [
        (
            name,
            Words("{n} of {count}", n=len(tried), count=made.results[f"grad_{name}"].size),
            max((one.error for one in tried if not one.bent), default=0.0),
            sum(one.bent for one in tried),
            sum(not one.close for one in tried),
        )
        for name, tried in found.items()
    ]
    headings = (
        Words("array"),
        Words("tried"),
        Words("largest relative error"),
        Words("kinks"),
        Words("differ"),
    )
    return Listing(Words("gradients beside finite differences"), headings, rows)


def _notes(found: Mapping[str, Sequence[Tried]]) -> Iterator[Words]:
    for name, tried in found.items():
        bent = [one for one in tried if one.bent]
        if bent:
            yield Words(
                "{name} at {index}: no derivative, a kink or a tie: the slope is {a} before it "
                "and {b} after",
                name=name,
                index=", ".join(map(str, bent[0].at)),
                a=f"{bent[0].sides[0]:.4g}",
                b=f"{bent[0].sides[1]:.4g}",
            )
        off = [one for one in tried if not one.close]
        if off:
            worst = max(off, key=lambda one: one.error)
            yield Words(
                "{n} gradients of {name} differ from their finite differences: at {index} "
                "{value}, not {found}, a relative error of {error}",
                n=len(off),
                name=name,
                index=", ".join(map(str, worst.at)),
                value=f"{worst.gradient:.6g}",
                found=f"{worst.found:.6g}",
                error=f"{worst.error:.2g}",
            )
