"""The gates of LSTM and GRU, and the states that they make, as equations between vectors."""

from __future__ import annotations

from nnviz.figure.kit import Block, row
from nnviz.figure.moment import Moment, dot
from nnviz.figure.terms import Band, Writer, bracketed
from nnviz.trace import Call, Equation, Expr, Name, Neg, Num, Product, Sum, Token, flat
from nnviz.words import Words


def gated(moment: Moment) -> list[Band]:
    """The bands of an LSTM or a GRU: each gate, then the states."""
    return _lstm(moment) if moment.cell == "lstm" else _gru(moment)


def summed(writer: Writer, moment: Moment, gate: str) -> list[Block]:
    """W·x + W·h + b of a gate."""
    blocks = [*_x_term(writer, moment, gate)]
    blocks += [*_plus(writer, blocks), _h_term(writer, moment, gate)]
    for name, bias, like in moment.biases(gate):
        blocks += [writer.sign("+"), writer.vector(name, bias, like=like)]
    return blocks


def _x_term(writer: Writer, moment: Moment, gate: str) -> list[Block]:
    """W·x of a gate; nothing where there is no input."""
    wx = moment.weight("Wx", gate)
    if wx is None or not moment.has_x:
        return []
    keep, name = moment.keep, Name("W", "x" + gate, "weight")
    matrix = writer.matrix(name, wx, like=moment.weight("Wx"), keep=keep)
    vector = writer.vector(moment.given(str(moment.time)), moment.vector("x"), keep=keep)
    return [row([matrix, writer.sign("·"), vector])]


def _h_term(writer: Writer, moment: Moment, gate: str, *, reset: bool = False) -> Block:
    """W·h of a gate, or W·(r ⊙ h)."""
    wh, h = moment.weight("Wh", gate), moment.vector("h_prev")
    assert wh is not None
    matrix = writer.matrix(Name("W", "h" + gate, "weight"), wh, like=moment.weight("Wh"))
    now = flat(Token(str(moment.time), place="sub"))
    name = moment.state(f"r{now} ⊙ h" if reset else "h", str(moment.before))
    vector = writer.vector(name, moment.vector("r") * h if reset else h)
    return row([matrix, writer.sign("·"), vector])


def _plus(writer: Writer, blocks: list[Block]) -> list[Block]:
    return [writer.sign("+")] if blocks else []


def squashed(
    writer: Writer, moment: Moment, gate: str, function: str, result: Block
) -> list[Block]:
    """= sum, and what the function makes of it: these stay on one line."""
    made = row([_sum(writer, moment, gate), writer.through(function), result])
    return [writer.sign("="), made]


def _sum(writer: Writer, moment: Moment, gate: str) -> Block:
    """What the activation is applied to."""
    pre = moment.vector("pre")
    return writer.vector(sum_name(writer), moment.rows(pre, gate), like=pre)


def sum_name(writer: Writer) -> Name:
    """What the sum before the activation is called."""
    return Name(writer.style.say(Words("sum")), role="intermediate")


def _gate(letter: str, sub: str = "t") -> Name:
    return Name(letter, sub, "intermediate")


def _each(*factors: Expr) -> Product:
    """Vectors multiplied number by number."""
    return Product(factors, each=True)


def _band(moment: Moment, label: Words, gate: str) -> Band:
    """A gate: σ, or tanh for a candidate, of its sum."""
    function = "tanh" if gate in "gn" else "σ"
    equation = Equation((_gate(gate), Call(function, (moment.total(gate),))))

    def build(writer: Writer) -> list[Block]:
        made = _vector(writer, moment, gate)
        return [*summed(writer, moment, gate), *squashed(writer, moment, gate, function, made)]

    return Band(label, equation, build)


def _vector(writer: Writer, moment: Moment, gate: str) -> Block:
    """A gate's values."""
    return writer.vector(moment.at(gate, "intermediate"), moment.vector(gate), like=moment.gates)


# --- LSTM --------------------------------------------------------------------------


def _lstm(moment: Moment) -> list[Band]:
    return [
        _band(moment, Words("input gate"), "i"),
        _band(moment, Words("forget gate"), "f"),
        _band(moment, Words("candidate"), "g"),
        _band(moment, Words("output gate"), "o"),
        _cell_state(moment),
        _shown_state(moment),
    ]


def _cell_state(moment: Moment) -> Band:
    kept = _each(_gate("f"), moment.state("c", moment.past()))
    right = Sum((kept, _each(_gate("i"), _gate("g"))))

    def build(writer: Writer) -> list[Block]:
        return [
            _vector(writer, moment, "f"),
            writer.sign("⊙"),
            writer.vector(moment.state("c", str(moment.before)), moment.vector("c_prev")),
            writer.sign("+"),
            _vector(writer, moment, "i"),
            writer.sign("⊙"),
            _vector(writer, moment, "g"),
            writer.sign("="),
            writer.vector(moment.state("c", str(moment.time)), moment.vector("c"), active=True),
        ]

    return Band(Words("cell state"), Equation((moment.state("c"), right)), build)


