"""--backward on the command line, and in Python."""

from __future__ import annotations

import json
import pickle
import re

import numpy as np
import pytest

import nnviz as library
from cli.conftest import Nnviz

X, W, G = "5 1 0; 2 4 3; 0 2 4", "2 1; 1 1", "1 0; 1 2"
CONV = ("conv", X, "-k", W, "--backward", "--grad", G)

REFUSED = [
    ((*CONV[:4], "--grad", "2"), 2, "--grad belongs to --backward"),
    ((*CONV[:4], "--of", "kernel"), 2, "--of belongs to --backward"),
    ((*CONV, "--of", "weight"), 2, "it has: input, kernel"),
    ((*CONV[:5], "--grad", "1 2"), 1, "--grad is 2, but the output is 2×2"),
    ((*CONV, "--view", "planes", "-o", "x.svg"), 2, "conv --backward has no view planes"),
    ((*CONV, "--labels", "foo=a", "-o", "x.svg"), 2, "no foo in a result of conv --backward"),
    (("show", X, "--backward"), 2, "show cannot use --backward"),
    (("params", "flatten", "--input", "3", "--backward"), 2, "params cannot use --backward"),
]


@pytest.mark.parametrize(("words", "code", "message"), REFUSED, ids=[r[2] for r in REFUSED])
def test_refusals(nnviz: Nnviz, words: tuple[str, ...], code: int, message: str) -> None:
    done = nnviz(*words)
    assert (done.code, done.out) == (code, "")
    assert message in done.err


def test_every_gradient_is_a_result(nnviz: Nnviz) -> None:
    assert json.loads(nnviz(*CONV, "--json").out) == [[2, 1, 0], [3, 6, 2], [1, 3, 2]]
    for more in (["--of", "kernel"], ["--get", "grad_kernel"]):
        assert json.loads(nnviz(*CONV, *more, "--json").out) == [[15, 11], [6, 14]]


def test_a_trace_has_the_output_cell_the_gradient_and_the_factor_of_each_term(nnviz: Nnviz) -> None:
    step = json.loads(nnviz(*CONV, "--trace").out)["steps"][1]
    assert step["terms"] == [[[0, 0], 1, 1], [[0, 1], 0, 2]]
    symbols = "∂L/∂x₀,₁ = (∂y₀,₀×w₀,₁) + (∂y₀,₁×w₀,₀)"
    assert (step["formula"], step["value"]) == (f"{symbols} = (1×1) + (0×2) = 1", 1)


def test_the_default_is_the_gradient_of_the_sum_of_the_outputs(nnviz: Nnviz) -> None:
    assert json.loads(nnviz("conv", X, "-k", W, "--backward", "--json").out)[1] == [3, 5, 2]


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_terminal_shows_it(
    nnviz: Nnviz, monkeypatch: pytest.MonkeyPatch, columns: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = nnviz(*CONV, "--lang", lang).out
    assert "(1×1) + (0×1) + (1×1) + (2×2)" in out or columns < 120
    assert "(∂y₀,₀×w₁,₁) + (∂y₀,₁×w₁,₀) + (∂y₁,₀×w₀,₁)" in out or columns < 120
    assert max(map(len, out.splitlines())) <= columns
    assert "gradient" not in out or lang == "en"


def test_many_steps_are_in_symbols_where_they_are_asked_for(nnviz: Nnviz) -> None:
    assert "∂y" in nnviz("pool", "1 2 3 4; 5 6 7 8", "--backward", "-k", "2").out
    many = ("pool", "1 2 3 4 5 6; 5 6 7 8 9 10", "--backward", "-k", "2")
    assert "∂" not in nnviz(*many).out
    assert nnviz(*many, "--steps", "8").out.split()[-2:] == ["∂y₀,₀", "1"]


BROKEN = re.compile(r"^\s*[₀-₉)]|(그래디언트|gradient of the)$", re.MULTILINE)
"""A line that begins within a term, or ends within a name."""
NARROW = [
    ("conv", "[[[1, 2, 3], [4, 5, 6]], [[0, 1, 2], [3, 4, 5]]]", "--filters", "2", "--size", "2"),
    ("rnn", "1 0; 0 1", "--hidden", "2", "--outputs", "1"),
    ("flatten", "1 2; 3 4"),
]


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("words", NARROW, ids=[words[0] for words in NARROW])
def test_no_term_or_name_is_broken(
    nnviz: Nnviz, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    for of in ("input", *{"conv": ["kernel"], "rnn": ["Wh"]}.get(words[0], [])):
        out = nnviz(*words, "--backward", "--of", of, "--lang", lang).out
        assert not BROKEN.search(out), out


def test_a_wide_matrix_after_a_sign_is_in_blocks(
    nnviz: Nnviz, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    wide = json.dumps([[100 + column for column in range(30)]] * 3)
    out = nnviz("conv", wide, "--size", "2", "--backward", "--of", "kernel", "--steps", "1").out
    assert re.search(r"columns \d+–\d+", out)
    assert not re.search(r"^[\d ]+[⎤⎥⎦]$", out, re.MULTILINE)


def test_the_kernels_gradient_is_of_filters(nnviz: Nnviz) -> None:
    out = nnviz(*NARROW[0], "--backward", "--of", "kernel", "--steps", "1").out
    assert "sample" not in out
    assert "filter 1 · channel 1" in out


def test_a_script_asks_autograd(nnviz: Nnviz) -> None:
    written = nnviz(*CONV, "--of", "kernel", "-f", "torch").out
    assert "w.requires_grad_()" in written
    assert "y = torch.autograd.grad(y, w, g)[0]" in written
    compile(written, "script", "exec")


def test_python() -> None:
    r = library.conv([[5, 1, 0], [2, 4, 3], [0, 2, 4]], [[2, 1], [1, 1]])
    g = r.backward([[1, 0], [1, 2]], of="kernel")
    assert g["grad_kernel"].tolist() == g.output.tolist() == [[15, 11], [6, 14]]
    assert g["grad_input"].tolist() == [[2, 1, 0], [3, 6, 2], [1, 3, 2]]
    assert g.steps[0].formula == (
        "∂L/∂w₀,₀ = (∂y₀,₀×x₀,₀) + (∂y₀,₁×x₀,₁) + (∂y₁,₀×x₁,₀) + (∂y₁,₁×x₁,₁)"
        " = (1×5) + (0×1) + (1×2) + (2×4) = 15"
    )
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(g)).output, g.output)
    with pytest.raises(library.NnvizError, match="it has: input, kernel"):
        r.backward(of="bias")


def test_one_square_is_its_own_mean(nnviz: Nnviz) -> None:
    words = ("net", "dense --weight '3 1' --bias -1", "1 2", "--target", "6", "--loss", "mse")
    assert "loss  (4 − 6)² = 4\n" in nnviz(*words).out
