"""Exercises: what is to be found is in no file, what is given is all there, and the key has all."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz import formats
from nnviz.cli import flow, reading
from nnviz.equations import number_by_number
from nnviz.exercise import Exercise, exercise
from nnviz.expressions import Equation, Num, numbers
from nnviz.lazy import Lazy
from nnviz.numerals import BLANK, GAP, is_blank, rounded
from nnviz.options.option import Context
from nnviz.read import Stdin
from nnviz.request import BLANKS, Appearance, Request
from nnviz.trace import Results, Step, Trace
from nnviz.variants import varied

Nnviz = Callable[..., Any]
X = '"1 2 3 4; 5 6 7 8; 1 1 2 2; 9 8 7 1"'
CHANNELS = '"[[[1,2,3],[4,5,6],[7,8,9]],[[1,0,1],[2,0,1],[0,0,1]]]"'
SAMPLES = Path(__file__).parents[2] / "samples"
COMMANDS = {
    "conv": f'conv {X} -k "1 0; 0 -1"',
    "conv, bias, activation": f'conv {X} -k "1 0; 0 -1" --bias 2 --act sigmoid',
    "conv, softmax": f'conv {X} -k "1 0; 0 -1" --act softmax',
    "conv, channels": f"conv {CHANNELS} --filters 2 --size 2",
    "transposed": 'conv "1 2; 3 4" -k "1 2; 3 4" --transpose --stride 2',
    "max pooling": f"pool {X} -k 2",
    "average pooling": f"pool {X} -k 2 --kind avg",
    "act": 'act relu "1 -2 3; 0 -1 2"',
    "softmax": 'act softmax "1 2 3; 0 1 2"',
    "dense": 'dense "1 2 3" --weight "1 0 1; 2 2 0" --bias "1 2"',
    "flatten": 'flatten "1 2; 3 4"',
    "rnn": 'rnn "1 2; 3 4; 0.5 1" --hidden 2 --outputs 1',
    "lstm": 'rnn "1 2; 3 4" --cell lstm --hidden 2',
    "two layers, both directions": f"rnn '1 0; 0 1; 1 1' --weights {SAMPLES}/rnn-two-layers.json",
    "gru": 'rnn "1 2; 3 4" --cell gru --hidden 2',
    "feedback": 'rnn "1 2" --hidden 2 --outputs 2 --mode one-to-many --length 3 --feedback',
    "net": f'net "conv --filters 2 --size 2 | act relu | pool -k 2 | flatten" {X}',
    "net of sigmoids": f'net "conv --filters 2 --size 2 | act sigmoid | pool -k 2 --kind avg" {X}',
}
EACH = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


def traced(command: str) -> Trace:
    found = reading.read(shlex.split(command))
    assert found is not None
    return flow.compute(*found, Context(Stdin(None, typed=True))).trace


def written(trace: Trace, name: str, steps: str | None, **look: Any) -> bytes:
    return formats.load(name).write(trace, Request(steps, appearance=Appearance(**look))).content


# --- refusals ------------------------------------------------------------------

REFUSED = [
    ("nothing to work out", 'show "1 2"', "show cannot use --quiz"),
    ("a count", "params conv --input 1x3x3", "params cannot use --quiz"),
    ("no weights", f"pool {X} -k 2 --blank weights", "--blank weights: pool has none to leave out"),
    ("a net's steps", f'net "act relu" {X} --blank window', "--blank window: net has no steps"),
    ("one step that fades", f"pool {X} -k 2 --faded --steps 2", "there is 1"),
    ("a picture", 'act relu "' + "1 " * 25 + '"', "a result of 25 would be a picture"),
]


@pytest.mark.parametrize(("command", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_leaves_nothing_to_find_is_refused(nnviz: Nnviz, command: str, said: str) -> None:
    result = nnviz(*shlex.split(command), "--quiz")
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_its_options_belong_to_it(nnviz: Nnviz) -> None:
    for option in (["--blank", "window"], ["--faded"], ["--seed", "3"]):
        result = nnviz("pool", "1 2; 3 4", "-k", "2", *option)
        assert (result.code, "belongs to --quiz" in result.err) == (2, True)
    result = nnviz("pool", "1 2; 3 4", "-k", "2", "--quiz", "--json")
    assert (result.code, "--quiz changes nothing" in result.err) == (2, True)


def test_the_key_does_not_replace_an_input(nnviz: Nnviz, tmp_path: Path) -> None:
    given = tmp_path / "a-answers.txt"
    given.write_text("1 2\n3 4\n")
    result = nnviz("pool", str(given), "-k", "2", "--quiz", "-o", str(tmp_path / "a.txt"))
    assert result.code == 2
    assert given.read_text() == "1 2\n3 4\n"
    result = nnviz("pool", "1 2; 3 4", "-k2", "--quiz", "-o", "a.svg", "--map", "b.png")
    assert (result.code, "a map is the answers" in result.err) == (2, True)


# --- nothing is told -----------------------------------------------------------


def with_other_answers(trace: Trace) -> Trace:
    """The same question with answers that are not its own: every result is another number."""
    results: dict[str, Any] = {
        n: _other(v) for n, v in trace.results.items() if isinstance(v, np.ndarray)
    }
    layers = tuple(
        replace(layer, arrays={**layer.arrays, "input": _other(layer.arrays["input"])})
        if i
        else layer
        for i, layer in enumerate(map(with_other_answers, trace.layers))
    )
    if "partials" in trace.results:
        results["partials"] = _OtherMaps(trace.results["partials"])
    return replace(
        trace,
        results=Results(**results),
        states={name: _other(value) for name, value in trace.states.items()},
        steps=Lazy(len(trace.steps), lambda i: _other_step(trace.steps[i])),
        layers=layers,
    )


def _other(array: np.ndarray) -> np.ndarray:
    return np.asarray(np.arange(array.size).reshape(array.shape) * 1234.5 - array)


class _OtherMaps:
    def __init__(self, maps: Any) -> None:
        self._maps = maps

    def __getitem__(self, place: Any) -> np.ndarray:
        maps: np.ndarray = self._maps[place]
        return _other(maps)


def _other_step(step: Step) -> Step:
    if step.equations:
        made = [e._replace(at=e.at.without({e.left}, 77.125)) for e in step.equations]
        return replace(step, equations=tuple(made), formula=number_by_number(*([e] for e in made)))
    *before, last = step.formula
    sides = [*last.sides[:-1], Num(98765.4321, "output")]
    cells = {n: c if n != "max" else step.cells["input"][:1] for n, c in step.cells.items()}
    return replace(step, formula=[*before, Equation(tuple(sides))], value=98765.4321, cells=cells)


@pytest.mark.parametrize("form", ["svg", "html", "txt", "pdf", "md", "tex"])
@EACH
def test_no_byte_depends_on_the_answers(command: str, form: str) -> None:
    trace = traced(command)
    other = with_other_answers(trace)
    for spec in [None, f"1-{len(trace.steps)}"][: 1 + bool(trace.steps)]:
        made = [written(exercise(each, Exercise(), spec), form, spec) for each in (trace, other)]
        assert made[0] == made[1]
        if form != "pdf" and spec is not None:
            assert written(trace, form, spec) != written(other, form, spec)  # it would be seen


@pytest.mark.parametrize("form", ["svg", "html", "txt", "md", "tex"])
@EACH
def test_no_answer_is_written_on_the_way(command: str, form: str) -> None:
    """Not in states, gates and sums before it, nor where a later step reads it."""
    trace = traced(command)
    asked = exercise(trace, Exercise(), None)
    given = {rounded(v) for a in asked.arrays.values() for v in a.reshape(-1).tolist()}
    told = written(asked, form, "all" if len(trace.steps) else None)
    text = re.sub(r'(?<= )[\w-]+="[\d. -]*"|[MLCHV][\d. ]+', "", told.decode()).replace("−", "-")
    for answer in set(_answers(trace)) - given:
        assert not re.search(rf"(?<![\d.]){re.escape(answer)}(?!\d)", text), answer


def _answers(trace: Trace) -> Iterator[str]:
    """What is worked out and has digits of its own: 0.7616, not 17."""
    arrays = [v for v in trace.results.values() if isinstance(v, np.ndarray)]
    arrays += [*trace.states.values(), *(q.value for step in trace.steps for q in step.quantities)]
    for array in arrays:
        texts = (rounded(value) for value in array.reshape(-1).tolist())
        yield from (t.replace("−", "-") for t in texts if len(t.lstrip("−0.")) > 2 and "." in t)
    for layer in trace.layers:
        yield from _answers(layer)


@pytest.mark.parametrize("view", ["channels", "network", "iso", "matrix", "filters"])
def test_no_view_tells_the_answers(view: str) -> None:
    trace = traced(COMMANDS["conv, channels" if view in ("channels", "filters") else "conv"])
    spec = f"1-{len(trace.steps)}" if view in ("channels", "iso") else None
    made = [
        written(exercise(each, Exercise(), spec), "svg", spec, view=view)
        for each in (trace, with_other_answers(trace))
    ]
    assert made[0] == made[1]


def test_weights_that_are_asked_for_are_nowhere() -> None:
    command = 'conv "1 2 3; 4 5 6; 7 8 9" -k "8123.5 -7345.25; 6543.75 0" --bias 9876.5 --steps 1'
    trace = traced(command)
    for form in ("svg", "html", "txt", "md", "tex"):
        told = written(exercise(trace, Exercise("weights"), "1"), form, "1").decode()
        assert not re.search(r"8123|7345|6543|9876|8,123", told)
        assert "____" in told or "underline" in told


def test_a_step_says_nothing_of_its_answer_to_who_asks_for_more() -> None:
    """Which cell is the maximum, and what a layer of a net is fed: no figure draws them yet."""
    step = exercise(traced(COMMANDS["max pooling"]), Exercise(), None).steps[0]
    assert "max" in traced(COMMANDS["max pooling"]).steps[0].cells
    assert "max" not in step.cells
    first, second, *_ = exercise(traced(COMMANDS["net"]), Exercise(), None).layers
    assert not is_blank(next(numbers(first.steps[0].formula[0].sides[0])).value)
    assert all(is_blank(n.value) for n in numbers(second.steps[0].formula[0].sides[-1]))
    (value,) = [n.value for n in numbers(second.steps[0].formula[0].sides[0])][1:]
    assert is_blank(value)  # of max(0, x)


# --- all else is there ---------------------------------------------------------


@EACH
def test_the_key_is_what_the_command_draws_without_the_question(
    nnviz: Nnviz, tmp_path: Path, command: str
) -> None:
    words = shlex.split(command)
    assert nnviz(*words, "--quiz", "-o", str(tmp_path / "a.svg")).code == 0
    assert nnviz(*words, "-o", str(tmp_path / "b.svg")).code == 0
    assert (tmp_path / "a-answers.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.svg").read_bytes() != (tmp_path / "b.svg").read_bytes()


def test_the_steps_asked_for_are_the_blanks() -> None:
    trace = exercise(traced(COMMANDS["conv"]), Exercise(), "2,4")
    blank = np.array([is_blank(v) for v in trace.output.reshape(-1).tolist()])
    assert np.flatnonzero(blank).tolist() == [1, 3]
    assert [is_blank(step.value) for step in trace.steps] == [i in (1, 3) for i in range(9)]


def test_a_sum_keeps_its_numbers_and_loses_its_value() -> None:
    (equation,) = exercise(traced(COMMANDS["conv"]), Exercise(), "1").steps[0].formula
    assert equation == traced(COMMANDS["conv"]).steps[0].formula[0]._replace(
        sides=(equation.sides[0], Num(BLANK, "output"))
    )


@pytest.mark.parametrize("blank", BLANKS[1:])
def test_the_result_stays_where_it_is_not_asked_for(blank: Any) -> None:
    trace = traced(COMMANDS["conv"])
    made = exercise(trace, Exercise(blank), "1-9")
    assert np.array_equal(made.output, trace.output)
    assert GAP in written(made, "txt", "all").decode()


def test_what_fades_begins_worked_and_ends_empty() -> None:
    trace = traced(COMMANDS["conv"])
    steps = exercise(trace, Exercise(faded=True), "1-4").steps
    gaps = [
        sum(is_blank(n.value) for side in step.formula[0].sides for n in numbers(side))
        for step in steps
    ]
    assert gaps[:4] == [0, 4, 7, 9]  # of eight numbers a third, two thirds, all; and the value
    assert steps[0] == trace.steps[0]


def test_a_blank_is_a_gap_wherever_it_is_written(nnviz: Nnviz) -> None:
    out = nnviz(*shlex.split(COMMANDS["max pooling"]), "--quiz").out
    assert "max(1, 2, 5, 6)  ____" in re.sub(" {2,}", "  ", out)
    assert "nan" not in out


# --- other numbers -------------------------------------------------------------

NUMBERS = st.lists(
    st.one_of(st.integers(-99, 99), st.decimals(-9, 9, places=2).map(float)),
    min_size=1,
    max_size=20,
)


@given(NUMBERS, st.integers(0, 30))
def test_other_numbers_are_of_the_same_kind(values: list[float], seed: int) -> None:
    array = np.array(values)
    made = varied(array, str(seed))
    assert (made.shape, made.dtype) == (array.shape, array.dtype)
    for sign in (-1, 0, 1):
        assert (np.sign(made) == sign).sum() == (np.sign(array) == sign).sum()
    assert np.abs(made).max() <= np.abs(array).max()
    assert all(float(f"{v:.2f}") == v for v in made.tolist())
    assert np.array_equal(made, varied(array, str(seed)))


def test_zeros_and_ones_come_to_stand_elsewhere() -> None:
    kernel = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    assert any(not np.array_equal(varied(kernel, str(seed)), kernel) for seed in range(5))


def test_thirty_pupils_have_thirty_sheets(nnviz: Nnviz) -> None:
    seen = set()
    for seed in range(1, 31):
        words = ["conv", X.strip('"'), "-k", "1 2; 3 -1", "--quiz", "--seed", str(seed)]
        seen.add(nnviz(*words).out)
    assert len(seen) == 30


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["conv", "1 2 3; 4 5 6; 7 8 9", "-k", "1 2; 3 4"], "kernel"),
        (["dense", "1 2 3", "--weight", "1 2 3; 4 5 6"], "weight"),
        (["conv", "1 2 3; 4 5 6; 7 8 9", "--filters", "1", "--size", "2"], "kernel"),
    ],
    ids=["kernel", "weight", "random kernel"],
)
def test_weights_change_with_the_input(words: list[str], name: str) -> None:
    found = [reading.read([*words, "--quiz", "--seed", seed]) for seed in ("1", "2")]
    traces = [flow.compute(*each, Context(Stdin(None))).trace for each in found if each]
    assert not np.array_equal(traces[0].arrays[name], traces[1].arrays[name])
    assert not np.array_equal(traces[0].arrays["input"], traces[1].arrays["input"])
