"""Operations of several equations a step, each one file: all the rest is there without more.

The files in `toys/` are put into the package of operations as a user of the house would put
them there; no list, no view, no table and no format knows them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from helpers import run
from nnviz import formats, ops
from nnviz.errors import NnvizError
from nnviz.expressions import Equation, Name, Num
from nnviz.request import Appearance, Request, Screen
from nnviz.trace import Trace
from view_checks import drawn, words

TOYS = Path(__file__).parent / "toys"
NAMES = sorted(path.stem for path in TOYS.glob("*.py"))
X = [[1, 2, 3, 6], [4, 6, 8, 2], [0, 1, 0, 1]]
INPUT = "1 2 3 6; 4 6 8 2; 0 1 0 1"


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The toys as operations among the others."""
    monkeypatch.setattr(ops, "__path__", [*ops.__path__, str(TOYS)])
    _forget()
    yield
    _forget()


def _forget() -> None:
    """What the package of operations remembers of its files."""
    ops._modules.cache_clear()
    ops.load.cache_clear()
    for name in NAMES:
        sys.modules.pop(f"{ops.__name__}.{name}", None)


def nnviz(*line: str) -> str:
    """What a command line says that is started with the toys in their place."""
    start = (
        "import sys; from nnviz import ops; ops.__path__.append(sys.argv.pop(1)); "
        "from nnviz.cli import app; sys.exit(app.run(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", start, str(TOYS), *line]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def labels(trace: Trace) -> list[str]:
    """What the equations of a step are called."""
    return [str(fact.label) for fact in trace.facts]


# --- what they compute -----------------------------------------------------------------


def test_they_are_operations_among_the_others() -> None:
    assert NAMES == ["attention", "layer_norm"]
    assert {*NAMES, "conv", "rnn"} < set(ops.names())


def test_their_numbers_are_those_of_the_definition() -> None:
    rows = []
    for row in X:
        mean = sum(row) / 4
        variance = sum((x - mean) ** 2 for x in row) / 4
        rows.append([(x - mean) / (variance + 0.5) ** 0.5 for x in row])
    np.testing.assert_allclose(run("layer_norm", X, eps=0.5).output, rows, rtol=1e-12)
    x = np.asarray(X, float)
    shares = np.exp(x @ x.T / 2)
    shares /= shares.sum(1, keepdims=True)
    np.testing.assert_allclose(run("attention", X).output, shares @ x, rtol=1e-12)


@pytest.mark.parametrize("op", NAMES)
def test_every_step_is_its_equations_with_numbers(op: str) -> None:
    trace = run(op, X)
    assert len(trace.steps) == len(X)
    for step in trace.steps:
        assert [str(e.label) for e in step.equations] == labels(trace)
        for equation in step.equations:
            found = equation.at.value(equation.right)
            np.testing.assert_allclose(found, equation.made, rtol=1e-12, atol=1e-15)
        made = [number for e in step.equations for number in e.made.reshape(-1).tolist()]
        assert [value_of(line) for line in step.formula] == made
        np.testing.assert_array_equal(step.value, trace.output[step.index])


def value_of(line: Equation) -> float:
    """The number at the end of an equation, after the name of what it is."""
    assert isinstance(line.sides[0], Name)
    assert isinstance(line.sides[-1], Num)
    return line.sides[-1].value


# --- figures ---------------------------------------------------------------------------


@pytest.mark.parametrize("op", NAMES)
def test_the_whole_figure_has_the_arrays_and_every_equation(op: str) -> None:
    trace = run(op, X)
    said = words(drawn(trace))
    assert {"input", "output", "3×4"} <= set(said)
    assert [s.partition("  ")[0] for s in said if "  " in s] == labels(trace)


@pytest.mark.parametrize("op", NAMES)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_figure_of_a_step_has_every_equation_in_numbers(op: str, number: int) -> None:
    trace = run(op, X)
    step = trace.steps[number - 1]
    said = words(drawn(trace, number))
    assert [s.partition("  ")[0] for s in said if "  " in s] == labels(trace)
    for equation in step.equations:
        name = equation.at.name(equation.left)
        assert name.text + name.sub + name.sup in said


def test_what_is_not_as_usual_is_said_and_no_view_knows_of_it() -> None:
    trace = run("layer_norm", X, eps=0.5)
    request = Request(steps="none")
    assert words(drawn(trace))[1] == "epsilon 0.5"
    assert b"epsilon 0.5" in formats.load("table").write(trace, request).content
    assert not run("layer_norm", X).said


def test_what_is_in_between_is_worked_out() -> None:
    said = words(drawn(run("layer_norm", [[1, 3, 5]], eps=1.0), 1))
    assert {"x0 − μ0", "(x0 − μ0)2", "√(σ02 + ε)"} <= set(said)
    assert said.count("4") == 2  # (1 − 3)² and (5 − 3)²
    assert "1.915" in said  # √(8/3 + 1)


def test_outputs_of_later_steps_are_empty() -> None:
    written = [len(words(drawn(run("layer_norm", X), n))) for n in (1, 2, 3)]
    assert [written[-1] - n for n in written] == [8, 4, 0]


@pytest.mark.parametrize("op", NAMES)
def test_a_sheet_writes_each_equation_once(op: str) -> None:
    trace = run(op, X)
    said = words(drawn(trace, 1, 2, 3))
    assert [s.partition("  ")[0] for s in said if re.search("  .*=", s)] == labels(trace)
    assert [s for s in said if s.startswith("step")] == ["step 1", "step 2", "step 3"]
    # In each panel the label alone; a function or an array may be called the same.
    assert all(said.count(label) >= 3 for label in labels(trace))


