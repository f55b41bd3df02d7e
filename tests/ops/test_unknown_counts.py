"""A layer whose counts are not known: it says so everywhere, and is never counted as nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from nnviz import ops
from nnviz.errors import Place
from nnviz.formats import load
from nnviz.numerals import AtLeast
from nnviz.ops._chain import chain
from nnviz.ops._layer import Layer
from nnviz.ops._network import Network, Node
from nnviz.options.operation import Operation
from nnviz.request import Appearance, Request, Screen
from nnviz.trace import Trace


@dataclass(frozen=True)
class NoOptions:
    """Nothing can be said of it."""


def _unknown(weights: int | None) -> Operation[NoOptions]:
    return Operation(
        name="celu",
        help="An operation that is not ours.",
        example="",
        record=NoOptions,
        run=lambda *_: pytest.fail("it cannot be run"),
        layer=lambda shape, _: Layer(shape, weights=weights, biases=0, macs=None, name="Celu"),
    )


def counted(weights: int | None = None, before: str = "conv --filters 2 --size 3") -> Trace:
    """A chain with such a layer at its end, counted over 1×6×6."""
    net = chain().accept(before, "net")
    last = len(net.nodes)
    node = Node(
        last + 1, "Celu", Place("net", 1, 1, "", 0), _unknown(weights), NoOptions(), (last,)
    )
    known = ops.load("params")
    options = known.accept({"net": before, "input": (1, 6, 6)})
    object.__setattr__(options, "net", Network("", (*net.nodes, node)))
    return known.run(None, options)


def written(form: str, trace: Trace, view: str | None = None) -> str:
    request = Request(appearance=Appearance(view=view), screen=Screen(width=120))
    return load(form).write(trace, request).content.decode()


def test_a_row_is_null_and_a_total_at_least_the_rest() -> None:
    rows, total = (counted().results[name] for name in ("rows", "total"))
    assert [rows[1][key] for key in ("weights", "params", "macs", "flops")] == [None] * 4
    assert rows[1]["biases"] == 0
    assert total["params"] == 2 * 9 + 2
    assert total["at_least"] == ["weights", "params", "macs", "flops"]
    assert (
        "at_least"
        not in ops.load("params")
        .run(None, ops.load("params").accept({"net": "relu", "input": (1, 2)}))
        .results["total"]
    )


def test_what_is_known_of_it_is_counted() -> None:
    """The weights of a file's unknown operation are known: they are in the file."""
    results = counted(weights=7).results
    assert results["rows"][1]["params"] == 7
    assert results["total"]["params"] == 27
    assert results["total"]["at_least"] == ["macs", "flops"]


@pytest.mark.parametrize("form", ["table", "md", "tex"])
def test_a_table_says_so(form: str) -> None:
    said = written(form, counted())
    row = next(line for line in said.splitlines() if "Celu" in line)
    assert row.count("?") == 3 or form == "tex"
    assert "20" in said
    assert "not known" in said


def test_json_and_csv_say_so() -> None:
    assert json.loads(written("json", counted()))["rows"][1]["params"] is None
    head, *rows = written("csv", counted()).splitlines()
    assert dict(zip(head.split(","), rows[1].split(","), strict=True))["params"] == ""


@pytest.mark.parametrize("view", ["bars", "table"])
def test_a_figure_says_so(view: str) -> None:
    said = written("svg", counted(), view=view)
    assert ">?<" in said
    assert "≥ 20" in said
    many = written("svg", counted(before=" | ".join(["conv --size 1", "relu"] * 12)), view=view)
    assert "≥ 24" in many


def test_a_sum_that_is_not_known_is_no_number() -> None:
    assert isinstance(counted().results["total"]["macs"], AtLeast)
