"""--layer: of a network one layer, in every format, as if its command had run alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Nnviz = Callable[..., Any]
NET = "a: conv -k '1 0; 0 -1' | residual { relu } | 2 x { b: act tanh } | concat a"
X = "1 2 9; 4 5 6; 7 8 1"
CONV = [[-4, -4], [-4, 4]]
"""x[r][c] − x[r+1][c+1], by hand: 1−5, 2−6, 4−8, 5−1."""

REFUSED = [
    ("past the end", ["--layer", "7"], "--layer 7: there is no such layer"),
    ("zero", ["--layer", "0"], "--layer 0"),
    ("a name that is not there", ["--layer", "c"], "there is: 1-6, a, b.1, b.2"),
    ("nothing", ["--layer", ""], "there is: 1-6, a, b.1, b.2"),
    ("a step past its end", ["--layer", "1", "--steps", "5"], "5"),
    ("a view of another", ["--layer", "1", "--view", "cell", "-o", "a.svg"], "no view cell"),
    (
        "a loss, whose gradients are the network's",
        ["--layer", "1", "--loss", "mse", "--target", "1"],
        "--layer and --loss contradict each other",
    ),
    ("a view of the terminal", ["--layer", "1", "--view", "iso"], "no view iso of conv"),
]


@pytest.mark.parametrize(
    ("words", "message"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_refuses(nnviz: Nnviz, words: list[str], message: str) -> None:
    done = nnviz("net", NET, X, *words)
    assert done.code == 2
    assert message in done.err


VALUES = [
    ("its output", ["1"], CONV),
    ("by its name", ["a"], CONV),
    ("what it takes", ["1", "--get", "kernel"], [[1, 0], [0, -1]]),
    ("a sum", ["3"], [[-4, -4], [-4, 8]]),
    ("a branch of it", ["3", "--get", "input_2"], CONV),
    ("the last of a repeat takes the one before", ["b.2", "--get", "shape"], [2, 2]),
]


@pytest.mark.parametrize(("words", "value"), [v[1:] for v in VALUES], ids=[v[0] for v in VALUES])
def test_values_are_the_layer_s(nnviz: Nnviz, words: list[str], value: list[Any]) -> None:
    assert json.loads(nnviz("net", NET, X, "--json", "--layer", *words).out) == value


def test_a_repeated_name_is_its_last_turn(nnviz: Nnviz) -> None:
    last, named = (nnviz("net", NET, X, "--layer", n, "--json").out for n in ("5", "b"))
    assert last == named == nnviz("net", NET, X, "--layer", "b.2", "--json").out


def test_the_terminal_says_which_layer_and_what_it_takes(nnviz: Nnviz) -> None:
    done = nnviz("net", NET, X, "--layer", "3", "--steps", "4").out
    assert "layer 3 of 6: add · takes 2, 1" in done
    assert "4 + 4" in done
    assert "products" not in done
    whole = nnviz("net", NET, X).out
    assert "called a" in whole
    assert "takes 5, 1" in whole
    assert "takes 3" not in whole  # the one before it alone


@pytest.mark.parametrize("suffix", ["svg", "html", "md", "tex", "txt", "gif"])
def test_every_format_has_it(nnviz: Nnviz, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    words = ["--layer", "a", "--steps", "1-2", "-o", str(path)]
    assert nnviz("net", NET, X, *words).code == 0
    if suffix != "gif":
        assert "layer 1 of 6" in path.read_text()


def test_a_trace_is_its_own(nnviz: Nnviz) -> None:
    made = json.loads(nnviz("net", NET, X, "--layer", "1", "--trace").out)
    alone = json.loads(nnviz("conv", X, "-k", "1 0; 0 -1", "--trace").out)
    assert made == alone


def test_a_picture_is_the_first_layer_s_input_alone(nnviz: Nnviz, tmp_path: Path) -> None:
    """Of a map further on 255 is no white."""
    from PIL import Image

    picture = tmp_path / "in.png"
    Image.linear_gradient("L").resize((30, 30)).save(picture)
    chain = "act relu | residual { act relu }"
    drawn = []
    for n in "12":
        nnviz("net", chain, str(picture), "--layer", n, "-o", str(tmp_path / "a.svg"))
        drawn.append((tmp_path / "a.svg").read_text())
    assert drawn[0] != drawn[1].replace("layer 2 of 3", "layer 1 of 3")


LAYERS = ["conv -k edge --pad 1", "act tanh", "conv --filters 2 --size 2 --seed 3", "pool -k 2",
          "act softmax", "pool -k 2 --kind avg --stride 1", "conv -k '1 2' --bias 1"]  # fmt: skip


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.sampled_from(LAYERS), min_size=1, max_size=4),
    st.sampled_from([[], ["flatten", "dense --units 3"]]),
    st.integers(0, 99),
)
def test_a_network_equals_its_commands_in_a_pipe(
    nnviz: Nnviz, maps: list[str], end: list[str], seed: int
) -> None:
    import shlex

    import numpy as np

    chain = [*maps, *end]
    first = piped = json.dumps(np.random.default_rng(seed).normal(size=(7, 8)).tolist())
    for layer in chain:
        done = nnviz(*shlex.split(layer), "--json", stdin=piped)
        if done.code:  # larger than what is left of the map
            return
        piped = done.out
    assert nnviz("net", " | ".join(chain), "--json", stdin=first).out == piped
    n = str(len(chain))
    assert nnviz("net", " | ".join(chain), "--json", "--layer", n, stdin=first).out == piped


@pytest.mark.parametrize("layer", ["1", "3", "6"])
def test_its_snippet_has_what_it_takes(nnviz: Nnviz, layer: str) -> None:
    script = nnviz("net", NET, X, "--layer", layer, "-f", "torch").out
    named = set(re.findall(r"\b(x(?:_\d)?|w|kernel|y)\b(?= = )", script))
    assert set(re.findall(r"\bx(?:_\d)?\b", script)) <= named
    assert ("x_2" in named) == (layer != "1")


CHECKED = [
    ("right", "1", "-4 -4; -4 4", 0, "right"),
    ("turned by 180°", "1", "4 4; 4 -4", 1, "turned by 180°"),
    ("a sum that is none", "3", "-4 -4; -4 9", 1, "1 of 4"),
]


@pytest.mark.parametrize(
    ("layer", "mine", "code", "said"), [c[1:] for c in CHECKED], ids=[c[0] for c in CHECKED]
)
def test_a_layer_is_checked_as_its_command_is(
    nnviz: Nnviz, layer: str, mine: str, code: int, said: str
) -> None:
    done = nnviz("check", mine, "net", NET, X, "--layer", layer)
    assert done.code == code
    assert said in done.out
