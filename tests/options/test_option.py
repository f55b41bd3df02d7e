"""A record declares options: what is read into it, what a Python call may say."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass
from typing import Any, Literal

import pytest

from nnviz import ops
from nnviz.cli import options as shared
from nnviz.errors import UsageError
from nnviz.options import kinds
from nnviz.options.operation import Operation
from nnviz.options.option import Context, argument, declared, option, parse
from nnviz.read import Stdin
from nnviz.trace import Trace

CONTEXT = Context(Stdin(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """One of each kind of declaration."""

    shape: Literal["round", "square"] = argument(
        kind=kinds.choice("round", "square"), help="Its shape."
    )
    size: tuple[int, ...] = option("-s", "--size", kind=kinds.sizes(), help="Size.", default=(1,))
    color: str | None = option("--color", kind=kinds.text(), help="Colour.")
    hole: bool = option("--hole", help="With a hole.")
    lid: bool = option("--lid", off="--no-lid", help="With a lid.", default=True)
    open: bool | None = option("--open", off="--closed", help="Open.", default=None)
    names: tuple[str, ...] = option("--name", kind=kinds.text(), help="Names.", times="each")
    loud: int = option("--loud", help="Louder.", times="count")
    sample: bool = option("--sample", help="A sample.", prints=lambda: "o")
    letters: str | None = option(
        "--letters", kind=kinds.text(), help="Instead.", replaces_input=True
    )


def _run(_: object, options: _Options) -> Trace:
    raise NotImplementedError(options)


TOY = Operation(name="toy", help="A toy.", example="toy round", record=_Options, run=_run)
DEFAULTS = {
    "size": (1,),
    "color": None,
    "hole": False,
    "lid": True,
    "open": None,
    "names": (),
    "loud": 0,
    "sample": False,
    "letters": None,
}


def test_what_is_not_written_has_its_default() -> None:
    made = parse(_Options, {"shape": "round"}, CONTEXT)
    assert {name: getattr(made, name) for name in DEFAULTS} == DEFAULTS
    assert made == TOY.accept({"shape": "round"}) == _Options(shape="round")
    assert {o.name: o.default for o in TOY.options if o.flags} == DEFAULTS


def test_what_is_written_is_read_by_its_kind() -> None:
    texts: dict[str, Any] = {"shape": "square", "size": "2x3", "hole": True, "lid": False}
    made = TOY.parse(texts | {"names": ["a", "b"], "loud": 2, "open": False}, CONTEXT)
    assert (made.shape, made.size, made.hole, made.lid) == ("square", (2, 3), True, False)
    assert (made.names, made.loud, made.open) == (("a", "b"), 2, False)


def test_a_record_cannot_be_changed() -> None:
    made = TOY.accept({"shape": "round"})
    with pytest.raises(FrozenInstanceError):
        made.size = (2,)  # type: ignore[misc]


def test_options_are_named_by_their_fields_in_their_order() -> None:
    assert [o.name for o in declared(_Options)] == ["shape", *DEFAULTS]
    assert [o.label for o in TOY.options[:3]] == ["SHAPE", "--size", "--color"]
    assert [o.name for o in TOY.arguments] == ["shape"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"shape": "round", "colour": "red"}, "toy has no option colour(.|\n)*it has: shape, size"),
        ({}, "toy needs SHAPE"),
        ({"shape": "oval"}, "shape oval is none of: round, square"),
        ({"shape": "round", "size": 0}, "size 0 is not a number from 1"),
        ({"shape": "round", "color": 3}, "color 3 is not a text"),
    ],
)
def test_what_a_python_call_may_not_say(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        TOY.accept(given)


def test_an_option_may_stand_for_the_input_or_print_instead() -> None:
    assert TOY.reads_input({})
    assert TOY.reads_input({"color": "red", "sample": False, "letters": None})
    assert not TOY.reads_input({"letters": "abc"})
    assert not TOY.reads_input({"sample": True})
    assert TOY.announcement({"sample": True}) == "o"
    assert TOY.announcement({"color": "red", "sample": False}) is None


EVERY = [(name, o) for name in ops.names() for o in ops.load(name).options]
EVERY += [("shared", o) for o in shared.all_shared()]


@pytest.mark.parametrize(("where", "every"), EVERY, ids=[f"{w} {o.label}" for w, o in EVERY])
def test_a_kind_says_what_it_is(where: str, every: Any) -> None:
    kind = every.kind
    assert kind.is_switch == (kind.metavar == "")
    assert not (kind.is_switch and (kind.is_text or kind.is_read or kind.choices))
    if where != "shared":  # -o and --map name files that are written
        assert kind.is_read == ("FILE" in kind.metavar)
    assert kind.is_text == ("TEXT" in kind.metavar)


@pytest.mark.parametrize("name", ops.names())
def test_no_option_of_an_operation_has_the_name_of_a_shared_one(name: str) -> None:
    operation = ops.load(name)
    everywhere = [*shared.all_shared(), shared.VERSION]
    everywhere += [shared.INPUT] if operation.takes_input else []
    names = [o.name for o in (*operation.options, *everywhere)]
    flags = [f for o in (*operation.options, *everywhere) for f in (*o.flags, o.off) if f]
    # Of an exercise --seed draws other numbers, be the weights random or given.
    both = ["seed"] if "seed" in [o.name for o in operation.options] else []
    assert sorted(names) == sorted([*set(names), *both])
    assert sorted(flags) == sorted([*set(flags), *(f"--{name}" for name in both)])
