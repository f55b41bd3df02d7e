"""One file an operation: its options declared once, the core called, the steps explained.

A module of this package whose name has no leading underscore is an operation and holds
`OPERATION`; its file name, with - for _, is its command.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnviz.ops._operation import Operation


@cache
def names() -> tuple[str, ...]:
    """Every operation there is, from the files of this folder, in alphabetical order."""
    found = (path.stem for path in Path(__file__).parent.glob("*.py"))
    return tuple(sorted(name for name in found if not name.startswith("_")))


@cache
def load(name: str) -> Operation:
    """The operation of this name."""
    operation: Operation = import_module(f"{__name__}.{name}").OPERATION
    return operation
