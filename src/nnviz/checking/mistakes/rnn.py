"""Mistakes in a recurrent net: its gates, biases and states, the steps it is read in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np

from nnviz.checking.case import Case, Mistake, Turned, instead
from nnviz.checking.mistakes import _any
from nnviz.checking.mistakes.act import softmax_elsewhere
from nnviz.trace import Trace
from nnviz.words import Words

GATES = {"rnn": "h", "lstm": "ifgo", "gru": "rzn"}
_LIKELY = {"lstm": ("ifog", "iofg", "fiog", "figo"), "gru": ("zrn",), "rnn": ()}
"""The orders of Keras and ONNX, and those in which books write the gates."""
_LONG = 500
"""Times past which nobody is asked whether each was run alone."""
_PARTS = {"Wx": "weight_ih", "Wh": "weight_hh", "b": "bias_ih", "bh": "bias_hh"}

Weights = Mapping[str, np.ndarray]


def settled(trace: Trace, options: Any) -> Any:
    """All weights by PyTorch's names, however they were given or drawn."""
    named = {}
    for name, array in trace.arrays.items():
        part, _, end = name.partition("_")
        if part in _PARTS:
            named[f"{_PARTS[part]}_{end or 'l0'}"] = array
        elif part in ("Wy", "by"):
            named[part] = array
    single = dict.fromkeys(("wx", "wh", "b", "wy", "by", "hidden", "outputs", "text"))
    return replace(options, weights=named, no_bias=False, **single)


def _changed(case: Case, start: str, change: Callable[[np.ndarray], np.ndarray | None]) -> Weights:
    """The weights, those changed whose names begin so; None takes one away."""
    made = {}
    for name, array in case.options.weights.items():
        new = change(array) if name.startswith(start) else array
        if new is not None:
            made[name] = new
    return made


def _by_gate(case: Case, change: Callable[[np.ndarray], np.ndarray]) -> Weights:
    """The weights of cells, with their rows as (gates, Dh, …) changed."""
    gates = len(GATES[case.options.cell])

    def rows(array: np.ndarray) -> np.ndarray:
        return np.asarray(change(array.reshape(gates, -1, *array.shape[1:]))).reshape(array.shape)

    return {
        name: array if name in ("Wy", "by") else rows(array)
        for name, array in case.options.weights.items()
    }


# --- weights and biases ---------------------------------------------------------------


def _bias_left_out(case: Case) -> Iterator[Turned]:
    names = [name for name in ("bias", "bias_ih", "bias_hh", "by") if _has(case, name)]
    said = {
        "bias": Words("the bias left out"),
        "bias_ih": Words("one bias in the place of two: that of the input left out"),
        "bias_hh": Words("one bias in the place of two: that of the state left out"),
        "by": Words("the bias of the output left out"),
    }
    both = "bias_ih" in names and "bias_hh" in names
    for name in names if both else [n for n in names if n in ("bias", "by")]:
        yield case.turned(said[name], weights=_changed(case, name, lambda _: None))
    if "bias" in names and "by" in names:
        weights = {n: w for n, w in case.options.weights.items() if n[0] != "b"}
        yield case.turned(Words("every bias left out"), weights=weights)


def _has(case: Case, start: str) -> bool:
    return any(name.startswith(start) for name in case.options.weights)


def _bias_twice(case: Case) -> Iterator[Turned]:
    weights, single = dict(case.options.weights), _has(case, "bias") and not _has(case, "bias_hh")
    for name, array in [*weights.items()] if single else ():
        if name.startswith("bias_ih"):
            weights[name.replace("ih", "hh")] = array
    if single:
        yield case.turned(Words("two biases in the place of one"), weights=weights)


def _transposed(case: Case) -> Iterator[Turned]:
    said = {
        "weight_hh": Words("the weights of the state transposed"),
        "weight_ih": Words("the weights of the input transposed"),
        "Wy": Words("the weights of the output transposed"),
    }
    gates = len(GATES[case.options.cell])
    for start, words in said.items():
        blocks = 1 if start == "Wy" else gates
        square = [w for n, w in case.options.weights.items() if n.startswith(start)]
        if square and all(len(w) == blocks * w.shape[1] for w in square):

            def change(w: np.ndarray, blocks: int = blocks) -> np.ndarray:
                turned = w.reshape(blocks, -1, w.shape[1]).swapaxes(1, 2)
                return np.asarray(turned).reshape(w.shape)

            yield case.turned(words, weights=_changed(case, start, change))
    if _has(case, "weight") and all(
        w.shape == case.options.weights[n.replace("ih", "hh")].shape
        for n, w in case.options.weights.items()
        if n.startswith("weight_ih")
    ):
        swap = {"ih": "hh", "hh": "ih"}
        swapped = {
            n[:7] + swap[n[7:9]] + n[9:] if n.startswith("weight") else n: w
            for n, w in case.options.weights.items()
        }
        yield case.turned(Words("the weights of input and state swapped"), weights=swapped)


