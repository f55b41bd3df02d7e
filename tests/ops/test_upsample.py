"""upsample: refusals, by hand, steps, what it sees, its place in a chain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nnviz
from helpers import assert_formula_holds, run
from nnviz.expressions import Name
from view_checks import drawn, words

X = [[0, 4], [8, 16]]
REFUSALS: list[tuple[str, Any, dict[str, Any], str]] = [
    ("a vector", [1, 2], {"mode": "nearest"}, "2: it wants 2 or 3 axes"),
    ("five axes", np.ones((1,) * 5), {"mode": "bilinear"}, "it wants 2 or 3 axes"),
    ("three factors", X, {"mode": "nearest", "by": [1, 2, 3]}, "--by has 3 values"),
    ("smaller", X, {"mode": "nearest", "by": 0}, "not a number from 1"),
    ("another way", X, {"mode": "bicubic"}, "none of: nearest, bilinear"),
]


@pytest.mark.parametrize(
    ("x", "options", "message"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_refuses(x: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("upsample", x, **options)


def test_by_hand() -> None:
    near = run("upsample", X, mode="nearest", by=[1, 2])
    assert near.output.tolist() == [[0, 0, 4, 4], [8, 8, 16, 16]]
    assert near.output.dtype.kind == "i"
    line = run("upsample", X, mode="bilinear")
    assert line.output[0].tolist() == [0, 1, 3, 4]
    assert line.output[:, 0].tolist() == [0, 2, 6, 8]
    assert line.output[1, 1] == 0 * 9 / 16 + 4 * 3 / 16 + 8 * 3 / 16 + 16 * 1 / 16


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
@pytest.mark.parametrize("shape", [(3, 2), (2, 3, 2), (2, 2, 1, 3)])
def test_steps_are_sums_of_what_they_read(mode: str, shape: tuple[int, ...]) -> None:
    x = np.arange(np.prod(shape), dtype=float).reshape(shape) ** 2
    trace = run("upsample", x, mode=mode, by=[2, 3])
    assert len(trace.steps) == trace.output.size
    for step in trace.steps:
        read = [x[tuple(at)] for at in step.detail["from"]]
        total = np.dot(read, step.detail["weights"])
        assert total == pytest.approx(trace.output[step.index])
        assert sum(step.detail["weights"]) == pytest.approx(1)
        assert step.cells["input"] == tuple(map(tuple, step.detail["from"]))
        sides = step.formula[0].sides
        if not isinstance(sides[1], Name):
            assert_formula_holds((step.formula[0]._replace(sides=sides[1:]),))


@pytest.mark.parametrize(("mode", "reads"), [("nearest", 1), ("bilinear", 2)])
@pytest.mark.parametrize("by", [1, 2, 3, 4])
def test_the_receptive_field_is_what_steps_read(mode: str, reads: int, by: int) -> None:
    text = f"upsample {mode} --by {by}"
    row = run("params", None, net=text, input=(3, 5, 5)).results["rows"][0]
    assert row["output"] == [3, 5 * by, 5 * by]
    assert (row["params"], row["macs"]) == (0, 0)
    assert row["receptive_field"] == [reads if by > 1 else 1] * 2
    trace = run("upsample", np.ones((5, 5)), mode=mode, by=by)
    for step in (trace.steps[0], trace.steps[len(trace.steps) // 2]):
        r, c = step.index
        field = nnviz.params(text, input=(1, 5, 5), field=(r, c))["field"]["sees"]
        rows = sorted({at[0] for at in step.detail["from"]})
        assert field["rows"] == rows


def test_in_a_chain_and_a_batch() -> None:
    x = np.random.default_rng(0).normal(size=(2, 1, 4, 4))
    text = "conv --filters 2 --size 3 | upsampling2d --by 2 | conv --filters 1 --size 1"
    made = nnviz.net(text, x).output
    assert made.shape == (2, 1, 4, 4)
    np.testing.assert_allclose(made[1], nnviz.net(text, x[1]).output)


def test_its_figure_has_the_channel_and_the_rule() -> None:
    said = words(drawn(run("upsample", [X, X], mode="nearest"), 17))
    assert "input, channel 1" in said
    assert "row  i′ = ⌊i / 2⌋" in said
