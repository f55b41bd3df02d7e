"""The gradient of a weight as a sum over the times: a panel a time, and plus signs between."""

from __future__ import annotations

from nnviz.elision import shown
from nnviz.figure.formulas.vectors import TermLayout
from nnviz.figure.layout.blocks import Block, column, flow, remark
from nnviz.figure.layout.style import SMALL, Style
from nnviz.recurrence import CellStep, Chain
from nnviz.trace import Expr, Name, Product, Trace
from nnviz.words import Words

_READ = {"Wx": Name("xᵀ", "", "input"), "Wh": Name("hᵀ", "", "hidden"), "b": None, "bh": None}
"""The arrays that all times share, and what they multiply."""
_MOST = 4
"""Rows and columns of a matrix that are all drawn."""
_FEW = 6
"""Times that may have a second line."""


def shares(trace: Trace, style: Style) -> list[Block]:
    """Of the array whose gradient the trace is; of another gradient those of the first W_h.

    Of many times as many as have room in one line; on a narrow page in four.
    """
    assert trace.forward is not None
    assert trace.forward.recurrence is not None
    plan, of = trace.forward.recurrence, str(trace.options["of"])
    name, _, end = (of if of.partition("_")[0] in _READ else "Wh").partition("_")
    chain = next(c for c in plan.chains if plan.end(c) == f"_{end or 'l0'}")
    every = trace.states[name + plan.end(chain)]
    total = trace.results[f"grad_{name}{plan.end(chain) * plan.several}"]
    layout = TermLayout(style.terser, SMALL, _MOST, True, _MOST)
    lines = 4 if style.on_phone else 1 + (len(every) <= _FEW)
    made = layout.term(Name("∂" + name[0], name[1:], "gradient"), "gradient", total, active=True)
    for count in range(len(every), 0, -1):
        parts: list[Block] = []
        for t in shown(len(every), count):
            parts += [layout.sign("+")] if parts else []
            title = _title(trace, name, chain, t) if t is not None else None
            parts.append(layout.term(title, "gradient", every[t]) if title else layout.sign("…"))
        block = flow([*parts, layout.sign("="), made], style.room)
        if count <= 3 or block.height <= lines * (made.height + 16):
            break
    said = Words("the times share a weight: theirs are added")
    return [column([*([] if said in trace.said else [remark(style, said, SMALL)]), block], 8)]


def _title(trace: Trace, name: str, chain: Chain, t: int) -> Expr:
    """The outer product that a time adds: δ₂·h₁ᵀ. A GRU's is another one in some rows."""
    read = _READ[name]
    if name[0] == "W" and trace.options["cell"] == "gru":
        return Name(f"t = {t + 1}")
    delta = Name("δ", str(t + 1), "gradient")
    time = CellStep(t + 1, chain).before if name == "Wh" else t + 1
    return delta if read is None else Product((delta, read._replace(sub=str(time))), dot=True)
