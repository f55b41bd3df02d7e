"""A Trace as an exercise: numbers that are to be found are blanks in it, and nowhere else.

What is left out is taken out of the Trace itself, before any format sees it, so that no
description, colour or width can give it away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from nnviz.equations import VectorEquation, lists, number_by_number
from nnviz.errors import UsageError
from nnviz.expressions import Equation, Expr, Name, Num, inside, names, numbers, with_parts
from nnviz.lazy import Lazy
from nnviz.libraries import np
from nnviz.numerals import BLANK
from nnviz.records import NamedTuple, dataclass, replace
from nnviz.recurrence import Recurrence
from nnviz.request import Blank
from nnviz.steps import choose
from nnviz.trace import Results, Step, Trace

MOST = 24
"""Cells a side of a result that can be filled in: a larger one is a picture."""
_ROLES: Mapping[Blank, Collection[str]] = {
    "weights": ("weight", "bias"),
    "window": ("input",),
}
"""The roles of the numbers that are left out, where not those of all."""
_FED = frozenset({"input", "state"})
_TELLING = ("indices", "curve")
"""Results that say where another is, or what."""
_READ = ("x", "layer", "direction", "terms", "from", "window", "divisor", "bias")
"""Details of a step that are not what it makes."""


class _Cut(NamedTuple):
    """What is left out of a step."""

    blank: Blank
    amount: float = 0
    """Which part of the arithmetic, from its end: 1 is all of it."""
    unknown: frozenset[str] = frozenset()
    """What it reads that was to be found too: its inputs, its state."""

    def chosen(self, number: Num | Name) -> bool:
        """Whether a number is one of those that are left out."""
        roles = _ROLES.get(self.blank)
        return roles is None or number.role in roles

    def last(self, items: Sequence[Any]) -> Sequence[Any]:
        """Those of some items that the amount is of."""
        return items[len(items) - ceil(self.amount * len(items)) :]


FEW = 9
"""Steps that an exercise is of, where they are to be worked out and none are asked for."""


class Exercise(NamedTuple):
    """What is asked: which kind of numbers, and how much of them where it fades."""

    blank: Blank = "output"
    faded: bool = False

    def steps(self, spec: str | None, count: int) -> str | None:
        """The --steps of an exercise: where its blanks stand in the arithmetic, some are drawn."""
        in_steps = self.faded or self.blank in ("window", "formula")
        return f"1-{min(FEW, count)}" if spec is None and in_steps and count else spec


def exercise(trace: Trace, asked: Exercise, spec: str | None) -> Trace:
    """The trace with the blanks of an exercise, in the steps of `spec` or in all.

    Raises UsageError where there is nothing to find.
    """
    numbers = choose(spec or "none", len(trace.steps))
    _check(trace, asked, len(numbers))
    chosen = list(numbers) or range(1, len(trace.steps) + 1)
    cuts = {n: cut for i, n in enumerate(chosen) if (cut := _cut(asked, i, len(chosen)))}
    made = replace(trace, lessons=(), steps=Lazy(len(trace.steps), lambda i: _step(trace, i, cuts)))
    if asked.blank == "output":
        some = [trace.steps[n - 1] for n in cuts] if numbers or asked.faded else None
        return _without_results(made, some)
    if asked.blank == "weights":
        arrays = {
            name: blanked(a) if trace.roles.get(name) in _ROLES["weights"] else a
            for name, a in trace.arrays.items()
        }
        return replace(made, arrays=arrays)
    return made


def _cut(asked: Exercise, i: int, count: int) -> _Cut | None:
    """What is left out of step `i` of so many; of one that is worked nothing."""
    if not asked.faded:
        return _Cut(asked.blank, 0 if asked.blank == "output" else 1)
    return _Cut(asked.blank, i / (count - 1)) if i else None


def blanked(array: np.ndarray, where: Any = ...) -> np.ndarray:
    """A copy of an array with blanks, everywhere or at an index."""
    made = np.array(array, np.float64)
    made[where] = BLANK
    return made


def _check(trace: Trace, asked: Exercise, count: int) -> None:
    if max(trace.output.shape[-2:], default=1) > MOST:
        raise UsageError(
            "--quiz: a result of {shape} would be a picture, and nothing to fill in",
            shape="×".join(map(str, trace.output.shape)),
            hint="an exercise has up to 24 rows and columns",
        )
    if asked.faded and count < 2:
        raise UsageError(
            "--faded works the first step and leaves more out of each next one; there is {n}",
            n=count,
            hint="ask for several: --steps 1-4",
        )
    roles = _ROLES.get(asked.blank)
    if asked.blank != "output" and not len(trace.steps):
        raise UsageError("--blank {blank}: {op} has no steps", blank=asked.blank, op=trace.command)
    if roles and not any(trace.roles.get(name) in roles for name in trace.arrays):
        raise UsageError(
            "--blank {blank}: {op} has none to leave out", blank=asked.blank, op=trace.command
        )


# --- results -------------------------------------------------------------------


def _without_results(trace: Trace, steps: Sequence[Step] | None) -> Trace:
    """The trace without what its steps make: of some of them, or everything."""
    results = {
        name: _hidden(name, value, trace, steps)
        for name, value in trace.results.items()
        if isinstance(value, np.ndarray) or name == "partials"
        if name not in _TELLING
    }
    states = {name: _rows(value, steps) for name, value in trace.states.items()}
    layers = tuple(_without_results(_layer(layer, i), None) for i, layer in enumerate(trace.layers))
    made = replace(trace, results=Results(**results), states=states, layers=layers)
    if trace.recurrence is None or not trace.recurrence.feedback:
        return made
    times = range(trace.recurrence.length) if steps is None else [step.index[0] for step in steps]
    fed = [time + 1 for time in times if time + 1 < trace.recurrence.length]
    return replace(made, arrays={**trace.arrays, "input": blanked(trace.arrays["input"], fed)})


def _layer(layer: Trace, i: int) -> Trace:
    """A layer of a net without what its steps make: what it is fed is made by the one before."""
    cut, arrays = _Cut("output", unknown=_FED if i else frozenset()), dict(layer.arrays)
    if i and "input" in arrays:
        arrays["input"] = blanked(arrays["input"])
    steps = Lazy(len(layer.steps), lambda k: _without_answers(layer.steps[k], cut))
    return replace(layer, arrays=arrays, steps=steps)


def _hidden(name: str, value: Any, trace: Trace, steps: Sequence[Step] | None) -> Any:
    if name == "partials":
        return _Partials(value, trace, steps)
    if steps is None or name in ("h_n", "c_n"):
        return blanked(value)
    if trace.recurrence is not None:
        return _rows(value, steps)
    made = np.array(value, np.float64)
    for step in steps:
        made[step.index] = BLANK
    return made


def _rows(value: np.ndarray, steps: Sequence[Step] | None) -> np.ndarray:
    """A row a time without those that the steps make; what has one time alone is the last's."""
    if steps is None or value.ndim < 2 or len(value) == 1:
        return blanked(value)
    return blanked(value, [step.index[0] for step in steps])


