"""Make docs/reference.md from what the operations declare.

    python tools/reference.py

A test checks that the page is current.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nnviz import formats
from nnviz.cli import reading
from nnviz.cli.commands import Command
from nnviz.cli.options import GROUPS
from nnviz.options.operation import Operation
from nnviz.options.option import Option, declared

PAGE = Path(__file__).parent.parent / "docs" / "reference.md"

_HEAD = """# Command reference

Made from the declarations that the command line is made from, by `python tools/reference.py`.

INPUT is a file, a quoted pattern, `-` for standard input, or the matrix itself as text:
`"1 2; 3 4"`, `"[[1,2],[3,4]]"`, fractions as `1/9`; several may be given.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD, *(part for found in reading.every() for part in _command(found))]
    for heading, record in GROUPS.items():
        parts.append(f"\n## {heading}\n\n| option | meaning |\n|---|---|\n")
        for option in declared(record):
            choices = formats.streams() if option.name == "format" else option.kind.choices
            parts.append(_row(option.with_choices(choices)))
    return "".join(parts)


def _command(found: Operation[Any] | Command[Any]) -> Iterator[str]:
    words = [found.name, *(option.label for option in found.arguments)]
    if isinstance(found, Command):
        words.append(found.rest)
    elif found.takes_input:
        words.append("[INPUT]...")
    usage = " ".join(filter(None, words))
    yield f"\n## nnviz {usage}\n\n{found.help}\n\n```sh\nnnviz {found.example}\n```\n"
    if found.options:
        yield "\n| option | meaning |\n|---|---|\n"
        yield from map(_row, found.options)


def _row(option: Option) -> str:
    flags = [*option.flags, *([option.off] if option.off else [])] or [option.label]
    kind, meaning = option.kind, option.help
    # A further language is one file: the page does not list them.
    metavar = "LANGUAGE" if option.name == "lang" else kind.metavar
    if option.flags and metavar:
        flags[-1] += " " + metavar.replace("|", "\\|")
    if any(c not in meaning + kind.metavar for c in kind.choices):
        meaning += f" One of: {', '.join(kind.choices)}."
    return f"| {', '.join(f'`{flag}`' for flag in flags)} | {meaning} |\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
