"""`nnviz examples`: what is printed runs, and is what each command's help shows."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import pytest

from nnviz.cli import commands, reading

Nnviz = Callable[..., Any]


def test_an_unknown_topic_is_refused_with_those_there_are(nnviz: Nnviz) -> None:
    result = nnviz("examples", "pol")
    assert (result.code, result.out) == (2, "")
    assert "there are no examples of pol" in result.err
    assert "conv, pool, rnn, params" in result.err


def test_every_command_has_examples_in_the_order_of_the_help(nnviz: Nnviz) -> None:
    result = nnviz("examples")
    named = dict.fromkeys(line.split()[1] for line in result.out.splitlines())
    assert (result.code, list(named)) == (0, reading.names())


def test_those_of_some_commands(nnviz: Nnviz) -> None:
    printed = nnviz("examples", "pool", "act").out.splitlines()
    named = [line.split()[1] for line in printed]
    assert named == ["pool"] * 3 + ["act"] * 3


@pytest.mark.parametrize("name", commands.names())
def test_examples_are_in_the_help_of_a_command(nnviz: Nnviz, name: str) -> None:
    command = commands.load(name)
    shown = nnviz(name, "--help").out
    assert command.help.endswith(".")
    for each in (command.example, *command.more):
        assert f"nnviz {each}" in shown
        assert shlex.split(each)[0] == name


def test_a_command_that_computes_nothing_refuses_what_it_cannot_use(nnviz: Nnviz) -> None:
    result = nnviz("examples", "--stride", "2")
    assert result.code == 2
    assert "--stride" in result.err
