"""The examples in docstrings run and give what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import nnviz

MODULES = [
    module.name
    for module in pkgutil.walk_packages(nnviz.__path__, "nnviz.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    found = doctest.DocTestFinder().find(importlib.import_module("nnviz.api"))
    calls = {test.name for test in found if test.examples}
    assert {f"nnviz.api.{name}" for name in ("conv", "pool", "rnn", "act", "dense", "net")} <= calls
