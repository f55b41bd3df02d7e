"""The gradient of a weight as a sum over the times: a panel a time, and plus signs between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from nnviz.elision import shown
from nnviz.figure.formulas.vectors import TermLayout
from nnviz.figure.layout.blocks import Block, column, flow, remark
from nnviz.figure.layout.page import page
from nnviz.figure.layout.style import SMALL, Style
from nnviz.figure.recurrent._stacked import Stack
from nnviz.figure.scene import Scene
from nnviz.libraries import np
from nnviz.recurrence import CellStep, Chain
from nnviz.request import Appearance
from nnviz.trace import Expr, Name, Product, Trace
from nnviz.words import Words

_READ = {"Wx": Name("xᵀ", "", "input"), "Wh": Name("hᵀ", "", "hidden"), "b": None, "bh": None}
"""The arrays that all times share, and what they multiply."""
_FEW, _MOST = 6, 12
"""Times that may have a second line, and past which some are left out."""


def gone_back(
    trace: Trace, appearance: Appearance, net: Stack, drawn: Block, title: Words
) -> Scene:
    """The page of a net gone back through, drawn: what its bars are, and the shares."""
    style = net.style
    legend = [remark(style, Words("bars: how long ∂h is at each time"), SMALL)]
    if net.said_once is not None:
        once = Words("from above, each number of ∂h gets {value}", value=style.show(net.said_once))
        legend.insert(0, remark(style, once, SMALL))
    drawn = column([drawn, column(legend, 0)], 12)
    blocks, facts = [drawn, *shares(trace, style)], net.shapes_said()
    return page(style, trace, appearance, None, blocks, title=title, facts=facts)


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
    terse = replace(style, precision=min(2, style.precision))
    ways = (style.terser, 4), (terse, 4), (terse, 3)
    layouts = [TermLayout(s, SMALL, n, tight=True, rows=n) for s, n in ways]
    titled = partial(_title, trace, name, chain)
    made = [_sum(layout, every, titled, total, name) for layout in layouts]
    block = next((block for block in made if block.width <= style.room), made[-1])
    key, said = f"grad_{name}{plan.end(chain)}", Words("the times share a weight: theirs are added")
    heads = [trace.called(key)] * plan.several + [said] * (said not in trace.said)
    return [column([*(remark(style, head, SMALL) for head in heads), block], 8)]


def _sum(
    layout: TermLayout,
    every: np.ndarray,
    titled: Callable[[int], Expr],
    total: np.ndarray,
    name: str,
) -> Block:
    """The panels and the signs between, of as many times as have room."""
    style = layout.style
    made = layout.term(Name("∂" + name[0], name[1:], "gradient"), "gradient", total, active=True)
    lines = 4 if style.on_phone else 1 + (len(every) <= _FEW)
    for count in range(min(len(every), _MOST), 0, -1):
        parts: list[Block] = []
        for t in shown(len(every), count):
            parts += [layout.sign("+")] if parts else []
            parts.append(
                layout.sign("…") if t is None else layout.term(titled(t), "gradient", every[t])
            )
        block = flow([*parts, layout.sign("="), made], style.room)
        if count <= 3 or block.height <= lines * (made.height + 16):
            break
    return block


def _title(trace: Trace, name: str, chain: Chain, t: int) -> Expr:
    """The outer product that a time adds: δ₂·h₁ᵀ. A GRU's is another one in some rows."""
    read = _READ[name]
    if name[0] == "W" and trace.options["cell"] == "gru":
        return Name(f"t = {t + 1}")
    delta = Name("δ", str(t + 1), "gradient")
    time = CellStep(t + 1, chain).before if name == "Wh" else t + 1
    return delta if read is None else Product((delta, read._replace(sub=str(time))), dot=True)
