"""Sequences of which an item is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

T = TypeVar("T")


class Lazy(Sequence[T]):
    """Items made when asked for: the seven-millionth costs what the first costs.

    `make(i)` makes item `i`, from 0.

    >>> squares = Lazy(10**9, lambda i: i * i)
    >>> squares[-1], list(squares[3:6])
    (999999998000000001, [9, 16, 25])
    """

    def __init__(self, count: int, make: Callable[[int], T]) -> None:
        self._count = count
        self._make = make

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, key: int) -> T: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[T]: ...
    def __getitem__(self, key: int | slice) -> T | Sequence[T]:
        if isinstance(key, slice):
            chosen = range(self._count)[key]
            return Lazy(len(chosen), lambda i: self._make(chosen[i]))
        return self._make(range(self._count)[key])

    def __iter__(self) -> Iterator[T]:
        return map(self._make, range(self._count))


def chained(parts: Sequence[Sequence[T]]) -> Sequence[T]:
    """The items of each part, one part after the other.

    >>> list(chained([range(2), [7, 8], range(1)]))
    [0, 1, 7, 8, 0]
    """

    def item(i: int) -> T:
        for part in parts:
            if i < len(part):
                return part[i]
            i -= len(part)
        raise IndexError

    return parts[0] if len(parts) == 1 else Lazy(sum(map(len, parts)), item)
