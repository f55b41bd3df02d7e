"""The gates of LSTM and GRU, and the states that they make, as equations between vectors."""

from __future__ import annotations

from nnviz.figure.formulas.vectors import EquationRow, TermLayout, bracketed
from nnviz.figure.layout.page import Block, row
from nnviz.figure.recurrent._cell_step import CellStep, dot
from nnviz.trace import Call, Equation, Expr, Name, Neg, Num, Product, Sum, Token, flat
from nnviz.words import Words


def gated(cell_step: CellStep) -> list[EquationRow]:
    """The bands of an LSTM or a GRU: each gate, then the states."""
    return _lstm(cell_step) if cell_step.cell == "lstm" else _gru(cell_step)


def summed(writer: TermLayout, cell_step: CellStep, gate: str) -> list[Block]:
    """W·x + W·h + b of a gate."""
    blocks = [*_x_term(writer, cell_step, gate)]
    blocks += [*_plus(writer, blocks), _h_term(writer, cell_step, gate)]
    for name, bias, like in cell_step.biases(gate):
        blocks += [writer.sign("+"), writer.vector(name, bias, like=like)]
    return blocks


def _x_term(writer: TermLayout, cell_step: CellStep, gate: str) -> list[Block]:
    """W·x of a gate; nothing where there is no input."""
    wx = cell_step.weight("Wx", gate)
    if wx is None or not cell_step.has_x:
        return []
    keep, name = cell_step.keep, Name("W", "x" + gate, "weight")
    matrix = writer.matrix(name, wx, like=cell_step.weight("Wx"), keep=keep)
    vector = writer.vector(cell_step.given(str(cell_step.time)), cell_step.vector("x"), keep=keep)
    return [row([matrix, writer.sign("·"), vector])]


def _h_term(writer: TermLayout, cell_step: CellStep, gate: str, *, reset: bool = False) -> Block:
    """W·h of a gate, or W·(r ⊙ h)."""
    wh, h = cell_step.weight("Wh", gate), cell_step.vector("h_prev")
    assert wh is not None
    matrix = writer.matrix(Name("W", "h" + gate, "weight"), wh, like=cell_step.weight("Wh"))
    now = flat(Token(str(cell_step.time), place="sub"))
    name = cell_step.state(f"r{now} ⊙ h" if reset else "h", str(cell_step.before))
    vector = writer.vector(name, cell_step.vector("r") * h if reset else h)
    return row([matrix, writer.sign("·"), vector])


def _plus(writer: TermLayout, blocks: list[Block]) -> list[Block]:
    return [writer.sign("+")] if blocks else []


def squashed(
    writer: TermLayout, cell_step: CellStep, gate: str, function: str, result: Block
) -> list[Block]:
    """= sum, and what the function makes of it: these stay on one line."""
    made = row([_sum(writer, cell_step, gate), writer.through(function), result])
    return [writer.sign("="), made]


def _sum(writer: TermLayout, cell_step: CellStep, gate: str) -> Block:
    """What the activation is applied to."""
    pre = cell_step.vector("pre")
    return writer.vector(sum_name(writer), cell_step.rows(pre, gate), like=pre)


def sum_name(writer: TermLayout) -> Name:
    """What the sum before the activation is called."""
    return Name(writer.style.say(Words("sum")), role="intermediate")


def _gate(letter: str, sub: str = "t") -> Name:
    return Name(letter, sub, "intermediate")


def _each(*factors: Expr) -> Product:
    """Vectors multiplied number by number."""
    return Product(factors, each=True)


def _band(cell_step: CellStep, label: Words, gate: str) -> EquationRow:
    """A gate: σ, or tanh for a candidate, of its sum."""
    function = "tanh" if gate in "gn" else "σ"
    equation = Equation((_gate(gate), Call(function, (cell_step.total(gate),))))

    def build(writer: TermLayout) -> list[Block]:
        made = _vector(writer, cell_step, gate)
        return [
            *summed(writer, cell_step, gate),
            *squashed(writer, cell_step, gate, function, made),
        ]

    return EquationRow(label, equation, build)


def _vector(writer: TermLayout, cell_step: CellStep, gate: str) -> Block:
    """A gate's values."""
    return writer.vector(
        cell_step.at(gate, "intermediate"), cell_step.vector(gate), like=cell_step.gates
    )


# --- LSTM --------------------------------------------------------------------------


def _lstm(cell_step: CellStep) -> list[EquationRow]:
    return [
        _band(cell_step, Words("input gate"), "i"),
        _band(cell_step, Words("forget gate"), "f"),
        _band(cell_step, Words("candidate"), "g"),
        _band(cell_step, Words("output gate"), "o"),
        _cell_state(cell_step),
        _shown_state(cell_step),
    ]


def _cell_state(cell_step: CellStep) -> EquationRow:
    kept = _each(_gate("f"), cell_step.state("c", cell_step.past()))
    right = Sum((kept, _each(_gate("i"), _gate("g"))))

    def build(writer: TermLayout) -> list[Block]:
        return [
            _vector(writer, cell_step, "f"),
            writer.sign("⊙"),
            writer.vector(cell_step.state("c", str(cell_step.before)), cell_step.vector("c_prev")),
            writer.sign("+"),
            _vector(writer, cell_step, "i"),
            writer.sign("⊙"),
            _vector(writer, cell_step, "g"),
            writer.sign("="),
            writer.vector(
                cell_step.state("c", str(cell_step.time)), cell_step.vector("c"), active=True
            ),
        ]

    return EquationRow(Words("cell state"), Equation((cell_step.state("c"), right)), build)


