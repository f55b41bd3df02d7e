"""The words of a command are read as Typer reads them, and what is wrong is left to Typer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer import BadParameter

from nnviz import ops
from nnviz.cli.commands import application, guarded
from nnviz.cli.words import Written, is_number, read
from nnviz.ops._operation import Operation

M = "1 2; 3 4"
COMPLAINT: Any = BadParameter.__mro__[1]
POOL = ops.load("pool")


def by_typer(words: list[str], operation: Operation) -> Written | None:
    """What Typer makes of the words; None where it complains or prints help."""
    seen: list[Written] = []
    group = application([operation], lambda _, written: seen.append(written))
    try:
        group.main(guarded([operation.name, *words]), prog_name="nnviz", standalone_mode=False)
    except COMPLAINT:
        return None
    return seen[0] if seen else None


def given_only(written: Written | None) -> Any:
    """Without the options that were not given, which Typer passes as None or 0."""
    if written is None:
        return None
    own, text, shared = written
    left = ({n: v for n, v in part.items() if v is not None} for part in (own, shared))
    first, second = left
    return first, text, {n: v for n, v in second.items() if v not in (0, []) or v is False}


READ = [
    pytest.param("conv", [M, "-k", "1", "--json"], id="plain"),
    pytest.param("conv", ["-k2", "--stride=2", M], id="values joined"),
    pytest.param("conv", ["-1 2; 3 4", "-k", "-1", "--bias", "-.5"], id="minus signs"),
    pytest.param("conv", ["-", "-k", "-"], id="standard input"),
    pytest.param("conv", ["--json", "--", "-1 2"], id="after two hyphens"),
    pytest.param("conv", ["-o", "a.json", "-ob.csv", "--output=c.npy", M], id="several files"),
    pytest.param("conv", ["--stride", "1", "--stride", "2", M], id="the last counts"),
    pytest.param("conv", ["--json", "--json", "-f", "csv", M], id="formats counted"),
    pytest.param("conv", ["-k", "--json", M], id="a value like an option"),
    pytest.param("conv", ["", "-k", ""], id="empty words"),
    pytest.param("conv", ["--kernel=a=b", "-q"], id="a value with ="),
    pytest.param("pool", ["--ceil", "--no-count-include-pad", M], id="switches on and off"),
    pytest.param("act", ["relu", M], id="an argument before INPUT"),
    pytest.param("act", ["relu"], id="an argument alone"),
    pytest.param("params", ["conv --size 3", "--input", "1x5x5"], id="a chain"),
    pytest.param("rnn", ["--text", "-", "--hidden", "2"], id="a hyphen as text"),
]


@pytest.mark.parametrize(("name", "words"), READ)
def test_read_as_typer_reads(name: str, words: list[str]) -> None:
    operation = ops.load(name)
    written = read(words, operation)
    assert written is not None
    assert given_only(written) == given_only(by_typer(words, operation))


LEFT = [
    pytest.param("conv", ["--help"], id="help"),
    pytest.param("conv", ["-h", M], id="short help"),
    pytest.param("conv", ["--strid", "2"], id="unknown option"),
    pytest.param("conv", [M, "-k"], id="no value"),
    pytest.param("conv", [M, "--json=1"], id="a value too many"),
    pytest.param("conv", ["1", "2"], id="an argument too many"),
    pytest.param("params", ["flatten", "1"], id="an INPUT where none is read"),
    pytest.param("conv", ["-x", M], id="unknown letter"),
]


@pytest.mark.parametrize(("name", "words"), LEFT)
def test_left_to_typer(name: str, words: list[str]) -> None:
    assert read(words, ops.load(name)) is None
    assert by_typer(words, ops.load(name)) is None


WORDS = ["-k", "2", "-k2", "--stride", "--stride=1", "--ceil", "--json", "-q", "-o", "-", "--", M]
WORDS += ["-1 2", "-.5", "--pad", "--no-count-include-pad", "", "-f", "csv", "--bogus", "-x"]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_any_words(words: list[str]) -> None:
    written = read(words, POOL)
    if written is not None:
        assert given_only(written) == given_only(by_typer(words, POOL))


@pytest.mark.parametrize(
    ("word", "expected"),
    [("-1 2", True), ("-.5", True), ("-", False), ("-k", False), ("--1", False), ("1", False)],
)
def test_numbers(word: str, expected: bool) -> None:
    assert is_number(word) is expected
