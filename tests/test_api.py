"""The Python calls: names of the contract, the command line's declarations, results."""

from __future__ import annotations

import html
import inspect
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nnviz
from nnviz import ops

X = np.arange(16).reshape(4, 4)
W = {"Wx": np.ones((3, 4)), "Wh": np.eye(3), "Wy": np.ones((1, 3))}


def test_names_of_the_package() -> None:
    for name in nnviz.__all__:
        assert getattr(nnviz, name) is not None
    assert set(dir(nnviz)) == set(nnviz.__all__)
    with pytest.raises(AttributeError, match="no attribute 'convolve'"):
        nnviz.convolve  # noqa: B018


CALLS = ["conv", "conv_transpose", "pool", "rnn", "flatten", "params"]


def keywords(name: str) -> list[inspect.Parameter]:
    """The arguments of a call that are given by keyword."""
    signature = inspect.signature(getattr(nnviz, name))
    found = [p for p in signature.parameters.values() if p.kind is p.KEYWORD_ONLY]
    assert found
    return found


@pytest.mark.parametrize("name", CALLS)
def test_defaults_are_those_of_the_declaration(name: str) -> None:
    operation = ops.load(name.partition("_")[0])
    for parameter in keywords(name):
        declared = operation.option(parameter.name).default
        if parameter.default is inspect.Parameter.empty:
            assert declared is None
            continue
        given = {argument.name: "act relu" for argument in operation.arguments}
        accepted = operation.accept(given | {parameter.name: parameter.default})
        # Of output_padding the contract says 0, and the command line can tell that it is given.
        expected = (0,) if parameter.name == "output_padding" else declared
        assert getattr(accepted, parameter.name) == expected, parameter.name


@pytest.mark.parametrize("name", CALLS)
def test_every_argument_gets_to_the_operation(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {p.name: object() for p in keywords(name)}
    reached: dict[str, Any] = {}
    monkeypatch.setattr(nnviz.api, "_run", lambda *_, **options: reached.update(options))
    arrays: dict[str, list[Any]] = {
        "params": ["act relu"],
        "flatten": [X],
        "pool": [X],
        "rnn": [X, W],
    }
    getattr(nnviz, name)(*arrays.get(name, [X, X]), **given)
    assert given.items() <= reached.items()


def test_results_hold_output_arrays_and_lazy_steps() -> None:
    r = nnviz.conv(X, [[1, 0], [0, 1]], 2, stride=2, padding=1)
    assert r.output.tolist() == [[2, 4, 2], [10, 17, 9], [2, 15, 17]]
    assert len(r.steps) == 9
    assert r.steps[4].formula
    assert r["kernel"].tolist() == [[1, 0], [0, 1]]
    assert nnviz.pool(X, 2)["indices"].tolist() == [[5, 7], [13, 15]]
    assert nnviz.rnn(X, W)["h_n"].shape == (1, 3)
    with pytest.raises(nnviz.NnvizError, match=r"no c_n(.|\n)*there is: output"):
        r["c_n"]


def test_an_independent_convolution_agrees() -> None:
    from scipy.signal import correlate2d

    rng = np.random.default_rng(0)
    x, w = rng.integers(-9, 9, (9, 11)), rng.integers(-9, 9, (3, 4))
    np.testing.assert_array_equal(nnviz.conv(x, w).output, correlate2d(x, w, mode="valid"))
    full = nnviz.conv(x, w, padding="full").output
    np.testing.assert_array_equal(full, correlate2d(x, w, mode="full"))


REFUSALS: list[tuple[str, Any, str]] = [
    ("ragged", lambda: nnviz.conv([[1, 2], [3]], [[1]]), "rows of the input are not of one length"),
    ("words", lambda: nnviz.conv([["a"]], [[1]]), "elements of type <U1"),
    ("complex", lambda: nnviz.conv([[1j]], [[1]]), "elements of type complex128"),
    ("empty", lambda: nnviz.conv([], [[1]]), "empty"),
    ("no such option", lambda: nnviz.act(X, "relu", gamma=1), "act has no option gamma"),
    ("dense shapes", lambda: nnviz.dense([1, 2], [[1, 2, 3]]), "1×3, but the input has 2"),
    ("unknown layer", lambda: nnviz.net("cov", X), "cov is not a layer"),
    ("unknown suffix", lambda: nnviz.conv(X, [[1]]).save("x.what"), "no suffix that nnviz knows"),
    ("unknown look", lambda: nnviz.conv(X, [[1]]).save("x.svg", tint=1), "no option tint"),
]


@pytest.mark.parametrize(
    ("call", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses_with_a_value_error(call: Any, message: str) -> None:
    with pytest.raises(nnviz.NnvizError, match=message) as caught:
        call()
    assert isinstance(caught.value, ValueError)


def test_saves_values_and_figures(tmp_path: Path) -> None:
    r = nnviz.conv(X, [[1, 0], [0, 1]])
    r.save(tmp_path / "map.json")
    assert json.loads((tmp_path / "map.json").read_text()) == r.output.tolist()
    r.save(tmp_path / "conv.svg", steps=5, theme="dark")
    assert (tmp_path / "conv.svg").read_text().startswith("<svg")
    r.save(str(tmp_path / "conv.png"))
    assert (tmp_path / "conv.png").read_bytes().startswith(b"\x89PNG")


def test_a_notebook_shows_the_figure() -> None:
    r = nnviz.conv(X, [[1, 0], [0, 1]])
    shown = r._repr_svg_()
    assert shown is not None
    assert shown.startswith("<svg")
    assert repr(r) == "<nnviz conv: input 4×4 kernel 2×2, 9 steps>"


def test_a_notebook_plays_the_steps() -> None:
    r = nnviz.conv(X, [[1, 0], [0, 1]])
    shown = r._repr_html_()
    assert shown is not None
    assert shown.startswith('<iframe title="Convolution" sandbox="allow-scripts"')
    page = html.unescape(re.findall(r'srcdoc="([^"]*)"', shown)[0])
    assert page.startswith("<!doctype html>")
    assert page.count('class="frame') == 9
    assert "<body data-still>" in page
    for none in (nnviz.flatten([[1]]), nnviz.conv(np.ones((9, 9)), [[1]])):
        assert none._repr_html_() is None


def test_params_has_rows_and_total() -> None:
    r = nnviz.params("conv --filters 2 | flatten | dense --units 3", input=(1, 5, 5))
    assert [row["params"] for row in r.rows] == [20, 0, 57]
    assert r.total["params"] == 77