@dataclass(frozen=True)
class _Partials:
    """The map of each channel, without the cells that steps make."""

    made: Any
    trace: Trace
    steps: Sequence[Step] | None

    def __getitem__(self, place: tuple[int, int]) -> np.ndarray:
        maps = self.made[place]
        if self.steps is None:
            return blanked(maps)
        plan = self.trace.plan
        assert plan is not None
        made = [plan.output(step.number - 1) for step in self.steps]
        for cell in [out.cell for out in made if (out.sample, out.filter) == place]:
            maps = blanked(maps, (slice(None), *cell))
        return np.asarray(maps)


# --- steps ---------------------------------------------------------------------


def _step(trace: Trace, i: int, cuts: Mapping[int, _Cut]) -> Step:
    """A step without some of its numbers."""
    step, cut = trace.steps[i], cuts.get(i + 1)
    if cut is None:
        return step
    if cut.blank == "output" and trace.recurrence is not None:
        cut = cut._replace(unknown=frozenset(_unknown(trace.recurrence, step.number, cuts)))
    return _without_answers(step, cut)


def _unknown(plan: Recurrence, number: int, cuts: Collection[int]) -> Iterator[str]:
    """What a cell reads that other steps with blanks make."""
    step = plan.at(number)
    if 1 <= step.before <= plan.length and plan.number(step.before, step.chain) in cuts:
        yield "state"
    below = [chain for chain in plan.chains if chain.layer == step.chain.layer - 1]
    made = [plan.number(step.time, chain) for chain in below]
    if plan.feedback and not below and step.time > 1:
        made = [plan.number(step.time - 1, chain) for chain in plan.chains]
    if any(n in cuts for n in made):
        yield "input"


