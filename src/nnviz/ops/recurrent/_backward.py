"""The gradients of a recurrent net: backpropagation through time, every layer and direction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from nnviz.core import gradients
from nnviz.core.dense import dense
from nnviz.core.through_time import Returned
from nnviz.gradient import Backward, Part, Term
from nnviz.libraries import np
from nnviz.ops._layer import places
from nnviz.ops.recurrent._cells import Track
from nnviz.ops.recurrent._returned import SHARED, SUMS, Back, at, each_time
from nnviz.ops.recurrent._weights import Weights
from nnviz.records import NamedTuple
from nnviz.recurrence import Recurrence
from nnviz.trace import Expr, Index, Name, Place, Results, Step, indexed
from nnviz.words import Words

_TIMES = Place(Words("t"), 1), Place(Words("column"))
_GIVEN = {
    "h": Words("from above and from the sums of the time after"),
    "c": Words("from the hidden state and from the cell state after"),
}


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
    whole = _every_time(ran, g)
    whole = _fed_back(ran, whole) if ran.plan.feedback else whole
    at_y, above = _outputs(ran, whole)
    found: list[list[Back]] = []
    for layer in reversed(range(ran.plan.layers)):
        of_layer = ran.tracks[layer * ran.plan.directions :][: ran.plan.directions]
        shares = np.split(above, ran.plan.directions, axis=1)
        backs = [Back.of(track, share) for track, share in zip(of_layer, shares, strict=True)]
        found.insert(0, backs)
        above = sum((back.input() for back in backs[1:]), backs[0].input())
    parts = {"input": _input(found[0], fed=ran.plan.feedback)}
    backs = [back for both in found for back in both]
    for end, back in zip(_ends(ran.plan), backs, strict=True):
        parts |= {name + end: part for name, part in back.weights()}
    if at_y is not None:
        parts |= dict(_output_weights(ran, at_y))
    parts |= _states(backs, ran.plan)
    made: dict[str, Any] = {"output": lambda: whole, "input": lambda: _to_input(found[0])}
    for chain, back in zip(ran.plan.chains, backs, strict=True):
        made |= {name + ran.plan.end(chain): value for name, value in back.states()}

    def at(step: Step) -> Mapping[Expr, np.ndarray]:
        return backs[(step.number - 1) % len(backs)].adjoints(step)

    return Backward(g, parts, states=Results(**made), adjoints=at)


def _every_time(ran: Ran, g: np.ndarray) -> np.ndarray:
    """The gradient of the outputs, T×…: of the last alone, zeros before it."""
    if ran.plan.mode != "many-to-one":
        return g.astype(np.float64)
    return np.vstack([np.zeros((ran.plan.length - 1, g.shape[-1])), g])


def _outputs(
    ran: Ran, g: np.ndarray, times: slice = slice(None)
) -> tuple[np.ndarray | None, np.ndarray]:
    """The gradients of y before its activation at some times, and those that arrive at states."""
    g = g[times]
    if ran.w.wy is None:
        return None, g
    if ran.activation != "none":
        g = gradients.act_input(g, dense(ran.h[times], ran.w.wy, ran.w.by), ran.activation)
    return g, g @ ran.w.wy.astype(np.float64)


def _fed_back(ran: Ran, g: np.ndarray) -> np.ndarray:
    """The gradients of the outputs, which are the next time's inputs too: with what comes back to
    those, from the last time on.
    """
    whole = g.copy()
    later: list[Returned | None] = [None] * len(ran.tracks)
    for t in reversed(range(1, len(g))):
        above = _outputs(ran, whole, slice(t, t + 1))[1]
        for layer, track in reversed([*enumerate(ran.tracks)]):
            after = later[layer]
            above = above if after is None else above + after.h0
            back = Back.of(track.at(t), above, None if after is None else after.c0)
            later[layer], above = back.back, back.input()
        whole[t - 1] += above[0]
    return whole


def _output_weights(ran: Ran, g: np.ndarray) -> Iterator[tuple[str, Part]]:
    def of_weight(index: Index) -> list[Term]:
        row, k = index
        return [
            Term((t, row), ran.h[t, k].item(), given=at("∂y", t, row), symbol=at("h", t, k))
            for t in range(len(g))
        ]

    shared: dict[str, Any] = {
        "gradient": g,
        "arrived_at": Words("gradient of the outputs"),
        "letter": "y",
        "said": (SHARED,),
    }
    yield "Wy", Part(lambda: g.T @ ran.h, of_weight, places=places(2), **shared)
    if ran.w.by is not None:
        yield (
            "by",
            Part(
                lambda: g.sum(axis=0), partial(each_time, "∂y", len(g)), places=places(1), **shared
            ),
        )


def _ends(plan: Recurrence) -> list[str]:
    """How the names of each chain's arrays end."""
    return [plan.end(chain) if plan.several else "" for chain in plan.chains]


def _input(backs: Sequence[Back], *, fed: bool) -> Part:
    """Of the input: by the weights of each gate, and of both directions. Of what was fed back
    none: it is an output's.
    """
    g = np.concatenate([back.back.sums for back in backs], axis=1)
    weights = np.concatenate([back.track.w.wx for back in backs])

    def symbols(t: int, row: int, k: int) -> tuple[Name, Name]:
        return indexed("Wx", (row, k), "weight"), at("δ", t, row)

    def terms(index: Index) -> list[Term]:
        t, k = index
        if fed and t:
            return []
        named = "Wx" if len(backs) == 1 else ""
        return [
            Term((t, row), weight, (row, k) if named else None, None, *symbols(t, row, k))
            for row, weight in enumerate(weights[:, k].tolist())
        ]

    def value() -> np.ndarray:
        made = _to_input(backs)
        made[1 if fed else len(made) :] = 0
        return made

    return Part(
        value,
        terms,
        places=_TIMES,
        gradient=g,
        arrived_at=SUMS,
    )


def _to_input(backs: Sequence[Back]) -> np.ndarray:
    """What comes back to the input of each time, fed or given."""
    return sum((back.input() for back in backs[1:]), backs[0].input())


def _states(backs: Sequence[Back], plan: Recurrence) -> dict[str, Part]:
    """Of the states at each time, and of those before the first."""
    made = {}
    for kind in "hc" if backs[0].back.c is not None else "h":
        for end, back in zip(_ends(plan), backs, strict=True):
            made[kind + end] = _of_state(kind, back)
        made[f"{kind}0"] = _of_first(kind, backs, several=plan.several)
    return made


def _of_state(kind: str, back: Back) -> Part:
    value = back.back.h if kind == "h" else back.back.c
    return Part(
        partial(np.asarray, value),
        lambda index: [*back.handed(kind, *index)],
        places=_TIMES,
        gradient=back.given(kind),
        arrived_at=_GIVEN[kind],
    )


def _of_first(kind: str, backs: Sequence[Back], *, several: bool) -> Part:
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
