"""The house: imports go one way, every room's file has its test, start-up stays light."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import nnviz
from nnviz import formats, ops
from rooms import imported, room_of

ROOT = Path(nnviz.__file__).parent
TESTS = Path(__file__).parent
COMMON = {
    "records",
    "activation_steps",
    "branches",
    "words",
    "errors",
    "shapes",
    "expressions",
    "elision",
    "notation",
    "latex",
    "plans",
    "equations",
    "fields",
    "recurrence",
    "lazy",
    "libraries",
    "trace",
    "axes",
    "numerals",
    "version",
    "request",
    "steps",
    "",
}

MAY_IMPORT: dict[str, set[str]] = {
    "records": set(),
    "words": {"libraries"},
    "version": set(),
    "errors": {"words"},
    "shapes": set(),
    "padding": {"errors", "shapes", "words"},
    "plans": {"shapes"},
    "branches": set(),
    "fields": {"axes", "words"},
    "memory": {"errors", "files", "numerals", "words"},
    "axes": set(),
    "processors": set(),
    "numerals": set(),
    "expressions": {"numerals"},
    "elision": {"expressions", "words"},
    "notation": {"elision", "expressions", "numerals"},
    "latex": {"elision", "expressions", "libraries", "notation", "numerals"},
    "lazy": set(),
    "libraries": set(),
    "recurrence": {"words"},
    "activation_steps": {"expressions", "words"},
    "equations": {"activation_steps", "expressions", "lazy", "libraries", "shapes", "words"},
    "trace": {
        "equations",
        "errors",
        "expressions",
        "fields",
        "lazy",
        "libraries",
        "notation",
        "recurrence",
        "plans",
        "words",
    },
    "exercise": COMMON | {"libraries"},
    "sentences": {"activation_steps", "trace", "words"},
    "gradient": COMMON | {"losses", "sentences"},
    "backpropagation": COMMON | {"core", "gradient", "losses"},
    "differences": COMMON | {"backpropagation", "gradient", "losses"},
    "losses": COMMON,
    "tensors": {"libraries"},
    "turned": {"plans", "shapes"},
    "variants": {"libraries"},
    "read": {"errors", "libraries", "memory", "words", "shapes"},
    "core": {"errors", "processors", "words", "shapes", "turned"},
    "lang": {"errors", "words"},
    "request": {"errors"},
    "steps": {"errors"},
    "options": COMMON | {"memory", "read", "padding"},
    "ops": COMMON
    | {
        "backpropagation",
        "core",
        "gradient",
        "losses",
        "memory",
        "read",
        "options",
        "padding",
        "sentences",
        "turned",
    },
    "checking": COMMON | {"backpropagation", "core", "gradient", "ops", "options"},
    "cache": {"libraries"},
    "shades": {"cache", "libraries", "numerals"},
    "figure": COMMON | {"cache", "lang", "shades", "turned"},
    "formats": COMMON | {"cache", "figure", "lang", "shades"},
    "files": {"errors", "numerals", "words"},
    "result": COMMON | {"figure", "formats", "differences", "lang", "losses", "files", "options"},
    "calling": COMMON | {"read", "options", "ops", "padding", "result"},
    "api": COMMON | {"calling", "losses", "result"},
    "cli": COMMON
    | {
        "checking",
        "read",
        "options",
        "ops",
        "figure",
        "formats",
        "lang",
        "files",
        "memory",
        "processors",
        "exercise",
        "differences",
        "tensors",
        "variants",
    },
    "__init__": {"version", "errors", "api", "result"},
    "__main__": {"cli"},
}
"""What each room may import beside itself; the empty name is the package itself."""


def rooms_imported(path: Path) -> Iterator[tuple[str, int]]:
    """The rooms that a file imports, with the line."""
    for name, line in imported(path):
        parts = name.split(".")
        known = len(parts) > 1 and parts[1] in MAY_IMPORT
        yield (parts[1] if known else ""), line


FILES = sorted(ROOT.rglob("*.py"))
PRIVATE = re.compile(r"_[A-Za-z]\w*$")


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(ROOT)) for p in FILES])
def test_imports_go_one_way(path: Path) -> None:
    here = room_of(path)
    assert here in MAY_IMPORT, f"{here} is not a room of the house"
    may = MAY_IMPORT[here] | {here, "records"}  # as the standard library's
    for there, line in rooms_imported(path):
        assert there in may, f"line {line}: {here} imports {there}"


def test_the_rooms_have_no_cycle() -> None:
    seen: list[str] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " → ".join((*above, name))
        for below in MAY_IMPORT.get(name, ()):
            visit(below, (*above, name))
        seen.append(name)

    for name in ("__main__", "__init__"):
        visit(name, ())
    assert set(MAY_IMPORT) <= set(seen)


def within(path: Path) -> str:
    """The room of figures that a file stands in: a family of views, or one they share."""
    inside = path.relative_to(ROOT).parts
    return inside[1] if inside[0] == "figure" and len(inside) > 2 else ""


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(ROOT)) for p in FILES])
def test_private_files_belong_to_their_room(path: Path) -> None:
    for name, line in imported(path):
        parts = name.split(".")
        private = next((i for i, part in enumerate(parts) if PRIVATE.match(part)), None)
        if private is not None:
            owner = ROOT.joinpath(*parts[1:private])
            assert path.is_relative_to(owner), f"line {line}: {name} belongs to {owner.name}"


FAMILIES = {"windows", "recurrent", "networks", "single"}


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(ROOT)) for p in FILES])
def test_a_family_of_views_sees_no_other_family(path: Path) -> None:
    here = within(path)
    for name, line in imported(path):
        parts = name.split(".")
        if here and parts[:2] == ["nnviz", "figure"] and parts[2] in FAMILIES:
            assert here == parts[2], f"line {line}: {here} imports {name}"


FOLDERS = ("src", "tests", "tools", "bench")
EVERY = [p for folder in FOLDERS for p in sorted((TESTS.parent / folder).rglob("*.py"))]
LONGEST, LONGEST_FUNCTION = 350, 50


@pytest.mark.parametrize("path", EVERY, ids=[str(p.relative_to(TESTS.parent)) for p in EVERY])
def test_files_and_functions_are_rooms_one_can_know(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= LONGEST_FUNCTION, f"line {node.lineno}: {node.name} has {lines}"


@pytest.mark.parametrize("name", ops.names())
def test_every_operation_has_a_test_a_help_text_and_an_example(name: str) -> None:
    operation = ops.load(name)
    assert list((TESTS / "ops").rglob(f"test_{name}.py"))
    assert operation.help.endswith(".")
    assert all(option.help.endswith(".") for option in operation.options)
    assert operation.example  # tests/cli/test_commands.py runs it


@pytest.mark.parametrize("name", formats.names())
def test_every_format_has_a_test(name: str) -> None:
    assert callable(formats.load(name).write)
    assert (TESTS / "formats" / f"test_{name}.py").is_file()


HEAVY = ("numpy", "PIL", "rich", "typer", "pydantic")
LIGHT = [
    ("nnviz", HEAVY),
    ("nnviz.cli", HEAVY),
    ("nnviz.read", HEAVY),
    ("nnviz.api", HEAVY),
    *((ops.load(name).run.__module__, HEAVY) for name in ops.names()),
    *((f"nnviz.formats.{name}", HEAVY) for name in formats.names()),
]


@pytest.mark.parametrize(("module", "heavy"), LIGHT, ids=[module for module, _ in LIGHT])
def test_importing_loads_nothing_heavy(module: str, heavy: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & set({heavy})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