# --- gates ------------------------------------------------------------------------------


def _orders(case: Case) -> Iterator[Turned]:
    gates = GATES[case.options.cell]
    ours = " ".join(gates)
    every = map("".join, permutations(gates))
    for order in dict.fromkeys((*_LIKELY[case.options.cell], *every)):
        if order != gates:
            rows = [order.index(gate) for gate in gates]
            said = instead(Words("the gates in the order"), " ".join(order), ours)
            yield case.turned(said, weights=_by_gate(case, lambda w, rows=rows: w[rows]))  # type: ignore[misc]


def _update_swapped(case: Case) -> Iterator[Turned]:
    if case.options.cell == "gru":
        sign = np.array([1, -1, 1])

        def turn(w: np.ndarray) -> np.ndarray:
            return np.asarray(w * sign.reshape(-1, *[1] * (w.ndim - 1)))

        said = Words("z and 1 − z swapped")
        yield case.turned(said, weights=_by_gate(case, turn))
        before = not case.options.linear_before_reset
        said = (
            Words("the reset after the linear map, not before it")
            if before
            else Words("the reset before the linear map, not after it")
        )
        yield case.turned(said, linear_before_reset=before)


# --- states -----------------------------------------------------------------------------


def _one_by_one(case: Case, hands_on: str) -> Callable[[], list[Trace]]:
    """A run a time, each from the states before that `hands_on` names, else from the first."""

    def runs() -> list[Trace]:
        made: list[Trace] = []
        for row in case.x:
            states = {
                name: made[-1].results[name[0] + "_n"]
                for name in ("h0", "c0")
                if made and name[0] in hands_on
            }
            made.append(case.run(row[None], mode="many-to-many", **states))
        return made

    return runs


def _stacked(case: Case) -> Callable[[Sequence[np.ndarray]], np.ndarray]:
    last = case.options.mode == "many-to-one"
    return lambda outputs: outputs[-1][0] if last else np.concatenate(outputs)


def _states(case: Case) -> Iterator[Turned]:
    none = _changed(case, "weight_hh", np.zeros_like)
    yield case.turned(Words("the state before left out of the sums"), weights=none)
    plan = case.trace.recurrence
    if plan is None or plan.mode == "one-to-many" or plan.directions > 1 or plan.length > _LONG:
        return
    join = _stacked(case)
    said = Words("every step from the first state, not from the one before")
    yield Turned(said, _one_by_one(case, ""), join)
    if case.options.cell == "lstm":
        said = Words("the cell state of the step before left out")
        yield Turned(said, _one_by_one(case, "h"), join)
        said = Words("the hidden state of the step before left out")
        yield Turned(said, _one_by_one(case, "c"), join)


def _first_states(case: Case) -> Iterator[Turned]:
    if case.options.h0 is not None:
        yield case.turned(Words("the first hidden state left out"), h0=None)
    if case.options.c0 is not None:
        yield case.turned(Words("the first cell state left out"), c0=None)
    if case.options.h0 is not None and case.options.c0 is not None:
        yield case.turned(Words("the first states left out"), h0=None, c0=None)


def _wrong_step(case: Case) -> Iterator[Turned]:
    many = case.options.mode == "many-to-many"
    x, times = case.x, len(case.x)
    if case.options.mode == "one-to-many" or times < 2:
        return
    said = Words("the sequence read from its end")
    yield case.turned(said, x[::-1])
    if many:
        yield case.turned(said, x[::-1], moved=lambda output: output[::-1])
    before = np.concatenate([np.zeros_like(x[:1]), x[:-1]])
    yield case.turned(Words("the input of the step before"), before)
    if case.trace.recurrence is not None and case.trace.recurrence.directions == 1:

        def join(outputs: Sequence[np.ndarray]) -> np.ndarray:
            made = np.empty((times, *outputs[0].shape[1:]), outputs[0].dtype)
            made[::2], made[1::2] = outputs
            return made if many else made[-1]

        said = Words("the state of two steps before, not of one")
        yield Turned(said, lambda: [case.run(x[k::2], mode="many-to-many") for k in (0, 1)], join)