# --- formats ---------------------------------------------------------------------------


@pytest.mark.parametrize("op", NAMES)
@pytest.mark.parametrize("name", formats.names())
def test_every_format_writes_every_step(op: str, name: str) -> None:
    kind = formats.load(name)
    for steps in (None, "2", "1-3"):
        request = Request(steps=steps, appearance=Appearance(scale=0.25))
        if name == "torch":  # an operation says itself how PyTorch writes it, or is refused
            with pytest.raises(NnvizError, match="has no PyTorch snippet"):
                kind.write(run(op, X), request)
            continue
        made = kind.write(run(op, X), request)
        assert name == "none" or made.content


@pytest.mark.parametrize("op", NAMES)
def test_the_trace_document_has_every_vector_by_name(op: str) -> None:
    trace = run(op, X)
    keys = {
        "layer_norm": ["x", "mean", "variance", "y"],
        "attention": ["query", "scores", "shares", "y"],
    }[op]
    made = json.loads(formats.load("trace").write(trace, Request()).content)
    assert [list(step)[4:] for step in made["steps"]] == [keys] * 3
    for step, found in zip(trace.steps, made["steps"], strict=True):
        assert [found[key] for key in keys] == [q.value.tolist() for q in step.quantities]
        assert found["value"] == found["y"]
        assert found["formula"].count(";") == len(step.formula) - 1


TABLES = {
    "layer_norm": ["step", "row", "xᵢ", "μᵢ", "σᵢ²", "yᵢ"],
    "attention": ["query", "qᵢ", "sᵢ", "aᵢ", "yᵢ"],
}


def table(trace: Trace, width: int | None = None, steps: str | None = None) -> list[str]:
    """The lines of the terminal view."""
    request = Request(steps=steps, screen=Screen(width=width))
    return formats.load("table").write(trace, request).content.decode().splitlines()


@pytest.mark.parametrize("op", NAMES)
def test_the_table_has_a_column_for_every_vector(op: str) -> None:
    lines = table(run(op, X))
    rule = next(n for n, line in enumerate(lines) if line.startswith("──"))
    assert lines[rule - 1].split() == TABLES[op]
    rows = [line.split() for line in lines[rule + 1 :]]
    assert len(rows) == len(X)
    vectors = run(op, X).steps[1].quantities
    first = len(TABLES[op]) - len(vectors)
    assert len(rows[1]) == first + sum(q.value.size for q in vectors)
    assert rows[1][first : first + 4] == ["4", "6", "8", "2"]


@pytest.mark.parametrize("op", NAMES)
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_equation_is_lost_on_a_narrow_screen(op: str, width: int) -> None:
    trace = run(op, X)
    lines = table(trace, width)
    assert all(len(line) <= width for line in lines)
    said = " ".join(lines)
    assert all(any(line.startswith(label) for line in lines) for label in labels(trace))
    assert all(name in said for name in TABLES[op])


def test_asked_for_by_number_a_step_has_its_arithmetic() -> None:
    said = nnviz("layer-norm", INPUT, "--steps", "2")
    assert "mean  μᵢ = mean(xᵢ)" in said
    assert "normalised  yᵢ = (xᵢ − μᵢ) / √(σᵢ² + ε)" in said
    assert "μ₁ = mean(4, 6, 8, 2) = 5" in said
    assert "σ₁² = mean((4 − 5)², (6 − 5)², (8 − 5)², (2 − 5)²) = 5" in said
    assert "y₁,₃ = (2 − 5) / √(5 + 1×10⁻⁵) ≈ −1.342" in said


def test_an_animation_and_a_page_have_a_frame_a_step() -> None:
    page = formats.load("html").write(run("attention", X), Request()).content.decode()
    assert {int(n) for n in re.findall(r'class="hit" data-frame="(\d+)"', page)} == {0, 1, 2}
    # Every output cell leads to the step of its row, in the wide and the narrow arrangement.
    assert [page.count(f'class="hit" data-frame="{n}"') for n in range(3)] == [8, 8, 8]


# --- the command line ------------------------------------------------------------------


def test_help_and_options_come_from_the_record() -> None:
    said = nnviz("layer-norm", "--help")
    assert "--eps X" in said
    assert "Added to the variance." in said
    assert "layer-norm" in nnviz("--help")
    assert json.loads(nnviz("layer-norm", "--json", "--eps", "8", "1 3")) == [[-1 / 3, 1 / 3]]


def test_a_chain_has_them_as_layers(tmp_path: Path) -> None:
    chain = "layer-norm --eps 0.5 | attention | act relu"
    made = json.loads(nnviz("net", chain, INPUT, "--trace"))
    assert [layer["op"] for layer in made["layers"]] == ["layer_norm", "attention", "act"]
    first = np.asarray(made["layers"][0]["output"])
    np.testing.assert_allclose(first, run("layer_norm", X, eps=0.5).output)
    second = np.asarray(made["layers"][1]["output"])
    np.testing.assert_allclose(second, run("attention", first).output)
    nnviz("net", chain, INPUT, "-o", str(tmp_path / "net.svg"), "-f", "none")
    written = (tmp_path / "net.svg").read_text(encoding="utf-8")
    assert all(f">{said}<" in written for said in ("layer norm", "attention", "ReLU"))
