"""Figures of a step give nothing away: what is made after it has no number, what it reads has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run, stacked_weights
from nnviz.recurrence import Chain
from nnviz.trace import Results, Trace
from view_checks import drawn, words

State = tuple[int, int, int]
"""A time, a layer and a direction."""
SIGN = 0.7777777
"""What stands in the place of states, to be looked for, however many of its digits."""


def _needs(trace: Trace, state: State) -> Iterator[State]:
    """The states that a state is made from."""
    plan = trace.recurrence
    assert plan is not None
    t, layer, direction = state
    before = t + 1 if direction else t - 1
    if 1 <= before <= plan.length:
        yield before, layer, direction
    for d in range(plan.directions if layer else 0):
        yield t, layer - 1, d
    if plan.feedback and layer == 0 and t > 1:
        yield t - 1, plan.layers - 1, 0


def _all_needs(trace: Trace, state: State) -> set[State]:
    found: set[State] = set()
    waiting = [state]
    while waiting:
        new = set(_needs(trace, waiting.pop())) - found
        found |= new
        waiting += new
    return found


def _signed(trace: Trace, states: set[State], ys: set[int]) -> Trace:
    """The trace with a sign in the place of some of its states and outputs."""
    arrays = {name: a.astype(float) for name, a in trace.states.items()}
    plan = trace.recurrence
    assert plan is not None
    for t, layer, direction in states:
        end = f"_l{layer}" + "_reverse" * direction
        for letter in "hc":
            if letter + end in arrays:
                arrays[letter + end][t - 1] = SIGN
    results = {**trace.results}
    if not plan.several:
        results |= {name[0]: array for name, array in arrays.items()}
    inputs = trace.arrays["input"].astype(float)
    if "y" in results:
        results["y"] = results["y"].copy()
        for t in ys:
            results["y"][t - 1] = SIGN
            if plan.feedback and t < plan.length:
                inputs[t] = SIGN
    given_ = {**trace.arrays, "input": inputs}
    return replace(trace, arrays=given_, states=arrays, results=Results(**results))


def _drawn_signs(trace: Trace, step: int, states: set[State], ys: set[int]) -> int:
    said = words(drawn(_signed(trace, states, ys), step))
    return sum(text.replace(".", "").lstrip("0").startswith("77") for text in said)


@settings(max_examples=25, deadline=None)
@given(
    cell=st.sampled_from(["rnn", "lstm", "gru"]),
    layers=st.integers(1, 3),
    kind=st.sampled_from(["forward", "both", "feedback"]),
    length=st.integers(1, 3),
    data=st.data(),
)
def test_nothing_made_after_a_step_has_a_number(
    cell: str, layers: int, kind: str, length: int, data: st.DataObject
) -> None:
    both = kind == "both"
    options: dict[str, Any] = {"mode": "one-to-many", "length": length, "feedback": True}
    x = [[0.25, -0.5], [1, 0.5], [-0.75, 0.5]][: 1 if kind == "feedback" else length]
    weights = stacked_weights(cell, layers, both, outputs=2)
    trace = run("rnn", x, cell=cell, weights=weights, **(options if kind == "feedback" else {}))
    plan = trace.recurrence
    assert plan is not None
    number = data.draw(st.integers(1, len(trace.steps)))
    time, (layer, direction) = plan.at(number)
    now = (time, layer, direction)
    times, last = range(1, length + 1), layers - 1
    every = {(t, k, d) for t in times for k in range(layers) for d in range(1 + both)}
    later = {s for s in every if now in _all_needs(trace, s)}
    if not both:
        later |= {s for s in every if plan.number(s[0], Chain(*s[1:])) > number}
    ys = {t for t in times if any((t, last, d) in later for d in range(1 + both))}
    assert not _drawn_signs(trace, number, later, ys)
    read = {now, *_all_needs(trace, now)}
    assert _drawn_signs(trace, number, read, set()) == 2 * len(read) * (1 + (cell == "lstm"))


@pytest.mark.parametrize(
    ("step", "full"),
    [
        (5, {(1, 0, 0), (2, 0, 0)}),
        (6, {(1, 0, 0), (2, 0, 0), (3, 0, 0), (2, 0, 1), (3, 0, 1)}),
        (2, {(t, 0, d) for t in (1, 2, 3) for d in (0, 1)}),
        (7, {*((t, 0, d) for t in (1, 2, 3) for d in (0, 1)), (1, 1, 0), (2, 1, 0)}),
    ],
    ids=["forward", "backward", "the end of backward", "the layer above"],
)
def test_the_backward_direction_follows_the_whole_forward_one(step: int, full: set[State]) -> None:
    trace = run("rnn", [[0.5, 1], [1, 0], [0, 1]], weights=stacked_weights("rnn", 2, True))
    every = {(t, k, d) for t in (1, 2, 3) for k in (0, 1) for d in (0, 1)}
    shown = {s for s in every if _drawn_signs(trace, step, {s}, set())}
    assert shown == full
