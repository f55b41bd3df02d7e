"""The gradients of a recurrent net: backpropagation through time, every layer and direction."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from nnviz.core import gradients, through_time
from nnviz.core.dense import dense
from nnviz.core.through_time import Returned, Unrolled
from nnviz.gradient import Backward, Part, Term
from nnviz.libraries import np
from nnviz.ops._layer import places
from nnviz.ops.recurrent._cells import Track, bias_or_zero
from nnviz.ops.recurrent._weights import Weights
from nnviz.recurrence import Recurrence
from nnviz.trace import (
    Call,
    Index,
    Name,
    Neg,
    Num,
    Place,
    Power,
    Product,
    Role,
    Sum,
    indexed,
)
from nnviz.words import Words

_TIMES = Place(Words("t"), 1), Place(Words("column"))
_GIVEN = {
    "h": Words("from above and from the sums of the time after"),
    "c": Words("from the hidden state and from the cell state after"),
}
_SUMS, _SHARED = Words("gradient of the sums"), Words("the times share a weight: theirs are added")


class Ran(NamedTuple):
    """What ran."""

    plan: Recurrence
    tracks: Sequence[Track]
    h: np.ndarray
    """Of the last layer: T × directions·Dh."""
    w: Weights
    activation: str
    """Of the outputs."""


def rnn_backward(ran: Ran, g: np.ndarray) -> Backward:
    """The way back from the gradient of the output, `g`: of every time, or of the last alone."""
    at_y, above = _outputs(ran, g)
    found: list[list[_Back]] = []
    for layer in reversed(range(ran.plan.layers)):
        of_layer = ran.tracks[layer * ran.plan.directions :][: ran.plan.directions]
        shares = np.split(above, ran.plan.directions, axis=1)
        backs = [_Back.of(track, share) for track, share in zip(of_layer, shares, strict=True)]
        found.insert(0, backs)
        above = sum((back.input() for back in backs[1:]), backs[0].input())
    parts = {"input": _input(found[0])}
    backs = [back for both in found for back in both]
    for end, back in zip(_ends(ran.plan), backs, strict=True):
        parts |= {name + end: part for name, part in back.weights()}
    if at_y is not None:
        parts |= dict(_output_weights(ran, at_y))
    parts |= _states(backs, ran.plan)
    return Backward(g, parts)


def _outputs(ran: Ran, g: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
    """The gradients of y before its activation, T×M, and those that arrive at the states."""
    whole = g
    if ran.plan.mode == "many-to-one":
        whole = np.zeros((ran.plan.length, g.shape[-1]), np.result_type(g, np.float64))
        whole[-1] = g
    if ran.w.wy is None:
        return None, whole.astype(np.float64)
    if ran.activation != "none":
        whole = gradients.act_input(whole, dense(ran.h, ran.w.wy, ran.w.by), ran.activation)
    return whole, whole @ ran.w.wy.astype(np.float64)


def _output_weights(ran: Ran, g: np.ndarray) -> Iterator[tuple[str, Part]]:
    def of_weight(index: Index) -> list[Term]:
        row, k = index
        return [
            Term((t, row), ran.h[t, k].item(), given=_at("∂y", t, row), symbol=_at("h", t, k))
            for t in range(len(g))
        ]

    shared: dict[str, Any] = {
        "gradient": g,
        "arrived_at": Words("gradient of the outputs"),
        "letter": "y",
        "said": (_SHARED,),
    }
    yield "Wy", Part(lambda: g.T @ ran.h, of_weight, places=places(2), **shared)
    if ran.w.by is not None:
        yield (
            "by",
            Part(
                lambda: g.sum(axis=0), partial(_each_time, "∂y", len(g)), places=places(1), **shared
            ),
        )


class _Back(NamedTuple):
    """The way back of one layer in one direction; times in the order of the sequence."""

    track: Track
    back: Returned
    above: np.ndarray
    """What comes from above to each hidden state."""

    @classmethod
    def of(cls, track: Track, above: np.ndarray) -> _Back:
        turn = slice(None, None, -1 if track.reverse else 1)
        states = (None if a is None else a[turn].astype(np.float64) for a in (track.gates, track.c))
        gates, c = states
        c0 = None if track.c0 is None else track.c0.astype(np.float64)
        wh, h, h0 = (a.astype(np.float64) for a in (track.w.wh, track.h[turn], track.h0))
        run = Unrolled(track.x[turn], wh, h, h0, gates, c, c0)
        if track.options.cell == "rnn":
            made = through_time.rnn(run, above[turn], track.options.activation)
        elif track.options.cell == "lstm":
            made = through_time.lstm(run, above[turn])
        else:
            bias = bias_or_zero(track.w.bh, track.w, np.float64)
            after = track.options.linear_before_reset
            made = through_time.gru(run, above[turn], bias, linear_before_reset=after)
        over_time = {
            name: value[turn]
            for name, value in made._asdict().items()
            if value is not None and value.ndim == 2
        }
        return cls(track, made._replace(**over_time), above)

    @property
    def held(self) -> np.ndarray:
        """The gradients of what W_h makes."""
        return self.back.sums if self.back.held is None else self.back.held

    def before(self) -> np.ndarray:
        """The hidden state that each time starts from: T×Dh."""
        track = self.track
        return np.stack([track.before(t, track.h, track.h0) for t in range(len(track.h))])

    def read(self, row: int) -> np.ndarray:
        """What a row of W_h multiplies at each time."""
        candidate = self.back.read is not None and row >= 2 * self.track.h.shape[1]
        return self.back.read if candidate and self.back.read is not None else self.before()

    def input(self) -> np.ndarray:
        return self.back.sums @ self.track.w.wx.astype(np.float64)

    def weights(self) -> Iterator[tuple[str, Part]]:
        """Those there are, each a sum over the times."""
        sums, held, w = self.back.sums, self.held, self.track.w
        by_x: dict[str, Any] = {"gradient": sums, "arrived_at": _SUMS, "said": (_SHARED,)}
        by_h = by_x | {"gradient": held}
        yield (
            "Wx",
            Part(lambda: sums.T @ self.track.x, self._of_wx, "input", "⋆", places(2), **by_x),
        )
        yield "Wh", Part(self._wh, self._of_wh, places=places(2), **by_h)
        for name, bias, given in (("b", w.b, by_x), ("bh", w.bh, by_h)):
            # With one bias for both, it is outside of what is reset, as the cell has it.
            if bias is not None:
                g = given["gradient"]
                made = partial(np.sum, g, 0)
                yield (
                    name,
                    Part(made, partial(_each_time, "δ", len(sums)), places=places(1), **given),
                )

    def _of_wx(self, index: Index) -> list[Term]:
        row, k = index
        x = self.track.x
        return [
            Term((t, row), x[t, k].item(), (t, k), None, _at("x", t, k), _at("δ", t, row))
            for t in range(len(x))
        ]

    def _wh(self) -> np.ndarray:
        made = self.held.T @ self.before()
        if self.back.read is not None:
            size = self.track.h.shape[1]
            made[2 * size :] = self.held[:, 2 * size :].T @ self.back.read
        return np.asarray(made)

    def _of_wh(self, index: Index) -> list[Term]:
        row, k = index
        before = 1 if self.track.reverse else -1
        return [
            Term(
                (t, row),
                each[k].item(),
                symbol=_at("h", t + before, k),
                given=_at("δ", t, row),
            )
            for t, each in enumerate(self.read(row))
        ]

    # --- states ------------------------------------------------------------------------

    def given(self, kind: str) -> np.ndarray:
        """What h or c is handed, side by side: from above; from the state after it, where that
        is made of it number by number; from the sums there.
        """
        h, c = self.back.h, self.back.c
        if kind == "c" and c is not None:
            return np.concatenate([h, c], axis=1)
        straight = [h] if self.track.options.cell == "gru" else []
        return np.concatenate([self.above, *straight, self.held], axis=1)

    def handed(self, kind: str, t: int, k: int) -> Iterator[Term]:
        """From above, and from the time that starts from this state; of the first, from that."""
        inside, after = 0 <= t < len(self.above), t + (-1 if self.track.reverse else 1)
        if inside and kind == "h":
            yield Term((t, k), 1, given=_at("∂h", t, k, "↑"))
        elif inside:
            yield self._squashed(t, k)
        if not 0 <= after < len(self.above):
            return
        size, first = self.above.shape[1], self.above.shape[1]
        by = {("c", "lstm"): "f", ("h", "gru"): "z"}.get((kind, self.track.options.cell))
        if by:
            factor, first = self._gate(by, after, k), 2 * size
            symbols = _at(by, after, k), _at(f"∂{kind}", after, k)
            yield Term((after, size + k), factor.value, None, factor, *symbols)
        for row in range(len(self.track.w.wh) if kind == "h" else 0):
            yield self._through(after, row, k)._replace(at=(after, first + row))

    def _gate(self, gate: str, t: int, k: int) -> Num:
        assert self.track.gates is not None
        return Num(self.track.gates[t, self.track.rows(gate)][k].item(), "intermediate")

    def _through(self, t: int, row: int, k: int) -> Term:
        """Through a weight of W_h, and what resets a GRU's state before it."""
        w = Num(self.track.w.wh[row, k].item(), "weight")
        named, given = indexed("Wh", (row, k), "weight"), _at("δ", t, row)
        if self.back.read is None or row < 2 * self.above.shape[1]:
            return Term((), w.value, None, w, named, given)
        r = self._gate("r", t, k)
        made = Product((named, _at("r", t, k)))
        return Term((), w.value * r.value, None, Product((w, r)), made, given)

    def _squashed(self, t: int, k: int) -> Term:
        """Through the hidden state that a cell state is made into: o·tanh c."""
        assert self.track.c is not None
        o, squashed = self._gate("o", t, k), Num(math.tanh(self.track.c[t, k]), "intermediate")
        named = _at("o", t, k), Call("tanh", (_at("c", t, k),))
        shown, symbol = (
            Product((gate, Sum((Num(1), Neg(Power(of, Num(2)))))))
            for gate, of in ((o, squashed), named)
        )
        return Term((t, k), o.value * (1 - squashed.value**2), None, shown, symbol, _at("∂h", t, k))


