"""Results of the Python calls: a mapping, steps as text, what is kept, files, notebooks."""

from __future__ import annotations

import html
import json
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nnviz

X = np.arange(16).reshape(4, 4)
W = {"Wx": np.ones((3, 4)), "Wh": np.eye(3), "Wy": np.ones((1, 3))}


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
    assert repr(nnviz.pool([[1, 2], [3, 4]], 2)) == "<nnviz pool: input 2×2, 1 step>"


def test_a_notebook_plays_the_steps() -> None:
    r = nnviz.conv(X, [[1, 0], [0, 1]])
    shown = r._repr_html_()
    assert shown is not None
    assert shown.startswith('<iframe title="Convolution" sandbox="allow-scripts"')
    page = html.unescape(re.findall(r"srcdoc='([^']*)'", shown)[0])
    assert len(shown.encode()) < 1.05 * len(page.encode())
    assert page.startswith("<!doctype html>")
    assert page.count("<li data-delay") == 9
    for none in (nnviz.flatten([[1]]), nnviz.conv(np.ones((9, 9)), [[1]])):
        assert none._repr_html_() is None


def test_params_has_rows_and_total() -> None:
    r = nnviz.params("conv --filters 2 | flatten | dense --units 3", input=(1, 5, 5))
    assert [row["params"] for row in r.rows] == [20, 0, 57]
    assert r.total["params"] == 77


MADE: dict[str, Any] = {
    "conv": lambda x: nnviz.conv(x, [[1, 0], [0, 1]], 1, padding="same"),
    "transposed": lambda x: nnviz.conv_transpose(x, [[1, 2]], stride=2),
    "pool": lambda x: nnviz.pool(x, 2),
    "rnn": lambda x: nnviz.rnn(x, W),
    "act": lambda x: nnviz.act(x, "softmax", axis=0),
    "relu": lambda x: nnviz.act(x, "relu"),
    "dense": lambda x: nnviz.dense(x, np.ones((2, 4)), [1, 2]),
    "flatten": nnviz.flatten,
    "net": lambda x: nnviz.net("conv --filters 2 | act relu | flatten", x),
}
every = pytest.mark.parametrize("make", MADE.values(), ids=MADE)


@every
def test_a_result_is_of_the_arrays_as_they_were_given(make: Any) -> None:
    x = X.copy()
    r = make(x)
    before = str(make(X))
    x[:] = -7
    assert str(r) == before
    np.testing.assert_array_equal(r["input"], X)


@every
def test_a_changed_output_changes_nothing_else(make: Any) -> None:
    r = make(X)
    before, others = str(r), {name: r[name].copy() for name in r if name != "output"}
    formula = r.steps[0].formula if r.steps else ""
    r.output[...] = 99
    assert (r.output == 99).all()
    for name, array in others.items():
        np.testing.assert_array_equal(r[name], array)
    assert str(r) == before
    assert not r.steps or r.steps[0].formula == formula


@every
def test_a_result_pickles_with_its_steps(make: Any) -> None:
    r = make(X)
    again = pickle.loads(pickle.dumps(r))
    assert (str(again), repr(again), list(again)) == (str(r), repr(r), list(r))
    assert [s.formula for s in again.steps] == [s.formula for s in r.steps]
    np.testing.assert_array_equal(again.output, r.output)
    if r.steps:
        assert pickle.loads(pickle.dumps(r.steps[0])).formula == r.steps[0].formula


@every
def test_the_view_is_what_a_pipe_gets(make: Any) -> None:
    from nnviz import formats
    from nnviz.request import Request

    r = make(X)
    piped = formats.load("table").write(r.trace, Request()).content.decode()
    assert f"{r}\n" == piped


@every
def test_formulas_are_those_of_the_trace(make: Any) -> None:
    from nnviz import formats
    from nnviz.request import Request

    r = make(X)
    written = json.loads(formats.load("trace").write(r.trace, Request()).content)["steps"]
    shown = [(s.number, list(s.index), s.formula, s.value) for s in r.steps]
    assert shown == [(s["step"], s["index"], s["formula"], s["value"]) for s in written]


def test_a_formula_is_text() -> None:
    r = nnviz.conv([[1, 2], [3, 4]], [[1, 10], [0, 5]])
    assert r.steps[0].formula == "(1×1) + (2×10) + (3×0) + (4×5) = 41"