def _a_step_late(case: Case) -> Iterator[Turned]:
    """The outputs of the states before, of which the first is 0."""
    options, plan = case.options, case.trace.recurrence
    if plan is None or (plan.mode, plan.directions) != ("many-to-many", 1) or plan.length < 2:
        return
    if options.h0 is not None or options.c0 is not None:
        return

    def runs() -> list[Trace]:
        y = {"Wy", "by"} & {*case.options.weights}
        none = {n: w if n in y else 0 * w for n, w in case.options.weights.items()}
        return [case.run(case.x[:1], weights=none, activation="none"), case.run(case.x[:-1])]

    yield Turned(Words("the outputs of the state of the step before"), runs, np.concatenate)


def _bias_outside(case: Case) -> Iterator[Turned]:
    """The candidate's second bias beside the reset, not under it."""
    weights = dict(case.options.weights)
    second = [name for name in weights if name.startswith("bias_hh")]
    for name in second:
        of_n = np.arange(len(weights[name])) * 3 >= 2 * len(weights[name])
        moved, first = weights[name] * of_n, name.replace("hh", "ih")
        weights |= {name: weights[name] - moved, first: moved + weights.get(first, 0)}
    if second and case.options.cell == "gru" and case.options.linear_before_reset:
        said = Words("the second bias of n beside the reset, not in it")
        yield case.turned(said, weights=weights)


def _other_mode(case: Case) -> Iterator[Turned]:
    if case.options.mode == "many-to-one":
        many = case.turned(Words("every step, not the last alone"), mode="many-to-many")
        yield many
        said = Words("the first step, not the last")
        yield many._replace(said=said, join=lambda outputs: outputs[0][0])
    if case.options.mode == "many-to-many":
        yield case.turned(Words("the last step alone, not every one"), mode="many-to-one")
    if case.options.mode == "one-to-many":
        first = np.repeat(case.x[:1], len(case.trace.results["h"]), axis=0)
        yield case.turned(Words("the first input at every step"), first, mode="many-to-many")
        if _has(case, "Wy"):
            fed = not case.options.feedback
            said = (
                Words("y taken for the next input")
                if fed
                else Words("y not taken for the next input")
            )
            yield case.turned(said, feedback=fed)


# --- activations ------------------------------------------------------------------------


def _activation(case: Case) -> Iterator[Turned]:
    ours = case.options.activation
    if case.options.cell == "rnn":
        yield case.turned(Words("the activation left out"), activation="none")
        for yours in ("tanh", "relu", "sigmoid"):
            if yours != ours:
                yield case.turned(instead(Words("activation"), yours, ours), activation=yours)


def _output(case: Case) -> Iterator[Turned]:
    ours = case.options.output_activation
    if not _has(case, "Wy"):
        return
    if ours == "softmax" and case.options.mode != "one-to-many":
        yield from softmax_elsewhere(case, -1, lambda: case.run(output_activation="none").output)
    said = Words("the hidden states, not the outputs y")
    hidden = _changed(case, "Wy", lambda _: None)
    hidden = {name: array for name, array in hidden.items() if name != "by"}
    yield case.turned(said, weights=hidden, output_activation="none")
    for yours in ("none", "sigmoid", "softmax"):
        if yours == "none" != ours:
            yield case.turned(
                Words("the activation of the output left out"), output_activation=yours
            )
        elif yours != ours:
            said = instead(Words("output activation"), yours, ours)
            yield case.turned(said, output_activation=yours)


MISTAKES = (
    Mistake("bias-forgotten", 1, _bias_left_out),
    Mistake("state-left-out", 1, _states),
    Mistake("activation", 1, _activation),
    Mistake("gate-order", 1, _orders),
    Mistake("biases-two", 2, _bias_twice),
    Mistake("weights-transposed", 2, _transposed),
    Mistake("first-state", 2, _first_states),
    Mistake("output", 2, _output),
    Mistake("mode", 2, _other_mode),
    Mistake("update-swapped", 2, _update_swapped),
    Mistake("wrong-step", 3, _wrong_step),
    Mistake("wrong-step", 3, _a_step_late),
    Mistake("biases-two", 3, _bias_outside),
    *_any.MISTAKES,
)
