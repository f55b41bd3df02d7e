"""The terminal view: nothing wider than the screen, nothing cut, nothing the stream lacks."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from helpers import run
from nnviz.errors import UsageError
from nnviz.formats import load
from nnviz.formats.terminal.ascii import ascii_form
from nnviz.request import Request, Screen
from nnviz.trace import Results, Step, Steps, Trace, text
from nnviz.words import Words
from screens import (
    ANSI,
    PICTURES,
    SCREENS,
    TRACES,
    lines_of,
    numbers_in,
    trace_of,
)

# --- refusals ----------------------------------------------------------------------


@pytest.mark.parametrize("steps", ["0", "10", "3-1", "x", "1,99"])
def test_a_step_that_is_not_there_is_refused(steps: str) -> None:
    with pytest.raises(UsageError):
        lines_of(trace_of("the note's example"), steps=steps)


def test_a_sample_that_is_asked_for_is_alone() -> None:
    trace = run("pool", np.array([[[[1, 2], [3, 4]]], [[[5, 6], [7, 8]]]]), kernel=(2, 2))
    both = "\n".join(lines_of(trace))
    assert "2 samples" in both
    assert "max(1, 2, 3, 4)" in both
    second = "\n".join(lines_of(trace, sample=1))
    assert "sample 1 of 2" in second
    assert "max(5, 6, 7, 8)" in second
    assert "⎡ 5 6 ⎤" in second
    assert "max(1" not in second
    assert "⎡ 1 2 ⎤" not in second


# --- every trace on every screen -----------------------------------------------------


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", TRACES)
def test_fits_its_screen(name: str, screen: str) -> None:
    on = SCREENS[screen]
    lines = lines_of(trace_of(name), on)
    for line in lines:
        assert line == line.rstrip() or on.color
        assert ("\x1b" in line) <= on.color
        plain = ANSI.sub("", line)
        assert plain.isprintable(), repr(line)
        assert on.width is None or cell_len(plain) <= on.width, line
        assert "?" not in plain or name == "text in Hangul"
    if on.color:
        assert any("\x1b" in line for line in lines)


@pytest.mark.parametrize("name", TRACES)
def test_cp949_gets_nothing_of_uncertain_width(name: str) -> None:
    import unicodedata

    text = "".join(lines_of(trace_of(name), Screen(70, encoding="cp949")))
    assert {unicodedata.east_asian_width(c) for c in text} <= {"Na", "W", "N"}


@pytest.mark.parametrize("name", [n for n in TRACES if n not in PICTURES])
def test_colour_changes_no_character(name: str) -> None:
    coloured = lines_of(trace_of(name), Screen(80, color=True))
    assert [ANSI.sub("", line) for line in coloured] == lines_of(trace_of(name), Screen(80))


@pytest.mark.parametrize("name", [n for n in TRACES if "large" not in n])
def test_a_pipe_gets_every_number(name: str) -> None:
    trace = trace_of(name)
    text = " ".join(lines_of(trace))
    found = set(numbers_in(text))
    for array in trace.arrays.values():
        if array.dtype.kind in "iu":
            assert {str(v) for v in array.ravel().tolist()} <= found


def test_a_file_is_the_view_of_a_pipe() -> None:
    trace = trace_of("the note's example")
    screen = Screen(40, color=True, encoding="ascii")
    made = load("txt").write(trace, Request(screen=screen)).content
    assert made == load("table").write(trace, Request()).content


# --- what stands where ---------------------------------------------------------------


def test_the_notes_example() -> None:
    lines = lines_of(trace_of("the note's example"), Screen(100))
    assert lines[:2] == [
        "Convolution  input 5×5 ∗ kernel 3×3 → feature map 3×3",
        "output size  ⌊(5 + 2·0 − 1·(3 − 1) − 1) / 1⌋ + 1 = 3",
    ]
    assert "⎢ 3 0 1 1 0 ⎥  ∗  ⎢ 1 0 1 ⎥   =  ⎢ 10  4  4 ⎥" in lines
    first = "(1×1) + (2×0) + (3×1) + (2×1) + (1×0) + (0×1) + (3×0) + (0×1) + (1×0)      6"
    assert f"   1  0, 0         {first}" in lines
    assert len([line for line in lines if re.match(r" +\d+  \d, \d ", line)]) == 9


@pytest.mark.parametrize("encoding", ["ascii", "cp949"])
def test_the_formula_without_signs(encoding: str) -> None:
    lines = lines_of(trace_of("the note's example"), Screen(80, encoding=encoding))
    assert lines[1] == "output size  floor((5 + 2*0 - 1*(3 - 1) - 1) / 1) + 1 = 3"


def test_products_keep_the_kernels_rows_where_they_wrap() -> None:
    lines = lines_of(trace_of("the note's example"), Screen(60), steps="1")
    start = next(i for i, line in enumerate(lines) if re.match(r" +1  0, 0", line))
    assert [line.split("  ")[-1].strip() for line in lines[start + 1 : start + 3]] == [
        "+ (2×1) + (1×0) + (0×1)",
        "+ (3×0) + (0×1) + (1×0)",
    ]


def test_products_bias_and_activation_stand_apart() -> None:
    trace = trace_of("bias, activation, padding")
    lines = lines_of(trace)
    head = next(line for line in lines if line.startswith("step"))
    assert head.split() == [
        "step",
        "row,",
        "column",
        "products",
        "sum",
        "bias",
        "before",
        "activation",
        "value",
    ]
    rows = [line for line in lines if re.match(r" +\d+  \d, \d ", line)]
    assert len(rows) == trace.output.size
    for row, step in zip(rows, trace.steps, strict=True):
        *products, total, bias, before, call, value = re.split(" {2,}", row.strip())
        made = eval(products[-1].replace("×", "*").replace("−", "-"))  # our own text of numbers
        assert int(numbers_in(total)[0]) == made
        assert made + int(bias) == int(numbers_in(before)[0]) == step.detail["pre"]
        assert numbers_in(call)[-1:] == numbers_in(before)
        assert int(value) == step.value == max(0, step.detail["pre"])


def test_dilation_is_said() -> None:
    assert "dilation 2" in lines_of(trace_of("dilated"))


def test_one_step_asked_for_is_marked() -> None:
    lines = lines_of(trace_of("the note's example"), Screen(80, color=True), steps="5")
    marked = [re.findall(r"\x1b\[1;7;[0-9;]*m( *[−\d]+)", line) for line in lines]
    assert [len(found) for found in marked if found] == [6, 7, 6]


def test_rounded_values_are_said_to_be() -> None:
    lines = lines_of(trace_of("activation"), precision=3)
    rows = [line for line in lines if re.match(r" +\d+  \d, \d ", line)]
    assert len(rows) == 12
    for row in rows:
        assert "≈" in row
        assert len(re.sub(r"\D", "", numbers_in(row)[-1]).lstrip("0")) <= 3


def test_points_stand_under_points() -> None:
    lines = lines_of(trace_of("activation"))
    rows = [line for line in lines if re.match(r" +\d+  \d, \d ", line)]
    points = [row.rindex(".") if "." in row[-7:] else len(row) for row in rows]
    assert len(set(points)) == 1


def test_no_number_is_shown_as_nothing() -> None:
    lines = lines_of(run("show", [[0.1, -2.5], [-1.234e-05, 1000]]))
    assert lines[-2:] == ["⎡         0.1        −2.5 ⎤", "⎣ −1.234×10⁻⁵      1000   ⎦"]


def test_the_output_is_not_printed_twice() -> None:
    assert lines_of(trace_of("show")).count("⎣ 2 1 1 0 0 ⎦") == 1
    assert "\n".join(lines_of(trace_of("the note's example"))).count("⎡  6  9 11 ⎤") == 1


def test_a_recurrent_net_has_a_row_a_time() -> None:
    trace = trace_of("text in Hangul")
    lines = lines_of(trace)
    start = next(i for i, line in enumerate(lines) if line.startswith("t  input"))
    assert lines[start].split() == ["t", "input", "xₜ", "hₜ₋₁", "before", "hₜ", "yₜ"]
    for t, letter in enumerate("안녕하세요"):
        row = lines[start + 2 + t]
        assert row.split()[:2] == [str(t + 1), letter]
        found = [float(n) for n in numbers_in(row)[-5:]]
        expected = [*trace.results["h"][t], *trace.results["y"][t]]
        assert found == pytest.approx(expected, abs=1e-3)
    columns = {cell_len(line[: line.index("  ", 6)]) for line in lines[start + 2 : start + 7]}
    assert len(columns) == 1


def test_formulas_of_a_time_asked_for() -> None:
    lines = lines_of(trace_of("text in Hangul"), Screen(80), steps="2")
    assert "step 2" in lines
    assert sum(line.startswith("  h₂,") for line in lines) == 3


def test_parameters() -> None:
    lines = lines_of(trace_of("parameters"), Screen(120))
    assert any(re.search(r"6 × \(1·5·5\) \+ 6 +150 +6 +156 +117,600", line) for line in lines)
    assert any(re.match(r"total +11,910 +16 +11,926 +129,360 +45 KB$", line) for line in lines)
    assert any(line.endswith("784 × 4704        3,687,936") for line in lines)


def test_a_network_shows_each_layers_output() -> None:
    trace = trace_of("network")
    lines = lines_of(trace)
    heads = [line for line in lines if line.startswith("layer ")]
    assert [head.split("  ")[0] for head in heads] == ["layer 1", "layer 2", "layer 3"]
    assert sum(line.startswith("output ") for line in lines) >= 3


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_large_arrays_are_pictures_with_their_sizes(columns: int) -> None:
    lines = lines_of(trace_of("a large map"), Screen(columns))
    text = "\n".join(lines)
    assert "█" in text
    assert any(re.search(r"0 ─+ 89", line) for line in lines)
    assert any(re.match(r" *(69|67) ", line) for line in lines)
    assert not re.search(r"\d+\.\d+ +\d+\.\d+ +\d+\.\d+", text)


def test_a_batch_is_drawn_by_sample() -> None:
    trace = trace_of("a batch of large maps")
    for sample in (0, 1):
        lines = lines_of(trace, Screen(120), sample=sample)
        assert any(line.startswith(f"sample {sample} of 2") for line in lines)
        assert sum("channel" in line and "row" not in line for line in lines) == 3


def test_a_networks_maps_stand_side_by_side() -> None:
    lines = lines_of(trace_of("network of large maps"), Screen(120))
    assert [line.count("channel") for line in lines if line.startswith("channel 0")][:2] == [3, 3]


def test_rows_have_their_names() -> None:
    lines = lines_of(trace_of("text in Hangul"), Screen(80), steps="2")
    start = lines.index(next(line for line in lines if line.startswith("안")))
    assert [line[0] for line in lines[start : start + 5]] == list("안녕하세요")


def test_large_arrays_in_a_pipe_are_described() -> None:
    trace = trace_of("a large map")
    text = "\n".join(lines_of(trace))
    assert "float64, min −12.00, max 12" in text
    assert "6,300 numbers, not written here" in text
    assert "█" not in text


def test_a_photograph_is_drawn_in_its_colours() -> None:
    photo = np.zeros((3, 40, 40), np.uint8)
    photo[0], photo[1, :, 20:] = 200, 100
    trace = replace(run("show", photo), image=True)
    text = "\n".join(lines_of(trace, Screen(60, color=True)))
    colours = set(re.findall(r"38;2;(\d+;\d+;\d+)", text))
    assert colours == {"200;0;0", "200;100;0"}


# --- which steps -----------------------------------------------------------------------


class Counted(Steps):
    """Steps that remember which of them were made."""

    def __init__(self, count: int) -> None:
        self.made: list[int] = []
        super().__init__(count, self._make_one)

    def _make_one(self, i: int) -> Step:
        self.made.append(i + 1)
        return Step(i + 1, (i,), (), i)


@pytest.mark.parametrize(
    ("count", "spec", "expected"),
    [
        pytest.param(0, None, [], id="none there are"),
        pytest.param(64, None, list(range(1, 65)), id="all up to 64"),
        pytest.param(65, None, [1, 2, 3], id="the first of more"),
        pytest.param(12_000_000, None, [1, 2, 3], id="the first of millions"),
        pytest.param(12_000_000, "7000000", [7_000_000], id="one of millions"),
        pytest.param(100, "none", [], id="none asked for"),
        pytest.param(100, "1,5,9", [1, 5, 9], id="a list"),
        pytest.param(70, "all", list(range(1, 71)), id="all of them"),
    ],
)
def test_only_steps_that_are_shown_are_made(
    count: int, spec: str | None, expected: list[int]
) -> None:
    steps = Counted(count)
    output = np.zeros(4, int)
    trace = Trace("x", Words("Operation"), {}, Results(output=output), steps=steps)
    lines = lines_of(trace, steps=spec)
    assert sorted(set(steps.made)) == expected
    rows = [int(line.split()[0]) for line in lines if re.match(r" *\d+  ", line)]
    assert rows == expected
    more = [line for line in lines if "more steps" in line]
    hidden = count - len(expected) if spec is None else 0
    assert more == (
        [f"… and {hidden:,} more steps: --steps 4-9 or --steps all shows them"] if hidden else []
    )


def test_long_sums_say_how_many_terms_they_leave_out() -> None:
    trace = trace_of("dense, long sums")
    short = "\n".join(lines_of(trace))
    assert "… 178 more terms …" in short
    assert short.count("×") < 3 * 25
    for step in trace.steps:  # the trace has all of them
        assert text(step.formula, str).count("×") == 200


# --- any shape ---------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=4),
    st.integers(20, 130),
    st.sampled_from(["utf-8", "ascii", "cp949"]),
    st.integers(-(10**6), 10**6),
)
def test_any_shape_fits_any_screen(shape: list[int], width: int, encoding: str, scale: int) -> None:
    trace = run("show", np.arange(np.prod(shape)).reshape(shape) * scale)
    lines = lines_of(trace, Screen(width, encoding=encoding))
    assert all(cell_len(line) <= width for line in lines)
    written = {ascii_form(str(v * scale), encoding) for v in range(min(6, int(np.prod(shape))))}
    assert written <= set(numbers_in(" ".join(lines)))
