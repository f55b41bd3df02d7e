"""Records beside those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import typing
from dataclasses import field
from typing import Any, Generic, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz import records

T = TypeVar("T")


class Ours(records.NamedTuple, Generic[T]):
    """A pair."""

    a: T
    b: int = 2

    @property
    def both(self) -> str:
        return f"{self.a} {self.b}"


class Theirs(typing.NamedTuple, Generic[T]):
    """A pair."""

    a: T
    b: int = 2


class Inherits(Ours[int]):
    """One more class."""


def _record(dataclass: Any) -> Any:
    @dataclass(frozen=True)
    class Record:
        """Three fields and one that is not looked at."""

        a: int
        b: str = "b"
        c: dict[str, int] = field(default_factory=dict)
        d: object = field(default=None, repr=False, compare=False)

    @dataclass(frozen=True)
    class Further(Record):
        """A field more."""

        e: int = 5

    @dataclass(frozen=True, kw_only=True)
    class Named:
        """Fields by name alone."""

        a: int
        b: int = 1

        def __repr__(self) -> str:
            return "its own"

    @dataclass(frozen=True, eq=False)
    class Itself:
        """Equal to nothing else."""

        a: int = 1

    @dataclass(frozen=True)
    class Empty:
        """No fields."""

    return [Record, Further, Named, Itself, Empty]


OURS: Any
THEIRS: Any
OURS, THEIRS = _record(records.dataclass), _record(dataclasses.dataclass)
MADE = st.tuples(
    st.integers(0, len(OURS) - 1),
    st.lists(st.integers(0, 2), max_size=5),
    st.dictionaries(st.sampled_from("abcdez"), st.integers(0, 2), max_size=4),
)


def _all_of(kind: Any, args: list[int], named: dict[str, int]) -> Any:
    """What a record does; the name of the error where it is refused."""
    try:
        made = kind(*args, **named)
    except TypeError as error:
        return type(error)
    again = kind(*args, **named)
    texts = repr(made).rpartition(".")[2]
    hashes = isinstance(getattr(made, "c", 0), int) and hash(made) == hash(again)
    return texts, made == again, hashes, dataclasses.asdict(made), kind.__match_args__


@given(MADE)
def test_a_record_does_what_the_standard_librarys_does(made: Any) -> None:
    at, args, named = made
    assert _all_of(OURS[at], args, named) == _all_of(THEIRS[at], args, named)


@given(MADE, MADE)
def test_records_are_equal_where_the_standard_librarys_are(one: Any, other: Any) -> None:
    def equal(kinds: Any) -> object:
        try:
            first, second = (kinds[at](*args, **named) for at, args, named in (one, other))
        except TypeError:
            return None
        return first == second

    assert equal(OURS) == equal(THEIRS)


def test_a_record_is_not_changed() -> None:
    record = OURS[0](1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.a = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del record.a
    assert dataclasses.replace(record, b="x").b == "x"
    assert record.b == "b"


def test_each_record_has_a_default_of_its_own() -> None:
    first, second = OURS[0](1), OURS[0](1)
    first.c["a"] = 1
    assert second.c == {}
    assert copy.deepcopy(first) == first


@given(st.tuples(st.integers(), st.integers()))
def test_a_named_tuple_is_the_standard_librarys(pair: tuple[int, int]) -> None:
    ours, theirs = Ours(*pair), Theirs(*pair)
    assert tuple(ours) == tuple(theirs) == pair
    assert repr(ours).replace("Ours", "Theirs") == repr(theirs)
    assert ours._asdict() == theirs._asdict()
    assert (Ours._fields, Ours._field_defaults) == (Theirs._fields, Theirs._field_defaults)
    assert type(ours._replace(b=0)) is Ours
    assert tuple(Ours(a=1)) == tuple(Theirs(a=1))
    assert Ours(1).both == "1 2"
    assert Inherits(3).both == "3 2"
    assert pickle.loads(pickle.dumps(ours)) == ours
    assert Ours.__doc__ == "A pair."
    with pytest.raises(TypeError):
        Ours()  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        ours.a = 1  # type: ignore[misc]
