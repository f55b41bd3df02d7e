"""A recurrent net gone back through, unrolled and in layers: under each value its gradient."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import run
from nnviz.backpropagation import backward
from nnviz.figure import views_of_command
from nnviz.figure.layout.style import Style
from nnviz.figure.scene import Box, Path, Rect, Scene, Text, extent
from nnviz.numerals import rounded
from nnviz.request import Appearance
from nnviz.trace import Trace
from view_checks import drawn, words

X = np.array([[1, 0], [0, 1], [1, 1]])
# Worked out by hand with relu, whose slopes are 1 here: h = 1, 3, 8 and g = 1, 2, 4.
WHOLE = {"Wx": np.array([[1]]), "Wh": np.array([[2]])}
WEIGHTS = {"Wx": np.array([[0.5, -1], [1, 0]]), "Wh": np.array([[0.5, 0], [0, -0.5]])}


def gone_back(
    x: Any = X, g: Any = None, of: str = "input", weights: Any = None, **options: Any
) -> Trace:
    if weights is not None:
        options["weights"] = weights
    return backward(run("rnn", x, **options), g, of)


def by_hand(of: str = "input", g: Any = ((1,), (2,), (4,)), **options: Any) -> Trace:
    return gone_back([[1], [1], [2]], np.array(g), of, WHOLE, activation="relu", **options)


class Drawn(NamedTuple):
    """What has a name to be read out."""

    box: Box
    numbers: list[str]


def arrays(scene: Scene) -> dict[str, Drawn]:
    """Vectors by their names."""
    found, label, marks = {}, "", list[Any]()
    for part in scene.parts():
        if isinstance(part, str):
            label, marks = part.partition(",")[0], []
        elif part is not None:
            marks.append(part)
        elif label:
            said = [m.content for m in marks if isinstance(m, Text)]
            boxes = [extent(m) for m in marks if isinstance(m, Rect)]
            found[label] = Drawn(boxes[0], said)
            label = ""
    return found


def test_under_each_value_stands_its_gradient() -> None:
    found = arrays(drawn(by_hand()))
    expected = {"h0": 0, "h1": 1, "h2": 3, "h3": 8, "x1": 1, "x2": 1, "x3": 2}
    expected |= {"∂h0": 42, "∂h1": 21, "∂h2": 10, "∂h3": 4, "∂x1": 21, "∂x2": 10, "∂x3": 4}
    expected |= {"∂h1↑": 1, "∂h2↑": 2, "∂h3↑": 4}
    assert {name: found[name].numbers for name in expected} == {
        name: [str(value)] for name, value in expected.items()
    }
    for t in range(4):
        state, gradient = found[f"h{t}"].box, found[f"∂h{t}"].box
        assert gradient.x == state.x
        assert gradient.y >= state.y + state.height


def test_a_weight_is_the_sum_of_a_panel_a_time() -> None:
    found = arrays(drawn(by_hand()))
    assert [found[f"δ{t}·hᵀ{t - 1}"].numbers[-1] for t in (1, 2, 3)] == ["0", "10", "12"]
    assert found["∂Wh"].numbers[-1] == "22"
    found = arrays(drawn(by_hand("Wx")))
    assert [found[f"δ{t}·xᵀ{t}"].numbers[-1] for t in (1, 2, 3)] == ["21", "10", "8"]
    assert found["∂Wx"].numbers[-1] == "39"


def test_plus_signs_stand_where_gradients_meet() -> None:
    """At the last time nothing comes from after it; of a net with one output, only that."""
    assert words(drawn(by_hand())).count("+") == 2 + 2
    last = by_hand(g=[1], mode="many-to-one")
    assert words(drawn(last)).count("+") == 0 + 2
    assert {"∂h3↑", "∂h1"} <= set(arrays(drawn(last)))
    assert "∂h1↑" not in arrays(drawn(last))


def test_the_bars_say_how_long_each_gradient_is() -> None:
    scene = drawn(gone_back(g=X / 2, weights=WEIGHTS))
    bars = [m for m in scene.flat() if isinstance(m, Rect) and m.height == 8]
    made = gone_back(g=X / 2, weights=WEIGHTS).results["grad_h"]
    lengths = np.linalg.norm(made, axis=1)
    assert {rounded(v, 4) for v in lengths} <= set(words(scene))
    widest = max(bar.width for bar in bars)
    for bar, length in zip(bars, lengths, strict=True):
        assert abs(bar.width - widest * length / lengths.max()) <= 4


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 720])
@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"cell": "lstm", "mode": "many-to-one"},
        {"cell": "gru", "layers": 2, "outputs": 2},
        {"layers": 2, "bidirectional": True},
    ],
    ids=["rnn", "lstm", "layers", "directions"],
)
def test_every_look_is_tidy(options: dict[str, Any], lang: str, width: int, theme: str) -> None:
    trace = gone_back(hidden=3, **options)
    said = arrays(drawn(trace, lang=lang, width=width, theme=theme))
    values = [name for name in said if name[0] in "hcxy"]
    assert len(values) >= 4
    assert {f"∂{name}" for name in values} <= set(said)


@settings(max_examples=15)
@given(
    st.sampled_from(["rnn", "lstm", "gru"]),
    st.integers(1, 12),
    st.integers(1, 9),
    st.integers(1, 2),
    st.booleans(),
    st.sampled_from([360, 720, 1200]),
)
def test_any_net_is_tidy(
    cell: str, times: int, hidden: int, layers: int, both: bool, width: int
) -> None:
    x = np.random.default_rng(times).normal(size=(times, 2))
    trace = gone_back(x, cell=cell, hidden=hidden, layers=layers, bidirectional=both)
    drawn(trace, width=width)


def test_ten_times_are_five_in_a_row() -> None:
    x = np.arange(20).reshape(10, 2) % 3
    found = arrays(drawn(gone_back(x, hidden=4)))
    rows = [[found[f"h{t}"].box.y for t in times] for times in (range(1, 6), range(6, 11))]
    assert [len(set(row)) for row in rows] == [1, 1]


def test_a_step_still_has_its_terms() -> None:
    trace = by_hand("h")
    assert "δ2,0×Wh0,0" in "".join(words(drawn(trace, 1))).replace(" ", "")
    assert words(drawn(trace))[0] == "RNN unrolled, gradients"


# --- inside the cell ---------------------------------------------------------------------


def test_inside_the_cell_under_each_value_stands_its_gradient() -> None:
    """At time 2 of the net by hand: h1 = 1, x2 = 1, h2 = 3; 10 comes to h2, and 20 goes on."""
    said = words(drawn(by_hand(), view="cell"))
    assert "time 2" in said
    found = arrays(drawn(by_hand(), view="cell"))
    assert found["h2"].numbers == ["3", "10"]
    assert found["x2"].numbers == ["1", "10"]
    assert found["h1"].numbers == ["1", "20"]


@pytest.mark.parametrize(
    ("of", "step", "time"), [("h", 1, 1), ("h", 3, 3), ("input", 2, 2), ("Wh", 1, 2)]
)
def test_the_cell_is_at_the_time_of_the_step(of: str, step: int, time: int) -> None:
    assert f"time {time}" in words(drawn(by_hand(of), step, view="cell"))


def test_the_straight_road_of_a_cell_state_is_named() -> None:
    said = words(drawn(gone_back(cell="lstm", hidden=2), view="cell"))
    assert "c's straight road back: times the forget gate alone" in said
    assert "c's straight road back" in said
    other = words(drawn(gone_back(cell="gru", hidden=2), view="cell"))
    assert not [said for said in other if "road" in said]


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("width", [360, 720])
@pytest.mark.parametrize(("lang", "theme"), [("en", "dark"), ("ko", "light")])
def test_every_cell_is_tidy(cell: str, width: int, lang: str, theme: str) -> None:
    both = gone_back(of="h_l1_reverse", cell=cell, hidden=3, layers=2, bidirectional=True)
    for trace in (gone_back(cell=cell, hidden=3), both):
        drawn(trace, width=width, lang=lang, theme=theme, view="cell")
        drawn(trace, 1, 4, width=width, lang=lang, theme=theme, view="cell")


def test_a_character_is_said_once_and_the_terms_can_be_asked_for() -> None:
    trace = backward(run("rnn", None, text="hello", hidden=3, outputs=4))
    assert words(drawn(trace)).count("“h”") == 1
    assert "equation" in views_of_command("rnn")
    assert "gradient of the sums" in words(drawn(trace, view="equation"))


@pytest.mark.parametrize("options", [{"hidden": 2}, {"hidden": 2, "layers": 2}], ids=["one", "two"])
@pytest.mark.parametrize(("length", "width"), [(3, 720), (12, 720), (5, 360)])
def test_what_was_fed_back_hands_its_gradient_to_the_output_before(
    options: dict[str, Any], length: int, width: int
) -> None:
    fed: dict[str, Any] = {"mode": "one-to-many", "feedback": True, "outputs": 2}
    scene = drawn(gone_back([[1.0, 2.0]], length=length, **fed, **options), width=width)
    dashed = [p for p in scene.flat() if isinstance(p, Path) and p.dash == (6, 4)]
    found = arrays(scene)
    ends = [p.commands[k][1][-2:] for p in dashed for k in (0, -1)]
    times = [t for t in range(1, length + 1) if {f"∂y{t}", f"∂x{t}"} <= found.keys()]
    for t in times:
        output, given = found[f"∂y{t}"].box, found[f"∂x{t}"].box
        assert (t == length) != any(_reaches(output.right, output, at) for at in ends)
        assert (t == 1) != any(_reaches(given.x, given, at) for at in ends)
    tone = Style.of(Appearance()).theme.tone("gradient").line
    assert {p.stroke for p in dashed} == {tone}  # none goes forward too


def _reaches(side: float, box: Box, end: tuple[float, ...]) -> bool:
    return abs(end[0] - side) < 16 and box.y < end[1] < box.bottom


def test_what_comes_from_above_is_said_once_where_rows_would_repeat_it() -> None:
    x = np.arange(20).reshape(10, 2) % 5
    said = "from above, each number of ∂h gets 2"
    scene = drawn(gone_back(x, 2, hidden=4))
    assert said in words(scene)
    assert scene.height <= 1030
    assert not [name for name in arrays(scene) if name.endswith("↑")]
    several = np.ones((10, 4))
    several[3] = 2
    for trace in (gone_back(x[:3], 2, hidden=4), gone_back(x, several, hidden=4)):
        scene = drawn(trace)  # one row; or not the same everywhere
        assert said not in words(scene)
        assert [name for name in arrays(scene) if name.endswith("↑")]


@pytest.mark.parametrize("width", [360, 400, 520, 720])
def test_what_is_handed_back_stands_between_a_plus_sign_and_the_next_cell(width: int) -> None:
    scene = drawn(gone_back(X, cell="gru", hidden=2), width=width)
    cells = [m for m in scene.flat() if isinstance(m, Rect) and m.radius == 12]
    said = [extent(t) for t in scene.texts() if "⊙z" in t.content]
    assert said
    assert not [text for text in said for c in cells if c.x < text.right and text.x < c.x + c.width]
