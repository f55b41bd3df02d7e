"""Repeats, branches, names: what the chain language lays out, and what it refuses with a caret."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnviz
from nnviz.errors import NnvizError, UsageError
from nnviz.ops._language import layers

REFUSALS = [
    ("residual { relu", "this { is never closed", 10),
    ("residual { residual { relu }", "this { is never closed", 10),
    ("residual {relu}", "residual needs layers in braces", 1),
    ("relu } | flatten", "this } has nothing to close", 6),
    ("residual relu", "residual needs layers in braces", 1),
    ("residual { } { relu }", "there are no layers in the braces of residual", 1),
    ("residual { relu } { relu } { relu }", r"there is no \| before {", 28),
    ("residual { relu } flatten", r"there is no \| before flatten", 19),
    ("concat { relu }", "concat needs layers in braces", 1),
    ("3 x relu", "3 x needs layers in braces", 1),
    ("0 x { relu }", "0 is not a number of times", 1),
    ("2 x { }", "there are no layers in the braces of 2", 1),
    ("200 x { 200 x { relu } }", "more than 10000 layers", 17),
    ("relu { flatten }", "relu takes no braces", 6),
    ("{ relu }", "there is no layer before this {", 1),
    ("residual { relu | }", r"there is no layer after this \|", 17),
    ("residual { | relu }", r"there is no layer before this \|", 12),
    ("add", "add needs the name of a layer", 1),
    ("add c1", "there is no layer called c1 before this", 5),
    ("add c1 | c1: relu", "there is no layer called c1 before this", 5),
    ("a: relu | a: relu", "the name a is taken", 11),
    ("input: relu", "the name input is taken", 1),
    ("relu | a:", "there is no layer after a:", 8),
    ("a: | relu", "there is no layer after a:", 1),
]


@pytest.mark.parametrize(("text", "message", "column"), REFUSALS, ids=[r[0] for r in REFUSALS])
def test_refuses_with_a_caret(text: str, message: str, column: int) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        layers(text, "NET")
    assert caught.value.place is not None
    assert caught.value.place.column == column


LAID = [
    ("one after the other", "relu | flatten", ["relu 0", "flatten 1"]),
    ("a repeat", "2 x { relu | tanh }", ["relu 0", "tanh 1", "relu 2", "tanh 3"]),
    ("its sign at the number", "2x { relu }", ["relu 0", "relu 1"]),
    ("a residual", "relu | residual { tanh }", ["relu 0", "tanh 1", "add 2,1"]),
    ("a projection", "residual { tanh } { relu }", ["tanh 0", "relu 0", "add 1,2"]),
    ("no projection", "residual { tanh } { }", ["tanh 0", "add 1,0"]),
    ("a skip", "relu | concat { } { tanh }", ["relu 0", "tanh 1", "concat 1,2"]),
    (
        "nested",
        "concat { residual { relu } | tanh } { elu }",
        ["relu 0", "add 1,0", "tanh 2", "elu 0", "concat 3,4"],
    ),
    ("a name", "a: relu | tanh | add a", ["relu 0", "tanh 1", "add a 2,1"]),
    ("the input's name", "tanh | add input", ["tanh 0", "add input 1,0"]),
    ("a block's name", "b: residual { relu } | tanh | add b", 4 * [""]),
    ("several names", "a: relu | b: relu | add a input", ["relu 0", "relu 1", "add a input 2,1,0"]),
    ("names joined", "a: relu | tanh | concat a", ["relu 0", "tanh 1", "concat a 2,1"]),
    ("on lines", "residual {\n relu\n\n tanh # two\n}\n{ elu }\nflatten", 5 * [""]),
    ("a quoted brace is a value", "conv -k '{{1, 2}, {3, 4}}' | relu", 2 * [""]),
]


@pytest.mark.parametrize(("text", "laid"), [r[1:] for r in LAID], ids=[r[0] for r in LAID])
def test_lays_layers_one_after_the_other(text: str, laid: list[str]) -> None:
    found = [f"{layer.text} {','.join(map(str, layer.sources))}" for layer in layers(text, "NET")]
    assert len(found) == len(laid)
    assert all(want in ("", got) for want, got in zip(laid, found, strict=True))


def test_a_name_in_a_repeat_is_the_last_one_and_has_the_number_of_its_turn() -> None:
    laid = layers("2 x { a: relu | tanh | add a }", "NET")
    assert [layer.name for layer in laid] == ["a.1", "", "", "a.2", "", ""]
    assert [laid[n].sources for n in (2, 5)] == [(2, 1), (5, 4)]


X = np.arange(-6, 6).reshape(3, 4)
EQUAL = [
    (
        "residual { conv -k edge --pad 1 }",
        "a: conv -k identity --pad 1 | conv -k edge --pad 1 | add a",
    ),
    ("3 x { conv -k box --pad 1 }", "|".join(3 * ["conv -k box --pad 1"])),
    ("concat { } { conv -k edge --pad 1 }", "concat { conv -k 1 } { conv -k edge --pad 1 }"),
]


@pytest.mark.parametrize(("net", "other"), EQUAL, ids=[e[0] for e in EQUAL])
def test_the_same_network_said_otherwise(net: str, other: str) -> None:
    np.testing.assert_array_equal(nnviz.net(net, X).output, nnviz.net(other, X).output)


@given(st.lists(st.sampled_from(["relu", "conv -k edge --pad 1", "tanh"]), min_size=1, max_size=4))
def test_a_residual_is_its_layers_added_to_what_comes_in(inside: list[str]) -> None:
    chain = " | ".join(inside)
    whole = nnviz.net(f"residual {{ {chain} }}", X)
    np.testing.assert_array_equal(whole.output, nnviz.net(chain, X).output + X)
    assert len(whole.layers) == len(inside) + 1


JOINED = [
    ("maps of one channel", "concat { conv -k box } { conv -k edge }", (3, 4), (2, 1, 2)),
    (
        "one and several",
        "concat { conv -k box --pad 1 } { conv --filters 3 --pad 1 }",
        (3, 4),
        (4, 3, 4),
    ),
    ("features of a sequence", "concat { rnn --hidden 3 } { rnn --hidden 5 }", (4, 2), (4, 8)),
    ("vectors", "flatten | concat { dense --units 3 } { }", (2, 2), (7,)),
    ("channels", "concat { } { conv --filters 2 --pad 1 }", (3, 5, 5), (5, 5, 5)),
    ("of a batch", "concat { } { conv --filters 2 --pad 1 }", (2, 3, 5, 5), (2, 5, 5, 5)),
    ("vectors of a batch", "flatten | concat { dense --units 3 } { }", (2, 1, 2, 2), (2, 7)),
]


@pytest.mark.parametrize(
    ("net", "shape", "made"), [j[1:] for j in JOINED], ids=[j[0] for j in JOINED]
)
def test_channels_are_joined(net: str, shape: tuple[int, ...], made: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).integers(-3, 4, shape)
    result = nnviz.net(net, x)
    assert result.output.shape == made
    step = result.layers[-1].steps[-1]
    assert step.value == result.output.ravel()[-1]
    if len(shape) < 4:
        counted = nnviz.params(net, input=shape).rows[-1]
        assert (counted["output"], counted["from"]) == (list(made), counted["from"])


UNLIKE = [
    (
        "residual { conv --filters 8 --size 3 --pad 1 }",
        (3, 5, 5),
        "8×5×5 and 3×5×5 cannot be added",
    ),
    ("concat { } { conv --filters 8 }", (3, 5, 5), "branches of 3×5×5, 8×3×3 cannot be joined"),
    ("a: flatten | dense --units 2 | add a", (2, 2), "branches of 2 and 4 cannot be added"),
]


@pytest.mark.parametrize(("net", "shape", "message"), UNLIKE, ids=[u[2] for u in UNLIKE])
def test_branches_that_differ_are_refused_with_what_each_gives(
    net: str, shape: tuple[int, ...], message: str
) -> None:
    for is_run in (True, False):
        with pytest.raises(NnvizError, match=message) as caught:
            _ = nnviz.net(net, np.zeros(shape)) if is_run else nnviz.params(net, input=shape)
        said = str(caught.value)
        assert "^" in said
        assert "gives it" in said


def test_sums_of_branches_are_exact_or_refused() -> None:
    most = 2**62
    assert nnviz.net("residual { relu }", [[most - 1]]).output.tolist() == [[2 * most - 2]]
    assert nnviz.net("residual { relu }", np.full((1, 1), 200, np.uint8)).output.tolist() == [[400]]
    with pytest.raises(NnvizError, match="outside the whole numbers"):
        nnviz.net("residual { relu }", [[most]])


def test_a_layer_that_is_repeated_is_blamed_where_it_first_stands() -> None:
    with pytest.raises(UsageError, match="has no option --strid") as caught:
        nnviz.net("relu | 3 x { conv --strid 2 }", X)
    assert "in layer 2 of the chain" in str(caught.value)


def test_where_branches_meet_nothing_is_multiplied_or_learned() -> None:
    rows = nnviz.params("residual { relu } | concat { } { conv -k 1 }", input=(2, 3, 3)).rows
    assert [rows[n]["macs"] for n in (1, 3)] == [rows[n]["params"] for n in (1, 3)] == [0, 0]
