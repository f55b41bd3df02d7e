"""Attention of a sequence to itself: matrices times vectors, a step a query."""

from __future__ import annotations

from dataclasses import dataclass

from nnviz.equations import Substitution
from nnviz.libraries import np
from nnviz.ops._layer import Layer
from nnviz.options.operation import Operation
from nnviz.trace import (
    Call,
    Equation,
    Fact,
    Name,
    Place,
    Product,
    Quotient,
    Results,
    Step,
    Steps,
    Trace,
)
from nnviz.words import Words

Q, K, V = Name("q", "i", "input"), Name("K", role="weight"), Name("V", role="weight", sup="T")
S, A, Y = Name("s", "i", "intermediate"), Name("a", "i", "intermediate"), Name("y", "i", "output")
D = Name("d")
FACTS = (
    Fact(
        Words("scores"),
        Equation((S, Quotient(Product((K, Q), dot=True), Call("√", (D,))))),
    ),
    Fact(Words("shares"), Equation((A, Call("softmax", (S,))))),
    Fact(Words("output"), Equation((Y, Product((V, A), dot=True)))),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionOptions:
    """None."""


def run(x: np.ndarray, _: AttentionOptions) -> Trace:
    """Every row of x as the rows that it is most like, in shares."""
    scores = x @ x.T / np.sqrt(x.shape[1])
    raised = np.exp(scores - scores.max(1, keepdims=True))
    shares = raised / raised.sum(1, keepdims=True)
    output = shares @ x

    def step(i: int) -> Step:
        values = {Q: x[i], K: x, V: x.T, D: x.shape[1], S: scores[i], A: shares[i], Y: output[i]}
        at = Substitution(values, {"i": str(i + 1)})
        vectors = at.quantities(query=Q, scores=S, shares=A, y=Y)
        return Step.of_vectors(i + 1, (i,), at.equations(FACTS), vectors, {"input": ((i,),)})

    return Trace(
        op="attention",
        title=Words("Attention"),
        arrays={"input": x},
        results=Results(output=output, scores=scores),
        roles={"input": "input", "output": "output", "scores": "intermediate"},
        equation=("input", "→", "scores", "→", "output"),
        facts=FACTS,
        steps=Steps(len(x), step),
        places=(Place(Words("query"), 1),),
    )


OPERATION = Operation(
    name="attention",
    help="Attention of a sequence to itself.",
    example='attention "1 0; 0 1; 1 1"',
    record=AttentionOptions,
    run=run,
    layer=lambda shape, _: Layer(shape),
)
