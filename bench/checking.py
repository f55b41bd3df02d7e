"""How often `nnviz check` names the mistake: `PYTHONPATH=tests python -m bench.checking`.

Wrong answers come from tests/wrong_answers.py, which works them out without the checker.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from typing import NamedTuple

import numpy as np

from nnviz import ops
from nnviz.checking.diagnosis import Finding, diagnose
from nnviz.checking.mistakes import case_of
from nnviz.words import Words
from wrong_answers import MAKERS, Array, Made


class Score(NamedTuple):
    """What became of a wrong answer."""

    outcome: str
    """first, alike (with one that gives the same numbers before it), missed, or none: the
    mistake changes nothing."""
    seconds: float


def found(made: Made, mine: Array) -> Finding:
    """What is found in an answer."""
    operation = ops.load(made.op)
    return diagnose(mine, operation, made.x, operation.accept(made.options))


def right(made: Made) -> Array:
    """The right answer."""
    operation = ops.load(made.op)
    return operation.perform(made.x, operation.accept(made.options)).output


def scored(said: str, seed: int) -> Score:
    """How one wrong answer is taken."""
    name, make = MAKERS[said]
    made = make(np.random.default_rng(seed))
    start = time.process_time()  # of this check alone, whatever else the machine does
    explanations = found(made, made.wrong).explanations
    seconds = time.process_time() - start
    if found(made, made.wrong).right:
        return Score("none", seconds)
    named = [explanation.said for explanation in explanations if explanation.name == name]
    if explanations and explanations[0].name == name:
        return Score("first", seconds)
    alike = bool(named) and _same_numbers(made, explanations[0].said, named[0])
    return Score("alike" if alike else "missed", seconds)


def _same_numbers(made: Made, first: Words, second: Words) -> bool:
    """Whether two mistakes come to the same numbers in all their digits."""
    operation = ops.load(made.op)
    case, table = case_of(operation, made.x, operation.accept(made.options))
    outputs = {
        turned.said: turned.join([trace.output for trace in turned.runs()])
        for mistake in table.mistakes
        for turned in mistake.turn(case)
        if turned.said in (first, second)
    }
    return np.allclose(outputs[first], outputs[second], rtol=0, atol=1e-12)


def noises(made: Made, rng: np.random.Generator) -> dict[str, Array]:
    """Answers that no mistake explains: other numbers of the same kind, some changed, one."""
    ours = right(made)
    cells, shape = ours.reshape(-1), ours.shape
    spread = max(1.0, float(np.abs(cells).max()))
    digits = 0 if ours.dtype.kind == "i" else 3
    other = np.round(rng.uniform(-spread, spread, shape), digits)
    some, one = cells.astype(float).round(digits), cells.astype(float).round(digits)
    few = rng.choice(cells.size, max(2, cells.size // 3) if cells.size > 1 else 1, replace=False)
    some[few] = other.reshape(-1)[few]
    at = int(rng.integers(cells.size))
    one[at] = other.reshape(-1)[at]
    kind = ours.dtype if digits == 0 else float
    return {
        "all cells": other.astype(kind),
        "some cells": some.reshape(shape).astype(kind),
        "one cell": one.reshape(shape).astype(kind),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--problems", type=int, default=40, help="problems for each mistake")
    count = options.parse_args().problems
    total: Counter[str] = Counter()
    slowest, accused, noise, rounded = 0.0, Counter[str](), Counter[str](), 0
    for said, (_, make) in MAKERS.items():
        scores = [scored(said, seed) for seed in range(count)]
        outcomes = Counter(score.outcome for score in scores)
        slowest = max(slowest, *(score.seconds for score in scores))
        total += outcomes
        print(f"{said:40}", dict(outcomes))
        for seed in range(count):
            made = make(np.random.default_rng(seed))
            ours = right(made)
            answers = [ours, *(ours.round(d) for d in (2, 3, 4))]
            rounded += sum(not found(made, mine).right for mine in answers)
            for kind, mine in noises(made, np.random.default_rng(seed)).items():
                finding = found(made, mine)
                noise[kind] += not finding.right
                accused[kind] += bool(finding.explanations)
    told = total["first"] + total["missed"]
    print(f"named first: {total['first'] / told:.1%} of {told};", dict(total))
    print(f"right answers called wrong: {rounded}; slowest {slowest:.2f} s")
    for kind, n in noise.items():
        print(f"accused on noise, {kind}: {accused[kind]} of {n}")


if __name__ == "__main__":
    main()
