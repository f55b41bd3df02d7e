"""Recurrent nets as PyTorch's: a layer of `torch.nn` with its weights, or a cell by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnviz.errors import NnvizError
from nnviz.libraries import np
from nnviz.ops._calls import activation_call
from nnviz.ops.recurrent._rnn_options import RnnOptions
from nnviz.ops.recurrent._weights import CellWeights, Weights
from nnviz.recurrence import Recurrence
from nnviz.trace import Snippet

_GRU = """\
def gru(x, h, wx, wh, bx, bh):  # reset before the linear map: PyTorch's GRU does it after
    wr, wz, wn = wh.chunk(3)
    br, bz, bn = bh.chunk(3)
    made = []
    for row in F.linear(x, wx, bx):
        xr, xz, xn = row.chunk(3)
        r, z = torch.sigmoid(xr + wr @ h + br), torch.sigmoid(xz + wz @ h + bz)
        n = torch.tanh(xn + wn @ (r * h) + bn)
        h = (1 - z) * n + z * h
        made.append(h)
    return torch.stack(made)
"""
_FEEDBACK = """\
state, at, made = {state}, {{x}}[:1], []
for _ in range({length}):  # each output is the next input
    at, state = rnn(at, state)
    at = {output}
    made.append(at)"""


def rnn_snippet(
    plan: Recurrence, given: RnnOptions, w: Weights, h0: np.ndarray, c0: np.ndarray | None
) -> Snippet:
    """The net over its inputs, with all that stands above it."""
    arrays = {**_arrays(w), "h0": h0} | ({} if c0 is None else {"c0": c0})
    first = ("{x}[:1]", f"F.pad({{x}}, (0, 0, 0, {plan.length - 1}))")
    output = _output(given, w)
    last = ("{x}[-1]",) if plan.mode == "many-to-one" else ()
    by_hand = given.cell == "gru" and not given.linear_before_reset
    if plan.feedback:
        if by_hand:
            raise NnvizError(
                "PyTorch has no GRU that resets before the linear map, and feedback needs one",
                hint="leave out --feedback or --no-linear-before-reset",
            )
        return _fed_back(plan, given, w, arrays, output)
    start = first if plan.mode == "one-to-many" else ()
    if by_hand:
        calls = tuple(_by_hand(w, layer) for layer in range(plan.layers))
        return Snippet((*start, *calls, *last, *output), arrays, (_GRU,))
    call = f"rnn({{x}}, {_state(c0)})[0]"
    return Snippet((*start, call, *last, *output), arrays, _module(given, w))


def _arrays(w: Weights) -> dict[str, np.ndarray]:
    """The weights by PyTorch's names, which has two biases or none at all."""
    made: dict[str, Any] = {}
    biased = any(bias is not None for both in w.cells for c in both for bias in (c.b, c.bh))
    for end, cell in _cells(w):
        made |= {f"weight_ih_l{end}": cell.wx, f"weight_hh_l{end}": cell.wh}
        if biased:
            zeros = np.zeros(len(cell.wx))
            made[f"bias_ih_l{end}"] = zeros if cell.b is None else cell.b
            made[f"bias_hh_l{end}"] = zeros if cell.bh is None else cell.bh
    outputs = {"Wy": w.wy, "by": w.by}
    return made | {name: array for name, array in outputs.items() if array is not None}


def _cells(w: Weights) -> list[tuple[str, CellWeights]]:
    """Every cell, and how its names end."""
    return [
        (f"{layer}" + "_reverse" * direction, cell)
        for layer, both in enumerate(w.cells)
        for direction, cell in enumerate(both)
    ]


def _state(c0: np.ndarray | None) -> str:
    return "{h0}" if c0 is None else "({h0}, {c0})"


def _module(given: RnnOptions, w: Weights) -> tuple[str, ...]:
    """A layer of torch.nn, and its weights put into it."""
    named = [name for name in _arrays(w) if name not in ("Wy", "by")]
    asked: Mapping[str, tuple[Any, Any]] = {
        "num_layers": (len(w.cells), 1),
        "bidirectional": (w.directions == 2, False),
        "nonlinearity": (repr(given.activation), "'tanh'"),
        "bias": (any(name.startswith("bias") for name in named), True),
    }
    more = "".join(f", {name}={value}" for name, (value, usual) in asked.items() if value != usual)
    cell, inputs = given.cell.upper(), w.cells[0][0].wx.shape[1]
    made = f"rnn = torch.nn.{cell}({inputs}, {w.hidden}{more}, dtype=torch.float64)"
    weights = "".join(f"    {name}={{{name}}},\n" for name in named)
    return made.replace("'", '"'), f"rnn.load_state_dict(dict(\n{weights}))"


def _by_hand(w: Weights, layer: int) -> str:
    """A layer of GRUs that reset before the linear map, in all its directions."""
    zeros = f"torch.zeros({3 * w.hidden}, dtype=torch.float64)"
    names = _arrays(w)

    def one(x: str, direction: int) -> str:
        end = f"{layer}" + "_reverse" * direction
        kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        own = (f"{kind}_l{end}" for kind in kinds)
        weights = ", ".join(f"{{{name}}}" if name in names else zeros for name in own)
        return f"gru({x}, {{h0}}[{layer * w.directions + direction}], {weights})"

    if w.directions == 1:
        return one("{x}", 0)
    return f"torch.cat([{one('{x}', 0)}, {one('{x}.flip(0)', 1)}.flip(0)], dim=1)"


def _output(given: RnnOptions, w: Weights) -> tuple[str, ...]:
    if w.wy is None:
        return ()
    line = "F.linear({x}, {Wy})" if w.by is None else "F.linear({x}, {Wy}, {by})"
    name = given.output_activation
    return (line,) if name == "none" else (line, activation_call(name))


def _fed_back(
    plan: Recurrence,
    given: RnnOptions,
    w: Weights,
    arrays: Mapping[str, Any],
    output: tuple[str, ...],
) -> Snippet:
    """One time after the other, since each input waits for the output before it."""
    value = "{x}"
    for call in output:
        value = call.replace("{x}", value)
    loop = _FEEDBACK.replace("{{x}}", "{x}").replace("{length}", str(plan.length))
    loop = loop.replace("{state}", _state(arrays.get("c0")))
    loop = loop.replace("{output}", value.replace("{x}", "at"))
    return Snippet(("torch.cat(made)",), arrays, (*_module(given, w), loop))