def _shown_state(cell_step: CellStep) -> EquationRow:
    squashed = Call("tanh", (cell_step.state("c"),))
    equation = Equation((cell_step.state("h"), _each(_gate("o"), squashed)))

    def build(writer: TermLayout) -> list[Block]:
        import numpy as np

        c = cell_step.vector("c")
        name = Name("tanh c", str(cell_step.time), "intermediate")
        return [
            _vector(writer, cell_step, "o"),
            writer.sign("⊙"),
            writer.vector(name, np.tanh(c)),
            writer.sign("="),
            writer.vector(
                cell_step.state("h", str(cell_step.time)), cell_step.vector("h"), active=True
            ),
        ]

    return EquationRow(Words("hidden state"), equation, build)


# --- GRU ---------------------------------------------------------------------------


def _gru(cell_step: CellStep) -> list[EquationRow]:
    after = bool(cell_step.trace.options["linear_before_reset"])
    return [
        _band(cell_step, Words("reset gate"), "r"),
        _band(cell_step, Words("update gate"), "z"),
        _reset_after(cell_step) if after else _reset_before(cell_step),
        _mixed(cell_step),
    ]


def _reset_after(cell_step: CellStep) -> EquationRow:
    """n = tanh(W·x + b + r ⊙ (W·h + b)), as PyTorch has it."""
    w_h = dot("hn", cell_step.state("h", cell_step.past()))
    biases = cell_step.biases("n")
    outside = [b for b in biases if not b[0].sub.startswith("h")]
    inside = [b for b in biases if b[0].sub.startswith("h")]
    back = _each(_gate("r"), Sum((w_h, *(n for n, *_ in inside))) if inside else w_h)
    terms = (*_from_x(cell_step), *(name for name, *_ in outside), back)
    equation = Equation((_gate("n"), Call("tanh", (Sum(terms),))))

    def build(writer: TermLayout) -> list[Block]:
        blocks = _x_term(writer, cell_step, "n")
        for name, bias, like in outside:
            blocks += [*_plus(writer, blocks), writer.vector(name, bias, like=like)]
        held = [_h_term(writer, cell_step, "n")]
        for name, bias, like in inside:
            held += [writer.sign("+"), writer.vector(name, bias, like=like)]
        blocks += [*_plus(writer, blocks), _vector(writer, cell_step, "r"), writer.sign("⊙")]
        blocks.append(bracketed(writer.style, held))
        return [*blocks, *_result(writer, cell_step)]

    return EquationRow(Words("candidate"), equation, build)


def _reset_before(cell_step: CellStep) -> EquationRow:
    """n = tanh(W·x + W·(r ⊙ h) + b), as the original paper has it."""
    held = _each(_gate("r"), cell_step.state("h", cell_step.past()))
    back = Product((Name("W", "hn", "weight"), held), dot=True)
    biases = cell_step.biases("n")
    terms = (*_from_x(cell_step), back, *(name for name, *_ in biases))
    equation = Equation((_gate("n"), Call("tanh", (Sum(terms),))))

    def build(writer: TermLayout) -> list[Block]:
        blocks = _x_term(writer, cell_step, "n")
        blocks += [*_plus(writer, blocks), _h_term(writer, cell_step, "n", reset=True)]
        for bias_name, bias, like in biases:
            blocks += [writer.sign("+"), writer.vector(bias_name, bias, like=like)]
        return [*blocks, *_result(writer, cell_step)]

    return EquationRow(Words("candidate"), equation, build)


def _from_x(cell_step: CellStep) -> list[Expr]:
    return [dot("xn", cell_step.given())] if cell_step.has_x else []


def _result(writer: TermLayout, cell_step: CellStep) -> list[Block]:
    return squashed(writer, cell_step, "n", "tanh", _vector(writer, cell_step, "n"))


def _mixed(cell_step: CellStep) -> EquationRow:
    kept = _each(_gate("z"), cell_step.state("h", cell_step.past()))
    new = _each(Sum((Num(1), Neg(_gate("z")))), _gate("n"))
    equation = Equation((cell_step.state("h"), Sum((new, kept))))

    def build(writer: TermLayout) -> list[Block]:
        name = Name("1 − z", str(cell_step.time), "intermediate")
        return [
            writer.vector(name, 1 - cell_step.vector("z"), like=cell_step.gates),
            writer.sign("⊙"),
            _vector(writer, cell_step, "n"),
            writer.sign("+"),
            _vector(writer, cell_step, "z"),
            writer.sign("⊙"),
            writer.vector(cell_step.state("h", str(cell_step.before)), cell_step.vector("h_prev")),
            writer.sign("="),
            writer.vector(
                cell_step.state("h", str(cell_step.time)), cell_step.vector("h"), active=True
            ),
        ]

    return EquationRow(Words("hidden state"), equation, build)
