"""What is said of a step in plain sentences: of a sum of products, and of an activation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from nnviz.activation_steps import shown
from nnviz.trace import Equation, Num, Product, Show, Step, Trace, text
from nnviz.words import Words

Number = int | float


def summed(each: Words, trace: Trace, step: Step, value: Number, show: Show) -> Words:
    """What the products of a sum come to, `each` of them being made so."""
    made = show(value)
    if "bias" not in trace.arrays:
        return Words("{each}, and the products add up to {value}.", each=each, value=made)
    bias = show(step.detail["bias"])
    return Words(
        "{each}, and the products and the bias {bias} add up to {value}.",
        each=each,
        bias=bias,
        value=made,
    )


def heaviest(
    terms: Sequence[Sequence[Number]], place: Callable[[int], Words], show: Show
) -> Iterator[Words]:
    """Which product of a sum counts most; `place(k)` is where its term `k` was read."""
    made = [math.prod(term) for term in terms]
    if not made or not all(map(math.isfinite, made)):
        return
    sizes = [*map(abs, made)]
    most = sizes.index(max(sizes))
    if not made[most]:
        yield Words("Every product is 0.")
        return
    factors = Product(tuple(map(Num, terms[most])), dot=True)
    product = text((Equation((factors, Num(made[most]))),), show).replace("·", "×")
    if sizes.count(sizes[most]) > 1:
        yield Words(
            "No product counts more than {product}, from {where}.",
            product=product,
            where=place(most),
        )
    else:
        yield Words(
            "The product {product}, from {where}, counts most.", product=product, where=place(most)
        )


_PASSED = "{x} is not below 0: it passes {name} as it is."
_PRESSED = "{x} is pressed between {low} and 1: it becomes {value}."
ACTIVATIONS = {
    "relu": (
        "{x} is below 0: ReLU makes 0 of it.",
        "Without such a bend, several layers could do no more than one.",
    ),
    "leaky-relu": (
        "{x} is below 0: {alpha} of it is left, {value}.",
        "Something is left below 0 too, so that it can still be learned from.",
    ),
    "elu": (
        "{x} is below 0: ELU bends it to {value}.",
        "Far below 0 it comes near {floor}, without a sharp bend.",
    ),
    "gelu": (
        "{part} of {x} is handed on: as much of a bell curve lies below it.",
        "Large numbers pass almost whole, very negative ones hardly at all.",
    ),
    "sigmoid": (_PRESSED, "0 becomes 0.5; the farther from 0, the nearer to 0 or 1."),
    "hard-sigmoid": (
        "The line is {line} at {x}; cut at 0 and 1, that is {value}.",
        "It is a sigmoid made of straight lines, which are quick to compute.",
    ),
    "tanh": (_PRESSED, "0 stays 0; the farther from 0, the nearer to −1 or 1."),
    "softmax": (
        "The share of {x} is {value}: e to this power, of all such powers together.",
        "All shares add up to 1, and the largest number has the largest share.",
    ),
    "": (_PASSED,),
}
"""Of each what it makes of a number, and what it is good for; of "" what several share."""


def activation(
    name: str, x: Number, value: Number, show: Show, alpha: float = 0.01, beta: float = 0
) -> Iterator[Words]:
    """What an activation makes of a number; then what it is good for."""
    if not math.isfinite(x):
        return
    numbers = {
        "x": x,
        "value": value,
        "alpha": alpha,
        "floor": -alpha,
        "line": alpha * x + beta,
        "part": value / x if x else 0.5,
        "low": 0 if name == "sigmoid" else -1,
    }
    made, use = ACTIVATIONS[name]
    if x >= 0 and name in ("relu", "leaky-relu", "elu"):
        made = _PASSED
    for said in (made, use):
        yield Words(said, name=shown(name), **{key: show(n) for key, n in numbers.items()})
