"""A run of a recurrent net as a trace: its arrays, its results, and its steps explained."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from nnviz.activation_steps import shown
from nnviz.equations import VectorEquation, lists, number_by_number
from nnviz.gradient import Backward
from nnviz.libraries import np
from nnviz.ops._layer import detailed
from nnviz.ops.recurrent._calls import rnn_snippet
from nnviz.ops.recurrent._cells import Track
from nnviz.ops.recurrent._equations import (
    cell_facts,
    output_fact,
    placed,
    plain,
    stacked_facts,
    top,
)
from nnviz.ops.recurrent._numbers import equations_at, output_at, quantities_of, vectors_at
from nnviz.ops.recurrent._rnn_options import RnnOptions
from nnviz.ops.recurrent._sentences import sentences
from nnviz.ops.recurrent._weights import GATES, Weights, torch_names
from nnviz.records import dataclass
from nnviz.recurrence import Chain, Recurrence
from nnviz.trace import (
    Equation,
    Fact,
    Name,
    Num,
    Place,
    Results,
    Role,
    Step,
    Steps,
    Sum,
    Trace,
)
from nnviz.words import Words

_TITLES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
_SUMMED = 3
"""Biases whose sums are written out."""
_HIDDEN = ("h0", "c0", "h", "c", "h_n", "c_n")


def short_rnn(given: RnnOptions, w: Weights) -> Words | str:
    """LSTM, hidden 4: a recurrent net among layers."""
    name = Words("{cell}, hidden {n}", cell=_TITLES[given.cell], n=w.hidden)
    layers = [Words("{n} layers", n=len(w.cells))] if len(w.cells) > 1 else []
    return detailed(name, [*layers, *([Words("both directions")] if w.directions > 1 else [])])


@dataclass(frozen=True)
class Run:
    """One run, with all that its steps are made from."""

    x: np.ndarray
    labels: tuple[str, ...]
    tracks: list[Track]
    """Layer by layer, forward before backward, as PyTorch stacks its states."""
    h0: np.ndarray
    c0: np.ndarray | None
    h: np.ndarray
    """T × directions·Dh, of the last layer."""
    y: np.ndarray | None
    w: Weights
    given: RnnOptions

    @cached_property
    def plan(self) -> Recurrence:
        return Recurrence(
            length=len(self.x),
            layers=len(self.w.cells),
            directions=self.w.directions,
            mode=self.given.mode,
            feedback=self.given.feedback,
            makes_y=self.y is not None,
        )

    def trace(self, notes: tuple[Words, ...]) -> Trace:
        weights = self.w.named()
        hands_on_more = self.y is not None or self._last_alone
        several = self.plan.several
        arrays = {"input": self.x, **weights, "h0": self.h0 if several else self.h0[0]}
        if self.c0 is not None:
            arrays["c0"] = self.c0 if several else self.c0[0]
        roles: dict[str, Role] = dict.fromkeys(_HIDDEN, "hidden")
        roles.update({name: "bias" if name[0] == "b" else "weight" for name in weights})
        return Trace(
            op="rnn",
            title=Words(_TITLES[self.given.cell]),
            short=short_rnn(self.given, self.w),
            arrays=arrays,
            results=Results(**self._results()),
            options=self._options(),
            roles={**roles, "input": "input", "y": "output", "output": self._handed_on.role},
            equation=("input", *(("→", "h") if hands_on_more else ()), "→", "output"),
            facts=self._facts(),
            lessons=tuple(self._lessons()),
            said=tuple(self._said()),
            notes=notes,
            steps=Steps(len(self.x) * len(self.tracks), self.step),
            explain=sentences,
            places=(Place(Words("t"), 1),),
            labels={"input": self.labels} if self.labels else {},
            classes=self._classes(),
            states=self._states(),
            symbols={"output": self._handed_on},
            recurrence=self.plan,
            snippet=lambda: rnn_snippet(self.plan, self.given, self.w, self.h0, self.c0),
            aliases=torch_names(self.given.weights or (), weights),
            backward=self._backward,
        )

    def _backward(self, g: np.ndarray) -> Backward:
        from nnviz.ops.recurrent._backward import Ran, rnn_backward

        activation = self.given.output_activation
        return rnn_backward(Ran(self.plan, self.tracks, self.h, self.w, activation), g)

    def _classes(self) -> dict[str, tuple[str, ...]]:
        """Where a text is continued: the characters that the numbers of y stand for."""
        letters = tuple(self.given.alphabet) if self.labels else ()
        named = self.y is not None and self.y.shape[1] == len(letters)
        return dict.fromkeys(("y", "output"), letters) if named else {}

    def _states(self) -> dict[str, np.ndarray]:
        """h, and c where there is one, of every layer and direction at every time."""
        made = {}
        for chain, track in zip(self.plan.chains, self.tracks, strict=True):
            made["h" + self.plan.end(chain)] = track.h
            if track.c is not None:
                made["c" + self.plan.end(chain)] = track.c
        return made

    def _results(self) -> dict[str, Any]:
        handed_on = self.h if self.y is None else self.y
        made = {
            "output": handed_on[-1] if self._last_alone else handed_on,
            "h": self.h,
            "h_n": np.stack([t.h[t.last] for t in self.tracks]),
        }
        if self.c0 is not None:
            cells = [(t.c, t.last) for t in self.tracks if t.c is not None]
            made["c"] = np.concatenate([c for c, _ in cells[-self.w.directions :]], axis=1)
            made["c_n"] = np.stack([c[last] for c, last in cells])
        if self.y is not None:
            made["y"] = self.y[-1:] if self._last_alone else self.y
        return made

    @property
    def _last_alone(self) -> bool:
        """Whether the last time's alone is handed on."""
        return self.plan.mode == "many-to-one"

    @property
    def _handed_on(self) -> Name:
        """What the output is in formulas: y where there are outputs, else h."""
        time = str(self.plan.length) if self._last_alone else "t"
        if self.y is not None:
            return Name("y", time, "output")
        return top(self.plan)._replace(sub=time, role="output" if self._last_alone else "hidden")

    def _options(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "cell": self.given.cell,
            "mode": self.given.mode,
            "hidden": self.w.hidden,
            "layers": self.plan.layers,
            "directions": self.plan.directions,
            "output_activation": self.given.output_activation,
            "feedback": self.given.feedback,
        }
        if self.given.cell == "rnn":
            made["activation"] = self.given.activation
        if self.given.cell == "gru":
            made["linear_before_reset"] = self.given.linear_before_reset
        return made

    # --- what is said of it ------------------------------------------------------------

    def _said(self) -> Iterator[Words]:
        """What of the options is not as usual."""
        given, plan = self.given, self.plan
        if plan.layers > 1:
            yield Words("{n} layers", n=plan.layers)
        if plan.directions > 1:
            yield Words("both directions")
        if plan.mode != "many-to-many":
            yield Words(plan.mode)
        if plan.feedback:
            yield Words("feedback")
        if given.cell == "rnn" and given.activation != "tanh":
            yield Words("activation {name}", name=shown(given.activation))
        if self.y is not None and given.output_activation != "none":
            yield Words("output activation {name}", name=given.output_activation)
        if given.cell == "gru" and not given.linear_before_reset:
            yield Words("reset before the linear map")

    def _lessons(self) -> Iterator[Fact]:
        """PyTorch's two biases of a gate as the textbook's one, where they are only added."""
        first, gates = self.tracks[0].w, GATES[self.given.cell]
        if first.b is None:
            return
        if first.bh is None:
            yield Fact(Words("one bias, where PyTorch has two that are added, b_ih + b_hh"))
            return
        for row in range(min(_SUMMED, self.w.hidden)):  # of the first gate: r, i
            at = f"{gates[0]},{row}" if gates[0] else str(row)
            parts = [bias[row].item() for bias in (first.b, first.bh)]
            terms = Sum(tuple(Num(part, "bias") for part in parts))
            total = Num(math.fsum(parts), "bias")
            yield Fact(Words("bias"), Equation((Name("b", at, "bias"), terms, total)))

    def _facts(self) -> tuple[Fact, ...]:
        """The equations of a cell and of an output; and the inputs that are not there."""
        s = plain(self.tracks[0].w)  # those of one layer stand for all
        facts = list(cell_facts(self.given, s))
        if self.y is not None:
            facts.append(output_fact(self.given, s.h, self.w))
        facts += stacked_facts(self.plan)
        if not self.plan.has_x(2) and self.plan.length > 1:
            facts.append(Fact(Words("after the first time there is no input: x is 0")))
        return tuple(facts)

    def step(self, i: int) -> Step:
        """Time after time; at each time layer after layer, forward before backward."""
        time, chain = self.plan.at(i + 1)
        track = self.tracks[i % len(self.tracks)]
        vectors, own = vectors_at(track, time), placed(track.w, self.plan, time, chain)
        cell, output = equations_at(track, time, vectors, own), self._output(time, chain)
        made = tuple(quantity for y in output for quantity in y.at.quantities(y=y.left))
        read, here = quantities_of(vectors, own), ((time - 1,),)
        cells = {"input": here, "h": here, **({} if self._last_alone else {"output": here})}
        at = {"layer": chain.layer, "direction": chain.direction}
        return Step(
            number=i + 1,
            index=(time - 1,),
            formula=number_by_number(cell, output),
            value=(made[0].value if made else vectors["h"]).tolist(),
            detail={**lists(read), **at, **lists(made)},
            cells=cells,
            quantities=(*read, *made),
            equations=(*cell, *output),
        )

    def _output(self, time: int, chain: Chain) -> tuple[VectorEquation, ...]:
        """The equation of y where a chain makes it at this time, from 1."""
        if self.y is None or not self.plan.makes(time, chain):
            return ()
        h = top(self.plan)
        fact = output_fact(self.given, h, self.w)
        return output_at(fact, h, self.w, self.h[time - 1], self.y[time - 1], time)
