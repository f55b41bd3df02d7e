"""One file an operation: its options declared once, the core called, the steps explained.

A module of this package, or of a family's folder in it, whose name has no leading underscore
is an operation and holds `OPERATION`; its file name, with - for _, is its command.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnviz.options.operation import Operation


@cache
def _modules() -> dict[str, str]:
    """The module of each operation, by its name."""
    found = {}
    for folder in map(Path, __path__):
        for path in folder.glob("**/*.py"):
            if not path.stem.startswith("_"):
                inside = path.relative_to(folder).with_suffix("")
                found[path.stem] = ".".join((__name__, *inside.parts))
    return dict(sorted(found.items()))


def names() -> tuple[str, ...]:
    """Every operation there is, from the files of this package, in alphabetical order."""
    return tuple(_modules())


@cache
def load(name: str) -> Operation[Any]:
    """The operation of this name."""
    operation: Operation[Any] = import_module(_modules()[name]).OPERATION
    return operation