def _without_answers(step: Step, cut: _Cut) -> Step:
    if step.equations:
        return _of_vectors(step, cut)
    step = replace(step, formula=[_equation(equation, cut) for equation in step.formula])
    if cut.blank != "output":
        return step
    read = () if cut.unknown else _READ
    return replace(
        step,
        value=BLANK,
        detail={n: value if n in read else BLANK for n, value in step.detail.items()},
        cells={name: cells for name, cells in step.cells.items() if name != "max"},
    )


def _equation(equation: Equation, cut: _Cut) -> Equation:
    """An equation without some numbers. Its first side that has any is what is worked out, and
    those after it are what that comes to.
    """
    sides = equation.sides
    asked = next((i for i, side in enumerate(sides) if any(numbers(side))), len(sides))
    if sides[asked:] == sides[-1:] and isinstance(sides[-1], Num):
        asked -= 1  # nothing is worked out: a cell is one of another array
    found = [n for side in sides[asked : asked + 1] for n in numbers(side) if cut.chosen(n)]
    left_out = iter(range(len(found)))
    first = len(found) - len(cut.last(found))

    def blank(number: Num) -> bool:
        answer = cut.blank == "output" and number.role == "intermediate"
        if "input" in cut.unknown and number.role not in _ROLES["weights"]:
            return True
        return answer or (cut.chosen(number) and next(left_out) >= first)

    end = len(sides) if cut.blank == "output" else asked + 1
    question = [_without(side, blank) for side in sides[asked : asked + 1]]
    answers = [_without(side, lambda _: True) for side in sides[asked + 1 : end]]
    return Equation((*sides[:asked], *question, *answers, *sides[max(end, asked + 1) :]))


def _without(expr: Expr, blank: Callable[[Num], bool]) -> Expr:
    """An expression without some of its numbers."""
    if isinstance(expr, Num):
        return expr._replace(value=BLANK) if blank(expr) else expr
    return with_parts(expr, lambda part: _without(part, blank))


def _of_vectors(step: Step, cut: _Cut) -> Step:
    """A step of vectors: those that are left out are so in every equation."""
    equations = step.equations
    lefts = {equation.left for equation in equations}
    read_from = dict.fromkeys(n for e in equations for n in names(e.right) if n not in lefts)
    if cut.blank == "output":
        read = {q.symbol: "input" if q.key == "x" else "state" for q in step.quantities}
        hidden = {part for e in cut.last(equations) or equations for part in _made(e)}
        hidden |= {name for name in read_from if read.get(name) in cut.unknown}
    else:
        hidden = set(cut.last([name for name in read_from if cut.chosen(name)]))
    made = tuple(
        e._replace(at=e.at.without(hidden & {e.left, *inside(e.right)}, BLANK)) for e in equations
    )
    told = (
        read_from.keys() - hidden if cut.blank == "output" else {q.symbol for q in step.quantities}
    )
    quantities = tuple(
        q if q.symbol in told else q._replace(value=blanked(q.value)) for q in step.quantities
    )
    return replace(
        step,
        formula=number_by_number(*([equation] for equation in made)),
        value=made[-1].made.tolist(),
        detail={**step.detail, **lists(quantities)},
        quantities=quantities,
        equations=made,
    )


def _made(equation: VectorEquation) -> Iterator[Expr]:
    """What an equation makes: its left side, and all that is worked out on the right."""
    yield equation.left
    yield from (part for part in inside(equation.right) if not isinstance(part, Name | Num))