_ROLES: dict[str, Role] = {"x": "input", "h": "hidden", "c": "hidden"}


def _at(letter: str, t: int, k: int, sup: str = "") -> Name:
    """A number of a vector at a time, which is counted from 1: h₂,₀."""
    role = "gradient" if letter[0] in "∂δ" else _ROLES.get(letter, "intermediate")
    return indexed(letter, (t + 1, k), role)._replace(sup=sup)


def _each_time(letter: str, times: int, index: Index) -> list[Term]:
    return [Term((t, *index), 1, given=_at(letter, t, index[0])) for t in range(times)]


def _ends(plan: Recurrence) -> list[str]:
    """How the names of each chain's arrays end."""
    return [plan.end(chain) if plan.several else "" for chain in plan.chains]


def _input(backs: Sequence[_Back]) -> Part:
    """Of the input: by the weights of each gate, and of both directions."""
    g = np.concatenate([back.back.sums for back in backs], axis=1)
    weights = np.concatenate([back.track.w.wx for back in backs])

    def symbols(t: int, row: int, k: int) -> tuple[Name, Name]:
        return indexed("Wx", (row, k), "weight"), _at("δ", t, row)

    def terms(index: Index) -> list[Term]:
        t, k = index
        named = "Wx" if len(backs) == 1 else ""
        return [
            Term((t, row), weight, (row, k) if named else None, None, *symbols(t, row, k))
            for row, weight in enumerate(weights[:, k].tolist())
        ]

    return Part(
        lambda: sum((back.input() for back in backs[1:]), backs[0].input()),
        terms,
        places=_TIMES,
        gradient=g,
        arrived_at=_SUMS,
    )


