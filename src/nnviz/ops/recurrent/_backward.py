"""The gradients of a recurrent net: backpropagation through time, every layer and direction."""

from __future__ import annotations

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
from nnviz.trace import Index
from nnviz.words import Words

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
    for chain, back in zip(ran.plan.chains, [b for both in found for b in both], strict=True):
        end = ran.plan.end(chain) if ran.plan.several else ""
        parts |= {name + end: part for name, part in back.weights()}
    if at_y is not None:
        parts |= dict(_output_weights(ran, at_y))
    parts |= _states([b for both in found for b in both], several=ran.plan.several)
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
        return [Term((t, index[0]), ran.h[t, index[1]].item()) for t in range(len(g))]

    def of_bias(index: Index) -> list[Term]:
        return [Term((t, *index), 1) for t in range(len(g))]

    shared: dict[str, Any] = {
        "gradient": g,
        "arrived_at": Words("gradient of the outputs"),
        "letter": "y",
        "said": (_SHARED,),
    }
    yield "Wy", Part(lambda: g.T @ ran.h, of_weight, places=places(2), **shared)
    if ran.w.by is not None:
        yield "by", Part(lambda: g.sum(axis=0), of_bias, places=places(1), **shared)


class _Back(NamedTuple):
    """The way back of one layer in one direction; times in the order of the sequence."""

    track: Track
    back: Returned

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
        return cls(track, made._replace(**over_time))

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
                yield name, Part(made, partial(_each_time, len(sums)), places=places(1), **given)

    def _of_wx(self, index: Index) -> list[Term]:
        row, k = index
        x = self.track.x
        return [Term((t, row), x[t, k].item(), (t, k)) for t in range(len(x))]

    def _wh(self) -> np.ndarray:
        made = self.held.T @ self.before()
        if self.back.read is not None:
            size = self.track.h.shape[1]
            made[2 * size :] = self.held[:, 2 * size :].T @ self.back.read
        return np.asarray(made)

    def _of_wh(self, index: Index) -> list[Term]:
        row, k = index
        return [Term((t, row), each[k].item()) for t, each in enumerate(self.read(row))]


def _each_time(times: int, index: Index) -> list[Term]:
    return [Term((t, *index), 1) for t in range(times)]


def _input(backs: Sequence[_Back]) -> Part:
    """Of the input: by the weights of each gate, and of both directions."""
    g = np.concatenate([back.back.sums for back in backs], axis=1)
    weights = np.concatenate([back.track.w.wx for back in backs])

    def terms(index: Index) -> list[Term]:
        t, k = index
        named = "Wx" if len(backs) == 1 else ""
        return [
            Term((t, row), weight, (row, k) if named else None)
            for row, weight in enumerate(weights[:, k].tolist())
        ]

    return Part(
        lambda: sum((back.input() for back in backs[1:]), backs[0].input()),
        terms,
        places=places(2),
        gradient=g,
        arrived_at=_SUMS,
    )


def _states(backs: Sequence[_Back], *, several: bool) -> dict[str, Part]:
    """Of the states before the first step: what comes back to them, worked out step by step."""
    found = {"h0": [back.back.h0 for back in backs]}
    cells = [back.back.c0 for back in backs if back.back.c0 is not None]
    if cells:
        found["c0"] = cells
    made = {}
    for name, values in found.items():
        g = np.stack(values) if several else values[0]
        made[name] = Part(
            partial(np.asarray, g),
            lambda index: [Term(index, 1)],
            places=places(g.ndim),
            gradient=g,
            arrived_at=Words("what comes back through time"),
            letter=name,
        )
    return made