def _shown_state(moment: Moment) -> Band:
    squashed = Call("tanh", (moment.state("c"),))
    equation = Equation((moment.state("h"), _each(_gate("o"), squashed)))

    def build(writer: Writer) -> list[Block]:
        import numpy as np

        c = moment.vector("c")
        name = Name("tanh c", str(moment.time), "intermediate")
        return [
            _vector(writer, moment, "o"),
            writer.sign("⊙"),
            writer.vector(name, np.tanh(c)),
            writer.sign("="),
            writer.vector(moment.state("h", str(moment.time)), moment.vector("h"), active=True),
        ]

    return Band(Words("hidden state"), equation, build)


# --- GRU ---------------------------------------------------------------------------


def _gru(moment: Moment) -> list[Band]:
    after = bool(moment.trace.options["linear_before_reset"])
    return [
        _band(moment, Words("reset gate"), "r"),
        _band(moment, Words("update gate"), "z"),
        _reset_after(moment) if after else _reset_before(moment),
        _mixed(moment),
    ]


def _reset_after(moment: Moment) -> Band:
    """n = tanh(W·x + b + r ⊙ (W·h + b)), as PyTorch has it."""
    w_h = dot("hn", moment.state("h", moment.past()))
    biases = moment.biases("n")
    outside = [b for b in biases if not b[0].sub.startswith("h")]
    inside = [b for b in biases if b[0].sub.startswith("h")]
    back = _each(_gate("r"), Sum((w_h, *(n for n, *_ in inside))) if inside else w_h)
    terms = (*_from_x(moment), *(name for name, *_ in outside), back)
    equation = Equation((_gate("n"), Call("tanh", (Sum(terms),))))

    def build(writer: Writer) -> list[Block]:
        blocks = _x_term(writer, moment, "n")
        for name, bias, like in outside:
            blocks += [*_plus(writer, blocks), writer.vector(name, bias, like=like)]
        held = [_h_term(writer, moment, "n")]
        for name, bias, like in inside:
            held += [writer.sign("+"), writer.vector(name, bias, like=like)]
        blocks += [*_plus(writer, blocks), _vector(writer, moment, "r"), writer.sign("⊙")]
        blocks.append(bracketed(writer.style, held))
        return [*blocks, *_result(writer, moment)]

    return Band(Words("candidate"), equation, build)


def _reset_before(moment: Moment) -> Band:
    """n = tanh(W·x + W·(r ⊙ h) + b), as the original paper has it."""
    held = _each(_gate("r"), moment.state("h", moment.past()))
    back = Product((Name("W", "hn", "weight"), held), dot=True)
    biases = moment.biases("n")
    terms = (*_from_x(moment), back, *(name for name, *_ in biases))
    equation = Equation((_gate("n"), Call("tanh", (Sum(terms),))))

    def build(writer: Writer) -> list[Block]:
        blocks = _x_term(writer, moment, "n")
        blocks += [*_plus(writer, blocks), _h_term(writer, moment, "n", reset=True)]
        for bias_name, bias, like in biases:
            blocks += [writer.sign("+"), writer.vector(bias_name, bias, like=like)]
        return [*blocks, *_result(writer, moment)]

    return Band(Words("candidate"), equation, build)


def _from_x(moment: Moment) -> list[Expr]:
    return [dot("xn", moment.given())] if moment.has_x else []


def _result(writer: Writer, moment: Moment) -> list[Block]:
    return squashed(writer, moment, "n", "tanh", _vector(writer, moment, "n"))


def _mixed(moment: Moment) -> Band:
    kept = _each(_gate("z"), moment.state("h", moment.past()))
    new = _each(Sum((Num(1), Neg(_gate("z")))), _gate("n"))
    equation = Equation((moment.state("h"), Sum((new, kept))))

    def build(writer: Writer) -> list[Block]:
        name = Name("1 − z", str(moment.time), "intermediate")
        return [
            writer.vector(name, 1 - moment.vector("z"), like=moment.gates),
            writer.sign("⊙"),
            _vector(writer, moment, "n"),
            writer.sign("+"),
            _vector(writer, moment, "z"),
            writer.sign("⊙"),
            writer.vector(moment.state("h", str(moment.before)), moment.vector("h_prev")),
            writer.sign("="),
            writer.vector(moment.state("h", str(moment.time)), moment.vector("h"), active=True),
        ]

    return Band(Words("hidden state"), equation, build)
