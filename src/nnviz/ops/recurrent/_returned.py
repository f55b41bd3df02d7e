"""The way back of one layer of a recurrent net in one direction: what comes back at each time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from nnviz.core import through_time
from nnviz.core.through_time import Returned, Unrolled
from nnviz.gradient import Part, Term
from nnviz.lazy import Lazy
from nnviz.libraries import np
from nnviz.ops._layer import places
from nnviz.ops.recurrent._adjoints import adjoints
from nnviz.ops.recurrent._cells import Track, bias_or_zero
from nnviz.records import NamedTuple
from nnviz.trace import Call, Expr, Index, Name, Neg, Num, Power, Product, Role, Step, Sum, indexed
from nnviz.words import Words

SUMS, SHARED = Words("gradient of the sums"), Words("the times share a weight: theirs are added")


class Back(NamedTuple):
    """The way back of one layer in one direction; times in the order of the sequence."""

    track: Track
    back: Returned
    above: np.ndarray
    """What comes from above to each hidden state."""

    @classmethod
    def of(cls, track: Track, above: np.ndarray, kept: np.ndarray | None = None) -> Back:
        turn = slice(None, None, -1 if track.reverse else 1)
        states = (None if a is None else a[turn].astype(np.float64) for a in (track.gates, track.c))
        gates, c = states
        c0 = None if track.c0 is None else track.c0.astype(np.float64)
        wh, h, h0 = (a.astype(np.float64) for a in (track.w.wh, track.h[turn], track.h0))
        run = Unrolled(track.x[turn], wh, h, h0, gates, c, c0, kept)
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
        by_x: dict[str, Any] = {"gradient": sums, "arrived_at": SUMS, "said": (SHARED,)}
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
                    Part(made, partial(each_time, "δ", len(sums)), places=places(1), **given),
                )

    def _of_wx(self, index: Index) -> list[Term]:
        row, k = index
        x = self.track.x
        return [
            Term((t, row), x[t, k].item(), (t, k), None, at("x", t, k), at("δ", t, row))
            for t in range(len(x))
        ]

    def _wh(self) -> np.ndarray:
        made = self.held.T @ self.before()
        if self.back.read is not None:
            size = self.track.h.shape[1]
            made[2 * size :] = self.held[:, 2 * size :].T @ self.back.read
        return np.asarray(made)

    def _share(self, t: int) -> np.ndarray:
        """What a time adds to the gradient of W_h."""
        made, read = np.outer(self.held[t], self.before()[t]), self.back.read
        if read is not None:
            size = self.track.h.shape[1]
            made[2 * size :] = np.outer(self.held[t, 2 * size :], read[t])
        return made

    def _of_wh(self, index: Index) -> list[Term]:
        row, k = index
        before = 1 if self.track.reverse else -1
        return [
            Term(
                (t, row),
                each[k].item(),
                symbol=at("h", t + before, k),
                given=at("δ", t, row),
            )
            for t, each in enumerate(self.read(row))
        ]

    def states(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        """What comes back at each time, T first: of the states what comes from above, from the
        time after and both, with its length; of the weights the share of each time, when asked.
        """
        made, sums, held = self.back, self.back.sums, self.held
        for name, value in (("h", made.h), ("c", made.c), ("h0", made.h0), ("c0", made.c0)):
            if value is not None:
                yield name, partial(np.asarray, value)
        yield "above", partial(np.asarray, self.above)
        yield "after", partial(np.asarray, made.after)
        if made.road is not None:
            yield "road", partial(np.asarray, made.road)
        yield "length", lambda: np.asarray(np.linalg.norm(made.h, axis=1))
        yield "Wx", lambda: Lazy(len(sums), lambda t: np.outer(sums[t], self.track.x[t]))
        yield "Wh", lambda: Lazy(len(held), self._share)
        yield "b", partial(np.asarray, sums)
        yield "bh", partial(np.asarray, held)

    def adjoints(self, step: Step) -> Mapping[Expr, np.ndarray]:
        """What comes back to all that is in a cell's equations at a step."""
        cell, t = [e for e in step.equations if e.left.role != "output"], step.index[0]
        given: dict[Expr, np.ndarray] = {cell[-1].left: self.back.h[t]}
        if self.back.road is not None:
            given[cell[-2].left] = self.back.road[t]
        return adjoints(cell, given)

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
            yield Term((t, k), 1, given=at("∂h", t, k, "↑"))
        elif inside:
            yield self._squashed(t, k)
        if not 0 <= after < len(self.above):
            return
        size, first = self.above.shape[1], self.above.shape[1]
        by = {("c", "lstm"): "f", ("h", "gru"): "z"}.get((kind, self.track.options.cell))
        if by:
            factor, first = self._gate(by, after, k), 2 * size
            symbols = at(by, after, k), at(f"∂{kind}", after, k)
            yield Term((after, size + k), factor.value, None, factor, *symbols)
        for row in range(len(self.track.w.wh) if kind == "h" else 0):
            yield self._through(after, row, k)._replace(at=(after, first + row))

    def _gate(self, gate: str, t: int, k: int) -> Num:
        assert self.track.gates is not None
        return Num(self.track.gates[t, self.track.rows(gate)][k].item(), "intermediate")

    def _through(self, t: int, row: int, k: int) -> Term:
        """Through a weight of W_h, and what resets a GRU's state before it."""
        w = Num(self.track.w.wh[row, k].item(), "weight")
        named, given = indexed("Wh", (row, k), "weight"), at("δ", t, row)
        if self.back.read is None or row < 2 * self.above.shape[1]:
            return Term((), w.value, None, w, named, given)
        r = self._gate("r", t, k)
        made = Product((named, at("r", t, k)))
        return Term((), w.value * r.value, None, Product((w, r)), made, given)

    def _squashed(self, t: int, k: int) -> Term:
        """Through the hidden state that a cell state is made into: o·tanh c."""
        assert self.track.c is not None
        o, squashed = self._gate("o", t, k), Num(math.tanh(self.track.c[t, k]), "intermediate")
        named = at("o", t, k), Call("tanh", (at("c", t, k),))
        shown, symbol = (
            Product((gate, Sum((Num(1), Neg(Power(of, Num(2)))))))
            for gate, of in ((o, squashed), named)
        )
        return Term((t, k), o.value * (1 - squashed.value**2), None, shown, symbol, at("∂h", t, k))


_ROLES: dict[str, Role] = {"x": "input", "h": "hidden", "c": "hidden"}


def at(letter: str, t: int, k: int, sup: str = "") -> Name:
    """A number of a vector at a time, which is counted from 1: h₂,₀."""
    role = "gradient" if letter[0] in "∂δ" else _ROLES.get(letter, "intermediate")
    return indexed(letter, (t + 1, k), role)._replace(sup=sup)


def each_time(letter: str, times: int, index: Index) -> list[Term]:
    return [Term((t, *index), 1, given=at(letter, t, index[0])) for t in range(times)]
