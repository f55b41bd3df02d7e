"""The view as a Rich renderable: printed, in a layout, on any console."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import rich
from rich.cells import cell_len
from rich.columns import Columns
from rich.console import Console
from rich.layout import Layout
from rich.panel import Panel
from rich.theme import Theme

import consoles
import nnviz
from nnviz import formats
from nnviz.formats.terminal.paper import styles
from nnviz.formats.terminal.view import console_of
from nnviz.request import Request, Screen

NOTE = nnviz.conv([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 0], [0, 1]])
LARGE = nnviz.act(np.arange(900).reshape(30, 30) - 450, "relu")
FIRST = "Convolution  input 3×3 ∗ kernel 2×2 → feature map 2×2"


def printed(*renderables: Any, **options: Any) -> list[str]:
    """What a user's own console gets."""
    file = io.StringIO()
    console = Console(file=file, **{"width": 80, "color_system": None, **options})
    console.print(*renderables)
    return file.getvalue().splitlines()


def test_a_result_is_printed_by_rich(capsys: pytest.CaptureFixture[str]) -> None:
    rich.print(NOTE)
    assert capsys.readouterr().out.startswith(FIRST)


@pytest.mark.parametrize("width", [30, 50, 70, 120])
@pytest.mark.parametrize("result", [NOTE, LARGE], ids=["numbers", "a picture"])
def test_takes_the_width_it_is_given(result: nnviz.Result, width: int) -> None:
    lines = printed(Panel(result, width=width), width=200)
    assert {cell_len(line) for line in lines} == {width}
    inside = [line[2:-2].rstrip() for line in lines[1:-1]]
    assert inside == printed(result, width=width - 4)


def test_stands_in_layouts_and_columns() -> None:
    halves = Layout()
    halves.split_row(Layout(NOTE), Layout(LARGE))
    lines = printed(halves, width=120, height=30)
    assert lines[0].startswith(FIRST)
    assert lines[0][60:].startswith("Activation ReLU")
    assert {cell_len(line) for line in lines} == {120}
    assert printed(Columns([NOTE, NOTE]), width=130)[0].count(FIRST) == 2


def test_is_as_wide_as_it_says() -> None:
    on = consoles.paper(90)
    width = consoles.measured(on, NOTE)
    assert max(map(cell_len, printed(NOTE, width=90))) == width < 90
    framed = printed(Panel.fit(NOTE), width=90)
    assert {cell_len(line) for line in framed} == {width + 4}


def test_roles_have_their_colours_whatever_the_theme() -> None:
    lines = printed(
        NOTE, color_system="256", force_terminal=True, theme=Theme({"input": "red"}, inherit=False)
    )
    assert "\x1b[1;38;5;32minput" in lines[0]


def test_the_title_of_a_layer_stands_out_from_its_number() -> None:
    net = nnviz.net("act relu", [[1, -2]])
    lines = printed(net, color_system="256", force_terminal=True)
    (title,) = [line for line in lines if "Activation" in line]
    assert title.startswith("\x1b[2mlayer 1\x1b[0m  \x1b[1mActivation ReLU\x1b[0m  \x1b[1;38;5;32m")


def test_the_theme_of_a_console_is_left_as_it_was() -> None:
    console = consoles.console()
    console.push_theme(Theme({"input": "red"}))
    console.print(NOTE)
    assert console.get_style("input").color == console.get_style("red").color


def test_can_be_exported() -> None:
    console = Console(file=io.StringIO(), record=True, width=80, color_system="truecolor")
    console.print(LARGE)
    assert "▀" in console.export_svg(title="nnviz")


# --- which colours -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "color", "expected"),
    [
        pytest.param({"COLORTERM": "truecolor", "TERM": "xterm"}, True, "truecolor", id="all"),
        pytest.param({"TERM": "xterm-256color"}, True, "256", id="256"),
        pytest.param({"TERM": "xterm"}, True, "standard", id="sixteen"),
        pytest.param({"TERM": "dumb"}, True, "standard", id="asked for all the same"),
        pytest.param({"COLORTERM": "truecolor"}, False, None, id="not asked for"),
        pytest.param({"TERM": "xterm", "FORCE_COLOR": "1"}, False, None, id="nor forced"),
        pytest.param({"TERM": "xterm", "NO_COLOR": "1"}, True, "standard", id="decided before"),
        pytest.param({"TERM": "xterm", "COLUMNS": "12"}, True, "standard", id="a width"),
    ],
)
def test_colours_of_a_screen(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], color: bool, expected: str | None
) -> None:
    for name in ("COLORTERM", "TERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    console = console_of(Screen(80, color), io.StringIO())
    assert console.color_system == expected
    assert console.no_color is False
    assert console.width == 80


def test_a_picture_of_sixteen_colours_is_of_shades() -> None:
    many = printed(LARGE, color_system="truecolor", force_terminal=True)
    few = printed(LARGE, color_system="standard", force_terminal=True)
    assert any("▀" in line for line in many)
    assert not any("▀" in line for line in few)
    assert any("█" in line for line in few)


@pytest.mark.parametrize("system", ["standard", "256", "truecolor"])
def test_roles_have_colours_of_their_own_in_every_terminal(system: str) -> None:
    sent = set()
    for role in ("input", "weight", "output", "hidden", "bias"):
        file = io.StringIO()
        console = Console(file=file, color_system=system, force_terminal=True)  # type: ignore[arg-type]
        with console.use_theme(styles(console.color_system)):
            console.print("x", style=role)
        sent.add(file.getvalue())
    assert len(sent) == 5


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("filters", [3, 4, 8])
def test_the_maps_of_a_pipe_with_columns_are_whole(width: int, filters: int) -> None:
    """A row of a matrix is never broken: what stands beside goes below first."""
    x = np.arange(36).reshape(6, 6) - 18
    net = nnviz.net(f"conv --filters {filters} --size 3 --pad 1 | residual {{ relu }}", x)
    screen = Screen(width=width, piped=True)
    made = formats.load("table").write(net.trace, Request(screen=screen)).content.decode()
    rows = [line for line in made.splitlines() if set(line) & set("⎡⎢⎣⎤⎥⎦")]
    assert len(rows) >= 6
    assert all(sum(map(row.count, "⎡⎢⎣")) == sum(map(row.count, "⎤⎥⎦")) for row in rows)
    assert max(map(len, made.splitlines())) <= width
