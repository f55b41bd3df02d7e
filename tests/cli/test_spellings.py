"""A word is spelt on the command line as in a chain: one table, run through both."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import pytest

from nnviz.cli.checks import Written
from nnviz.cli.many import Ran
from nnviz.cli.options import OutputOptions
from nnviz.errors import UsageError
from nnviz.ops._chain import parse_chain
from nnviz.options.operation import Operation
from nnviz.options.option import Context
from nnviz.read import Stdin

Nnviz = Callable[..., Any]
Read = Callable[[list[str]], Any]
"""The record of options that the words of a command make."""


def _in_a_chain(words: list[str]) -> Any:
    (link,) = parse_chain(shlex.join(words), "NET", Context(Stdin(None))).nodes
    return link.options


@pytest.fixture(params=["command line", "chain"])
def read(request: pytest.FixtureRequest, nnviz: Nnviz, monkeypatch: pytest.MonkeyPatch) -> Read:
    if request.param == "chain":
        return _in_a_chain
    records: list[Any] = []

    def keep(operation: Operation[Any], given: Written, *_: object) -> Ran:
        records.append(operation.parse(given.texts, Context(Stdin(None))))
        return Ran([], [], OutputOptions())

    def on_the_command_line(words: list[str]) -> Any:
        monkeypatch.setattr("nnviz.cli.many.run_command", keep)
        result = nnviz(*words)
        if result.code:
            raise UsageError("{said}", said=result.err)
        return records.pop()

    return on_the_command_line


AVERAGE = ["pool", "-k2", "--pad=1", "--kind=avg"]
SPELLINGS: list[tuple[str, list[str], dict[str, Any]]] = [
    ("short", ["pool", "-k", "2"], {"kernel": (2,)}),
    ("short with its value", ["pool", "-k2"], {"kernel": (2,)}),
    ("short with a longer value", ["pool", "-k2x3"], {"kernel": (2, 3)}),
    ("long", ["pool", "--kernel", "2"], {"kernel": (2,)}),
    ("long with an equals sign", ["pool", "-k2", "--stride=2"], {"stride": (2,)}),
    ("the other name", ["pool", "-k2", "--padding", "1"], {"padding": (1,)}),
    ("a negative number", ["conv", "--bias", "-1"], {"bias": -1}),
    ("a negative number after =", ["conv", "--bias=-1"], {"bias": -1}),
    ("a negative fraction", ["act", "elu", "--alpha", "-.5"], {"alpha": -0.5}),
    ("a negative number joined", ["conv", "-k-3"], {"kernel": -3}),
    ("a negative axis", ["flatten", "--axis", "-1"], {"axis": -1}),
    ("a switch", ["pool", "-k2", "--ceil"], {"ceil_mode": True}),
    ("a switch twice", ["pool", "-k2", "--ceil", "--ceil"], {"ceil_mode": True}),
    ("a switch on", [*AVERAGE, "--count-include-pad"], {"count_include_pad": True}),
    ("a switch off", [*AVERAGE, "--no-count-include-pad"], {"count_include_pad": False}),
    ("neither", ["pool"], {"count_include_pad": None, "ceil_mode": False, "kernel": None}),
    (
        "on and off: the last",
        [*AVERAGE, "--count-include-pad", "--no-count-include-pad"],
        {"count_include_pad": False},
    ),
    ("an argument", ["act", "relu"], {"name": "relu", "alpha": None}),
    ("an argument after options", ["act", "--alpha", "1", "elu"], {"name": "elu", "alpha": 1}),
    ("an argument after --", ["act", "--alpha=1", "--", "elu"], {"name": "elu", "alpha": 1}),
]


@pytest.mark.parametrize(
    ("words", "expected"), [case[1:] for case in SPELLINGS], ids=[case[0] for case in SPELLINGS]
)
def test_a_spelling_is_read(read: Read, words: list[str], expected: dict[str, Any]) -> None:
    record = read(words)
    assert {name: getattr(record, name) for name in expected} == expected


REFUSALS: list[tuple[str, list[str], str]] = [
    ("given twice", ["pool", "-k", "2", "--kernel=3"], "--kernel is given 2 times: 2, 3"),
    ("a seed of nothing", ["conv", "--seed", "1"], "--seed belongs to --filters / --size"),
    ("a p of no Lp", ["pool", "-k2", "--p", "3"], "--p belongs to --kind lp"),
    ("an unknown option", ["pool", "--xyzzy", "2"], "pool has no option --xyzzy"),
    ("a near miss", ["pool", "--strid", "2"], "did you mean --stride?"),
    ("a long one cut short", ["pool", "--k", "2"], "pool has no option --k"),
    ("an unknown letter", ["pool", "-z"], "pool has no option -z"),
    ("a long one with one dash", ["pool", "-stride", "2"], "pool has no option -s"),
    ("no value", ["pool", "--kernel"], "--kernel needs a value"),
    ("no value of a letter", ["pool", "-k"], "-k needs a value"),
    ("a switch with a value", ["pool", "--ceil=1"], "--ceil takes no value"),
    ("an empty value", ["pool", "--stride="], "is not a whole number"),
    ("a value like an option", ["pool", "--stride", "--ceil"], "--ceil is not a whole number"),
    ("an equals sign after a letter", ["pool", "-k=2"], "=2 is not a whole number"),
]


@pytest.mark.parametrize(
    ("words", "said"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_a_spelling_is_refused(read: Read, words: list[str], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(words)
    assert said in str(caught.value)
