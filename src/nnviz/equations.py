"""Equations between vectors: in symbols, with numbers put in, and number by number.

An operation writes each equation once, over symbols: f_t = σ(W_xf·x_t + W_hf·h_t−1 + b_f). A
step is the same equations and what their symbols stand for. From the pair come the vectors in
between (`Substitution.value`), the arithmetic of every number (`number_by_number`), and what a
table, a figure and the trace document show; none of them works anything out itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import reduce
from itertools import product
from math import prod
from typing import Any, TypeAlias

from nnviz.activation_steps import softmax_of
from nnviz.expressions import (
    Call,
    Equation,
    Expr,
    Formula,
    Name,
    Neg,
    Num,
    Power,
    Product,
    Quotient,
    Sum,
    parts,
    with_parts,
)
from nnviz.lazy import Lazy, chained
from nnviz.libraries import np
from nnviz.records import NamedTuple, dataclass, field, replace
from nnviz.shapes import unravel
from nnviz.words import Words

Index: TypeAlias = tuple[int, ...]


class Fact(NamedTuple):
    """A line of the header: a label, and the equation behind it where there is one."""

    label: Words
    equation: Equation | None = None


class Quantity(NamedTuple):
    """A vector (or a number) that a step reads or makes."""

    key: str
    """Its name in the trace document: "h_prev"."""
    symbol: Name
    """Its name in formulas, with its role: h with sub "t−1"."""
    value: np.ndarray


def lists(quantities: Iterable[Quantity]) -> dict[str, Any]:
    """Quantities as the trace document has them, by name."""
    return {quantity.key: quantity.value.tolist() for quantity in quantities}


# --- with numbers put in ---------------------------------------------------------------


@dataclass(frozen=True)
class Substitution:
    """What the symbols of equations stand for at one step."""

    values: Mapping[Any, np.ndarray | float]
    """The value of every symbol; and of sums and functions that the operation has worked out
    itself."""
    subs: Mapping[str, str] = field(default_factory=dict)
    """What subscripts stand for: {"t": "2", "t−1": "1"}."""
    alike: Mapping[Expr, np.ndarray] = field(default_factory=dict)
    """Numbers that the cells of a symbol or a sum have room for too: those of every gate."""
    called: Mapping[Expr, Name] = field(default_factory=dict)
    """Sums that have a name where they are written number by number."""
    found: dict[tuple[type, Expr], np.ndarray] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def value(self, expr: Expr) -> np.ndarray:
        """What an expression comes to: as the operation says, else worked out."""
        key = type(expr), expr  # A quotient and a power of the same parts are equal tuples.
        if key not in self.found:
            self.found[key] = self._value(expr)
        return self.found[key]

    def _value(self, expr: Expr) -> np.ndarray:
        if not isinstance(expr, Quotient | Power) and expr in self.values:
            return np.asarray(self.values[expr])
        with np.errstate(all="ignore"):
            return np.asarray(_worked_out(expr, [self.value(part) for part in parts(expr)]))

    def without(self, hidden: Collection[Expr], blank: float) -> Substitution:
        """The same, with a blank for each number of what is hidden."""
        blanks = {(type(e), e): np.full_like(self.value(e), blank, np.float64) for e in hidden}
        made = replace(self, alike={} if hidden else self.alike)
        made.found.update(blanks)
        return made

    def name(self, name: Name) -> Name:
        """A symbol with the subscript of this step: h_t−1 is h_1."""
        return name._replace(sub=self.subs.get(name.sub, name.sub))

    def here(self, expr: Expr) -> Expr:
        """An expression with the subscripts of this step."""
        return self.name(expr) if isinstance(expr, Name) else with_parts(expr, self.here)

    def equations(self, facts: Iterable[Fact]) -> tuple[VectorEquation, ...]:
        """The equations among `facts`, with these numbers."""
        return tuple(VectorEquation(f.label, f.equation, self) for f in facts if f.equation)

    def quantities(self, **symbols: Name) -> tuple[Quantity, ...]:
        """Symbols and their values, by their names in the trace document."""
        return tuple(Quantity(key, name, self.value(name)) for key, name in symbols.items())


class VectorEquation(NamedTuple):
    """An equation between vectors at one step: what it is, in symbols, and the numbers."""

    label: Words
    equation: Equation
    at: Substitution

    @property
    def left(self) -> Name:
        """What it makes."""
        left = self.equation.sides[0]
        assert isinstance(left, Name)
        return left

    @property
    def right(self) -> Expr:
        """What that is made of."""
        return self.equation.sides[-1]

    @property
    def made(self) -> np.ndarray:
        """The value of the left side."""
        return self.at.value(self.left)


# --- working out -----------------------------------------------------------------------


def _worked_out(expr: Expr, of: Sequence[np.ndarray]) -> Any:
    """An expression of parts that are worked out."""
    match expr:
        case Num(value):
            return value
        case Sum():
            return reduce(np.add, of)
        case Product(dot=True):
            return reduce(np.matmul, of)
        case Product():
            return reduce(np.multiply, of)
        case Neg():
            return -of[0]
        case Quotient():
            return of[0] / of[1]
        case Power():
            return of[0] ** of[1]
        case Call(function) if function in (known := _functions()):
            return known[function](*of)
    raise LookupError(f"no value was put in for {expr}")


def _functions() -> dict[str, Callable[..., Any]]:
    """The functions that can stand inside an equation."""

    def sigmoid(x: np.ndarray) -> Any:
        return 1 / (1 + np.exp(-x))

    def softmax(x: np.ndarray) -> Any:
        raised = np.exp(x - x.max())
        return raised / raised.sum()

    return {
        "abs": np.abs,
        "exp": np.exp,
        "log": np.log,
        "max": np.max,
        "mean": np.mean,
        "min": np.min,
        "relu": lambda x: np.maximum(x, 0),
        "sigmoid": sigmoid,
        "softmax": softmax,
        "sum": np.sum,
        "tanh": np.tanh,
        "σ": sigmoid,
        "√": np.sqrt,
    }


OF_ALL = frozenset({"max", "mean", "min", "softmax", "sum"})
"""Functions of a whole vector; the others are of each number by itself."""


# --- number by number ------------------------------------------------------------------


def number_by_number(*groups: Sequence[VectorEquation]) -> Formula:
    """The equations for each number that they make, made when asked for.

    The equations of a group make vectors of one shape, and those of one number stand
    together: first every equation of unit 0, then every one of unit 1.
    """
    return chained([_units(group) for group in groups if group])


def _units(group: Sequence[VectorEquation]) -> Formula:
    shape = group[0].made.shape
    assert all(equation.made.shape == shape for equation in group)
    lines = [(equation, k) for equation in group for k in range(1 + (_inner(equation) is not None))]

    def line(i: int) -> Equation:
        unit, at = divmod(i, len(lines))
        equation, k = lines[at]
        return _lines(equation, unravel(unit, shape))[k]

    return Lazy(prod(shape) * len(lines), line)


def _inner(equation: VectorEquation) -> Name | None:
    """The name of the sum that the function of an equation is applied to, where it has one."""
    match equation.right:
        case Call(_, (inner,)):
            return equation.at.called.get(inner)
    return None


def _lines(equation: VectorEquation, unit: Index) -> list[Equation]:
    """One number of an equation: left = what it is made of = its value."""
    at, left = equation.at, _indexed(equation.at, equation.left, unit)
    value = Num(_item(equation.made, unit), left.role)
    match equation.right:
        case Call(function, (inner,)) if (name := _inner(equation)) is not None:
            pre = Num(_item(at.value(inner), unit), "intermediate")
            named, shown = _indexed(at, name, unit), function
            first = Equation((named, _number(at, inner, unit), pre))
            if function == "softmax":
                line = at.value(inner).tolist()
                worked = softmax_of(line, unit[0], "intermediate") if len(unit) == 1 else None
                if worked is not None:
                    return [first, Equation((left, worked, value))]
            if function in OF_ALL:
                named, shown = _indexed(at, name, ()), _of_all(function, equation.made, unit)
            return [first, Equation((left, Call(shown, (named,)), value))]
        case Call(function, (Sum() | Product() as inner,)) if function not in OF_ALL:
            pre = Num(_item(at.value(inner), unit), "intermediate")
            body = Call(function, (_number(at, inner, unit),))
            return [Equation((left, body, Call(function, (pre,)), value))]
    return [Equation((left, _number(at, equation.right, unit), value))]


def _indexed(at: Substitution, name: Name, unit: Index) -> Name:
    """A symbol with its time and its unit: h_2,0."""
    name = at.name(name)
    return name._replace(sub=",".join([*([name.sub] if name.sub else []), *map(str, unit)]))


def _item(value: np.ndarray, unit: Index) -> Any:
    """The number of a unit; of an axis with one number that one, as arrays are broadcast."""
    own = unit[len(unit) - value.ndim :]
    return value[tuple(i if n > 1 else 0 for i, n in zip(own, value.shape, strict=True))].item()


def _of_all(function: str, made: np.ndarray, unit: Index) -> str:
    """softmax[0] is the first number of what softmax makes; mean makes one."""
    return f"{function}[{','.join(map(str, unit))}]" if made.ndim else function


def _number(at: Substitution, expr: Expr, unit: Index) -> Expr:
    """One number of an expression, with the numbers that it is made of."""
    match expr:
        case Name(role=role):
            return Num(_item(at.value(expr), unit), role)
        case Product(dot=True):
            return Sum(tuple(_products(at, expr, unit)))
        case Product(factors):
            return Product(tuple(_number(at, factor, unit) for factor in factors))
        case Sum(terms):
            return Sum(tuple(number for term in terms for number in _terms(at, term, unit)))
        case Neg(term):
            number = _number(at, term, unit)
            return Num(-number.value) if isinstance(number, Num) else Neg(number)
        case Call(function, (inner,)) if function in OF_ALL:
            every = product(*map(range, at.value(inner).shape))
            numbers = tuple(_number(at, inner, place) for place in every)
            return Call(_of_all(function, at.value(expr), unit), numbers)
    return with_parts(expr, lambda part: _number(at, part, unit))


def _terms(at: Substitution, expr: Expr, unit: Index) -> Sequence[Expr]:
    """The terms of a sum that a term of vectors is: a product of a matrix is several."""
    if isinstance(expr, Product) and expr.dot:
        return _products(at, expr, unit)
    return [_number(at, expr, unit)]


def _products(at: Substitution, expr: Product, unit: Index) -> list[Expr]:
    """Every number of the vector times its weight in the row of the matrix."""
    matrix, vector = expr.factors
    assert isinstance(matrix, Name)
    whole = at.value(matrix)
    row = whole[unit[: whole.ndim - 1]].tolist()
    weights = [Num(weight, matrix.role) for weight in row]
    numbers = _column(at, vector, len(row), unit[whole.ndim - 1 :])
    if isinstance(vector, Product) and not vector.dot:  # r ⊙ h: one product of three numbers
        return [Product((*parts(n), k)) for n, k in zip(numbers, weights, strict=True)]
    return [Product((n, k)) for n, k in zip(numbers, weights, strict=True)]


def _column(at: Substitution, vector: Expr, count: int, rest: Index) -> list[Expr]:
    """The numbers of a vector, or of one column of a matrix."""
    if isinstance(vector, Name) and not rest:
        return [Num(value, vector.role) for value in at.value(vector).tolist()]
    return [_number(at, vector, (k, *rest)) for k in range(count)]