def _states(backs: Sequence[_Back], plan: Recurrence) -> dict[str, Part]:
    """Of the states at each time, and of those before the first."""
    made = {}
    for kind in "hc" if backs[0].back.c is not None else "h":
        for end, back in zip(_ends(plan), backs, strict=True):
            made[kind + end] = _of_state(kind, back)
        made[f"{kind}0"] = _of_first(kind, backs, several=plan.several)
    return made


def _of_state(kind: str, back: _Back) -> Part:
    value = back.back.h if kind == "h" else back.back.c
    return Part(
        partial(np.asarray, value),
        lambda index: [*back.handed(kind, *index)],
        places=_TIMES,
        gradient=back.given(kind),
        arrived_at=_GIVEN[kind],
    )


def _of_first(kind: str, backs: Sequence[_Back], *, several: bool) -> Part:
    values = [back.back.h0 if kind == "h" else back.back.c0 for back in backs]
    given = np.stack([back.given(kind) for back in backs])

    def terms(index: Index) -> list[Term]:
        back = backs[index[0] if several else 0]
        found = back.handed(kind, len(back.above) if back.track.reverse else -1, index[-1])
        return [t._replace(at=(*index[:-1], *t.at)) for t in found]

    return Part(
        lambda: np.asarray(values if several else values[0]),
        terms,
        places=places(1 + several),
        gradient=given if several else given[0],
        arrived_at=_GIVEN[kind],
    )