def test_a_result_is_a_mapping() -> None:
    r = nnviz.pool(X, 2)
    assert list(r) == list(r.keys()) == ["output", "indices", "input"]
    assert len(r) == 3
    assert "indices" in r
    assert "h_n" not in r
    assert r.get("h_n") is None
    assert dict(r)["indices"].tolist() == [[5, 7], [13, 15]]
    assert r == r  # noqa: PLR0124 - a mapping compares values, of which arrays have none
    assert r != nnviz.pool(X, 2)
    with pytest.raises(KeyError):
        r["h_n"]


def test_a_result_is_an_array() -> None:
    r = nnviz.pool(X, 2)
    assert np.asarray(r).tolist() == [[5, 7], [13, 15]]
    assert np.asarray(r, dtype=np.float32).dtype == np.float32
    assert nnviz.flatten(r).output.tolist() == [5, 7, 13, 15]


def test_a_net_has_its_layers() -> None:
    r = nnviz.net("act relu | pool -k 2", X - 8)
    assert [layer.trace.op for layer in r.layers] == ["act", "pool"]
    assert r.layers[1].output.tolist() == r.output.tolist() == [[0, 0], [5, 7]]
    assert r.layers[1].steps[3].formula == "max(2, 3, 6, 7) = 7"
    assert pickle.loads(pickle.dumps(r.layers[1]))["indices"].tolist() == [[0, 2], [13, 15]]
    assert nnviz.flatten(X).layers == ()


SAVES: list[tuple[str, dict[str, Any], str]] = [
    ("x.what", {}, "no suffix that nnviz knows"),
    ("x.svg", {"tint": 1}, "save has no option tint"),
    ("x.svg", {"theme": "blue"}, "theme blue is none of"),
    ("x.json", {"theme": "blue"}, "theme blue is none of"),
    ("x.svg", {"steps": 99}, "^steps 99 asks for step 99, but there are 9"),
    ("x.json", {"steps": "some"}, "^steps some is not a choice"),
    ("x.svg", {"view": "top"}, "no view top"),
    ("x.png", {"scale": -1}, "^scale -1 is not above 0"),
    ("x.png", {"scale": 1e308}, "^scale 1e\\+308 is not a number from 0.01 to 100"),
    ("x.svg", {"scale": 1e-9}, "^scale 1e-09 is not a number from 0.01 to 100"),
    ("x.html", {"scale": 10**400}, "^scale"),
    ("x.json", {"title": "T"}, "^title changes nothing(.|\n)*it belongs to"),
    ("x.csv", {"steps": 3}, "^steps changes nothing"),
    ("x.svg", {"fps": 3}, "^fps changes nothing"),
    ("x.png", {"get": "input"}, "^get changes nothing"),
    ("x.txt", {"scale": 3}, "^scale changes nothing"),
    ("x.svg", {"lang": "xx"}, "^lang xx is none of"),
    ("x.svg", {"precision": 0}, "^precision 0 is not"),
    ("x.svg", {"sample": 3}, "^sample 3 is past the end"),
    ("x.svg", {"filter": 1}, "^filter 1 is past the end: there are 1"),
    ("x.json", {"filter": 0}, "^filter changes nothing"),
    ("x.svg", {"title": 5}, "^title 5 is not a text"),
    ("x.json", {"get": "h_n"}, "no h_n"),
    ("x.txt", {"view": "network"}, "the terminal has no view network of conv"),
    ("x.json", {"sample": 0}, "^sample changes nothing"),
    ("x.gif", {"sample": 1}, "^sample 1 is past the end"),
    ("x.gif", {"fps": 3, "steps": 1}, "^fps is for an animation"),
]


@pytest.mark.parametrize(
    ("name", "options", "message"), SAVES, ids=[f"{s[0]} {s[1]}" for s in SAVES]
)
def test_save_refuses(name: str, options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(nnviz.NnvizError, match=message):
        nnviz.conv(X, [[1, 0], [0, 1]]).save(tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["x.json", "x.csv", "x.npy", "x.txt", "x.svg"])
def test_some_details_may_be_said_of_any_file(name: str, tmp_path: Path) -> None:
    r = nnviz.conv(X, [[1, 0], [0, 1]])
    r.save(tmp_path / name, theme="dark", lang="ko", precision=3)
    r.save(tmp_path / name, steps=None, title=None, scale=None, sample=None)
    assert (tmp_path / name).stat().st_size
