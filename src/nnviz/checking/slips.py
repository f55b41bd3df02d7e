"""One slip in one cell: a term of its sum left out, added twice, with the wrong sign, or with
the number beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from math import prod
from typing import Any

import numpy as np

from nnviz.checking.agreement import Written
from nnviz.checking.case import Explanation, Sums, formula_at
from nnviz.core.activations import activate
from nnviz.expressions import Call, Equation, Expr, Neg, Num, Power, Product, Quotient, Sum
from nnviz.notation import text
from nnviz.numerals import exact
from nnviz.trace import Trace
from nnviz.words import Words

Slip = tuple[Words, Expr]
"""What is said of it, and the sum as it is then."""
OfTerm = Callable[[Sum, int], Iterator[tuple[Words, tuple[Expr, ...]]]]
"""What slips make of a term of a sum: nothing, or other terms."""


def slips(written: Written, trace: Trace, at: Sequence[int]) -> Iterator[Explanation]:
    """Every slip in the cell at an index that gives what was written there."""
    trace, index = trace.layers[-1] if trace.layers else trace, tuple(map(int, at))
    formula = formula_at(trace, int(np.ravel_multi_index(index, trace.output.shape)))
    mine = Written(written.values.reshape(trace.output.shape)[index], *written[1:])
    act = None if trace.forward else trace.options.get("act")
    value = trace.output[index].item()
    ours = next((e for e in formula if act or _makes(e, value)), None)
    if ours is None or act == "softmax":
        return
    for of_term in (_own, _neighbours):
        found = False
        for said, expr in chain.from_iterable(_slips(side, of_term) for side in ours.sides):
            total = np.asarray(_value(expr), None if act else trace.output.dtype)
            if mine.agrees(activate(total, act) if act else total):
                yours = Equation((expr, Num(total.item(), "output")))
                yield Explanation("slip", said, Sums(index, yours, ours))
                found = True
        if found:  # what is simpler explains it
            return


def _makes(equation: Equation, value: Any) -> bool:
    """Whether a number is what an equation comes to: that of an output, not of a state."""
    end = equation.sides[-1]
    return isinstance(end, Num) and end.value == value


def _slips(expr: Expr, of_term: OfTerm) -> Iterator[Slip]:
    match expr:
        case Quotient(over, under):
            for said, made in _slips(over, of_term):
                yield said, Quotient(made, under)
        case Sum(terms):
            for i in range(len(terms)):
                for said, new in of_term(expr, i):
                    yield said, expr._replace(terms=(*terms[:i], *new, *terms[i + 1 :]))
        case Call(name, (Sum() as total,)):  # tanh of a sum
            for said, made in _slips(total, of_term):
                yield said, Call(name, (made,))
        case Call("max", numbers) if of_term is _own:
            for number in dict.fromkeys(numbers):
                yield Words("{number} taken for the maximum", number=_text(number)), number


def _own(total: Sum, i: int) -> Iterator[tuple[Words, tuple[Expr, ...]]]:
    term, said = total.terms[i], _text(total.terms[i])
    yield Words("{term} left out", term=said), ()
    yield Words("{term} with the wrong sign", term=said), (Neg(term),)
    yield Words("{term} added twice", term=said), (term, term)


def _neighbours(total: Sum, i: int) -> Iterator[tuple[Words, tuple[Expr, ...]]]:
    """The weight or the input beside it in its row."""
    terms, row = total.terms, total.per_line or len(total.terms)
    term = terms[i]
    for other in (terms[j] for j in (i - 1, i + 1) if j // row == i // row and j < len(terms)):
        if not isinstance(term, Product) or not isinstance(other, Product):
            continue
        for k in (0, 1):
            new = Product((*term.factors[:k], other.factors[k], *term.factors[k + 1 :]))
            said = Words("{yours} in the place of {ours}", yours=_text(new), ours=_text(term))
            yield said, (new,)


def _text(term: Expr) -> Words | str:
    said = text((Equation((term,)),), exact)
    is_bias = isinstance(term, Num) and term.role == "bias"
    return Words("the bias {value}", value=said) if is_bias else said


def _value(expr: Expr) -> Any:
    match expr:
        case Num(value):
            return value
        case Neg(term):
            return -_value(term)
        case Sum(terms):
            return sum(map(_value, terms))
        case Product(factors):
            return prod(map(_value, factors))
        case Quotient(over, under):
            return _value(over) / _value(under)
        case Power(base, exponent):
            return _value(base) ** _value(exponent)
        case Call(name, (total,)):
            return activate(np.asarray(_value(total)), name).item()
    raise AssertionError(expr)
